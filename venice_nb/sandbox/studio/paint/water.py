"""Water: seas, lakes and canals that mirror what stands above them, and the deep below the surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Mask

    from .stage import Stage


def mirror(stage: Stage, shore: float, *, calm: float, tone: li.Colour | None = None) -> None:
    """Fills all below the shore with a reflection of what is above. `calm`: 0 rough to 1 a mirror."""
    field, height, width = stage.field, stage.height, stage.width
    top = int(shore * height)
    deep = height - top
    if deep < 4:
        return
    rng = stage.rng
    down = np.arange(deep, dtype=np.float32)[:, None] / deep
    # waves look smaller far away: the noise is stretched by squeezing its rows towards the shore
    waves = li.fractal(rng, deep * 2, width, cells=16, octaves=4, gain=0.6, stretch=5)
    rows = np.minimum((np.sqrt(down[:, 0] + 0.004) * 2 * deep * 0.98).astype(int), 2 * deep - 1)
    waves = waves[rows] - 0.5
    rough = 1 - calm
    source_y = (
        top - 1 - (down * deep * 0.92 + waves * (0.02 + 0.2 * rough) * height * (0.15 + down)).astype(int)
    )
    source_y = np.clip(source_y, 0, max(0, top - 1))
    shift = (waves * (0.01 + 0.05 * rough) * width * (0.2 + down)).astype(int)
    source_x = np.clip(np.arange(width)[None, :] + shift, 0, width - 1)
    water = field[source_y, source_x]
    base = tone or blend(
        blend(colour("1f5c78"), stage.lamp.top, 0.45), stage.lamp.shade, 0.2 + 0.5 * stage.lamp.dark
    )
    li.lay(water, base, np.clip(0.2 + 0.35 * rough + 0.4 * down, 0, 0.85) * np.ones((1, width), np.float32))
    crest = li.smooth(0.16, 0.42, waves) * (0.15 + 0.5 * rough)
    li.lay(water, blend(stage.lamp.horizon, (1, 1, 1), 0.25 * (1 - stage.lamp.dark)), crest * 0.55)
    trough = li.smooth(0.1, 0.4, -waves) * (0.12 + 0.4 * rough)
    li.lay(water, blend(base, (0, 0, 0), 0.35), trough * 0.6)
    field[top:] = water
    edge = np.exp(-down * 40) * np.ones((1, width), np.float32) * 0.35
    li.lay(field[top:], stage.lamp.haze, edge)


def glitter(stage: Stage, shore: float) -> None:
    """The broken path of light that sun or moon throws on the water."""
    height, width = stage.height, stage.width
    top = int(shore * height)
    deep = height - top
    if deep < 4:
        return
    down = np.arange(deep, dtype=np.float32)[:, None] / deep
    across = (np.arange(width, dtype=np.float32)[None, :] / width - stage.lit[0]) / (0.03 + 0.16 * down)
    sparks = li.fractal(stage.rng, deep * 2, width, cells=26, octaves=3, gain=0.7, stretch=7)
    rows = np.minimum((np.sqrt(down[:, 0] + 0.004) * 2 * deep * 0.98).astype(int), 2 * deep - 1)
    path: Mask = np.exp(-(across**2)) * li.smooth(0.5, 0.72, sparks[rows])
    li.shine(stage.field[top:], stage.lamp.sun, 0.85 * path)


def deep_sea(stage: Stage) -> None:
    """Under water: light from above, rays, floating specks, a bed of sand and weed."""
    height, width, rng = stage.height, stage.width, stage.rng
    stops = [
        (0.0, colour("8fe3ea")),
        (0.25, colour("2fa3c4")),
        (0.6, colour("12628f")),
        (1.0, colour("0a2f55")),
    ]
    stage.field[:] = li.column(
        height, [(at, blend(tone, (0, 0.02, 0.08), stage.lamp.dark * 0.6)) for at, tone in stops]
    )
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    slant = np.arange(width, dtype=np.float32)[None, :] / width + down * 0.25 - 0.12
    beams = li.line(rng, 512, cells=14, octaves=3)
    rays = (
        np.interp(slant.ravel(), np.linspace(-0.2, 1.2, 512), beams).reshape(height, width).astype(np.float32)
    )
    li.shine(stage.field, colour("d9fbff"), 0.5 * li.smooth(0.45, 1.0, rays) * np.clip(1 - down * 1.25, 0, 1))
    bed = 0.86 + 0.06 * li.line(rng, width, cells=3, octaves=4)
    li.lay(stage.field, blend(colour("c9b98c"), colour("12628f"), 0.45), li.below(height, bed) * 0.85)
    for _ in range(16):
        _weed(stage, float(rng.random()), float(rng.uniform(0.84, 0.99)))
    specks = (rng.random((height, width), np.float32) > 0.9994).astype(np.float32)
    li.shine(stage.field, (1, 1, 1), 0.6 * specks)


def _weed(stage: Stage, x: float, foot: float) -> None:
    rng = stage.rng
    tall = float(rng.uniform(0.08, 0.26))
    lean, phase = float(rng.uniform(-0.03, 0.03)), float(rng.uniform(0, 6))
    at = np.linspace(0, 1, 24)
    sway = x + lean * at + 0.012 * np.sin(at * 7 + phase)
    wide = 0.008 * (1 - at) + 0.0015
    y = foot - tall * at

    def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
        left = [(float(a - b) * w, float(c) * h) for a, b, c in zip(sway, wide, y, strict=True)]
        right = [(float(a + b) * w, float(c) * h) for a, b, c in zip(sway, wide, y, strict=True)]
        pen.polygon(left + right[::-1], 255)

    tones = ("2f7a55", "c4557a", "d98a3c", "3d8f86", "7a5ab0")
    tone = colour(tones[int(rng.integers(len(tones)))])
    li.stamp(stage.field, blend(tone, colour("12628f"), float(rng.uniform(0.15, 0.55))), draw)
