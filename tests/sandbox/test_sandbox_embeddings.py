"""POST /embeddings."""

import base64

import httpx
import numpy as np
import pytest

from tests.sandbox.conftest import Desk
from venice_nb.sandbox import Sandbox
from venice_nb.sandbox.catalogue import models

EMBEDDING = {name: model for name, model in models().items() if model["type"] == "embedding"}


def ask(desk, text="hello", **fields):
    return desk.post("/embeddings", {"model": "text-embedding-bge-m3", "input": text, **fields})


def test_vectors_come_in_order_with_their_usage(desk):
    body = ask(desk, ["one", "two words"]).json()
    assert [row["index"] for row in body["data"]] == [0, 1]
    assert len(body["data"][0]["embedding"]) == 1024
    assert body["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert body["model"] == "text-embedding-bge-m3"


def test_base64_and_float_are_the_same_vector(desk):
    number = ask(desk).json()["data"][0]["embedding"]
    text = ask(desk, encoding_format="base64").json()["data"][0]["embedding"]
    assert np.array_equal(np.frombuffer(base64.b64decode(text), "<f4"), np.array(number, "<f4"))


SIZES = [
    ("text-embedding-bge-m3", None, 1024),
    ("text-embedding-bge-m3", 10, 1024),  # no custom dimensions: not honoured
    ("text-embedding-3-small", 10, 10),
    ("text-embedding-3-small", None, 1536),
    ("text-embedding-qwen3-8b", 9999, 4096),
    ("text-embedding-ada-002", None, 1024),
]


def test_dimensions_may_be_written_with_a_point(desk):
    body = {"model": "text-embedding-3-large", "input": "x", "dimensions": 64.0}
    assert len(desk.post("/embeddings", body).json()["data"][0]["embedding"]) == 64


@pytest.mark.parametrize(("model", "dimensions", "size"), SIZES)
def test_dimensions_are_honoured_where_the_model_allows_it(desk, model, dimensions, size):
    fields = {} if dimensions is None else {"dimensions": dimensions}
    body = ask(desk, model=model, **fields).json()
    assert len(body["data"][0]["embedding"]) == size


@pytest.fixture
def real():
    """A desk before the sandbox's own mind."""
    return Desk(Sandbox())


@pytest.mark.parametrize("model", sorted(EMBEDDING))
def test_every_model_has_its_own_length_and_both_forms_hold_the_same_numbers(real, model):
    spec = EMBEDDING[model]["model_spec"]
    for dimensions in (None, 24):
        fields = {} if dimensions is None else {"dimensions": dimensions}
        numbers = ask(real, ["a boat", "a canal"], model=model, **fields).json()["data"]
        packed = ask(real, ["a boat", "a canal"], model=model, encoding_format="base64", **fields).json()[
            "data"
        ]
        honoured = dimensions is not None and spec["supportsCustomDimensions"]
        for one, other in zip(numbers, packed, strict=True):
            array = np.frombuffer(base64.b64decode(other["embedding"]), "<f4")
            assert len(array) == (dimensions if honoured else spec["embeddingDimensions"])
            assert np.array_equal(array, np.array(one["embedding"], "<f4"))
            assert np.linalg.norm(array) == pytest.approx(1.0, abs=1e-5)


def test_texts_about_the_same_thing_are_nearer_than_others(real):
    """A real vectoriser: words, pairs of words and letters count, not positions in a table."""
    texts = ["a gondola on the Grand Canal", "gondolas in the canals", "gradient descent with momentum"]
    for model in sorted(EMBEDDING):
        rows = np.array([row["embedding"] for row in ask(real, texts, model=model).json()["data"]])
        near, far = rows[0] @ rows[1], max(rows[0] @ rows[2], rows[1] @ rows[2])
        assert near > far + 0.1, model


def test_tokens_are_billed_at_the_input_rate(desk):
    ask(desk, "one two three")
    (charge,) = desk.box.books
    assert charge.units == 3
    assert charge.usd == pytest.approx(3 * 0.15 / 1e6)


BAD = [
    {"input": [1, 2, 3]},
    {"input": [[1, 2]]},
    {"input": ""},
    {"input": []},
    {"input": ["x"] * 2049},
    {"encoding_format": "int8"},
    {"dimensions": 0},
    {"truncate": True},
    {"model": "llama-3.3-70b"},
]


@pytest.mark.parametrize("fields", BAD)
def test_a_mistake_is_400(desk, fields):
    assert ask(desk, **{"text": fields.pop("input", "x"), **fields}).status_code == 400


def test_an_empty_text_inside_a_list_is_not_checked(desk):
    assert ask(desk, ["", "x"]).status_code == 200


@pytest.mark.parametrize(
    ("model", "longest"),
    [("text-embedding-bge-m3", 27594), ("text-embedding-multilingual-e5-large-instruct", 1724)],
)
def test_an_input_beyond_the_models_length_is_refused_by_its_estimate(desk, model, longest):
    assert ask(desk, "x" * longest, model=model).status_code == 200
    reply = ask(desk, ["ok", "x" * (longest + 1)], model=model)
    assert reply.status_code == 400
    assert reply.json()["issues"][0]["path"] == ["input", 1]


def test_a_semantic_sandbox_brings_paraphrases_closer():
    """Words that mean the same count as near; the plain sandbox only sees shared letters."""
    pytest.importorskip("wordllama")

    def near(box):
        with httpx.Client(transport=box.transport(), base_url=box.base_url) as client:
            texts = ["The physician was late", "A doctor came tardily"]
            body = {"model": "text-embedding-bge-m3", "input": texts}
            headers = {"Authorization": f"Bearer {box.admin_key}"}
            rows = client.post("/embeddings", json=body, headers=headers).json()["data"]
        return sum(a * b for a, b in zip(rows[0]["embedding"], rows[1]["embedding"], strict=True))

    assert near(Sandbox()) == near(Sandbox(semantic=True)) > near(Sandbox(semantic=False)) + 0.1
