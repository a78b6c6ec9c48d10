"""Reading quotes. API reference: `POST /video/quote`, `POST /audio/quote`; both answer with `quote` alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import read_object
from venice_nb.results.headers import Headers
from venice_nb.results.quotes import Quote, enough
from venice_nb.results.reading import mapping, number, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received
    from venice_nb.results.quotes import Source

_NAMES = ("quote", "price", "cost", "usd")


@dataclass(frozen=True, slots=True)
class ReadQuote:
    """Reads the answer of a quote. A value, so that two equal calls are equal.

    `listed` is the price of the catalogue, for an answer without a price; None where there is none.
    """

    kind: str
    model: str
    details: dict[str, Any] = field(default_factory=dict)
    line: str = ""
    listed: float | None = None

    def __call__(self, received: Received) -> Quote:
        """The quote: a price that is missing, negative or no number is no price."""
        answer = read_object(received, what="a quote")
        told = next((found for name in _NAMES if (found := _price(answer.get(name))) is not None), None)
        source: Source = "quoted" if told is not None else "unknown"
        headers = Headers(received.headers)
        return self.priced(
            self.listed if told is None else told,
            "listed" if told is None and self.listed is not None else source,
            string(answer.get("currency")) or "USD",
            headers,
            answer,
        )

    def priced(
        self,
        usd: float | None,
        source: Source,
        currency: str = "USD",
        headers: Headers | None = None,
        raw: dict[str, Any] | None = None,
    ) -> Quote:
        """The quote with this price."""
        limit = f", max_usd={enough(usd)})" if usd else ")"
        return Quote(
            usd,
            kind=self.kind,
            model=self.model,
            details=dict(self.details),
            currency=currency.upper()[:12],
            source=source,
            line=f"{self.line}{limit}" if self.line else "",
            headers=headers or Headers(),
            raw=raw or {},
        )


def code(verb: str, words: str, given: Mapping[str, Any]) -> str:
    """The code that buys what a quote is for, without its closing bracket."""
    written = (json.dumps(value) if isinstance(value, str) else str(value) for value in given.values())
    arguments = [f"{name}={value}" for name, value in zip(given, written, strict=True)]
    return f"{verb}({', '.join([words, *arguments] if words else arguments)}"


def _price(value: Any) -> float | None:
    """A price as a number or as `{usd, diem}`; None for anything that no price can be."""
    found = number(mapping(value).get("usd") if isinstance(value, dict) else value)
    return found if found is not None and found >= 0 else None
