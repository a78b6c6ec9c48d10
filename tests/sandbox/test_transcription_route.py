"""POST /audio/transcriptions: the sandbox knows its own words again, and describes everything else."""

import io
from itertools import pairwise

import numpy as np
import pytest

from venice_nb.sandbox.studio.sound.encode import decode, encode, resampled

FOX = "The quick brown fox jumps over the lazy dog. Venice speaks in many voices! How many boats are there?"
SEA = "In a hole in the ground there lived a hobbit. It was not a wet hole, filled with the ends of worms."
PARAKEET, WHISPER = "nvidia/parakeet-tdt-0.6b-v3", "openai/whisper-large-v3"


@pytest.fixture(autouse=True)
def _words():
    pytest.importorskip("espeakng_loader")


def say(desk, text=FOX, fmt="mp3", **fields):
    body = {"model": "tts-kokoro", "input": text, "response_format": fmt, **fields}
    reply = desk.post("/audio/speech", body)
    assert reply.status_code == 200, reply.text
    return reply.content


def samples(data, rate=24_000):
    return decode(data, rate=rate)[0][:, 0]


def hear(desk, data, name="a.mp3", model=PARAKEET, **fields):
    return desk(
        "POST", "/audio/transcriptions", files={"file": (name, data)}, data={"model": model, **fields}
    )


def text(desk, data, **fields):
    reply = hear(desk, data, **fields)
    assert reply.status_code == 200, reply.text
    return reply.json()["text"]


@pytest.mark.parametrize("fmt", ["mp3", "opus", "aac", "flac", "wav"])
def test_its_own_files_are_told_word_for_word(desk, fmt):
    name = {"opus": "a.ogg"}.get(fmt, f"a.{fmt}")
    assert text(desk, say(desk, fmt=fmt), name=name) == FOX


@pytest.mark.parametrize("fmt", ["mp3", "opus", "aac", "flac", "wav"])
def test_a_file_of_another_sandbox_is_known_by_its_recipe(make, fmt):
    name = {"opus": "a.ogg"}.get(fmt, f"a.{fmt}")
    assert text(make(), say(make(), fmt=fmt, speed=1.3, voice="am_adam"), name=name) == FOX


def test_a_streamed_file_is_known_here_and_elsewhere(desk, make):
    data = say(desk, streaming=True)
    assert text(desk, data) == FOX
    assert text(make(), data) == FOX


def test_pcm_is_known_in_a_wav_file(desk):
    raw = np.frombuffer(say(desk, "Hi there.", "pcm"), "<i2").astype(np.float32) / 32768
    assert text(desk, encode(raw, 24_000, "wav"), name="a.wav") == "Hi there."


@pytest.mark.parametrize(("fmt", "rate"), [("mp3", 16_000), ("opus", 24_000), ("aac", 44_100), ("wav", 8000)])
def test_words_survive_another_codec_rate_and_loudness(desk, fmt, rate):
    data = encode(resampled(samples(say(desk)) * 0.2, 24_000, rate), rate, fmt)
    assert text(desk, data, name={"opus": "a.ogg"}.get(fmt, f"a.{fmt}")) == FOX


def test_joined_pieces_are_told_in_order_with_their_times(desk):
    gap = np.zeros(12_345, np.float32)
    first, second = samples(say(desk, SEA, voice="am_adam")), samples(say(desk))
    data = encode(np.concatenate([first, gap, second]), 24_000, "mp3")
    reply = hear(desk, data, timestamps="true").json()
    assert reply["text"] == f"{SEA} {FOX}"
    words = reply["timestamps"]["word"]
    assert [word["word"] for word in words] == f"{SEA} {FOX}".split()
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    turn = (len(first) + len(gap)) / 24_000
    assert starts[len(SEA.split())] == pytest.approx(turn + 0.19, abs=0.05)


def test_a_cut_keeps_the_words_in_it(desk):
    whole = samples(say(desk))
    told = hear(desk, say(desk), timestamps="true").json()["timestamps"]["word"]
    begin, end = told[4]["start"], told[11]["end"]  # jumps ... voices!
    part = encode(whole[int(begin * 24_000) : int(end * 24_000)], 24_000, "mp3")
    assert text(desk, part) == "jumps over the lazy dog. Venice speaks in"


def test_words_are_known_over_music_and_noise(desk):
    speech = samples(say(desk))
    noise = np.random.default_rng(1).standard_normal(len(speech)).astype(np.float32)
    assert text(desk, encode(speech + 0.02 * noise, 24_000, "mp3")) == FOX


def test_word_times_are_where_the_words_sound(desk):
    data = say(desk, "Stop. Stop. Stop.", "wav")
    sound = samples(data)
    words = hear(desk, data, "a.wav", timestamps="true").json()["timestamps"]["word"]
    for before, after in pairwise(words):
        pause = sound[int((before["end"] + 0.02) * 24_000) : int((after["start"] - 0.02) * 24_000)]
        inside = sound[int(after["start"] * 24_000) : int(after["end"] * 24_000)]
        assert np.abs(pause).max() < 0.02 < np.abs(inside).max()


STAMPS = [
    (PARAKEET, {"word", "segment"}),
    (WHISPER, {"word", "segment"}),
    ("fal-ai/wizper", {"segment"}),
    ("elevenlabs/scribe-v2", {"word"}),
    ("stt-xai-v1", {"word"}),
]


@pytest.mark.parametrize(("model", "kinds"), STAMPS)
def test_timestamps_come_as_the_model_gives_them(desk, model, kinds):
    data = say(desk)
    assert "timestamps" not in hear(desk, data, model=model).json()
    reply = hear(desk, data, model=model, timestamps="true").json()
    assert set(reply["timestamps"]) == kinds
    if "segment" in kinds:
        assert [part["text"] for part in reply["timestamps"]["segment"]] == [
            "The quick brown fox jumps over the lazy dog.",
            "Venice speaks in many voices!",
            "How many boats are there?",
        ]
    assert reply["duration"] == pytest.approx(len(samples(data)) / 24_000, abs=0.1)


def test_the_default_model_may_leave_timestamps_out(make):
    desk = make(asr_timestamps=False)
    data = say(desk)
    assert "timestamps" not in hear(desk, data, timestamps="true").json()
    assert "timestamps" in hear(desk, data, model=WHISPER, timestamps="true").json()


def test_text_comes_as_plain_text(desk):
    reply = hear(desk, say(desk), response_format="text")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text == FOX


def tone(seconds=3.0, hertz=220):
    t = np.arange(round(seconds * 24_000)) / 24_000
    return (0.3 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def test_a_strange_sound_is_described_not_guessed(desk):
    say(desk)
    reply = hear(desk, encode(tone(), 24_000, "mp3"), timestamps="true").json()
    assert reply["text"].startswith("[sandbox] 3.0 s of mp3 audio: ")
    assert 218 <= int(reply["text"].partition(" Hz")[0].split()[-1]) <= 222
    assert reply["timestamps"]["word"] == []
    assert reply["timestamps"]["segment"][0]["text"] == reply["text"]


@pytest.mark.parametrize("hertz", [110, 440, 1000, 2500])
def test_a_single_tone_is_told_with_its_frequency(desk, hertz):
    assert f" a tone of {hertz} Hz" in text(desk, encode(tone(1.0, hertz), 24_000, "wav"))


def test_speech_made_elsewhere_is_described(desk, make):
    bare = encode(samples(say(make(), SEA)), 24_000, "mp3")  # no tags, and not said here
    say(desk, FOX)
    assert text(desk, bare).startswith("[sandbox]")


def test_tags_of_another_sound_are_not_believed(desk):
    comment = decode(say(desk, fmt="flac"))[2]["comment"]
    fake = encode(tone(5.0), 24_000, "flac", tags={"comment": comment.replace("fox", "cat")})
    assert text(desk, fake, name="a.flac").startswith("[sandbox]")


@pytest.mark.parametrize(
    "comment",
    [
        "[sandbox speech by eSpeak NG: en-us f3 1e9 1 1 1] hello",
        "[sandbox speech by eSpeak NG: en-us ../x 200 1 1 1] hello",
        "[sandbox speech by eSpeak NG: xx f3 200.0 1.0 1.0 1.0] hello",
        "[sandbox speech by eSpeak NG: en-us f3 1.1.1 1.0 1.0 1.0] hello",
        "[sandbox speech by eSpeak NG: en-us f3 200.0 1.0 1.0 1.0] ",
    ],
)
def test_a_made_up_recipe_does_no_harm(desk, comment):
    fake = encode(tone(), 24_000, "flac", tags={"comment": comment})
    assert text(desk, fake, name="a.flac").startswith("[sandbox]")


def picture():
    held = io.BytesIO()
    pytest.importorskip("PIL.Image").new("RGB", (64, 64)).save(held, "PNG")
    return held.getvalue()


UNHEARD = [b"", b"not audio at all" * 100, encode(np.zeros(24_000, np.float32), 24_000, "wav")]


@pytest.mark.parametrize("data", UNHEARD, ids=["empty", "corrupt", "silent"])
def test_empty_corrupt_and_silent_files_are_422_and_free(desk, data):
    reply = hear(desk, data, "a.wav")
    assert (reply.status_code, reply.json()["code"]) == (422, "ASR_UPSTREAM_VALIDATION_FAILED")
    assert desk.box.books == []


def test_a_wrong_kind_of_file_is_400(desk):
    for data, name in ((say(desk), "a.txt"), (picture(), "a.mp3"), (say(desk, fmt="opus"), "a.opus")):
        reply = hear(desk, data, name)
        assert (reply.status_code, reply.json()["code"]) == (400, "INVALID_AUDIO_FORMAT")
        strange = {"a.txt": "txt", "a.mp3": "png_pipe", "a.opus": "opus"}[name]
        assert f"Unsupported audio format: {strange}." in reply.json()["error"]


def test_a_file_beyond_25_mb_is_413(desk):
    assert hear(desk, bytes(25 * 1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "whisper-1"},
        {"response_format": "srt"},
        {"timestamps": "yes"},
        {"prompt": "x"},
        {"temperature": "0"},
    ],
)
def test_a_mistake_is_400(desk, fields):
    assert hear(desk, say(desk), **fields).status_code == 400


def test_a_file_and_a_model_are_needed_and_base64_is_no_file(desk):
    none = desk("POST", "/audio/transcriptions", files={"model": (None, PARAKEET)})
    assert (none.status_code, none.json()["error"]) == (400, "No audio file provided")
    named = desk("POST", "/audio/transcriptions", files={"file": ("a.mp3", say(desk))})
    assert (named.status_code, named.json()["error"]) == (400, "model is required")
    coded = desk("POST", "/audio/transcriptions", files={"model": (None, PARAKEET), "file": (None, "SUQz")})
    assert coded.status_code == 400
    assert desk.post("/audio/transcriptions", {"model": PARAKEET}).status_code == 415


def test_a_language_hint_counts_where_the_model_takes_one(desk):
    data = say(desk)
    assert text(desk, data, model=WHISPER, language="en") == FOX
    assert hear(desk, data, model=WHISPER, language="xx").status_code == 422
    assert text(desk, data, model="stt-xai-v1", language="xx") == FOX


def test_seconds_are_billed(desk):
    data = say(desk)
    hear(desk, data, model=WHISPER)
    charge = desk.box.books[-1]
    assert charge.model == WHISPER
    assert charge.units == pytest.approx(len(samples(data)) / 24_000, abs=0.1)
    assert charge.usd == pytest.approx(charge.units * 0.0001)


def test_another_language_is_told_too(desk):
    french = "Bonjour, comment allez-vous aujourd'hui ?"
    assert text(desk, say(desk, french, voice="ff_siwis")) == french
    japanese = "こんにちは、元気ですか。"
    assert text(desk, say(desk, japanese, voice="jf_alpha")) == japanese
