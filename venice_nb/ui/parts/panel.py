"""What every panel is: state in traits, a view of stock widgets, and calls carried out in a thread.

A press starts a task in a thread of its own and returns at once, wherever the callback ran; what comes of the
task is set as traits, which the view follows. So a panel works without a browser: press, wait, read.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from traitlets import Bool, Unicode

from venice_nb.calls.check import refuse
from venice_nb.errors import VeniceError
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, heard_by, static_mode
from venice_nb.ui.parts import view
from venice_nb.ui.parts.alike import alike
from venice_nb.ui.parts.shown import Shown
from venice_nb.ui.parts.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.results.spending.estimate import CallEstimate
    from venice_nb.venice import Venice

logger = logging.getLogger("venice_nb")

T = TypeVar("T")
QUIET = 0.4  # seconds without a change before a price is reckoned
SETTLED = 0.5  # seconds without a change before a press counts; see `Panel.settled`
BUSY = "Still busy: wait, or press Stop first."
ENDING = 2.0  # seconds that a task gets to end when its panel is closed


class Panel(Shown):
    """The base of all panels.

    Attributes:
        client: who is asked.
        busy: a task is under way.
        status: how it goes, or how it went: one sentence.
        price: what the next press would cost: one sentence, empty while that is not known.
        error: the error that ended the last task, or None.
        view: the widget that is shown.

    """

    busy = Bool(default_value=False)
    status = Unicode()
    price = Unicode()

    title = "Panel"
    look: str | None = None  # classes and elements of what is drawn, for `html.style`; None for all
    inputs: tuple[str, ...] = ()  # traits on which the price and the code hang

    def __init__(self, client: Venice, **traits: Any) -> None:
        if not hasattr(client, "close"):  # an AsyncVenice, or no client at all
            what = "A panel asks from a thread, which an AsyncVenice cannot."
            refuse(
                "client", type(client).__name__, "a Venice", "Pass vn.connect() or vn.Venice(...).", what=what
            )
        super().__init__(**traits)
        self.client = client
        self.error: Exception | None = None
        self._task: Task | None = None
        self._timer: threading.Timer | None = None
        self._pressed: threading.Timer | None = None
        self._touched = -SETTLED
        self._lock = threading.Lock()
        self._closed = False
        self._notes: list[str] = []
        self._began = len(client.spend.lines)
        self._panes = [view.pane() for _ in range(4)]
        self._code_area = view.area("Code", "The cell that does the same: select it and copy it", rows=6)
        self._code = view.Section("Copy as code", "Shows the cell that does the same", [self._code_area])
        self._code.toggle.observe(lambda _: self._fill_code(), "value")
        head, price, status, money = self._panes
        self.way_out = view.row(
            view.button("Close", "Stops what is under way and removes the panel", self.close)
        )
        self.view = view.column(
            head,
            *self._body(),
            price,
            status,
            money,
            view.sections(*self._sections(), self._code),
            *self._results(),
            self.way_out,
        )
        self.view.add_class("vn-panel")
        alike(self.view, names=["style"])
        for control in view.controls(self.view):
            control.observe(lambda _: self._touch(), "value")
        view.draw(head, html.style(self.look), self._head())  # once for all panes: what is drawn is state
        self.observe(lambda _: self._draw_lines(), ["status", "price"])
        if self.inputs:
            self.observe(lambda _: self._changed(), list(self.inputs))
        self._draw_lines()

    # --- what a panel adds -----------------------------------------------------------------------

    def _body(self) -> list[Any]:
        """The widgets between the head and the status."""
        return []

    def _sections(self) -> list[view.Section]:
        """Parts that are folded away."""
        return []

    def _results(self) -> list[Any]:
        """The widgets below the sections: what was made, where it is too large to stand above the status."""
        return []

    def _cell(self) -> str:
        """The code that does what the panel does; the client is called `v` in it."""
        return ""

    def _estimate(self) -> CallEstimate | None:
        """What the next press would cost, or None when there is nothing to press."""
        return None

    def _drawn(self) -> list[html.Child]:
        """The state as a static picture."""
        return []

    def _said(self) -> str:
        """The state in a few words."""
        return ""

    def _idle(self) -> None:
        """What is to be done while a task waits for a server."""

    def _ended(self) -> None:
        """What is to be done when a task has ended, however it did."""

    def _left(self) -> None:
        """What is to be let go of when the panel is closed."""

    # --- tasks -----------------------------------------------------------------------------------

    def start(self, doing: str, work: Callable[[Task], T], then: Callable[[T], str | None]) -> bool:
        """Carry out `work` in a thread and hand what it gives to `then`, which sets traits there.

        Returns at once: False when another task is under way, which `status` says. `then` gives the sentence
        for `status`. An error becomes one sentence, and is in `error`.
        """
        with self._lock:
            if self._closed:
                return False
            if self.busy:
                self.status = BUSY
                return False
            self._task = Task(lambda task: self._carry_out(task, doing, work, then), idle=self._idle)
            self.busy = True
        self.error = None
        self._notes = []
        self.status = doing
        self._task.begin()
        return True

    def settled(self, press: Callable[[], object]) -> Callable[[], None]:
        """`press`, once the controls have been at rest for a moment.

        The page holds a change back while an earlier one is under way, but never a click: on a slow line a
        click arrives before the last letters that were typed ahead of it.
        """

        def later() -> None:
            rest = self._touched + SETTLED - time.monotonic()
            if rest <= 0:
                press()
            elif not self._closed:
                self._pressed = _timer(rest, later)

        def pressed() -> None:
            if self._pressed is None or not self._pressed.is_alive():
                later()

        return pressed

    def _touch(self) -> None:
        self._touched = time.monotonic()

    def _carry_out(
        self, task: Task, doing: str, work: Callable[[Task], T], then: Callable[[T], str | None]
    ) -> None:
        said: str | None
        try:
            with heard_by(lambda line, passing: self._hear(doing, line, passing=passing)):
                said = then(work(task))
        except KeyboardInterrupt:
            said = "Stopped."
        except Exception as error:  # whatever it is, the panel says it and stays usable
            self.error = error
            said = told(error)
            logger.debug("A task of a panel failed", exc_info=True)
        try:
            self._ended()
        finally:
            self.status = " ".join(filter(None, [said or "Done.", *dict.fromkeys(self._notes)]))
            self._draw_lines()
            self._fill_code()
            self.busy = False
            self.redraw()

    def _hear(self, doing: str, line: str, *, passing: bool) -> None:
        """A wait is shown while it lasts; a notice stays."""
        if not passing:
            self._notes.append(line)
        self.status = f"{doing} {line}".strip() if line else doing

    def note(self, error: VeniceError | None = None, said: str = "") -> None:
        """Say what was wrong with what the reader gave, or `said`. With neither, the last error is over."""
        said = told(error) if error is not None else said
        if not said and (self.busy or self.error is None):
            return
        if not self.busy:
            self.error = error
        self.status = said
        self._draw_lines()

    def stop(self) -> None:
        """Ask the task to end, as Ctrl-C does for a cell. What had arrived is kept."""
        task = self._task
        if task is None or not self.busy:
            self.status = "Nothing is under way."
            return
        self.status = "Stopping ..."
        task.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is under way, at most so many seconds; whether that is so."""
        until = None if timeout is None else time.monotonic() + timeout
        while (waits := self._waits()) and (until is None or time.monotonic() < until):
            waits[0](None if until is None else max(until - time.monotonic(), 0.0))
        return not self._waits()

    def _waits(self) -> list[Callable[[float | None], object]]:
        """How to wait for each thing that is under way."""
        timers = [each.join for each in (self._pressed, self._timer) if each is not None and each.is_alive()]
        return [*timers, *([self._task.wait] if self._task is not None and not self._task.wait(0) else [])]

    def close(self) -> None:
        """Stop what is under way, and take the panel off the page. Its last state stays as a picture."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for timer in (self._timer, self._pressed):
            if timer is not None:
                timer.cancel()
        if self._task is not None:
            self._task.stop()
            self._task.wait(ENDING)
        self.redraw()
        self._left()
        view.discard(self.view)

    # --- money and code --------------------------------------------------------------------------

    def _changed(self) -> None:
        """Reckon the price once nothing has changed for a moment."""
        self._fill_code()
        if self._timer is not None:
            self._timer.cancel()
        if not self._closed:
            self._timer = _timer(QUIET, self.reckon)

    def reckon(self) -> None:
        """Work out the price of the next press, now. Nothing paid is sent."""
        notes: list[str] = []
        try:
            with heard_by(lambda line, passing: None if passing else notes.append(line)):
                found = self._estimate()
            said = "" if found is None else priced(found)
        except VeniceError as error:
            said = told(error)
        except Exception:
            logger.debug("A price could not be reckoned", exc_info=True)
            said = ""
        self.price = " ".join([said, *dict.fromkeys(notes)]).strip()

    @property
    def spent(self) -> str:
        """What the client spent since the panel was opened, in one sentence."""
        spend = self.client.spend
        lines = spend.lines[self._began :]
        known = sum(line.usd for line in lines if line.usd is not None)
        unknown = sum(line.usd is None for line in lines)
        calls = f"{text.count(len(lines))} call{'s' * (len(lines) != 1)}"
        missing = f", {unknown} of them at an unknown price" if unknown else ""
        play = " Play money: this is the sandbox." if self.client.sandboxed else ""
        return f"Spent since the panel was opened: {text.money(known)} in {calls}{missing}.{play}"

    @property
    def code(self) -> str:
        """The cell that does what the panel does."""
        return self._cell()

    def _fill_code(self) -> None:
        if self._code.toggle.value:
            self._code_area.value = self.code

    # --- how it looks ----------------------------------------------------------------------------

    def _head(self) -> html.Child:
        badge = html.badge("SANDBOX", "warn") if self.client.sandboxed else html.badge("LIVE", "good")
        return html.tag("div", html.tag("strong", self.title, class_="vn-title"), badge, class_="vn-head")

    def _draw_lines(self) -> None:
        _, price, status, money = self._panes
        view.draw(price, html.tag("p", self.price, class_="vn-line") if self.price else "")
        kind = "vn-bad" if self.error is not None else "vn-line"
        view.draw(status, html.tag("output", self.status, class_=kind) if self.status else "")
        view.draw(money, html.tag("p", self.spent, class_="vn-line"))

    def snapshot(self, *, still: bool = False) -> Bundle:
        """The state as text and HTML. A `still` gives way to the panel where that is on the page."""
        lines = [self.status] if self.status and not static_mode() else []
        card = html.card(
            self.title,
            *self._drawn(),
            *(html.tag("p", line, class_="vn-line") for line in lines),
            badges=html.badge("SANDBOX", "warn") if self.client.sandboxed else None,
            footer=self.spent,
        )
        body = html.tag("div", card, class_="vn-still") if still else card
        return {"text/plain": "\n".join([repr(self), *lines]), "text/html": html.page(body)}

    def __repr__(self) -> str:
        said = self._said()
        return f"<{self.title} panel{': ' * bool(said)}{said}>"


def told(error: Exception) -> str:
    """An error in one sentence, with the request id."""
    if not isinstance(error, VeniceError):
        return f"{type(error).__name__}: {text.short(str(error), 300)}"
    facts = [text.short(error.do, 300).rstrip(".")] if error.do else []
    facts += [f"request id {text.short(error.request_id)}"] if error.request_id else []
    facts += [f"charged: {error.charged}"] if error.charged != "no" else []
    what = text.short(error.what, 400).rstrip(".")
    return f"{what} ({'; '.join(facts)})." if facts else f"{what}."


def priced(estimate: CallEstimate) -> str:
    """An estimate in one sentence."""
    if estimate.usd is None:
        return "The price of the next press is not known."
    most = ""
    if estimate.most is not None and estimate.most > estimate.usd:
        most = f", at the very most {text.money(estimate.most)}"
    return f"The next press costs about {text.money(estimate.usd)}{most}."


def _timer(seconds: float, work: Callable[[], object]) -> threading.Timer:
    """A timer that is running, in the context of this thread."""
    made = threading.Timer(seconds, contextvars.copy_context().run, args=(work,))
    made.daemon = True
    made.start()
    return made
