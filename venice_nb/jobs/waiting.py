"""Waiting for a job: ask now and then, take what was made, put it on the disk, and only then believe it.

API reference: `POST /video/retrieve`, `POST /audio/retrieve`. One waiter at a time asks the server, by a
lease in the journal; the others, in this process or another, wait for its file. Nothing is deleted there.
"""

from __future__ import annotations

import errno
import os
import random
import secrets
import time
from asyncio import CancelledError
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from venice_nb import errors
from venice_nb.calls.jobs import Delivery, retrieve
from venice_nb.config import LOOPBACK
from venice_nb.jobs import delivery, outcome
from venice_nb.jobs.records import journal_of, noted, written
from venice_nb.policy.spend_book import Line
from venice_nb.policy.steps import Fetch, Plan, Send, Sleep, Work
from venice_nb.policy.store import Busy, Unusable
from venice_nb.render.live import notice
from venice_nb.render.text import seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from venice_nb.calls.jobs import Progress
    from venice_nb.client.session import Session
    from venice_nb.jobs.delivery import Result
    from venice_nb.policy.entry import Entry
    from venice_nb.results.headers import Headers

LIVE = (5.0, 9.0)  # seconds between two questions: the documentation asks for 5 to 10
NEAR = (0.2, 8.0)  # likewise for a sandbox, whose work may be done in a moment
SHARE = 20.0  # questions in the usual time of a job
TROUBLE = 15.0  # seconds after a server that could not answer
REPLAY = 5.0  # seconds before a 500 is believed
OTHERS = 1.0  # seconds between two looks at what another waiter does
HELD = 1000.0  # seconds a lease lasts: longer than one answer may take
FETCHING = 1900.0  # likewise for a link
TRIES = 4  # downloads before giving up for now
LATE = 600.0  # seconds after its 24 hours that a job is asked for all the same

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO}
_DISK |= {errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG}


class Watch:
    """One wait for one job: what is known of it, and who is told."""

    def __init__(self, session: Session, entry: Entry, tell: Callable[[Entry], None]) -> None:
        self.session = session
        self.journal = journal_of(session)
        self.entry = entry
        self.token = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.tell = tell
        self.holds = False
        self.failures = 0  # answers 500 in a row
        self.tries = 0  # downloads that did not come whole
        self.bare = 0  # answers that said completed, without an address
        self.headers: Headers | None = None

    def change(self, **changes: Any) -> Entry:
        """Note changes; a journal that cannot take them stops nothing."""
        before = self.entry
        self.entry = noted(lambda: self.journal.change(before, **changes), replace(before, **changes))
        self.tell(self.entry)
        return self.entry

    def reread(self) -> Entry:
        """What the journal knows now; what was known before when it cannot be read."""
        with suppress(Busy, Unusable):
            found = self.journal.find(self.entry.op)
            self.entry = found or self.entry
        self.tell(self.entry)
        return self.entry

    def take(self, span: float) -> bool:
        """Whether this waiter is the one that asks the server; renews the lease when it is already."""
        entry, was = self.entry, self.holds
        try:
            self.holds = self.journal.lease(entry.op, self.token, span)
        except Busy:
            return self.holds
        except Unusable:
            self.holds = True  # without a journal everybody asks for himself
        if self.holds and not was:
            self.reread()  # whoever held it before may just have finished
            with suppress(OSError):
                delivery.sweep(entry, delivery.folder_of(self.session))
        return self.holds

    def reopen(self) -> Plan[None]:
        """Begin to fetch a result anew."""
        again = replace(self.entry, state="ready", file="", size=None)
        self.entry = yield from written(lambda: self.journal.put(again))

    def leave(self) -> None:
        """Let another waiter ask."""
        if self.holds:
            self.holds = False
            with suppress(Busy, Unusable):
                self.journal.give_back(self.entry.op, self.token)


def wait(watch: Watch, timeout: float | None) -> Plan[Result]:
    """The result of the job, from its file. Raises what `outcome` tells; the job stays in the journal."""
    began = monotonic()
    first = True
    try:
        while True:
            entry = watch.reread()
            if entry.state == "done" and _is_there(entry):
                found: Result = yield Work(partial(delivery.result_of, entry, watch.headers))
                return found
            pause = yield from look(watch)
            if watch.entry.state == "done":
                continue
            waited = monotonic() - began
            if timeout is not None and waited >= timeout:
                raise outcome.running(watch.entry, waited)
            if timeout is not None:
                pause = min(pause, max(timeout - waited, 0.0))
            yield Sleep(pause, _reason(watch.entry) if first else "")
            first = False
    except (KeyboardInterrupt, CancelledError):
        notice(f"Job {watch.entry.id} still runs; {outcome.resume(watch.entry)} resumes it.")
        raise
    finally:
        watch.leave()


def once(watch: Watch) -> Plan[Entry]:
    """One look, without waiting; takes the result when it is there."""
    try:
        watch.reread()
        if not (watch.entry.state == "done" and _is_there(watch.entry)):
            yield from look(watch, ended=True)
        return watch.entry
    finally:
        watch.leave()


def look(watch: Watch, *, ended: bool = False) -> Plan[float]:
    """Ask once, or see what another waiter does; gives the seconds until the next look.

    With `ended` a job that has failed is asked for again, in case the server has changed its mind.
    """
    entry = watch.entry
    if not entry.queue_id or (not ended and entry.ended and entry.state != "done"):
        if entry.state == "sending":
            return OTHERS  # another thread or process is placing the order right now
        raise outcome.lost(entry)
    if not watch.take(HELD):
        return OTHERS
    if watch.entry.state == "done":
        if _is_there(watch.entry):
            return 0.0
        yield from watch.reopen()  # somebody moved or deleted the file: the server may still have it
    entry = watch.entry
    folder: Path = yield from _disk(watch, lambda: delivery.folder_of(watch.session))
    part = delivery.part(entry, folder, watch.token)
    try:
        answer = yield from _ask(watch, part)
        if isinstance(answer, float):
            return answer
        if isinstance(answer, Delivery):
            return (yield from _store(watch, part, answer))
        return (yield from _follow(watch, part, answer))
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _ask(watch: Watch, part: Path) -> Plan[Progress | Delivery | float]:
    """The server's answer, or the seconds after which to ask again."""
    entry = watch.entry
    kind: Any = entry.kind
    try:
        answer = yield Send(retrieve(kind, entry.model, entry.queue_id, id_key=entry.id_key, file=part))
    except (errors.ContentRefused, errors.NotFound, errors.BadRequest) as error:
        _final(watch, error)
    except errors.APIError as error:
        if error.status != 500:
            return _trouble(watch, error)
        watch.failures += max(error.attempts, 1)
        if watch.failures < 2:
            return REPLAY * random.uniform(1.0, 1.2)  # noqa: S311  jitter
        _final(watch, error)
    except (errors.TransportError, errors.LocalLimit) as error:
        return _trouble(watch, error)
    except OSError as error:
        _unsaved(watch, error)
    watch.failures = 0
    return answer  # type: ignore[no-any-return]  # what a step gives is untyped


def _final(watch: Watch, error: errors.APIError) -> NoReturn:
    """The server's last word on the job: noted, then raised."""
    entry = watch.entry
    told = outcome.facts(error)
    if isinstance(error, errors.NotFound) or (
        isinstance(error, errors.BadRequest) and time.time() > entry.expires - LATE
    ):
        told["state"] = "expired"
    watch.change(**told)
    if told["refunded"] and not entry.refunded and entry.quote:
        line = Line(
            time.time(),
            "queueVideo" if entry.kind == "video" else "queueAudio",
            entry.kind,
            entry.model,
            usd=-entry.quote,
            source="charged",
            request_id=error.request_id or "",
            note="given back",
        )
        watch.session.returned(line)
    raise outcome.lost(watch.entry) from error


def _trouble(watch: Watch, error: errors.VeniceError) -> float:
    """The server cannot answer now. A job is worth waiting for, but not with a key that is not accepted."""
    status = error.status or 0
    if 400 <= status < 500 and status not in (408, 425, 429):
        raise error
    if time.time() > watch.entry.expires + LATE:
        raise error
    watch.session.announce(
        f"Job {watch.entry.id}: {error.what.rstrip('.')}; it is asked again until it answers."
    )
    return TROUBLE * random.uniform(1.0, 1.3)  # noqa: S311  jitter


def _follow(watch: Watch, part: Path, found: Progress) -> Plan[float]:
    """What an answer without the result means."""
    changes: dict[str, Any] = {"polled": time.time()}
    if found.elapsed_ms is not None:
        changes["elapsed_ms"] = found.elapsed_ms
    if found.typical_ms is not None:
        changes["typical_ms"] = found.typical_ms
    if found.failed:
        watch.change(state="failed", what=found.problem, **changes)
        raise outcome.lost(watch.entry)
    if not found.completed:
        watch.change(state="processing", **changes)
        return pause(watch.session, watch.entry)
    url = watch.entry.url or found.url
    watch.change(state="ready", url=url, **changes)
    if url:
        return (yield from _fetch(watch, part, url))
    watch.bare += 1  # some servers say so a moment before the result itself comes
    if watch.bare > TRIES:
        raise outcome.torn(watch.entry, "the server says that it is completed, but not where it is.")
    return pause(watch.session, watch.entry)


def _fetch(watch: Watch, part: Path, url: str) -> Plan[float]:
    """Download from the link, which was told once and works without the key."""
    watch.take(FETCHING)
    try:
        received = yield Fetch(url, part)
    except errors.TransportError as error:
        return _again(watch, error.what)
    except errors.APIError as error:
        if error.status is not None and error.status >= 500:
            return _again(watch, error.what)
        if isinstance(error, (errors.NotFound, errors.Gone, errors.Forbidden)):
            watch.change(state="expired", what=error.what)
        raise outcome.dead_link(watch.entry, error) from error
    except OSError as error:
        _unsaved(watch, error)
    from venice_nb.results.headers import Headers  # noqa: PLC0415  loaded with the first answer

    return (
        yield from _store(
            watch, part, Delivery(part, mime=received.content_type, headers=Headers(received.headers))
        )
    )


def _store(watch: Watch, part: Path, found: Delivery) -> Plan[float]:
    """Put the result on the disk, then say in the journal that it is there."""
    watch.change(state="ready")
    if found.file is None:
        yield from _disk(watch, lambda: delivery.fill(part, found.data))
    try:
        path, mime, size = yield from _disk(
            watch, lambda: delivery.keep(part, watch.entry, found.headers if found.file is not None else {})
        )
    except delivery.NotWhole as error:
        return _again(watch, f"{error}.")
    watch.headers = found.headers
    entry = watch.entry
    done = {"state": "done", "file": str(path), "mime": mime, "size": size, "what": ""}
    journal = watch.journal
    watch.entry = yield from written(
        lambda: journal.change(entry, **done), so=f"the {entry.kind} is saved as {path.name}", paid=True
    )
    watch.tell(watch.entry)
    return 0.0


def _again(watch: Watch, why: str) -> float:
    """Seconds until the download is tried again; raises when it was tried often enough for now."""
    watch.tries += 1
    if watch.tries >= TRIES:
        raise outcome.torn(watch.entry, why)
    return 2.0 ** (watch.tries - 1) * random.uniform(1.0, 1.3)  # noqa: S311  jitter


def _disk(watch: Watch, act: Callable[[], Any]) -> Plan[Any]:
    """What `act` does with files; a disk that is full or closed leaves the job as it is."""
    try:
        return (yield Work(act))
    except OSError as error:
        _unsaved(watch, error)


def _unsaved(watch: Watch, error: OSError) -> NoReturn:
    """The result cannot be written: it stays at the server, and the user makes room."""
    folder = watch.session.settings.out.expanduser().absolute()
    if error.errno not in _DISK:
        raise error
    raise outcome.full(watch.entry, folder, error, delivery.free(folder.parent)) from error


def pause(session: Session, entry: Entry) -> float:
    """Seconds until the next question: a twentieth of the usual time, within bounds, never to the beat."""
    near = not session.live or urlsplit(session.settings.base_url).hostname in LOOPBACK
    low, high = NEAR if near else LIVE
    usual = (entry.typical_ms or 0.0) / 1000.0
    return max(low, min(usual / SHARE, high)) * random.uniform(1.0, 1.1)  # noqa: S311  jitter


def left(entry: Entry) -> float | None:
    """Seconds that the work usually still takes; None where the server has not said."""
    if entry.typical_ms is None or entry.elapsed_ms is None:
        return None
    return max(0.0, (entry.typical_ms - entry.elapsed_ms) / 1000.0)


def _reason(entry: Entry) -> str:
    """Why this waits, for those who see no card: said once."""
    rest = left(entry)
    return f"{entry.kind} {entry.id} is in the making" + (f", usually {seconds(rest)} more" if rest else "")


def _is_there(entry: Entry) -> bool:
    return os.path.isfile(entry.file)  # noqa: PTH113  an empty name is no file, and Path("") is the folder
