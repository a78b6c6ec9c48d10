"""Several plans at the same time: in threads for the synchronous client, in tasks for the other."""

from __future__ import annotations

import asyncio
import contextvars
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from itertools import islice
from typing import TYPE_CHECKING, Any

from venice_nb.client.clock import glance
from venice_nb.policy.steps import Done

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from venice_nb.policy.steps import Together

SLICE = 0.25  # seconds; the longest a wait goes without looking up
WINDOW = 0.05  # seconds between two looks at how busy this process is
BUSY, IDLE = 0.9, 0.6  # CPU seconds per second above which a lane is closed, below which one is opened


class Lanes:
    """How many plans may be under way: all of them while this process waits, fewer while it has no time left.

    Threads share one interpreter. Eight of them that read from a server which answers at once take it from
    each other all the time, and need twice the CPU of one; with a tenth of a second to wait, eight are right.
    So all begin, their number is halved while they keep the interpreter busy, and doubled when it is idle.
    """

    def __init__(
        self,
        most: int,
        now: Callable[[], float] = time.perf_counter,
        spent: Callable[[], float] = time.process_time,
    ) -> None:
        self.open = self._most = most
        self._now, self._spent = now, spent
        self._since, self._before, self._ended = now(), spent(), 0

    def look(self, ended: int) -> None:
        """Open or close lanes by how busy this process has been while as many plans ended as lanes are open.

        A shorter look would see answers that arrive together as work, and the wait for them as rest.
        """
        self._ended += ended
        now = self._now()
        passed = now - self._since
        if self._ended < self.open or passed < WINDOW:
            return
        spent = self._spent()
        busy = (spent - self._before) / passed
        self._since, self._before, self._ended = now, spent, 0
        if busy > BUSY:
            self.open = max(1, self.open // 2)
        elif busy < IDLE:
            self.open = min(self._most, self.open * 2)


def in_threads(step: Together, run: Callable[[Any], Any]) -> list[Done]:
    """What came of each plan. After an interruption no other begins; those under way end by themselves."""
    done: dict[int, Done] = {}
    waiting = enumerate(step.plans)
    under_way: dict[Future[Done], int] = {}
    lanes = Lanes(max(1, step.at_once))
    pool = ThreadPoolExecutor(lanes.open, "venice-nb")
    try:
        while True:
            for position, make in islice(waiting, max(0, lanes.open - len(under_way))):
                context = contextvars.copy_context()  # so that what a plan shows lands in this cell
                under_way[pool.submit(context.run, _outcome, make, run)] = position
            if not under_way:
                break
            glance()
            finished, _ = wait_for(under_way, timeout=SLICE, return_when=FIRST_COMPLETED)
            for future in finished:
                position = under_way.pop(future)
                done[position] = future.result()
                if step.watch is not None:
                    step.watch(position, done[position])
            if step.easing:
                lanes.look(len(finished))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [done[position] for position in sorted(done)]


def _outcome(make: Callable[[], Generator[Any, Any, Any]], run: Callable[[Any], Any]) -> Done:
    try:
        return Done(run(make()))
    except Exception as error:  # noqa: BLE001  one plan's failure is its own
        return Done(error=error)


async def in_tasks(step: Together, run: Callable[[Any], Awaitable[Any]]) -> list[Done]:
    """What came of each plan. An interruption stops those under way and waits until they have stopped."""
    done: dict[int, Done] = {}
    waiting = enumerate(step.plans)

    async def work() -> None:
        for position, make in waiting:  # all workers take from the same one
            try:
                done[position] = Done(await run(make()))
            except Exception as error:  # noqa: BLE001  one plan's failure is its own
                done[position] = Done(error=error)
            if step.watch is not None:
                step.watch(position, done[position])

    workers = [asyncio.ensure_future(work()) for _ in range(max(1, step.at_once))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [done[position] for position in sorted(done)]
