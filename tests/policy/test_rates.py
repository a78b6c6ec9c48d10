"""The pace of requests, in virtual time: never above a limit, nearly all of it used, in order of arrival."""

from __future__ import annotations

import bisect
import heapq

import pytest
from scripted import EPOCH

from venice_nb.policy.rates import RateLimiter, Seat, Wait

LANE = ("m-1", "text")


def limiter(rpm=None, tpm=None):
    return RateLimiter(lambda model, family: (rpm, tpm))


def busiest(stamps, window=60.0):
    """The most stamps that fall into any window."""
    return max(bisect.bisect_left(stamps, start + window) - index for index, start in enumerate(stamps))


def crowd(limits, callers, seconds, *, tokens=0, answered=None):
    """Callers that each ask again at once; gives back when each request went, for a virtual while."""
    now, sent, order = 1000.0, [], 0
    waiting = [(now, number, Seat(LANE, tokens)) for number in range(callers)]
    heapq.heapify(waiting)
    while waiting:
        now, _, seat = heapq.heappop(waiting)
        if now > 1000.0 + seconds:
            break
        order += 1
        wait = limits.take(seat, now)
        if wait is None:
            sent.append(now)
            limits.landed(seat)
            if answered:
                answered(seat, now)
            seat = Seat(LANE, tokens)
            heapq.heappush(waiting, (now + 0.01, order + callers, seat))
        else:
            heapq.heappush(waiting, (now + wait.seconds, order + callers, seat))
    return sent


@pytest.mark.parametrize("rpm", [20, 75, 500])
@pytest.mark.parametrize("callers", [1, 16])
def test_an_hour_stays_below_the_limit_in_every_minute_and_uses_85_percent(rpm, callers):
    sent = crowd(limiter(rpm), callers, 3600)
    assert busiest(sent) <= rpm
    assert len(sent) >= 0.85 * rpm * 60


def test_tokens_a_minute_are_kept_too():
    sent = crowd(limiter(None, 100_000), 8, 1800, tokens=7_000)
    assert busiest(sent) * 7_000 <= 100_000
    assert len(sent) * 7_000 >= 0.8 * 100_000 * 30


def test_a_call_larger_than_the_limit_goes_when_it_is_alone():
    limits = limiter(None, 1000)
    assert limits.take(Seat(LANE, 5000), 0.0) is None
    wait = limits.take(Seat(LANE, 5000), 1.0)
    assert isinstance(wait, Wait)
    assert wait.total == pytest.approx(60.0)


def test_callers_go_in_the_order_they_came():
    limits, now, went = limiter(20), 0.0, []
    seats = [Seat(LANE, 0) for _ in range(60)]
    due = [(now, number) for number in range(60)]
    heapq.heapify(due)
    while due:
        now, number = heapq.heappop(due)
        wait = limits.take(seats[number], now)
        if wait is None:
            went.append(number)
        else:
            heapq.heappush(due, (now + wait.seconds, number))
    assert went == list(range(60))


def test_cancelled_callers_leave_no_debt():
    limits = limiter(20)
    for _ in range(18):
        limits.take(Seat(LANE, 0), 0.0)
    waiting = [Seat(LANE, 0) for _ in range(100)]
    for seat in waiting:
        assert limits.take(seat, 0.0) is not None
    for seat in waiting:
        limits.withdraw(seat)
    late = [Seat(LANE, 0) for _ in range(18)]
    assert all(limits.take(seat, 61.5) is None for seat in late)


def test_a_request_that_was_never_sent_is_not_counted():
    limits = limiter(20, 1000)
    for _ in range(500):
        seat = Seat(LANE, 900)
        assert limits.take(seat, 0.0) is None
        limits.withdraw(seat)
    pace = limits._paces[LANE]
    assert (pace.tokens, pace.in_flight, len(pace.log)) == (0, 0, 0)


def test_someone_who_does_not_come_back_for_its_turn_holds_nobody_up():
    limits = limiter(20)
    for _ in range(18):
        limits.take(Seat(LANE, 0), 0.0)
    gone, here = Seat(LANE, 0), Seat(LANE, 0)
    limits.take(gone, 1.0)
    limits.take(here, 1.0)
    assert limits.take(here, 61.2) is None


def test_a_refusal_slows_down_to_70_percent_and_recovers_5_percent_a_minute():
    limits = limiter(100)
    seat = Seat(LANE, 0)
    limits.take(seat, 0.0)
    limits.brake(seat, 0.0, None)
    pace = limits._paces[LANE]
    assert pace.at(0.0) == pytest.approx(0.63)
    assert pace.at(120.0) == pytest.approx(0.72)
    assert pace.at(360.0) == pytest.approx(0.9)
    for _ in range(16):
        limits.brake(seat, 400.0, None)  # sixteen refusals at once are one piece of news
    assert pace.at(400.0) == pytest.approx(0.63)


def test_the_hint_of_a_refusal_holds_every_caller_of_the_model_but_not_of_others():
    limits = limiter(100)
    seat = Seat(LANE, 0)
    limits.take(seat, 0.0)
    limits.brake(seat, 0.0, 20.0)
    wait = limits.take(Seat(LANE, 0), 1.0)
    assert wait is not None
    assert wait.total == pytest.approx(19.0)
    assert limits.take(Seat(("m-2", "text"), 0), 1.0) is None


def headers(limit=100, remaining=50, reset="30"):
    return {
        "x-ratelimit-limit-requests": str(limit),
        "x-ratelimit-remaining-requests": str(remaining),
        "x-ratelimit-reset-requests": reset,
    }


def test_headers_lower_the_limit_and_restore_it_but_never_raise_it():
    limits = limiter(100)
    seat = Seat(LANE, 0)
    for limit, allowed in ((20, 18), (1000, 90), (100, 90)):
        limits.heed(seat, headers(limit), 0.0, EPOCH)
        start = {20: 0.0, 1000: 100.0, 100: 200.0}[limit]
        assert sum(limits.take(Seat(LANE, 0), start) is None for _ in range(120)) == allowed
        limits._paces[LANE].queue.clear()


@pytest.mark.parametrize("reset", ["30", f"{EPOCH + 29:.0f}", f"{(EPOCH + 29) * 1000:.0f}"])
def test_when_no_more_remain_than_are_under_way_everyone_waits_for_the_reset(reset):
    limits = limiter(100)
    flying = [Seat(LANE, 0) for _ in range(4)]
    for seat in flying:
        limits.take(seat, 0.0)
    limits.landed(flying[0])
    limits.heed(flying[0], headers(remaining=4, reset=reset), 0.0, EPOCH)
    assert limits.take(Seat(LANE, 0), 1.0) is None
    limits.heed(flying[0], headers(remaining=3, reset=reset), 0.0, EPOCH)
    wait = limits.take(Seat(LANE, 0), 1.0)
    assert wait is not None
    assert wait.total == pytest.approx(29.0)


def test_headers_that_make_no_sense_are_ignored():
    limits = limiter(100)
    seat = Seat(LANE, 0)
    for value in ("nan", "-1", "", "1e400", "1_000", "\u0661"):
        limits.heed(seat, headers(limit=value, remaining=value, reset=value), 0.0, EPOCH)
        limits.heed(seat, headers(limit=100, remaining=0, reset=value), 0.0, EPOCH)
    assert limits.take(Seat(LANE, 0), 1.0) is None


def told(model, **limits):
    return {
        "data": {
            "rateLimits": [
                {"apiModelId": model, "rateLimits": [{"type": k, "amount": v} for k, v in limits.items()]}
            ]
        }
    }


def test_the_real_limits_replace_the_assumed_ones_up_and_down():
    limits = limiter(20)
    limits.take(Seat(LANE, 0), 0.0)
    limits.learn(told("m-1", RPM=100, TPM=5000))
    assert sum(limits.take(Seat(LANE, 0), 1.0) is None for _ in range(150)) == 89
    limits.learn(told("m-2", RPM=10))
    lane = ("m-2", "text")
    assert sum(limits.take(Seat(lane, 0), 1.0) is None for _ in range(50)) == 9


@pytest.mark.parametrize(
    "reply",
    [None, [], "x", {}, {"data": None}, {"data": {"rateLimits": 3}}, {"data": {"rateLimits": [3, {}]}}]
    + [told("m-1", RPM=amount) for amount in ("many", -5, None, 0)],
)
def test_an_answer_that_tells_no_limits_changes_none(reply):
    limits = limiter(20)
    limits.learn(reply)
    assert sum(limits.take(Seat(LANE, 0), 0.0) is None for _ in range(50)) == 18


def test_a_daily_limit_that_is_used_up_is_reported_rather_than_slept_through():
    limits = limiter(500)
    limits.learn(told("m-1", RPD=10))
    assert sum(limits.take(Seat(LANE, 0), float(second)) is None for second in range(9)) == 9
    wait = limits.take(Seat(LANE, 0), 10.0)
    assert wait is not None
    assert wait.final
    assert wait.total == pytest.approx(86_390)
    assert limits.take(Seat(LANE, 0), 86_400.5) is None


def test_the_limits_are_asked_for_at_most_once_in_ten_minutes():
    limits = limiter(20)
    assert [limits.wants_truth(second) for second in (0.0, 1.0, 599.0, 600.0, 700.0)] == [
        *(True, False, False, True, False)
    ]


def test_those_who_wait_look_again_soon_while_the_limits_are_asked_for():
    """The limits that are assumed at first may be far below those of the key."""
    limits, asking, waiting = limiter(1), Seat(LANE, 0), Seat(LANE, 0)
    assert limits.take(Seat(LANE, 0), 0.0) is None
    assert limits.take(asking, 1.0).seconds == 5
    assert limits.wants_truth(1.0)
    assert limits.take(waiting, 1.1).seconds == 0.25
    row = {"apiModelId": LANE[0], "rateLimits": [{"type": "RPM", "amount": 90}]}
    limits.learn({"data": {"rateLimits": [row]}})
    assert limits.take(asking, 1.2) is None
    assert limits.take(waiting, 1.35) is None


def test_when_no_limits_come_those_who_wait_stop_looking_so_often():
    limits = limiter(1)
    assert limits.take(Seat(LANE, 0), 0.0) is None
    assert limits.wants_truth(1.0)
    assert limits.take(Seat(LANE, 0), 4.0).seconds == 5


def test_a_call_settled_after_its_minute_changes_nothing():
    limits = limiter(None, 1000)
    seat = Seat(LANE, 900)
    limits.take(seat, 0.0)
    sent = seat.sent
    limits.take(Seat(LANE, 10), 62.0)
    limits.settle(LANE, sent, 5)
    assert limits._paces[LANE].tokens == 10


def test_many_decisions_leave_no_drift():
    limits = limiter(500, 10**6)
    now = 0.0
    for _ in range(60_000):
        now += 0.2
        seat = Seat(LANE, 100)
        if limits.take(seat, now) is None:
            limits.settle(LANE, seat.sent, 77)
            limits.landed(seat)
        else:
            limits.withdraw(seat)
    pace = limits._paces[LANE]
    assert pace.tokens == sum(sent.tokens for sent in pace.log)
    assert pace.in_flight == 0
    assert pace.queue == {}


def test_a_request_that_counts_as_four_takes_four_places_and_gives_them_back():
    limits = RateLimiter(lambda *_: (10, None))  # nine in use
    first, second = Seat(LANE, 0, 4), Seat(LANE, 0, 4)
    assert limits.take(first, 0.0) is None
    assert limits.take(second, 1.0) is None
    third = Seat(LANE, 0, 4)
    wait = limits.take(third, 2.0)
    assert wait.total == pytest.approx(61 - 2)
    limits.withdraw(second)
    assert limits.take(third, 2.5) is None
    assert limits.take(Seat(LANE, 0), 3.0) is None
    assert limits.take(Seat(LANE, 0), 3.0) is not None


def test_a_request_larger_than_the_limit_goes_alone():
    limits = RateLimiter(lambda *_: (2, None))  # one in use
    assert limits.take(Seat(LANE, 0, 4), 0.0) is None
    assert limits.take(Seat(LANE, 0, 4), 1.0) is not None
    assert limits.take(Seat(LANE, 0, 4), 62.0) is None
