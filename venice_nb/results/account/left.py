"""What is left of the limits in this minute, as the answers that have come tell it: no request is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.render.live import static_mode
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from venice_nb.results.headers import Limit, Limits

Told = tuple[str, str, float, "Limits"]  # model, family, seconds ago, what the headers said
_COLUMNS = (
    "model",
    "requests_left",
    "requests_limit",
    "requests_reset",
    "tokens_left",
    "tokens_limit",
    "tokens_reset",
)


@dataclass(frozen=True, repr=False, eq=False)
class LimitsLeft(Table):
    """What may still be sent in this minute to the models in use, as their last answers told.

    Columns: `model`, `requests_left` of `requests_limit`, `requests_reset` (seconds until that starts anew, 0
    when it has), and the same for `tokens`. What a server does not tell is missing.

    Attributes:
        rows: one for each model, the one with the least left first.
        failures: failed requests that the server takes before it blocks the caller; None when not told.

    """

    rows: tuple[dict[str, Any], ...] = ()
    failures: int | None = None

    @classmethod
    def of(cls, told: Iterable[Told]) -> LimitsLeft:
        """The table of what was told; in static mode as it was told, so that it is the same again."""
        rows, failures, latest = [], None, float("inf")
        for model, family, seconds, limits in told:
            ago = 0.0 if static_mode() else seconds
            name = f"{model or family}, results" if family.endswith("_retrieve") else model or family
            rows.append({"model": name, **_now("requests", limits.requests, ago)})
            rows[-1] |= _now("tokens", limits.tokens, ago)
            spare = limits.failures
            if spare.remaining is not None and seconds < latest and (spare.reset or ago) >= ago:
                failures, latest = spare.remaining, seconds
        return cls(tuple(sorted(rows, key=_share)), failures)

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        return [dict(row) for row in self.rows]

    @property
    def tightest(self) -> str:
        """The model with the least left, in a sentence; empty when nothing was told."""
        if not self.rows:
            return ""
        row = self.rows[0]
        return f"{text.short(row['model'], 60)}: {_of(row, 'requests')} requests left in this minute"

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        frame = pd.DataFrame(self.raw, columns=list(_COLUMNS))
        whole = {name: "Int64" for name in _COLUMNS if name.endswith(("_left", "_limit"))}
        return frame.astype({**whole, "requests_reset": float, "tokens_reset": float})

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        if not self.rows:
            return "No answer has told of a limit yet"
        spare = (
            f"; {text.count(self.failures)} failed requests until a block"
            if self.failures is not None
            else ""
        )
        return f"Left in this minute, as the last answers told{spare}"

    def _head(self) -> tuple[str, ...]:
        head = ("model", "requests left", "tokens left")
        return head if static_mode() else (*head, "anew in")

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.rows[position]
        cells = (text.short(row["model"], 60), _of(row, "requests"), _of(row, "tokens"))
        if static_mode():
            return cells
        resets = [row[name] for name in ("requests_reset", "tokens_reset") if row[name] is not None]
        return (*cells, text.seconds(max(resets)) if resets else "not told")

    def _numeric(self) -> tuple[int, ...]:
        return (1, 2, 3)


def _now(what: str, told: Limit, ago: float) -> dict[str, Any]:
    """One limit as it is now: full again once its minute is over."""
    over = told.reset is not None and ago > told.reset
    reset = None if told.reset is None else max(0.0, told.reset - ago)
    left = told.limit if over else told.remaining
    return {f"{what}_left": left, f"{what}_limit": told.limit, f"{what}_reset": reset}


def _of(row: dict[str, Any], what: str) -> str:
    left, limit = row[f"{what}_left"], row[f"{what}_limit"]
    if left is None:
        return "not told"
    return text.count(left) if limit is None else f"{text.count(left)} of {text.count(limit)}"


def _share(row: dict[str, Any]) -> tuple[float, str]:
    shares = [
        row[f"{what}_left"] / row[f"{what}_limit"]
        for what in ("requests", "tokens")
        if row[f"{what}_left"] is not None and row[f"{what}_limit"]
    ]
    return min(shares, default=1.0), row["model"]
