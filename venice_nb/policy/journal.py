"""The journal of jobs: what was ordered is on disk before it is asked for, and its id before anyone waits.

One SQLite file in the user's state directory, written through to the disk (WAL, synchronous=FULL), readable
by the user alone. It holds neither a key (only an HMAC of it) nor a request's body (only its hash), but the
first words of the prompt and the address of the result. Every process of the machine sees every job, and one
of them at a time polls for it: it holds a lease, which is free again as soon as its process is gone.
"""

from __future__ import annotations

import hmac
import json
import os
import socket
import sqlite3
import sys
import threading
import time
import warnings
import weakref
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.policy.entry import Entry
from venice_nb.policy.store import Store, alive, state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.secrets import Secret

SENT_BY = 300.0  # seconds after which nobody is still sending an order
HORIZON = 7_200.0  # seconds; a lease that lasts longer is from before the clock was set

# Numbered steps, so that files of earlier versions keep opening. The number is the file's user_version.
_STEPS = (
    """
    CREATE TABLE salt(only INTEGER PRIMARY KEY CHECK(only = 1), value BLOB NOT NULL);
    CREATE TABLE job(
      op TEXT PRIMARY KEY, key BLOB NOT NULL, base TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL,
      prompt TEXT NOT NULL, path TEXT NOT NULL, body TEXT NOT NULL, details TEXT NOT NULL,
      quote REAL, usd REAL, diem REAL, created REAL NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
      state TEXT NOT NULL, updated REAL NOT NULL,
      queue_id TEXT NOT NULL, id_key TEXT NOT NULL, url TEXT NOT NULL,
      elapsed_ms REAL, typical_ms REAL, polled REAL,
      file TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER,
      what TEXT NOT NULL, refunded INTEGER, suggested_prompt TEXT NOT NULL, recommended_model TEXT NOT NULL,
      verdict TEXT NOT NULL,
      lease TEXT NOT NULL DEFAULT '', lease_pid INTEGER NOT NULL DEFAULT 0,
      lease_host TEXT NOT NULL DEFAULT '', lease_until REAL NOT NULL DEFAULT 0);
    CREATE INDEX job_queue_id ON job(queue_id);
    """,
)


_COLUMNS = tuple(each.name for each in fields(Entry) if each.name != "own")
_WRITE = (
    f"INSERT INTO job(key, {', '.join(_COLUMNS)}) VALUES (?, {', '.join('?' * len(_COLUMNS))}) "  # noqa: S608  our own names
    f"ON CONFLICT(op) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)
_READ = f"SELECT key, {', '.join(_COLUMNS)} FROM job"  # noqa: S608  likewise
_TAKE = """
UPDATE job SET lease = ?1, lease_pid = ?2, lease_host = ?3, lease_until = ?4
WHERE op = ?5 AND (lease IN ('', ?1) OR lease_until <= ?6 OR lease_until > ?7)
"""
_TAKE_OVER = """
UPDATE job SET lease = ?1, lease_pid = ?2, lease_host = ?3, lease_until = ?4 WHERE op = ?5 AND lease = ?6
"""
_GIVE_BACK = "UPDATE job SET lease = '', lease_until = 0 WHERE op = ? AND lease = ?"


def journal_path() -> Path:
    """Where the journal lives: beside the ledger of failures."""
    return state_folder() / "jobs.sqlite3"


class JournalFile(Store):
    """The file. Unlike the ledger's, each commit is on the disk before it counts."""

    def _prepare(self, connection: sqlite3.Connection) -> None:
        network = on_network(self.path.parent)
        connection.execute(f"PRAGMA journal_mode={'DELETE' if network else 'WAL'}")
        connection.execute("PRAGMA synchronous=FULL")
        _migrate(connection)
        if network:
            warnings.warn(
                f"The journal of jobs at {self.path} is on a network drive, where locks may fail; set "
                "VENICE_STATE_DIR to a folder of this machine.",
                stacklevel=2,
            )

    def set_aside(self) -> None:
        """Rename the broken file and say so; nothing is erased."""
        super().set_aside()
        warnings.warn(
            f"The journal of jobs at {self.path} was damaged: it is kept there under another name, and "
            "a new one was begun. Jobs of the last day can be resumed with v.job(id, model=..., kind=...).",
            stacklevel=2,
        )


class MemoryFile(JournalFile):
    """A journal that ends with the process, as the jobs of an embedded sandbox do."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _migrate(connection)
        self.salt = os.urandom(32)
        return connection

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None and self._pid == os.getpid():
            connection.close()


class Journal:
    """The jobs of one key and address in a file. Methods raise Busy or Unusable, as `Store.run` does.

    Args:
        store: the file.
        identity: address and key; only their HMAC is stored.

    """

    def __init__(self, store: Store, identity: bytes) -> None:
        self._store = store
        self._identity = identity

    def put(self, entry: Entry) -> Entry:
        """Write a job down as it is; it is on the disk when this returns."""
        entry = replace(entry, updated=time.time())
        row = _row(entry)

        def act(connection: sqlite3.Connection) -> None:
            connection.execute(_WRITE, (self._key(), *row))

        self._store.run(act)
        return entry

    def change(self, entry: Entry, **changes: Any) -> Entry:
        """Write changes of a job down, on top of what others wrote meanwhile; gives it as it then is.

        Once a result is on disk the job is done, whatever a slower process has to say about it.
        """
        wanted = _row(replace(entry, **changes, updated=time.time()))
        values = dict(zip(_COLUMNS, wanted, strict=True))
        names = [*changes, "updated"]
        statement = (
            f"UPDATE job SET {', '.join(f'{name} = ?' for name in names)} WHERE op = ? AND state != 'done'"  # noqa: S608
        )

        def act(connection: sqlite3.Connection) -> Entry | None:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(statement, [*(values[name] for name in names), entry.op])
                found = self._one(connection, "op = ?", entry.op)
                if found is None:  # the file it was in was damaged and set aside
                    connection.execute(_WRITE, (self._key(), *wanted))
                    found = self._one(connection, "op = ?", entry.op)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            return found

        found = self._store.run(act)
        assert found is not None
        return found

    def find(self, ident: str) -> Entry | None:
        """The job of that id, the server's or ours; of this key before that of another."""

        def act(connection: sqlite3.Connection) -> Entry | None:
            rows = connection.execute(
                f"{_READ} WHERE op = ?1 OR queue_id = ?1 COLLATE NOCASE ORDER BY key != ?2, created DESC",
                (ident, self._key()),
            )
            row = rows.fetchone()
            return None if row is None else self._entry(row)

        return self._store.run(act)

    def entries(self, *, everyone: bool = False) -> list[Entry]:
        """The jobs of this key and address, or of everyone on this machine, the latest first."""

        def act(connection: sqlite3.Connection) -> list[Entry]:
            rows = connection.execute(
                f"{_READ} WHERE ?1 OR key = ?2 ORDER BY created DESC, op", (everyone, self._key())
            )
            return [self._entry(row) for row in rows.fetchall()]

        return self._store.run(act)

    def lease(self, op: str, token: str, seconds: float) -> bool:
        """Whether `token` may poll for the job now: nobody else does, or who did is gone."""
        now = time.time()
        mine = (token, os.getpid(), socket.gethostname(), now + seconds)

        def act(connection: sqlite3.Connection) -> bool:
            if connection.execute(_TAKE, (*mine, op, now, now + HORIZON)).rowcount == 1:
                return True
            row = connection.execute(
                "SELECT lease, lease_pid, lease_host FROM job WHERE op = ?", (op,)
            ).fetchone()
            if row is None:
                return True  # the file was set aside: nobody else knows of the job
            holder, pid, host = row
            if host != socket.gethostname() or alive(pid):
                return False
            return connection.execute(_TAKE_OVER, (*mine, op, holder)).rowcount == 1

        return self._store.run(act)

    def give_back(self, op: str, token: str) -> None:
        """The holder of the lease stops polling."""
        self._store.run(lambda connection: connection.execute(_GIVE_BACK, (op, token)))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._store.close()

    def _key(self) -> bytes:
        return hmac.digest(self._store.salt, self._identity, "sha256")

    def _one(self, connection: sqlite3.Connection, where: str, *values: Any) -> Entry | None:
        row = connection.execute(f"{_READ} WHERE {where}", values).fetchone()
        return None if row is None else self._entry(row)

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        values = dict(zip(_COLUMNS, row[1:], strict=True))
        refunded = values["refunded"]
        values["refunded"] = None if refunded is None else bool(refunded)
        values["details"] = json.loads(values["details"])
        if values["state"] == "sending" and _abandoned(values):
            values["state"] = "unknown"
        return Entry(**values, own=row[0] == self._key())


def _row(entry: Entry) -> tuple[Any, ...]:
    values = {name: getattr(entry, name) for name in _COLUMNS}
    values["details"] = json.dumps(dict(entry.details), default=str, ensure_ascii=True)
    return tuple(values.values())


def _abandoned(values: Mapping[str, Any]) -> bool:
    """Whether nobody is sending this order any more."""
    if not 0 <= time.time() - values["created"] <= SENT_BY:
        return True
    return values["host"] == socket.gethostname() and not alive(values["pid"])


def _migrate(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] >= len(_STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")  # two processes may begin at once
    try:
        done = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in _STEPS[done:]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(_STEPS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def on_network(folder: Path) -> bool:
    """Whether a folder is on a drive of another machine, where a write-ahead log is not safe."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
        where = str(folder.resolve())
    except OSError:
        return False
    best, kind = "", ""
    for line in mounts:
        parts = line.split()
        point = parts[1].replace("\\040", " ") if len(parts) > 2 else ""
        inside = where == point or where.startswith(point.rstrip("/") + "/")
        if point and inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind in {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "davfs"}


_files: dict[Path, JournalFile] = {}
_private: weakref.WeakKeyDictionary[Any, MemoryFile] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def journal_for(base_url: str, key: Secret | None, *, private: object = None) -> Journal:
    """The journal of an address and a key, in the user's file.

    With `private`, in memory for as long as that object lives: the jobs of an embedded sandbox end with it.
    """
    identity = base_url.encode() + b"\0" + (key.reveal().encode() if key is not None else b"")
    with _lock:
        if private is not None:
            memory = _private.get(private)
            if memory is None:
                memory = _private[private] = MemoryFile()
            return Journal(memory, identity)
        path = journal_path()
        if path not in _files:
            _files[path] = JournalFile(path)
        return Journal(_files[path], identity)


def close_all() -> None:
    """Close the files of this process; the next use opens them again."""
    for file in list(_files.values()):
        file.close()


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may hold the old one for ever
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
