"""What a call would cost, told before it is made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, repr=False, eq=False)
class CallEstimate(Displayed):
    """What a call would cost. Nothing paid is sent for it.

    It is a number where one is needed: `float(estimate)`, `estimate <= 0.5`.

    Attributes:
        usd: US dollars to be expected; None when a price is not known.
        most: US dollars at the very most, as far as the price list can tell.
        requests: paid requests that it would make; `more` when the answers decide whether others follow.
        model: the model; several are joined by commas.
        tokens: tokens to be read and written, estimated; 0 where the price does not hang on them.
        more: the answers decide whether further requests follow, as with tools.
        sandbox: the dollars are play money.

    """

    usd: float | None
    most: float | None = None
    requests: int = 1
    model: str = ""
    tokens: int = 0
    more: bool = False
    sandbox: bool = False

    @classmethod
    def of(cls, calls: Sequence[Any], *, more: bool, sandbox: bool) -> CallEstimate:
        """The estimate of these calls, each with `price`, `most`, `model` and `tokens`."""
        prices = [call.price for call in calls]
        bounds = [call.price if call.most is None else call.most for call in calls]
        return cls(
            usd=None if None in prices else math.fsum(prices),
            most=None if None in bounds else math.fsum(bounds),
            requests=len(calls),
            model=", ".join(dict.fromkeys(call.model for call in calls if call.model)),
            tokens=sum(call.tokens for call in calls),
            more=more,
            sandbox=sandbox,
        )

    def __float__(self) -> float:
        return math.nan if self.usd is None else self.usd

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else text.money(self.usd)

    def __lt__(self, other: CallEstimate | float) -> bool:
        return float(self) < float(other)

    def __le__(self, other: CallEstimate | float) -> bool:
        return float(self) <= float(other)

    def __gt__(self, other: CallEstimate | float) -> bool:
        return float(self) > float(other)

    def __ge__(self, other: CallEstimate | float) -> bool:
        return float(self) >= float(other)

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        names = ("usd", "most", "requests", "model", "tokens", "more", "sandbox")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return f"<CallEstimate {text.money(self.usd)}, {text.short(self.model, 80) or 'no model'}>"

    def _facts(self) -> list[tuple[str, str]]:
        requests = text.count(self.requests)
        facts = [("requests", f"{requests} or more, as the answers decide" if self.more else requests)]
        if self.model:
            facts.insert(0, ("model", text.short(self.model, 80)))
        if self.tokens:
            facts.append(("tokens", f"about {text.count(self.tokens)}"))
        if self.most is not None and self.usd is not None and self.most > self.usd:
            facts.append(("at the very most", text.money(self.most)))
        if self.sandbox:
            facts.append(("price of", "SANDBOX, play money"))
        return facts

    def _mimebundle(self) -> Bundle:
        head = f"About {text.money(self.usd)}" if self.usd is not None else "The price is not known"
        facts, word = self._facts(), "Nothing is spent by an estimate."
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts), footer=word)),
        }
