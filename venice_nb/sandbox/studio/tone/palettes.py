"""Colours by name, and the light of the sky at each hour."""

from __future__ import annotations

from dataclasses import dataclass

from .light import Colour, blend, colour

NAMED: dict[str, Colour] = {
    name: colour(digits)
    for name, digits in {
        "black": "17181c",
        "white": "f4f2ec",
        "grey": "8a8d92",
        "silver": "b9bec6",
        "red": "c8322e",
        "crimson": "a3142f",
        "scarlet": "d5301e",
        "maroon": "6e1a26",
        "orange": "e8842c",
        "coral": "f07860",
        "peach": "f6b48c",
        "yellow": "f2c93a",
        "gold": "d9a53a",
        "amber": "e39a2b",
        "brown": "7a4f2e",
        "beige": "dccbab",
        "cream": "f3e8cf",
        "olive": "7d7f35",
        "lime": "9ccb3b",
        "green": "3f9150",
        "emerald": "1f8f62",
        "mint": "9fdcbd",
        "teal": "1e8286",
        "turquoise": "3fc3bd",
        "cyan": "35b9d6",
        "azure": "3f8fdc",
        "blue": "2f62c0",
        "navy": "1c2c5e",
        "indigo": "41379b",
        "violet": "7a48b8",
        "purple": "733a98",
        "lavender": "b7a2de",
        "magenta": "c93692",
        "pink": "ef94b4",
        "rose": "d95f7f",
        "copper": "b46a3c",
        "bronze": "94682f",
    }.items()
}
SAME = {"gray": "grey", "golden": "gold", "violette": "violet", "aqua": "turquoise", "ruby": "crimson"}


@dataclass(frozen=True, slots=True)
class Light:
    """The light of one hour: the sky from top to horizon, sun, haze and shadows, how dark it is."""

    sky: tuple[tuple[float, Colour], ...]
    sun: Colour
    haze: Colour
    shade: Colour
    dark: float
    lamps: float

    @property
    def horizon(self) -> Colour:
        """The colour of the sky at the horizon."""
        return self.sky[-1][1]

    @property
    def top(self) -> Colour:
        """The colour overhead."""
        return self.sky[0][1]


def _light(skies: str, tones: str, dark: float, lamps: float) -> Light:
    """From the colours of the sky, those of sun, haze and shadow, and how dark and how lit it is."""
    sun, haze, shade = (colour(digits) for digits in tones.split())
    sky = [colour(digits) for digits in skies.split()]
    stops = tuple((at / (len(sky) - 1), tone) for at, tone in enumerate(sky))
    return Light(stops, sun, haze, shade, dark, lamps)


HOURS = {
    "day": _light("2a6fc4 5a9be0 9cc7ee d9e9f2", "fff6da cfe0ea 2a3f57", 0.0, 0.0),
    "dawn": _light("3b5a96 8b8fc0 e4a9ae f9cfa4 fde8c4", "ffe0ae efc4b4 39405f", 0.2, 0.25),
    "sunset": _light("24305f 5b3f7d b2526f ee7d4c fbb455 fde0a0", "ffd27a e59468 2a1f3d", 0.35, 0.6),
    "dusk": _light("141c44 2b2f68 5c4a86 a8658a e08f7e f3c39a", "ffc79a 8d6f96 151733", 0.55, 0.9),
    "night": _light("05081a 0a1230 142150 22356b 35508a", "dfe8ff 2c4270 060919", 0.85, 1.0),
}
OVERCAST = _light("6d7886 8b95a1 a9b1b9 c3c8cb", "f0f0ea b8bec3 39424c", 0.2, 0.2)
STORM = _light("1d232d 343d49 525c66 7d8584", "cfd6d2 626c72 141a22", 0.5, 0.6)

SEASONS = {  # leaves, ground
    "spring": ((colour("7fb24a"), colour("a9c95e"), colour("efb6c8")), colour("83ab4e")),
    "summer": ((colour("2f6b34"), colour("477f38"), colour("6b9440")), colour("6c9443")),
    "autumn": ((colour("b8491f"), colour("d9822b"), colour("e3b23c")), colour("9a7d3d")),
    "winter": ((colour("43525c"), colour("5c6b73"), colour("7f8c92")), colour("e8eef3")),
}


def named(word: str) -> Colour | None:
    """The colour a word names; None if it names none."""
    return NAMED.get(SAME.get(word, word))


def tinted(light: Light, tone: Colour, share: float) -> Light:
    """A light with all its tones nearer to a colour."""
    sky = tuple((at, blend(part, tone, share)) for at, part in light.sky)
    return Light(sky, light.sun, blend(light.haze, tone, share), light.shade, light.dark, light.lamps)
