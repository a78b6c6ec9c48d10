"""`df.venice.filter`: the rows of which a statement is true; none without a verdict is dropped in silence."""

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server, refused, values

FRAME = pd.DataFrame({"text": ["late", "fine", None, "odd", "broken"]}, index=list("aabcd"))
ANSWERS = {"late": "True", "fine": "**False.**", "odd": "It is hard to say.", "broken": refused(400)}


def judge(world, frame=FRAME, statement="It is about delivery: {text}", **options):
    return world.run(lambda v: frame.venice.using(v).filter(statement, **options))


def test_rows_that_are_true_stay_and_so_do_those_without_a_verdict(world, caplog):
    table = judge(world.open(Server(ANSWERS.get)))
    assert table.index.tolist() == ["a", "b", "c", "d"]
    assert values(table["text"]) == ["late", None, "odd", "broken"]
    reasons = table["filter_error"].tolist()
    assert reasons[:2] == [None, "no text in text"]
    assert reasons[2] == "The model answered neither true nor false: 'It is hard to say.'"
    assert reasons[3].startswith("BadRequest: ")
    assert "3 of 5 rows have no verdict: they are kept, filter_error says why" in caplog.text


def test_rows_without_a_verdict_can_be_left_out_and_it_is_said(world, caplog):
    table = judge(world.open(Server(ANSWERS.get)), unjudged="drop")
    assert table["text"].tolist() == ["late"]
    assert "3 of 5 rows have no verdict: they are left out" in caplog.text
    verdicts = world.client.last.parsed
    assert values(verdicts) == [True, False, None, None, None]
    assert verdicts.index.tolist() == FRAME.index.tolist()


@pytest.mark.parametrize(
    ("answer", "stays"),
    [
        ("true", True),
        ("TRUE.", True),
        ("Yes", True),
        ("The statement is true.", True),
        ("false", False),
        ("No", False),
        ("`false`", False),
    ],
)
def test_verdicts_are_read_in_any_dress(world, answer, stays):
    table = judge(world.open(Server(lambda _: answer)), FRAME[:1])
    assert len(table) == stays
    assert table["filter_error"].tolist() == [None] * stays


@pytest.mark.parametrize("answer", ["true or false", "maybe", "untrue", "nothing", "42"])
def test_what_is_no_verdict_is_told_and_asked_again_the_next_time(world, answer):
    server = Server(lambda _: answer)
    judge(world.open(server), FRAME[:1])
    table = judge(world, FRAME[:1])
    assert len(table) == 1
    assert "neither true nor false" in table["filter_error"].iloc[0]
    assert len(server.bodies) == 2


def test_verdicts_are_kept(world):
    server = Server(lambda text: "true" if text == "late" else "false")
    first = judge(world.open(server))
    pd.testing.assert_frame_equal(first, judge(world))
    assert len(server.bodies) == 4


def test_the_statement_is_apart_from_the_data_and_the_users_instructions_come_first(world):
    server = Server(lambda _: "true")
    judge(world.open(server), FRAME[:1], system="Late is a day or more.")
    system, user = server.bodies[0]["messages"]
    assert system["content"].startswith("Late is a day or more.\n\n")
    assert user["content"] == "True or false: It is about delivery: <text>late</text>"


def test_the_users_table_is_never_changed(world):
    before = FRAME.copy(deep=True)
    table = judge(world.open(Server(lambda _: "true")))
    table["text"] = "changed"
    pd.testing.assert_frame_equal(FRAME, before)


def test_nothing_is_sent_when_anything_is_wrong(world):
    server = Server()
    world.open(server)
    for options in (
        {"unjudged": "forget"},
        {"statement": "no column"},
        {"statement": "{txt}"},
        {"tools": []},
        {"system": ["be strict"]},
    ):
        with pytest.raises(vn.InvalidInput):
            judge(world, **options)
    assert server.bodies == []


def test_the_sandbox_judges(world):
    frame = pd.DataFrame(
        {"text": ["The parcel came late, awful.", "Delivery was quick, great!", "A blue mug."]}
    )
    table = judge(world.sandbox(), frame, "The review complains about delivery: {text}")
    assert table.index.tolist() == [0]
