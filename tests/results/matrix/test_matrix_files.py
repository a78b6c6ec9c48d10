"""A saved matrix comes back bit by bit, or not at all."""

import json
import math
import os
import pickle
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import Client, matrix

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.results.matrix import files
from venice_nb.results.matrix.matrix import EmbeddingMatrix, RowError

LABELS = {
    "texts": pd.Index(list("abc"), name="id"),
    "numbers": pd.Index([5, 3, 9]),
    "a range": pd.RangeIndex(10, 16, 2, name="n"),
    "floats": pd.Index([0.1, math.nan, math.inf]),
    "days": pd.date_range("2026-01-01", periods=3, name="day"),
    "days of a zone": pd.date_range("2026-03-28", periods=3, tz="Europe/Rome"),
    "durations": pd.timedelta_range("1h", periods=3),
    "categories": pd.CategoricalIndex(["x", "y", "x"], categories=["y", "x", "z"], ordered=True),
    "two levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["letter", None]),
    "mixed": pd.Index(["a", 1, None], dtype=object),
}
FRAME = pd.DataFrame(
    {
        "int": [1, -2, 2**62],
        "small": np.array([1, 2, 3], np.uint8),
        "float": [0.1, math.nan, -math.inf],
        "float32": np.array([0.1, 1e-45, 3e38], np.float32),
        "bool": [True, False, True],
        "text": ["a\nb", "", "\u2028\U0001f6a3"],
        "missing text": ["a", None, "c"],
        "object": pd.Series([{"a": [1, None, "x"]}, ["b"], None], dtype=object),
        "when": pd.to_datetime(["2026-01-01 12:00:00.123456", None, "1990-05-05 00:00:00.000001"]),
        "where": pd.date_range("2026-03-29", periods=3, tz="America/New_York"),
        "long": pd.to_timedelta(["1s", None, "3 days"]),
        "kind": pd.Categorical(["b", None, "a"]),
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "nullable float": pd.array([0.5, None, math.inf], dtype="Float64"),
        "nullable bool": pd.array([True, None, False], dtype="boolean"),
        "string": pd.array(["x", None, "z"], dtype="string"),
        7: [1, 2, 3],
    }
)


@pytest.mark.parametrize("kind", LABELS)
def test_labels_and_columns_of_each_type_come_back_as_they_were(kind, tmp_path):
    frame = FRAME.set_axis(LABELS[kind])
    E = EmbeddingMatrix(np.arange(6).reshape(3, 2), index=frame.index, metadata=frame)
    again = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    pd.testing.assert_index_equal(again.index, frame.index, exact=True, check_freq=False)
    pd.testing.assert_frame_equal(again.metadata, frame, check_freq=False)
    assert again.metadata.index is again.index
    assert again.texts is None


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(st.integers(0, 5), st.integers(1, 4)),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_any_bits_and_any_texts_come_back(tmp_path_factory, shape, seed, data):
    bits = np.random.default_rng(seed).integers(
        0, 2**32, size=shape, dtype=np.uint32
    )  # NaN of all kinds among them
    texts = data.draw(st.lists(st.text(), min_size=shape[0], max_size=shape[0]))
    E = EmbeddingMatrix(bits.view(np.float32), texts=texts, model=data.draw(st.text()))
    again = EmbeddingMatrix.load(E.save(tmp_path_factory.mktemp("any") / "m"), verify=True)
    assert again.array.tobytes() == bits.tobytes()
    assert list(again.texts) == texts
    assert again.model == E.model


def test_half_a_surrogate_pair_comes_back(tmp_path):
    E = EmbeddingMatrix(np.ones((1, 2)), texts=["a\ud83d"])
    assert EmbeddingMatrix.load(E.save(tmp_path / "m")).texts[0] == "a\ud83d"


def test_everything_that_is_known_comes_back_but_the_client(tmp_path):
    E = matrix(
        actions=Client(), errors=(RowError("gone", 3, "blank"), RowError(7, 4, "refused", ValueError("no")))
    )
    again = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    for name in ("model", "usage", "cost", "elapsed", "created"):
        assert getattr(again, name) == getattr(E, name)
    assert [(each.label, each.position, each.reason) for each in again.errors] == [
        ("gone", 3, "blank"),
        (7, 4, "refused"),
    ]
    assert again.errors[0].error is None
    assert "no" in str(again.errors[1].error)
    assert again.actions is None
    assert again.search(E[3], k=3).to_frame().equals(E.search(E[3], k=3).to_frame())


def test_the_vectors_are_a_file_that_numpy_loads(tmp_path):
    E = matrix()
    folder = E.save(tmp_path / "m")
    assert np.load(folder / "vectors.npy").tobytes() == E.array.tobytes()
    assert json.loads((folder / "matrix.json").read_text())["model"] == "m"


def test_loading_reads_nothing_but_what_is_asked_for(tmp_path):
    E = matrix()
    again = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    assert not {"index", "metadata"} & set(again.__dict__)
    assert again.texts[7] == E.texts[7]
    assert again.texts[-1] == E.texts[-1]
    assert again.texts[3:5] == E.texts[3:5]
    with pytest.raises(IndexError):
        again.texts[200]
    assert not {"index", "metadata"} & set(again.__dict__)
    assert again.metadata.equals(E.metadata)


def test_vectors_are_mapped_or_read(tmp_path):
    folder = matrix().save(tmp_path / "m")
    assert "in a file" in EmbeddingMatrix.load(folder)._mimebundle()["text/plain"]
    assert "in a file" not in EmbeddingMatrix.load(folder, mmap=False)._mimebundle()["text/plain"]


def test_a_loaded_matrix_is_pickled_sliced_joined_and_saved_again(tmp_path):
    E = matrix()
    again = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    copy = pickle.loads(pickle.dumps(again))
    assert copy.texts == E.texts
    assert copy.metadata.equals(E.metadata)
    assert again[5:8].index.tolist() == ["r5", "r6", "r7"]
    assert (again + E).metadata.equals(pd.concat([E.metadata, E.metadata]))
    assert replace(again, model="x").index.equals(E.index)
    twice = EmbeddingMatrix.load(EmbeddingMatrix.load(tmp_path / "m").save(tmp_path / "n"))
    assert twice.metadata.equals(E.metadata)
    assert list(twice.texts) == E.texts


@pytest.mark.parametrize(
    "part",
    [lambda E: E[:2], lambda E: E.take([0, 1]), lambda E: (E + E)[:2], lambda E: (E[2:] + E)[1:3]],
    ids=["slice", "take", "sum", "sum of parts"],
)
def test_parts_and_sums_of_a_loaded_matrix_keep_the_labels_that_were_not_read_yet(part, tmp_path):
    folder = EmbeddingMatrix(np.eye(3), index=list("abc")).save(tmp_path / "m")
    assert part(EmbeddingMatrix.load(folder)).index.tolist() == ["a", "b"]


def test_a_matrix_whose_folder_was_replaced_keeps_its_own_texts_and_labels(tmp_path):
    E = matrix(n=5)
    old = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    E[::-1].save(tmp_path / "m", overwrite=True)
    assert list(old.texts) == E.texts
    assert old.index.tolist() == E.index.tolist()
    assert old.metadata.equals(E.metadata)


def test_labels_of_rows_left_out_come_back_as_numbers_texts_and_levels(tmp_path):
    labels = [np.int64(7), "x", ("a", np.int64(2)), pd.Timestamp("2026-05-01")]
    E = matrix(errors=[RowError(label, 0, "blank") for label in labels])
    again = EmbeddingMatrix.load(E.save(tmp_path / "m"))
    assert [each.label for each in again.errors] == [7, "x", ("a", 2), "2026-05-01 00:00:00"]


def test_saving_never_replaces_unasked(tmp_path):
    E = matrix()
    folder = E.save(tmp_path / "m")
    with pytest.raises(InvalidInput, match="exists already"):
        E[:3].save(folder)
    assert len(EmbeddingMatrix.load(folder)) == 200
    assert E[:3].save(folder, overwrite=True) == folder
    assert len(EmbeddingMatrix.load(folder)) == 3
    assert [each.name for each in tmp_path.iterdir() if "m" in each.name and each.name != "state"] == ["m"]


def test_a_matrix_that_is_mapped_can_replace_its_own_folder(tmp_path):
    folder = matrix().save(tmp_path / "m")
    mapped = EmbeddingMatrix.load(folder)
    before = mapped.array.tobytes()
    mapped.save(folder, overwrite=True)
    assert mapped.array.tobytes() == EmbeddingMatrix.load(folder, verify=True).array.tobytes() == before


def test_what_is_no_matrix_is_never_replaced(tmp_path):
    (tmp_path / "notes").write_text("mine")
    (tmp_path / "link").symlink_to(matrix().save(tmp_path / "real"))
    for name in ("notes", "link"):
        with pytest.raises(InvalidInput, match="exists already"):
            matrix()[:3].save(tmp_path / name, overwrite=True)
    assert (tmp_path / "notes").read_text() == "mine"
    assert len(EmbeddingMatrix.load(tmp_path / "real")) == 200


def test_a_folder_that_is_no_matrix_gets_the_matrix_inside_under_a_name_of_its_own(tmp_path):
    (tmp_path / "out").mkdir()
    folder = matrix().save(tmp_path / "out")
    assert folder.parent == tmp_path / "out"
    assert folder.name.startswith("matrix-")
    assert matrix().save().name == folder.name
    assert matrix()[:9].save("out/").parent.name == "out"
    with pytest.raises(InvalidInput, match="exists already"):
        matrix().save(".")


@pytest.mark.parametrize("name", ["con", "a\x00b", "../away", "x" * 300, "end.", "a\\b"])
def test_a_name_that_is_not_safe_is_refused(name):
    with pytest.raises(InvalidInput):
        matrix().save(name)


def test_a_save_that_fails_leaves_nothing_and_keeps_what_was_there(tmp_path, monkeypatch):
    folder = matrix().save(tmp_path / "m")
    real = files._written

    def full(path, chunks):
        if path.name == "texts.jsonl":
            raise OSError(28, "No space left on device")
        return real(path, chunks)

    monkeypatch.setattr(files, "_written", full)
    for name, overwrite in (("m", True), ("n", False)):
        with pytest.raises(OSError, match="No space"):
            matrix().save(tmp_path / name, overwrite=overwrite)
    assert sorted(each.name for each in tmp_path.iterdir() if each.name != "state") == ["m"]
    assert len(EmbeddingMatrix.load(folder, verify=True)) == 200


def _flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "vectors.npy").unlink(),
        lambda folder: (folder / "texts.jsonl").unlink(),
        lambda folder: (folder / "rows.jsonl").unlink(),
        lambda folder: _flip(folder / "vectors.npy", 200),
        lambda folder: _flip(folder / "texts.jsonl", -2),
        lambda folder: _flip(folder / "rows.jsonl", 5),
        lambda folder: os.truncate(folder / "vectors.npy", 5000),
        lambda folder: (folder / "matrix.json").write_text("{"),
        lambda folder: (folder / "matrix.json").write_text("[]"),
        lambda folder: (folder / "matrix.json").write_text('{"format": "venice_nb matrix", "version": 1}'),
        lambda folder: _noted(folder, rows=201),
        lambda folder: _noted(folder, dims=15),
        lambda folder: _noted(folder, cost="free"),
        lambda folder: _noted(folder, errors=[1]),
        lambda folder: _noted(folder, version=2),
        lambda folder: _noted(folder, format="other"),
    ],
)
def test_a_damaged_folder_is_refused_with_what_is_wrong(damage, tmp_path):
    folder = matrix().save(tmp_path / "m")
    damage(folder)
    with pytest.raises(InvalidInput, match=r"damaged|another version") as caught:
        EmbeddingMatrix.load(folder)
    assert caught.value.do


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
@pytest.mark.parametrize("name", ["matrix.json", "vectors.npy", "texts.jsonl", "rows.jsonl"])
def test_a_pipe_in_the_place_of_a_file_is_told_and_not_waited_for(name, tmp_path):
    folder = matrix().save(tmp_path / "m")
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(InvalidInput, match=r"no file|no matrix"):
        EmbeddingMatrix.load(folder)


def test_folders_above_the_matrix_are_made(tmp_path):
    folder = matrix().save(tmp_path / "new" / "one")
    assert len(EmbeddingMatrix.load(folder)) == 200


def _noted(folder, **changes):
    note = json.loads((folder / "matrix.json").read_text())
    (folder / "matrix.json").write_text(json.dumps(note | changes))


def test_a_single_wrong_bit_anywhere_is_found_when_all_is_verified(tmp_path):
    folder = EmbeddingMatrix(np.random.default_rng(0).random((5000, 100))).save(tmp_path / "m")
    _flip(folder / "vectors.npy", 1_234_567)
    EmbeddingMatrix.load(folder)
    with pytest.raises(InvalidInput, match="checksum"):
        EmbeddingMatrix.load(folder, verify=True)


@pytest.mark.parametrize(
    "change", [{"index": {"levels": [{"name": None, "dtype": "interval"}]}}, {"metadata": [{}]}]
)
def test_rows_that_do_not_fit_their_note_are_told_when_they_are_read(change, tmp_path):
    folder = matrix().save(tmp_path / "m")
    _noted(folder, **change)
    loaded = EmbeddingMatrix.load(folder)
    with pytest.raises(InvalidInput, match="damaged"):
        _ = loaded.index


class Trap:
    def __reduce__(self):
        return os.system, ("touch sprung",)


def test_a_pickle_in_the_place_of_the_vectors_is_never_run(tmp_path):
    folder = matrix().save(tmp_path / "m")
    np.save(folder / "vectors.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    with (folder / "vectors.npy").open("rb") as file:
        _noted(
            folder,
            files={
                "vectors.npy": {
                    "bytes": (folder / "vectors.npy").stat().st_size,
                    "sampled": files._sampled(file),
                }
            },
        )
    with pytest.raises(InvalidInput, match="damaged"):
        EmbeddingMatrix.load(folder)
    assert not Path("sprung").exists()


def test_a_folder_that_is_not_there_or_is_no_matrix_is_told(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(InvalidInput, match="no matrix"):
            EmbeddingMatrix.load(path)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (pd.Series([object(), 1, 2], dtype=object), "object"),
        (pd.Series([(1, 2), None, None], dtype=object), "tuple"),
        (pd.Series([{1: 2}, None, None], dtype=object), "dict"),
        (pd.Series([[math.inf], None, None], dtype=object), "inf"),
        (pd.Series(pd.period_range("2026", periods=3)), "period"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_metadata_that_would_come_back_as_something_else_is_refused_by_name(column, what, tmp_path):
    E = EmbeddingMatrix(np.ones((3, 2)), metadata=pd.DataFrame({"odd": column}))
    with pytest.raises(InvalidInput, match=r"odd.*cannot be saved") as caught:
        E.save(tmp_path / "m")
    assert what in str(caught.value)
    assert not (tmp_path / "m").exists()


def test_saving_and_loading_take_little_memory_beside_the_vectors(tmp_path):
    mapped = np.lib.format.open_memmap(tmp_path / "big.npy", "w+", np.float32, (60_000, 256))  # 61 MB
    E = EmbeddingMatrix(mapped)
    tracemalloc.start()
    try:
        folder = E.save(tmp_path / "m")
        EmbeddingMatrix.load(folder, verify=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40e6


KILLED = """
import sys, time
from venice_nb.results.matrix import files
from venice_nb.results.matrix.matrix import EmbeddingMatrix
import numpy as np
real = files._written
def slow(path, chunks):
    if path.name == "matrix.json":
        print("writing", flush=True); time.sleep(60)
    return real(path, chunks)
files._written = slow
EmbeddingMatrix(np.zeros((4, 2))).save("m", overwrite=True)
"""


def test_killed_while_saving_what_was_there_is_whole(tmp_path):
    folder = matrix().save(tmp_path / "m")
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, cwd=tmp_path) as child:
        assert child.stdout.readline() == b"writing\n"
        child.kill()
    assert len(EmbeddingMatrix.load(folder, verify=True)) == 200


def test_a_saved_matrix_is_searched_by_text_through_the_client_that_loads_it(tmp_path):
    v = vn.Venice.sandbox()
    E = v.embed(pd.Series(["a gondola", "a canal", "the tax law"], index=list("abc")))
    again = v.embed.load(E.save(tmp_path / "boats"))
    assert again.search("a gondola", k=1).labels.tolist() == ["a"]
    with pytest.raises(InvalidInput, match="no client"):
        EmbeddingMatrix.load(tmp_path / "boats").search("a gondola")
