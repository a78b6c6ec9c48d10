"""A film's life in the sandbox: quoted, charged, queued, polled, fetched, deleted."""

import io

import av
import pytest

from tests.sandbox.filming import FILM, Jobs, shot_once
from venice_nb.sandbox import Fault, Sandbox
from venice_nb.sandbox.studio.film import shooting

LINKED = {"model": "grok-imagine-text-to-video-private", "resolution": "480p", "aspect_ratio": "1:1"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(shooting, "shoot", shot_once)


@pytest.fixture
def jobs(desk, clock):
    return Jobs(desk, clock)


@pytest.fixture
def at(make, clock):
    """Jobs at a sandbox with settings."""
    return lambda **settings: Jobs(make(**settings), clock)


def test_a_film_is_quoted_queued_polled_and_delivered(jobs, clock):
    quote = jobs.desk.post("/video/quote", FILM).json()
    job = jobs.queue()
    assert set(quote) == {"quote"}
    assert set(job) == {"model", "queue_id"}
    clock.now += 0.5
    assert jobs.poll(job).json() == {
        "status": "PROCESSING",
        "average_execution_time": 2000,
        "execution_duration": 500,
    }
    clock.now += 1.5
    reply = jobs.poll(job)
    assert reply.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(reply.content)) as film:
        assert film.duration / 1e6 == pytest.approx(5, rel=0.05)
    assert jobs.poll(job).content == reply.content  # it stays until it is deleted


def test_the_id_of_a_job_does_not_depend_on_how_often_another_was_polled(at):
    impatient, calm = at(), at()
    first = impatient.queue()
    impatient.poll(first)
    assert calm.queue() == first
    second = impatient.queue()
    assert second["queue_id"] != first["queue_id"]
    assert calm.queue() == second


def test_what_was_quoted_is_charged_when_the_film_is_queued(jobs):
    quote = jobs.desk.post("/video/quote", FILM).json()["quote"]
    before = jobs.desk.box.state.usd
    jobs.queue()
    (charge,) = jobs.desk.box.books
    assert (charge.usd, charge.model, charge.sku) == (quote, FILM["model"], f"{FILM['model']}-video")
    assert jobs.desk.box.state.usd == pytest.approx(before - quote)


def test_a_film_that_costs_more_than_there_is_is_refused_and_not_charged(make, clock):
    desk = make(usd=0.05)
    assert desk.post("/video/queue", FILM).status_code == 402
    assert desk.box.books == []
    assert desk.box.state.jobs == {}


def test_the_same_request_gives_the_same_film_in_another_sandbox(make, clock, monkeypatch):
    monkeypatch.undo()  # the film itself this time
    films = []
    for _ in range(2):
        jobs = Jobs(make(), clock)
        films.append(jobs.poll(jobs.done()).content)
    assert films[0] == films[1]


def test_a_film_is_made_when_it_is_asked_for_and_only_once(jobs, monkeypatch):
    made = []
    monkeypatch.setattr(shooting, "shoot", lambda *given: made.append(1) or b"film")
    job = jobs.done()
    assert made == []
    jobs.poll(job)
    jobs.poll(job)
    assert made == [1]


def test_real_time_takes_a_minute_or_more_and_fast_two_seconds(at, clock):
    slow = at(real_time=True)
    job = slow.queue()
    state = slow.desk.box.state
    assert 45 <= state.jobs[job["queue_id"]].seconds <= 165
    typical = slow.poll(job).json()["average_execution_time"]
    assert 60_000 <= typical <= 150_000
    quick = at(job_seconds=0)
    assert quick.poll(quick.queue()).headers["content-type"] == "video/mp4"


def test_a_poll_that_deletes_is_the_last_one(jobs):
    job = jobs.done()
    assert jobs.poll(job, delete_media_on_completion=True).headers["content-type"] == "video/mp4"
    assert jobs.poll(job).status_code == 404


def test_a_poll_that_deletes_while_the_film_is_in_the_making_deletes_nothing(jobs, clock):
    job = jobs.queue()
    assert jobs.poll(job, delete_media_on_completion=True).json()["status"] == "PROCESSING"
    clock.now += 2
    assert jobs.poll(job).status_code == 200


def test_complete_says_false_while_the_film_is_in_the_making_and_deletes_it_after(jobs, clock):
    job = jobs.queue()
    assert jobs.complete(job).json() == {"success": False}
    clock.now += 2
    assert jobs.complete(job).json() == {"success": True}
    assert jobs.poll(job).status_code == 404


def test_complete_refuses_every_id_where_the_sandbox_is_told_so(at):
    jobs = at(complete_mode="refuse")
    job = jobs.done()
    reply = jobs.complete(job)
    assert (reply.status_code, reply.json()["error"]) == (400, "Request ID is invalid.")
    assert jobs.poll(job).status_code == 200  # and deletes nothing


@pytest.mark.parametrize(("delivery", "linked", "plain"), [("auto", 1, 0), ("link", 1, 1), ("binary", 0, 0)])
def test_the_delivery_follows_the_model_unless_the_sandbox_is_told_otherwise(at, delivery, linked, plain):
    jobs = at(delivery=delivery)
    assert ("download_url" in jobs.queue(**LINKED)) == bool(linked)
    assert ("download_url" in jobs.queue()) == bool(plain)


def test_a_linked_film_is_told_as_completed_and_never_sent(at):
    jobs = at(delivery="link")
    job = jobs.done()
    for _ in range(2):
        reply = jobs.poll(job, delete_media_on_completion=True)
        assert reply.json()["status"] == "COMPLETED"
        assert reply.json()["execution_duration"] == 2000


def test_an_id_unknown_of_another_model_or_of_another_family_is_400(jobs):
    job = jobs.done()
    unknown = "123e4567-e89b-12d3-a456-426614174000"
    for wrong in ({"queue_id": unknown}, {"model": "sora-2-text-to-video"}, {"queue_id": "nonsense"}):
        reply = jobs.poll({**job, **wrong})
        assert (reply.status_code, reply.json()["error"]) == (400, "Request ID is invalid.")
    assert jobs.poll(job, "audio").json()["error"] == "Request ID is invalid."


def test_media_expire_after_a_day_and_the_id_a_day_later(jobs, clock):
    job = jobs.done()
    clock.now += 86398
    assert jobs.poll(job).status_code == 404
    assert jobs.complete(job).status_code == 404
    clock.now += 86400
    assert jobs.poll(job).status_code == 400


def test_the_seeds_spelling_of_the_id_is_an_unrecognised_key(jobs):
    job = jobs.queue()
    for route in ("retrieve", "complete"):
        reply = jobs.desk.post(f"/video/{route}", {"model": job["model"], "queueid": job["queue_id"]})
        assert reply.status_code == 400
        issue = reply.json()["issues"][-1]
        assert (issue["code"], issue["keys"]) == ("unrecognized_keys", ["queueid"])


def test_a_refusal_that_refunds_shows_on_retrieve_stays_and_pays_back_once(jobs, clock):
    before = jobs.desk.box.state.usd
    job = jobs.queue(prompt="an erotic dance")
    assert jobs.poll(job).json()["status"] == "PROCESSING"
    clock.now += 1
    first, second = jobs.poll(job), jobs.poll(job)
    assert first.status_code == second.status_code == 422
    error = first.json()["error"]
    assert error["type"] == "provider_content_policy"
    assert error["credits_refunded"] is True
    assert error["recommended_model"] == "wan-2-7-text-to-video"
    assert first.json() == second.json()
    assert jobs.desk.box.state.usd == pytest.approx(before)
    assert [charge.usd for charge in jobs.desk.box.books] == [0.2, -0.2]


def test_a_refusal_without_refund_keeps_the_money(jobs):
    before = jobs.desk.box.state.usd
    reply = jobs.poll(jobs.done(prompt="a gory battle"))
    assert reply.status_code == 422
    assert reply.json()["error"]["credits_refunded"] is False
    assert jobs.desk.box.state.usd < before


def test_an_uncensored_model_refuses_fewer_words(jobs):
    job = jobs.done(model="longcat-text-to-video", resolution="720p", prompt="a nude statue")
    assert jobs.desk.box.state.jobs[job["queue_id"]].verdict is None


def test_a_model_that_breaks_answers_500_on_every_poll_and_refunds(jobs):
    before = jobs.desk.box.state.usd
    job = jobs.done(prompt="sandbox failure")
    replies = [jobs.poll(job) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [500] * 3
    assert replies[0].json()["credits_refunded"] is True
    assert jobs.desk.box.state.usd == pytest.approx(before)


def test_a_film_that_cannot_be_made_fails_for_good_and_is_paid_back(jobs, monkeypatch, caplog):
    def broken(_order, _seed):
        raise ZeroDivisionError

    monkeypatch.setattr(shooting, "shoot", broken)
    before = jobs.desk.box.state.usd
    job = jobs.done()
    first = jobs.poll(job)
    monkeypatch.undo()
    assert first.status_code == jobs.poll(job).status_code == 500
    assert first.json()["credits_refunded"] is True
    assert jobs.desk.box.state.usd == pytest.approx(before)
    assert "failed inside the sandbox" in caplog.text


def test_forty_films_a_minute_and_a_hundred_and_twenty_polls(at, clock):
    jobs = at(usd=1000)
    queued = [jobs.queue() for _ in range(40)]
    refused = jobs.desk.post("/video/queue", FILM)
    assert refused.status_code == 429
    assert len(jobs.desk.box.books) == 40
    polls = [jobs.poll(queued[0]).status_code for _ in range(121)]
    assert polls == [200] * 120 + [429]
    clock.now += 61
    assert jobs.desk.post("/video/queue", FILM).status_code == 200


def test_polls_use_up_nothing_of_an_explorers_day(at):
    jobs = at(tier="explorer")
    job = jobs.queue()
    assert [jobs.poll(job).status_code for _ in range(30)] == [200] * 30


def test_an_offline_model_still_delivers_what_it_finished(jobs):
    job = jobs.done()
    jobs.desk.box.state.offline.add(job["model"])
    assert jobs.poll(job).status_code == 200
    assert jobs.desk.post("/video/queue", FILM).status_code == 503


def test_made_films_beyond_the_memorys_bound_are_made_anew(jobs, monkeypatch):
    from venice_nb.sandbox import jobs as module

    monkeypatch.setattr(module, "KEPT", 1)
    one, two = jobs.done(), jobs.done(prompt="Another")
    first = jobs.poll(one).content
    jobs.poll(two)
    held = jobs.desk.box.state.jobs
    assert held[one["queue_id"]].media is None
    assert held[two["queue_id"]].media is not None
    assert jobs.poll(one).content == first


def test_a_fault_can_strike_a_job_at_every_step(make, clock):
    jobs = Jobs(
        make(faults=[Fault("/video/queue", status=500), Fault("/video/retrieve", status=503, times=2)]), clock
    )
    assert jobs.desk.post("/video/queue", FILM).status_code == 500
    assert jobs.desk.box.books == []
    job = jobs.done()
    assert [jobs.poll(job).status_code for _ in range(3)] == [503, 503, 200]


def test_a_transcript_of_a_film_on_the_web_says_that_nobody_watched(desk):
    url = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    reply = desk.post("/video/transcriptions", {"url": url}).json()
    assert "SANDBOX" in reply["transcript"]
    assert url in reply["transcript"]
    text = desk.post("/video/transcriptions", {"url": url, "response_format": "text"})
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == reply["transcript"]
    assert desk.post("/video/transcriptions", {"url": "https://example.org/film"}).status_code == 400
    assert desk.post("/video/transcriptions", {"url": url, "language": "en"}).status_code == 400


def test_transcription_of_the_web_can_be_retired(make):
    reply = make(retired=True).post("/video/transcriptions", {"url": "https://youtu.be/dQw4w9WgXcQ"})
    assert reply.status_code == 410
    assert reply.headers["deprecation"] == "true"
    assert "/chat/completions" in reply.headers["link"]


@pytest.mark.parametrize("wrong", [{"delivery": "post"}, {"complete_mode": "maybe"}])
def test_a_switch_with_an_unknown_value_is_told(wrong):
    with pytest.raises(ValueError, match="is n"):
        Sandbox(**wrong)
