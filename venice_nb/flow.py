"""Policy as generators: what to do next, never how.

A plan yields steps and receives what came of them. Two short drivers, one synchronous and one asynchronous,
carry the steps out, so each behaviour is written once and tested from a table without a clock or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from venice_nb.calls.call import Call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Send a call under the whole policy and give back its result. `watch` sees a stream's gatherer grow."""

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
class Sleep:
    """Wait so many seconds, and say why."""

    seconds: float
    why: str = ""


Step = Send | Open | Run | Sleep
Plan = Generator[Step, Any, T]
