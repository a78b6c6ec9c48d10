"""Picture files, written and read."""

import io

import numpy as np
import pytest
from PIL import Image

from venice_nb.sandbox.studio import mark, pictures
from venice_nb.sandbox.studio.paint.paint import paint


def file(image, form="PNG", **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", pictures.KINDS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_kind_is_written_and_read_again(kind, mode):
    image = paint("sea", seed=1, width=96, height=64).convert(mode)
    found = pictures.read(pictures.encode(image, kind), 10_000)
    assert found.size == (96, 64)
    near = np.abs(np.asarray(found.convert("RGB"), float) - np.asarray(image.convert("RGB"), float)).mean()
    assert near < 6


def test_every_png_says_that_it_is_from_the_sandbox():
    image = Image.open(io.BytesIO(pictures.encode(Image.new("RGB", (8, 8)), "png")))
    assert image.text["Software"].startswith("SANDBOX")


MODES = ["1", "L", "LA", "P", "I;16", "RGB", "RGBA", "CMYK"]


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_every_mode_become_rgb_or_rgba(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert pictures.read(file(Image.new(mode, (20, 10)), form), 1000).mode in ("RGB", "RGBA")


def test_sixteen_bits_keep_their_brightness():
    grey = Image.fromarray(np.full((8, 8), 32768, np.uint16))
    assert pictures.read(file(grey), 1000).getpixel((0, 0)) == (128, 128, 128)


def test_a_turned_photo_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert pictures.read(file(Image.new("RGB", (30, 20)), "JPEG", exif=exif), 1000).size == (20, 30)


def test_a_picture_of_too_many_pixels_is_not_unpacked():
    with pytest.raises(pictures.TooLarge) as caught:
        pictures.read(file(Image.new("RGB", (100, 100))), 9_999)
    assert caught.value.size == (100, 100)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg/>", file(Image.new("RGB", (9, 9)), "BMP"), b"\x89PNG\r\n\x1a\n"]
)
def test_other_bytes_are_unreadable(data):
    with pytest.raises(pictures.Unreadable):
        pictures.read(data, 1000)


def test_a_mark_is_one_short_line_without_control_characters():
    assert mark.plain("a\nb\x1b[31m  c") == "a b [31m c"
    assert len(mark.plain("word " * 50)) <= mark.LONGEST


@pytest.mark.parametrize("size", [(16, 16), (64, 400), (3000, 40)])
def test_a_mark_fits_every_picture(size):
    assert mark.sign(Image.new("RGB", size), "a prompt that is rather long for it").size == size
