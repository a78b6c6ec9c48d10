"""Several plans at the same time: in threads for the synchronous client, in tasks for the other."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from itertools import islice
from typing import TYPE_CHECKING, Any

from venice_nb.policy.steps import Done

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from venice_nb.policy.steps import Together

SLICE = 0.25  # seconds; the longest a wait goes without looking up


def in_threads(step: Together, run: Callable[[Any], Any]) -> list[Done]:
    """What came of each plan. After an interruption no other begins; those under way end by themselves."""
    done: dict[int, Done] = {}
    waiting = enumerate(step.plans)
    under_way: dict[Future[Done], int] = {}
    most = max(1, step.at_once)
    pool = ThreadPoolExecutor(most, "venice-nb")
    try:
        while True:
            for position, make in islice(waiting, most - len(under_way)):
                context = contextvars.copy_context()  # so that what a plan shows lands in this cell
                under_way[pool.submit(context.run, _outcome, make, run)] = position
            if not under_way:
                break
            finished, _ = wait_for(under_way, timeout=SLICE, return_when=FIRST_COMPLETED)
            for future in finished:
                position = under_way.pop(future)
                done[position] = future.result()
                if step.watch is not None:
                    step.watch(position, done[position])
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
