"""Cutting a long text where a reader would breathe: between paragraphs, sentences, clauses, words."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4096  # characters of one request, counted as the server does

# Where a text may be cut, best first; each pattern ends where the next part begins.
_PARAGRAPH = re.compile(r"\n\s*\n\s*")
_SENTENCE = re.compile(
    "[.!?…]+[\"')\\]\u00bb\u201d\u2019]*\\s+|[\u3002\uff01\uff1f\uff61]+[\u300d\u300f\u201d]*|\n+\\s*"
)
_CLAUSE = re.compile("[,;:\u2013\u2014]\\s+|[\u3001\uff0c\uff1b\uff1a]")
_WORD = re.compile(r"\s+")
_CUTS = (_PARAGRAPH, _SENTENCE, _CLAUSE, _WORD)
# A point behind one of these ends no sentence; single letters are initials.
_SHORT = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|no|fig|approx|[a-z])\.\s+$", re.IGNORECASE
)


def length(text: str) -> int:
    """Characters as the server counts them: those outside of the basic plane, such as emoji, count twice."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def audible(text: str) -> bool:
    """Whether there is anything to say: a letter or a number in any script."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)


def split(text: str, longest: int = LONGEST) -> list[str]:
    """The text in parts of at most so many characters, in order; a short one comes back whole.

    Cut between paragraphs where that is possible in the second half of a part, else between sentences,
    clauses, words; inside a word only if it alone is too long. Parts without anything to say are left out.
    """
    parts: list[str] = []
    rest = text.strip()
    while length(rest) > longest:
        at = _cut(rest, _fitting(rest, longest))
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    parts.append(rest)
    return [part for part in parts if audible(part)] or [text.strip()]


def _fitting(text: str, longest: int) -> int:
    """How many characters of the text fit, counted as Python does."""
    room = longest
    for at, letter in enumerate(text):
        room -= 2 if letter > "\uffff" else 1
        if room < 0:
            return at
    return len(text)


def _cut(text: str, room: int) -> int:
    """Where to cut, at most `room` characters in."""
    head = text[: room + 1]  # a space right behind the last word that fits is a cut as well
    for pattern, least in zip(_CUTS, (room // 2, room // 4, room // 8, 1), strict=True):
        ends = [found.end() for found in pattern.finditer(head) if _ends(pattern, head, found)]
        good = [end for end in ends if least <= _stripped(head, end) <= room]
        if good:
            return good[-1]
    return _whole(text, room)


def _ends(pattern: re.Pattern[str], head: str, found: re.Match[str]) -> bool:
    return pattern is not _SENTENCE or not _SHORT.search(head[max(0, found.start() - 8) : found.end()])


def _stripped(head: str, end: int) -> int:
    return len(head[:end].rstrip())


def _whole(text: str, room: int) -> int:
    """A place inside of a word that does not take an accent off its letter."""
    at = max(room, 1)
    while at > 1 and (
        unicodedata.combining(text[at]) or text[at] in "\u200d\ufe0f" or text[at - 1] == "\u200d"
    ):
        at -= 1
    return at
