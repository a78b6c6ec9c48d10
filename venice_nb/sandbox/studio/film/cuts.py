"""Films made from films: restyled by what the prompt asks for, or enlarged."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from . import camera, film
from .ambience import ambience, fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .clips import Clip
    from .film import Frame

    Work = Callable[[Image.Image], Image.Image]

ENLARGED_BUDGET = 200_000_000  # pixels of an enlarged film before its frame rate falls


def _tint(red: float, green: float, blue: float) -> Work:
    table = [min(255, round(level * factor)) for factor in (red, green, blue) for level in range(256)]
    return lambda picture: picture.point(table)


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("RGB")


def _sepia(picture: Image.Image) -> Image.Image:
    return _tint(1.1, 0.92, 0.7)(_grey(picture))


def _vivid(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Color(picture).enhance(1.8)


# What is blurred is half as large afterwards; the frame is scaled in the end.


def _soft(picture: Image.Image) -> Image.Image:
    half = picture.reduce(2)
    return _tint(1.06, 1.06, 1.06)(half.filter(ImageFilter.BoxBlur(max(1, half.height // 180))))


def _painted(picture: Image.Image) -> Image.Image:
    """Few colours in flat areas, as in a poster."""
    steps = [round(round(level / 51) * 51) for level in range(256)] * 3
    return _vivid(picture.reduce(2).filter(ImageFilter.BoxBlur(1))).point(steps)


# What a prompt can ask of a film; everything that is named is done, in this order.
STYLES: tuple[tuple[str, Work], ...] = (
    (r"black[- ]and[- ]white|noir|monochrome|gr[ae]yscale", _grey),
    (r"sepia|vintage|old film|retro", _sepia),
    (r"warm\w*|sunset|golden|autumn|desert", _tint(1.22, 1.02, 0.78)),
    (r"cold|cool|winter|snow\w*|ice|icy|blue|underwater", _tint(0.78, 0.98, 1.25)),
    (r"night|dark\w*|moonlit", _tint(0.42, 0.5, 0.72)),
    (r"bright\w*|daylight|sunny", _tint(1.3, 1.28, 1.2)),
    (r"vivid|neon|saturat\w*|colou?rful", _vivid),
    (r"dream\w*|soft\w*|blur\w*|fog\w*|mist\w*", _soft),
    (r"invert\w*|negative", ImageOps.invert),
    (r"cartoon|anime|paint\w*|watercolou?r|comic|poster", _painted),
)


def style(prompt: str) -> list[Work]:
    """The changes a prompt asks for; a painting where it names none we know."""
    found = [work for words, work in STYLES if re.search(rf"\b({words})\b", prompt, re.IGNORECASE)]
    return found or [_painted]


def restyled(
    clip: Clip, prompt: str, *, seed: int, seconds: float, size: tuple[int, int], sound: bool
) -> bytes:
    """The clip for so many seconds, its pictures changed as the prompt says; it keeps its own sound."""
    rate = film.frame_rate(*size, seconds * 1.5)  # changing a picture costs as much as drawing one and a half
    works = style(prompt)
    mark = camera.stamp(size[0])

    def frames() -> Iterator[Frame]:
        for shot in clip.frames(rate, max(1, round(seconds * rate)), size):
            picture = Image.fromarray(shot.pixels())
            for work in works:
                picture = work(picture)
            frame = film.Frame.of(np.asarray(picture), size)
            camera.put(frame, mark)
            yield frame

    heard = clip.sound() if sound else None
    if sound:
        heard = fitted(heard, seconds) if heard is not None else ambience(prompt, seconds, seed)
    return film.write(frames(), rate=Fraction(rate), size=size, sound=heard)


def enlarged(clip: Clip, factor: int) -> bytes:
    """The clip with sides `factor` times as long, resampled; same length and sound."""
    size = film.even(clip.width * factor), film.even(clip.height * factor)
    affordable = max(1.0, ENLARGED_BUDGET / (size[0] * size[1] * max(1.0, clip.seconds)))
    rate = Fraction(min(clip.rate, affordable, 60.0)).limit_denominator(1001)
    count = max(1, round(clip.seconds * rate))
    mark = camera.stamp(size[0])

    def frames() -> Iterator[Frame]:
        for frame in clip.frames(float(rate), count, size):
            camera.put(frame, mark)
            yield frame

    heard = clip.sound()
    return film.write(frames(), rate=rate, size=size, sound=heard)
