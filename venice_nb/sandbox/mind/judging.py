# ruff: noqa: RUF001  typographic marks are what is looked for
"""Judgements as JSON: sources rated for a question, claims held against sources, whether a text answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .answers import FULL
from .compose import choose, covering
from .numbers import numbers
from .retrieve import Passage, rank
from .text import terms

if TYPE_CHECKING:
    from .asked import Ask
    from .schema import Filler
    from .thought import Trace

_RATES = frozenset({"rating", "relevance", "score", "grade"})
_HOLDS = frozenset({"supported", "entailed", "grounded", "faithful", "verified"})
_ANSWERS = frozenset({"answerable", "answered", "answers", "sufficient"})
_AGREES = frozenset({"agrees", "agree", "equivalent", "correct", "matches"})
_NUMBERED = re.compile(r"^\s*(\d{1,3})[.)]\s+(.+)$", re.MULTILINE)
_CLAIMS = re.compile(r"<(?P<tag>claims?(?:-[0-9a-f]{4,64})?)\b[^<>]*>(?P<body>.*?)</(?P=tag)>", re.DOTALL)
_REFERENCE = re.compile(
    r"<(?P<tag>reference(?:-[0-9a-f]{4,64})?)\b[^<>]*>(?P<body>.*?)</(?P=tag)>", re.DOTALL
)
_NOT = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|cannot|without|neither|nor)\b|n['’]t\b", re.IGNORECASE
)


def judged(ask: Ask, schema: Mapping[str, Any], filler: Filler, trace: Trace) -> dict[str, Any] | None:
    """Return a judgement that fits the schema; None when it asks for something else."""
    properties = filler.resolved(schema).get("properties")
    if not isinstance(properties, Mapping):
        return None
    claims = [(int(n), said) for n, said in _NUMBERED.findall(_inside(_CLAIMS, ask.whole))]
    sources = [
        p
        for p in ask.passages
        if p.text.strip() not in (_inside(_CLAIMS, ask.whole), _inside(_REFERENCE, ask.whole))
    ]
    found: dict[str, Any] = {}
    for name, inner in properties.items():
        shape = filler.resolved(inner)
        rows = filler.resolved(shape.get("items")).get("properties") if "items" in shape else None
        if isinstance(rows, Mapping) and rows.keys() & _RATES and sources:
            found[name] = _ratings(ask.question, sources, rows, filler)
        elif isinstance(rows, Mapping) and rows.keys() & _HOLDS and claims:
            found[name] = _verdicts(claims, sources, rows, filler)
        elif name in _ANSWERS and sources:
            found[name] = covering(choose(rank(ask.question, sources), 3)) >= FULL
        elif name in _AGREES and claims:
            found[name] = _agrees(" ".join(said for _, said in claims), _inside(_REFERENCE, ask.whole))
    if not found:
        return None
    trace.note(f"Judged {len(sources)} source(s)" + (f" and {len(claims)} claim(s)." if claims else "."), 1)
    return {name: found.get(name, filler.least(inner)) for name, inner in properties.items()}


def _inside(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match["body"].strip() if match else ""


def _rows(known: Mapping[str, Any], shape: Mapping[str, Any], filler: Filler) -> dict[str, Any]:
    """One row with the fields of its shape: those known by name or kind, the others at their least."""
    return {name: known.get(name, filler.least(inner)) for name, inner in shape.items()}


def _ratings(
    question: str, sources: Sequence[Passage], shape: Mapping[str, Any], filler: Filler
) -> list[dict[str, Any]]:
    """How much of the question each source covers, on the scale of the schema (0 to 3 when it has none)."""
    name = next(n for n in shape if n in _RATES)
    scale = filler.resolved(shape[name])
    most = max([v for v in scale.get("enum", ()) if isinstance(v, int)] or [scale.get("maximum") or 3])
    together = rank(question, sources)
    rows = []
    for place, source in enumerate(sources):
        hits = [hit for hit in together if hit.line.passage == place]
        share = covering(choose(hits, 2)) if hits else 0.0
        number = int(source.label) if source.label.isdigit() else place + 1
        rated = _rows({name: min(most, int(share * (most + 0.999)))}, shape, filler)
        rows.append(
            {
                **rated,
                **{n: number for n in shape if n in ("source", "passage", "n", "number", "id", "index")},
            }
        )
    return rows


def _verdicts(
    claims: Sequence[tuple[int, str]], sources: Sequence[Passage], shape: Mapping[str, Any], filler: Filler
) -> list[dict[str, Any]]:
    """Whether a sentence of the sources says what each claim says, with the same polarity and numbers."""
    name = next(n for n in shape if n in _HOLDS)
    rows = []
    for number, claim in claims:
        hits = rank(claim, sources)
        best = hits[0] if hits else None
        held = best is not None and best.coverage >= 0.7 and _alike(claim, best.line.sentence.text)
        label = sources[best.line.passage].label if best is not None else ""
        known: dict[str, Any] = {name: held}
        known |= {n: number for n in shape if n in ("claim", "n", "number", "id", "index")}
        known |= {
            n: int(label) if held and label.isdigit() else None for n in shape if n in ("source", "passage")
        }
        rows.append(_rows(known, shape, filler))
    return rows


def _alike(claim: str, sentence: str) -> bool:
    """Whether both deny or both affirm, and every number of the claim stands in the sentence."""
    told = {n.value for n in numbers(sentence)}
    return bool(_NOT.search(claim)) == bool(_NOT.search(sentence)) and all(
        n.value in told for n in numbers(claim)
    )


def _agrees(answer: str, reference: str) -> bool | None:
    """Whether an answer says what a reference says: its numbers and half of its words; None without one."""
    if not reference:
        return None
    wanted, said = set(terms(reference)), set(terms(answer))
    told = {n.value for n in numbers(answer)}
    return 2 * len(wanted & said) >= len(wanted) and all(n.value in told for n in numbers(reference))
