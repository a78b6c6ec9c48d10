"""Each class of calls against each outcome: what is sent again, how often, and how it ends."""

from __future__ import annotations

import logging
import pickle

import pytest
from scripted import Clock, answer, lost, make_call, play, quiet_guard

from venice_nb import errors
from venice_nb.calls.call import Safety
from venice_nb.policy.flow import Lost, attempts
from venice_nb.policy.limits import TRUTH
from venice_nb.policy.steps import Sleep

A, B, C, D, E, F = Safety.READ, Safety.POLL, Safety.INFER, Safety.MAKE, Safety.QUEUE, Safety.KEYS

# (class, outcome that repeats, attempts, error)
MATRIX = [
    (A, lost("connect"), 5, errors.NotSent),
    (A, answer(429), 5, errors.RateLimited),
    (A, answer(503), 5, errors.AtCapacity),
    (A, answer(500), 5, errors.ServerError),
    (A, answer(502), 5, errors.ServerError),
    (A, answer(504), 5, errors.GatewayTimeout),
    (A, lost("cut"), 5, errors.TransportError),
    (C, lost("connect"), 4, errors.NotSent),
    (C, lost("dns"), 4, errors.NotSent),
    (C, lost("pool"), 4, errors.NotSent),
    (C, answer(429), 4, errors.RateLimited),
    (C, answer(503), 4, errors.AtCapacity),
    (C, answer(500), 4, errors.ServerError),
    (C, answer(502), 4, errors.ServerError),
    (C, lost("cut"), 4, errors.UnknownOutcome),
    (C, lost("timeout"), 4, errors.UnknownOutcome),
    (C, answer(504), 4, errors.GatewayTimeout),
    (C, answer(524), 4, errors.ServerError),
    (D, lost("connect"), 3, errors.NotSent),
    (D, answer(429), 3, errors.RateLimited),
    (D, answer(503), 3, errors.AtCapacity),
    (D, answer(500), 2, errors.ServerError),
    (D, lost("cut"), 1, errors.UnknownOutcome),
    (D, lost("deadline"), 1, errors.UnknownOutcome),
    (D, answer(504), 1, errors.GatewayTimeout),
    (D, answer(408), 1, errors.APIError),
    (E, lost("connect"), 3, errors.NotSent),
    (E, answer(429), 3, errors.RateLimited),
    (E, answer(500), 1, errors.ServerError),
    (E, answer(502), 1, errors.ServerError),
    (E, lost("timeout"), 1, errors.UnknownOutcome),
    (E, answer(522), 1, errors.ServerError),
    (F, lost("connect"), 3, errors.NotSent),
    (F, answer(503), 3, errors.AtCapacity),
    (F, answer(500), 1, errors.ServerError),
    (F, lost("cut"), 1, errors.TransportError),
    (B, answer(500), 2, errors.ServerError),
]


@pytest.mark.parametrize(("safety", "outcome", "count", "error"), MATRIX)
def test_a_class_of_calls_is_tried_as_often_as_the_matrix_says(safety, outcome, count, error):
    run = play(make_call(safety), [outcome])
    assert len(run.sent) == count
    assert isinstance(run.error, error)
    assert run.error.attempts == count
    assert run.error.elapsed <= run.sent[-1][0] - run.sent[0][0] + 1e-6


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 501, 301, 307])
@pytest.mark.parametrize("safety", list(Safety))
def test_an_answer_that_a_repetition_cannot_change_is_final(status, safety):
    run = play(make_call(safety), [answer(status)])
    assert len(run.sent) == 1
    assert isinstance(run.error, errors.APIError)
    assert run.error.charged == "no"


@pytest.mark.parametrize("safety", list(Safety))
def test_two_failures_then_success_is_one_result_where_failures_are_repeated(safety):
    run = play(make_call(safety), [answer(503), lost("connect"), answer(200, b'{"id": 1}')])
    assert run.result is not None
    assert run.result.received.content == b'{"id": 1}'
    assert run.result.received.attempts == 3
    assert [event.kind for event in run.events if event.kind != "wait"] == [
        *("attempt", "answer", "attempt", "lost", "attempt", "answer", "done")
    ]


def test_a_poll_is_repeated_a_few_times_and_then_left_to_whoever_waits():
    run = play(make_call(B), [answer(503)] + [lost("cut")] * 2 + [answer()])
    assert run.result is not None
    assert run.gaps[0] >= 15.0
    assert isinstance(play(make_call(B), [answer(503)] * 9).error, errors.AtCapacity)


def test_a_poll_that_meets_500_asks_once_more_after_five_seconds():
    run = play(make_call(B), [answer(500), answer(200)])
    assert run.result is not None
    assert run.gaps[0] >= 5.0


@pytest.mark.parametrize(("price", "sent"), [(0.004, 2), (0.006, 1), (None, 1)])
def test_a_lost_answer_is_only_asked_for_again_below_a_price(price, sent):
    run = play(make_call(C, price=price), [lost("cut"), answer()])
    assert len(run.sent) == sent
    assert isinstance(run.error, errors.UnknownOutcome) == (sent == 1)


def test_lost_answers_of_one_key_risk_at_most_five_cents_together():
    clock = Clock()
    guard = quiet_guard(clock)
    resent = 0
    for _ in range(20):
        run = play(make_call(C, price=0.005), [lost("cut"), answer()], clock=clock, guard=guard)
        resent += len(run.sent) - 1
        guard.retries.tokens = 50.0  # so that only money stands in the way
        clock.now += 60
    assert resent == 10
    assert guard.risked == pytest.approx(0.05)


def test_an_error_after_a_lost_answer_does_not_claim_that_nothing_was_charged():
    run = play(make_call(C), [lost("cut"), answer(400)])
    assert isinstance(run.error, errors.BadRequest)
    assert run.error.charged == "unknown"


@pytest.mark.parametrize(("outcome", "charged"), [(answer(500), "no"), (lost("cut"), "unknown")])
def test_where_only_a_success_is_charged_a_failure_leaves_no_doubt_and_a_lost_answer_does(outcome, charged):
    run = play(make_call(C, per_success=True), [outcome, answer(400)])
    assert (len(run.sent), run.error.charged) == (2, charged)


@pytest.mark.parametrize(("retries", "sent"), [(0, 1), (1, 2), (7, 8), (None, 4)])
def test_max_retries_replaces_the_count(retries, sent):
    assert len(play(make_call(C), [answer(503)], max_retries=retries, seed=3).sent) == sent


def test_max_retries_never_repeats_what_may_have_been_done():
    assert len(play(make_call(E), [lost("cut")], max_retries=10).sent) == 1
    assert len(play(make_call(D), [answer(500)], max_retries=10).sent) == 2


def test_a_hint_is_never_undercut_and_only_slightly_exceeded():
    for seed in range(50):
        gap = play(make_call(C), [answer(429, retry_after="2"), answer()], seed=seed).gaps[0]
        assert 2.0 <= gap <= 3.2


def test_without_a_hint_the_wait_stays_below_the_doubling_base():
    for seed in range(30):
        gaps = play(make_call(A), [answer(500)], seed=seed).gaps
        assert all(gap <= most for gap, most in zip(gaps, (0.5, 1, 2, 4), strict=True))


def test_a_reset_hours_away_is_reported_at_once():
    run = play(make_call(C), [answer(429, retry_after="7200")])
    assert isinstance(run.error, errors.RateLimited)
    assert len(run.sent) == 1
    assert run.slept == []
    assert run.error.retry_after == 7200.0
    assert run.error.retry_at == pytest.approx(1_790_001_000.0 + 7200)


def test_a_wait_beyond_the_time_of_the_call_names_both():
    run = play(make_call(C), [answer(503, retry_after="90")])
    assert isinstance(run.error, errors.AtCapacity)
    assert "was due in" in run.error.do
    assert "60 s were left" in run.error.do


def test_a_bad_certificate_is_final_and_never_answered_by_switching_the_check_off():
    run = play(make_call(C), [lost("tls", final=True)])
    assert isinstance(run.error, errors.NotSent)
    assert len(run.sent) == 1
    assert "verify" not in str(run.error)


def test_a_name_that_cannot_be_looked_up_reads_as_offline():
    assert "offline" in str(play(make_call(C), [lost("dns")]).error)


def test_a_redirect_is_not_followed_and_names_the_other_host():
    run = play(make_call(C), [answer(307, location="https://evil.example/x?token=1")])
    assert len(run.sent) == 1
    assert "evil.example" in run.error.what
    assert "token" not in str(run.error)


def test_retries_stop_when_the_retry_budget_is_spent_but_first_attempts_go_on():
    clock = Clock()
    guard = quiet_guard(clock)
    counts = []
    for _ in range(8):
        counts.append(len(play(make_call(A), [answer(503)], clock=clock, guard=guard).sent))
        clock.now += 60
    assert counts == [5, 5, 3, 1, 1, 1, 1, 1]
    play(make_call(A), [answer()] * 5, clock=clock, guard=guard)
    assert guard.retries.tokens == 1.0


def test_an_interruption_comes_out_as_it_went_in_and_gives_everything_back():
    clock = Clock()
    guard = quiet_guard(clock, limits_for=lambda model, family: (10, None))
    run = play(make_call(C), [KeyboardInterrupt()], clock=clock, guard=guard)
    assert isinstance(run.error, KeyboardInterrupt)
    clock.now += 33
    taken = [guard.ledger.admit(clock.now, 1.0) for _ in range(18)]
    assert all(isinstance(each, int) for each in taken)


def test_an_interruption_before_the_request_left_counts_for_nothing():
    clock = Clock()
    guard = quiet_guard(clock)

    def before_sending(attempt):
        attempt.sent = False
        return KeyboardInterrupt()

    for _ in range(40):
        play(make_call(C), [before_sending], clock=clock, guard=guard)
    assert isinstance(guard.ledger.admit(clock.now, 1.0), int)


def test_an_abandoned_generator_gives_its_place_back():
    clock = Clock()
    guard = quiet_guard(clock, limits_for=lambda model, family: (2, None))
    holding = attempts(make_call(C), guard, now=clock)
    next(holding)
    waiting = attempts(make_call(C), guard, now=clock)
    assert isinstance(next(waiting), Sleep)
    waiting.close()
    assert next(iter(guard.limiter._paces.values())).queue == {}
    holding.close()
    assert next(iter(guard.limiter._paces.values())).in_flight == 0


def test_a_request_that_could_not_be_written_down_costs_nothing():
    clock = Clock()
    guard = quiet_guard(clock)
    for _ in range(30):
        run = play(make_call(C), [errors.InvalidInput("no JSON")], clock=clock, guard=guard)
        assert isinstance(run.error, errors.InvalidInput)
    assert isinstance(guard.ledger.admit(clock.now, 1.0), int)


def test_a_hook_that_fails_never_breaks_the_call(caplog):
    guard = quiet_guard(Clock())

    def hook(event):
        raise RuntimeError("hook")

    with caplog.at_level(logging.ERROR, logger="venice_nb"):
        flow = attempts(make_call(C), guard, on_event=hook)
        next(flow)
        with pytest.raises(StopIteration):
            flow.send(answer())
    assert "on_event failed" in caplog.text


def test_a_key_problem_is_remembered_for_paid_calls_and_forgotten_after_30_seconds():
    clock = Clock()
    guard = quiet_guard(clock)
    bad = answer(401, b'{"error": "Authentication failed"}')
    assert isinstance(play(make_call(C), [bad], clock=clock, guard=guard).error, errors.BadKey)
    again = play(make_call(D), [bad], clock=clock, guard=guard)
    assert isinstance(again.error, errors.BadKey)
    assert again.sent == []
    assert again.error.attempts == 0
    assert "Authentication failed" in again.error.what
    assert play(make_call(A), [answer()], clock=clock, guard=guard).result is not None
    clock.now += 31
    assert len(play(make_call(C), [answer()], clock=clock, guard=guard).sent) == 1


def test_a_model_that_is_not_offered_here_does_not_lock_out_other_models():
    clock = Clock()
    guard = quiet_guard(clock)
    no = answer(403, b'{"error": "This model is not available in your country"}')
    assert isinstance(play(make_call(C), [no], clock=clock, guard=guard).error, errors.RegionBlocked)
    assert play(make_call(C), [answer()], clock=clock, guard=guard).sent == []
    assert len(play(make_call(C, model="m-2"), [answer()], clock=clock, guard=guard).sent) == 1


def test_failures_of_all_calls_together_stay_below_the_cap_and_end_as_breaker_or_their_own_error():
    clock = Clock()
    guard = quiet_guard(clock)
    stamps = []
    for _ in range(30):
        run = play(make_call(C), [answer(500)], clock=clock, guard=guard)
        stamps += [when for when, _ in run.sent]
        assert isinstance(run.error, (errors.ServerError, errors.BreakerOpen))
    for start in stamps:
        assert sum(start <= when < start + 30 for when in stamps) <= 18


def test_the_servers_block_holds_everyone_for_31_seconds_then_one_small_request_finds_out():
    clock = Clock()
    guard = quiet_guard(clock)
    blocked = answer(
        429, b'{"error": "Too many failed attempts (> 20) resulting in a non-success status code."}'
    )
    run = play(make_call(A), [blocked, answer()], clock=clock, guard=guard, side=answer())
    assert [what for _, what in run.sent] == ["operationA", "listModels", "operationA"]
    assert 31.0 <= run.gaps[0] <= 36.0
    assert run.gaps[1] == 0.0
    assert run.result is not None


def test_a_probe_that_fails_keeps_the_block_and_the_call_gives_up_in_its_time():
    clock = Clock()
    guard = quiet_guard(clock)
    blocked = answer(429, b'{"error": "Too many failed attempts (> 20)"}')
    run = play(make_call(C), [blocked], clock=clock, guard=guard, side=answer(503))
    assert isinstance(run.error, errors.BreakerOpen)
    assert [what for _, what in run.sent].count("operationC") == 1
    assert run.error.retry_after > 0


def test_a_lower_number_in_the_servers_words_lowers_the_cap():
    clock = Clock()
    guard = quiet_guard(clock)
    blocked = answer(429, b'{"error": "Too many failed attempts (> 10) in a row"}')
    play(make_call(A), [blocked], clock=clock, guard=guard, max_retries=0, side=answer())
    play(make_call(A), [answer()], clock=clock, guard=guard, side=answer())
    taken = [guard.ledger.admit(clock.now + 40, 1.0) for _ in range(12)]
    assert sum(isinstance(each, int) for each in taken) == 8


def test_the_real_limits_are_asked_for_once_before_anyone_waits():
    clock = Clock()
    guard = quiet_guard(clock, limits_for=lambda model, family: (2, None))
    truth = answer(
        200,
        b'{"data": {"rateLimits": [{"apiModelId": "m-1", "rateLimits": [{"type": "RPM", "amount": 100}]}]}}',
    )
    guard.truth = TRUTH
    runs = [play(make_call(C), [answer()], clock=clock, guard=guard, side=truth) for _ in range(20)]
    sent = [what for run in runs for _, what in run.sent]
    assert sent.count("getApiKeyRateLimits") == 1
    assert sent[:2] == ["operationC", "getApiKeyRateLimits"]
    assert all(run.slept == [] for run in runs)


def test_a_failure_to_learn_the_limits_is_no_matter():
    clock = Clock()
    guard = quiet_guard(clock, limits_for=lambda model, family: (2, None))
    guard.truth = TRUTH
    play(make_call(C), [answer()], clock=clock, guard=guard)
    for side in (answer(401), lost("connect")):
        run = play(make_call(C), [answer()], clock=clock, guard=guard, side=side)
        assert run.result is not None
        assert sum(sleep.seconds for sleep in run.slept) >= 60


def test_setting_the_clock_during_a_wait_changes_nothing():
    waits = []
    for step in (0.0, 3600.0, -3600.0):
        clock = Clock()

        def refuse(attempt, clock=clock, step=step):
            clock.wrong += step
            return answer(429, retry_after="5")

        waits.append(play(make_call(C), [refuse, answer()], clock=clock).gaps[0])
    assert waits[0] == waits[1] == waits[2]


def test_tokens_of_an_answer_can_be_settled():
    clock = Clock()
    guard = quiet_guard(clock, limits_for=lambda model, family: (None, 1000))
    first = play(make_call(C, tokens=900), [answer()], clock=clock, guard=guard).result
    first.settle(100)
    second = play(make_call(C, tokens=700), [answer()], clock=clock, guard=guard)
    assert second.slept == []
    third = play(make_call(C, tokens=700), [answer()], clock=clock, guard=guard)
    assert sum(sleep.seconds for sleep in third.slept) == pytest.approx(61.0)


def test_no_error_holds_the_prompt():
    for outcome in (
        answer(400, b'{"error": "bad: a private wish about my grandmother\'s garden"}'),
        lost("cut"),
    ):
        error = play(make_call(D), [outcome]).error
        assert "grandmother" not in str(error)
        assert "grandmother" not in str(pickle.loads(pickle.dumps(error)))


def test_an_accepted_answer_frees_its_mark_before_its_body_has_arrived():
    clock = Clock()
    guard = quiet_guard(clock)
    flows = [attempts(make_call(C), guard, now=clock) for _ in range(30)]
    for flow in flows:
        next(flow).accepted()
    for flow in flows:
        with pytest.raises(errors.UnknownOutcome):
            flow.send(Lost(sent=True, reason="cut in the body", kind="interrupt", final=True))
    assert isinstance(guard.ledger.admit(clock.now, 1.0), int)
