"""What a client counts: answers, what they cost, and what is not known of it."""

import asyncio

import venice_nb as vn
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
