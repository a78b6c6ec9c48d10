"""Exact cosine search: the best rows for one or many queries, at the speed of reading the matrix once.

A product in float32 finds the few rows that can be among the best, whatever its rounding; only those are
scored again, exactly. So the result does not depend on how the product was cut into blocks, and equal rows
have equal scores.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from venice_nb.arrays.rows import NUMBERS, cosines, inverse, lengths, slack, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

Best = tuple["NDArray[np.int64]", "NDArray[np.float32]"]

SCORES = 1 << 21  # scores held at once: 8 MB
QUERIES = 256  # queries answered in one reading of the matrix
FEW = 4  # queries for which a dot product with each row is quicker than a matrix product
CACHED = 1 << 18  # numbers that stay in the cache: 1 MB
GROUP = 512  # neighbouring scores that are judged by the best of them
PENDING = 1 << 20  # rows that wait to be scored again, over all queries


def search(
    matrix: NDArray[np.float32],
    queries: NDArray[np.float32],
    k: int,
    *,
    norms: NDArray[np.float32] | None = None,
    mask: NDArray[np.bool_] | None = None,
    min_score: float | None = None,
) -> list[Best]:
    """The `k` rows of highest cosine for each query: positions (int64) and scores (float32), best first.

    Rows of equal score come in the order of the matrix. Rows of zeros score 0, rows with NaN or infinity are
    never found. Fewer than `k` are returned where there are no more.

    Args:
        matrix: (n, d) float32, in memory or mapped from a file.
        queries: (q, d) float32, finite.
        k: how many rows for each query, 1 or more.
        norms: what `lengths(matrix)` gave, to compute it once only.
        mask: (n,) rows that may be found; all when left out.
        min_score: the least score of a row that is found.

    """
    norms = lengths(matrix) if norms is None else norms
    allowed = ~np.isnan(norms) if mask is None else mask & ~np.isnan(norms)
    rows = None if allowed.all() else np.flatnonzero(allowed)
    count = len(matrix) if rows is None else len(rows)
    k = min(k, count)
    if not k:
        return [(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in queries]
    least = -2.0 if min_score is None else float(np.float32(min_score))
    group = max(1, min(GROUP, count // (8 * k)))
    at_once = max(1, min(QUERIES, SCORES // (k * group)))
    found: list[Best] = []
    for start in range(0, len(queries), at_once):
        some = queries[start : start + at_once]
        found += _Pass(matrix, some, k, norms=norms, rows=rows, least=least, group=group).run()
    return found


class _Pass:
    """One reading of the matrix for a few queries."""

    def __init__(
        self,
        matrix: NDArray[np.float32],
        queries: NDArray[np.float32],
        k: int,
        *,
        norms: NDArray[np.float32],
        rows: NDArray[np.int64] | None,
        least: float,
        group: int,
    ) -> None:
        self.matrix, self.queries, self.k, self.rows, self.group = matrix, queries, k, rows, group
        self.count = len(matrix) if rows is None else len(rows)
        # few rows are gathered; among many the others are looked at as well, and passed over
        self.gather = rows is not None and len(rows) * 4 < len(matrix)
        self.scale = inverse(norms)
        self.least = least
        self.margin = 2 * slack(matrix.shape[1])
        self.best = np.full((len(queries), k), -np.inf, np.float32)  # the least these have, so has the result
        self.pending: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
        self.waiting = 0
        self.query = np.empty(0, np.int64)
        self.position = np.empty(0, np.int64)
        self.score = np.empty(0, np.float32)

    def run(self) -> list[Best]:
        directions = unit(self.queries).astype(np.float32)
        many = self.count if self.gather else len(self.matrix)
        step = max(self.group, SCORES // len(directions) // self.group * self.group)
        if self.gather:
            step = max(self.group, min(step, NUMBERS // self.matrix.shape[1] // self.group * self.group))
        hidden = None
        if self.rows is not None and not self.gather:
            hidden = np.ones(len(self.matrix), bool)
            hidden[self.rows] = False
        with np.errstate(invalid="ignore"):  # rows with infinity, which are passed over
            for start in range(0, many, step):
                some = slice(start, min(start + step, many))
                place: Any = self.rows[some] if self.gather and self.rows is not None else some
                scores = product(directions, self.matrix[place])
                scores *= self.scale[place]
                if hidden is not None:
                    scores[:, hidden[some]] = -np.inf
                self._sift(scores, start)
        self._settle()
        ends = np.searchsorted(self.query, np.arange(len(self.queries) + 1))
        return [(self.position[a:b].copy(), self.score[a:b].copy()) for a, b in pairwise(ends)]

    def _sift(self, scores: NDArray[np.float32], start: int) -> None:
        """Keeps the scores of a block that can be among the best."""
        whole = scores.shape[1] // self.group * self.group
        for part, offset, group in (
            (scores[:, :whole], start, self.group),
            (scores[:, whole:], start + whole, scores.shape[1] - whole),
        ):
            if not part.shape[1]:
                continue
            groups = _grouped(part, group)
            tops = groups.max(axis=2)
            joined = np.concatenate([self.best, tops], axis=1)
            self.best = np.partition(joined, joined.shape[1] - self.k, axis=1)[:, -self.k :]
            bar = np.maximum(self.best.min(axis=1), self.least) - self.margin
            query, which = np.nonzero(tops >= bar[:, None])
            hot = groups[query, which]
            line, place = np.nonzero(hot >= bar[query, None])
            position = which[line] * group + place + offset
            if self.gather:
                assert self.rows is not None
                position = self.rows[position]
            self.pending.append((query[line], position, hot[line, place]))
            self.waiting += len(line)
        if self.waiting > PENDING:
            self._settle()

    def _settle(self) -> None:
        """Scores what waits exactly, and keeps the best `k` of each query."""
        if not self.pending:
            return
        query, position, rough = (np.concatenate(each) for each in zip(*self.pending, strict=True))
        self.pending, self.waiting = [], 0
        bar = np.maximum(self.best.min(axis=1), self.least) - self.margin
        still = rough >= bar[query]
        query, position = query[still], position[still]
        score = cosines(self.queries, query, self.matrix, position)
        query = np.concatenate([self.query, query])
        position = np.concatenate([self.position, position])
        score = np.concatenate([self.score, score])
        order = np.lexsort((position, -score, query))
        order = order[score[order] >= np.float32(self.least)]
        query, position, score = query[order], position[order], score[order]
        first = np.searchsorted(query, query)  # where the query of each begins
        kept = np.arange(len(query)) - first < self.k
        self.query, self.position, self.score = query[kept], position[kept], score[kept]


def product(directions: NDArray[np.float32], block: NDArray[np.float32]) -> NDArray[np.float32]:
    """(q, b) products of queries and rows, in the order of memory that is quicker to make.

    One dot product a row reads the rows as fast as memory gives them, which the matrix products of OpenBLAS
    do not: for a few queries, each part of the block is read once and stays in the processor's cache.
    """
    if len(directions) > FEW:
        return (block @ directions.T).T
    made = np.empty((len(directions), len(block)), np.float32)
    step = len(block) if len(directions) == 1 else max(1, CACHED // block.shape[1])
    for start in range(0, len(block), step):
        part = block[start : start + step]
        for line, direction in zip(made, directions, strict=True):
            np.vecdot(part, direction, out=line[start : start + step])
    return made


def _grouped(scores: NDArray[np.float32], group: int) -> NDArray[np.float32]:
    """(q, b) as (q, b / group, group), without a copy in either order of memory."""
    queries = len(scores)
    if scores.strides[1] == scores.itemsize:
        return scores.reshape(queries, -1, group)
    return scores.T.reshape(-1, group, queries).transpose(2, 0, 1)
