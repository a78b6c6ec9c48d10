"""Orders of unknown outcome: what the balance says, sending once more on purpose, and tidying up."""

import httpx
import pytest
from films import order

from venice_nb import errors
from venice_nb.jobs import plans
from venice_nb.jobs.doubt import judge
from venice_nb.policy.entry import Entry
from venice_nb.results.headers import Balance


def lost(world, *, billed=True, given=None):
    """The error of an order whose answer was lost."""

    def hang(_):
        if billed:
            world.queue.bill()
        return httpx.ReadTimeout("hang")

    world.queue.answers["queue"] = [hang]
    with pytest.raises(errors.UnknownOutcome) as caught:
        world.submit(given)
    return caught.value


def test_a_debit_of_the_quoted_price_says_probably_charged(world):
    job = lost(world).job
    verdict = world.does(job.reconcile)
    assert verdict.word == "probably charged"
    assert (round(verdict.debit, 6), verdict.quote) == (0.35, 0.35)
    assert "Probably charged" in job.entry.verdict
    assert job.status == "unknown"
    assert world.queue.asked[-1][0] == "/api_keys/rate_limits"


def test_a_balance_that_stands_still_says_not_charged(world):
    assert world.does(lost(world, billed=False).job.reconcile).word == "not charged"


@pytest.mark.parametrize(
    ("before", "now", "quote", "word"),
    [
        ((10.0, None), (9.65, None), 0.35, "probably charged"),
        ((10.0, None), (9.645, None), 0.35, "probably charged"),
        ((10.0, None), (10.0, None), 0.35, "not charged"),
        ((10.0, None), (9.9, None), 0.35, "not charged"),  # something smaller was bought
        ((10.0, None), (9.0, None), 0.35, "cannot tell"),  # something larger, or both
        ((10.0, None), (12.0, None), 0.35, "cannot tell"),  # money came in
        ((None, None), (9.0, None), 0.35, "cannot tell"),
        ((10.0, None), (None, None), 0.35, "cannot tell"),
        ((10.0, None), (10.0, None), None, "not charged"),
        ((10.0, None), (9.0, None), None, "cannot tell"),
        ((10.0, 5.0), (10.0, 4.65), 0.35, "probably charged"),  # paid in DIEM
        ((10.0, 5.0), (10.0, 5.0), 0.35, "not charged"),
        ((10.0, None), (10.0, 4.0), 0.35, "cannot tell"),  # perhaps paid in DIEM that nobody counted before
        ((10.0, None), (9.999, None), 0.004, "not charged"),
        ((10.0, None), (9.996, None), 0.004, "probably charged"),
        ((10.0, None), (10.0, None), 0.004, "not charged"),
    ],
)
def test_the_verdict_from_two_balances(before, now, quote, word):
    entry = Entry(op="op-1", usd=before[0], diem=before[1], quote=quote)
    assert judge(entry, Balance(*now)).word == word


def test_a_key_that_pays_nothing_cannot_tell():
    entry = Entry(op="op-1", usd=10.0, quote=0.35)
    assert judge(entry, Balance(10.0), charges=False).word == "cannot tell"


def test_an_unknown_order_is_not_waited_for_and_says_what_to_do(world):
    error = lost(world)
    with pytest.raises(errors.UnknownOutcome, match="reconcile") as caught:
        world.wait(world.job(error.op_id))
    assert caught.value.charged == "unknown"
    assert world.queue.count("retrieve") == 0


def test_sending_once_more_needs_a_clear_word(world):
    job = lost(world).job
    with pytest.raises(errors.InvalidInput, match="accept_duplicate=True"):
        world.does(job.resubmit)
    assert world.queue.count("queue") == 1
    twin = world.does(lambda: job.resubmit(accept_duplicate=True))
    assert (twin.status, twin.id) == ("queued", world.queue.billed[-1])
    assert world.queue.count("queue") == 2
    assert twin.id in job.entry.what
    assert job.status == "unknown"  # it may have been made as well


def test_sending_once_more_is_quoted_and_limited_as_the_first_time(world):
    job = lost(world, given=order(max_usd=0.4)).job
    world.queue.answers["quote"] = [{"quote": 0.9}]
    with pytest.raises(errors.BudgetExceeded):
        world.does(lambda: job.resubmit(accept_duplicate=True))
    assert world.queue.count("queue") == 1


def test_in_another_session_the_order_is_made_anew(world):
    """The journal keeps no requests."""
    job = world.job(lost(world).op_id)
    with pytest.raises(errors.InvalidInput, match="another session"):
        world.does(lambda: job.resubmit(accept_duplicate=True))


def test_only_doubt_can_be_cleared_up(world):
    job = world.submit()
    with pytest.raises(errors.InvalidInput, match="queued"):
        world.does(job.reconcile)
    with pytest.raises(errors.InvalidInput, match="queued"):
        world.does(lambda: job.resubmit(accept_duplicate=True))


def test_cleaning_up_comes_after_saving(world):
    job = world.submit()
    with pytest.raises(errors.InvalidInput, match="before the result is on disk"):
        world.does(job.cleanup)
    world.wait(job)
    assert world.does(job.cleanup) is True
    assert world.queue.asked[-1] == ("/video/complete", {"model": job.model, "queue_id": job.id})
    assert job.path.is_file()


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False},
        httpx.Response(400, json={"error": "Request ID is invalid."}),
        httpx.Response(500, json={"error": "oops"}),
        httpx.ReadError("cut"),
    ],
)
def test_cleaning_up_never_fails(world, answer, caplog):
    """Row 10: the server may answer 400 for ids it handed out itself."""
    world.queue.answers["complete"] = [answer] * 5
    job = world.submit()
    world.wait(job)
    assert world.does(job.cleanup) is False
    assert "keeps its copy" in caplog.text
    assert job.status == "done"


def test_the_error_of_a_submit_carries_the_job(world):
    error = lost(world)
    assert error.job.op == error.op_id
    assert [job.op for job in world.run(plans.jobs(world.session))] == [error.op_id]
