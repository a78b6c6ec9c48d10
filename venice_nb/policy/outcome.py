"""What came of an attempt, and whether the call may be tried again.

An outcome says one thing only: how far the request got. Together with what a repetition may do (`Safety`) it
picks a row of the table below, so that every decision about sending again is readable in one screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Protocol

from venice_nb import errors
from venice_nb.calls.advice import span
from venice_nb.calls.call import Call, Received, Safety

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.calls.call import Timeouts
    from venice_nb.policy.budget import Reservation
    from venice_nb.policy.ledger import Hold
    from venice_nb.policy.rates import Wait

FIRST, AFTER_429, CEILING = 0.5, 1.0, 20.0  # seconds: base of the backoff, base after a 429, its upper end
ONE_DUPLICATE, ALL_DUPLICATES = (
    0.005,
    0.05,
)  # US dollars that may be risked by one resend, by all of a process

LostKind = Literal["connect", "dns", "tls", "timeout", "cut", "deadline", "pool", "interrupt"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The server answered: `received` is the whole answer, or for a stream its beginning.

    `settle`, set on the answer that `attempts` gives back, takes the total tokens used once they are known.
    When it is never called the estimate stands for a minute and is then forgotten. `hold` is what the call
    has reserved of a budget, to be settled with what it cost.
    """

    received: Received
    stream: Any = None
    settle: Callable[[int], None] | None = None
    hold: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No complete answer arrived. `sent`: the server may have got the request; `final`: do not try again."""

    sent: bool
    reason: str
    kind: LostKind
    final: bool = False


Outcome = Answered | Lost


@dataclass(slots=True)
class Attempt:
    """Send this once, now, and answer with `Answered` or `Lost`. An exception may be thrown in instead.

    A driver that can tell may set `sent` to False until the request leaves, so that an interruption before
    then counts for nothing; and may call `accepted()` as soon as a success status has arrived, so that a long
    body does not count as a request that may still fail.
    """

    call: Call[Any]
    number: int
    timeouts: Timeouts
    accepted: Callable[[], None]
    sent: bool = True


class Fate(Enum):
    """How far a request got."""

    DONE = "done"  # answered with success
    NOT_SENT = "not sent"  # the server saw nothing
    REFUSED = "refused"  # complete answer 429 or 503: not done
    FAILED = "failed"  # complete answer 500 or 502: probably not done
    UNKNOWN = "unknown"  # it left, and nobody knows what came of it
    FINAL = "final"  # an answer that a repetition cannot change


def fate(status: int) -> Fate:
    """How far a request got that was answered with this status."""
    if 200 <= status < 300:
        return Fate.DONE
    if status in (429, 503):
        return Fate.REFUSED
    if status in (500, 502):
        return Fate.FAILED
    if status == 408 or (status >= 504 and status != 505):
        return Fate.UNKNOWN  # a gateway gave up waiting; the server behind it may not have
    return Fate.FINAL


@dataclass(frozen=True, slots=True)
class Rule:
    """How often and for how long a class of calls is tried, and what is repeated after which outcome.

    `failed` and `unknown` count the repetitions allowed after that outcome; None means no limit of its own.
    """

    attempts: int
    seconds: float
    failed: int | None
    unknown: int | None


RULES = {
    Safety.READ: Rule(5, 60, None, None),
    Safety.POLL: Rule(4, 60, None, None),  # whoever waits for a job asks again, for as long as it lives
    Safety.INFER: Rule(4, 60, None, None),  # after UNKNOWN only below a price, see `risks_money`
    Safety.MAKE: Rule(3, 60, 1, 0),
    Safety.QUEUE: Rule(3, 120, 0, 0),
    Safety.KEYS: Rule(3, 60, 0, 0),
}


def risks_money(call: Call[object], spent: float) -> bool:
    """Whether sending again after a lost answer risks too much; `spent` US dollars were risked before."""
    if not call.paid:
        return False
    if call.price is None:
        return True
    return call.price > ONE_DUPLICATE or spent + call.price > ALL_DUPLICATES + 1e-9


class Dice(Protocol):
    """Where chance comes from: the `random` module, or an instance of `random.Random`."""

    def uniform(self, a: float, b: float, /) -> float:
        """A number between two."""


def delay(dice: Dice, attempt: int, *, hint: float | None, limited: bool) -> float:
    """Seconds to wait after the failed attempt number `attempt`.

    With a hint of the server: never below it, a little above, so that callers do not return all at once.
    Without: anything up to base times 2 to the power of (attempt - 1), at most 20 s.
    """
    if hint is not None:
        return hint + dice.uniform(0.0, min(1 + 0.1 * hint, 5.0))
    base = AFTER_429 if limited else FIRST
    return dice.uniform(0.0, min(CEILING, base * 2.0 ** min(attempt - 1, 10)))


def poll_pause(call: Call[object], status: int | None) -> float:
    """Seconds that a poll of a job waits at least before it asks again."""
    if call.safety is not Safety.POLL or status is None:
        return 0.0
    return {429: 15.0, 503: 15.0, 500: 5.0}.get(status, 0.0)


def transport_error(lost: Lost, call: Call[Any], attempts: int, elapsed: float) -> errors.TransportError:
    """The error of an attempt without a complete answer."""
    known: dict[str, Any] = {"asked": call.asked, "attempts": attempts, "elapsed": elapsed}
    advice = _ADVICE[lost.kind]
    if not lost.sent:
        return errors.NotSent(f"The request was not sent: {lost.reason}", do=advice, **known)
    if not call.paid and call.safety is not Safety.KEYS:
        return errors.TransportError(f"No complete answer arrived: {lost.reason}", do=advice, **known)
    return errors.UnknownOutcome(
        f"The answer was lost: {lost.reason}; the call may have been done{' and charged' * call.paid}",
        do=f"check whether it was done before sending it again; {advice}",
        charged="unknown" if call.paid else "no",
        **known,
    )


def limited(wait: Wait, call: Call[Any], server_time: float) -> errors.RateLimited:
    """The error of a wait that is too long to sleep through."""
    return errors.RequestLimit(
        f"The limit of this key is reached: {wait.why}",
        asked=call.asked,
        do=f"wait {span(wait.total)}, or use another model",
        retry_after=wait.total,
        retry_at=server_time + wait.total,
    )


def held(hold: Hold, call: Call[Any]) -> errors.BreakerOpen:
    """The error of a call held back for longer than it may take."""
    return errors.BreakerOpen(
        f"Held back: {hold.why}",
        asked=call.asked,
        do="mend the call that keeps failing, then try again",
        retry_after=hold.seconds,
    )


_ADVICE: dict[LostKind, str] = {
    "connect": "check the network and base_url",
    "dns": "this machine seems to be offline, or base_url is mistyped",
    "tls": "check this machine's clock and its certificates; a company network may need its own authority",
    "timeout": "ask for less, stream the answer, or allow more time with timeout=",
    "cut": "check the network",
    "deadline": "ask for less, stream the answer, or allow more time with timeout=",
    "pool": "close streams that are no longer read",
    "interrupt": "it was interrupted here",
}
