"""Tokens and dollars add up, and a sum is as sure as its weakest part."""

import math

import pytest

from venice_nb.render.text import money
from venice_nb.results.money import Cost, Usage


def test_usage_adds_field_by_field_and_sums():
    one, two = Usage(1, 2, 3, 4, 5, 6), Usage(10, 20, 30, 40, 50, 60, estimated=True)
    assert one + two == Usage(11, 22, 33, 44, 55, 66, estimated=True)
    assert sum([one, two]) == one + two
    assert one.to_dict()["reasoning_tokens"] == 6
    with pytest.raises(TypeError):
        one + 1


@pytest.mark.parametrize(
    ("one", "two", "total"),
    [
        (Cost(1.0, "charged"), Cost(2.0, "charged"), Cost(3.0, "charged")),
        (Cost(1.0, "charged"), Cost(2.0, "priced"), Cost(3.0, "priced")),
        (Cost(1.0, "estimated"), Cost(2.0, "priced"), Cost(3.0, "estimated")),
        (Cost(1.0, "charged"), Cost(), Cost(None, "unknown")),
    ],
)
def test_a_sum_is_as_sure_as_its_weakest_part(one, two, total):
    assert one + two == two + one == sum([one, two]) == total


def test_costs_compare_with_numbers_and_the_unknown_compares_with_nothing():
    assert Cost(0.5, "charged") > 0
    assert Cost(0.5, "charged") <= 0.5
    assert Cost(0.5, "charged") < Cost(0.6, "priced")
    assert not Cost() > 0
    assert not Cost() < 1
    assert math.isnan(float(Cost()))
    with pytest.raises(TypeError):
        Cost(1.0) + 1


def test_a_cost_says_where_it_comes_from():
    assert str(Cost(0.0012, "charged")) == "$0.0012 (charged)"
    assert str(Cost()) == "unknown"


@pytest.mark.parametrize("usd", [1e18, 1e40, 1e308, -1e308])
def test_a_price_beyond_all_sense_is_still_shown(usd):
    """A server may send anything; the answer that came with it has to be shown."""
    assert repr(Cost(usd, "charged"))
    assert "e+" in money(usd) or "E+" in money(usd)


def test_a_cost_can_be_multiplied_and_formatted():
    """What a thousand rows would cost, to four places."""
    assert Cost(0.002, "priced") * 3 == 3 * Cost(0.002, "priced") == Cost(0.006, "estimated")
    assert f"{Cost(0.25, 'charged'):.4f} {Cost(0.25, 'charged')}" == "0.2500 $0.25 (charged)"
    assert (Cost() * 2, f"{Cost():.2f}") == (Cost(), "nan")
    with pytest.raises(TypeError):
        Cost(1.0, "charged") * "2"
