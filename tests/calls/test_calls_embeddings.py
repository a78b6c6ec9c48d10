"""Requests for vectors: bad rows are named before anything is sent, and long lists are cut."""

import numpy as np
import pandas as pd
import pytest

from venice_nb.calls.call import Safety
from venice_nb.calls.vectors.embeddings import ITEMS, check_rows, embed

MODEL = "text-embedding-bge-m3"
CUSTOM = "text-embedding-3-large"

BAD = [  # texts, what the message says
    ([], "one text or more"),
    (pd.Series([], dtype=str), "one text or more"),
    (None, "a list of texts"),
    (7, "a list of texts"),
    (b"x", "a list of texts"),
    ({"a": "x"}, "a list of texts"),
    (pd.DataFrame({"a": ["x"]}), "a list of texts"),
    ("", "not blank"),
    (["a", "", "b", "  "], "rows 1, 3 are blank"),
    (["a", None], "row 1 is missing"),
    (["a", float("nan"), np.nan], "rows 1, 2 are missing"),
    (["a", pd.NA, pd.NaT], "rows 1, 2 are missing"),
    (pd.Series(["a", None], dtype="string"), "row 1 is missing"),
    ([None] * 12, "and 4 more"),
    ([1, 2, 3], "token ids"),
    ([[1, 2], [3]], "token ids"),
    (np.array([1, 2, 3]), "token ids"),
    (["a", 7], "texts[1]"),
    (["a", b"x"], "texts[1]"),
    (["a", {"text": "x"}], "texts[1]"),
    (["a", "half \ud83d"], "texts[1]"),
    (["a"] * 2049, "2049 items"),
    (["a", "x" * 30_000], "row 1 is too long"),
]


@pytest.mark.parametrize(("texts", "words"), BAD)
def test_bad_rows_are_refused_by_number(catalogue, refused, texts, words):
    error = refused(lambda: embed(texts, model=MODEL, catalogue=catalogue))
    assert words in f"{error} {error.allowed}"
    assert error.field.startswith("texts")


def test_rows_are_named_by_their_labels(refused):
    labels = ["first", "second"]
    error = refused(lambda: check_rows(["a", " "], None, field="data", label=labels.__getitem__), "data")
    assert "row second is blank" in str(error)
    assert error.rows == (1,)


def test_the_limit_of_tokens_is_the_estimate_of_the_server(catalogue, refused):
    longest = "x" * int(8192 / 0.95 * 3.2)
    assert embed(longest, model=MODEL, catalogue=catalogue).tokens == 8192
    refused(lambda: embed(longest + "xxxx", model=MODEL, catalogue=catalogue), "texts")


def test_a_model_that_reads_less_refuses_earlier(catalogue, refused):
    small = next(model for model in catalogue.of_type("embedding") if (model.max_input_tokens or 9999) < 8192)
    error = refused(lambda: embed(["a", "x" * 28_000], model=small.id, catalogue=catalogue), "texts")
    assert small.id in error.allowed


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": -5}, "dimensions"),
        ({"dimensions": 2.5}, "dimensions"),
        ({"dimensions": "256"}, "dimensions"),
        ({"dimensions": True}, "dimensions"),
        ({"dimensions": 100_000}, "dimensions"),
        ({"dimensions": 256, "model": MODEL}, "dimensions"),
        ({"model": "llama-3.3-70b"}, "model"),
        ({"model": "venice-uncensored"}, "model"),  # a name that is retired
        ({"model": "fastest"}, "model"),  # a trait of text models
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"user": 3}, "user"),
        ({"extra_body": {"a": b""}}, "extra_body.a"),
    ],
)
def test_arguments_that_the_server_would_refuse_are_not_sent(catalogue, refused, arguments, field):
    refused(lambda: embed("a", **{"model": CUSTOM, "catalogue": catalogue, **arguments}), field)


def test_dimensions_name_the_models_that_offer_them(catalogue, refused):
    assert CUSTOM in refused(lambda: embed("a", model=MODEL, catalogue=catalogue, dimensions=8)).do


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ("one", ["one"]),
        (["a", "b"], ["a", "b"]),
        (("a", "b"), ["a", "b"]),
        (np.array(["a", "b"]), ["a", "b"]),
        (pd.Series(["a", "b"], index=[7, 7]), ["a", "b"]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Index(["a", "b"]), ["a", "b"]),
        (["grüße 😀", "\x00"], ["grüße 😀", "\x00"]),
        (["a"] * ITEMS, ["a"] * ITEMS),
    ],
)
def test_columns_and_lists_are_taken_in_their_order(catalogue, fits, texts, rows):
    assert fits(embed(texts, model=MODEL, catalogue=catalogue)).body["input"] == rows


def test_a_call_tells_what_it_takes_and_costs(catalogue, fits):
    call = fits(embed(["abcd"] * 10, model=CUSTOM, catalogue=catalogue, dimensions=256, user="ann"))
    assert call.body["encoding_format"] == "base64"
    assert (call.body["dimensions"], call.body["user"]) == (256, "ann")
    assert (call.operation, call.safety, call.paid, call.family) == (
        "createEmbedding",
        Safety.INFER,
        True,
        "embedding",
    )
    assert call.tokens == 20
    assert call.price == pytest.approx(20 * catalogue.get(CUSTOM).price.input / 1e6)


def test_the_alias_of_another_provider_is_resolved(catalogue):
    assert embed("a", model="text-embedding-ada-002", catalogue=catalogue).model == MODEL


def test_extra_fields_win(catalogue):
    call = embed("a", model=MODEL, catalogue=catalogue, extra_body={"encoding_format": "float", "user": None})
    assert call.body["encoding_format"] == "float"
    assert "user" not in call.body
