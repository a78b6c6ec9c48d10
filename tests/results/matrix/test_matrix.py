"""A matrix is an array with labels: parts of it, sums of it, copies of it."""

import copy
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rows import Client, matrix

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.results.money import Cost, Usage


def test_a_matrix_is_taken_as_an_array_of_float32():
    E = vn.EmbeddingMatrix([[3, 4], [0, 1]])
    assert np.asarray(E) is E.array
    assert E.array.dtype == np.float32
    assert np.array(E) is not E.array
    assert np.asarray(E, dtype=np.float64).dtype == np.float64
    assert np.linalg.norm(E, axis=1).tolist() == [5.0, 1.0]
    assert (E.shape, E.dims, len(E), E.norms.tolist()) == ((2, 2), 2, 2, [5.0, 1.0])
    assert E[1].tolist() == [0.0, 1.0]
    assert [row.tolist() for row in E] == [[3, 4], [0, 1]]
    with pytest.raises(ValueError, match="copy"):
        E.__array__(np.float64, copy=False)


def test_an_array_that_fits_is_not_copied_and_cannot_be_changed_through_the_matrix():
    array = np.ones((3, 2), np.float32)
    E = EmbeddingMatrix(array)
    assert np.shares_memory(E.array, array)
    with pytest.raises(ValueError, match="read-only"):
        E.array[0] = 2
    assert array.flags.writeable


def test_rows_without_labels_are_counted():
    E = EmbeddingMatrix(np.ones((3, 2)))
    assert "index" not in E.__dict__
    assert E.index.equals(pd.RangeIndex(3))
    assert E.texts is None
    assert E.metadata is None


def test_a_matrix_of_a_list_loads_neither_pandas_nor_matplotlib():
    code = (
        "import sys, numpy as np, venice_nb as vn; E = vn.EmbeddingMatrix(np.eye(3), texts=['a', 'b', 'c']);"
        "E.norms, E[1], len(E), repr(E); E._mimebundle();"
        "print('pandas' in sys.modules, 'matplotlib' in sys.modules, 'faiss' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"array": np.ones(3)}, "array"),
        ({"array": [[1.0, 2.0], [3.0]]}, "array"),
        ({"array": [["a", "b"]]}, "array"),
        ({"array": np.ones((2, 2), complex)}, "array"),
        ({"array": None}, "array"),
        ({"array": np.ones((2, 2)), "texts": ["a"]}, "texts"),
        ({"array": np.ones((2, 2)), "index": [1, 2, 3]}, "index"),
        ({"array": np.ones((1, 2)), "index": ["x"], "metadata": pd.DataFrame({"a": [1]})}, "metadata"),
        ({"array": np.ones((2, 2)), "index": [0, 1], "metadata": pd.DataFrame({"a": [1]})}, "metadata"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_the_array_is_refused(given, field):
    with pytest.raises(InvalidInput) as caught:
        EmbeddingMatrix(**given)
    assert caught.value.field == field


def test_labels_are_those_of_the_metadata_where_none_are_given():
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    assert EmbeddingMatrix(np.ones((2, 2)), metadata=frame).index is frame.index


def test_texts_may_be_a_column_with_any_labels():
    E = EmbeddingMatrix(np.eye(2), texts=pd.Series(["one", "two"], index=[7, 0]))
    assert E.search([0, 1], k=1).texts == ["two"]


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        (slice(1, 5), [1, 2, 3, 4]),
        (slice(None, None, -50), [199, 149, 99, 49]),
        ([3, 1, 3], [3, 1, 3]),
        (np.array([0, -1]), [0, 199]),
        (np.arange(200) == 7, [7]),
        ([], []),
        ("topic == 'nothing'", []),
        ("index == 'r12'", [12]),
    ],
    ids=str,
)
def test_parts_of_a_matrix_are_matrices_with_their_rows(key, rows):
    E = matrix()
    part = E[key]
    places = [row % 200 for row in rows]
    assert part.array.tolist() == E.array[places].tolist()
    assert part.index.tolist() == [f"r{row}" for row in places]
    assert list(part.texts) == [E.texts[row] for row in places]
    assert part.metadata.equals(E.metadata.iloc[places])
    assert part.model == "m"
    assert (part.cost, part.usage, part.errors) == (Cost(), Usage(), ()), "the bill stays with the whole"


def test_a_series_of_true_and_false_is_aligned_by_its_labels():
    E = matrix()
    mask = E.metadata["year"].iloc[::-1] == 2003
    assert E[mask].metadata["year"].unique().tolist() == [2003]
    longer = pd.concat([mask, pd.Series({"left out": True})])
    assert E[longer].index.equals(E[mask].index)
    with pytest.raises(InvalidInput, match="labels"):
        E[mask.iloc[:10]]


def test_numbers_are_found_as_in_an_array():
    E = matrix()
    assert E[3, 0] == E.array[3, 0]
    assert E[:, 1].tolist() == E.array[:, 1].tolist()


def test_rows_are_found_by_label():
    E = matrix()
    assert E.loc["r5"].tolist() == E[5].tolist()
    assert E.loc[["r5", "r2"]].index.tolist() == ["r5", "r2"]
    assert E.loc["r5":"r7"].index.tolist() == ["r5", "r6", "r7"]
    with pytest.raises(KeyError):
        E.loc["nobody"]


def test_a_row_that_is_not_there_is_refused():
    with pytest.raises(InvalidInput, match="matrix of 200"):
        matrix().take([1, 200])
    with pytest.raises(IndexError):
        matrix()[200]


@pytest.mark.parametrize("positions", [[1.7], [True, False, True], ["r1"]], ids=["float", "mask", "label"])
def test_positions_are_whole_numbers(positions):
    with pytest.raises(InvalidInput, match=r"E\.loc") as caught:
        matrix(n=3).take(positions)
    assert caught.value.field == "positions"


def test_a_pandas_index_of_labels_is_not_taken_for_positions():
    E = EmbeddingMatrix(np.eye(3), index=[2, 1, 0])
    with pytest.raises(InvalidInput, match=r"E\.loc"):
        E[pd.Index([0, 1])]
    assert E[pd.Index([True, False, True])].index.tolist() == [2, 0]


def test_a_part_in_one_piece_shares_the_memory_of_the_whole():
    E = matrix()
    assert np.shares_memory(E[20:40].array, E.array)


def test_a_sum_is_both_below_each_other_with_both_bills():
    E = matrix()
    both = E[:3] + E[10:12]
    assert both.index.tolist() == ["r0", "r1", "r2", "r10", "r11"]
    assert both.texts == [*E.texts[:3], *E.texts[10:12]]
    assert both.metadata.equals(E.metadata.iloc[[0, 1, 2, 10, 11]])
    whole = vn.EmbeddingMatrix.concat([E, E, E])
    assert (len(whole), whole.usage.total_tokens, whole.errors) == (600, 1500, E.errors * 3)
    assert whole.cost.usd == pytest.approx(0.03)


def test_lists_below_each_other_are_counted_anew():
    a, b = (EmbeddingMatrix(np.ones((2, 3)), texts=list(texts)) for texts in ("ab", "cd"))
    assert (a + b).index.tolist() == [0, 1, 2, 3]
    assert (a + EmbeddingMatrix(np.ones((1, 3)))).texts is None


@pytest.mark.parametrize(
    ("change", "field"), [({"model": "other"}, "model"), ({"array": np.ones((200, 8))}, "dims")]
)
def test_different_models_or_dims_never_mix(change, field):
    with pytest.raises(InvalidInput, match="do not belong in one matrix") as caught:
        matrix() + replace(matrix(), **change)
    assert caught.value.field == field


def test_what_is_no_matrix_is_told_when_matrices_are_joined():
    E = matrix(n=2)
    with pytest.raises(InvalidInput, match="parts holds a ndarray"):
        EmbeddingMatrix.concat([E, E.array])
    with pytest.raises(InvalidInput, match="no matrices"):
        EmbeddingMatrix.concat([])


def test_only_matrices_are_added():
    with pytest.raises(TypeError):
        matrix() + 1
    with pytest.raises(InvalidInput):
        vn.EmbeddingMatrix.concat([])


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy], ids=lambda way: way.__name__)
def test_a_copy_keeps_the_client_and_cannot_be_written_to(way):
    v = vn.Venice.sandbox()
    E = way(v.embed(["a gondola", "a canal"]))
    assert E.search("a gondola", k=1).texts == ["a gondola"]
    with pytest.raises(ValueError, match="read-only"):
        E.array[0, 0] = 1


def test_a_pickle_leaves_the_client_behind():
    E = vn.Venice.sandbox().embed(pd.DataFrame({"text": ["a gondola", "a canal"], "year": [1, 2]}))
    _ = E.norms
    again = pickle.loads(pickle.dumps(E))
    assert again.actions is None
    assert again.array.tolist() == E.array.tolist()
    assert again.metadata.equals(E.metadata)
    assert not [name for name in again.__dict__ if name.startswith("_")]
    assert not again.array.flags.writeable


def test_a_matrix_with_another_client_is_the_same_matrix():
    E, client = matrix(), Client()
    assert E.owned(client).actions is client
    assert E.actions is None
    assert E.owned(client).array is E.array


def test_as_a_frame_there_is_a_column_for_each_number():
    E = matrix()
    frame = E.to_frame()
    assert frame.shape == (200, 16)
    assert frame.index.equals(E.index)
    frame.iloc[0, 0] = 9
    assert E.array[0, 0] != 9
    assert E.to_dict() == {
        "model": "m",
        "shape": [200, 16],
        "usage": E.usage.to_dict(),
        "cost": {"usd": 0.01, "source": "priced"},
        "created": "2026-05-01",
        "left_out": 1,
    }
