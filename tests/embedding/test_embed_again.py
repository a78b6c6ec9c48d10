"""A second run takes what is kept: the same matrix, bit for bit, and nothing paid for twice."""

import numpy as np
import pandas as pd
import pytest

import venice_nb as vn
from tests.embedding.embedder import Embedder, World, answer, rows, vectors
from venice_nb.embedding import ingest
from venice_nb.embedding.request import Request
from venice_nb.policy.vector_cache import VectorCache, vector_file

WORDS = [f"word {number}" for number in range(10)]


def cache_of(world, **options):
    """The kept vectors, as another run of the same model sees them."""
    session = world.client._session
    request = Request.of(session, None, None)
    return VectorCache(vector_file(session.private), request.identity(session.settings.base_url))


def test_a_second_run_sends_nothing_and_gives_the_same_matrix(world, four):
    embedder = Embedder()
    first = world.open(embedder).embed(WORDS)
    sent = len(embedder.sent)
    again = world.embed(pd.Series(WORDS[::-1], index=list("abcdefghij")))
    assert len(embedder.sent) == sent
    np.testing.assert_array_equal(again.array, first.array[::-1])
    assert (again.model, again.usage.total_tokens, float(again.cost)) == (first.model, 0, 0.0)


def test_new_texts_alone_are_sent(world, four):
    embedder = Embedder()
    world.open(embedder).embed(WORDS[:5])
    embedder.sent.clear()
    matrix = world.embed(WORDS)
    assert sorted(embedder.texts) == WORDS[5:]
    np.testing.assert_array_equal(matrix.array, vectors(WORDS))


@pytest.mark.parametrize(
    "other",
    [
        {"model": "text-embedding-3-large"},
        {"model": "text-embedding-3-large", "dimensions": 8},
        {"extra_body": {"encoding_format": "float"}},
    ],
)
def test_another_way_of_asking_is_another_vector(world, other):
    embedder = Embedder()
    world.open(embedder).embed(["a"])
    world.embed(["a"], **other)
    assert len(embedder.sent) == 2


def test_the_whole_length_is_the_same_whether_it_is_named_or_not(world):
    embedder = Embedder(model="text-embedding-3-large")
    world.open(embedder).embed(["a"], model="text-embedding-3-large")
    world.embed(["a"], model="text-embedding-3-large", dimensions=3072)
    assert len(embedder.sent) == 1


def test_a_name_of_your_user_changes_no_vector(world):
    embedder = Embedder()
    world.open(embedder).embed(["a"], user="ann")
    world.embed(["a"], user="bob")
    assert len(embedder.sent) == 1


def test_without_a_cache_nothing_is_taken_or_kept(world):
    embedder = Embedder()
    world.open(embedder).embed(["a"], cache=False)
    assert len(world.client.embed.cache) == 0
    world.embed(["a"])
    world.embed(["a"], cache=False)
    assert len(embedder.sent) == 3


def test_when_another_model_answers_the_kept_vectors_are_asked_for_anew(world, four):
    """A model that was retired: its vectors cannot stand beside those of its successor."""
    embedder = Embedder()
    world.open(embedder).embed(WORDS[:6])
    embedder.model, embedder.dims = "text-embedding-3-small", 4
    matrix = world.embed(WORDS)
    assert matrix.model == "text-embedding-3-small"
    np.testing.assert_array_equal(matrix.array, vectors(WORDS, 4))
    embedder.sent.clear()
    np.testing.assert_array_equal(world.embed(WORDS).array, matrix.array)
    assert embedder.sent == []


def test_bad_texts_do_not_hide_behind_kept_ones(world, four):
    """The next run of a column with bad texts gives what the first one gave."""
    embedder = Embedder(bad=WORDS[3:7])
    first = world.open(embedder).embed(WORDS)
    again = world.embed(WORDS)
    assert [row.position for row in again.errors] == [row.position for row in first.errors] == [3, 4, 5, 6]
    np.testing.assert_array_equal(again.array, first.array)


def test_what_another_run_is_paying_for_is_waited_for_and_not_paid_twice(world, four, monkeypatch):
    monkeypatch.setattr(ingest, "AGAIN", 0.0)
    theirs = WORDS[2:6]

    def script(number, texts):
        if number == 1:  # meanwhile the other run gets its answer
            other.put(other.keys(theirs), vectors(theirs), "text-embedding-bge-m3", claim)
        return answer(rows(texts))

    embedder = Embedder(script=script)
    world.open(embedder)
    other = cache_of(world)
    claim = other.claim(other.keys(theirs))[2]
    matrix = world.embed(WORDS, at_once=1)
    np.testing.assert_array_equal(matrix.array, vectors(WORDS))
    assert sorted(embedder.texts) == sorted(set(WORDS) - set(theirs))


def test_what_another_run_gives_up_is_paid_for_here(world, four, monkeypatch):
    monkeypatch.setattr(ingest, "AGAIN", 0.0)

    def script(number, texts):
        if number == 3:
            other.give_back(claim)
        return answer(rows(texts))

    embedder = Embedder(script=script)
    world.open(embedder)
    other = cache_of(world)
    claim = other.claim(other.keys(WORDS[:2]))[2]
    matrix = world.embed([*WORDS, "one", "more"], at_once=1)
    np.testing.assert_array_equal(matrix.array, vectors([*WORDS, "one", "more"]))
    assert embedder.sent[-1] == WORDS[:2]


def test_vectors_of_a_sandbox_end_with_it():
    one, other = vn.Venice.sandbox(), vn.Venice.sandbox()
    one.embed(["a", "b"])
    assert (len(one.embed.cache), len(other.embed.cache)) == (2, 0)
    assert one.embed.cache.path is None
    assert "2 vectors" in repr(one.embed.cache)


def test_the_kept_vectors_show_themselves_and_go_when_asked(world):
    cache = world.open().client.embed.cache
    assert len(cache) == 0
    world.embed(WORDS)
    assert len(cache) == 10
    assert cache.size > 10 * 8 * 4
    shown = cache._mimebundle()
    for word in ("10 kept vectors", "KB", "v.embed.cache.clear()"):
        assert word in shown["text/plain"]
        assert word in shown["text/html"]
    cache.clear()
    assert len(cache) == 0


def test_a_client_with_a_key_keeps_its_vectors_in_a_file():
    cache = vn.Venice(api_key="VENICE_INFERENCE_KEY_planted_0123456789").embed.cache
    assert cache.path.name == "vectors.sqlite3"
    assert (len(cache), cache.size) == (0, 0)
    assert not cache.path.exists(), "looking makes no file"
    assert str(cache.path) in cache._mimebundle()["text/plain"]


def test_a_cache_that_cannot_be_used_is_told_once_and_changes_nothing(
    world, tmp_path, monkeypatch, caplog, four
):
    """Fault row 29, for vectors."""
    (tmp_path / "in the way").write_text("")
    monkeypatch.setenv("VENICE_STATE_DIR", str(tmp_path / "in the way"))
    world.open()
    world.client._session.private = None
    matrix = world.embed(WORDS)
    np.testing.assert_array_equal(matrix.array, vectors(WORDS))
    assert caplog.text.count("goes on without them") == 1
    assert len(world.client.embed.cache) == 0
    with pytest.raises(OSError, match="cannot be written"):
        world.client.embed.cache.clear()


def test_both_worlds_keep_their_vectors_in_one_place(four):
    sync, other = World("sync"), World("async")
    embedder = Embedder()
    sync.open(embedder).embed(WORDS)
    other.open(embedder)
    other.client._session.private = sync.client._session.private
    other.embed(WORDS)
    assert sorted(embedder.texts) == WORDS
