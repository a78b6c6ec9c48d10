# ruff: noqa: E501, RUF001, SIM905  patterns and word lists stay on one line; typographic marks are what is looked for or shown; word lists read better as text
"""What the mind knows without being told: a few hundred checked facts (data/knowledge.md) and capital cities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .compose import choose
from .retrieve import Passage, rank
from .text import question_terms, stem, terms
from .thought import Draft, Trace, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .wish import Wish


@dataclass(frozen=True)
class Entry:
    """One subject: its names, its facts in the order in which to tell them, and its lists."""

    names: tuple[str, ...]
    facts: tuple[str, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Return every subject of data/knowledge.md."""
    text = files(__package__).joinpath("data/knowledge.md").read_text("utf-8")
    found = []
    for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, *lines = [x.strip() for x in block.splitlines() if x.strip()]
        lists = tuple(
            (name.strip(), tuple(v.strip() for v in values.split(";")))
            for name, _, values in (x[2:].partition(":") for x in lines if x.startswith("= "))
        )
        facts = tuple(x for x in lines if not x.startswith("= "))
        found.append(Entry(tuple(n.strip() for n in head.split("|")), facts, lists))
    return tuple(found)


@cache
def capitals() -> dict[str, str]:
    """Return the capital city of each country in data/capitals.txt, keyed by the country's name."""
    text = files(__package__).joinpath("data/capitals.txt").read_text("utf-8")
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {country.strip(): city.strip() for country, _, city in pairs}


def _rooted(text: str) -> str:
    """Words of a text as stems between spaces, so that names can be found whole: " k mean clust "."""
    return " " + " ".join(stem(w) for w in re.findall(r"[^\W_]+", text.lower())) + " "


@cache
def _named() -> tuple[tuple[str, int], ...]:
    found = [(_rooted(name), i) for i, entry in enumerate(entries()) for name in entry.names]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def subjects(text: str) -> list[Entry]:
    """Return the subjects a text names, longest names first in choice, in the order in which they are named."""
    rooted = _rooted(text)
    met: dict[int, int] = {}
    for name, i in _named():
        at = rooted.find(name)
        if at >= 0:
            if i not in met:
                met[i] = at
            rooted = (
                rooted[:at] + " " + "_" * (len(name) - 2) + " " + rooted[at + len(name) :]
            )  # each word counts once
    return [entries()[i] for i in sorted(met, key=lambda i: met[i])]


def recite(question: str, wish: Wish, trace: Trace) -> Draft | None:
    """Return what the mind knows on a question, None when it knows nothing on it."""
    return _capital(question) or _listed(question, wish) or _told(question, wish, trace)


def background(question: str) -> tuple[Passage, ...]:
    """Return what is known of the subjects a question names, as passages to judge a claim by."""
    told = [Passage("\n\n".join(entry.facts), title=entry.names[0]) for entry in subjects(question)]
    low = question.lower()
    cities = [
        f"{city} is the capital of {country}."
        for country, city in capitals().items()
        if country.lower() in low or city.lower() in low
    ]
    return (*told, *((Passage("\n\n".join(cities)),) if cities else ()))


def _capital(question: str) -> Draft | None:
    if not re.search(r"\bcapitals?\b", question, re.IGNORECASE):
        return None
    low = question.lower()
    hits = sorted(
        (low.find(c.lower()), c)
        for c in capitals()
        if re.search(rf"(?<!\w){re.escape(c.lower())}(?!\w)", low)
    )
    if hits:
        return saying(
            *(f"The capital of {_article(c)}{c} is {capitals()[c]}." for _, c in hits), kind="known"
        )
    back = [
        (c, city)
        for c, city in capitals().items()
        if re.search(rf"(?<!\w){re.escape(city.lower())}(?!\w)", low)
    ]
    if back:
        return saying(*(f"{city} is the capital of {_article(c)}{c}." for c, city in back), kind="known")
    of = re.search(r"\bcapital(?: city)? of (?:the )?([A-Z][\w' -]+)", question)
    return saying(f"I do not know a capital of {of[1].strip()}.", kind="known", sure=False) if of else None


def _article(country: str) -> str:
    return (
        "the "
        if country.startswith(
            (
                "United",
                "Netherlands",
                "Philippines",
                "Czech Republic",
                "Dominican Republic",
                "Bahamas",
                "Maldives",
            )
        )
        else ""
    )


_ONE = re.compile(
    r"\b(?:name|give|tell|mention|show|suggest)(?: me| us)?(?: just)? (?:an? (?:example of an? )?|any )(?!list\b|few\b)\w",
    re.IGNORECASE,
)


def _listed(question: str, wish: Wish) -> Draft | None:
    """The entries of a known list ("name three planets", "what are the primary colours?")."""
    rooted = _rooted(question)
    for entry in entries():
        for name, values in entry.lists:
            if _rooted(name) in rooted and re.search(
                r"\b(?:list|name|give|tell (?!me about)|what are|which are|which|enumerate|show|mention|some|examples?)\b",
                question,
                re.IGNORECASE,
            ):
                if "how many" in question.lower():
                    return saying(f"There are {len(values)} {name}: {', '.join(values)}.", kind="known")
                single = _ONE.search(question) is not None and not wish.items
                if single:
                    return Draft(values, listed=True, kind="one")
                kept = values[: wish.items] if wish.items else values
                if wish.items or wish.bullets or wish.listed:
                    return Draft(kept, listed=True, kind="known")
                return saying(
                    f"The {name} are {', '.join(kept[:-1])} and {kept[-1]}."
                    if len(kept) > 1
                    else f"{kept[0]}.",
                    kind="known",
                )
    for entry in entries():
        for name, values in entry.lists:
            if _rooted(name) in rooted and "how many" in question.lower():
                return saying(
                    f"There are {len(values)} {name}: {', '.join(values[:-1])} and {values[-1]}.",
                    kind="known",
                )
    return None


def _told(question: str, wish: Wish, trace: Trace) -> Draft | None:
    met = subjects(question)
    limit = wish.limit(2)
    if len(met) > 1 and re.search(
        r"\b(?:difference|differ|compare|versus|vs|better|or|relate|and)\b", question, re.IGNORECASE
    ):
        return _contrast(met[:2] if not re.search(r"\band\b.*\band\b|,", question) else met[:4], wish, trace)
    if met:
        entry = _fittest(met, question)
        trace.note(f"Known subject: {entry.names[0]} ({len(entry.facts)} facts).", 1)
        kind = _asked_kind(question, wish)
        if kind and sum(stem(kind) in terms(f) for f in entry.facts) < wish.items:
            return saying(
                f"I have no list of {kind} of {entry.names[0]}; this is what I know about it.",
                *_facts(entry, max(2, wish.items)),
                kind="known",
                sure=False,
            )
        rooted_names = {w for name in entry.names for w in _rooted(name).split()}
        rest = [
            t
            for t in question_terms(question)
            if t not in rooted_names and t not in _FILLER and not t.isdigit() and " " not in t
        ]
        if not rest:
            return saying(*_facts(entry, limit), kind="known")
        hits = rank(" ".join(rest), [Passage("\n\n".join(entry.facts))])
        if hits and hits[0].coverage >= 0.45:
            ranked = rank(question, [Passage("\n\n".join(entry.facts))], trace)
            best = [h.line.sentence.text for h in choose(ranked, max(1, limit))]
            if wish.lines or wish.sentences or wish.items:
                best += [f for f in entry.facts if f not in best]
            return saying(*best[: max(limit, 1)], kind="known")
        suited = _suited(entry, question)
        if suited:
            return saying(suited, kind="known")
        if any(t in _OPEN for t in rest) or _defining(entry, question):
            return saying(*_facts(entry, limit), kind="known")
        return saying(
            f"That is not among what I know about {entry.names[0]}. What I do know is this.",
            *_facts(entry, max(1, limit - 1)),
            kind="known",
            sure=False,
        )
    asked = {t for t in question_terms(question) if " " not in t}
    passages = [p for p, held in _all_facts() if asked & held]
    hits = rank(question, passages, trace)
    if hits and hits[0].coverage >= 0.72 and len(question_terms(question)) > 1:
        chosen = choose(hits, min(limit, 2))
        home = chosen[0].line.passage
        return saying(*(h.line.sentence.text for h in chosen if h.line.passage == home), kind="known")
    return None


def _asked_kind(question: str, wish: Wish) -> str:
    """What a request for so many things of a subject wants: "uses" in "name three uses of PCA"; "" for plain facts."""
    if not wish.items:
        return ""
    match = re.search(
        r"\b(?P<kind>uses|applications|advantages|disadvantages|benefits|drawbacks|limitations|examples|kinds|types|alternatives|variants|causes|effects|symptoms|pros|cons|inventors|users|libraries|books|risks)\b(?= (?:of|for|to|in)\b)",
        question,
        re.IGNORECASE,
    )
    return match["kind"].lower() if match else ""


_KINDS = (
    (r"\bhow far\b", r"kilomet|metre|light-year"),
    (r"\bhow (?:tall|high|long|big|large|wide|deep)\b", r"\d[\d,.]* (?:kilo|centi)?met|eleven metres"),
    (r"\bhow old\b|\bwhen\b|\bwhat year\b", r"\b\d{3,4}\b"),
    (r"\bhow (?:hot|cold)\b", r"°"),
    (r"\bwho\b", r"\bby [A-Z]|\b[A-Z][a-z]+ [A-Z][a-z]+ (?:began|wrote|painted|created)"),
    (r"\bwhere\b", r"\b(?:in|on|at) (?:the )?[A-Z]"),
)


def _suited(entry: Entry, question: str) -> str:
    """The fact that holds the kind of thing asked for (a distance, a year, a maker), "" when none does."""
    for asked, held in _KINDS:
        if re.search(asked, question, re.IGNORECASE):
            return next((f for f in entry.facts if re.search(held, f)), "")
    return ""


def _defining(entry: Entry, question: str) -> bool:
    """Whether a question asks what the subject is, whatever else it mentions."""
    match = re.search(
        r"\b(?:what(?:'s|’s| is| are)|explain|define|describe|tell me about|who (?:is|was))\s+(?:an? |the )?(?P<x>.+)",
        question,
        re.IGNORECASE,
    )
    if match is None:
        return False
    told = _rooted(match["x"])
    return any(told.startswith(_rooted(n)) for n in entry.names)


@cache
def _all_facts() -> tuple[tuple[Passage, frozenset[str]], ...]:
    """Every subject as a passage, with the stems it holds."""
    made = [Passage("\n\n".join(e.facts), title=" ".join(e.names)) for e in entries()]
    return tuple((p, frozenset(terms(f"{p.title} {p.text}"))) for p in made)


_FILLER = frozenset(
    stem(w)
    for w in "explain describe simple simply beginner bullet point points list one four five six example examples paragraph briefly short detail long version give beginners year old five child plain english quick overview introduction intro basic basics understand word words two three line lines sentence python data science machine learning know want learn thing teach please like".split()
)
_OPEN = frozenset(stem(w) for w in "works work about interesting important explain use useful".split())


def _facts(entry: Entry, limit: int) -> tuple[str, ...]:
    return entry.facts[: max(1, limit)]


def _fittest(met: Sequence[Entry], question: str) -> Entry:
    """The subject a question is about when it names several: the one whose facts hold most of its words."""
    if len(met) == 1:
        return met[0]
    asked = question_terms(question)

    def fit(entry: Entry) -> float:
        held = _rooted(" ".join((*entry.names, *entry.facts)))
        return sum(f" {t} " in held for t in asked) + 0.1 * max(
            len(_rooted(n)) for n in entry.names if _rooted(n) in _rooted(question)
        )

    return max(met, key=fit)


def _contrast(met: Sequence[Entry], wish: Wish, trace: Trace) -> Draft:
    """What two subjects are, and what sets them apart when a fact of one names the other."""
    trace.note(f"Known subjects: {', '.join(e.names[0] for e in met)}.", 1)
    first, second = met[0], met[1]
    told = [e.facts[0] for e in met]
    apart = [
        f for a, b in ((first, second), (second, first)) for f in a.facts[1:]
        if any(_rooted(n) in _rooted(f) for n in b.names) and f not in told
    ]  # fmt: skip
    limit = wish.lines or wish.sentences or wish.items
    said = told + apart[: 1 if not wish.long else 3]
    return saying(*(said[: max(limit, 1)] if limit else said), kind="known")
