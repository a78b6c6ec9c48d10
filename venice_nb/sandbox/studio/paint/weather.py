"""Weather over any picture: rain, snow, fog, lightning, wind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour, Field, Rng


def rain(rng: Rng, field: Field, amount: float = 1.0) -> None:
    """Slanting streaks in two depths, and a grey veil."""
    height, width = field.shape[:2]
    veil = colour("8d98a3")
    dark = float(li.luminance(field).mean())
    li.lay(field, blend((0.05, 0.06, 0.08), veil, min(1.0, dark * 1.4)), 0.16 * amount)
    for number, long, bright in ((int(420 * amount), 0.035, 0.35), (int(130 * amount), 0.085, 0.5)):
        plan = rng.random((number, 3))

        def draw(
            pen: ImageDraw.ImageDraw, h: int, w: int, plan: np.ndarray = plan, long: float = long
        ) -> None:
            unit = min(h, w)
            thick = max(1, round(unit / 900 * (1 + 12 * long)))
            for x, y, part in plan:
                size = unit * long * (0.6 + 0.8 * part)
                start = (x * w * 1.1, y * h * 1.1 - size)
                pen.line((*start, start[0] - size * 0.22, start[1] + size), int(140 + 100 * part), thick)

        li.shine(field, colour("dfe8f0"), bright * li.drawn(height, width, draw))


def snowfall(rng: Rng, field: Field, amount: float = 1.0) -> None:
    """Flakes in three depths, the nearest large and soft."""
    height, width = field.shape[:2]
    for number, radius, soft in ((700, 0.0016, 0.0), (240, 0.0034, 0.0012), (46, 0.008, 0.004)):
        plan = rng.random((int(number * amount), 3))

        def draw(
            pen: ImageDraw.ImageDraw, h: int, w: int, plan: np.ndarray = plan, radius: float = radius
        ) -> None:
            for x, y, part in plan:
                r = min(h, w) * radius * (0.5 + part)
                pen.ellipse((x * w - r, y * h - r, x * w + r, y * h + r), 255)

        li.lay(field, (0.97, 0.98, 1.0), 0.88 * li.drawn(height, width, draw, soft=soft))


def fog(rng: Rng, field: Field, tone: Colour, amount: float = 1.0) -> None:
    """Banks of mist, thickest in the middle distance."""
    height, width = field.shape[:2]
    banks = li.fractal(rng, height, width, cells=2, octaves=5, stretch=3.5)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    depth = 0.34 + 0.5 * np.exp(-(((rows - 0.55) / 0.2) ** 2))
    li.lay(field, tone, np.clip(depth * (0.45 + 0.75 * banks) * amount, 0, 0.93))


def lightning(rng: Rng, field: Field, foot: float) -> None:
    """A forked bolt from the clouds to the ground, and the light it throws."""
    height, width = field.shape[:2]
    x = float(rng.uniform(0.2, 0.8))
    main = _bolt(rng, (x, -0.02), (x + float(rng.uniform(-0.12, 0.12)), foot))
    arms = []
    for _ in range(4):
        at = int(rng.integers(4, len(main) - 4))
        far = (
            main[at][0] + float(rng.uniform(-0.2, 0.2)),
            min(foot, main[at][1] + float(rng.uniform(0.06, 0.18))),
        )
        arms.append(_bolt(rng, main[at], far))

    def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
        unit = min(h, w)
        for points, thick in ((main, unit / 190), *((arm, unit / 420) for arm in arms)):
            pen.line([(px * w, py * h) for px, py in points], 255, max(1, round(thick)), joint="curve")

    li.shine(field, colour("8f9bff"), 0.55 * li.glow(height, width, (x, foot * 0.5), 0.5, power=1.4))
    li.shine(field, colour("c9d0ff"), li.drawn(height, width, draw, soft=0.012))
    li.shine(field, (1, 1, 1), li.drawn(height, width, draw))


def _bolt(rng: Rng, start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    at = np.linspace(0, 1, 22)
    sway = np.cumsum(rng.normal(0, 0.012, 22))
    sway -= at * sway[-1]
    x = start[0] + (end[0] - start[0]) * at + sway
    y = start[1] + (end[1] - start[1]) * at
    return list(zip(x.tolist(), y.tolist(), strict=True))


def wind(rng: Rng, field: Field) -> None:
    """Pale strokes that curl with the wind."""
    height, width = field.shape[:2]
    plan = rng.random((20, 4))

    def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
        at = np.linspace(0, 1, 40)
        for x, y, long, phase in plan:
            px = (x - 0.1 + at * (0.15 + 0.3 * long)) * w
            py = (y * 0.8 + 0.05 + 0.012 * np.sin(at * 7 + phase * 6)) * h
            pen.line(list(zip(px.tolist(), py.tolist(), strict=True)), 200, max(2, min(h, w) // 260))

    li.shine(field, (1, 1, 1), 0.55 * li.drawn(height, width, draw))
