"""Things put into a scene: each in its zone, lit as the scene is, with its shadow or its reflection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import Colour, colour

from . import figures as fi
from . import objects as ob
from . import still_life as sl
from .pen import MARGIN, Pen

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.sandbox.studio.tone.light import Field, Mask, Rng

    from .stage import Stage
    from .words import Thing


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of thing is drawn. `high` is a part of the picture's shorter side, `wide` of its height."""

    draw: Callable[[Pen, Rng], None]
    high: float
    wide: float
    tones: str
    zone: str  # ground, water, air, table
    glow: str = ""


KINDS: dict[str, Kind] = {
    "gondola": Kind(ob.gondola, 0.2, 2.5, "17161c 1c1a22", "water"),
    "boat": Kind(ob.boat, 0.27, 1.05, "7a2f2a 24466e f0ede4 3d5d4a", "water"),
    "bridge": Kind(ob.bridge, 0.2, 3.1, "b3a48f a8917c", "water"),
    "lighthouse": Kind(ob.lighthouse, 0.46, 0.9, "c23a30 2f5a8c", "ground", "ffe9a0"),
    "house": Kind(ob.house, 0.24, 1.05, "e6dcc6 d8c2a0 c9d3d8 e0b9a0", "ground", "ffcf7a"),
    "castle": Kind(ob.castle, 0.4, 1.15, "b9b2a6 c9bfae a39c9c", "ground", "ffcf7a"),
    "church": Kind(ob.church, 0.34, 1.0, "efe8d8 dccdb4", "ground", "ffcf7a"),
    "tree": Kind(ob.tree, 0.42, 0.85, "", "ground"),
    "palm": Kind(ob.palm, 0.46, 1.2, "3f8a4a 2f7a45", "ground"),
    "flower": Kind(ob.flower, 0.34, 0.6, "d8354a f2b632 e87fb0 8f5ac2 f4f0e6 ef7a3a", "ground"),
    "cat": Kind(fi.cat, 0.42, 0.9, "c98a4a 6a6a70 2c2a2e e8e0d2 a8744a", "ground"),
    "dog": Kind(fi.dog, 0.42, 0.85, "b98552 8a5a36 e2cfae 4a4036", "ground"),
    "fox": Kind(fi.fox, 0.4, 0.95, "d56a26 c85a1e", "ground"),
    "bird": Kind(fi.bird, 0.075, 2.0, "f3f1ec d9dde2 3a3a44", "air"),
    "owl": Kind(fi.owl, 0.36, 1.05, "8a6a4a 7a6658 b39a7a", "ground"),
    "rabbit": Kind(fi.rabbit, 0.34, 0.65, "b9a48c e6ded0 8a7a6c", "ground"),
    "horse": Kind(fi.horse, 0.42, 1.45, "7a4a2c 4a3226 d8d0c2 a8743e", "ground"),
    "fish": Kind(fi.fish, 0.09, 1.7, "f08a2c f2c43a 4aa8d8 d8505a 8fd0b0", "air"),
    "butterfly": Kind(fi.butterfly, 0.1, 1.25, "e8902c 4a8ad8 d85aa0 f0d040", "air"),
    "person": Kind(fi.person, 0.36, 0.5, "a8323a 2f4f7a 3d6a4f c99a3a 5a4a7a", "ground"),
    "astronaut": Kind(fi.astronaut, 0.44, 0.62, "f2f2f0", "ground"),
    "robot": Kind(fi.robot, 0.42, 0.8, "aab4be c9b27a 8ab0b8", "ground", "7fe8ff"),
    "dragon": Kind(fi.dragon, 0.3, 2.05, "4a8a4f a83a34 5a4a8a", "air"),
    "car": Kind(ob.car, 0.14, 2.05, "c2302c 2f62a0 e0b02c 3a3f48", "ground"),
    "train": Kind(ob.train, 0.14, 3.6, "a8302c 2f5a4a 2c4a7a", "ground"),
    "bicycle": Kind(ob.bicycle, 0.2, 1.85, "c2302c 2f7aa0 3a8a5a", "ground"),
    "balloon": Kind(ob.balloon, 0.26, 0.75, "d8453a f0a52c 3f7ac2 8a4ab0", "air"),
    "rocket": Kind(ob.rocket, 0.42, 0.55, "d8453a 3f62a8 e0902c", "air", "ffb060"),
    "planet": Kind(sl.planet, 0.3, 1.65, "d8a05a 7a9ad0 c2705a 8ac2a8", "air"),
    "cup": Kind(sl.cup, 0.4, 1.2, "f0ece2 3f7aa0 c2503a 4a8a72", "table"),
    "apple": Kind(sl.apple, 0.34, 0.9, "c8302c 8ab83a e8b83a", "table"),
    "cake": Kind(sl.cake, 0.42, 1.3, "e88fb0 7a4a36 f4e6c8", "table", "ffd890"),
    "book": Kind(sl.book, 0.3, 1.6, "7a2f36 2c4a6a 3d5a42", "table"),
    "bottle": Kind(sl.bottle, 0.5, 0.4, "2f5a3a 5a1f2c 3a4a6a", "table"),
    "lantern": Kind(sl.lantern, 0.2, 0.65, "d8452c e8902c c2302c", "air", "ffc870"),
    "candle": Kind(sl.candle, 0.36, 0.5, "f0e6cf e8b0a0", "table", "ffc870"),
    "umbrella": Kind(sl.umbrella, 0.34, 1.05, "c8302c 2f62a0 e8b02c 4a8a5a", "ground"),
    "mushroom": Kind(sl.mushroom, 0.26, 1.0, "c8302c b0552c 8a5a36", "ground"),
    "guitar": Kind(sl.guitar, 0.56, 0.5, "b06a2c 8a3a26 d09a4a", "table"),
    "heart": Kind(sl.heart, 0.42, 1.0, "d8304a e8608a", "air"),
    "ball": Kind(sl.ball, 0.3, 1.1, "3f7ad8 d8503a e8b02c 4aa86a 8a5ac2", "table"),
    "cube": Kind(sl.cube, 0.34, 1.0, "d8604a 3f8ac2 e8b83a 6a5ac2", "table"),
    "pyramid": Kind(sl.pyramid, 0.4, 1.25, "d8a85a c2783a 5a8ac2", "ground"),
    "crystal": Kind(sl.crystal, 0.34, 1.0, "5ac8d8 a06ae0 e06a9a 6ad89a", "table", "d8f4ff"),
    "star": Kind(sl.star, 0.34, 1.05, "f2c43a e8e4d8 ef8a3a", "air"),
}


def put(
    rng: Rng, field: Field, thing: Thing, *, place: str = "", stage: Stage | None = None, main: bool = False
) -> None:
    """Draws a thing, as often as it is asked for, from the farthest to the nearest.

    Without a stage the light is guessed from the field. `main`: the picture is about it, so it is large.
    """
    kind = KINDS.get(thing.kind)
    if kind is None:
        return
    height, width = field.shape[:2]
    dark = (
        stage.lamp.dark
        if stage
        else float(np.clip(0.75 - 1.5 * li.luminance(field[::8, ::8]).mean(), 0, 0.8))
    )
    lit = stage.lit[0] if stage else 0.3
    number = min(thing.count, 24)
    spots = _spots(rng, kind, number, place, stage, main=main)
    for x, y, size in sorted(spots, key=lambda spot: spot[1] if kind.zone != "air" else spot[2]):
        tall = max(6, round(size * kind.high * min(height, width)))
        natural = thing.kind == "fox" and thing.tone and thing.tone[0] > 0.6  # a red fox is orange
        tone = (not natural and thing.tone) or _own_tone(rng, thing.kind, kind, stage)
        pen = Pen(tall, kind.wide, tone, dark)
        kind.draw(pen, rng)
        sprite = _lighted(pen.finished(), kind, dark, lit - x, stage)
        foot = (x * width, y * height + MARGIN * tall)
        if kind.glow and (dark > 0.3 or kind.zone == "table"):
            reach = size * kind.high * 0.9
            li.shine(
                field,
                colour(kind.glow),
                (0.25 + 0.4 * dark) * li.glow(height, width, (x, y - size * kind.high * 0.4), reach),
            )
        if kind.zone == "water":
            _reflected(field, sprite, foot, tall)
        elif kind.zone in ("ground", "table"):
            _shadow(field, foot, tall * min(kind.wide, 1.2), lit - x, 0.45 * (1 - 0.6 * dark))
        _laid(field, sprite, foot)


def stand(
    stage: Stage,
    name: str,
    place: tuple[float, float],
    high: float,
    distance: float,
    *,
    tone: Colour | None = None,
) -> None:
    """Draws one thing of a height (of the shorter side) at a place, paler with distance, without a shadow."""
    tall = max(6, round(high * min(stage.height, stage.width)))
    drawing = _pale(stage, sprite(stage, name, tall, tone), distance)
    _laid(stage.field, drawing, (place[0] * stage.width, place[1] * stage.height + MARGIN * tall))


def sprite(stage: Stage, name: str, tall: int, tone: Colour | None = None) -> Field:
    """One thing alone `(h, w, 4)`, lit as the scene is."""
    kind = KINDS[name]
    pen = Pen(tall, kind.wide, tone or _own_tone(stage.rng, name, kind, stage), stage.lamp.dark)
    kind.draw(pen, stage.rng)
    return _lighted(pen.finished(), kind, stage.lamp.dark, stage.lit[0] - 0.5, stage)


def planted(stage: Stage, plan: list[tuple[Field, tuple[float, float], float]], distance: float) -> None:
    """Lays drawings with their feet at places, in heights of the shorter side, all paler with distance."""
    ground = li.to_image(stage.field)  # Pillow mixes whole rows of trees faster than arrays do
    pale: dict[int, Image.Image] = {}  # by drawing: few are planted often
    for drawing, place, high in plan:
        if id(drawing) not in pale:
            shown = (_pale(stage, drawing, distance) * 255 + 0.5).astype(np.uint8)
            pale[id(drawing)] = Image.fromarray(shown, "RGBA")
        image = pale[id(drawing)]
        tall = max(1, round(high * min(stage.height, stage.width) * (1 + 2 * MARGIN)))
        wide = max(1, round(tall * image.width / image.height))
        image = image.resize((wide, tall), Image.Resampling.BILINEAR, reducing_gap=2.0)
        foot = place[1] * stage.height + MARGIN * tall / (1 + 2 * MARGIN)
        ground.paste(image, (round(place[0] * stage.width - wide / 2), round(foot - tall)), image)
    stage.field[:] = li.from_image(ground)


def _pale(stage: Stage, drawing: Field, distance: float) -> Field:
    """A drawing as it looks through the haze of a distance, 0 to 1."""
    made = drawing.copy()
    made[..., :3] += (np.asarray(stage.lamp.haze, np.float32) - made[..., :3]) * np.float32(distance)
    return made


def _own_tone(rng: Rng, name: str, kind: Kind, stage: Stage | None) -> Colour:
    if name == "tree":
        options = ob.leaves(stage.season if stage else "summer")
        return options[int(rng.integers(len(options)))]
    tones = kind.tones.split()
    # the colours a prompt names belong to its things, unless they are of one colour by nature
    if stage and stage.brief.loose and len(tones) > 2:
        return stage.brief.loose[int(rng.integers(len(stage.brief.loose)))]
    return colour(tones[int(rng.integers(len(tones)))])


def _spots(
    rng: Rng, kind: Kind, number: int, place: str, stage: Stage | None, *, main: bool
) -> list[tuple[float, float, float]]:
    """Where each stands: x, height of its foot, and how many times its usual size."""
    horizon = stage.horizon if stage else 0.6
    times = (1.55 if main else 1.0) / max(1.0, number**0.42)
    column = {"left": 0.25, "right": 0.75, "center": 0.5, "centre": 0.5, "middle": 0.5}.get(place)
    made = []
    for at in range(number):
        spread = (at + 0.5) / number
        x = (
            column
            if column and number == 1
            else 0.5 + (spread - 0.5) * 0.82 + float(rng.uniform(-0.3, 0.3)) / number
        )
        if number == 1 and not column:
            x = float(rng.uniform(0.4, 0.6)) if main else float(rng.uniform(0.25, 0.75))
        near = float(rng.random())
        if kind.zone == "air":
            low, high = (0.12, 0.5) if kind.high < 0.2 and not main else (0.36, 0.62)
            if stage and stage.brief.place in ("underwater", "abstract", "space", "table"):
                low, high = 0.25, 0.75
                y = float(rng.uniform(low, high)) if number > 1 else 0.5 + kind.high * times * 0.5
            else:
                y = max(kind.high * times + 0.03, float(rng.uniform(low, high)) * min(1.0, horizon * 1.6))
            size = times * float(rng.uniform(0.65, 1.25) if number > 1 else 1)
        elif kind.zone == "table":
            y = (0.8 if number == 1 else 0.72 + 0.16 * near) + (0.04 if main else 0)
            size = times * (0.85 + 0.3 * near if number > 1 else 1)
        else:
            depth = (
                (0.72 if number == 1 else 0.25 + 0.75 * near)
                if main
                else (0.35 + 0.3 * near if number == 1 else 0.1 + 0.8 * near)
            )
            top, low = stage.waters if stage and stage.waters[1] and kind.zone == "water" else (horizon, 0.94)
            y = top + (low - top) * depth
            size = times * (0.45 + 0.75 * depth)
        if place == "top":
            y = 0.1 + kind.high * times
        made.append((x, y, size))
    return made


def _lighted(sprite: Field, kind: Kind, dark: float, side: float, stage: Stage | None) -> Field:
    """The drawing in the light of the scene: one side brighter, all of it darker in the dark."""
    made = sprite.copy()
    across = np.linspace(-0.5, 0.5, sprite.shape[1], dtype=np.float32)[None, :]
    down = np.linspace(0.5, -0.5, sprite.shape[0], dtype=np.float32)[:, None]
    bright = 1 + 0.28 * np.sign(side or 1) * across + 0.2 * down
    made[..., :3] *= bright[..., None]
    if stage:
        warm = 0.1 + 0.3 * (stage.lamp.lamps if dark < 0.8 else 0)
        made[..., :3] += (np.asarray(stage.lamp.sun, np.float32) - made[..., :3]) * (
            0.28 * warm * np.clip(bright - 1, 0, 1)[..., None]
        )
        keep = 0.35 if kind.glow else 0.12
        most = np.maximum(np.maximum(made[..., 0], made[..., 1]), made[..., 2])
        lamps = li.smooth(0.72, 0.9, most) * keep if dark > 0.4 else 0
        shade = (0.62 * dark) * (1 - lamps)
        share = shade[..., None] if isinstance(shade, np.ndarray) else shade
        made[..., :3] += (np.asarray(stage.lamp.shade, np.float32) - made[..., :3]) * share
    return np.clip(made, 0, 1)


def _laid(field: Field, sprite: Field, foot: tuple[float, float], share: float = 1.0) -> None:
    """Mixes a drawing over the field, its lower edge's middle at the foot."""
    tall, wide = sprite.shape[:2]
    left, top = round(foot[0] - wide / 2), round(foot[1] - tall)
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(field.shape[0], top + tall), min(field.shape[1], left + wide)
    if y1 <= y0 or x1 <= x0:
        return
    part = sprite[y0 - top : y1 - top, x0 - left : x1 - left]
    region = field[y0:y1, x0:x1]
    region += (part[..., :3] - region) * (part[..., 3:] * np.float32(share))


def _reflected(field: Field, sprite: Field, foot: tuple[float, float], tall: int) -> None:
    """The drawing upside down below its foot, broken by ripples."""
    flipped = sprite[::-1].copy()
    rows = np.arange(len(flipped))
    shift = (np.sin(rows / max(2.0, tall / 14)) * tall * 0.025 * np.linspace(0.3, 1.5, len(flipped))).astype(
        int
    )
    for row, step in enumerate(shift):
        flipped[row] = np.roll(flipped[row], step, axis=0)
    flipped[..., :3] *= 0.62
    flipped[..., 3] *= np.linspace(0.65, 0.05, len(flipped), dtype=np.float32)[:, None]
    margin = 0.12 * tall
    _laid(field, flipped, (foot[0], foot[1] + len(flipped) - 2 * margin))


def _shadow(field: Field, foot: tuple[float, float], wide: float, side: float, share: float) -> None:
    """A soft oval on the ground, drawn out away from the light."""
    height, width = field.shape[:2]
    reach = max(3.0, wide * 0.55)
    y = (np.arange(height, dtype=np.float32) - foot[1] + wide * 0.04) / (reach * 0.2)
    x = (np.arange(width, dtype=np.float32) - foot[0] + np.sign(side or 1) * reach * 0.22) / reach
    rows, columns = (slice(*np.searchsorted(way, (-2.5, 2.5))) for way in (y, x))  # farther it is too pale
    far = y[rows, None] ** 2 + x[None, columns] ** 2
    mask: Mask = np.exp(-far * 1.4) * np.float32(share)
    li.lay(field[rows, columns], (0.03, 0.03, 0.06), mask)
