"""A budget over a table is never passed, whatever runs at the same time, and what is finished is kept."""

import threading

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server, refused
from tests.scripted_client import chat_answer

FRAME = pd.DataFrame({"text": [str(n) for n in range(120)]})
EACH = 0.004  # US dollars that the server charges for an answer
MOST = 0.02  # US dollars that no call can cost more than


class Till(Server):
    """Charges for each answer, and knows how much it has charged and how much might still come."""

    def __init__(self, price=EACH):
        self.charged = 0.0
        self._lock = threading.Lock()

        def by(text):
            with self._lock:
                self.charged += price
            return chat_answer(text.upper(), cost=price)

        super().__init__(by)
        self._lock = threading.Lock()


def ask(world, frame=FRAME, **options):
    return world.run(lambda v: frame.venice.using(v).map("Label {text}", into="tone", **options))


@pytest.mark.parametrize("at_once", [1, 16])
def test_a_budget_is_used_up_and_never_passed(world, at_once):
    till = Till()
    table = ask(world.open(till), budget_usd=0.1, at_once=at_once)
    assert 0.1 - MOST <= till.charged <= 0.1
    assert table["tone"].notna().sum() == round(till.charged / EACH)
    assert set(table["tone_error"].dropna()) == {"not asked"}
    assert world.client.last.cost.usd == pytest.approx(till.charged)


def test_a_larger_budget_pays_only_for_the_rest(world, caplog):
    till = Till()
    first = ask(world.open(till), budget_usd=0.1)
    before = len(till.bodies)
    table = ask(world, budget_usd=1.0, at_once=16)
    assert table["tone"].notna().all()
    assert len(till.bodies) == len(FRAME)
    assert len(till.bodies) - before == first["tone"].isna().sum()
    assert "of the budget of $0.10 are left" in caplog.text


def test_a_budget_that_the_prompts_alone_pass_is_refused_before_anything_is_sent(world):
    till = Till()
    with pytest.raises(vn.BudgetExceeded, match="for what they read alone") as told:
        ask(world.open(till), budget_usd=0.0001)
    assert till.bodies == []
    assert "dry_run=True" in told.value.do


def test_a_budget_that_holds_not_even_one_call_is_an_error(world):
    till = Till()
    with pytest.raises(vn.BudgetExceeded):
        ask(world.open(till), FRAME[:1], budget_usd=0.001)
    assert till.bodies == []


def test_what_is_kept_needs_no_budget(world):
    ask(world.open(Till()))
    assert ask(world, budget_usd=0.0)["tone"].notna().all()


def test_an_unknown_price_is_no_price_of_zero(world):
    till = Till()
    with pytest.raises(vn.VeniceError, match=r"not known|no text model"):
        ask(world.open(till), budget_usd=1.0, model="brand-new-model")
    assert till.charged == 0


def test_calls_that_failed_for_nothing_leave_the_budget_as_it_was(world):
    failing = set(range(0, 120, 12))

    def by(text):
        return refused(400) if int(text) in failing else chat_answer(text, cost=EACH)

    table = ask(world.open(Server(by)), budget_usd=0.46, at_once=16)
    assert table["tone"].notna().sum() == 110


def test_an_answer_cut_by_a_budget_is_not_kept_as_if_it_were_whole(world):
    seen = []

    def by(text):
        seen.append(text)
        return chat_answer("half", finish_reason="length", cost=EACH)

    world.open(Server(by))
    ask(world, FRAME[:1], budget_usd=0.05)
    table = ask(world, FRAME[:1])
    assert len(seen) == 2
    assert "cut off" in table["tone_error"][0]


def test_the_budget_is_lifted_when_the_run_is_over(world):
    ask(world.open(Till()), budget_usd=0.1)
    assert world.client.budget.limit is None
