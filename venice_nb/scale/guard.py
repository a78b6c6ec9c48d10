"""On a worker: the guard of a key whose limits and failures are counted on the scheduler.

To the policy it is a `Guard` like any other. Its ledger and its limiter keep nothing; each is a line to the
`Pool` of the key on the scheduler.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from distributed.utils import sync

from venice_nb.policy.ledger import Hold, Note, Noted
from venice_nb.policy.limits import Guard
from venice_nb.policy.rates import RateLimiter, Sent, Wait
from venice_nb.scale.scheduler import GONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Worker

    from venice_nb.calls.call import Call
    from venice_nb.errors import APIError
    from venice_nb.policy.rates import Lane, Seat

PATIENCE = 60.0  # seconds for an answer of the scheduler
LOOK = 2.0  # seconds; the longest a worker waits without asking whether its run is over


class CalledOff(RuntimeError):  # noqa: N818  named after what happened
    """The scheduler has given up this worker, or the run is over: nothing more may be spent for it."""


class Line:
    """What a worker says about the pool of a key or the funds of a run: asked and waited for, or told."""

    def __init__(self, worker: Worker, run: str, about: str) -> None:
        self._worker, self._run, self._about = worker, run, about

    def ask(self, what: str, *given: Any) -> Any:
        """The answer. Raises CalledOff for a worker that was given up, and when the run is over."""
        answer = sync(
            self._worker.loop,
            self._worker.scheduler.venice_nb_ask,
            worker=self._worker.address,
            run=self._run,
            about=self._about,
            what=what,
            given=given,
            callback_timeout=PATIENCE,
        )
        if answer == GONE:
            raise CalledOff("the scheduler has given up this worker or its run")
        return answer[0]

    def tell(self, what: str, *given: Any) -> None:
        """Say it soon. What is never heard of counts as under way until it would have ended."""
        message = {
            "op": "venice_nb_tell",
            "run": self._run,
            "about": self._about,
            "what": what,
            "given": given,
        }
        self._worker.loop.add_callback(self._worker.batched_send, message)


class ClusterLedger:
    """The failure ledger of the cluster, as a `Ledger`. It goes by the clock of the pool."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def admit(self, now: float, seconds: float) -> int | Hold:  # noqa: ARG002
        """See `Ledger`."""
        answer = self._line.ask("admit", seconds)
        if len(answer) == 2:
            mark, noted = answer
            return Noted(mark) if noted else int(mark)
        seconds, why, probe = answer
        return Hold(min(seconds, LOOK), why, probe)

    def succeeded(self, mark: int) -> None:
        """See `Ledger`."""
        self._line.tell("succeeded", int(mark))

    def failed(self, mark: int, now: float) -> None:  # noqa: ARG002
        """See `Ledger`."""
        self._line.tell("failed", int(mark))

    def note(self, name: str, until: float, text: str = "") -> None:
        """See `Ledger`; `until` is the scheduler's time."""
        self._line.ask("note", name, until, text)

    def forget(self, name: str) -> None:
        """See `Ledger`."""
        self._line.ask("forget", name)

    def notes(self, now: float) -> Mapping[str, Note]:  # noqa: ARG002
        """See `Ledger`; times are the scheduler's."""
        return {name: Note(*note) for name, note in self._line.ask("notes").items()}


class _Sent(Sent):
    """A request that was let through, by the number it has on this worker."""

    __slots__ = ("number",)

    def __init__(self, at: float, tokens: int, number: int) -> None:
        super().__init__(at, tokens)
        self.number = number


class ClusterLimiter(RateLimiter):
    """The rate limiter of the cluster. It goes by the clock of the pool."""

    _numbers = itertools.count(1)  # one sequence for all limiters of a process

    def __init__(self, line: Line) -> None:
        super().__init__(lambda *_: (None, None))
        self._line = line

    def take(self, seat: Seat, now: float) -> Wait | None:
        """See `RateLimiter`."""
        if not seat.number:
            seat.number = next(self._numbers)
        answer = self._line.ask("take", seat.number, *seat.lane, seat.tokens, seat.weight)
        wait = None
        if answer is not None:
            seconds, *rest = answer
            wait = Wait(min(seconds, LOOK), *rest)
        seat.queued = wait is not None and not wait.final
        if wait is None:
            seat.sent, seat.in_flight = _Sent(now, seat.tokens, seat.number), True
        return wait

    def withdraw(self, seat: Seat) -> None:
        """See `RateLimiter`. Waited for: the next `take` of the seat must not overtake it."""
        self._line.ask("withdraw", seat.number)
        seat.queued = seat.in_flight = False
        seat.sent = None

    def landed(self, seat: Seat) -> None:
        """See `RateLimiter`."""
        if seat.in_flight:
            seat.in_flight = False
            self._line.tell("landed", seat.number)

    def settle(self, lane: Lane, sent: Sent, tokens: int) -> None:  # noqa: ARG002
        """See `RateLimiter`."""
        assert isinstance(sent, _Sent)
        self._line.tell("settle", sent.number, tokens)

    def heed(self, seat: Seat, headers: Mapping[str, str], now: float, server: float) -> None:  # noqa: ARG002
        """See `RateLimiter`."""
        told = {name: value for name, value in headers.items() if name.startswith("x-ratelimit-")}
        self._line.tell("heed", seat.number, told, server)

    def brake(self, seat: Seat, now: float, hint: float | None) -> None:  # noqa: ARG002
        """See `RateLimiter`."""
        self._line.tell("brake", seat.number, hint)

    def wants_truth(self, now: float) -> bool:  # noqa: ARG002
        """See `RateLimiter`."""
        return bool(self._line.ask("wants_truth"))

    def learn(self, reply: Any) -> None:
        """See `RateLimiter`."""
        self._line.ask("learn", reply)


class ClusterGuard(Guard):
    """The guard of a key on one worker; what it decides by is the scheduler's."""

    def __init__(self, line: Line) -> None:
        self._line = line
        before = time.monotonic()
        there = line.ask("time")
        self._ahead = (
            there - (before + time.monotonic()) / 2
        )  # of our clock; machines start at different times
        super().__init__(ledger=ClusterLedger(line))

    def _begin(self) -> None:
        super()._begin()
        self.limiter = ClusterLimiter(self._line)

    # Only these compare times with what other workers have noted.

    def refused(self, error: APIError, call: Call[Any], now: float) -> None:
        """See `Guard`."""
        super().refused(error, call, now + self._ahead)

    def problem(self, call: Call[Any], now: float) -> APIError | None:
        """See `Guard`."""
        return super().problem(call, now + self._ahead)

    def probed(self, mark: int, *, fine: bool | None, now: float) -> None:
        """See `Guard`."""
        super().probed(mark, fine=fine, now=now + self._ahead)
