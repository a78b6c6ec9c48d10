"""`df.venice.extract` and `v.extract(series, shape)`: fields in columns, many rows at a time, kept."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server, refused, values
from venice_nb.calls.talk.chat import chat_completion
from venice_nb.talk.rows import Chats, How, Row


@dataclass
class Review:
    stars: int
    tags: list[str]


ANSWERS = {
    "a": '{"stars": 5, "tags": ["x"]}',
    "b": '{"stars": "many", "tags": []}',
    "c": '{"stars": 1, "tags": []}',
}
FRAME = pd.DataFrame({"title": ["A", "B", "C"], "text": ["a", "b", "c"]}, index=[1, 1, 2])


def by(text):
    return ANSWERS.get(text, '{"stars": "still many"}')


def test_fields_become_columns_beside_the_users_own(world):
    server = Server(by)
    table = world.open(server).run(lambda v: FRAME.venice.using(v).extract("text", Review, at_once=3))
    assert table.columns.tolist() == ["title", "text", "stars", "tags", "error"]
    assert table.index.tolist() == [1, 1, 2]
    assert values(table["stars"]) == [5, None, 1]
    assert table["stars"].dtype == "Int64"
    assert values(table["tags"]) == [["x"], None, []]
    assert "does not fit Review, also after one repair" in table["error"].tolist()[1]
    assert len(server.bodies) == 4
    assert world.client.last.usage.total_tokens == 60, "an answer that does not fit is paid for all the same"


def test_a_second_run_pays_only_for_what_did_not_fit(world):
    server = Server(by)
    first = world.open(server).run(lambda v: FRAME.venice.using(v).extract("text", Review))
    again = world.run(lambda v: FRAME.venice.using(v).extract("text", Review))
    pd.testing.assert_frame_equal(first, again)
    assert len(server.bodies) == 6


def test_a_mended_answer_is_kept_with_what_led_to_it(world):
    answers = iter(['{"stars": "four", "tags": []}', '{"stars": 4, "tags": []}'])
    server = Server(lambda _: next(answers))
    for _ in range(2):
        frame = FRAME[:1]
        table = (world if world.client else world.open(server)).run(
            lambda v, frame=frame: frame.venice.using(v).extract("text", Review)
        )
        assert table["stars"].tolist() == [4]
    assert len(server.bodies) == 2


def test_several_columns_make_one_text(world):
    server = Server(lambda _: ANSWERS["a"])
    world.open(server).run(lambda v: FRAME.venice.using(v).extract("{title}: {text}", Review))
    assert sorted(server.asked) == ["A: a", "B: b", "C: c"]


@pytest.mark.parametrize(
    ("shape", "into", "columns"),
    [
        (Review, "r_", ["r_stars", "r_tags", "r_error"]),
        (int, "year", ["year", "year_error"]),
        (int, "", ["value", "error"]),
        ({"error": str}, "", ["error", "extraction_error"]),
        ({"text": str}, "of_", ["of_text", "of_error"]),
    ],
)
def test_into_names_the_columns(world, shape, into, columns):
    server = Server(lambda _: '{"stars": 1, "tags": [], "value": 7, "error": "e", "text": "t"}')
    table = world.open(server).run(lambda v: FRAME.venice.using(v).extract("text", shape, into=into))
    assert table.columns.tolist() == ["title", "text", *columns]


@pytest.mark.parametrize(
    ("column", "shape", "words"),
    [
        ("txt", Review, "Did you mean 'text'"),
        ("{txt}", Review, "Did you mean {text}"),
        (5, Review, "must be one of title, text"),
        ("text", {"text": str}, "made from"),
        ("text", "Review", "not a shape"),
    ],
)
def test_nothing_is_sent_when_the_column_or_the_shape_is_wrong(world, column, shape, words):
    server = Server(by)
    with pytest.raises(vn.InvalidInput, match=words):
        world.open(server).run(lambda v: FRAME.venice.using(v).extract(column, shape))
    assert server.bodies == []


def test_instructions_that_are_no_text_are_refused_before_anything_is_sent(world):
    server = Server(by)
    with pytest.raises(vn.InvalidInput, match="instructions"):
        world.open(server).run(lambda v: FRAME.venice.using(v).extract("text", Review, instructions=5))
    assert server.bodies == []


def test_a_series_is_extracted_many_rows_at_a_time_and_kept(world):
    server = Server(by)
    series = pd.Series(["a", None, "c", "a"], index=[3, 3, 4, 5])
    for _ in range(2):
        client = world if world.client else world.open(server)
        frame = client.run(lambda v: v.extract(series, Review, at_once=4))
        assert frame.columns.tolist() == ["stars", "tags", "error"]
        assert frame.index.tolist() == [3, 3, 4, 5]
        assert values(frame["stars"]) == [5, None, 1, 5]
        assert frame["error"].tolist() == [None, "no text", None, None]
        assert world.client.last.parsed is frame
    assert sorted(server.asked) == ["a", "c"]


def test_a_list_in_a_cell_belongs_to_that_cell_alone(world):
    frame = world.open(Server(by)).run(lambda v: v.extract(["a", "a"], Review))
    frame["tags"][0].append("mine")
    assert frame["tags"][1] == ["x"]


def test_what_the_users_own_shape_raises_costs_no_other_row(world):
    @dataclass
    class Picky:
        stars: int
        tags: list[str]

        def __post_init__(self):
            if self.stars == 5:
                raise RuntimeError("too good")

    frame = world.open(Server(by)).run(lambda v: v.extract(["a", "c"], Picky))
    assert values(frame["stars"]) == [None, 1]
    assert frame["error"].notna().tolist() == [True, False]


def test_a_failure_that_is_nobodys_is_told_in_its_row(world):
    def fails():
        raise ZeroDivisionError("division by zero")
        yield

    def fine():
        return 7
        yield

    session = world.open(Server()).client._session
    ask = partial(chat_completion, model="llama-3.3-70b", catalogue=session.catalogue)
    chats = Chats(session, [Row(partial(ask, "a"), fails), Row(partial(ask, "b"), fine)], How())
    outcome = world.run(lambda v: v._driver.run(chats.ask(lambda outcome: outcome)))
    assert outcome.answers == [None, 7]
    assert outcome.told == ["ZeroDivisionError: division by zero", None]


def test_a_price_is_told_before_a_series_is_extracted(world):
    server = Server(by)
    plan = world.open(server).run(lambda v: v.extract(["a", "b", "a", ""], Review, dry_run=True))
    assert (plan.rows, plan.calls, plan.skipped) == (4, 2, 1)
    assert server.bodies == []


def test_a_budget_stops_an_extraction_before_it_is_passed(world):
    server = Server(lambda _: refused(500))
    with pytest.raises(vn.BudgetExceeded):
        world.open(server).run(lambda v: v.extract(["a"], Review, budget_usd=0.0))
    assert server.bodies == []


def test_a_single_text_is_never_taken_from_what_is_kept(world):
    server = Server(by)
    world.open(server)
    for _ in range(2):
        world.run(lambda v: v.extract("a", Review))
    assert len(server.bodies) == 2
    assert len(world.client.chat.cache) == 0
