"""What a key may do and how often. API reference: `GET /api_keys/rate_limits`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.headers import Balance, Headers
from venice_nb.results.reading import flag, items, mapping, number, string
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit of one model: `kind` is RPM, RPD (requests a minute, a day) or TPM (tokens a minute)."""

    model: str
    kind: str
    amount: float | None


@dataclass(frozen=True, repr=False, eq=False)
class RateLimits(Table):
    """The limits of a key, by model, with its tier and what the account holds.

    Attributes:
        limits: all limits.
        tier: the server's name of the account's tier.
        charged: whether calls are charged.
        permitted: whether the key may be used at all.
        balance: US dollars and DIEM.
        expires: when the key expires, ISO 8601; empty for never.
        next_epoch: when daily limits start anew, ISO 8601.
        raw: the server's object.

    """

    limits: tuple[RateLimit, ...] = ()
    tier: str = ""
    charged: bool = False
    permitted: bool = True
    balance: Balance = field(default_factory=Balance)
    expires: str = ""
    next_epoch: str = ""
    raw: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, value: Any, headers: Headers) -> RateLimits:
        """The limits in the server's object; what is missing stays unknown."""
        found = mapping(value)
        tier, balances = mapping(found.get("apiTier")), mapping(found.get("balances"))
        return cls(
            limits=tuple(
                RateLimit(
                    string(mapping(entry).get("apiModelId")),
                    string(each.get("type")),
                    number(each.get("amount")),
                )
                for entry in items(found.get("rateLimits"))
                for each in map(mapping, items(mapping(entry).get("rateLimits")))
            ),
            tier=string(tier.get("id")),
            charged=flag(tier.get("isCharged")),
            permitted=found.get("accessPermitted") is not False,
            balance=Balance(number(balances.get("USD")), number(balances.get("DIEM"))),
            expires=string(found.get("keyExpiration")),
            next_epoch=string(found.get("nextEpochBegins")),
            raw=dict(found),
            headers=headers,
        )

    def of(self, model: str) -> dict[str, float | None]:
        """The limits of one model, by kind."""
        return {limit.kind: limit.amount for limit in self.limits if limit.model == model}

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [(limit.model, limit.kind, limit.amount) for limit in self.limits]
        return pd.DataFrame(rows, columns=["model", "kind", "amount"])

    def __len__(self) -> int:
        return len(self.limits)

    def _caption(self) -> str:
        held = [f"{text.money(self.balance.usd)} balance"] if self.balance.usd is not None else []
        held += [f"{self.balance.diem:g} DIEM"] if self.balance.diem is not None else []
        barred = [] if self.permitted else ["access is not permitted"]
        until = [f"key expires {text.short(self.expires[:10])}"] if self.expires else []
        return ", ".join([f"tier {text.short(self.tier, 40) or 'unknown'}", *held, *until, *barred])

    def _head(self) -> tuple[str, ...]:
        return ("model", "limit", "amount")

    def _row(self, position: int) -> tuple[str, ...]:
        limit = self.limits[position]
        return (text.short(limit.model, 60), text.short(limit.kind, 10), text.count(limit.amount))

    def _numeric(self) -> tuple[int, ...]:
        return (2,)
