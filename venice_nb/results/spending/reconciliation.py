"""The book of spending held against what the server says."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.render import text
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

NEAR = 1e-6  # US dollars: a millionth is agreement
WITHIN = 120.0  # seconds between an answer and its line on the bill
_PREFIX = re.compile(r"^(?:chatcmpl|cmpl|resp)[-_]")
_COLUMNS = ("request_id", "booked", "billed", "difference", "what")


@dataclass(frozen=True, repr=False, eq=False)
class Reconciliation(Table):
    """What was booked here and what the server says was billed, with the calls on which they differ.

    Attributes:
        basis: "history" when each call was looked up at the server, "balance" when only the sums could be
            compared; other users of the account then count as differences.
        booked: US dollars in the book, of the calls whose cost is known.
        billed: US dollars by the server; None when it does not tell.
        unknown: calls in the book whose cost is not known.
        rows: the calls that differ, are in the book alone or at the server alone ("history" only).
        sandbox: the dollars are play money.

    """

    basis: Literal["history", "balance"] = "balance"
    booked: float = 0.0
    billed: float | None = None
    unknown: int = 0
    rows: tuple[dict[str, Any], ...] = field(default=())
    sandbox: bool = False

    @property
    def difference(self) -> float | None:
        """US dollars that the server billed beyond what is booked; None when it does not tell."""
        return None if self.billed is None else self.billed - self.booked

    @property
    def agrees(self) -> bool:
        """Whether both say the same, to a millionth of a dollar, call by call where calls were compared."""
        return self.difference is not None and abs(self.difference) <= NEAR and not self.rows

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        return [dict(row) for row in self.rows]

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(self.raw, columns=list(_COLUMNS))

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        money = " (play money)" if self.sandbox else ""
        if self.billed is None or self.difference is None:
            return f"Booked {text.money(self.booked)}{money}; the server does not say what it billed"
        how = "call by call" if self.basis == "history" else "by the balance, which other calls change too"
        said = f"Booked {text.money(self.booked)}, billed {text.money(self.billed)}{money}, {how}"
        if self.agrees:
            return f"{said}: they agree"
        calls = f"{text.count(self.unknown)} call{'s' * (self.unknown != 1)}"
        missing = f", {calls} at an unknown price" if self.unknown else ""
        return f"{said}: {text.money(self.difference)} apart{missing}"

    def _head(self) -> tuple[str, ...]:
        return ("request", "booked", "billed", "what")

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.rows[position]
        return (
            text.short(str(row["request_id"]), 40),
            text.money(row["booked"]),
            text.money(row["billed"]),
            text.short(str(row["what"]), 80),
        )

    def _numeric(self) -> tuple[int, ...]:
        return (1, 2)


def compared(lines: Sequence[Any], bill: Sequence[Mapping[str, Any]], *, sandbox: bool) -> Reconciliation:
    """The book and the bill, call by call.

    An answer of a text model is found by its id. Everything else, also an answer that was lost, is found by
    the model in the name of what was bought, by what it cost, and by the time.
    """
    named: dict[str, dict[str, Any]] = {}
    other: list[Mapping[str, Any]] = []
    for row in bill:
        if ident := _PREFIX.sub("", row["request_id"]):
            first = named.setdefault(ident, {**row, "amount": 0.0})
            first["amount"] += row["amount"]  # reading and writing are lines of their own
        else:
            other.append(row)
    rows: list[dict[str, Any]] = []
    lost: list[Any] = []
    for line in lines:
        ident = _PREFIX.sub("", line.answer_id)
        if ident in named or (ident and line.usd != 0):
            rows += _differs(line, named.pop(ident, None))
        elif line.usd != 0:
            lost.append(line)
    loose = _Loose({line.model for line in lines}, [*other, *named.values()])
    for line in sorted(lost, key=lambda line: (line.usd is None, line.time)):  # what could be any comes last
        rows += _differs(line, loose.take(line))
    for row in loose.left():
        rows += _differs(None, row)
    return Reconciliation(
        basis="history",
        booked=sum(line.usd for line in lines if line.usd is not None),
        billed=sum(row["amount"] for row in bill),
        unknown=sum(line.usd is None for line in lines),
        rows=tuple(rows),
        sandbox=sandbox,
    )


class _Loose:
    """Lines of a bill by the longest name of a model in what was bought, by price, and in their order."""

    def __init__(self, models: set[str], bill: Sequence[Mapping[str, Any]]) -> None:
        names = sorted(models, key=len, reverse=True)
        self._rows: dict[str, dict[int, list[tuple[float, int, Mapping[str, Any]]]]] = {}
        for count, row in enumerate(bill):
            model = next((name for name in names if name in row["sku"]), "")
            prices = self._rows.setdefault(model, {})
            prices.setdefault(round(row["amount"] / NEAR), []).append((_unix(row["time"]), count, row))
        for prices in self._rows.values():
            for found in prices.values():
                found.sort(key=lambda each: each[:2])

    def take(self, line: Any) -> Mapping[str, Any] | None:
        """The first line that fits, which is then no longer there for others.

        All of a price are alike, and taken in their order as many find one as can.
        """
        prices = self._rows.get(line.model, {})
        near = None if line.usd is None else round(line.usd / NEAR)
        found = []
        for rows in prices.values() if near is None else map(prices.get, (near, near - 1, near + 1)):
            place = bisect_left(rows or [], (line.time - WITHIN,))
            if rows and place < len(rows) and rows[place][0] <= line.time + WITHIN:
                found.append((rows[place][:2], rows, place))
        if not found:
            return None
        _, rows, place = min(found, key=lambda each: each[0])
        return rows.pop(place)[2]

    def left(self) -> list[Mapping[str, Any]]:
        """Those that nobody took, in their order."""
        rows = [each for prices in self._rows.values() for found in prices.values() for each in found]
        return [row for _, _, row in sorted(rows, key=lambda each: each[1])]


def _differs(line: Any | None, row: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The row on a call of which book and bill say different things; nothing where they agree."""
    booked = None if line is None else line.usd
    billed = None if row is None else row["amount"]
    if booked is not None and billed is not None and abs(booked - billed) <= NEAR:
        return []
    if line is None:
        request, what = row["request_id"] if row else "", f"on the bill alone: {row['sku'] if row else ''}"
    else:
        request, what = line.request_id or line.answer_id, f"{line.operation} {line.model}".strip()
    difference = (billed or 0.0) - (booked or 0.0)
    return [dict(zip(_COLUMNS, (request, booked, billed, difference, what), strict=True))]


def _unix(when: str) -> float:
    try:
        return datetime.fromisoformat(when).timestamp()
    except ValueError:
        return 0.0
