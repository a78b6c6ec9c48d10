"""The journal of jobs: on the disk when it says so, one poller at a time, and nothing erased."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import time

import pytest

from venice_nb.policy import journal as rooms
from venice_nb.policy.entry import Entry
from venice_nb.policy.journal import Journal, JournalFile, journal_for, journal_path
from venice_nb.policy.store import Busy, Unusable
from venice_nb.secrets import Secret

BASE = "https://api.venice.ai/api/v1"
ID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.fixture
def journal(tmp_path):
    made = Journal(JournalFile(tmp_path / "state" / "jobs.sqlite3"), b"key")
    yield made
    made.close()


def entry(op="op-1", **more):
    given = {
        "kind": "video",
        "model": "wan",
        "created": time.time(),
        "pid": os.getpid(),
        "host": rooms.socket.gethostname(),
    }
    return Entry(op=op, **given | more)


def test_what_is_put_is_found_again_whole(journal):
    put = journal.put(
        entry(quote=0.35, details={"duration": "5s", "audio": True}, refunded=False, queue_id=ID)
    )
    assert journal.find("op-1") == put
    assert journal.find(ID.upper()) == put
    assert journal.find("op-2") is None


def test_a_commit_is_on_the_disk(journal):
    """synchronous=FULL and a write-ahead log: another connection sees it at once, so does a restart."""
    journal.put(entry())
    connection = journal._store._connection
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    with sqlite3.connect(journal._store.path) as other:
        assert other.execute("SELECT count(*) FROM job").fetchone()[0] == 1
    other.close()


def test_the_file_and_its_side_files_are_the_users_alone(journal):
    journal.put(entry())
    for path in journal._store.path.parent.glob("jobs*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_changes_are_added_to_what_others_wrote(journal):
    first = journal.put(entry())
    journal.change(first, state="processing", elapsed_ms=5.0)
    found = journal.change(first, typical_ms=10.0)
    assert (found.state, found.elapsed_ms, found.typical_ms) == ("processing", 5.0, 10.0)


def test_a_job_that_is_done_stays_done(journal):
    first = journal.put(entry())
    journal.change(first, state="done", file="/film.mp4")
    late = journal.change(first, state="processing", file="/other.mp4")
    assert (late.state, late.file) == ("done", "/film.mp4")


def test_a_change_of_a_job_that_was_set_aside_writes_it_anew(journal):
    known = entry(queue_id=ID)
    assert journal.change(known, state="queued").queue_id == ID
    assert journal.find(ID).state == "queued"


def test_jobs_are_told_apart_by_key_and_address(journal):
    other = Journal(journal._store, b"another")
    journal.put(entry("op-1", created=time.time() - 5))
    other.put(entry("op-2"))
    assert [each.op for each in journal.entries()] == ["op-1"]
    both = journal.entries(everyone=True)
    assert [(each.op, each.own) for each in both] == [("op-2", False), ("op-1", True)]


def test_no_key_is_in_the_file(key):
    journal = journal_for(BASE, Secret(key))
    journal.put(entry())
    journal.close()
    stored = b"".join(path.read_bytes() for path in journal_path().parent.glob("jobs*"))
    assert key.encode() not in stored


def test_a_sender_that_is_gone_leaves_an_unknown_outcome(journal):
    gone = multiprocessing.get_context("spawn").Process(target=int)
    gone.start()
    gone.join()
    journal.put(entry("op-1", pid=gone.pid))
    journal.put(entry("op-2", created=time.time() - 400))
    journal.put(entry("op-3"))
    journal.put(entry("op-4", pid=gone.pid, host="another-machine"))
    states = {each.op: each.state for each in journal.entries()}
    assert states == {"op-1": "unknown", "op-2": "unknown", "op-3": "sending", "op-4": "sending"}


def test_one_holds_the_lease_until_it_is_given_back(journal):
    journal.put(entry())
    assert journal.lease("op-1", "a", 60)
    assert not journal.lease("op-1", "b", 60)
    assert journal.lease("op-1", "a", 60)  # renewed
    journal.give_back("op-1", "b")
    assert not journal.lease("op-1", "b", 60)
    journal.give_back("op-1", "a")
    assert journal.lease("op-1", "b", 60)


def test_a_lease_that_has_run_out_is_free(journal, monkeypatch):
    journal.put(entry())
    assert journal.lease("op-1", "a", 60)
    now = time.time()
    monkeypatch.setattr(rooms.time, "time", lambda: now + 61)
    assert journal.lease("op-1", "b", 60)


def test_a_lease_from_before_the_clock_was_set_is_free(journal, monkeypatch):
    journal.put(entry())
    assert journal.lease("op-1", "a", 60)
    now = time.time()
    monkeypatch.setattr(rooms.time, "time", lambda: now - 90_000)
    assert journal.lease("op-1", "b", 60)


def _hold(path, ready):
    held = Journal(JournalFile(path), b"key")
    held.lease("op-1", "of-the-child", 1000)
    ready.set()
    time.sleep(60)


def test_the_lease_of_a_process_that_is_killed_is_free_at_once(journal):
    journal.put(entry())
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    child = context.Process(target=_hold, args=(journal._store.path, ready))
    child.start()
    assert ready.wait(30)
    assert not journal.lease("op-1", "mine", 60)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert journal.lease("op-1", "mine", 60)


def test_a_journal_that_another_writes_is_busy_not_broken(journal):
    journal.put(entry())
    other = sqlite3.connect(journal._store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        journal.put(entry("op-2"))
    assert [each.op for each in journal.entries()] == ["op-1"]  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    journal.put(entry("op-2"))


def test_a_journal_that_cannot_be_written_says_so(journal):
    journal.put(entry())
    journal._store._connection.execute("PRAGMA query_only=1")
    with pytest.raises(Unusable, match="readonly"):
        journal.put(entry("op-2"))


def test_a_damaged_journal_is_set_aside(journal):
    journal.put(entry())
    journal.close()
    path = journal._store.path
    path.write_bytes(b"no database at all " * 500)
    with pytest.warns(UserWarning, match="damaged"):
        journal.put(entry("op-2"))
    [aside] = path.parent.glob("*broken*")
    assert aside.read_bytes().startswith(b"no database")
    assert [each.op for each in journal.entries()] == ["op-2"]


def test_the_journal_of_a_sandbox_ends_with_it(tmp_path):
    class Box:
        pass

    box, other = Box(), Box()
    journal_for(BASE, None, private=box).put(entry())
    assert [each.op for each in journal_for(BASE, None, private=box).entries()] == ["op-1"]
    assert journal_for(BASE, None, private=other).entries() == []
    assert not journal_path().exists()


def test_two_processes_may_begin_at_once(tmp_path):
    """Each makes the tables if they are not there."""
    path = tmp_path / "jobs.sqlite3"
    first, second = Journal(JournalFile(path), b"key"), Journal(JournalFile(path), b"key")
    first.put(entry("op-1"))
    second.put(entry("op-2"))
    assert len(first.entries()) == 2
    first.close()
    second.close()


def test_a_network_drive_gets_no_write_ahead_log(journal, monkeypatch):
    monkeypatch.setattr(rooms, "on_network", lambda _: True)
    with pytest.warns(UserWarning, match="network drive"):
        journal.put(entry())
    assert journal._store._connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_drives_are_told_apart_by_the_longest_mount_point(monkeypatch, tmp_path):
    table = f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(rooms.Path, "read_text", lambda *_: table)
    assert rooms.on_network(tmp_path / "state")
    assert not rooms.on_network(tmp_path.parent)
