"""POST /audio/speech."""

import io

import av
import numpy as np
import pytest

from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.exchange import Pause, Request
from venice_nb.sandbox.studio.sound.encode import decode
from venice_nb.sandbox.studio.sound.hear import pitch

TEXT = "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs."
TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
TTS = {name: model["model_spec"] for name, model in models().items() if model["type"] == "tts"}
OFFERED = [(name, fmt) for name, spec in TTS.items() for fmt in spec["supported_formats"]]


def ask(desk, text=TEXT, model="tts-kokoro", **fields):
    return desk.post("/audio/speech", {"model": model, "input": text, **fields})


def refused(desk, **fields):
    reply = ask(desk, **fields)
    assert reply.status_code == 400, reply.text
    return reply.json()


def heard(reply):
    """Samples and rate of a reply, pcm at the rate of its model."""
    if reply.headers["content-type"] == "audio/pcm":
        rate = 48_000 if reply.headers["x-venice-model-id"] == "tts-gradium-v1" else 24_000
        return np.frombuffer(reply.content, "<i2") / 32768, rate
    samples, rate, _ = decode(reply.content)
    return samples[:, 0], rate


def seconds(reply):
    samples, rate = heard(reply)
    return len(samples) / rate


@pytest.mark.parametrize(("model", "fmt"), OFFERED)
def test_every_offered_format_is_what_it_says(desk, model, fmt):
    reply = ask(desk, "Good day to you all.", model, response_format=fmt)
    assert (reply.status_code, reply.headers["content-type"]) == (200, TYPES[fmt])
    assert reply.headers["x-venice-model-id"] == model
    assert 1 < seconds(reply) < 3
    if fmt != "pcm":
        with av.open(io.BytesIO(reply.content)) as opened:
            track = opened.streams.audio[0]
            wanted = 48_000 if model == "tts-gradium-v1" or fmt == "opus" else 24_000
            assert (track.codec_context.sample_rate, track.codec_context.channels) == (wanted, 1)
            assert abs(float(opened.duration) / 1e6 - seconds(reply)) < 0.05 * seconds(reply) + 0.1


def test_all_formats_of_one_text_have_the_same_length(desk):
    lengths = {fmt: seconds(ask(desk, response_format=fmt)) for fmt in TYPES}
    assert all(length == pytest.approx(lengths["wav"], rel=0.05) for length in lengths.values())


def test_pcm_is_headerless_at_the_models_rate(desk):
    wav, pcm = (ask(desk, "Hello.", response_format=fmt) for fmt in ("wav", "pcm"))
    assert wav.content.endswith(pcm.content)
    slow, fast = (
        ask(desk, "Hello.", model, response_format="pcm") for model in ("tts-kokoro", "tts-gradium-v1")
    )
    assert 1.5 < len(fast.content) / len(slow.content) < 2.8


@pytest.mark.parametrize("model", sorted(TTS))
def test_format_and_voice_default_to_the_models_own(desk, model):
    plain = ask(desk, "Hello.", model)
    spec = TTS[model]
    named = ask(desk, "Hello.", model, voice=spec["default_voice"], response_format=spec["default_format"])
    assert plain.headers["content-type"] == TYPES[spec["default_format"]]
    assert plain.content == named.content


def test_the_same_request_gives_the_same_bytes_in_any_sandbox(make):
    one, other = make(), make()
    first = ask(one).content
    ask(one, "Something in between.", voice="am_adam")
    assert ask(one).content == first == ask(other).content


def test_voices_differ(desk):
    sounds = {
        ask(desk, "Hello.", voice=voice, response_format="wav").content
        for voice in ("af_sky", "af_bella", "am_adam")
    }
    assert len(sounds) == 3


@pytest.mark.parametrize("speed", [0.25, 0.5, 2, 4])
def test_speed_is_honoured(desk, speed):
    frame = 0.24  # the mark before and the breath after do not change
    spoken = seconds(ask(desk, speed=speed)) - frame
    assert spoken == pytest.approx((seconds(ask(desk)) - frame) / speed, rel=0.12)


@pytest.mark.parametrize(
    ("model", "speed", "kept"),
    [("tts-xai-v1", 4, 1.5), ("tts-elevenlabs-turbo-v2-5", 0.25, 0.7), ("tts-minimax-speech-02-hd", 4, 2)],
)
def test_some_models_clamp_the_speed(desk, model, speed, kept):
    assert len(ask(desk, "Hello.", model, speed=speed).content) == len(
        ask(desk, "Hello.", model, speed=kept).content
    )


FIELDS = [
    ("prompt", "Very sad and slow.", "tts-qwen3-0-6b", "tts-kokoro"),
    ("temperature", 2, "tts-orpheus", "tts-kokoro"),
    ("language", "French", "tts-qwen3-1-7b", "tts-inworld-1-5-max"),
]


@pytest.mark.parametrize(("field", "value", "takes", "ignores"), FIELDS)
def test_fields_count_where_the_model_has_them_and_are_ignored_elsewhere(desk, field, value, takes, ignores):
    for model, matters in ((takes, True), (ignores, False)):
        with_, without = ask(desk, model=model, **{field: value}), ask(desk, model=model)
        assert with_.status_code == 200
        assert (_samples(with_) != _samples(without)) is matters


def _samples(reply):
    return heard(reply)[0].tobytes()


def test_top_p_is_taken_by_every_model(desk):
    assert ask(desk, "Hello.", "tts-qwen3-0-6b", top_p=0.5).status_code == 200
    assert ask(desk, "Hello.", top_p=0.5).status_code == 200


def test_an_unsupported_format_is_refused_with_those_there_are(desk):
    error = refused(desk, model="tts-gradium-v1", response_format="mp3")["error"]
    assert error == (
        'response_format "mp3" is not supported by model "tts-gradium-v1". Supported formats: wav, pcm, opus'
    )


@pytest.mark.parametrize("voice", ["AF_SKY", "Vivian", "", "vv_unknown"])
def test_a_voice_of_another_model_is_refused(desk, voice):
    if voice == "":
        assert ask(desk, "Hello.", voice=voice).status_code == 200  # as if it were not there
        return
    error = refused(desk, voice=voice)["error"]
    assert error.startswith(f'Voice "{voice}" is not supported by model "tts-kokoro".')


def test_the_refusal_of_a_voice_names_the_voices(desk):
    assert "dan, jess, leah" in refused(desk, model="tts-orpheus", voice="alloy")["error"]


def test_a_providers_own_voice_id_is_taken_where_the_model_allows_it(desk):
    own = "21m00Tcm4TlvDq8ikWAM"
    assert ask(desk, "Hello.", "tts-elevenlabs-turbo-v2-5", voice=own).status_code == 200
    refused(desk, voice=own)


BAD = [
    {"text": ""},
    {"text": "x" * 4097},
    {"text": " \n "},
    {"speed": 0.24},
    {"speed": 4.01},
    {"response_format": "ogg"},
    {"temperature": 2.1},
    {"top_p": 1.1},
    {"language": "e"},
    {"prompt": "x" * 501},
    {"model": "tts-none"},
    {"model": "llama-3.3-70b"},
    {"sample_rate": 8000},
    {"streaming": "yes"},
]


@pytest.mark.parametrize("fields", BAD)
def test_a_mistake_is_400(desk, fields):
    refused(desk, **fields)


def test_a_text_too_long_is_too_big(desk):
    assert refused(desk, text="x" * 4097)["issues"][0]["code"] == "too_big"


def test_the_model_must_be_named(desk):
    reply = desk.post("/audio/speech", {"input": "Hello."})
    assert (reply.status_code, reply.json()["error"]) == (400, "model is required")


@pytest.mark.parametrize("fmt", sorted(TYPES))
def test_a_stream_is_the_same_speech_in_pieces(desk, fmt):
    streamed, whole = (ask(desk, streaming=flag, response_format=fmt) for flag in (True, False))
    assert streamed.headers["content-type"] == TYPES[fmt]
    assert streamed.headers["transfer-encoding"] == "chunked"
    assert seconds(streamed) == pytest.approx(seconds(whole), rel=0.05)
    if fmt in ("flac", "pcm", "wav"):
        assert np.array_equal(heard(streamed)[0], heard(whole)[0])


def pieces(desk, **fields):
    import orjson

    body = orjson.dumps({"model": "tts-kokoro", "input": TEXT, "streaming": True, **fields})
    headers = {"authorization": f"Bearer {desk.key}", "content-type": "application/json"}
    return desk.box.answer(Request("POST", "/api/v1/audio/speech", "", headers, body)).body


def test_the_first_sentence_leaves_before_the_second_is_spoken(desk, monkeypatch):
    from venice_nb.sandbox.studio.sound import voice

    spoken = []
    sound = voice._sound
    monkeypatch.setattr(voice, "_sound", lambda text, *rest: (spoken.append(text), sound(text, *rest))[1])
    body = pieces(desk, response_format="pcm")
    assert [text[:9] for text in spoken] == []
    stream = iter(body)
    assert len(next(stream)) > 10_000
    assert [text[:9] for text in spoken] == ["The quick"]
    assert len(list(stream)) == 1
    assert [text[:9] for text in spoken] == ["The quick", "Pack my b"]


def test_streams_take_their_time_only_in_real_time(make):
    assert any(isinstance(piece, Pause) for piece in pieces(make(real_time=True)))
    assert not any(isinstance(piece, Pause) for piece in pieces(make()))


def test_characters_are_billed(desk):
    ask(desk, "Hello, world.")
    (charge,) = desk.box.books
    assert (charge.model, charge.units, charge.usd) == ("tts-kokoro", 13, pytest.approx(13 * 3.5 / 1e6))


def test_nothing_is_billed_for_a_refusal(desk):
    refused(desk, voice="nobody")
    assert desk.box.books == []


def test_sixty_a_minute_are_allowed(desk):
    replies = [ask(desk, "A.", response_format="pcm") for _ in range(61)]
    assert [reply.status_code for reply in replies] == [200] * 60 + [429]
    assert replies[0].headers["x-ratelimit-limit-requests"] == "60"


def test_an_empty_account_is_402(make):
    assert ask(make(usd=0)).status_code == 402


def test_files_say_that_they_come_from_the_sandbox(desk):
    reply = ask(desk, "Hello.", response_format="flac")
    tags = decode(reply.content)[2]
    assert tags["title"] == "SANDBOX speech"
    assert tags["comment"].endswith("] Hello.")
    assert reply.headers["x-venice-sandbox"] == "true"


def test_without_the_extra_the_reply_says_that_it_is_a_signal(desk, monkeypatch):
    from venice_nb.sandbox.routes import audio as audio_routes
    from venice_nb.sandbox.studio.sound import hear, voice

    for module in (voice, hear, audio_routes):
        monkeypatch.setattr(module, "engine", lambda: "signal")
    reply = ask(desk, response_format="wav")
    assert reply.headers["x-venice-sandbox-speech"] == "signal"
    assert "by signal" in decode(reply.content)[2]["comment"]
    assert 3 < seconds(reply) < 12


def sample(desk, *, seconds_=8, voice="am_adam", fmt="mp3", model="tts-kokoro"):
    text = "This is my voice, as it sounds on an ordinary day. " * (seconds_ // 2)
    return ask(desk, text, model, voice=voice, response_format=fmt).content


def cloned(desk, data, name="me.mp3", model="tts-chatterbox-hd", **options):
    fields = {"model": model} if model else {}
    return desk("POST", "/audio/voices", files={"file": (name, data)}, data=fields, **options)


def test_a_cloned_voice_speaks_for_its_model(desk):
    made = cloned(desk, sample(desk)).json()
    assert made == {"id": made["id"], "model": "tts-chatterbox-hd"}
    assert made["id"].startswith("vv_")
    assert ask(desk, "Hello.", "tts-chatterbox-hd", voice=made["id"]).status_code == 200
    refused(desk, voice=made["id"])


def test_a_cloned_voice_is_as_high_as_its_sample(desk):
    for voice in ("am_adam", "af_heart"):
        data = sample(desk, voice=voice, fmt="wav")
        own = cloned(desk, data, "me.wav").json()["id"]
        copy = ask(desk, TEXT, "tts-chatterbox-hd", voice=own)
        first = pitch(decode(data, rate=24_000)[0][:, 0], 24_000)
        assert pitch(heard(copy)[0], 24_000) == pytest.approx(first, rel=0.15)


def test_a_cloned_voice_lives_for_seven_days(desk, clock):
    own = cloned(desk, sample(desk)).json()["id"]
    clock.now += 7 * 86400 - 1
    assert ask(desk, "Hello.", "tts-chatterbox-hd", voice=own).status_code == 200
    clock.now += 1
    assert "expired" in refused(desk, model="tts-chatterbox-hd", voice=own)["error"]


def test_two_samples_make_two_voices(desk):
    data = sample(desk)
    assert cloned(desk, data).json()["id"] != cloned(desk, data).json()["id"]


def test_a_cloned_voice_may_leave_the_model_out(desk):
    assert cloned(desk, sample(desk), model="").json()["model"] == "tts-chatterbox-hd"


def test_the_gated_model_is_403(desk):
    assert cloned(desk, sample(desk), model="tts-minimax-speech-02-hd").status_code == 403


def test_a_short_silent_or_unreadable_sample_is_refused(desk):
    from venice_nb.sandbox.studio.sound.encode import encode

    silent = encode(np.zeros(24_000 * 6, np.float32), 24_000, "wav")
    short = ask(desk, "Hello.").content
    ogg = sample(desk, fmt="opus")
    for data, said in (
        (short, "at least 5 seconds"),
        (silent, "silent"),
        (b"hello", "read"),
        (ogg, "mp3, wav"),
    ):
        reply = cloned(desk, data)
        assert (reply.status_code, said in reply.text) == (400, True)


def test_a_clone_needs_a_file(desk):
    reply = desk("POST", "/audio/voices", files={"model": (None, "tts-chatterbox-hd")})
    assert (reply.status_code, reply.json()["error"]) == (400, "No audio file provided")
    assert desk.post("/audio/voices", {"model": "tts-chatterbox-hd"}).status_code == 415
