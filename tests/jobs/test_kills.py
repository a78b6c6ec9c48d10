"""Fault 26: a process killed at any of these points loses no job that was billed, and leaves no torn film."""

import signal
import sqlite3

import pytest
from films import film
from killing import POINTS, FilmServer, account, buy, nursery, resume

from venice_nb.policy.journal import journal_path


@pytest.fixture(scope="module")
def server():
    made = FilmServer(film())
    yield made
    made.close()


@pytest.fixture(scope="module")
def children():
    return nursery()


@pytest.mark.parametrize("name", ["sync", "async"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_this_point_loses_nothing(server, children, point, name, tmp_path, key):
    state, out, told = tmp_path / "state", tmp_path / "out", tmp_path / "told.json"
    server.billed.clear()
    server.kill = point
    child = children.Process(target=buy, args=(server.base_url, state, out, key, point, name))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL  # it did die there
    server.kill = ""
    after = children.Process(target=resume, args=(server.base_url, state, out, key, told, name))
    after.start()
    after.join(60)
    assert after.exitcode == 0

    found = account(server, told, out, film())
    billed, at = len(server.billed), POINTS.index(point)
    assert billed == (1 if at >= POINTS.index("billed, not answered") else 0)
    if billed and at < POINTS.index("id noted"):
        assert len(found["lost"]) == 1  # the id is gone, the order is not
        assert [each["status"] for each in found["jobs"]] == ["unknown"]
    else:
        assert found["lost"] == []
    if billed and at >= POINTS.index("id noted"):
        assert [each["status"] for each in found["jobs"]] == ["done"]
        assert len(found["films"]) == 1
    assert found["unaccounted"] == []
    assert found["torn"] == []
    assert found["left"] == []
    with sqlite3.connect(journal_path()) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


@pytest.mark.parametrize("names", [("sync", "sync"), ("async", "async"), ("sync", "async")])
def test_two_processes_that_resume_a_job_share_one_film(server, children, names, tmp_path, key):
    """Fault 28: one of them polls and downloads, the other takes its file."""
    state, out = tmp_path / "state", tmp_path / "out"
    server.billed.clear()
    server.served = 0
    child = children.Process(target=buy, args=(server.base_url, state, out, key, "id noted", names[0]))
    child.start()
    child.join(60)
    told = [tmp_path / "one.json", tmp_path / "two.json"]
    both = [
        children.Process(target=resume, args=(server.base_url, state, out, key, each, name))
        for each, name in zip(told, names, strict=True)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert [each.exitcode for each in both] == [0, 0]
    found = [account(server, each, out, film())["jobs"] for each in told]
    assert found[0] == found[1]
    assert found[0][0]["status"] == "done"
    assert len(list(out.iterdir())) == 1
    assert server.served == 1


def test_there_are_twelve_points_or_more():
    assert len(POINTS) >= 12
