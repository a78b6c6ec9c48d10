"""What a client counts: answers, what they cost, and what is not known of it."""

import asyncio
import gc
import os
import subprocess
import sys

import pytest
from wire import Hang, delta, events, stream_head

import venice_nb as vn
from venice_nb import errors
from venice_nb.calls.web import augment
from venice_nb.policy import spend_book
from venice_nb.policy.spend_book import Book, Line
from venice_nb.results.card import Card
from venice_nb.results.money import Cost


def told(client):
    """The line of the client's card on what was spent."""
    return next(
        line for line in client._repr_mimebundle_()["text/plain"].splitlines() if "spent here" in line
    )


def test_a_price_that_is_not_known_leaves_the_known_ones_standing():
    v = vn.Venice.sandbox()
    spoken = v.audio.speak("This sentence is long enough to be heard.", voice="af_sky", speed=0.25)
    v.audio.clone_voice(spoken)
    assert v._session.cost.usd == spoken.cost.usd > 0
    assert told(v).endswith("in 2 calls, 1 of them at an unknown price (play money)")


def test_questions_how_a_job_is_doing_are_no_calls(tmp_path):
    v = vn.Venice.sandbox(out=tmp_path)
    job = v.audio.music.submit("slow strings over rain", duration_seconds=3, max_usd=1)
    before = v._session.calls
    job.poll()
    assert job.status != "done"
    assert v._session.calls == before == 2  # the quote and the order


def test_an_asynchronous_client_counts_likewise(tmp_path):
    async def main():
        async with vn.AsyncVenice.sandbox(out=tmp_path) as a:
            job = await a.audio.music.submit("slow strings over rain", duration_seconds=3, max_usd=1)
            await job.poll()
            return a._session.calls

    assert asyncio.run(main()) == 2


def test_a_card_without_unknown_prices_does_not_speak_of_them():
    card = Card("Venice", live=True, address="", key_kind="", models="", calls=1, cost=Cost(0.5, "charged"))
    assert dict(card.facts())["spent here"] == "$0.50 in 1 call"


HALF = [stream_head() + events(delta(), delta("so far"), done=False), Hang]
MODEL = "llama-3.3-70b"


def opened_and_dropped(client):
    """The lines of a client whose stream was opened and never read or closed."""
    if isinstance(client, vn.Venice):
        client.chat.stream("hi", model=MODEL)
        gc.collect()
        return client.spend.lines

    async def main():
        async with client:
            await client.chat.stream("hi", model=MODEL)
            gc.collect()
            return client.spend.lines

    return asyncio.run(main())


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
def test_a_stream_that_nobody_reads_or_closes_has_its_line(wire, kind):
    (line,) = opened_and_dropped(kind("some-key-12345", base_url=wire(HALF).base_url))
    assert (line.model, line.usd, line.source, line.note) == (MODEL, None, "unknown", "ended early")


def test_a_stream_that_is_dropped_counts_in_the_budget_and_in_the_record_of_the_machine(wire):
    v = vn.Venice("some-key-12345", base_url=wire(HALF).base_url)
    with v.budget(0.25) as budget:
        v.chat.stream("hi", model=MODEL)
        gc.collect()
    assert budget.spent > 0
    assert budget.held == 0
    assert v.spend.machine().unknown == 1


def test_a_stream_that_was_closed_and_then_dropped_has_one_line(wire):
    v = vn.Venice("some-key-12345", base_url=wire(HALF).base_url)
    v.chat.stream("hi", model=MODEL).close()
    gc.collect()
    assert len(v.spend) == 1


EMPTY = {
    "closed at once": (stream_head(), None, "ended early"),
    "without a word": (stream_head() + events(), 0, ""),
    "with an error": (stream_head() + events({"error": {"message": "no", "code": "x"}}), None, "ended early"),
}


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
@pytest.mark.parametrize("how", EMPTY)
def test_a_stream_without_a_word_has_its_line_too(wire, kind, how):
    script, usd, note = EMPTY[how]
    client = kind("some-key-12345", base_url=wire(script).base_url, max_retries=0)

    async def main():
        async with client:
            return await client.chat("hi", model=MODEL, stream=True)

    try:
        asyncio.run(main()) if kind is vn.AsyncVenice else client.chat("hi", model=MODEL, stream=True)
    except errors.StreamFailure:
        assert usd is None
    (line,) = client.spend.lines
    assert line.note == note
    assert line.usd == (None if usd is None else pytest.approx(usd, abs=1e-6))


def test_what_is_noticed_while_garbage_is_collected_takes_no_lock_and_is_there_at_the_next_look():
    book = Book()
    with book._lock:  # as the thread may hold it whose garbage is collected
        book.add_later(lambda: Line(1.0, "x"))
    assert book.lines == [Line(1.0, "x")]
    assert not spend_book._later


def elsewhere(code, base_url, folder):
    """What a program of its own prints, which has a client `v`."""
    begin = "import sys, venice_nb as vn\nv = vn.Venice('some-key-12345', base_url=sys.argv[1], show=False)\n"
    return subprocess.run(
        [sys.executable, "-c", begin + code, base_url],
        check=True,
        env={**os.environ, "VENICE_STATE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


def test_what_is_dropped_at_the_end_of_a_program_is_in_the_record(wire, tmp_path):
    server = wire(HALF)
    elsewhere(f"v.chat.stream('hi', model={MODEL!r})", server.base_url, tmp_path)
    assert "ended early" in elsewhere("print(v.spend.machine())", server.base_url, tmp_path)


def test_a_call_that_garbage_collection_ended_is_written_down_at_the_next_look():
    v = vn.Venice("some-key-12345")
    call = augment.search("x")
    with v._session.spend._lock:
        v._session.missed(call, GeneratorExit())
    assert [(line.usd, line.note) for line in v.spend.lines] == [(None, "outcome unknown")]
