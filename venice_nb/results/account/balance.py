"""What an account has. API reference: `GET /billing/balance`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.reading import mapping, number, string

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from venice_nb.results.limits import RateLimits


@dataclass(frozen=True, repr=False, eq=False)
class AccountBalance(Displayed):
    """What is left on an account. 1 DIEM pays for 1 US dollar, and DIEM are spent first.

    Attributes:
        usd: US dollars; None when not told.
        diem: DIEM left until the next midnight UTC; None when not told.
        currency: what the next call is paid in; empty when not told.
        allocation: DIEM the account gets each day; None when not told.
        can_consume: whether paid calls are possible; None when not told.
        raw: what the server sent.

    """

    usd: float | None = None
    diem: float | None = None
    currency: str = ""
    allocation: float | None = None
    can_consume: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers, kw_only=True)

    @classmethod
    def read(cls, answer: Mapping[str, Any], *, headers: Headers) -> AccountBalance:
        """The balance in the server's object."""
        balances, consume = mapping(answer.get("balances")), answer.get("canConsume")
        return cls(
            number(balances.get("usd")),
            number(balances.get("diem")),
            string(answer.get("consumptionCurrency")),
            number(answer.get("diemEpochAllocation")),
            consume if isinstance(consume, bool) else None,
            dict(answer),
            headers=headers,
        )

    @classmethod
    def of(cls, limits: RateLimits) -> AccountBalance:
        """The balance as a key's limits tell it, which every kind of key may ask for."""
        held = limits.balance
        return cls(held.usd, held.diem, can_consume=limits.permitted, raw=limits.raw, headers=limits.headers)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def __float__(self) -> float:
        return (self.usd or 0.0) + (self.diem or 0.0)

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        names = ("usd", "diem", "currency", "allocation", "can_consume")
        return {name: getattr(self, name) for name in names}

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the balance as `.json`. Never replaces a file unasked."""
        default = saving.named("balance", self.currency, repr(self)) + ".json"
        return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)

    def __repr__(self) -> str:
        return f"<AccountBalance {text.money(self.usd)}" + (f", {self.diem:g} DIEM>" if self.diem else ">")

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("US dollars", text.money(self.usd))]
        if self.diem is not None:
            daily = f" of {self.allocation:g} a day" if self.allocation else ""
            facts.append(("DIEM", f"{self.diem:g}{daily}"))
        if self.currency:
            facts.append(("the next call is paid in", text.short(self.currency, 30)))
        if self.can_consume is False:
            facts.append(("paid calls", "are refused: top up"))
        if self.headers.sandbox:
            facts.append(("balance of", "SANDBOX, play money"))
        return facts

    def _mimebundle(self) -> Bundle:
        head, facts = f"{text.money(float(self))} left", self._facts()
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }
