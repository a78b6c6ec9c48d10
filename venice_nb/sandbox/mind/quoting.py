"""How much of one sentence is quoted: the part of an endless one that bears on the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text import terms

if TYPE_CHECKING:
    from collections.abc import Collection

MOST = 120  # words of one sentence; what is longer was never meant to be one


def quoted(text: str, met: Collection[str] = ()) -> str:
    """Return a sentence, or of one too long the words around the place that holds most of what was asked."""
    if len(text) <= MOST:
        return text
    words = text.split()
    if len(words) <= MOST:
        return text if len(text) <= MOST * 20 else f"{text[: MOST * 20].rstrip()}…"
    start = _densest(words, frozenset(met))
    kept = " ".join(words[start : start + MOST])[: MOST * 20].rstrip(",;: ")
    before = "…" if start else ""
    return f"{before}{kept}" if start + MOST >= len(words) else f"{before}{kept}…"


def _densest(words: list[str], met: frozenset[str]) -> int:
    """The word to begin at: half a window is stepped at a time, and the first best window wins."""
    if not met:
        return 0
    half = MOST // 2
    halves = [met.intersection(terms(" ".join(words[i : i + half]))) for i in range(0, len(words), half)]
    pairs = [len(a | b) for a, b in zip(halves, [*halves[1:], frozenset()], strict=True)]
    return half * pairs.index(max(pairs))
