"""What the user gets wrong with films, sound and names of files is told, and nothing is sent, in both worlds.

The numbers are those of the list of bad inputs that the project keeps; 21 to 42 are in
studio/test_bad_pictures.
"""

import io
import os
from pathlib import Path

import numpy as np
import pybase64
import pytest

import venice_nb as vn
from tests.calls.film_given import film, picture, sound
from tests.made_media import film as small_film
from tests.made_media import plain_picture
from tests.made_sound import file
from tests.studio.pictures import Studio, World
from venice_nb.results.films.video import Video
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.transcript import Transcript

TEXT = "kling-2.5-turbo-pro-text-to-video"
IMAGE = "wan-2.5-preview-image-to-video"
UPSCALE = "topaz-video-upscale"
REFER = "seedance-2-0-reference-to-video"
WIDE = {"duration": 5, "aspect_ratio": "16:9"}
ID = "00000000-0000-4000-8000-000000000001"


def both(**options):
    """An order and a quote with the same settings: what is refused of one is refused of the other."""
    return [lambda v: v.video.submit("fog", **options), lambda v: v.video.quote(**options)]


def order(**options):
    return [lambda v: v.video.submit("fog", **options)]


def speak(*text, **options):
    return [lambda v: v.audio.speak(*(text or ("hi",)), **options)]


def hear(source, **options):
    return [lambda v: v.audio.transcribe(source() if callable(source) else source, **options)]


def compose(**options):
    return [
        lambda v: v.audio.music.submit("a slow waltz for strings", **{"model": "stable-audio-25", **options})
    ]


def rows(number, calls, *fields, fix=""):
    return [(number, call, fields, fix) for call in calls]


def closed():
    handle = io.BytesIO(file(0.3))
    handle.close()
    return handle


ROWS = [
    *[
        row
        for odd in ("Auto", "-1", -1, 6, "6s", 0, 5.5, True, "", [5], b"5s", float("nan"), "\u0665")
        for row in rows(43, both(model=TEXT, aspect_ratio="16:9", duration=odd), "duration")
    ],
    *rows(44, order(model=TEXT, duration=5), "aspect_ratio", fix="16:9"),
    *rows(44, order(model=TEXT, duration=5, aspect_ratio=969), "aspect_ratio"),
    *rows(
        44,
        order(model=IMAGE, duration=5, image_url=picture(), aspect_ratio="16:9"),
        "aspect_ratio",
        fix="Leave",
    ),
    *rows(45, order(model=UPSCALE, video_url=film(), resolution="1080p"), "resolution", fix="upscale_factor"),
    *rows(45, order(model=UPSCALE, video_url=film(), upscale_factor=3), "upscale_factor"),
    *rows(46, order(model=IMAGE, duration=5), "image_url"),
    *rows(46, order(model=REFER, duration=5, reference_audio_urls=[sound()]), "reference_audio_urls"),
    *[
        row
        for url in ("http://localhost/a.png", "file:///etc/passwd", "https://u:p@e.org/a.png", "no-such.png")
        for row in rows(46, order(model=IMAGE, duration=5, image_url=url), "image_url")
    ],
    *rows(
        47,
        [
            lambda v, i=i: v.job(i, model=TEXT, kind="video")
            for i in ("", "7", "../x", ID + "0", "x" * 5000, None, 7, ID[:-1] + "\n")
        ],
        "job",
        "id",
        "queue_id",
        "ident",
    ),
    *rows(47, [lambda v: v.job(ID)], "model", "kind", "id", "queue_id", "ident"),
    *rows(47, [lambda v: v.job(ID, model=TEXT, kind="film")], "kind"),
    *[
        row
        for limit in (float("nan"), float("inf"), -1, "1", True, [1], "0.5 USD")
        for calls in (order(model=TEXT, max_usd=limit, **WIDE), compose(max_usd=limit))
        for row in rows(48, calls, "max_usd")
    ],
    *rows(49, speak(""), "text", "input"),
    *rows(49, speak("  \n\t"), "text", "input"),
    *rows(49, speak("\U0001f600\U0001f680"), "text", "input"),
    *rows(49, speak("half \ud83d"), "text", "input"),
    *[row for odd in (None, 5, b"hi", ["hi"]) for row in rows(49, speak(odd), "text", "input")],
    *rows(49, [lambda v: v.audio.stream("x" * 4097)], "text", "input", fix="speak"),
    *[row for odd in (0.24, 4.01, "1", True, float("nan"), 0) for row in rows(50, speak(speed=odd), "speed")],
    *rows(51, speak(voice="Vivian", model="tts-kokoro"), "voice"),
    *rows(51, speak(voice="AF_SKY"), "voice", fix="af_sky"),
    *rows(51, speak(voice=""), "voice"),
    *rows(51, speak(voice=7), "voice"),
    *rows(52, speak(response_format="pcm", model="tts-orpheus"), "response_format"),
    *rows(52, speak(response_format="MP4"), "response_format"),
    *rows(52, hear(file(0.3), response_format="verbose_json"), "response_format", fix="timestamps"),
    *rows(52, hear(file(0.3), response_format="srt"), "response_format"),
    *rows(53, hear(b""), "audio"),
    *rows(53, hear(lambda: "empty.mp3"), "audio"),
    *rows(53, hear(b"\x89PNG\r\n\x1a\n" + bytes(100)), "audio"),
    *rows(53, hear(b"words, not sound " * 9), "audio"),
    *rows(53, hear(lambda: io.TextIOWrapper(io.BytesIO(b"words"))), "audio", fix="rb"),
    *rows(53, hear(closed), "audio"),
    *rows(53, hear(lambda: "pipe"), "audio"),
    *rows(53, hear(lambda: "no-such.mp3"), "audio"),
    *rows(53, hear("https://example.org/a.mp3"), "audio", fix="ownload"),
    *rows(53, hear(lambda: b"ID3\4\0\0\0\0\0\0" + bytes(26_000_000)), "audio"),
    *rows(53, [lambda v: v.audio.clone_voice(np.zeros(100, np.float32), rate=16_000)], "sample"),
    *rows(54, hear(pybase64.b64encode(file(0.3)).decode()), "audio", fix="b64decode"),
    # beyond the list
    *rows(0, order(model=TEXT, lenght=5), "lenght"),
    *rows(0, order(model="llama-3.3-70b", duration=5), "model"),
    *rows(0, order(model=TEXT, consents=True, **WIDE), "consents"),
    *rows(0, [lambda v: v.video.submit("\ud800", model=TEXT, **WIDE)], "prompt"),
    *rows(0, [lambda v: v.video.submit("x" * 100_000, model=TEXT, **WIDE)], "prompt"),
    *rows(0, [lambda v: v.audio.dialogue([])], "lines"),
    *rows(0, [lambda v: v.video.transcribe("http://localhost/x")], "url"),
]


@pytest.fixture(autouse=True)
def files(tmp_path):
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "words.txt").write_text("words")
    os.mkfifo(tmp_path / "pipe")


@pytest.fixture(scope="module")
def opened():
    """Both clients, made once: nothing reaches their server."""
    studios = {name: Studio() for name in ("sync", "async")}
    return {name: (World(name).open(studio), studio) for name, studio in studios.items()}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["sync", "async"])
@pytest.mark.parametrize(
    ("number", "act", "fields", "fix"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)]
)
def test_a_bad_input_is_told_and_nothing_is_sent(opened, name, number, act, fields, fix):
    world, studio = opened[name]
    with pytest.raises(vn.InvalidInput) as told:
        world.run(act)
    error = told.value
    assert error.field in fields
    assert error.allowed
    assert hasattr(error, "value")
    assert error.do
    assert fix in error.do + str(error)
    assert error.charged == "no"
    assert len(str(error)) < 3000
    str(error).encode()
    assert studio.paths == []


def test_the_rows_of_the_list_are_all_here():
    assert {row[0] for row in ROWS} >= set(range(43, 55))


# --- 66: names -------------------------------------------------------------------------------

NAMES = [
    "../x",
    "/etc/x",
    "a\0b",
    "CON",
    "con.png",
    "x" * 300,
    "a/../../x",
    "x\u202egnp",
    "x\x1b[31m",
    "half\ud83d",
    "x.",
    "x ",
    "a\\b",
    "~/x",
]


def results():
    Path("film.mp4").write_bytes(small_film(seconds=0.25, sound=False))
    yield "image", Image(plain_picture())
    yield "audio", Audio(file(0.2), "audio/mpeg")
    yield "video", Video(Path("film.mp4"))
    yield "transcript", Transcript("hello")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_result_is_not_saved_under_a_name_that_is_a_trap(name, tmp_path):
    before = None
    for kind, result in results():
        before = before or sorted(tmp_path.rglob("*"))
        with pytest.raises(vn.InvalidInput) as told:
            result.save(name)
        assert told.value.field == "path", kind
        assert told.value.do
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "x").exists()


def test_a_result_is_not_saved_through_a_link(tmp_path):
    target = tmp_path / "precious.bin"
    target.write_bytes(b"precious")
    for kind, result in results():
        suffix = {"image": "png", "audio": "mp3", "video": "mp4", "transcript": "txt"}[kind]
        link = tmp_path / f"link.{suffix}"
        link.symlink_to(target)
        for overwrite in (False, True):
            with pytest.raises(vn.InvalidInput):
                result.save(link.name, overwrite=overwrite)
        gone = tmp_path / f"gone.{suffix}"
        gone.symlink_to(tmp_path / "not-there")
        with pytest.raises(vn.InvalidInput):
            result.save(gone.name)
    assert target.read_bytes() == b"precious"
    assert not (tmp_path / "not-there").exists()


def test_a_gallery_is_not_saved_outside_of_the_working_folder():
    for name in ("../x", "/etc/x", "a\0b"):
        with pytest.raises(vn.InvalidInput):
            Gallery((Image(plain_picture()),)).save(name)
