"""What attempts tell of money: each that may have been charged in vain is told once, and counted."""

import random

import pytest
from scripted import Clock, answer, lost, make_call, quiet_guard

from venice_nb import errors
from venice_nb.calls.call import Safety
from venice_nb.policy.budget import Purse
from venice_nb.policy.flow import attempts
from venice_nb.policy.steps import Sleep

INFER, MAKE, READ, KEYS = Safety.INFER, Safety.MAKE, Safety.READ, Safety.KEYS


def course(call, script, limit=None):
    """What was told, what the call ended with, and what its budget says: (told, error, spent, held)."""
    clock, told, purse = Clock(), [], Purse()
    budget = purse(limit or 100.0)
    with budget:
        flow = attempts(
            call,
            quiet_guard(clock),
            rng=random.Random(1),
            now=clock,
            purse=purse,
            missed=lambda _, error: told.append(type(error).__name__),
        )
        left, error = list(script), None
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    clock.now += step.seconds
                    step = flow.send(None)
                    continue
                outcome = left.pop(0)
                step = flow.throw(outcome) if isinstance(outcome, BaseException) else flow.send(outcome)
        except StopIteration as stop:
            stop.value.hold and stop.value.hold.settle(call.price)
        except BaseException as raised:  # noqa: BLE001  the script decides which
            error = raised
    return told, error, round(budget.spent / 0.001, 6), budget.held


@pytest.mark.parametrize(
    ("safety", "script", "told", "cents"),  # the price is 0.001; `cents` is how often it counts
    [
        (INFER, [answer()], [], 1),
        (INFER, [answer(503), answer()], [], 1),
        (INFER, [lost("connect"), answer()], [], 1),
        (INFER, [answer(500), answer(500), answer()], [], 3),
        (INFER, [lost("cut"), answer()], ["UnknownOutcome"], 2),
        (INFER, [lost("cut"), lost("timeout"), answer()], ["UnknownOutcome"] * 2, 3),
        (INFER, [answer(400)], [], 0),
        (INFER, [lost("cut"), answer(400)], ["UnknownOutcome"], 1),
        (INFER, [answer(500), answer(400)], ["BadRequest"], 1),
        (INFER, [answer(500), answer(500), answer(500), answer(500)], ["ServerError"], 4),
        (MAKE, [lost("cut")], ["UnknownOutcome"], 1),
        (MAKE, [answer(504)], ["GatewayTimeout"], 1),
        (MAKE, [lost("tls", final=True)], [], 0),
        (READ, [lost("cut"), answer()], [], 0),
        (KEYS, [lost("cut")], [], 0),
    ],
)
def test_what_may_have_been_charged_is_told_once_and_counted(safety, script, told, cents):
    found, _, spent, held = course(make_call(safety), script)
    assert (found, spent, held) == (told, cents, 0)


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), RuntimeError("x")])
def test_an_interrupted_attempt_is_told_and_counted(stop):
    told, error, spent, held = course(make_call(INFER), [stop])
    assert (told, spent, held) == (["NoneType"], 1, 0)
    assert error is stop


def test_a_request_that_could_not_be_written_down_is_neither_told_nor_counted():
    assert course(make_call(INFER), [errors.InvalidInput("no JSON")])[::2] == ([], 0)


def test_a_collected_generator_counts_and_tells_that_garbage_is_being_collected():
    told, purse = [], Purse()
    with purse(1.0) as budget:
        flow = attempts(
            make_call(INFER), quiet_guard(Clock()), purse=purse, missed=lambda *told_of: told.append(told_of)
        )
        next(flow)
        flow.close()
    assert [type(error) for _, error in told] == [GeneratorExit]
    assert (budget.spent, budget.held) == (pytest.approx(0.001), 0)


def test_a_lost_answer_is_not_asked_for_again_when_the_budget_holds_one_only():
    told, error, spent, _ = course(make_call(INFER), [lost("cut")], limit=0.0015)
    assert told == ["UnknownOutcome"]
    assert "the budget is used up" in error.do
    assert spent == 1


def test_a_lost_answer_about_a_key_is_an_unknown_outcome_that_costs_nothing():
    _, error, _, _ = course(make_call(KEYS), [lost("cut")])
    assert isinstance(error, errors.UnknownOutcome)
    assert error.charged == "no"
    assert "charged" not in error.what
