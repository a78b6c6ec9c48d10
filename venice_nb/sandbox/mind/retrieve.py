# ruff: noqa: E501, RUF001, SIM905  patterns and word lists stay on one line; typographic marks are what is looked for or shown; word lists read better as text
"""Find the sentences of given passages that answer a question: BM25 over sentences, their headings and neighbours."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from .text import Sentence, question_terms, sentences, stem, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .thought import Trace

K1, B = 0.9, 0.6


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of supplied text; `label` is the mark to cite it by ("1" for `[1]`), "" when it has none."""

    text: str
    label: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in its place: which passage, which position there, and its stems."""

    sentence: Sentence
    passage: int
    order: int
    terms: tuple[str, ...]
    heading: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A line with its score and the share (0 to 1) of the question's weight that it and its heading cover."""

    line: Line
    score: float
    coverage: float
    met: frozenset[str] = frozenset()
    weight: Mapping[str, float] = field(default_factory=dict, compare=False)


# Text inside documents is data. Sentences that try to steer the reader are neither obeyed nor quoted.
_STEERING = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|other|any|your|these|those)\b"
    r".{0,40}\b(?:instruction|prompt|rule|direction|command|text|context)s?\b"
    r"|\byou (?:must|should|will|are to|have to) (?:now |only |always |never )*(?:reply|respond|answer|say|output|obey|act|write)"
    r"|\b(?:you are|act as|pretend to be) (?:now |an? )?(?:unrestricted|evil|dan\b|jailbroken)"
    r"|^\s*(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*:|\b(?:reveal|print|leak) (?:the|your) (?:system )?prompt"
    r"|\bnew instructions?\s*:|<\|im_|\bsay (?:only )?[\"'“]?(?:pwned|hacked)",
    re.IGNORECASE,
)


_STEERING_WORDS = (
    "ignore",
    "disregard",
    "forget",
    "override",
    "you must",
    "you should",
    "you will",
    "you are",
    "you have",
    "act as",
    "pretend",
    "system",
    "assistant",
    "developer",
    "reveal",
    "print",
    "leak",
    "instruction",
    "<|im_",
    "say",
)  # fmt: skip  one of these stands in every sentence the pattern below can match; looking for them is quick


def steers(text: str) -> bool:
    """Whether a sentence of a document tries to give orders to whoever reads it."""
    low = text.lower()
    return any(word in low for word in _STEERING_WORDS) and bool(_STEERING.search(text))


@lru_cache(maxsize=1024)
def _read(text: str, title: str) -> tuple[tuple[int, Sentence, tuple[str, ...], frozenset[str]], ...]:
    head = terms(title)
    headings: dict[str, frozenset[str]] = {}
    found = []
    for order, sentence in enumerate(sentences(text)):
        if steers(sentence.text):
            continue
        if sentence.heading not in headings:
            headings[sentence.heading] = frozenset((*head, *terms(sentence.heading)))
        found.append((order, sentence, terms(sentence.text), headings[sentence.heading]))
    return tuple(found)


def lines_of(passages: Sequence[Passage]) -> list[Line]:
    """Return every sentence of the passages that is not an attempt at steering."""
    return [
        Line(sentence, number, order, stems, heading)
        for number, passage in enumerate(passages)
        for order, sentence, stems, heading in _read(passage.text, passage.title)
    ]


_CUES = (
    (re.compile(r"\bhow (?:many|much|long|old|far|tall|big|often|fast|high|heavy|wide|deep|hot|cold)\b|\bwhat (?:number|percent|share|price|cost)", re.IGNORECASE),
     re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|half|twice|"
                r"once|never|always|daily|weekly|free|no)\b", re.IGNORECASE), 0.35),
    (re.compile(r"\bwhen\b|\bwhat (?:year|date|day|time)\b|\bhow long\b", re.IGNORECASE),
     re.compile(r"\b\d{4}\b|\b\d{1,2}(?::\d\d)?\s?(?:am|pm|days?|hours?|weeks?|months?|years?|minutes?)\b|\b(?:when|before|"
                r"after|until|during|January|February|March|April|June|July|August|September|October|November|December|"
                r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|daily|time)\b", re.IGNORECASE), 0.25),
    (re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE), re.compile(r"(?<=\s)[A-Z][a-zà-ÿ]+"), 0.2),
    (re.compile(r"\bwhere\b|\bwhich (?:city|country|place)\b", re.IGNORECASE),
     re.compile(r"\b(?:in|at|near|from|on|to) (?:the )?[A-Z]"), 0.25),
    (re.compile(r"\bwhy\b|\breasons?\b", re.IGNORECASE),
     re.compile(r"\b(?:because|since|so that|therefore|thus|due to|in order to|reasons?|as a result|this (?:allows|means|is))\b",
                re.IGNORECASE), 0.4),
    (re.compile(r"\bwhat (?:happens|if|occurs|will happen)\b|\bwhat (?:is|are) the (?:result|effect)", re.IGNORECASE),
     re.compile(r"\b(?:if|when|whenever|during)\b", re.IGNORECASE), 0.2),
    (re.compile(r"\bhow (?:do|does|can|to|is|are|should)\b", re.IGNORECASE),
     re.compile(r"\b(?:by|using|use|with|via|first|then|steps?|order)\b", re.IGNORECASE), 0.1),
    (re.compile(r"\bdifferences?\b|\bdiffer\b|\bcompare\b|\bversus\b|\bvs\b", re.IGNORECASE),
     re.compile(r"\b(?:whereas|while|but|unlike|differ\w*|than|instead|however|in contrast)\b", re.IGNORECASE), 0.3),
)  # fmt: skip

_DEFINING = re.compile(
    r"\bwhat(?:'s|’s| is| are| does| do| was| were)\b|\bdefine\b|\bexplain\b|\bmeaning of\b", re.IGNORECASE
)
_DEFINES = re.compile(
    r"\b(?:is|are|was|means?|refers?|denotes?|specif(?:y|ies)|defines?|declares?|describes?|evaluates?|returns?|allows?|lets?|"
    r"provides?|creates?|introduces?|makes?|called|used (?:to|for)|can be used|causes?|executes?|terminates?|binds?)\b",
    re.IGNORECASE,
)
ASIDE = re.compile(
    r"^(?:See(?: also)?\b|Changed in version|Added in version|New in version|Deprecated|For example|Note that|(?:Additional|More|For more) information)|\?$|\b(?:found|contained|described) in section\b|\bsee section\b"
)


def rank(question: str, passages: Sequence[Passage], trace: Trace | None = None) -> list[Hit]:
    """Return the lines that share words with the question, best first."""
    asked = question_terms(question)
    if not asked:
        return []
    lines = lines_of(passages)
    wanted = dict.fromkeys(asked)
    holding: dict[str, int] = dict.fromkeys(wanted, 0)
    inside: list[set[str]] = []
    for line in lines:
        met = {t for t in line.terms if t in wanted}
        inside.append(met)
        for t in met | (line.heading & wanted.keys()):
            holding[t] += 1
    size = len(lines) + 8  # as if a few more sentences existed: weights stay sensible for tiny contexts
    weight = {
        t: math.log(1 + (size - n + 0.5) / (n + 0.5)) * (0.4 if t in _WEAK else 1.0)
        for t, n in holding.items()
    }
    share = {
        t: math.sqrt(w) for t, w in weight.items()
    }  # for coverage, rare words count less far above common ones
    total = sum(share.values())
    mean = sum(len(line.terms) for line in lines) / max(1, len(lines)) or 1.0
    base = [_bm25(line, met, weight, mean) for line, met in zip(lines, inside, strict=True)]
    pairs = [(a, b) for a, b in itertools.pairwise(asked) if a != b]
    cues = [(cue, worth) for ask, cue, worth in _CUES if ask.search(question)]
    defining = bool(_DEFINING.search(question))
    why = bool(re.match(r"\W*why\b", question, re.IGNORECASE))
    names = {stem(w) for w in re.findall(r"(?<=[\w,] )[A-Z][\w-]+", question)} & wanted.keys()
    held = _held(lines, names)
    hits = []
    for i, line in enumerate(lines):
        near = [j for j in (i - 1, i + 1) if 0 <= j < len(lines) and lines[j].passage == line.passage]
        if not inside[i] and not (line.heading & wanted.keys()):
            continue
        headed = (line.heading & wanted.keys()) - inside[i]
        score = base[i] + 0.35 * sum(weight[t] for t in headed) + 0.12 * sum(base[j] for j in near)
        if pairs and len(inside[i]) > 1:
            follows = set(zip(line.terms, line.terms[1:], strict=False))
            score += 0.45 * sum(weight[a] + weight[b] for a, b in pairs if (a, b) in follows)
        score *= _fit(line, wanted, cues, defining)
        if names and not names & held[line.passage]:
            score *= 0.45  # a passage that never names what is asked about
        around = set().union(*(inside[j] for j in near)) - inside[i] - headed if near else set()
        covered = (
            sum(share[t] for t in inside[i])
            + 0.9 * sum(share[t] for t in headed)
            + 0.5 * sum(share[t] for t in around)
        )
        if any(cue.search(line.sentence.text) for cue, worth in cues if worth >= 0.2):
            covered += (
                0.12 * total
            )  # it holds the kind of thing asked for: a date, a number, a name, a reason
        elif why:
            covered *= 0.75  # it names no reason
        whole = frozenset(inside[i] | headed)
        if defining and line.order == 0 and 2 * sum(share[t] for t in line.heading & wanted.keys()) >= total:
            score *= 1.5  # the first sentence of a text on just this subject
        score *= 0.4 + 0.6 * min(1.0, covered / total if total else 0.0)
        hits.append(Hit(line, score, min(1.0, covered / total) if total else 0.0, whole, share))
    hits.sort(key=lambda h: (-h.score, h.line.passage, h.line.order))
    if trace is not None:
        trace.note(
            f"Read {len(lines)} sentences in {len(passages)} {'passage' if len(passages) == 1 else 'passages'}, "
            f"looking for: {', '.join(wanted)}.",
            1,
        )
        for place, hit in enumerate(hits[:6]):
            trace.note(
                f"Score {hit.score:.1f}, coverage {hit.coverage:.0%}: “{clipped(hit.line.sentence.text)}”",
                2 if place < 3 else 3,
            )
    return hits


# Words that say little about the subject of a question; texts often put them differently.
_WEAK = frozenset(
    stem(w)
    for w in """take takes cost need needed want possible allowed allow able available help number amount time people
    type look find live come become start begin end last cover include contain count hold heavy tall far old big open
    offer receive happen used part first""".split()
)


def _held(lines: Sequence[Line], names: set[str]) -> dict[int, set[str]]:
    """Which of some names each passage holds, headings and titles included."""
    found: dict[int, set[str]] = {line.passage: set() for line in lines}
    if names:
        for line in lines:
            found[line.passage].update(names & line.heading, names.intersection(line.terms))
    return found


def _bm25(line: Line, met: set[str], weight: dict[str, float], mean: float) -> float:
    if not met:
        return 0.0
    damp = K1 * (1 - B + B * len(line.terms) / mean)
    score = 0.0
    for t in met:
        n = line.terms.count(t)
        score += weight[t] * n * (K1 + 1) / (n + damp)
    return score


def _fit(
    line: Line, wanted: dict[str, None], cues: list[tuple[re.Pattern[str], float]], defining: bool
) -> float:
    """How well the form of a sentence suits the form of the question, as a factor."""
    text = line.sentence.text
    factor = 1.0 + sum(worth for cue, worth in cues if cue.search(text))
    if defining:
        subject = line.terms[:4]
        if any(t in wanted for t in subject) and _DEFINES.search(text):
            factor += 0.3 if subject and subject[0] in wanted else 0.18
    if line.sentence.kind == "code":
        factor *= 0.35
    if len(line.terms) < 4 and line.sentence.kind == "prose":
        factor *= 0.6
    if ASIDE.search(text):
        factor *= 0.55
    if LEANING.match(text) or text[:1].islower():
        factor *= 0.8
    if text.endswith(":"):
        factor *= 0.7
    return factor


def clipped(text: str, limit: int = 90) -> str:
    """Return a text on one line, cut to a length."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


LEANING = re.compile(
    r"^(?:It|They|This|These|That|Those|Such|He|She|However|Otherwise|Therefore|Thus|Then|Also|But|And|In (?:this|that) case|"
    r"As a result|Hence|Instead|Both|Here)\b"
)
