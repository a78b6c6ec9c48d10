# ruff: noqa: E501, SIM905  patterns and word lists stay on one line; word lists read better as text
"""The bundled web: pages that stand in for what a search engine would find (../data/pages.json)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .compose import ample, choose, cited, covering, gist, marked
from .patterns import URL
from .retrieve import LEANING, Hit, Passage, lines_of, rank
from .text import question_terms, terms
from .thought import Draft, Trace
from .wish import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@cache
def pages() -> tuple[dict[str, Any], ...]:
    """Return every bundled page: {title, url, content, date}; one that is `gone` is found, and cannot be read."""
    return tuple(json.loads((Path(__file__).parent.parent / "data" / "pages.json").read_text("utf-8")))


@cache
def _passages() -> tuple[Passage, ...]:
    return tuple(Passage(p["content"], title=p["title"]) for p in pages())


@cache
def _titles() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(p["title"])) for p in pages())


def search_pages(query: str, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` bundled pages on a query, best first; none when no page shares its words."""
    asked = question_terms(query)
    near = [n for n in range(len(pages())) if any(t in _words_of(n) for t in asked if t not in _CURRENT)]
    hits = rank(query, [_passages()[n] for n in near])
    scores: dict[int, float] = {}
    seen: dict[int, int] = {}
    for hit in hits:  # a page counts by its best sentences, each further one less
        n = near[hit.line.passage]
        seen[n] = seen.get(n, 0) + 1
        scores[n] = scores.get(n, 0.0) + hit.score * 0.5 ** min(6, seen[n] - 1)
    for n, title in enumerate(_titles()):
        shared = title & set(asked)
        if shared and n in scores:
            scores[n] += 4.0 * len(shared)
    covered = {n: _share(asked, n) for n in scores}
    top = max(scores, key=lambda n: (scores[n] * covered[n], -n), default=-1)
    best = sorted(
        (n for n in scores if covered[n] > 0.5 or (covered[n] == 0.5 and n == top)),
        key=lambda n: (-scores[n] * (0.3 + covered[n]), n),
    )
    floor = 0.3 * scores[best[0]] * (0.3 + covered[best[0]]) if best else 0.0
    kept = [n for n in best if scores[n] * (0.3 + covered[n]) >= floor]
    if re.search(r"\b(?:news|latest|newest|recent(?:ly)?)\b", query, re.IGNORECASE):
        kept.sort(key=lambda n: pages()[n]["date"], reverse=True)
    return [dict(pages()[n]) for n in kept[: max(0, limit)]]


@cache
def _words_of(n: int) -> frozenset[str]:
    return frozenset(terms(pages()[n]["title"] + "\n" + pages()[n]["content"]))


def _share(asked: Sequence[str], n: int) -> float:
    single = [t for t in dict.fromkeys(asked) if " " not in t and t not in _CURRENT]
    return sum(t in _words_of(n) for t in single) / max(1, len(single))


_CURRENT = frozenset(
    "latest recent newest news today current currently update happened week month year web internet search find 2024 2025 2026".split()
)


def read_page(url: str) -> dict[str, Any] | None:
    """Return the bundled page at an address, None when there is none; a trailing slash, query or fragment does not matter."""
    wanted = _bare(url)
    return next((dict(p) for p in pages() if _bare(p["url"]) == wanted and not p.get("gone")), None)


def _bare(url: str) -> str:
    return re.sub(r"[?#].*$", "", re.sub(r"^https?://(?:www\.)?", "", url.strip().lower())).rstrip("/")


def looks_current(question: str) -> bool:
    """Whether a question asks about the world, so that "auto" search should look it up."""
    if re.search(
        r"\b(?:latest|news|today|current(?:ly)?|recent(?:ly)?|this (?:week|month|year)|202\d|now|price of|weather|who won|score|update|upcoming|yesterday|breaking|happened)\b",
        question,
        re.IGNORECASE,
    ):
        return True
    return bool(
        re.match(
            r"\W*(?:who|what|when|where|which|how (?:many|much|old|far|tall|long))\b", question, re.IGNORECASE
        )
    ) and not re.search(r"\b(?:you|your|i|my|me|we|this|that|these|it)\b", question, re.IGNORECASE)


def browse(
    question: str, found: Sequence[Mapping[str, Any]], wish: Wish, trace: Trace, *, mark: bool
) -> Draft | None:
    """Return an answer from found pages; sentences carry `^1^` marks when `mark` is set."""
    if not found:
        return None
    passages = [Passage(p["content"], label=str(i), title=p["title"]) for i, p in enumerate(found, 1)]
    trace.note(
        "Found " + "; ".join(f"{i}. {p['title']} ({p['url']})" for i, p in enumerate(found, 1)) + ".", 1
    )
    if re.search(r"\bsummar|\btl;?dr|\bkey (?:points|takeaways)\b", question, re.IGNORECASE):
        chosen = gist(passages, wish.limit(3))
        return Draft(
            tuple(cited(chosen, passages, "^{}^") if mark else [h.line.sentence.text for h in chosen]),
            kind="web",
        )
    hits = _answering(question, rank(question, passages, trace))
    usual = wish.limit(3) if wish != Wish() else ample(question, hits, 2)
    chosen = choose(hits, usual) if hits else []
    if _WHY.search(question):
        chosen = _reasoned(chosen, passages)
    chosen = _grounded(chosen, passages, explain=wish == Wish() and bool(_HOW.search(question)))
    if not chosen or covering(chosen) < 0.4 or _open(question, passages[0]):
        first = [
            next(x.sentence.text for x in lines_of((p,)) or ()) for p in passages[: max(2, min(3, usual))]
        ]
        return Draft(tuple(marked(s, f"^{i}^") if mark else s for i, s in enumerate(first, 1)), kind="web")
    said = []
    for i, hit in enumerate(chosen):
        text = hit.line.sentence.text
        same = [
            str(h.line.passage + 1)
            for h in hits
            if h.line.passage != hit.line.passage and _agree(h.line.terms, hit.line.terms)
        ]
        labels = ",".join(sorted({str(hit.line.passage + 1), *same[:2]}, key=int))
        last = i + 1 == len(chosen) or chosen[i + 1].line.passage != hit.line.passage
        said.append(marked(text, f"^{labels}^") if mark and last else text)
    return Draft(tuple(said), kind="web")


_YEAR = re.compile(r"\b(?:which|what) year\b", re.IGNORECASE)
_HOW = re.compile(r"^\W*how (?:do|does|did|is|are|was|were|can)\b", re.IGNORECASE)
_WORKING = re.compile(r"^\W*how (?:do|does|can)\b.*\b(?:work|function|operate)\b", re.IGNORECASE)
_WHY = re.compile(r"^\W*why\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since (?:it|they|the|this|these|that|there)|so that|due to|cause[sd]?|reasons?|owing to|as a result)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_LEANS = re.compile(rf"(?:{LEANING.pattern})|^(?:Its|Their|His|Her)\b")


def _answering(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with those first that hold what the question word asks for: a year, a reason, a working and no date."""

    def worth(hit: Hit) -> float:
        text = hit.line.sentence.text
        factor = 1.0
        if _YEAR.search(question):
            factor = 1.5 if _PAST.search(text) else 0.5
        elif _WHY.search(question):
            factor = 1.4 if _REASON.search(text) else 1.0
        return hit.score * factor

    if _WORKING.search(question):  # what happened in a year does not tell how a thing works
        hits = [h for h in hits if not _PAST.search(h.line.sentence.text)] or hits
    weighed = [replace(hit, score=worth(hit)) for hit in hits]
    return sorted(weighed, key=lambda h: (-h.score, h.line.passage, h.line.order))


def _reasoned(chosen: Sequence[Hit], passages: Sequence[Passage]) -> list[Hit]:
    """The chosen sentences, or where none of them gives a reason, the one of their page that does."""
    if not chosen or any(_REASON.search(h.line.sentence.text) for h in chosen):
        return list(chosen)
    page = [x for x in lines_of(passages) if x.passage == chosen[0].line.passage]
    at = next((i for i, x in enumerate(page) if _REASON.search(x.sentence.text)), None)
    if at is None:
        return list(chosen)
    short = len(page[at].sentence.text.split()) < 8  # "There are two causes." says which in the next
    return [replace(chosen[0], line=x) for x in page[at : at + 2 if short else at + 1]]


def _grounded(chosen: Sequence[Hit], passages: Sequence[Passage], *, explain: bool) -> list[Hit]:
    """The chosen sentences with the one before each that leans on it, and, to explain, the one after an opening."""
    lines = {(x.passage, x.order): x for x in lines_of(passages)}
    held = {(h.line.passage, h.line.order): h for h in chosen}
    for hit in chosen:
        place, order = hit.line.passage, hit.line.order
        while _LEANS.match(lines[place, order].sentence.text) and (place, order - 1) in lines:
            order -= 1
            held.setdefault((place, order), replace(hit, line=lines[place, order]))
    if explain and len(chosen) == 1 and chosen[0].line.order == 0 and (chosen[0].line.passage, 1) in lines:
        place = chosen[0].line.passage
        held[place, 1] = replace(chosen[0], line=lines[place, 1])
    return [held[at] for at in sorted(held)]


def _open(question: str, page: Passage) -> bool:
    """Whether a question names a subject only ("News on fusion?"), so that the pages' openings answer it best."""
    asked = [t for t in question_terms(question) if t not in _CURRENT]
    wants = re.search(
        r"\b(?:news|latest|recent|about|update|happening|developments)\b|^[^?]{0,30}$",
        question,
        re.IGNORECASE,
    )
    return bool(wants) and len(asked) <= 2 and set(asked) <= frozenset(terms(page.title))


def _agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two sentences say much the same."""
    one, two = set(a), set(b)
    return len(one & two) >= 0.6 * min(len(one), len(two)) > 2


def addresses(text: str, limit: int = 5) -> list[str]:
    """Return the first web addresses of a text."""
    return list(dict.fromkeys(URL.findall(text)))[:limit]
