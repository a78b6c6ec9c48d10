"""When limits were hit. API reference: `GET /api_keys/rate_limits/log`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.render.live import static_mode
from venice_nb.results.reading import string
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from venice_nb.results.headers import Headers

_COLUMNS = ("time", "model", "limit", "tier", "key_id")
_WORDS = {
    "RPM": "requests a minute",
    "RPD": "requests a day",
    "TPM": "tokens a minute",
    "FAILED_REQUESTS": "failed requests",
    "UNSUPPORTED_FEATURE_REQUESTS": "features a model lacks",
}


@dataclass(frozen=True, repr=False, eq=False)
class LimitLog(Table):
    """The last times a limit was hit, the latest first: `time` (UTC), `model`, `limit`, `tier`, `key_id`."""

    rows: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def read(cls, found: Sequence[Mapping[str, Any]], headers: Headers) -> LimitLog:
        """The log in the server's list."""
        names = ("timestamp", "modelId", "rateLimitType", "rateLimitTier", "apiKeyId")
        rows = [dict(zip(_COLUMNS, (string(row.get(name)) for name in names), strict=True)) for row in found]
        return cls(tuple(rows), headers=headers)

    @property
    def raw(self) -> list[dict[str, str]]:
        """The rows as plain values."""
        return [dict(row) for row in self.rows]

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        frame = pd.DataFrame(self.raw, columns=list(_COLUMNS))
        return frame.assign(time=pd.to_datetime(frame["time"], utc=True, errors="coerce", format="ISO8601"))

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        return f"Limits were hit {text.count(len(self))} times lately" if self.rows else "No limit was hit"

    def _head(self) -> tuple[str, ...]:
        return ("model", "limit", *(() if static_mode() else ("time (UTC)",)))

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.rows[position]
        when = () if static_mode() else (text.short(row["time"][:19].replace("T", " "), 20),)
        limit = _WORDS.get(row["limit"], row["limit"])
        return (text.short(row["model"], 60), text.short(limit, 40), *when)
