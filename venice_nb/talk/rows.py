"""Many chats that make one table: what asks the same is asked once, many at a time, in one budget, and kept.

Whatever happens to a row is its own, but for what would happen to every row alike: that ends the run, and
what is finished stays. A finished row is on disk before it counts, so that the same run again asks the rest.
"""

from __future__ import annotations

import json
import threading
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Received
from venice_nb.calls.check import flag, integer, number
from venice_nb.errors import (
    AuthenticationError,
    BreakerOpen,
    ContentRefused,
    ContextTooLong,
    ExtractionError,
    Forbidden,
    InvalidInput,
    LocalLimit,
    NotFound,
    PaymentRequired,
    TooLarge,
    VeniceError,
    plain,
)
from venice_nb.policy.answer_cache import AnswerCache, answers_for, asked
from venice_nb.policy.claims import begin, end
from venice_nb.policy.steps import Done, Plan, Run, Send, Sleep, Together, Work
from venice_nb.render.progress import Bar
from venice_nb.render.text import count, money
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply import Reply
from venice_nb.talk.reckoning import Size, afford, reckoned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session
    from venice_nb.results.chat_plan import ChatPlan

MOST = 16  # chats at a time, as many as there are connections
# Failures of the request or the server in a row, before and after a first success, that end the run.
DOOMED, DOWN = 8, 48
PATIENCE = 3  # times that a row waits until few enough requests have failed lately
AGAIN = 0.5  # seconds between two looks at what another run is asking
NOT_ASKED = "not asked"
# What stops every row of a table alike: asking for the next one would only fail again, and be counted.
_HOPELESS = (AuthenticationError, PaymentRequired, Forbidden, NotFound, LocalLimit)
_OURS = (ExtractionError, VeniceError)  # failures whose name says nothing about the row
_OF_THE_ROW = (ExtractionError, ContentRefused, ContextTooLong, TooLarge)
_LIMITS = frozenset({"max_completion_tokens", "max_tokens"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: how its first call is made, and the plan that makes a value of it.

    `first` raises InvalidInput for what cannot be sent. A plan that has a value and something to say about it
    gives a `Noted`.
    """

    first: Callable[[], Call[Reply]]
    plan: Callable[[], Plan[Any]]


@dataclass(frozen=True, slots=True)
class Noted:
    """A value, and what is wrong with it."""

    value: Any
    note: str


@dataclass(slots=True)
class Outcome:
    """What came of the rows: an answer or None for each, and in `told` why there is none; None if it is well.

    `usage` and `cost` are those of this run, `cached` counts rows that were answered before, `last` is the
    last reply that was paid for.
    """

    answers: list[Any]
    told: list[str | None]
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=lambda: Cost(0.0, "charged"))
    cached: int = 0
    last: Reply | None = None

    @property
    def failed(self) -> int:
        """Rows without an answer, or with one that is not whole."""
        return sum(reason is not None for reason in self.told)

    def reply(self, parsed: Any) -> Reply:
        """All answers of the run as one: their tokens, their cost, and what was made of them."""
        return replace(self.last or Reply(), usage=self.usage, cost=self.cost, parsed=parsed)


@dataclass(frozen=True, slots=True)
class How:
    """How a table is asked: the arguments that all such plans share, checked."""

    at_once: int = 8
    budget_usd: float | None = None
    cache: bool = True
    progress: bool | None = None

    def __post_init__(self) -> None:
        integer(1, MOST)("at_once", self.at_once)
        flag("cache", self.cache)
        if self.budget_usd is not None:
            number(0)("budget_usd", self.budget_usd)
        if self.progress is not None:
            flag("progress", self.progress)

    def within(self, session: Session) -> AbstractContextManager[object]:
        """The budget, for what is asked meanwhile."""
        return nullcontext() if self.budget_usd is None else session.purse(self.budget_usd)


class Chats:
    """The rows of one table, surveyed: what each asks, what is known already, what the rest may cost.

    Args:
        session: the client's.
        rows: a `Row` each, or the reason why there is nothing to ask.
        how: how many at a time, and so on.
        name: what one is called in the bar.

    """

    def __init__(self, session: Session, rows: Sequence[Row | str], how: How, *, name: str = "row") -> None:
        self.session, self.rows, self.how, self.name = session, rows, how, name
        self.cache: AnswerCache | None = answers_for(session.private) if how.cache else None
        self.outcome = Outcome([None] * len(rows), [NOT_ASKED] * len(rows))
        self.stopped: VeniceError | None = None
        self._groups: dict[bytes, list[int]] = {}  # rows by what they ask
        self._known: list[bytes] = []
        self._missing: list[bytes] = []
        self._theirs: list[bytes] = []  # what another run is asking
        self._owner = ""  # this run, while it goes on
        self._usd = 0.0  # spent, as far as it is known
        self._shown = 0.0  # of that, what the bar has told
        self._answered, self._failed = False, 0  # any row yet; how many failed since
        self._lock = threading.Lock()

    def survey(self) -> Plan[ChatPlan]:
        """What is to be done, and what it may cost. Raises InvalidInput when no row can be sent."""
        sizes: dict[bytes, Size] = {}
        refused: InvalidInput | None = None
        skipped = 0
        for position, row in enumerate(self.rows):
            if isinstance(row, str):
                self.outcome.told[position] = row
                skipped += 1
                continue
            try:
                call = row.first()
            except InvalidInput as problem:
                self.outcome.told[position] = f"{type(problem).__name__}: {problem.what}"
                refused = refused or problem
                continue
            key = self._asked(call) if self.cache is not None else position.to_bytes(8, "big")
            self._groups.setdefault(key, []).append(position)
            sizes[key] = Size.of(call)
        if refused is not None and not self._groups:
            raise refused
        known: set[bytes] = set()
        if self.cache is not None:
            known = yield Run(partial(self.cache.known, list(self._groups)))
        self._known = [key for key in self._groups if key in known]
        self._missing = [key for key in self._groups if key not in known]
        return reckoned(
            self.session,
            next((size.model for size in sizes.values()), ""),
            [sizes[key] for key in self._missing],
            rows=len(self.rows),
            cached=sum(len(self._groups[key]) for key in self._known),
            skipped=skipped,
            refused=len(self.rows) - skipped - sum(map(len, self._groups.values())),
        )

    def ask(self, keep: Callable[[Outcome], Any]) -> Plan[Any]:
        """What `keep` makes of the outcome, in the end, and of what there is when the run is interrupted."""
        plan = yield from self.survey()
        read = f"{count(plan.calls)} calls cost {money(plan.least.usd)} for what they read alone"
        afford(self.how.budget_usd, plan.least.usd, read, plan.model, plan.rows)
        self.outcome.cached = sum(len(self._groups[key]) for key in self._known)
        there = len(self.rows) - sum(len(self._groups[key]) for key in self._missing)
        bar = Bar(len(self.rows), desc=f"{self.name}s", unit=self.name, shown=self.how.progress, done=there)
        try:
            with bar, self.how.within(self.session):
                if self._known:
                    yield Together([partial(self._row, key) for key in self._known], self.how.at_once)
                if self._missing:
                    yield from self._pay(bar)
        except GeneratorExit:
            raise  # somebody only wanted to see what would be sent
        except BaseException:  # Ctrl-C, or the task was cancelled
            keep(self.outcome)
            self.session.tell(
                f"stopped after {self._progress()} rows; they are in last.parsed.{self._resume()}"
            )
            raise
        if self.cache is not None:
            yield Run(partial(self.cache.put, {}))  # what met a locked file
        if self.stopped is not None:
            if self.outcome.last is None and None not in self.outcome.told:
                raise self.stopped
            self.session.tell(f"stopped after {self._progress()} rows: {self.stopped.what}{self._resume()}")
        return keep(self.outcome)

    def _pay(self, bar: Bar) -> Plan[None]:
        """Ask for what is missing; what another run is asking comes last, answered by then or free."""
        self._owner = begin()
        left = self._missing
        try:
            while left:
                plans = [partial(self._claimed, key) for key in left]
                yield Together(plans, self.how.at_once, self._watch(bar, left))
                left, self._theirs = self._theirs, []
                if self.stopped is not None or not left:
                    break
                yield Sleep(AGAIN, "another run is asking about the same rows")
        finally:
            end(self._owner)
            if self.cache is not None:
                self.cache.give_back(self._owner)

    def _claimed(self, key: bytes) -> Plan[None]:
        """Ask for one row, unless another run is doing so."""
        if self.cache is not None and not (yield Work(partial(self.cache.claim, key, self._owner))):
            self._theirs.append(key)
            return
        yield from self._row(key)
        if self.cache is not None and self.outcome.told[self._groups[key][0]] is not None:
            yield Work(partial(self.cache.give_back, self._owner, key))

    def _progress(self) -> str:
        done = len(self.rows) - self.outcome.told.count(NOT_ASKED)
        return f"{count(done)} of {count(len(self.rows))}"

    def _resume(self) -> str:
        return " The same again goes on from there." if self.cache is not None else ""

    def _watch(self, bar: Bar, keys: Sequence[bytes]) -> Callable[[int, Done], None]:
        def watch(position: int, _: Done) -> None:
            rows = self._groups[keys[position]]
            reason = self.outcome.told[rows[0]]
            if reason != NOT_ASKED:
                spent, self._shown = self._usd - self._shown, self._usd
                failed = len(rows) if reason is not None else 0
                bar.move(len(rows), usd=spent if self._usd else None, failed=failed)

        return watch

    def _row(self, key: bytes) -> Plan[None]:
        """Ask for one row, and for those that ask the same."""
        row = self.rows[self._groups[key][0]]
        assert isinstance(row, Row)
        paid: dict[bytes, bytes] = {}
        waited = 0
        while True:
            if self.stopped is not None:
                return
            try:
                value = yield from self._paid(row.plan(), paid)
            except BreakerOpen as problem:
                waited += 1
                if waited > PATIENCE:
                    self.stopped = self.stopped or problem
                    return
                yield Sleep(problem.retry_after or 30.0, problem.what)
            except _HOPELESS as problem:
                self.stopped = self.stopped or problem
                return
            except VeniceError as problem:
                kind = "" if type(problem) in _OURS else f"{type(problem).__name__}: "
                self._fail(key, problem, kind + problem.what)
                return
            except Exception as problem:  # noqa: BLE001  what the user's own shape raises, say
                self._fail(key, problem, f"{type(problem).__name__}: {plain(problem, 300)}")
                return
            else:
                break
        if self.cache is not None and paid:
            yield Run(partial(self.cache.put, paid))
        note = None
        if isinstance(value, Noted):
            value, note = value.value, value.note
        with self._lock:
            self._answered, self._failed = True, 0
        for nth, position in enumerate(self._groups[key]):
            self.outcome.answers[position] = deepcopy(value) if nth else value  # a list in a cell is its own
            self.outcome.told[position] = note

    def _fail(self, key: bytes, problem: Exception, reason: str) -> None:
        for position in self._groups[key]:
            self.outcome.told[position] = reason
        if not isinstance(problem, VeniceError) or type(problem) in _OURS or isinstance(problem, _OF_THE_ROW):
            return
        with self._lock:
            self._failed += 1
            if self._failed >= (DOWN if self._answered else DOOMED):
                self.stopped = self.stopped or problem

    def _paid(self, plan: Plan[Any], paid: dict[bytes, bytes]) -> Plan[Any]:
        """The plan, with each of its chats looked up first, and what was paid for added to `paid`."""
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                step = plan.send(value) if error is None else plan.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = (yield from self._send(step, paid)) if isinstance(step, Send) else (yield step)
            except BaseException as raised:  # noqa: BLE001  every failure is the plan's to handle
                error = raised

    def _send(self, step: Send, paid: dict[bytes, bytes]) -> Plan[Reply]:
        key = b""
        if self.cache is not None:
            key = self._asked(step.call)
            found = paid.get(key) or (yield Run(partial(self.cache.get, key)))
            if (again := _again(step.call, found)) is not None:
                return again
        reply: Reply = yield step
        with self._lock:
            self.outcome.usage += reply.usage
            self.outcome.cost += reply.cost
            self.outcome.last = reply
            self._usd += reply.cost.usd or 0.0
        # Cut short by a budget or the model, not by what was asked for: another time it may be whole.
        cut = reply.finish_reason == "length" and _LIMITS.isdisjoint(step.call.body or ())
        if reply.raw and not cut:
            paid[key] = json.dumps(reply.raw, default=str).encode()
        return reply

    def _asked(self, call: Call[Any]) -> bytes:
        return asked(self.session.settings.base_url, call)


def _again(call: Call[Reply], kept: bytes | None) -> Reply | None:
    """The reply that was kept, which costs nothing now; None when there is none that can be read."""
    if kept is None:
        return None
    try:
        reply: Reply = call.read(Received(200, {"content-type": "application/json"}, kept))
    except VeniceError:
        return None
    return replace(reply, usage=Usage(), cost=Cost(0.0, "charged"))
