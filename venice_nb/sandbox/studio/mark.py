"""The small line in a corner that says where a picture is from."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

LONGEST = 64  # characters of a prompt that are shown


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def plain(text: str) -> str:
    """The text on one line, without characters that do not print, cut at its longest."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def sign(image: Image.Image, text: str, *, corner: str = "left", title: str = "SANDBOX") -> Image.Image:
    """The picture with a title and a text on a dark strip in a lower corner, about 2 % of its height."""
    size = max(8, round(min(image.size) / 52))
    words = f"{title} · {plain(text)}" if text else title
    font = _font(size)
    while len(words) > len(title) and font.getlength(words) > image.width * 0.9:
        words = words[:-2].rstrip(" ·…") + "…" if len(words) > len(title) + 4 else title
    wide, pad = round(font.getlength(words)), max(2, size // 3)
    box = (wide + 2 * pad, size + 2 * pad)
    at = (0 if corner == "left" else image.width - box[0], image.height - box[1])
    strip = Image.new("L", box, 150)
    image.paste((0, 0, 0), (*at, at[0] + box[0], at[1] + box[1]), strip)
    ImageDraw.Draw(image).text((at[0] + pad, at[1] + pad - 1), words, (255, 255, 255), font)
    return image


def watermark(image: Image.Image) -> Image.Image:
    """The picture with a pale "venice" in the lower right corner: what `hide_watermark` leaves out."""
    size = max(9, round(min(image.size) / 30))
    font = _font(size)
    wide, pad = round(font.getlength("venice")), size // 2
    at = (image.width - wide - pad, image.height - size - pad - size // 4)
    sheet = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(sheet)
    pen.text((at[0] + 1, at[1] + 1), "venice", 120, font)
    image.paste((0, 0, 0), mask=sheet)
    ImageDraw.Draw(sheet).rectangle((0, 0, *image.size), 0)
    pen.text(at, "venice", 170, font)
    image.paste((255, 255, 255), mask=sheet)
    return image
