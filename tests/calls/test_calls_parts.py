"""Messages with media: every piece becomes the part that the API and the model want."""

import io

import numpy as np
import pybase64
import pytest
from PIL import Image

from venice_nb.calls.talk.chat import chat_completion
from venice_nb.calls.talk.parts import user_message

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 30
MKV = b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x88matroska"
URL = "https://example.com/cat.png"


def png():
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    return out.getvalue()


def encoded(data):
    return pybase64.b64encode(data).decode()


def test_a_text_alone_stays_a_text():
    assert user_message("Hi") == {"role": "user", "content": "Hi"}
    assert user_message() == {"role": "user", "content": ""}


def test_text_comes_first_then_each_kind_of_media(tmp_path):
    (tmp_path / "notes.md").write_text("# Notes")
    message = user_message("What?", images=[URL, png()], audio=WAV, video=MP4, files="notes.md")
    assert message["content"] == [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": URL}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded(png())}"}},
        {"type": "input_audio", "input_audio": {"data": encoded(WAV), "format": "wav"}},
        {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{encoded(MP4)}"}},
        {
            "type": "file",
            "file": {"file_data": f"data:text/markdown;base64,{encoded(b'# Notes')}", "filename": "notes.md"},
        },
    ]


@pytest.mark.parametrize(
    "images", [png(), [png()], (png(),), np.zeros((64, 64)), [np.zeros((64, 64, 3))] * 2]
)
def test_one_picture_or_a_list_of_them(images):
    content = user_message("?", images=images)["content"]
    assert {part["type"] for part in content[1:]} == {"image_url"}


def test_pictures_need_no_text():
    assert [part["type"] for part in user_message(images=URL)["content"]] == ["image_url"]
    assert [part["type"] for part in user_message(" ", images=URL)["content"]] == ["image_url"]


def test_a_message_with_all_media_fits_the_official_file(catalogue, fits):
    able = next(
        model for model in catalogue.of_type("text") if all(map(model.supports, ("vision", "audio", "video")))
    )
    message = user_message("?", images=[URL, png()], audio=[WAV], video=[MP4, URL], files=[b"a,b\n1,2", URL])
    call = fits(chat_completion([message], model=able.id, catalogue=catalogue))
    assert call.tokens > 7 * 1000
    assert call.body["messages"] == [message]


@pytest.mark.parametrize(
    ("media", "field", "words"),
    [
        ({"images": [png(), "absent.png"]}, "images[1]", ""),
        ({"images": "absent.png"}, "images", ""),
        ({"images": [URL] * 11}, "images", "several messages"),
        ({"audio": "https://example.com/a.wav"}, "audio", "Download"),
        ({"audio": [WAV] * 6}, "audio", "several messages"),
        ({"audio": b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm"}, "audio", "WAV"),
        ({"video": MKV}, "video", "MP4"),
        ({"video": [MP4] * 4}, "video", "several messages"),
        ({"files": [b"a"] * 6}, "files", "several messages"),
        ({"files": png()}, "files", "images="),
    ],
)
def test_media_the_chat_does_not_take_are_refused(refused, media, field, words):
    refused(lambda: user_message("?", **media), field, words)


def test_the_prompt_is_a_text(refused):
    refused(lambda: user_message(3), "prompt")
    refused(lambda: user_message("\ud83d"), "prompt")
