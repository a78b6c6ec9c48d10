"""Pictures after their edits: what the instruction says can be measured in the pixels."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from venice_nb.sandbox.studio.paint.paint import paint
from venice_nb.sandbox.studio.retouch import cutout, retouch, scenery
from venice_nb.sandbox.studio.retouch.edits import changed
from venice_nb.sandbox.studio.tone.names import STYLES


@pytest.fixture(scope="module")
def meadow():
    return paint("summer meadow with mountains", seed=4, width=192, height=192, marked=False)


def disc(tone=(210, 40, 30), ground=(60, 110, 200), side=192):
    image = Image.new("RGB", (4 * side, 4 * side), ground)
    ImageDraw.Draw(image).ellipse((side, side, side * 3, side * 3), tone)
    return image.reduce(4)  # with a smooth edge


def after(image, prompt, *more):
    made, understood = changed([image, *more], prompt)
    assert understood, prompt
    assert made.mode == "RGB"
    return np.asarray(made, np.float32)


def array(image):
    return np.asarray(image.convert("RGB"), np.float32)


def test_light_and_contrast_go_the_asked_way(meadow):
    plain = array(meadow)
    assert after(meadow, "brighter").mean() > plain.mean() + 10
    assert after(meadow, "a bit brighter").mean() < after(meadow, "much brighter").mean()
    assert after(meadow, "darker").mean() < plain.mean() - 10
    assert after(meadow, "more contrast").std() > plain.std() + 5
    assert after(meadow, "less contrast").std() < plain.std() - 5


def test_colours_go_the_asked_way(meadow):
    plain = array(meadow)
    spread = np.ptp(plain, axis=-1).mean()
    assert np.ptp(after(meadow, "black and white"), axis=-1).max() <= 1
    assert np.ptp(after(meadow, "more vivid"), axis=-1).mean() > spread * 1.2
    assert np.ptp(after(meadow, "desaturate it"), axis=-1).mean() < spread * 0.7
    assert np.abs(after(meadow, "invert it") - (255 - plain)).max() <= 1
    red, _, blue = after(meadow, "sepia").mean((0, 1))
    assert red > blue + 15


@pytest.mark.parametrize(("tone", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_tint_is_of_the_named_colour(meadow, tone, channel):
    grey = meadow.convert("L").convert("RGB")
    assert after(grey, f"make it {tone}").mean((0, 1)).argmax() == channel


def test_only_the_named_part_is_tinted():
    made = after(disc(), "make the ball green")
    assert made[96, 96].argmax() == 1
    assert np.abs(made[5, 5] - (60, 110, 200)).max() < 12
    made = after(disc(), "make the background yellow")
    assert np.abs(made[96, 96] - (210, 40, 30)).max() < 12
    assert made[5, 5][2] < 100 < made[5, 5][0]


def test_one_colour_is_swapped_for_another():
    made = after(disc(), "replace red with green")
    assert made[96, 96].argmax() == 1
    assert np.abs(made[5, 5] - (60, 110, 200)).max() < 12


def test_the_sky_changes_and_the_ground_stays(meadow):
    plain, made = array(meadow), after(meadow, "change the sky to a starry night")
    assert made[:20].mean() < 70 < plain[:20].mean()
    assert np.abs(made[160:] - plain[160:]).mean() < 4


def test_hours_seasons_and_weather_show(meadow):
    plain = array(meadow)
    assert after(meadow, "make it night").mean() < plain.mean() * 0.5
    red, _, blue = after(meadow, "at sunset")[:60].mean((0, 1))
    assert red > blue
    assert after(meadow, "make it winter")[150:].min(-1).mean() > plain[150:].min(-1).mean() + 40
    autumn = after(meadow, "turn it into autumn")[150:].mean((0, 1))
    assert autumn[0] > autumn[1]
    assert after(meadow, "add fog").std() < plain.std() * 0.8
    for kind in ("rain", "falling snow", "a thunderstorm", "wind", "clouds", "a clear sky"):
        assert np.abs(after(meadow, f"add {kind}") - plain).mean() > 0.3, kind


def test_geometry_is_exact(meadow):
    plain = array(meadow.crop((0, 0, 192, 128)))
    image = Image.fromarray(plain.astype(np.uint8))
    assert np.array_equal(after(image, "rotate 90 degrees"), np.rot90(plain, -1))
    assert np.array_equal(after(image, "rotate 90° to the left"), np.rot90(plain))
    assert np.array_equal(after(image, "turn it upside down"), plain[::-1, ::-1])
    assert np.array_equal(after(image, "flip horizontally"), plain[:, ::-1])
    assert np.array_equal(after(image, "flip it vertically"), plain[::-1])
    assert np.array_equal(after(image, "crop to a square"), plain[:, 32:160])
    assert after(image, "crop to 16:9").shape == (108, 192, 3)
    assert after(image, "zoom in 2x").shape == plain.shape


def test_a_text_is_written_where_and_as_it_says(meadow):
    plain, made = array(meadow), after(meadow, 'write "Hello" at the top in red')
    differ = np.abs(made - plain).max(-1) > 60
    assert differ[:60].any()
    assert not differ[90:].any()
    inked = made[differ & (np.ptp(made, axis=-1) > 90)]
    assert len(inked) > 30
    assert inked.mean(0).argmax() == 0


def test_things_are_added_and_backgrounds_replaced(meadow):
    assert np.abs(after(meadow, "add a red balloon") - array(meadow)).max() > 80
    white = after(disc(), "remove the background")
    assert white[5, 5].min() == 255
    beach = after(disc(), "replace the background with a beach at sunset")
    assert np.abs(beach[96, 96] - (210, 40, 30)).max() < 12
    assert np.abs(beach[5, 5] - (60, 110, 200)).max() > 20
    soft = after(meadow, "blur the background")
    assert soft.shape == (192, 192, 3)


@pytest.mark.parametrize("style", STYLES[::5])
def test_a_style_by_its_name(meadow, style):
    assert np.abs(after(meadow, f"in {style} style") - array(meadow)).mean() > 1


def test_what_is_not_understood_is_said_and_changes_little(meadow):
    made, understood = changed([meadow], "frobnicate")
    assert not understood
    assert 0 < np.abs(array(made) - array(meadow)).mean() < 12


def test_the_same_edit_is_the_same_picture(meadow):
    assert np.array_equal(after(meadow, "add rain"), after(meadow, "add rain"))


def test_transparency_is_put_on_white():
    clear = Image.new("RGBA", (128, 128), (255, 0, 0, 0))
    assert after(clear, "rotate by 180 degrees").min() == 255


# Several pictures

TONES = [
    Image.new("RGB", (160, 120), tone) for tone in ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0))
]
WAYS = [
    ("put them side by side", [((60, 40), 0), ((60, 120), 1)]),
    ("stack them vertically", [((30, 80), 0), ((90, 80), 1)]),
    ("a small inset in the top left corner", [((100, 120), 0), ((20, 20), 1)]),
]


@pytest.mark.parametrize(("prompt", "spots"), WAYS)
def test_pictures_are_combined_as_the_prompt_says(prompt, spots):
    made = after(TONES[0], prompt, TONES[1])
    assert made.shape == (120, 160, 3)
    for spot, channel in spots:
        assert made[spot].argmax() == channel, spot


def test_a_grid_has_room_for_all():
    made = after(TONES[0], "a grid of all", *TONES[1:])
    corners = made[[20, 20, 100, 100], [20, 140, 20, 140]]
    assert [
        int(np.abs(corner - [tone.getpixel((0, 0)) for tone in TONES]).sum(1).argmin()) for corner in corners
    ] == [
        0,
        1,
        2,
        3,
    ]


def test_a_blend_is_the_mean():
    assert np.abs(after(TONES[0], "blend them", TONES[1])[60, 80] - (125, 125, 0)).max() <= 1


def test_a_thing_is_cut_out_and_put_in():
    made = after(TONES[2], "put the ball into the picture", disc(ground=(240, 240, 240)))
    red = (made[..., 0] > 150) & (made[..., 2] < 100)
    assert 0.02 < red.mean() < 0.4
    assert not (made.min(-1) > 200).any()  # the pale ground did not come along


def test_colours_are_taken_over():
    red, green, _ = after(disc(), "use the colours of the second image", TONES[1]).mean((0, 1))
    assert green > red


def test_without_a_known_word_they_stand_side_by_side_and_it_is_said():
    made, understood = changed([TONES[0], TONES[1]], "qwertz")
    assert not understood
    assert np.asarray(made)[60, 120].argmax() == 1


# The main thing


@pytest.mark.parametrize("ground", [(60, 110, 200), (240, 240, 240), (20, 20, 20)])
def test_a_disc_is_cut_out_exactly_with_a_soft_edge(ground):
    alpha = np.asarray(cutout.cut_out(disc(ground=ground)).getchannel("A"))
    y, x = np.mgrid[0:192, 0:192] - 95.5
    far = np.sqrt(x * x + y * y)
    assert alpha[far < 44].min() > 250
    assert alpha[far > 53].max() < 5
    edge = alpha[(far > 46) & (far < 50)]
    assert ((edge > 0) & (edge < 255)).mean() > 0.02


def test_an_uneven_background_is_still_background():
    image = paint("a red apple", seed=2, width=256, height=256, marked=False)
    made = np.asarray(cutout.cut_out(image), np.float32)
    inside = made[..., 3] > 127
    assert 0.08 < inside.mean() < 0.35
    assert made[inside][:, :3].mean(0).argmax() == 0
    assert not inside[:, :10].any()


def test_what_was_transparent_stays_so():
    image = disc().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    assert np.asarray(cutout.cut_out(image).getchannel("A"))[50].max() <= 70


def test_a_picture_of_one_colour_has_a_mask_too():
    assert cutout.foreground(TONES[0]).size == (160, 120)


# Sizes


@pytest.mark.parametrize(
    ("ratio", "times", "enlarge", "size"),
    [
        ("auto", 1, False, (300, 200)),
        ("1:1", 1, False, (200, 200)),
        ("auto", 2, True, (2508, 1672)),
        ("9:16", 1, True, (768, 1365)),
    ],
)
def test_pictures_are_fitted_to_ratio_and_tier(ratio, times, enlarge, size):
    assert retouch.fitted(Image.new("RGB", (300, 200)), ratio, times, enlarge=enlarge).size == size


def sea(size=192):
    """A blue sky with a paler cloud, a sea of nearly its colour, a red boat, and a label in a corner."""
    rows = np.linspace(0, 1, size)[:, None, None]
    top, low = np.array([70, 130, 205]), np.array([150, 195, 235])
    sky = top + (low - top) * rows * 1.8
    field = np.where(rows < 0.55, sky, [112, 160, 208]) * np.ones((1, size, 1))
    image = Image.fromarray(field.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 40, 90, 56), (160, 200, 240))
    draw.polygon([(110, 130), (150, 130), (142, 142), (118, 142)], (190, 30, 30))
    draw.polygon([(122, 60), (122, 129), (160, 129)], (240, 240, 235))
    draw.rectangle((0, 184, 50, 191), (10, 10, 10))
    return image


def test_clouds_and_labels_are_background():
    alpha = np.asarray(cutout.cut_out(sea()).getchannel("A"))
    assert alpha[132:140, 122:138].min() == 255
    assert alpha[:80, :100].max() == 0
    assert alpha[170:].max() == 0


def test_a_sea_of_the_colour_of_its_sky_lies_below_the_horizon():
    mask = scenery.sky_mask(array(sea()) / 255)
    assert mask[:36].min() > 0.9
    assert mask[112:180].max() < 0.1
    assert mask[90:104, 126:134].max() < 0.1  # the sail
