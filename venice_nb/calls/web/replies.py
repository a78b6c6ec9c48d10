"""Reading search results, pages and the text of files, however odd the answer is: what was paid for is given.

API reference: `POST /augment/search`, `POST /augment/scrape`, `POST /augment/text-parser`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import read_object, unreadable
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.reading import integer, mapping, string
from venice_nb.results.talk.reply import Source
from venice_nb.results.web.page import Page
from venice_nb.results.web.parsed import ParsedFile
from venice_nb.results.web.search import SearchResults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received

PRICE = 0.01  # US dollars for each success
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_HEADING = re.compile(r"^ {0,3}#{1,2}[ \t]+(\S.*)$", re.MULTILINE)
_HEAD = 10_000  # characters of a page in which its title stands


@dataclass(frozen=True, slots=True)
class ReadSearch:
    """Reads search results. A value, so that two equal calls are equal."""

    query: str

    def __call__(self, received: Received) -> SearchResults:
        """The results, those that hold anything. Raises UnreadableReply for an answer without a list."""
        answer = read_object(received, what="search results")
        rows = answer.get("results")
        if not isinstance(rows, list):
            raise unreadable(received, f"The server answered {received.status} without results", answer)
        found = (_source(mapping(row)) for row in rows)
        return SearchResults(
            self.query,
            tuple(source for source in found if source != Source()),
            cost=Cost(PRICE, "priced"),
            elapsed=received.elapsed,
            headers=Headers(received.headers),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Reads a page. A value, so that two equal calls are equal."""

    url: str

    def __call__(self, received: Received) -> Page:
        """The page. Raises UnreadableReply for an answer without content."""
        answer = read_object(received, what="a page")
        content = answer.get("content")
        if not isinstance(content, str):
            raise unreadable(received, f"The server answered {received.status} without a page", answer)
        return Page(
            string(answer.get("url")) or self.url,
            content,
            _title(content),
            cost=Cost(PRICE, "priced"),
            elapsed=received.elapsed,
            headers=Headers(received.headers),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Reads the text of a file, be it JSON or plain text. A value, so that two equal calls are equal."""

    name: str
    mime: str
    size: int

    def __call__(self, received: Received) -> ParsedFile:
        """The text. Raises UnreadableReply for an answer without."""
        if received.content_type == "text/plain":
            answer: dict[str, Any] = {"text": received.content.decode("utf-8", "replace")}
        else:
            answer = read_object(received, what="the text of a file")
        said = answer.get("text")
        if not isinstance(said, str):
            raise unreadable(received, f"The server answered {received.status} without text", answer)
        return ParsedFile(
            said,
            integer(answer.get("tokens")),
            self.name,
            self.mime,
            self.size,
            cost=Cost(PRICE, "priced"),
            elapsed=received.elapsed,
            headers=Headers(received.headers),
            raw=answer,
        )


def _source(row: Mapping[str, Any]) -> Source:
    return Source(
        title=_clean(string(row.get("title"))),
        url=string(row.get("url")),
        content=_clean(string(row.get("content"))),
        date=string(row.get("date")),
    )


def _clean(marked: str) -> str:
    """The text of a snippet: without tags such as <strong>, entities read, on one line."""
    return " ".join(html.unescape(_TAG.sub("", marked)).split())


def _title(markdown: str) -> str:
    """The first heading of a page, without its links and marks."""
    found = _HEADING.search(markdown[:_HEAD])
    plain = re.sub(r"[*`]", "", _LINK.sub(r"\1", found[1][:1000])) if found else ""
    return plain.rstrip().rstrip("#").rstrip()[:300]
