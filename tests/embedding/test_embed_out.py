"""A column that does not fit into memory goes into a folder, and is taken up wherever it stopped."""

import datetime as dt
import json
import mmap
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import venice_nb as vn
from tests.embedding.embedder import DIMS, Embedder, answer, refusal, rows, vectors
from venice_nb import errors
from venice_nb.embedding import stream
from venice_nb.embedding.seen import Seen
from venice_nb.results.matrix.matrix import EmbeddingMatrix

WORDS = [f"word {number}" for number in range(20)]
DRAFT = Path(".big.part")


@pytest.fixture(autouse=True)
def _six_rows_at_a_time(monkeypatch, four):
    monkeypatch.setattr(stream, "PIECE", 6 * 4 * 1024)


def same(matrix, texts):
    assert matrix.shape == (len(texts), DIMS)
    np.testing.assert_array_equal(matrix.array, vectors(texts))
    assert list(matrix.texts) == texts


@pytest.mark.parametrize(
    "column", [list, iter, tuple, np.array, pd.Series, lambda words: (word for word in words)]
)
def test_a_column_is_read_in_pieces_and_becomes_a_folder(world, column):
    embedder = Embedder()
    matrix = world.open(embedder).embed(column(WORDS), out="big")
    same(matrix, WORDS)
    base = matrix.array
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, mmap.mmap)
    assert sorted(map(len, embedder.sent)) == [2] * 4 + [4] * 3
    same(EmbeddingMatrix.load("big", verify=True), WORDS)
    assert world.client.last is matrix
    assert not DRAFT.exists()
    assert world.run(lambda _: matrix.search("word 7", k=1)).texts == ["word 7"]


def test_the_folder_is_the_same_as_one_that_was_saved(world):
    frame = pd.DataFrame(
        {"text": [*WORDS, None, "word 3"], "n": range(22)}, index=[f"r{n}" for n in range(22)]
    )
    world.open()
    world.embed(frame, column="text", out="big")
    world.embed(frame, column="text").save("saved")
    one, other = EmbeddingMatrix.load("big"), EmbeddingMatrix.load("saved")
    np.testing.assert_array_equal(one.array, other.array)
    assert list(one.index) == list(other.index)
    assert list(one.texts) == list(other.texts)
    pd.testing.assert_frame_equal(one.metadata, other.metadata)
    assert [(row.label, row.position, row.reason) for row in one.errors] == [("r20", 20, "missing")]
    for name in ("vectors.npy", "texts.jsonl", "rows.jsonl"):
        assert Path("big", name).read_bytes() == Path("saved", name).read_bytes()


def test_a_text_that_stands_twice_anywhere_is_sent_once(world):
    texts = ["a", "b", "a", "c", "d", "e", "f", "b", "g", "g", "a", "h", "i", "c"]
    embedder = Embedder()
    same(world.open(embedder).embed(iter(texts), out="big"), texts)
    assert sorted(embedder.texts) == sorted(set(texts))


def test_rows_without_a_text_and_bad_ones_are_left_out_of_the_file(world):
    texts = ["a", None, "bad", "b", "c", "", "d", "bad", "e", "worse", "f", "g", "h"]
    world.open(Embedder(bad=["bad", "worse"]))
    matrix = world.embed(iter(texts), out="big")
    same(matrix, ["a", "b", "c", "d", "e", "f", "g", "h"])
    assert [(row.position, row.reason) for row in matrix.errors if row.error is None] == [
        (1, "missing"),
        (5, "blank"),
    ]
    assert [row.position for row in matrix.errors] == [1, 2, 5, 7, 9]
    assert list(matrix.index) == [0, 3, 4, 6, 8, 10, 11, 12]
    assert not DRAFT.exists()
    assert [path.name for path in Path().iterdir() if "big" in path.name] == ["big"]


def stopped_after(requests):
    """A server that answers so many requests, then has no more money."""

    def script(number, texts):
        return answer(rows(texts)) if number <= requests else refusal(402, "Insufficient balance")

    return Embedder(script=script)


@pytest.mark.parametrize("requests", range(7))
def test_a_run_that_stopped_anywhere_is_taken_up_and_pays_for_the_rest_alone(world, requests):
    embedder = stopped_after(requests)
    world.open(embedder)
    with pytest.raises(errors.PaymentRequired) as told:
        world.embed(iter(WORDS), out="big", at_once=1)
    if requests >= 2:
        assert "same out=" in told.value.do
    assert not Path("big").exists()
    paid = [text for batch in embedder.sent[:requests] for text in batch]
    again = Embedder()
    same(world.open(again).embed(iter(WORDS), out="big"), WORDS)
    assert sorted(again.texts) == sorted(set(WORDS) - set(paid))


def test_an_interrupted_run_is_taken_up_too(world):
    world.open(Embedder(script=lambda number, _: KeyboardInterrupt() if number == 4 else None))
    with pytest.raises(KeyboardInterrupt):
        world.embed(iter(WORDS), out="big", at_once=1)
    again = Embedder()
    same(world.open(again).embed(iter(WORDS), out="big"), WORDS)
    assert sorted(again.texts) == sorted(WORDS[10:])


def test_a_line_of_progress_that_was_cut_short_counts_as_not_written(world):
    world.open(stopped_after(4))
    with pytest.raises(errors.PaymentRequired):
        world.embed(iter(WORDS), out="big", at_once=1)
    progress = DRAFT / "progress.jsonl"
    content = progress.read_bytes()
    assert content.count(b"\n") == 3
    progress.write_bytes(content[:-9])
    again = Embedder()
    same(world.open(again).embed(iter(WORDS), out="big"), WORDS)
    assert sorted(again.texts) == sorted(WORDS[6:]), "its batches were cleared with it"


def test_rows_that_changed_meanwhile_are_embedded_anew_from_their_piece_on(world):
    world.open(stopped_after(6))
    with pytest.raises(errors.PaymentRequired):
        world.embed(iter(WORDS), out="big", at_once=1)
    changed = [*WORDS[:8], "another", *WORDS[9:]]
    again = Embedder()
    same(world.open(again).embed(iter(changed), out="big"), changed)
    assert sorted(again.texts) == sorted(changed[6:])


def test_a_column_that_became_shorter_or_longer_is_taken_up(world):
    world.open(stopped_after(6))
    with pytest.raises(errors.PaymentRequired):
        world.embed(iter(WORDS), out="big", at_once=1)
    again = Embedder()
    same(world.open(again).embed(iter(WORDS[:6]), out="big"), WORDS[:6])
    assert again.sent == []


def test_a_finished_folder_is_given_back_for_the_same_texts_and_refused_for_others(world):
    embedder = Embedder()
    world.open(embedder).embed(iter(WORDS), out="big")
    embedder.sent.clear()
    same(world.embed(iter(WORDS), out="big"), WORDS)
    for others in ([*WORDS, "more"], WORDS[:-1], WORDS[::-1]):
        with pytest.raises(errors.InvalidInput, match="other texts") as told:
            world.embed(iter(others), out="big")
        assert told.value.field == "out"
    assert embedder.sent == []
    same(EmbeddingMatrix.load("big", verify=True), WORDS)


def test_a_finished_folder_with_other_labels_or_metadata_is_refused_and_not_given_as_ours(world):
    frame = pd.DataFrame({"text": WORDS, "n": range(20)}, index=[f"r{n}" for n in range(20)])
    embedder = Embedder()
    world.open(embedder).embed(frame, column="text", out="big")
    assert world.embed(frame, column="text", out="big").index.equals(frame.index)
    for other in (
        frame.set_axis(range(20)),
        frame.assign(n=0),
        frame.assign(more="x"),
        frame[["text"]],
        WORDS,
    ):
        with pytest.raises(errors.InvalidInput, match="other labels or metadata") as caught:
            world.embed(other, column=None if other is WORDS else "text", out="big")
        assert "dataclasses.replace" in caught.value.do
    assert len(embedder.texts) == 20


def test_a_list_and_a_series_that_is_numbered_have_the_same_labels(world):
    world.open().embed(WORDS, out="big")
    assert world.embed(pd.Series(WORDS), out="big").index.equals(pd.RangeIndex(20))


def test_metadata_that_no_folder_can_hold_is_told_before_anything_is_sent(world):
    embedder = Embedder()
    frame = pd.DataFrame({"text": WORDS, "day": [dt.date(2026, 1, 1)] * 20})
    with pytest.raises(errors.InvalidInput, match="'day' holds a date"):
        world.open(embedder).embed(frame, column="text", out="big")
    assert not embedder.sent
    assert not DRAFT.exists()


def test_a_draft_that_another_run_of_this_process_is_writing_is_left_to_it(world):
    def meanwhile(number, _):
        if number == 1:
            with pytest.raises(errors.InvalidInput, match="another run of this process") as caught:
                vn.Venice.sandbox(show=False).embed(WORDS, out="big")
            told.append(caught.value)

    told = []
    same(world.open(Embedder(script=meanwhile)).embed(WORDS, out="big"), WORDS)
    assert told[0].field == "out"


def test_who_is_refused_a_draft_leaves_no_lock(world):
    embedder = Embedder(script=lambda number, _: refusal(402) if number > 3 else None)
    with pytest.raises(errors.VeniceError):
        world.open(embedder).embed(WORDS, out="big")
    with pytest.raises(errors.InvalidInput, match="another model"):
        world.embed(WORDS, model="text-embedding-qwen3-8b", out="big")
    assert not (DRAFT / "lock").exists()


def test_a_draft_of_another_model_is_not_touched(world):
    world.open(stopped_after(3))
    with pytest.raises(errors.PaymentRequired):
        world.embed(iter(WORDS), out="big", at_once=1)
    before = (DRAFT / "progress.jsonl").read_bytes()
    with pytest.raises(errors.InvalidInput, match="another model"):
        world.embed(iter(WORDS), out="big", model="text-embedding-3-small")
    assert (DRAFT / "progress.jsonl").read_bytes() == before


def test_a_draft_that_another_process_is_writing_is_left_to_it(world):
    DRAFT.mkdir()
    (DRAFT / "lock").write_text(str(os.getppid()))
    embedder = Embedder()
    with pytest.raises(errors.InvalidInput, match="is writing it"):
        world.open(embedder).embed(WORDS, out="big")
    assert embedder.sent == []


def test_the_lock_of_a_process_that_is_gone_holds_nobody_up(world):
    DRAFT.mkdir()
    (DRAFT / "lock").write_text("999999999")
    same(world.open().embed(WORDS, out="big"), WORDS)


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("../big", "working folder"),
        ("", "empty text"),
        (5, "not a path"),
        ("there", "not a matrix"),
        ("con", "Windows"),
        ("a\0b", "NUL"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_before_anything_is_sent(world, out, words):
    Path("there").mkdir()
    embedder = Embedder()
    with pytest.raises(errors.InvalidInput, match=words):
        world.open(embedder).embed(WORDS, out=out)
    assert embedder.sent == []


def test_what_is_wrong_with_a_column_in_memory_is_told_before_anything_is_sent(world):
    embedder = Embedder()
    world.open(embedder)
    for bad, options in (([*WORDS, 7], {}), ([*WORDS, ""], {"blank": "raise"}), ([*WORDS, "x" * 30_000], {})):
        with pytest.raises(errors.InvalidInput) as told:
            world.embed(bad, out="big", **options)
        assert "20" in f"{told.value.field} {told.value}"
    assert embedder.sent == []
    assert not DRAFT.exists()


def test_a_bad_row_of_an_iterator_stops_at_its_piece_and_what_came_before_stays(world):
    embedder = Embedder()
    world.open(embedder)
    with pytest.raises(errors.InvalidInput, match=r"data\[14\]"):
        world.embed(iter([*WORDS[:14], 7, *WORDS[14:]]), out="big")
    assert sorted(embedder.texts) == sorted(WORDS[:12])
    again = Embedder()
    same(world.open(again).embed(iter(WORDS), out="big"), WORDS)
    assert sorted(again.texts) == sorted(WORDS[12:])


@pytest.mark.parametrize("data", [iter([]), iter([None, ""])])
def test_an_iterator_without_a_text_is_refused(world, data):
    with pytest.raises(errors.InvalidInput, match=r"one text or more|no row"):
        world.open().embed(data, out="big")


def test_kept_vectors_are_taken_and_new_ones_go_into_the_folder_alone(world):
    embedder = Embedder()
    world.open(embedder).embed(WORDS[:5])
    embedder.sent.clear()
    same(world.embed(iter(WORDS), out="big"), WORDS)
    assert sorted(embedder.texts) == sorted(WORDS[5:])
    assert len(world.client.embed.cache) == 5


def test_vectors_of_another_model_never_enter_the_file(world):
    def script(number, texts):
        return answer(rows(texts), model="text-embedding-3-small") if number > 3 else None

    world.open(Embedder(script=script))
    with pytest.raises(errors.UnreadableReply, match="The model changed"):
        world.embed(iter(WORDS), out="big", at_once=1)


def test_the_last_steps_can_be_taken_again(world, monkeypatch):
    """A crash while the folder gets its note: with and without lost rows."""
    from venice_nb.embedding import draft

    def crash(*_):
        raise OSError(28, "No space left on device")

    texts = [*WORDS, None]
    for bad in ((), ("word 3",)):
        world.open(Embedder(bad=bad))
        with monkeypatch.context() as patch:
            patch.setattr(draft.files, "write", crash)
            with pytest.raises(OSError, match="No space"):
                world.embed(iter(texts), out=f"of {len(bad)}")
        again = Embedder()
        matrix = world.open(again).embed(iter(texts), out=f"of {len(bad)}")
        same(matrix, [text for text in WORDS if text not in bad])
        assert again.sent == []


def test_progress_counts_rows_of_the_whole_column(world, capfd):
    world.open().embed([*WORDS, None, "word 1"], out="big", progress=True)
    assert "22/22" in capfd.readouterr().err


def test_the_note_tells_model_cost_and_date(world):
    matrix = world.open().embed(WORDS, out="big")
    note = json.loads(Path("big", "matrix.json").read_text())
    assert (note["rows"], note["dims"], note["model"]) == (20, DIMS, "text-embedding-bge-m3")
    assert note["usage"]["prompt_tokens"] == matrix.usage.prompt_tokens == 200
    assert note["cost"]["usd"] == pytest.approx(200 * 0.15e-6)


def test_a_sandbox_writes_a_folder_too():
    v = vn.Venice.sandbox()
    matrix = v.embed((f"boat {number}" for number in range(15)), out=Path("deep", "big"))
    assert matrix.shape == (15, 1024)
    np.testing.assert_array_equal(matrix.array, v.embed([f"boat {number}" for number in range(15)]).array)


def test_hashes_are_found_again_however_many_there_are():
    seen, rng = Seen(), np.random.default_rng(3)
    keys = [rng.bytes(16) for _ in range(5000)]
    for start in range(0, 5000, 37):
        some = keys[start : start + 37]
        assert (seen.rows(some) == -1).all()
        seen.add(some, np.arange(start, start + len(some)))
    np.testing.assert_array_equal(seen.rows(keys[::-1]), np.arange(5000)[::-1])
    assert seen.rows([rng.bytes(16)]).tolist() == [-1]
    assert len(seen._runs) < 12
