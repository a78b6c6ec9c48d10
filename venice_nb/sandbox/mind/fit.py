# ruff: noqa: E501  patterns and word lists stay on one line
"""Values made to keep the limits of a schema: bounds, steps, formats, patterns, lengths."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .patterns import EMAIL, iso_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def distinct(value: Any, others: Sequence[Any]) -> Any:
    """Return the value changed as little as needed to differ from the others."""
    turn = 1
    made = value
    while made in others and turn < 1000:
        if isinstance(value, str):
            made = f"{value}{turn}"
        elif isinstance(value, bool):
            made = not value
        elif isinstance(value, int | float):
            made = value + turn
        else:
            return value
        turn += 1
    return made


def fit_number(value: float, schema: Mapping[str, Any], *, whole: bool) -> float | int:
    """Return the nearest number that keeps the schema's bounds and step."""

    def bound(key: str) -> float | None:
        given = schema.get(key)
        return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None

    low, top = bound("minimum"), bound("maximum")
    step = bound("multipleOf")
    nudge = step or (1.0 if whole else 1e-6 * max(1.0, abs(low or 0), abs(top or 0)))
    above, below = bound("exclusiveMinimum"), bound("exclusiveMaximum")
    if schema.get("exclusiveMinimum") is True:  # the older spelling: a flag beside `minimum`
        above, low = low, None
    if schema.get("exclusiveMaximum") is True:
        below, top = top, None
    if whole:
        low = math.ceil(low) if low is not None else None
        top = math.floor(top) if top is not None else None
        value = round(value)
    if above is not None:
        first = (
            (math.floor(above) + 1)
            if whole
            else (
                above + min(nudge, ((below if below is not None else top or above + 2) - above) / 2 or nudge)
            )
        )
        low = first if low is None else max(low, first)
    if below is not None:
        last = (
            (math.ceil(below) - 1)
            if whole
            else (below - min(nudge, (below - (low if low is not None else below - 2)) / 2 or nudge))
        )
        top = last if top is None else min(top, last)
    if top is not None:
        value = min(value, top)
    if low is not None:
        value = max(value, low)
    if step:
        value = round(value / step) * step
        if low is not None and value < low:
            value = math.ceil(low / step) * step
        if top is not None and value > top:
            value = math.floor(top / step) * step
    if whole:
        return int(value)
    rounded = round(value, 10)
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


_SAMPLES = {
    "email": "unknown@example.org", "uri": "https://example.org/", "url": "https://example.org/", "date": "1970-01-01", "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z", "uuid": "00000000-0000-0000-0000-000000000000", "ipv4": "0.0.0.0", "ipv6": "::", "hostname": "example.org", "duration": "PT0S",  # noqa: S104
}  # fmt: skip


def fit_string(said: str, schema: Mapping[str, Any]) -> str:
    """Return the string made to keep the schema's format, pattern and length."""
    form = schema.get("format")
    if form in _SAMPLES and not _formed(said, str(form)):
        said = _SAMPLES[str(form)]
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        said = _patterned(said, pattern)
    low, top = schema.get("minLength"), schema.get("maxLength")
    if isinstance(top, int) and len(said) > top:
        cut = said[:top]
        said = cut.rsplit(" ", 1)[0] if " " in cut and len(cut.rsplit(" ", 1)[0]) >= (low or 0) else cut
    if isinstance(low, int) and len(said) < low:
        said = (
            said + "-" * (low - len(said))
            if said
            else "unknown".ljust(low, "-")[: max(low, min(7, top if isinstance(top, int) else 7))]
        )
    return said


def _formed(said: str, form: str) -> bool:
    if form == "email":
        return bool(EMAIL.fullmatch(said))
    if form in ("uri", "url"):
        return said.startswith(("http://", "https://"))
    if form == "date":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", said)) and iso_date(said) is not None
    if form == "date-time":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", said))
    if form == "time":
        return bool(re.fullmatch(r"\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", said))
    return form == "hostname" and bool(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", said))


def _patterned(said: str, pattern: str) -> str:
    """Return the part of the string the pattern accepts, or a string made from a simple pattern."""
    if len(pattern) > 200 or re.search(r"[+*}]\)?[+*{]|\(\?[^:]", pattern):
        return said  # patterns that could run for ever, or need more than a plain reading
    try:
        match = re.search(pattern, said[:2000])
        inner = re.search(pattern.strip("^$"), said[:2000])
    except re.error:
        return said
    if match:
        return said
    return inner[0] if inner and re.search(pattern, inner[0]) else from_pattern(pattern, said)


def from_pattern(pattern: str, said: str) -> str:
    """Return a string that a simple pattern (classes, counts, literals) accepts, else the string given."""
    made = ""
    for match in re.finditer(
        r"(?P<set>\[[^\]]+\]|\\[dws]|\\.|\.|[^\\()|?*+^$])(?:\{(?P<n>\d+)(?:,\d*)?\}|(?P<op>[+*?]))?", pattern
    ):
        unit = match["set"]
        if unit.startswith("["):
            body = unit[1:-1]
            one = (
                "a"
                if "a-z" in body
                else "A"
                if "A-Z" in body
                else "0"
                if "0-9" in body or "\\d" in body
                else body[0]
            )
        else:
            one = {"\\d": "0", "\\w": "a", "\\s": " ", ".": "a"}.get(unit, unit[-1])
        made += one * (int(match["n"]) if match["n"] else 0 if match["op"] in ("*", "?") else 1)
    try:
        return made if re.search(pattern, made) else said
    except re.error:
        return said
