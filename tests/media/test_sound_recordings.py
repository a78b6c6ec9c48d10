"""Recordings from anywhere, ready to be sent; what is none is told before anything is sent."""

import base64
import io

import numpy as np
import pytest

from tests.made_media import film, plain_picture
from tests.made_sound import file, talk, tone
from venice_nb.errors import InvalidInput
from venice_nb.media import recordings
from venice_nb.media.encoding import encode
from venice_nb.media.recordings import as_type, pieces, recording
from venice_nb.media.sound import container, decode
from venice_nb.results.sound.audio import Audio


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "talk.mp3"
    path.write_bytes(file(1.0))
    return path


def test_a_recording_comes_from_a_path_a_text_bytes_or_an_open_file(path):
    data = path.read_bytes()
    with path.open("rb") as handle:
        given = [path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data), handle]
        found = [recording(each) for each in given]
    for each in found:
        assert each.data == data
        assert each.mime == "audio/mpeg"
        assert each.name.endswith(".mp3")
        assert each.seconds == pytest.approx(1.0, rel=0.1)
    assert found[0].name == found[1].name == found[6].name == "talk.mp3"
    assert found[0].path == path
    url = "data:audio/mpeg;base64," + base64.b64encode(data).decode()
    assert recording(url).data == data


@pytest.mark.parametrize("kind", ["mp3", "wav", "flac", "aac", "opus"])
def test_the_content_names_the_file_whatever_it_was_called(tmp_path, kind):
    path = tmp_path / "talk.bin"
    path.write_bytes(file(0.5, kind))
    found = recording(path)
    assert found.name.startswith("talk.")
    assert "." + found.name.rpartition(".")[2] in recordings.TAKEN[found.mime]


def test_films_are_listened_to_as_they_are():
    found = recording(film())
    assert found.mime == "video/mp4"
    assert found.name == "recording.mp4"
    with pytest.raises(InvalidInput, match="no sound"):
        recording(film(sound=False))


def test_sound_the_api_does_not_take_is_converted():
    found = recording(film(kind="matroska"))
    assert (found.mime, found.converted) == ("audio/flac", "video/x-matroska")
    assert container(found.data) == "audio/flac"


def test_our_own_sound_is_a_recording_also_without_a_header():
    audio = Audio(encode(tone(1.0, rate=48_000), "pcm"), "audio/pcm", rate=48_000)
    found = recording(audio)
    assert found.mime == "audio/wav"
    assert found.seconds == pytest.approx(1.0)
    assert recording(Audio(file(1.0), "audio/mpeg")).name.endswith(".mp3")


@pytest.mark.parametrize(
    "array",
    [
        tone(1.0).samples,
        tone(1.0).samples.astype("f8"),
        (tone(1.0).samples * 32767).astype("i2"),
        (tone(1.0).samples * 2147480000).astype("i4"),
        (tone(1.0).samples * 127 + 128).astype("u1"),
        np.column_stack([tone(1.0).samples] * 2),
        np.stack([tone(1.0).samples] * 2),
        tone(1.0).samples[:, None],
    ],
    ids=["f4", "f8", "i2", "i4", "u1", "n x 2", "2 x n", "n x 1"],
)
def test_an_array_of_a_microphone_is_a_recording(array):
    found = recording(array, rate=24_000)
    assert found.seconds == pytest.approx(1.0, abs=0.01)
    assert np.abs(decode(found.data).samples).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (b"", {}, "no bytes"),
        (b"hello, this is text", {}, "This is text"),
        (b"\0\1\2\3" * 100, {}, "Check that it is a recording"),
        (plain_picture(), {}, "images="),
        (file(1.0, "wav")[:40], {}, "cannot be"),
        ("nowhere.mp3", {}, "Check the path"),
        (base64.b64encode(file(1.0)).decode(), {}, "base64.b64decode"),
        (base64.b64encode(file(0.1)).decode()[:400], {}, "base64.b64decode"),
        ("https://example.org/talk.mp3", {}, "Download it first"),
        (io.StringIO("text"), {}, 'open(path, "rb")'),
        (7, {}, "a path"),
        (None, {}, "a path"),
        (tone(1.0).samples, {}, "rate=16000"),
        (tone(1.0).samples, {"rate": "16000"}, "rate=16000"),
        (tone(1.0).samples, {"rate": 7}, "rate=16000"),
        (np.zeros((3, 4, 5)), {"rate": 16_000}, "reshape"),
        (np.zeros(0), {"rate": 16_000}, "reshape"),
        (np.array(["a"]), {"rate": 16_000}, "float32"),
        (np.array([np.nan, 0.0]), {"rate": 16_000}, "Divide it"),
        (tone(1.0).samples * 100, {"rate": 16_000}, "Divide it"),
        (b"RIFF", {"rate": 16_000}, "files know it"),
    ],
)
def test_what_is_no_recording_is_refused_with_what_to_do(source, options, words):
    with pytest.raises(InvalidInput) as caught:
        recording(source, **options)
    assert caught.value.field == "audio"
    assert words in str(caught.value)


def test_a_closed_file_is_told(path):
    with path.open("rb") as handle:
        pass
    with pytest.raises(InvalidInput, match="with block"):
        recording(handle)


def test_a_recording_that_one_request_carries_goes_as_it_is(path):
    source = recording(path)
    assert list(pieces(source)) == [(0.0, source)]
    assert list(pieces(source, 10)) == [(0.0, source)]


def test_a_recording_that_is_too_large_is_cut_in_its_pauses(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "MAX_BYTES", 100_000)
    monkeypatch.setattr(recordings, "PIECE", 4.0)
    sound = talk(3.0, 2.5, 3.5, pause=0.5)
    path = tmp_path / "talk.wav"
    path.write_bytes(encode(sound, "wav"))
    for given in (path, path.read_bytes()):
        source = recording(given)
        assert not source.whole
        found = list(pieces(source))
        assert len(found) == 3
        at = 0.0
        for start, piece in found:
            assert start == pytest.approx(at)
            assert piece.mime == container(piece.data) == "audio/flac"
            assert piece.whole
            at += piece.seconds
        assert at == pytest.approx(sound.seconds, abs=0.01)
    assert [piece.name for _, piece in pieces(recording(path))] == [
        "talk-1.flac",
        "talk-2.flac",
        "talk-3.flac",
    ]


def test_an_open_file_that_is_too_large_is_read_from_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "MAX_BYTES", 100_000)
    path = tmp_path / "talk.wav"
    path.write_bytes(encode(talk(3.0), "wav"))
    with path.open("rb") as handle:
        found = recording(handle)
    assert (found.data, found.path, found.seconds) == (None, path, pytest.approx(3.0))


def test_a_sample_of_another_type_becomes_wav():
    opus = recording(file(1.0, "opus"))
    made = as_type(opus, frozenset({"audio/wav"}), "sample")
    assert (made.mime, made.converted, container(made.data)) == ("audio/wav", "audio/ogg", "audio/wav")
    assert as_type(made, frozenset({"audio/wav"}), "sample") is made
