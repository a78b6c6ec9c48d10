"""How fast a key may ask a model: requests per minute, tokens per minute, requests per day.

A log of what was sent in the last 61 seconds, not a bucket: the server counts in windows, and a bucket lets
up to twice the limit through in one. No clock is read and nothing sleeps here; the caller does both.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from venice_nb.policy.hints import LONGEST, number, seconds_until

WINDOW = 61.0  # seconds; one more than the server's, for the time a request is under way
DAY = 86_400.0
SHARE = 0.9  # of the limit; the rest is for other programs of the same account and for clocks
BRAKE, FLOOR = 0.7, 0.1  # a 429 multiplies the pace by BRAKE, never below FLOOR
RECOVERY = 0.05 / 60  # of the full pace, per second
PATIENCE = 2.0  # seconds a caller may be late for its turn before the next one goes
LOOK = 5.0  # seconds; the longest wait before looking again, because limits and queues change
SOON, ANSWERED = 0.25, 2.0  # seconds; looks while the true limits are asked for, and how long that may take

LimitsFor = Callable[[str, str], tuple[int | None, int | None]]
Lane = tuple[str, str]


@dataclass(slots=True, eq=False)
class Sent:
    """One request in the log, and the tokens reserved for it."""

    at: float
    tokens: int
    counted: bool = True  # still in the window


@dataclass(slots=True, eq=False)
class Seat:
    """A caller's place in the queue of one model. `weight`: the requests that its one request counts as."""

    lane: Lane
    tokens: int
    weight: int = 1
    number: int = 0
    due: float = 0.0
    queued: bool = False
    sent: Sent | None = None
    more: list[Sent] = field(default_factory=list)  # the others, beyond the first, that it counts as
    in_flight: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: come back in `seconds`. `total` estimates the whole wait; `why` is for people to read."""

    seconds: float
    total: float
    why: str
    final: bool = False  # too long to sleep through


@dataclass(slots=True)
class _Pace:
    """What is known about one model."""

    rpm: int | None
    tpm: int | None
    rpd: int | None = None
    seen_rpm: int | None = None  # told by headers; only ever lowers
    seen_tpm: int | None = None
    factor: float = 1.0
    braked: float = 0.0
    held: float = 0.0  # until then nobody goes: the server said so
    held_why: str = ""
    tokens: int = 0
    in_flight: int = 0
    seats: int = 0
    log: deque[Sent] = field(default_factory=deque)
    days: deque[float] = field(default_factory=deque)
    queue: dict[int, Seat] = field(default_factory=dict)

    def at(self, now: float) -> float:
        """The share of the limit in use."""
        if self.factor < 1.0:
            restored = min(1.0, self.factor + RECOVERY * max(0.0, now - self.braked))
            if restored >= 1.0:
                self.factor = 1.0
            return SHARE * restored
        return SHARE

    def prune(self, now: float) -> None:
        log = self.log
        while log and log[0].at <= now - WINDOW:
            old = log.popleft()
            old.counted = False
            self.tokens -= old.tokens
        while self.days and self.days[0] <= now - DAY:
            self.days.popleft()


def _lower(limit: int | None, seen: int | None) -> int | None:
    return limit if seen is None else seen if limit is None else min(limit, seen)


def usable(limit: int | None) -> int | None:
    """As much of a limit as is used; None where there is none."""
    return max(1, int(limit * SHARE)) if limit else None


class RateLimiter:
    """Lets requests through so that no window of 60 s holds more than the limit of their model.

    Callers wait in the order they came. All methods take the monotonic time and are safe in threads.

    Args:
        limits_for: default (requests, tokens) per minute of a model and family; None or 0 is no limit.

    """

    def __init__(self, limits_for: LimitsFor) -> None:
        self._limits_for = limits_for
        self._learned: dict[str, dict[str, int]] = {}
        self._paces: dict[Lane, _Pace] = {}
        self._lock = threading.Lock()
        self._asked: float | None = None

    def allowed(self, lane: Lane) -> tuple[int | None, int | None]:
        """Requests and tokens that may go in a minute, as far as is known; None where nothing limits them."""
        with self._lock:
            pace = self._pace(lane)
            known = _lower(pace.rpm, pace.seen_rpm), _lower(pace.tpm, pace.seen_tpm)
        rpm, tpm = map(usable, known)
        return rpm, tpm

    def take(self, seat: Seat, now: float) -> Wait | None:
        """None when the caller may send now, which is then counted; else how long to wait."""
        with self._lock:
            pace = self._pace(seat.lane)
            pace.prune(now)
            wait = self._turn(pace, seat, now)
            if wait is None:
                wait = self._room(pace, seat, now)
            if wait is not None:
                self._queue(pace, seat, now, wait)
                return wait
            if seat.queued:
                del pace.queue[seat.number]
                seat.queued = False
            seat.sent = Sent(now, seat.tokens)
            seat.in_flight = True
            seat.more = [Sent(now, 0) for _ in range(seat.weight - 1)]
            pace.log.extend([seat.sent, *seat.more])
            pace.tokens += seat.tokens
            pace.in_flight += 1
            if pace.rpd:
                pace.days.extend([now] * seat.weight)
            return None

    def _turn(self, pace: _Pace, seat: Seat, now: float) -> Wait | None:
        """Whether someone who came earlier is still to go."""
        for ahead in pace.queue.values():
            if ahead is seat:
                return None
            if now <= ahead.due + PATIENCE:
                return self._room(pace, seat, now, ahead=self._ahead(pace, seat)) or Wait(
                    0.05, 0.05, "a turn"
                )
        return None

    @staticmethod
    def _ahead(pace: _Pace, seat: Seat) -> int:
        first = next(iter(pace.queue))
        return min(len(pace.queue), (seat.number if seat.queued else pace.seats + 1) - first)

    def _room(self, pace: _Pace, seat: Seat, now: float, ahead: int = 0) -> Wait | None:
        """What stands in the way, when `ahead` callers go before."""
        total, why = 0.0, ""
        if pace.held > now:
            total, why = pace.held - now, pace.held_why
        share, log = pace.at(now), pace.log
        rpm = _lower(pace.rpm, pace.seen_rpm)
        if rpm:
            allowed = max(1, int(rpm * share))
            over = len(log) + ahead + min(seat.weight, allowed) - 1 - allowed
            if over >= 0:
                rounds, place = divmod(over, len(log)) if log else (over // allowed, 0)
                start = log[place].at if log else now - WINDOW
                wait = start + WINDOW * (rounds + 1) - now
                if wait > total:
                    total, why = wait, f"at most {allowed} requests a minute"
        tpm = _lower(pace.tpm, pace.seen_tpm)
        if tpm and seat.tokens and log:
            wait = self._tokens(pace, seat.tokens, max(1.0, tpm * share)) - now
            if wait > total:
                total, why = wait, f"at most {int(tpm * share)} tokens a minute"
        if pace.rpd and len(pace.days) >= max(1, int(pace.rpd * SHARE)):
            wait = pace.days[0] + DAY - now
            if wait > total:
                total, why = wait, f"at most {int(pace.rpd * SHARE)} requests a day"
                if total > LONGEST:
                    return Wait(total, total, why, final=True)
        if total <= 0:
            return None
        if pace.held - now > LONGEST:
            return Wait(total, total, why, final=True)
        what = seat.lane[0] or seat.lane[1]
        queued = f", {ahead} ahead" if ahead else ""
        look = SOON if self._asked is not None and now - self._asked < ANSWERED else LOOK
        return Wait(min(total, look), total, f"{why} for {what}: about {max(1, round(total))} s{queued}")

    @staticmethod
    def _tokens(pace: _Pace, wanted: int, allowed: float) -> float:
        """When enough tokens have left the window; a call larger than the limit goes when it is alone."""
        left, when = pace.tokens, 0.0
        for sent in pace.log:
            if left + wanted <= allowed:
                break
            left -= sent.tokens
            when = sent.at + WINDOW
        return when

    def _queue(self, pace: _Pace, seat: Seat, now: float, wait: Wait) -> None:
        if wait.final:
            self._leave(pace, seat)
            return
        if not seat.queued:
            pace.seats += 1
            seat.number = pace.seats
            seat.queued = True
            pace.queue[seat.number] = seat
        seat.due = now + wait.seconds

    @staticmethod
    def _leave(pace: _Pace, seat: Seat) -> None:
        if seat.queued:
            pace.queue.pop(seat.number, None)
            seat.queued = False

    def withdraw(self, seat: Seat) -> None:
        """The caller does not send after all: its place and what was counted for it are free again."""
        with self._lock:
            pace = self._pace(seat.lane)
            self._leave(pace, seat)
            for sent in [seat.sent, *seat.more]:
                if sent is not None and sent.counted:
                    sent.counted = False
                    pace.log.remove(sent)
                    pace.tokens -= sent.tokens
                    if pace.rpd and pace.days:
                        pace.days.pop()
            seat.sent, seat.more = None, []
            self._landed(pace, seat)

    def landed(self, seat: Seat) -> None:
        """The request is no longer under way, whatever came of it."""
        with self._lock:
            self._landed(self._pace(seat.lane), seat)

    @staticmethod
    def _landed(pace: _Pace, seat: Seat) -> None:
        if seat.in_flight:
            seat.in_flight = False
            pace.in_flight -= 1

    def settle(self, lane: Lane, sent: Sent, tokens: int) -> None:
        """Replace the tokens reserved for a request by those it used."""
        with self._lock:
            if sent.counted:
                self._pace(lane).tokens += tokens - sent.tokens
                sent.tokens = tokens

    def heed(self, seat: Seat, headers: Mapping[str, str], now: float, server: float) -> None:
        """Learn from the headers of an answer; `server` is the Unix time there."""
        left = headers.get("x-ratelimit-remaining-requests")
        spare = headers.get("x-ratelimit-remaining-tokens")
        if left is None and spare is None:
            return
        limit, most = (
            number(headers.get("x-ratelimit-limit-requests")),
            number(headers.get("x-ratelimit-limit-tokens")),
        )
        with self._lock:
            pace = self._pace(seat.lane)
            pace.seen_rpm = int(limit) if limit else pace.seen_rpm
            pace.seen_tpm = int(most) if most else pace.seen_tpm
            for what, rest, least in (
                ("requests", number(left), pace.in_flight),
                ("tokens", number(spare), 0),
            ):
                if rest is None or rest > least:
                    continue
                reset = seconds_until(headers.get(f"x-ratelimit-reset-{what}"), server)
                if reset is not None and now + reset > pace.held:
                    pace.held = now + reset
                    pace.held_why = f"the server's {what} of this minute are used up"

    def brake(self, seat: Seat, now: float, hint: float | None) -> None:
        """The server answered 429: go slower, and not before its hint."""
        with self._lock:
            pace = self._pace(seat.lane)
            if now >= pace.braked + 1.0 or pace.factor >= 1.0:  # one burst of refusals is one piece of news
                pace.factor = max(FLOOR, pace.at(now) / SHARE * BRAKE)
                pace.braked = now
            if hint is not None and now + hint > pace.held:
                pace.held, pace.held_why = now + hint, "the server asked to wait"

    def wants_truth(self, now: float) -> bool:
        """Whether to ask the server for the limits of the key now; True at most once in ten minutes."""
        with self._lock:
            if self._asked is not None and now - self._asked < 600:
                return False
            self._asked = now
            return True

    def learn(self, reply: Any) -> None:
        """Take the limits from the answer to `GET /api_keys/rate_limits`; what cannot be read is ignored."""
        data = reply.get("data") if isinstance(reply, Mapping) else None
        rows = data.get("rateLimits") if isinstance(data, Mapping) else None
        learned: dict[str, dict[str, int]] = {}
        for row in rows if isinstance(rows, list) else []:
            limits = row.get("rateLimits") if isinstance(row, Mapping) else None
            model = row.get("apiModelId") if isinstance(row, Mapping) else None
            if not isinstance(model, str) or not isinstance(limits, list):
                continue
            for limit in limits:
                amount = number(limit.get("amount")) if isinstance(limit, Mapping) else None
                if amount and limit.get("type") in ("RPM", "TPM", "RPD"):
                    learned.setdefault(model, {})[limit["type"]] = int(amount)
        with self._lock:
            self._learned.update(learned)
            for lane, pace in self._paces.items():
                if lane[0] in learned:
                    self._apply(pace, learned[lane[0]])

    @staticmethod
    def _apply(pace: _Pace, known: Mapping[str, int]) -> None:
        pace.rpm = known.get("RPM", pace.rpm)
        pace.tpm = known.get("TPM", pace.tpm)
        pace.rpd = known.get("RPD", pace.rpd)

    def _pace(self, lane: Lane) -> _Pace:
        pace = self._paces.get(lane)
        if pace is None:
            rpm, tpm = self._limits_for(*lane)
            pace = self._paces[lane] = _Pace(rpm or None, tpm or None)
            self._apply(pace, self._learned.get(lane[0], {}))
        return pace
