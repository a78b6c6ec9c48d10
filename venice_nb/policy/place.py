"""The place of a call among all others of its key: in the queue of its model, among failures, under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.failures import body_of
from venice_nb.policy.ledger import Hold
from venice_nb.policy.limits import PROBE, Guard
from venice_nb.policy.outcome import Answered, Attempt, Dice, Outcome, held, limited
from venice_nb.policy.rates import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from venice_nb.calls.call import Call
    from venice_nb.errors import VeniceError
    from venice_nb.policy.steps import Sleep

    Waiting = Generator[Attempt | Sleep, Outcome | None, None]
    Send = Callable[[Call[Any]], Generator[Attempt | Sleep, Outcome | None, Outcome]]
    Pause = Callable[[float, str], Waiting]


class Place:
    """Taken before each attempt, and given back when it is known what came of it.

    Args:
        call: whose place it is.
        guard: the limits and the failures of the key.
        now: monotonic seconds.
        rng: where chance comes from.

    Attributes:
        seat: the call's in the queue of its model, if that has limits.

    """

    def __init__(self, call: Call[Any], guard: Guard, *, now: Callable[[], float], rng: Dice) -> None:
        guard.here()
        self._guard, self._now, self._rng = guard, now, rng
        self.seat = guard.seat(call)
        self._mark: int | None = None  # in the ledger of failures, until it is known what came of the attempt
        self._inside = False  # counted among the requests under way

    def take(
        self, call: Call[Any], patience: float, send: Send, sleep: Pause
    ) -> Generator[Attempt | Sleep, Outcome | None, VeniceError | None]:
        """Wait until the call may go; gives back why it may not.

        Args:
            call: what is to go.
            patience: seconds that a block may last and still be waited for.
            send: sends once; what must be asked about the key goes through it too.
            sleep: waits so many seconds, for a reason.

        """
        guard, held_since = self._guard, None
        while True:
            now = self._now()
            admitted = guard.admit(call, self.seat, now)
            if type(admitted) is not int:  # something is noted about the key, or the call must wait
                problem = guard.problem(call, now)
                if problem is not None:
                    guard.give_back(admitted, self.seat, now)
                    return problem
            if isinstance(admitted, int):
                self._mark, self._inside = admitted, True
                return None
            if isinstance(admitted, Wait):
                if guard.truth is not None and guard.limiter.wants_truth(now):
                    yield from self._truth(guard.truth, send)
                elif admitted.final:
                    return limited(admitted, call, guard.server_time(now))
                else:
                    yield from sleep(admitted.seconds, admitted.why)
                continue
            if admitted.probe is not None:
                yield from self._probe(admitted.probe, send, sleep)
                continue
            held_since = now if held_since is None else held_since
            if now + admitted.seconds - held_since > patience:
                return held(admitted, call)
            yield from sleep(admitted.seconds * self._rng.uniform(1.0, 1.1), admitted.why)

    def _truth(self, call: Call[Any], send: Send) -> Waiting:
        """Ask for the key's real limits before anyone waits for assumed ones; a failure is no matter."""
        mark = self._guard.ledger.admit(self._now(), call.timeouts.total)
        if isinstance(mark, Hold):
            if mark.probe is not None:
                self._guard.probed(mark.probe, fine=None, now=self._now())
            return
        self._mark = mark
        outcome = yield from send(call)
        if isinstance(outcome, Answered) and 200 <= outcome.received.status < 300:
            self._guard.limiter.learn(body_of(outcome.received))
            self.succeeded()
        elif isinstance(outcome, Answered) or outcome.sent:
            self.failed()
        else:
            self.succeeded()

    def _probe(self, mark: int, send: Send, sleep: Pause) -> Waiting:
        """Find out with something free whether the server's block is over."""
        self._mark = mark
        outcome = yield from send(PROBE)
        self._mark = None
        if isinstance(outcome, Answered):
            self._guard.probed(mark, fine=200 <= outcome.received.status < 300, now=self._now())
            return
        self._guard.probed(mark, fine=False if outcome.sent else None, now=self._now())
        if not outcome.sent:
            yield from sleep(1.0, outcome.reason)

    def succeeded(self) -> None:
        """The attempt is no failure, and no longer under way."""
        mark, self._mark = self._mark, None
        if mark is not None:
            self._guard.ledger.succeeded(mark)
        self.leave()

    def failed(self) -> None:
        """The attempt is a failure; until `leave` it counts among those under way."""
        mark, self._mark = self._mark, None
        if mark is not None:
            self._guard.ledger.failed(mark, self._now())

    def leave(self) -> None:
        """The attempt is no longer under way."""
        if self._inside:
            self._inside = False
            self._guard.left()

    def lost(self, *, sent: bool) -> None:
        """No answer came: a failure if the server may have seen the request, else as if it had never been."""
        limiter = self._guard.limiter
        if sent:
            self.failed()
        else:
            self.succeeded()
        if self.seat is not None:
            (limiter.landed if sent else limiter.withdraw)(self.seat)
        self.leave()

    def release(self, *, sent: bool) -> None:
        """Give back whatever is still held; `sent` tells whether the last attempt left."""
        pending = self._mark is not None  # abandoned between sending and hearing of it
        if sent:
            self.failed()  # it may still fail at the server
        else:
            self.succeeded()
        self.leave()
        if self.seat is not None:
            if self.seat.queued or (pending and not sent):
                self._guard.limiter.withdraw(self.seat)
            else:
                self._guard.limiter.landed(self.seat)
