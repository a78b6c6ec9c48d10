"""One setting's answer to a question: asked, drawn while it is written, then shown with its passages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.rag import answer_view
from venice_nb.results.rag.answer import Answer
from venice_nb.ui.parts import view
from venice_nb.ui.parts.streaming import Stream

if TYPE_CHECKING:
    from venice_nb.rag.rag import Rag
    from venice_nb.ui.parts.task import Task
    from venice_nb.venice import Venice

ROOM = 6_000  # characters of the passages of an answer: what is drawn is state of the widget
LEAST = 150  # of each of them


class Side:
    """A pane that an answer is streamed into."""

    def __init__(self, client: Venice, room: int = ROOM) -> None:
        self._client, self._room = client, room
        self.pane = view.pane()
        self._stream = Stream(self.pane)

    def ask(self, rag: Rag, question: str, task: Task) -> Answer:
        """The answer, drawn while it arrives."""
        self._stream.begin(task)
        plan = rag.asking(question, show=False, stream=True)
        return self._client._session.run(self._stream.watching(plan))  # type: ignore[no-any-return]  # noqa: SLF001  our own client

    def idle(self) -> None:
        """Draw what is not drawn yet."""
        self._stream.idle()

    def show(self, found: Any) -> None:
        """Draw an answer, or what stands in its place."""
        self._stream.end()
        if found is not None:
            view.draw(self.pane, *parts(found, self._room))


def parts(found: Any, room: int = ROOM) -> list[html.Child]:
    """An answer with its passages, or the error that came instead."""
    if isinstance(found, Answer):
        return answer_view.parts(shortened(found, room))
    said = getattr(found, "what", "") or str(found) or "Stopped."
    return [html.tag("p", text.short(said, 400), class_="vn-bad")]


def shortened(answer: Answer, room: int) -> Answer:
    """An answer whose texts are short enough for the state of a widget."""
    found = answer.found
    each = max(room // max(len(found), 1), LEAST)
    hits = [
        replace(hit, passage=replace(hit.passage, text=text.clean(hit.passage.text, each))) for hit in found
    ]
    return replace(answer, text=text.clean(answer.text, view.LONGEST), found=replace(found, hits=tuple(hits)))
