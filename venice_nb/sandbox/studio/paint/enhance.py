"""A prompt written out: the place, the light and the composition that the painter reads in it, in words."""

from __future__ import annotations

from hashlib import blake2b

from .words import read

LONGEST = 400  # characters: what is longer says enough already

_HOURS = {
    "": ("soft natural light", "even daylight from the left"),
    "day": ("clear daylight with crisp shadows", "bright light high in the sky"),
    "dawn": ("the first pink light of dawn", "pale morning light low over the ground"),
    "sunset": ("a low golden sun", "warm light and long shadows"),
    "dusk": ("the violet light of dusk", "the last glow of the sky and the first lamps"),
    "night": ("moonlight and deep blue shadows", "a starry sky"),
}
_WEATHER = {
    "rain": "fine rain and wet reflections",
    "snow": "falling snow",
    "fog": "layers of mist",
    "storm": "heavy clouds and distant lightning",
    "cloudy": "drifting clouds",
    "overcast": "a flat grey sky",
    "clear": "a cloudless sky",
    "wind": "streaks of wind",
}
_PLACES = {
    "canal": "old houses on both sides and their reflections in the water",
    "sea": "a wide horizon over the sea",
    "beach": "pale sand and slow waves",
    "lake": "still water that mirrors the shore",
    "mountains": "range behind range of mountains",
    "forest": "trees in several depths",
    "city": "a skyline with lit windows",
    "desert": "dunes with sharp crests",
    "village": "a village of small houses around a church",
    "field": "open meadows and soft hills",
    "space": "a nebula and a field of stars",
    "underwater": "shafts of light from the surface",
    "table": "a plain backdrop and a soft shadow",
    "portrait": "a plain backdrop and light from one side",
    "abstract": "layered translucent forms in a few colours",
}
_ENDS = (
    "balanced composition, fine detail",
    "wide composition, rich texture",
    "strong depth, delicate colours",
)


def enhanced(prompt: str) -> str:
    """The longer prompt; empty if the prompt is long enough already."""
    if len(prompt) > LONGEST:
        return ""
    brief = read(prompt)
    dice = blake2b(prompt.encode(), digest_size=2).digest()
    light = _HOURS[brief.hour]
    parts = [prompt.strip().rstrip(".,;"), _PLACES[brief.place], light[dice[0] % len(light)]]
    parts += [_WEATHER[brief.weather]] if brief.weather else []
    parts.append(_ENDS[dice[1] % len(_ENDS)])
    return ", ".join(parts)


def enhanced_edit(prompt: str) -> str:
    """The longer instruction for an edit; empty if it is long enough already."""
    if len(prompt) > LONGEST:
        return ""
    return f"{prompt.strip().rstrip('.,;')}. Keep the composition and everything else as it is"
