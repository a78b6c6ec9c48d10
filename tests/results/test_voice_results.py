"""Voices as a table, and a cloned one."""

import datetime as dt
import json

import pytest

from venice_nb.errors import InvalidInput
from venice_nb.results.headers import Headers
from venice_nb.results.sound.voices import ClonedVoice, Voice, VoiceTable

VOICES = (
    Voice("af_sky", "tts-kokoro", "American English", "female", default=True, price=3.5),
    Voice("Craig", "tts-inworld-1-5-max"),
)


def test_voices_are_a_table_of_one_row_each():
    table = VoiceTable(VOICES, "2026-08-21")
    assert list(table.df.columns) == ["voice", "model", "language", "gender", "default", "price"]
    assert table.df.loc[0, "price"] == 3.5
    assert bool(table.df["default"].tolist()) is True
    assert [voice.id for voice in table] == table.ids == ["af_sky", "Craig"]
    assert "2 voices of 2 models" in repr(table)
    assert table.where(lambda voice: voice.default).ids == ["af_sky"]
    assert str(VOICES[0]) == "af_sky"


def test_an_empty_table_is_still_one():
    assert VoiceTable().df.empty
    assert "0 voices" in repr(VoiceTable())


def test_a_cloned_voice_says_whose_it_is_and_until_when(monkeypatch):
    expires = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    voice = ClonedVoice("vv_abc", "tts-chatterbox-hd", expires, "me.wav", headers=Headers({"cf-ray": "ray"}))
    bundle = voice._mimebundle()
    for words in ("vv_abc", "tts-chatterbox-hd", "29 November 2026", "me.wav"):
        assert words in bundle["text/plain"]
        assert words in bundle["text/html"]
    assert str(voice) == "vv_abc"
    assert voice.request_id == "ray"
    assert voice.to_dict()["expires"] == "2026-11-29T00:00:00+00:00"
    monkeypatch.setenv("VENICE_STATIC", "1")
    assert "2026" not in repr(voice)
    assert "2026" not in voice._mimebundle()["text/plain"]


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_a_server_calls_a_voice_runs_nothing(evil):
    for shown in (ClonedVoice(evil, evil, None, evil), VoiceTable((Voice(evil, evil),))):
        page = shown._mimebundle()["text/html"]
        assert "<script" not in page
        assert "<img" not in page


def test_a_cloned_voice_is_written_for_a_later_session(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    voice = ClonedVoice("vv_abc", "tts-chatterbox-hd")
    path = voice.save()
    assert json.loads(path.read_text())["id"] == "vv_abc"
    assert "vv_abc" not in path.name
    with pytest.raises(InvalidInput):
        ClonedVoice("vv_xyz", "tts-chatterbox-hd").save(path.name)
