"""What can be asked of a matrix, which rows may answer, and what the answer looks like."""

import asyncio
import re

import numpy as np
import pandas as pd
import pytest
from rows import AsyncClient, Client, matrix, vector

from venice_nb.errors import InvalidInput
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.results.vectors import Vectors


def test_a_vector_finds_rows_with_rank_score_label_text_and_metadata():
    E = matrix()
    hits = E.search(E[7], k=3)
    assert hits.positions[0] == 7
    assert (hits.positions.dtype, hits.scores.dtype) == (np.int64, np.float32)
    frame = hits.to_frame()
    assert list(frame.columns) == ["rank", "score", "label", "text", "topic", "year"]
    assert frame["rank"].tolist() == [1, 2, 3]
    assert frame["label"].tolist() == [f"r{row}" for row in hits.positions]
    assert frame["text"].tolist() == hits.texts == [E.texts[row] for row in hits.positions]
    assert frame["year"].tolist() == E.metadata["year"].iloc[hits.positions].tolist()
    assert hits["score"].is_monotonic_decreasing


def test_several_queries_are_told_apart():
    E = matrix()
    hits = E.search(E.array[[3, 50]], k=4)
    assert list(hits.df.columns)[:3] == ["query", "rank", "score"]
    assert hits.df["query"].tolist() == ["vector 0"] * 4 + ["vector 1"] * 4
    assert hits.df["rank"].tolist() == [1, 2, 3, 4] * 2
    first, second = hits.split()
    assert first.positions.tolist() == E.search(E[3], k=4).positions.tolist()
    assert second.to_frame().equals(E.search(E[50], k=4).to_frame())


@pytest.mark.parametrize("query", ["tax law", "tax law "])
def test_a_text_goes_to_the_client_of_the_matrix_and_to_its_model(query):
    client = Client()
    E = matrix(actions=client)
    hits = E.search(query, k=2)
    assert client.asked == [([query], "m", 16)]
    assert hits.positions.tolist() == E.search(vector(query), k=2).positions.tolist()
    assert hits.queries == (query,)
    assert "query" not in hits.df


@pytest.mark.parametrize(
    "texts", [["a", "b"], ("a", "b"), np.array(["a", "b"]), pd.Series(["a", "b"])], ids=type
)
def test_several_texts_are_one_request(texts):
    client = Client()
    hits = matrix(actions=client).search(texts, k=1)
    assert client.asked == [(["a", "b"], "m", 16)]
    assert hits.df["query"].tolist() == ["a", "b"]


def test_with_an_asynchronous_client_a_text_query_is_awaited_and_a_vector_is_not():
    E = matrix(actions=AsyncClient())
    waited = asyncio.run(_awaited(E))
    assert waited.positions.tolist() == matrix(actions=Client()).search("law", k=2).positions.tolist()
    assert len(E.search(E[0], k=2)) == 2


async def _awaited(E):
    return await E.search("law", k=2)


def test_a_matrix_can_be_asked_with_another_one():
    E = matrix()
    hits = E.search(E[:2], k=1)
    assert hits.df["query"].tolist() == E.texts[:2]
    assert hits.positions.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("rule", "test"),
    [
        ("year > 2010 and topic == 'tax'", lambda f: (f.year > 2010) & (f.topic == "tax")),
        (
            "topic in ['tax', 'art'] or year == 2000",
            lambda f: f.topic.isin(["tax", "art"]) | (f.year == 2000),
        ),
        ("(year >= 2001) & ~(topic == 'law')", lambda f: (f.year >= 2001) & (f.topic != "law")),
        ("2003 <= year < 2005", lambda f: (f.year >= 2003) & (f.year < 2005)),
        ("year % 2 == 0", lambda f: f.year % 2 == 0),
        ("topic.str.startswith('t')", lambda f: f.topic.str.startswith("t")),
        ("text.str.contains('food 1')", lambda f: pd.Series(matrix().texts, f.index).str.contains("food 1")),
        (
            "text.str.contains('ax 1|aw 1')",
            lambda f: pd.Series(matrix().texts, f.index).str.contains("ax 1|aw 1"),
        ),
        ("text.str.contains('(1', regex=False)", lambda f: f.year < 0),
        (
            "text.str.len() * 2 - year % 2 > 13",
            lambda f: pd.Series(matrix().texts, f.index).str.len() * 2 - f.year % 2 > 13,
        ),
        ("year.between(2002, 2004)", lambda f: f.year.between(2002, 2004)),
        ("index == 'r4'", lambda f: f.index == "r4"),
        ("topic == 'tax' or topic == 'me@home'", lambda f: f.topic == "tax"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_over_the_metadata_says_which_rows_may_be_found(rule, test):
    E = matrix()
    expected = np.flatnonzero(np.asarray(test(E.metadata)))
    assert sorted(E.search(E[0], k=200, filter=rule).positions) == expected.tolist()
    mask = np.isin(np.arange(200), expected)
    assert sorted(E.search(E[0], k=200, filter=mask).positions) == expected.tolist()
    assert sorted(E.search(E[0], k=200, filter=pd.Series(mask, E.index)).positions) == expected.tolist()


def test_a_column_name_with_spaces_is_written_in_backticks():
    E = matrix()
    E = matrix(metadata=E.metadata.rename(columns={"year": "the year (AD)"}))
    assert E.search(E[0], filter="`the year (AD)` == 2003").df["the year (AD)"].unique().tolist() == [2003]


def test_labels_go_by_the_names_of_their_levels():
    index = pd.MultiIndex.from_tuples([(1, "a"), (2, "b"), (3, "b")], names=["n", "letter"])
    E = EmbeddingMatrix(np.eye(3), index=index)
    assert E["letter == 'b' and n * 2 > 4"].index.tolist() == [(3, "b")]
    with pytest.raises(InvalidInput):
        E["letter * 2 == 'bb'"]


@pytest.mark.parametrize(
    "rule",
    ["year > 2003 & topic == 'tax'", "(year > 2003) & (topic == 'tax')", "~(topic != 'tax') & year > 2003"],
)
def test_the_signs_of_pandas_join_comparisons_as_in_a_query_of_pandas(rule):
    E = matrix()
    assert E[rule].index.equals(E.metadata.query(rule).index)
    assert 0 < len(E[rule]) < len(E)


def test_what_a_rule_may_name_is_told_with_the_texts():
    with pytest.raises(InvalidInput) as caught:
        matrix()["nobody == 1"]
    assert caught.value.allowed == "a rule over these columns: topic, year, text, index"


def test_the_type_of_what_is_no_mask_is_told_as_pandas_has_it():
    E = matrix(n=3)
    with pytest.raises(InvalidInput, match="filter holds 3 values of the type int64"):
        E.search(E[0], filter=pd.Series([1, 0, 1], index=E.index))


@pytest.mark.parametrize("query", [None, [], np.empty(0)], ids=["None", "list", "array"])
def test_a_query_of_nothing_is_told_as_such(query):
    with pytest.raises(InvalidInput, match="the query is empty"):
        matrix().search(query)


def test_texts_of_a_column_that_is_not_of_pandas_are_queries():
    class Column:  # as polars has it
        def to_list(self):
            return ["tax", "law"]

    assert matrix(actions=Client()).search(Column(), k=1).queries == ("tax", "law")


def test_many_vectors_are_never_made_a_list():
    class Counted(np.ndarray):
        def tolist(self):
            raise AssertionError("a list of Python's numbers takes eight times the memory")

    E = matrix()
    assert len(E.search(E.array[:3].view(Counted), k=1)) == 3


def test_a_missing_value_in_a_mask_is_false():
    E = matrix(n=4)
    for mask in (pd.array([True, None, False, True], dtype="boolean"), [True, None, False, True]):
        assert sorted(E.search(E[0], filter=mask).positions) == [0, 3]


@pytest.mark.parametrize(
    "rule",
    [
        "@E.array > 1",
        "year > @E.dims",
        "year @ year == 1",
        "year.__class__ == 1",
        "year.array.__class__.__mro__",
        "year.to_csv('stolen.csv') == 1",
        "year.map(print)",
        "year.pipe(print)",
        "__import__('os').system('true') == 0",
        "open('x')",
        "(lambda: 1)() == 1",
        "[x for x in [1]] == 1",
        "topic.str.cat(['x']) == 1",
        "year := 3",
        "year; year",
        "f'{year}' == 1",
        "nobody == 1",
        "year",
        "year +",
        "",
        "True",
        "topic == 'a\x00b' and (",
        "'a' * 1000000000 == text",
        "text * 1000000000 == 'a'",
        "[1] * 1000000000 == year",
        "`topic` * year == 'a'",
        "text.str.lower() * 9 == 'a'",
        "'%1000000000d' % year == 'a'",
        "index + index == 'a'",
        "text.str.contains('(a+)+$')",
        "text.str.contains('(a|a)(a|a)(a|a)b')",
        "text.str.match(pat='a?a?a?aaa')",
        "text.str.contains(topic)",
        "year > 2000 or " * 1000 + "year > 2000",
    ],
)
def test_a_rule_that_is_more_than_a_comparison_of_columns_is_refused(rule, tmp_path):
    """It may have come from a model or a form: nothing in it can reach Python's objects or a file."""
    with pytest.raises(InvalidInput) as caught:
        matrix().search(np.ones(16), filter=rule)
    assert caught.value.field == "filter"
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize("mask", [[True], [1, 0] * 100, np.ones((200, 1), bool), 3, ["a"] * 200], ids=str)
def test_a_mask_that_does_not_fit_is_refused(mask):
    with pytest.raises(InvalidInput) as caught:
        matrix().search(np.ones(16), filter=mask)
    assert caught.value.field == "filter"


def test_the_least_score_leaves_rows_out():
    E = matrix()
    hits = E.search(E[0], k=200, min_score=0.8)
    assert 0 < len(hits) < 200
    assert (hits.scores >= 0.8).all()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"query": np.ones(15)}, "query"),
        ({"query": np.ones((2, 2, 16))}, "query"),
        ({"query": [np.nan] * 16}, "query"),
        ({"query": np.zeros(16)}, "query"),
        ({"query": object()}, "query"),
        ({"query": None}, "query"),
        ({"query": "text without a client"}, "query"),
        ({"query": []}, "query"),
        ({"query": Vectors(np.ones((1, 16), np.float32), model="another")}, "model"),
        ({"query": np.ones(16), "k": 0}, "k"),
        ({"query": np.ones(16), "k": 2.5}, "k"),
        ({"query": np.ones(16), "k": True}, "k"),
        ({"query": np.ones(16), "k": "3"}, "k"),
        ({"query": np.ones(16), "min_score": pd.NA}, "min_score"),
        ({"query": np.ones(16), "min_score": [0.5]}, "min_score"),
        ({"query": np.ones(16), "filter": pd.DataFrame({"a": [True] * 200})}, "filter"),
        ({"query": np.ones(16), "min_score": 1.5}, "min_score"),
        ({"query": np.ones(16), "min_score": "high"}, "min_score"),
        ({"query": np.ones(16), "min_score": float("nan")}, "min_score"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_what_cannot_be_asked_is_refused_by_name(options, field):
    with pytest.raises(InvalidInput) as caught:
        matrix().search(**options)
    assert caught.value.field == field


@pytest.mark.parametrize("text", ["", "  ", ["tax", " "]])
def test_a_blank_query_is_refused_before_anything_is_sent(text):
    client = Client()
    with pytest.raises(InvalidInput, match="blank"):
        matrix(actions=client).search(text)
    assert client.asked == []


def test_a_matrix_without_rows_finds_nothing():
    hits = EmbeddingMatrix(np.empty((0, 3)), texts=[]).search([1, 0, 0])
    assert len(hits) == 0
    assert hits.to_frame().empty
    assert "0 hits" in repr(hits)


def test_columns_of_the_user_that_are_called_like_ours_are_kept():
    E = matrix(
        n=3,
        index=[0, 1, 2],
        metadata=pd.DataFrame({"score": [7, 8, 9], "text": list("abc"), "rank": list("xyz")}),
    )
    frame = E.search(E[0], k=1).df
    assert list(frame.columns) == ["rank", "score", "label", "text", "score_", "text_", "rank_"]
    assert frame["score_"].tolist() == [7]


def test_a_column_called_text_is_left_out_only_where_it_is_what_was_embedded():
    other = pd.DataFrame({"text": ["body 0", "body 1"]})
    titled = EmbeddingMatrix(np.eye(2), texts=["a", "b"], metadata=other).search([1, 0], k=1).df
    assert titled[["text", "text_"]].to_numpy().tolist() == [["a", "body 0"]]
    bare = EmbeddingMatrix(np.eye(2), metadata=other).search([1, 0], k=1).df
    assert bare["text"].tolist() == ["body 0"]
    same = EmbeddingMatrix(np.eye(2), texts=["body 0", "body 1"], metadata=other).search([1, 0], k=1).df
    assert list(same.columns) == ["rank", "score", "label", "text"]


def test_labels_of_several_levels_are_drawn_as_python_writes_them():
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    hits = EmbeddingMatrix(np.eye(2), index=index).search([1, 0], k=1)
    assert "('a', 1)" in repr(hits)


HOSTILE = "<script>alert(1)</script>\x1b[2J<img src=x onerror=alert(1)>\u202e$x$ " * 40


def test_hits_are_drawn_escaped_and_clipped_and_say_the_same_as_text():
    E = EmbeddingMatrix(np.eye(3), index=[HOSTILE, "b", "c"], texts=[HOSTILE, "second text", "third"])
    shown = E.search([1, 0.5, 0.1], k=2)._mimebundle()
    page, plain = shown["text/html"], shown["text/plain"]
    for what in ("<script", "<img", "onerror=alert(1)>", "\x1b", "\u202e"):
        assert what not in page.replace("&lt;script", "").replace("&lt;img", "")
        assert what not in plain or what in {"<script", "<img", "onerror=alert(1)>"}
    assert len(plain) < 1500
    for row in ("0.891", "0.445", "second text"):
        assert row in page
        assert row in plain
    assert re.findall(r'<meter min="0" max="1" value="(\S+)">', page) == ["0.891", "0.445"]


def test_hits_are_saved_as_a_table(tmp_path):
    E = matrix(n=5)
    hits = E.search(E[0], k=2)
    frame = pd.read_csv(hits.save(tmp_path / "hits.csv"))
    assert frame["label"].tolist() == ["r0", hits.df["label"][1]]
