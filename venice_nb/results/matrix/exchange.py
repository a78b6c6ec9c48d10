"""A matrix as Parquet or as a LanceDB table: the way into a vector database, and back."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from venice_nb.errors import InvalidInput, VeniceError, plain
from venice_nb.results import saving
from venice_nb.results.reading import dumps, loads, mapping

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

VECTOR, TEXT = "vector", "text"  # as LanceDB calls them
NOTE = b"venice_nb"  # where the schema says which model made the vectors
BATCH = 8192  # rows written at once


def _needed(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InvalidInput(
            f"{name} is not installed", field=name, do=f'pip install "venice-nb[{extra}]"'
        ) from error


def _schema(matrix: EmbeddingMatrix, extra: str) -> tuple[Any, Any]:
    """The Arrow schema of the rows, and the frame of everything but the vectors."""
    import pandas as pd  # noqa: PLC0415  only when a table is made

    arrow = _needed("pyarrow", extra)
    frame = pd.DataFrame(index=matrix.index) if matrix.metadata is None else matrix.metadata
    frame = frame.set_axis(list(map(str, frame.columns)), axis=1)  # as Arrow calls them
    frame.index = frame.index.set_names([None if name is None else str(name) for name in frame.index.names])
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise InvalidInput(
            f"the metadata has several columns called {plain(twice[0], 60)!r}",
            field="metadata",
            do="rename them: E.metadata.set_axis([...], axis=1)",
        )
    if matrix.texts is not None:
        texts = list(matrix.texts)
        if TEXT in frame.columns and frame[TEXT].tolist() != texts:
            raise InvalidInput(
                f"the metadata has a column {TEXT!r}, where the texts go that were embedded",
                field="metadata",
                do=f"rename it: E.metadata.rename(columns={{{TEXT!r}: ...}})",
            )
        frame = frame.assign(**{TEXT: texts})
    if VECTOR in frame.columns:
        raise InvalidInput(
            f"the metadata has a column {VECTOR!r}, where the vectors go",
            field="metadata",
            do=f"rename it: E.metadata.rename(columns={{{VECTOR!r}: ...}})",
        )
    about = {"model": matrix.model, "dims": matrix.dims, "created": matrix.created}
    try:
        plain_ = arrow.Schema.from_pandas(frame)
    except (arrow.ArrowException, TypeError, ValueError) as error:
        raise InvalidInput(
            f"the metadata cannot be written: {plain(error, 200)}",
            field="metadata",
            do="make each column of one type: df['x'] = df['x'].astype(str)",
        ) from error
    schema = plain_.append(arrow.field(VECTOR, arrow.list_(arrow.float32(), matrix.dims)))
    return schema.with_metadata({**(plain_.metadata or {}), NOTE: dumps(about).encode()}), frame


def _batches(matrix: EmbeddingMatrix, schema: Any, frame: Any) -> Iterator[Any]:
    arrow = _needed("pyarrow", "parquet")
    rest = schema.remove(schema.get_field_index(VECTOR))
    for start in range(0, max(1, len(matrix)), BATCH):
        part = slice(start, start + BATCH)
        batch = arrow.RecordBatch.from_pandas(frame.iloc[part], schema=rest)
        flat = arrow.array(matrix.array[part].reshape(-1))
        vectors = arrow.FixedSizeListArray.from_arrays(flat, matrix.dims)
        yield arrow.RecordBatch.from_arrays([*batch.columns, vectors], schema=schema)


def aligned(column: Any) -> Any:
    """An Arrow array in memory of its own when it begins at an odd address, as what came by wire does.

    LanceDB passes over rows that do, without an error.
    """
    if all(buffer is None or buffer.address % 16 == 0 for buffer in column.buffers()):
        return column
    return column.take(_needed("pyarrow", "lance").array(range(len(column)), "int64"))


def to_parquet(
    matrix: EmbeddingMatrix, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False
) -> Path:
    """Writes labels, metadata, `text` and `vector` (a list of fixed size) as `.parquet`; names become texts.

    Needs `pip install "venice-nb[parquet]"`. Never replaces a file unasked.
    """
    parquet = _needed("pyarrow.parquet", "parquet")
    schema, frame = _schema(matrix, "parquet")
    default = saving.named("matrix", matrix.model, matrix.array[:64].tobytes().hex()) + ".parquet"

    def write(file: BinaryIO) -> None:
        # vectors do not repeat: dictionaries and statistics of them would only cost time
        plain_ = [name for name in schema.names if name != VECTOR]
        with parquet.ParquetWriter(file, schema, use_dictionary=plain_, write_statistics=plain_) as writer:
            for batch in _batches(matrix, schema, frame):
                writer.write_batch(batch)

    return saving.write_by(path, write, default=default, suffixes=(".parquet",), overwrite=overwrite)


def from_parquet(
    cls: type[EmbeddingMatrix], path: str | os.PathLike[str], *, model: str = ""
) -> EmbeddingMatrix:
    """The matrix in a Parquet file with a column `vector`; `model` says who made it, if it does not."""
    parquet = _needed("pyarrow.parquet", "parquet")
    arrow = _needed("pyarrow", "parquet")
    file = Path(path).expanduser()
    try:
        if not (file.is_file() or file.is_dir()):  # a pipe would be waited for without end
            raise FileNotFoundError("there is no such file")
        table = parquet.read_table(file)
    except (OSError, arrow.ArrowException) as error:
        raise InvalidInput(
            f"this is no Parquet file that can be read: {plain(error, 200)}",
            field="path",
            value=plain(path, 300),
            do="check the path, and that the file was written to its end",
        ) from error
    return _read(cls, table, model, "path")


def to_lance(matrix: EmbeddingMatrix, uri: Any, table: str = "matrix", *, overwrite: bool = False) -> Any:
    """A LanceDB table of the rows, `text` and `vector` among its columns, and gives it.

    `uri` is a folder, an address LanceDB knows, or a connection. Needs `pip install "venice-nb[lance]"`.
    """
    schema, frame = _schema(matrix, "lance")
    broken = int((matrix.norms != matrix.norms).sum())  # NaN is not itself
    if broken:
        raise InvalidInput(
            f"{broken} rows hold NaN or infinity, which LanceDB does not take",
            field="matrix",
            value=broken,
            do="leave them out: E[E.norms >= 0].to_lance(...)",
        )
    base = _base(uri)
    arrow = _needed("pyarrow", "lance")
    rows = (
        arrow.RecordBatch.from_arrays([aligned(column) for column in batch.columns], schema=schema)
        for batch in _batches(matrix, schema, frame)
    )
    try:
        made = base.create_table(table, rows, schema=schema, mode="overwrite" if overwrite else "create")
    except (ValueError, OSError, RuntimeError) as error:  # it exists, or its name is not allowed
        do = "give another name, or overwrite=True to replace it" if "exists" in str(error) else ""
        raise InvalidInput(
            f"the table cannot be made: {plain(error, 200)}", field="table", value=plain(table, 60), do=do
        ) from error
    return complete(made, len(matrix))


def complete(table: Any, rows: int) -> Any:
    """The LanceDB table, if it has all rows. Raises VeniceError otherwise: nothing is lost in silence."""
    there = table.count_rows()
    if there != rows:
        raise VeniceError(
            f"LanceDB took {there} of {rows} rows.",
            do="write Parquet instead: E.to_parquet(...), format='parquet'",
        )
    return table


def from_lance(
    cls: type[EmbeddingMatrix], uri: Any, table: str = "matrix", *, model: str = ""
) -> EmbeddingMatrix:
    """The matrix in a LanceDB table with a column `vector`; `model` says who made it, if it does not."""
    base = _base(uri)
    try:
        found = base.open_table(table).to_arrow()
    except (ValueError, OSError, RuntimeError) as error:
        raise InvalidInput(
            f"the table cannot be read: {plain(error, 200)}",
            field="table",
            value=plain(table, 60),
            do="check the folder and the name of the table",
        ) from error
    return _read(cls, found, model, "table")


def _base(uri: Any) -> Any:
    """A connection to the database."""
    return uri if hasattr(uri, "open_table") else _needed("lancedb", "lance").connect(uri)


def _read(cls: type[EmbeddingMatrix], table: Any, model: str, field: str) -> EmbeddingMatrix:
    """A matrix of an Arrow table that has a column `vector`."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    if VECTOR not in table.column_names:
        raise InvalidInput(
            f"the table has no column {VECTOR!r}",
            field=field,
            allowed=plain(", ".join(table.column_names), 300),
            do=f"rename the column that holds the vectors to {VECTOR!r}",
        )
    column = table.column(VECTOR).combine_chunks()
    try:
        dims = _length(column)
        flat = column.flatten().to_numpy(zero_copy_only=False)
        array = np.ascontiguousarray(flat, np.float32).reshape(len(column), dims)
    except (AttributeError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"{VECTOR!r} holds {plain(column.type, 60)}",
            field=field,
            allowed="lists of one length, of numbers, none missing",
            do="leave out the rows without a vector, and those of another length",
        ) from error
    about = mapping(_note(table.schema.metadata))
    frame = table.drop_columns([VECTOR]).to_pandas()
    texts = None
    if TEXT in frame.columns and all(isinstance(one, str) for one in frame[TEXT]):
        texts = frame.pop(TEXT).tolist()
    return cls(
        array,
        index=frame.index,
        texts=texts,
        metadata=frame if frame.shape[1] else None,
        model=model or str(about.get("model", "")),
        created=str(about.get("created", "")),
    )


def _length(column: Any) -> int:
    """How many numbers each list has. Raises ValueError or TypeError when that differs, or one is missing."""
    if hasattr(column.type, "list_size"):
        return int(column.type.list_size)
    (length,) = {len(row) for row in column.to_numpy(zero_copy_only=False)}
    return length


def _note(metadata: Any) -> Any:
    try:
        return loads((metadata or {}).get(NOTE, b"{}"))
    except ValueError:
        return {}
