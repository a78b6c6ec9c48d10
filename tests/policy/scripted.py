"""A reference driver for the policy: scripted outcomes and a virtual clock instead of a server and time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from venice_nb.calls.call import Call, Received, Safety
from venice_nb.policy.flow import Answered, Attempt, Lost, attempts
from venice_nb.policy.limits import Guard
from venice_nb.policy.steps import Sleep

EPOCH = 1_790_000_000.0  # Unix time at virtual second 0


@dataclass
class Clock:
    """Monotonic seconds, and a wall clock that may be set wrong."""

    now: float = 1000.0
    wrong: float = 0.0

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now + self.wrong

    def server(self) -> float:
        return EPOCH + self.now


def unlimited(model: str, family: str) -> tuple[int | None, int | None]:
    return None, None


def quiet_guard(clock: Clock, **options: Any) -> Guard:
    """A guard in memory that asks the server for nothing."""
    options.setdefault("limits_for", unlimited)
    options.setdefault("truth", None)
    return Guard(wall=clock.wall, **options)


def make_call(safety: Safety = Safety.INFER, **changes: Any) -> Call[Received]:
    """A call of a class, paid where that class usually is."""
    paid = safety in (Safety.INFER, Safety.MAKE, Safety.QUEUE)
    values: dict[str, Any] = {
        "operation": f"operation{safety.value}",
        "method": "GET" if safety is Safety.READ else "POST",
        "path": {Safety.INFER: "/chat/completions", Safety.MAKE: "/image/generate"}.get(safety, "/thing"),
        "read": lambda received: received,
        "safety": safety,
        "model": "m-1",
        "family": "text",
        "paid": paid,
        "price": 0.001 if paid else None,
        "body": {"prompt": "a private wish about my grandmother's garden"},
    }
    return Call(**(values | changes))


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Answered:
    """An answer; header names are written with underscores."""
    return Answered(
        Received(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    )


def lost(kind: str = "cut", *, final: bool = False) -> Lost:
    sent = kind in ("timeout", "cut", "deadline", "interrupt")
    return Lost(sent=sent, reason=f"a {kind} for the test", kind=kind, final=final)  # type: ignore[arg-type]


@dataclass
class Run:
    """What a scripted call did."""

    result: Answered | None = None
    error: BaseException | None = None
    sent: list[tuple[float, str]] = field(default_factory=list)  # when, and which operation
    slept: list[Sleep] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    @property
    def gaps(self) -> list[float]:
        return [later[0] - earlier[0] for earlier, later in zip(self.sent, self.sent[1:], strict=False)]


def play(
    call: Call[Any],
    script: list[Any],
    *,
    clock: Clock | None = None,
    guard: Guard | None = None,
    seed: int = 1,
    takes: float = 0.0,
    max_retries: int | None = None,
    side: Any = None,
) -> Run:
    """Run a call against outcomes; the last one repeats. `side` answers the guard's own requests.

    An outcome may be a function of the attempt, or an exception to be thrown in.
    """
    clock = clock or Clock()
    guard = guard or quiet_guard(clock)
    run, script = Run(), list(script)
    flow = attempts(
        call, guard, rng=random.Random(seed), now=clock, max_retries=max_retries, on_event=run.events.append
    )
    try:
        step = next(flow)
        while True:
            if isinstance(step, Sleep):
                run.slept.append(step)
                clock.now += step.seconds
                step = flow.send(None)
                continue
            run.sent.append((clock.now, step.call.operation))
            clock.now += takes
            outcome = script[0] if step.call is call else side
            if step.call is call and len(script) > 1:
                script.pop(0)
            if callable(outcome) and not isinstance(outcome, type):
                outcome = outcome(step)
            step = flow.throw(outcome) if isinstance(outcome, BaseException) else flow.send(outcome)
    except StopIteration as stop:
        run.result = stop.value
    except BaseException as error:  # noqa: BLE001  the script decides which
        run.error = error
    return run


__all__ = ["Answered", "Attempt", "Clock", "Lost", "Run", "Sleep"]
