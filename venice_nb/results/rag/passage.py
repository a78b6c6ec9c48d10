"""A passage: a piece of a document that is found, shown and cited, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any as Key

    import pandas as pd

SHOWN = 160  # characters of a passage in a table
WHOLE = 20_000  # characters of a passage that is shown by itself
COLUMNS = ("source", "first_line", "last_line", "page", "heading", "start", "end", "text")


@dataclass(frozen=True, repr=False)
class Passage(Displayed):
    """A piece of a document: `document.text[start:end] == passage.text`.

    Attributes:
        text: as it stands in the document.
        source: the document's name.
        start: its first character, from 0.
        end: the character after its last.
        lines: the numbers of its first and last line, from 1.
        title: the document's title.
        headings: the headings above it, the highest first.
        page: the page it begins on, from 1; None where there are no pages.
        document: the place of its document in the corpus, from 0.
        metadata: of its document.

    """

    text: str
    source: str
    start: int
    end: int
    lines: tuple[int, int] = (1, 1)
    title: str = ""
    headings: tuple[str, ...] = ()
    page: int | None = None
    document: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """Its headings on one line."""
        return " › ".join(self.headings)  # noqa: RUF001  the mark between steps of a path

    @property
    def place(self) -> str:
        """Where it stands: `refunds.md, lines 12-18`, with the page of a PDF."""
        first, last = self.lines
        page = f"page {self.page}, " if self.page is not None else ""
        lines = f"line {first}" if first == last else f"lines {first}-{last}"
        return f"{text.short(self.source, 120)}, {page}{lines}"

    @property
    def indexed(self) -> str:
        """What is searched: the title and headings it does not itself begin with, then its text.

        A piece from the middle of a page often does not name what it is about; its headings do.
        """
        above = dict.fromkeys(name for name in (self.title, *self.headings) if name)
        missing = [name for name in above if name not in self.text[: len(name) + 8]]
        return "\n".join([*missing, self.text])

    def __repr__(self) -> str:
        return f"<Passage {self.place}: {text.short(self.text, 60)!r}>"

    def _mimebundle(self) -> Bundle:
        said = text.clean(self.text, WHOLE)
        lines = [self.place, *([text.short(self.heading, 120)] if self.heading else []), "", said]
        above = html.tag("small", text.short(self.heading, 120), class_="vn-host") if self.heading else None
        card = html.card(self.place, above, html.plain(said))
        return {"text/plain": "\n".join(lines), "text/html": html.page(card)}

    def row(self) -> tuple[Any, ...]:
        """Its values for `COLUMNS`."""
        return (self.source, *self.lines, self.page, self.heading, self.start, self.end, self.text)


@dataclass(frozen=True, repr=False, eq=False)
class Passages(Table):
    """The passages of a corpus: a table, and a sequence of `Passage`.

    Attributes:
        passages: all of them, in the order of the documents.
        size: the most a passage may measure.
        overlap: how much of a passage the next may repeat.
        unit: what both are counted in: "characters" or "tokens".

    """

    passages: tuple[Passage, ...] = ()
    size: int = 0
    overlap: int = 0
    unit: str = "characters"

    def __len__(self) -> int:
        return len(self.passages)

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)

    def __getitem__(self, key: Key) -> Any:
        return self.passages[key] if isinstance(key, int | slice) else self.df[key]

    def _frame(self) -> pd.DataFrame:
        return frame(self.passages)

    def _caption(self) -> str:
        n, documents = len(self), len({each.document for each in self.passages})
        told = f"{text.count(n)} passage{'s' * (n != 1)} of {text.count(documents)} document"
        told += "s" * (documents != 1)
        return f"{told}, at most {text.count(self.size)} {self.unit}, overlap {text.count(self.overlap)}"

    def _head(self) -> tuple[str, ...]:
        return ("source", "lines", "heading", "text")

    def _row(self, position: int) -> tuple[str, ...]:
        each = self.passages[position]
        first, last = each.lines
        lines = str(first) if first == last else f"{first}-{last}"
        return (
            text.short(each.source, 60),
            lines if each.page is None else f"page {each.page}, {lines}",
            text.short(each.heading, 60),
            text.short(each.text, SHOWN),
        )


def frame(passages: tuple[Passage, ...]) -> pd.DataFrame:
    """Passages as a table, one row each; metadata follows the named columns."""
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    made = pd.DataFrame([each.row() for each in passages], columns=pd.Index(COLUMNS))
    made["page"] = made["page"].astype("Int64")
    for name in dict.fromkeys(key for each in passages for key in each.metadata):
        free = name
        while free in made.columns:
            free = f"{free}_"  # a column of the user's that is called as one of ours
        made[free] = pd.Series([each.metadata.get(name) for each in passages], dtype="object").infer_objects()
    return made
