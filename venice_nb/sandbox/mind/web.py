"""The bundled web: pages that stand in for what a search engine would find (../data/pages.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from .fields import URL
from .retrieve import Passage, choose, lines_of, marked, rank
from .text import question_terms, terms
from .thought import Draft, Trace
from .wish import Wish


@cache
def pages() -> tuple[dict[str, Any], ...]:
    """Return every bundled page: {title, url, content, date}."""
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
    hits = rank(query, _passages())
    scores: dict[int, float] = {}
    for hit in hits:  # a page counts by its best sentences, each further one less
        n = hit.line.passage
        scores[n] = scores.get(n, 0.0) + hit.score * 0.5 ** min(
            6, sum(1 for _ in [None]) if n not in scores else 2
        )
    for n, title in enumerate(_titles()):
        shared = title & set(asked)
        if shared and n in scores:
            scores[n] += 4.0 * len(shared)
    covered = {n: _share(asked, n) for n in scores}
    best = sorted(
        (n for n in scores if covered[n] >= 0.34), key=lambda n: (-scores[n] * (0.3 + covered[n]), n)
    )
    floor = 0.3 * scores[best[0]] * (0.3 + covered[best[0]]) if best else 0.0
    return [dict(pages()[n]) for n in best[: max(0, limit)] if scores[n] * (0.3 + covered[n]) >= floor]


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
    return next((dict(p) for p in pages() if _bare(p["url"]) == wanted), None)


def _bare(url: str) -> str:
    return re.sub(r"[?#].*$", "", re.sub(r"^https?://(?:www\.)?", "", url.strip().lower())).rstrip("/")


def looks_current(question: str) -> bool:
    """Whether a question asks about the world, so that "auto" search should look it up."""
    if re.search(
        r"\b(?:latest|news|today|current(?:ly)?|recent(?:ly)?|this (?:week|month|year)|202\d|now|price of|weather|who won|score|update|upcoming|yesterday|breaking|happened)\b",
        question,
        re.I,
    ):
        return True
    return bool(
        re.match(r"\W*(?:who|what|when|where|which|how (?:many|much|old|far|tall|long))\b", question, re.I)
    ) and not re.search(r"\b(?:you|your|i|my|me|we|this|that|these|it)\b", question, re.I)


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
    hits = rank(question, passages, trace)
    chosen = choose(hits, max(2, wish.limit(3)) if not wish.brief else 1) if hits else []
    lines = lines_of(passages)
    if not chosen or hits[0].coverage < 0.4:
        first = [x for x in lines if x.passage == 0][:2]
        said = [x.sentence.text for x in first]
        return Draft((*said[:-1], marked(said[-1], "^1^")) if mark and said else tuple(said), kind="web")
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


def _agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two sentences say much the same."""
    one, two = set(a), set(b)
    return len(one & two) >= 0.6 * min(len(one), len(two)) > 2


def addresses(text: str, limit: int = 5) -> list[str]:
    """Return the first web addresses of a text."""
    return list(dict.fromkeys(URL.findall(text)))[:limit]
