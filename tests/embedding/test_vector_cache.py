"""Vectors are found again by their text; a paid one is never lost, and trouble with the file stops nobody."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import threading

import numpy as np
import pytest

from tests.embedding.embedder import DIMS, MODEL, vectors
from venice_nb.policy import vector_cache
from venice_nb.policy.store import state_folder
from venice_nb.policy.vector_cache import MemoryVectors, VectorCache, VectorFile, clear, count

NAME = b"address, model, dimensions"
TEXTS = [f"text {number}" for number in range(1200)]


@pytest.fixture
def file(tmp_path):
    made = VectorFile(tmp_path / "state" / "vectors.sqlite3")
    yield made
    made.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
def cache(file, told):
    return VectorCache(file, NAME, told.append)


def put(cache, texts, model=MODEL, dims=DIMS):
    cache.put(cache.keys(texts), vectors(texts, dims), model)


def taken(cache, texts):
    """The vectors that are there, by text."""
    found = cache.find(cache.keys(texts))
    held = {}
    for part, (positions, places) in found.parts.items():
        array = cache.vectors(part, found.dims)
        held |= {texts[at]: array[place] for at, place in zip(positions, places, strict=True)}
    return held


def test_what_was_put_is_found_bit_for_bit(cache):
    for start in range(0, len(TEXTS), 256):
        put(cache, TEXTS[start : start + 256])
    found = taken(cache, ["never seen", *TEXTS[::-1]])
    assert found.keys() == set(TEXTS)
    np.testing.assert_array_equal([found[text] for text in TEXTS], vectors(TEXTS))
    assert cache.find(cache.keys(["never seen"])).parts == {}


@pytest.mark.parametrize("other", [b"another address", b"", NAME + b"\0"])
def test_another_model_address_or_length_has_vectors_of_its_own(file, cache, other):
    put(cache, ["a"])
    assert taken(VectorCache(file, other), ["a"]) == {}


def test_the_model_that_answered_last_is_the_one_that_counts(cache):
    """Vectors of two models are never mixed: what the former made counts as missing."""
    put(cache, ["a", "b"], model="before")
    put(cache, ["c"], model="after")
    assert taken(cache, ["a", "b", "c"]).keys() == {"c"}
    assert cache.find(cache.keys(["c"])).model == "after"
    put(cache, ["a"], model="after")
    assert taken(cache, ["a", "b", "c"]).keys() == {"a", "c"}


def test_vectors_of_another_length_are_of_another_model(cache):
    put(cache, ["a"])
    put(cache, ["b"], dims=4)
    assert taken(cache, ["a", "b"]).keys() == {"b"}


def test_the_file_holds_no_text_and_is_the_users_alone(file, cache):
    put(cache, ["a very private sentence"])
    for path in file.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"private" not in path.read_bytes()


def test_a_batch_is_on_the_disk_when_put_returns(file, cache):
    put(cache, ["a"])
    assert file._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert file._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    with sqlite3.connect(file.path) as other:
        assert other.execute("SELECT count(*) FROM entry").fetchone()[0] == 1
    other.close()


def test_a_damaged_part_counts_as_missing(file, cache):
    put(cache, ["a", "b"])
    put(cache, ["c"])
    with sqlite3.connect(file.path) as other:
        other.execute("UPDATE part SET vectors = zeroblob(length(vectors)) WHERE id = 1")
    other.close()
    found = cache.find(cache.keys(["a", "b", "c"]))
    assert cache.vectors(1, DIMS) is None
    assert cache.vectors(99, DIMS) is None, "and so does one that is gone"
    assert [len(cache.vectors(part, DIMS)) for part in found.parts if part != 1] == [1]


def test_a_file_that_is_none_is_set_aside_and_never_erased(file, cache, told):
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"not a database at all, but somebody's" * 100)
    with pytest.warns(UserWarning, match="were damaged"):
        put(cache, ["a"])
    assert taken(cache, ["a"]).keys() == {"a"}
    aside = [path for path in file.path.parent.iterdir() if "broken" in path.name]
    assert aside[0].read_bytes().startswith(b"not a database")
    assert told == []


def test_a_folder_that_cannot_be_written_is_told_once_and_stops_nobody(tmp_path, told):
    (tmp_path / "file").write_text("in the way")
    cache = VectorCache(VectorFile(tmp_path / "file" / "vectors.sqlite3"), NAME, told.append)
    for _ in range(3):
        put(cache, ["a"])
        assert taken(cache, ["a"]) == {}
        assert cache.claim(cache.keys(["a"]))[1:] == (set(), None)
        assert cache.flush()
    assert len(told) == 1
    assert "goes on without them" in told[0]
    assert "VENICE_STATE_DIR" in told[0]


def test_a_full_disk_keeps_what_was_written_and_stops_nobody(file, cache, told):
    put(cache, TEXTS[:256])
    pages = file._connection.execute("PRAGMA page_count").fetchone()[0]
    file._connection.execute(f"PRAGMA max_page_count={pages}")
    put(cache, TEXTS[256:])
    assert len(told) == 1
    assert "full" in told[0]
    assert len(taken(VectorCache(file, NAME), TEXTS)) == 256


@pytest.fixture
def locked(file, cache):
    """Another program is writing, until it is told to stop."""
    cache.find([])
    other = sqlite3.connect(file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_what_meets_a_locked_file_is_written_with_the_next_batch(cache, locked, told):
    put(cache, ["a"])
    assert not cache.flush()
    locked.execute("COMMIT")
    put(cache, ["b"])
    assert taken(cache, ["a", "b"]).keys() == {"a", "b"}
    assert cache.flush()
    assert told == []


def test_a_file_that_stays_locked_is_given_up_for_this_run(cache, locked, told, monkeypatch):
    monkeypatch.setattr(vector_cache, "PATIENCE", 0.0)
    put(cache, ["a"])
    put(cache, ["b"])
    assert cache.flush()
    assert "keeps it locked" in told[0]


def test_threads_may_put_side_by_side(cache):
    def work(start):
        for at in range(start, len(TEXTS), 80):
            put(cache, TEXTS[at : at + 10])

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken(cache, TEXTS).keys() == set(TEXTS)


# --- claims ----------------------------------------------------------------------------------


def test_what_another_run_is_paying_for_is_told(file, cache):
    other = VectorCache(file, NAME)
    keys = cache.keys(["a", "b", "c", "d"])
    put(cache, ["d"])
    _, theirs, first = cache.claim(keys[:2])
    assert theirs == set()
    found, theirs, second = other.claim(keys)
    assert list(found.positions) == [3]
    assert theirs == set(keys[:2])
    assert second is not None
    cache.put(keys[:2], vectors(["a", "b"]), MODEL, first)
    other.give_back(second)
    assert cache.claim(keys)[1] == set()


def test_a_claim_of_everything_that_is_there_claims_nothing(cache):
    put(cache, ["a"])
    assert cache.claim(cache.keys(["a"]))[1:] == (set(), None)


def test_claims_do_not_outlive_their_process(file, cache):
    keys = cache.keys(["a", "b"])
    child = multiprocessing.get_context("fork").Process(target=_claim_and_die, args=(file, keys))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert cache.claim(keys)[1] == set()


def _claim_and_die(file, keys):
    assert VectorCache(file, NAME).claim(keys)[2] is not None
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    "change", ["until = until - 3600", "until = until + 3600", "owner = 'somebody of before'"]
)
def test_a_claim_from_before_this_machine_was_started_anew_is_void(file, cache, change):
    """Its process number may be that of somebody who runs: even our own."""
    keys = cache.keys(["a"])
    VectorCache(file, NAME).claim(keys)
    file._connection.execute(f"UPDATE claim SET {change}")
    assert cache.claim(keys)[1] == set()


# --- as a whole ------------------------------------------------------------------------------


def test_without_a_file_nothing_is_kept(told):
    cache = VectorCache(None, NAME, told.append)
    put(cache, ["a"])
    assert taken(cache, ["a"]) == {}
    assert cache.claim(cache.keys(["a"]))[1:] == (set(), None)
    assert cache.flush()
    assert told == []


def test_a_sandbox_keeps_its_vectors_in_memory():
    file = MemoryVectors()
    cache = VectorCache(file, NAME)
    put(cache, TEXTS)
    assert taken(cache, TEXTS).keys() == set(TEXTS)
    assert file.size > 1200 * DIMS * 4
    assert not state_folder().exists()


def test_clearing_gives_the_space_back(file, cache):
    put(cache, TEXTS)
    assert count(file) == 1200
    large = file.size
    clear(file)
    assert count(file) == 0
    assert file.size < large
    put(cache, ["a"])
    assert taken(cache, ["a"]).keys() == {"a"}
