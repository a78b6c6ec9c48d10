"""What calls cost, before and after: an estimate for any method, and the book held against the server's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import signature
from typing import TYPE_CHECKING, Any

from venice_nb.account import history
from venice_nb.binding import start
from venice_nb.calls.account.limits import rate_limits
from venice_nb.calls.check import number
from venice_nb.errors import InvalidInput
from venice_nb.policy.steps import Open, Plan, Planned, Send, Together
from venice_nb.results.quotes import Quote
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.results.spending.reconciliation import WITHIN, Reconciliation, compared
from venice_nb.results.spending.spend import Spend

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session

ALL = 10**9  # lines of a bill


def estimate(session: Session, method: Any, /, *args: Any, **options: Any) -> Plan[CallEstimate]:
    """What a call would cost: `v.estimate(v.images.generate, "a gondola", variants=4)`. Spends nothing.

    Args:
        method: a method of this client, such as `v.chat`, `v.audio.speak` or `v.video.submit`.
        args: what it would be called with.
        options: likewise.

    The call is made ready and checked as always; only free requests are sent, such as the quote of a film,
    and it ends before the first paid one. A chat is reckoned with an answer of 4,096 tokens unless
    `max_completion_tokens` is given; with tools, with its first round. A conversation is such a method too.
    What takes several steps has a plan of its own: `v.embed.plan(...)`, `dry_run=True` of columns, `R.ask`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> f"{v.estimate(v.images.generate, 'a gondola', variants=4):.2f}"
    '0.04'

    """
    plan = getattr(method, "carries_out", None) or getattr(type(method).__call__, "carries_out", None)
    tools = options.get("tools") or getattr(method, "tools", None)  # those of a conversation
    if plan is None:
        raise InvalidInput(
            "This is no method of a client that can be reckoned.",
            field="method",
            value=type(method).__name__,
            allowed="a method of this client, such as v.chat or v.images.generate",
            do="call it with dry_run=True, which tells its price"
            if _tells(method)
            else "pass the method itself, without calling it: v.estimate(v.chat, 'Hi')",
        )
    last = session.last
    try:
        found = yield from _ahead(start(plan, session, args, options))
    finally:
        session.last = last
    play = session.sandbox is not None
    if isinstance(found, Quote):
        return CallEstimate(found.usd, found.usd, 1, found.model, sandbox=play)
    return CallEstimate.of(found, more=bool(tools), sandbox=play)


def _tells(method: Any) -> bool:
    """Whether it has a dry run of its own."""
    try:
        return "dry_run" in signature(method).parameters
    except (TypeError, ValueError):
        return False


def _ahead(plan: Generator[Any, Any, Any]) -> Plan[list[Call[Any]] | Quote]:
    """The paid calls that a plan would make next, or the server's quote for them. It is not carried on."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            try:
                step = plan.send(value) if error is None else plan.throw(error)
            except StopIteration:
                return []
            value = error = None
            if isinstance(step, Planned):
                return list(step.calls)
            if isinstance(step, Send | Open) and step.call.paid:
                return [step.call]
            if isinstance(step, Together):
                calls: list[Call[Any]] = []
                for make in step.plans:
                    found = yield from _ahead(make())
                    calls += [] if isinstance(found, Quote) else found
                if calls:
                    return calls
            try:
                value = yield step
            except Exception as raised:  # noqa: BLE001  the plan may know what to do about it
                error = raised
            if isinstance(value, Quote):
                return value
    finally:
        plan.close()


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """The client behind a table of what it spent."""

    session: Session

    def spend(self) -> Spend:
        """What this client spent."""
        return self._table(self.session.spend.lines, "this client")

    def machine(self, *, days: float | None, everyone: bool) -> Spend:
        """What this key, or everyone, spent on this machine."""
        whose = "everyone on this machine" if everyone else "this key on this machine"
        since = 0.0 if days is None else time.time() - number(0)("days", days) * 86_400
        if days is not None:
            whose += f" in {days:g} day{'s' * (days != 1)}"
        return self._table(self.session.spend.machine(everyone=everyone, since=since), whose)

    def reconcile(self, spend: Spend) -> Any:
        """See `Spend.reconcile`."""
        return self.session.run(reconcile(self.session, spend))

    def _table(self, lines: Any, whose: str) -> Spend:
        return Spend(tuple(lines), whose, self.session.sandbox is not None, actions=self)

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _nobody, ()


def _nobody() -> None:
    """What stands in a pickle where the client was."""


def reconcile(session: Session, spend: Spend) -> Plan[Reconciliation]:
    """The book against the bill, call by call with an ADMIN key; else against what the balance has lost.

    API reference: `GET /billing/usage-history`, `GET /api_keys/rate_limits`; both are free.
    """
    play = session.sandbox is not None
    if session.key is not None and session.key.kind == "ADMIN" and spend.lines:
        begin = datetime.fromtimestamp(min(line.time for line in spend.lines) - WITHIN, UTC)
        bill = yield from history(session, start=begin, limit=ALL)
        return compared(spend.lines, bill.rows, sandbox=play)
    limits = yield Send(rate_limits())
    now, before = limits.balance.total, session.opening.total
    began = next((line.time for line in session.spend.lines), 0.0)  # the balance before that is not known
    lines = [line for line in spend.lines if line.time >= began]
    return Reconciliation(
        basis="balance",
        booked=sum(line.usd for line in lines if line.usd is not None),
        billed=None if now is None or before is None else before - now,
        unknown=sum(line.usd is None for line in lines),
        sandbox=play,
        headers=limits.headers,
    )
