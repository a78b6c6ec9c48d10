"""The steps of a plan: what it asks of a driver, and what it gets back.

A plan is a generator. It yields a step and receives what came of it; what went wrong is raised where the step
was yielded, and the plan may catch it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.calls.call import Call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Send a call under the whole policy and give back its result.

    `watch` sees a stream's gatherer grow; for a call that comes in `pieces` it sees each piece of bytes.
    """

    call: Call[Any]
    watch: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Open a streaming call under the whole policy and give back the open stream."""

    call: Call[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Run a function of the user's; a coroutine is awaited by the asynchronous driver."""

    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Work(Run):
    """Run a function of ours that computes for a while, or handles large files.

    The asynchronous driver runs it in a thread, so that other tasks go on. A plan that is cancelled hears of
    it when the function ends, at the latest after a second: what was begun in a thread cannot be stopped.
    """


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds, and say why. A silent wait shows no countdown: `why` is empty."""

    seconds: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Download `url` into a new `file`, without the key, and give back a `Received` with that file.

    One attempt. Only https to public addresses, or the origin of the client's own base URL. Raises the typed
    error for an error status, TransportError for a lost connection, UnsafeContent for an unsafe address.
    """

    url: str
    file: Path
    total: float = 1800.0  # seconds


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan is about to pay for, where that is more than its next step tells. Nothing is carried out.

    It is what an estimate adds up.
    """

    calls: tuple[Call[Any], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one of several plans: its value, or the error that ended it."""

    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Carry out several plans at the same time and give back a `Done` for each, in their order.

    A plan is made by a function without arguments when its turn comes; an iterator of such functions is asked
    for the next one only then, in one thread. `watch` is called with the position and the outcome of each
    plan as it ends, one at a time. An interruption stops those under way, starts no more, and is raised when
    they have stopped.

    `easing` is for plans that may be mostly work of this process, such as reading large answers: threads then
    make way for each other, and `at_once` are under way only as long as there is waiting to do.
    """

    plans: Iterable[Callable[[], Generator[Any, Any, Any]]]
    at_once: int = 8
    watch: Callable[[int, Done], None] | None = None
    easing: bool = False


Step = Send | Open | Run | Sleep | Fetch | Together | Planned
Plan = Generator[Step, Any, T]
