"""The guard of a key: everything that decides whether and when a request of this key may go.

One guard per address and key serves every client of the process, synchronous or not, in any thread. It does
no input or output but for the shared failure ledger, never sleeps, and is told the time.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from venice_nb import errors
from venice_nb.calls.call import Call, Received, Timeouts
from venice_nb.catalogue import Catalogue, limits_for
from venice_nb.policy.hints import ServerClock, hint
from venice_nb.policy.ledger import (
    BLOCK,
    BLOCKED,
    CAP,
    CROWDED,
    LATCH,
    LOWER,
    PROBING,
    REFUSED,
    STALE,
    Hold,
    Ledger,
    MemoryLedger,
)
from venice_nb.policy.rates import Lane, LimitsFor, RateLimiter, Seat, Wait
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.results.headers import Limits
    from venice_nb.secrets import Secret

RETRY_TOKENS = 50.0  # a retry costs 5, after a timeout 10; a success gives 1 back
DAY = 86_400.0
TOGETHER = 16  # requests of one process under way; as many as there are connections

# Problems of the key itself: asking again at once only adds to the failures the server counts.
OF_THE_KEY = (
    errors.BadKey,
    errors.InsufficientBalance,
    errors.KeySpendLimit,
    errors.NoKeySent,
    errors.AccessDisabled,
)
OF_THE_MODEL = (errors.ProOnly, errors.RegionBlocked, errors.PrivacyForbidden)


def _received(received: Received) -> Received:
    return received


def small_call(operation: str, path: str) -> Call[Received]:
    """A request without cost, sent for the sake of the guard."""
    return Call(
        operation=operation,
        method="GET",
        path=path,
        read=_received,
        timeouts=Timeouts(read=15.0, total=30.0, first=15.0),
    )


TRUTH = small_call("getApiKeyRateLimits", "/api_keys/rate_limits")
PROBE = small_call("listModels", "/models")


class RetryBudget:
    """Keeps retries from making an outage worse: when it is spent, only first attempts go."""

    def __init__(self, tokens: float = RETRY_TOKENS) -> None:
        self._most = self.tokens = tokens

    def spend(self, cost: float) -> bool:
        """Whether a retry may be made; takes its cost."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def earn(self) -> None:
        """A request succeeded."""
        self.tokens = min(self._most, self.tokens + 1.0)


class Guard:
    """Rate limiter, failure ledger and retry budget of one address and key.

    Args:
        ledger: the failure ledger; in memory when left out.
        limits_for: default (requests, tokens) per minute of a model and family.
        truth: the call that tells the real limits, sent before the first wait; None never asks.
        wall: Unix time, only used until the server has told its own.

    """

    def __init__(
        self,
        *,
        ledger: Ledger | None = None,
        limits_for: LimitsFor | None = None,
        truth: Call[Any] | None = TRUTH,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._limits_for = limits_for or _table
        self.ledger: Ledger = ledger or MemoryLedger()
        self.truth = truth
        self.wall = wall
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self.limiter = RateLimiter(self._limits_for)
        self.retries = RetryBudget()
        self.clock = ServerClock()
        self._gate = threading.Lock()
        self._inside = 0
        self.risked = 0.0  # US dollars that resent calls may have cost twice
        self._said: dict[Lane, tuple[float, Headers]] = {}  # when what was last told of limits

    def here(self) -> None:
        """After a fork the parent's locks may be held by threads that do not exist here: begin anew."""
        if self._pid != os.getpid():
            if isinstance(self.ledger, MemoryLedger):
                self.ledger = MemoryLedger()
            self._begin()

    def allowed(self, model: str, family: str) -> tuple[int | None, int | None]:
        """Requests and tokens a minute that a model may be sent; None where nothing limits them."""
        self.here()
        return self.limiter.allowed((model, family))

    def seat(self, call: Call[Any]) -> Seat | None:
        """A place in the queue of the call's model; None when nothing limits the call."""
        if not call.model and not call.family:
            return None
        return Seat((call.model, call.family), call.tokens, call.weight)

    def admit(self, call: Call[Any], seat: Seat | None, now: float) -> int | Wait | Hold:
        """The mark of a request that may go now, or how long to wait. A wait leaves nothing counted.

        Whoever gets a mark calls `left` once it is known what the answer says about the key, so that no
        request goes out between a refusal of the key and everybody's knowing of it.
        """
        if not self._enter():
            return Hold(CROWDED, f"{TOGETHER} requests are under way")
        admitted: int | Wait | Hold | None = None
        try:
            admitted = self.limiter.take(seat, now) if seat is not None else None
            if admitted is None:
                admitted = self.ledger.admit(now, call.timeouts.total)
                if seat is not None and isinstance(admitted, Hold):
                    self.limiter.withdraw(seat)
        finally:
            if not isinstance(admitted, int):
                self.left()
        return admitted

    def _enter(self) -> bool:
        with self._gate:
            if self._inside >= TOGETHER:
                return False
            self._inside += 1
            return True

    def left(self) -> None:
        """A request that was admitted is over, and what it told has been noted."""
        with self._gate:
            self._inside -= 1

    def give_back(self, admitted: int | Wait | Hold, seat: Seat | None, now: float) -> None:
        """The call does not go after all."""
        if isinstance(admitted, int):
            self.ledger.succeeded(admitted)
            self.left()
        elif isinstance(admitted, Hold) and admitted.probe is not None:
            self.probed(admitted.probe, fine=None, now=now)
        if seat is not None:
            self.limiter.withdraw(seat)

    def server_time(self, now: float) -> float:
        """Unix time at the server."""
        wall = self.wall()
        return wall + self.clock.skew(now, wall)

    def heard(self, seat: Seat | None, received: Received, now: float) -> None:
        """Take note of the headers of an answer."""
        self.clock.heed(received.headers.get("date"), now)
        if seat is not None:
            self.limiter.landed(seat)
            if "x-ratelimit-remaining-requests" in received.headers:
                at = self.server_time(now)
                self.limiter.heed(seat, received.headers, now, at)
                self._said[seat.lane] = (now, Headers(received.headers, received=at))

    def told(self, now: float) -> list[tuple[str, str, float, Limits]]:
        """What the answers say of limits: model, family, how many seconds ago, and what."""
        self.here()
        return [(*lane, now - at, headers.limits) for lane, (at, headers) in list(self._said.items())]

    def asked_to_wait(self, received: Received, body: Any, now: float) -> float | None:
        """Seconds the server asks to wait."""
        wall = self.wall()
        return hint(received.headers, body, wall, self.clock.skew(now, wall))

    def refused(self, error: errors.APIError, call: Call[Any], now: float) -> None:
        """Remember what an error says about more than its own call: a key problem, a block, a lower cap."""
        if isinstance(error, errors.TooManyFailures):
            wait = min(max(error.retry_after or 0.0, BLOCK), 120.0)
            self.ledger.note(BLOCKED, now + wait + STALE, str(now + wait))
            cap = _told_cap(error.what)
            if cap is not None and cap < CAP:
                self.ledger.note(LOWER, now + DAY, str(cap))
        elif call.paid and isinstance(error, (*OF_THE_KEY, *OF_THE_MODEL)):
            scope = "" if isinstance(error, OF_THE_KEY) else f" {call.model}"
            told = {
                "kind": type(error).__name__,
                "what": error.what,
                "status": error.status,
                "code": error.code,
            }
            told["do"] = error.do
            self.ledger.note(REFUSED + scope, now + LATCH, json.dumps(told))

    def problem(self, call: Call[Any], now: float) -> errors.APIError | None:
        """The error a paid call would meet, known from a moment ago."""
        if not call.paid:
            return None
        notes = self.ledger.notes(now)
        note = notes.get(REFUSED) or notes.get(f"{REFUSED} {call.model}") if notes else None
        if note is None:
            return None
        told = json.loads(note.text)
        kind = getattr(errors, told["kind"])
        left = max(1, round(note.until - now))
        error: errors.APIError = kind(
            told["what"],
            asked=call.asked,
            do=f"{told['do']}; not sent again because the server said so a moment ago, "
            f"the next try goes out in {left} s or with another key",
            status=told["status"],
            code=told["code"],
        )
        return error

    def probed(self, mark: int, *, fine: bool | None, now: float) -> None:
        """What the first request after a block came to; None when it was never sent."""
        if fine is None:
            self.ledger.succeeded(mark)
        elif fine:
            self.ledger.succeeded(mark)
            self.ledger.forget(BLOCKED)
        else:
            self.ledger.failed(mark, now)
            self.ledger.note(BLOCKED, now + BLOCK + STALE, str(now + BLOCK))
        self.ledger.forget(PROBING)


def _told_cap(text: str) -> int | None:
    """Two less than the N of "(> N)" in the server's words, at least 1."""
    head, sign, tail = text.partition("(>")
    digits = tail.strip(" )").split(")")[0].strip()
    return max(1, int(digits) - 2) if sign and head and digits.isascii() and digits.isdigit() else None


def _table(model: str, family: str) -> tuple[int | None, int | None]:
    """The published limits of a model, else of its family."""
    limits = limits_for(Catalogue.bundled().get(model) or family or "text")
    return limits.rpm, limits.tpm


def _none(model: str, family: str) -> tuple[None, None]:  # noqa: ARG001  the limits of no limits
    return None, None


_guards: dict[tuple[str, bytes], Guard] = {}
_lock = threading.Lock()
_salt = os.urandom(16)


def guard_for(base_url: str, key: Secret | None, *, private: bool = False, paced: bool = True) -> Guard:
    """The guard all clients of this address and key share; `private` makes one of its own, in memory.

    A private guard that is not `paced` expects no rate limits; what the server's headers say still counts.
    """
    if private:
        return Guard() if paced else Guard(limits_for=_none, truth=None)
    who = identity(base_url, key)
    name = (base_url, hashlib.blake2b(who, key=_salt).digest())
    with _lock:
        if name not in _guards:
            from venice_nb.policy.store import shared_ledger  # noqa: PLC0415  only live clients need the file

            _guards[name] = Guard(ledger=shared_ledger(who), truth=None if key is None else TRUTH)
        return _guards[name]


def identity(base_url: str, key: Secret | None) -> bytes:
    """What the limits of an address and key are counted under; the key cannot be told from it."""
    secret = key.reveal().encode() if key is not None else b""
    return hashlib.sha256(base_url.encode() + b"\0" + secret).digest()


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may hold the old one for ever
    _lock = threading.Lock()
    _guards.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
