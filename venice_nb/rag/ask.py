"""A question answered from passages: found, given to a model behind a fence, shown while it is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.policy.steps import Together
from venice_nb.rag import ahead, prompt
from venice_nb.rag.rerank import POOL, Reranked, rerank
from venice_nb.render.live import Bundle, Live, mark_shown
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.answer import SILENT, Answer
from venice_nb.results.run_plan import RunPlan
from venice_nb.talk.chat import prepared
from venice_nb.talk.exchange import Exchange, Screen, rounds, wants_show
from venice_nb.talk.tools import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.design import Settings
    from venice_nb.rag.index import Index
    from venice_nb.results.rag.found import Found
    from venice_nb.results.talk.reply import Reply


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found for a question, and what it cost to find."""

    found: Found
    usage: Usage
    cost: Cost
    elapsed: float = 0.0


def retrieve(
    session: Session, index: Index, questions: Sequence[str], k: int, rerank_with: ModelName | None
) -> Plan[list[Retrieved]]:
    """The plan that finds the best `k` passages for each question, reranked where that is wanted.

    The cost of the questions' vectors, which are made together, is that of the first.
    """
    began = time.monotonic()
    depth = max(POOL, k) if rerank_with is not None else k
    search = yield from index.search(session, questions, depth)
    free = Cost(0.0, "charged")
    better = [Reranked(found, Usage(), free) for found in search.found]
    if rerank_with is not None:
        done = yield Together([partial(rerank, session, found, rerank_with) for found in search.found])
        for each in done:
            if each.error is not None:
                raise each.error
        better = [each.value for each in done]
    better[0] = replace(better[0], usage=search.usage + better[0].usage, cost=search.cost + better[0].cost)
    spent = (time.monotonic() - began) / len(questions)
    return [Retrieved(each.found.top(k), each.usage, each.cost, spent) for each in better]


def near_enough(found: Found, floor: float) -> bool:
    """Whether anything found reaches the floor: a cosine, or a BM25 where only keywords are searched.

    With both, a passage that shares words with the question passes a floor of 0.
    """
    for hit in found:
        share = hit.keyword if found.retrieval == "keyword" else hit.vector
        if share is not None and share.score > floor:
            return True
        if floor <= 0 and hit.keyword is not None:
            return True
    return False


def answer(
    session: Session,
    retrieved: Retrieved,
    *,
    floor: float,
    model: ModelName | None,
    show: bool | None,
    keep: Callable[[Answer], None],
    **parameters: Any,
) -> Plan[Answer]:
    """The plan that has a model answer from what was found, or says that there is nothing to answer from.

    `keep` is given the answer, also one that was cut short.
    """
    found = retrieved.found
    shown = wants_show(session, show)
    if not near_enough(found, floor):
        silent = Answer(
            question=found.question,
            text=SILENT,
            answered=False,
            found=replace(found, notes=(*found.notes, "nothing in them is near the question")),
            usage=retrieved.usage,
            cost=retrieved.cost,
            elapsed=retrieved.elapsed,
        )
        session.last = silent
        keep(silent)
        if shown and Live(silent._mimebundle).finish():  # noqa: SLF001  its own display, drawn early
            mark_shown(silent)
        return silent

    def make(reply: Reply) -> Answer:
        made = Answer.of(found.question, found, reply, usage=retrieved.usage, cost=retrieved.cost)
        return replace(made, elapsed=reply.elapsed + retrieved.elapsed)

    exchange = Exchange(prompt.messages(found.question, found.passages))
    stream = parameters.pop("stream", None)
    ask = yield from prepared(
        session, exchange.messages, model=model, stream=shown if stream is None else stream, **parameters
    )
    screen = _AnswerScreen(exchange, found, make, show=shown)
    try:
        yield from rounds(session, exchange, ask, box=Toolbox(None), screen=screen)
    finally:
        # also of an answer that was cut short: what had arrived is kept
        if screen.answer is not None:
            session.last = screen.answer
            keep(screen.answer)
    assert screen.answer is not None  # it was finished
    return screen.answer


def ahead_of(
    session: Session,
    index: Index,
    question: str,
    k: int,
    own: Settings,
    *,
    model: ModelName | None,
    **parameters: Any,
) -> Plan[RunPlan]:
    """What an answer would cost. Passages are only searched for where that sends nothing."""
    parameters.pop("stream", None)
    first = prompt.messages(question, ())
    ask = yield from prepared(session, first, model=model, stream=False, **parameters)
    steps, free = yield from ahead.searching(session, index, [question], k, own.rerank)
    most, least = ahead.extremes(index.passages, [question], k)
    if free:
        found = (yield from retrieve(session, index, [question], k, None))[0].found
        most = least = [(question, found.passages)] if near_enough(found, own.min_score) else []
    answers = ahead.chats(session, lambda *given: ask(prompt.messages(*given)), most, least)
    return RunPlan((*steps, ("answers", answers)))


class _AnswerScreen(Screen):
    """What the notebook shows meanwhile: the answer as it grows, then with its passages below."""

    def __init__(
        self, exchange: Exchange, found: Found, make: Callable[[Reply], Answer], *, show: bool
    ) -> None:
        super().__init__(exchange, show=show)
        self._found = found
        self._make = make
        self._drawn: Any = None
        self.answer: Answer | None = None

    def turn(self) -> None:
        """Nothing: the one answer there is stays until it is drawn with its passages."""

    def finish(self, reply: Reply) -> None:
        self.answer = self._make(reply)
        if self._live is not None and self._live.finish():
            mark_shown(self.answer)

    def _draw(self) -> Bundle:
        from venice_nb.results.rag.answer_view import LiveAnswer, bundle  # noqa: PLC0415  it draws

        if self.answer is not None:
            return bundle(self.answer)
        if self._dropped:
            return {"text/plain": "", "text/html": ""}
        self._drawn = self._drawn or LiveAnswer(self._found.question, self._found)
        growing = self._growing
        return self._drawn.bundle(  # type: ignore[no-any-return]  # made above
            growing.text if growing is not None else "", growing.model if growing is not None else ""
        )
