"""Measures of rankings, held against values worked out by hand and against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from venice_nb.rag.metrics import dcg, ndcg, recall, reciprocal_rank


@pytest.mark.parametrize(("found", "wanted", "value"), [(0, 2, 0.0), (1, 2, 0.5), (2, 2, 1.0)])
def test_recall_is_the_share_of_what_was_wanted(found, wanted, value):
    assert recall(found, wanted) == value


def test_nothing_wanted_has_no_recall():
    assert math.isnan(recall(0, 0))
    assert math.isnan(ndcg([0, 0], [0, 0], 2))


@pytest.mark.parametrize(("grades", "value"), [([1, 0], 1.0), ([0, 0, 2], 1 / 3), ([0, 0], 0.0), ([], 0.0)])
def test_the_reciprocal_rank_is_that_of_the_first_right_one(grades, value):
    assert reciprocal_rank(grades) == value


def test_ndcg_by_hand():
    # grades 3, 2, 3, 0, 1, 2 and the best order 3, 3, 3, 2, 2, 2 of everything there is
    grades = [3, 2, 3, 0, 1, 2]
    gain = 3 + 2 / math.log2(3) + 3 / 2 + 1 / math.log2(6) + 2 / math.log2(7)
    best = 3 + 3 / math.log2(3) + 3 / 2 + 2 / math.log2(5) + 2 / math.log2(6) + 2 / math.log2(7)
    assert dcg(grades) == pytest.approx(gain)
    assert ndcg(grades, [3, 2, 3, 0, 1, 2, 3, 2], 6) == pytest.approx(gain / best)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(1, 30), st.randoms())
def test_ndcg_is_that_of_scikit_learn_for_any_grades(grades, k, random):
    if not any(grades):
        return
    order = list(range(len(grades)))
    random.shuffle(order)
    scores = np.zeros(len(grades))
    scores[order] = np.arange(len(grades), 0, -1)  # no ties, which scikit-learn averages
    ranked = [grades[place] for place in order]
    assert ndcg(ranked, grades, k) == pytest.approx(ndcg_score([grades], [scores], k=k))


@given(st.lists(st.booleans(), min_size=2, max_size=30), st.integers(1, 30))
def test_the_binary_form_is_that_of_scikit_learn_too(right, k):
    if not any(right):
        return
    grades = [float(each) for each in right]
    scores = np.arange(len(grades), 0, -1)
    assert ndcg(grades, grades, k) == pytest.approx(ndcg_score([right], [scores], k=k))
