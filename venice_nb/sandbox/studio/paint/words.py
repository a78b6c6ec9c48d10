# ruff: noqa: E501, RUF001  lists of words stay on one line; typographic quotes are looked for
"""A prompt read for what can be painted: hour, weather, season, place, things with number and colour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from venice_nb.sandbox.studio.tone.palettes import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.sandbox.studio.tone.light import Colour

# Each list names one thing that can be painted; the first word of a line is how the painter calls it.
_HOURS = """
day: noon midday daylight daytime sunny afternoon morning
dawn: sunrise daybreak
sunset: sundown golden-hour evening afterglow
dusk: twilight gloaming nightfall blue-hour
night: midnight moonlit moonlight starry nighttime nocturnal stars moon star-filled aurora borealis northern-lights
"""
_WEATHER = """
rain: rainy raining drizzle wet downpour shower
snow: snowy snowing blizzard snowfall snowflakes flurries
fog: foggy mist misty haze hazy
storm: stormy thunderstorm lightning thunder tempest
cloudy: clouds cloud
overcast: gloomy
clear: cloudless
wind: windy breeze
"""
_SEASONS = """
spring: blossom blossoming
summer: summery
autumn: fall autumnal
winter: wintry frozen icy frost frosty
"""
_PLACES = """
canal: venice venetian venezia canals grachten amsterdam
sea: ocean seascape waves wave coast coastal harbor harbour marina bay lagoon horizon nautical cliffs
beach: shore seaside sand island tropical
lake: pond river stream reflection loch fjord waterfall riverside
mountains: mountain alps alpine peak peaks hills hill valley dolomites himalaya volcano landscape canyon cliff
forest: woods woodland jungle trees pine pines grove taiga woodlands rainforest
city: skyline skyscraper skyscrapers downtown metropolis urban cityscape street streets cyberpunk tokyo york london paris neon-city alley
desert: dunes dune sahara sandstorm oasis
village: town hamlet townscape
field: meadow fields grass prairie garden park farm countryside lawn wheat vineyard pasture steppe
space: galaxy nebula cosmos cosmic universe planets outer-space asteroid milky-way
underwater: reef coral-reef seabed aquarium undersea
table: still-life kitchen desk shelf breakfast food dish plate studio product
portrait: face headshot selfie
abstract: pattern geometric gradient shapes fractal swirl swirls texture wallpaper psychedelic mandala
"""
_THINGS = """
gondola: gondolier gondolas
boat: sailboat ship yacht sail boats ships sailing sailboats vessel dinghy
bridge: bridges
lighthouse: beacon
house: cottage cabin hut farmhouse barn home chalet mill
castle: fortress palace tower
church: cathedral chapel temple basilica
tree: oak willow maple birch bonsai
palm: palms
flower: flowers rose roses tulip tulips sunflower sunflowers daisy poppy poppies lily orchid blossom blossoms bouquet lavender-field
cat: kitten cats kitty tabby feline
dog: puppy hound corgi terrier retriever labrador
fox: wolf foxes wolves
bird: seagull gull eagle crow raven swallow geese parrot robin sparrow pigeon dove
owl: owls
rabbit: bunny hare
horse: pony unicorn stallion deer stag
fish: goldfish koi salmon shark whale dolphin
butterfly: butterflies moth
astronaut: cosmonaut spaceman spacewoman
person: man woman girl boy people figure knight wizard traveler hiker dancer walker king queen samurai warrior monk child
face: portrait headshot selfie
robot: android cyborg mech
car: cars taxi automobile truck van
train: locomotive
bicycle: bike
balloon: balloons hot-air airship
rocket: spaceship spacecraft starship shuttle
planet: planets saturn jupiter mars earth
moon: crescent
sun: sunshine
star: stars
cup: coffee tea mug cappuccino espresso latte teacup
apple: fruit apples pear peach orange-fruit tomato
cake: cupcake birthday pie
book: books notebook novel
bottle: wine vase jar
lantern: lamp lamps lanterns streetlight
candle: candles
umbrella: parasol umbrellas
mushroom: mushrooms toadstool
guitar: violin cello ukulele
heart: hearts love valentine
ball: sphere circle orb circles spheres marble dot dots
cube: square box squares cubes
pyramid: triangle cone triangles pyramids
crystal: gem diamond jewel crystals
dragon: dinosaur
rainbow: rainbows
fireworks: firework
"""
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "two": 2, "couple": 2, "pair": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12, "several": 5, "few": 3, "many": 9, "flock": 9,
    "field": 14, "some": 4, "group": 5, "bunch": 6,
}  # fmt: skip
_LIGHT_NAMES = {"bright": 0.12, "dark": -0.2, "moody": -0.15, "dim": -0.18, "pastel": 0.18, "vivid": 0.05}

PARTS = ("hair", "eyes", "roof", "sails", "petals", "leaves")  # of things: their colours are not the light's

# Where a thing is at home, if the prompt names no place.
HOME = {
    "gondola": "canal",
    "boat": "sea",
    "lighthouse": "sea",
    "palm": "beach",
    "fish": "underwater",
    "rocket": "space",
    "planet": "space",
    "astronaut": "space",
    "car": "city",
    "umbrella": "city",
    "face": "portrait",
    "cup": "table",
    "apple": "table",
    "cake": "table",
    "book": "table",
    "bottle": "table",
    "candle": "table",
    "guitar": "table",
    "crystal": "table",
    "robot": "city",
    "mushroom": "forest",
    "owl": "forest",
    "heart": "abstract",
    "star": "abstract",
    "ball": "abstract",
    "cube": "abstract",
    "pyramid": "abstract",
    "fireworks": "city",
    "bridge": "lake",
    "castle": "mountains",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to paint: what, how many, in which colour if one was named."""

    kind: str
    count: int = 1
    tone: Colour | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a prompt asks for. Empty texts where it does not say."""

    words: tuple[str, ...]
    hour: str = ""
    weather: str = ""
    season: str = ""
    places: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    tones: tuple[Colour, ...] = ()
    loose: tuple[Colour, ...] = ()  # the tones that belong to no thing or place
    ground: Colour | None = None  # the tone of a place: green hills, red desert
    lift: float = 0.0  # brighter or darker, from words like pastel and moody

    @property
    def place(self) -> str:
        """The main place: named, or the home of the first thing, or where hours and weather show best."""
        water = next((place for place in ("canal", "beach", "sea", "lake") if place in self.places), "")
        if water and self.places[0] in (
            "mountains",
            "forest",
            "city",
            "field",
            "canal",
            "beach",
            "sea",
            "lake",
        ):
            return water  # the rest stands on its shore
        if self.places:
            return self.places[0]
        for thing in self.things:
            if thing.kind in HOME:
                return HOME[thing.kind]
        return "field" if self.things or self.hour or self.weather or self.season else "abstract"

    def has(self, kind: str) -> bool:
        """Whether a thing is asked for."""
        return any(thing.kind == kind for thing in self.things)


@cache
def _lexicon(lines: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in lines.strip().splitlines():
        kind, _, words = entry.partition(": ")
        for word in (kind, *words.split()):
            found.setdefault(word, kind)
    return found


_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PAIRS = re.compile(
    r"\b(golden|blue|outer|still|hot|milky|coral|northern)[ -](hour|space|life|air|way|reef|lights)\b",
    re.IGNORECASE,
)
_LACK = re.compile(r"\b(?:no|without(?: any)?|not|sans|minus)\s+((?:[\w-]+\s+)?[\w-]+)", re.IGNORECASE)


def _tokens(text: str) -> list[str]:
    joined = _PAIRS.sub(lambda found: f"{found[1]}-{found[2]}", text)
    return [word.lower() for word in _WORD.findall(joined)]


def _forms(word: str) -> Iterable[str]:
    """A word and what it may be the plural of, or a compound of."""
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
    if word.endswith("s") and len(word) > 3:
        yield word[:-1]
    if "-" in word:
        yield from (part for whole in word.split("-") for part in _forms(whole))


def _meant(lines: str, word: str) -> str:
    lexicon = _lexicon(lines)
    return next((lexicon[form] for form in _forms(word) if form in lexicon), "")


def understood(text: str) -> frozenset[str]:
    """Everything the words of a text stand for, as the painter calls it: for negative prompts."""
    lists = (_HOURS, _WEATHER, _SEASONS, _PLACES, _THINGS)
    return frozenset(kind for word in _tokens(text) for lines in lists if (kind := _meant(lines, word)))


def read(prompt: str, negative: str = "") -> Brief:
    """The brief in a prompt. What the negative prompt names, or "no" and "without" stand before, is left out."""
    unwanted = understood(negative) | understood(" ".join(_LACK.findall(prompt)))
    words = _tokens(_LACK.sub(" ", prompt))
    avoided = [tone for word in _tokens(negative) if (tone := named(word))]

    def first(lines: str) -> str:
        kinds = (_meant(lines, word) for word in words)
        return next((kind for kind in kinds if kind and kind not in unwanted), "")

    places = dict.fromkeys(kind for word in words if (kind := _meant(_PLACES, word)) and kind not in unwanted)
    season = "" if "spring" in words and "hot-spring" in prompt else first(_SEASONS)
    tones = dict.fromkeys(tone for word in words for part in word.split("-") if (tone := named(part)))
    after = dict(pairwise(words))
    bound = {word: named(word) for word in words if named(word) and _meant(_PLACES, after.get(word, ""))}
    owned = {
        word
        for word in words
        if named(word) and (_meant(_THINGS, after.get(word, "")) or after.get(word) in PARTS)
    }
    loose = [named(word) for word in words if named(word) and word not in bound and word not in owned]
    return Brief(
        tuple(words),
        first(_HOURS),
        first(_WEATHER),
        season,
        tuple(places),
        tuple(_things(words, unwanted)),
        tuple(tone for tone in tones if tone not in avoided),
        tuple(dict.fromkeys(tone for tone in loose if tone and tone not in avoided)),
        next(iter(bound.values()), None),
        sum(_LIGHT_NAMES.get(word, 0.0) for word in words),
    )


def _things(words: list[str], unwanted: frozenset[str]) -> Iterable[Thing]:
    seen: set[str] = set()
    for at, word in enumerate(words):
        kind = _meant(_THINGS, word)
        if not kind or kind in seen or kind in unwanted:
            continue
        seen.add(kind)
        before = words[max(0, at - 4) : at]
        tone = next((found for other in reversed(before[-2:]) if (found := named(other))), None)
        yield Thing(kind, _count(before, word), tone)


def _count(before: list[str], word: str) -> int:
    for other in reversed(before):
        if other.isdigit() and len(other) <= 3:
            return max(1, min(24, int(other)))
        if other in _NUMBERS:
            return _NUMBERS[other]
        if _meant(_THINGS, other) or _meant(_PLACES, other):
            break
    plural = word.endswith("s") and not word.endswith("ss") and word not in ("chess", "fireworks", "glass")
    return 4 if plural or word in ("people", "geese", "wolves") else 1
