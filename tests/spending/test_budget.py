"""What may still be spent: reserved before a call is sent, settled when its cost is known."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

import venice_nb as vn
from venice_nb.calls.call import Call
from venice_nb.policy.budget import Purse


def paid(price, **more):
    return Call(operation="x", method="POST", path="/x", read=lambda _: None, paid=True, price=price, **more)


def picture(v, prompt="a gondola"):
    return v.images.generate(prompt, width=256, height=256)


def billed(box):
    return sum(charge.usd for charge in box.books)


def sent(v, path):
    """The bodies that reached a path."""
    return [asked.body for asked in v.box.requests if asked.path.endswith(path)]


def test_a_call_that_would_pass_the_budget_is_refused_before_it_is_sent(v):
    v.budget = 0.015
    picture(v)
    with pytest.raises(vn.BudgetExceeded, match=r"\$0.01, and \$0.005 of the budget of \$0.015") as refused:
        picture(v)
    assert refused.value.charged == "no"
    assert len(sent(v, "/image/generate")) == 1


def test_without_a_budget_nothing_is_refused_and_none_lifts_one(v):
    v.budget = 0
    with pytest.raises(vn.BudgetExceeded):
        picture(v)
    v.budget = None
    picture(v)
    assert v.budget.left is None


def test_a_budget_for_a_block_ends_with_it_and_holds_beside_the_lasting_one(v):
    v.budget = 1.00
    with v.budget(0.01) as block:
        picture(v)
        with pytest.raises(vn.BudgetExceeded):
            picture(v)
    picture(v)
    assert block.spent == pytest.approx(0.01)
    assert v.budget.spent == pytest.approx(0.02)


@pytest.mark.parametrize("limit", [-1, float("nan"), "1", True])
def test_a_budget_is_a_number_that_is_not_negative(v, limit):
    with pytest.raises(vn.InvalidInput, match="budget"):
        v.budget = limit
    with pytest.raises(vn.InvalidInput, match="budget"):
        v.budget(limit)


def test_free_calls_pass_any_budget(v):
    v.budget = 0
    assert len(v.models())


def test_a_quarter_dollar_is_never_passed_under_32_threads(v):
    def one(n):
        try:
            picture(v, f"picture {n}")
        except vn.BudgetExceeded:
            return 0
        return 1

    with v.budget(0.25) as budget, ThreadPoolExecutor(32) as pool:
        made = sum(pool.map(one, range(64)))
    assert made == 25
    assert billed(v.box) == pytest.approx(0.25)
    assert budget.spent == pytest.approx(0.25)
    assert budget.held == 0


def test_streams_batches_and_tasks_are_held_to_it_as_well():
    async def main():
        async with vn.AsyncVenice.sandbox(show=False) as a:
            a.budget = 0.05
            wanted = [a.images.generate(f"picture {n}", width=256, height=256) for n in range(12)]
            done = await asyncio.gather(*wanted, return_exceptions=True)
            return a, sum(not isinstance(each, vn.BudgetExceeded) for each in done)

    a, made = asyncio.run(main())
    assert made == 5
    assert billed(a._session.sandbox) == pytest.approx(0.05)


def test_a_column_of_prompts_stops_where_the_budget_ends(v):
    with v.budget(0.03):
        gallery = v.images.map(
            [f"a door in colour {n}" for n in range(5)], width=256, height=256, progress=False
        )
    assert len(gallery) == 3
    assert {type(failed.error) for failed in gallery.errors} == {vn.BudgetExceeded}
    assert billed(v.box) == pytest.approx(0.03)


def test_a_job_counts_with_its_quote(v, tmp_path):
    order = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9"}
    with v.budget(0.30), pytest.raises(vn.BudgetExceeded, match=r"\$0.39"):
        v.video.submit("fog", **order, max_usd=1)
    with v.budget(0.40) as budget:
        v.video.submit("fog", **order, max_usd=1)
    assert budget.spent == pytest.approx(0.39)


def test_a_chat_without_a_limit_gets_one_that_the_budget_can_pay(v):
    with v.budget(0.25) as budget:
        v.chat("Hi")
    assert 4096 <= sent(v, "/chat/completions")[-1]["max_completion_tokens"] < 131_072
    assert 0 < budget.spent < 0.001
    v.chat("Hi")
    assert "max_completion_tokens" not in sent(v, "/chat/completions")[-1]


def test_a_limit_that_the_user_named_is_left_alone(v):
    with v.budget(0.25):
        v.chat("Hi", max_completion_tokens=77)
    assert sent(v, "/chat/completions")[-1]["max_completion_tokens"] == 77


def test_a_refused_call_costs_the_budget_nothing(make):
    v = make(faults=[vn.Fault(status=400)])
    with v.budget(0.01) as budget:
        with pytest.raises(vn.APIError):
            picture(v)
        picture(v)
    assert budget.spent == pytest.approx(0.01)


def test_a_call_whose_answer_was_lost_counts_with_all_it_may_have_cost(make):
    v = make(faults=[vn.Fault(drop=True, after=True)])
    with v.budget(0.05) as budget, pytest.raises(vn.UnknownOutcome):
        picture(v)
    assert budget.spent == pytest.approx(0.01)
    assert budget.held == 0


def test_a_call_without_a_known_price_is_refused_under_a_budget(v):
    with v.budget(1), pytest.raises(vn.BudgetExceeded, match="No price is known"):
        v.raw(
            "createChatCompletion",
            {"model": "llama-3.3-70b", "messages": [{"role": "user", "content": "Hi"}]},
        )


def test_a_stream_left_before_its_end_settles_what_it_held(v):
    with v.budget(0.25) as budget:
        with v.chat.stream("Tell me about Venice") as stream:
            next(iter(stream))
        assert budget.held == 0


def test_a_forgotten_reservation_counts_as_spent():
    purse = Purse()
    with purse(1.0) as budget:
        held = purse.reserve(paid(0.4))
        assert budget.held == 0.4
        del held
    assert (budget.held, budget.spent) == (0, 0.4)


def test_what_others_hold_makes_a_call_wait_and_not_fail():
    purse = Purse()
    with purse(1.0):
        held = purse.reserve(paid(0.7))
        assert purse.reserve(paid(0.7)) is False
        held.settle(0.1)
        assert purse.reserve(paid(0.7)) not in {True, False}


def test_a_second_attempt_needs_room_for_both():
    purse = Purse()
    with purse(1.0) as budget:
        first, second = purse.reserve(paid(0.3)), purse.reserve(paid(0.4))
        assert first.again()
        assert not second.again()
        first.settle(0.3)
        second.settle(0.0)
    assert budget.spent == pytest.approx(0.6)


def test_random_schedules_never_pass_the_limit():
    rng = random.Random(7)
    for _ in range(300):
        purse, under_way = Purse(), []
        with purse(rng.uniform(0, 2)) as budget:
            for _ in range(60):
                if under_way and rng.random() < 0.5:
                    held, most = under_way.pop(rng.randrange(len(under_way)))
                    held.settle(rng.choice([0.0, None, most * rng.random(), most]))
                    continue
                most = rng.choice([0.01, 0.1, 0.5, 1.5])
                try:
                    held = purse.reserve(paid(most))
                except vn.BudgetExceeded:
                    continue
                if held is not False:
                    under_way.append((held, most))
                assert budget.spent + budget.held <= budget.limit + 1e-6


def test_a_budget_shows_itself_in_both_forms(v):
    assert "v.budget = 1.00" in repr(v.budget)
    v.budget = 0.5
    picture(v)
    shown = v.budget._repr_mimebundle_()
    for form in ("text/plain", "text/html"):
        assert "$0.50" in shown[form]
        assert "$0.49" in shown[form]
