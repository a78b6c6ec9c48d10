# ruff: noqa: E501  patterns, recipes and lists of names stay on one line
"""Several pictures in one: side by side, stacked, in a corner, as a grid, laid over, or cut out and put in."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from .cutout import cut_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WAYS: tuple[tuple[str, str], ...] = (
    ("grid", r"\b(?:grid|collage|contact sheet|mosaic of|tiles?)\b"),
    ("stacked", r"\b(?:stack(?:ed)?|on top of each other|above (?:and|each)|one above|vertically|top and bottom)\b"),
    ("beside", r"\b(?:side[- ]by[- ]side|next to (?:each|it|the first)|beside|diptych|triptych|compar(?:e|ison)|before[ /]and[ /]after)\b"),
    ("inset", r"\b(?:inset|corner|picture[- ]in[- ]picture|thumbnail|logo|watermark|badge|small)\b"),
    ("blended", r"\b(?:blend(?:ed)?|merge|double exposure|superimpos\w+|fade|mix|transparent|overlay)\b"),
    ("pattern", r"\b(?:style|colou?rs?|palette|look|mood|tones?) of (?:the )?(?:second|other|last|image 2)|style transfer\b"),
    ("placed", r"\b(?:put|place|add|insert|combine|wear\w*|holding|hold|with|onto|into|in front|from (?:the )?(?:second|image))\b"),
)  # fmt: skip


def combined(images: Sequence[Image.Image], prompt: str) -> tuple[Image.Image, str]:
    """The pictures in the size of the first, and the way the prompt names; "" if it names none (side by side)."""
    way = next((name for name, pattern in _WAYS if re.search(pattern, prompt, re.IGNORECASE)), "")
    return _MAKERS[way or "beside"](images, prompt), way


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _covering(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture cut and scaled so that it fills a size."""
    scale = max(size[0] / image.width, size[1] / image.height)
    box_w, box_h = size[0] / scale, size[1] / scale
    left, top = (image.width - box_w) / 2, (image.height - box_h) / 2
    return image.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + box_w, top + box_h))


def _laid(images: Sequence[Image.Image], columns: int) -> Image.Image:
    """The pictures in columns on the size of the first, with thin white lines between."""
    width, height = images[0].size
    rows = math.ceil(len(images) / columns)
    gap = max(2, min(width, height) // 120)
    made = Image.new("RGB", (width, height), (255, 255, 255))
    for at, image in enumerate(images):
        row, column = divmod(at, columns)
        across = min(columns, len(images) - row * columns)
        left, right = (
            round(column * (width + gap) / across),
            round((column + 1) * (width + gap) / across) - gap,
        )
        top, low = round(row * (height + gap) / rows), round((row + 1) * (height + gap) / rows) - gap
        made.paste(_covering(_rgb(image), (max(1, right - left), max(1, low - top))), (left, top))
    return made


def _grid(images: Sequence[Image.Image], _prompt: str) -> Image.Image:
    return _laid(images, math.ceil(len(images) ** 0.5))


def _beside(images: Sequence[Image.Image], _prompt: str) -> Image.Image:
    return _laid(images, len(images))


def _stacked(images: Sequence[Image.Image], _prompt: str) -> Image.Image:
    return _laid(images, 1)


def _blended(images: Sequence[Image.Image], _prompt: str) -> Image.Image:
    made = _rgb(images[0])
    for at, image in enumerate(images[1:], 2):
        made = Image.blend(made, _covering(_rgb(image), made.size), 1 / at)
    return made


def _corner(prompt: str, at: int) -> tuple[int, int]:
    """Which corner: (right, low) as 0 or 1; the next one for each further picture."""
    low = 0 if re.search(r"\b(?:top|upper)\b", prompt, re.IGNORECASE) else 1
    right = 0 if re.search(r"\bleft\b", prompt, re.IGNORECASE) else 1
    return (right + at) % 2, (low + at // 2) % 2


def _inset(images: Sequence[Image.Image], prompt: str) -> Image.Image:
    made = _rgb(images[0])
    unit = min(made.size)
    edge, margin = max(2, unit // 160), unit // 28
    for at, image in enumerate(images[1:]):
        scale = min(made.width * 0.3 / image.width, made.height * 0.3 / image.height)
        small = image.resize(
            (max(1, round(image.width * scale)), max(1, round(image.height * scale))),
            Image.Resampling.LANCZOS,
        )
        right, low = _corner(prompt, at)
        x = made.width - small.width - margin if right else margin
        y = made.height - small.height - margin * 2 if low else margin
        if small.mode != "RGBA":
            made.paste((255, 255, 255), (x - edge, y - edge, x + small.width + edge, y + small.height + edge))
        made.paste(small, (x, y), small if small.mode == "RGBA" else None)
    return made


def _placed(images: Sequence[Image.Image], prompt: str) -> Image.Image:
    """The main thing of each further picture, cut out, stands in the first with a soft shadow."""
    made = _rgb(images[0])
    number = len(images) - 1
    side = {"left": 0.27, "right": 0.73}
    asked = re.search(r"\b(left|right)\b", prompt, re.IGNORECASE)
    for at, image in enumerate(images[1:]):
        thing = image if image.mode == "RGBA" else cut_out(image)
        box = thing.getchannel("A").point([0] * 40 + [255] * 216).getbbox()
        thing = thing.crop(box) if box else thing
        scale = min(
            made.width * (0.5 if number == 1 else 0.8 / number) / thing.width,
            made.height * 0.58 / thing.height,
        )
        size = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
        thing = thing.resize(size, Image.Resampling.LANCZOS)
        centre = side[asked[1].lower()] if asked and number == 1 else (at + 1) / (number + 1)
        x, y = round(made.width * centre - size[0] / 2), round(made.height * 0.93 - size[1])
        shade = Image.new("L", made.size, 0)
        shade.paste(
            thing.getchannel("A").point([value * 2 // 5 for value in range(256)]),
            (x + size[0] // 30, y + size[1] // 40),
        )
        made.paste((0, 0, 0), mask=shade.filter(ImageFilter.GaussianBlur(max(2, size[0] / 40))))
        made.paste(_lit_as(thing, made), (x, y), thing)
    return made


def _lit_as(thing: Image.Image, ground: Image.Image) -> Image.Image:
    """The thing's colours a little nearer to the light of the ground."""
    rgb = np.asarray(thing.convert("RGB"), np.float32)
    mean = np.asarray(ground.resize((1, 1), Image.Resampling.BOX), np.float32).reshape(3)
    cast = mean / max(1.0, float(mean.mean()))
    return Image.fromarray(np.clip(rgb * (0.8 + 0.2 * cast), 0, 255).astype(np.uint8), "RGB")


def _pattern(images: Sequence[Image.Image], _prompt: str) -> Image.Image:
    from .retouch import palette_of  # noqa: PLC0415  (only this way needs it)

    made = _rgb(images[0])
    for image in images[1:]:
        made = palette_of(made, _rgb(image), 0.85)
    return made


_MAKERS: dict[str, Callable[[Sequence[Image.Image], str], Image.Image]] = {
    "grid": _grid,
    "stacked": _stacked,
    "beside": _beside,
    "inset": _inset,
    "blended": _blended,
    "pattern": _pattern,
    "placed": _placed,
}
