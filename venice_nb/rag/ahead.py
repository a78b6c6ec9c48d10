"""What an evaluation would take and cost, told before anything is sent.

Which passages will be found is not known before the questions have vectors. Where that costs nothing, because
the vectors are kept or only words are compared, the very prompts are reckoned; else the least is told with
the shortest passages and the most with the longest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.embedding import plans as embedding
from venice_nb.rag import judge, rerank
from venice_nb.talk.reckoning import Size, reckoned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.index import Index
    from venice_nb.results.chat_plan import ChatPlan
    from venice_nb.results.embedding_plan import EmbeddingPlan
    from venice_nb.results.rag.passage import Passage
    from venice_nb.talk.extract import Extraction

    Step = tuple[str, EmbeddingPlan | ChatPlan]
    Given = Sequence[tuple[str, Sequence[Passage]]]  # questions, each with the passages a model is given


def searching(
    session: Session, index: Index, asked: Sequence[str], k: int, rerank_with: ModelName | None
) -> Plan[tuple[list[Step], bool]]:
    """The steps that find passages for the questions, and whether they cost nothing."""
    steps: list[Step] = []
    free = rerank_with is None
    if index.matrix is not None:
        vectors = yield from embedding.plan(session, list(asked), model=index.matrix.model)
        steps.append(("vectors of the questions", vectors))
        free = free and not vectors.requests
    if rerank_with is not None:
        rating = yield from rerank.rating(session, rerank_with)

        def size(question: str, passages: Sequence[Passage]) -> Size:
            return Size.of(rating.first(rerank.asking(rating, question, passages)))

        depth = max(rerank.POOL, k)
        steps.append(("reranking", _chats(session, size, *extremes(index, asked, depth))))
    return steps, free


def answering(
    session: Session,
    ask: Callable[[str, Sequence[Passage]], Any],
    judging: Extraction,
    *,
    most: Given,
    least: Given,
    calls: int,
) -> list[Step]:
    """The steps that answer the questions and judge the answers, of which `calls` are to be paid for."""

    def answer(question: str, passages: Sequence[Passage]) -> Size:
        return Size.of(ask(question, passages))

    def judgement(question: str, passages: Sequence[Passage]) -> Size:
        return Size.of(judging.first(judge.asking(judging, question, passages)))

    def longest(question: str, passages: Sequence[Passage]) -> Size:
        """The judge reads the passages again, with an answer that may be as long as it can."""
        answered = answer(question, passages)
        return judgement(question, passages).reading(session, answered.most - answered.read)

    return [
        ("answers", _chats(session, answer, most, least, calls=calls)),
        ("judgements", _chats(session, longest, most, least, shortest=judgement, calls=calls)),
    ]


def extremes(index: Index, asked: Sequence[str], k: int) -> tuple[Given, Given]:
    """Each question with the `k` longest passages that can be found for it, and with the shortest."""
    passages = sorted(index.passages, key=lambda each: len(each.text))
    return [(each, passages[-k:]) for each in asked], [(each, passages[:k]) for each in asked]


def _chats(
    session: Session,
    longest: Callable[..., Size],
    most: Given,
    least: Given,
    *,
    shortest: Callable[..., Size] | None = None,
    calls: int | None = None,
) -> ChatPlan:
    """The plan of a chat for each question, or of so many of them."""
    large = sorted((longest(*each) for each in most), key=lambda size: -size.most)[:calls]
    small = sorted(((shortest or longest)(*each) for each in least), key=lambda size: size.read)[:calls]
    model = longest("?", ()).model
    return reckoned(session, model, large, small, rows=len(most))
