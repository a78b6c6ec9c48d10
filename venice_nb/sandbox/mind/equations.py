# ruff: noqa: E501  patterns and word lists stay on one line
"""Linear equations in one unknown, solved step by step: "8x + 7 = -23"."""

from __future__ import annotations

import re
from fractions import Fraction

_TERM = re.compile(r"([+-]?)\s*(?:(\d+(?:\.\d+)?)\s*\*?\s*)?([a-z])?(?![a-z])", re.IGNORECASE)
_SIDE = r"(?:[-+]?\s*(?:\d+(?:\.\d+)?\s*\*?\s*[a-z]?|[a-z])\b\s*)(?:[-+]\s*(?:\d+(?:\.\d+)?\s*\*?\s*[a-z]?|[a-z])\b\s*)*"
_EQUATION = re.compile(rf"(?<![\w.])({_SIDE})=\s*({_SIDE})(?![\w.])", re.IGNORECASE)


def solve(text: str) -> tuple[list[tuple[str, str]], str] | None:
    """Return ([(explanation, equation)...], "x = ...") for the first linear equation of a text, None without one."""
    match = _EQUATION.search(text)
    if not match:
        return None
    left, right = _side(match[1]), _side(match[2])
    if left is None or right is None or len(left[2] | right[2]) != 1:
        return None
    name = next(iter(left[2] | right[2]))
    steps = []
    a, b = left[0] - right[0], right[1] - left[1]
    if a == 0:
        return None
    if right[0]:
        steps.append(
            (
                f"Bring the terms with {name} to the left.",
                f"{_times(a, name)}{_plus(left[1])} = {_shown(right[1])}",
            )
        )
    if left[1]:
        verb = f"Subtract {_shown(left[1])} from" if left[1] > 0 else f"Add {_shown(-left[1])} to"
        steps.append((f"{verb} both sides.", f"{_times(a, name)} = {_shown(b)}"))
    if a != 1:
        steps.append((f"Divide both sides by {_shown(a)}.", f"{name} = {_shown(b / a)}"))
    return steps or [
        ("The equation is solved already.", f"{name} = {_shown(b)}")
    ], f"{name} = {_shown(b / a)}"


def _side(text: str) -> tuple[Fraction, Fraction, set[str]] | None:
    """(factor of the unknown, constant, names) of one side."""
    factor, constant, names = Fraction(0), Fraction(0), set()
    for sign, number, name in _TERM.findall(text.replace(" ", "")):
        if not number and not name:
            continue
        value = Fraction(number or "1") * (-1 if sign == "-" else 1)
        if name:
            names.add(name)
            factor += value
        else:
            constant += value
    return factor, constant, names


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    places = value.denominator
    while places % 2 == 0:
        places //= 2
    while places % 5 == 0:
        places //= 5
    return f"{float(value):g}" if places == 1 else f"{value.numerator}/{value.denominator}"


def _times(factor: Fraction, name: str) -> str:
    return name if factor == 1 else f"-{name}" if factor == -1 else f"{_shown(factor)}{name}"


def _plus(value: Fraction) -> str:
    return "" if value == 0 else f" {'+' if value > 0 else '-'} {_shown(abs(value))}"
