"""Pure form: compositions of bands, discs, waves or grids whose kind and colours follow from the words."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend

from .rooms import palette

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour

    from .stage import Stage


def abstract(stage: Stage) -> None:
    """A composition; words like spiral, waves, grid or circles choose its kind, others leave it to chance."""
    words = set(stage.brief.words)
    for names, kind in _NAMED:
        if words & names:
            kind(stage, palette(stage))
            return
    digest = blake2b(" ".join(stage.brief.words).encode(), digest_size=2).digest()
    KINDS[digest[1] % len(KINDS)](stage, palette(stage))


def currents(stage: Stage, tones: list[Colour]) -> None:
    """Bands that flow like marbled ink."""
    height, width, rng = stage.height, stage.width, stage.rng
    first = li.fractal(rng, height, width, cells=1.6, octaves=4, gain=0.45)
    second = li.fractal(rng, height, width, cells=2.4, octaves=4, gain=0.45)
    slant = (
        np.linspace(0, 1, height, dtype=np.float32)[:, None]
        + np.linspace(0, 0.7, width, dtype=np.float32)[None, :]
    )
    phase = slant * 2.2 + 1.9 * first + 0.8 * second
    at = phase * 1.25 % 1.0
    ramp = [*tones, tones[0]]
    places = np.linspace(0, 1, len(ramp))
    for part in range(3):
        stage.field[..., part] = np.interp(at, places, [tone[part] for tone in ramp])
    ridge = np.abs((phase * 5 % 1.0) - 0.5) * 2
    li.lay(stage.field, (1, 1, 1), 0.22 * li.smooth(0.86, 1.0, ridge))
    li.lay(stage.field, (0, 0, 0), 0.3 * li.smooth(0.55, 1.0, second))
    grad = np.roll(first, max(1, height // 160), 0) - first
    stage.field *= (1 + 5 * np.clip(grad, -0.08, 0.08))[..., None]


def discs(stage: Stage, tones: list[Colour]) -> None:
    """Translucent discs and rings over a soft ground."""
    height, width, rng = stage.height, stage.width, stage.rng
    stage.field[:] = li.column(
        height, [(0.0, blend(tones[0], (1, 1, 1), 0.06)), (1.0, blend(tones[1], tones[0], 0.4))]
    )
    li.lay(
        stage.field, tones[2], 0.5 * li.glow(height, width, (float(rng.random()), float(rng.random())), 0.7)
    )
    number = (
        next((thing.count for thing in stage.brief.things if thing.kind == "ball" and thing.count > 1), 0)
        or 22
    )
    for at in range(number):
        x, y = float(rng.random()), float(rng.random())
        r = float(rng.uniform(0.03, 0.24)) * (1.4 if number < 8 else 1.0)
        mask = li.drawn(height, width, _disc(x, y, r, ring=bool(rng.random() < 0.35)))
        li.lay(stage.field, (0, 0, 0), 0.16 * np.roll(mask, (height // 90, width // 120), (0, 1)))
        tone = tones[1 + at % 4]
        rows = np.linspace(1.25, 0.75, height, dtype=np.float32)[:, None]
        li.lay(stage.field, tone, np.clip(mask * rows * float(rng.uniform(0.5, 0.9)), 0, 1))


def _disc(x: float, y: float, r: float, *, ring: bool) -> Callable[[ImageDraw.ImageDraw, int, int], None]:
    def draw(pen: ImageDraw.ImageDraw, h: int, w: int) -> None:
        reach = r * min(h, w)
        place = (x * w - reach, y * h - reach, x * w + reach, y * h + reach)
        if ring:
            pen.ellipse(place, outline=255, width=max(2, round(reach * 0.12)))
        else:
            pen.ellipse(place, 255)

    return draw


def ridges(stage: Stage, tones: list[Colour]) -> None:
    """Layer upon layer of paper-like waves."""
    height, width, rng = stage.height, stage.width, stage.rng
    stage.field[:] = li.column(height, [(0.0, blend(tones[3], (1, 1, 1), 0.35)), (1.0, tones[2])])
    li.lay(
        stage.field,
        blend(tones[4], (1, 1, 1), 0.3),
        li.glow(height, width, (float(rng.uniform(0.3, 0.7)), 0.24), 0.13, power=10),
    )
    for at in range(9):
        part = at / 8
        profile = (
            0.26
            + 0.68 * part
            - 0.14 * li.line(rng, width, cells=2 + 2 * float(rng.random()), octaves=3, gain=0.3)
        )
        mask = li.below(height, profile)
        tone = blend(tones[2 if at % 2 else 4], tones[0] if at > 4 else tones[1], part)
        shade = np.roll(mask, -max(2, height // 70), 0)
        li.lay(stage.field, (0, 0, 0), 0.2 * shade * (1 - mask))
        body = li.full(height, width, tone)
        depth = np.arange(height, dtype=np.float32)[:, None] / height - profile[None, :]
        li.lay(body, blend(tone, (1, 1, 1), 0.4), 0.45 * np.exp(-np.maximum(depth, 0) * 16))
        li.lay(stage.field, body, mask)


def tiles(stage: Stage, tones: list[Colour]) -> None:
    """A grid of quarter circles, triangles and squares."""
    height, width, rng = stage.height, stage.width, stage.rng
    step = min(height, width) / int(rng.integers(4, 8))
    stage.field[:] = tones[3]
    plans: dict[int, list[tuple[float, float, int]]] = {}
    for row in range(int(height / step) + 1):
        for at in range(int(width / step) + 1):
            plans.setdefault(int(rng.integers(5)), []).append((at * step, row * step, int(rng.integers(9))))
    for index, plan in plans.items():
        under, over = tones[index], tones[(index + 2) % 5]
        for tone, form in ((under, False), (over, True)):

            def draw(
                pen: ImageDraw.ImageDraw,
                h: int,
                _w: int,
                plan: list[tuple[float, float, int]] = plan,
                form: bool = form,
            ) -> None:
                scale = h / height
                for x, y, kind in plan:
                    box = (x * scale, y * scale, (x + step) * scale - 1, (y + step) * scale - 1)
                    if not form:
                        pen.rectangle(box, 255)
                    elif kind < 4:
                        dx, dy = (kind % 2) * step * scale, (kind // 2) * step * scale
                        reach = step * scale
                        cx, cy = box[0] + dx, box[1] + dy
                        pen.pieslice(
                            (cx - reach, cy - reach, cx + reach, cy + reach),
                            (180, 270, 90, 0)[kind] - (180 if kind in (0, 1, 2, 3) else 0),
                            (180, 270, 90, 0)[kind] - 90,
                            255,
                        )
                    elif kind < 6:
                        pen.polygon(
                            [
                                (box[0], box[1]),
                                (box[2], box[3]),
                                (box[0], box[3]) if kind == 4 else (box[2], box[1]),
                            ],
                            255,
                        )
                    elif kind == 6:
                        pad = step * scale * 0.25
                        pen.ellipse((box[0] + pad, box[1] + pad, box[2] - pad, box[3] - pad), 255)

            li.stamp(stage.field, tone, draw)
    _paper(stage)


def spiral(stage: Stage, tones: list[Colour]) -> None:
    """Arms that wind out of a centre."""
    height, width, rng = stage.height, stage.width, stage.rng
    unit = min(height, width)
    y = (np.arange(height, dtype=np.float32)[:, None] - height * float(rng.uniform(0.42, 0.58))) / unit
    x = (np.arange(width, dtype=np.float32)[None, :] - width * float(rng.uniform(0.42, 0.58))) / unit
    far = np.sqrt(x * x + y * y) + 1e-4
    arms = int(rng.integers(3, 8))
    bend = li.fractal(rng, height, width, cells=2, octaves=3) * 1.2
    turn = (np.arctan2(y, x) * arms / (2 * np.pi) + np.log(far) * float(rng.uniform(1.2, 2.4)) + bend) % 1.0
    ramp = [*tones, tones[0]]
    for part in range(3):
        stage.field[..., part] = np.interp(turn, np.linspace(0, 1, 6), [tone[part] for tone in ramp])
    li.lay(stage.field, (1, 0.98, 0.92), 0.8 * np.exp(-far * 9))
    li.lay(stage.field, blend(tones[0], (0, 0, 0), 0.5), 0.6 * li.smooth(0.45, 1.0, far))


def rays(stage: Stage, tones: list[Colour]) -> None:
    """A mandala of petals in rings."""
    height, width, rng = stage.height, stage.width, stage.rng
    unit = min(height, width)
    y = (np.arange(height, dtype=np.float32)[:, None] - height / 2) / unit
    x = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / unit
    far, angle = np.sqrt(x * x + y * y), np.arctan2(y, x)
    stage.field[:] = blend(tones[0], (0, 0, 0), 0.2)
    for ring in range(7, 0, -1):
        count = int(rng.choice([6, 8, 10, 12, 16])) + 2 * ring
        edge = 0.085 * ring * (1 + 0.16 * np.abs(np.cos(angle * count / 2)) ** float(rng.uniform(0.5, 2)))
        li.lay(stage.field, tones[ring % 5], np.clip((edge - far) * unit, 0, 1))
        line = np.abs(far - edge + 0.012)
        li.lay(
            stage.field, blend(tones[(ring + 2) % 5], (1, 1, 1), 0.3), np.clip(1.6 - line * unit / 1.6, 0, 1)
        )
    _paper(stage)


def _paper(stage: Stage) -> None:
    grain = li.fractal(stage.rng, stage.height, stage.width, cells=90, octaves=2, gain=0.8)
    stage.field *= (0.93 + 0.12 * grain)[..., None]


KINDS: tuple[Callable[[Stage, list[Colour]], None], ...] = (currents, discs, ridges, tiles, spiral, rays)
_NAMED: tuple[tuple[frozenset[str], Callable[[Stage, list[Colour]], None]], ...] = (
    (frozenset({"spiral", "spirals", "swirl", "swirls", "vortex", "whirl"}), spiral),
    (frozenset({"mandala", "kaleidoscope", "symmetry", "symmetrical", "ornament"}), rays),
    (
        frozenset({"grid", "geometric", "geometry", "tiles", "bauhaus", "pattern", "triangles", "squares"}),
        tiles,
    ),
    (frozenset({"circles", "dots", "bubbles", "spheres", "circle", "rings"}), discs),
    (frozenset({"layers", "waves", "paper", "ridges"}), ridges),
    (
        frozenset({"fluid", "ink", "marble", "marbled", "flow", "flowing", "liquid", "smoke", "gradient"}),
        currents,
    ),
)
