"""Two models answer one question side by side, each with what it took and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results.talk import reply_view
from venice_nb.ui.parts import view
from venice_nb.ui.parts.streaming import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.talk.reply import Reply
    from venice_nb.ui.catalogue.model_panel import ModelPanel
    from venice_nb.ui.parts.task import Task

NAMES = ("First model", "Second model")


class Duel:
    """The part of the model panel that compares. `sides` and `question` of the panel follow its controls."""

    def __init__(self, panel: ModelPanel) -> None:
        self._panel = panel
        self._filling = False
        question = view.area("Question", "What both are asked", rows=2)
        view.joined(panel, "question", question)
        self._lists = [view.choice(name, "A text model", [("none", "")], "") for name in NAMES]
        for each in self._lists:
            each.observe(lambda _: self._picked(), "value")
        panel.observe(lambda _: self._follow(), "sides")
        self._panes = [view.pane() for _ in NAMES]
        for pane in self._panes:
            pane.layout.flex = "1 1 20em"
        self._streams = [Stream(pane) for pane in self._panes]
        self._facts = view.window("What each took and cost")
        self._found: Sequence[Any] = ()
        ask = view.button(
            "Ask both",
            "Both models are asked at the same time",
            panel.settled(panel.compare),
            style="primary",
        )
        stop = view.button("Stop", "Stop both; what has arrived is kept", panel.stop)
        answers = view.row(*self._panes)
        answers.layout.align_items = "flex-start"
        self.view = view.column(view.row(*self._lists), question, view.row(ask, stop), answers, self._facts)
        self.list_models()

    def list_models(self) -> None:
        """Fill the lists with the text models that are known."""
        ids = self._panel.client.models(refresh=False).ids
        self._filling = True
        try:
            for each, now in zip(self._lists, self._panel.sides, strict=True):
                each.options = [("none", ""), *((text.short(one, 60), one) for one in ids)]
                each.value = now if now in ids else ""
        finally:
            self._filling = False

    def _picked(self) -> None:
        if not self._filling:
            self._panel.sides = tuple(each.value for each in self._lists)

    def _follow(self) -> None:
        for each, now in zip(self._lists, self._panel.sides, strict=True):
            each.value = now

    def ask(self, side: int, question: str, model: str, task: Task) -> Reply:
        """The answer of one side, drawn while it arrives; what had arrived when it was stopped."""
        stream = self._streams[side]
        stream.begin(task)
        with self._panel.client.chat.stream(question, model=model) as pieces:
            try:
                for _ in pieces:
                    stream.see(pieces.intake.gatherer)
            except KeyboardInterrupt:
                pieces.close()
        return pieces.reply

    def show(self, found: Sequence[Any]) -> tuple[Any, Any]:
        """Draw what came of both sides; gives the replies among it."""
        self._found = found
        for stream, pane, each in zip(self._streams, self._panes, found, strict=True):
            stream.end()
            view.draw(pane, *_side(each))
        view.draw(self._facts, *self._table())
        first, second = (None if isinstance(each, BaseException) else each for each in found)
        return first, second

    def drawn(self) -> list[html.Child]:
        """Both sides as a static picture."""
        if not self._found:
            return []
        sides = [html.tag("div", *_side(each), class_="vn-side") for each in self._found]
        return [html.tag("p", self._panel.question), html.tag("div", *sides, class_="vn-row"), *self._table()]

    def _table(self) -> list[html.Child]:
        rows = [_row(reply) for reply in self._found if not isinstance(reply, BaseException)]
        heads = ("model", "read", "written", "cost", *(() if static_mode() else ("seconds",)))
        return [html.table(heads, rows, numeric=(1, 2, 3, 4))] if rows else []


def _side(found: Any) -> list[html.Child]:
    if isinstance(found, BaseException):
        said = getattr(found, "what", "") or str(found) or "Stopped before anything arrived."
        return [html.tag("p", text.short(said, 400), class_="vn-bad")]
    head = html.tag("p", html.tag("strong", text.short(found.model, 60)))
    return [head, *reply_view.parts(view.shortened(found))]


def _row(reply: Reply) -> tuple[html.Child, ...]:
    usage = reply.usage
    took = () if static_mode() else (f"{reply.elapsed:.2f}",)
    counts = text.count(usage.prompt_tokens), text.count(usage.completion_tokens)
    return (text.short(reply.model, 60), *counts, text.money(reply.cost.usd), *took)
