"""The marks of an answer: `[1]` points at the first source; a mark that points nowhere is taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# `[1]`, `[1, 2]`, `[1-3]`, `[Source 1]`, and `【1†L4-L9】`, which some models write. `x[0]` is no mark.
_MARK = re.compile(
    r"(?P<space>[ \t]*)[\[【] ?(?:sources? ?)?"
    r"(?P<numbers>(?:(?<!\w\[)0|[1-9]\d{0,2})(?:\s?[-,;–]\s?\d{1,3})*)"  # noqa: RUF001
    r" ?(?:†[^\[\]【】\n]{0,40})?[\]】](?!\()",
    re.IGNORECASE,
)
_CODE = re.compile(r"(```.*?(?:```|$)|~~~.*?(?:~~~|$)|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer with its marks read.

    Attributes:
        text: the answer with marks as `[1]`, those that point nowhere taken out.
        cited: the numbers that occur, in the order of their first mark.
        stray: the numbers that were taken out.

    """

    text: str
    cited: tuple[int, ...] = ()
    stray: tuple[int, ...] = ()


def read_marks(text: str, sources: int) -> Marked:
    """Read the marks of an answer to so many numbered sources. What stands in code is left alone."""
    cited: dict[int, None] = {}
    stray: dict[int, None] = {}

    def read(found: re.Match[str]) -> str:
        numbers = _numbers(found["numbers"])
        known = [number for number in numbers if 1 <= number <= sources]
        cited.update(dict.fromkeys(known))
        stray.update(dict.fromkeys(number for number in numbers if number not in known))
        return found["space"] + "".join(f"[{number}]" for number in known) if known else ""

    return Marked(_outside_code(text, read), tuple(cited), tuple(stray))


def as_markers(text: str) -> str:
    """The text with `[1]` written as `^1^`, which the Markdown renderer turns into links."""
    return _outside_code(
        text, lambda found: "".join(f"^{number}^" for number in _numbers(found["numbers"])) or found[0]
    )


def _outside_code(text: str, change: Callable[[re.Match[str]], str]) -> str:
    parts = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_MARK.sub(change, text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, _MARK.sub(change, text[end:])])


def _numbers(told: str) -> list[int]:
    """`1, 3-5` as 1, 3, 4, 5."""
    found: list[int] = []
    for part in re.split(r"[,;]", told):
        ends = [int(each) for each in re.findall(r"\d+", part)]
        first, last = ends[0], ends[-1]
        found += range(first, last + 1) if first <= last < first + 20 else ends
    return found
