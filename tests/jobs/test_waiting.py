"""Waiting: how often the server is asked, what its answers mean, and what a wait leaves behind."""

import asyncio
import errno
from pathlib import Path

import httpx
import pytest
from films import COMPLETED, LINK, MODEL, World, cut, film, media, order, processing, tune

from venice_nb import errors
from venice_nb.errors import StillRunning
from venice_nb.jobs import delivery
from venice_nb.policy.steps import Send


def ready(world, *answers, **more):
    """A job whose server gives these answers to what it is asked."""
    world.queue.answers["retrieve"] = list(answers)
    return world.submit(**more)


def parts(world):
    return list(world.out.glob(".*.part"))


def test_a_film_is_fetched_and_saved_when_it_is_made(world):
    world.queue.polls = 3
    job = world.submit()
    clip = world.wait(job)
    assert clip.path.read_bytes() == film()
    assert clip.path.parent == world.out
    assert (clip.width, clip.height) == (64, 48)
    assert (clip.model, clip.prompt, clip.job) == (MODEL, "fog over a canal", job.id)
    assert clip.cost.usd == 0.35
    assert (job.status, job.progress, job.path) == ("done", 1.0, clip.path)
    assert job.result.path == clip.path
    assert world.queue.count("retrieve") == 4
    assert parts(world) == []


def test_the_server_is_asked_every_five_to_ten_seconds(world):
    world.queue.polls = 30
    world.wait(world.submit())
    pauses = [each for each in world.clock.waits if each]
    assert len(pauses) == 30
    assert all(5 <= each <= 10 for each in pauses)
    assert len(set(pauses)) > 1  # never to the beat


def test_a_sandbox_is_asked_as_often_as_its_work_is_short(clock, key, tmp_path):
    """A twentieth of the usual time, never under a fifth of a second."""
    from films import Queue

    from venice_nb.jobs.plans import submit

    queue = Queue(retrieve=[processing(0, 1_000), processing(500, 40_000), processing(1, 10**9)])
    world = World("sync", queue, key, live=False, out=tmp_path / "out")
    world.run(submit(world.session, order())).wait()
    short, usual, long, *_ = clock.waits
    assert 0.2 <= short <= 0.23
    assert 2.0 <= usual <= 2.2
    assert 8.0 <= long <= 8.8


def test_nothing_is_ever_deleted_by_fetching(world):
    world.wait(world.submit())
    for path, body in world.queue.asked:
        assert not path.endswith("complete")
        assert "delete_media_on_completion" not in (body or {})


def test_the_spelling_of_the_server_is_echoed(world):
    ident = "123e4567-e89b-12d3-a456-426614174000"
    world.queue.answers["queue"] = [{"queueid": ident}]
    world.wait(world.submit())
    assert world.queue.asked[-1] == ("/video/retrieve", {"model": MODEL, "queueid": ident})


def test_progress_and_time_left_come_from_the_last_answer(world):
    job = ready(world, processing(25_000, 100_000), processing(250_000, 100_000), {"status": "PROCESSING"})
    assert (job.progress, job.left) == (0.0, None)
    world.does(job.poll)
    assert (job.status, job.progress, job.left) == ("processing", 0.25, 75.0)
    world.does(job.poll)
    assert (job.progress, job.left) == (0.99, 0.0)
    world.does(job.poll)
    assert job.progress == 0.99


def test_polling_takes_the_film_when_it_is_there(world):
    job = ready(world, media())
    assert job.result is None
    assert world.does(job.poll) is job
    assert job.result.path.read_bytes() == film()


def test_a_link_is_kept_at_queue_time_and_fetched_without_the_key(world):
    """Row 5 and fault 44: the address came once, and it never sees the key."""
    world.queue.answers["queue"] = [{"queue_id": world.queue.bill(), "download_url": LINK}]
    job = ready(world, processing(), COMPLETED)
    clip = world.wait(job)
    assert clip.path.read_bytes() == film()
    assert "/files/film-1" in [path for path, _ in world.queue.asked]
    assert "/files/film-1" not in world.queue.keyed


def test_a_link_in_the_last_answer_will_do(world):
    job = ready(world, {"status": "completed", "url": LINK})
    assert world.wait(job).path.read_bytes() == film()


def test_music_comes_as_sound(world):
    job = ready(world, processing(), media(tune(), "audio/wav"), kind="music", model="elevenlabs-music")
    sound = world.wait(job)
    assert (sound.data, sound.mime, sound.path.suffix) == (tune(), "audio/wav", ".wav")
    assert sound.path.read_bytes() == tune()
    assert [path for path, _ in world.queue.asked][-1] == "/audio/retrieve"


def test_waiting_twice_gives_the_same_file_and_asks_nobody(world):
    job = world.submit()
    first = world.wait(job)
    asked = len(world.queue.asked)
    assert world.wait(world.job(job.id)).path == first.path
    assert len(world.queue.asked) == asked


def test_await_waits_with_either_client(world):
    job = world.submit()

    async def main():
        return await job

    assert asyncio.run(main()).path.is_file()


def test_a_timeout_leaves_the_job_running(world):
    world.queue.polls = 100
    job = world.submit()
    with pytest.raises(StillRunning, match=r"wait\(\)") as caught:
        world.wait(job, timeout=20)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.job == job.id
    assert sum(world.clock.waits) == pytest.approx(20)
    world.queue.polls = 0
    assert world.wait(job).path.is_file()


@pytest.mark.parametrize("status", [503, 502, 429, 504])
def test_an_outage_of_ten_minutes_is_waited_out(world, status):
    """Fault 21: at least 15 s between the questions where the server is full, and the id is kept."""
    outage = [httpx.Response(status, json={"error": "The model is at capacity"})] * 40
    job = ready(world, *outage, media())
    assert world.wait(job).path.is_file()
    if status in (503, 429):
        assert sum(world.clock.waits) >= 600


def test_an_outage_is_waited_out_even_without_retries(clock, key, tmp_path):
    """max_retries=0 says not to send again; a job that is paid for is asked for all the same."""
    from films import Queue

    from venice_nb.jobs.plans import submit

    outage = [httpx.Response(503, json={"error": "busy"})] * 5 + [httpx.ReadError("cut")]
    world = World("sync", Queue(retrieve=[*outage, media()]), key, max_retries=0, out=tmp_path / "out")
    job = world.run(submit(world.session, order()))
    assert job.wait().path.is_file()
    assert sum(clock.waits) >= 90


def test_a_500_is_believed_when_it_is_said_twice(world):
    """Fault 22: the server replays its last word; the refund is told."""
    said = httpx.Response(500, json={"error": "the renderer failed", "credits_refunded": True})
    job = ready(world, said, said)
    with pytest.raises(errors.JobError, match=r"renderer failed.*gave the money back") as caught:
        world.wait(job)
    assert world.queue.count("retrieve") == 2
    assert max(world.clock.waits) >= 5
    assert (caught.value.credits_refunded, caught.value.charged) == (True, "no")
    assert (job.status, job.cost.usd) == ("failed", 0.0)


def test_a_500_said_once_was_an_accident(world):
    job = ready(world, httpx.Response(500, json={"error": "oops"}), processing(), media())
    assert world.wait(job).path.is_file()


@pytest.mark.parametrize(
    ("told", "charged", "sentence"),
    [(True, "no", "gave the money back"), (False, "yes", "did not give"), (None, "unknown", "did not say")],
)
def test_a_refusal_tells_about_the_money(world, told, charged, sentence):
    """Fault 23: the refund in all three states, and nothing is queued again."""
    inner = {"message": "not this", "type": "provider_content_policy", "recommended_model": "other-model"}
    if told is not None:
        inner["credits_refunded"] = told
    job = ready(world, httpx.Response(422, json={"error": inner}))
    with pytest.raises(errors.JobError, match=sentence) as caught:
        world.wait(job)
    error = caught.value
    assert (error.charged, error.credits_refunded, error.recommended_model) == (charged, told, "other-model")
    assert "other-model" in error.do
    assert world.queue.count("queue") == 1
    asked = len(world.queue.asked)
    with pytest.raises(errors.JobError, match=sentence):
        world.wait(job)
    assert len(world.queue.asked) == asked


def test_a_proposed_prompt_is_offered_and_never_used(world):
    job = ready(
        world,
        httpx.Response(422, json={"error": "too sad", "suggested_prompt": "a happy tune"}),
        kind="music",
        model="elevenlabs-music",
    )
    with pytest.raises(errors.JobError) as caught:
        world.wait(job)
    assert caught.value.suggested_prompt == "a happy tune"
    assert world.queue.count("queue") == 1


def test_a_failure_under_200_is_a_failure(world):
    job = ready(world, {"status": "FAILED", "error": {"message": "no frames"}})
    with pytest.raises(errors.JobError, match="no frames"):
        world.wait(job)


def test_a_404_says_that_it_has_expired(world):
    job = ready(world, httpx.Response(404, json={"error": "Media not found"}))
    with pytest.raises(errors.JobError, match="24 hours"):
        world.wait(job)
    assert job.status == "expired"


def test_a_400_says_that_the_id_is_not_known(world):
    job = ready(world, httpx.Response(400, json={"error": "Request ID is invalid."}))
    with pytest.raises(errors.JobError, match="Request ID is invalid"):
        world.wait(job)
    assert job.status == "failed"


def test_a_key_that_is_not_accepted_ends_the_wait_but_not_the_job(world):
    job = ready(world, httpx.Response(401, json={"error": "Authentication failed"}))
    with pytest.raises(errors.BadKey):
        world.wait(job)
    assert job.status == "queued"


def test_a_page_of_html_instead_of_an_answer_is_waited_out(world):
    portal = httpx.Response(200, text="<html>Log in</html>", headers={"content-type": "text/html"})
    job = ready(world, portal, media())
    assert world.wait(job).path.is_file()


def test_a_film_that_is_cut_is_fetched_again(world):
    """Fault 24: at 60 percent; the part is gone, and nothing was deleted at the server."""
    whole = film()
    at = len(whole) * 6 // 10
    job = ready(world, cut(whole[:at], len(whole)), media())
    assert world.wait(job).path.read_bytes() == whole
    assert parts(world) == []
    assert world.queue.count("complete") == 0


@pytest.mark.parametrize("broken", ["short", "torn", "page", "empty"])
def test_what_is_not_the_whole_film_is_fetched_again(world, broken):
    whole = film()
    answer = {
        "short": media(whole[:-400], **{"content-length": str(len(whole))}),
        "torn": httpx.Response(
            200, headers={"content-type": "video/mp4"}, stream=iter_of(whole[: len(whole) // 2])
        ),
        "page": media(b"<html>busy</html>"),
        "empty": media(b""),
    }[broken]
    job = ready(world, answer, media())
    assert world.wait(job).path.read_bytes() == whole
    assert [each.name for each in world.out.iterdir()] == [job.path.name]


def iter_of(data):
    """A body without an announced length, for either world."""

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield data

        async def __aiter__(self):
            yield data

    return Body()


def test_a_film_that_never_comes_whole_stays_at_the_server(world):
    job = ready(world, *[media(b"<html>busy</html>")] * 4, media())
    with pytest.raises(errors.VeniceError, match="could not be fetched") as caught:
        world.wait(job)
    assert "nothing was deleted" in caught.value.do
    assert job.status == "ready"
    assert world.wait(job).path.is_file()


@pytest.mark.parametrize("answers", [[httpx.ReadError("cut")], [httpx.Response(503, text="")] * 2])
def test_a_link_is_tried_a_few_times(world, answers):
    world.queue.answers["link"] = list(answers)
    job = ready(world, *[{**COMPLETED, "url": LINK}] * 4)
    assert world.wait(job).path.is_file()


@pytest.mark.parametrize(
    ("status", "left", "word"),
    [(404, "expired", "24 hours"), (410, "expired", "24 hours"), (429, "ready", "too often")],
)
def test_a_link_that_no_longer_works_is_explained(world, status, left, word):
    world.queue.answers["link"] = [httpx.Response(status, text="")]
    job = ready(world, {**COMPLETED, "url": LINK})
    with pytest.raises(errors.VeniceError, match=word):
        world.wait(job)
    assert job.status == left


def test_a_full_disk_leaves_the_film_at_the_server(world, monkeypatch):
    """Fault 25: the error tells how much is free, and waiting again is all it takes."""
    job = ready(world, media(), media())
    keep = delivery.keep

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(delivery, "keep", full)
    with pytest.raises(errors.VeniceError, match=r"No space left.*") as caught:
        world.wait(job)
    assert "are free" in caught.value.what
    assert f"v.job('{job.id}').wait()" in caught.value.do
    assert job.status == "ready"
    assert parts(world) == []
    monkeypatch.setattr(delivery, "keep", keep)
    assert world.wait(job).path.is_file()


def test_a_disk_that_fills_up_while_the_film_arrives_is_the_same(world):
    class Full(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield film()[:100]
            raise OSError(errno.ENOSPC, "No space left on device")

        async def __aiter__(self):
            yield film()[:100]
            raise OSError(errno.ENOSPC, "No space left on device")

    full = httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Full())
    job = ready(world, full, media())
    with pytest.raises(errors.VeniceError, match="No space left"):
        world.wait(job)
    assert parts(world) == []
    assert world.wait(job).path.is_file()


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_fetched(world):
    Path(world.out).write_text("a file stands here")
    job = ready(world, media())
    with pytest.raises(errors.VeniceError, match="could not be saved"):
        world.wait(job)
    assert world.queue.count("retrieve") == 0


@pytest.mark.parametrize("stop", [KeyboardInterrupt, asyncio.CancelledError])
def test_an_interruption_leaves_the_job_and_says_how_to_go_on(world, stop, caplog):
    """Fault 45: waiting."""
    world.queue.polls = 5
    job = world.submit()

    def interrupt(_):
        world.clock.before = None
        raise stop

    world.clock.before = interrupt
    with pytest.raises(stop):
        world.wait(job)
    assert f"v.job('{job.id}').wait() resumes it" in caplog.text
    assert world.wait(job).path.is_file()


def test_an_interruption_while_the_film_arrives_leaves_no_part(world, caplog):
    """Fault 45: saving."""

    class Stopped(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield film()[:100]
            raise KeyboardInterrupt

        async def __aiter__(self):
            yield film()[:100]
            raise KeyboardInterrupt

    stopped = httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Stopped())
    job = ready(world, stopped, media())
    with pytest.raises(KeyboardInterrupt):
        world.wait(job)
    assert parts(world) == []
    assert "resumes it" in caplog.text
    assert world.wait(job).path.is_file()


def test_a_plan_that_is_dropped_gives_its_lease_back(world):
    """A task that was never finished keeps nobody else waiting."""
    world.queue.polls = 1
    job = world.submit()
    plan = job._waiting(None, None)
    step = plan.send(None)
    while not isinstance(step, Send):
        step = plan.send(step.function())
    plan.close()
    assert world.wait(job).path.is_file()
    assert max(world.clock.waits) > 1  # nobody else was waited for


def test_a_film_of_the_same_name_is_never_replaced(world):
    job = world.submit()
    name = delivery.stem(job.entry) + ".mp4"
    world.out.mkdir()
    (world.out / name).write_bytes(b"something of the user's")
    clip = world.wait(job)
    assert clip.path.name == name.replace(".mp4", "-2.mp4")
    assert (world.out / name).read_bytes() == b"something of the user's"


def test_a_file_that_is_gone_is_fetched_again(world):
    job = world.submit()
    world.wait(job).path.unlink()
    assert job.result is None
    assert world.wait(job).path.read_bytes() == film()
