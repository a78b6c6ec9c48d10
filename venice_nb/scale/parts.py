"""A folder of parts: one Parquet file (or Lance table) for each partition, each whole or not there at all.

    vectors/
        part-00000.parquet      index, columns, vector (d float32, null where there is none), error
        part-00001.parquet
        _venice/folder.json     model, dimensions, column, columns, format
        _venice/part-00000.json the record of a finished part: rows, failures, fingerprint, checksum, cost
        _venice/part-00001.sqlite3  vectors of a part under way, as they were paid for

Dask, pandas and Lance pass over names that begin with an underscore. A part is written under another name,
synced and renamed; its record comes after it, and what was kept along the way goes last.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from venice_nb.calls.check import refuse
from venice_nb.errors import InvalidInput, plain
from venice_nb.results.matrix.exchange import aligned, complete
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.money import Source

Format = Literal["parquet", "lance"]
VECTOR, ERROR = "vector", "error"
HIDDEN = "_venice"
BLOCK = 16 << 20  # bytes of vectors in one row group: what a reader must hold at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The record of a finished part.

    Attributes:
        number: which partition it is of, from 0.
        file: its name in the folder.
        rows: how many rows it has.
        vectors: how many of them have a vector.
        failed: how many have none, by reason.
        unfinished: how many of those were sent and refused, and are tried again in the next run.
        model: the model that answered.
        dims: the length of a vector.
        created: when it was written, an ISO date in UTC.
        fingerprint: SHA-256 of the rows it was made from.
        checksum: SHA-256 of the file, or of the files of a Lance table.
        size: bytes.
        tokens: tokens paid for in the run that finished it.
        usd: US dollars for these; None when not all prices are known.
        source: where that number comes from, as in `Cost`.
        elapsed: seconds that embedding took.
        skipped: whether it was there already and this run left it alone.

    """

    number: int
    file: str
    rows: int
    vectors: int
    failed: Mapping[str, int] = field(default_factory=dict)
    unfinished: int = 0
    model: str = ""
    dims: int = 0
    created: str = ""
    fingerprint: str = ""
    checksum: str = ""
    size: int = 0
    tokens: int = 0
    usd: float | None = 0.0
    source: Source = "charged"
    elapsed: float = 0.0
    skipped: bool = False

    @property
    def cost(self) -> Cost:
        """US dollars for the run that finished it."""
        return Cost(self.usd, self.source)

    def untouched(self) -> Part:
        """The record as that of a run which left the part alone."""
        return replace(self, skipped=True, tokens=0, usd=0.0, source="charged", elapsed=0.0)


def kinds_of(parts: Iterable[Part]) -> list[str]:
    """The models, and lengths, of the vectors in some parts: one, or they cannot stand beside each other."""
    return sorted({f"{part.model} ({part.dims} numbers)" for part in parts if part.vectors})


class Folder:
    """The folder of a run.

    Args:
        path: where it is, the same place for every worker.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._hidden = self.path / HIDDEN

    def __reduce__(self) -> Any:
        return Folder, (self.path,)

    # --- what the folder is for -----------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """What was decided when the folder was begun; empty when it was not."""
        return _read(self._hidden / "folder.json")

    def begin(self, about: Mapping[str, Any]) -> None:
        """Make the folder for such a run, or go on in one made for the same. Raises what `check` raises."""
        self.check(about)
        if not self.about():
            self._hidden.mkdir(parents=True, exist_ok=True)
            _write(self._hidden / "folder.json", about)

    def check(self, about: Mapping[str, Any]) -> None:
        """Raises InvalidInput for a folder of another model, column or format, or one with other files."""
        if self.path.exists() and not self.path.is_dir():
            do = "Give the name of a folder."
            refuse(
                "to", plain(self.path, 200), "a folder", do, what=f"{plain(self.path.name, 60)} is a file."
            )
        there = self.about()
        for name, value in about.items():
            if there and there.get(name) != value:
                was = f"{name}={plain(there.get(name), 80)}"
                do = "give another folder: vectors of different runs do not mix"
                if name == "partitions":
                    do = f"cut the frame as it was, ddf.repartition(npartitions={there.get(name)}), or {do}"
                raise InvalidInput(
                    f"the folder {plain(self.path.name, 60)} was made with {was}",
                    field="to",
                    value=f"{name}={plain(value, 80)}",
                    allowed="a new folder, or the one of the same run",
                    do=do,
                )
        if not there and self.path.exists() and any(self.path.iterdir()):
            raise InvalidInput(
                f"the folder {plain(self.path.name, 60)} holds other files",
                field="to",
                value=plain(self.path, 200),
                allowed="a new or empty folder",
                do="give another folder: whoever reads it reads everything in it",
            )

    def seen(self) -> None:
        """Raises InvalidInput on a machine that does not see the folder."""
        if not self.about():
            raise InvalidInput(
                "a worker does not see the folder",
                field="to",
                value=plain(self.path, 200),
                allowed="a folder on a file system that the client and all workers share",
                do="put it on a shared drive, under the same path everywhere",
            )

    # --- parts ----------------------------------------------------------------------------------

    def record(self, number: int) -> Part | None:
        """The record of a finished part that is still there, and as large as it was."""
        found = _read(self._record(number))
        if not found:
            return None
        part = Part(**{name: value for name, value in found.items() if name in Part.__dataclass_fields__})
        file = self.path / part.file
        whole = file.stat().st_size == part.size if file.is_file() else file.is_dir()
        return part if whole else None

    def records(self) -> list[Part]:
        """The records of all finished parts, in order."""
        numbers = sorted(int(file.stem.removeprefix("part-")) for file in self._hidden.glob("part-*.json"))
        return [part for number in numbers if (part := self.record(number)) is not None]

    def journal(self, number: int) -> Path:
        """Where the vectors of a part under way are kept as they come."""
        return self._hidden / f"{_name(number)}.sqlite3"

    def finish(self, number: int) -> None:
        """Nothing of a part is under way any more."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            journal = self.journal(number)
            journal.with_name(journal.name + suffix).unlink(missing_ok=True)

    def write(self, part: Part, table: pa.Table) -> Part:
        """Write a part and its record, replacing older ones; gives back the record with its checksum."""
        lance = self.about().get("format") == "lance"
        target = self.path / f"{_name(part.number)}.{'lance' if lance else 'parquet'}"
        fresh = self._hidden / f"{secrets.token_hex(6)}.new"
        self._record(part.number).unlink(missing_ok=True)  # from now on the part counts as unfinished
        try:
            if lance:
                made = _write_lance(table, fresh)
                with contextlib.suppress(FileNotFoundError):  # a folder cannot be replaced in one step
                    target.rename(fresh / "old")
                made.rename(target)
            else:
                _write_parquet(table, fresh)
                fresh.replace(target)
        finally:
            shutil.rmtree(fresh) if fresh.is_dir() else fresh.unlink(missing_ok=True)
        _sync(self.path)
        checksum, size = digest(target)
        done = asdict(part) | {"file": target.name, "checksum": checksum, "size": size}
        _write(self._record(part.number), done)
        return Part(**done)

    def _record(self, number: int) -> Path:
        return self._hidden / f"{_name(number)}.json"


def _name(number: int) -> str:
    return f"part-{number:05d}"


def table_of(frame: pd.DataFrame, vectors: NDArray[np.float32], errors: Mapping[int, str]) -> pa.Table:
    """The rows of a partition as they are written: index, columns, vector, error.

    Args:
        frame: the columns to keep; their names become text, as those of the columns beside them are.
        vectors: (n, d) float32, one for each row.
        errors: why a row has no vector, by its place.

    """
    named = frame.set_axis([str(name) for name in frame.columns], axis=1)
    table = pa.Table.from_pandas(named, preserve_index=True)
    for at, each in enumerate(table.schema):
        if pa.types.is_null(each.type):  # a column without any value, in this partition
            table = table.set_column(at, each.name, table.column(at).cast(pa.string()))
    missing = None
    if errors:
        gone = np.zeros(len(frame), bool)
        gone[list(errors)] = True
        missing = pa.array(gone)
    flat, dims = pa.array(vectors.reshape(-1)), vectors.shape[1]
    array = pa.FixedSizeListArray.from_arrays(flat, dims, mask=missing)
    told = pa.array([errors.get(row) for row in range(len(frame))], pa.string())
    return table.append_column(VECTOR, array).append_column(ERROR, told)


def _write_parquet(table: pa.Table, path: Path) -> None:
    """Vectors as they are, they do not compress; everything else with zstd."""
    others = [name for name in table.column_names if name != VECTOR]
    compression = dict.fromkeys(others, "zstd") | {f"{VECTOR}.list.element": "none"}
    rows = max(1, BLOCK // (4 * table.schema.field(VECTOR).type.list_size))
    with path.open("xb") as file:
        pq.write_table(
            table,
            file,
            compression=compression,
            use_dictionary=others,
            write_statistics=others,
            row_group_size=rows,
        )
        file.flush()
        os.fsync(file.fileno())


def _write_lance(table: pa.Table, folder: Path) -> Path:
    import lancedb  # noqa: PLC0415  the extra `lance`, where asked for

    columns = [
        pa.chunked_array([aligned(each) for each in column.chunks], column.type) for column in table.columns
    ]
    fit = pa.Table.from_arrays(columns, schema=table.schema)
    complete(lancedb.connect(folder).create_table("made", fit, on_bad_vectors="null"), len(table))
    return folder / "made.lance"


def blocks(path: Path) -> Iterator[pa.Table]:
    """The rows of a part, a bounded number at a time."""
    if path.suffix == ".lance":
        import lancedb  # noqa: PLC0415  the extra `lance`, where there is such a part

        yield lancedb.connect(path.parent).open_table(path.stem).to_arrow()
        return
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def matrix_of(column: pa.ChunkedArray) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The vectors of a column, (m, d) float32, and the places of the rows that have one.

    Raises InvalidInput for a column that holds anything else.
    """
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    places = np.flatnonzero(whole.is_valid().to_numpy(zero_copy_only=False))
    if not len(places):
        return np.empty((0, 0), np.float32), places
    if len(places) < len(whole):
        whole = whole.drop_null()
    kind = whole.type
    listed = pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind)
    flat = whole.flatten() if listed else whole
    width = len(flat) // len(places)
    if (
        not listed
        or not (pa.types.is_floating(flat.type) or pa.types.is_integer(flat.type))
        or pc.any(pc.not_equal(pc.list_value_length(whole), width)).as_py()
    ):
        refuse("vector", str(kind), "vectors of one length", "Name another column.")
    return flat.to_numpy(zero_copy_only=False).astype(np.float32, copy=False).reshape(-1, width), places


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 and bytes of a file, or of all files of a folder in the order of their names."""
    total, size = sha256(), 0
    for file in sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]:
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                total.update(chunk)
                size += len(chunk)
    return total.hexdigest(), size


def _read(path: Path) -> dict[str, Any]:
    """What a JSON file of ours says; nothing when it is not there or was cut short by a crash."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, value: Mapping[str, Any]) -> None:
    fresh = path.with_name(f"{secrets.token_hex(6)}.new")
    with fresh.open("x", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make renames in a folder outlast a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
