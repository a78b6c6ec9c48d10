"""Finding jobs again: after a restart, from another process, by id; and one poller at a time."""

import asyncio
import threading

import pytest
from films import MODEL, Queue, World, film, media, order, processing

from venice_nb import errors
from venice_nb.jobs import plans, waiting
from venice_nb.jobs.job import Job
from venice_nb.policy import journal as rooms
from venice_nb.policy.entry import Entry
from venice_nb.policy.store import Unusable

FOREIGN = "9b2d7e2e-1111-4222-8333-123456789abc"


def again(world, key):
    """What a restart leaves: a new client and a journal that has to be opened."""
    rooms.close_all()
    rooms._files.clear()
    fresh = World(world.name, world.queue, key, out=world.out)
    fresh.driver._options["now"] = world.clock
    return fresh


def test_after_a_restart_the_journal_is_enough(world, key):
    ident = world.submit().id
    fresh = again(world, key)
    [job] = fresh.run(plans.jobs(fresh.session))
    assert (job.id, job.status, job.cost.usd) == (ident, "queued", 0.35)
    clip = fresh.does(fresh.run(plans.job(fresh.session, ident)).wait)
    assert clip.path.read_bytes() == film()
    assert (clip.prompt, clip.cost.usd) == ("fog over a canal", 0.35)


def test_jobs_is_a_table_of_jobs(world):
    world.wait(world.submit(prompt="the first"))
    world.submit(order("the second"))
    table = world.jobs()
    assert [job.prompt for job in table] == ["the second", "the first"]
    assert list(table.df.status) == ["queued", "done"]
    assert list(table.df.usd) == [0.35, 0.35]
    assert "2 jobs, 1 not finished" in repr(table)
    assert table.save().read_text().startswith("id,kind")


def test_a_job_is_found_by_its_id_by_its_op_and_by_itself(world):
    job = world.submit()
    assert world.job(job.id) == world.job(job.op) == world.job(job) == job
    assert world.job(f" {job.id.upper()} ") == job
    assert len({job, world.job(job.id)}) == 1


def test_a_model_that_is_not_the_journals_is_refused(world):
    """Bad input 47."""
    job = world.submit()
    assert world.job(job.id, model=MODEL, kind="video") == job
    with pytest.raises(errors.InvalidInput, match=rf"other-model.*{MODEL}") as caught:
        world.job(job.id, model="other-model")
    assert caught.value.field == "model"
    with pytest.raises(errors.InvalidInput, match="kind"):
        world.job(job.id, kind="music")


@pytest.mark.parametrize("ident", ["", "queued", None, 5, "123e4567", "op-000000000000", "../../x"])
def test_what_is_no_id_is_refused_and_nothing_is_sent(world, ident):
    with pytest.raises(errors.InvalidInput) as caught:
        world.job(ident, model=MODEL, kind="video")
    assert caught.value.field == "id"
    assert world.queue.asked == []


def test_a_job_ordered_elsewhere_needs_its_model_and_its_kind_where_the_model_is_not_listed(world):
    with pytest.raises(errors.InvalidInput, match="not in the journal") as caught:
        world.job(FOREIGN)
    assert "model=" in caught.value.do
    with pytest.raises(errors.InvalidInput, match="not in the journal") as caught:
        world.job(FOREIGN, model="a-model-of-next-year")
    assert "kind=" in caught.value.do
    assert world.job(FOREIGN[:-1] + "0", model="elevenlabs-music").kind == "music"
    assert world.job(FOREIGN[:-1] + "1", model="a-model-of-next-year", kind="video").kind == "video"
    job = world.job(FOREIGN, model=MODEL)
    assert world.wait(job).path.read_bytes() == film()
    assert world.queue.asked[-1][1] == {"model": MODEL, "queue_id": FOREIGN}
    assert world.job(FOREIGN) == job  # from now on the journal knows it


def test_a_job_of_another_key_is_shown_but_not_waited_for(world):
    ident = world.submit().id
    stranger = World(world.name, world.queue, "VENICE_INFERENCE_KEY_of_somebody_else", out=world.out)
    assert len(stranger.run(plans.jobs(stranger.session))) == 0
    [shown] = stranger.run(plans.jobs(stranger.session, all=True))
    assert shown.id == ident
    for act in (shown.wait, shown.poll):
        with pytest.raises(errors.InvalidInput, match="another key"):
            stranger.does(act)
    with pytest.raises(errors.InvalidInput, match="another key"):
        stranger.run(plans.job(stranger.session, ident))


def test_jobs_of_a_sandbox_end_with_it(key, tmp_path):
    """Its journal is in memory: nothing of it is found by another session, or in the user's folder."""
    first = World("sync", Queue(), key, live=False, out=tmp_path / "out")
    first.run(plans.submit(first.session, order()))
    assert len(first.run(plans.jobs(first.session))) == 1
    second = World("sync", Queue(), key, live=False, out=tmp_path / "out")
    assert len(second.run(plans.jobs(second.session))) == 0
    assert not rooms.journal_path().exists()


def test_two_threads_that_wait_share_one_film(key, tmp_path, monkeypatch):
    """Fault 28: one poller, one download, one file, for both."""
    queue = Queue()
    queue.polls = 2
    monkeypatch.setattr(waiting, "LIVE", (0.05, 0.05))
    monkeypatch.setattr(waiting, "OTHERS", 0.02)
    worlds = [World("sync", queue, key, out=tmp_path / "out") for _ in range(3)]
    job = worlds[0].run(plans.submit(worlds[0].session, order()))
    clips = []

    def wait(world):
        clips.append(world.run(plans.job(world.session, job.id)).wait())

    threads = [threading.Thread(target=wait, args=(world,)) for world in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(clips) == 3
    assert len({clip.path for clip in clips}) == 1
    assert queue.count("retrieve") == 3
    assert [each.name for each in (tmp_path / "out").iterdir()] == [clips[0].path.name]


def test_two_tasks_that_await_share_one_film(key, tmp_path, monkeypatch):
    """Fault 28, on one event loop."""
    queue = Queue()
    queue.polls = 2
    monkeypatch.setattr(waiting, "LIVE", (0.05, 0.05))
    monkeypatch.setattr(waiting, "OTHERS", 0.02)
    world = World("async", queue, key, out=tmp_path / "out")

    async def main():
        job = await world.session.run(plans.submit(world.session, order()))
        same = [await world.session.run(plans.job(world.session, job.id)) for _ in range(3)]
        return await asyncio.gather(*(each.wait() for each in same))

    clips = asyncio.run(main())
    assert len({clip.path for clip in clips}) == 1
    assert queue.count("retrieve") == 3
    assert [each.name for each in (tmp_path / "out").iterdir()] == [clips[0].path.name]


def test_who_does_not_hold_the_lease_asks_nothing_and_takes_the_file(world):
    job = world.submit()
    journal = rooms.journal_for(world.session.settings.base_url, world.session.key)
    assert journal.lease(job.op, "somebody-else", 1000)
    kept = world.out / "film.mp4"

    def finish(_):
        if len(world.clock.waits) == 3:
            world.out.mkdir()
            kept.write_bytes(film())
            journal.change(job.entry, state="done", file=str(kept), mime="video/mp4")

    world.clock.before = finish
    assert world.wait(job).path == kept
    assert world.queue.count("retrieve") == 0


def test_the_lease_of_one_who_is_gone_is_taken_over(world, monkeypatch):
    job = world.submit()
    journal = rooms.journal_for(world.session.settings.base_url, world.session.key)
    with monkeypatch.context() as patched:
        patched.setattr(rooms.os, "getpid", lambda: 2**22 + 7)  # no process has this number
        assert journal.lease(job.op, "of-the-dead", 1000)
    assert world.wait(job).path.is_file()


def test_parts_of_one_who_is_gone_are_swept_away(world):
    job = world.submit()
    world.out.mkdir()
    left = world.out / f".{waiting.delivery.stem(job.entry)}.99-dead.part"
    left.write_bytes(b"half a film")
    world.wait(job)
    assert not left.exists()


def test_a_poll_while_another_waits_only_looks(world):
    job = world.submit()
    journal = rooms.journal_for(world.session.settings.base_url, world.session.key)
    journal.lease(job.op, "somebody-else", 1000)
    journal.change(job.entry, state="processing", elapsed_ms=50.0, typical_ms=100.0)
    world.does(job.poll)
    assert (job.status, job.progress) == ("processing", 0.5)
    assert world.queue.count("retrieve") == 0


def test_a_finished_job_can_be_asked_again_with_poll(world):
    """The server may have changed its mind about a failure."""
    world.queue.answers["retrieve"] = [{"status": "failed"}, media()]
    job = world.submit()
    with pytest.raises(errors.JobError):
        world.wait(job)
    world.does(job.poll)
    assert job.done


def test_a_journal_that_cannot_be_read_leaves_what_was_known(world, monkeypatch):
    world.queue.answers["retrieve"] = [processing()]
    job = world.submit()

    def unusable(*_):
        raise Unusable("gone")

    monkeypatch.setattr(rooms.Journal, "find", unusable)
    assert job.status == "queued"


def test_a_wait_goes_on_when_the_journal_fails_it(world, monkeypatch, caplog):
    """Only the last note, that the film is on disk, must be written; it is told where the film is."""
    job = world.submit()

    def failing(*_, **__):
        raise Unusable("disk I/O error")

    monkeypatch.setattr(rooms.Journal, "change", failing)
    monkeypatch.setattr(rooms.Journal, "lease", failing)
    monkeypatch.setattr(rooms.Journal, "give_back", failing)
    with pytest.raises(errors.LocalLimit, match=r"saved as video-.*\.mp4"):
        world.wait(job)
    assert "could not be noted" in caplog.text


def test_an_order_that_is_just_being_sent_is_waited_for(world):
    """Another thread is placing it."""
    journal = rooms.journal_for(world.session.settings.base_url, world.session.key)
    sending = Entry(
        op="op-123456789abc",
        kind="video",
        model=MODEL,
        created=rooms.time.time(),
        pid=rooms.os.getpid(),
        host=rooms.socket.gethostname(),
    )
    journal.put(sending)
    job = Job.of(world.session, sending)

    def accepted(_):
        world.clock.before = None
        journal.change(sending, state="queued", queue_id=world.queue.bill())

    world.clock.before = accepted
    assert world.wait(job).path.is_file()
