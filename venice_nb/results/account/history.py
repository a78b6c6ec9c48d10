"""The bill, line by line. API reference: `GET /billing/usage-history`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.render.live import static_mode
from venice_nb.results.bars import bars
from venice_nb.results.reading import items, mapping, number, string
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from venice_nb.results.headers import Headers

_COLUMNS = (
    "time",
    "sku",
    "units",
    "price",
    "amount",
    "currency",
    "notes",
    "request_id",
    "prompt_tokens",
    "completion_tokens",
)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of the bill, and the cursor to the next; None at the end."""

    rows: tuple[dict[str, Any], ...]
    cursor: str | None
    headers: Headers

    @classmethod
    def read(cls, answer: Mapping[str, Any], headers: Headers) -> HistoryPage:
        """The page in the server's object."""
        found = [_line(mapping(row)) for row in items(answer.get("data"))]
        return cls(tuple(found), string(answer.get("nextCursor")) or None, headers)


@dataclass(frozen=True, repr=False, eq=False)
class History(Table):
    """The bill of an account, oldest first: what was charged when for what.

    Columns: `time` (UTC), `sku` (what was bought), `units`, `price` (US dollars a unit), `amount` (what it
    cost, positive; a refund is negative), `currency`, `notes`, `request_id` (of the answer), `prompt_tokens`,
    `completion_tokens`. `complete` is False when `limit` ended it early.
    """

    rows: tuple[dict[str, Any], ...] = ()
    complete: bool = True

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        return [dict(row) for row in self.rows]

    @property
    def total(self) -> float:
        """US dollars (DIEM count as much) of all rows."""
        return float(sum(row["amount"] for row in self.rows))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Bars of what was charged by day (UTC); matplotlib Axes."""
        sums = self.df.groupby(self.df["time"].dt.date)["amount"].sum()
        return bars(sums, "Charged by day (UTC)", days=True, ax=ax)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        frame = pd.DataFrame(self.raw, columns=list(_COLUMNS))
        when = pd.to_datetime(frame["time"], utc=True, errors="coerce", format="ISO8601")
        whole = {"prompt_tokens": "Int64", "completion_tokens": "Int64"}
        return frame.assign(time=when).astype({"units": float, "price": float, "amount": float, **whole})

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        more = "" if self.complete else ", and there are more"
        lines = f"{text.count(len(self))} line{'s' * (len(self) != 1)}"
        return f"The bill: {text.money(self.total)} in {lines}{more}"

    def _head(self) -> tuple[str, ...]:
        return (*(() if static_mode() else ("time (UTC)",)), "what", "units", "cost", "currency")

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.rows[-1 - position]  # the latest first
        when = () if static_mode() else (text.short(row["time"][:19].replace("T", " "), 20),)
        units = f"{row['units']:,.6g}" if row["units"] is not None else text.UNKNOWN
        cost = text.money(row["amount"])
        return (*when, text.short(row["sku"], 60), units, cost, text.short(row["currency"], 20))

    def _numeric(self) -> tuple[int, ...]:
        last = len(self._head()) - 1
        return (last - 2, last - 1)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    details, amount = mapping(row.get("inferenceDetails")), number(row.get("amount"))
    return {
        "time": string(row.get("timestamp")),
        "sku": string(row.get("sku")),
        "units": number(row.get("units")),
        "price": number(row.get("pricePerUnitUsd")),
        "amount": 0.0 if amount is None else 0.0 - amount,  # a debit is negative on the wire
        "currency": string(row.get("currency")),
        "notes": string(row.get("notes")),
        "request_id": string(details.get("requestId")),
        "prompt_tokens": number(details.get("promptTokens")),
        "completion_tokens": number(details.get("completionTokens")),
    }
