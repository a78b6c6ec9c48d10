"""Prompts read for what can be painted."""

import pytest

from venice_nb.sandbox.studio.paint.words import read
from venice_nb.sandbox.studio.tone.palettes import NAMED

PLACES = [
    ("a gondola at dusk", "canal"),
    ("Venice in the rain", "canal"),
    ("mountains behind a lake", "lake"),
    ("the skyline of a city by the sea", "sea"),
    ("a boat", "sea"),
    ("a cup of tea", "table"),
    ("an astronaut", "space"),
    ("an astronaut in the desert", "desert"),
    ("headshot of a man", "portrait"),
    ("a cat", "field"),
    ("sunset", "field"),
    ("synergy of values", "abstract"),
    ("Dolomites", "mountains"),
]


@pytest.mark.parametrize(("prompt", "place"), PLACES)
def test_the_place_is_named_or_where_the_first_thing_is_at_home(prompt, place):
    assert read(prompt).place == place


def test_a_whole_prompt_is_read():
    brief = read("Three red balloons and a dog over snowy hills at golden hour, no clouds")
    assert (brief.hour, brief.weather, brief.place) == ("sunset", "snow", "mountains")
    assert [(thing.kind, thing.count) for thing in brief.things] == [("balloon", 3), ("dog", 1)]
    assert brief.things[0].tone == NAMED["red"]
    assert brief.loose == ()


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("a cat", 1),
        ("cats", 4),
        ("two black cats", 2),
        ("12 cats", 12),
        ("999 cats", 24),
        ("a flock of birds", 9),
    ],
)
def test_things_are_counted(words, count):
    assert read(words).things[0].count == count


def test_a_colour_belongs_to_the_word_after_it():
    brief = read("green hills, a red house, purple")
    assert brief.ground == NAMED["green"]
    assert brief.things[0].tone == NAMED["red"]
    assert brief.loose == (NAMED["purple"],)


def test_negatives_take_out_things_weather_and_colours():
    brief = read("a cat and a dog in the rain, blue", negative="dogs, rain, blue")
    assert [thing.kind for thing in brief.things] == ["cat"]
    assert (brief.weather, brief.tones) == ("", ())
