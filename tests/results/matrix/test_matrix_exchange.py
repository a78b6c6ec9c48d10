"""A matrix moves to Parquet and LanceDB, and comes back bit by bit."""

import os
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from rows import matrix

from venice_nb.errors import InvalidInput, VeniceError
from venice_nb.results.matrix.exchange import complete
from venice_nb.results.matrix.matrix import EmbeddingMatrix

pytest.importorskip("pyarrow", reason="the extra parquet is not installed")


def same(again, E):
    assert again.array.tobytes() == E.array.tobytes()
    assert again.model == E.model
    assert again.created == E.created
    assert again.index.tolist() == E.index.tolist()
    assert (again.texts is None) == (E.texts is None)
    assert E.texts is None or list(again.texts) == list(E.texts)
    if E.metadata is not None:
        pd.testing.assert_frame_equal(again.metadata, E.metadata, check_freq=False)


def kinds():
    E = matrix(n=50)
    yield E
    yield EmbeddingMatrix(E.array)
    yield EmbeddingMatrix(E.array, texts=E.texts, model="m")
    days = pd.date_range("2026-01-01", periods=50, tz="Europe/Rome", name="day")
    odd = pd.DataFrame(
        {"kind": pd.Categorical(list("ab") * 25), "n": pd.array([1, None] * 25, dtype="Int64")}, days
    )
    yield EmbeddingMatrix(E.array, index=days, metadata=odd, texts=E.texts)
    yield E[:0]


@pytest.mark.parametrize("number", range(5))
def test_parquet_comes_back(number, tmp_path):
    E = list(kinds())[number]
    same(EmbeddingMatrix.from_parquet(E.to_parquet(tmp_path / "m.parquet")), E)


@pytest.mark.parametrize("number", range(4))
def test_lance_comes_back(number, tmp_path):
    pytest.importorskip("lancedb", reason="the extra lance is not installed")
    E = list(kinds())[number]
    table = E.to_lance(tmp_path / "base", "rows")
    assert table.count_rows() == 50
    same(EmbeddingMatrix.from_lance(tmp_path / "base", "rows"), E)


def test_vectors_are_a_list_of_fixed_size_that_others_read(tmp_path):
    import pyarrow.parquet as pq

    E = matrix(n=20)
    table = pq.read_table(E.to_parquet(tmp_path / "m.parquet"))
    assert str(table.schema.field("vector").type).startswith("fixed_size_list<")
    assert table.schema.field("vector").type.list_size == 16
    assert table.column("text").to_pylist() == E.texts
    frame = pd.read_parquet(tmp_path / "m.parquet")
    assert np.stack(frame["vector"]).tobytes() == E.array.tobytes()
    assert frame.index.equals(E.index)


def test_a_table_of_lance_is_searched_by_lance(tmp_path):
    pytest.importorskip("lancedb", reason="the extra lance is not installed")
    E = matrix()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what LanceDB itself leaves behind
        found = E.to_lance(tmp_path / "base").search(E[7]).metric("cosine").limit(3).to_list()
    assert [row["text"] for row in found] == E.search(E[7], k=3).texts


def test_texts_are_never_lost_to_a_column_of_the_same_name(tmp_path):
    frame = pd.DataFrame({"text": ["body 0", "body 1"]})
    with pytest.raises(InvalidInput, match="column 'text'"):
        EmbeddingMatrix(np.eye(2), texts=["a", "b"], metadata=frame).to_parquet(tmp_path / "m.parquet")
    E = EmbeddingMatrix(np.eye(2), texts=["body 0", "body 1"], metadata=frame)
    assert EmbeddingMatrix.from_parquet(E.to_parquet(tmp_path / "m.parquet")).texts == E.texts


def test_a_stranger_s_table_is_read_when_it_has_vectors(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    vectors = pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float64(), 2))
    pq.write_table(pa.table({"text": ["a", "b"], "vector": vectors}), tmp_path / "t.parquet")
    E = EmbeddingMatrix.from_parquet(tmp_path / "t.parquet", model="theirs")
    assert (E.array.tolist(), E.texts, E.model) == ([[1, 2], [3, 4]], ["a", "b"], "theirs")


def test_columns_without_a_head_and_labels_of_any_name_go_into_parquet(tmp_path):
    frame = pd.DataFrame({5: [1, 2]}, index=pd.Index(["x", "y"], name=("a", 1)))
    E = EmbeddingMatrix(np.eye(2), texts=["a", "b"], metadata=frame)
    again = EmbeddingMatrix.from_parquet(E.to_parquet(tmp_path / "m.parquet"))
    assert again.metadata.columns.tolist() == ["5"]
    assert again.index.tolist() == ["x", "y"]
    assert frame.columns.tolist() == [5]
    assert frame.index.name == ("a", 1)


def test_two_columns_of_one_name_are_told_as_such(tmp_path):
    E = EmbeddingMatrix(np.eye(2), metadata=pd.DataFrame([[1, 2], [3, 4]], columns=["n", "n"]))
    with pytest.raises(InvalidInput, match="several columns called 'n'"):
        E.to_parquet(tmp_path / "m.parquet")


def test_vectors_that_pandas_wrote_as_lists_are_read_when_all_are_as_long(tmp_path):
    frame = pd.DataFrame({"text": ["a", "b"], "vector": [np.ones(3), np.zeros(3)]}, index=["x", "y"])
    frame.to_parquet(tmp_path / "t.parquet")
    E = EmbeddingMatrix.from_parquet(tmp_path / "t.parquet")
    assert E.array.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert E.index.tolist() == ["x", "y"]


@pytest.mark.parametrize("kind", ["no vectors", "ragged", "texts", "missing", "no parquet"])
def test_what_holds_no_matrix_is_refused(kind, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    fixed = pa.list_(pa.float32(), 2)
    columns = {
        "no vectors": {"a": [1, 2]},
        "ragged": {"vector": [[1.0], [1.0, 2.0]]},
        "texts": {"vector": ["a", "b"]},
        "missing": {"vector": pa.array([[1.0, 2.0], None], fixed)},
    }
    if kind in columns:
        pq.write_table(pa.table(columns[kind]), path)
    else:
        path.write_text("hello")
    with pytest.raises(InvalidInput):
        EmbeddingMatrix.from_parquet(path)


def test_nothing_is_replaced_unasked(tmp_path):
    pytest.importorskip("lancedb", reason="the extra lance is not installed")
    E = matrix(n=5)
    E.to_parquet(tmp_path / "m.parquet")
    E.to_lance(tmp_path / "base")
    with pytest.raises(InvalidInput, match="exists"):
        E[:2].to_parquet(tmp_path / "m.parquet")
    with pytest.raises(InvalidInput, match="exists"):
        E[:2].to_lance(tmp_path / "base")
    E[:2].to_parquet(tmp_path / "m.parquet", overwrite=True)
    E[:2].to_lance(tmp_path / "base", overwrite=True)
    assert len(EmbeddingMatrix.from_parquet(tmp_path / "m.parquet")) == 2
    assert len(EmbeddingMatrix.from_lance(tmp_path / "base")) == 2
    with pytest.raises(InvalidInput, match="table"):
        EmbeddingMatrix.from_lance(tmp_path / "base", "another")


def test_rows_with_nan_are_told_before_lance_is(tmp_path):
    pytest.importorskip("lancedb", reason="the extra lance is not installed")
    array = np.ones((3, 2), np.float32)
    array[1, 0] = np.nan
    with pytest.raises(InvalidInput, match=r"1 rows? hold"):
        EmbeddingMatrix(array).to_lance(tmp_path / "base")


def test_columns_that_arrow_cannot_hold_are_told(tmp_path):
    frame = pd.DataFrame({"odd": pd.Series([1, "a", None], dtype=object)})
    with pytest.raises(InvalidInput, match="metadata"):
        EmbeddingMatrix(np.ones((3, 2)), metadata=frame).to_parquet(tmp_path / "m.parquet")
    named = pd.DataFrame({"vector": [1, 2, 3]})
    with pytest.raises(InvalidInput, match="vector"):
        EmbeddingMatrix(np.ones((3, 2)), metadata=named).to_parquet(tmp_path / "m.parquet")
    assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("pyarrow", "to_parquet"),
        ("pyarrow", "to_lance"),
        ("lancedb", "to_lance"),
        ("faiss", "approximate"),
        ("umap", "umap"),
    ],
)
def test_without_its_extra_each_says_what_to_install(monkeypatch, tmp_path, library, call):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, f"{library}.parquet", None)
    E = matrix()
    calls = {
        "to_parquet": lambda: E.to_parquet(tmp_path / "m.parquet"),
        "to_lance": lambda: E.to_lance(tmp_path / "base"),
        "approximate": E.approximate,
        "umap": lambda: E.project(method="umap"),
    }
    with pytest.raises(InvalidInput, match="not installed") as caught:
        calls[call]()
    extra = {"to_parquet": "parquet", "to_lance": "lance", "approximate": "ann", "umap": "umap"}[call]
    assert f'pip install "venice-nb[{extra}]"' in caught.value.do


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_no_parquet_file_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "m.parquet")
    with pytest.raises(InvalidInput, match="no such file"):
        EmbeddingMatrix.from_parquet(tmp_path / "m.parquet")


def unaligned(numbers):
    """The same numbers at an address that is no multiple of their size, as memory off a wire may be."""
    raw = np.zeros(numbers.nbytes + 1, np.uint8)
    found = raw[1:].view(numbers.dtype)
    found[:] = numbers
    return found


def test_rows_at_odd_addresses_get_into_lance_all_the_same(tmp_path):
    lancedb = pytest.importorskip("lancedb")
    frame = pd.DataFrame(unaligned(np.arange(50)).reshape(-1, 1), columns=["n"], copy=False)
    E = EmbeddingMatrix(np.ones((50, 4)), metadata=frame)
    assert E.to_lance(tmp_path / "base").count_rows() == 50
    again = lancedb.connect(tmp_path / "base").open_table("matrix").to_pandas()
    assert again["n"].tolist() == list(range(50))


def test_a_table_that_lacks_rows_is_no_success():
    class Table:
        def count_rows(self):
            return 3

    assert complete(Table(), 3)
    with pytest.raises(VeniceError, match="took 3 of 4 rows"):
        complete(Table(), 4)
