"""A process killed while it labels a table loses no finished row: the next one pays for the rest."""

import json
import random
import signal
import sqlite3

import pytest

from tests.frames.labelling import AT_ONCE, LabelServer, label, nursery
from venice_nb.policy.answer_cache import answers_path

ROWS = 120


@pytest.fixture
def server():
    made = LabelServer()
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_at_any_moment_costs_only_what_was_under_way(server, tmp_path, key, seed):
    dice, children = random.Random(seed), nursery()
    state, told = tmp_path / "state", tmp_path / "told.json"
    kills = 3
    for _ in range(kills):
        server.kill = dice.randint(1, 30)
        child = children.Process(target=label, args=(server.base_url, state, key, ROWS, told))
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        assert not told.exists()
    server.kill = None
    last = children.Process(target=label, args=(server.base_url, state, key, ROWS, told))
    last.start()
    last.join(60)
    assert last.exitcode == 0

    tones, errors = json.loads(told.read_text())
    assert tones == [f"ROW {n}" for n in range(ROWS)]
    assert errors == [None] * ROWS
    twice = sum(times - 1 for times in server.billed.values())
    assert twice <= kills * AT_ONCE, "what was under way when it died, and nothing else"
    with sqlite3.connect(state / answers_path().name) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("SELECT count(*) FROM answer").fetchone()[0] == ROWS
    connection.close()


def test_two_that_label_the_same_table_at_the_same_time_share_the_work_and_the_bill(server, tmp_path, key):
    children, state, server.askers = nursery(), tmp_path / "state", 2
    told = [tmp_path / f"told-{number}.json" for number in range(2)]
    both = [children.Process(target=label, args=(server.base_url, state, key, ROWS, each)) for each in told]
    for child in both:
        child.start()
    for child in both:
        child.join(60)
    assert [child.exitcode for child in both] == [0, 0]
    for each in told:
        assert json.loads(each.read_text()) == [[f"ROW {n}" for n in range(ROWS)], [None] * ROWS]
    assert server.billed == {f"row {n}": 1 for n in range(ROWS)}
