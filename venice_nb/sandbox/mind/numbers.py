# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""Numbers as people write them: words, separators, percent, money, with their places in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_TENS = "|".join(w for w, n in NUMBER_WORDS.items() if n >= 20)
_UNITS = "|".join(sorted((w for w, n in NUMBER_WORDS.items() if n < 20), key=len, reverse=True))
_SPOKEN = rf"(?:(?:{_TENS})(?:[ -](?:{_UNITS}))?|{_UNITS})(?: (?:{'|'.join(_SCALES)}))*|half an?|a dozen|a (?:{'|'.join(_SCALES)})"
_NUMBER = re.compile(
    rf"(?<![\w.])(?P<sign>[-−+])?(?P<cur>[$€£¥]\s?)?(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"(?P<exp>e[-+]?\d+)?(?:\s?(?P<scale>k|m|bn|thousand|million|billion)\b)?|\b(?P<spoken>{_SPOKEN})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a text, with its place and the words right after it (its unit)."""

    value: float
    start: int
    end: int
    written: str
    spoken: bool
    currency: bool

    @property
    def whole(self) -> bool:
        """Whether it is an integer."""
        return self.value == int(self.value)


def small_number(text: str) -> int:
    """Return a count written in digits or as one word; "a" and "single" are 1."""
    t = text.lower()
    return int(t) if t.isdigit() else NUMBER_WORDS.get(t, 1)


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text in order; dates, times and words such as "v2" are left out by their marks."""
    found = []
    for match in _NUMBER.finditer(text[:20_000]):
        if match["spoken"]:
            value = _spoken(match["spoken"])
        else:
            value = float(match["digits"].replace(",", "") + (match["exp"] or ""))
            scale = (match["scale"] or "").lower()
            value *= {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}.get(
                scale, 1
            )
            if match["sign"] in ("-", "−") and not re.search(r"\d\s?$", text[: match.start()]):
                value = -value
        if value in (float("inf"), float("-inf")):
            continue
        found.append(
            Number(value, match.start(), match.end(), match[0], bool(match["spoken"]), bool(match["cur"]))
        )
    return found


def _spoken(text: str) -> float:
    t = text.lower().replace("-", " ")
    if t.startswith("half"):
        return 0.5
    if t == "a dozen":
        return 12
    total = 0
    for word in t.split():
        if word in _SCALES:
            total = max(1, total) * _SCALES[word]
        elif word in NUMBER_WORDS:
            total += NUMBER_WORDS[word]
    return total


def written(value: float) -> str:
    """Return a number as one would write it: no trailing zeros, at most ten significant digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"
