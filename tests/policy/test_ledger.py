"""The failure ledger: who may go, what is remembered, in memory and in the file alike."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time

import pytest

from venice_nb.policy import store
from venice_nb.policy.ledger import BLOCKED, LOWER, REFUSED, Hold, MemoryLedger
from venice_nb.policy.limits import guard_for
from venice_nb.policy.store import SharedLedger, Store, ledger_path
from venice_nb.secrets import Secret

_opened = []


@pytest.fixture
def path(tmp_path):
    yield tmp_path / "state" / "failures.sqlite3"
    while _opened:
        _opened.pop().close()


def shared(path, identity=b"key", **options):
    opened = Store(path)
    _opened.append(opened)
    return SharedLedger(opened, identity, **options)


@pytest.fixture(params=["memory", "file"])
def ledger(request, path):
    return MemoryLedger() if request.param == "memory" else shared(path)


def fill(ledger, now=100.0, seconds=60.0, count=18):
    marks = [ledger.admit(now, seconds) for _ in range(count)]
    assert all(isinstance(mark, int) for mark in marks)
    return marks


def test_eighteen_under_way_is_the_most(ledger):
    marks = fill(ledger)
    hold = ledger.admit(100.0, 60.0)
    assert isinstance(hold, Hold)
    assert 0 < hold.seconds <= 0.25
    ledger.succeeded(marks[0])
    assert isinstance(ledger.admit(100.0, 60.0), int)


def test_a_failure_counts_for_32_seconds_after_it_was_heard_of(ledger):
    for mark in fill(ledger):
        ledger.failed(mark, 110.0)
    hold = ledger.admit(120.0, 60.0)
    assert isinstance(hold, Hold)
    assert hold.seconds == pytest.approx(22.0)
    assert "18 requests failed" in hold.why
    assert isinstance(ledger.admit(141.9, 60.0), Hold)
    assert len(fill(ledger, 142.1)) == 18


def test_a_request_nobody_ever_hears_of_again_counts_as_failed_at_the_end_of_its_time(ledger):
    fill(ledger, 100.0, seconds=60.0)
    assert isinstance(ledger.admit(191.0, 60.0), Hold)
    assert isinstance(ledger.admit(192.5, 60.0), int)


def test_marks_are_never_used_again(ledger):
    seen = set()
    for _ in range(50):
        mark = ledger.admit(100.0, 60.0)
        assert mark not in seen
        seen.add(mark)
        ledger.succeeded(mark)


def test_notes_are_kept_until_their_moment(ledger):
    ledger.admit(100.0, 60.0)
    ledger.note(REFUSED, 130.0, "because")
    assert ledger.notes(129.0)[REFUSED].text == "because"
    assert ledger.notes(131.0) == {}
    ledger.note(REFUSED, 160.0)
    ledger.forget(REFUSED)
    assert ledger.notes(140.0) == {}


def test_a_lower_cap_only_lowers(ledger):
    ledger.admit(100.0, 60.0)
    ledger.note(LOWER, 10_000.0, "8")
    assert sum(isinstance(ledger.admit(100.0, 60.0), int) for _ in range(20)) == 7
    ledger.note(LOWER, 10_000.0, "40")
    assert sum(isinstance(ledger.admit(100.0, 60.0), int) for _ in range(20)) == 10


def test_after_a_block_exactly_one_probes(ledger):
    ledger.succeeded(ledger.admit(100.0, 60.0))
    ledger.note(BLOCKED, 800.0, "131.0")
    held = ledger.admit(110.0, 60.0)
    assert (held.seconds, held.probe) == (21.0, None)
    asked = [ledger.admit(131.5, 60.0) for _ in range(5)]
    assert [isinstance(each.probe, int) for each in asked] == [True, False, False, False, False]
    ledger.succeeded(asked[0].probe)
    ledger.forget(BLOCKED)
    ledger.forget("probing")
    assert isinstance(ledger.admit(132.0, 60.0), int)


def test_a_prober_that_dies_is_followed_by_another(ledger):
    ledger.succeeded(ledger.admit(100.0, 60.0))
    ledger.note(BLOCKED, 800.0, "131.0")
    assert ledger.admit(132.0, 60.0).probe is not None
    assert ledger.admit(171.0, 60.0).probe is None
    assert ledger.admit(173.0, 60.0).probe is not None


def test_two_connections_count_together_and_two_keys_do_not(path):
    one, two, other = shared(path), shared(path), shared(path, b"another key")
    fill(one, count=9)
    two.note("seen", 200.0, "x")
    two.forget("seen")
    assert sum(isinstance(two.admit(100.0, 60.0), int) for _ in range(20)) == 9
    assert isinstance(other.admit(100.0, 60.0), int)
    two.note(REFUSED, 120.0, "told")
    assert one.notes(100.0)[REFUSED].text == "told"
    assert other.notes(100.0) == {}


def test_file_and_folder_are_private_and_hold_no_key(path):
    fill(shared(path, b"VENICE_INFERENCE_KEY_planted"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert min(each.name for each in path.parent.iterdir()) == path.name
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
        assert b"planted" not in each.read_bytes()


def test_the_folder_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("VENICE_STATE_DIR", str(tmp_path / "elsewhere"))
    assert ledger_path().parent == tmp_path / "elsewhere"
    monkeypatch.delenv("VENICE_STATE_DIR")
    assert ledger_path().parent.name == "venice_nb"


def test_a_broken_file_is_renamed_and_never_erased(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    fill(shared(path))
    (aside,) = [each for each in path.parent.iterdir() if ".broken-" in each.name]
    assert aside.read_bytes() == b"no database at all" * 100


def test_a_file_that_breaks_while_open_is_set_aside_once(path):
    ledger, other = shared(path), shared(path)
    fill(ledger, count=3)
    fill(other, count=3)
    for each in (path, path.with_name(path.name + "-wal")):
        each.write_bytes(b"\xa5" * each.stat().st_size)
    assert isinstance(ledger.admit(100.0, 60.0), int)
    assert isinstance(other.admit(100.0, 60.0), int)
    assert (
        sum(
            ".broken-" in each.name and not each.name.endswith(("-wal", "-shm"))
            for each in path.parent.iterdir()
        )
        == 1
    )


def test_without_a_usable_file_six_may_go_and_one_warning_says_so(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    ledger = shared(blocked / "failures.sqlite3")
    with pytest.warns(UserWarning, match="VENICE_STATE_DIR") as warned:
        marks = fill(ledger, count=6)
    assert len(warned) == 1
    assert isinstance(ledger.admit(100.0, 60.0), Hold)
    ledger.failed(marks[0], 101.0)
    ledger.succeeded(marks[1])
    assert isinstance(ledger.admit(101.0, 60.0), int)
    ledger.note(BLOCKED, 800.0, "131.0")
    assert BLOCKED in ledger.notes(102.0)


def test_a_locked_file_is_waited_for_then_done_without_and_nothing_is_forgotten(path, monkeypatch):
    monkeypatch.setattr(store, "BUSY", 0.01)
    ledger = shared(path)
    marks = fill(ledger, count=3)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    assert isinstance(ledger.admit(100.0, 60.0), Hold)
    ledger.succeeded(marks[0])  # cannot be written now
    ledger.failed(marks[1], 100.0)
    blocker.execute("ROLLBACK")
    assert sum(isinstance(ledger.admit(100.0, 60.0), int) for _ in range(20)) == 16
    blocker.execute("BEGIN EXCLUSIVE")
    assert isinstance(ledger.admit(105.0, 60.0), Hold)
    assert isinstance(ledger.admit(114.0, 60.0), Hold)
    with pytest.warns(UserWarning, match="locked"):
        assert isinstance(ledger.admit(116.0, 60.0), Hold)
    assert isinstance(ledger.admit(147.0, 60.0), Hold)  # what the file knew may all have failed
    assert sum(isinstance(ledger.admit(149.0, 60.0), int) for _ in range(20)) == 6
    blocker.close()


def test_marks_from_before_the_machine_was_started_anew_do_not_count(path):
    ledger = shared(path)
    ledger.admit(100.0, 60.0)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE mark SET until = 1e9, pid = 0")
        for _ in range(30):
            connection.execute("INSERT INTO mark(key, pid, until) SELECT key, pid, until FROM mark LIMIT 1")
    connection.close()
    assert len(fill(ledger)) == 18


def test_a_process_that_gets_the_number_of_a_dead_one_does_not_inherit_its_requests(path):
    fill(shared(path), seconds=600.0)
    late = shared(path)
    assert isinstance(late.admit(100.0, 60.0), Hold)
    assert isinstance(late.admit(133.0, 60.0), int)


def run_python(code, *arguments, wait=True):
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)])
    return process.wait(60) if wait else process


def test_a_killed_process_gives_its_share_back_after_the_window(path):
    code = """
        import os, pathlib, signal, sys, time
        from venice_nb.policy.store import SharedLedger, Store
        ledger = SharedLedger(Store(pathlib.Path(sys.argv[1])), b"key")
        assert all(isinstance(ledger.admit(time.monotonic(), 3000.0), int) for _ in range(18))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert run_python(code, path) == -signal.SIGKILL
    ledger, now = shared(path), time.monotonic()
    hold = ledger.admit(now, 60.0)
    assert isinstance(hold, Hold)
    assert "failed" in hold.why
    assert isinstance(ledger.admit(now + 33, 60.0), int)


def test_a_fork_opens_the_file_anew_and_both_count_together(path):
    code = """
        import os, pathlib, sys, time
        from venice_nb.policy.store import SharedLedger, Store
        ledger = SharedLedger(Store(pathlib.Path(sys.argv[1])), b"key")
        take = lambda: sum(isinstance(ledger.admit(time.monotonic(), 60.0), int) for _ in range(6))
        assert take() == 6
        child = os.fork()
        if not child:
            os._exit(take() if ledger._store._connection is not ledger._store._inherited else 99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 6
        assert take() == 6
        # 6 here, 6 there, 6 again: full, though the child is gone
        assert not isinstance(ledger.admit(time.monotonic(), 60.0), int)
    """
    assert run_python(code, path) == 0


WORKER = """
    import os, pathlib, sys, threading, time
    from venice_nb.policy.store import SharedLedger, Store
    path, log, window, until = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    store = Store(pathlib.Path(path))
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    def work():
        ledger = SharedLedger(store, b"key", window=window)
        while (now := time.monotonic()) < until:
            mark = ledger.admit(now, 5.0)
            if isinstance(mark, int):
                os.write(out, f"{time.monotonic()}\\n".encode())  # the server sees a request and fails it
                ledger.failed(mark, time.monotonic())
            else:
                time.sleep(min(mark.seconds, 0.02))
    threads = [threading.Thread(target=work) for _ in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


def test_four_processes_of_sixteen_threads_stay_below_the_cap_even_when_some_are_killed(path, tmp_path):
    window, log = 0.64, tmp_path / "failures.txt"  # 32 s in a fiftieth of the time
    log.touch()
    end = time.monotonic() + 5.0
    workers = [run_python(WORKER, path, log, window, end, wait=False) for _ in range(4)]
    for victim in range(2):
        while len(log.read_text().split()) < 18 * (victim + 1):
            assert time.monotonic() < end
            os.sched_yield()
        os.kill(workers[victim].pid, signal.SIGKILL)
        workers[victim].wait(10)
        workers.append(run_python(WORKER, path, log, window, end, wait=False))
    for worker in workers[2:]:
        assert worker.wait(60) == 0
    stamps = sorted(float(line) for line in log.read_text().split())
    assert len(stamps) >= 54  # it went on all the time
    for earlier, later in zip(stamps, itertools.islice(stamps, 18, None), strict=False):
        assert later - earlier >= window * 30 / 32


def test_clients_of_one_key_share_a_guard_and_the_sandbox_has_its_own(tmp_path):
    key = Secret("VENICE_INFERENCE_KEY_planted")
    one = guard_for("https://a.example/v1", key)
    assert guard_for("https://a.example/v1", Secret("VENICE_INFERENCE_KEY_planted")) is one
    assert guard_for("https://b.example/v1", key) is not one
    assert guard_for("https://a.example/v1", Secret("VENICE_INFERENCE_KEY_other")) is not one
    assert guard_for("https://a.example/v1", key, private=True) is not one
    assert isinstance(guard_for("https://a.example/v1", key, private=True).ledger, MemoryLedger)
    assert list((tmp_path / "state").glob("*")) == []  # nothing is opened before it is needed
