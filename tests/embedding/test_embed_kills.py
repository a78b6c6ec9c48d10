"""Fault 27: whoever was killed pays again for what was under way alone, and ends with the same matrix."""

import random
import signal
import sqlite3

import numpy as np
import pytest

from tests.embedding.embedder import vectors
from tests.embedding.killing import AT_ONCE, POINTS, PaidServer, column, nursery, run, work
from venice_nb.policy.vector_cache import vectors_path

COUNT, FEW = 160, 16


@pytest.fixture
def server():
    made = PaidServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def children():
    return nursery()


def judge(server, told, kills):
    np.testing.assert_array_equal(np.load(told), vectors(column(COUNT)))
    assert set(server.paid) == set(column(COUNT))
    twice = sum(server.paid.values()) - len(server.paid)
    assert twice <= kills * AT_ONCE * FEW


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_kill_at_this_point_costs_what_was_under_way_alone(server, children, world, point, tmp_path):
    state, told = tmp_path / "state", tmp_path / "told.npy"
    server.kill = point, 3
    given = (server.base_url, state, told, COUNT)
    assert run(children, *given, point=point, batch=3, few=FEW, world=world) == -signal.SIGKILL
    server.kill = None
    assert run(children, *given, few=FEW, world=world) == 0
    judge(server, told, kills=1)
    with sqlite3.connect(vectors_path()) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


@pytest.mark.parametrize("out", [False, True])
def test_kills_at_any_time_lose_nothing(server, children, out, tmp_path):
    state, told, rng = tmp_path / "state", tmp_path / "told.npy", random.Random(7)
    options = {"out": tmp_path / "big"} if out else {}
    given = (server.base_url, state, told, COUNT)
    kills = 0
    for _ in range(6):
        kills += run(children, *given, few=FEW, within=rng.uniform(0.0, 0.4), **options) == -signal.SIGKILL
    assert run(children, *given, few=FEW, **options) == 0
    judge(server, told, kills)


def test_two_processes_with_one_column_share_the_work(server, children, tmp_path):
    state = tmp_path / "state"
    both = [
        children.Process(
            target=work, args=(server.base_url, state, tmp_path / f"{name}.npy", COUNT), kwargs={"few": FEW}
        )
        for name in "ab"
    ]
    for child in both:
        child.start()
    for child in both:
        child.join(60)
        assert child.exitcode == 0
    for name in "ab":
        judge(server, tmp_path / f"{name}.npy", kills=0)
    assert set(server.paid.values()) == {1}
