"""Budgets where it is hard: interrupts, cancelling, cut answers, threads, caches, and plans of many calls."""

import asyncio
import contextlib
import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import pandas as pd
import pytest

import venice_nb as vn
from tests.scripted_client import KEY, Server
from venice_nb import errors
from venice_nb.client import drive
from venice_nb.policy import budget as budgets

PICTURE = {"width": 64, "height": 64}
TEXTS = [f"text number {n} about canals " * 40 for n in range(400)]


def billed(box):
    return sum(charge.usd for charge in box.books)


def unknown(v):
    return [line.operation for line in v.spend.lines if line.usd is None]


# --- interrupts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt, asyncio.CancelledError])
def test_an_interrupted_call_counts_with_all_it_may_have_cost_and_is_in_the_book(stop):
    def interrupted(request):
        raise stop

    v = vn.Venice(KEY, transport=httpx.MockTransport(interrupted), show=False)
    with v.budget(1.0) as budget, pytest.raises(stop):
        v.images.generate("a gondola", model="z-image-turbo", **PICTURE)
    assert (budget.held, budget.spent) == (0, pytest.approx(0.01))
    assert unknown(v) == ["generateImage"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, asyncio.CancelledError])
def test_interrupted_between_two_attempts_it_costs_nothing(monkeypatch, stop):
    server = Server(httpx.Response(429, headers={"retry-after": "5"}, json={"error": "Slow down"}))
    v = server.client(max_retries=3)

    def interrupted(seconds, why):
        raise stop

    monkeypatch.setattr(drive, "wait", interrupted)
    with v.budget(1.0) as budget, pytest.raises(stop):
        v.images.generate("a gondola", model="z-image-turbo", **PICTURE)
    assert (budget.held, budget.spent) == (0, 0)
    assert unknown(v) == []


def test_a_second_attempt_that_is_refused_costs_what_the_first_may_have(make):
    v = make(faults=[vn.Fault(drop=True, after=True), vn.Fault(status=400)])
    with v.budget(1.0) as budget, pytest.raises(vn.APIError):
        v.chat("Hi", stream=False, max_completion_tokens=20)
    assert budget.held == 0
    assert billed(v.box) <= budget.spent < 0.001
    assert unknown(v) == ["createChatCompletion"]


def test_a_storm_of_cancelled_tasks_leaves_no_money_held():
    async def main():
        rng, box = random.Random(5), vn.Sandbox(tier="unlimited", token_pause=0.0005)
        async with vn.AsyncVenice.sandbox(sandbox=box, show=False) as a:

            async def stream(n):
                async with a.chat.stream(f"Tell me about canal {n}", max_completion_tokens=200) as pieces:
                    async for _ in pieces:
                        pass

            async def one(n):
                kinds = [
                    lambda: a.images.generate(f"picture {n}", **PICTURE),
                    lambda: a.chat(f"Tell me about {n}", max_completion_tokens=200),
                    lambda: stream(n),
                    lambda: a.embed([f"text {n}"]),
                ]
                return await rng.choice(kinds)()

            with a.budget(0.25) as budget:
                tasks = [asyncio.create_task(one(n)) for n in range(60)]
                while not all(task.done() for task in tasks):
                    for _ in range(rng.randrange(30)):
                        await asyncio.sleep(0)
                    rng.choice(tasks).cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            return budget, box, sum(task.cancelled() for task in tasks)

    budget, box, cancelled = asyncio.run(main())
    assert cancelled > 10
    assert budget.held == 0
    assert billed(box) <= budget.spent + 1e-9 <= budget.limit + 2e-9


# --- answers that end early ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [vn.Fault(cut_chunks=3), vn.Fault(stream_error={"message": "no"}), vn.Fault(stop_chunks=3)]
)
def test_a_cut_answer_counts_with_all_it_may_have_cost(make, fault):
    v = make(faults=[fault])
    with v.budget(1.0) as budget, pytest.raises(errors.StreamFailure):
        v.chat("Tell me about Venice", stream=True, max_completion_tokens=500)
    assert budget.held == 0
    assert billed(v.box) <= budget.spent
    assert unknown(v) == ["createChatCompletion"]
    assert v.spend.lines[0].note == "ended early"
    assert v.last.cost.source == "estimated"


def test_a_stream_that_was_left_counts_with_all_it_may_have_cost(v):
    with v.budget(1.0) as budget:
        with v.chat.stream("Tell me about Venice and its canals", max_completion_tokens=500) as stream:
            next(iter(stream))
        assert billed(v.box) <= budget.spent
    assert unknown(v) == ["createChatCompletion"]


def test_a_call_inside_a_stream_that_holds_the_rest_is_refused_in_the_end(v, monkeypatch):
    monkeypatch.setattr(budgets, "PATIENCE", 0.2)
    with v.budget(0.004), v.chat.stream("Tell me about Venice", max_completion_tokens=500) as stream:
        pieces = iter(stream)
        next(pieces)
        with pytest.raises(vn.BudgetExceeded, match="Calls under way hold") as refused:
            v.chat("Hi", max_completion_tokens=500)
    assert "close streams" in refused.value.do


def test_a_quarter_dollar_is_never_passed_by_32_threads_whatever_goes_wrong(make):
    rng = random.Random(9)
    faults = [
        lambda: vn.Fault(cut_chunks=rng.randrange(6)),
        lambda: vn.Fault(drop=True, after=True),
        lambda: vn.Fault(status=rng.choice([400, 500, 503]), headers={"retry-after": "0.01"}),
        lambda: vn.Fault(spoil="shape"),
    ]
    v = make(tier="unlimited", abuse="off")

    def one(n):
        kinds = [
            lambda: v.images.generate(f"picture {n}", **PICTURE),
            lambda: v.chat(f"Tell me about {n}", max_completion_tokens=400),
            lambda: v.chat(f"Tell me about {n}"),
            lambda: list(v.chat.stream(f"Tell me about {n}", max_completion_tokens=400)),
            lambda: next(iter(v.chat.stream(f"Tell me about {n}", max_completion_tokens=400))),
            lambda: v.audio.speak(f"This is sentence number {n}."),
            lambda: v.embed([f"text {n}"]),
        ]
        if n % 9 == 0:
            v.box.state.faults.append([rng.choice(faults)(), 1])
        try:
            rng.choice(kinds)()
        except vn.VeniceError:
            return

    with v.budget(0.25) as budget, ThreadPoolExecutor(32) as pool:
        list(pool.map(one, range(160)))
    assert budget.held == 0
    assert 0.1 < billed(v.box) <= budget.spent + 1e-9 <= budget.limit + 2e-9


# --- what is paid already --------------------------------------------------------------------------


def test_a_budget_of_nothing_lets_everything_pass_that_was_paid_before(v):
    table = pd.DataFrame({"text": ["late again", "lovely trip"]})
    first, answers = (
        v.embed(TEXTS[:5]),
        table.venice.map("Label the tone of: {text}", into="tone", progress=False),
    )
    before = billed(v.box)
    v.budget = 0
    assert (v.embed(TEXTS[:5]).array == first.array).all()
    again = table.venice.map("Label the tone of: {text}", into="tone", progress=False)
    pd.testing.assert_frame_equal(again, answers)
    with pytest.raises(vn.BudgetExceeded):
        v.embed(["a new text"])
    assert billed(v.box) == before


def test_a_column_that_is_embedded_stops_at_the_budget_and_keeps_what_is_finished(make):
    v = make(tier="unlimited")
    with v.budget(0.012) as budget, pytest.raises(vn.BudgetExceeded, match="of 400 texts are finished"):
        v.embed(TEXTS)
    assert 0 < billed(v.box) <= 0.012
    assert budget.spent == pytest.approx(billed(v.box), rel=1e-3)
    finished = len(v.last)
    sent = len(v.box.requests)
    assert v.embed(TEXTS).shape == (400, 1024)
    assert len(v.box.requests) - sent < 5
    assert 0 < finished < 400


# --- plans of many calls ---------------------------------------------------------------------------


@pytest.mark.parametrize(("own", "whole"), [(0.5, 0.021), (0.021, 0.5)])
def test_a_table_is_held_to_its_own_budget_and_to_that_of_the_client(make, own, whole, caplog):
    v = make(tier="unlimited")
    table = pd.DataFrame({"text": [f"text {n}" for n in range(60)]})
    options = {"into": "label", "budget_usd": own, "progress": False, "max_completion_tokens": 600}
    with v.budget(whole) as budget:
        found = table.venice.map("Label: {text}", **options)
    assert budget.held == 0
    assert billed(v.box) <= 0.021
    if whole < own:
        assert 0 < found["label"].notna().sum() < 60
        assert "The same again goes on from there" in caplog.text


@pytest.mark.parametrize("limit", [0.0, 0.00005, 0.005, 0.05])
def test_questions_to_documents_and_to_the_web_never_pass_a_budget(make, limit):
    v = make()
    corpus = vn.Corpus.from_texts(
        {"a.md": "# Refunds\n\nPaid in full. " * 9, "b.md": "# Dogs\n\nWelcome. " * 9}
    )
    with v.budget(limit) as budget:
        for ask in (
            lambda: v.rag(corpus).ask("Are dogs welcome?"),
            lambda: v.web.research("How does the Port Selwyn funicular move?"),
            lambda: v.extract("Ada was born in 1815.", {"year": int}),
            lambda: v.conversation()("Hi"),
        ):
            with contextlib.suppress(vn.BudgetExceeded):
                ask()
        assert budget.held == 0
    assert billed(v.box) <= limit + 1e-9


def test_a_tool_that_calls_the_client_itself_is_paid_from_the_same_budget(v):
    def expert(question: str) -> str:
        """Ask somebody who knows.

        Args:
            question: what to ask.
        """
        return v.chat(f"Answer briefly: {question}", max_completion_tokens=100, show=False).text

    with v.budget(0.05) as budget:
        v.chat("Ask the expert what a gondola is", tools=[expert], max_completion_tokens=100)
    assert budget.held == 0
    assert len(v.box.books) >= 3
    assert budget.spent == pytest.approx(billed(v.box))


def test_a_job_that_fails_and_is_refunded_is_in_the_book_twice_and_in_the_budget_once(make):
    v = make(job_seconds=0.0)
    order = {
        "model": "kling-2.5-turbo-pro-text-to-video",
        "duration": 5,
        "aspect_ratio": "16:9",
        "max_usd": 1,
    }
    with v.budget(0.5) as budget:
        job = v.video.submit("a nude in the fog", **order)
        for _ in range(2):
            with pytest.raises(vn.JobError, match="Credits have been refunded"):
                job.wait()
    assert [line.usd for line in v.spend.lines if line.usd] == [0.39, -0.39]
    assert v.spend.total.usd == billed(v.box) == 0
    assert budget.spent == pytest.approx(0.39)  # what comes back fills no budget again
    assert v.spend.reconcile().agrees
    assert "-$0.39" in v.spend._mimebundle()["text/plain"]


def test_with_an_inference_key_a_refund_is_found_in_the_balance():
    box = vn.Sandbox(job_seconds=0.0, usd=20.0, diem=0.5)
    v = vn.Venice.sandbox(sandbox=box, kind="INFERENCE", show=False)
    v.images.generate("a gondola", **PICTURE)
    job = v.audio.music.submit("a gory massacre", duration_seconds=5, max_usd=1)
    film = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9", "max_usd": 1}
    again = v.video.submit("a nude in the fog", **film)
    for each in (job, again):
        with pytest.raises(vn.JobError):
            each.wait()
    assert sum(line.usd < 0 for line in v.spend.lines) == 1  # the credits of the music are kept
    found = v.spend.reconcile()
    assert found.basis == "balance"
    assert found.agrees
    assert found.booked == pytest.approx(billed(box))
