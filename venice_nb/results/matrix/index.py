"""Search that may miss a row now and then, for matrices where reading all of it takes too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.matrix.filters import mask
from venice_nb.results.matrix.finding import asked, bound, whole
from venice_nb.results.matrix.hits import Hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.arrays.approximate import Approximate
    from venice_nb.results.matrix.matrix import EmbeddingMatrix


@dataclass(frozen=True, repr=False, eq=False)
class Index(Displayed):
    """An approximate index over a matrix, in memory. Scores are exact; a row of the best may be missing.

    Attributes:
        matrix: the matrix that is searched.
        found: the index of faiss and how it is used.

    """

    matrix: EmbeddingMatrix
    found: Approximate

    @property
    def recall(self) -> float:
        """The share of the nearest rows that is found, measured on rows of this matrix."""
        return self.found.recall

    def search(self, query: Any, k: int = 5, *, filter: Any = None, min_score: float | None = None) -> Any:  # noqa: A002  the word for it
        """As `EmbeddingMatrix.search`, without looking at each row; with a filter it is exact."""
        whole("k", k)
        allowed = None if filter is None else mask(self.matrix, filter)
        low = bound("min_score", min_score)

        def find(vectors: NDArray[np.float32], names: Sequence[str], many: bool) -> Hits:
            found = self.found.search(vectors, k, mask=allowed, min_score=low)
            return Hits.of(self.matrix, found, names, many=many)

        return asked(self.matrix, query, find)

    def __repr__(self) -> str:
        n, d = self.matrix.shape
        return (
            f"<Index of {n} x {d}: recall {self.recall:.3f}, {self.found.rescored} rows scored for a query>"
        )

    def _mimebundle(self) -> Bundle:
        n, d = self.matrix.shape
        head = f"approximate index of {text.count(n)} rows of {text.count(d)} numbers"
        facts = [
            ("recall", f"{self.recall:.3f} of the nearest rows, measured on {self.found.sampled} rows"),
            ("for each query", f"{text.count(self.found.rescored)} rows are scored exactly"),
        ]
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }


def approximate(matrix: EmbeddingMatrix, recall: float = 0.99, k: int = 10) -> Index:
    """An index whose `.search` is many times faster in large matrices, and may miss a row.

    Args:
        recall: the share of the `k` nearest rows to be found. It is measured on rows of this matrix
            against exact search; `.recall` is what was reached.
        k: how many neighbours the recall is measured by.

    Scores are exact. Raises InvalidInput without faiss (`pip install "venice-nb[ann]"`).

    """
    from venice_nb.arrays.approximate import approximate as built  # noqa: PLC0415  loads NumPy

    wanted = bound("recall", recall)
    whole("k", k)
    if len(matrix) <= k:
        raise InvalidInput(
            f"{len(matrix)} rows need no index",
            field="E",
            value=len(matrix),
            do="use E.search, which is exact",
        )
    try:
        return Index(matrix, built(matrix.array, recall=wanted or 0.0, k=k, norms=matrix.norms))
    except ImportError as error:
        raise InvalidInput(
            "faiss is not installed",
            field="E.approximate",
            do='pip install "venice-nb[ann]", or use E.search',
        ) from error
