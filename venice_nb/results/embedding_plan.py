"""What embedding a column would take and cost, told before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.money import Cost
from venice_nb.results.paced import Paced
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.matrix.matrix import RowError


@dataclass(frozen=True, repr=False, eq=False)
class EmbeddingPlan(Paced):
    """What `v.embed` would do with a column. Nothing is sent and nothing is spent by asking.

    Attributes:
        model: the model that would be asked.
        dims: the length of the vectors; None where the catalogue does not say.
        rows: rows that were given.
        left_out: rows without a text, each with its reason; they will not be in the matrix.
        unique: different texts among the others.
        cached: those of them whose vectors are kept from an earlier run.
        requests: requests to be sent.
        tokens: estimated tokens to be paid for.
        cost: US dollars for them, estimated.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    model: str
    dims: int | None
    rows: int
    left_out: tuple[RowError, ...]
    unique: int
    cached: int
    requests: int
    tokens: int
    cost: Cost = field(default_factory=Cost)

    @property
    def size(self) -> int | None:
        """Bytes of the matrix; None where the length of the vectors is not known."""
        return None if self.dims is None else 4 * self.dims * (self.rows - len(self.left_out))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        return {
            "model": self.model,
            "dims": self.dims,
            "rows": self.rows,
            "left_out": [
                {"label": row.label, "position": row.position, "reason": row.reason} for row in self.left_out
            ],
            "unique": self.unique,
            "cached": self.cached,
            "requests": self.requests,
            "tokens": self.tokens,
            "cost": self.cost.to_dict(),
            "requests_per_minute": self.requests_per_minute,
            "tokens_per_minute": self.tokens_per_minute,
            "minutes": self.minutes,
            "size": self.size,
        }

    def __repr__(self) -> str:
        model = text.short(self.model, 80)
        return (
            f"<EmbeddingPlan {text.count(self.rows)} row{'s' * (self.rows != 1)}, "
            f"{text.count(self.requests)} request{'s' * (self.requests != 1)}, "
            f"{text.money(self.cost.usd)}, {model}>"
        )

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("model", text.short(self.model, 80)), ("rows", text.count(self.rows))]
        if self.left_out:
            reasons = sorted({row.reason for row in self.left_out})
            facts.append(("left out", f"{text.count(len(self.left_out))} ({', '.join(reasons)})"))
        facts += [
            ("different texts", text.count(self.unique)),
            ("of these kept from before", text.count(self.cached)),
            ("requests", text.count(self.requests)),
            ("tokens", f"~{text.count(self.tokens)}"),
            ("cost", price(self.cost)),
            ("time", self._time()),
        ]
        if self.dims is not None:
            facts.append(("matrix", f"{text.count(self.dims)} numbers a row, {text.bytes_(self.size)}"))
        if self.sandbox:
            facts.append(("cost of", "SANDBOX, play money"))
        return facts

    def _mimebundle(self) -> Bundle:
        head = f"Plan: {text.count(self.rows)} row{'s' * (self.rows != 1)} to embed"
        facts, word = self._facts(), "Nothing is sent and nothing is spent by a plan."
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts), footer=word)),
        }
