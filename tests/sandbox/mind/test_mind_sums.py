"""Sums told in words: shares of stated amounts, counting, times of day."""

import pytest
from asking import answer


def test_a_share_of_an_amount_told_before_is_worked_out():
    """ "15% of my budget" is taken of the budget the user stated, earlier or in the same message."""
    told = ("my budget is 2000 euros", ("assistant", "Noted."), "What is 15% of my budget?")
    assert answer(*told).endswith("= 300")
    assert answer("The total is 40. What is half of the total?").endswith("= 20")
    assert answer("My rent is 800 euros. How much is 25% of my rent?").endswith("= 200")


def test_a_percentage_of_nothing_known_is_no_sum():
    """A rate within a question is not turned into a fraction that nobody asked for."""
    assert "0.035" not in answer("What is the value of 5000 euros after 10 years at 3.5 percent?")
    assert "0.035" in answer("What is 3.5 percent as a decimal?")


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ("Count from one to five", "1, 2, 3, 4, 5"),
        ("Please count to 4.", "1, 2, 3, 4"),
        ("Count from 3 down to 1.", "3, 2, 1"),
        ("Count down from three", "3, 2, 1"),
        ("Count from 0 to 20 in steps of 5", "0, 5, 10, 15, 20"),
    ],
)
def test_counting(order, numbers):
    """An order to count is carried out."""
    assert answer(order) == numbers


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("A train leaves at 14:10 and takes 95 minutes. When does it arrive?", "At 15:45."),
        ("The film starts at 8:30 pm and lasts 2 hours and 45 minutes. When does it end?", "At 11:15 pm."),
        ("A bus leaves at 23:50 and takes 1.5 hours. What time does it arrive?", "At 01:20 the next day."),
        ("I must arrive at 9:00 and the way takes half an hour. When should I leave?", "At 08:30."),
        ("A shop opens at 9:15 and closes at 17:00. How long is it open?", "7 hours and 45 minutes"),
    ],
)
def test_times_of_day(question, told):
    """An end, a start or a length is reckoned from the other two."""
    assert answer(question) == told
