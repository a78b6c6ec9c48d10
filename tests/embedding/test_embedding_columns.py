"""Rows come out of whatever holds them, with their labels; what has no text is told apart."""

import asyncio
import math
import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import venice_nb as vn
from venice_nb.embedding.column import Source, open_column
from venice_nb.errors import InvalidInput

FRAME = pd.DataFrame(
    {"year": [2019, 2020, 2021], "text": ["a", None, "c"], "score": [0.5, 0.25, 0.125]}, index=["x", "y", "z"]
)


def read_column(data, column=None, **more):
    return open_column(data, column).whole(**more)


@pytest.mark.parametrize(
    "data",
    [
        ["a", "b"],
        ("a", "b"),
        iter(["a", "b"]),
        (text for text in ["a", "b"]),
        np.array(["a", "b"]),
        np.array(["a", "b"], dtype=object),
        [np.str_("a"), np.str_("b")],
        pd.Index(["a", "b"]),
        pd.Series(["a", "b"]),
        pd.Series(["a", "b"], dtype="category"),
        pd.Series(["a", "b"], dtype="string"),
        pd.Series(["a", "b"], dtype=object).array,
        pa.chunked_array([["a"], ["b"]]),
        SimpleNamespace(to_list=lambda: ["a", "b"]),  # what a column of polars has
    ],
    ids=lambda data: type(data).__name__,
)
def test_anything_that_holds_texts_is_read(data):
    read = read_column(data)
    assert read.texts == ["a", "b"]
    assert set(map(type, read.texts)) == {str}
    assert list(read.positions) == [0, 1]


def test_a_single_text_is_one_row():
    assert read_column("a gondola").texts == ["a gondola"]


def test_a_series_keeps_its_labels():
    read = read_column(pd.Series(["a", "b"], index=["x", "y"]))
    assert [read.label(0), read.label(1)] == ["x", "y"]


def test_labels_of_numbers_are_numbers_of_python():
    levels = pd.MultiIndex.from_tuples([("p", 1), ("q", 2)])
    for index, labels in (([7, 8], [7, 8]), (levels, [("p", 1), ("q", 2)])):
        read = read_column(pd.Series(["a", "b"], index=index))
        assert repr([read.label(0), read.label(1)]) == repr(labels)


def test_a_list_has_no_labels_but_its_places():
    read = read_column(["a", "", "b"])
    assert read.index is None
    assert [read.row_label(row) for row in range(2)] == [0, 2]


@pytest.mark.parametrize("column", ["text", None])
def test_a_frame_gives_its_texts_and_keeps_the_other_columns(column):
    read = read_column(FRAME, column)
    assert read.texts == ["a", "c"]
    assert read.positions == [0, 2]
    assert read.left_out == [(1, "missing")]
    assert list(read.frame.columns) == ["year", "score"]
    assert list(read.frame.index) == ["x", "y", "z"]
    assert list(FRAME.columns) == ["year", "text", "score"], "and the user's own is as it was"


def test_columns_that_hold_more_than_texts_are_not_taken_for_texts():
    frame = pd.DataFrame({"text": ["a", "b"], "mixed": ["a", 1], "when": pd.to_datetime(["2020", "2021"])})
    assert read_column(frame).texts == ["a", "b"]


def test_a_column_may_be_named_by_anything():
    assert read_column(pd.DataFrame({0: [1], 1: ["a"]}), 1).texts == ["a"]
    many = pd.DataFrame([["a", 1]], columns=pd.MultiIndex.from_tuples([("t", "en"), ("n", "")]))
    assert read_column(many, ("t", "en")).texts == ["a"]


def test_each_kind_of_row_without_a_text_is_told_apart():
    cells = ["a", "", "  \n\t", None, math.nan, pd.NA, pd.NaT, np.float64("nan"), "b"]
    read = read_column(cells)
    assert read.texts == ["a", "b"]
    assert read.positions == [0, 8]
    assert read.left_out == [(1, "blank"), (2, "blank"), *[(row, "missing") for row in range(3, 8)]]


def test_with_raise_rows_without_a_text_are_refused_by_their_labels():
    series = pd.Series(["a", None, "", "b"], index=["p", "q", "r", "s"])
    with pytest.raises(InvalidInput, match="rows q, r are missing or blank") as told:
        read_column(series, blank="raise")
    assert told.value.rows == (1, 2)
    assert "blank='skip'" in told.value.do


def test_many_bad_rows_are_counted():
    with pytest.raises(InvalidInput, match="and 4 more"):
        read_column([None] * 12 + ["a"], blank="raise")


def test_a_column_without_any_text_is_refused():
    with pytest.raises(InvalidInput, match="no row has a text") as told:
        read_column([None, ""])
    assert "dropna" not in told.value.do, "which would leave nothing"


@pytest.mark.parametrize(
    ("data", "field", "words", "rows"),
    [
        (pd.Series(["a", "b" * 30_000], index=["p", "q"]), "data", "row q is too long", (1,)),
        (["a", "", "b" * 30_000, "c" * 40_000], "data", "rows 2, 3 are too long", None),
        (pd.Series(["a", "half \ud83d"], index=["p", "q"], dtype=object), "data[q]", "surrogate", None),
        (pd.Series(["a", 7], index=["p", "q"], dtype=object), "data[q]", "7", None),
        (["a", b"x"], "data[1]", "bytes", None),
        ([1, 2], "data", "token ids", None),
        ([["a"], ["b"]], "data", "data holds lists instead of texts.", None),
        (np.array([[1, 2]]), "data", "list of texts", None),
        ([], "data", "data is an empty list.", None),
        (pd.Series([], dtype="string"), "data", "data is an empty Series.", None),
        (np.array([], str), "data", "data is an empty ndarray.", None),
        (iter([]), "data", "gave nothing", None),
        (pd.DataFrame({"a": []}), "data", "The frame has no rows.", None),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), "column", "2 columns of text: 'a', 'b'", None),
        (pd.DataFrame({"a": [1.5]}), "column", "no column of text among 'a'", None),
        (pd.DataFrame(), "column", "The frame has no columns.", None),
    ],
)
def test_what_cannot_be_embedded_is_named(data, field, words, rows):
    with pytest.raises(InvalidInput) as told:
        read_column(data)
    assert told.value.field == field
    assert words in f"{told.value} {told.value.allowed}"
    if rows is not None:
        assert told.value.rows == rows


def test_a_model_that_reads_less_refuses_shorter_texts():
    from venice_nb.catalogue import Catalogue

    small = Catalogue.bundled().get("text-embedding-multilingual-e5-large-instruct")
    text = "x" * 2000
    assert read_column(text).texts == [text]
    with pytest.raises(InvalidInput, match="too long"):
        read_column(text, model=small)


@pytest.mark.parametrize(
    ("column", "words"),
    [("txt", "Did you mean 'text'"), (5, "Take one of 'year', 'text', 'score'"), (["words"], "Take one of")],
)
def test_a_column_that_is_not_there_is_refused_with_what_is(column, words):
    with pytest.raises(InvalidInput) as told:
        read_column(FRAME, column)
    assert told.value.field == "column"
    assert words in told.value.do


def test_two_columns_of_one_name_are_refused():
    twice = pd.DataFrame([["a", "b"]], columns=["text", "text"])
    with pytest.raises(InvalidInput, match="2 columns are called 'text'"):
        read_column(twice, "text")


@pytest.mark.parametrize(
    "data", [pd.Series(["a", "b"], index=[3, 3]), pd.DataFrame({"t": ["a", "b"]}, index=[3, 3])]
)
def test_labels_that_stand_twice_are_refused_as_results_could_not_be_aligned(data):
    with pytest.raises(InvalidInput, match="has 1 label more than once, such as 3:") as told:
        read_column(data)
    assert "reset_index" in told.value.do


def test_a_column_is_looked_at_beside_the_event_loop_and_an_iterator_where_it_belongs(monkeypatch):
    looked, given = set(), set()
    read = Source.read

    def reading(*args, **options):
        looked.add(threading.current_thread())
        return read(*args, **options)

    def texts():
        given.add(threading.current_thread())
        yield "a gondola"

    async def main():
        client = vn.AsyncVenice.sandbox(show=False)
        await client.embed(texts())
        await client.embed.plan(texts())

    monkeypatch.setattr(Source, "read", reading)
    asyncio.run(main())
    assert given == {threading.current_thread()}
    assert not looked & given


@pytest.mark.parametrize("query", ["tax " * 9000, ["tax", "tax " * 9000]], ids=["a text", "texts"])
def test_a_query_that_is_too_long_is_called_a_query(query):
    matrix = vn.Venice.sandbox(show=False).embed(["a gondola"])
    with pytest.raises(InvalidInput, match="too long") as told:
        matrix.search(query)
    assert told.value.field == "query"
