"""Towns: skylines of lit windows, and canals between old houses."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour

    from .stage import Stage

    Corner = tuple[float, float]

GLASS, LAMP = colour("5d7186"), colour("ffd27a")


def skyline(stage: Stage, foot: float, *, layers: int = 3, neon: bool = False) -> None:
    """Towers in rows, the nearest darkest, with a grid of windows; neon signs where asked."""
    rng = stage.rng
    for at in range(layers):
        near = (at + 1) / layers
        base = stage.far(blend(colour("8592a3"), colour("3a414d"), near), 0.62 * (1 - near))
        x = -0.05
        boxes: list[tuple[float, float, float, int]] = []
        while x < 1.05:
            wide = float(rng.uniform(0.035, 0.085)) * (0.7 + 0.6 * near)
            middle = 1 - 1.3 * abs(x + wide / 2 - 0.5)
            high = (0.1 + 0.38 * float(rng.random()) ** 1.6 * max(0.3, middle)) * (1.15 - 0.35 * near)
            boxes.append((x, wide, high, int(rng.integers(4))))
            x += wide * float(rng.uniform(0.92, 1.25))
        level = foot + 0.03 * near

        def draw(
            pen: ImageDraw.ImageDraw,
            h: int,
            w: int,
            boxes: list[tuple[float, float, float, int]] = boxes,
            level: float = level,
        ) -> None:
            for left, wide, high, top in boxes:
                a, b, c, d = left * w, (level - high) * h, (left + wide) * w, level * h + 2
                pen.rectangle((a, b, c, d), 255)
                if top == 0:
                    pen.polygon([(a, b), ((a + c) / 2, b - (c - a) * 0.5), (c, b)], 255)
                elif top == 1:
                    pen.rectangle((a + (c - a) * 0.25, b - (c - a) * 0.3, c - (c - a) * 0.25, b), 255)
                elif top == 2:
                    pen.line([((a + c) / 2, b), ((a + c) / 2, b - (c - a) * 0.9)], 255, max(1, w // 600))

        li.stamp(stage.field, base, draw)
        for left, wide, high, _ in boxes:
            _windows(stage, (left, level - high, left + wide, level), near, neon=neon)
    if neon:
        _signs(stage, foot)


def _windows(stage: Stage, box: tuple[float, float, float, float], near: float, *, neon: bool) -> None:
    rng, height, width = stage.rng, stage.height, stage.width
    x0, y0, x1, y1 = (
        round(part * side) for part, side in zip(box, (width, height, width, height), strict=True)
    )
    step = max(3, round(min(height, width) * (0.008 + 0.007 * near)))
    columns, rows = (x1 - x0 - 2) // step, (y1 - y0 - 4) // step
    if columns < 1 or rows < 1:
        return
    lit = rng.random((rows, columns)) < 0.12 + 0.5 * stage.lamp.lamps
    tones = np.array(
        [
            LAMP,
            colour("ffe7b0"),
            colour("ff6fb5") if neon else LAMP,
            colour("6fe7ff") if neon else colour("fff3d6"),
        ]
    )
    chosen = tones[rng.integers(0, 4, (rows, columns))]
    dark = np.asarray(stage.far(GLASS, 0.5 * (1 - near)))
    strength = 0.35 + 0.6 * stage.lamp.lamps
    shown = np.where(lit[..., None], chosen * strength + dark * (1 - strength), dark).astype(np.float32)
    pane = np.zeros((step, step), np.float32)
    pane[1 : max(2, step - step // 3), 1 : max(2, step - step // 3)] = 1
    block = np.kron(shown, np.ones((step, step, 1), np.float32))
    mask = np.tile(pane, (rows, columns)) * (0.9 if stage.lamp.lamps > 0.3 else 0.55)
    top, left = y0 + 3, x0 + 1
    a, b = max(0, top), max(0, left)
    c, d = min(height, top + block.shape[0]), min(width, left + block.shape[1])
    if c <= a or d <= b:
        return
    part = stage.field[a:c, b:d]
    share = mask[a - top : c - top, b - left : d - left, None] * (0.45 + 0.55 * near)
    part += (block[a - top : c - top, b - left : d - left] - part) * share


def _signs(stage: Stage, foot: float) -> None:
    """Upright neon signs with their glow."""
    rng, height, width = stage.rng, stage.height, stage.width
    for digits in ("ff2fa8", "29e7ff", "a45bff", "ffe14a", "ff5b3a"):
        x, y = float(rng.uniform(0.08, 0.92)), foot - float(rng.uniform(0.08, 0.3))
        wide, tall = float(rng.uniform(0.012, 0.03)), float(rng.uniform(0.05, 0.13))

        def draw(
            pen: ImageDraw.ImageDraw, h: int, w: int, box: tuple[float, ...] = (x, y, wide, tall)
        ) -> None:
            edge = max(2, round(min(h, w) * 0.004))
            place = (box[0] * w, box[1] * h, (box[0] + box[2]) * w, (box[1] + box[3]) * h)
            pen.rounded_rectangle(place, edge * 2, outline=255, width=edge)
            for part in (0.25, 0.5, 0.75):
                level = place[1] + (place[3] - place[1]) * part
                pen.line((place[0] + 2 * edge, level, place[2] - 2 * edge, level), 255, edge)

        mask = li.drawn(height, width, draw)
        li.shine(
            stage.field,
            colour(digits),
            0.6 * li.glow(height, width, (x + wide / 2, y + tall / 2), tall * 1.1),
        )
        li.shine(stage.field, blend(colour(digits), (1, 1, 1), 0.35), mask)


FACADES = ("c9794f", "d9a866", "b5524a", "e0c9a0", "a8685a", "cfa38a", "8f7a6a", "d8b48a")


def canal(stage: Stage, shore: float) -> None:
    """Houses on both sides that run towards a far bridge; the water is painted by the caller."""
    rng = stage.rng
    middle = float(rng.uniform(0.44, 0.56))
    far_shore = shore - 0.06
    _front(stage, (middle - 0.1, middle + 0.1), far_shore, rng)
    for side in (-1, 1):
        cuts = np.cumsum([0.0, *rng.uniform(0.8, 1.3, 4)])
        cuts = cuts / cuts[-1]
        # from far to near, so that near houses cover what is behind
        for outer, inner in sorted(pairwise(cuts), key=lambda pair: -pair[0]):
            span = (float(outer) ** 0.8 * 0.86, float(inner) ** 0.8 * 0.86)
            _house(stage, side, middle=middle, span=span, shore=shore)


def _front(stage: Stage, span: tuple[float, float], foot: float, rng: li.Rng) -> None:
    x = span[0]
    while x < span[1]:
        wide, high = float(rng.uniform(0.03, 0.05)), float(rng.uniform(0.09, 0.15))
        tone = stage.far(colour(FACADES[int(rng.integers(len(FACADES)))]), 0.5)

        def draw(pen: ImageDraw.ImageDraw, h: int, w: int, box: tuple[float, ...] = (x, wide, high)) -> None:
            pen.rectangle((box[0] * w, (foot - box[2]) * h, (box[0] + box[1]) * w, (foot + 0.06) * h), 255)

        li.stamp(stage.field, tone, draw)
        x += wide


def _house(stage: Stage, side: int, *, middle: float, span: tuple[float, float], shore: float) -> None:
    """One facade in perspective: four corners between the picture's edge and the far end."""
    rng = stage.rng
    edge = 0.0 if side < 0 else 1.0
    tone = colour(FACADES[int(rng.integers(len(FACADES)))])
    far = (span[0] + span[1]) / 2
    storeys = int(rng.integers(3, 5))
    rise = float(rng.uniform(0.85, 1.12))

    def at(part: float, level: float) -> tuple[float, float]:
        """A point of the facade: `part` from near to far, `level` 0 at the water to 1 at the eaves."""
        depth = span[0] + (span[1] - span[0]) * part
        x = edge + (middle - side * 0.1 - edge) * depth * 1.16
        high = (0.58 * rise) * (1 - depth) + 0.12 * depth
        base = shore + 0.34 * (1 - depth) ** 1.6 * 0.6 - 0.05 * depth
        return x, base - high * level

    def quad(tone: Colour, *corners: tuple[float, float]) -> None:
        def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
            pen.polygon([(x * w, y * h) for x, y in corners], 255)

        li.stamp(stage.field, tone, draw)

    shaded = stage.lit[0] < 0.5 if side < 0 else stage.lit[0] >= 0.5
    wall = stage.far(blend(tone, colour("2a2230"), 0.3 if shaded else 0.05), 0.32 * far)
    quad(wall, at(0, -0.1), at(1, -0.1), at(1, 1), at(0, 1))
    roof, foot = stage.far(colour("8a4a36"), 0.35 * far), blend(wall, (0.05, 0.06, 0.06), 0.55)
    quad(roof, at(-0.02, 1), at(1.02, 1), at(0.95, 1.07), at(0.05, 1.07))
    quad(foot, at(0, -0.1), at(1, -0.1), at(1, 0.06), at(0, 0.06))
    _panes(stage, at, storeys, far, wall)


def _panes(
    stage: Stage, place: Callable[[float, float], Corner], storeys: int, far: float, wall: Colour
) -> None:
    rng = stage.rng
    lit: list[list[Corner]] = []
    dull: list[list[Corner]] = []
    frames: list[list[Corner]] = []
    for storey in range(storeys):
        low = 0.12 + storey * 0.86 / storeys
        high = low + 0.5 * 0.86 / storeys
        for k in range(3):
            left = 0.12 + k * 0.3
            right = left + 0.15
            corners = [place(left, low), place(right, low), place(right, high), place(left, high)]
            frames.append(
                [
                    place(left - 0.03, low - 0.015),
                    place(right + 0.03, low - 0.015),
                    place(right + 0.03, high + 0.02),
                    place(left - 0.03, high + 0.02),
                ]
            )
            (lit if rng.random() < 0.15 + 0.5 * stage.lamp.lamps else dull).append(corners)

    for shapes, tone, share in (
        (frames, blend(wall, (0.95, 0.92, 0.85), 0.3), 0.7),
        (dull, stage.far(colour("2f3a46"), 0.3 * far), 0.9),
        (lit, blend(stage.far(colour("4a5560"), 0.2), LAMP, 0.25 + 0.7 * stage.lamp.lamps), 0.95),
    ):

        def draw(pen: ImageDraw.ImageDraw, h: int, w: int, shapes: list[list[Corner]] = shapes) -> None:
            for corners in shapes:
                pen.polygon([(x * w, y * h) for x, y in corners], 255)

        if shapes:
            li.stamp(stage.field, tone, draw, share)
