"""Land: mountains, hills, forests, meadows, deserts and snow, one layer behind another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour
from venice_nb.sandbox.studio.tone.palettes import SEASONS

if TYPE_CHECKING:
    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour, Field, Mask

    from .stage import Stage


def mountains(stage: Stage, foot: float, *, layers: int = 3, peak: float = 0.42) -> None:
    """Ranges, the farthest palest, each lit on the side of the sun, with snow on what is high."""
    height, width, rng = stage.height, stage.width, stage.rng
    snow = {"winter": 0.35, "summer": 0.82}.get(stage.season, 0.6)
    for at in range(layers):
        near = (at + 1) / layers
        rise = peak * (1 - 0.55 * at / max(1, layers - 1)) if layers > 1 else peak
        ridge = li.line(rng, width, cells=3 + 2 * at, octaves=8, gain=0.52) ** 1.25
        profile = foot - rise * (0.12 + 0.88 * ridge)
        mask = li.below(height, profile)
        rock = stage.far(blend(colour("6b7a94"), colour("4a4f55"), near), 0.72 * (1 - near) + 0.1)
        body = li.full(height, width, rock)
        lit = _relief(stage, profile)
        li.lay(body, blend(rock, stage.lamp.shade, 0.55), np.clip(-lit, 0, 1) * 0.8)
        li.lay(
            body, blend(rock, stage.lamp.sun, 0.6), np.clip(lit, 0, 1) * 0.55 * (1 - stage.lamp.dark * 0.5)
        )
        rows = np.arange(height, dtype=np.float32)[:, None] / height
        high = (foot - rows) / max(0.05, rise)  # 1 at the height of the highest peak
        cap = li.smooth(snow, snow + 0.12, high + 0.25 * lit * 0.5)
        white = stage.far(colour("f3f6fa"), 0.3 * (1 - near))
        li.lay(body, white, cap * np.clip(0.75 + 0.5 * lit, 0.2, 1))
        sink = np.clip(0.3 - high, 0, 0.3) / 0.3
        li.lay(body, stage.lamp.haze, sink * 0.45 * (1 - near * 0.6))
        li.lay(stage.field, body, mask)


def _relief(stage: Stage, profile: Mask) -> Mask:
    """Light and shadow on slopes, -1 to 1: the ridge's own slope at the top, crags further down."""
    height, width = stage.height, stage.width
    side = 1.0 if stage.lit[0] > 0.5 else -1.0
    noise = li.fractal(stage.rng, height, width, cells=6, octaves=6, gain=0.6)
    step = max(1, min(height, width) // 110)
    crags = (np.roll(noise, (-step, int(side) * step), (0, 1)) - noise) * 7
    reach = max(2, width // 60)
    calm = np.convolve(np.pad(profile, reach, mode="edge"), np.ones(2 * reach + 1) / (2 * reach + 1), "valid")
    slope = np.clip(np.gradient(calm) * width * 1.1 * -side, -1, 1)
    depth = np.arange(height, dtype=np.float32)[:, None] / height - profile[None, :]
    # gullies run downhill: the slope is looked up a little to the side, farther the deeper
    shift = (depth * width * 0.35 * np.sign(noise - 0.5)).astype(int)
    across = np.clip(np.arange(width)[None, :] + shift, 0, width - 1)
    out: li.Field = np.clip(crags + slope[across] * np.exp(-np.maximum(depth, 0) * 5), -1, 1).astype(
        np.float32
    )
    return out


def hills(stage: Stage, top: float, *, layers: int = 3, tone: Colour | None = None) -> None:
    """Rolling hills from a height down to the bottom edge."""
    height, width, rng = stage.height, stage.width, stage.rng
    ground = tone or SEASONS[stage.season][1]
    for at in range(layers):
        near = at / max(1, layers - 1)
        level = top + (0.97 - top) * near * 0.62
        profile = level - 0.09 * (1 - 0.4 * near) * li.line(rng, width, cells=1.6 + at, octaves=3, gain=0.35)
        mask = li.below(height, profile)
        own = blend(
            ground, colour("2f4a2c") if stage.season != "winter" else colour("9fb3c9"), 0.18 * (at % 2)
        )
        body = li.full(height, width, stage.far(own, 0.5 * (1 - near)))
        grain = li.fractal(rng, height, width, cells=22, octaves=4, gain=0.7, stretch=2.5)
        li.lay(body, blend(stage.far(own, 0.4 * (1 - near)), (0, 0, 0), 0.4), 0.5 * li.smooth(0.45, 1, grain))
        depth = (np.arange(height, dtype=np.float32)[:, None] / height - profile[None, :]) * 4
        li.lay(
            body,
            blend(stage.far(own, 0.1), stage.lamp.sun, 0.5),
            np.clip(0.35 - depth, 0, 0.35) * (1 - stage.lamp.dark),
        )
        li.lay(body, stage.lamp.shade, np.clip(depth, 0, 1) * 0.35)
        li.lay(stage.field, body, mask)


def dunes(stage: Stage, top: float) -> None:
    """Dunes with a bright and a shadowed side and fine ripples."""
    height, width, rng = stage.height, stage.width, stage.rng
    sand = stage.brief.ground or colour("dcab68")
    side = 1.0 if stage.lit[0] > 0.5 else -1.0
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    for at in range(4):
        near = at / 3
        level = top + (0.86 - top) * near
        profile = level - (0.06 + 0.1 * near) * li.line(rng, width, cells=1.4 + at * 0.4, octaves=2, gain=0.2)
        depth = rows - profile[None, :]
        body = li.full(height, width, stage.far(sand, 0.5 * (1 - near)))
        # the lee side lies in shadow below a winding crest line that starts at the top of the dune
        crest = li.line(rng, height, cells=2, octaves=2, gain=0.3)[:, None] - 0.5
        peak = float(np.argmin(profile)) / width
        across = (
            np.arange(width, dtype=np.float32)[None, :] / width
            - peak
            - crest * 0.16 * np.clip(depth * 6, 0, 1)
        )
        lee = li.smooth(0.0, 0.035, -across * side) * np.exp(-np.maximum(depth, 0) * (3.2 - near))
        li.lay(body, blend(stage.far(colour("8c5a34"), 0.35 * (1 - near)), stage.lamp.shade, 0.3), lee * 0.78)
        warp = li.fractal(rng, height, width, cells=3, octaves=2)
        ripple = 0.5 + 0.5 * np.sin(depth * (300 / (1 + near)) + warp * 26)
        li.lay(
            body, blend(stage.far(sand, 0), (0.25, 0.12, 0.05), 0.5), ripple * 0.2 * near * (1 - 0.6 * lee)
        )
        li.lay(
            body,
            stage.lamp.sun,
            np.exp(-np.maximum(depth, 0) * 14) * 0.42 * (1 - lee) * (1 - stage.lamp.dark * 0.6),
        )
        li.lay(stage.field, body, li.below(height, profile))


def forest(stage: Stage, top: float, *, layers: int = 4) -> None:
    """Rows of trees in mist, the nearest tall; conifers, or broad crowns where leaves turn or bloom."""
    broad = stage.season in ("autumn", "spring") or bool(stage.rng.random() < 0.3)
    if {"pine", "pines", "taiga", "fir", "firs"} & set(stage.brief.words):
        broad = False
    hills(stage, top + 0.12, layers=2)
    trees = [_tree(stage) for _ in range(5)] if broad else []
    kinds = [(tree, tree[:, ::-1]) for tree in trees]
    for at in range(layers):
        near = (at + 1) / layers
        foot = top + 0.1 + (0.93 - top) * near**1.5
        size = 0.14 + 0.42 * near**1.3
        if broad:
            _grove(stage, kinds, near, foot=foot, size=size * 1.25, number=int(13 - 7 * near))
        else:
            _firs(stage, foot, size, int(26 - 15 * near), near)
        if at < layers - 1:
            rows = np.arange(stage.height, dtype=np.float32)[:, None] / stage.height
            mist = np.exp(-(((rows - foot) / 0.07) ** 2)) * np.float32(0.5 * (1 - near))
            li.lay(stage.field, stage.lamp.haze, mist)


def _tree(stage: Stage) -> Field:
    from .things import sprite  # noqa: PLC0415  (things are drawn by a module above this one)

    return sprite(stage, "tree", min(300, stage.height, stage.width))


def _grove(
    stage: Stage,
    kinds: list[tuple[Field, Field]],
    near: float,
    *,
    foot: float,
    size: float,
    number: int,
) -> None:
    """Broad trees in a row, each one of a few kinds, turned or not."""
    from .things import planted  # noqa: PLC0415  (things are drawn by a module above this one)

    rng = stage.rng
    plan = []
    for at in range(number):
        x = (at + float(rng.uniform(0.1, 0.9))) / number * 1.1 - 0.05
        kind = kinds[int(rng.integers(len(kinds)))][rng.random() < 0.5]
        place = (x, foot + float(rng.uniform(-0.02, 0.03)))
        plan.append((kind, place, size * float(rng.uniform(0.75, 1.15))))
    planted(stage, plan, 0.6 * (1 - near))


def _firs(stage: Stage, foot: float, size: float, number: int, near: float) -> None:
    """Conifers, flecked with light."""
    rng = stage.rng
    mask = _trees(stage, rng.random(max(2, number)).astype(np.float32) * 1.1 - 0.05, foot, size)
    own = blend(SEASONS[stage.season][0][0], colour("12241c"), 0.2 + 0.4 * near)
    shown = stage.far(own, 0.62 * (1 - near))
    body = li.full(stage.height, stage.width, shown)
    speck = li.fractal(rng, stage.height, stage.width, cells=40, octaves=2, gain=0.8)
    li.lay(
        body,
        blend(shown, stage.lamp.sun, 0.45),
        0.5 * li.smooth(0.55, 0.95, speck) * (1 - stage.lamp.dark * 0.7),
    )
    li.lay(body, blend(shown, (0, 0, 0), 0.5), 0.45 * (1 - li.smooth(0.1, 0.5, speck)))
    if stage.season == "winter":
        li.lay(body, stage.far(colour("eef2f6"), 0.3 * (1 - near)), 0.75 * li.smooth(0.5, 0.75, speck))
    li.lay(stage.field, body, mask)


def _trees(stage: Stage, places: Mask, foot: float, size: float) -> Mask:
    rng = stage.rng
    plan = [
        (
            float(x),
            foot + float(rng.uniform(-0.02, 0.03)),
            size * float(rng.uniform(0.7, 1.15)),
            int(rng.integers(1 << 30)),
        )
        for x in places
    ]

    def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
        for x, y, tall, dice in plan:
            _conifer(pen, x * w, y * h, tall * min(h, w), np.random.default_rng(dice))

    return li.drawn(stage.height, stage.width, draw)


def _conifer(pen: ImageDraw.ImageDraw, x: float, y: float, tall: float, rng: li.Rng) -> None:
    pen.rectangle((x - tall * 0.018, y - tall * 0.3, x + tall * 0.018, y + tall * 0.02), 255)
    tiers = 7
    for at in range(tiers):
        low = y - tall * (0.09 + 0.8 * (at / tiers) ** 0.95)
        wide = tall * 0.185 * (1 - at / tiers) ** 0.9 * float(rng.uniform(0.88, 1.12)) + tall * 0.02
        peak = low - tall * (0.34 - 0.2 * at / tiers)
        droop = tall * 0.018
        left, right = (-wide, -wide * 0.42), (wide, wide * 0.42)
        foot = [(x + left[0], low + droop), (x + left[1], low), (x, low + droop), (x + right[1], low)]
        # sides hang in: a fir is no stack of straight triangles
        sides = [(x + right[0], low + droop), (x + wide * 0.36, (low + peak) / 2), (x, peak)]
        pen.polygon([*foot, *sides, (x - wide * 0.36, (low + peak) / 2)], 255)


def blossoms(stage: Stage, top: float, tones: tuple[Colour, ...], number: int = 420) -> None:
    """A meadow's flowers: dots that grow towards the viewer."""
    rng = stage.rng
    depth = np.sort(rng.random(number)) ** 1.4
    for at, tone in enumerate(tones):
        own = [(float(rng.random()), float(part)) for part in depth[at :: len(tones)]]

        def draw(pen: ImageDraw.ImageDraw, h: int, w: int, own: list[tuple[float, float]] = own) -> None:
            for x, part in own:
                r = (0.0016 + 0.011 * part) * min(h, w)
                y = (top + (1.0 - top) * part) * h
                pen.ellipse((x * w - r, y - r * 0.8, x * w + r, y + r * 0.8), 255)

        li.stamp(stage.field, stage.far(tone, 0.05), draw, 0.95)
