"""A panel spends from the budget of its client, and says so when it is used up."""

import threading

import pytest

import venice_nb as vn

PATIENCE = 60


def asked(panel, hand, words):
    hand(panel).control("Your message").value = words
    hand(panel).press("Send")


def test_a_message_that_the_budget_cannot_pay_is_not_sent_and_stays(client, hand):
    client.budget = 0.00001
    panel = vn.ui.chat(client)
    asked(panel, hand, "What is 2 + 2?")
    assert isinstance(panel.error, vn.BudgetExceeded)
    assert "budget" in panel.status
    assert panel.prompt == "What is 2 + 2?"
    assert [line for line in client.spend.lines if line.usd != 0] == []
    client.budget = None
    hand(panel).press("Send")
    assert panel.answer.text == "2 + 2 = 4"


def test_an_answer_that_was_stopped_leaves_no_money_held_and_counts_with_all_it_may_cost(hand):
    client = vn.Venice.sandbox(token_pause=0.02)
    panel, begun = vn.ui.chat(client), threading.Event()
    panel._stream._pane.observe(lambda change: begun.set() if change.new else None, "value")
    with client.budget(0.5) as budget:
        hand(panel).control("Your message").value = "Count from 1 to 300"
        hand(panel).control("Send").click()
        assert begun.wait(PATIENCE)
        hand(panel).press("Stop")
        assert budget.held == 0
        assert 0.001 < budget.spent <= 0.5
    assert [(line.usd, line.note) for line in client.spend.lines if line.family == "text"] == [
        (None, "ended early")
    ]
    assert budget.spent == pytest.approx(0.5 / 8, rel=0.05)  # the share of an answer without a limit
