"""Plans for transcripts in both worlds: any input, any length, one or many."""

import base64
import io
from pathlib import Path

import av
import httpx
import numpy as np
import pandas as pd
import pytest

from tests import spec
from tests.made_media import film
from tests.made_sound import file, talk, tone
from tests.studio.speaking import Booth, World
from venice_nb import errors
from venice_nb.media import recordings
from venice_nb.media.encoding import encode
from venice_nb.media.sound import container
from venice_nb.render import text
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.transcripts import Transcripts

WHISPER = "openai/whisper-large-v3"


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def said(monkeypatch):
    """What the user is told."""
    notes = []
    monkeypatch.setattr("venice_nb.client.session.notice", notes.append)
    return notes


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "talk.mp3"
    path.write_bytes(file(2.0))
    return path


def test_a_recording_is_sent_as_a_real_file(world, path):
    booth = Booth()
    found = world.open(booth).run(
        lambda v: v.audio.transcribe(path, timestamps=True, model=WHISPER, language="en")
    )
    [asked] = booth.asked
    assert asked["file"] == path.read_bytes()
    assert (asked["filename"], asked["type"]) == ("talk.mp3", "audio/mpeg")
    sent = {name: asked[name].decode() for name in ("model", "response_format", "timestamps", "language")}
    assert sent == {"model": WHISPER, "response_format": "json", "timestamps": "true", "language": "en"}
    form = {**sent, "file": asked["file"]}
    assert spec.validate_request("POST", "/audio/transcriptions", None, None, form) == []
    assert found.text == "2.0 seconds."
    assert found.segments["text"].tolist() == ["2.0 seconds."]
    assert found.cost.usd == pytest.approx(0.0002, rel=0.05)
    assert found.source.data == path.read_bytes()
    assert found.source.path == path
    assert world.client.last is found


def test_every_kind_of_input_is_heard(world, path):
    world.open()
    data = path.read_bytes()
    given = [str(path), data, io.BytesIO(data), Audio(data, "audio/mpeg"), film(seconds=2.0)]
    for each in given:
        assert world.run(lambda v, each=each: v.audio.transcribe(each)).text == "2.0 seconds."
    microphone = tone(1.5, rate=16_000).samples
    found = world.run(lambda v: v.audio.transcribe(microphone, rate=16_000))
    assert found.text == "1.5 seconds."
    assert container(found.source.data) == "audio/wav"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "no bytes"),
        (lambda: b"not a recording", "This is text"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "images="),
        (lambda: base64.b64encode(file(1.0)).decode(), "base64.b64decode"),
        (lambda: io.StringIO("text"), 'open(path, "rb")'),
        (lambda: closed(), "with block"),
        (lambda: np.zeros(100), "rate=16000"),
        (list, "one recording or more"),
        (lambda: "nosuch.mp3", "Check the path"),
    ],
)
def test_what_is_no_recording_is_refused_and_nothing_is_sent(world, make, words):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.audio.transcribe(make()))
    assert words in str(caught.value)
    assert booth.asked == []


def closed():
    handle = io.BytesIO(file(1.0))
    handle.close()
    return handle


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"response_format": "srt"}, ".to_srt()"),
        ({"response_format": "vtt"}, ".to_vtt()"),
        ({"response_format": "verbose_json"}, ".segments"),
        ({"language": "German"}, "'de'"),
        ({"model": "tts-kokoro"}, "type tts"),
        ({"longest": 5}, "10"),
        ({"at_once": 99}, "16"),
        ({"diarize": True}, "diarize"),
    ],
)
def test_options_are_checked_before_any_file_is_read(world, options, words):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.audio.transcribe("no/such/file.mp3", **options))
    assert words in str(caught.value)
    assert booth.asked == []


def test_a_recording_over_25_mb_that_cannot_be_read_is_refused(world, tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "MAX_BYTES", 1000)
    booth = Booth()
    world.open(booth)
    large = tmp_path / "large.mp3"
    large.write_bytes(b"\0" * 2000)
    with pytest.raises(errors.InvalidInput, match="WAV, FLAC"):
        world.run(lambda v: v.audio.transcribe(large))
    assert booth.asked == []


def test_a_recording_over_25_mb_is_sent_in_pieces_with_the_right_times(world, monkeypatch, tmp_path, said):
    monkeypatch.setattr(recordings, "MAX_BYTES", 150_000)
    monkeypatch.setattr(recordings, "PIECE", 5.0)
    path = tmp_path / "talk.wav"
    path.write_bytes(encode(talk(3.0, 3.5, 2.5, pause=1.0), "wav"))
    booth = Booth()
    found = world.open(booth).run(lambda v: v.audio.transcribe(path, timestamps=True, model=WHISPER))
    assert found.pieces == len(booth.asked) == 3
    assert {each["type"] for each in booth.asked} == {"audio/flac"}
    assert sorted(each["filename"] for each in booth.asked) == ["talk-1.flac", "talk-2.flac", "talk-3.flac"]
    frame = found.segments
    assert frame["start"].tolist() == pytest.approx([0.0, 3.5, 8.0], abs=0.3)
    assert frame["end"].iloc[-1] == pytest.approx(11.0, abs=0.05)
    assert found.duration == pytest.approx(11.0, abs=0.01)
    assert float(found.cost) == pytest.approx(11 * 0.0001, rel=0.02)
    assert "3 pieces" in " ".join(said)
    assert found.to_srt().startswith("1\n00:00:00,000 -->")


def test_the_user_may_ask_for_pieces(world):
    booth = Booth()
    sound = encode(talk(8.0, 8.0, pause=1.0), "flac")
    found = world.open(booth).run(lambda v: v.audio.transcribe(sound, longest=10))
    assert found.pieces == len(booth.asked) == 2
    assert found.source.data == sound


def test_when_a_piece_fails_the_others_are_not_lost(world, said):
    def answer(path, asked):
        return httpx.Response(400, json={"error": "no"}) if "-2.flac" in asked["filename"] else None

    world.open(Booth(answer))
    with pytest.raises(errors.BadRequest):
        world.run(lambda v: v.audio.transcribe(encode(talk(8.0, 8.0), "flac"), longest=10))
    assert world.client.last.text
    assert "1 of 2 pieces" in " ".join(said)


def test_missing_times_are_told_and_marked(world, said):
    def answer(path, asked):
        return httpx.Response(200, json={"text": "Hello."})

    found = world.open(Booth(answer)).run(lambda v: v.audio.transcribe(file(2.0), timestamps=True))
    assert found.segments["times"].tolist() == ["none"]
    assert found.segments["end"].tolist() == [pytest.approx(2.0, rel=0.1)]
    assert "gave no times" in " ".join(said)


def test_plain_text_is_a_transcript_too(world):
    def answer(path, asked):
        assert asked["response_format"] == b"text"
        return httpx.Response(200, text="Hello there.")

    found = world.open(Booth(answer)).run(lambda v: v.audio.transcribe(file(2.0), response_format="text"))
    assert found.text == "Hello there."
    assert found.duration == pytest.approx(2.0, rel=0.1)


def test_silence_is_told_by_the_server(world):
    def answer(path, asked):
        return httpx.Response(422, json={"error": "The audio is silent"})

    world.open(Booth(answer))
    with pytest.raises(errors.APIError) as caught:
        world.run(lambda v: v.audio.transcribe(file(2.0)))
    assert caught.value.status == 422


# --- many --------------------------------------------------------------------------------


def test_a_folder_becomes_a_table_and_a_bad_file_leaves_its_error(world, tmp_path):
    folder = tmp_path / "talks"
    folder.mkdir()
    for number, seconds in enumerate([1.0, 2.0, 3.0]):
        (folder / f"{number}.mp3").write_bytes(file(seconds))
    (folder / "bad.wav").write_bytes(b"nonsense")
    (folder / "notes.txt").write_text("not a recording")
    (folder / ".hidden.mp3").write_bytes(file(1.0))
    (folder / "sub.mp3").mkdir()
    booth = Booth()
    table = world.open(booth).run(lambda v: v.audio.transcribe(folder))
    assert isinstance(table, Transcripts)
    assert table.files == ("0.mp3", "1.mp3", "2.mp3", "bad.wav")
    assert table.df["text"].tolist() == ["1.0 seconds.", "2.0 seconds.", "3.0 seconds.", ""]
    assert table.df["seconds"].tolist()[:3] == pytest.approx([1.0, 2.0, 3.0], rel=0.1)
    assert set(table.errors) == {"bad.wav"}
    assert isinstance(table.errors["bad.wav"], errors.InvalidInput)
    assert len(booth.asked) == 3
    assert float(table.cost) == pytest.approx(0.0006, rel=0.1)
    assert table.one("1.mp3").text == "2.0 seconds."
    assert table.one(0).text == "1.0 seconds."
    with pytest.raises(errors.InvalidInput):
        table.one("bad.wav")
    with pytest.raises(errors.InvalidInput, match="called"):
        table.one("other.mp3")
    assert "3 transcripts" in repr(table)
    assert "1 failed" in repr(table)
    saved = table.save_all(tmp_path, ".txt")
    assert [each.name for each in saved] == ["0.mp3.txt", "1.mp3.txt", "2.mp3.txt"]


def test_a_list_may_mix_anything(world, path):
    table = world.open().run(lambda v: v.audio.transcribe([path, file(1.0), Audio(file(3.0), "audio/mpeg")]))
    assert table.files[:2] == ("talk.mp3", "recording 1")
    assert table.df["text"].tolist() == ["2.0 seconds.", "1.0 seconds.", "3.0 seconds."]


def test_a_column_of_recordings_keeps_its_index(world, path):
    column = pd.Series([path, None, file(1.0)], index=["mon", "tue", "wed"])
    table = world.open(Booth()).run(lambda v: v.audio.transcribe(column))
    assert table.df["text"].to_dict() == {"mon": "2.0 seconds.", "tue": "", "wed": "1.0 seconds."}
    assert table.df.loc["tue", "error"]
    with pytest.raises(errors.InvalidInput, match="one recording or more"):
        world.run(lambda v: v.audio.transcribe(column[:0]))


def interrupted(at):
    """A server that hears so many recordings; at the next one the user presses Ctrl-C."""
    heard = []

    def answer(path, asked):
        heard.append(asked)
        return KeyboardInterrupt() if len(heard) > at else None

    return Booth(answer)


def test_an_interrupted_batch_leaves_the_transcripts_that_had_come(world, path):
    column = pd.Series([path, file(1.0), file(3.0), path], index=["mon", "tue", "wed", "thu"])
    world.open(interrupted(2))
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.audio.transcribe(column, at_once=1))
    assert world.client.last.df["text"].to_dict() == {"mon": "2.0 seconds.", "tue": "1.0 seconds."}


def test_an_interrupt_in_a_long_recording_leaves_the_pieces_that_had_come(world):
    long = encode(talk(9.0, 9.0, 9.0), "wav")
    world.open(interrupted(1))
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.audio.transcribe(long, longest=12, at_once=1, timestamps=True))
    assert world.client.last.pieces == 1
    assert world.client.last.segments["start"].tolist() == [0.0]


def test_what_the_api_does_not_take_is_sent_as_flac_which_is_told(world, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr("venice_nb.client.session.notice", said.append)
    booth = Booth()
    talk = tmp_path / "talk.aiff"
    with av.open(str(talk), "w") as box:
        stream = box.add_stream("pcm_s16be", rate=8000, layout="mono")
        samples = (np.sin(np.arange(8000) / 5) * 9000).astype("int16")[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 8000
        box.mux(stream.encode(frame))
        box.mux(stream.encode())
    assert world.open(booth).run(lambda v: v.audio.transcribe(talk)).text == "1.0 seconds."
    assert booth.asked[0]["filename"] == "talk.flac"
    assert said == ["The API does not take audio/aiff: it is sent as talk.flac."]


def test_a_folder_without_recordings_is_told(world, tmp_path):
    world.open()
    with pytest.raises(errors.InvalidInput, match="holds no recordings"):
        world.run(lambda v: v.audio.transcribe(tmp_path))


def test_a_batch_shows_a_bar_with_its_cost_and_its_failures(world, tmp_path, path, monkeypatch):
    out = io.StringIO()
    from tqdm import std

    monkeypatch.setattr("tqdm.auto.tqdm", lambda **options: std.tqdm(file=out, **options))
    (tmp_path / "bad.mp3").write_bytes(b"no sound")
    table = world.open().run(lambda v: v.audio.transcribe([path, tmp_path / "bad.mp3"], progress=True))
    last = out.getvalue().split("\r")[-1]
    assert "2/2" in last
    assert f"cost={text.money(table.cost.usd)}, failed=1" in last


def test_a_batch_in_a_script_and_a_single_recording_show_none(world, path, capfd):
    world.open().run(lambda v: v.audio.transcribe([path, path]))
    world.run(lambda v: v.audio.transcribe(path, progress=True))
    assert capfd.readouterr().err == ""
    with pytest.raises(errors.InvalidInput, match="progress"):
        world.run(lambda v: v.audio.transcribe([path], progress="yes"))


def test_a_key_that_is_refused_ends_the_batch(world, path):
    world.open(Booth(lambda path, asked: httpx.Response(401, json={"error": "Authentication failed"})))
    with pytest.raises(errors.AuthenticationError):
        world.run(lambda v: v.audio.transcribe([path, path]))


# --- the sandbox -------------------------------------------------------------------------


def test_the_sandbox_writes_down_what_it_said(world):
    world.sandbox()
    audio = world.run(lambda v: v.audio.speak("Hello, welcome to Venice."))
    audio.save("audio.mp3")
    found = world.run(lambda v: v.audio.transcribe("audio.mp3", model=WHISPER, timestamps=True))
    assert found.text == "Hello, welcome to Venice."
    assert found.timed
    assert found.segments["end"].max() <= audio.duration + 0.1


def test_the_seed_s_example_explains_what_its_model_leaves_out(world):
    world.sandbox()
    world.run(lambda v: v.audio.speak("Hello, welcome to Venice.")).save("audio.mp3")
    with Path("audio.mp3").open("rb") as handle:
        found = world.run(
            lambda v: v.audio.transcribe(
                handle, model="nvidia/parakeet-tdt-0.6b-v3", response_format="json", timestamps=True
            )
        )
    assert found.text == "Hello, welcome to Venice."


def test_samples_and_their_rate_may_come_as_the_pair_that_scipy_and_soundfile_give(world):
    world.open()
    heard = tone(1.5, rate=16_000).samples
    for given in ((16_000, heard), (heard, 16_000), (np.int64(16_000), heard)):
        assert world.run(lambda v, given=given: v.audio.transcribe(given)).text == "1.5 seconds."
    table = world.run(lambda v: v.audio.transcribe([(16_000, heard), (heard, 16_000)]))
    assert table.to_frame()["text"].tolist() == ["1.5 seconds."] * 2


def test_two_arrays_are_two_recordings(world):
    world.open()
    heard = tone(1.5, rate=16_000).samples
    table = world.run(lambda v: v.audio.transcribe((heard, heard), rate=16_000))
    assert len(table) == 2


def test_times_may_be_asked_for_as_the_form_spells_it(world, path):
    booth = Booth()
    world.open(booth).run(lambda v: v.audio.transcribe(path, timestamps="true", model=WHISPER))
    world.run(lambda v: v.audio.transcribe(path, timestamps="false", model=WHISPER))
    assert booth.asked[0]["timestamps"].decode() == "true"
    assert "timestamps" not in booth.asked[1]
    with pytest.raises(errors.InvalidInput, match="timestamps must be True or False"):
        world.run(lambda v: v.audio.transcribe(path, timestamps="yes"))


def test_the_model_that_gives_times_is_not_said_to_leave_them_out(world, path, said):
    world.open().run(lambda v: v.audio.transcribe(path, timestamps=True, model=WHISPER))
    assert not any(WHISPER in note for note in said)


@pytest.mark.parametrize(
    ("verb", "field", "ours"), [("transcribe", "file", "audio"), ("speak", "input", "text")]
)
def test_a_field_of_the_api_that_has_another_name_here_is_explained(world, verb, field, ours):
    world.open()
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: getattr(v.audio, verb)(**{field: "x"}))
    assert caught.value.do == f"it is called {ours!r} here"
