"""What films are made from: every kind of media, read once, checked before anything is sent."""

import base64
import io

import pytest
from film_given import film, picture, sound
from PIL import Image

from venice_nb.calls.films import inputs as video_inputs
from venice_nb.calls.films.inputs import check_keyframes, read_inputs

PNG = picture()
FRAME = {"image_url": PNG, "frame_index": 0}


def png():
    return Image.open(io.BytesIO(PNG))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: PNG,
        lambda folder: folder / "first.png",
        lambda folder: str(folder / "first.png"),
        lambda folder: io.BytesIO(PNG),
        lambda folder: png(),
        lambda folder: __import__("numpy").asarray(png()),
        lambda folder: f"data:image/png;base64,{base64.b64encode(PNG).decode()}",
    ],
)
def test_a_picture_is_taken_from_wherever_it_is(tmp_path, make):
    (tmp_path / "first.png").write_bytes(PNG)
    found = read_inputs({"image_url": make(tmp_path)})
    head, _, data = found.body["image_url"].partition(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (320, 180)
    assert found.pictures == {"image_url": (320, 180)}


def test_what_is_elsewhere_is_handed_on(fits):
    urls = {
        "image_url": "https://example.com/a.png",
        "end_image_url": "https://example.com/b.png",
        "audio_url": "https://example.com/a.mp3",
        "video_url": "https://example.com/a.mp4",
        "reference_document_urls": ["https://example.com/a.pdf"],
    }
    assert read_inputs(urls).body == urls


def test_lists_are_sent_in_order():
    body = read_inputs(
        {
            "reference_image_urls": (PNG, "https://example.com/a.png"),
            "reference_video_urls": [film()],
            "reference_audio_urls": [sound()],
            "scene_image_urls": [PNG],
            "elements": [{"frontal_image_url": PNG, "reference_image_urls": [PNG], "video_url": film()}],
            "keyframes": [FRAME, {"image_url": PNG, "frame_index": 48}],
        }
    ).body
    assert body["reference_image_urls"][1] == "https://example.com/a.png"
    assert body["reference_video_urls"][0].startswith("data:video/mp4;base64,")
    assert body["reference_audio_urls"][0].startswith("data:audio/wav;base64,")
    assert set(body["elements"][0]) == {"frontal_image_url", "reference_image_urls", "video_url"}
    assert [frame["frame_index"] for frame in body["keyframes"]] == [0, 48]


def test_empty_lists_are_left_out():
    assert read_inputs({"reference_image_urls": [], "elements": [], "keyframes": ()}).body == {}


BAD = [  # what is given, the field that is named
    ({"image_url": "nowhere.png"}, "image_url"),
    ({"image_url": sound()}, "image_url"),
    ({"image_url": PNG[:200]}, "image_url"),
    ({"image_url": b""}, "image_url"),
    ({"image_url": [PNG]}, "image_url"),
    ({"image_url": "http://localhost/a.png"}, "image_url"),
    ({"image_url": "http://127.1/a.png"}, "image_url"),
    ({"image_url": "file:///etc/passwd"}, "image_url"),
    ({"image_url": "javascript:alert(1)"}, "image_url"),
    ({"image_url": "https://user:pass@example.com/a.png"}, "image_url"),
    ({"audio_url": "http://10.0.0.1/a.mp3"}, "audio_url"),
    ({"audio_url": picture()}, "audio_url"),
    ({"audio_url": sound(31)}, "audio_url"),
    ({"audio_url": b"RIFF\x24\0\0\0WAVEjunk" + b"\0" * 64}, "audio_url"),
    ({"audio_url": b"fLaC" + b"\0" * 100}, "audio_url"),
    ({"audio_url": b"ID3" + b"\0" * 15_000_001}, "audio_url"),
    ({"video_url": PNG}, "video_url"),
    ({"video_url": b"RIFF\0\0\0\0AVI " + b"\0" * 64}, "video_url"),
    ({"video_url": film()[:300]}, "video_url"),
    ({"video_url": "ftp://example.com/a.mp4"}, "video_url"),
    ({"reference_image_urls": PNG}, "reference_image_urls"),
    ({"reference_image_urls": "a.png"}, "reference_image_urls"),
    ({"reference_image_urls": ["https://example.com/a.png"] * 31}, "reference_image_urls"),
    ({"reference_image_urls": [PNG, None]}, "reference_image_urls[1]"),
    ({"reference_video_urls": ["https://example.com/a.mp4"] * 11}, "reference_video_urls"),
    ({"reference_audio_urls": ["https://example.com/a.mp3"] * 11}, "reference_audio_urls"),
    ({"reference_audio_urls": [sound(), PNG]}, "reference_audio_urls[1]"),
    ({"reference_document_urls": ["https://example.com/a.pdf"] * 2}, "reference_document_urls"),
    ({"reference_document_urls": [PNG]}, "reference_document_urls[0]"),
    ({"scene_image_urls": ["https://example.com/a.png"] * 5}, "scene_image_urls"),
    ({"elements": [{"frontal_image_url": PNG}] * 5}, "elements"),
    ({"elements": [PNG]}, "elements[0]"),
    ({"elements": [{}]}, "elements[0]"),
    ({"elements": [{"front": PNG}]}, "front"),
    ({"elements": [{"reference_image_urls": [PNG] * 4}]}, "elements[0].reference_image_urls"),
    ({"elements": {"frontal_image_url": PNG}}, "elements"),
    ({"keyframes": [{"image_url": PNG}]}, "keyframes[0]"),
    ({"keyframes": [{"image_url": PNG, "frame_index": -1}]}, "keyframes[0].frame_index"),
    ({"keyframes": [{"image_url": PNG, "frame_index": 1.5}]}, "keyframes[0].frame_index"),
    ({"keyframes": [{"image_url": "x.png", "frame_index": 0}]}, "keyframes[0].image_url"),
    ({"keyframes": [FRAME] * 11}, "keyframes"),
]


@pytest.mark.parametrize(("given", "field"), BAD)
def test_media_that_cannot_be_used_are_refused_by_name(refused, given, field):
    refused(lambda: read_inputs(given), field)


def test_thirty_seconds_of_music_are_not_too_long():
    assert read_inputs({"audio_url": sound(30)}).body["audio_url"].startswith("data:audio/wav")


def test_a_film_of_more_than_five_minutes_is_refused(refused, monkeypatch):
    monkeypatch.setattr(video_inputs, "CLIP_SECONDS", 1.0)
    refused(lambda: read_inputs({"video_url": film(2)}), "video_url", "Cut it")


def test_together_they_must_fit_into_one_request(refused, monkeypatch):
    monkeypatch.setattr(video_inputs, "BODY", 2_000)
    error = refused(lambda: read_inputs({"image_url": PNG, "video_url": film()}), "video_url", "URL")
    assert "more than the server takes" in str(error)


def test_reference_films_are_measured_where_they_are_here():
    assert read_inputs({"reference_video_urls": [film(2), film(3)]}).reference_seconds == pytest.approx(
        5, abs=0.3
    )
    assert (
        read_inputs({"reference_video_urls": [film(2), "https://example.com/a.mp4"]}).reference_seconds
        is None
    )
    assert read_inputs({}).reference_seconds == 0


def test_keyframes_stand_once_and_within_the_film(refused):
    check_keyframes([{"frame_index": 0}, {"frame_index": 120}], "5s")
    check_keyframes([{"frame_index": 9999}], "Auto")
    refused(
        lambda: check_keyframes([{"frame_index": 0}, {"frame_index": 0}], "5s"), "keyframes[1].frame_index"
    )
    refused(lambda: check_keyframes([{"frame_index": 121}], "5s"), "keyframes[0].frame_index")
