"""Rows that say what an earlier row says: which to keep, and whom the others repeat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.matrix.hits import SHOWN
from venice_nb.results.matrix.left_out import plain_label
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix


@dataclass(frozen=True, repr=False, eq=False)
class Duplicates(Table):
    """Near-duplicates: a table of the rows to drop, with label, text, score, and the row that each repeats.

    `found.kept` is the matrix of the rows to keep, `df.loc[found.kept.index]` are the rows themselves, and
    `found.keep` is a mask, `df[found.keep]`, where the matrix has all rows of the frame.

    Attributes:
        matrix: the matrix that was looked through.
        threshold: the least cosine of a repetition.
        first: (n,) int64, for each row the position of the row it repeats; its own when it is kept.
        scores: (m,) float32, the cosine of each dropped row with the row it repeats.

    """

    matrix: EmbeddingMatrix
    threshold: float
    first: NDArray[np.int64]
    scores: NDArray[np.float32]

    @cached_property
    def keep(self) -> pd.Series[bool]:
        """True for the rows to keep, aligned to the matrix."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors
        import pandas as pd  # noqa: PLC0415  only when a Series is asked for

        return pd.Series(self.first == np.arange(len(self.first)), self.matrix.index, name="keep")

    @cached_property
    def groups(self) -> pd.Series[Any]:
        """For each row the label of the row that stands for it, aligned to the matrix."""
        import pandas as pd  # noqa: PLC0415  only when a Series is asked for

        index = self.matrix.index
        return pd.Series(index.take(self.first), index, name="group")

    @property
    def kept(self) -> EmbeddingMatrix:
        """The matrix without the rows to drop."""
        return self.matrix.take(self.keep.to_numpy().nonzero()[0])

    @cached_property
    def dropped(self) -> NDArray[np.int64]:
        """(m,) int64: the positions of the rows to drop."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        return np.flatnonzero(self.first != np.arange(len(self.first)))

    def __len__(self) -> int:
        return len(self.dropped)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        index, texts, kept = self.matrix.index, self.matrix.texts, self.first[self.dropped]
        columns: dict[str, Any] = {"label": index.take(self.dropped), "repeats": index.take(kept)}
        columns["score"] = self.scores
        if texts is not None:
            columns["text"] = [texts[row] for row in self.dropped.tolist()]
            columns["repeated_text"] = [texts[row] for row in kept.tolist()]
        return pd.DataFrame(columns)

    def _caption(self) -> str:
        n, m = len(self.first), len(self)
        return (
            f"{text.count(n - m)} of {text.count(n)} rows to keep; "
            f"{text.count(m)} repeat{'s' * (m == 1)} an earlier one at a cosine of {self.threshold:g} or more"
        )

    def _head(self) -> tuple[str, ...]:
        told = ("text", "repeated text") if self.matrix.texts is not None else ()
        return ("label", "repeats", "score", *told)

    def _numeric(self) -> tuple[int, ...]:
        return (2,)

    def _row(self, position: int) -> tuple[str, ...]:
        row = int(self.dropped[position])
        both, index, texts = (row, int(self.first[row])), self.matrix.index, self.matrix.texts
        told = () if texts is None else (text.short(texts[each], SHOWN // 2) for each in both)
        labels = (text.short(str(plain_label(index[each])), 60) for each in both)
        return (*labels, f"{self.scores[position]:.3f}", *told)
