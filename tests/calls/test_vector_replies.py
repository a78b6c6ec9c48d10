"""Reading embeddings: rows are put in order and checked, and nothing wrong gets through."""

import json
import math
import struct

import numpy as np
import pybase64
import pytest
from streaming import received

from venice_nb.calls.vectors.replies import read_embeddings
from venice_nb.catalogue import Catalogue
from venice_nb.errors import UnreadableReply
from venice_nb.results.money import Cost, Usage

CATALOGUE = Catalogue.bundled()
ROWS = [[1.0, 0.5, -2.0], [0.0, 3.25, 1e-3], [7.0, 8.0, 9.0]]


def packed(numbers):
    return pybase64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def reply(rows, order=None, **more):
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    data = data if order is None else [data[i] for i in order]
    usage = {"prompt_tokens": 2000, "total_tokens": 2000}
    return {"object": "list", "model": "text-embedding-bge-m3", "data": data, "usage": usage, **more}


def read(raw, count=3, **options):
    return read_embeddings(received(raw), count=count, catalogue=CATALOGUE, **options)


@pytest.mark.parametrize("order", [None, [2, 0, 1]])
@pytest.mark.parametrize("form", [packed, list])
def test_both_forms_in_any_order_give_the_same_array(form, order):
    """Fault row 40: a shuffled index is put right."""
    found = read(reply([form(row) for row in ROWS], order))
    assert found.array.dtype == np.float32
    np.testing.assert_array_equal(found.array, np.array(ROWS, dtype=np.float32))


def test_tokens_and_cost_come_with_the_vectors():
    """text-embedding-bge-m3 costs 0.15 per million input tokens: 2000 tokens are 0.0003."""
    found = read(reply(ROWS))
    assert found.usage == Usage(2000, 0, 2000)
    assert found.cost == Cost(pytest.approx(0.0003), "priced")
    assert found.model == "text-embedding-bge-m3"
    assert found.raw == {k: v for k, v in reply(ROWS).items() if k != "data"}


def test_without_usage_the_estimate_of_the_request_is_used():
    raw = {k: v for k, v in reply(ROWS).items() if k != "usage"}
    found = read(raw, prompt_tokens=1000)
    assert found.usage == Usage(1000, 0, 1000, estimated=True)
    assert found.cost == Cost(pytest.approx(0.00015), "estimated")


def test_rows_without_an_index_stand_in_order():
    raw = reply([packed(row) for row in ROWS])
    for row in raw["data"]:
        del row["index"]
    np.testing.assert_array_equal(read(raw).array, np.array(ROWS, dtype=np.float32))


@pytest.mark.parametrize("index", [float, lambda _: None], ids=["1.0", "null"])
def test_an_index_may_be_written_with_a_point_or_be_null(index):
    raw = reply([packed(row) for row in ROWS])
    for row in raw["data"]:
        row["index"] = index(row["index"])
    np.testing.assert_array_equal(read(raw).array, np.array(ROWS, dtype=np.float32))


def broken(at, **changed):
    raw = reply([packed(row) for row in ROWS])
    raw["data"][at] = {**raw["data"][at], **changed}
    return raw


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(reply(ROWS[:2]), "3 texts were sent and 2 vectors came", id="too few"),
        pytest.param(reply([*ROWS, ROWS[0]]), "3 texts were sent and 4 vectors came", id="too many"),
        pytest.param({"data": None, "model": "x"}, "0 vectors came", id="no data"),
        pytest.param(broken(1, index=0), "row 1 says it is number 0", id="doubled index"),
        pytest.param(broken(1, index=3), "number 3", id="index out of range"),
        pytest.param(broken(1, index=-1), "number -1", id="negative index"),
        pytest.param(broken(1, index="1"), "number '1'", id="index as text"),
        pytest.param(broken(1, index=True), "number True", id="index as a flag"),
        pytest.param(broken(1, index=1.5), "number 1.5", id="half an index"),
        pytest.param(
            broken(1, embedding=packed([1.0, 2.0])), "row 1 has 2 numbers, others have 3", id="width"
        ),
        pytest.param(broken(2, embedding=packed([1, math.nan, 2])), "row 2 .* not finite", id="NaN"),
        pytest.param(broken(2, embedding=packed([1, math.inf, 2])), "row 2 .* not finite", id="infinite"),
        pytest.param(broken(1, embedding="!!!!"), "row 1 is not base64", id="no base64"),
        pytest.param(broken(1, embedding="AAAA"), "row 1 is not base64 of 32-bit", id="three bytes"),
        pytest.param(broken(1, embedding=""), "row 1 holds no vector", id="empty text"),
        pytest.param(broken(1, embedding=[]), "row 1 holds no vector", id="empty list"),
        pytest.param(broken(1, embedding=None), "row 1 holds no vector", id="null"),
        pytest.param(broken(1, embedding=["a", "b", "c"]), "not a list of numbers", id="words"),
        pytest.param(broken(1, embedding=[[1, 2, 3]]), "row 1 holds no vector", id="nested"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_its_bytes_kept(raw, said):
    """Fault row 40: nothing is dropped, guessed or cached."""
    with pytest.raises(UnreadableReply, match=said) as caught:
        read(raw)
    assert json.loads(caught.value.content) is not None


def test_an_overflow_of_finite_numbers_is_not_taken_for_a_broken_one():
    huge = [[1e30, 1e30, 1e30]]
    assert read(reply(huge), count=1).array[0, 0] == np.float32(1e30)


def test_another_width_than_the_one_asked_for_is_refused():
    with pytest.raises(UnreadableReply, match="256 numbers a row were asked for and 3 came"):
        read(reply(ROWS), dims=256)


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"", b"[]", b'{"error": "No."}'])
def test_what_is_no_list_of_embeddings_is_refused(content):
    with pytest.raises(UnreadableReply) as caught:
        read_embeddings(received(content), count=1)
    assert caught.value.content == content


def test_the_error_never_quotes_the_numbers():
    with pytest.raises(UnreadableReply) as caught:
        read(reply(ROWS[:2]))
    assert "3.25" not in str(caught.value)
