"""Music, sound effects and long speech: what each model takes, costs and delivers."""

import io

import av
import pytest

import venice_nb as vn
from tests.sandbox.filming import Jobs
from venice_nb.sandbox.catalogue import models

PROMPT = "A calm piano melody"
LYRICS = "Softly the evening falls over the canal"
ACE, FX, MINIMAX25, MINIMAX26 = (
    "ace-step-15",
    "elevenlabs-sound-effects-v2",
    "minimax-music-v25",
    "minimax-music-v26",
)
SPEECH, SEED = "elevenlabs-tts-v3", "seed-audio-1-0"


@pytest.fixture
def jobs(desk, clock):
    return Jobs(desk, clock)


def queue(desk, model, **fields):
    body = {"model": model, "prompt": PROMPT, **fields}
    return desk.post("/audio/queue", {name: value for name, value in body.items() if value is not ...})


def test_a_piece_is_queued_polled_and_delivered(jobs, clock):
    job = jobs.queue("audio")
    assert job["status"] == "QUEUED"
    assert jobs.poll(job, "audio").json() == {
        "status": "PROCESSING",
        "average_execution_time": 2000,
        "execution_duration": 0,
    }
    clock.now += 2
    reply = jobs.poll(job, "audio")
    assert reply.headers["content-type"] == "audio/wav"
    assert reply.headers["x-venice-audio-format"] == "wav"
    assert float(reply.headers["x-venice-audio-duration"]) == pytest.approx(2, abs=0.01)
    with av.open(io.BytesIO(reply.content)) as sound:
        assert sound.duration / 1e6 == pytest.approx(2, rel=0.05)
    assert jobs.complete(job, "audio").json() == {"success": True}
    assert jobs.poll(job, "audio").status_code == 404


FORMATS = [
    (FX, 1, "audio/mpeg", "mp3"),
    ("mmaudio-v2-text-to-audio", "1", "audio/wav", "wav"),
    (ACE, 60, "audio/flac", "flac"),
]


@pytest.mark.parametrize(("model", "seconds", "mime", "container"), FORMATS)
def test_each_model_delivers_its_format_at_the_asked_length(jobs, model, seconds, mime, container):
    job = jobs.done("audio", model=model, duration_seconds=seconds)
    reply = jobs.poll(job, "audio")
    assert reply.headers["content-type"] == mime
    with av.open(io.BytesIO(reply.content)) as sound:
        assert sound.format.name == container
        assert sound.duration / 1e6 == pytest.approx(int(seconds), rel=0.05)


def test_speech_reads_the_prompt_and_a_longer_one_takes_longer(jobs):
    lengths = []
    for text in ("Good morning, Venice.", "Good morning, Venice. The boats are out and the bells ring."):
        job = jobs.queue("audio", model=SPEECH, prompt=text, duration_seconds=..., voice="Roger")
        jobs.clock.now += 2
        lengths.append(float(jobs.poll(job, "audio").headers["x-venice-audio-duration"]))
    assert lengths[1] > 1.5 * lengths[0] > 0


def test_the_same_request_gives_the_same_bytes(make, clock):
    pieces = []
    for _ in range(2):
        jobs = Jobs(make(), clock)
        pieces.append(jobs.poll(jobs.done("audio"), "audio").content)
    assert pieces[0] == pieces[1]


REFUSED = [
    (ACE, {"lyrics_optimizer": True}, "lyrics_optimizer"),
    (ACE, {"force_instrumental": True}, "force_instrumental"),
    (ACE, {"loop": True}, "loop"),
    (ACE, {"voice": "Aria"}, "voice"),
    (ACE, {"language_code": "en"}, "language_code"),
    (ACE, {"speed": 1.2}, "speed"),
    (ACE, {"duration_seconds": 59}, "duration_seconds"),
    (ACE, {"duration_seconds": 211}, "duration_seconds"),
    (ACE, {"duration_seconds": "long"}, "duration_seconds"),
    (ACE, {"duration_seconds": 0}, "duration_seconds"),
    (ACE, {"lyrics_prompt": "x" * 4097}, "lyrics_prompt"),
    (ACE, {"prompt": "too short"}, "prompt"),
    (ACE, {"prompt": "x" * 2001}, "prompt"),
    (FX, {"lyrics_prompt": LYRICS}, "lyrics_prompt"),
    ("elevenlabs-music", {"duration_seconds": 2}, "duration_seconds"),
    ("lyria-3-pro", {"duration_seconds": 30}, "duration_seconds"),
    ("minimax-music-v2", {}, "lyrics_prompt"),
    (MINIMAX25, {"lyrics_prompt": "short"}, "lyrics_prompt"),
    (MINIMAX25, {"lyrics_prompt": LYRICS, "lyrics_optimizer": True}, "lyrics_optimizer"),
    (MINIMAX26, {"lyrics_optimizer": True}, "lyrics_optimizer"),
    (SEED, {"voice": "Nobody"}, "voice"),
    (SEED, {"duration_seconds": 5}, "duration_seconds"),
]


@pytest.mark.parametrize(("model", "fields", "field"), REFUSED)
def test_a_field_the_model_does_not_take_is_400_and_costs_nothing(desk, model, fields, field):
    reply = queue(desk, model, **fields)
    assert reply.status_code == 400, reply.text
    assert field in {issue["path"][0] for issue in reply.json()["issues"]}
    assert desk.box.books == []


ACCEPTED = [
    (ACE, {"lyrics_prompt": LYRICS, "duration_seconds": "90"}),
    (FX, {"loop": True, "duration_seconds": 22}),
    ("elevenlabs-music", {"force_instrumental": True, "duration_seconds": 600}),
    ("minimax-music-v2", {"lyrics_prompt": LYRICS}),
    (MINIMAX25, {"lyrics_optimizer": True}),
    (MINIMAX25, {"force_instrumental": True}),
    (MINIMAX26, {"force_instrumental": True, "lyrics_prompt": "short"}),
    (SEED, {"voice": "Tim"}),
    (SPEECH, {"voice": "a-provider-id-of-my-own"}),
    ("stable-audio-25", {"duration_seconds": 190}),
]


@pytest.mark.parametrize(("model", "fields"), ACCEPTED)
def test_what_a_model_takes_is_queued_at_the_quoted_price(desk, model, fields):
    assert queue(desk, model, **fields).status_code == 200
    asked = {"model": model, "character_count": len(PROMPT)}
    if "duration_seconds" in fields:
        asked["duration_seconds"] = fields["duration_seconds"]
    assert desk.post("/audio/quote", asked).json()["quote"] == desk.box.books[0].usd


def test_a_bad_voice_is_answered_with_the_good_ones(desk):
    told = queue(desk, SEED, voice="Nobody").json()
    assert told["details"]["supported_voices"] == models()[SEED]["model_spec"]["voices"]


PRICES = [
    (ACE, {"duration_seconds": 60}, 0.03),
    (ACE, {"duration_seconds": 61}, 0.04),
    (ACE, {"duration_seconds": "210"}, 0.08),
    (ACE, {}, 0.03),
    ("elevenlabs-music", {"duration_seconds": 121}, 2.08),
    (FX, {"duration_seconds": 10}, 0.023),
    (SPEECH, {"character_count": 2000}, 0.23),
    (SEED, {}, 0.345),
    ("lyria-3-pro", {}, 0.1),
]


@pytest.mark.parametrize(("model", "fields", "price"), PRICES)
def test_quotes_follow_the_layout_of_the_price(desk, model, fields, price):
    assert desk.post("/audio/quote", {"model": model, **fields}).json() == {"quote": pytest.approx(price)}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (SPEECH, {}),  # billed by the character
        ("lyria-3-pro", {"duration_seconds": 30}),
        (ACE, {"duration_seconds": 30}),
        (ACE, {"seconds": 60}),
        ("llama-3.3-70b", {}),
    ],
)
def test_a_quote_that_cannot_be_made_is_400(desk, model, fields):
    assert desk.post("/audio/quote", {"model": model, **fields}).status_code == 400


def test_an_unused_reserve_is_returned_when_the_piece_is_done(jobs):
    before = jobs.desk.box.state.usd
    job = jobs.done("audio", model=SEED, prompt="x" * 150, duration_seconds=...)
    assert before - jobs.desk.box.state.usd == pytest.approx(0.345)
    jobs.poll(job, "audio")
    jobs.poll(job, "audio")
    assert before - jobs.desk.box.state.usd == pytest.approx(0.002875 * 10)


def test_some_words_are_refused_when_queued_with_a_milder_prompt(desk):
    reply = queue(desk, FX, prompt="an erotic saxophone at night")
    assert reply.status_code == 422
    assert reply.json()["suggested_prompt"] == "an saxophone at night"
    assert desk.box.books == []
    assert queue(desk, "elevenlabs-music", prompt="an erotic saxophone").status_code == 200  # uncensored


def test_others_are_refused_on_retrieve_every_time(jobs):
    job = jobs.done("audio", prompt="torture chamber drums")
    replies = [jobs.poll(job, "audio") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [422, 422]
    assert replies[1].json()["suggested_prompt"] == "chamber drums"


def test_a_broken_model_answers_500_and_refunds(jobs):
    before = jobs.desk.box.state.usd
    job = jobs.done("audio", prompt="a sandbox failure in B minor")
    assert jobs.poll(job, "audio").json()["credits_refunded"] is True
    assert jobs.desk.box.state.usd == pytest.approx(before)


def test_a_song_is_never_linked_and_its_strict_routes_know_no_other_key(make, clock):
    jobs = Jobs(make(delivery="link"), clock)
    job = jobs.queue("audio")
    assert set(job) == {"model", "queue_id", "status"}
    body = {"model": job["model"], "queueid": job["queue_id"]}
    assert jobs.desk.post("/audio/retrieve", body).status_code == 400
    assert queue(jobs.desk, FX, seed=3).status_code == 400


def test_what_a_reading_model_said_is_heard_again():
    v = vn.Venice.sandbox(job_seconds=0)
    read = v.audio.music.submit("A reading of some length.", model="elevenlabs-tts-v3", max_usd=1).wait()
    assert v.audio.transcribe(read).text == "A reading of some length."


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 400, "0" * 5000, "٣٠", "30\n", 1e300])
def test_a_duration_no_production_would_read_is_400(desk, digits):
    body = {"model": "elevenlabs-music", "duration_seconds": digits}
    assert desk.post("/audio/quote", body).status_code == 400
    assert desk.post("/audio/queue", {**body, "prompt": "Rain on a tin roof"}).status_code == 400
