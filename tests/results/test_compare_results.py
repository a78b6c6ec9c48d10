"""Pictures side by side, and what measures say of their difference."""

import math

import numpy as np
import pytest
from made_media import encoded, film, photo, plain_picture
from PIL import Image as Pillow

from venice_nb.errors import InvalidInput
from venice_nb.results.films.video import Video
from venice_nb.results.pictures.compare import compare
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image

RED = Image(plain_picture(), prompt="a red wall", seed=7)


def grey(level, width=100, height=100):
    return np.full((height, width, 3), level, np.uint8)


def test_pictures_stand_side_by_side_with_their_facts():
    bundle = compare(RED, plain_picture(200, 160), RED)._mimebundle()
    page, text = bundle["text/html"], bundle["text/plain"]
    assert page.count("<img") == 3
    assert 'alt="a red wall"' in page
    for told in ("100 x 80 PNG", "200 x 160 PNG", "seed 7", "[1] against [0]", "[2] against [0]"):
        assert told in page
        assert told in text
    assert bundle == compare(RED, plain_picture(200, 160), RED)._mimebundle()


def test_all_are_drawn_at_the_same_height():
    page = compare(plain_picture(200, 100), plain_picture(100, 200))._mimebundle()["text/html"]
    assert "flex:2.000 1 0" in page
    assert "flex:0.500 1 0" in page


def test_the_difference_is_measured():
    [found] = compare(grey(100), grey(110)).differences
    assert found.mean == pytest.approx(10)
    assert found.psnr == pytest.approx(10 * math.log10(255**2 / 100))
    assert found.size == (100, 100)


def test_equal_pixels_are_told_as_such():
    found = compare(RED, RED.pil)
    assert (found.differences[0].psnr, found.differences[0].mean) == (math.inf, 0)
    assert "the same pixels" in found._mimebundle()["text/plain"]


def test_pictures_of_the_same_shape_are_measured_at_the_smaller_size():
    small = photo(width=120, height=80)
    large = Image(small).pil.resize((240, 160))
    [found] = compare(small, large).differences
    assert found.size == (120, 80)
    assert found.psnr > 30


def test_pictures_of_another_shape_are_not_measured():
    found = compare(plain_picture(100, 80), plain_picture(80, 100))
    assert found.differences[0].size is None
    assert "another shape" in found._mimebundle()["text/html"]


def test_a_damaged_picture_is_shown_as_such():
    found = compare(RED, Image(b"<html>", "image/png", prompt="a wall"))
    assert found.differences[0].size is None
    assert "cannot be shown" in found._mimebundle()["text/html"]


def test_everything_that_is_a_picture_can_be_compared(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(RED.data)
    film(tmp_path / "a.mp4")
    found = compare(path, str(path), RED.data, RED.pil, np.asarray(RED), RED, Video(tmp_path / "a.mp4"))
    assert [one.psnr for one in found.differences[:5]] == [math.inf] * 5
    assert found.images[6].size == (128, 72)
    assert len(found.to_frame()) == 6
    assert repr(found) == "<Comparison of 7 pictures>"


def test_a_gallery_or_a_list_stands_for_its_pictures():
    pair = Gallery((RED, Image(plain_picture(100, 80), "image/png")))
    assert compare(pair).images == pair.images
    assert len(compare(RED, pair, [RED, RED]).images) == 5


@pytest.mark.parametrize("given", [(), (RED,), (Gallery((RED,)),), ([],)])
def test_fewer_than_two_pictures_are_no_comparison(given):
    with pytest.raises(InvalidInput, match="to compare") as caught:
        compare(*given)
    assert caught.value.field == "pictures"


def test_an_address_is_refused():
    with pytest.raises(InvalidInput, match="download it first"):
        compare(RED, "https://example.com/a.png")
    with pytest.raises(InvalidInput, match="picture 1"):
        compare(RED, 7)


def test_alpha_does_not_stop_a_comparison():
    clear = encoded(Pillow.new("RGBA", (100, 80), (200, 30, 30, 0)))
    assert compare(RED, clear).differences[0].psnr == math.inf


@pytest.mark.parametrize(
    ("count", "size", "rows"),
    [
        (2, (320, 180), [2]),
        (6, (320, 180), [3, 3]),
        (4, (320, 180), [2, 2]),
        (4, (100, 100), [4]),
        (6, (100, 100), [3, 3]),
        (7, (100, 100), [4, 3]),
        (9, (80, 100), [3, 3, 3]),
    ],
)
def test_many_pictures_stand_in_rows_of_four_at_most_and_of_three_when_they_are_wide(count, size, rows):
    page = compare(*[plain_picture(*size)] * count)._mimebundle()["text/html"].rpartition("</style>")[2]
    drawn = [row.count("<figure") for row in page.split('<div class="vn-row">')[1:]]
    assert drawn == rows
    assert page.count('<div style="flex:') == (rows[-1] != rows[0]), "else the last row is larger"


def test_a_picture_without_a_name_is_told_by_what_it_was_given_as(tmp_path):
    path = tmp_path / "wall.png"
    path.write_bytes(RED.data)
    with path.open("rb") as file:
        found = compare(RED, RED.pil, np.asarray(RED), RED.data, path, str(path), file)
    assert [image.alt for image in found.images[1:]] == [
        "picture 1 (PIL image)",
        "picture 2 (array)",
        "picture 3 (bytes)",
        *["wall.png"] * 3,
    ]
    assert "[1] picture 1 (PIL image)" in found._mimebundle()["text/plain"]
