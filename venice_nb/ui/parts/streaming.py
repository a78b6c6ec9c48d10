"""An answer drawn while it arrives: few frames however fast it comes, and none is left undrawn for long."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.policy.steps import Send
from venice_nb.render.live import Pace
from venice_nb.render.markdown import to_html
from venice_nb.results.talk.reply_view import live_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.policy.steps import Plan
    from venice_nb.ui.parts.task import Task

T = TypeVar("T")
FRAMES = 20  # a second, at most


class Stream:
    """What a task streams, drawn into a pane. Outside of a task nothing is drawn."""

    def __init__(self, pane: Any) -> None:
        self.pace = Pace(FRAMES)
        self._pane = pane
        self._task: Task | None = None
        self._growing: Any = None
        self._undrawn = False

    def begin(self, task: Task) -> None:
        """The streams to come belong to this task."""
        self._task, self._growing, self._undrawn = task, None, False
        to_html("")  # loads what draws, or the first frame would take so long that the next ones wait for it

    def end(self) -> None:
        """Empty the pane: the answer is drawn elsewhere from now on."""
        self._task, self._growing, self._undrawn = None, None, False
        self._pane.value = ""

    def see(self, gatherer: Any) -> None:
        """A stream has grown by one piece. Ends the task here when it was asked to end."""
        if self._task is None:
            return
        self._task.look()
        self._growing, self._undrawn = gatherer, True
        self.idle()

    def idle(self) -> None:
        """Draw what is not drawn yet, when it is time for it."""
        if self._undrawn and self.pace.due():
            self._undrawn = False
            began = self.pace.clock()
            frame = live_bundle(self._growing)["text/html"]
            self._pane.value = frame
            self.pace.drawn(began, len(frame))

    def watching(self, plan: Plan[T]) -> Plan[T]:
        """The plan, each of whose streams is seen here too."""
        value: Any = None
        error: BaseException | None = None
        try:
            while True:
                try:
                    step = plan.send(value) if error is None else plan.throw(error)
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]  # a generator's result is untyped here
                value = error = None
                if isinstance(step, Send):
                    step = replace(step, watch=partial(self._both, step.watch))
                try:
                    value = yield step
                except BaseException as raised:  # noqa: BLE001  the plan knows what to do about it
                    error = raised
        finally:
            plan.close()

    def _both(self, first: Callable[[Any], None] | None, grown: Any) -> None:
        if first is not None:
            first(grown)
        self.see(grown)
