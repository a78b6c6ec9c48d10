"""Instructions for edits, read into steps."""

import pytest

from venice_nb.sandbox.studio.retouch.instructions import steps
from venice_nb.sandbox.studio.tone.palettes import NAMED

UNDERSTOOD = [
    ("Make it brighter", "brightness"),
    ("make this photo much darker please", "brightness"),
    ("increase the contrast", "contrast"),
    ("less saturated colors", "saturation"),
    ("warmer light", "warmth"),
    ("turn it black and white", "grey"),
    ("convert to grayscale", "grey"),
    ("sepia tone", "sepia"),
    ("invert the colours", "negative"),
    ("blur it", "soft"),
    ("sharpen the image", "sharp"),
    ("add film grain", "grain"),
    ("with a vignette", "vignette"),
    ("pixelate it", "pixels"),
    ("make it look vintage", "fade"),
    ("make it blue", "tint"),
    ("add a golden tint", "tint"),
    ("make the car red", "tint"),
    ("change the color of the dress to dark green", "tint"),
    ("replace red with blue", "swap"),
    ("change the sky to a sunset", "sky"),
    ("make the sky purple", "sky"),
    ("give it a starry night sky", "sky"),
    ("make it night", "hour"),
    ("at golden hour", "hour"),
    ("turn it into winter", "season"),
    ("autumn leaves everywhere", "season"),
    ("add rain", "weather"),
    ("make it foggy", "weather"),
    ("let it be a thunderstorm", "weather"),
    ("rotate 90 degrees", "rotate"),
    ("flip it vertically", "flip"),
    ("mirror the picture", "flip"),
    ("crop to a square", "crop"),
    ("zoom in", "zoom"),
    ("add a white frame", "frame"),
    ('add the text "Hello"', "text"),
    ("write ‘Ciao’ at the top", "text"),  # noqa: RUF001  (typographic quotes)
    ("in the style of a watercolor", "style"),
    ("make it pixel art", "style"),
    ("turn this into an oil painting", "style"),
    ("Stained Glass", "style"),
    ("remove the background", "background"),
    ("blur the background", "background"),
    ("make the background blue", "background"),
    ("replace the background with a beach at sunset", "background"),
    ("put the cat in a forest", "background"),
    ("add a red balloon", "add"),
    ("add three birds", "add"),
]


@pytest.mark.parametrize(("prompt", "kind"), UNDERSTOOD)
def test_an_instruction_is_read_as_one_step(prompt, kind):
    assert [step.kind for step in steps(prompt)] == [kind]


@pytest.mark.parametrize(
    "prompt", ["frobnicate", "", "improve it", "keep everything blue", "don't make it darker", "Bitte heller"]
)
def test_nothing_is_made_up(prompt):
    assert steps(prompt) == ()


def test_several_steps_keep_their_order_and_what_is_to_stay_is_none():
    found = steps(
        "Rotate 90 degrees left, then make it black & white and add a slight vignette, keep the red car"
    )
    assert [(step.kind, step.amount) for step in found] == [("rotate", -90), ("grey", 1), ("vignette", 0.5)]


def test_a_text_has_its_words_place_and_colour():
    (step,) = steps('add the text "Make it blue" at the top in yellow')
    assert (step.value, step.place, step.tone) == ("Make it blue", "top", NAMED["yellow"])


@pytest.mark.parametrize(
    ("prompt", "amount"), [("darker", -1), ("slightly darker", -0.5), ("much brighter", 1.7), ("brighter", 1)]
)
def test_words_give_the_direction_and_the_strength(prompt, amount):
    assert steps(prompt)[0].amount == amount


def test_a_swap_knows_both_colours():
    (step,) = steps("change the red parts to teal")
    assert (step.other, step.tone) == (NAMED["red"], NAMED["teal"])


def test_a_very_long_instruction_is_read_in_no_time():
    assert steps("add " * 8000) == ()
