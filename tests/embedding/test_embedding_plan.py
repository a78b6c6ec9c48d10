"""A plan tells rows, requests, tokens, dollars and minutes before anything is sent, and spends nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import venice_nb as vn
from tests.embedding.embedder import Embedder, World
from venice_nb.embedding import request
from venice_nb.embedding.request import Request
from venice_nb.errors import InvalidInput
from venice_nb.results.embedding_plan import EmbeddingPlan

WORDS = [f"word {number}" for number in range(10)]


def plan(world, data, **options):
    return world.run(lambda v: v.embed.plan(data, **options))


def test_a_plan_counts_rows_texts_requests_and_what_is_left_out(world, four):
    embedder = Embedder()
    world.open(embedder).embed(WORDS[:3])
    embedder.sent.clear()
    series = pd.Series([*WORDS, "word 1", None, " "], index=list("abcdefghijklm"))
    found = plan(world, series)
    assert (found.rows, found.unique, found.cached, found.requests) == (13, 10, 3, 2)
    assert [(row.label, row.reason) for row in found.left_out] == [("l", "missing"), ("m", "blank")]
    assert found.size == 11 * 1024 * 4
    assert embedder.sent == []


def test_tokens_and_dollars_are_those_that_the_server_estimates_by(world):
    found = plan(world.open(), ["x" * 320, "x" * 321])
    assert found.tokens == 95 + 96
    assert float(found.cost) == pytest.approx(191 * 0.15e-6)
    assert found.cost.source == "estimated"


@pytest.mark.parametrize(
    ("model", "dims"),
    [("text-embedding-qwen3-8b", 4096), ("text-embedding-ada-002", 1024)],
)
def test_a_plan_knows_the_model_by_any_of_its_names(world, model, dims):
    assert plan(world.open(), ["a"], model=model).dims == dims


def test_minutes_follow_from_the_rate_limit(world, monkeypatch):
    """500 requests a minute, of which 450 are used; the first of them go at once."""
    monkeypatch.setattr(request, "FEW", 1)
    monkeypatch.setattr(request, "MANY", 1)
    texts = [str(number) for number in range(901)]
    found = plan(world.open(), texts)
    assert (found.requests, found.requests_per_minute) == (901, 450)
    assert found.minutes == pytest.approx(2 * 61 / 60)
    assert plan(world, texts[:450]).minutes == 0
    assert "at least 2 min" in found._mimebundle()["text/plain"]
    assert "less than a minute, at 450 requests a minute" in plan(world, ["a"])._mimebundle()["text/plain"]


def test_limits_that_the_server_told_count(world):
    world.open()
    told = {"apiModelId": "text-embedding-bge-m3", "rateLimits": [{"type": "TPM", "amount": 100}]}
    world.client._guard.limiter.learn({"data": {"rateLimits": [told]}})
    found = plan(world, ["x" * 320, "y" * 320])
    assert (found.tokens_per_minute, found.tokens) == (90, 190)
    assert found.minutes == pytest.approx(2 * 61 / 60)


def test_a_sandbox_has_play_money_and_tells_the_minutes_that_a_key_would_take(world, monkeypatch):
    monkeypatch.setattr(request, "FEW", 1)
    monkeypatch.setattr(request, "MANY", 1)
    found = plan(world.sandbox(), [str(number) for number in range(451)])
    assert (found.requests_per_minute, found.unpaced) == (450, True)
    assert found.minutes == pytest.approx(61 / 60)
    text = found._mimebundle()["text/plain"]
    assert "SANDBOX, play money" in text
    assert "with a key at least 1 min 1 s, at 450 requests a minute; this sandbox sets no pace" in text


def test_a_plan_without_any_limit_says_why_it_has_no_minutes():
    made = EmbeddingPlan(model="m", dims=3, rows=1, left_out=(), unique=1, cached=0, requests=1, tokens=1)
    assert "no rate limit is published or was told for this model" in made._mimebundle()["text/plain"]


def test_a_plan_shows_the_same_as_text_and_as_a_card(world):
    found = plan(world.open(), ["a", "b", None])
    shown = found._mimebundle()
    for fact in (
        "3 rows to embed",
        "text-embedding-bge-m3",
        "1 missing",
        "1,024 numbers",
        "8.2 KB",
        "Nothing is sent",
    ):
        assert fact in shown["text/plain"]
        assert fact in shown["text/html"]
    assert repr(found) == "<EmbeddingPlan 3 rows, 1 request, <$0.000001, text-embedding-bge-m3>"
    assert found.to_dict()["left_out"] == [{"label": 2, "position": 2, "reason": "missing"}]


def test_a_plan_refuses_what_embedding_would_refuse(world):
    for data in ([], [1, 2], [None], pd.Series(["a", "b"], index=[1, 1])):
        with pytest.raises(InvalidInput):
            plan(world.open(), data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 27_000), min_size=1, max_size=200), st.sampled_from([None, 1000, 1_000_000]))
def test_texts_are_cut_into_requests_in_order_within_every_bound(lengths, total):
    session = vn.Venice.sandbox()._session
    for model in (None, "text-embedding-qwen3-8b", "text-embedding-3-large"):
        asked = Request.of(session, model, None)
        cut = list(asked.cut(lengths, total))
        assert [at for start, stop in cut for at in range(start, stop)] == list(range(len(lengths)))
        for start, stop in cut:
            assert stop - start <= asked.texts(total or len(lengths)) <= 1024
            assert stop - start == 1 or asked.count(lengths[start:stop]) <= asked.tokens


def test_long_columns_take_more_texts_in_a_request_and_wide_vectors_fewer():
    session = vn.Venice.sandbox()._session
    asked = Request.of(session, None, None)
    assert [asked.texts(n) for n in (1, 100_000, 200_000, 10_000_000)] == [256, 256, 500, 1024]
    wide = Request.of(session, "text-embedding-qwen3-8b", None)
    assert wide.texts(10_000_000) == 366
    assert wide.texts(10_000_000) * 4096 * 16 / 3 <= 8_000_000


def test_a_lost_answer_is_cheap_enough_to_be_asked_for_again():
    session = vn.Venice.sandbox()._session
    for model in session.catalogue.of_type("embedding"):
        asked = Request.of(session, model, None)
        assert asked.cost(asked.tokens) <= 0.005


@pytest.mark.parametrize("blanks", [0.0, 0.1])
def test_as_many_requests_are_sent_as_were_planned(blanks, four):
    world = World("sync").open(embedder := Embedder())
    rng = np.random.default_rng(5)
    texts = [f"text {rng.integers(60)}" if rng.random() >= blanks else None for _ in range(100)]
    found = plan(world, texts)
    matrix = world.embed(texts)
    assert len(embedder.sent) == found.requests
    assert len(embedder.texts) == found.unique
    assert len(matrix) == found.rows - len(found.left_out)
    assert plan(world, texts).requests == 0
