"""Requests for speech, transcripts and cloned voices: refused here, or accepted by the official file."""

import pytest

from tests.made_sound import file
from venice_nb.calls.call import Safety
from venice_nb.calls.sound.audio import FORMATS, cloned_voice, sample_types, speech, takes, transcription
from venice_nb.catalogue import Catalogue
from venice_nb.media.recordings import recording
from venice_nb.results.sound.voices import ClonedVoice, Voice

CATALOGUE = Catalogue.bundled()
SPEAKERS = CATALOGUE.of_type("tts")
LISTENERS = CATALOGUE.of_type("asr")
MP3 = recording(file(6.0))


def say(text="Hello, welcome to Venice.", **options):
    return speech(text, catalogue=CATALOGUE, **options)


def hear(sound=MP3, **options):
    return transcription(sound, catalogue=CATALOGUE, **options)


# --- speech ------------------------------------------------------------------------------


def test_model_and_voice_are_always_sent(fits):
    call = fits(say())
    assert call.body == {
        "model": "tts-kokoro",
        "input": "Hello, welcome to Venice.",
        "voice": "af_sky",
    }
    assert (call.safety, call.paid, call.family) == (Safety.INFER, True, "tts")
    assert call.price == pytest.approx(25 * 3.5 / 1e6)


@pytest.mark.parametrize("model", [each.id for each in SPEAKERS])
def test_every_model_speaks_with_its_own_voice_in_each_of_its_formats(fits, model):
    known = CATALOGUE.get(model)
    assert say(model=model).body["voice"] == known.default_voice
    own = None if "mp3" in known.formats else known.raw["model_spec"]["default_format"]
    assert say(model=model).body.get("response_format") == own
    for kind in known.formats:
        assert fits(say(model=model, response_format=kind)).body["response_format"] == kind
    for voice in known.voices:
        assert fits(say(model=model, voice=voice)).body["voice"] == voice


@pytest.mark.parametrize("model", [each.id for each in SPEAKERS])
def test_a_format_the_model_does_not_make_is_refused_with_those_it_makes(refused, model):
    known = CATALOGUE.get(model)
    for kind in set(FORMATS) - set(known.formats):
        error = refused(
            lambda kind=kind: say(model=model, response_format=kind), "response_format", ".convert("
        )
        assert all(each in error.allowed for each in known.formats)


def test_everything_a_model_takes_is_sent(fits):
    call = say(
        model="tts-qwen3-0-6b",
        voice="Serena",
        response_format="mp3",
        speed=1.25,
        language="English",
        prompt="Very happy.",
        temperature=0.9,
        top_p=0.8,
        streaming=True,
        extra_body={"something_new": 1},
    )
    assert call.body["something_new"] == 1
    assert call.pieces
    del call.body["something_new"]
    assert fits(call).body["streaming"] is True


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "   \n"}, "text"),
        ({"text": "\U0001f600\U0001f600 \u2764\ufe0f"}, "text"),
        ({"text": "... !!!"}, "text"),
        ({"text": None}, "text"),
        ({"text": b"hello"}, "text"),
        ({"text": "x" * 4097}, "text"),
        ({"text": "\U0001f600" * 2048 + "ab"}, "text"),
        ({"text": "half \ud83d"}, "text"),
        ({"speed": 0.24}, "speed"),
        ({"speed": 4.01}, "speed"),
        ({"speed": "1"}, "speed"),
        ({"speed": float("nan")}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"response_format": "MP3"}, "response_format"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"prompt": "x" * 501, "model": "tts-qwen3-0-6b"}, "prompt"),
        ({"prompt": "Very happy."}, "prompt"),
        ({"language": ""}, "language"),
        ({"language": "x" * 33}, "language"),
        ({"streaming": "yes"}, "streaming"),
        ({"voice": ""}, "voice"),
        ({"voice": "x" * 513}, "voice"),
        ({"voice": 7}, "voice"),
        ({"model": ""}, "model"),
        ({"model": "llama-3.3-70b"}, "model"),
        ({"model": "nvidia/parakeet-tdt-0.6b-v3"}, "model"),
        ({"model": "tts-of-tomorrow"}, "voice"),
        ({"extra_body": {"input": "x"}}, "extra_body.input"),
        ({"pitch": 2}, "pitch"),
    ],
)
def test_what_the_server_would_refuse_is_refused_here(refused, options, field):
    given = {"text": "Hello.", **options}
    refused(lambda: say(given.pop("text"), **given), field)


def test_4096_characters_are_taken_and_signs_outside_the_plane_count_twice(fits):
    fits(say("x" * 4096))
    fits(say("\U0001f600" * 2047 + "ab"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"voice": "vivian", "model": "tts-qwen3-0-6b"}, "Did you mean 'Vivian'? Case counts."),
        ({"voice": "AF_SKY"}, "Did you mean 'af_sky' of tts-kokoro? Case counts."),
        ({"voice": "af_skye", "model": "tts-kokoro"}, "Did you mean 'af_sky'?"),
        (
            {"voice": "Vivian", "model": "tts-kokoro"},
            "Vivian belongs to tts-qwen3-0-6b and tts-qwen3-1-7b: pass model='tts-qwen3-0-6b'",
        ),
        ({"voice": "af_sky", "model": "tts-orpheus"}, "af_sky belongs to tts-kokoro: leave model= out"),
        ({"voice": "Vivian"}, "model='tts-qwen3-0-6b'"),
        ({"voice": "Alice"}, "model="),
        ({"voice": "zzzzzz"}, "v.audio.voices() lists them all"),
        ({"voice": "zzzzzz", "model": "tts-kokoro"}, "af_sky is the default"),
        ({"voice": "vv_abc", "model": "tts-kokoro"}, "tts-chatterbox-hd"),
        (
            {"voice": ClonedVoice("vv_abc", "tts-chatterbox-hd"), "model": "tts-minimax-speech-02-hd"},
            "Leave model=",
        ),
        ({"voice": Voice("af_sky", "tts-kokoro"), "model": "tts-orpheus"}, "Leave model="),
        ({"voice": "rachel", "model": "tts-elevenlabs-turbo-v2-5"}, "Did you mean 'Rachel'?"),
    ],
)
def test_a_voice_of_another_model_is_told_with_the_one_that_was_meant(refused, options, words):
    assert words in str(refused(lambda: say(**options)))


@pytest.mark.parametrize(
    ("voice", "model"),
    [
        (None, "tts-kokoro"),
        ("am_liam", "tts-kokoro"),
        ("Craig", "tts-inworld-1-5-max"),
        ("Aurora", "tts-chatterbox-hd"),
        ("vv_abc", "tts-chatterbox-hd"),
        (ClonedVoice("vv_abc", "tts-minimax-speech-02-hd"), "tts-minimax-speech-02-hd"),
        (Voice("Vivian", "tts-qwen3-1-7b"), "tts-qwen3-1-7b"),
    ],
)
def test_a_voice_alone_chooses_its_model(fits, voice, model):
    assert fits(say(voice=voice)).body["model"] == model


def test_a_voice_of_the_provider_is_taken_where_the_model_takes_such():
    call = say(voice="21m00Tcm4TlvDq8ikWAM", model="tts-elevenlabs-turbo-v2-5")
    assert call.body["voice"] == "21m00Tcm4TlvDq8ikWAM"


def test_a_model_nobody_knows_is_left_to_the_server_when_it_has_a_voice():
    call = say(model="tts-of-tomorrow", voice="Ada", response_format="opus")
    assert call.body == {
        "model": "tts-of-tomorrow",
        "input": "Hello, welcome to Venice.",
        "voice": "Ada",
        "response_format": "opus",
    }
    assert call.price is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "tts-elevenlabs-turbo-v2-5", "speed": 2}, "0.7 to 1.2"),
        ({"model": "tts-orpheus", "speed": 2}, "ignores speed"),
        ({"model": "tts-kokoro", "temperature": 1}, "ignores temperature"),
        ({"model": "tts-orpheus", "top_p": 0.5}, "ignores top_p"),
        ({"model": "tts-kokoro", "language": "en"}, "ignores language"),
        ({"model": "tts-chatterbox-hd"}, "makes no mp3: the sound comes as wav"),
    ],
)
def test_what_a_model_ignores_or_changes_is_told(options, words):
    told = []
    say(tell=told.append, **options)
    assert words in " ".join(told)


def test_nothing_is_told_of_what_is_heeded():
    told = []
    say(tell=told.append, model="tts-kokoro", speed=4)
    say(tell=told.append, model="tts-orpheus", speed=1, temperature=1, response_format="wav")
    assert told == []


def test_models_of_a_live_list_say_what_they_take_in_flags():
    raw = {"id": "m", "type": "tts", "model_spec": {"supportsPromptParam": False, "supportsTopPParam": True}}
    model = Catalogue.from_reply([raw]).get("m")
    assert takes(model, "prompt") is False
    assert takes(model, "top_p") is True
    assert takes(model, "temperature") is None


# --- transcripts -------------------------------------------------------------------------


def test_a_transcription_is_a_form_with_a_real_file(fits):
    call = fits(hear(timestamps=True, language="en"))
    assert call.form == {
        "model": "nvidia/parakeet-tdt-0.6b-v3",
        "response_format": "json",
        "timestamps": "true",
        "language": "en",
        "file": (MP3.name, MP3.data, "audio/mpeg"),
    }
    assert (call.safety, call.paid, call.family) == (Safety.INFER, True, "asr")
    assert call.price == pytest.approx(0.0006, rel=0.02)


@pytest.mark.parametrize("model", [each.id for each in LISTENERS])
def test_every_model_listens(fits, model):
    fits(hear(model=model, response_format="text"))
    fits(hear(model=model, timestamps=True))


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"response_format": "srt"}, "response_format", ".to_srt()"),
        ({"response_format": "vtt"}, "response_format", ".to_vtt()"),
        ({"response_format": "verbose_json"}, "response_format", "timestamps=True"),
        ({"response_format": "xml"}, "response_format", "'json', 'text'"),
        ({"response_format": "text", "timestamps": True}, "response_format", "no room for times"),
        ({"timestamps": "yes"}, "timestamps", "True or False"),
        ({"language": "English"}, "language", "Pass 'en'."),
        ({"language": "x"}, "language", "'en'"),
        ({"language": ""}, "language", "not blank"),
        ({"model": "tts-kokoro"}, "model", "type tts"),
        ({"model": "whatever " * 200}, "model", "characters"),
        ({"extra_body": {"file": "x"}}, "extra_body.file", "file="),
        ({"extra_body": {"model": "x"}}, "extra_body.model", "model="),
    ],
)
def test_what_a_transcription_does_not_take_is_explained(refused, options, field, words):
    assert words in str(refused(lambda: hear(**options), field))


def test_a_model_that_may_leave_the_times_out_is_told_of():
    told = []
    hear(timestamps=True, tell=told.append)
    hear(timestamps=True, model="openai/whisper-large-v3", tell=told.append)
    assert len(told) == 1
    assert "whisper-large-v3" in told[0]


def test_fields_of_tomorrow_go_along_as_text():
    call = hear(extra_body={"diarize": True, "speakers": 2})
    assert (call.form["diarize"], call.form["speakers"]) == ("true", "2")


# --- cloned voices -----------------------------------------------------------------------


def test_a_voice_is_made_from_a_real_file(fits):
    call = fits(cloned_voice(MP3, catalogue=CATALOGUE))
    assert call.form == {"model": "tts-chatterbox-hd", "file": (MP3.name, MP3.data, "audio/mpeg")}
    assert (call.safety, call.paid) == (Safety.MAKE, True)
    fits(cloned_voice(MP3, catalogue=CATALOGUE, model="tts-minimax-speech-02-hd"))


@pytest.mark.parametrize(
    ("sample", "options", "field"),
    [
        (recording(file(4.5)), {}, "sample"),
        (MP3, {"model": "tts-kokoro"}, "model"),
        (MP3, {"model": "llama-3.3-70b"}, "model"),
        (MP3, {"extra_body": {"file": "x"}}, "extra_body.file"),
    ],
)
def test_what_no_voice_is_made_from_is_refused(refused, sample, options, field):
    refused(lambda: cloned_voice(sample, catalogue=CATALOGUE, **options), field)


def test_each_model_makes_voices_from_its_own_types():
    assert sample_types(CATALOGUE.get("tts-chatterbox-hd")) == {
        "audio/mpeg", "audio/wav", "audio/flac", "audio/mp4",
    }  # fmt: skip
    assert sample_types(CATALOGUE.get("tts-minimax-speech-02-hd")) == {"audio/mpeg", "audio/wav"}
