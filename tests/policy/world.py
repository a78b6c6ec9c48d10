"""A small world for random schedules: calls in guards that share a ledger, a server that keeps count."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from scripted import Clock, answer, lost, make_call

from venice_nb import errors
from venice_nb.calls.call import Safety
from venice_nb.policy.flow import Answered, Attempt, attempts
from venice_nb.policy.ledger import MemoryLedger
from venice_nb.policy.limits import Guard
from venice_nb.policy.outcome import RULES, Fate, fate
from venice_nb.policy.steps import Sleep

OUTCOMES = {
    "fine": lambda: answer(200),
    "429": lambda: answer(429),
    "429 hint": lambda: answer(429, retry_after="3"),
    "blocked": lambda: answer(429, b'{"error": "Too many failed attempts (> 20)"}'),
    "500": lambda: answer(500),
    "502": lambda: answer(502),
    "503": lambda: answer(503, retry_after="30"),
    "504": lambda: answer(504),
    "400": lambda: answer(400),
    "401": lambda: answer(401),
    "402": lambda: answer(402),
    "connect": lambda: lost("connect"),
    "tls": lambda: lost("tls", final=True),
    "cut": lambda: lost("cut"),
    "timeout": lambda: lost("timeout"),
    "deadline": lambda: lost("deadline"),
}


@dataclass(eq=False)
class Flow:
    """One call on its way."""

    guard: Guard
    call: Any
    steps: Any
    step: Any = None
    due: float = 0.0
    sent: int = 0
    unknown: int = 0


@dataclass
class World:
    """The calls, the clock, and what the server saw fail. `check` states what always holds."""

    rpm: int = 60
    clock: Clock = field(default_factory=Clock)
    failures: list[float] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    dead: list[Any] = field(default_factory=list)  # of killed processes: never closed, never resumed
    sends: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger()
        self.guards = [self.new_guard() for _ in range(3)]

    def new_guard(self) -> Guard:
        return Guard(ledger=self.ledger, limits_for=lambda m, f: (self.rpm, 10_000), wall=self.clock.wall)

    def start(self, guard: int, safety: Safety, seed: int) -> None:
        call = make_call(safety, tokens=50)
        chosen = self.guards[guard % len(self.guards)]
        flow = Flow(chosen, call, attempts(call, chosen, rng=random.Random(seed), now=self.clock))
        self.flows.append(flow)
        self.go(flow, None)

    def go(self, flow: Flow, outcome: Any) -> None:
        try:
            if isinstance(outcome, BaseException):
                flow.step = flow.steps.throw(outcome)
            else:
                flow.step = flow.steps.send(outcome)
        except (StopIteration, errors.VeniceError, KeyboardInterrupt):
            self.flows.remove(flow)
            return
        if isinstance(flow.step, Sleep):
            assert 0 <= flow.step.seconds <= 140
            flow.due = self.clock.now + flow.step.seconds
        else:
            flow.due = self.clock.now + flow.step.timeouts.total
            flow.sent += flow.step.call is flow.call

    def respond(self, flow: Flow, name: str) -> None:
        if not isinstance(flow.step, Attempt):
            if self.clock.now >= flow.due:
                self.go(flow, None)
            return
        outcome = OUTCOMES[name]()
        reached = isinstance(outcome, Answered) or outcome.sent
        if reached and not (isinstance(outcome, Answered) and outcome.received.status < 300):
            self.failures.append(self.clock.now)
        lost_track = fate(outcome.received.status) if isinstance(outcome, Answered) else None
        if flow.step.call is flow.call and (lost_track is Fate.UNKNOWN or (lost_track is None and reached)):
            flow.unknown += 1
        self.go(flow, outcome)

    def pass_time(self, seconds: float) -> None:
        """Time passes; an attempt that reaches its total time ends there, as drivers see to."""
        until = self.clock.now + seconds
        while True:
            sent = [flow for flow in self.flows if isinstance(flow.step, Attempt) and flow.due <= until]
            if not sent:
                break
            first = min(sent, key=lambda flow: flow.due)
            self.clock.now = max(self.clock.now, first.due)
            self.respond(first, "deadline")
        self.clock.now = until

    def interrupt(self, flow: Flow) -> None:
        if isinstance(flow.step, Attempt):
            self.failures.append(self.clock.now)  # the worst case: it failed after all
        self.go(flow, KeyboardInterrupt())

    def kill(self, guard: int) -> None:
        """A process ends without a word; what it had sent fails at the server."""
        doomed = self.guards[guard % len(self.guards)]
        for flow in [flow for flow in self.flows if flow.guard is doomed]:
            if isinstance(flow.step, Attempt):
                self.failures.append(self.clock.now)
            self.dead.append(flow)
            self.flows.remove(flow)
        self.guards[self.guards.index(doomed)] = self.new_guard()

    def bury(self) -> None:
        """Close what was killed, without anyone looking: the garbage collector would."""
        self.ledger = MemoryLedger()
        for flow in self.dead:
            flow.steps.close()

    def check(self) -> None:
        now = self.clock.now
        assert sum(now - 30 <= when for when in self.failures) <= 18
        marks = sum(until > now for until, _ in self.ledger._marks.values())
        assert marks <= 18
        for flow in self.flows:
            assert flow.sent <= RULES[flow.call.safety].attempts
            if flow.call.safety in (Safety.MAKE, Safety.QUEUE, Safety.KEYS) and flow.unknown:
                raise AssertionError("sent on after a lost answer")
        for guard in self.guards:
            assert 0 <= guard.retries.tokens <= 50
            assert guard.risked <= 0.05 + 1e-9
            for pace in guard.limiter._paces.values():
                assert pace.in_flight >= 0
                assert pace.tokens == sum(sent.tokens for sent in pace.log) >= 0
                assert len(pace.queue) <= sum(flow.guard is guard for flow in self.flows)
                assert pace.in_flight <= sum(flow.guard is guard for flow in self.flows)
