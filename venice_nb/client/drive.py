"""Two short drivers: they carry out the steps of a plan, one in this thread, one on the event loop.

A plan never sends or sleeps; a driver never decides. Whatever goes wrong in a step is thrown into the plan,
which may catch it, and comes out of the driver otherwise.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.aio import heartbeat
from venice_nb.client.booking import cost_of
from venice_nb.client.clock import glance
from venice_nb.client.http import clean
from venice_nb.client.lent import AsyncWholeReply, WholeReply
from venice_nb.client.together import in_tasks, in_threads
from venice_nb.errors import VeniceError
from venice_nb.policy.flow import Answered, Attempt, Event, Lost, attempts
from venice_nb.policy.steps import Fetch, Open, Plan, Planned, Run, Send, Sleep, Together, Work
from venice_nb.render.live import Countdown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from venice_nb.calls.call import Call
    from venice_nb.client.connection import AsyncConnection, Connection
    from venice_nb.client.session import Session
    from venice_nb.policy.limits import Guard

T = TypeVar("T")
SLICE = 0.25  # seconds; the longest a wait goes without looking up
GRACE = 1.0  # seconds that work in a thread gets to end when its task is cancelled
COUNTED = 1.0  # seconds; shorter waits are not worth a countdown


class _Policy:
    """What both drivers know: the guard before each attempt, and the session that books each answer."""

    def __init__(
        self, guard: Guard, session: Session, *, on_event: Callable[[Event], None] | None = None
    ) -> None:
        self.guard = guard
        self.session = session
        session.allowed = guard.allowed
        self._options: dict[str, Any] = {
            "max_retries": session.settings.max_retries,
            "on_event": on_event,
            "purse": session.purse,
            "missed": session.missed,
        }

    def _stream(self, answered: Answered, call: Call[Any], *, lent: bool = False) -> Any:
        """The stream of an answer, None when it came whole. What came of it is settled when it ends.

        The reply of a stream that is `lent` to the user is then also the last one of the client.
        """
        bare = replace(answered, stream=None)  # no cycle: a stream that is dropped is freed at once

        def then(read: Callable[[], Any]) -> None:
            with suppress(VeniceError):  # the loop over the stream raises what there is to raise
                result = self._taken(bare, call, read)
                if lent:
                    self.session.last = result

        if answered.stream is not None:
            answered.stream.then = then
            answered.stream.forsaken = partial(self.session.forsaken, call)
        return answered.stream

    def _whole(self, answered: Answered, call: Call[T]) -> T:
        """The reply that came in one piece where a stream was to be lent."""
        self.session.last = reply = self._read(answered, call)
        return reply

    def _read(self, answered: Answered, call: Call[T]) -> T:
        """The result in a whole answer, booked."""
        return self._taken(answered, call, partial(call.read, answered.received))

    def _taken(self, answered: Answered, call: Call[T], read: Callable[[], T]) -> T:
        """What `read` gives, booked; so is an answer that cannot be read, unless it was free."""
        try:
            result = read()
        except BaseException as error:
            if answered.hold is not None:
                answered.hold.settle(0.0 if getattr(error, "charged", "") == "no" else None)
            self.session.missed(call, error)
            raise
        return self._settle(answered, call, result)

    def _settle(self, answered: Answered, call: Call[Any], result: T) -> T:
        """Tell the limiter how many tokens were really used, the budget and the session what it cost."""
        usage = getattr(result, "usage", None)
        if answered.settle is not None and usage is not None:
            answered.settle(usage.total_tokens)
        if answered.hold is not None:
            cost = cost_of(result)
            answered.hold.settle(None if cost is None else cost.usd)
        self.session.book(result, call)
        return result


class Driver(_Policy):
    """Carries out plans in the calling thread."""

    def __init__(self, connection: Connection, *rest: Any, **more: Any) -> None:
        super().__init__(*rest, **more)
        self.connection = connection
        self.session.run = self.run

    def run(self, plan: Plan[T]) -> T:
        """The result of a plan."""
        return self._drive(plan, self._step)

    def _drive(self, plan: Generator[Any, Any, T], step: Callable[[Any], Any]) -> T:
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                wanted = plan.send(value) if error is None else plan.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # a generator's result is untyped here
            value = error = None
            try:
                value = step(wanted)
            except BaseException as raised:  # noqa: BLE001  every failure is the plan's to handle
                error = clean(raised)

    def _step(self, step: Any) -> Any:
        match step:
            case Send(call, watch):
                answered = self._answer(call)
                if (stream := self._stream(answered, call)) is not None:
                    return stream.finish(watch)
                return self._read(answered, call)
            case Open(call):
                answered = self._answer(call)
                return self._stream(answered, call, lent=True) or WholeReply(self._whole(answered, call))
            case Run(function):
                return _plain(function())
            case Sleep(seconds, why):
                wait(seconds, why)
                return None
            case Fetch():
                return self.connection.fetch(step)
            case Together():
                return in_threads(step, self.run)
            case Planned():
                return None
            case _:
                raise TypeError(f"not a step: {step!r}")

    def _answer(self, call: Call[Any]) -> Answered:
        return self._drive(attempts(call, self.guard, **self._options), self._attempt)

    def _attempt(self, step: Attempt | Sleep) -> Answered | Lost | None:
        if isinstance(step, Sleep):
            wait(step.seconds, step.why)
            return None
        return self.connection.attempt(step)


class AsyncDriver(_Policy):
    """Carries out plans on the running event loop."""

    def __init__(self, connection: AsyncConnection, *rest: Any, **more: Any) -> None:
        super().__init__(*rest, **more)
        self.connection = connection
        self.session.run = self.run

    async def run(self, plan: Plan[T]) -> T:
        """The result of a plan. In a notebook kernel, Ctrl-C ends it at once."""
        with heartbeat():
            return await self._drive(plan, self._step)

    async def _drive(self, plan: Generator[Any, Any, T], step: Callable[[Any], Any]) -> T:
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                wanted = plan.send(value) if error is None else plan.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # a generator's result is untyped here
            value = error = None
            try:
                value = await step(wanted)
            except BaseException as raised:  # noqa: BLE001  every failure is the plan's to handle
                error = clean(raised)

    async def _step(self, step: Any) -> Any:
        match step:
            case Send(call, watch):
                answered = await self._answer(call)
                if (stream := self._stream(answered, call)) is not None:
                    return await stream.finish(watch)
                return self._read(answered, call)
            case Open(call):
                answered = await self._answer(call)
                return self._stream(answered, call, lent=True) or AsyncWholeReply(self._whole(answered, call))
            case Work(function):
                return await _aside(function)
            case Run(function):
                value = function()
                return await value if inspect.isawaitable(value) else value
            case Sleep(seconds, why):
                await async_wait(seconds, why)
                return None
            case Fetch():
                return await self.connection.fetch(step)
            case Together():
                return await in_tasks(step, self.run)
            case Planned():
                return None
            case _:
                raise TypeError(f"not a step: {step!r}")

    async def _answer(self, call: Call[Any]) -> Answered:
        return await self._drive(attempts(call, self.guard, **self._options), self._attempt)

    async def _attempt(self, step: Attempt | Sleep) -> Answered | Lost | None:
        if isinstance(step, Sleep):
            await async_wait(step.seconds, step.why)
            return None
        return await self.connection.attempt(step)


def wait(seconds: float, why: str) -> None:
    """Sleep with a countdown; ends at once on Ctrl-C."""
    until = time.monotonic() + seconds
    countdown = Countdown(why) if seconds >= COUNTED and why else None
    try:
        while (left := until - time.monotonic()) > 0:
            glance()
            if countdown is not None:
                countdown.tick(left)
            time.sleep(min(SLICE, left))
    finally:
        if countdown is not None:
            countdown.done()


async def async_wait(seconds: float, why: str) -> None:
    """Sleep on the event loop with a countdown; ends at once when cancelled."""
    until = time.monotonic() + seconds
    countdown = Countdown(why) if seconds >= COUNTED and why else None
    try:
        while (left := until - time.monotonic()) > 0:
            if countdown is not None:
                countdown.tick(left)
            await asyncio.sleep(min(SLICE, left))
    finally:
        if countdown is not None:
            countdown.done()


async def _aside(function: Callable[[], T]) -> T:
    """What `function` gives, run in a thread. One that was begun cannot be stopped: it gets time to end."""
    work = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else asks
        await asyncio.wait([work], timeout=GRACE)
        raise


def _plain(value: Any) -> Any:
    """A tool's result in the synchronous world, where a coroutine can only be run on a loop of its own."""
    if not inspect.iscoroutine(value):
        return value
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(value)
    import concurrent.futures  # noqa: PLC0415  rarely needed: an async tool, a sync client, a running loop

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, value).result()
