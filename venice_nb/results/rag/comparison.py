"""Several ways of searching the same corpus, side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from venice_nb.results.rag.evaluation import Evaluation


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Table):
    """One row for each way of searching, in the order asked for.

    Columns: `model` or `size`, what is known of it (dims, passages, tokens), recall@k, mrr, ndcg@k, usd (the
    estimated price of embedding the whole corpus, whatever is cached), and seconds (what this run took, which
    is less where vectors were kept from an earlier one; left out in static mode).

    Attributes:
        subject: what is compared: "model" or "size".
        rows: the values of each row by column.
        evaluations: the evaluation of each row, question by question.

    """

    subject: str = "model"
    rows: tuple[dict[str, Any], ...] = ()
    evaluations: tuple[Evaluation, ...] = ()

    @property
    def best(self) -> Any:
        """The model or size of most recall; of equals the one of more nDCG, then the cheaper."""
        recall = next(name for name in self.rows[0] if name.startswith("recall@"))
        ndcg = next(name for name in self.rows[0] if name.startswith("ndcg@"))
        top = max(self.rows, key=lambda row: (row[recall], row[ndcg], -_price(row["usd"])))
        return top[self.subject]

    def __len__(self) -> int:
        return len(self.rows)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(list(self.rows))

    def _caption(self) -> str:
        n = len(self.evaluations[0]) if self.evaluations else 0
        return f"Comparison by {n} question{'s' * (n != 1)}; best: {text.short(str(self.best), 80)}"

    def _head(self) -> tuple[str, ...]:
        return tuple(self.rows[0])

    def _row(self, position: int) -> tuple[str, ...]:
        return tuple(_shown(name, value) for name, value in self.rows[position].items())

    def _numeric(self) -> tuple[int, ...]:
        return tuple(range(0 if self.subject == "size" else 1, len(self._head())))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Recall, MRR and nDCG of each row as bars. Gives the Axes; new ones unless `ax` is given."""
        from venice_nb.results.rag.plots import comparison  # noqa: PLC0415  loads matplotlib

        return comparison(self, ax)


def _price(usd: float | None) -> float:
    """The price, to be compared: one that is not known is the highest."""
    return math.inf if usd is None else usd


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "unknown"
    if name == "usd":
        return text.money(value)
    if name == "seconds":
        return text.seconds(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    return text.count(value) if isinstance(value, int) else text.short(str(value), 80)
