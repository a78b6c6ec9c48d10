"""A column becomes a matrix: in order, aligned, each text once; what fails is listed, and nothing is lost."""

import asyncio
import io
import pickle
import threading

import httpx
import numpy as np
import pandas as pd
import pytest

from tests.embedding.embedder import (
    DIMS,
    MODEL,
    Embedder,
    World,
    answer,
    packed,
    refusal,
    rows,
    vectors,
)
from venice_nb import errors
from venice_nb.results.matrix.matrix import EmbeddingMatrix

WORDS = [f"word {number}" for number in range(10)]


def same(matrix, texts):
    np.testing.assert_array_equal(matrix.array, vectors(texts))
    assert matrix.array.dtype == np.float32


def test_rows_stand_in_the_order_of_the_texts_with_their_index(world, four):
    series = pd.Series(WORDS, index=[f"row {number}" for number in range(10)])
    embedder = Embedder()
    matrix = world.open(embedder).embed(series)
    assert isinstance(matrix, EmbeddingMatrix)
    same(matrix, WORDS)
    assert list(matrix.index) == list(series.index)
    assert matrix.texts == WORDS
    assert matrix.model == MODEL
    assert sorted(map(len, embedder.sent)) == [2, 4, 4]
    assert world.client.last is matrix


def test_a_text_that_stands_twice_is_sent_once(world, four):
    texts = ["a", "b", "a", "c", "a", "b"]
    embedder = Embedder()
    matrix = world.open(embedder).embed(texts)
    same(matrix, texts)
    assert sorted(embedder.texts) == ["a", "b", "c"]
    assert matrix.usage.prompt_tokens == 30


def test_only_texts_that_are_equal_to_the_letter_are_one(world):
    texts = ["Ä", "ä", "A\u0308", "a", "a ", " a"]
    embedder = Embedder()
    same(world.open(embedder).embed(texts), texts)
    assert sorted(embedder.texts) == sorted(texts)


def test_rows_without_a_text_are_left_out_and_listed(world):
    frame = pd.DataFrame({"text": ["a", None, " ", "b"], "n": [1, 2, 3, 4]}, index=["p", "q", "r", "s"])
    matrix = world.open().embed(frame, column="text")
    same(matrix, ["a", "b"])
    assert [(row.label, row.position, row.reason) for row in matrix.errors] == [
        ("q", 1, "missing"),
        ("r", 2, "blank"),
    ]
    assert list(matrix.index) == ["p", "s"]
    assert matrix.metadata["n"].tolist() == [1, 4]
    frame["first"] = pd.Series(matrix.array[:, 0], index=matrix.index)
    assert frame["first"].isna().tolist() == [False, True, True, False]


def test_a_list_keeps_its_places_where_rows_are_left_out(world):
    assert list(world.open().embed(["a", "", "b"]).index) == [0, 2]
    assert list(world.open().embed(["a", "b"]).index) == [0, 1]


def test_cost_and_tokens_of_all_requests_are_added_up(world, four):
    matrix = world.open().embed(WORDS)
    assert matrix.usage.prompt_tokens == 100
    assert float(matrix.cost) == pytest.approx(100 * 0.15e-6)
    assert matrix.cost.source == "priced"
    assert world.client._session.cost.usd == pytest.approx(100 * 0.15e-6)
    assert matrix.elapsed > 0
    assert len(matrix.created) == len("2026-11-30")


def test_what_is_sent_is_what_the_api_knows(world):
    embedder = Embedder(model="text-embedding-3-large")
    options = {"model": "text-embedding-3-large", "dimensions": 8, "user": "ann", "extra_body": {"x": 1}}
    world.open(embedder).embed(["a"], **options)
    assert embedder.bodies == [
        {
            "model": "text-embedding-3-large",
            "input": ["a"],
            "encoding_format": "base64",
            "dimensions": 8,
            "user": "ann",
            "x": 1,
        }
    ]


def test_no_more_requests_are_under_way_than_asked_for(world, four):
    now, most, lock, together = [0], [0], threading.Lock(), threading.Barrier(2)

    def script(_, texts):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if world.name == "sync":
            together.wait(5)  # two must be here at the same time, or this raises
        with lock:
            now[0] -= 1
        return answer(rows(texts))

    world.open(Embedder(script=script)).embed([*WORDS, *"abcdef"], at_once=2)
    assert most[0] <= 2


# --- faults ---------------------------------------------------------------------------------


def test_a_shuffled_index_is_put_right(world):
    """Fault row 40."""

    def script(_, texts):
        return answer(rows(texts)[::-1])

    same(world.open(Embedder(script=script)).embed(WORDS), WORDS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: [*data, data[0]],
        lambda data: [{**row, "index": 0} for row in data],
        lambda data: [{**row, "index": row["index"] + 1} for row in data],
    ],
    ids=["too few", "too many", "doubled index", "index beyond"],
)
def test_an_answer_that_cannot_be_matched_to_its_texts_is_not_used_and_asked_for_again_in_halves(
    world, spoil
):
    """Fault row 40: nothing of it is kept."""

    def script(number, texts):
        return answer(spoil(rows(texts))) if number == 1 else None

    embedder = Embedder(script=script)
    matrix = world.open(embedder).embed(WORDS)
    same(matrix, WORDS)
    assert embedder.sent == [WORDS, WORDS[:5], WORDS[5:]]
    assert len(world.client.embed.cache) == 10


@pytest.mark.parametrize(
    "bad", [packed([np.nan] * DIMS), packed([1.0] * (DIMS + 1)), "%%%", packed([np.inf] * DIMS)]
)
def test_a_vector_that_is_none_is_asked_for_again_alone_and_the_others_are_kept(world, bad):
    """Fault row 40: NaN, a wrong width."""

    def script(number, texts):
        data = rows(texts)
        if number == 1:
            data[3]["embedding"] = bad
        return answer(data)

    embedder = Embedder(script=script)
    matrix = world.open(embedder).embed(WORDS)
    same(matrix, WORDS)
    assert embedder.sent == [WORDS, [WORDS[3]]]
    assert matrix.usage.prompt_tokens == 110
    assert matrix.errors == ()


def test_a_vector_that_never_comes_is_listed(world):
    def script(_, texts):
        data = rows(texts)
        for row, text in zip(data, texts, strict=True):
            if text == "word 3":
                row["embedding"] = packed([np.nan] * DIMS)
        return answer(data)

    matrix = world.open(Embedder(script=script)).embed(WORDS)
    same(matrix, WORDS[:3] + WORDS[4:])
    (lost,) = matrix.errors
    assert (lost.label, lost.position) == (3, 3)
    assert isinstance(lost.error, errors.UnreadableReply)
    assert len(world.client.embed.cache) == 9


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_the_bad_texts_of_a_batch_are_found_by_halving_and_listed(world, four, status):
    embedder = Embedder(bad=["word 2", "word 7"], status=status)
    series = pd.Series(WORDS, index=[f"r{number}" for number in range(10)])
    matrix = world.open(embedder).embed(series)
    good = [text for text in WORDS if text not in embedder.bad]
    same(matrix, good)
    assert matrix.texts == good
    assert [row.label for row in matrix.errors] == ["r2", "r7"]
    assert [row.position for row in matrix.errors] == [2, 7]
    assert all(isinstance(row.error, errors.APIError) for row in matrix.errors)
    assert list(matrix.index) == [f"r{number}" for number in range(10) if number not in {2, 7}]


def test_a_bad_text_that_stands_twice_is_listed_twice(world):
    matrix = world.open(Embedder(bad=["b"])).embed(["a", "b", "c", "b"])
    same(matrix, ["a", "c"])
    assert [row.position for row in matrix.errors] == [1, 3]


def test_texts_that_the_server_names_need_no_halving(world):
    def script(_, texts):
        if "word 4" in texts:
            return refusal(400, issues=[{"path": ["input", texts.index("word 4")], "message": "too long"}])
        return None

    embedder = Embedder(script=script)
    matrix = world.open(embedder).embed(WORDS)
    same(matrix, WORDS[:4] + WORDS[5:])
    assert [row.position for row in matrix.errors] == [4]
    assert len(embedder.sent) == 2


def test_one_bad_text_costs_a_failure_for_each_halving_and_no_more(world):
    texts = [f"text {number}" for number in range(256)]
    failures = []

    def script(_, batch):
        if "text 77" in batch:
            failures.append(len(batch))
            return refusal(400)
        return None

    matrix = world.open(Embedder(script=script)).embed(texts)
    assert len(matrix) == 255
    assert sorted(failures) == [1, 2, 4, 8, 16, 32, 64, 128, 256]


def test_when_every_text_is_refused_the_error_is_raised(world):
    with pytest.raises(errors.BadRequest):
        world.open(Embedder(bad=["a", "b"])).embed(["a", "b"])


def test_a_request_that_is_wrong_for_every_text_ends_after_a_few_failures(world, four):
    texts = [f"text {number}" for number in range(200)]
    embedder = Embedder(bad=texts)
    with pytest.raises(errors.BadRequest):
        world.open(embedder).embed(texts)
    assert len(embedder.sent) <= 18


def test_bad_texts_at_the_beginning_do_not_hide_the_good_ones(world, four):
    bad = [f"bad {number}" for number in range(3)]
    texts = ["bad 0", "a", "b", "c", "bad 1", "d", "e", "f", "bad 2", "g", "h", "i", *WORDS]
    matrix = world.open(Embedder(bad=bad)).embed(texts, at_once=1)
    same(matrix, [text for text in texts if text not in bad])
    assert [row.position for row in matrix.errors] == [0, 4, 8]


STOPPING = {
    "a wrong key": (refusal(401, "Authentication failed"), errors.BadKey),
    "no money": (refusal(402, "Insufficient USD or Diem balance"), errors.PaymentRequired),
    "forbidden": (refusal(403, "API access is disabled"), errors.Forbidden),
    "no such model": (refusal(404, "Specified model not found"), errors.NotFound),
    "too many requests": (refusal(429, "Rate limit exceeded"), errors.RateLimited),
    "offline": (httpx.ConnectError("no route"), errors.NotSent),
}


@pytest.mark.parametrize("reason", STOPPING)
def test_what_would_stop_every_batch_stops_the_run_and_what_is_finished_stays(world, four, reason):
    """Fault row 20."""
    failure, kind = STOPPING[reason]
    broken = Embedder(script=lambda number, _: failure if number > 1 else None)
    series = pd.Series(WORDS, index=[f"r{number}" for number in range(10)])
    world.open(broken)
    with pytest.raises(kind) as told:
        world.embed(series, at_once=1)
    assert "4 of 10 texts are finished" in told.value.do
    assert "run it again" in told.value.do
    part = world.client.last
    same(part, WORDS[:4])
    assert list(part.index) == ["r0", "r1", "r2", "r3"]
    assert [row.reason for row in part.errors] == ["not finished"] * 6
    assert len(broken.sent) == 2, "and no other batch was tried"


def test_after_an_empty_account_only_what_is_missing_is_paid_for(world, four):
    """Fault row 20: the rerun."""
    embedder = Embedder(
        script=lambda number, _: refusal(402, "Insufficient balance") if number == 2 else None
    )
    world.open(embedder)
    with pytest.raises(errors.PaymentRequired):
        world.embed(WORDS, at_once=1)
    world.client._guard.ledger.forget("refused")
    same(world.embed(WORDS), WORDS)
    assert sorted(embedder.texts) == sorted([*WORDS, *WORDS[4:8]])


def test_the_rest_of_a_run_goes_on_when_one_batch_is_lost(world, four):
    """An answer that may have been paid for is not asked for again by itself."""

    def script(number, _):
        return httpx.ReadError("cut") if number == 2 else None

    matrix = world.open(Embedder(script=script)).embed(WORDS, at_once=1)
    same(matrix, WORDS[:4] + WORDS[8:])
    assert [row.position for row in matrix.errors] == [4, 5, 6, 7]
    assert {type(row.error) for row in matrix.errors} == {errors.UnknownOutcome}


def test_an_interruption_leaves_what_is_finished(world, four, caplog):
    def script(number, _):
        return KeyboardInterrupt() if number == 3 else None

    embedder = Embedder(script=script)
    world.open(embedder)
    with pytest.raises(KeyboardInterrupt):
        world.embed(WORDS, at_once=1)
    same(world.client.last, WORDS[:8])
    assert "8 of 10 texts are finished" in caplog.text
    same(world.embed(WORDS), WORDS)
    assert embedder.texts == [*WORDS, *WORDS[8:]], "and the next run sends the rest alone"


def test_a_task_that_is_cancelled_keeps_what_it_finished(four):
    world = World("async")

    def script(number, _):
        if number == 2:
            asyncio.get_running_loop().call_soon(task[0].cancel)

    task = []
    world.open(Embedder(script=script))

    async def main():
        task.append(asyncio.ensure_future(world.client.embed(WORDS, at_once=1)))
        with pytest.raises(asyncio.CancelledError):
            await task[0]

    asyncio.run(main())
    assert 4 <= len(world.client.last) < 10


def test_another_model_that_answers_under_way_stops_the_run_instead_of_mixing(world, four):
    def script(number, texts):
        return answer(rows(texts), model="text-embedding-3-small") if number == 2 else None

    world.open(Embedder(script=script))
    with pytest.raises(errors.UnreadableReply, match="The model changed under way"):
        world.embed(WORDS, at_once=1)
    same(world.client.last, WORDS[:4])


def test_a_name_nobody_knows_is_another_spelling_of_the_model(world, four):
    def script(number, texts):
        return answer(rows(texts), model=["BAAI/bge-m3", "bge-m3"][number % 2])

    matrix = world.open(Embedder(script=script)).embed(WORDS)
    assert matrix.model == MODEL


# --- what stands around it -------------------------------------------------------------------


def test_progress_is_silent_in_scripts_unless_asked(world, capfd, four):
    world.open().embed(WORDS)
    assert capfd.readouterr().err == ""
    world.open().embed(WORDS, progress=True)
    assert "10/10" in capfd.readouterr().err


def test_the_bar_tells_cost_and_failures_and_begins_with_what_is_kept(world, four, monkeypatch):
    from tqdm import std

    out = io.StringIO()
    monkeypatch.setattr("tqdm.auto.tqdm", lambda **options: std.tqdm(file=out, mininterval=0, **options))
    world.open(Embedder(bad=["word 9"]))
    world.embed(WORDS[:4], progress=False)
    world.embed(WORDS, progress=True)
    frames = out.getvalue().split("\r")
    assert " 4/10 " in frames[1]
    assert " 9/10 " in frames[-1]
    assert "failed=1" in frames[-1]
    assert "cost=$" in frames[-1]


def test_a_text_query_goes_to_the_model_of_the_matrix(world):
    embedder = Embedder(model="text-embedding-3-large")
    matrix = world.open(embedder).embed(WORDS, model="text-embedding-3-large", dimensions=DIMS)
    hits = world.run(lambda _: matrix.search("word 3", k=1))
    assert hits.texts == ["word 3"]
    hits = world.run(lambda _: matrix.search("something else", k=1))
    assert embedder.bodies[-1]["input"] == ["something else"]
    assert (embedder.bodies[-1]["model"], embedder.bodies[-1]["dimensions"]) == (
        "text-embedding-3-large",
        DIMS,
    )
    assert len(embedder.sent) == 2, "a text that is in the matrix is not paid for again"


def test_a_pickle_leaves_the_client_behind(world):
    matrix = world.open().embed(WORDS)
    again = pickle.loads(pickle.dumps(matrix))
    assert again.actions is None
    same(again, WORDS)
    assert pickle.loads(pickle.dumps(matrix.actions)) is None


def test_the_sandbox_embeds_a_column(world):
    frame = pd.DataFrame({"text": ["a gondola in Venice", "a boat on a canal", "gradient descent"]})
    matrix = world.sandbox().embed(frame)
    assert matrix.shape == (3, 1024)
    assert world.run(lambda _: matrix.search("boats on canals", k=1)).texts == ["a boat on a canal"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"at_once": 0}, "at_once"),
        ({"at_once": 17}, "at_once"),
        ({"progress": "yes"}, "progress"),
        ({"cache": 1}, "cache"),
        ({"blank": "drop"}, "blank"),
        ({"dimensions": 8}, "dimensions"),
        ({"model": "llama-3.3-70b"}, "model"),
        ({"user": 3}, "user"),
        ({"extra_body": {"a": b""}}, "extra_body.a"),
    ],
)
def test_nothing_is_sent_when_an_argument_is_wrong(world, options, field):
    embedder = Embedder()
    with pytest.raises(errors.InvalidInput) as told:
        world.open(embedder).embed(["a"], **options)
    assert told.value.field == field
    assert embedder.sent == []


@pytest.mark.parametrize(
    ("field", "why"), [("encoding_format", "vectors travel as base64"), ("input", "it is called 'data' here")]
)
def test_fields_of_the_api_that_are_no_choice_here_are_refused_with_the_reason(world, field, why):
    with pytest.raises(errors.InvalidInput, match=field) as told:
        world.open().run(lambda v: v.embed(["a"], **{field: "float"}))
    assert why in told.value.do
