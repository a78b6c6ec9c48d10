"""What workers share at the scheduler, in virtual time: the rate, the failures, the money."""

import time
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from venice_nb import errors
from venice_nb.calls.call import Call, Received, Safety
from venice_nb.policy.flow import Answered, Attempt, Lost, attempts
from venice_nb.policy.ledger import MemoryLedger
from venice_nb.policy.rates import RateLimiter
from venice_nb.policy.steps import Sleep
from venice_nb.scale.guard import CalledOff, ClusterGuard, Line
from venice_nb.scale.money import ClusterPurse, Funds
from venice_nb.scale.scheduler import ASKS, GONE, TELLS, Coordinator, Pool

WORKERS = ("tcp://a", "tcp://b")
CALL = Call(
    operation="createEmbedding",
    method="POST",
    path="/embeddings",
    read=lambda received: received,
    safety=Safety.INFER,
    model="text-embedding-bge-m3",
    family="embedding",
    tokens=100,
    price=0.001,
    paid=True,
)
GOOD = Answered(Received(200, {}, b"{}"))


class Scheduler:
    """A coordinator without a cluster, and lines to it; times are those of the test."""

    def __init__(self, rpm=None):
        self.now = 1000.0
        self.coordinator = Coordinator()
        self.coordinator._scheduler = SimpleNamespace(workers=dict.fromkeys(WORKERS))
        self.coordinator.open("run", "client", None, 1.0, "vectors")
        limiter = RateLimiter(lambda *_: (rpm, None))
        self.pool = Pool(limiter, MemoryLedger(), now=lambda: self.now)
        self.coordinator._pools["pool"] = self.pool

    def line(self, worker, about="pool"):
        scheduler = self

        class Direct(Line):
            def __init__(self):
                super().__init__(None, "run", about)

            def ask(self, what, *given):
                answer = scheduler.coordinator.ask(worker, "run", about, what, given)
                if answer == GONE:
                    raise CalledOff
                return answer[0]

            def tell(self, what, *given):
                scheduler.coordinator.tell(worker, "run", about, what, given)

        return Direct()

    def guard(self, worker):
        return ClusterGuard(self.line(worker))

    def attempt(self, worker):
        """A call of a worker up to its first attempt, or to what it waits for."""
        begun, there = time.monotonic(), self.now  # the worker's clock and the scheduler's
        flow = attempts(CALL, self.guard(worker), now=lambda: begun + self.now - there)
        return flow, next(flow)


def test_what_may_be_asked_and_told_is_what_there_is():
    assert all(hasattr(Pool, what) or hasattr(Funds, what) for what in ASKS | TELLS)


def test_two_workers_together_get_what_one_would():
    scheduler = Scheduler(rpm=20)
    sent = [isinstance(scheduler.attempt(WORKERS[turn % 2])[1], Attempt) for turn in range(16)]
    assert sent == [True] * 16
    for turn in range(4):
        flow, step = scheduler.attempt(WORKERS[turn % 2])
        if turn < 2:
            assert isinstance(step, Attempt), "18 of 20: the rest is for other programs"
            continue
        assert (
            step.call.operation == "getApiKeyRateLimits" if isinstance(step, Attempt) else step.seconds <= 2
        )
        flow.close()


def test_a_minute_later_they_may_go_on():
    scheduler = Scheduler(rpm=2)
    flow, _ = scheduler.attempt("tcp://a")
    with pytest.raises(StopIteration):
        flow.send(GOOD)
    _, step = scheduler.attempt("tcp://b")
    assert not isinstance(step, Attempt) or step.call is not CALL
    scheduler.now += 62
    _, step = scheduler.attempt("tcp://b")
    assert step.call is CALL


def test_tokens_are_settled_at_the_scheduler():
    scheduler = Scheduler()
    flow, _ = scheduler.attempt("tcp://a")
    with pytest.raises(StopIteration) as done:
        flow.send(GOOD)
    done.value.value.settle(7)
    (pace,) = scheduler.pool.limiter._paces.values()
    assert (pace.tokens, pace.in_flight) == (7, 0)
    assert scheduler.pool._seats == {}


def test_requests_under_way_and_failures_of_all_workers_count_together():
    scheduler = Scheduler()
    flows = [scheduler.attempt(WORKERS[turn % 2]) for turn in range(17)]
    for flow, _ in flows[:5]:
        with pytest.raises(StopIteration):
            flow.send(GOOD)
    for flow, _ in flows[5:]:
        assert isinstance(flow.send(Answered(Received(500, {}, b"{}"))), Sleep)
    more = [scheduler.attempt(WORKERS[turn % 2])[1] for turn in range(8)]
    assert [isinstance(step, Attempt) for step in more] == [True] * 6 + [False] * 2
    scheduler.now += 33
    assert isinstance(scheduler.attempt("tcp://b")[1], Attempt)


def test_what_a_lost_worker_held_counts_as_failed_for_half_a_minute_and_then_no_more():
    scheduler = Scheduler(rpm=1000)
    for _ in range(10):
        scheduler.attempt("tcp://a")
    held = [scheduler.attempt("tcp://b") for _ in range(8)]
    assert isinstance(scheduler.attempt("tcp://b")[1], Sleep)
    scheduler.coordinator.remove_worker(None, "tcp://a")
    assert isinstance(scheduler.attempt("tcp://b")[1], Sleep), "they may have failed"
    (pace,) = scheduler.pool.limiter._paces.values()
    assert pace.in_flight == 8
    scheduler.now += 33
    assert isinstance(scheduler.attempt("tcp://b")[1], Attempt), "not as long as they could have taken"
    assert len(held) == 8


def test_a_worker_that_was_given_up_and_a_run_that_is_over_get_nothing_more():
    scheduler = Scheduler()
    del scheduler.coordinator._scheduler.workers["tcp://a"]
    with pytest.raises(CalledOff):
        scheduler.attempt("tcp://a")
    guard = scheduler.guard("tcp://b")
    scheduler.coordinator.close_run("run")
    with pytest.raises(CalledOff):
        next(attempts(CALL, guard))


def test_a_folder_is_one_runs_until_that_is_over_or_its_client_gone():
    coordinator = Scheduler().coordinator
    assert not coordinator.open("second", "other client", None, None, "vectors")
    assert coordinator.open("third", "client", None, None, "elsewhere")
    assert coordinator.close_run("second") == 0.0, "it never began"
    assert not coordinator.open("second", "other client", None, None, "vectors")
    coordinator.close_run("run")
    assert coordinator.open("second", "other client", None, None, "vectors")
    coordinator.remove_client(None, "client")
    assert coordinator.open("fourth", "client", None, None, "elsewhere")


def test_a_refusal_of_the_key_is_known_to_all_workers_at_once():
    """Workers' clocks differ by the time their machines were started."""
    scheduler = Scheduler()
    flow, _ = scheduler.attempt("tcp://a")
    with pytest.raises(errors.BadKey):
        flow.send(Answered(Received(401, {}, b'{"error": "Authentication failed"}')))
    with pytest.raises(errors.BadKey, match="Authentication failed") as caught:
        scheduler.attempt("tcp://b")
    assert "not sent again" in caught.value.do
    scheduler.now += 31
    assert isinstance(scheduler.attempt("tcp://b")[1], Attempt)


def test_an_answer_that_is_lost_counts_as_a_failure():
    scheduler = Scheduler()
    flow, _ = scheduler.attempt("tcp://a")
    flow.send(Lost(sent=True, reason="cut", kind="cut", final=False))
    assert [under_way for _, under_way in scheduler.pool.ledger._marks.values()] == [False]


def test_a_message_that_makes_no_sense_is_survived(caplog):
    scheduler = Scheduler()
    scheduler.coordinator.tell("tcp://a", "run", "pool", "failed", ())
    scheduler.coordinator.tell("tcp://a", "over", "", "pay", (1, 0.1))
    assert scheduler.coordinator.ask("tcp://a", "run", "pool", "lost", ()) == GONE
    assert "could not be read" in caplog.text


def test_money_is_reserved_before_it_is_spent():
    scheduler = Scheduler()
    purses = [ClusterPurse(scheduler.line(worker, ""), 1.0) for worker in WORKERS]
    holds = [purses[turn % 2].reserve(_costing(0.3)) for turn in range(3)]
    assert all(holds)
    assert purses[0].reserve(_costing(0.3)) is False, "it waits: they may turn out cheaper"
    holds[0].settle(0.1)
    holds[1].settle(None)
    more = purses[1].reserve(_costing(0.3))
    assert more
    more.settle(0.3)
    with pytest.raises(errors.BudgetExceeded, match=r"\$0.40 of the budget of \$1.00 are left|\$0.30"):
        purses[0].reserve(_costing(0.61))
    scheduler.coordinator.remove_worker(None, "tcp://a")
    assert scheduler.coordinator.close_run("run") == pytest.approx(1.0), "what is not known counts in full"


def test_a_second_attempt_after_a_doubtful_one_must_fit_as_well():
    funds = Funds(1.0)
    number, left = funds.reserve("a", 0.4)
    assert (number, left) == (1, 1.0)
    assert funds.again("a", number)
    assert not funds.again("a", number)
    funds.pay("a", number, 0.4)
    assert funds.spent == pytest.approx(0.8)


def test_without_a_limit_nothing_is_refused():
    assert Funds(None).reserve("a", 1e9)[0] == 1


def _costing(usd):
    return Call(
        operation="createEmbedding", method="POST", path="/embeddings", read=None, paid=True, price=usd
    )
