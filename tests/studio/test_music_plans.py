"""Music, effects and readings through the real client and the sandbox, in both worlds."""

import asyncio

import pytest

import venice_nb as vn
from venice_nb.errors import BudgetExceeded, InvalidInput, ModelNotFound, ServerError
from venice_nb.sandbox import Fault

PROMPT = "slow strings over rain"


@pytest.fixture(params=["sync", "async"])
def ask(request):
    """`ask(act)` is what `act(client)` gives; `ask.sent` are the operations of its requests."""
    sent, said = [], []

    def on_event(event):
        if event.kind == "attempt":
            sent.append(event.operation)

    def opened(kind, options):
        client = kind.sandbox(on_event=on_event, show=False, **options)
        client._session.announce = lambda note: said.append(note) if note else None
        return client

    def run(act, **options):
        if request.param == "sync":
            return act(opened(vn.Venice, options))

        async def main():
            client = opened(vn.AsyncVenice, options)
            try:
                return await act(client)
            finally:
                await client.aclose()

        return asyncio.run(main())

    run.sent, run.said = sent, said
    return run


def test_a_quote_spends_nothing_and_shows_how_to_buy(ask):
    quote = ask(lambda v: v.audio.music.quote("elevenlabs-music", duration_seconds="60s"))
    assert (quote.usd, quote.kind, quote.source) == (0.69, "music", "quoted")
    assert ask.sent == ["quoteAudio"]
    assert "duration_seconds=60, max_usd=0.69" in quote._mimebundle()["text/plain"]


def test_a_reading_is_quoted_by_its_characters(ask):
    quote = ask(lambda v: v.audio.music.quote("elevenlabs-tts-v3", character_count=1000))
    assert quote.usd == pytest.approx(0.115)


def test_a_piece_is_quoted_then_ordered_once(ask):
    job = ask(lambda v: v.audio.music.submit(PROMPT, duration_seconds=10, max_usd=1))
    assert ask.sent == ["quoteAudio", "queueAudio"]
    assert (job.kind, job.model, float(job.cost)) == ("music", "elevenlabs-music", 0.69)
    assert any("No model given" in note for note in ask.said)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        ("minimax-music-v25", {"lyrics_optimizer": True}),
        ("minimax-music-v26", {"force_instrumental": True}),
        ("minimax-music-v2", {"lyrics_prompt": "[Verse] Walking through the city lights"}),
        ("elevenlabs-sound-effects-v2", {"duration_seconds": 5, "loop": True}),
        ("elevenlabs-tts-v3", {"voice": "Roger"}),
        ("seed-audio-1-0", {"voice": "Tim"}),
        ("sonilo-v1-1-music", {"duration_seconds": 20}),
        ("lyria-3-pro", {}),
    ],
)
def test_songs_effects_and_readings_go_the_same_way(ask, model, given):
    job = ask(lambda v: v.audio.music.submit(PROMPT, model=model, **given))
    assert job.model == model
    assert ask.sent[-2:] == ["quoteAudio", "queueAudio"]


BAD = [
    ("prompt", {"prompt": ""}),
    ("prompt", {"prompt": "short"}),
    ("duration_seconds", {"duration_seconds": 601}),
    ("duration_seconds", {"duration_seconds": 0}),
    ("lyrics_prompt", {"model": "minimax-music-v2"}),
    ("lyrics_prompt", {"lyrics_prompt": "la la la la la la"}),
    ("loop", {"loop": True}),
    ("voice", {"voice": "Aria"}),
    ("speed", {"speed": 1.5}),
    ("language_code", {"language_code": "it"}),
    ("max_usd", {"max_usd": "1"}),
    ("model", {"model": "tts-kokoro"}),
    ("seed", {"seed": 7}),
]


@pytest.mark.parametrize(("field", "given"), BAD)
def test_what_would_be_refused_is_refused_before_anything_is_sent(ask, field, given):
    given = {"prompt": PROMPT, **given}
    with pytest.raises(InvalidInput) as caught:
        ask(lambda v: v.audio.music.submit(**given))
    assert caught.value.field == field
    assert ask.sent == []


def test_a_quote_above_the_limit_is_refused_before_the_order(ask):
    with pytest.raises(BudgetExceeded):
        ask(lambda v: v.audio.music.submit(PROMPT, duration_seconds=600, max_usd=1))
    assert ask.sent == ["quoteAudio"]


GONE = [Fault("/audio/quote", status=404, body={"error": "Not found"})]


def test_the_price_list_stands_in_for_a_quote_that_is_not_to_be_had(ask):
    quote = ask(lambda v: v.audio.music.quote("elevenlabs-music", duration_seconds=60), faults=GONE)
    assert (quote.usd, quote.source) == (0.69, "listed")
    ordered = lambda v: v.audio.music.submit(PROMPT, duration_seconds=60, max_usd=0.7)
    assert float(ask(ordered, faults=GONE).cost) == 0.69
    with pytest.raises(BudgetExceeded):
        ask(lambda v: v.audio.music.submit(PROMPT, duration_seconds=600, max_usd=1), faults=GONE)
    assert any("price list" in note for note in ask.said)


def test_a_quote_without_a_price_goes_by_the_price_list(ask):
    empty = [Fault("/audio/quote", status=200, body={})]
    quote = ask(lambda v: v.audio.music.quote("elevenlabs-music", duration_seconds=60), faults=empty)
    assert (quote.usd, quote.source) == (0.69, "listed")


def test_where_the_price_list_does_not_tell_either_the_failure_is_told(ask):
    broken = [Fault("/audio/quote", status=501, body={"error": "no"}, times=None)]
    with pytest.raises(Exception, match="no") as caught:
        ask(lambda v: v.audio.music.quote("mmaudio-v2-text-to-audio"), faults=broken)
    assert not isinstance(caught.value, ServerError)


def test_of_a_model_the_list_does_not_describe_the_server_is_asked_first(ask):
    with pytest.raises(InvalidInput) as caught:
        ask(lambda v: v.audio.music.submit(PROMPT, model="lyria-3-pro", duration_seconds=60))
    assert caught.value.field == "duration_seconds"
    assert ask.sent == ["listModels"]


def test_a_name_nobody_knows_is_refused_with_those_that_look_alike(ask):
    with pytest.raises(ModelNotFound) as caught:
        ask(lambda v: v.audio.music.submit(PROMPT, model="elevenlabs-musik"))
    assert "elevenlabs-music" in caught.value.suggestions
