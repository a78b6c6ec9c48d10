"""Kept answers: found by all that was asked, on the disk when they count, private, and never lost."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
import warnings

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server
from venice_nb.calls.talk.chat import chat_completion
from venice_nb.catalogue import Catalogue
from venice_nb.policy import answer_cache, claims
from venice_nb.policy.answer_cache import AnswerCache, AnswerFile, answers_for, answers_path, asked

BASE = "https://api.venice.ai/api/v1"


@pytest.fixture
def file(tmp_path):
    made = AnswerFile(tmp_path / "state" / "answers.sqlite3")
    yield made
    made.close()


@pytest.fixture
def cache(file):
    return AnswerCache(file)


def call(prompt="hi", **more):
    return chat_completion(prompt, **{"model": "llama-3.3-70b", "catalogue": Catalogue.bundled(), **more})


def test_what_is_put_is_found_again_by_another_process_as_well(cache, file):
    cache.put({b"a" * 32: b"1", b"b" * 32: b"2"})
    other = AnswerCache(AnswerFile(file.path))
    assert [other.get(letter * 32) for letter in (b"a", b"b", b"c")] == [b"1", b"2", None]
    assert other.known([b"a" * 32, b"c" * 32]) == {b"a" * 32}
    assert other.size() == (2, 2)
    other._file.close()


def test_a_commit_is_on_the_disk(cache, file):
    cache.put({b"a" * 32: b"1"})
    assert file._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert file._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_the_file_and_its_side_files_are_the_users_alone(cache, file):
    cache.put({b"a" * 32: b"1"})
    for path in file.path.parent.glob("answers*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_everything_in_a_request_counts_and_nothing_else():
    first = asked(BASE, call())
    assert first == asked(BASE, call())
    others = [
        asked("https://proxy.example/api/v1", call()),
        asked(BASE, call("Hi")),
        asked(BASE, call(model="venice-uncensored-1-2")),
        asked(BASE, call(temperature=0.5)),
        asked(BASE, call(seed=3)),
        asked(BASE, call(web_search="on")),
        asked(BASE, call(stop=["x"])),
    ]
    assert len({first, *others}) == 8


def test_more_keys_than_one_question_holds_are_all_looked_up(cache):
    keys = [number.to_bytes(32, "big") for number in range(1234)]
    cache.put(dict.fromkeys(keys[::2], b"x"))
    assert cache.known(keys) == set(keys[::2])


def test_prompts_are_hashes_in_the_file(key, monkeypatch, tmp_path):
    """The answers are there in the clear; neither prompts nor keys are."""
    server = Server(lambda _: "the answer")
    v = server_client(server, key, monkeypatch)
    pd.DataFrame({"text": ["the secret prompt"]}).venice.using(v).map("Label {text}")
    written = b"".join(path.read_bytes() for path in answers_path().parent.glob("answers*"))
    assert b"the answer" in written
    assert b"secret" not in written
    assert key.encode() not in written


def server_client(server, key, monkeypatch):
    """A client of a scripted server that counts as a real one."""
    import httpx

    v = vn.Venice(api_key=key, transport=httpx.MockTransport(server), max_retries=0)
    v._session.private = None
    return v


def test_a_broken_file_is_set_aside_and_said_never_erased(cache, file):
    cache.put({b"a" * 32: b"1"})
    file.close()
    file.path.write_bytes(b"no database" * 1000)
    with pytest.warns(UserWarning, match="were damaged"):
        assert cache.get(b"a" * 32) is None
    cache.put({b"a" * 32: b"2"})
    assert cache.get(b"a" * 32) == b"2"
    assert any(b"no database" in path.read_bytes() for path in file.path.parent.glob("*.broken-*"))


def test_what_cannot_be_written_is_kept_in_memory_and_said_once(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    cache = AnswerCache(AnswerFile(tmp_path / "state" / "answers.sqlite3"))
    with pytest.warns(UserWarning, match="kept in memory"):
        cache.put({b"a" * 32: b"1"})
    cache.put({b"b" * 32: b"2"})  # a second warning would be an error
    assert cache.get(b"a" * 32) == b"1"
    assert cache.known([b"b" * 32, b"c" * 32]) == {b"b" * 32}


def test_a_full_disk_costs_no_answer(cache, file, monkeypatch):
    cache.put({b"a" * 32: b"1"})
    file._connection.execute("PRAGMA max_page_count=1")
    with pytest.warns(UserWarning, match="full"):
        cache.put({b"b" * 32: b"x" * 100_000})
    assert cache.get(b"b" * 32) == b"x" * 100_000
    file._connection.execute("PRAGMA max_page_count=1000000")
    cache.put({})
    assert AnswerCache(file).get(b"b" * 32) == b"x" * 100_000


def test_answers_that_meet_a_locked_file_are_written_with_the_next_ones(cache, file):
    cache.put({b"a" * 32: b"1"})
    other = sqlite3.connect(file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.put({b"b" * 32: b"2"})
    assert cache.get(b"b" * 32) == b"2"
    other.execute("COMMIT")
    cache.put({b"c" * 32: b"3"})
    assert other.execute("SELECT count(*) FROM answer").fetchone()[0] == 3
    other.close()


def test_a_file_that_stays_locked_is_waited_for_then_told(cache, file, monkeypatch):
    monkeypatch.setattr(answer_cache, "PATIENCE", 0.0)
    cache.put({b"a" * 32: b"1"})
    monkeypatch.setattr(file, "run", lambda act: (_ for _ in ()).throw(answer_cache.Busy))
    with pytest.warns(UserWarning, match="keeps it locked"):
        assert cache.get(b"a" * 32) is None


def test_a_file_that_can_only_be_read_is_read(cache, file, monkeypatch):
    cache.put({b"a" * 32: b"1"})
    file.close()
    real = os.open

    def refusing(path, flags, *rest, **more):
        if str(path) == str(file.path) and flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(answer_cache.Store._open.__globals__["os"], "open", refusing)
    assert cache.get(b"a" * 32) == b"1"
    with pytest.warns(UserWarning, match="kept in memory"):
        cache.put({b"b" * 32: b"2"})
    assert cache.get(b"b" * 32) == b"2"


def test_threads_write_and_read_at_the_same_time(cache):
    def work(number):
        for turn in range(20):
            name = f"{number}-{turn}".encode().ljust(32)
            cache.put({name: name})
            assert cache.get(name) == name

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.size()[0] == 160


def test_private_answers_live_in_memory_as_long_as_their_owner():
    class Owner:
        pass

    owner = Owner()
    answers_for(owner).put({b"a" * 32: b"1"})
    assert answers_for(owner).get(b"a" * 32) == b"1"
    assert answers_for(Owner()).get(b"a" * 32) is None
    assert not answers_path().exists()


def test_clearing_forgets_all_and_leaves_no_text_in_the_file(cache, file):
    cache.put({number.to_bytes(32, "big"): b"the answer" for number in range(100)})
    cache.clear()
    assert cache.size() == (0, 0)
    file.close()
    assert not any(b"the answer" in path.read_bytes() for path in file.path.parent.glob("answers*"))


def test_an_answer_that_cannot_be_read_any_more_is_asked_anew():
    server = Server()
    v = vn.Venice(
        api_key="VENICE_INFERENCE_KEY_planted_0123456789", transport=__import__("httpx").MockTransport(server)
    )
    frame = pd.DataFrame({"text": ["a"]})
    frame.venice.using(v).map("Label {text}")
    answers = answers_for(v._session.private)
    for stored in list(answers._held):
        answers._held[stored] = b"{broken"
    with pytest.raises(vn.BudgetExceeded):
        frame.venice.using(v).map("Label {text}", budget_usd=0.0)
    assert frame.venice.using(v).map("Label {text}")["answer"].tolist() == ["A"]
    assert len(server.bodies) == 2


def test_the_user_sees_what_is_kept_and_can_forget_it(world):
    world.open(Server())
    world.run(lambda v: v.chat.map(["a", "b"]))
    kept = world.client.chat.cache
    assert len(kept) == 2
    assert kept.size > 0
    assert kept.path is None
    assert "2 kept answers" in kept._mimebundle()["text/plain"]
    assert "v.chat.cache.clear() forgets them" in kept._mimebundle()["text/html"]
    assert repr(kept).startswith("<ChatCache 2 answers, ")
    kept.clear()
    assert len(kept) == 0
    assert bool(kept)


def test_the_kept_answers_of_a_key_are_in_one_file(key, monkeypatch):
    v = server_client(Server(), key, monkeypatch)
    assert len(v.chat.cache) == 0
    assert not answers_path().exists(), "looking makes no file"
    v.chat.map(["a"])
    assert v.chat.cache.path == answers_path()
    assert len(v.chat.cache) == 1
    v.chat.cache.clear()
    assert len(v.chat.cache) == 0


def test_a_locked_or_unwritable_file_cannot_be_cleared_and_says_why(key, monkeypatch):
    v = server_client(Server(), key, monkeypatch)
    v.chat.map(["a"])
    other = sqlite3.connect(answers_path(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OSError, match="another program"):
        v.chat.cache.clear()
    other.close()


def _child(path, ready):
    cache = AnswerCache(AnswerFile(path))
    number = 0
    while True:
        cache.put({number.to_bytes(32, "big"): b"x" * 500})
        ready.value = number = number + 1


def test_a_killed_process_leaves_every_answer_it_counted(file):
    """Killed at any moment: whatever `put` returned for is there, and the file is sound."""
    context = multiprocessing.get_context("forkserver")
    ready = context.Value("i", 0)
    child = context.Process(target=_child, args=(file.path, ready))
    child.start()
    while ready.value < 50:
        child.join(0.01)
        assert child.is_alive()
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    counted = ready.value
    cache = AnswerCache(file)
    assert len(cache.known([number.to_bytes(32, "big") for number in range(counted)])) == counted
    assert file._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_nothing_is_warned_of_in_the_usual_case(cache):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.put({b"a" * 32: b"1"})
        cache.get(b"a" * 32)
        cache.clear()


# --- claims --------------------------------------------------------------------------------------


@pytest.fixture
def runs():
    made = [claims.begin(), claims.begin()]
    yield made
    for name in made:
        claims.end(name)


@pytest.mark.parametrize("in_a_file", [True, False])
def test_what_one_run_pays_for_no_other_does_until_it_gives_it_back(cache, runs, in_a_file):
    cache = cache if in_a_file else AnswerCache()
    mine, theirs = runs
    assert cache.claim(b"a" * 32, mine)
    assert cache.claim(b"a" * 32, mine)
    assert not cache.claim(b"a" * 32, theirs)
    assert cache.claim(b"b" * 32, theirs)
    cache.give_back(mine, b"a" * 32)
    assert cache.claim(b"a" * 32, theirs)
    assert not cache.claim(b"a" * 32, mine)
    cache.give_back(theirs)
    assert cache.claim(b"a" * 32, mine)
    assert cache.claim(b"b" * 32, mine)


@pytest.mark.parametrize("in_a_file", [True, False])
def test_what_was_answered_meanwhile_may_be_looked_up(cache, runs, in_a_file):
    cache = cache if in_a_file else AnswerCache()
    cache.claim(b"a" * 32, runs[0])
    cache.put({b"a" * 32: b"1"})
    assert cache.claim(b"a" * 32, runs[1])


@pytest.mark.parametrize(
    "change", ["until = 0", "until = until + 1e6", "owner = 'a run that is over'", "pid = 0x3ffffff"]
)
def test_a_claim_of_nobody_is_void(cache, file, runs, change):
    cache.claim(b"a" * 32, runs[0])
    file._connection.execute(f"UPDATE claim SET {change}")
    assert cache.claim(b"a" * 32, runs[1])


def test_another_machine_is_believed_until_the_time(cache, file, runs):
    cache.claim(b"a" * 32, runs[0])
    file._connection.execute("UPDATE claim SET host = 'elsewhere', pid = 0x3ffffff")
    assert not cache.claim(b"a" * 32, runs[1])


def test_without_a_file_that_can_be_written_everybody_pays(tmp_path, runs, cache, file, monkeypatch):
    (tmp_path / "other").write_text("a file where the folder should be")
    none = AnswerCache(AnswerFile(tmp_path / "other" / "answers.sqlite3"))
    assert none.claim(b"a" * 32, runs[0])
    assert none.claim(b"a" * 32, runs[1])
    monkeypatch.setattr(answer_cache, "PATIENCE", 0.0)
    monkeypatch.setattr(file, "run", lambda act: (_ for _ in ()).throw(answer_cache.Busy))
    assert cache.claim(b"a" * 32, runs[0])


def test_a_row_that_another_run_is_asking_is_left_to_it(world, unhurried, monkeypatch):
    """Its answer comes while this run waits, and is taken; a row that it gives up is asked."""
    server = Server()
    unhurried(world.open(server))
    answers, other = answers_for(world.client._session.private), claims.begin()
    world.run(lambda v: v.chat.map(["a", "b"]))
    kept = dict(answers._held)
    answers._held.clear()
    first, second = kept
    answers.claim(first, other)
    answers.claim(second, other)
    looks = []

    def claim(key, owner, real=answers.claim):
        looks.append(key)
        if looks.count(key) == 3:
            answers.put({first: kept[first]}) if key == first else answers.give_back(other, second)
        return real(key, owner)

    monkeypatch.setattr(answers, "claim", claim)
    table = world.run(lambda v: v.chat.map(["a", "b", "c"]))
    assert table["answer"].tolist() == ["A", "B", "C"]
    assert server.asked == ["a", "b", "c", "b"]
    claims.end(other)
