"""When the server says to come back: in which order it is believed, in which units, and what is ignored."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from venice_nb.policy.hints import ServerClock, hint, http_date, number, seconds_until

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0", 0.0), ("2", 2.0), (" 30 ", 30.0), ("1.5", 1.5), ("0.000001", 1e-6), (7, 7.0), (2.5, 2.5)),
        *(
            (text, None)
            for text in ("", "-1", "+1", "nan", "inf", "1e400", "1_000", "0x10", "1,5", ".5", "5.")
        ),
        *(
            (text, None)
            for text in ("1" * 35, "٣", "2, 30", "1.1234567", "two", None, True, [], float("nan"))
        ),
    ],
)
def test_only_what_is_plainly_a_number_is_one(text, value):
    assert number(text) == value


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e400", "1_000", "", "1" + "0" * 35, "2, 30", "soon"])
@pytest.mark.parametrize("name", ["retry-after", "retry-after-ms", "x-ratelimit-reset-requests"])
def test_nonsense_is_ignored_without_a_crash(name, value):
    assert hint({name: value, "x-ratelimit-remaining-requests": "0"}, None, NOW) is None


def test_seconds_milliseconds_and_durations_mean_the_same_moment():
    waits = [
        hint({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": value}, None, NOW)
        for value in ("20", f"{NOW + 20:.0f}", f"{(NOW + 20) * 1000:.0f}")
    ]
    assert waits == [20.0, 21.0, 21.0]  # a moment cut to whole seconds may be up to one later


@pytest.mark.parametrize("wrong", [0.0, 3600.0, -3600.0])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.999])
def test_a_date_is_within_a_second_and_a_half_of_the_truth_however_wrong_our_clock_is(wrong, part):
    clock, monotonic = ServerClock(), 500.0
    server = NOW + part
    clock.heed(formatdate(server, usegmt=True), monotonic)
    wall = server + wrong
    wait = hint({"retry-after": formatdate(NOW + 40, usegmt=True)}, None, wall, clock.skew(monotonic, wall))
    assert wait is not None
    assert 0 <= wait - (NOW + 40 - server) <= 1.5


def test_the_servers_clock_is_the_median_of_eight_answers():
    clock = ServerClock()
    for second in range(20):
        odd = 5000 if second in (13, 17) else 0  # a proxy with a stale Date
        clock.heed(formatdate(NOW + second + odd, usegmt=True), 100.0 + second)
    assert clock.skew(120.0, NOW + 20) == 0.5
    assert clock.skew(120.0, NOW + 20 - 3600) == 3600.5


def test_before_the_first_answer_both_clocks_are_taken_to_agree():
    assert ServerClock().skew(1.0, NOW) == 0.0
    clock = ServerClock()
    clock.heed("yesterday", 1.0)
    clock.heed(None, 1.0)
    assert clock.skew(1.0, NOW) == 0.0


ALL = {
    "retry-after": "11",
    "retry-after-ms": "12000",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "14",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "15",
}


@pytest.mark.parametrize(
    ("without", "body", "wait"),
    [
        ((), {"error": {"message": "wait 13s", "retry_after": 10}}, 10.0),
        ((), {"error": "wait 13s", "retry_after": "10"}, 10.0),
        ((), {"error": "wait 13s"}, 11.0),
        (("retry-after",), {"error": "wait 13s"}, 12.0),
        (("retry-after", "retry-after-ms"), {"error": "Please wait 13s"}, 13.0),
        (("retry-after", "retry-after-ms"), {"error": {"message": "wait for 13 seconds."}}, 13.0),
        (("retry-after", "retry-after-ms"), "Rate limited. Try again in 13 seconds", 13.0),
        (("retry-after", "retry-after-ms"), {"error": "wait a while"}, 15.0),
        (("retry-after", "retry-after-ms", "x-ratelimit-remaining-tokens"), None, 14.0),
        (("retry-after", "retry-after-ms", "x-ratelimit-remaining-requests"), None, 15.0),
        (tuple(ALL), None, None),
    ],
)
def test_the_first_hint_that_can_be_read_wins(without, body, wait):
    headers = {name: value for name, value in ALL.items() if name not in without}
    assert hint(headers, body, NOW) == wait


def test_a_reset_counts_only_when_nothing_remains():
    assert (
        hint({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "14"}, None, NOW) is None
    )


@pytest.mark.parametrize(
    ("ahead", "wait"),
    [(-3600, None), (-7, None), (-6, 0.05), (-1, 0.05), (0, 1.0), (50, 51.0), (7200, 7201.0)],
)
def test_a_moment_just_past_is_now_and_one_long_past_is_nothing(ahead, wait):
    assert seconds_until(f"{NOW + ahead:.0f}", NOW) == wait


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777.0),
        ("Sun, 06 Nov 1994 08:49:37 +0000", None),
        ("Sun, 06 Xxx 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 25:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT, 30", None),
        ("", None),
    ],
)
def test_dates_are_read_strictly(text, value):
    assert http_date(text) == value


@pytest.mark.parametrize("value", ["9" * 16, "99999999", "1" + "0" * 12, 200_000])
def test_a_moment_beyond_two_days_is_a_mistake_and_holds_nobody_up(value):
    """One wrong header would otherwise keep a model closed for as long as the process lives."""
    now = 1_760_000_000.0
    far = {"retry-after": str(value), "retry-after-ms": "9" * 15}
    assert hint(far, {"error": f"wait {value} seconds", "retry_after": value}, now) is None
    reset = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": str(value)}
    assert hint(reset, None, now) is None
    assert hint({"retry-after": "7200"}, None, now) == 7200
