"""Pictures painted from words: the same prompt, seed and size give the same picture, byte for byte."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from . import land, skies, water
from . import light as li
from .mark import sign
from .palettes import HOURS, OVERCAST, STORM, tinted
from .stage import Stage
from .words import Brief, read

if TYPE_CHECKING:
    from .palettes import Light

AREA = 1_200_000  # pixels painted at most; larger pictures are enlarged from that


def paint(
    prompt: str,
    *,
    seed: int,
    width: int,
    height: int,
    negative: str = "",
    style: str = "",
    marked: bool = True,
) -> Image.Image:
    """An RGB picture of what the words of the prompt name, in the manner of a style of `/image/styles`.

    What the negative prompt names is left out. Words that name nothing paintable still choose colours and
    forms. A corner says SANDBOX and the prompt, unless `marked` is false.
    """
    scale = min(1.0, (AREA / (width * height)) ** 0.5)
    size = (max(8, round(height * scale)), max(8, round(width * scale)))
    dice = blake2b(f"{seed}\n{prompt}\n{negative}".encode(), digest_size=16).digest()
    rng = np.random.default_rng(int.from_bytes(dice, "big"))
    field = scene(read(prompt, negative), rng, *size)
    picture = li.to_image(field)
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return sign(picture, prompt) if marked else picture


def scene(brief: Brief, rng: li.Rng, height: int, width: int) -> li.Field:
    """The painted field of a brief."""
    lamp = _lamp(brief)
    horizon = float(rng.uniform(0.5, 0.62))
    lit = (float(rng.uniform(0.2, 0.8)), horizon * float(rng.uniform(0.55, 0.85)))
    field = skies.sky(rng, height, width, lamp, horizon)
    stage = Stage(field, rng, lamp, brief, horizon, lit, brief.season or "summer")
    skies.clouds(rng, field, lamp, cover=0.5, horizon=horizon, lit=lit)
    if brief.place in ("sea", "lake", "canal"):
        land.mountains(stage, horizon, layers=2, peak=0.2)
        water.mirror(stage, horizon, calm=0.6)
        water.glitter(stage, horizon)
    elif brief.place == "underwater":
        water.deep_sea(stage)
    elif brief.place == "desert":
        land.dunes(stage, horizon)
    elif brief.place == "forest":
        land.forest(stage, horizon)
    else:
        land.mountains(stage, horizon + 0.05)
        land.hills(stage, horizon)
    return field


def _lamp(brief: Brief) -> Light:
    lamp = HOURS[brief.hour or "day"]
    if brief.weather == "storm":
        lamp = STORM
    elif brief.weather in ("rain", "overcast", "fog") and brief.hour in ("", "day"):
        lamp = OVERCAST
    return tinted(lamp, brief.tones[0], 0.2) if brief.tones else lamp
