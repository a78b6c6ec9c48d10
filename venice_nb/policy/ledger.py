"""The failure budget: never so many failures that the server blocks the caller.

The server blocks a caller after more than 20 failed requests in 30 seconds. A request may go only while the
failures of the last 32 seconds and the requests under way together stay below 18: those under way count
because all of them may fail. Each request is a mark that counts until a moment: a request under way until its
time limit plus 32 s (should nobody ever hear of it again), a failure until 32 s after it was heard of.
A success takes its mark away. This module holds the rules and keeps marks in memory; `store` shares them
between processes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW = 32.0  # seconds; two more than the server's
CAP = 18  # marks; two less than the server's
LONE_CAP = 6  # when other processes cannot be seen
BLOCK = 31.0  # seconds the server blocks for, and one
LATCH = 30.0  # seconds a key problem is taken for granted
PROBE_TIME = 40.0  # seconds a probe may take before another may be sent
STALE = 600.0  # seconds after which a block is forgotten when nobody asked again
CROWDED = 0.1  # seconds between two looks while others are under way


@dataclass(frozen=True, slots=True)
class Hold:
    """Not yet: `seconds` until it is worth asking again.

    With `probe`, the caller is to ask the server with something small first, under that mark.
    """

    seconds: float
    why: str
    probe: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that holds for a key until a moment: a block, a probe, a lower cap, a known key problem."""

    until: float
    text: str = ""


BLOCKED, PROBING, LOWER, REFUSED = "blocked", "probing", "lower", "refused"
PROBE = Hold(0.0, "one request finds out whether the server's block is over", probe=0)


class Ledger(Protocol):
    """Where the marks of all keys are kept. Times are monotonic seconds, the same in every process."""

    def admit(self, now: float, seconds: float) -> int | Hold:
        """The number of a new mark for a request that may take `seconds`, or why there is none."""

    def succeeded(self, mark: int) -> None:
        """The request was answered with success, or never left: its mark is gone."""

    def failed(self, mark: int, now: float) -> None:
        """The request failed or its fate is unknown: its mark counts for a while longer."""

    def note(self, name: str, until: float, text: str = "") -> None:
        """Remember something until a moment."""

    def forget(self, name: str) -> None:
        """Remember it no more."""

    def notes(self, now: float) -> Mapping[str, Note]:
        """What is remembered."""


class Noted(int):
    """A mark given although something is noted about the key: read the notes before sending."""


def ruling(
    marks: list[tuple[float, bool]], notes: Mapping[str, Note], now: float, cap: int = CAP
) -> Hold | None:
    """Why a request may not go now, or None.

    Args:
        marks: until when each counts, and whether its request is under way.
        notes: what is remembered of the key.
        now: monotonic seconds.
        cap: how many marks there may be.

    """
    if LOWER in notes:
        cap = min(cap, int(notes[LOWER].text))
    if BLOCKED in notes:
        left = float(notes[BLOCKED].text) - now
        if left > 0:
            return Hold(left, "the server blocks requests for a while after too many failures")
        if PROBING in notes:
            return Hold(0.25, "one request finds out whether the server's block is over")
        if len(marks) < cap:
            return PROBE
    if len(marks) < cap:
        return None
    failures = sorted(until for until, under_way in marks if not under_way)
    why = f"{len(failures)} requests failed lately; the server would block after 20 in 30 s"
    if len(failures) < len(marks):
        return Hold(CROWDED, f"{len(marks)} requests are under way or failed lately")
    return Hold(max(0.05, failures[len(marks) - cap] - now), why)


class MemoryLedger:
    """Marks of one key in this process only: for the sandbox, and when the file cannot be used."""

    def __init__(self, cap: int = CAP, window: float = WINDOW, *, first: int = 1) -> None:
        self._cap = cap
        self._window = window
        self._marks: dict[int, tuple[float, bool]] = {}
        self._notes: dict[str, Note] = {}
        self._number = first - 1
        self._lock = threading.Lock()

    def admit(self, now: float, seconds: float) -> int | Hold:
        """See `Ledger`."""
        with self._lock:
            marks = self._marks
            if len(marks) >= self._cap or self._notes:
                self._prune(now)
                hold = ruling(list(marks.values()), self._notes, now, self._cap)
                if hold is not None and hold is not PROBE:
                    return hold
                if hold is PROBE:
                    self._notes[PROBING] = Note(now + PROBE_TIME)
                    return replace(PROBE, probe=self._mark(now, PROBE_TIME))
                if self._notes:
                    return Noted(self._mark(now, seconds))
            return self._mark(now, seconds)

    def _mark(self, now: float, seconds: float) -> int:
        self._number += 1
        self._marks[self._number] = (now + seconds + self._window, True)
        return self._number

    def fill(self, now: float) -> None:
        """Count as if the cap had been reached just now."""
        with self._lock:
            for _ in range(self._cap):
                self._number += 1
                self._marks[self._number] = (now + self._window, False)

    def _prune(self, now: float) -> None:
        for mark in [mark for mark, (until, _) in self._marks.items() if until <= now]:
            del self._marks[mark]
        for name in [name for name, note in self._notes.items() if note.until <= now]:
            del self._notes[name]

    def succeeded(self, mark: int) -> None:
        """See `Ledger`."""
        with self._lock:
            self._marks.pop(mark, None)

    def failed(self, mark: int, now: float) -> None:
        """See `Ledger`."""
        with self._lock:
            self._marks[mark] = (now + self._window, False)

    def note(self, name: str, until: float, text: str = "") -> None:
        """See `Ledger`."""
        with self._lock:
            self._notes[name] = Note(until, text)

    def forget(self, name: str) -> None:
        """See `Ledger`."""
        with self._lock:
            self._notes.pop(name, None)

    def notes(self, now: float) -> Mapping[str, Any]:
        """See `Ledger`."""
        with self._lock:
            if self._notes:
                self._prune(now)
            return dict(self._notes)
