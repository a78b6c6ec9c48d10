"""How alone each row is: its mean cosine with the rows nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.arrays.rows import inverse, lengths

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 4096  # rows that each row is compared with
BLOCK = 1024


def closeness(
    matrix: NDArray[np.float32],
    neighbours: int = 5,
    *,
    norms: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> NDArray[np.float32]:
    """(n,) float32: the mean cosine of each row with its `neighbours` nearest others; low is unusual.

    A matrix of more than 4,096 rows is compared with as many of its rows, chosen by `seed`. NaN for rows of
    zeros and rows with NaN.
    """
    norms = lengths(matrix) if norms is None else norms
    rows = np.flatnonzero(norms > 0)
    scale = inverse(norms)
    found = np.full(len(matrix), np.nan, np.float32)
    if len(rows) < 2:
        return found
    picked = rows
    if len(rows) > SAMPLE:
        picked = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    sample = matrix[picked] * scale[picked][:, None]
    place = np.full(len(matrix), -1)
    place[picked] = np.arange(len(picked))
    count = min(neighbours, len(picked) - 1)
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        near = (matrix[some] * scale[some][:, None]) @ sample.T
        own = np.flatnonzero(place[some] >= 0)
        near[own, place[some[own]]] = -np.inf
        best = np.partition(near, near.shape[1] - count, axis=1)[:, -count:]
        found[some] = best.mean(axis=1)
    return found
