"""What was spent, call by call: a table that adds up by day, model or family, and draws itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from venice_nb.render import text
from venice_nb.render.live import static_mode
from venice_nb.results.bars import bars
from venice_nb.results.money import Cost
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

By = Literal["day", "model", "family", "operation", "source"]
GROUPS: tuple[By, ...] = ("day", "model", "family", "operation", "source")
_COLUMNS = (
    "time",
    "operation",
    "family",
    "model",
    "amount",
    "unit",
    "prompt_tokens",
    "completion_tokens",
    "usd",
    "source",
    "request_id",
    "answer_id",
    "note",
)


class Booked(Protocol):
    """What is asked of a line of the book, which is kept by a room above this one."""

    @property
    def time(self) -> float:
        """Unix time."""

    @property
    def usd(self) -> float | None:
        """US dollars; None when not known."""

    @property
    def source(self) -> str:
        """Where the number comes from."""


class SpendActions(Protocol):
    """The client behind its spending; what it gives is awaitable where the client is."""

    def machine(self, *, days: float | None, everyone: bool) -> Spend:
        """The book of this machine."""

    def reconcile(self, spend: Spend) -> Any:
        """The book held against the server's."""


@dataclass(frozen=True, repr=False, eq=False)
class Spend(Table):
    """What was spent: one row per answer, in the order they came, with what it cost and how that is known.

    The columns of the frame are `time` (UTC), `operation`, `family`, `model`, `amount` and `unit` (tokens,
    characters, pictures, seconds, requests), `prompt_tokens`, `completion_tokens`, `usd` (NaN when not
    known), `source` ("charged" by the server, "priced" from the list, "estimated", "unknown"), `request_id`,
    `answer_id` and `note`. Questions how a job is doing are free and not listed.

    Attributes:
        lines: the rows.
        whose: whose calls they are, for the caption.
        sandbox: the dollars are play money.

    """

    lines: tuple[Any, ...] = ()
    whose: str = "this client"
    sandbox: bool = False
    actions: SpendActions | None = field(default=None, kw_only=True)

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        return [{name: getattr(line, name) for name in _COLUMNS} for line in self.lines]

    @property
    def total(self) -> Cost:
        """US dollars of all rows whose cost is known, as sure as the least sure of them."""
        known = [Cost(line.usd, line.source) for line in self.lines if line.usd is not None]
        return sum(known[1:], known[0]) if known else Cost(0.0, "charged")

    @property
    def unknown(self) -> int:
        """How many rows cost something that is not known."""
        return sum(line.usd is None for line in self.lines)

    def machine(self, *, days: float | None = None, everyone: bool = False) -> Spend:
        """What this key spent on this machine, also in earlier sessions and other programs.

        Args:
            days: the last so many days; all that is kept, which is 400 days, when left out.
            everyone: what every key did.

        The sandbox inside this process keeps no such record: there it is the client's own.

        """
        return self if self.actions is None else self.actions.machine(days=days, everyone=everyone)

    def reconcile(self) -> Any:
        """Holds this table against the server: a `Reconciliation`, awaitable with an `AsyncVenice`.

        With an ADMIN key each row is looked up in the usage history by its request id; with an INFERENCE
        key the sum is compared with what the balance has lost since the client's first answer.
        API reference: `GET /billing/usage-history`, `GET /api_keys/rate_limits`.
        """
        if self.actions is None:
            raise ValueError("this table was taken away from its client; use v.spend.reconcile()")
        return self.actions.reconcile(self)

    def by(self, what: By) -> pd.DataFrame:
        """Sums by "day" (UTC), "model", "family", "operation" or "source": calls, usd, tokens, unknown.

        The dearest comes first; days come in their order. `unknown` counts calls whose cost is not known.
        """
        if what not in GROUPS:
            raise ValueError(f"by={what!r} is none of {', '.join(GROUPS)}")
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        frame = self.df.assign(
            tokens=self.df["prompt_tokens"] + self.df["completion_tokens"], unknown=self.df["usd"].isna()
        )
        key = (
            pd.Series(frame["time"].dt.date, name="day") if what == "day" else frame[what].replace("", "none")
        )
        sums = frame.groupby(key).agg(
            calls=("usd", "size"), usd=("usd", "sum"), tokens=("tokens", "sum"), unknown=("unknown", "sum")
        )
        return sums if what == "day" else sums.sort_values(["usd", "calls"], ascending=False, kind="stable")

    def plot(self, by: By = "model", *, ax: Axes | None = None) -> Axes:
        """Bars of US dollars by day, model, family, operation or source; matplotlib Axes."""
        title = f"Spent by {self.whose}, by {by}" + (" (play money)" if self.sandbox else "")
        return bars(self.by(by)["usd"], title, days=by == "day", ax=ax)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        frame = pd.DataFrame(self.raw, columns=list(_COLUMNS))
        frame["time"] = pd.to_datetime(frame["time"].astype(float), unit="s", utc=True)
        return frame.astype({"usd": float, "amount": float, "prompt_tokens": int, "completion_tokens": int})

    def __len__(self) -> int:
        return len(self.lines)

    def _caption(self) -> str:
        calls = f"{text.count(len(self))} call{'s' * (len(self) != 1)}"
        missing = f", {text.count(self.unknown)} of them at an unknown price" if self.unknown else ""
        money = " (play money)" if self.sandbox else ""
        return f"Spent by {self.whose}: {text.money(self.total.usd)} in {calls}{missing}{money}"

    def _head(self) -> tuple[str, ...]:
        return (
            *(() if static_mode() else ("time (UTC)",)),
            "call",
            "model",
            "amount",
            "US dollars",
            "source",
        )

    def _row(self, position: int) -> tuple[str, ...]:
        line = self.lines[-1 - position]  # the latest first
        at = () if static_mode() else (f"{datetime.fromtimestamp(line.time, UTC):%Y-%m-%d %H:%M:%S}",)
        amount = f"{line.amount:,.6g} {line.unit}"
        source = f"{line.source}: {line.note}" if line.note else line.source
        return (
            *at,
            text.short(line.operation, 40),
            text.short(line.model, 60),
            text.short(amount, 40),
            text.money(line.usd),
            text.short(source, 60),
        )

    def _numeric(self) -> tuple[int, ...]:
        last = len(self._head()) - 2
        return (last - 1, last)
