"""Scenes without a horizon: a table before a wall, a portrait, space, and pure form."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour
from venice_nb.sandbox.studio.tone.palettes import named

from . import skies

if TYPE_CHECKING:
    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour

    from .stage import Stage

HARMONIES = (
    "0f2a43 1f6f8b 99c1b9 f2e3bc f18f43",
    "2b193d 6a2e6f c3406f f2836b fbd786",
    "13262f 2d6a6a 8fb996 e9d8a6 ca6702",
    "1a1423 3d2645 832161 da4167 f0eff4",
    "0b3954 087e8b bfd7ea ff5a5f c81d25",
    "22223b 4a4e69 9a8c98 c9ada7 f2e9e4",
    "003049 669bbc fdf0d5 c1121f 780000",
    "233d4d 619b8a a1c181 fcca46 fe7f2d",
    "10002b 5a189a 9d4edd e0aaff ffd6e0",
    "264027 3c6e47 93b57c f4e285 d1603d",
)


def palette(stage: Stage) -> list[Colour]:
    """Five colours that go together: chosen by the words, led by the colours they name."""
    digest = blake2b(" ".join(stage.brief.words).encode(), digest_size=4).digest()
    tones = [colour(each) for each in HARMONIES[digest[0] % len(HARMONIES)].split()]
    for at, tone in enumerate(stage.brief.tones[:4]):
        tones[(4, 2, 1, 3)[at]] = tone
    if stage.brief.tones:
        lead = stage.brief.tones[0]
        tones = [blend(tone, lead, 0.3) if tone not in stage.brief.tones else tone for tone in tones]
        tones[0] = blend(lead, (0.03, 0.03, 0.07), 0.75)
    return tones


def table(stage: Stage) -> None:
    """A wall with light from one side, a table top, and room for what stands on it."""
    height, width, rng = stage.height, stage.width, stage.rng
    tones = palette(stage)
    wall = blend(tones[2], tones[0], 0.35 + 0.3 * stage.lamp.dark)
    edge = 0.66
    stage.horizon = edge
    stage.field[:] = wall
    li.lay(
        stage.field,
        blend(wall, (1, 0.97, 0.9), 0.6),
        0.85 * li.glow(height, width, (stage.lit[0], 0.3), 0.6, power=1.6),
    )
    rough = li.fractal(rng, height, width, cells=5, octaves=6, gain=0.62)
    li.lay(stage.field, blend(wall, (0, 0, 0), 0.4), 0.3 * rough)
    wood = blend(colour("8a5f3c"), tones[4], 0.12)
    top = li.full(height, width, wood)
    grain = li.fractal(rng, height, width, cells=30, octaves=3, gain=0.7, stretch=14)
    li.lay(top, blend(wood, (0.12, 0.06, 0.03), 0.6), 0.55 * li.smooth(0.4, 0.9, grain))
    li.lay(top, (1, 0.96, 0.88), 0.35 * li.glow(height, width, (stage.lit[0], 0.84), 0.45))
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    li.lay(stage.field, top, np.clip((rows - edge) * height, 0, 1) * np.ones((1, width), np.float32))
    li.lay(stage.field, (0, 0, 0), 0.35 * np.exp(-(((rows - edge) / 0.012) ** 2)))
    stage.field *= np.float32(1 - 0.75 * stage.lamp.dark)


def portrait(stage: Stage) -> None:
    """A head and shoulders before a plain ground, lit from one side."""
    height, width, rng = stage.height, stage.width, stage.rng
    tones = palette(stage)
    ground = blend(tones[1], tones[0], 0.35)
    stage.field[:] = ground
    li.lay(stage.field, blend(ground, (1, 0.98, 0.94), 0.45), li.glow(height, width, (0.5, 0.38), 0.62))
    rough = li.fractal(rng, height, width, cells=4, octaves=5)
    li.lay(stage.field, blend(ground, (0, 0, 0), 0.5), 0.28 * rough)
    skin = colour(("f1cba8", "dba880", "b57c54", "7a5138", "f5d9be")[int(rng.integers(5))])
    words = stage.brief.words
    hair = colour(("20161a", "4a2f20", "a8763e", "7a2a1c", "30303c")[int(rng.integers(5))])
    known = {
        "blonde": "d9b36a",
        "blond": "d9b36a",
        "ginger": "b0532a",
        "redhead": "b0532a",
        "brunette": "4a2f20",
    }
    known |= dict.fromkeys(("old", "elderly", "grandmother", "grandfather", "wizard"), "cfcac2")
    hair = next((colour(known[word]) for word in words if word in known), hair)
    hair = _before(words, "hair") or hair
    long = bool(rng.random() < 0.55)
    if {"woman", "girl", "lady", "queen", "princess", "she"} & set(words):
        long = True
    elif {"man", "boy", "king", "he", "gentleman", "knight"} & set(words):
        long = False
    cloth = stage.brief.loose[0] if stage.brief.loose else tones[4]
    _bust(stage, skin, hair, cloth, _before(words, "eyes"), long=long)


def _before(words: tuple[str, ...], part: str) -> Colour | None:
    """The colour named right before a word: green eyes."""
    return next(
        (named(first) for first, then in pairwise(words) if then == part and named(first)),
        None,
    )


def _bust(
    stage: Stage, skin: Colour, hair: Colour, cloth: Colour, eyes: Colour | None, *, long: bool
) -> None:
    height, rng = stage.height, stage.rng
    unit = min(height, stage.width)
    side = -1 if stage.lit[0] < 0.5 else 1

    def shape(points: list[tuple[float, float]], tone: Colour, soft: float = 0.0, share: float = 1.0) -> None:
        from .pen import curve  # noqa: PLC0415  (only people need it here)

        def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
            scale = min(h, w)
            path = curve([*points, points[0]], closed=True)
            pen.polygon([(w / 2 + x * scale, h / 2 + y * scale) for x, y in path], 255)

        li.stamp(stage.field, tone, draw, share, soft=soft)

    def oval(  # noqa: PLR0917  (as the ovals of a pen)
        x: float, y: float, rx: float, ry: float, tone: Colour, soft: float = 0.0, share: float = 1.0
    ) -> None:
        def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
            scale = min(h, w)
            cx, cy = w / 2 + x * scale, h / 2 + y * scale
            pen.ellipse((cx - rx * scale, cy - ry * scale, cx + rx * scale, cy + ry * scale), 255)

        li.stamp(stage.field, tone, draw, share, soft=soft)

    dark = blend(skin, colour("5a2a20"), 0.42)
    bottom = height / unit / 2 + 0.05
    if long:
        shape(
            [(-0.21, -0.2), (-0.25, 0.1), (-0.23, 0.34), (0.23, 0.34), (0.25, 0.1), (0.21, -0.2), (0, -0.33)],
            blend(hair, (0, 0, 0), 0.25),
        )
    shape(
        [
            (-0.44, bottom),
            (-0.4, 0.36),
            (-0.24, 0.27),
            (-0.08, 0.2),
            (0.08, 0.2),
            (0.24, 0.27),
            (0.4, 0.36),
            (0.44, bottom),
        ],
        cloth,
    )
    shape(
        [(-0.44, bottom), (-0.4, 0.36), (-0.24, 0.27), (-0.1, 0.3), (-0.05, bottom)],
        blend(cloth, (0, 0, 0), 0.35) if side > 0 else blend(cloth, (1, 1, 1), 0.15),
        0.02,
        0.7,
    )
    shape([(-0.085, 0.08), (-0.085, 0.21), (0, 0.27), (0.085, 0.21), (0.085, 0.08)], dark)
    for ear in (-1, 1):
        oval(ear * 0.172, -0.03, 0.026, 0.045, dark)
    shape(
        [
            (-0.17, -0.1),
            (-0.165, 0.05),
            (-0.1, 0.165),
            (0, 0.2),
            (0.1, 0.165),
            (0.165, 0.05),
            (0.17, -0.1),
            (0.1, -0.24),
            (-0.1, -0.24),
        ],
        skin,
    )
    shape(
        [
            (-0.165 * side, -0.12),
            (-0.165 * side, 0.05),
            (-0.1 * side, 0.16),
            (-0.02 * side, 0.19),
            (-0.06 * side, 0.02),
            (-0.08 * side, -0.15),
        ],
        dark,
        0.03,
        0.6,
    )
    oval(side * 0.085, 0.055, 0.05, 0.04, blend(skin, colour("e07a6a"), 0.5), 0.02, 0.55)
    iris = eyes or colour(("4a6f8a", "5a7a4a", "6a4a2c", "3a3a3a")[int(rng.integers(4))])
    for eye in (-1, 1):
        x = eye * 0.07
        oval(x, -0.035, 0.034, 0.018, colour("f6f2ea"))
        oval(x, -0.035, 0.0165, 0.0175, iris)
        oval(x, -0.035, 0.008, 0.009, colour("141216"))
        oval(x + 0.006, -0.041, 0.004, 0.004, (1, 1, 1))
        shape(
            [(x - 0.042, -0.04), (x, -0.062), (x + 0.042, -0.042), (x, -0.054)], blend(hair, (0, 0, 0), 0.5)
        )
        shape(
            [(x - 0.048, -0.083), (x, -0.1), (x + 0.048, -0.085), (x, -0.088)], blend(hair, (0, 0, 0), 0.15)
        )
    shape([(side * -0.006, -0.03), (side * -0.026, 0.055), (0, 0.07), (0.02 * side, 0.06)], dark, 0.006, 0.6)
    shape(
        [(-0.055, 0.112), (-0.02, 0.1), (0, 0.105), (0.02, 0.1), (0.055, 0.112), (0, 0.14)],
        colour("b5524f"),
        0.002,
    )
    shape([(-0.05, 0.113), (0, 0.118), (0.05, 0.113), (0, 0.122)], colour("6a2428"))
    sway = float(rng.uniform(-0.06, 0.06))
    shape(
        [
            (-0.185, -0.02),
            (-0.2, -0.16),
            (-0.12, -0.29),
            (0.02, -0.32),
            (0.14, -0.28),
            (0.2, -0.16),
            (0.185, -0.02),
            (0.15, -0.13),
            (0.04 + sway, -0.17),
            (-0.09 + sway, -0.14),
            (-0.155, -0.1),
        ],
        hair,
    )
    shape(
        [(-0.05 + side * 0.06, -0.29), (side * 0.13, -0.25), (side * 0.15, -0.17), (side * 0.07, -0.24)],
        blend(hair, (1, 0.95, 0.85), 0.45),
        0.012,
        0.7,
    )


def space(stage: Stage) -> None:
    """Stars, and clouds of gas in the colours of the words."""
    height, width, rng = stage.height, stage.width, stage.rng
    tones = palette(stage)
    stage.horizon = 1.0
    stage.field[:] = li.column(
        height, [(0.0, colour("04040d")), (0.5, colour("0a0a1e")), (1.0, colour("05060f"))]
    )
    warp = li.fractal(rng, height, width, cells=2, octaves=5)
    for tone, cells in ((tones[1], 2.2), (tones[3], 3.2), (tones[4], 2.6)):
        cloud = li.fractal(rng, height, width, cells=cells, octaves=6, gain=0.55)
        band = np.exp(-(((warp - 0.5) / 0.2) ** 2))
        li.shine(stage.field, blend(tone, (1, 1, 1), 0.1), 0.75 * band * li.smooth(0.42, 0.95, cloud))
    veins = li.fractal(rng, height, width, cells=4, octaves=6, gain=0.6)
    li.lay(
        stage.field,
        (0.01, 0.01, 0.03),
        0.75 * li.smooth(0.55, 0.85, veins) * np.exp(-(((warp - 0.52) / 0.25) ** 2)),
    )
    skies.stars(rng, stage.field, 2.4, 1.02)
    if "galaxy" in stage.brief.words:
        _spiral(stage, tones[3])


def _spiral(stage: Stage, tone: Colour) -> None:
    height, width = stage.height, stage.width
    unit = min(height, width)
    y = (np.arange(height, dtype=np.float32)[:, None] - height * 0.5) / unit * 2.1
    x = (np.arange(width, dtype=np.float32)[None, :] - width * 0.5) / unit
    far = np.sqrt(x * x + y * y) + 1e-4
    arms = 0.5 + 0.5 * np.cos(2 * np.arctan2(y, x) - 7.5 * np.log(far + 0.02))
    light = np.exp(-far * 5) * (0.25 + 0.75 * arms**2)
    li.shine(stage.field, blend(tone, (1, 1, 1), 0.3), np.clip(light * 1.6, 0, 1))
    li.shine(stage.field, (1, 0.95, 0.85), np.exp(-(far**2) * 160))
