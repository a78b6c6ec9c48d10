"""Small copies of pictures: right size, right colours, same bytes each time, and no picture too strange."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from made_media import encoded, photo, plain_picture
from PIL import Image as Pillow

from venice_nb.errors import VeniceError
from venice_nb.media import thumbnails
from venice_nb.media.sniff import sniff
from venice_nb.media.thumbnails import PictureError, decode, dimensions, has_alpha, rewritten, thumbnail


def opened(copy):
    image = Pillow.open(io.BytesIO(copy))
    assert image.format == "WEBP"
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_every_kind_of_picture_has_a_copy(kind):
    data = photo(width=300, height=200, kind=kind)
    assert dimensions(data) == (300, 200)
    assert opened(thumbnail(data, 150)).size == (150, 100)
    assert decode(data).size == (300, 200)


def test_the_same_picture_gives_the_same_bytes():
    data = photo(width=200, height=200)
    assert thumbnail(data, 64) == thumbnail(bytes(bytearray(data)), 64)


def test_a_small_picture_is_not_enlarged():
    assert opened(thumbnail(plain_picture(40, 30), 256)).size == (40, 30)


def test_a_budget_is_kept_by_giving_up_quality_and_then_size():
    data = photo(width=512, height=512)
    free = len(thumbnail(data, 256))
    tight, tighter = (thumbnail(data, 256, most=free * share // 100) for share in (80, 10))
    assert free * 10 // 100 < len(tight) <= free * 80 // 100
    assert len(tighter) <= free * 10 // 100
    assert opened(tight).size == (256, 256)
    assert opened(tighter).width < 256


def test_where_no_budget_can_be_kept_the_smallest_copy_is_given():
    assert opened(thumbnail(photo(width=512, height=512), 512, most=1)).size == (192, 192)


def test_a_picture_is_upright_as_its_camera_says():
    image = Pillow.fromarray(np.zeros((60, 100, 3), np.uint8))
    image.paste((255, 0, 0), (0, 0, 50, 60))
    turned = Pillow.Exif()
    turned[0x0112] = 6  # the first row is the right side
    data = encoded(image, "JPEG", exif=turned)
    assert dimensions(data) == decode(data).size == opened(thumbnail(data, 256)).size == (60, 100)
    top, bottom = (decode(data).getpixel((30, y)) for y in (10, 90))
    assert top[0] > 200
    assert bottom[0] < 50


def test_transparency_stays_where_there_is_some():
    clear = thumbnail(plain_picture(mode="RGBA", colour=(255, 0, 0, 100)), 64)
    solid = thumbnail(plain_picture(mode="RGBA", colour=(255, 0, 0, 255)), 64)
    assert (has_alpha(clear), opened(clear).mode) == (True, "RGBA")
    assert (has_alpha(solid), opened(solid).mode) == (False, "RGB")
    assert not has_alpha(b"")


def test_sixteen_bits_are_scaled_not_cut_off():
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(64, 0)
    copy = opened(thumbnail(encoded(Pillow.fromarray(ramp)), 256)).convert("L")
    assert [copy.getpixel((x, 30)) for x in (0, 255)] == pytest.approx([0, 255], abs=6)
    assert copy.getpixel((128, 30)) == pytest.approx(128, abs=6)


@pytest.mark.parametrize(
    ("mode", "colour", "kind"),
    [
        ("P", 7, "PNG"),
        ("1", 1, "PNG"),
        ("L", 90, "PNG"),
        ("LA", (90, 10), "PNG"),
        ("CMYK", (9, 9, 9, 9), "JPEG"),
    ],
)
def test_every_colour_model_has_a_copy(mode, colour, kind):
    assert opened(thumbnail(plain_picture(mode=mode, colour=colour, kind=kind), 64)).size == (64, 51)


def test_no_metadata_goes_into_a_copy():
    about = Pillow.Exif()
    about[0x010E] = "SECRET PLACE"
    data = plain_picture(kind="JPEG", exif=about, comment=b"SECRET NAME")
    assert b"SECRET" in data
    assert b"SECRET" not in thumbnail(data, 64)


def bomb(width, height):
    """A PNG of a few bytes that claims to be vast."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


BROKEN = {
    "nothing": (b"", "no bytes"),
    "a web page": (b"<html><body>Bad gateway</body></html>", "no picture but text/html"),
    "a drawing with a script": (b"<svg onload='alert(1)'/>", "cannot be decoded"),
    "half a PNG": (photo(width=64, height=64)[:3000], "cut off"),
    "half a JPEG": (photo(width=64, height=64, kind="JPEG")[:1500], "cut off"),
    "half a WebP": (photo(width=64, height=64, kind="WEBP")[:500], "cut off"),
    "a bomb": (bomb(60_000, 60_000), "too many to decode"),
    "pixels that are missing": (bomb(300, 300), "damaged"),
    "a bitmap": (plain_picture(kind="BMP"), "cannot be decoded"),
    "noise": (bytes(range(256)) * 8, "unknown content"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_decoded_is_told_in_half_a_sentence(name):
    data, why = BROKEN[name]
    for use in (decode, thumbnail):
        with pytest.raises(PictureError, match=why) as caught:
            use(data)
        assert isinstance(caught.value, VeniceError)
        assert "\n" not in caught.value.what


def test_a_damaged_picture_never_raises_anything_else():
    random = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        whole = photo(width=48, height=48, kind=kind)
        for _ in range(40):
            data = bytearray(whole)
            for at in random.integers(0, len(data), random.choice([1, 4, 30])):
                data[at] = random.integers(256)
            for use in (dimensions, decode, thumbnail):
                with contextlib.suppress(PictureError):
                    use(bytes(data))


def test_the_header_alone_tells_the_size_of_a_bomb():
    assert dimensions(bomb(60_000, 60_000)) == (60_000, 60_000)


def test_the_limit_is_on_pixels_not_on_sides(monkeypatch):
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 5_000)
    assert decode(plain_picture(1000, 5)).size == (1000, 5)
    with pytest.raises(PictureError, match="5,000"):
        decode(plain_picture(1000, 6))


FORMATS = [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]


@pytest.mark.parametrize(("kind", "mime"), FORMATS)
def test_a_picture_is_written_anew_in_another_format(kind, mime):
    made = rewritten(plain_picture(mode="RGBA", colour=(200, 0, 0, 0)), kind)
    assert sniff(made) == mime
    corner = decode(made).convert("RGBA").getpixel((0, 0))
    assert corner == (255, 255, 255, 255) if kind == "JPEG" else corner[3] == 0
