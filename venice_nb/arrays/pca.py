"""Principal components, exactly and in blocks: the same axes as scikit-learn's, also of a mapped file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.arrays.rows import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def project(matrix: NDArray[np.float32], dims: int = 2) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Coordinates on the first principal axes, (n, dims) float32, and the share of variance along each.

    In each axis the component of largest size is positive, so the picture is never mirrored. Rows with NaN or
    infinity have no influence and get NaN.

    Raises ValueError for more dimensions than rows or columns.
    """
    sound = np.empty(len(matrix), bool)
    total = np.zeros(matrix.shape[1])
    for some, block in _blocks(matrix):
        sound[some] = np.isfinite(block).all(axis=1)
        good = block if sound[some].all() else block[sound[some]]
        total += good.sum(axis=0, dtype=np.float64)
    rows = np.flatnonzero(sound)
    if not 1 <= dims <= min(len(rows), matrix.shape[1]):
        here = f"{len(rows)} of {matrix.shape[1]}"
        raise ValueError(f"{dims} axes take {dims} rows of {dims} numbers or more, here are {here}")
    mean = (total / len(rows)).astype(np.float32)
    axes, shares = _axes(matrix, rows, mean, dims)
    biggest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[biggest, np.arange(dims)] < 0, -1.0, 1.0)
    found = np.full((len(matrix), dims), np.nan, np.float32)
    for some, block in _blocks(matrix, rows):
        found[some] = (block - mean) @ axes.astype(np.float32)
    return found, shares


def _axes(
    matrix: NDArray[np.float32], rows: NDArray[np.int64], mean: NDArray[np.float32], dims: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The axes as columns, and the share of variance along each."""
    if len(rows) < matrix.shape[1]:  # few rows: their products with each other are the smaller matrix
        centred = (matrix[rows] - mean).astype(np.float64)
        values, vectors = np.linalg.eigh(centred @ centred.T)
        axes = centred.T @ vectors[:, : -dims - 1 : -1]
    else:
        gram = np.zeros((matrix.shape[1], matrix.shape[1]))
        for _, block in _blocks(matrix, rows):
            apart = block - mean
            gram += apart.T @ apart
        values, vectors = np.linalg.eigh(gram)
        axes = vectors[:, : -dims - 1 : -1].copy()
    size = np.sqrt((axes**2).sum(axis=0))
    axes = np.divide(axes, size, out=np.zeros_like(axes), where=size > 0)
    values = np.maximum(values, 0)
    return axes, values[: -dims - 1 : -1] / max(float(values.sum()), 1e-300)


def _blocks(
    matrix: NDArray[np.float32], rows: NDArray[np.int64] | None = None
) -> Iterator[tuple[NDArray[np.int64] | slice, NDArray[np.float32]]]:
    step = max(1, NUMBERS // max(1, matrix.shape[1]))
    whole = rows is None or len(rows) == len(matrix)
    for start in range(0, len(matrix) if rows is None else len(rows), step):
        some = slice(start, start + step) if whole or rows is None else rows[start : start + step]
        yield some, matrix[some]
