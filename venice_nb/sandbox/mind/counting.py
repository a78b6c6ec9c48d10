"""Counting aloud: "count from one to five", "count down from 3"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .numbers import NUMBER_WORDS
from .thought import Draft, exactly

if TYPE_CHECKING:
    from .asked import Ask

MOST = 200  # numbers said in one answer

_N = rf"\d{{1,6}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}"
_COUNT = re.compile(
    rf"\bcount\b(?P<down> down(?:wards)?| backwards?)?(?: up)?(?: from (?P<low>{_N}))?(?: down| up)?"
    rf"(?: (?:to|till|until|through) (?P<high>{_N}))?(?: (?:in|by) (?:steps of )?(?P<step>{_N})s?)?\b",
    re.IGNORECASE,
)


def counted(ask: Ask) -> Draft | None:
    """Return the numbers that a request to count asks for, None when it asks for something else."""
    match = _COUNT.search(ask.question)
    if not match or ask.payload or not (match["high"] or (match["low"] and match["down"])):
        return None
    low = _number(match["low"] or ("10" if match["down"] else "1"))
    high = _number(match["high"] or "1")
    step = max(1, _number(match["step"] or "1"))
    said = list(range(low, high + 1, step) if low <= high else range(low, high - 1, -step))
    if len(said) > MOST:
        return exactly(f"{', '.join(map(str, said[:MOST]))}, and so on to {said[-1]}.", "counting")
    return exactly(", ".join(map(str, said)), "counting")


def _number(said: str) -> int:
    return int(said) if said.isdigit() else NUMBER_WORDS[said.lower()]
