"""Groups of rows that point the same way: spherical k-means, the same each time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from venice_nb.arrays.rows import NUMBERS, inverse, lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

SAMPLE = 16_384  # rows the first centres are chosen among
STARTS = 4  # as often is begun anew; the best goes on
ROUNDS = 100


def cluster(
    matrix: NDArray[np.float32], k: int, *, norms: NDArray[np.float32] | None = None, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The cluster of each row, (n,) int64, and the centres, (k, d) float32 of length 1.

    Cluster 0 is the largest; equally large ones come in the order of their first rows. Rows of zeros and rows
    with NaN get -1. Fewer than `k` clusters are made where the rows have fewer directions.
    """
    norms = lengths(matrix) if norms is None else norms
    rows = np.flatnonzero(norms > 0)
    scale = inverse(norms)
    labels = np.full(len(matrix), -1)
    if not len(rows):
        return labels, np.empty((0, matrix.shape[1]), np.float32)
    rng = np.random.default_rng(seed)
    picked = rows if len(rows) <= SAMPLE else np.sort(rng.choice(rows, SAMPLE, replace=False))
    sample = matrix[picked] * scale[picked][:, None]
    tries = (_settled(lambda: [sample], _start(sample, k, rng)) for _ in range(STARTS))
    found, centres, _ = max(tries, key=lambda each: each[2])
    if len(rows) > SAMPLE:
        found, centres, _ = _settled(lambda: _directions(matrix, rows, scale), centres)
    present, first, sizes = np.unique(found, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    new = np.full(len(centres), -1)
    new[present[order]] = np.arange(len(order))
    labels[rows] = new[found]
    return labels, centres[present[order]]


def _settled(
    blocks: Callable[[], Iterable[NDArray[np.float32]]], centres: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32], float]:
    """Which centre each row ends at, the centres, and the mean cosine of rows with theirs."""
    found, fit = np.empty(0, np.int64), np.empty(0, np.float32)
    for _ in range(ROUNDS):
        sums = np.zeros(centres.shape)
        labels, fits = [], []
        for block in blocks():
            near = block @ centres.T
            label = near.argmax(axis=1)
            labels.append(label)
            fits.append(near[np.arange(len(block)), label])
            order = np.argsort(label, kind="stable")
            present, first = np.unique(label[order], return_index=True)
            sums[present] += np.add.reduceat(block[order], first, axis=0)
        last, found, fit = found, np.concatenate(labels), np.concatenate(fits)
        if len(last) and int((last != found).sum()) <= len(found) // 10_000:
            break
        size = np.sqrt((sums**2).sum(axis=1, keepdims=True))
        centres = np.divide(sums, size, out=np.zeros_like(sums), where=size > 0).astype(np.float32)
    return found, centres, float(fit.mean(dtype=np.float64))


def _directions(
    matrix: NDArray[np.float32], rows: NDArray[np.int64], scale: NDArray[np.float32]
) -> Iterator[NDArray[np.float32]]:
    step = max(1, NUMBERS // matrix.shape[1])
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        yield matrix[some] * scale[some][:, None]


def _start(sample: NDArray[np.float32], k: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Rows far from each other, by k-means++ with a few tries for each."""
    chosen = [int(rng.integers(len(sample)))]
    away = 1 - sample @ sample[chosen[0]]
    tries = 2 + int(math.log(k))
    while len(chosen) < k:
        away[away < 1e-5] = 0  # as near as float32 can tell
        total = np.cumsum(away, dtype=np.float64)
        if not total[-1] > 0:
            break
        picked = np.searchsorted(total, rng.random(tries) * total[-1]).clip(max=len(sample) - 1)
        options = np.minimum(away[:, None], 1 - sample @ sample[picked].T)
        best = int(options.sum(axis=0, dtype=np.float64).argmin())
        chosen.append(int(picked[best]))
        away = options[:, best].copy()
    return sample[chosen]
