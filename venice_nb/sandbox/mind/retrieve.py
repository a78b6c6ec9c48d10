"""Find the sentences of given passages that answer a question: BM25 over sentences, their headings and neighbours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .text import Sentence, question_terms, sentences, stem, terms
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
    (re.compile(r"\bhow (?:many|much|long|old|far|tall|big|often|fast|high|heavy|wide|deep|hot|cold)\b|\bwhat (?:number|percent|share|price|cost)", re.I),
     re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|half|twice|"
                r"once|never|always|daily|weekly|free|no)\b", re.I), 0.35),
    (re.compile(r"\bwhen\b|\bwhat (?:year|date|day|time)\b|\bhow long\b", re.I),
     re.compile(r"\b\d{4}\b|\b\d{1,2}(?::\d\d)?\s?(?:am|pm|days?|hours?|weeks?|months?|years?|minutes?)\b|\b(?:when|before|"
                r"after|until|during|January|February|March|April|June|July|August|September|October|November|December|"
                r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|daily|time)\b", re.I), 0.25),
    (re.compile(r"\bwho(?:m|se)?\b", re.I), re.compile(r"(?<=\s)[A-Z][a-zà-ÿ]+"), 0.2),
    (re.compile(r"\bwhere\b|\bwhich (?:city|country|place)\b", re.I),
     re.compile(r"\b(?:in|at|near|from|on|to) (?:the )?[A-Z]"), 0.25),
    (re.compile(r"\bwhy\b|\breasons?\b", re.I),
     re.compile(r"\b(?:because|since|so that|therefore|thus|due to|in order to|reasons?|as a result|this (?:allows|means|is))\b",
                re.I), 0.4),
    (re.compile(r"\bwhat (?:happens|if|occurs|will happen)\b|\bwhat (?:is|are) the (?:result|effect)", re.I),
     re.compile(r"\b(?:if|when|whenever|during)\b", re.I), 0.2),
    (re.compile(r"\bhow (?:do|does|can|to|is|are|should)\b", re.I),
     re.compile(r"\b(?:by|using|use|with|via|first|then|steps?|order)\b", re.I), 0.1),
    (re.compile(r"\bdifferences?\b|\bdiffer\b|\bcompare\b|\bversus\b|\bvs\b", re.I),
     re.compile(r"\b(?:whereas|while|but|unlike|differ\w*|than|instead|however|in contrast)\b", re.I), 0.3),
)  # fmt: skip

_DEFINING = re.compile(
    r"\bwhat(?:'s|’s| is| are| does| do| was| were)\b|\bdefine\b|\bexplain\b|\bmeaning of\b", re.I
)
_DEFINES = re.compile(
    r"\b(?:is|are|was|means?|refers?|denotes?|specif(?:y|ies)|defines?|declares?|describes?|evaluates?|returns?|allows?|lets?|"
    r"provides?|creates?|introduces?|makes?|called|used (?:to|for)|can be used|causes?|executes?|terminates?|binds?)\b",
    re.I,
)
_ASIDE = re.compile(
    r"^(?:See(?: also)?\b|Changed in version|Added in version|New in version|Deprecated|For example|Note that)|\?$"
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
    total = sum(weight.values())
    mean = sum(len(line.terms) for line in lines) / max(1, len(lines)) or 1.0
    base = [_bm25(line, met, weight, mean) for line, met in zip(lines, inside, strict=True)]
    pairs = [(a, b) for a, b in zip(asked, asked[1:], strict=False) if a != b]
    cues = [(cue, worth) for ask, cue, worth in _CUES if ask.search(question)]
    defining = bool(_DEFINING.search(question))
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
            sum(weight[t] for t in inside[i])
            + 0.9 * sum(weight[t] for t in headed)
            + 0.5 * sum(weight[t] for t in around)
        )
        if any(cue.search(line.sentence.text) for cue, worth in cues if worth >= 0.2):
            covered += (
                0.12 * total
            )  # it holds the kind of thing asked for: a date, a number, a name, a reason
        met = frozenset(inside[i] | headed)
        if defining and line.order == 0 and 2 * sum(weight[t] for t in line.heading & wanted.keys()) >= total:
            score *= 1.5  # the first sentence of a text on just this subject
        score *= 0.4 + 0.6 * min(1.0, covered / total if total else 0.0)
        hits.append(Hit(line, score, min(1.0, covered / total) if total else 0.0, met, weight))
    hits.sort(key=lambda h: (-h.score, h.line.passage, h.line.order))
    if trace is not None:
        trace.note(
            f"Read {len(lines)} sentences in {len(passages)} {'passage' if len(passages) == 1 else 'passages'}, "
            f"looking for: {', '.join(wanted)}.",
            1,
        )
        for place, hit in enumerate(hits[:6]):
            trace.note(
                f"Score {hit.score:.1f}, coverage {hit.coverage:.0%}: “{_short(hit.line.sentence.text)}”",
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


def covering(hits: Sequence[Hit]) -> float:
    """Return the share of the question's weight that these lines cover together."""
    if not hits:
        return 0.0
    total = sum(hits[0].weight.values())
    together = frozenset().union(*(h.met for h in hits))
    united = sum(hits[0].weight[t] for t in together) / total if total else 0.0
    return max(united, max(h.coverage for h in hits))


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
    if _ASIDE.search(text):
        factor *= 0.55
    if _LEANING.match(text) or text[:1].islower():
        factor *= 0.8
    if text.endswith(":"):
        factor *= 0.7
    return factor


def _short(text: str, limit: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


_LEANING = re.compile(
    r"^(?:It|They|This|These|That|Those|Such|He|She|However|Otherwise|Therefore|Thus|Then|Also|But|And|In (?:this|that) case|"
    r"As a result|Hence|Instead|Both|Here)\b"
)


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
        if other and sum(best.weight[t] for t in other.met & left) >= 0.3 * sum(best.weight.values()):
            chosen.append(other)
            known.update(other.line.terms)
    if limit > len(chosen) and _LEANING.match(best.line.sentence.text):
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
        if _LEANING.match(hit.line.sentence.text) and not beside:
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
        text = hit.line.sentence.text
        if label:
            text = re.sub(r"\s*\[\d+\](?=[.\s]|$)", "", text)  # the source's own footnote marks would mislead
        found.append(marked(text, mark.format(label)) if label and last else text)
    return found


def marked(text: str, mark: str) -> str:
    """Return the sentence with a source mark before its final stop."""
    text = text.rstrip()
    if text.endswith((".", "!", "?")) and not text.endswith("..."):
        return f"{text[:-1].rstrip()} {mark}{text[-1]}"
    return f"{text.rstrip(':;,')} {mark}"


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
            _LEANING.match(line.sentence.text)
            or _ASIDE.search(line.sentence.text)
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
