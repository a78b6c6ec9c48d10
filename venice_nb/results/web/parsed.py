"""The text of a file. API reference: `POST /augment/text-parser`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results import saving
from venice_nb.results.talk.reply_view import price
from venice_nb.results.web.read_text import SHOWN, ReadText

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.render.live import Bundle

SCAN = "No text was found: it is probably a scan. Show its pages to a model: v.chat('...', images=[...])."


@dataclass(frozen=True, repr=False)
class ParsedFile(ReadText):
    """The text of a file, as the server took it out.

    Attributes:
        text: all of it; empty for a scan, which is pictures of text.
        tokens: how many it has, by the server's estimate.
        name: the name of the file.
        mime: what the file is, by its content.
        size: bytes of the file.
        cost: US dollars, from the published price.
        elapsed: seconds.
        headers: the response headers.
        raw: the whole answer.

    """

    text: str
    tokens: int = 0
    name: str = ""
    mime: str = ""
    size: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The document as plain values."""
        names = ("name", "mime", "size", "tokens", "text")
        return {**{name: getattr(self, name) for name in names}, "cost": self.cost.to_dict()}

    def to_frame(self) -> pd.DataFrame:
        """A table of one row: name, mime, size, tokens, text, cost."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([{**self.to_dict(), "cost": self.cost.usd}])

    def _named(self) -> str:
        return f"{saving.named('parsed', self.name, self.text)}.txt"

    def __repr__(self) -> str:
        said = text.short(self.text, 80) or "no text, probably a scan"
        return f"<ParsedFile {text.short(self.name, 60)}: {said}>"

    def _mimebundle(self) -> Bundle:
        name = text.short(self.name, 120) or "file"
        facts = [f"{text.count(len(self.text))} characters", f"~{text.count(self.tokens)} tokens"]
        footer = " · ".join([*facts, price(self.cost), *["SANDBOX"] * self.headers.sandbox])
        said = text.clean(self.text, SHOWN) if self.text.strip() else SCAN
        return {
            "text/plain": f"{name}\n{said}\n({footer})",
            "text/html": html.page(html.card(name, html.plain(said), footer=footer)),
        }
