"""What embedding a column would take and cost, told before anything is sent."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.money import Cost
from venice_nb.results.paced import Paced
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.results.matrix.matrix import RowError


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ColumnPlan(Paced):
    """What plans of vectors have in common, wherever the column is.

    Attributes:
        model: the model that would be asked.
        dims: the length of the vectors; None where the catalogue does not say.
        rows: rows that were given.
        unique: different texts among them.
        cached: those of them whose vectors are kept from an earlier run.
        requests: requests to be sent.
        tokens: estimated tokens to be paid for.
        cost: US dollars for them, estimated.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    model: str
    dims: int | None
    rows: int
    unique: int
    cached: int
    requests: int
    tokens: int
    cost: Cost = field(default_factory=Cost)

    @abstractmethod
    def _without(self) -> Mapping[str, int]:
        """How many rows will have no vector, by reason."""

    @property
    def size(self) -> int | None:
        """Bytes of the vectors; None where their length is not known."""
        return None if self.dims is None else 4 * self.dims * (self.rows - sum(self._without().values()))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"cost": self.cost.to_dict(), "size": self.size}

    def _told(self, first: list[tuple[str, str]], texts: str, whole: str) -> list[tuple[str, str]]:
        """The facts, with those that come `first` and what texts and result are called."""
        facts = [
            ("model", text.short(self.model, 80)),
            ("rows", text.count(self.rows)),
            *first,
            (texts, text.count(self.unique)),
            ("of these kept from before", text.count(self.cached)),
            ("requests", text.count(self.requests)),
            ("tokens", f"~{text.count(self.tokens)}"),
            ("cost", price(self.cost)),
            ("time", self._time()),
        ]
        if self.dims is not None:
            facts.append((whole, f"{text.count(self.dims)} numbers a row, {text.bytes_(self.size)}"))
        return [*facts, *([("cost of", "SANDBOX, play money")] if self.sandbox else [])]


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class EmbeddingPlan(ColumnPlan):
    """What `v.embed` would do with a column. Nothing is sent and nothing is spent by asking.

    Attributes:
        left_out: rows without a text, each with its reason; they will not be in the matrix.
        model, dims, rows, unique, cached, requests, tokens, cost: see `ColumnPlan`.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    left_out: tuple[RowError, ...]

    def _without(self) -> Mapping[str, int]:
        return Counter(row.reason for row in self.left_out)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        left_out = [
            {"label": row.label, "position": row.position, "reason": row.reason} for row in self.left_out
        ]
        return super().to_dict() | {"left_out": left_out}

    def __repr__(self) -> str:
        model = text.short(self.model, 80)
        return (
            f"<EmbeddingPlan {text.count(self.rows)} row{'s' * (self.rows != 1)}, "
            f"{text.count(self.requests)} request{'s' * (self.requests != 1)}, "
            f"{text.money(self.cost.usd)}, {model}>"
        )

    def _head(self) -> str:
        return f"Plan: {text.count(self.rows)} row{'s' * (self.rows != 1)} to embed"

    def _facts(self) -> list[tuple[str, str]]:
        left_out = [("left out", told(self._without()))] if self.left_out else []
        return self._told(left_out, "different texts", "matrix")


def told(reasons: Mapping[str, int]) -> str:
    """How many rows have no vector, and why."""
    return ", ".join(f"{text.count(many)} {reason}" for reason, many in sorted(reasons.items()))
