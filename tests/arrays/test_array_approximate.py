"""The approximate index: exact scores, a recall that was measured, and never a row that is masked."""

import numpy as np
import pytest

from venice_nb.arrays.approximate import approximate
from venice_nb.arrays.search import search

pytest.importorskip("faiss", reason="the extra ann is not installed")


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    weight = np.arange(1, 49) ** -0.5  # axes that tell unequally much, as in embeddings
    centres = rng.normal(size=(40, 48))
    made = (centres[rng.integers(40, size=6000)] + 0.6 * rng.normal(size=(6000, 48))) * weight + 0.3
    made[5] = np.nan
    made[6] = 0
    return made.astype(np.float32)


@pytest.fixture(scope="module")
def index(rows):
    return approximate(rows, recall=0.99)


def test_the_recall_that_was_asked_for_is_reached_on_other_queries(rows, index):
    queries = rows[100:160] + np.float32(0.05)
    exact, near = search(rows, queries, 10), index.search(queries, 10)
    found = np.mean([np.isin(a, b).mean() for (a, _), (b, _) in zip(exact, near, strict=True)])
    assert index.recall >= 0.99
    assert found >= 0.97
    assert index.rescored < len(rows) / 4


def test_what_is_found_has_its_exact_score_best_first(rows, index):
    for (positions, scores), query in zip(index.search(rows[10:15], 8), rows[10:15], strict=True):
        alone = [search(rows[each][None], query[None], 1)[0][1][0] for each in positions]
        assert scores.tolist() == alone
        assert (np.lexsort((positions, -scores)) == np.arange(8)).all()


def test_rows_outside_the_mask_and_with_nan_are_never_found(rows, index):
    mask = np.arange(len(rows)) % 7 == 5
    for positions, scores in index.search(rows[:4] * 0 + 1, 2000, mask=mask, min_score=0.0):
        assert mask[positions].all()
        assert 5 not in positions
        assert (scores >= 0).all()


def test_the_same_rows_give_the_same_index(rows, index):
    again = approximate(rows, recall=0.99)
    assert (again.recall, again.rescored) == (index.recall, index.rescored)
