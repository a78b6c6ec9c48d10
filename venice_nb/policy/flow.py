"""Policy as generators: what to do next, never how.

A plan yields steps and receives what came of them. Two short drivers, one synchronous and one asynchronous,
carry the steps out, so each behaviour is written once and tested from a table without a clock or a network.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from venice_nb import errors
from venice_nb.calls.call import Call, Received, Safety
from venice_nb.calls.failures import body_of, failure
from venice_nb.policy.budget import afford
from venice_nb.policy.hints import LONGEST
from venice_nb.policy.outcome import (
    RULES,
    Answered,
    Attempt,
    Dice,
    Fate,
    Lost,
    Outcome,
    delay,
    fate,
    poll_pause,
    risks_money,
    transport_error,
)
from venice_nb.policy.place import Place
from venice_nb.policy.steps import Sleep

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from venice_nb.policy.budget import Purse, Reservation
    from venice_nb.policy.limits import Guard

__all__ = ["Answered", "Attempt", "Event", "Lost", "Outcome", "attempts"]

T = TypeVar("T")
log = logging.getLogger("venice_nb")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a call, for those who watch."""

    kind: Literal["attempt", "answer", "lost", "wait", "error", "done"]
    operation: str
    attempt: int
    status: int | None = None
    seconds: float | None = None
    why: str = ""
    request_id: str | None = None


def attempts(
    call: Call[Any],
    guard: Guard,
    *,
    rng: Dice = random,
    now: Callable[[], float] = time.monotonic,
    max_retries: int | None = None,
    on_event: Callable[[Event], None] | None = None,
    purse: Purse | None = None,
    missed: Callable[[Call[Any], BaseException | None], None] | None = None,
) -> Generator[Attempt | Sleep, Outcome | None, Answered]:
    """Send a call until it succeeds or may not be sent again; gives back the answer, a success.

    Yields `Attempt`, to be answered with `Answered` or `Lost`, and `Sleep`, to be answered with None. Raises
    the error of the last attempt. Closing the generator, or throwing into it, gives back what it holds.

    Args:
        call: what to send.
        guard: the limits and the failure budget of the key.
        rng: where chance comes from.
        now: monotonic seconds.
        max_retries: repetitions in place of those of the call's class; never makes an unsafe one safe.
        on_event: called with an `Event` at each step; what it raises is logged.
        purse: the budgets that the call must fit.
        missed: told of each attempt that may have been charged in vain, with its error (None: interrupted).

    """
    told: dict[str, Any] = {"on_event": on_event, "purse": purse, "missed": missed}
    return (yield from _Course(call, guard, rng=rng, now=now, max_retries=max_retries, **told).run())


class _Course:
    """The attempts of one call."""

    def __init__(
        self,
        call: Call[Any],
        guard: Guard,
        *,
        rng: Dice,
        now: Callable[[], float],
        max_retries: int | None,
        on_event: Callable[[Event], None] | None,
        purse: Purse | None,
        missed: Callable[[Call[Any], BaseException | None], None] | None,
    ) -> None:
        self.purse, self.missed, self.rng, self.now, self.on_event = purse, missed, rng, now, on_event
        self.call, self.guard = call, guard
        self.hold: Reservation | None = None
        self.rule = RULES[call.safety]
        self.most = self.rule.attempts if max_retries is None else max_retries + 1
        self.place = Place(call, guard, now=now, rng=rng)
        self.attempt: Attempt | None = None
        self.number = 0
        self.first = 0.0
        self.repeated: dict[Fate, int] = {}
        self.doubt = False  # an earlier attempt may have been charged
        self.told = self.flying = False  # `missed` was told of one; the call itself is under way

    def run(self) -> Generator[Attempt | Sleep, Outcome | None, Answered]:
        try:
            yield from self._afford()
            while True:
                forbidden = yield from self.place.take(self.call, self.rule.seconds, self._send, self._sleep)
                if forbidden is not None:
                    raise self._raised(forbidden)
                self.number += 1
                if self.number == 1:
                    self.first = self.now()
                self._tell("attempt")
                outcome = yield from self._send(self.call)
                if isinstance(outcome, Answered) and 200 <= outcome.received.status < 300:
                    return self._done(outcome)
                if isinstance(outcome, Answered):
                    error, what, hint = self._refused(outcome.received)
                else:
                    error, what, hint = self._lost(outcome)
                pause = self._pause(error, what, hint)
                if pause is None:
                    raise self._raised(error)
                if what is Fate.UNKNOWN:
                    self._miss(error)
                yield from self._sleep(pause, f"{error.what.rstrip('.')}; attempt {self.number + 1} follows")
        finally:
            self._release()

    def _afford(self) -> Generator[Attempt | Sleep, Outcome | None, None]:
        """Reserve what the call may cost."""
        if self.purse is not None:
            try:
                self.call, self.hold = yield from afford(self.purse, self.call)
            except errors.BudgetExceeded as error:
                raise self._raised(error) from None

    def _settled(self, usd: float | None) -> None:
        hold, self.hold = self.hold, None
        if hold is not None:
            hold.settle(usd)

    def _send(self, call: Call[Any]) -> Generator[Attempt | Sleep, Outcome | None, Outcome]:
        self.attempt = attempt = Attempt(call, self.number, call.timeouts, self.place.succeeded)
        self.flying = call is self.call
        try:
            outcome = yield attempt
        except BaseException as stop:
            if isinstance(stop, errors.InvalidInput):
                attempt.sent = False  # it could not even be written down
            elif self.flying and attempt.sent:
                self._miss(stop if isinstance(stop, GeneratorExit) else None)
            raise
        self.flying = False
        if outcome is None:
            raise TypeError("an attempt is answered with Answered or Lost")
        return outcome

    def _sleep(self, seconds: float, why: str) -> Generator[Attempt | Sleep, Outcome | None, None]:
        self._tell("wait", seconds=seconds, why=why)
        yield Sleep(seconds, why)

    def _done(self, answered: Answered) -> Answered:
        self.place.succeeded()
        now, received, guard, seat = self.now(), answered.received, self.guard, self.place.seat
        guard.heard(seat, received, now)
        guard.retries.earn()
        settle = None
        if seat is not None and seat.sent is not None:
            settle = partial(guard.limiter.settle, seat.lane, seat.sent)
        whole = replace(received, elapsed=now - self.first, attempts=self.number)
        self._tell("answer", received.status, request_id=received.headers.get("cf-ray"))
        self._tell("done", received.status, seconds=whole.elapsed)
        hold, self.hold = self.hold, None
        return Answered(whole, answered.stream, settle, hold)

    def _refused(self, received: Received) -> tuple[errors.VeniceError, Fate, float | None]:
        """What an answer without success means, and how long it asks to wait."""
        now, guard, seat = self.now(), self.guard, self.place.seat
        self.place.failed()
        guard.heard(seat, received, now)
        hint = guard.asked_to_wait(received, body_of(received), now) if received.status >= 400 else None
        error = failure(
            received,
            self.call,
            attempts=self.number,
            elapsed=now - self.first,
            wait=hint,
            server_time=guard.server_time(now),
        )
        if received.status == 429 and seat is not None:
            guard.limiter.brake(seat, now, None if isinstance(error, errors.TooManyFailures) else hint)
        guard.refused(error, self.call, now)
        self.place.leave()
        self._tell("answer", received.status, why=error.what, request_id=error.request_id)
        if isinstance(error, errors.TooManyFailures):
            hint = None  # the ledger holds everyone back, this call too
        return error, fate(received.status), hint

    def _lost(self, lost: Lost) -> tuple[errors.VeniceError, Fate, float | None]:
        """What it means that no answer came."""
        self.place.lost(sent=lost.sent)
        self._tell("lost", why=lost.reason)
        what = Fate.UNKNOWN if lost.sent else Fate.NOT_SENT
        error = transport_error(lost, self.call, self.number, self.now() - self.first)
        return error, Fate.FINAL if lost.final else what, None

    def _pause(self, error: errors.VeniceError, what: Fate, hint: float | None) -> float | None:
        """Seconds until the next attempt; None when there is to be none."""
        if what is Fate.FINAL or self.number >= self.most:
            return None
        if isinstance(error, errors.UnknownOutcome):
            self.doubt = self.call.paid
        doubtful = self.call.paid and what in (Fate.FAILED, Fate.UNKNOWN) and error.charged != "no"
        self.doubt = self.doubt or doubtful
        allowed = {Fate.FAILED: self.rule.failed, Fate.UNKNOWN: self.rule.unknown}.get(what)
        if self.call.safety is Safety.POLL and error.status == 500:
            allowed = 1  # the server replays a job's final error; once more tells whether it is one
        if allowed is not None and self.repeated.get(what, 0) >= allowed:
            return None
        if what is Fate.UNKNOWN and risks_money(self.call, self.guard.risked):
            return None
        if hint is not None and hint > LONGEST:
            return None
        pause = delay(self.rng, self.number, hint=hint, limited=error.status == 429)
        pause = max(pause, poll_pause(self.call, error.status))
        left = self.rule.seconds - (self.now() - self.first)
        if pause > left:
            error.do = (
                f"{error.do} (the next attempt was due in {pause:.0f} s, {max(left, 0):.0f} s were left)"
            )
            return None
        polls = self.call.safety is Safety.POLL  # far apart, and a job must not be lost to a long outage
        if not polls and not self.guard.retries.spend(10.0 if what is Fate.UNKNOWN else 5.0):
            error.do = f"{error.do} (not tried again: too many recent calls needed a second attempt)"
            return None
        if doubtful and self.hold is not None and not self.hold.again():
            error.do = f"{error.do} (not tried again: if this one was charged, the budget is used up)"
            return None
        self.repeated[what] = self.repeated.get(what, 0) + 1
        if what is Fate.UNKNOWN and self.call.paid:
            self.guard.risked += self.call.price or 0.0
        return pause

    def _miss(self, error: BaseException | None) -> None:
        self.told = True
        if self.missed is not None and self.call.paid:
            self.missed(self.call, error)

    def _raised(self, error: errors.VeniceError) -> errors.VeniceError:
        free = error.charged == "no"
        self._settled(0.0 if free else None)
        if self.doubt and free:
            error.charged = "unknown"
        if not free or (self.doubt and not self.told):
            self._miss(error)
        error.attempts = self.number
        self._tell("error", error.status, why=error.what, request_id=error.request_id)
        return error

    def _release(self) -> None:
        """Give back what an ended or abandoned call still holds."""
        left = self.attempt is not None and self.attempt.sent
        self._settled(None if left and self.flying else 0.0)
        self.place.release(sent=left)

    def _tell(
        self,
        kind: Literal["attempt", "answer", "lost", "wait", "error", "done"],
        status: int | None = None,
        *,
        seconds: float | None = None,
        why: str = "",
        request_id: str | None = None,
    ) -> None:
        if self.on_event is None:
            return
        try:
            self.on_event(Event(kind, self.call.operation, self.number, status, seconds, why, request_id))
        except Exception:
            log.exception("on_event failed; the call goes on")
