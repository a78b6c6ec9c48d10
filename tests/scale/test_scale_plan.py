"""What a run on a cluster would cost is counted by the workers before, and nothing is sent for it."""

from pathlib import Path

import pandas as pd
import pytest

import venice_nb as vn

dd = pytest.importorskip("dask.dataframe")
pytest.importorskip("distributed")

from venice_nb import scale  # noqa: E402

TEXTS = ["a gondola", "a canal", " ", "a gondola", None, "a bridge", "x" * 40_000]


@pytest.fixture
def ddf():
    return dd.from_pandas(pd.DataFrame({"text": TEXTS}, dtype=object), npartitions=2)


def test_rows_texts_requests_tokens_and_dollars_are_counted_in_threads_where_there_is_no_cluster(ddf):
    v = vn.Venice.sandbox()
    plan = scale.plan(ddf, "text", venice=v)
    assert (plan.partitions, plan.rows, plan.unique, plan.requests) == (2, 7, 3, 2)
    assert plan.left_out == {"blank": 1, "missing": 1, "too long": 1}
    assert plan.tokens == v.embed.plan(["a gondola", "a canal", "a bridge"]).tokens
    assert plan.cost == v.embed.plan(["a gondola", "a canal", "a bridge"]).cost
    assert v._session.calls == 0


def test_the_plan_and_the_run_send_and_cost_the_same_and_a_second_plan_finds_it_done(client, server, v):
    frame = pd.DataFrame({"text": [f"gondola {n}" for n in range(90)]})
    ddf = dd.from_pandas(frame, npartitions=3)
    plan = scale.plan(ddf, "text", to="vectors", venice=v, client=client)
    assert not Path("vectors").exists()
    assert server.seen == []
    assert (plan.finished, plan.requests_per_minute, plan.unpaced, plan.sandbox) == (0, 450, False, False)
    made = scale.embed(ddf, "text", to="vectors", venice=v)
    assert made.cost <= plan.cost <= 2 * made.cost
    assert plan.requests == sum(entry["status"] == 200 for entry in server.seen if entry["texts"])
    frame.iloc[89] = "another"
    again = scale.plan(dd.from_pandas(frame, npartitions=3), "text", to="vectors", venice=v, client=client)
    assert (again.finished, again.rows) == (2, 90)
    assert (again.unique, again.cached, again.requests) == (30, 29, 1)
    with pytest.raises(vn.InvalidInput, match="was made with"):
        scale.plan(ddf, "text", to="vectors", model="text-embedding-qwen3-8b", venice=v, client=client)


def test_vectors_that_a_killed_run_has_paid_for_are_not_priced_again(client, server, v):
    ddf = dd.from_pandas(pd.DataFrame({"text": ["a gondola", "a canal"]}), npartitions=1)
    server.behave(word="canal")
    scale.embed(ddf, "text", to="vectors", venice=v)
    plan = scale.plan(ddf, "text", to="vectors", venice=v, client=client)
    assert (plan.finished, plan.unique, plan.cached, plan.requests) == (0, 2, 1, 1)


def test_without_a_client_the_limits_of_a_key_are_told(ddf):
    plan = scale.plan(ddf, "text")
    assert (plan.requests_per_minute, plan.unpaced, plan.sandbox) == (450, False, False)


def test_a_plan_shows_the_same_as_text_and_as_a_card(ddf):
    plan = scale.plan(ddf, "text", venice=vn.Venice.sandbox())
    shown = plan._mimebundle()
    for fact in ("7 rows to embed on a cluster", "1 blank, 1 missing", "play money", "Nothing is sent"):
        assert fact in shown["text/plain"]
        assert fact in shown["text/html"]
    assert repr(plan) == "<ScalePlan 7 rows in 2 partitions, $0.0000013, text-embedding-bge-m3>"
    assert (plan.to_dict()["size"], plan.to_dict()["cached"]) == (4 * 1024 * 4, 0)


def test_a_plan_refuses_what_the_run_would_refuse(ddf):
    with pytest.raises(vn.InvalidInput):
        scale.plan(ddf, "txt")
    with pytest.raises(vn.InvalidInput):
        scale.plan(pd.DataFrame({"text": ["a"]}), "text")
