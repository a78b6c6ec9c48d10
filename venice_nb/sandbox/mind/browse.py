# ruff: noqa: E501  patterns and word lists stay on one line
"""Pages looked up for a request: searched, or read at the addresses it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import arithmetic, web
from .text import split_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .asked import Ask
    from .thought import Trace


def look_up(
    ask: Ask, settings: Mapping[str, Any], trace: Trace
) -> tuple[list[dict[str, Any]], int, int, list[str]]:
    """Pages read or found for a request: (pages, searches, scrapes, sentences about what was not reachable)."""
    if settings.get("enable_web_scraping"):
        urls = web.addresses(ask.whole)
        read = [(u, web.read_page(u)) for u in urls]
        pages = [p for _, p in read if p]
        unread = [f"{u} is not reachable in the sandbox." for u, p in read if not p]
        for url, page in read:
            trace.note(f"{'Read' if page else 'Could not read'} {url}.", 1)
        if urls:
            return pages, 0, len(pages), unread
    mode = settings.get("enable_web_search")
    if mode == "auto":
        has_text = bool(ask.passages or ask.payload or ask.pictures or ask.sounds or ask.films)
        if has_text or not web.looks_current(ask.question) or arithmetic.find_expression(ask.question):
            return [], 0, 0, []
    if mode in ("on", "auto", True):
        found = web.search_pages(ask.question, 5)
        trace.note(f"Searched the bundled pages: {len(found)} found.", 1)
        return found, 1, 0, []
    return [], 0, 0, []


def as_documents(found: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return found pages as the documents of the synthetic search call."""
    return tuple(
        {
            "id": str(i),
            "title": p["title"],
            "url": p["url"],
            "snippet": split_sentences(p["content"])[0],
            "published_at": p["date"],
        }
        for i, p in enumerate(found, 1)
    )
