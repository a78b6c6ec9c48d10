"""Parts in a folder: whole or not there, found again, told apart."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest

import venice_nb as vn

pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

from venice_nb.scale.embedded import Embedded
from venice_nb.scale.parts import Folder, Part, blocks, matrix_of, table_of
from venice_nb.scale.working import fingerprint

ABOUT = {"model": "m", "column": "text", "format": "parquet", "partitions": 2}


def written(folder, number=0, rows=4, **more):
    frame = pd.DataFrame({"text": [f"text {row}" for row in range(rows)], "nothing": [None] * rows})
    vectors = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3)
    table = table_of(frame, vectors, {})
    part = Part(number=number, file="", rows=rows, vectors=rows, model="m", dims=3, **more)
    return folder.write(part, table)


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "parts")
    folder.begin(ABOUT)
    return folder


def test_a_part_is_read_as_it_was_written(folder):
    part = written(folder)
    (table,) = blocks(folder.path / part.file)
    vectors, places = matrix_of(table.column("vector"))
    assert vectors.tolist() == np.arange(12).reshape(4, 3).tolist()
    assert places.tolist() == [0, 1, 2, 3]
    assert table.schema.names == ["text", "nothing", "__index_level_0__", "vector", "error"]
    assert folder.records() == [part]


def test_the_same_rows_make_the_same_file(folder, tmp_path):
    other = Folder(tmp_path / "other")
    other.begin(ABOUT)
    assert written(folder).checksum == written(other).checksum


def test_a_part_without_its_record_and_a_record_without_its_part_do_not_count(folder):
    written(folder, 0)
    written(folder, 1)
    (folder.path / "part-00000.parquet").unlink()
    (folder.path / "_venice" / "part-00001.json").write_text('{"number": 1, "fi')
    assert folder.records() == []


def test_a_write_that_fails_leaves_the_part_unfinished_and_nothing_else(folder, monkeypatch):
    written(folder)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("venice_nb.scale.parts.pq.write_table", full)
    with pytest.raises(OSError, match="No space"):
        written(folder)
    assert folder.records() == []
    assert sorted(each.name for each in (folder.path / "_venice").iterdir()) == ["folder.json"]


def test_a_part_is_replaced_whole(folder):
    written(folder, rows=9)
    part = written(folder, rows=2)
    assert [table.num_rows for table in blocks(folder.path / part.file)] == [2]
    assert len(list(folder.path.iterdir())) == 2


def test_a_table_of_lance_is_replaced_whole(tmp_path):
    pytest.importorskip("lancedb")
    folder = Folder(tmp_path / "parts")
    folder.begin(ABOUT | {"format": "lance"})
    written(folder, rows=9)
    part = written(folder, rows=2)
    (table,) = blocks(folder.path / part.file)
    assert table.num_rows == 2
    assert [each.name for each in folder.path.iterdir() if each.name != "_venice"] == ["part-00000.lance"]
    assert Embedded(folder.path, (part,), format="lance").damaged() == []


@pytest.mark.parametrize("name", ["model", "column", "format", "partitions"])
def test_a_folder_of_another_run_is_refused(folder, name):
    folder.begin(ABOUT)
    with pytest.raises(vn.InvalidInput, match=f"was made with {name}=") as told:
        folder.begin(ABOUT | {name: "other"})
    assert ("ddf.repartition(npartitions=2)" in told.value.do) is (name == "partitions")


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(vn.InvalidInput, match="holds other files"):
        Folder(tmp_path).begin(ABOUT)


def test_a_machine_that_does_not_see_the_folder_says_so(tmp_path):
    with pytest.raises(vn.InvalidInput, match="does not see the folder"):
        Folder(tmp_path / "elsewhere").seen()


def test_a_fingerprint_is_of_what_the_rows_say():
    frame = pd.DataFrame({"text": ["a", None, "c"], "n": [1, 2, 3], "tags": [["x"], [], ["y", "z"]]})
    frame["mixed"], frame["long"] = [1, "b", None], [np.zeros(2000), np.ones(2), None]
    other = frame["long"].tolist()
    other[0] = np.concatenate([np.zeros(1000), np.ones(1000)])
    again = pd.concat([frame.iloc[:1], frame.iloc[1:]])
    assert fingerprint(frame) == fingerprint(again) == fingerprint(frame.copy())
    assert fingerprint(frame.astype({"text": "string[pyarrow]"})) == fingerprint(frame)
    changes = [
        frame.assign(text=["a", None, "d"]),
        frame.assign(n=[1, 2, 4]),
        frame.assign(tags=[["x"], [], ["y"]]),
        frame.assign(mixed=["1", "b", None]),
        frame.assign(long=other),
        frame.set_axis([0, 1, 3]),
        frame.rename(columns={"n": "m"}),
        frame.iloc[:2],
        frame.iloc[::-1],
    ]
    assert len({fingerprint(each) for each in [frame, *changes]}) == len(changes) + 1


def test_a_result_says_the_same_in_text_and_html_and_travels_without_its_client(folder):
    part = written(folder, failed={"blank": 2}, tokens=12, usd=0.5)
    embedded = Embedded(folder.path, (part, part.untouched()), column="text", venice=object())
    shown = embedded._mimebundle()
    for word in ("8 of 8 rows embedded", "4 blank", "finished before", "$0.50"):
        assert word in shown["text/plain"]
        assert word in shown["text/html"]
    assert repr(embedded) == "<Embedded 8 x 3 in 2 parts, m>"
    assert pickle.loads(pickle.dumps(embedded)).venice is None
    assert embedded.to_frame()["usd"].tolist() == [0.5, 0.0]


def test_a_record_of_a_newer_version_is_read(folder):
    part = written(folder)
    file = folder.path / "_venice" / "part-00000.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"more": 1}))
    assert folder.record(0) == part


def test_a_part_of_another_size_than_it_was_written_with_does_not_count(folder):
    written(folder, 0)
    written(folder, 1)
    (folder.path / "part-00000.parquet").write_bytes(b"cut short")
    assert [part.number for part in folder.records()] == [1]


def test_rows_at_odd_addresses_get_into_a_table_of_lance_all_the_same(tmp_path):
    """What a worker is sent lies where the wire put it, also when it is nothing."""
    pytest.importorskip("lancedb")
    folder = Folder(tmp_path / "parts")
    folder.begin(ABOUT | {"format": "lance"})
    number = np.zeros(8 * 50 + 1, np.uint8)[1:].view(np.int64)
    number[:] = range(50)
    for at, rows in enumerate([50, 0]):
        frame = pd.DataFrame(number[:rows].reshape(-1, 1), columns=["n"], copy=False)
        vectors = np.ones((rows, 3), np.float32)
        part = Part(number=at, file="", rows=rows, vectors=rows, dims=3)
        part = folder.write(part, table_of(frame, vectors, {}))
        (table,) = blocks(folder.path / part.file)
        assert table.column("n").to_pylist() == list(range(rows))


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "parts").write_text("mine")
    with pytest.raises(vn.InvalidInput, match="parts is a file"):
        Folder(tmp_path / "parts").begin(ABOUT)
