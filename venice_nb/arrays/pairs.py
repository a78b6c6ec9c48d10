"""Pairs of similar rows: near-duplicates and nearest pairs, without a matrix of n by n.

Rows are compared tile by tile. First by their coordinates along the principal axes and what is left of them,
which bounds every cosine from above at a fraction of the cost; where many pairs pass, by the whole rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.arrays.rows import NUMBERS, cosines, inverse, lengths, slack, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]

TILE = 2048  # rows on each side of a tile
AXES = 64  # coordinates of the bound
SAMPLE = 8192  # rows the axes are found from; any axes bound correctly, good ones bound tightly
PASSING = 1 / 1024  # share of a tile above which its whole product is cheaper than pair by pair


def duplicates(
    matrix: NDArray[np.float32], threshold: float, *, norms: NDArray[np.float32] | None = None
) -> NDArray[np.int64]:
    """For each row the first kept row that it repeats, itself when it is kept: (n,) int64.

    Rows are taken in their order. A row is dropped when its cosine with a row kept before it is `threshold`
    or more. So no two kept rows are that similar, and each dropped one is that similar to the row named.
    Rows of zeros and rows with NaN are kept.
    """
    tiles = Tiles(matrix, lengths(matrix) if norms is None else norms)
    first = np.arange(len(tiles.rows))
    kept = np.empty(0, np.int64)
    for start in range(0, len(first), TILE):
        block = first[start : start + TILE].copy()
        for chunk in range(0, len(kept), TILE):
            left = block[first[block] == block]
            i, j = tiles.similar(left, kept[chunk : chunk + TILE], threshold)
            # of several kept rows the first: reversed, so that it is written last
            first[i[::-1]] = j[::-1]
        left = block[first[block] == block]
        i, j = tiles.similar(left, left, threshold)
        later = i < j
        i, j = i[later], j[later]
        ends = np.searchsorted(i, np.unique(i), side="right").tolist()
        begin = 0
        for end in ends:
            row = i[begin]
            if first[row] == row:
                repeats = j[begin:end]
                first[repeats[first[repeats] == repeats]] = row
            begin = end
        kept = np.concatenate([kept, left[first[left] == left]])
    found = np.arange(len(matrix))
    found[tiles.rows] = tiles.rows[first]
    return found


def similar(
    matrix: NDArray[np.float32],
    threshold: float,
    *,
    norms: NDArray[np.float32] | None = None,
    most: int = 10_000_000,
) -> Pairs:
    """All pairs of rows `i < j` whose cosine is `threshold` or more, and the cosines, in the order of rows.

    Raises OverflowError when there are more than `most` of them.
    """
    tiles = Tiles(matrix, lengths(matrix) if norms is None else norms)
    parts, count = [], 0
    for block, chunk in tiles.triangle():
        i, j, _ = tiles.candidates(block, chunk, threshold)
        i, j = i[i < j], j[i < j]
        score = tiles.exact(i, j)
        near = score >= np.float32(threshold)
        parts.append((i[near], j[near], score[near]))
        count += int(near.sum())
        if count > most:
            raise OverflowError(f"more than {most} pairs")
    return tiles.gathered(parts, by_score=False)


def nearest(matrix: NDArray[np.float32], k: int, *, norms: NDArray[np.float32] | None = None) -> Pairs:
    """The `k` pairs of rows `i < j` of highest cosine, best first; equal ones in the order of rows."""
    tiles = Tiles(matrix, lengths(matrix) if norms is None else norms)
    best = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    bar = -2.0
    for block, chunk in tiles.triangle():
        i, j, rough = tiles.candidates(block, chunk, bar)
        i, j, rough = i[i < j], j[i < j], rough[i < j]
        if len(rough) > k:
            least = np.partition(rough, len(rough) - k)[len(rough) - k] - 2 * tiles.slack
            i, j = i[rough >= least], j[rough >= least]
        best = _top((best, (i, j, tiles.exact(i, j))), k)
        bar = float(best[2][-1]) if len(best[2]) == k else bar
    return tiles.gathered([best], by_score=True)


def _top(parts: tuple[Pairs, ...], k: int) -> Pairs:
    i, j, score = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((j, i, -score))[:k]
    return i[order], j[order], score[order]


class Tiles:
    """The rows that have a direction, numbered from 0, to be compared tile by tile.

    `rows` holds the row of the matrix for each number. A rough cosine is at most `slack` off.
    """

    def __init__(self, matrix: NDArray[np.float32], norms: NDArray[np.float32]) -> None:
        self.matrix = matrix
        self.rows = np.flatnonzero(norms > 0)
        self.scale = inverse(norms)
        self.slack = slack(matrix.shape[1])
        self.bounds = self._bounds() if matrix.shape[1] >= 2 * AXES and len(self.rows) > TILE else None
        self.tried = self.failed = 0

    def triangle(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Tiles that hold each pair once; those on the diagonal hold it twice."""
        blocks = [
            np.arange(start, min(start + TILE, len(self.rows))) for start in range(0, len(self.rows), TILE)
        ]
        return [(block, chunk) for place, block in enumerate(blocks) for chunk in blocks[place:]]

    def similar(
        self, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The pairs whose cosine is the threshold or more, ordered by left, then right."""
        i, j, rough = self.candidates(left, right, threshold)
        sure = rough >= threshold + self.slack
        if not sure.all():
            unsure = np.flatnonzero(~sure)
            sure[unsure] = self.exact(i[unsure], j[unsure]) >= np.float32(threshold)
        return i[sure], j[sure]

    def candidates(self, left: NDArray[np.int64], right: NDArray[np.int64], bar: float) -> Pairs:
        """All pairs whose cosine can be `bar` or more, with rough cosines, ordered by left, then right."""
        if not len(left) or not len(right):
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        if self.bounds is not None and bar > 0 and self.failed <= 4 + self.tried // 4:
            self.tried += 1
            i, j, _ = _over(self.bounds[left] @ self.bounds[right].T, bar - slack(AXES), PASSING)
            if i is not None and j is not None:
                return left[i], right[j], self.exact(left[i], right[j])
            self.failed += 1
        i, j, rough = _over(self._directions(left) @ self._directions(right).T, bar - self.slack)
        assert i is not None
        assert j is not None
        return left[i], right[j], rough

    def exact(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosines of pairs, to the last digit."""
        return cosines(self.matrix, self.rows[i], self.matrix, self.rows[j])

    def gathered(self, parts: list[Pairs], *, by_score: bool) -> Pairs:
        """The pairs as rows of the matrix, in order."""
        empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
        i, j, score = (np.concatenate(each) for each in zip(empty, *parts, strict=True))
        if not by_score:
            order = np.lexsort((j, i))
            i, j, score = i[order], j[order], score[order]
        return self.rows[i], self.rows[j], score

    def _directions(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = self.rows[numbers]
        block = self.matrix[rows]
        block *= self.scale[rows][:, None]
        return block

    def _bounds(self) -> NDArray[np.float32]:
        """Coordinates along the main axes, and the length of the rest: (n, AXES + 1).

        For unit vectors a = p + r and b = q + s, p and q along the axes, a.b = p.q + r.s <= p.q + |r||s|. In
        float64, since the rest is the small difference of two large numbers.
        """
        picked = self.rows[np.linspace(0, len(self.rows) - 1, min(SAMPLE, len(self.rows))).astype(np.int64)]
        sample = self._directions(np.searchsorted(self.rows, picked))
        axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))[1][:, -AXES:]
        found = np.empty((len(self.rows), AXES + 1), np.float32)
        step = max(1, NUMBERS // self.matrix.shape[1])
        for start in range(0, len(self.rows), step):
            along = unit(self.matrix[self.rows[start : start + step]]) @ axes
            found[start : start + step, :AXES] = along
            found[start : start + step, AXES] = np.sqrt(np.maximum(1 - (along**2).sum(axis=1), 0))
        return found


def _over(
    scores: NDArray[np.float32], bar: float, share: float = 1.0
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None, NDArray[np.float32]]:
    """Row, column and value of the scores from `bar` on; None for more of them than that share."""
    lines = np.flatnonzero(scores.max(axis=1) >= bar)
    if not len(lines):
        return lines, lines, np.empty(0, np.float32)
    over = scores[lines] >= bar
    if share < 1 and np.count_nonzero(over) > share * scores.size + 64:
        return None, None, np.empty(0, np.float32)
    i, j = np.nonzero(over)
    return lines[i], j, scores[lines[i], j]
