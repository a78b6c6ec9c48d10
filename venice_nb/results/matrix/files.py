"""A matrix in a folder: vectors for `numpy.load`, rows as JSON lines, and a note of what they are.

    faq/matrix.json     model, dims, date, cost, and size and checksum of the other files
    faq/vectors.npy     (n, d) float32
    faq/texts.jsonl     a line for each row: its text, where there are texts
    faq/rows.jsonl      a line for each row: its label and its metadata, where there are any

Nothing in it is a pickle, so that opening a stranger's matrix runs no code of theirs.
"""

from __future__ import annotations

import os
import secrets
import shutil
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, VeniceError, plain
from venice_nb.results import saving
from venice_nb.results.matrix.columns import lines, rows_of, unpacked
from venice_nb.results.matrix.left_out import RowError, plain_label
from venice_nb.results.matrix.texts import Texts, mapped
from venice_nb.results.money import Cost, Usage
from venice_nb.results.reading import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader, BufferedWriter

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

NOTE, VECTORS, TEXTS, ROWS = "matrix.json", "vectors.npy", "texts.jsonl", "rows.jsonl"
FORMAT, VERSION = "venice_nb matrix", 1
BLOCK = 1 << 24  # bytes written at once
PAGES, PAGE = 64, 4096  # of a file, for the quick checksum
LARGEST = 1 << 28  # bytes of a note that is read


# --- writing -------------------------------------------------------------------------------


def save(
    matrix: EmbeddingMatrix, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False
) -> Path:
    """Writes a folder: vectors as `.npy`, texts and rows as JSON lines, and a note with checksums.

    The folder appears whole or not at all, and never replaces another one unasked. Folders above it are made.
    Metadata has to be of plain types: numbers, text, times, categories, or what JSON can hold; `to_parquet`
    takes more.
    """
    target = _target(matrix, path)
    there = target.is_symlink() or target.exists()
    if there and not (overwrite and not target.is_symlink() and (target / NOTE).is_file()):
        raise InvalidInput(
            f"{plain(target.name, 120)} exists already",
            field="path",
            value=plain(target, 300),
            allowed="a new name",
            do="give another name"
            + (
                ", or overwrite=True to replace a matrix"
                if not overwrite
                else "; it is no matrix, so it stays"
            ),
        )
    part = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.part")
    part.mkdir(parents=True)
    try:
        write(matrix, part)
        if there:
            old = part.with_suffix(".old")
            target.rename(old)
            part.rename(target)
            shutil.rmtree(old, ignore_errors=True)  # a file of it may be mapped, which some systems protect
        else:
            part.rename(target)
    except OSError:
        if not there and target.exists():  # it appeared meanwhile
            raise InvalidInput(
                f"{plain(target.name, 120)} exists already", field="path", do="give another name"
            ) from None
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _target(matrix: EmbeddingMatrix, path: str | os.PathLike[str] | None) -> Path:
    """The folder, under the rules of `saving.checked` for the names of files."""
    default = saving.named("matrix", matrix.model, matrix.array[:64].tobytes().hex())
    wanted = default if path is None else path if isinstance(path, str) else os.fspath(path)
    wanted = str(Path(wanted) / default if Path(wanted).name in {"", ".."} else Path(wanted))
    rule = str if path is None or isinstance(path, str) else Path
    checked = saving.checked(rule(f"{wanted}.npy"), default=default, suffixes=(".npy",))
    target = checked.with_name(checked.name.removesuffix(".npy"))
    if target.name[-1] in ". ":  # no name of a folder on Windows, whose rule has seen another one
        saving.checked(target.name, default=default, suffixes=(".npy",))
    return target / default if target.is_dir() and not (target / NOTE).is_file() else target


def write(matrix: EmbeddingMatrix, folder: Path) -> None:
    """Writes a matrix into a folder; vectors and texts that are there already are its own, and measured."""
    vectors, texts = folder / VECTORS, folder / TEXTS
    files = {VECTORS: _measured(vectors) if vectors.exists() else _written(vectors, _npy(matrix.array))}
    if matrix.texts is not None:
        files[TEXTS] = _measured(texts) if texts.exists() else _written(texts, lines(matrix.texts))
    index, metadata, rows = rows_of(matrix)
    if rows is not None:
        files[ROWS] = _written(folder / ROWS, rows)
    note = {
        "format": FORMAT,
        "version": VERSION,
        "model": matrix.model,
        "rows": len(matrix),
        "dims": matrix.dims,
        "created": matrix.created,
        "usage": matrix.usage.to_dict(),
        "cost": matrix.cost.to_dict(),
        "elapsed": matrix.elapsed,
        "errors": [
            [
                plain_label(each.label),
                each.position,
                each.reason,
                None if each.error is None else plain(each.error),
            ]
            for each in matrix.errors
        ],
        "index": index,
        "metadata": metadata,
        "files": files,
    }
    _written(folder / NOTE, [dumps(note, indent=True).encode("utf-8", "replace") + b"\n"])


def head(rows: int, dims: int) -> bytes:
    """The first bytes of a `.npy` file of float32, as many for any number of rows."""
    import io  # noqa: PLC0415  only when saving

    import numpy as np  # noqa: PLC0415  loads with the first vectors

    made = io.BytesIO()
    about = {"descr": "<f4", "fortran_order": False, "shape": (rows, dims)}
    np.lib.format.write_array_header_1_0(made, about)
    return made.getvalue()


def _npy(array: NDArray[np.float32]) -> Iterator[bytes | memoryview]:
    """The bytes that `numpy.save` would write, without a second copy of the array."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    yield head(*array.shape)
    step = max(1, BLOCK // max(1, 4 * array.shape[1]))
    for start in range(0, len(array) if array.size else 0, step):
        yield np.ascontiguousarray(array[start : start + step]).data.cast("B")


def _written(path: Path, chunks: Iterable[bytes | memoryview]) -> dict[str, Any]:
    """Writes a file for good, and gives its size and checksums."""
    digest = sha256()
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
        _sync(file)
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": digest.hexdigest(), "sampled": _sampled(file)}


def _measured(path: Path) -> dict[str, Any]:
    """Size and checksums of a file that is there already."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return {"bytes": path.stat().st_size, "sha256": digest, "sampled": _sampled(file)}


def _sync(file: BufferedWriter) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sampled(file: BufferedReader) -> str:
    """A checksum of a few pages, the first and the last among them."""
    end = max(0, file.seek(0, os.SEEK_END) - PAGE)
    digest = sha256()
    for page in range(PAGES):
        file.seek(end * page // (PAGES - 1))
        digest.update(file.read(PAGE))
    return digest.hexdigest()


# --- reading -------------------------------------------------------------------------------


def load(
    cls: type[EmbeddingMatrix], path: str | os.PathLike[str], *, mmap: bool = True, verify: bool = False
) -> EmbeddingMatrix:
    """The matrix that `save` wrote, in milliseconds: vectors, texts and labels are read where needed.

    Args:
        path: the folder.
        mmap: leave the vectors in their file; False reads them into memory.
        verify: read everything to check it; otherwise sizes and some pages of each file are checked.

    Raises InvalidInput for a folder that is no matrix or is damaged. It never runs code of the folder.
    The matrix has no client: search with a vector, or let `v.embed.load(path)` load it.

    """
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    folder = Path(path).expanduser()
    note = _note(folder)
    try:
        shape = int(note["rows"]), int(note["dims"])
        for name in (VECTORS, TEXTS, ROWS):
            if name in note["files"]:
                _verify(folder / name, note["files"][name], whole=verify)
        array = np.load(folder / VECTORS, mmap_mode="r" if mmap and shape[0] else None, allow_pickle=False)
        if array.shape != shape or array.dtype != np.float32:
            raise ValueError(f"{VECTORS} holds {array.dtype} of {array.shape}, not float32 of {shape}")  # noqa: TRY301
        matrix = cls(
            array,
            texts=Texts(folder / TEXTS, shape[0]) if TEXTS in note["files"] else None,
            model=str(note["model"]),
            usage=Usage(**note["usage"]),
            cost=Cost(**note["cost"]),
            elapsed=float(note["elapsed"]),
            errors=tuple(
                RowError(
                    tuple(label) if isinstance(label, list) else label,
                    int(position),
                    str(reason),
                    None if error is None else VeniceError(str(error)),
                )
                for label, position, reason, error in note["errors"]
            ),
            created=str(note["created"]),
        )
        if note.get("index") or note.get("metadata") is not None:
            matrix.__dict__.pop("metadata")  # from now on __getattr__ reads both when they are asked for
            matrix.__dict__["_rows"] = Rows(folder, note)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, EOFError) as error:
        raise _damaged(folder, error) from error
    return matrix


class Rows:
    """Labels and metadata in their file, read together when one of them is first asked for."""

    def __init__(self, folder: Path, note: dict[str, Any]) -> None:
        self._folder, self._note = folder, note
        self._bytes = mapped(folder / ROWS).tobytes if ROWS in note["files"] else bytes

    def read(self) -> tuple[Any, Any]:
        """The index, None for that of a plain list; and the metadata or None."""
        import io  # noqa: PLC0415  only when labels are asked for

        import pandas as pd  # noqa: PLC0415  likewise

        index, about, count = self._note.get("index") or {}, self._note.get("metadata"), self._note["rows"]
        try:
            levels = index.get("levels", [])
            columns = [*levels, *(about or [])]
            found: list[Any] = [() for _ in columns]
            if columns and count:
                found = list(zip(*map(loads, io.BytesIO(self._bytes())), strict=True))
            series = [unpacked(kind, values) for kind, values in zip(columns, found, strict=True)]
            labels: Any = None
            if len(levels) > 1:
                labels = pd.MultiIndex.from_arrays(
                    series[: len(levels)], names=[each["name"] for each in levels]
                )
            elif levels:
                labels = pd.Index(series[0], name=levels[0]["name"])
            elif "range" in index:
                start, stop, step = index["range"]
                labels = pd.RangeIndex(start, stop, step, name=index["name"])
            if labels is not None and len(labels) != count:
                raise ValueError(f"{ROWS} has {len(labels)} rows of {count}")  # noqa: TRY301
            if about is None:
                return labels, None
            frame = pd.concat([pd.DataFrame(index=range(count)), *series[len(levels) :]], axis=1)
            frame.columns = pd.Index([kind["name"] for kind in about])
            frame.index = pd.RangeIndex(count) if labels is None else labels
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(self._folder, error) from error
        return labels, frame


def _note(folder: Path) -> dict[str, Any]:
    file = folder / NOTE
    if not file.is_file():
        raise InvalidInput(
            f"there is no matrix in {plain(folder.name, 120)}",
            field="path",
            value=plain(folder, 300),
            allowed=f"a folder with a {NOTE}, as E.save makes it",
            do="check the path; vectors of another origin are vn.EmbeddingMatrix(numpy.load(...), texts=...)",
        )
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError("the note is too long")  # noqa: TRY301
        note = loads(file.read_bytes())
        known = note["format"] == FORMAT
        version = int(note["version"])
        note["files"][VECTORS]["bytes"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(folder, error) from error
    if not known or version > VERSION:
        raise InvalidInput(
            f"{plain(folder.name, 120)} was written by another version",
            field="path",
            value=plain(f"{note['format']} {version}", 80),
            allowed=f"{FORMAT} {VERSION}",
            do="update venice_nb",
        )
    return dict(note)


def _verify(path: Path, about: dict[str, Any], *, whole: bool) -> None:
    """Raises ValueError when the file is not the one that was written."""
    if not path.is_file():  # a pipe would be waited for without end
        raise ValueError(f"{path.name} is missing or no file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size != about["bytes"]:
            raise ValueError(f"{path.name} has {size} bytes instead of {about['bytes']}")
        if whole:
            right = file_digest(file, "sha256").hexdigest() == about["sha256"]
        else:
            right = _sampled(file) == about["sampled"]
    if not right:
        raise ValueError(f"the checksum of {path.name} is another one")


def _damaged(folder: Path, error: Exception) -> InvalidInput:
    return InvalidInput(
        f"the matrix in {plain(folder.name, 120)} is damaged: {plain(error, 200)}",
        field="path",
        value=plain(folder, 300),
        do="take it from a copy, or embed it again: texts that are kept in the cache cost nothing",
    )
