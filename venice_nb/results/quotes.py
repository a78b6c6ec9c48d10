"""A price told before anything is bought. API reference: `POST /video/quote`, `POST /audio/quote`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    import os
    from pathlib import Path

Source = Literal["quoted", "listed", "unknown"]

_KINDS = {"video": "a film", "music": "a recording"}


@dataclass(frozen=True, repr=False, eq=False)
class Quote(Displayed):
    """What a film or a piece of music would cost. Nothing is spent by asking.

    It is a number where one is needed: `float(quote)`, `quote <= 0.5`, `f"{quote:.2f}"`. A quote without a
    price is not a number, and no comparison with it is true.

    Attributes:
        usd: the price in `currency`; None when the server named none that makes sense.
        kind: `video` or `music`.
        model: the model that would do the work.
        details: what was asked for, by the names that `submit` takes.
        currency: US dollars unless the server says otherwise.
        source: "quoted" by the server, "listed" when it is worked out from the price list, else "unknown".
        line: the code that buys it.
        headers: the headers of the answer.
        raw: what the server sent.

    """

    usd: float | None
    kind: str = "video"
    model: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    currency: str = "USD"
    source: Source = "quoted"
    line: str = ""
    headers: Headers = field(default_factory=Headers)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def binding(self) -> bool:
        """Whether this is a price to hold a limit against: one that is known, and more than nothing."""
        return self.usd is not None and self.usd > 0

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def __float__(self) -> float:
        return math.nan if self.usd is None else self.usd

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else self._price()

    def __lt__(self, other: Quote | float) -> bool:
        return float(self) < float(other)

    def __le__(self, other: Quote | float) -> bool:
        return float(self) <= float(other)

    def __gt__(self, other: Quote | float) -> bool:
        return float(self) > float(other)

    def __ge__(self, other: Quote | float) -> bool:
        return float(self) >= float(other)

    def to_dict(self) -> dict[str, Any]:
        """Price, currency, model and what was asked for."""
        return {
            "usd": self.usd,
            "currency": self.currency,
            "source": self.source,
            "kind": self.kind,
            "model": self.model,
            "details": dict(self.details),
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the quote as `.json`. Never replaces a file unasked."""
        default = saving.named("quote", self.model, str(self.usd)) + ".json"
        return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)

    def __repr__(self) -> str:
        return f"<Quote {self._price()}, {text.short(self.model, 80) or 'model unknown'}>"

    def _price(self) -> str:
        if self.currency.upper() == "USD":
            return text.money(self.usd)
        amount = text.UNKNOWN if self.usd is None else f"{self.usd:g}"
        return f"{amount} {text.short(self.currency, 12)}"

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("model", text.short(self.model, 80) or "unknown")]
        facts += [
            (name.replace("_", " "), text.short(_said(value), 60)) for name, value in self.details.items()
        ]
        if self.headers.sandbox:
            facts.append(("price of", "SANDBOX, play money"))
        return facts

    def _word(self) -> str:
        """What the price is worth."""
        if self.usd is None:
            return "The server named no price: what it costs is only known when it is done."
        if self.source == "listed":
            return "From the price list, as the server gave no quote: the bill may differ."
        if self.usd == 0:
            return "The server quotes nothing at all, which is not a promise: the bill may differ."
        return "Nothing is spent by a quote."

    def _mimebundle(self) -> Bundle:
        head = f"{self._price()} for {_KINDS.get(self.kind, 'a job')}"
        facts, word = self._facts(), self._word()
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        body: list[html.Child] = [html.facts(facts)]
        if self.line:
            code = text.short(self.line, 400)
            lines.append(f"  to buy it: {code}")
            body.append(html.plain(code))
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, body, footer=word)),
        }


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def enough(usd: float) -> str:
    """A limit of US dollars, in few digits, that a price is not above (but for the noise of floats)."""
    return f"{math.ceil(usd * 1e4 - 1e-6) / 1e4:.12g}"
