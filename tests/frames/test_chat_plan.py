"""What a run would cost is told before, and nothing is sent or kept for it."""

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server
from venice_nb.policy.pace import pace
from venice_nb.results.chat_plan import ChatPlan
from venice_nb.results.money import Cost

FRAME = pd.DataFrame({"text": ["a", "b", "a", None, "half \ud83d"]}, dtype="object")


def plan(world, **options):
    return world.run(lambda v: FRAME.venice.using(v).map("Label {text}", dry_run=True, **options))


def test_a_plan_counts_rows_and_prices_the_calls_that_are_missing(world):
    server = Server()
    found = plan(world.open(server))
    assert (found.rows, found.calls, found.cached, found.skipped, found.refused) == (5, 2, 0, 1, 1)
    assert found.model == "zai-org-glm-5-2"
    assert 0 < found.least.usd < found.most.usd
    assert 0 < found.prompt_tokens < found.most_tokens
    assert server.bodies == []
    world.run(lambda v: FRAME[:1].venice.using(v).map("Label {text}"))
    again = plan(world)
    assert (again.calls, again.cached) == (1, 2)
    assert len(server.bodies) == 1


def test_a_limit_to_the_answers_brings_the_price_down(world):
    world.open(Server())
    loose, tight = plan(world), plan(world, max_completion_tokens=5)
    assert tight.least == loose.least
    assert tight.most.usd < loose.most.usd / 10


def test_without_keeping_every_row_counts(world):
    assert plan(world.open(Server()), cache=False).calls == 3


def test_filter_and_extract_have_the_same_plan(world):
    world.open(Server())
    found = [
        world.run(lambda v: FRAME.venice.using(v).filter("It is late: {text}", dry_run=True)),
        world.run(lambda v: FRAME.venice.using(v).extract("text", int, dry_run=True)),
    ]
    assert [(each.rows, each.calls) for each in found] == [(5, 2), (5, 2)]


def test_the_plan_tells_the_same_in_words_and_in_html(world):
    bundle = plan(world.sandbox())._mimebundle()
    for words in (
        "Plan: a chat about each of 5 rows",
        "SANDBOX, play money",
        "Nothing is sent",
        "answered before",
    ):
        assert words in bundle["text/plain"]
        assert words in bundle["text/html"]


@pytest.mark.parametrize(
    ("allowed", "calls", "tokens", "minutes"),
    [((90, None), 900, 0, 9), ((90, 1000), 900, 90_000, 89), ((90, None), 90, 0, 0), ((None, 10), 0, 0, 0)],
)
def test_minutes_follow_the_tighter_of_the_limits(allowed, calls, tokens, minutes):
    found = pace(allowed, "text", calls, tokens)
    assert (found["requests_per_minute"], found["tokens_per_minute"]) == allowed
    assert found["minutes"] == pytest.approx(minutes * 61 / 60)


def test_where_nothing_sets_a_pace_the_published_limits_are_told(world):
    """The default model is of the tier M: 50 requests a minute, of which 45 are used."""
    found = plan(world.sandbox())
    assert (found.requests_per_minute, found.tokens_per_minute, found.unpaced) == (45, 675_000, True)
    assert "with a key less than a minute, at 45 requests a minute" in found._mimebundle()["text/plain"]


def test_a_plan_is_plain_values_and_a_line():
    found = ChatPlan("m", 3, 2, least=Cost(0.01, "estimated"), most=Cost(0.02, "estimated"))
    assert repr(found) == "<ChatPlan 3 rows, 2 calls, $0.01 to $0.02, m>"
    assert found.to_dict()["most"] == 0.02
    assert "unknown" in repr(ChatPlan("m", 3, 2))


def test_a_plan_for_no_row_names_no_model(world):
    found = world.open(Server()).run(lambda v: FRAME[:0].venice.using(v).map("Label {text}", dry_run=True))
    assert repr(found) == "<ChatPlan 0 rows, 0 calls, $0.00>"
    assert "model" not in found._mimebundle()["text/plain"]


def test_hostile_model_names_are_inert():
    bundle = ChatPlan("<script>alert(1)</script>", 1, 1)._mimebundle()
    assert "<script>" not in bundle["text/html"]


def test_an_estimate_of_a_method_reads_the_plan_without_sending_or_telling(world, caplog):
    server = Server()
    world.open(server)
    before = world.client.last
    world.run(lambda v: v.estimate(v.chat.map, ["a", "b"]))
    assert server.bodies == []
    assert world.client.last is before
    assert "stopped" not in caplog.text
    assert isinstance(vn.Venice.sandbox(), vn.Venice)
