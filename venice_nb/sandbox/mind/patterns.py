# ruff: noqa: E501  patterns and word lists stay on one line
"""What can be told by its form alone: e-mail and web addresses, telephone numbers, dates and times."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


URL = re.compile(r"https?://[^\s<>\"'\])}]+[^\s<>\"'\])}.,;:!?]")


PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{6,}\d(?!\w)")


_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


_MONTH = "|".join(f"{m}|{m[:3]}" for m in _MONTHS) + "|sept"


DATE = re.compile(
    rf"\b(?:(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mn>{_MONTH})\.?(?:,?\s+(?P<y2>\d{{4}}))?|"
    rf"(?P<mn3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y3>\d{{4}}))?|"
    rf"(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})[./](?P<y4>\d{{4}}))\b",
    re.IGNORECASE,
)


RELATIVE = re.compile(
    r"\b(?:today|tonight|tomorrow(?: morning| evening| night)?|yesterday|(?:next|this|last) (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend)|(?:on )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
    re.IGNORECASE,
)


TIME = re.compile(
    r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]m)?\b|\b(?:1[0-2]|0?[1-9])\s?[ap]\.?m\.?(?!\w)|\bnoon\b|\bmidnight\b",
    re.IGNORECASE,
)


def iso_date(text: str) -> str | None:
    """Return the first full date of a text as YYYY-MM-DD, None when there is none."""
    for match in DATE.finditer(text):
        year = match["y"] or match["y2"] or match["y3"] or match["y4"]
        if not year:
            continue
        name = (match["mn"] or match["mn3"] or "")[:3].lower()
        if name:
            month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name))
            day = int(match["d2"] or match["d3"])
        elif match["y"]:
            month, day = int(match["m"]), int(match["d"])
        else:
            day, month = int(match["a"]), int(match["b"])
            if month > 12:
                day, month = month, day
        if 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]:
            if (
                month == 2
                and day == 29
                and not (int(year) % 4 == 0 and (int(year) % 100 or int(year) % 400 == 0))
            ):
                continue
            return f"{int(year):04d}-{month:02d}-{day:02d}"
    return None


def first_match(pattern: re.Pattern[str], text: str) -> str | None:
    """Return the first match of a pattern in a text, None without one."""
    match = pattern.search(text)
    return match[0].strip() if match else None
