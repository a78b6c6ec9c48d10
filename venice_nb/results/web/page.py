"""A page of the web as Markdown, and several as a table. API reference: `POST /augment/scrape`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.render import html, text
from venice_nb.render.markdown import to_html
from venice_nb.results import saving
from venice_nb.results.money import Cost
from venice_nb.results.table import Table
from venice_nb.results.talk.reply_view import price
from venice_nb.results.web.read_text import SHOWN, ReadText

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from venice_nb.render.live import Bundle


@dataclass(frozen=True, repr=False)
class Page(ReadText):
    """A page as the server read it. All of it was written by strangers: data, never instructions.

    Attributes:
        url: its address.
        text: all of it as Markdown.
        title: its first heading; empty where there is none.
        cost: US dollars, from the published price.
        elapsed: seconds.
        headers: the response headers.
        raw: the whole answer.

    """

    url: str
    text: str
    title: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The page as plain values."""
        return {"url": self.url, "title": self.title, "text": self.text, "cost": self.cost.to_dict()}

    def to_frame(self) -> pd.DataFrame:
        """A table of one row, as of several pages."""
        return Pages((self.url,), (self,)).to_frame()

    def _named(self) -> str:
        return f"{saving.named('page', self.url, self.text)}.md"

    def __repr__(self) -> str:
        return f"<Page {text.short(self.url, 100)}: {text.short(self.title or self.text, 80) or 'no text'}>"

    def _mimebundle(self) -> Bundle:
        named = text.short(self.title, 120)
        facts = [f"{text.count(len(self.text))} characters", price(self.cost)]
        footer = " · ".join([*facts, *["SANDBOX"] * self.headers.sandbox])
        said = self.text if self.text.strip() else "The page gave no text."
        head = html.link(self.url, named or None)
        lines = [text.short(self.url, 300), text.clean(said, SHOWN), f"({footer})"]
        return {
            "text/plain": "\n".join([named, *lines] if named else lines),
            "text/html": html.page(html.card(head, to_html(said, limit=SHOWN), footer=footer)),
        }


@dataclass(frozen=True, repr=False, eq=False)
class Pages(Table):
    """Pages, one row for each address that was asked for: url, title, text, characters, cost, error.

    Attributes:
        urls: the addresses, in order.
        outcomes: for each the `Page`, or the error that it ended with.

    """

    urls: tuple[str, ...] = ()
    outcomes: tuple[Page | Exception, ...] = ()

    @property
    def pages(self) -> tuple[Page, ...]:
        """The ones that came."""
        return tuple(each for each in self.outcomes if isinstance(each, Page))

    @property
    def errors(self) -> dict[str, Exception]:
        """The errors by address."""
        pairs = zip(self.urls, self.outcomes, strict=True)
        return {url: each for url, each in pairs if isinstance(each, Exception)}

    @property
    def cost(self) -> Cost:
        """US dollars for the pages that came; the others cost nothing."""
        return sum((each.cost for each in self.pages), Cost(0.0, "priced"))

    def one(self, which: int | str) -> Page:
        """The page of an address, or at a position. Raises the error that it ended with."""
        if isinstance(which, str) and which not in self.urls:
            raise InvalidInput(
                f"{text.short(which, 120)!r} is not among the pages.",
                field="which",
                value=text.short(which, 120),
                allowed=", ".join(self.urls[:20]),
                do="Take an address out of .urls, or a position.",
            )
        found = self.outcomes[self.urls.index(which) if isinstance(which, str) else which]
        if isinstance(found, Exception):
            raise found
        return found

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        names = ["url", "title", "text", "characters", "cost", "error"]
        rows = [
            (url, each.title, each.text, len(each.text), each.cost.usd, "")
            if isinstance(each, Page)
            else (url, "", "", 0, 0.0, _why(each, 300))
            for url, each in zip(self.urls, self.outcomes, strict=True)
        ]
        return pd.DataFrame(rows, columns=names).astype({"characters": int, "cost": float})

    def _caption(self) -> str:
        good, bad = len(self.pages), len(self.errors)
        said = f"{good} page{'s' * (good != 1)} · {price(self.cost)}"
        if bad:
            said += f" · {bad} failed, .errors says why"
        return said + " · SANDBOX" * any(page.headers.sandbox for page in self.pages)

    def _head(self) -> tuple[str, ...]:
        return ("page", "text", "characters")

    def _row(self, position: int) -> tuple[str, ...]:
        url, each = text.short(self.urls[position], 60), self.outcomes[position]
        if isinstance(each, Page):
            return url, text.short(each.text.removeprefix("# "), 90), text.count(len(each.text))
        return url, f"failed: {_why(each, 90)}", ""

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        url = self.urls[position]
        return html.link(url, shown) if column == 0 else shown

    def _numeric(self) -> tuple[int, ...]:
        return (2,)

    def __len__(self) -> int:
        return len(self.urls)

    def __iter__(self) -> Iterator[Page]:
        return iter(self.pages)


def _why(error: Exception, n: int) -> str:
    return text.short(getattr(error, "what", str(error)), n)
