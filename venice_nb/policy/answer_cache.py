"""Answers of text models by what was asked, so that a run that was cut short pays only for what is missing.

One SQLite file in the user's state directory, written through to the disk (WAL, synchronous=FULL), that only
the user can read (mode 0600). What was asked, prompts and all, is in it only as a SHA-256; the answers are in
the clear. Each finished row of a table is one commit. What cannot be written is kept in memory, and told.
Whoever asks for a row says so first, so that two runs over the same table share the work and the bill.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import warnings
import weakref
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from venice_nb.policy.claims import Claim
from venice_nb.policy.journal import on_network
from venice_nb.policy.store import Busy, Store, Unusable, code, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from venice_nb.calls.call import Call

T = TypeVar("T")
PATIENCE = 10.0  # seconds another program may hold the file before an answer in it counts as not there
MANY = 500  # keys in one question to the file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS salt(only INTEGER PRIMARY KEY CHECK(only = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS answer(asked BLOB PRIMARY KEY, reply BLOB NOT NULL, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS claim(
  asked BLOB PRIMARY KEY, owner TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, until REAL NOT NULL);
"""


def asked(base_url: str, call: Call[Any]) -> bytes:
    """What a call asks, in 32 bytes: the address and the whole body, with model, messages and parameters."""
    content = {"to": base_url + call.path, "body": call.body}
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def answers_path() -> Path:
    """Where the answers live: beside the journal of jobs."""
    return state_folder() / "answers.sqlite3"


class AnswerFile(Store):
    """The file. Each commit is on the disk before it counts; what can only be read is read."""

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA journal_mode={'DELETE' if on_network(self.path.parent) else 'WAL'}")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)

    def _open(self) -> sqlite3.Connection:
        try:
            return super()._open()
        except (OSError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.Error) and code(error) in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            ):
                raise
            if not self.path.is_file():
                raise
        # Where nothing may be written there is no place for SQLite's side files, and none are needed.
        address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)

    def set_aside(self) -> None:
        """Rename the broken file and say so; nothing is erased."""
        super().set_aside()
        warnings.warn(
            f"The answers kept at {self.path} were damaged: they are there under another name, and a new "
            "file was begun. What was asked before is asked, and paid for, again.",
            stacklevel=2,
        )


class AnswerCache:
    """Answers by what was asked; in a file, or without one in memory. Safe in threads."""

    def __init__(self, file: AnswerFile | None = None) -> None:
        self._file = file
        self._held: dict[bytes, bytes] = {}  # without a file all; else what could not be written yet
        self._claims: dict[bytes, str] = {}  # who pays for what, without a file
        self._told = False

    @property
    def path(self) -> Path | None:
        """The file; None when the answers are in memory."""
        return None if self._file is None else self._file.path

    def get(self, key: bytes) -> bytes | None:
        """The answer to what was asked, as JSON; None when there is none."""
        found = self._held.get(key)
        if found is not None or self._file is None:
            return found
        rows = self._read("SELECT reply FROM answer WHERE asked = ?", [key])
        return bytes(rows[0][0]) if rows else None

    def known(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that there is an answer for."""
        found = {key for key in keys if key in self._held}
        wanted = [key for key in keys if key not in found] if self._file is not None else []
        for start in range(0, len(wanted), MANY):
            part = wanted[start : start + MANY]
            marks = ",".join("?" * len(part))
            rows = self._read(f"SELECT asked FROM answer WHERE asked IN ({marks})", part)  # noqa: S608  only marks
            found.update(bytes(row[0]) for row in rows)
        return found

    def put(self, answers: Mapping[bytes, bytes]) -> None:
        """Write answers down in one commit. Never fails: what the file does not take is kept in memory."""
        self._held.update(answers)
        if self._file is None or not self._held:
            return
        owed, now = dict(self._held), time.time()

        def act(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO answer(asked, reply, made) VALUES (?, ?, ?)",
                [(key, reply, now) for key, reply in owed.items()],
            )
            connection.executemany("DELETE FROM claim WHERE asked = ?", [(key,) for key in owed])

        try:
            self._file.run(partial(_whole, act))
        except Busy:
            return  # they go with the next ones
        except Unusable as error:
            self._tell(str(error))
            return
        for key in owed:
            self._held.pop(key, None)

    def claim(self, key: bytes, owner: str) -> bool:
        """Whether the run `owner` may go on: it is the one that pays, or there is an answer by now.

        False while another run pays. Without a file that can be written everybody pays for himself.
        """
        if key in self._held:
            return True
        if self._file is None:
            return self._claims.setdefault(key, owner) == owner

        def act(connection: sqlite3.Connection) -> bool:
            if connection.execute("SELECT 1 FROM answer WHERE asked = ?", (key,)).fetchone():
                return True
            question = "SELECT owner, pid, host, until FROM claim WHERE asked = ?"
            found = connection.execute(question, (key,)).fetchone()
            if found is not None and found[0] != owner and not Claim(*found).over:
                return False
            values = (key, *Claim.of(owner))
            connection.execute("INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?)", values)
            return True

        return self._settled(act, PATIENCE)

    def give_back(self, owner: str, key: bytes | None = None) -> None:
        """The run pays for this no more; without a key, for nothing that it has claimed."""
        for each in [
            each for each, name in list(self._claims.items()) if name == owner and key in (None, each)
        ]:
            self._claims.pop(each, None)
        if self._file is not None:
            question = "DELETE FROM claim WHERE owner = ?1 AND (?2 IS NULL OR asked = ?2)"
            self._settled(lambda connection: bool(connection.execute(question, (owner, key))), 2.0)

    def _settled(self, act: Callable[[sqlite3.Connection], bool], patience: float) -> bool:
        """What comes of one transaction; True when the file lets none through, which costs money at worst."""
        assert self._file is not None
        until = time.monotonic() + patience
        while True:
            try:
                return self._file.run(partial(_whole, act))
            except Busy:
                if time.monotonic() > until:
                    return True
            except Unusable:
                return True  # whoever reads or writes next tells of it

    def clear(self) -> None:
        """Forget all answers."""
        self._held.clear()
        if self._file is not None:
            self._file.run(_empty)

    def size(self) -> tuple[int, int]:
        """How many answers there are, and their bytes."""
        held = list(self._held.values())
        rows = [(0, 0)]
        if self._file is not None and self._file.path.is_file():
            rows = self._read("SELECT count(*), coalesce(sum(length(reply)), 0) FROM answer", []) or rows
        return rows[0][0] + len(held), rows[0][1] + sum(map(len, held))

    def _read(self, question: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Rows of the file; nothing, and a word about it, when it cannot be read."""
        assert self._file is not None
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._file.run(lambda connection: connection.execute(question, values).fetchall())
            except Busy:  # an answer that is in there is worth some waiting: it would be paid for again
                if time.monotonic() > until:
                    self._tell("another program keeps it locked")
                    return []
            except Unusable as error:
                self._tell(str(error))
                return []

    def _tell(self, problem: str) -> None:
        if self._told:
            return
        self._told = True
        assert self._file is not None
        warnings.warn(
            f"The answers kept at {self._file.path} cannot be used ({problem}). New ones are kept in memory "
            "until this process ends; set VENICE_STATE_DIR to a writable folder.",
            stacklevel=2,
        )


def _whole(act: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
    """What `act` gives, all of it in one transaction or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = act(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return found


def _empty(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM answer")
    connection.execute("VACUUM")  # or the text would stay in the file's free pages


_files: dict[Path, AnswerCache] = {}
_private: weakref.WeakKeyDictionary[Any, AnswerCache] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def answers_for(private: object = None) -> AnswerCache:
    """The answers of this user, in a file; with `private`, in memory for as long as that object lives.

    An embedded sandbox and a transport of the user's own are private: what they say is no answer of the API.
    """
    with _lock:
        if private is not None:
            return _private.setdefault(private, AnswerCache())
        path = answers_path()
        return _files.setdefault(path, AnswerCache(AnswerFile(path)))


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may hold the old one for ever
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
