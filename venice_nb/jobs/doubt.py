"""Orders of unknown outcome: what the balance says about them, and tidying up at the server afterwards.

API reference: `GET /api_keys/rate_limits` (free, with any key), `POST /video/complete` and `/audio/complete`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from venice_nb import errors
from venice_nb.calls.account.limits import rate_limits
from venice_nb.calls.jobs import complete
from venice_nb.errors import InvalidInput
from venice_nb.jobs import outcome
from venice_nb.jobs.records import journal_of, written
from venice_nb.policy.steps import Plan, Send
from venice_nb.render.text import money

if TYPE_CHECKING:
    from venice_nb.client.session import Session
    from venice_nb.policy.entry import Entry
    from venice_nb.results.headers import Balance

Word = Literal["probably charged", "not charged", "cannot tell"]

NEAR = 0.02  # share of the quote by which a debit may differ from it
CENT = 0.005  # US dollars by which it may differ in any case: balances are rounded


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the balance says about an order of unknown outcome.

    Attributes:
        word: "probably charged", "not charged" or "cannot tell".
        why: one sentence.
        debit: US dollars (and DIEM, of the same worth) gone since just before the order; None when unknown.
        quote: the price that was quoted.

    """

    word: Word
    why: str
    debit: float | None = None
    quote: float | None = None

    def __str__(self) -> str:
        return f"{self.word.capitalize()}: {self.why}"


def judge(entry: Entry, now: Balance, *, charges: bool = True) -> Verdict:
    """The verdict from the balance before the order and `now`. In doubt it is "cannot tell"."""
    if not charges:
        return Verdict("cannot tell", "this key is not charged for its calls", None, entry.quote)
    debit = _debit(entry, now)
    if debit is None:
        return Verdict("cannot tell", "the balance before the order is not known", None, entry.quote)
    if debit < -CENT:
        return Verdict("cannot tell", f"the balance has grown by {money(-debit)} since", debit, entry.quote)
    sure = entry.diem is not None or now.diem is None  # else it may have been paid in DIEM
    if sure and debit <= min(CENT, (entry.quote or CENT) / 2):
        return Verdict("not charged", "the balance is what it was before the order", debit, entry.quote)
    if entry.quote is None:
        why = f"{money(debit)} are gone since, and no price was quoted"
        return Verdict("cannot tell", why, debit)
    if abs(debit - entry.quote) <= max(NEAR * entry.quote, min(CENT, entry.quote / 4)):
        why = f"{money(debit)} are gone since, and it was quoted at {money(entry.quote)}"
        return Verdict("probably charged", why, debit, entry.quote)
    why = f"{money(debit)} are gone since, it was quoted at {money(entry.quote)}; other calls may cost that"
    if sure and debit < entry.quote * (1 - NEAR):
        return Verdict("not charged", f"only {why}", debit, entry.quote)
    return Verdict("cannot tell", why, debit, entry.quote)


def reconcile(session: Session, entry: Entry) -> Plan[Verdict]:
    """Compare the balance with the one before the order; asks the server for nothing that costs."""
    if entry.state != "unknown":
        raise InvalidInput(
            f"Job {entry.id} is {entry.state}: there is nothing to be found out about it.",
            field="job",
            value=entry.id,
            allowed="an order of unknown outcome",
            do=f"{outcome.resume(entry)} gives the result"
            if entry.queue_id
            else "order it again if you like",
        )
    limits = yield Send(rate_limits())
    verdict = judge(entry, limits.balance, charges=_charges(limits))
    journal = journal_of(session)
    yield from written(lambda: journal.change(entry, verdict=str(verdict)), so="the verdict was not kept")
    return verdict


def clean(session: Session, entry: Entry) -> Plan[bool]:
    """Let the server delete a result that is safely on disk; False, with one sentence, when it does not."""
    if entry.state != "done":
        raise InvalidInput(
            f"Job {entry.id} is {entry.state}: nothing may be deleted before the result is on disk.",
            field="job",
            value=entry.id,
            allowed="a job that is done",
            do=f"{outcome.resume(entry)} first",
        )
    kind: Any = entry.kind
    try:
        deleted = yield Send(complete(kind, entry.model, entry.queue_id, id_key=entry.id_key))
        why = "it said no"
    except errors.VeniceError as error:
        deleted, why = False, error.what.rstrip(".")
    if not deleted:
        session.announce(
            f"The server keeps its copy of job {entry.id} for 24 hours ({why}); yours is on this disk."
        )
    return bool(deleted)


def _charges(limits: Any) -> bool:
    """Whether the key pays; an answer that does not say counts as yes."""
    told = limits.raw.get("apiTier") if isinstance(limits.raw, dict) else None
    return not isinstance(told, dict) or told.get("isCharged") is not False


def _debit(entry: Entry, now: Balance) -> float | None:
    """What is gone: dollars, and DIEM where both balances tell of it."""
    if entry.usd is None or now.usd is None:
        return None
    diem = entry.diem - now.diem if entry.diem is not None and now.diem is not None else 0.0
    return entry.usd - now.usd + diem
