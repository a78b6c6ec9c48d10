"""Near-duplicates and nearest pairs are those of brute force, in little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venice_nb.arrays import pairs
from venice_nb.arrays.rows import lengths


def crowd(n, d, seed, spread=0.05):
    """Rows in tight groups, with a few that are equal."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(1, n // 6), d))
    rows = centres[rng.integers(len(centres), size=n)] + spread * rng.normal(size=(n, d))
    rows[rng.integers(n, size=n // 10)] = rows[0]
    return (rows * rng.uniform(0.5, 2, size=(n, 1))).astype(np.float32)


def cosines(matrix):
    exact = matrix.astype(np.float64)
    size = np.sqrt((exact**2).sum(axis=1, keepdims=True))
    exact = np.divide(exact, size, out=np.zeros_like(exact), where=size > 0)
    return (exact @ exact.T).astype(np.float32)


def greedy(table, threshold, rows=None):
    first, kept = np.arange(len(table)), []
    for row in range(len(table)) if rows is None else rows:
        near = [other for other in kept if table[row, other] >= np.float32(threshold)]
        if near:
            first[row] = near[0]
        else:
            kept.append(row)
    return first


def clear_of(table, threshold):
    """Whether no cosine is so near the threshold that rounding decides."""
    upper = table[np.triu_indices(len(table), 1)]
    return not (np.abs(upper - np.float32(threshold)) < 3e-7).any()


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 400),
    d=st.sampled_from([3, 20, 130, 200]),
    threshold=st.floats(0.5, 0.999),
    seed=st.integers(0, 2**32 - 1),
)
def test_near_duplicates_are_those_of_brute_force(n, d, threshold, seed):
    matrix = crowd(n, d, seed)
    table = cosines(matrix)
    if clear_of(table, threshold):
        assert pairs.duplicates(matrix, threshold).tolist() == greedy(table, threshold).tolist()
        i, j, score = pairs.similar(matrix, threshold)
        a, b = np.nonzero(np.triu(table >= np.float32(threshold), 1))
        assert (i.tolist(), j.tolist()) == (a.tolist(), b.tolist())
        np.testing.assert_allclose(score, table[a, b], atol=2e-7)


@pytest.mark.parametrize("tile", [7, 64])
@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_the_bound_by_principal_axes_and_the_tiles_change_nothing(monkeypatch, tile, spread):
    matrix = crowd(500, 160, 4, spread)
    whole = pairs.duplicates(matrix, 0.9), pairs.similar(matrix, 0.9), pairs.nearest(matrix, 50)
    monkeypatch.setattr(pairs, "TILE", tile)
    monkeypatch.setattr(pairs, "AXES", 16)
    monkeypatch.setattr(pairs, "PASSING", 0.05)
    bounded = pairs.Tiles(matrix, lengths(matrix))
    assert bounded.bounds is not None
    table = cosines(matrix)
    assert (bounded.bounds @ bounded.bounds.T >= table - 1e-4).all()
    assert pairs.duplicates(matrix, 0.9).tolist() == whole[0].tolist()
    for found, expected in ((pairs.similar(matrix, 0.9), whole[1]), (pairs.nearest(matrix, 50), whole[2])):
        for a, b in zip(found, expected, strict=True):
            assert a.tolist() == b.tolist()


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 300), k=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
def test_the_nearest_pairs_are_those_of_brute_force_and_equal_ones_come_by_row(n, k, seed):
    matrix = crowd(n, 12, seed)
    table = cosines(matrix)
    a, b = np.triu_indices(n, 1)
    i, j, score = pairs.nearest(matrix, k)
    np.testing.assert_allclose(score, np.sort(table[a, b])[::-1][:k], atol=2e-7)
    np.testing.assert_allclose(score, table[i, j], atol=2e-7)
    assert (np.lexsort((j, i, -score)) == np.arange(len(score))).all()
    assert (i < j).all()


def test_at_one_equal_rows_and_multiples_are_duplicates():
    row = np.random.default_rng(0).normal(size=31).astype(np.float32)
    other = np.random.default_rng(1).normal(size=31).astype(np.float32)
    assert pairs.duplicates(np.stack([row, other, row, 4 * row, other]), 1.0).tolist() == [0, 1, 0, 0, 1]


def test_a_chain_of_similar_rows_is_not_one_group():
    """Each row is like the next one, but the last is nothing like the first: it says something of its own."""
    angles = np.radians([0, 15, 30, 45, 60])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert pairs.duplicates(rows, np.cos(np.radians(16))).tolist() == [0, 0, 2, 2, 4]


def test_rows_without_direction_repeat_nothing():
    rows = np.array([[0, 0], [0, 0], [np.nan, 1], [np.nan, 1], [1, 0], [1, 0]], np.float32)
    assert pairs.duplicates(rows, 0.5).tolist() == [0, 1, 2, 3, 4, 4]
    assert [each.tolist() for each in pairs.nearest(rows, 9)] == [[4], [5], [1.0]]


@pytest.mark.parametrize("kind", ["distinct", "all alike"])
def test_near_duplicates_take_little_memory_beside_the_matrix(kind):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(12_000, 128)).astype(np.float32)  # all cosines would be 576 MB
    if kind == "all alike":
        matrix = matrix[:1] + 0.001 * matrix
    norms = lengths(matrix)
    tracemalloc.start()
    try:
        first = pairs.duplicates(matrix, 0.95, norms=norms)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(set(first.tolist())) == (1 if kind == "all alike" else 12_000)
    assert peak < 200e6


def test_too_many_pairs_are_refused_and_not_held():
    with pytest.raises(OverflowError):
        pairs.similar(np.ones((300, 2), np.float32), 0.9, most=1000)


def test_nothing_repeats_nothing():
    empty = np.empty((0, 5), np.float32)
    assert pairs.duplicates(empty, 0.9).tolist() == []
    assert pairs.nearest(empty, 3)[0].tolist() == []
    assert pairs.similar(empty, 0.9)[2].tolist() == []
