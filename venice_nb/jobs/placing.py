"""Placing an order: the price, a line in the journal, one request, the id in the journal; in this order.

API reference: `POST /video/queue`, `POST /audio/queue`. The request is billed when it is accepted, so it is
never sent twice by itself, and what became of it is on the disk: refused, queued under an id, or unknown.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from venice_nb import errors
from venice_nb.calls.jobs import Queued, salvaged
from venice_nb.jobs import outcome
from venice_nb.jobs.records import journal_of, noted, written
from venice_nb.policy.entry import Entry
from venice_nb.policy.steps import Plan, Send
from venice_nb.render.live import notice
from venice_nb.render.text import money, short
from venice_nb.results.money import Cost
from venice_nb.results.reading import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.calls.call import Call, Received
    from venice_nb.client.session import Session
    from venice_nb.jobs.order import Order
    from venice_nb.policy.journal import Journal
    from venice_nb.results.headers import Headers

PROMPT = 200  # characters of the prompt that the journal keeps


def place(session: Session, order: Order) -> Plan[Entry]:
    """The job of an order that was accepted. An error carries `op_id`, its name in the journal."""
    order.limit()
    quote = yield from _quoted(session, order)
    price = order.agreed(quote)
    if price is None:
        limit = order.limit()
        session.announce(
            f"No price was quoted for this {order.kind}; max_usd={money(limit)} was taken as consent."
        )
    journal = journal_of(session)
    entry = _intent(session, order, price, getattr(quote, "headers", None))
    entry = yield from written(lambda: journal.put(entry))
    try:
        queued = yield Send(_priced(order.call, price))
    except (errors.UnknownOutcome, errors.UnreadableReply) as error:
        found = salvaged(
            getattr(error, "content", None) or b""
        )  # an id that arrived whole is as good as an answer
        if found is None:
            _note(journal, entry, error)
            raise
        queued = found
    except BaseException as stop:
        _note(journal, entry, stop)
        raise
    accepted = _accepted(entry, queued)
    ident = queued.queue_id
    so = f"it is queued: v.job('{ident}', model='{order.model}', kind='{order.kind}').wait() gives the result"
    return (yield from written(lambda: journal.put(accepted), so=so, paid=True))


def _quoted(session: Session, order: Order) -> Plan[Any]:
    """The server's quote; the price of the list, where there is one, when the server gives none."""
    listed = order.call.price
    if order.quote is None:
        return listed
    try:
        quote = yield Send(order.quote)
    except (errors.ServerError, errors.NotFound, errors.Gone, errors.Unsupported, errors.TransportError):
        if listed is None:
            raise
        session.announce(f"The server gave no quote; the price list says {money(listed)}.")
        return listed
    return quote


def _intent(session: Session, order: Order, price: float | None, headers: Headers | None) -> Entry:
    balance = getattr(headers, "balance", None)
    usd = getattr(balance, "usd", None)
    content = order.call.body if order.call.body is not None else order.call.form
    return Entry(
        op=f"op-{secrets.token_hex(6)}",
        base=urlsplit(session.settings.base_url).netloc,
        kind=order.kind,
        model=order.model,
        prompt=short(order.prompt, PROMPT),
        path=order.call.path,
        body=sha256(dumps(content).encode("utf-8", "replace")).hexdigest(),
        details=dict(order.details),
        quote=price,
        usd=usd if usd is not None else getattr(session, "balance", None),
        diem=getattr(balance, "diem", None),
        created=time.time(),
        pid=os.getpid(),
        host=socket.gethostname(),
    )


def _accepted(entry: Entry, queued: Queued) -> Entry:
    details = {**entry.details, "sandbox": True} if queued.headers.sandbox else entry.details
    return replace(
        entry,
        state="queued",
        queue_id=queued.queue_id,
        id_key=queued.id_key,
        url=queued.download_url,
        details=details,
    )


def _note(journal: Journal, entry: Entry, stop: BaseException) -> None:
    """Write down what became of an order that was not answered with an id, and tell how to go on."""
    free = isinstance(stop, errors.VeniceError) and stop.charged == "no"
    what = short(
        stop.what if isinstance(stop, errors.VeniceError) else f"interrupted ({type(stop).__name__})", 500
    )
    changes: dict[str, Any] = {"state": "refused" if free else "unknown", "what": what}
    after = noted(lambda: journal.change(entry, **changes), replace(entry, **changes))
    if isinstance(stop, errors.VeniceError):
        stop.op_id = entry.op  # type: ignore[attr-defined]  # details of an error are its attributes
        if not free:
            stop.do = f"{stop.do}; {outcome.doubt(after)}" if stop.do else outcome.doubt(after)
    elif not isinstance(stop, GeneratorExit):
        notice(
            f"The order {entry.op} was interrupted while it was sent: it may have been accepted and charged. "
            f"{outcome.doubt(after)}"
        )


@dataclass(frozen=True, slots=True)
class _ReadPriced:
    """Reads what was queued and adds what it costs, for the session's sum."""

    read: Callable[[Received], Queued]
    usd: float

    def __call__(self, received: Received) -> Queued:
        found = self.read(received)
        return replace(found, cost=Cost(self.usd, "priced"))


def _priced(call: Call[Queued], price: float | None) -> Call[Any]:
    return call if price is None else replace(call, read=_ReadPriced(call.read, price), price=price)
