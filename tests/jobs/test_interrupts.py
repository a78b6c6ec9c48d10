"""Ctrl-C and cancelling at every point between the price and the saved film, and what a failing job shows."""

import asyncio
import os
import sys

import httpx
import pytest
from films import COMPLETED, LINK, Queue, World, film, media, order, processing

from venice_nb import errors
from venice_nb.jobs import delivery
from venice_nb.policy import journal

STOPS = [KeyboardInterrupt, asyncio.CancelledError]


def parts(world):
    return [*world.out.glob(".*.part"), *world.out.glob("*.part")]


def stopping(monkeypatch, where, name, stop):
    """The next call of a function is interrupted, once."""
    real = getattr(where, name)
    left = [stop]

    def act(*args, **more):
        if left:
            raise left.pop()
        return real(*args, **more)

    monkeypatch.setattr(where, name, act)


@pytest.mark.parametrize("stop", STOPS)
def test_stopped_while_the_price_is_asked_nothing_is_ordered(world, stop):
    world.queue.answers["quote"] = [stop()]
    with pytest.raises(stop):
        world.submit()
    assert world.queue.count("queue") == 0
    assert len(world.jobs()) == 0


@pytest.mark.parametrize("stop", STOPS)
def test_stopped_while_the_order_is_sent_it_is_unknown_and_never_sent_again(world, stop):
    world.queue.answers["queue"] = [stop()]
    with pytest.raises(stop):
        world.submit()
    assert [job.status for job in world.jobs()] == ["unknown"]
    assert world.queue.count("queue") == 1


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("where", ["asking", "link", "checking", "syncing", "naming", "noting"])
def test_stopped_at_any_point_of_a_wait_the_film_is_there_the_next_time(world, monkeypatch, stop, where):
    world.queue.polls = 0
    if where == "link":
        world.queue.answers["queue"] = [{"model": "m", "queue_id": world.queue.bill(), "download_url": LINK}]
        world.queue.answers["retrieve"] = [COMPLETED, COMPLETED]
        world.queue.answers["link"] = [stop()]
    job = world.submit()
    if where == "asking":
        world.queue.answers["retrieve"] = [stop()]
    elif where == "noting":
        real, left = journal.Journal.change, [stop]

        def change(self, entry, **changes):
            if changes.get("state") == "done" and left:
                raise left.pop()
            return real(self, entry, **changes)

        monkeypatch.setattr(journal.Journal, "change", change)
    elif where != "link":
        stopping(
            monkeypatch,
            delivery,
            {"checking": "_checked", "syncing": "_sync", "naming": "_named"}[where],
            stop,
        )
    with pytest.raises(stop):
        world.wait(job)
    assert parts(world) == []
    clip = world.wait(world.job(job.id))
    assert clip.path.read_bytes() == film()
    assert [path.name for path in world.out.iterdir()] == [clip.path.name]
    assert world.queue.count("queue") == 1
    assert world.queue.count("complete") == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_of_a_fork_sees_the_jobs_and_harms_none(world):
    """The parent's connection to the journal is not the child's."""
    job = world.submit()
    child = os.fork()
    if child == 0:
        try:
            found = world.session and journal.journal_for(world.session.settings.base_url, world.session.key)
            ok = found.find(job.id) is not None and found.lease(job.entry.op, "child", 60.0)
            os._exit(0 if ok else 1)
        except BaseException:  # noqa: BLE001  nothing of the parent may run in the child
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert world.wait(job).path.is_file()  # the lease of the child that is gone is free


ANSWERS = {
    "refused": httpx.Response(422, json={"error": "no", "credits_refunded": True}),
    "expired": httpx.Response(404, json={"error": "gone"}),
    "wrong key": httpx.Response(401, json={"error": "no"}),
    "cut for ever": [media(film()[:500]) for _ in range(9)],
    "private link": {"status": "COMPLETED", "download_url": "http://169.254.169.254/x"},
}


def verbose(world, job):
    """The traceback of a wait, with the values of all variables. No frame of this test is in it."""
    from IPython.core.ultratb import VerboseTB

    try:
        made = VerboseTB(theme_name="nocolor")
    except TypeError:  # older ones
        made = VerboseTB(color_scheme="NoColor")
    try:
        world.wait(job)
    except errors.VeniceError:
        return made.text(*sys.exc_info())


@pytest.mark.parametrize("case", ANSWERS)
def test_not_even_a_traceback_with_all_its_variables_shows_the_key(world, key, case):
    """`%xmode Verbose` prints what every variable of every frame holds."""
    given = ANSWERS[case]
    job = world.submit()
    world.queue.answers["retrieve"] = given if isinstance(given, list) else [given]
    shown = verbose(world, job)
    assert "waiting.py" in shown
    assert key not in shown
    assert key[-16:] not in shown


def test_the_queue_can_be_asked_by_two_clients_of_one_key_for_one_price(key, clock, tmp_path):
    """Two kernels: one orders, the other waits."""
    queue = Queue(retrieve=[processing()])
    first = World("sync", queue, key, out=tmp_path / "out")
    second = World("sync", queue, key, out=tmp_path / "out")
    from venice_nb.jobs import plans

    job = first.run(plans.submit(first.session, order()))
    again = second.run(plans.job(second.session, job.id))
    assert again.wait().path == job.wait().path
    assert len(queue.billed) == 1
