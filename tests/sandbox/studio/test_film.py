"""The films themselves: size, length, codecs, motion, and that they are made from what was given."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from tests.sandbox.filming import frames, hills, psnr
from venice_nb.sandbox.rules.video_orders import Order
from venice_nb.sandbox.studio.film import ambience, camera, clips, cuts, film, shooting


def order(work="text", prompt="A boat on a lake", seconds=5.0, ratio="16:9", lines=180, **more):
    return Order(work, prompt, seconds, "", ratio, more.pop("sound", False), lines=lines, **more)


def facts(data):
    with av.open(io.BytesIO(data)) as opened:
        video = opened.streams.video[0]
        return {
            "seconds": opened.duration / 1e6,
            "size": (video.width, video.height),
            "codecs": [stream.codec_context.name for stream in opened.streams],
            "title": opened.metadata["title"],
            "format": video.codec_context.pix_fmt,
        }


def loudness(data):
    sound = clips.Sound.of(data).samples
    return float(np.sqrt(np.mean(sound**2)))


SIZES = [
    (720, 16 / 9, (1280, 720)),
    (1080, 16 / 9, (1920, 1080)),
    (480, 16 / 9, (854, 480)),
    (720, 9 / 16, (720, 1280)),
    (720, 1, (720, 720)),
    (720, 21 / 9, (1680, 720)),
    (2160, 16 / 9, (3840, 2160)),
    (2160, 21 / 9, (4096, 1756)),
    (768, 4 / 3, (1024, 768)),
]


@pytest.mark.parametrize(("lines", "ratio", "size"), SIZES)
def test_a_resolution_is_the_short_side_and_every_side_is_even(lines, ratio, size):
    assert film.frame_size(lines, ratio) == size


@pytest.mark.parametrize(
    ("seconds", "ratio", "size"),
    [(4, "16:9", (320, 180)), (15, "9:16", (180, 320)), (1, "1:1", (180, 180)), (5, "21:9", (420, 180))],
)
def test_a_film_has_the_asked_length_ratio_and_size(seconds, ratio, size):
    found = facts(shooting.shoot(order(seconds=seconds, ratio=ratio), 1))
    assert found["seconds"] == pytest.approx(seconds, rel=0.05)
    assert found["size"] == size
    assert (found["codecs"], found["format"], found["title"]) == (["h264"], "yuv420p", "SANDBOX")


def test_the_index_stands_before_the_pictures():
    data = shooting.shoot(order(seconds=1), 1)
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_is_aac_of_the_films_length_where_it_is_asked():
    data = shooting.shoot(order(sound=True), 1)
    assert facts(data)["codecs"] == ["h264", "aac"]
    assert clips.Sound.of(data).seconds == pytest.approx(5, rel=0.05)
    assert loudness(data) > 0.02


def test_a_given_track_is_heard_and_followed_by_silence():
    tone = np.sin(np.arange(film.RATE, dtype=np.float32) * 2 * np.pi * 440 / film.RATE)
    data = shooting.shoot(order(track=clips.Sound(tone)), 1)
    heard = clips.Sound.of(data).samples
    assert np.abs(heard[: film.RATE // 2]).max() > 0.8
    assert np.abs(heard[2 * film.RATE :]).max() < 0.01


def test_a_film_moves_all_the_way():
    shown = frames(shooting.shoot(order(), 1))
    assert len(shown) == 60
    steps = [psnr(one, other) for one, other in zip(shown[::6], shown[6::6], strict=False)]
    assert max(steps) < 40  # nowhere does it stand still
    assert psnr(shown[0], shown[-1]) < 25


def test_the_prompt_and_the_seed_decide_the_film():
    one, again, other, reseeded = (
        frames(shooting.shoot(order(prompt=prompt, seconds=1), seed))[3]
        for prompt, seed in (("A boat", 1), ("A boat", 1), ("A desert at night", 1), ("A boat", 2))
    )
    assert np.array_equal(one, again)
    assert psnr(one, other) < 20
    assert psnr(one, reseeded) < 30


def test_the_camera_goes_where_the_prompt_sends_it():
    left, right = (camera._Drift(hills(), take(f"pan {way}"))(1.0) for way in ("left", "right"))
    assert left[0] < right[0]
    out = camera._Drift(hills(), take("zoom out"))
    assert out(1.0)[2] - out(1.0)[0] > out(0.0)[2] - out(0.0)[0]


def take(prompt, size=(320, 180), count=10):
    return camera.Take(prompt, 1, size, 6, count)


@pytest.mark.parametrize("size", [(640, 360), (500, 800), (1000, 999)])
def test_image_to_video_starts_with_the_very_picture_and_then_moves(size):
    given = hills(*size)
    shown = frames(shooting.shoot(order("image", pictures={"image": given}, ratio="", lines=360), 1))
    height, width = shown[0].shape[:2]
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
    assert psnr(given.resize((width, height), Image.Resampling.LANCZOS), shown[0]) > 36
    assert psnr(shown[0], shown[-1]) < 30


def test_colours_survive_the_way_into_the_film_and_back():
    patches = np.zeros((120, 240, 3), np.uint8)
    colours = [(200, 30, 30), (30, 180, 40), (40, 60, 200), (240, 220, 40)]
    for at, colour in enumerate(colours):
        patches[:, at * 60 : at * 60 + 60] = colour
    data = film.write([film.Frame.of(patches)] * 3, rate=3, size=(240, 120))
    shown = frames(data)[0].astype(int)
    for at, colour in enumerate(colours):
        assert np.abs(shown[60, at * 60 + 30] - colour).max() <= 8, colour


def test_a_film_reaches_its_end_picture():
    end = Image.fromarray(255 - np.asarray(hills()))
    shown = frames(
        shooting.shoot(order("image", pictures={"image": hills(), "end_image": end}, lines=360), 1)
    )
    assert psnr(end.resize((640, 360)), shown[-1]) > 34
    assert psnr(end.resize((640, 360)), shown[0]) < 15


def test_every_frame_but_the_given_ones_carries_the_mark():
    shown = frames(shooting.shoot(order("image", pictures={"image": hills()}, lines=360), 1))
    mark = camera.stamp(640).pixels()
    corners = [frame[-mark.shape[0] :, : mark.shape[1]] for frame in shown]
    assert psnr(mark, corners[0]) < 15
    assert all(psnr(mark, corner) > 22 for corner in corners[1:])


def test_references_stand_in_the_scene():
    red = Image.new("RGB", (200, 200), (230, 20, 20))
    plain = frames(shooting.shoot(order("reference", seconds=1, lines=360), 1))[0].astype(int)
    shown = frames(shooting.shoot(order("reference", seconds=1, lines=360, references=[red]), 1))[0].astype(
        int
    )
    redder = (shown[..., 0] - shown[..., 1]) - (plain[..., 0] - plain[..., 1])
    assert (redder > 120).mean() > 0.05


@pytest.fixture(scope="module")
def source():
    """Two seconds of a moving picture with a tone."""
    tone = ambience.ambience("rain", 2, 1)
    shown = camera.frames(hills(), camera.Take("pan left", 1, (320, 180), 12, 24), exact=True)
    return clips.Clip.of(film.write(shown, rate=12, size=(320, 180), sound=tone))


def test_a_clip_is_measured(source):
    assert (source.width, source.height, source.rate, source.has_sound) == (320, 180, 12, True)
    assert source.seconds == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_upscaling_enlarges_every_frame_and_keeps_length_rate_and_sound(source, factor):
    data = cuts.enlarged(source, factor)
    found = facts(data)
    assert found["size"] == (320 * factor, 180 * factor)
    assert found["seconds"] == pytest.approx(2, rel=0.05)
    assert found["codecs"] == ["h264", "aac"]
    before, after = frames(source.data), frames(data)
    assert len(after) == len(before) == 24
    for at in (0, 12, 23):
        small = np.asarray(Image.fromarray(after[at]).resize((320, 180), Image.Resampling.BOX))
        assert psnr(small[:150], before[at][:150]) > 30  # above the mark


def test_a_film_is_restyled_frame_by_frame(source):
    def styled(prompt):
        data = cuts.restyled(source, prompt, seed=1, seconds=3, size=(320, 180), sound=True)
        assert facts(data)["seconds"] == pytest.approx(3, rel=0.05)  # a short film starts again
        return frames(data)[6][:150].astype(int)

    grey, night, plain = styled("black and white"), styled("at night"), frames(source.data)[6][:150]
    assert np.ptp(grey, axis=2).mean() < 4
    assert night.mean() < 0.7 * plain.mean()
    assert psnr(styled("as an anime"), plain) < 30


def test_motion_control_moves_a_picture_as_the_clip_does():
    def clip(way):
        shots = []
        for at in range(12):
            shot = np.zeros((64, 96, 3), np.uint8)
            left = 8 + at * 6 if way == "right" else 74 - at * 6
            shot[20:44, left : left + 14] = 255
            shots.append(film.Frame.of(shot))
        return clips.Clip.of(film.write(shots, rate=6, size=(96, 64)))

    seen = [shooting._followed(clip(way), take("x", count=12))(1.0)[0] for way in ("left", "right")]
    assert seen[0] < seen[1]


@pytest.mark.parametrize("data", [b"", b"nothing", b"\0\0\0\x20ftypisom" + b"\0" * 64])
def test_what_is_no_film_is_told(data):
    with pytest.raises(clips.Unreadable):
        clips.Clip.of(data)
    with pytest.raises(clips.Unreadable):
        clips.Sound.of(data)


def test_a_film_that_breaks_off_is_used_as_far_as_it_goes(source):
    broken = clips.Clip.of(source.data[: len(source.data) * 2 // 3])
    assert len(list(broken.frames(12, 24, (320, 180)))) == 24


def test_a_sound_is_no_film():
    from venice_nb.sandbox.studio.sound.encode import encode

    with pytest.raises(clips.Unreadable):
        clips.Clip.of(encode(np.zeros(4000, np.float32), 8000, "wav"))


def test_frames_are_fewer_where_they_are_large():
    rates = [film.frame_rate(*film.frame_size(lines, 16 / 9), 10) for lines in (360, 720, 1080, 2160)]
    assert rates == [12, 6, 3, 3]


def test_the_rate_may_be_a_fraction(source):
    data = film.write(source.frames(12.5, 25, (320, 180)), rate=Fraction(25, 2), size=(320, 180))
    assert facts(data)["seconds"] == pytest.approx(2, rel=0.05)
