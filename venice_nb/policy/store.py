"""The failure ledger that all processes of a user share: one SQLite file in the user's state directory.

Threads, tasks, notebooks and scripts with the same key see each other's failures here, so that together they
stay below the number at which the server blocks. The file holds no key, only an HMAC of it with a salt of
its own. Admission and release are one statement each, and one statement takes SQLite's write lock as a whole;
the few cases with something to decide run in one BEGIN IMMEDIATE. Nothing is synced to disk: after a power
cut there are no requests under way either.
"""

from __future__ import annotations

import hmac
import os
import re
import socket
import sqlite3
import sys
import threading
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.policy.ledger import (
    CAP,
    LONE_CAP,
    PROBE,
    PROBE_TIME,
    PROBING,
    WINDOW,
    Hold,
    MemoryLedger,
    Note,
    Noted,
    ruling,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
_KEY: Any = object()  # stands for the name of the key, which is only known once the file is open

BUSY = 0.25  # seconds one operation waits for another process's write
PATIENCE = 10.0  # seconds the file may stay locked before this process counts alone
HORIZON = 7200.0  # seconds; a mark that lasts longer is from before the machine was started anew
LONE_MARKS = 1 << 48  # marks in memory are numbered from here, never like those in the file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS salt(only INTEGER PRIMARY KEY CHECK(only = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mark(
  id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, pid INTEGER NOT NULL, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS note(
  key BLOB NOT NULL, name TEXT NOT NULL, until REAL NOT NULL, text TEXT NOT NULL, PRIMARY KEY(key, name));
"""
# The common case in one statement: room for one more, and nothing noted about the key.
_ADMIT = """
INSERT INTO mark(key, pid, until) SELECT ?1, ?2, ?3
WHERE (SELECT count(*) FROM mark WHERE key = ?1 AND until > ?4) < ?5
AND NOT EXISTS (SELECT 1 FROM note WHERE key = ?1 AND until > ?4)
"""
_ADD = "INSERT INTO mark(key, pid, until) VALUES (?, ?, ?)"
_DROP = "DELETE FROM mark WHERE id = ?"
_FAIL = "INSERT OR REPLACE INTO mark(id, key, pid, until) VALUES (?, ?, 0, ?)"
_NOTE = "INSERT OR REPLACE INTO note(key, name, until, text) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM note WHERE key = ? AND name = ?"
_NOTES = "SELECT name, until, text FROM note WHERE key = ? AND until > ?"
# A process that is gone cannot say what came of its requests: they count as failures from now on.
_ORPHANED = "UPDATE mark SET pid = 0, until = min(until, ?) WHERE pid = ?"


def state_folder() -> Path:
    """Where files of this package live: VENICE_STATE_DIR, else the user's state directory."""
    given = os.environ.get("VENICE_STATE_DIR")
    if given:
        return Path(given)
    from platformdirs import user_state_path  # noqa: PLC0415  only when no directory is given

    return user_state_path("venice_nb", appauthor=False)


def ledger_path() -> Path:
    """Where the ledger lives.

    Named after the machine: on a shared home directory each machine has its own clock and processes.
    """
    machine = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:60] or "machine"
    return state_folder() / f"failures-{machine}.sqlite3"


def alive(pid: int) -> bool:
    """Whether a process of this number runs. On Windows always True: only time frees its marks there."""
    if sys.platform == "win32":
        return True  # os.kill would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Busy(Exception):  # noqa: N818  a state, caught at once
    """Another process is writing."""


class Unusable(Exception):  # noqa: N818  a state, caught at once
    """The file cannot be read or written."""


class Store:
    """One SQLite file, opened when first used and again after a fork. Safe in threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.salt = b""
        self.fresh = True  # just opened: this process has no requests under way in it
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._inode = 0
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []  # kept: closing a parent's file would harm the parent

    def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """What `act` does with the connection; a broken file is set aside once. Raises Busy or Unusable."""
        if self._pid != os.getpid():
            self._forked()
        try:
            return self._try(act)
        except sqlite3.DatabaseError as error:
            if code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise Unusable(str(error)) from None
        self.set_aside()
        try:
            return self._try(act)
        except sqlite3.DatabaseError as error:
            raise Unusable(str(error)) from None

    def _try(self, act: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = self._open()
                return act(self._connection)
        except sqlite3.OperationalError as error:
            if code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Busy from None
            raise
        except OSError as error:
            raise Unusable(str(error)) from None

    def _forked(self) -> None:
        self._lock = threading.Lock()  # a thread of the parent may hold the old one for ever
        if self._connection is not None:
            self._inherited.append(self._connection)
        self._connection = None
        self._pid = os.getpid()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(
            self.path, os.O_RDWR | os.O_CREAT, 0o600
        )  # SQLite gives its side files the same mode
        self._inode = os.fstat(handle).st_ino
        os.close(handle)
        connection = sqlite3.connect(
            self.path, timeout=BUSY, isolation_level=None, check_same_thread=False, cached_statements=32
        )
        try:
            self._prepare(connection)
            connection.execute("INSERT OR IGNORE INTO salt VALUES (1, ?)", (os.urandom(32),))
            self.salt = connection.execute("SELECT value FROM salt").fetchone()[0]
        except BaseException:
            connection.close()
            raise
        self.fresh = True
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables, and say how safely they are written."""
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def set_aside(self) -> None:
        """Rename the broken file, unless another process has done so: nothing is erased, a new one begins."""
        self.close()
        with suppress(OSError):
            if self.path.stat().st_ino != self._inode:
                return
            aside = f"{self.path.name}.broken-{int(time.time())}-{os.getpid()}"
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).rename(self.path.with_name(aside + suffix))


def code(error: sqlite3.Error) -> int:
    """SQLite's number for an error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


class SharedLedger:
    """The marks of one key in a `Store`; when the file cannot be used, in memory below a lower cap.

    Args:
        store: the file.
        identity: what the key is known by; only its HMAC is stored.
        cap: how many marks there may be.
        window: seconds a failure counts.

    """

    def __init__(self, store: Store, identity: bytes, cap: int = CAP, window: float = WINDOW) -> None:
        self._store = store
        self._identity = identity
        self._cap = cap
        self._window = window
        self._salt = b""
        self._key = b""
        self._locked: float | None = None
        self._owed: list[tuple[str, tuple[Any, ...]]] = []  # releases that met a locked file
        self._alone: MemoryLedger | None = None

    def admit(self, now: float, seconds: float) -> int | Hold:
        """See `Ledger`."""
        if self._alone is None:
            until = now + seconds + self._window
            try:
                admitted = self._store.run(lambda connection: self._admit(connection, now, until))
            except Busy:
                if self._locked is None:
                    self._locked = now
                if now - self._locked < PATIENCE:
                    return Hold(0.05, "another program is writing the shared record of failures")
                self._leave("it stayed locked", now)
            except Unusable as error:
                self._leave(str(error), now)
            else:
                self._locked = None
                return admitted
        assert self._alone is not None
        return self._alone.admit(now, seconds)

    def succeeded(self, mark: int) -> None:
        """See `Ledger`."""
        if self._alone is not None:
            self._alone.succeeded(mark)
        if mark < LONE_MARKS:
            self._write(_DROP, mark)

    def failed(self, mark: int, now: float) -> None:
        """See `Ledger`."""
        if self._alone is not None:
            self._alone.failed(mark, now)
        if mark < LONE_MARKS:
            self._write(_FAIL, mark, _KEY, now + self._window)

    def note(self, name: str, until: float, text: str = "") -> None:
        """See `Ledger`."""
        if self._alone is not None:
            self._alone.note(name, until, text)
        else:
            self._write(_NOTE, _KEY, name, until, text)

    def forget(self, name: str) -> None:
        """See `Ledger`."""
        if self._alone is not None:
            self._alone.forget(name)
        else:
            self._write(_FORGET, _KEY, name)

    def notes(self, now: float) -> Mapping[str, Note]:
        """See `Ledger`."""
        if self._alone is not None:
            return self._alone.notes(now)
        try:
            return self._store.run(lambda connection: self._notes(connection, now))
        except (Busy, Unusable):
            return {}  # admission, which comes next, meets the same trouble and deals with it

    def _admit(self, connection: sqlite3.Connection, now: float, until: float) -> int | Hold:
        self._know(connection)
        if self._store.fresh:  # marks of this process number are of an earlier process
            connection.execute(_ORPHANED, (now + self._window, os.getpid()))
            self._store.fresh = False
        found = connection.execute(_ADMIT, (self._key, os.getpid(), until, now, self._cap))
        if found.rowcount == 1 and found.lastrowid is not None:
            return found.lastrowid
        connection.execute("BEGIN IMMEDIATE")
        try:
            decided = self._decide(connection, now, until)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return decided

    def _decide(self, connection: sqlite3.Connection, now: float, until: float) -> int | Hold:
        """The uncommon case: many marks, or something noted about the key."""
        self._tidy(connection, now)
        rows = connection.execute("SELECT until, pid FROM mark WHERE key = ?", (self._key,)).fetchall()
        notes = self._notes(connection, now)
        hold = ruling([(end, pid != 0) for end, pid in rows], notes, now, self._cap)
        if hold is not None and hold is not PROBE:
            return hold
        if hold is PROBE:
            until = now + PROBE_TIME + self._window
            connection.execute(_NOTE, (self._key, PROBING, now + PROBE_TIME, ""))
        mark = connection.execute(_ADD, (self._key, os.getpid(), until)).lastrowid
        assert mark is not None
        if hold is PROBE:
            return replace(PROBE, probe=mark)
        return Noted(mark) if notes else mark

    def _tidy(self, connection: sqlite3.Connection, now: float) -> None:
        connection.execute("DELETE FROM mark WHERE until <= ? OR until > ?", (now, now + HORIZON))
        connection.execute("DELETE FROM note WHERE until <= ?", (now,))
        for (pid,) in connection.execute("SELECT DISTINCT pid FROM mark WHERE pid != 0").fetchall():
            if not alive(pid):
                connection.execute(_ORPHANED, (now + self._window, pid))

    def _notes(self, connection: sqlite3.Connection, now: float) -> dict[str, Note]:
        self._know(connection)
        found = connection.execute(_NOTES, (self._key, now)).fetchall()
        return {name: Note(until, text) for name, until, text in found}

    def _know(self, connection: sqlite3.Connection) -> None:
        """Before anything else: the name of the key in this file, and what could not be written before."""
        if self._salt is not self._store.salt:
            self._salt = self._store.salt
            self._key = hmac.digest(self._salt, self._identity, "sha256")
        while self._owed:
            self._carry_out(connection, *self._owed[0])
            self._owed.pop(0)

    def _carry_out(self, connection: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> None:
        connection.execute(statement, [self._key if value is _KEY else value for value in values])

    def _write(self, statement: str, *values: Any) -> None:
        """Write, or keep it for later: until then the mark counts as under way, which is the safe side."""

        def write(connection: sqlite3.Connection) -> None:
            self._know(connection)
            self._carry_out(connection, statement, values)

        try:
            self._store.run(write)
        except Busy:
            self._owed.append((statement, values))
        except Unusable:
            return  # the next admission finds out and counts alone

    def _leave(self, problem: str, now: float) -> None:
        """Go on without the file. Whoever used it before waits until all that was in it is forgotten."""
        alone = MemoryLedger(LONE_CAP, self._window, first=LONE_MARKS)
        if self._salt:
            alone.fill(now)
        self._alone = alone
        warnings.warn(
            f"The record of failed requests at {self._store.path} cannot be used ({problem}). This process "
            f"goes on with at most {LONE_CAP} requests at once; set VENICE_STATE_DIR to a writable folder.",
            stacklevel=2,
        )


_stores: dict[Path, Store] = {}
_lock = threading.Lock()


def shared_ledger(identity: bytes) -> SharedLedger:
    """The ledger of a key in the user's file; one connection per process."""
    path = ledger_path()
    with _lock:
        store = _stores.setdefault(path, Store(path))
    return SharedLedger(store, identity)
