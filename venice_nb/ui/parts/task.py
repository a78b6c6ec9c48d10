"""Work in a thread of its own that another thread can stop, as Ctrl-C stops a cell."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.client.clock import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
NAME = "venice-nb panel"  # of the threads


class Task:
    """Carries out `work` in a thread: begin it, `stop()` it, or `wait()` for it.

    Stopping raises KeyboardInterrupt in the thread at its next wait, or when the work looks up. `idle` is
    called meanwhile, a few times a second, while the work waits for a server.
    """

    def __init__(self, work: Callable[[Task], None], *, idle: Callable[[], None] | None = None) -> None:
        self._work = work
        self._idle = idle
        self._stopped = threading.Event()
        self._thread = _thread(self._run)

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the work to end."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether it was asked to end."""
        return self._stopped.is_set()

    def look(self) -> None:
        """End the work here when it was asked to end."""
        if self._stopped.is_set():
            raise KeyboardInterrupt

    def wait(self, timeout: float | None = None) -> bool:
        """Wait at most so many seconds; whether it has ended. Before it has begun, that is False at once."""
        begun = self._thread.ident is not None
        if begun and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return begun and not self._thread.is_alive()

    def together(self, works: Sequence[Callable[[], T]]) -> list[T | BaseException]:
        """What came of several pieces of work at the same time, each in a thread; an error in its place."""
        found: list[Any] = [None] * len(works)

        def one(place: int) -> None:
            try:
                with watched(self.look):
                    found[place] = works[place]()
            except BaseException as error:  # noqa: BLE001  it is handed on
                found[place] = error

        threads = [_thread(one, place) for place in range(len(works))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def _run(self) -> None:
        with watched(self._watch):
            self._work(self)

    def _watch(self) -> None:
        self.look()
        if self._idle is not None:
            self._idle()


def _thread(work: Callable[..., None], *given: Any) -> threading.Thread:
    """A thread in the context of this one, so that what is said in it is heard where it is said here."""
    context = contextvars.copy_context()
    return threading.Thread(target=context.run, args=(work, *given), name=NAME, daemon=True)
