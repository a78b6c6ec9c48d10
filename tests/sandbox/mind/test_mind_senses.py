# ruff: noqa: RUF001  typographic marks are part of what is said
"""Pictures, sounds and films."""

import base64
import io
import json
import wave

import numpy as np
import pytest
from asking import BOOLEAN, INTEGER, STRING, answer, schema
from PIL import Image, ImageDraw


def url(image, form="PNG"):
    box = io.BytesIO()
    image.save(box, form)
    return f"data:image/{form.lower()};base64,{base64.b64encode(box.getvalue()).decode()}"


def shown(text, *images):
    parts = [{"type": "image_url", "image_url": {"url": i if isinstance(i, str) else url(i)}} for i in images]
    return {"role": "user", "content": [{"type": "text", "text": text}, *parts]}


@pytest.fixture
def disc():
    """A red disc at the bottom right of a white picture, 200 by 100."""
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).ellipse((120, 45, 175, 95), fill="red")
    return image


@pytest.fixture
def land():
    """Sky above a meadow, 300 by 200."""
    image = Image.new("RGB", (300, 200), (120, 190, 240))
    ImageDraw.Draw(image).rectangle((0, 120, 300, 200), fill=(40, 140, 50))
    return image


def test_a_picture_is_described_by_size_colours_and_the_place_of_its_main_thing(disc):
    said = answer(shown("Describe this picture", disc))
    for part in ("200 × 100", "landscape", "white", "red", "bottom right"):
        assert part in said


def test_a_horizon_is_found_where_it_is(land):
    said = answer(shown("Describe this picture", land))
    assert "sky blue above, green below" in said
    assert "59%" in said or "60%" in said


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("What colour is the circle?", "It is mostly red."),
        ("How big is it?", "It is 200 pixels wide and 100 high."),
        ("Where is the red thing?", "What stands out most, something red, is in the bottom right."),
    ],
)
def test_a_direct_question_gets_a_direct_answer(disc, question, reply):
    assert answer(shown(question, disc)) == reply


def test_darkness_is_measured():
    assert answer(shown("Is it dark?", Image.new("RGB", (64, 64), (10, 10, 30)))).startswith("Yes")
    assert answer(shown("Is it dark?", Image.new("RGB", (64, 64), "white"))).startswith("No")


def test_pictures_are_compared(disc, land):
    said = answer(shown("Compare these", disc, land))
    assert "Picture 1 is the brighter, picture 2 the larger." in said
    assert answer(shown("Which is darker?", disc, land)).startswith("Picture 2 is the darker.")


def test_a_picture_fills_a_schema(land):
    wanted = schema(colour=STRING, width=INTEGER, is_dark=BOOLEAN, orientation=STRING)
    assert json.loads(answer(shown("Describe", land), response_format=wanted)) == {
        "colour": "sky blue",
        "width": 300,
        "is_dark": False,
        "orientation": "landscape",
    }


def test_what_it_cannot_recognise_it_does_not_claim(disc):
    assert "cannot recognise" in answer(shown("What is in this?", disc))


def test_an_avif_that_breaks_while_it_is_decoded_is_reported():
    out = io.BytesIO()
    Image.new("RGB", (300, 300), (200, 200, 200)).save(out, "AVIF")
    broken = out.getvalue()[:-40] + bytes(40)
    said = "data:image/avif;base64," + base64.b64encode(broken).decode()
    assert "could not be read" in answer(shown("What is this?", said))


def test_a_remote_picture_is_not_fetched_and_a_broken_one_is_reported():
    assert "does not fetch" in answer(shown("What is this?", "https://example.org/a.png"))
    assert "could not be read" in answer(shown("What is this?", "data:image/png;base64,AAAA"))


def test_a_picture_that_unpacks_too_large_is_not_opened():
    bomb = Image.new("1", (8000, 8000))
    assert "8000 × 8000" in answer(shown("What is this?", bomb))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_usual_formats_are_read(disc, form):
    assert "200 × 100" in answer(shown("Describe", url(disc, form)))


def sound(samples, rate=16_000):
    box = io.BytesIO()
    with wave.open(box, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes((samples * 32767).astype("<i2").tobytes())
    return base64.b64encode(box.getvalue()).decode()


def heard(text, data, form="wav"):
    return {
        "role": "user",
        "content": [
            {"type": "text", "text": text},
            {"type": "input_audio", "input_audio": {"data": data, "format": form}},
        ],
    }


def test_a_tone_is_heard_with_its_length_and_pitch():
    said = answer(
        heard("What do you hear?", sound(0.3 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)))
    )
    assert "2.0 seconds" in said
    assert "440 Hz (near A4)" in said


def test_silence_is_heard_as_silence():
    assert "It is silent." in answer(heard("What do you hear?", sound(np.zeros(8000))))


def test_words_are_not_claimed_to_be_recognised():
    assert "do not recognise words" in answer(heard("Transcribe this", sound(np.zeros(8000))))


def test_other_sounds_and_films_are_named_by_their_format():
    assert "an MP3 file of 7 bytes" in answer(
        heard("What is it?", base64.b64encode(b"ID3\4\0\0\0").decode(), "mp3")
    )
    film = {
        "type": "video_url",
        "video_url": {
            "url": "data:video/mp4;base64," + base64.b64encode(b"\0\0\0 ftypisom" + b"\0" * 20).decode()
        },
    }
    said = answer({"role": "user", "content": [{"type": "text", "text": "What happens?"}, film]})
    assert "an MP4 file of 32 bytes" in said
    assert "do not look at moving pictures" in said
