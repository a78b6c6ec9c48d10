"""A job: work at the server that this object stands for. What it shows is read from the journal each time."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import number
from venice_nb.errors import InvalidInput, plain
from venice_nb.jobs import delivery, doubt, view, waiting
from venice_nb.jobs.placing import place
from venice_nb.jobs.records import journal_of, written
from venice_nb.jobs.waiting import Watch
from venice_nb.policy.store import Busy, Unusable
from venice_nb.render.live import Bundle, Displayed, Live, environment

if TYPE_CHECKING:
    import os
    from collections.abc import Generator

    from venice_nb.client.session import Session
    from venice_nb.jobs.delivery import Result
    from venice_nb.jobs.order import Order
    from venice_nb.policy.entry import Entry
    from venice_nb.policy.steps import Plan
    from venice_nb.results.money import Cost


@dataclass(frozen=True, repr=False, eq=False)
class Job(Displayed):
    """A film or a piece of music in the making. It outlives this object, this notebook and this kernel.

    `job.wait()` gives the result; `v.job(job.id)` finds the job again, also from another process. With an
    `AsyncVenice` the methods give coroutines; `await job` waits with either client.

    Attributes:
        op: our own id of the order, given before it was sent.

    """

    op: str
    _session: Session
    _seen: list[Entry]  # the last that was read, for when the journal cannot be
    _order: Order | None = field(default=None)

    @classmethod
    def of(cls, session: Session, entry: Entry, order: Order | None = None) -> Job:
        """The job of a line in the journal."""
        return cls(entry.op, session, [entry], order)

    @property
    def entry(self) -> Entry:
        """What the journal knows of it now."""
        try:
            found = journal_of(self._session).find(self.op)
        except (Busy, Unusable):
            found = None
        if found is not None:
            self._seen[0] = found
        return self._seen[0]

    @property
    def id(self) -> str:
        """The server's id; `op` as long as there is none."""
        return self.entry.id

    @property
    def kind(self) -> str:
        """What is made: video or music."""
        return self._seen[0].kind

    @property
    def model(self) -> str:
        """The model that makes it."""
        return self._seen[0].model

    @property
    def prompt(self) -> str:
        """The first words of the prompt."""
        return self._seen[0].prompt

    @property
    def status(self) -> str:
        """sending, queued, processing, ready, done, failed, expired, refused or unknown."""
        return self.entry.state

    @property
    def done(self) -> bool:
        """Whether the result is on disk."""
        return self.entry.state == "done"

    @property
    def progress(self) -> float:
        """From 0 to 1: the time worked as a share of the usual one; at most 0.99 until it is on disk."""
        return view.progress(self.entry)

    @property
    def left(self) -> float | None:
        """Seconds that it usually still takes, as of the last answer; None where the server has not said."""
        return waiting.left(self.entry)

    @property
    def cost(self) -> Cost:
        """US dollars: as quoted, nothing when it was refused or the money came back."""
        return delivery.cost_of(self.entry)

    @property
    def refunded(self) -> bool | None:
        """Whether the server gave the money of a failed job back; None when it did not say."""
        return self.entry.refunded

    @property
    def created(self) -> datetime:
        """When it was ordered, UTC."""
        return datetime.fromtimestamp(self._seen[0].created, UTC)

    @property
    def expires(self) -> datetime:
        """When the server forgets it, 24 hours after the order, UTC. What is on disk stays."""
        return datetime.fromtimestamp(self._seen[0].expires, UTC)

    @property
    def path(self) -> Path | None:
        """The file with the result; None until it is on disk."""
        entry = self.entry
        return Path(entry.file) if entry.state == "done" else None

    @property
    def result(self) -> Result | None:
        """The film or the sound, when it is on disk; else None."""
        entry = self.entry
        there = entry.state == "done" and Path(entry.file).is_file()
        return delivery.result_of(entry) if there else None

    def wait(self, timeout: float | None = None, *, show: bool | None = None) -> Result:
        """The result, as soon as it is made and on disk: a `Video` or an `Audio`.

        The server is asked every 5 to 10 seconds, through outages too. Ctrl-C leaves the job as it is.

        Args:
            timeout: seconds after which to give up for now, with a `TimeoutError`; the job goes on.
            show: draw the progress in the notebook. None: as the client was told.

        Raises JobError when the job failed, with `credits_refunded` and, where told, `suggested_prompt`.

        """
        return self._session.run(self._waiting(timeout, show))  # type: ignore[no-any-return]  # what a plan gives

    def poll(self) -> Job:
        """Ask once how it is doing, and take the result when it is there. Gives this job."""
        return self._session.run(self._polling())  # type: ignore[no-any-return]  # likewise

    def cleanup(self) -> bool:
        """Let the server delete its copy of a result that is on disk. False when it does not; never fails."""
        return self._session.run(doubt.clean(self._session, self.entry))  # type: ignore[no-any-return]

    def reconcile(self) -> doubt.Verdict:
        """For an order of unknown outcome: what the balance says about it. Free of charge."""
        return self._session.run(doubt.reconcile(self._session, self.entry))  # type: ignore[no-any-return]

    def resubmit(self, *, accept_duplicate: bool = False) -> Job:
        """Order it once more, after an unknown outcome. It may then be made, and charged, twice.

        Args:
            accept_duplicate: True says that this is understood.

        """
        return self._session.run(self._again(accept_duplicate))  # type: ignore[no-any-return]

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the finished film or sound, as its own `save` does. Never waits.

        Raises InvalidInput for a job whose result is not on disk, with what to do.
        """
        made, entry = self.result, self._seen[0]
        if made is None:
            do = "wait for it: job.wait().save(path)"
            if entry.state == "done":
                do = f"its file {plain(entry.file, 200)} is gone: job.wait() fetches it again within a day"
            elif entry.ended:
                do = "there is nothing to save; order it again with submit(...)"
            elif entry.state == "unknown":
                do = "job.reconcile() tells whether it was ordered"
            _refuse(entry, f"is {entry.state}", "a job whose result is on disk", do)
        assert made is not None
        return made.save(path, overwrite=overwrite)

    def to_dict(self) -> dict[str, Any]:
        """What is known of the job."""
        entry = self.entry
        return {
            "id": entry.id,
            "kind": entry.kind,
            "model": entry.model,
            "prompt": entry.prompt,
            "status": entry.state,
            "progress": view.progress(entry),
            "usd": delivery.cost_of(entry).usd,
            "created": self.created,
            "expires": self.expires,
            "file": entry.file or None,
            "op": entry.op,
        }

    def __await__(self) -> Generator[Any, Any, Result]:
        if inspect.iscoroutinefunction(self._session.run):
            return self._session.run(self._waiting(None, None)).__await__()  # type: ignore[no-any-return]
        return asyncio.to_thread(self.wait, show=False).__await__()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and other.op == self.op

    def __hash__(self) -> int:
        return hash(self.op)

    def __repr__(self) -> str:
        return view.line(self.entry)

    def _mimebundle(self) -> Bundle:
        return view.bundle(self.entry)

    def __reduce__(self) -> Any:
        raise TypeError(f"a job belongs to a client and is never pickled; v.job('{self.id}') finds it again")

    def _waiting(self, timeout: float | None, show: bool | None) -> Plan[Result]:
        timeout = None if timeout is None else number(0)("timeout", timeout)
        check_own(self.entry)
        live = Live(lambda: view.brief(self._seen[0])) if _shows(self._session, show) else None

        def tell(entry: Entry) -> None:
            self._seen[0] = entry
            if live is not None:
                live.update()

        watch = Watch(self._session, self.entry, tell)
        if live is not None and not watch.entry.ended:
            live.show()
        try:
            return (yield from waiting.wait(watch, timeout))
        finally:
            self._seen[0] = watch.entry
            if live is not None:
                live.finish()

    def _polling(self) -> Plan[Job]:
        check_own(self.entry)
        watch = Watch(self._session, self.entry, lambda entry: self._seen.__setitem__(0, entry))
        yield from waiting.once(watch)
        return self

    def _again(self, accept_duplicate: bool) -> Plan[Job]:
        entry, order = self.entry, self._order
        if entry.state != "unknown":
            _refuse(
                entry, f"is {entry.state}", "an order of unknown outcome", "order it again with submit(...)"
            )
        if accept_duplicate is not True:
            _refuse(
                entry,
                "may have been accepted and charged already",
                "accept_duplicate=True",
                ".reconcile() tells more; .resubmit(accept_duplicate=True) orders it once more",
            )
        if order is None:
            _refuse(
                entry,
                "was ordered in another session, and the journal does not keep requests",
                "the job object of the session that ordered it",
                "order it again with the same arguments: submit(...)",
            )
        assert order is not None
        placed = yield from place(self._session, order)
        journal, word = journal_of(self._session), f"ordered once more as {placed.id}"
        yield from written(lambda: journal.change(entry, what=word), so=f"it is {word}")
        return Job.of(self._session, placed, order)


def check_own(entry: Entry) -> None:
    """Refuse a job that this key cannot ask for."""
    if not entry.own:
        what = f"was ordered with another key, or at another address ({plain(entry.base, 100)})"
        do = "use a client with the key that ordered it, at the same address"
        _refuse(entry, what, "a job of this key and address", do, field="id")


def _refuse(entry: Entry, what: str, allowed: str, do: str, *, field: str = "job") -> None:
    raise InvalidInput(f"Job {entry.id} {what}.", field=field, value=entry.id, allowed=allowed, do=do)


def _shows(session: Session, show: bool | None) -> bool:
    """Whether to draw onto the page: as asked, else as the client was told, else in a notebook."""
    if show is None:
        show = session.settings.show
    return environment() == "notebook" if show is None else show
