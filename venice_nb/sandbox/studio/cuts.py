"""Films made from films: restyled by what the prompt asks for, or enlarged."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from . import camera, film
from .ambience import ambience, fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .clips import Clip
    from .film import Frame

    Light = NDArray[np.float32]  # (height, width, 3), 0 to 255

GREY = np.array([0.299, 0.587, 0.114], np.float32)
MOST_FRAMES = 24.0  # per second; faster films are thinned out
ENLARGED_BUDGET = 400_000_000  # pixels of an enlarged film before its frame rate falls


def _tint(red: float, green: float, blue: float) -> Callable[[Light], Light]:
    factors = np.array([red, green, blue], np.float32)
    return lambda light: light * factors


def _grey(light: Light) -> Light:
    return np.repeat((light @ GREY)[..., None], 3, axis=2)


def _sepia(light: Light) -> Light:
    return _grey(light) * np.array([1.1, 0.92, 0.7], np.float32)


def _vivid(light: Light) -> Light:
    grey = _grey(light)
    return grey + (light - grey) * np.float32(1.8)


def _soft(light: Light) -> Light:
    for axis in (0, 1):
        light = (np.roll(light, 3, axis) + np.roll(light, -3, axis) + light) / np.float32(3)
    return light * np.float32(1.06) + np.float32(8)


def _painted(light: Light) -> Light:
    """Few colours in flat areas, as in a poster."""
    step = np.float32(255 / 5)
    flat: Light = np.round(_vivid(_soft(light)) / step) * step
    return flat


# What a prompt can ask of a film; everything that is named is done, in this order.
STYLES: tuple[tuple[str, Callable[[Light], Light]], ...] = (
    (r"black[- ]and[- ]white|noir|monochrome|gr[ae]yscale", _grey),
    (r"sepia|vintage|old film|retro", _sepia),
    (r"warm\w*|sunset|golden|autumn|desert", _tint(1.22, 1.02, 0.78)),
    (r"cold|cool|winter|snow\w*|ice|icy|blue|underwater", _tint(0.78, 0.98, 1.25)),
    (r"night|dark\w*|moonlit", _tint(0.42, 0.5, 0.72)),
    (r"bright\w*|daylight|sunny", _tint(1.3, 1.28, 1.2)),
    (r"vivid|neon|saturat\w*|colou?rful", _vivid),
    (r"dream\w*|soft\w*|blur\w*|fog\w*|mist\w*", _soft),
    (r"invert\w*|negative", lambda light: np.float32(255) - light),
    (r"cartoon|anime|paint\w*|watercolou?r|comic|poster", _painted),
)


def style(prompt: str) -> list[Callable[[Light], Light]]:
    """The changes a prompt asks for; a painting where it names none we know."""
    found = [work for words, work in STYLES if re.search(rf"\b({words})\b", prompt, re.IGNORECASE)]
    return found or [_painted]


def restyled(
    clip: Clip, prompt: str, *, seed: int, seconds: float, size: tuple[int, int], sound: bool
) -> bytes:
    """The clip for so many seconds, its pictures changed as the prompt says; it keeps its own sound."""
    rate = min(film.frame_rate(*size, seconds), MOST_FRAMES)
    works = style(prompt)
    mark = camera.stamp(size[0])

    def frames() -> Iterator[Frame]:
        for pixels in clip.frames(rate, max(1, round(seconds * rate)), size):
            light = pixels.astype(np.float32)
            for work in works:
                light = work(light)
            changed = np.clip(light, 0, 255).astype(np.uint8)
            camera.put(changed, mark)
            yield changed

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
        for pixels in clip.frames(float(rate), count, size):
            camera.put(pixels, mark)
            yield pixels

    heard = clip.sound()
    return film.write(frames(), rate=rate, size=size, sound=heard)
