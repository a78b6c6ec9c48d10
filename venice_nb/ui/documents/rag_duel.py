"""Two settings answer one question side by side, with the rank that each gave to every passage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.render import html
from venice_nb.results.rag.answer import Answer
from venice_nb.results.talk.reply_view import price
from venice_nb.ui.documents import rag_side
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.ui.documents.rag_panel import RagPanel
    from venice_nb.ui.parts.task import Task

NAMES = ("these settings", "other settings")


class Duel:
    """The part of the document panel that compares. `answers` are the last two; an error in place of one."""

    def __init__(self, panel: RagPanel) -> None:
        self._panel = panel
        self.answers: tuple[Any, Any] = (None, None)
        self._settings = ("", "")
        self._sides = [rag_side.Side(panel.client, rag_side.ROOM // 2) for _ in NAMES]
        for side in self._sides:
            side.pane.layout.flex = "1 1 20em"
        self.price, self._ranks = view.pane(), view.pane()
        both = view.button("Ask with both", "One question, both settings", panel.settled(panel.compare))
        take = view.button("Use the other settings", "They become those of the panel", panel.take)
        answers = view.row(*(side.pane for side in self._sides))
        answers.layout.align_items = "flex-start"
        told = html.tag("p", "Other settings, to be held against those under Settings:", class_="vn-line")
        controls = [view.pane(told), panel.other.view, view.row(both, take), self.price]
        self.view = view.column(*controls, answers, self._ranks)

    def ask(self, question: str, task: Task) -> list[Any]:
        """The answers of both, or the error of each, drawn while they arrive."""
        both = (self._panel.knobs, self._panel.other)
        self._settings = (both[0].told(), both[1].told())
        rags = [self._panel.index_of(one) for one in both]  # in turn: what both embed is paid for once
        asks = [partial(side.ask, rag, question, task) for side, rag in zip(self._sides, rags, strict=True)]
        return task.together(asks)

    def show(self, found: list[Any]) -> str:
        """Draw what came of both; gives the sentence for the status. Raises the error of either."""
        self.answers = (found[0], found[1])
        for side, each in zip(self._sides, found, strict=True):
            side.show(each)
        view.draw(self._ranks, *self._table())
        for error in found:
            if isinstance(error, BaseException):
                raise error
        return f"Both have answered, {price(found[0].cost + found[1].cost)}."

    def end(self) -> None:
        """Nothing is streamed any more."""
        for side, found in zip(self._sides, self.answers, strict=True):
            side.show(found)

    def drawn(self) -> list[html.Child]:
        """Both as a static picture."""
        if self.answers == (None, None):
            return []
        both = [html.tag("div", *rag_side.parts(each), class_="vn-side") for each in self.answers]
        return [html.tag("div", *both, class_="vn-row"), *self._table()]

    def _table(self) -> list[html.Child]:
        """At which rank each setting found each passage."""
        ranks: dict[str, list[str]] = {}
        for side, answer in enumerate(self.answers):
            for number, hit in enumerate(answer.found if isinstance(answer, Answer) else (), 1):
                row = ranks.setdefault(hit.passage.place, ["-", "-"])
                row[side] = f"{number}{' (cited)' if number in answer.cited else ''}"
        told = "; ".join(f"{name}: {said}" for name, said in zip(NAMES, self._settings, strict=True))
        rows = [(place, *row) for place, row in ranks.items()]
        return [html.table(("passage", *NAMES), rows, caption=f"Rank of each passage. {told}")]
