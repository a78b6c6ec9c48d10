"""Several plans at the same time: in threads for the synchronous client, in tasks for the other."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING, Any

from venice_nb.policy.steps import Done

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from venice_nb.policy.steps import Together

SLICE = 0.25  # seconds; the longest a wait goes without looking up


def in_threads(step: Together, run: Callable[[Any], Any]) -> list[Done]:
    """What came of each plan. After an interruption no other begins; those under way end by themselves."""
    done = [Done()] * len(step.plans)
    waiting = list(enumerate(step.plans))[::-1]
    under_way: dict[Future[Done], int] = {}
    pool = ThreadPoolExecutor(max(1, step.at_once), "venice-nb")
    try:
        while waiting or under_way:
            while waiting and len(under_way) < step.at_once:
                position, make = waiting.pop()
                context = contextvars.copy_context()  # so that what a plan shows lands in this cell
                under_way[pool.submit(context.run, _outcome, make, run)] = position
            finished, _ = wait_for(under_way, timeout=SLICE, return_when=FIRST_COMPLETED)
            for future in finished:
                position = under_way.pop(future)
                done[position] = future.result()
                if step.watch is not None:
                    step.watch(position, done[position])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return done


def _outcome(make: Callable[[], Generator[Any, Any, Any]], run: Callable[[Any], Any]) -> Done:
    try:
        return Done(run(make()))
    except Exception as error:  # noqa: BLE001  one plan's failure is its own
        return Done(error=error)


async def in_tasks(step: Together, run: Callable[[Any], Awaitable[Any]]) -> list[Done]:
    """What came of each plan. An interruption stops those under way and waits until they have stopped."""
    done = [Done()] * len(step.plans)
    waiting = list(enumerate(step.plans))[::-1]

    async def work() -> None:
        while waiting:
            position, make = waiting.pop()
            try:
                done[position] = Done(await run(make()))
            except Exception as error:  # noqa: BLE001  one plan's failure is its own
                done[position] = Done(error=error)
            if step.watch is not None:
                step.watch(position, done[position])

    workers = [asyncio.ensure_future(work()) for _ in range(min(max(1, step.at_once), len(waiting)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return done
