"""Sound as a result: what it says of itself, how it is drawn, saved and converted."""

import copy
import io
import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pybase64
import pytest
from PIL import Image

from tests.made_sound import file, stereo, tone
from venice_nb.errors import InvalidInput
from venice_nb.media import load
from venice_nb.media.encoding import KINDS, encode
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.sound import audio_view
from venice_nb.results.sound.audio import Audio, Spoken

MP3 = file(1.5)


def speech(data=MP3, mime="audio/mpeg", **more):
    given = {
        "text": "Hello, Venice.",
        "voice": "af_sky",
        "model": "tts-kokoro",
        "cost": Cost(0.00005, "priced"),
    }
    return Audio(data, mime, **{**given, **more})


def sources(markup):
    """What the players of a page play: type and bytes of what is in it, the address of what is beside it."""
    found = []
    for src in re.findall(r'<(?:audio|video)[^>]* src="([^"]*)"', markup):
        embedded = re.fullmatch(r"data:([\w/]+);base64,(.*)", src)
        found.append((embedded[1], pybase64.b64decode(embedded[2])) if embedded else src)
    return found


def test_only_what_a_model_made_tells_of_its_cost():
    assert "$0.00005 priced" in repr(speech())
    assert "cost unknown" in repr(speech(cost=Cost()))
    assert "cost" not in repr(Audio(MP3, "audio/mpeg"))


def test_it_knows_its_length_rate_and_channels():
    audio = speech(encode(stereo(tone(1.5)), "flac"), "audio/flac")
    assert (audio.duration, audio.sample_rate, audio.channels) == (1.5, 24_000, 2)
    assert audio.samples.shape == (36_000, 2)


def test_numpy_takes_it_as_samples():
    audio = speech(file(1.0, "wav"), "audio/wav")
    array = np.asarray(audio)
    assert array.dtype == np.float32
    assert np.abs(array - tone(1.0).samples).max() < 1e-4
    assert np.asarray(audio, dtype="f8").dtype == np.float64
    assert np.array(audio, copy=True) is not array
    with pytest.raises(ValueError, match="copy"):
        np.asarray(audio, dtype="f8", copy=False)


@pytest.mark.parametrize("kind", KINDS)
def test_the_player_has_the_true_type_and_playable_bytes(kind):
    data = file(0.5, kind)
    told = {"opus": "audio/opus"}.get(kind, KINDS[kind][0])
    audio = speech(data, told, rate=24_000 if kind == "pcm" else None)
    [(mime, played)] = sources(audio._mimebundle()["text/html"])
    assert mime == {"pcm": "audio/wav", "opus": "audio/ogg"}.get(kind, told)
    assert played == (data if kind != "pcm" else audio.playable)
    assert audio.duration == pytest.approx(0.5, rel=0.3)


def test_samples_without_a_header_are_saved_with_one_unless_asked_otherwise(tmp_path):
    audio = speech(file(1.0, "pcm"), "audio/pcm", rate=48_000)
    assert audio.duration == 0.5
    whole, bare = audio.save(tmp_path / "a"), audio.save(tmp_path / "a.pcm")
    assert whole.suffix == ".wav"
    assert Audio.open(whole).duration == 0.5
    assert bare.read_bytes() == audio.data


@pytest.mark.parametrize(
    ("mime", "suffix"),
    [
        ("audio/mpeg", ".mp3"),
        ("audio/opus", ".opus"),
        ("audio/ogg", ".ogg"),
        ("audio/aac", ".aac"),
        ("audio/flac", ".flac"),
        ("audio/wav", ".wav"),
        ("audio/strange", ".bin"),
    ],
)
def test_the_suffix_is_that_of_the_type(mime, suffix, tmp_path):
    audio = Audio(b"bytes", mime)
    assert audio.save().suffix == suffix
    assert audio.save(tmp_path / "name").name == f"name{suffix}"
    with pytest.raises(InvalidInput, match="not a format"):
        audio.save(tmp_path / "name.txt")


def test_sound_is_converted_where_the_name_says_another_format(tmp_path):
    path = speech().save(tmp_path / "a.wav")
    assert path.read_bytes()[:4] == b"RIFF"
    assert Audio.open(path).duration == pytest.approx(speech().duration, rel=0.05)
    with pytest.raises(InvalidInput, match="exists"):
        speech().save(path)


def test_saving_never_replaces_a_file_and_the_name_comes_from_the_content():
    audio = speech()
    path = audio.save()
    assert path.read_bytes() == MP3
    assert re.fullmatch(r"audio-[0-9a-f]{8}\.mp3", path.name)
    with pytest.raises(InvalidInput, match="exists"):
        audio.save()


def test_a_short_sound_is_in_the_page_with_its_waveform_and_what_it_says():
    page = speech(headers=Headers({"x-venice-sandbox": "true"}))._mimebundle()["text/html"]
    assert "controls" in page
    assert 'preload="metadata"' in page
    assert "autoplay" not in page
    for words in ("1.5 s", "24 kHz mono", "mp3", "voice af_sky", "tts-kokoro", "$0.00005 priced", "SANDBOX"):
        assert words in page, words
    picture = re.search(r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)"', page)
    assert Image.open(io.BytesIO(pybase64.b64decode(picture[1]))).size == (600, 72)
    assert picture[2] == "Waveform of the sound of 1.5 s: Hello, Venice."
    assert len(page) < len(MP3) * 4 / 3 + 5000


def test_a_long_sound_stays_out_of_the_page(monkeypatch, tmp_path):
    monkeypatch.setattr(audio_view, "EMBEDDED", 1000)
    page = speech()._mimebundle()["text/html"]
    assert sources(page) == []
    assert ".save()" in page
    kept = speech().save("kept.mp3")
    assert sources(speech(path=kept)._mimebundle()["text/html"]) == ["kept.mp3"]
    elsewhere = tmp_path.parent / "else.mp3"
    assert sources(speech(path=elsewhere)._mimebundle()["text/html"]) == []
    assert sources(audio_view.bundle(speech(), embed=True)["text/html"]) == [("audio/mpeg", MP3)]


def test_a_kept_file_is_linked():
    audio = speech(path=speech().save("kept one.mp3"))
    assert 'href="kept%20one.mp3"' in audio._mimebundle()["text/html"]
    assert "kept one.mp3" in audio._mimebundle()["text/plain"]


def test_plain_text_says_the_same():
    plain = speech(first_byte=0.21)._mimebundle()["text/plain"]
    assert plain.splitlines()[0] == (
        "Audio: 1.5 s, 24 kHz mono, mp3, 16 KB, voice af_sky, tts-kokoro, $0.00005 priced, "
        "first sound after 0.21 s"
    )
    assert "Hello, Venice." in plain
    assert repr(speech()).startswith("<Audio: 1.5 s")


def test_times_are_left_out_where_notebooks_are_compared(monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    assert "first sound" not in speech(first_byte=0.2)._mimebundle()["text/html"]


def test_bytes_that_are_no_sound_are_kept_and_shown_as_such():
    audio = Audio(b"what came", "audio/mpeg", text="Hello")
    assert audio.duration is None
    assert audio.sample_rate is None
    assert "<img" not in audio._mimebundle()["text/html"]
    assert "Audio: mp3" in repr(audio)
    assert audio.save().read_bytes() == b"what came"
    with pytest.raises(ValueError, match="not a sound file"):
        _ = audio.samples
    assert "cannot be played" in Audio(b"x", '"><script>')._mimebundle()["text/html"]
    assert "cannot be played" in Audio(b"", "audio/mpeg")._mimebundle()["text/html"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_converted_here(kind):
    made = speech().convert(kind)
    assert made.mime == KINDS[kind][0]
    assert made.duration == pytest.approx(1.5, rel=0.1)
    assert (made.text, made.voice, made.path) == ("Hello, Venice.", "af_sky", None)


def test_another_kind_is_refused_with_those_that_there_are():
    with pytest.raises(InvalidInput, match="mp3, opus, aac, flac, wav, pcm"):
        speech().convert("midi")


def test_who_speaks_when_is_a_table():
    parts = (
        Spoken("af_sky", "Who?", 0.0, 1.0, "tts-kokoro"),
        Spoken("Craig", "Me.", 1.3, 2.0, "tts-inworld"),
    )
    frame = speech(spoken=parts).parts
    assert list(frame.columns) == ["voice", "text", "start", "end", "model"]
    assert list(frame["voice"]) == ["af_sky", "Craig"]
    alone = speech().parts.iloc[0]
    assert (alone["voice"], alone["text"], alone["start"]) == ("af_sky", "Hello, Venice.", 0.0)
    assert speech(text="").parts.empty


def test_it_is_what_other_calls_take_as_media():
    found = load(speech(), "audio")
    assert (found.data, found.mime, found.name) == (MP3, "audio/mpeg", speech().name)
    assert load(speech(file(1.0, "pcm"), "audio/pcm", rate=24_000), "audio").mime == "audio/wav"
    assert bytes(speech()) == MP3
    assert speech()
    assert not Audio(b"", "audio/mpeg")


def test_a_file_is_opened_as_sound(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(MP3)
    assert Audio.open(path).duration == pytest.approx(1.5, rel=0.1)
    assert Audio.open(str(path)).path == path
    with pytest.raises(InvalidInput, match="existing file"):
        Audio.open(tmp_path / "b.mp3")


def test_copies_and_pickles_leave_decoded_samples_behind():
    audio = speech()
    assert audio.samples.size
    again = pickle.loads(pickle.dumps(audio))
    assert "sound" not in vars(again)
    assert again.data == audio.data
    assert copy.deepcopy(audio).text == audio.text
    assert np.array_equal(again.samples, audio.samples)
    assert replace(audio, text="x").duration == audio.duration


def test_its_facts_are_a_dict():
    told = speech(path=Path("x.mp3")).to_dict()
    assert told["bytes"] == len(MP3)
    assert told["cost"] == {"usd": 0.00005, "source": "priced"}
    assert told["path"] == "x.mp3"


def test_the_same_sound_is_drawn_the_same_every_time():
    assert speech()._mimebundle() == speech()._mimebundle()
