"""Scenes put together from a brief: sky, land or water, things, weather, and a last touch of light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import darkroom
from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour
from venice_nb.sandbox.studio.tone.palettes import HOURS, OVERCAST, SEASONS, STORM, tinted

from . import forms, land, rooms, skies, things, town, water, weather
from .stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.sandbox.studio.tone.light import Field, Rng
    from venice_nb.sandbox.studio.tone.palettes import Light

    from .words import Brief

INDOORS = ("table", "portrait", "abstract", "space", "underwater")
SKY_KINDS = ("moon", "sun", "rainbow", "fireworks")
NEON = frozenset({"neon", "cyberpunk", "neon-city", "tokyo", "blade", "futuristic"})


def scene(brief: Brief, rng: Rng, height: int, width: int) -> Field:
    """The painted field of a brief."""
    lamp = _lamp(brief)
    horizon = float(rng.uniform(0.52, 0.6))
    if brief.place == "canal":
        horizon = 0.56
    low = brief.hour in ("sunset", "dawn", "dusk")
    lit = (
        float(rng.uniform(0.22, 0.78)),
        horizon * float(rng.uniform(0.8, 0.93) if low else rng.uniform(0.2, 0.42)),
    )
    field = skies.sky(rng, height, width, lamp, horizon)
    stage = Stage(field, rng, lamp, brief, horizon, lit, _season(brief))
    if brief.place not in INDOORS:
        _heavens(stage)
    _PLACES[brief.place](stage)
    _peopled(stage)
    _weathered(stage)
    return _finished(stage)


def _lamp(brief: Brief) -> Light:
    dark = brief.place in ("table", "portrait") and "dark" in brief.words
    lamp = HOURS[
        brief.hour
        or ("night" if dark else "")
        or ("night" if brief.has("moon") or brief.has("fireworks") else "day")
    ]
    if brief.weather == "storm":
        lamp = STORM
    elif brief.weather in ("rain", "overcast", "fog") and brief.hour in ("", "day"):
        lamp = OVERCAST
    # a colour that no thing has taken tints the light
    return tinted(lamp, brief.loose[0], 0.3) if brief.loose and brief.place not in INDOORS else lamp


def _season(brief: Brief) -> str:
    return brief.season or ("winter" if brief.weather == "snow" else "summer")


def _heavens(stage: Stage) -> None:
    """Everything in the sky."""
    brief, rng, field = stage.brief, stage.rng, stage.field
    if stage.lamp.dark > 0.8 or brief.has("star"):
        skies.stars(rng, field, 1.0 if stage.lamp.dark > 0.8 else 0.5, stage.horizon)
    if {"aurora", "borealis", "northern-lights"} & set(brief.words):
        skies.aurora(rng, field, stage.horizon)
    grey = brief.weather in ("rain", "overcast", "storm", "fog")
    if (stage.lamp.dark > 0.8 or brief.has("moon")) and not grey:
        place = (stage.lit[0], min(stage.lit[1], stage.horizon * 0.4))
        skies.moon(rng, field, place, 0.05, crescent="crescent" in brief.words or bool(rng.random() < 0.3))
    elif not grey and stage.lamp.dark < 0.5:
        skies.sun(field, stage.lamp, stage.lit, 0.036 if stage.lamp.dark else 0.026)
    cover = {"cloudy": 0.85, "overcast": 0.95, "storm": 0.95, "rain": 0.8, "clear": 0.0, "fog": 0.3}.get(
        brief.weather
    )
    cover = float(rng.uniform(0.3, 0.6)) if cover is None else cover
    if cover:
        lit = stage.lit if 0 < stage.lamp.dark < 0.8 else None
        skies.clouds(rng, field, stage.lamp, cover=cover, horizon=stage.horizon, lit=lit)
    if brief.has("rainbow"):
        skies.rainbow(field, stage.horizon)
    if brief.has("fireworks"):
        skies.fireworks(rng, field, stage.horizon)
    if brief.weather == "storm":
        weather.lightning(rng, field, stage.horizon)


def _behind(stage: Stage, *, peak: float = 0.2) -> None:
    """What the brief names besides the main place, far away."""
    if "mountains" in stage.brief.places:
        land.mountains(stage, stage.horizon + 0.01, layers=2, peak=peak * 1.4)
    elif "city" in stage.brief.places:
        town.skyline(stage, stage.horizon, layers=2)
    elif "forest" in stage.brief.places:
        _shore_trees(stage)


def _shore_trees(stage: Stage) -> None:
    profile = stage.horizon - 0.012 - 0.035 * li.line(stage.rng, stage.width, cells=26, octaves=3, gain=0.6)
    tone = stage.far(blend(SEASONS[stage.season][0][1], colour("1c2f26"), 0.35), 0.35)
    li.lay(stage.field, tone, li.below(stage.height, profile))


BUILT = ("house", "church", "castle", "tree", "train", "car")


def _ashore(stage: Stage) -> None:
    """Buildings and trees on the far shore, before the water mirrors them."""
    for thing in stage.brief.things:
        if thing.kind not in BUILT:
            continue
        number = min(thing.count, 9)
        for at in range(number):
            x = (at + 0.5) / number * 0.8 + 0.1 + float(stage.rng.uniform(-0.06, 0.06))
            high = things.KINDS[thing.kind].high * (0.75 if number == 1 else 0.55)
            things.stand(stage, thing.kind, (x, stage.horizon), high, 0.12, tone=thing.tone)


def _bank(stage: Stage) -> None:
    """A strip of near land, if someone is to stand on it."""
    zones = [
        things.KINDS[thing.kind].zone
        for thing in stage.brief.things
        if thing.kind in things.KINDS and thing.kind not in (*BUILT, "lighthouse")
    ]
    if "ground" in zones:
        stage.waters = (stage.horizon + 0.02, 0.8)
        land.hills(stage, 0.87, layers=1)
        stage.horizon = 0.84


def _sea(stage: Stage) -> None:
    _behind(stage, peak=0.14)
    _ashore(stage)
    rough = {"storm": 0.1, "wind": 0.3, "rain": 0.35}.get(stage.brief.weather, 0.5)
    calm = 0.85 if "calm" in stage.brief.words else rough
    water.mirror(stage, stage.horizon, calm=calm)
    if stage.brief.weather not in ("rain", "storm", "overcast", "fog"):
        water.glitter(stage, stage.horizon)
    _bank(stage)


def _lake(stage: Stage) -> None:
    if "mountains" in stage.brief.places or not set(stage.brief.places) & {"city", "forest"}:
        land.mountains(stage, stage.horizon + 0.01, layers=2, peak=0.3)
        _shore_trees(stage)
    else:
        _behind(stage)
    _ashore(stage)
    water.mirror(stage, stage.horizon, calm=0.82)
    if stage.lamp.dark > 0.1 and stage.brief.weather not in ("rain", "storm"):
        water.glitter(stage, stage.horizon)
    _bank(stage)


def _beach(stage: Stage) -> None:
    height, width, rng = stage.height, stage.width, stage.rng
    stage.horizon = float(np.clip(stage.horizon - 0.06, 0.4, 0.6))
    _behind(stage, peak=0.12)
    water.mirror(stage, stage.horizon, calm=0.6)
    if stage.lamp.dark > 0.1:
        water.glitter(stage, stage.horizon)
    stage.waters = (stage.horizon + 0.03, stage.horizon + 0.13)
    shore = stage.horizon + 0.17 + 0.07 * li.line(rng, width, cells=1.4, octaves=3, gain=0.3)
    for lift, tone, share in ((-0.03, (0.97, 0.98, 0.98), 0.55), (-0.012, (1, 1, 1), 0.85)):
        foam = li.fractal(rng, height, width, cells=22, octaves=3, stretch=3)
        rows = np.arange(height, dtype=np.float32)[:, None] / height
        band = np.exp(-(((rows - (shore + lift)[None, :]) / 0.009) ** 2))
        li.lay(stage.field, stage.far(tone, 0.0), share * band * li.smooth(0.3, 0.6, foam))
    sand = stage.far(colour("e2c894"), 0.05)
    body = li.full(height, width, sand)
    grain = li.fractal(rng, height, width, cells=60, octaves=3, gain=0.8)
    li.lay(body, blend(sand, (0.3, 0.2, 0.1), 0.5), 0.3 * grain)
    depth = np.arange(height, dtype=np.float32)[:, None] / height - shore[None, :]
    li.lay(body, blend(sand, (0.2, 0.15, 0.1), 0.5), 0.6 * np.exp(-np.maximum(depth, 0) * 22))
    li.lay(stage.field, body, li.below(height, shore))
    if not stage.brief.has("palm") and rng.random() < 0.7:
        things.stand(stage, "palm", (float(rng.choice([0.1, 0.9])), 0.97), 0.62, 0.0)
    stage.horizon = float(shore.max())


def _mountains(stage: Stage) -> None:
    land.mountains(stage, stage.horizon + 0.1, layers=3, peak=0.46)
    land.hills(stage, stage.horizon + 0.12, layers=2)
    stage.horizon += 0.16


def _field(stage: Stage) -> None:
    if "mountains" in stage.brief.places or stage.rng.random() < 0.3:
        land.mountains(stage, stage.horizon + 0.02, layers=2, peak=0.22)
    land.hills(stage, stage.horizon, layers=3, tone=stage.brief.ground)
    words = set(stage.brief.words)
    if stage.season in ("spring", "summer") and (
        stage.season == "spring" or words & {"flower", "flowers", "poppies", "meadow", "tulips"}
    ):
        tones = stage.brief.tones or (colour("e8c93a"), colour("d8456a"), colour("f4f0ea"), colour("8f6ac2"))
        land.blossoms(stage, stage.horizon + 0.08, tones)


def _village(stage: Stage) -> None:
    _field(stage)
    rng = stage.rng
    things.stand(stage, "church", (float(rng.uniform(0.35, 0.65)), stage.horizon + 0.05), 0.3, 0.25)
    for row, (level, high) in enumerate(((0.07, 0.15), (0.14, 0.2))):
        for at in range(5):
            x = (at + 0.5 + 0.5 * row) / 5 + float(rng.uniform(-0.04, 0.04))
            things.stand(stage, "house", (x, stage.horizon + level), high, 0.18 * (1 - row))
    stage.horizon += 0.16


def _forest(stage: Stage) -> None:
    land.forest(stage, stage.horizon - 0.06)
    stage.horizon += 0.14


def _city(stage: Stage) -> None:
    neon = bool(NEON & set(stage.brief.words))
    wet = stage.brief.weather in ("rain", "storm") or {"sea", "lake", "canal"} & set(stage.brief.places)
    foot = stage.horizon + 0.16
    town.skyline(stage, foot, layers=3, neon=neon)
    if wet or neon or stage.lamp.dark > 0.3:
        water.mirror(stage, foot + 0.02, calm=0.7, tone=stage.far(colour("20242c"), 0.0))
    else:
        road = stage.far(colour("5d6066"), 0.05)
        rows = np.arange(stage.height, dtype=np.float32)[:, None] / stage.height
        ground = np.clip((rows - foot - 0.02) * stage.height, 0, 1) * np.ones((1, stage.width), np.float32)
        li.lay(stage.field, road, ground)
        rough = li.fractal(stage.rng, stage.height, stage.width, cells=30, octaves=3, stretch=4)
        li.lay(stage.field, blend(road, (0, 0, 0), 0.4), 0.4 * rough * ground)
    stage.horizon = foot + 0.04


def _canal(stage: Stage) -> None:
    town.canal(stage, stage.horizon)
    water.mirror(stage, stage.horizon + 0.03, calm=0.6, tone=blend(stage.lamp.top, colour("2f6f6a"), 0.45))
    if stage.lamp.dark > 0.1 and stage.brief.weather not in ("rain", "storm"):
        stage.lit = (0.5, stage.lit[1])
        water.glitter(stage, stage.horizon + 0.03)
    if not stage.brief.things:
        stage.horizon += 0.12


def _desert(stage: Stage) -> None:
    land.dunes(stage, stage.horizon)
    stage.horizon += 0.1


_PLACES: dict[str, Callable[[Stage], None]] = {
    "canal": _canal,
    "sea": _sea,
    "beach": _beach,
    "lake": _lake,
    "mountains": _mountains,
    "forest": _forest,
    "city": _city,
    "desert": _desert,
    "field": _field,
    "village": _village,
    "space": rooms.space,
    "underwater": water.deep_sea,
    "table": rooms.table,
    "portrait": rooms.portrait,
    "abstract": forms.abstract,
}


def _peopled(stage: Stage) -> None:
    """The things of the brief: the first large if the picture is about it."""
    named = [thing for thing in stage.brief.things if thing.kind in things.KINDS]
    if stage.brief.place in ("sea", "lake"):
        named = [thing for thing in named if thing.kind not in BUILT]
    if stage.brief.place == "portrait":
        return
    if stage.brief.place == "abstract":
        named = [thing for thing in named if thing.kind != "ball" or thing.count == 1]
    crowded = len(named) > 2 or stage.brief.place in ("canal", "sea", "city", "beach", "lake")
    backdrop = ("tree", "house", "church", "castle", "bridge", "bird")
    order = sorted(enumerate(named), key=lambda pair: (pair[1].kind not in backdrop, -pair[0]))
    for at, thing in order:
        main = at == 0 and (not crowded or things.KINDS[thing.kind].zone == "table")
        things.put(
            stage.rng, stage.field, thing, stage=stage, main=main and thing.kind not in ("bird", "house")
        )


def _weathered(stage: Stage) -> None:
    brief, rng, field = stage.brief, stage.rng, stage.field
    if brief.place in ("space", "underwater"):
        return
    if brief.weather in ("rain", "storm"):
        weather.rain(rng, field)
    elif brief.weather == "snow":
        weather.snowfall(rng, field)
    elif brief.weather == "fog":
        weather.fog(rng, field, stage.lamp.haze, 0.8)
    elif brief.weather == "wind":
        weather.wind(rng, field)


def _finished(stage: Stage) -> Field:
    """A trace of grain, darker corners, and the brightness that words like moody or pastel ask for."""
    field = np.clip(stage.field, 0, 1)
    if stage.brief.lift:
        field = darkroom.brighter(field, stage.brief.lift * 2)
    field = darkroom.vignette(field, 0.35)
    noise = stage.rng.standard_normal(field.shape[:2], dtype=np.float32) * np.float32(0.007)
    out: li.Field = np.clip(field + noise[..., None], 0, 1)
    return out
