"""The rules for single values, and the walk that keeps out what JSON cannot carry."""

import decimal
import fractions

import numpy as np
import pytest

from venice_nb.calls import check
from venice_nb.calls.check import json_value, number, shown
from venice_nb.errors import InvalidInput


@pytest.mark.parametrize(
    "value", [0, 2, 0.5, np.float32(1), np.int8(2), np.float64(0.1), fractions.Fraction(1, 2)]
)
def test_numbers_are_numbers_whoever_made_them(value):
    sent = number(0, 2)("x", value)
    assert type(sent) in {int, float}
    assert sent == pytest.approx(float(value))


@pytest.mark.parametrize(
    "value", [True, np.bool_(True), "1", None, [1], 2.1, -1, 1j, decimal.Decimal(1), np.ones(1)]
)
def test_what_is_no_number_in_the_range_is_refused(refused, value):
    error = refused(lambda: number(0, 2)("x", value), "x")
    assert "from 0 to 2" in error.allowed


@pytest.mark.parametrize(("value", "seen"), [(2.01, 2.01), (None, None), (True, True), ("0.7", "'0.7'")])
def test_the_refused_value_is_kept_as_far_as_it_is_small(refused, value, seen):
    assert refused(lambda: number(0, 2)("x", value)).value == seen


def test_a_list_is_kept_as_a_word_about_it(refused):
    assert refused(lambda: number()("x", list(range(1000)))).value == "a list of 1000 items"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a" * 500, "'" + "a" * 59 + "…'"),
        ("\x1b[31mred\x1b[0m\x07", "'red'"),
        ("\ud800", r"'\\ud800'"),
        (b"1234", "a bytes of 4 bytes"),
        ({}, "a dict of 0 items"),
        (object(), "an object"),
        (2**200, f"{2**200}"[:59] + "…"),
        (decimal.Decimal("1.5"), "1.5"),
    ],
)
def test_values_are_shown_short_and_clean(value, expected):
    assert shown(value) == expected


def test_json_values_are_copied_with_numpy_scalars_as_numbers():
    source = {"a": [1, 2.5, None, True, "x", (1, 2)], "b": {"c": np.int64(3), "d": np.float32(0.5)}}
    copy = json_value("x", source)
    assert copy == {"a": [1, 2.5, None, True, "x", [1, 2]], "b": {"c": 3, "d": 0.5}}
    assert [type(each) for each in copy["b"].values()] == [int, float]
    source["a"].clear()
    assert len(copy["a"]) == 6


class Word(str):
    """A text of a class of its own."""

    __slots__ = ()


def test_texts_of_other_classes_become_plain_texts():
    assert type(json_value("x", Word("a"))) is str


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": [{"b": b"x"}]}, "x.a[0].b"),
        ({"a": (1, {"b": float("inf")})}, "x.a[1].b"),
        ({"a": {1: 2}}, "x.a"),
        ({"a": {None: 2}}, "x.a"),
        ({"a": [set()]}, "x.a[0]"),
        ({"\ud800": 1}, "x"),
        ([-(2**63) - 1], "x[0]"),
        ([2**64], "x[0]"),
        ([1j], "x[0]"),
        ([...], "x[0]"),
        ([json_value], "x[0]"),
    ],
)
def test_what_json_cannot_carry_is_refused_with_its_path(refused, value, field):
    refused(lambda: json_value("x", value), field)


def test_what_passes_the_walk_can_be_written(refused):
    orjson = pytest.importorskip("orjson")
    deep = "x"
    for _ in range(check.DEPTH):
        deep = [deep]
    assert orjson.dumps(json_value("x", [deep[0], 2**64 - 1, -(2**63), "\U0001f600"]))
    refused(lambda: json_value("x", [[deep]]))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("temprature", "temperature"),
        ("TEMPERATURE", "temperature"),
        ("max_token", "max_tokens"),
        ("zzz", None),
    ],
)
def test_the_meant_name_is_guessed(typed, meant):
    assert check.closest(typed, ["temperature", "max_tokens", "seed"]) == meant


def test_an_unknown_name_lists_the_known_ones_when_none_is_close(refused):
    error = refused(lambda: check.unknown("zzz", ["b", "a"]), "zzz")
    assert error.do == "Known: a, b."


def test_one_dimensional_arrays_are_lists(refused):
    rule = check.several(check.integer(0), 1, 3)
    assert rule("x", np.array([1, 2])) == [1, 2]
    refused(lambda: rule("x", np.zeros((2, 2), int)), "x")
    refused(lambda: rule("x", {1, 2}), "x")
    refused(lambda: rule("x", [1, -1]), "x[1]")


def test_a_large_bound_is_told_digit_by_digit():
    with pytest.raises(InvalidInput, match="from -999999999 to 999999999, not 1000000000"):
        check.integer(-999_999_999, 999_999_999)("seed", 10**9)


def test_a_span_of_one_number_is_told_as_that_number():
    with pytest.raises(InvalidInput, match="n must be a whole number equal to 1, not 2"):
        check.integer(1, 1)("n", 2)


def test_a_choice_of_one_word_is_told_as_that_word():
    with pytest.raises(InvalidInput, match="resolution must be '720p', not '4k'") as caught:
        check.choice("720p")("resolution", "4k")
    assert "one of" not in str(caught.value)
    with pytest.raises(InvalidInput, match="must be one of '480p', '720p', not '4k'"):
        check.choice("480p", "720p")("resolution", "4k")
