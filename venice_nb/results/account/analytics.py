"""Usage summed up by day, by model and by key. API reference: `GET /billing/usage-analytics`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.render import text
from venice_nb.results.bars import bars
from venice_nb.results.reading import items, mapping, number, string
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from venice_nb.results.headers import Headers

By = Literal["day", "model", "key"]
_COLUMNS = {
    "day": ("day", "usd", "diem"),
    "model": ("model", "usd", "diem", "units", "unit", "type"),
    "key": ("key", "usd", "diem", "units", "id"),
}


@dataclass(frozen=True, repr=False, eq=False)
class Analytics(Table):
    """What an account used: the table is that of the models; `by("day")` and `by("key")` are the others.

    Costs are in `usd` and `diem` (worth 1 dollar each). The server keeps these sums for up to ten minutes.

    Attributes:
        lookback: the days it covers, in the server's words.
        days: one row for each day (UTC).
        models: one row for each model, the dearest first.
        keys: one row for each key.
        raw: what the server sent.

    """

    lookback: str = ""
    days: tuple[dict[str, Any], ...] = ()
    models: tuple[dict[str, Any], ...] = ()
    keys: tuple[dict[str, Any], ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, answer: Mapping[str, Any], headers: Headers) -> Analytics:
        """The sums in the server's object."""
        days = [
            {"day": string(row.get("date")), "usd": _sum(row, "USD"), "diem": _sum(row, "DIEM")}
            for row in map(mapping, items(answer.get("byDate")))
        ]
        models = [
            {
                "model": string(row.get("modelName")),
                **_totals(row),
                "unit": string(row.get("unitType")),
                "type": string(row.get("modelType")),
            }
            for row in map(mapping, items(answer.get("byModel")))
        ]
        keys = [
            {"key": string(row.get("description")), **_totals(row), "id": string(row.get("apiKeyId"))}
            for row in map(mapping, items(answer.get("byKey")))
        ]
        days.sort(key=lambda row: str(row["day"]))
        told = string(answer.get("lookback"))
        return cls(told, tuple(days), tuple(models), tuple(keys), dict(answer), headers=headers)

    @property
    def total(self) -> float:
        """US dollars (DIEM count as much) of all days."""
        return float(sum(row["usd"] + row["diem"] for row in self.days))

    def by(self, what: By) -> pd.DataFrame:
        """The sums by "day" (UTC), "model" or "key" as a DataFrame."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = {"day": self.days, "model": self.models, "key": self.keys}.get(what)
        if rows is None:
            raise ValueError(f"by={what!r} is none of day, model, key")
        frame = pd.DataFrame(list(rows), columns=list(_COLUMNS[what]))
        return frame.assign(day=pd.to_datetime(frame["day"])) if what == "day" else frame

    def plot(self, by: By = "day", *, ax: Axes | None = None) -> Axes:
        """Bars of US dollars (DIEM count as much) by day, model or key; matplotlib Axes."""
        frame = self.by(by)
        spent = (frame["usd"] + frame["diem"]).set_axis(frame[by])
        title = f"Used by {by}, {text.short(self.lookback, 40)}"
        return bars(spent, title, days=by == "day", ax=ax)

    def _frame(self) -> pd.DataFrame:
        return self.by("model")

    def __len__(self) -> int:
        return len(self.models)

    def _caption(self) -> str:
        days = f"{text.count(len(self.days))} day{'s' * (len(self.days) != 1)}"
        return f"Used in {days}: {text.money(self.total)}; .by('day') and .by('key') sum it up otherwise"

    def _head(self) -> tuple[str, ...]:
        return ("model", "US dollars", "DIEM", "units", "unit")

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.models[position]
        return (
            text.short(row["model"], 60),
            text.money(row["usd"]),
            f"{row['diem']:,.4g}",
            f"{row['units']:,.6g}",
            text.short(row["unit"], 20),
        )

    def _numeric(self) -> tuple[int, ...]:
        return (1, 2, 3)


def _sum(row: Mapping[str, Any], name: str) -> float:
    return number(row.get(name)) or 0.0


def _totals(row: Mapping[str, Any]) -> dict[str, float]:
    names = {"usd": "totalUsd", "diem": "totalDiem", "units": "totalUnits"}
    return {ours: _sum(row, theirs) for ours, theirs in names.items()}
