"""Jobs: work that takes minutes. Charged when queued, told as progress, fetched when done, gone after a day.

A job's media are made when they are first asked for after its time is over, never before, and the same bytes
can be made again at any time. A refusal by the content screening shows on retrieve and stays.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from .exchange import Refusal
from .schema import refused
from .state import Charge

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ask import Ask
    from .state import Key, State

LOG = logging.getLogger("venice_nb.sandbox")
LIFE = 86400.0  # seconds after queueing in which the media exist
MEMORY = 2 * LIFE  # seconds in which an id is still known to have existed
FAST = 2.0  # seconds a job takes unless told otherwise
SCREENED = 0.5  # the part of its time after which a job's refusal shows
KEPT = 256 * 1024 * 1024  # bytes of made media held in memory; older ones are made anew when asked for


class Media(NamedTuple):
    """A finished file and the headers it is delivered with."""

    data: bytes
    mime: str
    headers: dict[str, str] = {}  # noqa: RUF012  (never changed)


@dataclass(slots=True, eq=False)
class Job:
    """One queued piece of work.

    `make` computes the media; None once they are deleted. `verdict` is the error that every later poll
    answers. `paid` is what was charged, `back` what of it returns when the job is over.
    """

    id: str
    kind: str  # video, music
    model: str
    created: float
    seconds: float  # how long it takes
    typical: float  # how long its model is said to take: the P80 of production
    make: Callable[[], Media] | None
    paid: Charge
    back: float = 0.0
    verdict: tuple[int, dict[str, Any]] | None = None  # status and body
    link: str = ""  # the token of its download link
    media: Media | None = None
    _lock: Lock = field(default_factory=Lock)

    def made(self, state: State) -> Media:
        """The media: made now if they are not in memory. Raises 404 when they are deleted."""
        with self._lock:
            if self.make is None:
                raise missing()
            media = self.media  # another job's making may drop it from memory at any moment
            if media is None:
                media = self.media = self.make()
                _trim(state, self)
            return media

    def delete(self) -> None:
        """Forgets the media for good."""
        with self._lock:
            self.make = self.media = None


def missing() -> Refusal:
    """The 404 of media that are deleted or expired."""
    return Refusal(404, "Media could not be found. Request may be invalid, expired, or deleted.")


def pace(state: State, model: str, job_id: str) -> tuple[float, float]:
    """How long a job takes and how long its model is said to take, in seconds.

    In real time a model needs 60 to 150 seconds, and a job three quarters of that up to a tenth more.
    """
    if state.job_seconds is not None or not state.real_time:
        seconds = FAST if state.job_seconds is None else state.job_seconds
        return seconds, seconds
    typical = 60 + int(state.digest(f"pace {model}", 4), 16) % 91
    return typical * (0.75 + int(state.digest(f"pace {job_id}", 4), 16) % 36 / 100), float(typical)


def add(ask: Ask, kind: str, make: Callable[[], Media], paid: Charge) -> Job:
    """Queues work that was paid for."""
    state = ask.state
    with state.lock:
        state.queued += 1
        job_id = state.uuid(f"job {state.queued} {ask.model}")  # however often others were polled before
    seconds, typical = pace(state, ask.model, job_id)
    job = Job(job_id, kind, ask.model, ask.now, seconds, typical, make, paid)
    with state.lock:
        for old in [each for each in state.jobs.values() if each.created + MEMORY < ask.now]:
            del state.jobs[old.id]
            state.downloads.pop(old.link, None)
        state.jobs[job.id] = job
    return job


def find(ask: Ask, kind: str, names: tuple[str, ...]) -> Job:
    """The job a request names by id and model. Raises 400 for an id that is not one of these."""
    job = ask.state.jobs.get(ask.body["queue_id"])
    if job is None or job.kind != kind or job.model not in names or job.created + MEMORY <= ask.now:
        raise refused(["queue_id"], "Request ID is invalid.", "Request ID is invalid.")
    return job


def refund(state: State, key: Key | None, job: Job, now: float, usd: float) -> None:
    """Gives money back, in the currency it was paid in, and writes it in the books as a negative charge."""
    paid = job.paid
    with state.lock:
        if paid.currency == "DIEM":
            state.diem = round(state.diem + usd, 10)
        else:
            state.usd = round(state.usd + usd, 10)
        if key is not None:
            period = key.spent.setdefault(key.period(paid.time), {})
            period[paid.currency] = round(period.get(paid.currency, 0.0) - usd, 10)
        told = {"refund_of": paid.request_id}
        charge = Charge(paid.request_id, now, paid.key_id, job.model, paid.sku, 0, -usd, paid.currency, told)
        state.books.append(charge)


def media(ask: Ask, job: Job) -> Media:
    """A finished job's media. If they cannot be made the job has failed: 500 from now on, and a refund."""
    try:
        return job.made(ask.state)
    except Refusal:
        raise
    except Exception:
        LOG.exception("job %s failed inside the sandbox", job.id)
        job.verdict = (500, {"error": "Inference processing failed", "credits_refunded": True})
        job.back = job.paid.usd
    settle_up(ask, job)
    raise Refusal(*job.verdict)


def settle_up(ask: Ask, job: Job) -> None:
    """Returns what is owed once: all of it after a refusal that refunds, the rest of a reserve."""
    with ask.state.lock:
        owed, job.back = job.back, 0.0
    if owed:
        refund(ask.state, ask.state.keys.get(job.paid.key_id), job, ask.now, owed)


def _trim(state: State, newest: Job) -> None:
    """Drops the oldest made media beyond the memory's bound."""
    with state.lock:
        held = [job for job in state.jobs.values() if job.media is not None and job is not newest]
        total = sum(len(job.media.data) for job in held if job.media) + len(newest.media.data)  # type: ignore[union-attr]
        for job in held:
            if total <= KEPT:
                break
            total -= len(job.media.data) if job.media else 0
            job.media = None
