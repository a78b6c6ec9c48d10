"""API keys: what they may do and what they spent. A secret is told once, and only to `.reveal()`.

API reference: `GET /api_keys`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed, static_mode
from venice_nb.results import saving
from venice_nb.results.account import dotenv_file
from venice_nb.results.account.revealed import Revealed, revealed
from venice_nb.results.headers import Headers
from venice_nb.results.reading import mapping, number, string
from venice_nb.results.table import Table
from venice_nb.secrets import Secret

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

_PARTS = {"apiKey", "last6Chars"}  # the secret, and enough of it to be no longer one
_PERIODS = {"EPOCH": "a day", "MONTH": "a month", "LIFETIME": "ever"}
_PRIVACY = {"ALL": "all models", "PRIVATE_TEXT": "private for text", "PRIVATE_ONLY": "private only"}


@dataclass(frozen=True, repr=False, eq=False)
class ApiKey(Displayed):
    """A key of the account: what it may do, and what it spent.

    Attributes:
        id: what the account calls it; not the secret.
        kind: INFERENCE or ADMIN.
        description: its name.
        limit_usd: US dollars it may spend in a period; None without a limit.
        limit_diem: likewise DIEM.
        period: of the limits: EPOCH (a day, UTC), MONTH or LIFETIME.
        privacy: ALL, PRIVATE_TEXT or PRIVATE_ONLY: which models it may use.
        created: ISO 8601; empty when not told.
        expires: ISO 8601; empty for never.
        last_used: ISO 8601; empty for never.
        week_usd: US dollars spent in the last seven days; None when not told.
        week_diem: likewise DIEM.
        period_usd: US dollars spent in the running period, told for limited keys.
        period_diem: likewise DIEM.
        raw: what the server sent, without the secret and the end of it: `v.raw("getApiKeys")` tells that.

    """

    id: str
    kind: str = ""
    description: str = ""
    limit_usd: float | None = None
    limit_diem: float | None = None
    period: str = ""
    privacy: str = ""
    created: str = ""
    expires: str = ""
    last_used: str = ""
    week_usd: float | None = None
    week_diem: float | None = None
    period_usd: float | None = None
    period_diem: float | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers, kw_only=True)
    secret: Secret | None = field(default=None, kw_only=True)

    @classmethod
    def read(cls, row: Mapping[str, Any], *, headers: Headers | None = None, new: bool = False) -> ApiKey:
        """The key in the server's object; a `new` one keeps its secret in memory."""
        limit = mapping(row.get("consumptionLimits")) or mapping(row.get("consumptionLimit"))
        week = mapping(mapping(row.get("usage")).get("trailingSevenDays"))
        now = mapping(row.get("currentPeriodUsage"))
        told = string(row.get("apiKey"))
        return cls(
            id=string(row.get("id")),
            kind=string(row.get("apiKeyType")),
            description=string(row.get("description")),
            limit_usd=number(limit.get("usd")),
            limit_diem=number(limit.get("diem")),
            period=string(row.get("limitPeriod")),
            privacy=string(row.get("modelPrivacy")),
            created=string(row.get("createdAt")),
            expires=string(row.get("expiresAt")),
            last_used=string(row.get("lastUsedAt")),
            week_usd=number(week.get("usd")),
            week_diem=number(week.get("diem")),
            period_usd=number(now.get("usd")),
            period_diem=number(now.get("diem")),
            raw={
                name: value
                for name, value in row.items()
                if name not in _PARTS and not (told and told in str(value))
            },
            headers=headers or Headers(),
            secret=Secret(told) if new and told else None,
        )

    def reveal(self) -> Revealed:
        """The secret of a key that was just made; the server never tells it again.

        It is text that prints and can be passed on, but is not shown as the value of a cell. Raises
        InvalidInput for a key that came out of a list.
        """
        return revealed(self.secret, self.id)

    def save_secret(
        self,
        path: str | os.PathLike[str] = ".env",
        *,
        name: str = "VENICE_API_KEY",
        overwrite: bool = False,
    ) -> Path:
        """Writes the secret into a `.env` file, where `Venice()` finds it, and gives the path.

        Args:
            path: the file, or its folder. What else it holds stays; from then on only you can read it.
            name: of the variable.
            overwrite: put it in the place of a key that the file holds already.

        Raises InvalidInput, before anything is written, like `reveal`, and for a file that git keeps.

        """
        return dotenv_file.put(self.reveal(), path, name, overwrite=overwrite)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, Any]:
        """The fields by name, without the secret."""
        left_out = {"raw", "headers", "secret"}
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in left_out}

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes what is known of the key, without the secret, as `.json`. Never replaces a file unasked."""
        default = saving.named("key", self.id, repr(self)) + ".json"
        return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "secret": None}

    def __repr__(self) -> str:
        kind = text.short(self.kind, 20) or "kind unknown"
        return f"<ApiKey {text.short(self.description, 60)!r}, {kind}>"

    def _limit(self) -> str:
        amounts = [text.money(self.limit_usd)] if self.limit_usd is not None else []
        amounts += [f"{self.limit_diem:g} DIEM"] if self.limit_diem is not None else []
        period = _PERIODS.get(self.period, text.short(self.period, 20))
        return f"{' and '.join(amounts)} {period}".strip() if amounts else "none"

    def _spent(self) -> str:
        return "" if self.week_usd is None else text.money(self.week_usd + (self.week_diem or 0.0))

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("kind", text.short(self.kind, 20)), ("limit", self._limit())]
        facts.append(("models", _PRIVACY.get(self.privacy, text.short(self.privacy, 20) or "all models")))
        facts.append(("expires", text.short(self.expires[:10], 10) or "never"))
        if self._spent():
            facts.append(("spent in 7 days", self._spent()))
        if self.secret is not None:
            facts.append(("secret", "kept in memory: .reveal() gives it, the server never tells it again"))
        return facts

    def _mimebundle(self) -> Bundle:
        head, facts = f"Key {text.short(self.description, 64)!r}", self._facts()
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }


@dataclass(frozen=True, repr=False, eq=False)
class KeyTable(Table):
    """The keys of an account, as a table, without their secrets: `.keys` or iterating gives each."""

    keys: tuple[ApiKey, ...] = ()

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The server's objects."""
        return [dict(key.raw) for key in self.keys]

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        names = [name for name in ApiKey.__dataclass_fields__ if name not in {"raw", "headers", "secret"}]
        frame = pd.DataFrame([key.to_dict() for key in self.keys], columns=names)
        frame = frame.astype({name: float for name in names if name.endswith(("_usd", "_diem"))})
        for name in ("created", "expires", "last_used"):
            told = frame[name].replace("", None)
            frame[name] = pd.to_datetime(told, utc=True, errors="coerce", format="ISO8601")
        return frame

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self.keys)

    def _caption(self) -> str:
        return f"{text.count(len(self))} key{'s' * (len(self) != 1)} of this account, without their secrets"

    def _head(self) -> tuple[str, ...]:
        last = () if static_mode() else ("last used (UTC)",)
        return ("description", "kind", "limit", "models", "spent in 7 days", "expires", *last)

    def _row(self, position: int) -> tuple[str, ...]:
        key = self.keys[position]
        last = () if static_mode() else (text.short(key.last_used[:16].replace("T", " "), 20) or "never",)
        return (
            text.short(key.description, 64),
            text.short(key.kind, 20),
            key._limit(),  # noqa: SLF001  one thing
            _PRIVACY.get(key.privacy, text.short(key.privacy, 20)),
            key._spent(),  # noqa: SLF001
            text.short(key.expires[:10], 10) or "never",
            *last,
        )

    def _numeric(self) -> tuple[int, ...]:
        return (4,)
