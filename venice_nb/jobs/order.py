"""An order: what is to be made, and how much it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import number
from venice_nb.errors import BudgetExceeded
from venice_nb.render.text import money
from venice_nb.results import reading
from venice_nb.results.quotes import Quote, enough

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Call
    from venice_nb.calls.jobs import Kind, Queued

NOISE = 1e-9  # US dollars; 0.1 + 0.2 is not above 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Work to be queued. It is billed when the server accepts it.

    Attributes:
        kind: video or music.
        model: the resolved model id.
        prompt: what is to be made; its first words go into the journal.
        call: queues the work, of class `Safety.QUEUE`. What the user consented to is in its body.
        quote: asks for the price, where the model has one; its answer has `usd`, or is a number.
        max_usd: the most that it may cost, in US dollars; a quote stands for its price.
        details: what else was ordered, in few words, for displays: duration, resolution, ...

    """

    kind: Kind
    model: str
    prompt: str
    call: Call[Queued]
    quote: Call[Any] | None = None
    max_usd: float | Quote | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def limit(self) -> float | None:
        """`max_usd` as a number. Raises InvalidInput when it is none, or negative."""
        given = float(self.max_usd) if isinstance(self.max_usd, Quote) else self.max_usd
        return None if given is None else number(0)("max_usd", given)

    def agreed(self, quote: Any) -> float | None:
        """The price that the order goes out at, None when nobody named one.

        Raises BudgetExceeded, before anything is queued, for a price above `max_usd`, and for one that is
        missing, zero or no number unless `max_usd` was given: then the user has said what may be spent.
        """
        limit, price = self.limit(), _dollars(quote)
        if price is None:
            if limit is not None:
                return None
            told = _told(quote)
            raise BudgetExceeded(
                f"No price is known for this {self.kind}: {told}, and no max_usd was given.",
                asked=self.call.asked,
                do="nothing was queued; pass max_usd=... to order it all the same",
                quote=_number(quote),
                max_usd=None,
            )
        if limit is not None and price > limit + NOISE:
            raise BudgetExceeded(
                f"This {self.kind} is quoted at {money(price)}, and max_usd is {money(limit)}.",
                asked=self.call.asked,
                do=f"nothing was queued; order something shorter or smaller, or pass max_usd={enough(price)}",
                quote=price,
                max_usd=limit,
            )
        return price


def _number(quote: Any) -> float | None:
    return reading.number(getattr(quote, "usd", quote))


def _dollars(quote: Any) -> float | None:
    """The price in a quote, where there is one to hold a limit against."""
    price = _number(quote)
    if price is None or price <= 0:
        return None
    currency = str(getattr(quote, "currency", "USD") or "USD").upper()
    return price if currency == "USD" and getattr(quote, "binding", True) else None


def _told(quote: Any) -> str:
    price = _number(quote)
    if quote is None:
        return "there is no quote"
    if price is None:
        return "the quote is missing or no number"
    if price <= 0:
        return f"the quote is {price:g}"
    return f"the quote of {price:g} is not one of the server's in US dollars"
