"""Approximate search by faiss: a bit for each number finds candidates, the matrix itself scores them.

The recall against exact search is measured on the rows at hand, and as many candidates are scored as the
wanted recall takes.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from venice_nb.arrays.rows import NUMBERS, cosines, inverse, lengths, unit
from venice_nb.arrays.search import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from venice_nb.arrays.search import Best

SAMPLE = 64  # rows whose exact neighbours the recall is measured on
FEWEST = 64  # candidates to begin with


@dataclass(frozen=True)
class Approximate:
    """An index over a matrix. `rescored` candidates for each query are scored exactly.

    `recall` is the share of the nearest rows that was found for `sampled` rows of the matrix.
    The index holds about d / 8 + 8 bytes for each row.
    """

    matrix: NDArray[np.float32]
    norms: NDArray[np.float32]
    index: Any
    rescored: int = FEWEST
    recall: float = 0.0
    sampled: int = 0

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        mask: NDArray[np.bool_] | None = None,
        min_score: float | None = None,
    ) -> list[Best]:
        """As exact search, but a row of the best may be missing. Scores are exact; with a mask, all is."""
        if mask is not None:  # the index cannot pass rows over
            return search(self.matrix, queries, k, norms=self.norms, mask=mask, min_score=min_score)
        wanted = min(max(self.rescored, 4 * k), len(self.matrix))
        _, rows = self.index.search(unit(queries).astype(np.float32), wanted)
        found = []
        for number, line in enumerate(rows):
            positions = np.sort(line[line >= 0]).astype(np.int64)
            positions = positions[~np.isnan(self.norms[positions])]
            score = cosines(queries, np.full(len(positions), number), self.matrix, positions)
            order = np.argsort(-score, kind="stable")[:k]
            if min_score is not None:
                order = order[score[order] >= np.float32(min_score)]
            found.append((positions[order], score[order]))
        return found


def approximate(
    matrix: NDArray[np.float32],
    *,
    recall: float = 0.99,
    k: int = 10,
    norms: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> Approximate:
    """An index that finds `recall` of the `k` nearest of a row, measured on rows chosen by `seed`.

    Needs faiss-cpu. Raises ImportError without it.
    """
    faiss = _faiss()
    norms = lengths(matrix) if norms is None else norms
    scale = inverse(norms)
    # RaBitQ: the sign of each number, after turning the rows so that all numbers tell alike
    index = faiss.index_factory(matrix.shape[1], f"RR{matrix.shape[1]},RaBitQfs", faiss.METRIC_INNER_PRODUCT)
    step = max(1, 4 * NUMBERS // matrix.shape[1])
    index.train(
        _directions(matrix, scale, np.linspace(0, len(matrix) - 1, min(step, len(matrix))).astype(int))
    )
    for start in range(0, len(matrix), step):
        index.add(_directions(matrix, scale, slice(start, start + step)))
    usable = np.flatnonzero(norms > 0)
    rows = np.random.default_rng(seed).choice(usable, min(SAMPLE, len(usable)), replace=False)
    exact = _others(search(matrix, matrix[rows], k + 1, norms=norms), rows)
    made = Approximate(matrix, norms, index)
    while True:
        near = _others(made.search(matrix[rows], k + 1), rows)
        # a row that is as good as the last of the best counts as one of them
        right = sum(int((b >= a[-1]).sum()) for a, b in zip(exact, near, strict=True) if len(a))
        reached = right / max(1, sum(map(len, exact)))
        made = replace(made, recall=reached, sampled=len(rows))
        if reached >= recall or made.rescored >= len(matrix):
            return made
        made = replace(made, rescored=made.rescored * 2)


def _others(found: list[Best], rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """The scores found for each row, but for its own."""
    return [
        score[positions != row][: max(0, len(positions) - 1)]
        for (positions, score), row in zip(found, rows, strict=True)
    ]


def _directions(matrix: NDArray[np.float32], scale: NDArray[np.float32], rows: Any) -> NDArray[np.float32]:
    with np.errstate(invalid="ignore"):  # rows with infinity, which are never found
        block: NDArray[np.float32] = matrix[rows] * scale[rows][:, None]
    block[np.isnan(block).any(axis=1)] = 0
    return block


def _faiss() -> Any:
    return importlib.import_module("faiss")  # its type stubs know nothing of how Python calls it
