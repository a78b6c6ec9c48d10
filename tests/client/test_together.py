"""Several plans at the same time: order, limits, failures, and what an interruption leaves."""

import asyncio
import threading
import time
from functools import partial

import pytest

import venice_nb as vn
from venice_nb.client import together as lanes
from venice_nb.client.clock import watched
from venice_nb.client.together import Lanes
from venice_nb.policy.steps import Done, Run, Together


def together(step):
    def plan():
        return (yield step)

    return lambda client: client._driver.run(plan())


def doing(function, *args):
    def plan():
        return (yield Run(lambda: function(*args)))

    return plan


@pytest.fixture
def world(world):
    return world.open("http://127.0.0.1:9/api/v1")


def test_results_come_in_the_order_of_the_plans(world):
    plans = [doing(lambda n=n: n * n) for n in range(20)]
    assert [done.value for done in world.run(together(Together(plans)))] == [n * n for n in range(20)]


def test_one_failure_is_its_own(world):
    def fail():
        raise vn.InvalidInput("no", field="x")

    done = world.run(together(Together([doing(int), doing(fail), doing(int)])))
    assert [each.value for each in done] == [0, None, 0]
    assert isinstance(done[1].error, vn.InvalidInput)


def test_no_plans_give_no_results(world):
    assert world.run(together(Together([]))) == []


def test_an_iterator_is_asked_for_a_plan_when_its_turn_comes_and_may_end_early(world):
    """A source without end: what is watched decides when it is over."""
    made, ended = [], []

    def source():
        while not ended:
            assert len(made) - len(seen) < 3, "no plan is made before there is room for it"
            made.append(len(made))
            yield doing(lambda n=made[-1]: n)

    def watch(position, done):
        seen[position] = done.value
        if len(seen) >= 10:
            ended.append(True)

    seen = {}
    results = world.run(together(Together(source(), at_once=3, watch=watch)))
    assert [done.value for done in results] == made
    assert 10 <= len(made) <= 12


def test_what_an_iterator_of_plans_raises_is_raised(world):
    def source():
        yield doing(int)
        raise ValueError("the file ended too soon")

    with pytest.raises(ValueError, match="too soon"):
        world.run(together(Together(source(), at_once=2)))


def test_each_outcome_is_watched_as_it_comes(world):
    seen = {}
    world.run(together(Together([doing(lambda n=n: n) for n in range(5)], watch=seen.__setitem__)))
    assert seen == {n: Done(n) for n in range(5)}


def test_no_more_run_at_once_than_allowed(world):
    lock, now, most = threading.Lock(), [0], [0]

    async def busy():
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0.01)
        now[0] -= 1

    def blocking():
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1

    work = busy if world.name == "async" else blocking
    world.run(together(Together([doing(work)] * 12, at_once=3)))
    assert most == [3]


def looked(most, busy):
    """How many lanes are open after each look, when this process was so busy since the one before."""
    moment, spent = [0.0], [0.0]
    found = Lanes(most, lambda: moment[0], lambda: spent[0])
    opened = [found.open]
    for share in busy:
        moment[0] += 0.1
        spent[0] += 0.1 * share
        found.look(ended=found.open)
        opened.append(found.open)
    return opened


def test_lanes_close_while_the_interpreter_is_busy_and_open_while_it_waits():
    assert looked(8, [1.2, 1.2, 1.0, 1.0]) == [8, 4, 2, 1, 1]
    assert looked(8, [1.2, 1.2, 0.1, 0.1, 0.1]) == [8, 4, 2, 4, 8, 8]
    assert looked(8, [0.1, 0.3]) == [8, 8, 8], "with a server to wait for, all are under way"
    assert looked(6, [1.0, 0.8, 0.8]) == [6, 3, 3, 3], "what is nearly full stays as it is"
    assert looked(6, [1.0, 0.1, 0.1]) == [6, 3, 6, 6]


def test_looks_too_close_to_each_other_change_nothing():
    moment = [0.0]
    found = Lanes(8, lambda: moment[0], lambda: moment[0])
    for _ in range(4):
        moment[0] += 0.01
        found.look(ended=8)
    assert found.open == 8
    moment[0] += 0.02
    found.look(ended=0)
    assert found.open == 4


def test_answers_that_arrive_together_are_looked_at_with_the_wait_for_them():
    """Eight answers after half a second of rest: the time to read them is no reason to ask for fewer."""
    moment, spent = [0.0], [0.0]
    found = Lanes(8, lambda: moment[0], lambda: spent[0])
    for _ in range(5):
        moment[0] += 0.5
        for _ in range(8):
            moment[0] += 0.06
            spent[0] += 0.06
            found.look(ended=1)
            assert found.open == 8


@pytest.mark.parametrize("easing", [True, False])
def test_plans_that_are_all_work_make_way_for_each_other(world, monkeypatch, easing):
    """A process whose CPU time runs as fast as the clock: only one thread is left, if the plans allow it."""
    if world.name == "async":
        pytest.skip("tasks share one thread as it is")
    monkeypatch.setattr(lanes, "Lanes", partial(Lanes, spent=time.perf_counter))
    lock, now, seen = threading.Lock(), [0], []

    def work():
        with lock:
            now[0] += 1
            seen.append(now[0])
        time.sleep(0.06)
        with lock:
            now[0] -= 1

    done = world.run(together(Together([doing(work)] * 16, at_once=4, easing=easing)))
    assert len(done) == 16
    assert max(seen) == 4
    assert (seen[-3:] == [1, 1, 1]) is easing


def test_after_an_interruption_no_other_plan_begins(world):
    """The one who watches may be interrupted too: finished work has been seen by then."""
    begun = []

    def watch(position, done):
        raise InterruptedError

    plans = [doing(begun.append, n) for n in range(100)]
    with pytest.raises(InterruptedError):
        world.run(together(Together(plans, at_once=2, watch=watch)))
    assert len(begun) < 100


def test_whoever_watches_the_waits_of_a_thread_ends_the_wait_for_plans_in_others():
    begun = []

    def look():
        if begun:
            raise KeyboardInterrupt

    plans = [doing(begun.append, n) for n in range(100)]
    with watched(look), pytest.raises(KeyboardInterrupt):
        together(Together(plans, at_once=2))(vn.Venice.sandbox())
    assert len(begun) < 100


def test_cancelling_stops_the_plans_under_way(key):
    stopped = []

    async def long():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append(True)
            raise

    async def main():
        client = vn.AsyncVenice(key, base_url="http://127.0.0.1:9/api/v1")
        task = asyncio.ensure_future(together(Together([doing(long)] * 4))(client))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert stopped == [True] * 4
