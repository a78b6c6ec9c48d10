"""Ordering work, finding it again, and the list of all of it."""

# ruff: noqa: A002  `id` and `all` are what a user types

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from venice_nb import errors
from venice_nb.calls.check import flag, model_name, refuse, shown
from venice_nb.calls.jobs import job_id, job_kind
from venice_nb.catalogue.names import name_of
from venice_nb.errors import InvalidInput
from venice_nb.jobs.job import Job, check_own
from venice_nb.jobs.placing import place
from venice_nb.jobs.records import journal_of, written
from venice_nb.jobs.table import JobTable
from venice_nb.policy.entry import Entry

if TYPE_CHECKING:
    from venice_nb.client.session import Session
    from venice_nb.jobs.order import Order
    from venice_nb.policy.steps import Plan

_READ = "nothing was read"


def submit(session: Session, /, order: Order) -> Plan[Job]:
    """The job of an order, once the server has accepted it. It is written down before it is sent.

    Raises BudgetExceeded, with nothing queued, when the quote is above `max_usd`, or is missing or zero and
    no `max_usd` was given; LocalLimit when the journal cannot be written; UnknownOutcome, with the order's
    `op_id` and its `job`, when nobody knows whether it was accepted: that is never sent again by itself.
    """
    try:
        entry = yield from place(session, order)
    except errors.VeniceError as error:
        op = getattr(error, "op_id", None)
        if op is not None and error.charged != "no":
            found = yield from written(lambda: journal_of(session).find(op))
            if found is not None:
                error.job = Job.of(session, found, order)  # type: ignore[attr-defined]  # an error's details
        raise
    return Job.of(session, entry, order)


def jobs(session: Session, /, *, all: bool = False) -> Plan[JobTable]:
    """The jobs of this machine that were ordered with this key, as a table, the latest first.

    Nothing is sent. `for job in v.jobs(): ...` gives the jobs themselves, also those of earlier sessions.

    Args:
        all: those of every key and address, too. Only their own key can wait for them.

    >>> import venice_nb as vn
    >>> len(vn.Venice.sandbox().jobs())
    0

    """
    everyone = flag("all", all)
    found = yield from written(lambda: journal_of(session).entries(everyone=everyone), so=_READ)
    return JobTable(jobs=tuple(Job.of(session, entry) for entry in found))


def job(session: Session, /, id: str | Job, *, model: Any = None, kind: str | None = None) -> Plan[Job]:
    """The job of that id, ordered in this session or in another; `v.job(id).wait()` gives its result.

    Args:
        id: the id of the job, or of the order where the outcome was unknown, as `v.jobs()` shows them.
        model: for a job that this machine did not order, the model that makes it.
        kind: likewise, `"video"` or `"music"`, where the list of models does not tell.

    Raises InvalidInput for what is no id, for an id that is not in the journal unless `model` is given, and
    for a `model` or `kind` that is not the journal's. Nothing is sent.

    """
    ident = id.op if isinstance(id, Job) else id
    if not isinstance(ident, str) or not ident.strip():
        refuse("id", id, "the id of a job", "v.jobs() lists the jobs of this machine.")
    ident = ident.strip()
    name = None if model is None else str(model_name("model", name_of(model)))
    made = None if kind is None else job_kind("kind", kind)
    journal = journal_of(session)
    found = yield from written(lambda: journal.find(ident), so=_READ)
    if found is not None:
        _agree(found, name, made)
        return Job.of(session, found)
    if ident.startswith("op-"):
        refuse("id", ident, "an order in the journal of this machine", "v.jobs(all=True) lists all of them.")
    ident = job_id("id", ident)
    known = None if name is None else session.catalogue.get(name)
    if made is None and known is not None and known.type in ("video", "music"):
        made = job_kind("kind", known.type)
    if name is None or made is None:
        raise InvalidInput(
            f"Job {ident} is not in the journal of this machine.",
            field="id",
            value=ident,
            allowed="the id of a job in the journal; for another one also its model",
            do=f"v.job('{ident}', model='...') waits for a job that was ordered elsewhere"
            + ("" if name is None else "; for a model that is not listed, say also kind='video' or 'music'"),
        )
    entry = Entry(
        op=f"op-{secrets.token_hex(6)}",
        base=urlsplit(session.settings.base_url).netloc,
        kind=made,
        model=name,
        created=time.time(),
        pid=os.getpid(),
        host=socket.gethostname(),
        state="queued",
        queue_id=ident,
    )
    entry = yield from written(lambda: journal.put(entry), so=_READ)
    return Job.of(session, entry)


def _agree(entry: Entry, model: str | None, kind: str | None) -> None:
    """Refuse what contradicts the journal, and a job of a key that is not at hand."""
    for field, given, known in (("model", model, entry.model), ("kind", kind, entry.kind)):
        if given is not None and given != known:
            refuse(
                field,
                given,
                f"{known!r}, which job {entry.id} was ordered with",
                f"Leave {field} out: the journal knows it.",
                what=f"{field} is {shown(given)}, but job {entry.id} was ordered with {shown(known)}.",
            )
    check_own(entry)
