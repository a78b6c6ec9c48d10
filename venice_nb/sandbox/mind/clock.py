# ruff: noqa: E501  patterns and word lists stay on one line
"""Times of day: when something ends that begins at a time and takes so long, and how long lies between two times."""

from __future__ import annotations

import re

from .numbers import NUMBER_WORDS
from .thought import Draft, Trace, exactly

DAY = 24 * 60  # minutes

_TIME = re.compile(
    r"\b(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)\s?(?P<half>[ap]\.?m\b\.?)?|\b(?P<h2>1[0-2]|0?[1-9])\s?(?P<half2>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?P<n>\d+(?:\.\d+)?|\b(?:half an|an?|{'|'.join(NUMBER_WORDS)}))[ -]?(?P<unit>hours?|hrs?|h\b|minutes?|mins?\b)(?P<half> and a half)?",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:when|(?:at )?what time)\b.*\b(?:arrives?|ends?|over|finish(?:es|ed)?|done|ready|reach(?:es)?|lands?|back|stops?|out|there)\b",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:when|(?:at )?what time)\b.*\b(?:leaves?|start|begin|depart|set off|go)\b", re.IGNORECASE
)
_LONG = re.compile(r"\bhow long\b|\bhow many (?:minutes|hours)\b", re.IGNORECASE)


def reckoned(text: str, trace: Trace) -> Draft | None:
    """Return the time of day or the span that a text asks for, None when it does not give what that takes."""
    times = list(_TIME.finditer(text))
    spans = _SPAN.findall(_TIME.sub(" ", text))
    length = sum(_minutes(n, unit, half) for n, unit, half in spans)
    question = text.rpartition(". ")[2]
    if len(times) == 1 and length:
        at = _of_day(times[0])
        if _END.search(question):
            return _told(at, length, trace, halves=bool(times[0]["half"] or times[0]["half2"]))
        if _START.search(question) and re.search(r"\b(?:arriv|end|finish|by|reach|be there)", text):
            return _told(at, -length, trace, halves=bool(times[0]["half"] or times[0]["half2"]))
    if len(times) == 2 and not spans and _LONG.search(question):
        between = (_of_day(times[1]) - _of_day(times[0])) % DAY
        trace.note(f"From {times[0][0].strip()} to {times[1][0].strip()} are {between} minutes.", 1)
        hours, minutes = divmod(between, 60)
        parts = [
            f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((hours, "hour"), (minutes, "minute")) if n
        ]
        return exactly(" and ".join(parts) or "no time at all", "arithmetic")
    return None


def _told(at: int, length: int, trace: Trace, *, halves: bool) -> Draft:
    then = at + length
    trace.note(f"{_clock(at)} {'+' if length > 0 else '-'} {abs(length)} minutes = {_clock(then % DAY)}.", 1)
    said = _clock(then % DAY)
    if halves:
        hour = then % DAY // 60
        said = f"{hour % 12 or 12}:{then % 60:02d} {'am' if hour < 12 else 'pm'}"
    days = then // DAY
    when = (
        ""
        if not days
        else " the next day"
        if days == 1
        else " the day before"
        if days == -1
        else f" {days:+d} days"
    )
    return exactly(f"At {said}{when}.", "arithmetic")


def _of_day(match: re.Match[str]) -> int:
    hour = int(match["h"] or match["h2"])
    half = (match["half"] or match["half2"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour * 60 + int(match["m"] or 0)


def _minutes(number: str, unit: str, half: str) -> int:
    low = number.lower()
    value = (
        0.5 if low == "half an" else 1.0 if low in ("a", "an") else float(NUMBER_WORDS.get(low, 0) or number)
    )
    return round((value + (0.5 if half else 0)) * (60 if unit.lower().startswith("h") else 1))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
