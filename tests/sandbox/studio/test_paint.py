"""Pictures painted from words."""

import numpy as np
import pytest

from venice_nb.sandbox.studio.paint.paint import paint
from venice_nb.sandbox.studio.paint.things import KINDS
from venice_nb.sandbox.studio.paint.words import HOME
from venice_nb.sandbox.studio.tone.names import STYLES
from venice_nb.sandbox.studio.tone.styles import RECIPES


def pixels(prompt, side=128, seed=1, **options):
    image = paint(prompt, **{"seed": seed, "width": side, "height": side, "marked": False, **options})
    return np.asarray(image, np.float32)


def apart(first, second):
    return float(np.abs(first - second).mean())


PROMPTS = [
    "a calm sea at sunset with a lighthouse",
    "gondola on a canal in Venice at dusk",
    "misty forest in autumn",
    "pine forest in winter",
    "snowy mountains and a lake at dawn",
    "neon city at night in the rain",
    "village in spring",
    "desert dunes",
    "tropical beach with three palms",
    "galaxy with a planet",
    "coral reef with five fish",
    "portrait of a woman with green eyes",
    "a cup of coffee on a table",
    "thunderstorm over fields",
    "fireworks, a rainbow and the northern lights",
    "windy meadow with flowers",
    "mandala",
    "spiral of colours",
    "geometric pattern",
    "circles",
    "layers of paper",
    "ink in water",
    "zxqv",
    "",
    "東京タワー 🗼",
    "\ud800 broken",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_picture_has_the_asked_size_more_than_a_few_colours_and_comes_out_the_same_again(prompt):
    image = paint(prompt, seed=3, width=160, height=96)
    assert (image.size, image.mode) == ((160, 96), "RGB")
    assert image.tobytes() == paint(prompt, seed=3, width=160, height=96).tobytes()
    assert len(np.unique(np.asarray(image).reshape(-1, 3), axis=0)) > 200


def test_all_prompts_give_visibly_different_pictures():
    known = [pixels(prompt, 64) for prompt in PROMPTS if prompt]
    nearest = min(apart(a, b) for at, a in enumerate(known) for b in known[:at])
    assert nearest > 10


def test_another_seed_is_another_picture_of_the_same_kind():
    first, second = pixels("misty forest in autumn"), pixels("misty forest in autumn", seed=2)
    assert apart(first, second) > 5
    assert np.abs(first.mean((0, 1)) - second.mean((0, 1))).max() < 40


def test_a_moon_shines_on_pictures_far_longer_than_wide():
    assert paint("moon", seed=1, width=64, height=1280).size == (64, 1280)


@pytest.mark.parametrize("size", [(16, 16), (1, 40), (1280, 64), (2048, 2048)])
def test_every_size_is_painted(size):
    assert paint("a boat at sea", seed=1, width=size[0], height=size[1]).size == size


def test_night_is_dark_and_winter_is_white():
    night, day = (pixels(f"mountains {when}").mean() for when in ("at night", "at noon"))
    assert night < day - 50
    green, white = (pixels(f"field in {season}")[80:].mean((0, 1)) for season in ("summer", "winter"))
    assert green[1] > green[2] + 25
    assert np.ptp(white) < 25


@pytest.mark.parametrize(("tone", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_thing_has_the_colour_the_prompt_gives_it(tone, channel):
    plain = pixels("a balloon in the sky")
    own = pixels(f"a {tone} balloon in the sky")
    middle = own[10:80, 40:88].reshape(-1, 3)
    strong = middle[np.ptp(middle, axis=1) > 60]
    assert strong.mean(0).argmax() == channel or apart(plain, own) > 3


def test_what_the_negative_prompt_names_is_left_out():
    with_it, without = (pixels("three balloons over the sea", negative=no) for no in ("", "balloons"))
    assert apart(with_it, without) > 1
    assert apart(pixels("sea, no rain"), pixels("sea in the rain")) > 5


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_thing_is_drawn_where_its_name_is_said(kind):
    place = HOME.get(kind, "field")
    empty, full = pixels(f"{place} place", 96), pixels(f"{place} with a {kind}", 96)
    assert apart(empty, full) > 0.5


def test_more_of_a_thing_is_more():
    def dark(count):
        return int((pixels(f"{count} black birds over the sea", 256)[:120].max(-1) < 70).sum())

    assert dark("nine") > dark("one") > 0


def test_there_is_a_recipe_for_every_style_and_no_other():
    assert set(RECIPES) == set(STYLES)
    assert len(STYLES) == 76


@pytest.mark.parametrize("style", STYLES)
def test_every_style_changes_the_picture_and_does_so_again(style):
    plain = pixels("village by a lake in autumn", 96)
    styled = pixels("village by a lake in autumn", 96, style=style)
    assert apart(plain, styled) > 1.5
    assert np.array_equal(styled, pixels("village by a lake in autumn", 96, style=style))


def test_styles_keep_their_word():
    prompt = "red boat on a blue lake"
    grey = pixels(prompt, style="Monochrome")
    assert np.ptp(grey, axis=-1).max() <= 1
    blocks = pixels(prompt, 144, style="Pixel Art")
    assert (np.diff(blocks, axis=1) == 0).all(-1).mean() > 0.45
    paper = pixels(prompt, style="Line Art")
    assert (paper.min(-1) > 225).mean() > 0.6
    assert pixels(prompt, style="Neon Punk").mean() < pixels(prompt).mean() - 20


def test_the_mark_is_in_the_lower_left_corner_and_nowhere_else():
    plain = paint("fog", seed=1, width=256, height=256, marked=False)
    marked = paint("fog", seed=1, width=256, height=256)
    rows, columns = np.nonzero(np.abs(np.asarray(plain, int) - np.asarray(marked, int)).max(-1))
    assert rows.min() > 230
    assert columns.min() < 4
    assert columns.max() < 140
