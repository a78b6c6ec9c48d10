"""The results of a web search as a table of safe links. API reference: `POST /augment/search`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.money import Cost
from venice_nb.results.table import Table
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from venice_nb.results.talk.reply import Source


@dataclass(frozen=True, repr=False, eq=False)
class SearchResults(Table):
    """What a search found, best first: title, url, content, date.

    Iterates over the results themselves, `Source`s, whose texts are free of tags and entities; everything in
    them was written by strangers. `v.web.scrape(results)` reads the pages.

    Attributes:
        query: what was searched for.
        sources: the results; a date may be empty.
        cost: US dollars, from the published price.
        elapsed: seconds.
        raw: the whole answer, with the engine's own markup.

    """

    query: str = ""
    sources: tuple[Source, ...] = ()
    cost: Cost = field(default_factory=Cost, kw_only=True)
    elapsed: float = field(default=0.0, kw_only=True)
    raw: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def urls(self) -> list[str]:
        """The addresses, best first."""
        return [source.url for source in self.sources]

    def __len__(self) -> int:
        return len(self.sources)

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [source.to_dict() for source in self.sources]
        return pd.DataFrame(rows, columns=["title", "url", "content", "date"], dtype="object")

    def _caption(self) -> str:
        found = f"{len(self)} result{'s' * (len(self) != 1)} for “{text.short(self.query, 80)}”"
        return " · ".join([found, price(self.cost), *["SANDBOX"] * self.headers.sandbox])

    def _head(self) -> tuple[str, ...]:
        return ("title", "date", "content")

    def _row(self, position: int) -> tuple[str, ...]:
        source = self.sources[position]
        title = _title(source)
        where = html.host(source.url) if html.safe_url(source.url) else ""
        if where and not html.shows_host(title, source.url):
            title += f" ({where})"
        return title, text.short(source.date[:10]), text.short(source.content, 160)

    def _numeric(self) -> tuple[int, ...]:
        return (1,)  # a day is not broken at its hyphens

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        source = self.sources[position]
        return html.link(source.url, _title(source)) if column == 0 else shown


def _title(source: Source) -> str:
    return text.short(source.title or source.url, 80)
