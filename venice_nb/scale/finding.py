"""Exact search over parts: the best rows of each part, then the best of these, in a tree.

A part is read a block at a time, so that a worker holds one block and a few rows. Scores do not depend on how
the rows were cut into blocks and parts (`venice_nb.arrays.search`), so that ties are ties everywhere and come
in the order of the rows, as in a matrix that holds them all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from dask.delayed import delayed
from distributed import Client

from venice_nb.arrays.search import search as exact
from venice_nb.calls.check import refuse
from venice_nb.embedding.actions import Actions
from venice_nb.errors import InvalidInput, plain
from venice_nb.render.live import notice
from venice_nb.results.matrix.finding import asked, bound, texts_of, whole
from venice_nb.results.matrix.hits import Hits
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.scale.embedded import Embedded
from venice_nb.scale.parts import ERROR, VECTOR, Folder, blocks, kinds_of, matrix_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

FAN_IN = 8  # results that are merged into one


@dataclass(frozen=True, slots=True)
class Best:
    """The best rows of some parts, by query, score and place.

    Attributes:
        query: (m,) int64, which query.
        score: (m,) float32.
        part: (m,) int64, which part.
        place: (m,) int64, which row of the part.
        rows: the rows themselves, without their vectors.
        lengths: how many rows each part has.

    """

    query: NDArray[np.int64]
    score: NDArray[np.float32]
    part: NDArray[np.int64]
    place: NDArray[np.int64]
    rows: pd.DataFrame
    lengths: dict[int, int]


def merge(found: Sequence[Best], k: int) -> Best:
    """The best `k` for each query among some results; equal scores in the order of the rows."""
    query, score, part, place = (
        np.concatenate([getattr(each, name) for each in found])
        for name in ("query", "score", "part", "place")
    )
    order = np.lexsort((place, part, -score, query))
    first = np.searchsorted(query[order], query[order])  # where the query of each begins
    order = order[np.arange(len(order)) - first < k]
    filled = [each.rows for each in found if len(each.rows)] or [found[0].rows]
    rows = pd.concat(filled).iloc[order] if len(filled) > 1 else filled[0].iloc[order]
    lengths = {number: length for each in found for number, length in each.lengths.items()}
    return Best(query[order], score[order], part[order], place[order], rows, lengths)


def best_of(  # noqa: PLR0917  what a task is given
    tables: Iterable[pa.Table],
    number: int,
    vector: str,
    queries: NDArray[np.float32],
    k: int,
    min_score: float | None,
) -> Best:
    """The best rows of a part for each query."""
    best, start = None, 0
    for table in tables:
        vectors, places = matrix_of(table.column(vector))
        if len(vectors) and vectors.shape[1] != queries.shape[1]:
            allowed = f"vectors of {queries.shape[1]} numbers, as the query"
            refuse("where", vectors.shape[1], allowed, f"Look at part {number}: it is of another model.")
        found = exact(vectors, queries, k, min_score=min_score)
        local = places[np.concatenate([positions for positions, _ in found])]
        rows = table.drop_columns([vector]).take(pa.array(local)).to_pandas()
        here = Best(
            query=np.repeat(np.arange(len(found)), [len(positions) for positions, _ in found]),
            score=np.concatenate([scores for _, scores in found]),
            part=np.full(len(local), number),
            place=local + start,
            rows=rows,
            lengths={},
        )
        best = here if best is None else merge([best, here], k)
        start += table.num_rows
    if best is None:
        none = np.empty(0, np.int64)
        best = Best(none, np.empty(0, np.float32), none, none, pd.DataFrame(), {})
    return Best(best.query, best.score, best.part, best.place, best.rows, {number: start})


def best_of_file(path: Path, number: int, *given: Any) -> Best:
    """The best rows of a part that was written. Raises InvalidInput for one that is damaged."""
    try:
        return best_of((table.drop_columns([ERROR]) for table in blocks(path)), number, VECTOR, *given)
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(
            f"the part {path.name} cannot be read: {plain(error, 200)}",
            field="where",
            value=plain(path, 300),
            do="take it from a copy, or delete it and run scale.embed again",
        ) from error


def best_of_frame(frame: pd.DataFrame, number: int, vector: str, *given: Any) -> Best:
    """The best rows of a partition that holds vectors in a column."""
    return best_of([pa.Table.from_pandas(frame, preserve_index=True)], number, vector, *given)


def search(
    where: Any,
    query: Any,
    k: int = 5,
    *,
    venice: Any = None,
    model: str | None = None,
    vector: str = VECTOR,
    text: str | None = None,
    min_score: float | None = None,
    client: Any = None,
) -> Any:
    """The `k` rows most similar to the query in a folder of parts, or in a Dask frame with vectors, exactly.

    Args:
        where: what `scale.embed` gave, its folder, or a Dask DataFrame with a column of vectors.
        query: a text, a vector (d,), a list of texts, an array (q, d), or a matrix.
        k: how many rows, for each query.
        venice: the client that turns a text into a vector; that of the run for what `scale.embed` gave. With
            an `AsyncVenice` the result of a text query is awaited. Not needed for queries that are vectors.
        model: the model of the vectors in a frame; a folder knows its own.
        vector: the column that holds the vectors of a frame.
        text: the column that is shown as the text of a hit; a folder knows its own.
        min_score: the least cosine of a row that is found, from -1 to 1.
        client: the `distributed.Client` that does the work; the current one when left out, and threads of
            this process where there is none.

    Gives `Hits`: a table with rank, score, label, text and the other columns; positions count the rows of all
    parts in their order. The result is that of one matrix with all rows: cosine, best first, equal scores in
    row order, rows of zeros score 0, rows without a vector are never found. Raises InvalidInput for a query
    of another length or model, or a folder without parts. API reference: `POST /embeddings`, for queries that
    are texts.

    >>> import dask, dask.dataframe as dd, pandas as pd
    >>> from venice_nb import scale
    >>> frame = pd.DataFrame({"name": ["east", "north"], "vector": [[1.0, 0.0], [0.0, 1.0]]})
    >>> with dask.config.set({"dataframe.convert-string": False}):  # or Dask makes texts of the lists
    ...     ddf = dd.from_pandas(frame, npartitions=2)
    >>> scale.search(ddf, [0.1, 0.9], k=1, text="name").texts
    ['north']

    """
    whole("k", k)
    low = bound("min_score", min_score)
    place = where
    if isinstance(where, Embedded):
        place, venice = where.folder, where.venice if venice is None else venice
    if isinstance(place, str | os.PathLike):
        pieces, dims, model, text = _folder(Path(place), text)
    elif hasattr(place, "to_delayed"):
        pieces, dims = _frame(place, vector, text)
    else:
        do = "Pass what scale.embed gave, or its folder."
        refuse("where", place, "a folder of parts or a Dask DataFrame", do)
    if venice is None and texts_of(query) is not None:
        do = "Pass venice=v, the client to embed it with, or a vector."
        refuse("venice", None, "a client, for a query that is a text", do)
    actions = None if venice is None else Actions(venice._session)  # noqa: SLF001  our own client
    stand_in = EmbeddingMatrix(np.empty((0, dims), np.float32), model=model or "", actions=actions)

    def find(vectors: NDArray[np.float32], names: Sequence[str], many: bool) -> Hits:
        queries = delayed(vectors)
        level = [delayed(function)(*given, queries, k, low) for function, given in pieces]
        while len(level) > 1:
            level = [delayed(merge)(level[at : at + FAN_IN], k) for at in range(0, len(level), FAN_IN)]
        return _hits(computed(level[0], client), names if many else names[:1], text, many=many)

    return asked(stand_in, query, find)


def _folder(path: Path, text: str | None) -> tuple[list[Any], int, str, str | None]:
    folder = Folder(path)
    parts = [part for part in folder.records() if part.dims]
    if not parts:
        do = "Fill it with scale.embed(ddf, ..., to=folder)."
        refuse("where", path.name, "a folder of finished parts", do)
    if len(kinds := kinds_of(parts)) > 1:
        do = "Embed into a new folder: the model behind the name has changed."
        refuse(
            "where", path.name, "a folder whose vectors are of one model", f"{do} It has {', '.join(kinds)}."
        )
    about = folder.about()
    if text is not None and text not in about.get("columns", ()):
        refuse("text", text, ", ".join(about.get("columns", ())), "Name a column of the parts.")
    missing = about.get("partitions", 0) - len(folder.records())
    if missing > 0:
        notice(f"{missing} of {about['partitions']} parts are not finished: their rows are not searched.")
    pieces = [(best_of_file, (path / part.file, part.number)) for part in parts]
    return pieces, parts[0].dims, parts[0].model, text or about.get("column")


def _frame(frame: Any, vector: str, text: str | None) -> tuple[list[Any], int]:
    """A task for each partition, and the length of the vectors."""
    names = list(frame.columns)
    for field, name, holds in (("vector", vector, "vectors"), ("text", text, "texts")):
        if name is not None and names.count(name) != 1:
            refuse(field, name, ", ".join(map(str, names)), f"Name the one column that holds the {holds}.")
    first = frame[vector].dropna().head(1, npartitions=-1)
    if not len(first):
        refuse("where", vector, "a column with vectors", "There is none in it.")
    if isinstance(first.iloc[0], str):  # what Dask makes of a pandas column of lists
        do = 'Read them from Parquet, or dask.config.set({"dataframe.convert-string": False}) before.'
        refuse("vector", vector, "vectors, not texts", do)
    if not hasattr(first.iloc[0], "__len__"):
        do = "Name another column."
        refuse("vector", vector, f"vectors, not {type(first.iloc[0]).__name__}", do)
    pieces = [(best_of_frame, (piece, number, vector)) for number, piece in enumerate(frame.to_delayed())]
    return pieces, len(first.iloc[0])


def computed(task: Any, client: Any) -> Any:
    """What a task gives: on a cluster, the current one when there is no other, else in threads."""
    if client is not None:
        usable(client)
    return task.compute() if client is None else client.compute(task).result()


def usable(client: Any) -> None:
    """Refuse what is no client of a cluster that can be waited for."""
    if not isinstance(client, Client):
        do = "Make one: client = distributed.Client()."
        refuse("client", client, "a distributed.Client", do)
    if client.asynchronous:
        do = "Make it without asynchronous=True."
        refuse("client", "an asynchronous one", "a synchronous distributed.Client", do)


def _hits(best: Best, queries: Sequence[str], text: str | None, *, many: bool) -> Hits:
    """What was found, as a table; positions count through all parts."""
    numbers = sorted(best.lengths)
    before = np.cumsum([0, *(best.lengths[number] for number in numbers)])
    starts = dict(zip(numbers, before.tolist(), strict=False))
    rows = best.rows
    known = text is not None and text in rows.columns
    others = rows.drop(columns=[text]) if known else rows
    return Hits(
        queries=tuple(queries),
        numbers=best.query,
        positions=best.place + np.array([starts[part] for part in best.part.tolist()], np.int64),
        scores=best.score,
        labels=rows.index,
        texts=rows[text].tolist() if known else None,
        metadata=others if len(others.columns) else None,
        many=many,
    )
