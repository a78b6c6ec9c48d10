"""Exact search finds what brute force finds, and orders what is equal by row."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venice_nb.arrays import search as searching
from venice_nb.arrays.rows import cosines, lengths
from venice_nb.arrays.search import search


def brute(matrix, queries, k, allowed=None):
    """Positions and scores by scikit-learn, in float64, ties by row."""
    from sklearn.metrics.pairwise import cosine_similarity

    scores = cosine_similarity(queries.astype(np.float64), matrix.astype(np.float64)).astype(np.float32)
    rows = np.arange(len(matrix)) if allowed is None else np.flatnonzero(allowed)
    best = []
    for line in scores:
        order = rows[np.lexsort((rows, -line[rows]))][:k]
        best.append((order, line[order]))
    return best


def same(found, expected):
    for (positions, scores), (places, values) in zip(found, expected, strict=True):
        assert positions.dtype == np.int64
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, values, atol=2e-7)
        distinct = np.abs(np.diff(values)) > 2e-7
        if distinct.all():
            np.testing.assert_array_equal(positions[:-1], places[:-1])
        assert (np.lexsort((positions, -scores)) == np.arange(len(scores))).all()


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 3000),
    d=st.integers(1, 40),
    q=st.integers(1, 5),
    k=st.integers(1, 50),
    seed=st.integers(0, 2**32 - 1),
)
def test_random_data_gives_what_scikit_learn_gives(n, d, q, k, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, d)).astype(np.float32)
    queries = rng.normal(size=(q, d)).astype(np.float32)
    same(search(matrix, queries, k), brute(matrix, queries, k))


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 2000),
    kinds=st.integers(1, 6),
    k=st.integers(1, 300),
    seed=st.integers(0, 2**32 - 1),
)
def test_equal_rows_have_equal_scores_and_come_in_their_order(n, kinds, k, seed):
    """A plain matrix product gives equal rows different last digits, as it cuts them into other blocks."""
    rng = np.random.default_rng(seed)
    patterns = rng.normal(size=(kinds, 33)).astype(np.float32)
    which = rng.integers(kinds, size=n)
    matrix = patterns[which] * 2.0 ** rng.integers(-3, 4, size=(n, 1)).astype(np.float32)
    ((positions, scores),) = search(matrix, patterns[:1], k)
    ((expected, values),) = brute(matrix, patterns[:1], k)
    np.testing.assert_array_equal(positions, expected)
    np.testing.assert_allclose(scores, values, atol=1e-7)
    assert len(set(scores.tolist())) <= kinds


@pytest.mark.parametrize("share", [0.9, 0.5, 0.01, 0.0])
def test_rows_outside_the_mask_are_never_found(share):
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(5000, 12)).astype(np.float32)
    mask = rng.random(5000) < share
    queries = matrix[:3]
    found = search(matrix, queries, 20, mask=mask)
    same(found, brute(matrix, queries, 20, mask))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05])
@pytest.mark.parametrize(("scores", "group", "pending"), [(64, 8, 16), (1000, 512, 1 << 20), (7, 1, 1)])
def test_the_result_does_not_depend_on_the_blocks(monkeypatch, share, scores, group, pending):
    rng = np.random.default_rng(5)
    matrix = rng.integers(-1, 2, size=(3001, 6)).astype(np.float32)  # full of ties, and rows of zeros
    queries = rng.normal(size=(4, 6)).astype(np.float32)
    mask = rng.random(3001) <= share
    whole = search(matrix, queries, 40, mask=mask)
    monkeypatch.setattr(searching, "SCORES", scores)
    monkeypatch.setattr(searching, "GROUP", group)
    monkeypatch.setattr(searching, "PENDING", pending)
    monkeypatch.setattr(searching, "QUERIES", 3)
    for (a, b), (c, d) in zip(search(matrix, queries, 40, mask=mask), whole, strict=True):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)


def test_rows_of_zeros_score_zero_and_rows_with_nan_or_infinity_are_never_found():
    matrix = np.array([[0, 0], [np.nan, 1], [-1, 0], [np.inf, 0], [1, 1]], np.float32)
    ((positions, scores),) = search(matrix, np.array([[1, 0]], np.float32), 5)
    assert positions.tolist() == [4, 0, 2]
    np.testing.assert_allclose(scores, [0.5**0.5, 0, -1], rtol=1e-6)


@pytest.mark.parametrize("length", [1e-25, 1e-3, 1.0, 1e15, 1e25])
def test_the_length_of_a_row_does_not_matter(length):
    rng = np.random.default_rng(7)
    matrix = rng.normal(size=(700, 24)).astype(np.float32)
    long = matrix.copy()
    long[::3] *= np.float32(length)
    ((positions, _),) = search(matrix, matrix[:1], 30)
    ((others, scores),) = search(long, matrix[:1], 30)
    assert positions.tolist() == others.tolist()
    assert scores[0] == 1


def test_a_least_score_is_compared_as_float32():
    matrix = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    ((positions, scores),) = search(matrix, np.array([[1, 0]], np.float32), 3, min_score=0.6)
    assert positions.tolist() == [0, 1]
    assert scores[1] == np.float32(0.6)


def test_a_row_finds_itself_at_exactly_one():
    matrix = np.random.default_rng(0).normal(size=(300, 77)).astype(np.float32)
    for row, (positions, scores) in enumerate(search(matrix, matrix, 1)):
        assert (positions[0], scores[0]) == (row, 1)


def test_a_mapped_file_is_searched_like_memory(tmp_path):
    matrix = np.random.default_rng(0).normal(size=(500, 16)).astype(np.float32)
    np.save(tmp_path / "m.npy", matrix)
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    for (a, b), (c, d) in zip(search(mapped, matrix[:2], 9), search(matrix, matrix[:2], 9), strict=True):
        assert (a.tolist(), b.tolist()) == (c.tolist(), d.tolist())


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("q", [1, 64])
def test_memory_stays_small_whatever_is_searched(tied, q):
    """64 queries against 200,000 rows are 51 MB of scores; where all are tied, each is a candidate."""
    rng = np.random.default_rng(1)
    matrix = np.ones((200_000, 4), np.float32) if tied else rng.normal(size=(200_000, 4)).astype(np.float32)
    queries = rng.normal(size=(q, 4)).astype(np.float32)
    norms = lengths(matrix)
    tracemalloc.start()
    try:
        found = search(matrix, queries[: 1 if tied else q], 10, norms=norms)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if tied:
        assert found[0][0].tolist() == list(range(10))
    assert peak < 40e6


def test_nothing_is_found_among_nothing():
    assert search(np.empty((0, 3), np.float32), np.ones((2, 3), np.float32), 5)[1][0].tolist() == []


def test_lengths_are_right_where_float32_cannot_square():
    rows = np.array([[3, 4], [3e25, 4e25], [3e-25, 4e-25], [0, 0], [np.nan, 1], [np.inf, 1]], np.float32)
    np.testing.assert_allclose(lengths(rows), [5, 5e25, 5e-25, 0, np.nan, np.nan], rtol=1e-6)


def test_cosines_of_equal_rows_are_equal_wherever_they_stand():
    row = np.random.default_rng(2).normal(size=(1, 129)).astype(np.float32)
    matrix = np.repeat(row, 1000, axis=0)
    other = np.random.default_rng(3).normal(size=(1, 129)).astype(np.float32)
    found = cosines(matrix, np.arange(1000), other, np.zeros(1000, np.int64))
    assert len(set(found.tolist())) == 1
