"""What answers, evaluations, comparisons and drafts would take and cost, told before anything is sent.

Which passages will be found is not known before the questions have vectors. Where that costs nothing, because
the vectors are kept or only words are compared, the very prompts are reckoned; else the least is told with
the shortest passages and the most with the longest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.catalogue.names import name_of
from venice_nb.embedding import plans as embedding
from venice_nb.rag import rerank
from venice_nb.results.run_plan import RunPlan
from venice_nb.talk.reckoning import Size, reckoned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.design import Design
    from venice_nb.rag.index import Index
    from venice_nb.results.chat_plan import ChatPlan
    from venice_nb.results.embedding_plan import EmbeddingPlan
    from venice_nb.results.rag.passage import Passage
    from venice_nb.results.talk.reply import Reply

    Step = tuple[str, EmbeddingPlan | ChatPlan]
    Given = Sequence[tuple[str, Sequence[Passage]]]  # questions, each with the passages a model is given
    Asking = Callable[[str, Sequence[Passage]], Call[Reply]]  # the call about a question and its passages


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
        steps.append(("reranking", (yield from reranking(session, index.passages, asked, k, rerank_with))))
    return steps, free


def comparing(session: Session, designs: Mapping[Any, Design], asked: Sequence[str]) -> Plan[RunPlan]:
    """Indexing and searching in several ways, by their names. What one way embeds is kept for the next."""
    steps: list[Step] = []
    kept: set[tuple[str, str]] = set()
    for name, design in designs.items():
        model = design.embedding_model
        columns = {"passages": [each.indexed for each in design.passages], "questions": asked}
        for what, texts in columns.items() if design.retrieval != "keyword" else ():
            keys = dict.fromkeys((name_of(model or ""), each) for each in texts)
            new = [key[1] for key in keys if key not in kept]
            kept.update(keys)
            if new:
                vectors = yield from embedding.plan(session, new, model=model)
                steps.append((f"vectors of the {what} ({name})", vectors))
        if design.rerank is not None:
            again = yield from reranking(session, design.passages, asked, design.k, design.rerank)
            steps.append((f"reranking ({name})", again))
    return RunPlan(tuple(steps))


def reranking(
    session: Session, passages: Iterable[Passage], asked: Sequence[str], k: int, model: ModelName
) -> Plan[ChatPlan]:
    """The chats that rate what was found for each question."""
    rating = yield from rerank.rating(session, model)
    most, least = extremes(passages, asked, max(rerank.POOL, k))
    return chats(session, lambda *given: rating.first(rerank.asking(rating, *given)), most, least)


def extremes(passages: Iterable[Passage], asked: Sequence[str], k: int) -> tuple[Given, Given]:
    """Each question with the `k` longest passages that can be found for it, and with the shortest."""
    ordered = sorted(passages, key=lambda each: len(each.text))
    return [(each, ordered[-k:]) for each in asked], [(each, ordered[:k]) for each in asked]


def in_turn(
    session: Session, first: Asking, then: Asking, *, most: Given, least: Given, calls: int
) -> tuple[ChatPlan, ChatPlan]:
    """Two chats about the same, the second of which reads what the first has answered; `calls` of each."""

    def longest(question: str, passages: Sequence[Passage]) -> Size:
        answered = Size.of(first(question, passages))
        return Size.of(then(question, passages)).reading(session, answered.most - answered.read)

    return (
        chats(session, first, most, least, calls=calls),
        chats(session, then, most, least, calls=calls, longest=longest),
    )


def chats(
    session: Session,
    ask: Asking,
    most: Given,
    least: Given,
    *,
    calls: int | None = None,
    longest: Callable[[str, Sequence[Passage]], Size] | None = None,
) -> ChatPlan:
    """The plan of a chat for each question, or of so many of them. `longest` is the size it can have."""

    def size(question: str, passages: Sequence[Passage]) -> Size:
        return Size.of(ask(question, passages))

    large = sorted(((longest or size)(*each) for each in most), key=lambda each: -each.most)[:calls]
    small = sorted((size(*each) for each in least), key=lambda each: each.read)[:calls]
    return reckoned(session, size("?", ()).model, large, small, rows=len(most))
