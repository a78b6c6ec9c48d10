"""Vectors behave like an array and tell what they cost."""

import pickle

import numpy as np
import pytest

from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage
from venice_nb.results.vectors import Vectors

ARRAY = np.array([[3.0, 4.0], [0.0, 1.0]], dtype=np.float32)


def vectors(array=ARRAY, **more):
    return Vectors(array, model="m", usage=Usage(10, 0, 10), cost=Cost(0.01, "priced"), elapsed=1.0, **more)


def test_vectors_are_taken_as_an_array():
    found = vectors()
    assert np.asarray(found) is ARRAY
    assert np.array(found) is not ARRAY
    assert np.asarray(found, dtype=np.float64).dtype == np.float64
    assert np.linalg.norm(found, axis=1).tolist() == [5.0, 1.0]
    assert (found.shape, found.dims, len(found)) == ((2, 2), 2, 2)
    assert found[1].tolist() == [0.0, 1.0]
    assert found[:1].shape == (1, 2)
    assert [row.tolist() for row in found] == ARRAY.tolist()


def test_an_impossible_array_without_a_copy_is_refused():
    with pytest.raises(ValueError, match="copy"):
        vectors().__array__(np.float64, copy=False)


def test_parts_are_put_below_each_other_and_their_costs_added():
    both = Vectors.concat([vectors(), vectors(ARRAY[:1])])
    assert both.array.tolist() == [[3.0, 4.0], [0.0, 1.0], [3.0, 4.0]]
    assert (both.usage, both.cost, both.elapsed) == (Usage(20, 0, 20), Cost(0.02, "priced"), 2.0)
    with pytest.raises(ValueError, match="dimension"):
        Vectors.concat([vectors(), vectors(np.zeros((1, 3), np.float32))])


def test_vectors_as_text_and_as_a_card():
    shown = vectors()._mimebundle()
    assert shown["text/plain"] == (
        "2 vectors of 2 numbers, float32\n  model: m\n  length of rows: 1.000 to 5.000\n"
        "  tokens: 10\n  cost: $0.01 priced\n  time: 1.0 s"
    )
    for fact in ("2 vectors of 2 numbers, float32", "1.000 to 5.000", "$0.01 priced"):
        assert fact in shown["text/html"]
    assert repr(vectors()) == "<Vectors 2 x 2 float32, m>"


def test_in_static_mode_the_time_is_left_out(monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    assert "time" not in vectors()._mimebundle()["text/plain"]


def test_vectors_can_be_saved_framed_and_pickled(tmp_path):
    found = vectors(headers=Headers({"cf-ray": "r"}))
    assert np.load(found.save(tmp_path / "v.npy")).tolist() == ARRAY.tolist()
    assert found.to_frame(index=["a", "b"]).loc["a"].tolist() == [3.0, 4.0]
    assert found.to_dict()["vectors"] == ARRAY.tolist()
    assert pickle.loads(pickle.dumps(found)).array.tolist() == ARRAY.tolist()
    assert found.request_id == "r"


def test_no_vectors_are_shown_as_none():
    assert "0 vectors" in vectors(np.empty((0, 4), np.float32))._mimebundle()["text/plain"]
