"""Search over parts: what one matrix would find, however the rows are cut."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import venice_nb as vn

dask = pytest.importorskip("dask")
dd = pytest.importorskip("dask.dataframe")

from venice_nb import scale  # noqa: E402
from venice_nb.results.matrix.matrix import EmbeddingMatrix  # noqa: E402
from venice_nb.scale.embedded import Embedded  # noqa: E402
from venice_nb.scale.parts import Folder, Part, table_of  # noqa: E402


def data(rows=400, dims=24, seed=0):
    """Vectors with many ties: each stands several times, some are opposite, some have no direction."""
    rng = np.random.default_rng(seed)
    few = rng.standard_normal((rows // 5, dims)).astype(np.float32)
    matrix = few[rng.integers(0, len(few), rows)] * rng.choice([1, 2, -1], (rows, 1)).astype(np.float32)
    matrix[::37] = 0
    return matrix


def distributed_frame(matrix, partitions, **columns):
    frame = pd.DataFrame({"name": [f"row {row}" for row in range(len(matrix))], **columns})
    frame["vector"] = list(matrix)
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(frame, npartitions=partitions)


def folder_of(path, matrix, sizes, *, lance=False, missing=()):
    """A folder as `embed` writes it, with a part for each size."""
    folder = Folder(path)
    about = {
        "model": "m",
        "column": "name",
        "columns": ["name"],
        "format": "lance" if lance else "parquet",
        "partitions": len(sizes),
    }
    folder.begin(about)
    ends = np.cumsum(sizes)
    for number, (start, stop) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        rows = np.arange(start, stop)
        frame = pd.DataFrame({"name": [f"row {row}" for row in rows]}, index=pd.Index(rows))
        errors = {place: "blank" for place, row in enumerate(rows) if row in missing}
        table = table_of(frame, matrix[rows], errors)
        part = Part(
            number=number,
            file="",
            rows=len(rows),
            vectors=len(rows) - len(errors),
            model="m",
            dims=matrix.shape[1],
        )
        folder.write(part, table)
    return folder


@pytest.mark.parametrize("k", [1, 7, 60])
@pytest.mark.parametrize("partitions", [1, 3, 20])
def test_a_frame_is_searched_as_one_matrix_is(partitions, k):
    matrix = data()
    queries = np.concatenate([matrix[[3, 77]], np.random.default_rng(1).standard_normal((2, 24))])
    found = scale.search(distributed_frame(matrix, partitions), queries, k, text="name")
    whole = EmbeddingMatrix(matrix).search(queries, k)
    assert np.array_equal(found.positions, whole.positions)
    assert np.array_equal(found.scores, whole.scores)
    assert np.array_equal(found.numbers, whole.numbers)
    assert found.texts == [f"row {row}" for row in whole.positions]


def test_scores_are_those_of_scikit_learn():
    neighbors = pytest.importorskip("sklearn.neighbors")
    matrix = np.random.default_rng(5).standard_normal((500, 16)).astype(np.float32)
    brute = neighbors.NearestNeighbors(n_neighbors=9, algorithm="brute", metric="cosine").fit(matrix)
    distances, positions = brute.kneighbors(matrix[:4])
    found = scale.search(distributed_frame(matrix, 6), matrix[:4], 9)
    assert np.array_equal(found.positions.reshape(4, 9), positions)
    assert np.allclose(found.scores.reshape(4, 9), 1 - distances, atol=1e-6)


@pytest.mark.parametrize("lance", [False, True], ids=["parquet", "lance"])
def test_a_folder_is_searched_without_the_rows_that_have_no_vector(tmp_path, lance):
    if lance:
        pytest.importorskip("lancedb")
    matrix, missing = data(100), {5, 50, 99}
    folder_of(tmp_path / "parts", matrix, [40, 0, 60], lance=lance, missing=missing)
    found = scale.search(tmp_path / "parts", matrix[5], 30)
    kept = np.array([row for row in range(100) if row not in missing])
    whole = EmbeddingMatrix(matrix[kept]).search(matrix[5], 30)
    assert np.array_equal(found.positions, kept[whole.positions])
    assert np.array_equal(found.scores, whole.scores)
    assert found.labels.tolist() == found.positions.tolist()
    assert found.texts == [f"row {row}" for row in found.positions]
    assert list(found.to_frame().columns) == ["rank", "score", "label", "text"]


def test_a_part_of_many_blocks_is_searched_a_block_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("venice_nb.scale.parts.BLOCK", 7 * 24 * 4)
    matrix = data(100)
    folder = folder_of(tmp_path / "parts", matrix, [100])
    import pyarrow.parquet as pq

    assert pq.ParquetFile(folder.path / "part-00000.parquet").num_row_groups == 15
    found = scale.search(folder.path, matrix[8], 20)
    assert np.array_equal(found.positions, EmbeddingMatrix(matrix).search(matrix[8], 20).positions)


def test_columns_come_with_the_hits_and_a_low_score_does_not():
    matrix = np.eye(4, dtype=np.float32)
    ddf = distributed_frame(matrix, 2, year=[2001, 2002, 2003, 2004])
    found = scale.search(ddf, matrix[2], 4, min_score=0.5)
    assert found.to_frame()[["label", "name", "year"]].to_numpy().tolist() == [[2, "row 2", 2003]]


def test_vectors_of_whole_numbers_are_vectors():
    frame = pd.DataFrame({"vector": [[1, 0], [0, 2]]})
    with dask.config.set({"dataframe.convert-string": False}):
        ddf = dd.from_pandas(frame, npartitions=2)
    assert scale.search(ddf, [0, 1], 1).scores.tolist() == [1.0]


def test_many_queries_have_a_column_of_their_own():
    matrix = np.eye(4, dtype=np.float32)
    found = scale.search(distributed_frame(matrix, 2), matrix[:2], 1)
    assert found.to_frame()["query"].tolist() == ["vector 0", "vector 1"]


def test_a_text_is_embedded_with_the_model_of_the_vectors():
    v = vn.Venice.sandbox()
    texts = ["a gondola at dusk", "the price of bread", "a bridge over a canal"]
    matrix = v.embed(texts, progress=False)
    ddf = distributed_frame(matrix.array, 2)
    found = scale.search(ddf, "what does bread cost", 1, venice=v, model=matrix.model)
    assert found.positions.tolist() == [1]
    assert found.queries == ("what does bread cost",)


def test_an_asynchronous_client_is_awaited():
    import asyncio

    a = vn.AsyncVenice.sandbox()
    matrix = vn.Venice.sandbox().embed(["a gondola", "bread"], progress=False)
    ddf = distributed_frame(matrix.array, 2)
    found = asyncio.run(scale.search(ddf, "gondola", 1, venice=a, model=matrix.model))
    assert found.positions.tolist() == [0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": np.ones(3)}, "3"),
        ({"query": "gondola"}, "venice"),
        ({"k": 0}, "k is 0"),
        ({"vector": "name"}, "vectors, not texts"),
        ({"vector": "other"}, "other"),
        ({"vector": "n"}, "vectors, not int64"),
        ({"vector": "twice"}, "one column that holds the vectors"),
        ({"text": "titel"}, "one column that holds the texts"),
        ({"where": 5}, "where"),
        ({"min_score": 2}, "min_score"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_searched_is_refused(change, message):
    frame = distributed_frame(np.eye(4, dtype=np.float32), 2, n=range(4), twice=1, b=2)
    given = {"where": frame.rename(columns={"b": "twice"}), "query": np.ones(4), "k": 1} | change
    with pytest.raises(vn.InvalidInput, match=message):
        scale.search(**given)


def test_texts_that_dask_made_of_vectors_are_told_apart():
    frame = pd.DataFrame({"vector": [[1.0, 0.0], [0.0, 1.0]]})
    with pytest.raises(vn.InvalidInput, match="vectors, not texts") as caught:
        scale.search(dd.from_pandas(frame, npartitions=1), [1.0, 0.0])
    assert "convert-string" in caught.value.do


def test_a_folder_without_parts_is_refused(tmp_path):
    with pytest.raises(vn.InvalidInput, match="finished parts"):
        scale.search(tmp_path, [1.0])


def test_a_text_that_is_no_column_of_the_parts_is_refused(tmp_path):
    folder = folder_of(tmp_path / "parts", data(20), [20])
    with pytest.raises(vn.InvalidInput, match="text must be name"):
        scale.search(folder.path, np.ones(24), text="titel")
    assert scale.search(folder.path, np.ones(24), 1, text="name").texts is not None


def test_parts_that_are_not_finished_are_told(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr("venice_nb.scale.finding.notice", said.append)
    matrix = data(30)
    folder_of(tmp_path / "parts", matrix, [10, 10, 10])
    (tmp_path / "parts" / "_venice" / "part-00001.json").unlink()
    found = scale.search(tmp_path / "parts", matrix[1], 30)
    assert said == ["1 of 3 parts are not finished: their rows are not searched."]
    assert set(found.labels) <= {*range(10), *range(20, 30)}


def test_vectors_of_two_models_are_not_searched_together(tmp_path):
    folder = folder_of(tmp_path / "parts", data(20), [10, 10])
    record = tmp_path / "parts" / "_venice" / "part-00001.json"
    record.write_text(record.read_text().replace('"model": "m"', '"model": "n"'))
    with pytest.raises(vn.InvalidInput, match="of one model") as told:
        scale.search(folder.path, np.ones(24))
    assert "m (24 numbers), n (24 numbers)" in told.value.do


def test_a_column_of_the_users_own_that_is_called_error_comes_with_the_hits():
    ddf = distributed_frame(np.eye(2, dtype=np.float32), 2, error=["no ticket", "late"])
    assert scale.search(ddf, [0.0, 1.0], 1).metadata["error"].tolist() == ["late"]


def test_a_result_is_asked_with_the_client_of_its_run(tmp_path):
    folder = folder_of(tmp_path / "parts", np.ones((4, 1024), np.float32), [2, 2])
    model = {"model": "text-embedding-bge-m3"}
    parts = tuple(replace(part, **model) for part in folder.records())
    for part in parts:
        record = tmp_path / "parts" / "_venice" / f"part-0000{part.number}.json"
        record.write_text(json.dumps(json.loads(record.read_text()) | model))
    embedded = Embedded(folder.path, parts, venice=vn.Venice.sandbox())
    assert scale.search(embedded, "a gondola", 3).labels.tolist() == [0, 1, 2]


def test_a_part_that_cannot_be_read_is_named(tmp_path):
    matrix = data(40)
    folder = folder_of(tmp_path / "parts", matrix, [20, 20])
    file = folder.path / "part-00001.parquet"
    file.write_bytes(bytes(file.stat().st_size))
    with pytest.raises(vn.InvalidInput, match=r"part-00001\.parquet cannot be read"):
        scale.search(folder.path, np.ones(24), k=1)
