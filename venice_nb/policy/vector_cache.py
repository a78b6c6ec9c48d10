"""Vectors by the text they are of, so that a run that was cut short pays only for what is missing.

One SQLite file in the user's state directory, written through to the disk (WAL, synchronous=FULL), readable
by the user alone (mode 0600). A text is in it only as a hash, together with everything else that decides
about its vector: the address, the model and the dimensions. Each finished batch is one commit and one row,
with its checksum; whoever is about to pay for a batch says so first, so that two processes share the work
instead of doing it twice. Nothing here ever fails a run: without the file it goes on, and says so.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import warnings
import weakref
import zlib
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.policy.claims import Claim, begin
from venice_nb.policy.journal import on_network
from venice_nb.policy.store import Busy, Store, Unusable, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
_Batch = tuple["Sequence[bytes]", "NDArray[np.float32]", str, int | None]
KEY = 16  # bytes of a hash
MANY = 500  # hashes in one question to the file
PATIENCE = 10.0  # seconds the file may stay locked before a run goes on without it

_SCHEMA = """
CREATE TABLE IF NOT EXISTS salt(only INTEGER PRIMARY KEY CHECK(only = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS series(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL, model TEXT NOT NULL, dims INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS series_name ON series(name);
CREATE TABLE IF NOT EXISTS part(
  id INTEGER PRIMARY KEY, n INTEGER NOT NULL, checksum INTEGER NOT NULL, made REAL NOT NULL,
  vectors BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entry(
  key BLOB PRIMARY KEY, series INTEGER NOT NULL, part INTEGER NOT NULL, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim(
  id INTEGER PRIMARY KEY, owner TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, until REAL NOT NULL,
  keys BLOB NOT NULL);
"""
_CURRENT = "SELECT id, model, dims FROM series WHERE name = ? ORDER BY id DESC LIMIT 1"
_CLAIM = "INSERT INTO claim(owner, pid, host, until, keys) VALUES (?, ?, ?, ?, ?)"


def vectors_path() -> Path:
    """Where the vectors live: beside the journal of jobs."""
    return state_folder() / "vectors.sqlite3"


class VectorFile(Store):
    """The file. Each commit is on the disk before it counts."""

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA journal_mode={'DELETE' if on_network(self.path.parent) else 'WAL'}")
        connection.execute("PRAGMA synchronous=FULL")
        # hashes land all over the index: the longer the log, the fewer of its pages are written twice
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        _make(connection)

    def set_aside(self) -> None:
        """Rename the broken file and say so; nothing is erased."""
        super().set_aside()
        warnings.warn(
            f"The vectors kept at {self.path} were damaged: they are there under another name, and a new "
            "file was begun. What was embedded before is embedded, and paid for, again.",
            stacklevel=2,
        )

    @property
    def size(self) -> int:
        """Bytes on the disk, with the log that belongs to it."""
        files = (self.path.with_name(self.path.name + suffix) for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.is_file())


class MemoryVectors(VectorFile):
    """Vectors that end with the process, as those of an embedded sandbox do."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _make(connection)
        return connection

    @property
    def size(self) -> int:
        """Bytes in memory."""
        pages = self.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
        return int(pages * self.run(lambda connection: connection.execute("PRAGMA page_size").fetchone()[0]))

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None and self._pid == os.getpid():
            connection.close()


def _make(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


@dataclass(slots=True)
class Found:
    """Where vectors lie: by part, the positions that were asked for and their places in the part."""

    model: str = ""
    dims: int = 0
    parts: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(positions) for positions, _ in self.parts.values())

    @property
    def positions(self) -> Iterator[int]:
        """All positions that were found."""
        return (position for positions, _ in self.parts.values() for position in positions)


class VectorCache:
    """The vectors of one model at one address. Trouble with the file is told, never raised. Safe in threads.

    Args:
        file: where they are kept; None keeps nothing.
        name: everything that decides about a vector besides its text.
        tell: told, once, why the file is not used any more.

    """

    def __init__(
        self, file: VectorFile | None, name: bytes, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._file = file
        self._name = blake2b(name, digest_size=KEY).digest()
        self._tell = tell
        self._owner = begin()
        self._locked: float | None = None
        self._owed: list[_Batch] = []  # met a locked file

    def keys(self, texts: Iterable[str]) -> list[bytes]:
        """The hash of each text, for this model."""
        start = blake2b(self._name, digest_size=KEY)
        made = []
        for text in texts:
            each = start.copy()
            each.update(text.encode())
            made.append(each.digest())
        return made

    def find(self, keys: Sequence[bytes]) -> Found:
        """Which of the vectors there are. The keys are all different."""
        return self._ask(lambda connection: self._find(connection, keys), Found())

    def vectors(self, part: int, dims: int) -> NDArray[np.float32] | None:
        """(n, d) float32 of a part; None when it is gone or damaged, which is the same as never paid for."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        question = "SELECT checksum, vectors FROM part WHERE id = ?"
        row = self._ask(lambda connection: connection.execute(question, (part,)).fetchone(), None)
        if row is None or zlib.crc32(row[1]) != row[0] or len(row[1]) % (4 * dims):
            return None
        return np.frombuffer(row[1], dtype="<f4").reshape(-1, dims)

    def claim(self, keys: Sequence[bytes]) -> tuple[Found, set[bytes], int | None]:
        """Say that these will be paid for: what is there by now, what others are paying for, the claim."""
        nothing: tuple[Found, set[bytes], int | None] = Found(), set(), None
        return self._ask(lambda connection: self._claim(connection, keys), nothing)

    def give_back(self, claim: int | None) -> None:
        """What was claimed will not be paid for."""
        if claim is not None:
            self._ask(lambda connection: connection.execute("DELETE FROM claim WHERE id = ?", (claim,)), None)

    def put(
        self, keys: Sequence[bytes], array: NDArray[np.float32], model: str, claim: int | None = None
    ) -> None:
        """Write a batch down in one commit. What meets a locked file is written with the next batch."""
        if self._file is None:
            return
        self._owed.append((keys, array, model, claim))
        self.flush()

    def flush(self) -> bool:
        """Write what could not be written yet; whether nothing is left."""
        while self._owed and self._file is not None:
            try:
                owed = self._owed.pop(0)
            except IndexError:  # another thread was faster
                break
            if not self._ask(partial(self._put, owed), False) and self._file is not None:
                self._owed.insert(0, owed)
                return False
        return True

    def _ask(self, act: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        if self._file is None:
            return otherwise
        try:
            found = self._file.run(act)
        except Busy:
            now = time.monotonic()
            self._locked = now if self._locked is None else self._locked
            if now - self._locked > PATIENCE:
                self._leave("another program keeps it locked")
        except Unusable as error:
            self._leave(str(error))
        else:
            self._locked = None
            return found
        return otherwise

    def _leave(self, problem: str) -> None:
        file, self._file = self._file, None
        self._owed.clear()
        if file is not None:
            self._tell(
                f"The vectors kept at {file.path} cannot be used ({problem}); this run goes on without them. "
                "Set VENICE_STATE_DIR to a writable folder, or pass cache=False."
            )

    def _find(self, connection: sqlite3.Connection, keys: Sequence[bytes]) -> Found:
        current = connection.execute(_CURRENT, (self._name,)).fetchone()
        if current is None:
            return Found()
        series, model, dims = current
        found = Found(model, dims)
        place_of = {key: position for position, key in enumerate(keys)}
        wanted = iter(keys)
        while some := list(islice(wanted, MANY)):
            marks = ",".join("?" * len(some))
            rows = connection.execute(
                f"SELECT key, part, place FROM entry WHERE series = ? AND key IN ({marks})",  # noqa: S608  only marks
                (series, *some),
            )
            for key, part, place in rows:
                positions, places = found.parts.setdefault(part, ([], []))
                positions.append(place_of[key])
                places.append(place)
        return found

    def _claim(
        self, connection: sqlite3.Connection, keys: Sequence[bytes]
    ) -> tuple[Found, set[bytes], int | None]:
        with _Writing(connection):
            theirs: set[bytes] = set()
            for claim, blob, *by in connection.execute(
                "SELECT id, keys, owner, pid, host, until FROM claim WHERE owner != ?", (self._owner,)
            ).fetchall():
                if Claim(*by).over:
                    connection.execute("DELETE FROM claim WHERE id = ?", (claim,))
                else:
                    theirs.update(blob[at : at + KEY] for at in range(0, len(blob), KEY))
            found = self._find(connection, keys)
            there = set(found.positions)
            mine = [key for at, key in enumerate(keys) if at not in there and key not in theirs]
            claimed = None
            if mine:
                claimed = connection.execute(_CLAIM, (*Claim.of(self._owner), b"".join(mine))).lastrowid
        return found, theirs, claimed

    def _put(self, owed: _Batch, connection: sqlite3.Connection) -> bool:
        keys, array, model, claim = owed
        with _Writing(connection):
            current = connection.execute(_CURRENT, (self._name,)).fetchone()
            if current is None or current[1:] != (model, array.shape[1]):
                # from another model than before: what there is under this name cannot be mixed with it
                made = connection.execute(
                    "INSERT INTO series(name, model, dims) VALUES (?, ?, ?)",
                    (self._name, model, array.shape[1]),
                )
                series = made.lastrowid
            else:
                series = current[0]
            content = array.astype("<f4", copy=False).data.cast("B")
            part = connection.execute(
                "INSERT INTO part(n, checksum, made, vectors) VALUES (?, ?, ?, ?)",
                (len(array), zlib.crc32(content), time.time(), content),
            ).lastrowid
            connection.executemany(
                "INSERT OR REPLACE INTO entry(key, series, part, place) VALUES (?, ?, ?, ?)",
                [(key, series, part, place) for place, key in enumerate(keys)],
            )
            if claim is not None:
                connection.execute("DELETE FROM claim WHERE id = ?", (claim,))
        return True


class _Writing:
    """One transaction: all of it is on the disk, or nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:  # SQLite itself gives up what a full disk refuses
                self._connection.execute("ROLLBACK")


_files: dict[Path, VectorFile] = {}
_private: weakref.WeakKeyDictionary[Any, VectorFile] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def vector_file(private: object = None) -> VectorFile:
    """The vectors of this user; with `private`, in memory for as long as that object lives."""
    with _lock:
        if private is not None:
            return _private.setdefault(private, MemoryVectors())
        path = vectors_path()
        return _files.setdefault(path, VectorFile(path))


def count(file: VectorFile) -> int:
    """How many vectors a file holds."""
    question = "SELECT coalesce(sum(n), 0) FROM part"
    return int(file.run(lambda connection: connection.execute(question).fetchone()[0]))


def clear(file: VectorFile) -> None:
    """Forget all vectors and give their space back."""

    def act(connection: sqlite3.Connection) -> None:
        with _Writing(connection):
            for table in ("entry", "part", "series", "claim"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    file.run(act)


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may hold the old one for ever
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
