"""What a camera sees: any part of a scene, scaled to the size of the frame, to a fraction of a pixel."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.sandbox.filming import hills, psnr
from venice_nb.sandbox.studio.film.film import Frame
from venice_nb.sandbox.studio.film.lens import ROOM, Lens, span


@pytest.fixture
def scene():
    """Soft rings: whatever is moved by a pixel looks another way."""
    made = hills(320, 180)
    pen = ImageDraw.Draw(made)
    for reach in range(10, 200, 20):
        pen.ellipse((160 - reach, 90 - reach, 160 + reach, 90 + reach), outline=(240, 230, 90), width=6)
    return made.filter(ImageFilter.GaussianBlur(1))


@pytest.mark.parametrize(
    ("whole", "size"), [(1280, 1280), (720, 720), (1280, 3840), (1280, 480), (48, 48), (640, 1920)]
)
def test_the_chosen_pixels_lie_where_they_should_to_less_than_one(whole, size):
    dice = np.random.default_rng(whole + size)
    off = []
    for _ in range(100):
        near = dice.uniform(0.5, 1)
        low = dice.uniform(0, whole * (1 - near)) + ROOM
        high = low + whole * near
        part, scaled, cut = span(low, high, size)
        assert part.start >= 0
        assert part.stop <= whole + 2 * ROOM
        assert 0 <= cut <= cut + size <= scaled
        step = (part.stop - part.start) / scaled
        ends = part.start + cut * step, part.start + (cut + size) * step
        off.append(max(abs(ends[0] - low), abs(ends[1] - high)) * size / (high - low))
    assert max(off) < 1
    assert np.median(off) < 0.1


def test_the_whole_scene_in_its_own_size_is_the_scene_itself(scene):
    seen = Lens(scene, (320, 180)).seen((0, 0, 320, 180))
    assert (seen.all == Frame.of(np.asarray(scene)).all).all()


@pytest.mark.parametrize("box", [(10.3, 5.7, 290.9, 163.4), (0.0, 0.0, 200.5, 113.0), (60, 40, 320, 180)])
@pytest.mark.parametrize("size", [(320, 180), (160, 90), (640, 360)])
def test_a_part_is_what_pillow_makes_of_it(scene, box, size):
    seen = Lens(scene, size).seen(box).light
    wanted = Frame.of(np.asarray(scene.resize(size, Image.Resampling.BILINEAR, box=box))).light
    moved = np.roll(wanted, 1, 1)
    assert psnr(seen, wanted) > max(30, psnr(seen, moved) + 5)
