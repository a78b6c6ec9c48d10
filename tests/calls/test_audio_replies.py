"""Answers with sound, transcripts and voices, as odd as servers make them: what was paid for is given."""

import json

import pytest

from tests.made_sound import file
from venice_nb.calls.call import Received
from venice_nb.calls.sound.audio_replies import ReadClone, ReadSpeech, ReadTranscript
from venice_nb.catalogue import Catalogue
from venice_nb.errors import UnreadableReply

SPEECH = ReadSpeech("Hello.", "tts-kokoro", "af_sky", None, 0.00002)
TRANSCRIPT = ReadTranscript(Catalogue.bundled(), "openai/whisper-large-v3", 12.0)


def came(content, kind="application/json", **headers):
    if isinstance(content, dict | list):
        content = json.dumps(content).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Received(200, {"content-type": kind, **names}, content, 1.5, first=0.2)


def test_speech_keeps_what_was_said_by_whom_at_what_price():
    audio = SPEECH(came(file(1.0), "audio/mpeg", cf_ray="ray", x_venice_model_id="tts-kokoro"))
    assert (audio.text, audio.voice, audio.model) == ("Hello.", "af_sky", "tts-kokoro")
    assert (audio.cost.usd, audio.cost.source) == (0.00002, "priced")
    assert (audio.elapsed, audio.first_byte, audio.request_id) == (1.5, 0.2, "ray")


@pytest.mark.parametrize(
    ("kind", "told", "mime"),
    [
        ("mp3", "audio/mpeg", "audio/mpeg"),
        ("mp3", "application/octet-stream", "audio/mpeg"),
        ("mp3", "audio/wav", "audio/mpeg"),  # the content decides
        ("opus", "audio/opus", "audio/opus"),
        ("opus", "", "audio/ogg"),
        ("wav", "audio/x-wav", "audio/wav"),
        ("flac", "audio/flac; charset=binary", "audio/flac"),
        ("aac", "audio/aac", "audio/aac"),
    ],
)
def test_the_type_is_what_the_bytes_are(kind, told, mime):
    assert SPEECH(came(file(0.3, kind), told)).mime == mime


@pytest.mark.parametrize(
    ("model", "told", "rate"),
    [
        ("tts-kokoro", "audio/pcm", 24_000),
        ("tts-xai-v1", "audio/pcm", 24_000),
        ("tts-gradium-v1", "audio/pcm", 48_000),
        ("tts-gradium-v1", "audio/pcm; rate=16000", 16_000),
        ("tts-gradium-v1", "application/octet-stream", 48_000),
    ],
)
def test_samples_without_a_header_get_the_rate_of_their_model(model, told, rate):
    audio = ReadSpeech("x", model, "v", "pcm")(came(file(1.0, "pcm"), told))
    assert (audio.mime, audio.rate) == ("audio/pcm", rate)
    assert audio.duration == pytest.approx(24_000 / rate)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "audio/mpeg"),
        (b"<html>Sign in</html>", "audio/mpeg"),
        (b"<html>Sign in</html>", "text/html"),
        (b'{"error": "no"}', "application/json"),
        (b'{"error": "no"}', "audio/pcm"),
        (b"what", "application/octet-stream"),
    ],
)
def test_what_is_no_sound_is_told_and_kept(content, kind):
    with pytest.raises(UnreadableReply) as caught:
        SPEECH(came(content, kind))
    assert caught.value.content == content
    assert caught.value.charged == "unknown"


def test_unknown_sound_is_kept_as_it_is_called():
    assert SPEECH(came(b"\1\2\3\4" * 50, "audio/strange")).mime == "audio/strange"


def test_a_transcript_has_its_times_length_and_price():
    found = TRANSCRIPT(
        came(
            {
                "text": " Hello there. ",
                "duration": 10.0,
                "timestamps": {
                    "word": [
                        {"word": "there.", "start": 0.5, "end": 0.9},
                        {"word": "Hello", "start": 0, "end": 0.4},
                    ],
                    "segment": [{"text": " Hello there.", "start": 0, "end": 0.9}],
                },
            }
        )
    )
    assert found.text == "Hello there."
    assert found.words["text"].tolist() == ["Hello", "there."]
    assert found.segments["text"].tolist() == ["Hello there."]
    assert found.duration == 10.0
    assert found.cost.usd == pytest.approx(0.001)


def test_plain_text_is_a_transcript():
    found = TRANSCRIPT(came("Hé there.\n".encode(), "text/plain; charset=utf-8"))
    assert (found.text, found.duration, found.timed) == ("Hé there.", 12.0, "")


@pytest.mark.parametrize(
    ("times", "timed"),
    [
        (None, ""),
        ({}, ""),
        ("soon", ""),
        ({"word": None}, ""),
        ({"word": [None, 7, {"word": "x"}, {"start": 1}, {"word": "", "start": 1, "end": 2}]}, ""),
        ({"word": [{"word": "x", "start": "0.5", "end": None}]}, "word"),
        ({"words": [{"text": "x", "start": 0, "end": 1}]}, "word"),
        ({"segment": [{"text": "x", "start": 3, "end": 1}]}, "segment"),
        ({"char": [{"char": "x", "start": 0, "end": 1}]}, "char"),
    ],
)
def test_times_that_cannot_be_read_cost_only_themselves(times, timed):
    found = TRANSCRIPT(came({"text": "x", "timestamps": times}))
    assert (found.text, found.timed) == ("x", timed)
    for span in (*found.timings.words, *found.timings.segments):
        assert 0 <= span.start <= span.end


def test_times_are_found_where_other_servers_put_them():
    found = TRANSCRIPT(came({"text": "x", "segments": [{"id": 0, "text": "x", "start": 0, "end": 1}]}))
    assert found.timed == "segment"


@pytest.mark.parametrize("answer", [{}, {"text": None}, {"error": "no"}, [], b"<html>"])
def test_an_answer_without_text_is_told_and_kept(answer):
    with pytest.raises(UnreadableReply):
        TRANSCRIPT(came(answer))


def test_silence_is_an_empty_transcript():
    assert TRANSCRIPT(came({"text": ""})).text == ""


def test_a_cloned_voice_expires_after_a_week():
    voice = ReadClone("tts-chatterbox-hd", "me.wav")(came({"id": "vv_abc", "model": "tts-chatterbox-hd"}))
    assert (voice.id, voice.model, voice.sample) == ("vv_abc", "tts-chatterbox-hd", "me.wav")
    import datetime as dt

    left = voice.expires - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=6, hours=23) < left <= dt.timedelta(days=7)


def test_an_answer_without_a_handle_is_told():
    for answer in ({}, {"id": ""}, {"id": None}):
        with pytest.raises(UnreadableReply):
            ReadClone("m")(came(answer))
