"""A matrix that is being written to disk, piece by piece, and can be taken up again wherever it stopped.

    .faq.part/vectors.npy     a row for each row with a text; the number of rows is filled in at the end
    .faq.part/texts.jsonl     their texts
    .faq.part/progress.jsonl  what is being written, then a line for each piece that is complete
    .faq.part/batches.sqlite3 the finished batches of the piece under way

A piece is complete when its line is on the disk, which comes after everything the line speaks of. When all
are, the folder gets its note and its name, and is a matrix like any other.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from itertools import chain, compress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from venice_nb.errors import InvalidInput, plain
from venice_nb.policy.store import Busy, Unusable, alive
from venice_nb.policy.vector_cache import VectorFile, clear
from venice_nb.results import saving
from venice_nb.results.matrix import files
from venice_nb.results.matrix.columns import lines, rows_digest
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.results.matrix.texts import Texts
from venice_nb.results.reading import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

PROGRESS, BATCHES, LOCK = "progress.jsonl", "batches.sqlite3", "lock"
HEAD = 128  # bytes before the first vector
BLOCK = 4096  # rows copied at a time

_guard = threading.Lock()
_written_to: WeakValueDictionary[Path, Draft] = WeakValueDictionary()  # by this process


def folder_of(out: str | os.PathLike[str]) -> Path:
    """Where the matrix will be, under the rules of `saving.checked` for names."""
    if isinstance(out, str | os.PathLike) and str(out):
        return saving.checked(out, default="", suffixes=())
    raise InvalidInput(
        "out is an empty text" if isinstance(out, str) else f"out is a {type(out).__name__}, not a path",
        field="out",
        value=plain(repr(out), 60),
        allowed="the path of a folder to be made",
        do="give a name such as out='faq', or leave it out to keep the matrix in memory",
    )


class Draft:
    """The folder of a matrix that is not complete yet.

    Args:
        target: the folder of the matrix when it is complete.
        name: what decides about its vectors besides the texts; a draft of another name is not touched.
        size: rows of a piece; a draft that was begun with another size keeps it.

    Attributes:
        done: for each complete piece what was noted about it.
        size: rows of a piece.

    """

    def __init__(self, target: Path, name: str, size: int) -> None:
        self.target, self.size = target, size
        self.folder = target.with_name(f".{target.name[:100]}.part")
        self.done: list[dict[str, Any]] = []
        self._name = name

    def open(self) -> None:
        """Begin the folder, or take it up where it stopped. Raises InvalidInput when it is someone else's."""
        if self.complete:
            if not (self.target / PROGRESS).is_file() or not (self.target / files.NOTE).is_file():
                raise self._taken("and is not a matrix that was embedded with out=")
            self._read(self.target / PROGRESS)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock()
        path = self.folder / PROGRESS
        lines = self._read(path) if path.exists() else []
        # a line that was cut short by a crash is as if it had never been begun
        lines = lines or [self._line({"name": self._name, "size": self.size})]
        _replaced(path, [line + b"\n" for line in lines])

    @property
    def complete(self) -> bool:
        """Whether the matrix was finished by an earlier run; then its pieces can only be compared."""
        return self.target.is_symlink() or self.target.exists()

    def _read(self, path: Path) -> list[bytes]:
        """What was noted, and the lines that say so."""
        lines = path.read_bytes().split(b"\n")[:-1]
        noted: list[dict[str, Any]] = []
        with suppress(ValueError):
            for line in lines:
                noted.append(loads(line))  # noqa: PERF401  the lines before a broken one count
        if noted and noted[0].get("name") != self._name:
            raise self._taken("of another model, address or length of vectors")
        if noted:
            self.size, self.done = int(noted[0]["size"]), noted[1:]
        return lines[: len(noted)]

    @staticmethod
    def _line(value: dict[str, Any]) -> bytes:
        return dumps(value).encode()

    def _lock(self) -> None:
        """Two that wrote one draft would undo each other's work."""
        lock, place = self.folder / LOCK, self.folder.resolve()
        with _guard:
            found = lock.read_text() if lock.exists() else ""
            if found.isdigit() and int(found) != os.getpid() and alive(int(found)):
                do = f"wait until it is through; if it is not at work there, remove {LOCK} from the folder"
                raise self._taken(f"and process {found} is writing it", do)
            if place in _written_to:
                raise self._taken("and another run of this process is writing it", "wait until it is through")
            lock.write_text(str(os.getpid()))
            _written_to[place] = self

    def _taken(self, why: str, do: str = "give another name, or remove the folder") -> InvalidInput:
        place = self.target if self.target.exists() else self.folder
        return InvalidInput(
            f"{plain(place.name, 120)} is there, {why}",
            field="out",
            value=plain(place, 300),
            allowed="a new name, or that of a run with the same texts and model",
            do=do,
        )

    def same(self, piece: int, digest: str) -> dict[str, Any] | None:
        """What was noted about a piece, when it is complete and of the same texts; else see `cut`."""
        if piece < len(self.done) and self.done[piece]["digest"] == digest:
            return self.done[piece]
        self.cut(piece, whole=False)
        return None

    def cut(self, piece: int, *, whole: bool) -> None:
        """Forget that this piece and those after it are complete: they are of other texts.

        Raises InvalidInput when the matrix is complete, unless it is `whole` and had no more pieces anyway.
        """
        if self.complete and not (whole and piece == len(self.done)):
            raise self._taken("with other texts in it")
        if piece < len(self.done):
            self.done = self.done[:piece]
            path = self.folder / PROGRESS
            _replaced(path, [line + b"\n" for line in path.read_bytes().split(b"\n")[: piece + 1]])

    @property
    def batches(self) -> VectorFile:
        """Where the batches of the piece under way are kept."""
        return VectorFile(self.folder / BATCHES)

    def close(self) -> None:
        """Let others take it up."""
        place = self.folder.resolve()
        with _guard:
            if _written_to.get(place) is self:
                (self.folder / LOCK).unlink(missing_ok=True)
                del _written_to[place]

    def compare(self, index: Any, frame: pd.DataFrame | None) -> None:
        """Raises InvalidInput when the complete matrix has other labels or metadata than these."""
        there = EmbeddingMatrix.load(self.target)
        now = EmbeddingMatrix(there.array, index=index, metadata=frame)
        if rows_digest(now) != rows_digest(there):
            do = "give another name; or load it, v.embed.load(...), and put them beside its vectors: "
            raise self._taken(
                "with other labels or metadata in it",
                do + "dataclasses.replace(E, index=..., metadata=...)",
            )

    def add_texts(self, texts: Sequence[str]) -> None:
        """Write the texts of a piece behind those of the complete ones."""
        with (self.folder / files.TEXTS).open("ab") as file:
            file.truncate(self.done[-1]["bytes"] if self.done else 0)
            file.seek(0, os.SEEK_END)
            for chunk in lines(texts):
                file.write(chunk)

    def rows(self, start: int, count: int, dims: int) -> np.memmap[Any, np.dtype[np.float32]]:
        """The rows of a piece, mapped from the file, which grows as needed."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        path, offset = self.folder / files.VECTORS, HEAD + 4 * dims * start
        with path.open("ab") as file:
            if (short := offset + 4 * dims * count - file.tell()) > 0:
                # taken now: a mapped file that the disk has no room for would end the process
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), file.tell(), short)
                else:
                    file.truncate(file.tell() + short)
        return np.memmap(path, np.float32, "r+", offset, (count, dims))

    def finish(self, piece: dict[str, Any], batches: VectorFile) -> None:
        """Note that a piece is complete, once it is on the disk."""
        for name in (files.VECTORS, files.TEXTS):
            with (self.folder / name).open("ab") as file:
                os.fsync(file.fileno())
                if name == files.TEXTS:
                    piece["bytes"] = file.tell()
        self._note(piece)
        self.done.append(piece)
        with suppress(Busy, Unusable):
            clear(batches)

    def _note(self, line: dict[str, Any]) -> None:
        with (self.folder / PROGRESS).open("ab") as file:
            file.write(self._line(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def seal(self, dims: int, lost: Sequence[int], about: dict[str, Any]) -> None:
        """Make a matrix of it: without the lost rows, with its note, under its name.

        Rows are only copied where some were lost, and into a folder of their own: until the last step
        everything can be taken up again.
        """
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        total = sum(piece["texts"] for piece in self.done)
        count, folder = total - len(lost), self.folder
        if lost:
            folder = self.folder.with_suffix(".whole")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            there = np.ones(total, bool)
            there[list(lost)] = False
            _replaced(folder / files.TEXTS, self._texts(there))
            _replaced(folder / files.VECTORS, chain([files.head(count, dims)], self._vectors(there, dims)))
            shutil.copyfile(self.folder / PROGRESS, folder / PROGRESS)
        else:
            with (folder / files.VECTORS).open("r+b") as file:
                file.truncate(HEAD + 4 * dims * count)  # a longer column may have been begun here before
                file.write(files.head(count, dims))
            os.truncate(folder / files.TEXTS, self.done[-1]["bytes"])
            for name in (
                files.NOTE,
                files.ROWS,
                LOCK,
                *(BATCHES + suffix for suffix in ("", "-wal", "-shm")),
            ):
                (folder / name).unlink(missing_ok=True)
        array = np.load(folder / files.VECTORS, mmap_mode="r")
        files.write(EmbeddingMatrix(array, texts=Texts(folder / files.TEXTS, count), **about), folder)
        folder.rename(self.target)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _vectors(self, there: NDArray[np.bool_], dims: int) -> Iterator[bytes]:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        rows = np.memmap(self.folder / files.VECTORS, np.float32, "r", HEAD, (len(there), dims))
        for start in range(0, len(there), BLOCK):
            yield rows[start : start + BLOCK][there[start : start + BLOCK]].tobytes()

    def _texts(self, there: NDArray[np.bool_]) -> Iterator[bytes]:
        with (self.folder / files.TEXTS).open("rb") as file:
            yield from compress(file, there.tolist())


def _replaced(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file anew, whole or not at all."""
    part = path.with_suffix(".new")
    with part.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
