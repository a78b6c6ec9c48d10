"""The small line in a corner that says where a picture is from, and its removal before the next one."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LONGEST = 64  # characters of a prompt that are shown
_STRIP = (16, 16, 20)
_NEAR = 48  # how far JPEG may take a channel of the strip from its colour


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def plain(text: str) -> str:
    """The text on one line, without characters that do not print, cut at its longest."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def sign(image: Image.Image, text: str, *, title: str = "SANDBOX") -> Image.Image:
    """The picture with a title and a text on a dark strip in the lower left, about 2 % of its height.

    The strip ends before the place of the watermark, and is opaque so that `cleared` finds it again.
    """
    size = _size(image)
    words = f"{title} · {plain(text)}" if text else title
    font, pad = _font(size), _pad(size)
    room = image.width - _mark_box(image)[0] - 2 * pad
    while len(words) > len(title) and font.getlength(words) > room:
        words = words[:-2].rstrip(" ·…") + "…" if len(words) > len(title) + 4 else title
    box = (round(font.getlength(words)) + 2 * pad, size + 2 * pad)
    at = (0, image.height - box[1])
    image.paste(_STRIP, (*at, at[0] + box[0], at[1] + box[1]))
    ImageDraw.Draw(image).text((at[0] + pad, at[1] + pad - 1), words, (255, 255, 255), font)
    return image


def cleared(image: Image.Image) -> Image.Image:
    """The picture without the strip of an earlier answer: what is above it stands mirrored in its place.

    Two strips, one over the other, are unreadable; and what is asked for concerns the picture, not its mark.
    """
    box = _strip_box(image)
    if box is None:
        return image
    edge = 1 + box[1] // 4  # blended with the picture when it was enlarged or compressed
    wide, tall = min(image.width, box[0] + edge), min(image.height // 2, box[1] + edge)
    top = image.height - tall
    above = image.crop((0, top - tall, wide, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    made = image.copy()
    made.paste(above, (0, top))
    return made


def _strip_box(image: Image.Image) -> tuple[int, int] | None:
    """Width and height of the strip in the lower left corner; None where there is none."""
    usual = _size(image) + 2 * _pad(_size(image))
    corner = image.crop((0, max(0, image.height - 5 * usual), image.width, image.height)).convert("RGB")
    pixels = np.asarray(corner, np.int16)
    strip = np.abs(pixels - np.array(_STRIP, np.int16)).max(-1) <= _NEAR
    tall, wide = _run(strip[::-1, 0]), _run(strip[-_pad(_size(image)) :].any(0))  # below the letters
    # cut or enlarged since, it may be higher or lower than a new one; a dark picture is dark far above
    if not usual // 2 <= tall <= 2 * usual or wide < 2 * tall:
        return None
    bright = pixels[-tall:, :wide].min(-1) > 150
    if not 0.01 < bright.mean() < 0.6:  # no letters on it
        return None
    return wide, tall


def _run(found: np.ndarray) -> int:
    """How many are true before the first that is not."""
    return len(found) if found.all() else int(found.argmin())


def _size(image: Image.Image) -> int:
    return max(8, round(min(image.size) / 52))


def _pad(size: int) -> int:
    return max(2, size // 3)


def _mark_box(image: Image.Image) -> tuple[int, int]:
    """Width and height that the watermark takes in its corner."""
    size = max(9, round(min(image.size) / 30))
    return round(_font(size).getlength("venice")) + size // 2, size + size // 2 + size // 4


def watermark(image: Image.Image) -> Image.Image:
    """The picture with a pale "venice" in the lower right corner: what `hide_watermark` leaves out."""
    size = max(9, round(min(image.size) / 30))
    font = _font(size)
    wide, tall = _mark_box(image)
    at = (image.width - wide, image.height - tall)
    sheet = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(sheet)
    pen.text((at[0] + 1, at[1] + 1), "venice", 120, font)
    image.paste((0, 0, 0), mask=sheet)
    ImageDraw.Draw(sheet).rectangle((0, 0, *image.size), 0)
    pen.text(at, "venice", 170, font)
    image.paste((255, 255, 255), mask=sheet)
    return image
