"""Words written over a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Colour

HEIGHTS = {"top": 0.12, "middle": 0.5, "bottom": 0.84, "": 0.84}


def lettered(image: Image.Image, text: str, *, place: str = "", tone: Colour | None = None) -> Image.Image:
    """The picture with the text in one to four centred lines, as large as fits, on a soft shadow."""
    text = " ".join(text.split())
    size = max(10, min(image.height // 7, image.width // 6))
    while True:
        font = ImageFont.load_default(size=size)
        lines = _broken(text, font, image.width * 0.88)
        if (len(lines) * size * 1.2 <= image.height * 0.45 and len(lines) <= 4) or size <= 10:
            break
        size = round(size * 0.88)
    ink = tuple(round(part * 255) for part in tone) if tone else (255, 255, 255)
    tall = round(len(lines) * size * 1.2)
    top = round(
        min(
            max(image.height * HEIGHTS.get(place, 0.84) - tall / 2, size * 0.3),
            image.height - tall - size * 0.3,
        )
    )
    letters = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(letters)
    for at, row in enumerate(lines):
        x = (image.width - font.getlength(row)) / 2
        pen.text((x, top + at * size * 1.2), row, 255, font)
    bright = sum(ink) > 300
    shade = letters.filter(ImageFilter.GaussianBlur(max(1, size / 9))).point(
        [min(255, value * 2) for value in range(256)]
    )
    made = image.copy()
    made.paste((0, 0, 0) if bright else (255, 255, 255), mask=shade)
    made.paste(ink, mask=letters)
    return made


def _broken(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
