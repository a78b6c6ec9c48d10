# ruff: noqa: E501  patterns and word lists stay on one line
"""How the answer should look: so many lines, sentences, items or words; brief, long, listed, in capitals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .numbers import NUMBER_WORDS, small_number

_N = rf"(?P<n>\d{{1,3}}|{'|'.join(NUMBER_WORDS)}|an?|single)"
_COUNT = _N.replace("|an?|single", "")
_LINES = re.compile(
    rf"\b(?:in|using|with|within|exactly|at most|only) (?:exactly |at most |just |only |max )?{_N} (?:short )?lines?\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(
    rf"\b{_N}[ -](?:short |brief |concise |simple |clear |complete )*sentences?\b", re.IGNORECASE
)
_WORDS = re.compile(
    rf"\b(?:in|under|max(?:imum)?(?: of)?|at most|up to|fewer than|less than|no more than|about|within|exactly|using|only) (?:exactly |at most |about )?{_N} words?\b",
    re.IGNORECASE,
)

_BULLETS = re.compile(
    rf"\b(?:{_N} )?(?:short )?bullet(?:ed|s)?\b|\bas a list\b|\bbulleted list\b", re.IGNORECASE
)
_ITEMS = re.compile(
    rf"\b(?:list|name|give(?: me)?|tell me|mention|write|suggest|what are|show(?: me)?|enumerate|find)(?: the| at least| any)? {_COUNT}"
    r"(?: most| main| key| important| different| famous| common| top| good)* (?!lines?\b|sentences?\b|words?\b|paragraphs?\b)\w+",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(
    r"\b(?:one|a single|1)[ -]word\b|\b(?:only|just)(?: with)? (?:the |a )?(?:label|word|number|name|category|letter|answer itself)\b",
    re.IGNORECASE,
)
_BRIEF = re.compile(
    r"\b(?:brief|briefly|concise(?:ly)?|short(?:ly| answer| and)?|in short|tl;?dr|succinct(?:ly)?|terse(?:ly)?|keep it short|in a nutshell|laconic)\b",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:in (?:great |more |full )?detail|detailed|at length|thorough(?:ly)?|in depth|elaborate|long answer|everything|step by step)\b",
    re.IGNORECASE,
)
_UPPER = re.compile(
    r"\b(?:answer|reply|respond|write|speak|always|only|say it)\b.{0,30}\b(?:in|with) (?:all )?(?:upper-?case|capitals?|caps|capital letters)\b|\ball caps\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"^\W*(?:please )?list\b|\bnumbered list\b", re.IGNORECASE)
# What is wished for a case: "If there is no answer, say so in one sentence."
_CASE = re.compile(
    r"(?:^|(?<=[.?!\n]))\s{0,20}(?:if|when|unless|in case)\b[^\n]*?(?:[.?!](?=\s|$)|\n|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Wish:
    """The form asked for; 0 and False mean "not said"."""

    lines: int = 0
    sentences: int = 0
    items: int = 0
    words: int = 0
    bullets: bool = False
    listed: bool = False
    one_word: bool = False
    brief: bool = False
    long: bool = False
    upper: bool = False

    def limit(self, usual: int = 3) -> int:
        """How many sentences to choose."""
        asked = self.items or self.lines or self.sentences
        if asked:
            return asked
        if self.one_word or (self.brief and not self.long):
            return 1
        if self.bullets or self.listed:
            return max(usual, 3)
        return usual * 2 if self.long else usual


def read_wish(question: str, directions: str, body: Mapping[str, Any]) -> Wish:
    """Return the form the user asks for; the question goes before the system prompt, that before `verbosity`."""
    wish = _read(question)
    if wish == Wish() and directions:
        wish = _read(_CASE.sub("", directions))
    elif directions and _UPPER.search(directions):
        wish = replace(wish, upper=True)
    text = body.get("text")
    level = body.get("verbosity") or (text.get("verbosity") if isinstance(text, Mapping) else None)
    if level == "low" and not wish.long:
        wish = replace(wish, brief=True)
    if level == "high" and not wish.brief:
        wish = replace(wish, long=True)
    return wish


def _read(text: str) -> Wish:
    def number(pattern: re.Pattern[str]) -> int:
        match = pattern.search(text)
        if not match:
            return 0
        said = next((v for k, v in match.groupdict().items() if k.startswith("n") and v), "")
        return min(50, small_number(said)) if said else 0

    words = number(_WORDS)
    return Wish(
        lines=number(_LINES),
        sentences=number(_SENTENCES),
        items=number(_ITEMS) or number(_BULLETS),
        words=words,
        bullets=bool(_BULLETS.search(text)),
        listed=bool(_LIST.search(text)) or bool(number(_ITEMS)),
        one_word=bool(_ONE_WORD.search(text)) or words == 1,
        brief=bool(_BRIEF.search(text)),
        long=bool(_LONG.search(text)),
        upper=bool(_UPPER.search(text)),
    )


def shaped(lines: Sequence[str], wish: Wish, *, listed: bool = False, whole: bool = False) -> str:
    """Return the lines laid out as wished."""
    found = [line for line in lines if line.strip()]
    if whole:  # an admission must not lose its second half to "list three"
        text = ("\n" if listed else " ").join(found)
        return text.upper() if wish.upper else text
    if wish.lines and found and not listed:
        found = _spread(found, wish.lines)
        text = "\n".join(found)
    elif wish.items and (wish.listed or wish.bullets):
        mark = "- " if wish.bullets else ""
        kept = found[: wish.items]
        text = (
            "\n".join(f"{mark or f'{i}. '}{line}" for i, line in enumerate(kept, 1))
            if len(kept) > 1
            else "\n".join(kept)
        )
    elif wish.bullets or (wish.listed and len(found) > 1):
        text = "\n".join(f"- {line}" for line in found)
    else:
        kept = found[: wish.sentences] if wish.sentences else found
        text = ("\n" if listed else " ").join(kept)
    if wish.words:
        text = _cut(text, wish.words)
    return text.upper() if wish.upper else text


def _spread(found: list[str], count: int) -> list[str]:
    """Lay sentences out in exactly `count` lines where the text allows it."""
    if len(found) > count:
        per = [found[i * len(found) // count : (i + 1) * len(found) // count] for i in range(count)]
        return [" ".join(p) for p in per]
    while len(found) < count:
        longest = max(range(len(found)), key=lambda i: len(found[i]))
        halves = _halved(found[longest])
        if not halves:
            break
        found[longest : longest + 1] = halves
    return found


def _halved(text: str) -> list[str]:
    """Cut a sentence in two at the break nearest its middle: after ; : , or before a joining word."""
    places = [m.start() + 1 for m in re.finditer(r"[;:,—](?= )", text)]
    places += [
        m.start() for m in re.finditer(r" (?:and|but|because|so|which|that|while|when|where|or) ", text)
    ]
    places = [p for p in places if 12 <= p <= len(text) - 12]
    if not places:
        return []
    at = min(places, key=lambda p: abs(p - len(text) / 2))
    return [text[:at].strip(), text[at:].strip()]


def _cut(text: str, count: int) -> str:
    held = text.split()
    if len(held) <= count:
        return text
    kept = " ".join(held[:count]).rstrip(",;:")
    return kept if kept.endswith((".", "!", "?")) or count == 1 else f"{kept}…"
