"""Changes to what a picture shows: another sky, hour, season or weather, with the rest of it kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from venice_nb.sandbox.studio.paint import skies, weather
from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour
from venice_nb.sandbox.studio.tone.palettes import HOURS, OVERCAST, STORM, tinted

from . import cutout, winter
from .regions import guided

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Colour, Field, Mask, Rng
    from venice_nb.sandbox.studio.tone.palettes import Light


def sky_mask(field: Field) -> Mask:
    """Where the sky is, 0 to 1: what is joined to the upper edge, of its colours; else the upper part."""
    height, width = field.shape[:2]
    scale = 150 / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = li.from_image(li.to_image(field).resize(size, Image.Resampling.BOX))
    lab = cutout.to_lab(small)
    reached = cutout.joined_from_top(lab)
    share = reached.mean()
    if not 0.04 < share < 0.92:
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        return li.smooth(0.0, 0.16, 0.5 - rows) * np.ones((1, width), np.float32)
    fine = guided(li.luminance(field), reached.astype(np.float32), max(2, max(height, width) // 150))
    return np.clip(fine * 1.4 - 0.2, 0, 1)


def new_sky(rng: Rng, field: Field, hour: str, *, tone: Colour | None = None, cover: float = 0.45) -> Field:
    """The picture under another sky; the light on the rest stays."""
    made, sky = field.copy(), sky_mask(field)
    li.lay(made, _painted_sky(rng, sky, _light(hour, tone), hour, cover), sky)
    return made


def _light(hour: str, tone: Colour | None) -> Light:
    lamp = {"overcast": OVERCAST, "storm": STORM}.get(hour) or HOURS[hour]
    return tinted(lamp, tone, 0.6) if tone else lamp


def _painted_sky(rng: Rng, mask: Mask, lamp: Light, hour: str, cover: float) -> Field:
    height, width = mask.shape
    rows = np.flatnonzero(mask.mean(1) > 0.25)
    horizon = min(1.0, max(0.25, (int(rows[-1]) + 1) / height if len(rows) else 0.5))
    made = skies.sky(rng, height, width, lamp, horizon)
    lit = (float(rng.uniform(0.25, 0.75)), horizon * 0.86)
    if hour == "night":
        skies.stars(rng, made, 1.0, horizon)
        skies.moon(rng, made, (lit[0], horizon * 0.3), 0.05, crescent=False)
    elif hour in ("sunset", "dawn"):
        skies.sun(made, lamp, lit, 0.04)
    if cover:
        skies.clouds(rng, made, lamp, cover=cover, horizon=horizon, lit=lit)
    return made


def at_hour(rng: Rng, field: Field, hour: str) -> Field:
    """The picture at another hour: its own light and a sky that belongs to it."""
    lamp = HOURS[hour]
    sky = sky_mask(field)
    ground = {
        "day": lambda part: np.clip(part, 0, 1) ** np.float32(0.8) * np.array([1.02, 1.02, 1.0], np.float32),
        "dawn": lambda part: (
            part * np.array([1.02, 0.88, 0.86], np.float32) + np.array([0.04, 0.01, 0.02], np.float32)
        ),
        "sunset": lambda part: (
            part * np.array([1.02, 0.74, 0.55], np.float32) + np.array([0.05, 0.01, 0.0], np.float32)
        ),
        "dusk": lambda part: (
            part * np.array([0.56, 0.46, 0.62], np.float32) + np.array([0.03, 0.01, 0.05], np.float32)
        ),
        "night": lambda part: part * np.array([0.2, 0.25, 0.42], np.float32),
    }[hour](field)
    made = np.asarray(ground, np.float32)
    if hour in ("night", "dusk"):  # lamps and windows stay lit
        lamps = li.smooth(0.78, 0.95, li.luminance(field)) * (1 - sky)
        li.lay(made, colour("ffd489"), 0.85 * lamps)
        li.shine(made, colour("ffb860"), 0.6 * np.clip(_halo(lamps), 0, 1))
    li.lay(made, _painted_sky(rng, sky, lamp, hour, 0.4), sky)
    return made


def _halo(mask: Mask) -> Mask:
    return li.softened(mask, min(mask.shape) / 40)


def in_season(rng: Rng, field: Field, season: str) -> Field:
    """Leaves and ground as in another season."""
    height, width = field.shape[:2]
    sky = sky_mask(field)
    leaves = _greenery(field) * (1 - sky)
    if season == "winter":
        return winter.snowed(rng, field, sky, leaves)
    noise = li.fractal(rng, height, width, cells=22, octaves=4, gain=0.7)
    bright = li.luminance(field)
    made = field.copy()
    tones = {
        "autumn": ("b3401a", "d97b25", "e2b23a"),
        "spring": ("9fcb5a", "b9d873", "f0b7cd"),
        "summer": ("2f7a34", "4b8f3a", "77a845"),
    }[season]
    base = li.full(height, width, colour(tones[0]))
    li.lay(base, colour(tones[1]), li.smooth(0.3, 0.5, noise))
    li.lay(base, colour(tones[2]), li.smooth(0.58, 0.75, noise))
    shaded = base * (0.25 + 1.15 * bright[..., None])
    li.lay(made, shaded, 0.78 * leaves)
    warm = {"autumn": (1.06, 0.97, 0.86), "spring": (1.02, 1.03, 1.0), "summer": (1.05, 1.02, 0.94)}[season]
    made *= np.array(warm, np.float32)
    if season == "autumn":
        specks = li.smooth(0.86, 0.94, li.fractal(rng, height, width, cells=60, octaves=1)) * (1 - sky)
        li.lay(made, colour("d2691e"), 0.5 * specks)
    elif season == "spring":
        specks = li.smooth(0.84, 0.9, li.fractal(rng, height, width, cells=55, octaves=1)) * (1 - sky)
        li.lay(made, colour("f5b9cf"), 0.85 * specks)
    return made


def _greenery(field: Field) -> Mask:
    red, green, blue = field[..., 0], field[..., 1], field[..., 2]
    out: li.Field = np.clip((green - np.maximum(red * 0.92, blue)) * 9, 0, 1) * li.smooth(0.03, 0.12, green)
    return out


def in_weather(rng: Rng, field: Field, kind: str, amount: float) -> Field:
    """Rain, snowfall, fog, storm, wind, a clear or a cloudy sky over the picture."""
    made = field.copy()
    if kind == "clear":
        return new_sky(rng, np.clip(made, 0, 1) ** np.float32(0.85), "day", cover=0.12)
    if kind in ("cloudy", "overcast"):
        return new_sky(rng, made, "overcast" if kind == "overcast" else "day", cover=0.85)
    if kind == "storm":
        made = new_sky(rng, made * np.array([0.5, 0.54, 0.6], np.float32), "storm", cover=0.8)
        weather.lightning(rng, made, 0.55)
        weather.rain(rng, made, amount)
    elif kind == "rain":
        made = li.saturated(made, 0.65) * np.float32(0.82)
        weather.rain(rng, made, amount)
    elif kind == "snow":
        made = li.saturated(made, 0.8) * np.float32(0.92) + np.float32(0.05)
        weather.snowfall(rng, made, amount)
    elif kind == "fog":
        level = float(li.luminance(field).mean())
        weather.fog(rng, made, blend(colour("30343c"), colour("d8dee3"), min(1.0, level * 1.7)), amount)
    else:
        weather.wind(rng, made)
    return made
