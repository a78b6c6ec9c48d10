# ruff: noqa: E501  patterns and word lists stay on one line
"""The shortest true answer: the word or number of a sentence that a question asks for."""

from __future__ import annotations

import re

from .names import proper_names
from .numbers import numbers
from .patterns import DATE, TIME
from .text import STOP, terms, words

_UNIT = re.compile(r"\s?(?:%|°[CF]?|percent|[a-zA-Z]+(?:/[a-z]+)?)")


def short_answer(question: str, answer: str) -> str:
    """Return the part of an answer that is new against the question and of the kind it asks for.

    Numbers with their unit for "how many", dates for "when", names for "who", "where" and "which"; otherwise the
    first name, else the first telling word that the question does not hold.
    """
    bare = re.sub(r"\s*(?:\[[\w.:#/-]+\]|\^[\d,]+\^)", "", answer)
    known = set(terms(question))
    if re.search(
        r"\bhow (?:many|much|long|old|far|tall|high|heavy|big|large|hot|often|fast)\b",
        question,
        re.IGNORECASE,
    ):
        for number in numbers(bare):
            if number.spoken and number.value == 1:
                continue
            unit = _UNIT.match(bare, number.end)
            follows = unit[0] if unit and not re.search(r"\bhow many\b", question, re.IGNORECASE) else ""
            return f"{number.written}{'' if follows.strip().lower() in STOP else follows}".strip()
    if re.search(r"\bwhen\b|\bwhat (?:year|date|day|time)\b", question, re.IGNORECASE):
        found = DATE.search(bare) or TIME.search(bare) or re.search(r"\b\d{4}\b", bare)
        if found:
            return found[0]
    sums = re.search(r"[=≈]\s*(\S+)$", bare)
    if sums:
        return sums[1]
    for name in proper_names(bare):
        if not set(terms(name)) <= known and not (
            bare.startswith(name) and len(bare.split()) > 1 and set(terms(name)) & known
        ):
            return name
    for word in words(bare):
        if word.lower() not in STOP and terms(word) and not set(terms(word)) <= known and len(word) > 2:
            return word
    return bare.split(maxsplit=1)[0] if bare.split() else bare
