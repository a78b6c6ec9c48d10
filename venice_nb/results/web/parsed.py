"""The text of a file. API reference: `POST /augment/text-parser`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

SHOWN = 3_000  # characters that a display draws; `.text` has all
SCAN = "No text was found: it is probably a scan. Show its pages to a model: v.chat('...', images=[...])."


@dataclass(frozen=True, repr=False)
class ParsedFile(Displayed):
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
    cost: Cost = field(default_factory=Cost, kw_only=True)
    elapsed: float = field(default=0.0, compare=False, kw_only=True)
    headers: Headers = field(default_factory=Headers, compare=False, kw_only=True)
    raw: dict[str, Any] = field(default_factory=dict, compare=False, kw_only=True)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, Any]:
        """The document as plain values."""
        names = ("name", "mime", "size", "tokens", "text")
        return {**{name: getattr(self, name) for name in names}, "cost": self.cost.to_dict()}

    def to_frame(self) -> pd.DataFrame:
        """A table of one row: name, mime, size, tokens, text, cost."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([{**self.to_dict(), "cost": self.cost.usd}])

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes `.txt` the text, `.json` everything. Never replaces a file unasked."""
        default = f"{saving.named('parsed', self.name, self.text)}.txt"
        suffixes = (".txt", ".json")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            value = {**self.to_dict(), "raw": self.raw}
            return saving.write_json(target, value, default=default, overwrite=overwrite)
        content = self.text.rstrip() + "\n"
        return saving.write(target, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def __str__(self) -> str:
        return self.text

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
