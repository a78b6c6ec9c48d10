"""When to come back: what the server says about it, in any of the ways it may say it.

Sources disagree on units, so the size of a number decides. A number that is not plainly a number is ignored.
"""

from __future__ import annotations

import re
import threading
from calendar import timegm
from collections import deque
from collections.abc import Mapping
from typing import Any

LONGEST = 120.0  # seconds; a longer wait is reported, never slept through
FARTHEST = 172_800.0  # seconds; no limit is longer than a day, so what lies beyond two is a mistake
GRANULARITY = 1.0  # seconds; dates and Unix times are cut to whole seconds, so the true moment may be later

# float() would also take 1_000, nan, inf and digits of other scripts.
_NUMBER = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,6})?")
_WAIT = re.compile(
    r"(?:wait|try again in|retry (?:in|after))\D{0,20}?([0-9]{1,16}(?:\.[0-9]{1,6})?)\s*(?:s|sec|seconds?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: object) -> float | None:
    """`value` when it is plainly a number that is not negative, else None."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip(" \t\r\n")
    return float(text) if _NUMBER.fullmatch(text) else None


def http_date(value: str) -> float | None:
    """The Unix time of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`, else None."""
    found = _DATE.fullmatch(value.strip())
    if found is None or found[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[part]) for part in (1, 3, 4, 5, 6))
    if not (1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60 and 1970 <= year <= 9999):
        return None
    return float(timegm((year, _MONTHS.index(found[2]) + 1, day, hour, minute, second)))


def seconds_until(value: object, server: float) -> float | None:
    """Seconds from `server`, the Unix time there, to a moment given as a duration, Unix seconds or Unix ms.

    None when it is no number, or lies more than 5 s in the past or two days ahead; 0.05 when just passed.
    """
    found = number(value)
    if found is None:
        return None
    if found >= 1e11:
        found = found / 1000 - server + GRANULARITY
    elif found >= 1e9:
        found = found - server + GRANULARITY
    return _ahead(found)


def _ahead(seconds: float) -> float | None:
    if seconds < -5 or seconds > FARTHEST:
        return None
    return max(seconds, 0.05)


def hint(headers: Mapping[str, str], body: Any, now_wall: float, skew: float = 0.0) -> float | None:
    """Seconds the server asks to wait, or None when it does not say.

    Looked for in this order: `retry_after` in the body, Retry-After, Retry-After-Ms, "wait 30 seconds" in the
    text of the body, the reset of whichever remaining count is 0. The first that can be read wins.

    Args:
        headers: with lower-case names.
        body: parsed JSON, or text.
        now_wall: Unix time on this machine.
        skew: seconds the server's clock is ahead of it.

    """
    server = now_wall + skew
    for found in (
        seconds_until(_in_band(body), server),
        _retry_after(headers.get("retry-after"), server),
        _milliseconds(headers.get("retry-after-ms")),
        _told(body),
        _reset(headers, server),
    ):
        if found is not None:
            return found
    return None


def _in_band(body: Any) -> object:
    if not isinstance(body, Mapping):
        return None
    error = body.get("error")
    inner = error.get("retry_after") if isinstance(error, Mapping) else None
    return body.get("retry_after") if inner is None else inner


def _retry_after(value: str | None, server: float) -> float | None:
    if not value:
        return None
    date = http_date(value)
    if date is not None:
        return _ahead(date - server + GRANULARITY)
    return seconds_until(value, server)


def _milliseconds(value: str | None) -> float | None:
    found = number(value)
    return None if found is None else _ahead(found / 1000)


def message(body: Any) -> str:
    """The sentence of an error body, or the body itself when it is text; empty when there is none."""
    if isinstance(body, str):
        return body
    if not isinstance(body, Mapping):
        return ""
    error = body.get("error")
    if isinstance(error, Mapping):
        error = error.get("message")
    return next((text for text in (error, body.get("message")) if isinstance(text, str) and text), "")


def _told(body: Any) -> float | None:
    found = _WAIT.search(message(body)[:2000])
    return None if found is None else _ahead(float(found[1]))


def _reset(headers: Mapping[str, str], server: float) -> float | None:
    waits = [
        seconds_until(headers.get(f"x-ratelimit-reset-{what}"), server)
        for what in ("requests", "tokens")
        if number(headers.get(f"x-ratelimit-remaining-{what}")) == 0
    ]
    return max((wait for wait in waits if wait is not None), default=None)


class ServerClock:
    """The server's clock, known from the Date of its last eight answers.

    Kept against the monotonic clock, so that setting this machine's clock changes nothing. A Date is cut to
    whole seconds and so half a second old on average.
    """

    def __init__(self) -> None:
        self._offsets: deque[float] = deque(maxlen=8)
        self._median: float | None = None
        self._last = ""
        self._lock = threading.Lock()

    def heed(self, date: str | None, now: float) -> None:
        """Note the Date of an answer that arrived at `now`."""
        if date is None or date == self._last:  # one sample a second is plenty
            return
        found = http_date(date)
        if found is None:
            return
        with self._lock:
            self._last = date
            self._offsets.append(found + GRANULARITY / 2 - now)
            self._median = None

    def skew(self, now: float, wall: float) -> float:
        """Seconds the server is ahead of `wall`, the Unix time here at `now`; 0.0 before the first answer."""
        with self._lock:
            if not self._offsets:
                return 0.0
            if self._median is None:
                ordered, count = sorted(self._offsets), len(self._offsets)
                self._median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
            return self._median + now - wall
