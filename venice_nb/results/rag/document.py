"""A document to be asked: its text, where each line and page of it begins, and its headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 20_000  # characters of a display
MARKED = frozenset({"markdown", "html", "docx"})  # kinds whose text is Markdown

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDER = re.compile(r" {0,3}(=+|-+)[ \t]*$")  # what makes a heading of the line above
_PLAIN = re.compile(r" {0,3}(?![-*+>|#=`~]|\d+[.)]|<)\S")  # a line that can be one
_FRONT = re.compile(r"---[ \t]*\n(?:.*\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, repr=False)
class Document(Displayed):
    """One file, row or text, read.

    Attributes:
        source: the name that citations carry: a path below the folder of the corpus, or the label of a row.
        kind: "markdown", "text", "html", "pdf", "docx" or "row".
        title: its first heading, else its name.
        text: what it says; HTML and Word files as Markdown. Spans of passages count its characters.
        pages: where each page begins in `text`; only for a PDF.
        metadata: the other columns of a row.
        note: what the reader should know: an encoding that was guessed, pages without text.

    """

    source: str
    kind: str
    title: str
    text: str
    pages: tuple[int, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    @cached_property
    def outline(self) -> list[tuple[int, tuple[str, ...]]]:
        """Where each heading begins, with those above it: `[(120, ("Refunds", "High water"))]`."""
        found: list[tuple[int, tuple[str, ...]]] = []
        path: list[tuple[int, str]] = []
        fence = ""
        start = _front(self.text) if self.kind in MARKED else len(self.text)
        above, before = "", ""  # the two lines before
        for line in self.text[start:].split("\n"):
            mark, under = _FENCE.match(line), _UNDER.match(line)
            heading = None if fence else _HEADING.match(line)
            named: tuple[int, int, str] | None = None  # where it begins, its level, its words
            if mark and not fence:
                fence = mark[1]
            elif mark and line.strip().startswith(fence) and not line.strip(" \t" + fence[0]):
                fence = ""
            elif heading:
                named = start, len(heading[1]), heading[2] or ""
            elif under and not fence and _PLAIN.match(before) and not above.strip():
                named = start - len(before) - 1, 1 if under[1][0] == "=" else 2, before
            if named:
                path = [each for each in path if each[0] < named[1]] + [(named[1], named[2].strip())]
                found.append((named[0], tuple(name for _, name in path if name)))
            above, before = before, line
            start += len(line) + 1
        return found

    def __repr__(self) -> str:
        named, title, n = text.short(self.source, 80), text.short(self.title, 80), len(self.text)
        return f"<Document {named}: {self.kind}, {text.count(n)} character{'s' * (n != 1)}, {title!r}>"

    def _mimebundle(self) -> Bundle:
        name, said = text.short(self.source, 120), text.clean(self.text, SHOWN)
        facts = [
            ("title", text.short(self.title, 120)),
            ("kind", self.kind),
            ("characters", text.count(len(self.text))),
            *([("pages", text.count(len(self.pages)))] if self.pages else []),
            *([("note", text.short(self.note, 200))] if self.note else []),
            *((text.short(str(key), 40), text.short(str(cell), 120)) for key, cell in self.metadata.items()),
        ]
        lines = [name, *(f"  {key}: {value}" for key, value in facts), "", said]
        card = html.card(name, html.facts(facts), html.details("Text", html.plain(said)))
        return {"text/plain": "\n".join(lines), "text/html": html.page(card)}

    def line(self, place: int) -> int:
        """The number of the line, from 1, that holds a character of the text."""
        return bisect_right(self._lines, place)

    def page(self, place: int) -> int | None:
        """The number of the page, from 1, that holds a character; None where there are no pages."""
        return max(bisect_right(self.pages, place), 1) if self.pages else None

    def headings(self, place: int) -> tuple[str, ...]:
        """The headings above a character, the highest first; one that begins there is among them."""
        before = bisect_right(self.outline, place, key=lambda each: each[0])
        return self.outline[before - 1][1] if before else ()


def _front(said: str) -> int:
    """Where the text begins behind the front matter, which stands between two lines of dashes."""
    found = _FRONT.match(said)
    return found.end() if found else 0


@dataclass(frozen=True)
class Unread:
    """A file or row that is not in the corpus, and why."""

    source: str
    reason: str
