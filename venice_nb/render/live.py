"""Displays that change in place while something runs, and the rule that an answer is shown once."""

import logging
import os
import sys
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Literal

from venice_nb.render import html, text

logger = logging.getLogger("venice_nb")

Bundle = dict[str, str]

# The budgets of what is drawn in place: a frame carries the whole text so far, so bytes and drawing time grow
# with the square of its length.
_BYTES_PER_SECOND = 200_000
_DRAWING_SHARE = 0.1
_SLOWEST = 2.0


def environment() -> Literal["notebook", "terminal", "script"]:
    """Where the code runs: a Jupyter kernel, an interactive terminal, or neither. Never loads IPython."""
    shell = _shell()
    if shell is not None:
        return "notebook" if getattr(shell, "kernel", None) is not None else "terminal"
    return "terminal" if hasattr(sys, "ps1") else "script"


def static_mode() -> bool:
    """Whether displays are drawn once, at the end (``VENICE_STATIC=1``), as notebooks need that are compared.

    nbval compares the first frame of a live display with the last one saved: such a cell always fails.
    """
    return any(os.environ.get(name, "") not in {"", "0"} for name in ("VENICE_STATIC", "VENICE_NB_STATIC"))


def _shell() -> Any:
    """IPython's running shell, or None; a process that has not loaded IPython has none."""
    module = sys.modules.get("IPython")
    return getattr(module, "get_ipython", lambda: None)()


def _publish(bundle: Bundle, *, display_id: str | None = None, update: bool = False) -> None:
    """Sends one display message; the id is transient, so it is not saved in the notebook."""
    transient = {"display_id": display_id} if display_id else {}
    _shell().display_pub.publish(data=bundle, metadata={}, transient=transient, update=update)


def execution() -> str:
    """The id of the request that runs now, or ``""``. Not the cell's number: nbval never moves it."""
    parent: dict[str, Any] = getattr(_shell(), "get_parent", dict)() or {}
    return str(parent.get("header", parent).get("msg_id", ""))


class Pace:
    """When the next frame may be drawn: a few a second, fewer where frames are large or take long to draw.

    Args:
        frames: a second, at most.
        clock: monotonic seconds.

    """

    def __init__(self, frames: float = 15, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shortest = 1 / frames
        self.clock = clock
        self._next = 0.0

    def due(self) -> bool:
        """Whether a frame may be drawn now; costs next to nothing."""
        return self.clock() >= self._next

    def drawn(self, began: float, size: int) -> None:
        """A frame of `size` bytes was drawn that began at `began`."""
        now = self.clock()
        self._next = now + max(
            self._shortest, min(size / _BYTES_PER_SECOND, _SLOWEST), (now - began) / _DRAWING_SHARE
        )

    def failed(self) -> None:
        """A frame could not be drawn: the next one has time."""
        self._next = self.clock() + _SLOWEST


class Live:
    """One display that follows something growing: ``show()``, ``update()`` at will, ``finish()``.

    ``draw`` gives the present state as a MIME bundle. In static mode only ``finish`` draws; in a terminal or
    a script nothing is drawn at all: there the value's own repr shows. A frame that cannot be drawn is
    logged, never raised, because the answer it belongs to has been paid for.
    """

    def __init__(self, draw: Callable[[], Bundle], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._draw = draw
        self._pace = Pace(clock=clock)
        self._notebook = environment() == "notebook"
        self._static = static_mode()
        self._id: str | None = None
        self._finished = False

    def show(self) -> None:
        """Draws the first frame."""
        if self._notebook and not self._static and self._id is None and not self._finished:
            self._frame()

    def update(self) -> None:
        """Draws a frame if the last one is long enough ago; costs next to nothing otherwise."""
        if self._notebook and not self._static and not self._finished and self._pace.due():
            self._frame()

    def finish(self) -> bool:
        """Draws the last frame and says whether it is on the page."""
        if not self._notebook or self._finished:
            return False
        self._finished = True
        return self._frame()

    def _frame(self) -> bool:
        began = self._pace.clock()
        try:
            bundle = self._draw()
            if self._static:
                _publish(bundle)
            elif self._id is None:
                # random is right here: the id lives as long as the kernel and is never saved
                name = os.urandom(8).hex()
                _publish(bundle, display_id=name)
                self._id = name
            else:
                _publish(bundle, display_id=self._id, update=True)
        except Exception:
            self._pace.failed()
            logger.debug("A frame of a live display could not be drawn", exc_info=True)
            return False
        self._pace.drawn(began, sum(map(len, bundle.values())))
        return True


class Replaced:
    """One display that may be replaced at any time, by any thread: ``show(bundle)``, then ``change(bundle)``.

    Before it is shown, and where there is no notebook, nothing happens.
    """

    def __init__(self) -> None:
        self._id = ""

    def show(self, bundle: Bundle) -> None:
        """Draws it below what the running cell has shown."""
        self._id = self._id or os.urandom(8).hex()
        _publish(bundle, display_id=self._id)

    def change(self, bundle: Bundle) -> None:
        """Draws it anew where it stands. What keeps it from being drawn is logged, never raised."""
        if not self._id:
            return
        try:
            _publish(bundle, display_id=self._id, update=True)
        except Exception:
            logger.debug("A display could not be replaced", exc_info=True)


# Objects drawn in place, by identity, with the execution that drew them.
_shown: dict[int, tuple[weakref.ref[Any], str]] = {}


def mark_shown(thing: "Displayed") -> None:
    """Remembers that this execution has drawn the thing: it is then silent as the cell's last expression."""
    key = id(thing)

    def forget(_: Any, forget: Callable[..., Any] = _shown.pop) -> None:
        forget(key, None)

    _shown[key] = (weakref.ref(thing, forget), execution())


def already_shown(thing: "Displayed") -> bool:
    """Whether the execution that runs now has drawn the thing."""
    ref, where = _shown.get(id(thing), (None, ""))
    return ref is not None and ref() is thing and where != "" and where == execution()


class Displayed(ABC):
    """What a result inherits to draw itself: it gives ``_mimebundle()``, whose text/plain says the same.

    Shown in place while it was made, it is silent at the end of the same cell; ``_`` holds it all the same.
    """

    __slots__ = ("__weakref__",)

    @abstractmethod
    def _mimebundle(self) -> Bundle:
        """The displays by MIME type; always with ``text/plain``."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        # a terminal draws text only, and there a value is its repr
        bundle = self._mimebundle() if environment() != "terminal" else {"text/plain": repr(self)}
        return {
            kind: data
            for kind, data in bundle.items()
            if (not include or kind in include) and (not exclude or kind not in exclude)
        }

    def _repr_html_(self) -> str | None:
        return self._mimebundle().get("text/html")

    def _ipython_display_(self) -> None:
        if already_shown(self):
            return
        if _shell() is None:
            sys.stdout.write(f"{self!r}\n")
            return
        # IPython takes this as "not here" and goes on to the MIME bundle, or to the repr in a terminal: so
        # the value stays a cell result with its Out[n] instead of becoming a loose display.
        raise NotImplementedError


# Where a face has a place of its own for what is said, it is said there instead of in the running cell.
_listener: ContextVar[Callable[[str, bool], None] | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Callable[[str, bool], None]) -> Iterator[None]:
    """Within this block `listener` is told each notice, and each wait: a line, and whether it passes.

    What passes is a wait; its line is empty when it is over.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


class Countdown:
    """A wait made visible: ``tick(remaining)`` about once a second, ``done()`` at the end.

    A terminal gets one line on stderr for waits of two seconds or more, a script an INFO record, static mode
    nothing. Of several waits at the same time, as of the rows of a table, a page tells one.
    """

    _told: "ClassVar[Countdown | None]" = None

    def __init__(self, why: str) -> None:
        self._why = text.short(why, 200)
        self._id: str | None = None
        self._said = False

    def tick(self, remaining_seconds: float) -> None:
        """Shows how long the wait still takes, in seconds."""
        line = f"Waiting {text.seconds(max(round(remaining_seconds), 1))}: {self._why}"
        listener = _listener.get()
        if listener is not None:
            listener(line, True)
            return
        where = environment()
        if where == "notebook":
            if static_mode() or Countdown._told not in (None, self):
                return
            Countdown._told = self
            bundle = _line(line)
            if self._id is None:
                self._id = os.urandom(8).hex()
                _publish(bundle, display_id=self._id)
            else:
                _publish(bundle, display_id=self._id, update=True)
        elif not self._said:
            self._said = True
            if where == "terminal" and remaining_seconds >= 2:
                sys.stderr.write(line + "\n")
            elif where == "script":
                logger.info(line)

    def done(self) -> None:
        """Takes the line away."""
        listener = _listener.get()
        if listener is not None:
            listener("", True)
            return
        if Countdown._told is self:
            Countdown._told = None
        if self._id is not None:
            _publish({"text/plain": "", "text/html": ""}, display_id=self._id, update=True)
            self._id = None


_noticed: set[tuple[str, str]] = set()


def notice(message: str) -> None:
    """A line said once per cell: a display in a notebook, stderr in a terminal, else a log record.

    Never stderr in a notebook: a saved notebook would then differ from its own re-run.
    """
    line = text.short(message, 500)
    listener = _listener.get()
    if listener is not None:
        listener(line, False)
        return
    once = (execution(), line)
    if once in _noticed:
        return
    _noticed.add(once)
    where = environment()
    if where == "notebook":
        _publish(_line(line))
    elif where == "terminal":
        sys.stderr.write(f"venice_nb: {line}\n")
    else:
        logger.warning(line)


def _line(line: str) -> Bundle:
    return {"text/plain": line, "text/html": html.page(html.tag("p", line, class_="vn-line"))}
