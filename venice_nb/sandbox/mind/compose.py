# ruff: noqa: E501  patterns and word lists stay on one line
"""Sentences put together: the best few in reading order, with source marks; or the gist of a text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from .quoting import quoted
from .retrieve import ASIDE, LEANING, Hit, Passage, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def covering(hits: Sequence[Hit]) -> float:
    """Return the share of the question's weight that these lines cover together."""
    if not hits:
        return 0.0
    total = sum(hits[0].weight.values())
    together = frozenset().union(*(h.met for h in hits))
    united = sum(hits[0].weight[t] for t in together) / total if total else 0.0
    return max(united, *(h.coverage for h in hits))


_FACTUAL = re.compile(
    r"^\W*(?:and |so )?(?:who|when|where|which|whose|in (?:what|which)|on which|what (?:year|date|day|time|colou?r|city|country|is the (?:name|price|capital|number))|"
    r"how (?:many|much|long|old|far|tall|big|often|fast|high|heavy))\b",
    re.IGNORECASE,
)


def ample(question: str, hits: Sequence[Hit], usual: int) -> int:
    """Return how many lines to choose: one for a question after one fact that the best line covers."""
    return 1 if hits and hits[0].coverage >= 0.75 and _FACTUAL.match(question) else usual


def choose(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the best few lines in reading order: each adds something, and none starts in mid-air if it can be helped."""
    if not hits:
        return []
    best = hits[0]
    by_place = {(h.line.passage, h.line.order): h for h in hits}
    chosen = [best]
    known = set(best.line.terms)
    if limit > 1 and sum(best.weight[t] for t in best.met) < 0.8 * sum(
        best.weight.values()
    ):  # a question with two halves: look for a line that answers the other half
        left = best.weight.keys() - best.met
        other = max(
            hits[1:], key=lambda h: (sum(best.weight[t] for t in h.met & left), h.score), default=None
        )
        if other and sum(best.weight[t] for t in other.met & left) >= 0.25 * sum(best.weight.values()):
            chosen.append(other)
            known.update(other.line.terms)
    if limit > len(chosen) and LEANING.match(best.line.sentence.text):
        before = by_place.get((best.line.passage, best.line.order - 1))
        if (
            before
            and before.line.sentence.block == best.line.sentence.block
            and before.line.sentence.kind != "code"
        ):
            chosen.append(before)
            known.update(before.line.terms)
    for hit in hits[1:]:
        if len(chosen) >= limit or hit.score < 0.55 * best.score:
            break
        fresh = [t for t in hit.line.terms if t not in known]
        beside = any(
            h.line.passage == hit.line.passage and abs(h.line.order - hit.line.order) == 1 for h in chosen
        )
        needed = 0.66 if beside else 0.78
        if hit in chosen or hit.line.sentence.kind == "code" or hit.score < needed * best.score:
            continue
        if LEANING.match(hit.line.sentence.text) and not beside:
            continue
        if len(fresh) * 3 >= len(set(hit.line.terms)):  # at least a third of it is new
            chosen.append(hit)
            known.update(hit.line.terms)
    return sorted(chosen, key=lambda h: (h.line.passage, h.line.order))


def cited(chosen: Sequence[Hit], passages: Sequence[Passage], mark: str = "[{}]") -> list[str]:
    """Return the chosen sentences; the last of each run from one labelled passage carries its mark."""
    found = []
    for i, hit in enumerate(chosen):
        label = passages[hit.line.passage].label
        last = i + 1 == len(chosen) or chosen[i + 1].line.passage != hit.line.passage
        text = quoted(hit.line.sentence.text, hit.met)
        if label:
            text = re.sub(r"\s*\[\d+\](?=[.\s]|$)", "", text)  # the source's own footnote marks would mislead
        found.append(marked(text, mark.format(label)) if label and last else text)
    return found


def marked(text: str, mark: str) -> str:
    """Return the sentence with a source mark before its final stop."""
    text = text.rstrip()
    if text.endswith((".", "!", "?")) and not text.endswith("..."):
        return f"{text[:-1].rstrip()} {mark}{text[-1]}"
    stop = "." if text.endswith(":") else ""
    return f"{text.rstrip(':;,')} {mark}{stop}"


def gist(passages: Sequence[Passage], limit: int) -> list[Hit]:
    """Return the sentences that best stand for the whole, in reading order."""
    lines = [x for x in lines_of(passages) if x.sentence.kind != "code"]
    if len(lines) <= limit:
        return [Hit(x, 1.0, 1.0) for x in lines]
    counts: dict[str, int] = {}
    for line in lines:
        for t in set(line.terms):
            counts[t] = counts.get(t, 0) + 1
    weight = {t: math.log(1 + n) for t, n in counts.items() if n > 1}
    scored = []
    for i, line in enumerate(lines):
        own = set(line.terms)
        value = sum(weight.get(t, 0.0) for t in own) / (6 + len(own)) ** 0.6
        value *= 1.35 if line.order == 0 else 1.0 + 0.15 * (1 - line.order / len(lines))
        if (
            LEANING.match(line.sentence.text)
            or ASIDE.search(line.sentence.text)
            or line.sentence.text.endswith(":")
        ):
            value *= 0.6
        if len(line.terms) < 3:
            value *= 0.5
        scored.append((value, i))
    chosen: list[int] = []
    for _, i in sorted(scored, key=lambda x: (-x[0], x[1])):
        own = set(lines[i].terms)
        if all(
            len(own & set(lines[j].terms)) <= 0.6 * min(len(own), len(set(lines[j].terms)) or 1)
            for j in chosen
        ):
            chosen.append(i)
        if len(chosen) == limit:
            break
    return [Hit(lines[i], 1.0, 1.0) for i in sorted(chosen)]
