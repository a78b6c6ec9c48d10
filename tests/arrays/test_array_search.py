"""Exact search finds what brute force finds, and orders what is equal by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
