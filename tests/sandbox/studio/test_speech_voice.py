"""Text into speech samples: voices, words, speed, and the signal where eSpeak NG is missing."""

import time

import numpy as np
import pytest

from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.studio.sound import espeak, hear, voice
from venice_nb.sandbox.studio.sound.speakers import TIMBRES, Speaker, cloned, directed, language_of, speaker
from venice_nb.sandbox.studio.sound.voice import chime, sentences, speak

TEXT = 'Hello there, Dr. Smith. It costs $3.50 today, isn\'t it? "Yes!" she said.\n\nBye'
TTS = sorted(name for name, model in models().items() if model["type"] == "tts")


@pytest.fixture
def signal(monkeypatch):
    """A machine without the extra `speech`."""
    monkeypatch.setattr(voice, "engine", lambda: "signal")
    monkeypatch.setattr(hear, "engine", lambda: "signal")


@pytest.fixture
def words():
    pytest.importorskip("espeakng_loader")
    assert voice.engine() == "eSpeak NG"


def said(text=TEXT, who=None, **options):
    return speak(text, who or cloned(200), **{"rate": 24_000, **options})


def seconds(speech):
    return len(speech.samples) / speech.rate


def voices(model):
    return models()[model]["model_spec"]["voices"]


def test_sentences_end_where_a_reader_would_pause():
    parts = [TEXT[start:end].strip() for start, end in sentences(TEXT)]
    assert parts == ["Hello there, Dr. Smith.", "It costs $3.50 today, isn't it?", '"Yes!" she said.', "Bye"]
    assert sentences("  ") == []
    assert len(sentences("你好。再见。")) == 2


def test_sentences_cover_the_whole_text():
    assert "".join(TEXT[start:end] for start, end in sentences(TEXT)) == TEXT


def test_every_word_has_a_place_in_text_and_sound(words):
    speech = said()
    assert [TEXT[word.first : word.last] for word in speech.words] == TEXT.split()
    times = [(word.start, word.end) for word in speech.words]
    assert times == sorted(times)
    assert all(0 < start < end <= seconds(speech) for start, end in times)


@pytest.mark.parametrize("timbre", [name for group in TIMBRES.values() for name in group])
def test_the_same_text_gives_the_same_samples_whatever_was_said_before(words, timbre):
    who = Speaker("", timbre, 150.0)
    first = said("Fish and ships.", who).samples
    said("Something else altogether", cloned(90), speed=2.0)
    assert np.array_equal(said("Fish and ships.", who).samples, first)


def test_breath_does_not_depend_on_the_time_of_day(words):
    """eSpeak NG starts its random numbers from the clock, in seconds."""
    breathy = Speaker("", "f5", 200.0)
    sounds = {said("Fish.", breathy).samples.tobytes() for _ in range(3)}
    begin = time.time()
    while int(time.time()) == int(begin):
        sounds.add(said("Fish.", breathy).samples.tobytes())
    sounds.add(said("Fish.", breathy).samples.tobytes())
    assert len(sounds) == 1


@pytest.mark.parametrize("speed", [0.25, 0.5, 2, 4])
def test_length_follows_speed(words, speed):
    assert seconds(said(speed=speed)) == pytest.approx(seconds(said()) / speed, rel=0.2)


@pytest.mark.parametrize("speed", [0.25, 1, 4])
def test_without_the_extra_length_follows_text_and_speed(signal, speed):
    short, long = seconds(said("A few words.", speed=speed)), seconds(said("A few words. " * 8, speed=speed))
    assert 6 < long / short < 11
    frame = 0.24  # the mark before and the breath after
    assert short - frame == pytest.approx((seconds(said("A few words.")) - frame) / speed, rel=0.05)


def test_without_the_extra_the_signal_has_words_and_pitch(signal):
    high, low = said(who=cloned(220)), said(who=cloned(110))
    assert len(high.words) == len(TEXT.split())
    assert np.array_equal(high.samples, said(who=cloned(220)).samples)
    found = [hear.pitch(one.samples[6000:], 24_000) for one in (high, low)]
    assert found == pytest.approx([220, 110], rel=0.15)


@pytest.mark.parametrize("model", TTS)
def test_no_two_voices_of_a_model_sound_the_same(words, model):
    names = voices(model)
    sounds = {said("Good day.", speaker(model, name, names)).samples.tobytes() for name in names}
    assert len(sounds) == len(names)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("af_sky", "en-us"),
        ("bm_fable", "en"),
        ("ff_siwis", "fr"),
        ("ef_dora", "es"),
        ("if_sara", "it"),
        ("pm_alex", "pt-br"),
    ],
)
def test_a_kokoro_voice_has_its_language(name, language):
    assert speaker("tts-kokoro", name, voices("tts-kokoro")).language == language


def test_womens_voices_are_higher_than_mens(words):
    names = [name for name in voices("tts-kokoro") if name[0] == "a"]
    found = {name: hear.pitch(said(who=speaker("tts-kokoro", name, names)).samples, 24_000) for name in names}
    assert min(found[name] for name in names if name[1] == "f") > max(
        found[name] for name in names if name[1] == "m"
    )


@pytest.mark.parametrize("pitch", [90, 130, 180, 230])
def test_a_cloned_voice_has_the_pitch_it_was_given(words, pitch):
    assert hear.pitch(said(who=cloned(pitch)).samples, 24_000) == pytest.approx(pitch, rel=0.12)


def test_every_language_of_a_voice_can_be_spoken(words):
    spoken = {
        speaker(model, name, voices(model)).language or "en-us" for model in TTS for name in voices(model)
    }
    for language in spoken:
        assert seconds(said("Taxi 7", Speaker(language, "f3", 205.0))) > 0.5


def test_the_text_chooses_the_language_of_a_voice_without_one():
    anyone = cloned(200)
    assert language_of("Bonjour, vous êtes dans la maison", anyone) == "fr"
    assert language_of("こんにちは、元気ですか。", anyone) == "ja"
    assert language_of("What a day", anyone) == "en-us"
    assert language_of("What a day", anyone, "German") == "de"
    assert language_of("What a day", anyone, "en-GB") == "en"
    assert language_of("What a day", anyone, "Klingon") == "en-us"


def test_a_voice_of_another_script_reads_latin_text_in_english():
    assert language_of("Hello", speaker("tts-kokoro", "jf_alpha", voices("tts-kokoro"))) == "en-us"
    assert language_of("こんにちは", speaker("tts-kokoro", "jf_alpha", voices("tts-kokoro"))) == "ja"


def test_a_style_prompt_changes_the_manner():
    plain = cloned(200)
    sad, glad = directed(plain, "Sad and slow.", None), directed(plain, "Excited!", None)
    assert sad.pitch < plain.pitch < glad.pitch
    assert sad.pace < plain.pace < glad.pace
    assert directed(plain, "", 1.8).liveliness > plain.liveliness > directed(plain, "", 0.1).liveliness


def test_speech_begins_with_a_soft_mark():
    mark = chime(24_000)
    assert len(mark) < 0.2 * 24_000
    assert 0.02 < np.abs(mark).max() < 0.06
    assert np.array_equal(said("Hi.").samples[: len(mark)], mark)


def test_a_null_character_does_not_end_the_text(words):
    assert seconds(said("one\0two three four five six")) > seconds(said("one")) + 0.5


def test_every_voice_speaks_about_as_loudly(words):
    names = voices("tts-kokoro")
    peaks = []
    for name in names:
        sound = said("Good day to you.", speaker("tts-kokoro", name, names)).samples
        peaks.append(np.sqrt((sound[np.abs(sound) > 0.01] ** 2).mean()))
    assert max(peaks) / min(peaks) < 2
    assert max(peaks) < 0.3


def test_a_missing_library_is_noticed(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "espeakng_loader", None)
    assert espeak.available.__wrapped__() is False
