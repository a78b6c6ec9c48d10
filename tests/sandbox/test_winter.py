"""Snow in an edited picture: it keeps the hour's colours, and lies on what is under the sky, not on water."""

import io

import numpy as np
import pytest
from PIL import Image

from venice_nb.sandbox.studio.paint.paint import paint
from venice_nb.sandbox.studio.retouch import winter
from venice_nb.sandbox.studio.retouch.edits import changed
from venice_nb.sandbox.studio.tone import light as li

SIZE = {"width": 480, "height": 336}


def painted(prompt, seed):
    return paint(prompt, seed=seed, marked=False, **SIZE)


def snowed(image):
    made, understood = changed([image], "make it snow")
    assert understood
    return made


def field(image):
    return np.asarray(image.convert("RGB"), np.float32) / 255


def colourful(part):
    return float((part.max(-1) - part.min(-1)).mean())


def test_a_canal_at_dusk_keeps_its_colours_and_its_water_in_the_snow():
    dusk = painted("a gondola at dusk", 7)
    before, after = field(dusk), field(snowed(dusk))
    assert colourful(after) > 0.6 * colourful(before), "not grey"
    lower = slice(int(0.7 * SIZE["height"]), None)
    changed_much = np.abs(after[lower] - before[lower]).max(-1) > 0.25
    assert changed_much.mean() < 0.06, "flakes in the air, no blotches on the water"
    assert after.mean() < before.mean() + 0.12, "dusk is not day"


def test_meadows_turn_white_in_the_snow():
    day = painted("a village street", 2)
    lower = slice(int(0.8 * SIZE["height"]), None)
    assert field(snowed(day))[lower].mean() > field(day)[lower].mean() + 0.2


def test_mountain_tops_get_a_cap():
    day = painted("a mountain by a lake, a red house", 3)
    before, after = field(day), field(snowed(day))
    sky = np.zeros(before.shape[:2], np.float32)
    sky[:100] = 1
    flat = np.full_like(before, 0.3)
    flat[:100] = 0.8
    cap = winter._tops(flat, sky, np.full_like(sky, 0.5))
    assert cap[100:104].all()
    assert not cap[:100].any()
    assert not cap[130:].any()
    assert not winter._tops(np.full_like(before, 0.8), sky, np.full_like(sky, 0.5)).any(), "no edge, no cap"
    assert after.mean() > before.mean()


@pytest.mark.parametrize(
    ("prompt", "seed", "wet"),
    [
        ("a gondola at dusk", 7, True),
        ("a mountain by a lake, a red house", 3, True),
        ("a red sailing boat on a calm sea, birds", 11, True),
        ("a village street", 2, False),
        ("a forest", 4, False),
        ("a desert with a camel", 3, False),
        ("a cat on a meadow with trees", 5, False),
    ],
)
def test_water_is_told_from_land(prompt, seed, wet):
    found = winter.water(field(painted(prompt, seed)))
    assert found.shape == (SIZE["height"], SIZE["width"])
    assert bool(found[-5:].mean() > 0.9) is wet
    assert found[: SIZE["height"] // 3].max() == 0


@pytest.mark.parametrize("size", [(8, 8), (31, 7), (7, 200), (300, 20)])
def test_small_and_narrow_pictures_are_snowed_on_too(size):
    plain = Image.new("RGB", size, (40, 90, 60))
    assert snowed(plain).size == size
    assert np.isfinite(li.from_image(snowed(plain))).all()


def test_the_same_picture_is_snowed_on_in_the_same_way():
    dusk = painted("a gondola at dusk", 7)
    out = io.BytesIO(), io.BytesIO()
    for each in out:
        snowed(dusk).save(each, "PNG")
    assert out[0].getvalue() == out[1].getvalue()
