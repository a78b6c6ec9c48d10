"""Similarities, near-duplicates, nearest pairs, clusters and outliers, with the labels of the rows."""

import asyncio

import numpy as np
import pandas as pd
import pytest
from rows import TOPICS, AsyncClient, Client, grouped, matrix, vector

from venice_nb.errors import InvalidInput
from venice_nb.results.matrix import relations
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.results.vectors import Vectors


def copied():
    """A matrix whose rows r10 and r20 say what r3 says."""
    E, array = matrix(), grouped()[0]
    array[10], array[20] = array[3] * 2, array[3]
    return EmbeddingMatrix(array, index=E.index, texts=E.texts, metadata=E.metadata, model="m")


def test_similarity_is_what_scikit_learn_says_with_labels():
    from sklearn.metrics.pairwise import cosine_similarity

    E = matrix()
    found = E.similarity()
    np.testing.assert_allclose(found, cosine_similarity(E.array), atol=1e-6)
    assert found.index.equals(E.index)
    assert found.columns.equals(E.index)
    assert set(found.dtypes) == {np.dtype("float32")}
    other = E.similarity(E[5:8])
    assert other.columns.tolist() == ["r5", "r6", "r7"]
    np.testing.assert_allclose(other, found.iloc[:, 5:8], atol=1e-6)
    assert E.similarity(E[5]).shape == (200, 1)


def test_rows_of_any_length_have_the_cosines_of_their_directions():
    E = EmbeddingMatrix([[1e25, 0], [1e-25, 0], [0, 3], [0, 0], [np.nan, 1]])
    found = E.similarity().to_numpy()
    assert found[:4, :4].tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert np.isnan(found[4]).all()
    assert E.similarity([0, 1e20])[0].tolist()[:4] == [0, 0, 1, 0]


def test_a_table_of_cosines_that_is_too_large_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(relations, "MOST", 10_000)
    with pytest.raises(InvalidInput, match="200 x 200") as caught:
        matrix().similarity()
    assert "E.search" in caught.value.do


def test_similarity_with_texts_asks_the_client_and_names_the_columns_by_them():
    E = matrix(actions=Client())
    assert E.similarity("law").columns.tolist() == ["law"]
    found = E.similarity(["law", "tax"])
    assert found.columns.tolist() == ["law", "tax"]
    assert np.allclose(found["law"], E.similarity([vector("law").tolist()])[0])
    again = matrix(actions=AsyncClient())
    assert asyncio.run(awaited(again.similarity("law"))).equals(E.similarity("law"))


async def awaited(what):
    return await what


@pytest.mark.parametrize(
    "other", ["law", [[1.0, 2.0], [3.0]], object(), [["a"] * 16]], ids=["text", "ragged", "object", "texts"]
)
def test_what_cannot_be_compared_is_refused(other):
    with pytest.raises(InvalidInput) as caught:
        matrix().similarity(other)
    assert caught.value.field == "query"


def test_vectors_of_another_model_or_width_are_not_compared():
    with pytest.raises(InvalidInput, match="another"):
        matrix().similarity(Vectors(np.ones((1, 16), np.float32), model="another"))
    with pytest.raises(InvalidInput, match="16 numbers"):
        matrix().similarity(np.ones((1, 15)))


def test_near_duplicates_say_which_rows_to_keep_and_whom_the_others_repeat():
    E = copied()
    found = E.dedup(0.999)
    assert found.keep.index.equals(E.index)
    assert found.keep[~found.keep].index.tolist() == ["r10", "r20"]
    assert found.groups[["r3", "r10", "r20", "r4"]].tolist() == ["r3", "r3", "r3", "r4"]
    assert len(found.kept) == 198
    assert E.metadata[found.keep].index.equals(found.kept.index)
    assert found.to_frame().to_dict("list") == {
        "label": ["r10", "r20"],
        "repeats": ["r3", "r3"],
        "score": [1.0, 1.0],
        "text": [E.texts[10], E.texts[20]],
        "repeated_text": [E.texts[3]] * 2,
    }
    assert "198 of 200 rows to keep; 2 repeat an earlier one at a cosine of 0.999 or more" in repr(found)


def test_near_duplicates_are_drawn_escaped_with_the_same_in_both_forms():
    E = EmbeddingMatrix(np.ones((2, 3)), texts=["<b>one</b>", "<i>two</i>\x1b[2J"])
    shown = E.dedup()._mimebundle()
    assert "&lt;b&gt;one" in shown["text/html"]
    assert "<b>one" not in shown["text/html"]
    assert "\x1b" not in shown["text/plain"]
    for fact in ("1 of 2 rows to keep; 1 repeats", "1.000"):
        assert fact in shown["text/html"]
        assert fact in shown["text/plain"]


@pytest.mark.parametrize("threshold", [0, -0.5, 1.01, None, "0.9", float("nan"), True])
def test_a_threshold_that_is_no_cosine_above_zero_is_refused(threshold):
    with pytest.raises(InvalidInput) as caught:
        matrix().dedup(threshold)
    assert caught.value.field == "threshold"


def test_the_nearest_pairs_are_labelled_best_first():
    E = copied()
    found = E.nearest_pairs(5)
    assert found.loc[:2, ["label_a", "label_b"]].to_numpy().tolist() == [
        ["r3", "r10"],
        ["r3", "r20"],
        ["r10", "r20"],
    ]
    assert found["text_a"][0] == E.texts[3]
    assert found["score"].is_monotonic_decreasing
    assert len(found) == 5
    assert list(EmbeddingMatrix(np.eye(3)).nearest_pairs(9).columns) == ["score", "label_a", "label_b"]


def test_clusters_align_with_the_frame_of_the_rows():
    E = matrix()
    frame = E.metadata.iloc[::-1].copy()
    frame["cluster"] = E.cluster(4)
    assert pd.crosstab(frame["topic"], frame["cluster"]).gt(0).sum(axis=1).tolist() == [1] * len(TOPICS)
    sizes = E.cluster(4).value_counts()
    assert sizes.index.tolist() == [0, 1, 2, 3]
    assert E.cluster(4).name == "cluster"
    assert E.cluster(4).equals(E.cluster(4))


@pytest.mark.parametrize(
    ("options", "field"), [({"k": 201}, "k"), ({"k": 0}, "k"), ({"k": 2, "seed": -1}, "seed")]
)
def test_an_impossible_number_of_clusters_is_refused(options, field):
    with pytest.raises(InvalidInput) as caught:
        matrix().cluster(**options)
    assert caught.value.field == field


def test_outliers_are_the_rows_unlike_all_others_strangest_first():
    array, _ = grouped()
    odd = np.linalg.qr(np.random.default_rng(0).normal(size=(16, 16)))[0]
    array[[17, 90]] = odd[[14, 15]]
    E = EmbeddingMatrix(array, index=matrix().index, texts=matrix().texts)
    found = E.outliers(2)
    assert set(found.index) == {"r17", "r90"}
    assert found["closeness"].is_monotonic_increasing
    assert list(found.columns) == ["closeness", "text"]
    assert len(E.outliers(0.05)) == 10
    assert len(E.outliers(0.001)) == 1  # a share of a small matrix is never nothing
    assert len(E.outliers(1000)) == 200
    with pytest.raises(InvalidInput):
        E.outliers(0)
    with pytest.raises(InvalidInput, match=r"k is 1\.5") as told:
        E.outliers(1.5)
    assert "a share between 0 and 1" in told.value.allowed


def test_similarity_with_a_vector_or_a_frame_has_the_labels_of_rows():
    E = matrix()
    assert E.similarity(pd.Series(E[0])).columns.tolist() == [0]
    assert E.similarity(pd.DataFrame(E[:2].array, index=["x", "y"])).columns.tolist() == ["x", "y"]
    texts = pd.Series(["law", "tax"], index=[7, 8])
    assert matrix(actions=Client()).similarity(texts).columns.tolist() == [7, 8]
