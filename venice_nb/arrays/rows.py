"""Rows of a matrix as directions: their lengths, which of them have one, and cosines that do not wobble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUMBERS = 1 << 22  # numbers copied at once: 16 MB as float32
NOTHING = 1e-30  # a shorter row counts as 0: its products would vanish in float32


def lengths(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The length of each row: (n,) float32; 0 for rows of zeros, NaN for rows that hold NaN or infinity."""
    found = np.empty(len(matrix), np.float32)
    step = max(1, NUMBERS // max(1, matrix.shape[1]))
    for start in range(0, len(matrix), step):
        block = matrix[start : start + step]
        with np.errstate(over="ignore", invalid="ignore"):
            squares = np.einsum("ij,ij->i", block, block)
        odd = np.flatnonzero(~((squares > 1e-30) & (squares < 1e30)))
        if len(odd):  # beyond what float32 can square
            squares = squares.astype(np.float64)
            squares[odd] = (block[odd].astype(np.float64) ** 2).sum(axis=1)
        part = np.sqrt(squares)
        part[~np.isfinite(part)] = np.nan
        part[part < NOTHING] = 0
        found[start : start + step] = part
    return found


def inverse(norms: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each row is multiplied by to have length 1; 0 where there is no direction."""
    usable = norms > 0  # not for NaN
    return np.divide(np.float32(1), norms, out=np.zeros_like(norms), where=usable)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """The vectors at length 1, as exactly as float64 can; rows of zeros stay so."""
    exact = vectors.astype(np.float64)
    size = np.sqrt((exact**2).sum(axis=1, keepdims=True))
    np.divide(exact, size, out=exact, where=size > 0)
    return exact


def slack(dims: int) -> float:
    """The most by which a cosine computed in float32 can miss the true one, in any order of summing."""
    return (1.5 * dims + 16) * 2.0**-24


def cosines(
    left: NDArray[np.float32], i: NDArray[np.int64], right: NDArray[np.float32], j: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The cosine of row `i[m]` of `left` and row `j[m]` of `right` for each m, rounded once, to float32.

    Products are summed in float64 in the same order for every row, so that equal rows have equal cosines:
    a matrix product gives them different last digits.
    """
    found = np.empty(len(i), np.float32)
    step = max(1, NUMBERS // 8 // max(1, left.shape[1]))
    for start in range(0, len(i), step):
        a = unit(left[i[start : start + step]])
        b = unit(right[j[start : start + step]])
        found[start : start + step] = np.multiply(a, b, out=a).sum(axis=1)
    return np.clip(found, -1, 1, out=found)
