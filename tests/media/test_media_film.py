"""Films: what their headers say, their frames, and whether they are whole."""

import contextlib
import io

import numpy as np
import pytest
from made_media import film
from PIL import Image as Pillow

from venice_nb.errors import VeniceError
from venice_nb.media import film as films
from venice_nb.media.film import FilmError, check, frame, probe

WHOLE = film()
ROUGH = {"mp4": ("h264", "aac", "video/mp4"), "mov": ("h264", "aac", "video/quicktime")}
ROUGH |= {"webm": ("vp8", "opus", "video/webm"), "matroska": ("h264", "aac", "video/x-matroska")}


@pytest.mark.parametrize("kind", ROUGH)
def test_a_film_is_described_by_its_header(kind):
    data = film(kind=kind, seconds=1.5, width=160, height=90)
    found = probe(data)
    assert (found.width, found.height, found.fps, found.has_audio) == (160, 90, 12, True)
    assert found.duration == pytest.approx(1.5, rel=0.05)
    assert (found.codec, found.sound, found.mime) == ROUGH[kind]
    assert check(data) == 18


def test_a_silent_film_has_no_sound():
    found = probe(film(sound=False))
    assert (found.has_audio, found.sound) == (False, "")


def test_a_film_is_read_from_a_path_too(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(WHOLE)
    assert probe(path) == probe(WHOLE)
    assert frame(path) == frame(WHOLE)
    with pytest.raises(FilmError, match="No such file"):
        probe(tmp_path / "gone.mp4")


def pixels(png):
    return np.asarray(Pillow.open(io.BytesIO(png)).convert("RGB"), np.int32)


def test_a_frame_is_the_picture_of_its_second():
    first, middle, last, beyond = (pixels(frame(WHOLE, at)) for at in (0, 0.5, 0.95, 99))
    assert first.shape == (72, 128, 3)
    assert first[36, 20, 0] > 220
    assert first[36, 20, 2] < 60
    brightness = [found[36, 100, 1] for found in (first, middle, last)]
    assert brightness == sorted(brightness)
    assert brightness[1] == pytest.approx(100, abs=12)
    assert (beyond == last).all()


def test_a_frame_can_be_had_small_and_is_never_made_larger():
    whole, small = pixels(frame(WHOLE)), pixels(frame(WHOLE, side=64))
    assert small.shape == (36, 64, 3)
    assert np.abs(small[4:-4:4, 4:-4:4] - whole[8:-8:8, 8:-8:8]).mean() < 12
    assert (pixels(frame(WHOLE, side=500)) == whole).all()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_film_that_breaks_off_is_not_taken_for_a_whole_one(share):
    with pytest.raises(FilmError):
        check(WHOLE[: int(len(WHOLE) * share)])


@pytest.mark.parametrize("kind", ["webm", "matroska"])
def test_a_stream_that_breaks_off_is_not_taken_for_a_whole_one(kind):
    data = film(kind=kind, seconds=3)
    assert check(data) == 36
    with pytest.raises(FilmError):
        check(data[: len(data) * 2 // 3])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "unknown content"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", "text/plain"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "text/plain"),
        (b"<html>502</html>", "text/html"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"junk" * 100, "damaged"),
    ],
)
def test_what_is_no_film_is_refused_before_a_decoder_could_follow_it(data, why):
    for use in (probe, frame, check):
        with pytest.raises(FilmError, match=why) as caught:
            use(data)
        assert isinstance(caught.value, VeniceError)


def test_a_sound_is_no_film():
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as box:
        track = box.add_stream("aac", rate=48000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 48000
        box.mux(track.encode(sound))
        box.mux(track.encode())
    with pytest.raises(FilmError, match="no pictures"):
        probe(out.getvalue())


def test_frames_too_large_to_hold_are_refused(monkeypatch):
    monkeypatch.setattr(films, "MOST_PIXELS", 128 * 72 - 1)
    with pytest.raises(FilmError, match="128 x 72"):
        frame(WHOLE)


@pytest.mark.parametrize("kind", ["mp4", "webm", "matroska"])
def test_a_film_of_hours_is_counted_after_half_a_minute_of_decoding(kind, monkeypatch):
    """A film without an announced length is decoded to see that it is whole; one of hours took hours."""
    whole = film(kind=kind, seconds=3)
    expected = check(whole)
    monkeypatch.setattr(films, "MOST_CHECKED", 500_000)  # five frames
    assert check(whole) == expected
    for share in (0.3, 0.5, 0.66):
        with pytest.raises(FilmError):
            check(whole[: int(len(whole) * share)])


def test_a_damaged_film_never_raises_anything_else():
    random = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(WHOLE)
        for at in random.integers(0, len(data), random.choice([1, 5, 50])):
            data[at] = random.integers(256)
        for use in (probe, frame, check):
            with contextlib.suppress(FilmError):
                use(bytes(data))
