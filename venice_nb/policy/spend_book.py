"""The book of what was spent: one line for every answer, in memory and, with a key, on this machine's disk.

One SQLite file in the user's state directory, readable by the user alone. It holds no key (only an HMAC of
it), no prompt and no answer. The book never stands in the way of a call: while the file is locked lines wait
in memory, and where it cannot be used at all they stay there.
"""

from __future__ import annotations

import atexit
import hmac
import os
import threading
import time
import warnings
import weakref
from collections import deque
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING

from venice_nb.policy.store import Busy, Store, Unusable, state_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from venice_nb.results.money import Source
    from venice_nb.secrets import Secret


@dataclass(frozen=True, slots=True)
class Line:
    """One answer, and what it cost.

    Attributes:
        time: Unix time of the answer.
        operation: the API's operation id, such as createChatCompletion.
        family: text, image, tts, asr, embedding, video, ...; empty where no model is used.
        model: the model that answered; empty likewise.
        amount: how much was bought, in `unit`.
        unit: tokens, characters, seconds, pictures, ... or requests.
        prompt_tokens: tokens read.
        completion_tokens: tokens written.
        usd: US dollars; None when that is not known.
        source: charged, priced, estimated or unknown.
        request_id: the id to quote to support; empty when none came.
        answer_id: the id in the answer itself, by which a bill tells it; empty when it has none.
        note: what is to be said of it, such as that the answer was lost.

    """

    time: float
    operation: str
    family: str = ""
    model: str = ""
    amount: float = 1.0
    unit: str = "requests"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None
    source: Source = "unknown"
    request_id: str = ""
    answer_id: str = ""
    note: str = ""


_COLUMNS = tuple(each.name for each in fields(Line))
_values = attrgetter(*_COLUMNS)  # `astuple` copies each of them
_SCHEMA = """
CREATE TABLE IF NOT EXISTS salt(only INTEGER PRIMARY KEY CHECK(only = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS line(
  key BLOB NOT NULL, time REAL NOT NULL, operation TEXT NOT NULL, family TEXT NOT NULL, model TEXT NOT NULL,
  amount REAL NOT NULL, unit TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
  usd REAL, source TEXT NOT NULL, request_id TEXT NOT NULL, answer_id TEXT NOT NULL, note TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS line_time ON line(time);
"""
KEPT = 400 * 86_400.0  # seconds that a line stays in the file
_WRITE = f"INSERT INTO line VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"  # noqa: S608  question marks
_READ = f"SELECT {', '.join(_COLUMNS)} FROM line WHERE (?1 OR key = ?2) AND time >= ?3 ORDER BY time, rowid"  # noqa: S608  our own names


class SpendFile(Store):
    """The file. After a power cut the last lines may be missing: the bill is Venice's."""

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("DELETE FROM line WHERE time < ?", (time.time() - KEPT,))


class Book:
    """What one client spent, line by line; with a file, what this machine spent besides.

    Args:
        store: the file; None keeps everything in memory, as for an embedded sandbox.
        identity: address and key; only their HMAC is stored.

    """

    def __init__(self, store: SpendFile | None = None, identity: bytes = b"") -> None:
        self._lines: list[Line] = []
        self._store, self._identity = store, identity
        self._owed: list[Line] = []  # lines that met a locked file
        self._lock = threading.Lock()
        _books.add(self)

    @property
    def lines(self) -> list[Line]:
        """What this client spent, in the order in which it was written down."""
        _catch_up()
        return self._lines

    def add_later(self, make: Callable[[], Line]) -> None:
        """Have a line made and written down by whoever uses a book next, or at the end of the program.

        For what is noticed while garbage is collected, which may be in the middle of anything.
        """
        _later.append((self, make))

    def add(self, line: Line) -> None:
        """Write a line down. Never raises for the file's sake."""
        _catch_up()
        self._add(line)

    def _add(self, line: Line) -> None:
        with self._lock:
            self._lines.append(line)
            if self._store is not None:
                self._owed.append(line)
        self._write()

    def machine(self, *, everyone: bool = False, since: float = 0.0) -> list[Line]:
        """The lines of this key and address on this machine, oldest first; of every key for `everyone`.

        `since` is a Unix time. Lines of the embedded sandbox are those of the client alone.
        """
        if self._store is None:
            return [line for line in self.lines if line.time >= since]
        _catch_up()
        self._write()

        def act(connection: sqlite3.Connection) -> list[Line]:
            rows = connection.execute(_READ, (everyone, self._key(), since)).fetchall()
            return [Line(*row) for row in rows]

        try:
            found = self._store.run(act)
        except (Busy, Unusable):
            found = [line for line in self.lines if line not in self._owed]
        return [*found, *(line for line in self._owed if line.time >= since)]

    def begin_anew(self) -> None:
        """After a fork: a thread of the parent may hold the lock for ever, and what it owes is its own."""
        self._lock = threading.Lock()
        self._owed.clear()

    def _write(self) -> None:
        """Bring the lines that are owed to the file, in one transaction."""
        with self._lock:
            store, owed = self._store, list(self._owed)
            if store is None or not owed:
                return
            try:
                store.run(lambda connection: self._put(connection, owed))
            except Busy:
                return
            except Unusable as problem:
                self._store = None
                warnings.warn(
                    f"The record of spending at {store.path} cannot be used ({problem}); it goes on in "
                    "memory. Set VENICE_STATE_DIR to a writable folder.",
                    stacklevel=2,
                )
            self._owed.clear()

    def _put(self, connection: sqlite3.Connection, owed: list[Line]) -> None:
        key = self._key()
        rows = [(key, *_values(line)) for line in owed]
        if len(rows) == 1:  # a transaction of its own
            connection.execute(_WRITE, rows[0])
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(_WRITE, rows)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _key(self) -> bytes:
        assert self._store is not None
        return hmac.digest(self._store.salt, self._identity, "sha256")


_later: deque[tuple[Book, Callable[[], Line]]] = deque()
_books: weakref.WeakSet[Book] = weakref.WeakSet()
_files: dict[Path, SpendFile] = {}
_lock = threading.Lock()


def book_for(base_url: str, key: Secret | None, *, private: bool) -> Book:
    """The book of a client; `private` keeps it in memory."""
    if private:
        return Book()
    identity = base_url.encode() + b"\0" + (key.reveal().encode() if key is not None else b"")
    path = state_folder() / "spend.sqlite3"
    with _lock:
        store = _files.setdefault(path, SpendFile(path))
    return Book(store, identity)


def _catch_up() -> None:
    """Write down what garbage collections have left."""
    while _later:
        try:
            book, make = _later.popleft()
        except IndexError:  # another thread was quicker
            return
        book._add(make())  # noqa: SLF001  a book's own function


@atexit.register
def _at_the_end() -> None:
    """Nothing is owed to the files when the program ends."""
    _catch_up()
    for book in list(_books):
        book._write()  # noqa: SLF001  likewise


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may hold the old one for ever
    _lock = threading.Lock()
    _later.clear()  # the parent's own
    for book in list(_books):
        book.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
