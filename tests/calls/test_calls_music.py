"""Requests for music, effects and readings: each field only where the model flags it, by each model."""

import pytest

from venice_nb.calls.call import Safety
from venice_nb.calls.sound.music import listed, queue, quote
from venice_nb.calls.sound.music_limits import takes
from venice_nb.catalogue import Catalogue
from venice_nb.sandbox import catalogue as served

BUNDLED = Catalogue.bundled()
COMPLETE = Catalogue.from_reply([each for each in served.models().values() if each["type"] == "music"])
MODELS = [each.id for each in BUNDLED.of_type("music")]
PROMPT = "slow strings over rain"
SONG = "[Verse] Walking through the city lights"


@pytest.fixture
def order():
    def build(model, prompt=PROMPT, catalogue=BUNDLED, **given):
        return queue(prompt, model=catalogue.resolve(model, "music"), **given)

    return build


@pytest.fixture
def price():
    def build(model, catalogue=BUNDLED, **given):
        return quote(model=catalogue.resolve(model, "music"), **given)

    return build


def least(name):
    return {"lyrics_prompt": SONG} if name.startswith("minimax-music-") else {}


def test_there_are_14_models():
    assert len(MODELS) == 14
    assert [each.id for each in COMPLETE.of_type("music")] == MODELS


@pytest.mark.parametrize("catalogue", [BUNDLED, COMPLETE], ids=["bundled", "complete"])
@pytest.mark.parametrize("name", MODELS)
def test_the_least_a_model_takes_is_a_valid_request(catalogue, name, order, fits):
    made = order(name, catalogue=catalogue, **least(name))
    assert fits(made.call).body == {"model": name, "prompt": PROMPT, **least(name)}
    assert made.call.safety is Safety.QUEUE
    assert made.call.paid
    assert fits(made.quote).body["model"] == name
    assert made.quote.safety is Safety.READ


FIELDS = {
    "lyrics_prompt": (SONG, "supports_lyrics"),
    "force_instrumental": (True, "supports_force_instrumental"),
    "lyrics_optimizer": (True, "supports_lyrics_optimizer"),
    "loop": (True, "supports_loop"),
    "language_code": ("it", "supports_language_code"),
    "speed": (1.2, "supports_speed"),
    "voice": ("Aria", "voices"),
    "duration_seconds": (20, "min_duration"),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", MODELS)
def test_a_field_is_taken_exactly_where_the_model_flags_it(name, field, order, fits, refused):
    value, flag = FIELDS[field]
    spec = COMPLETE.get(name).raw["model_spec"]
    given = {} if field in {"force_instrumental", "lyrics_optimizer"} else least(name)
    if not spec.get(flag):
        refused(lambda: order(name, catalogue=COMPLETE, **{**given, field: value}), field, "Leave it out")
        return
    if field == "duration_seconds":
        value = int(spec["min_duration"])
    if field == "voice":
        value = spec["voices"][1]
    made = order(name, catalogue=COMPLETE, **{**given, field: value})
    assert fits(made.call).body[field] == value


BAD = [
    ("elevenlabs-music", {"prompt": ""}, "prompt"),
    ("elevenlabs-music", {"prompt": "   "}, "prompt"),
    ("elevenlabs-music", {"prompt": "too short"}, "prompt"),
    ("elevenlabs-music", {"prompt": None}, "prompt"),
    ("elevenlabs-music", {"prompt": b"slow strings over rain"}, "prompt"),
    ("elevenlabs-music", {"duration_seconds": 2}, "duration_seconds"),
    ("elevenlabs-music", {"duration_seconds": 601}, "duration_seconds"),
    ("elevenlabs-music", {"duration_seconds": 10.5}, "duration_seconds"),
    ("elevenlabs-music", {"duration_seconds": "long"}, "duration_seconds"),
    ("elevenlabs-music", {"duration_seconds": True}, "duration_seconds"),
    ("ace-step-15", {"duration_seconds": 59}, "duration_seconds"),
    ("minimax-music-v2", {}, "lyrics_prompt"),
    ("minimax-music-v25", {}, "lyrics_prompt"),
    ("minimax-music-v25", {"lyrics_prompt": "short"}, "lyrics_prompt"),
    ("minimax-music-v26", {"force_instrumental": False}, "lyrics_prompt"),
    ("minimax-music-v25", {"lyrics_prompt": SONG, "lyrics_optimizer": True}, "lyrics_prompt"),
    ("minimax-music-v25", {"lyrics_prompt": SONG, "force_instrumental": True}, "lyrics_prompt"),
    ("minimax-music-v26", {"lyrics_optimizer": True}, "lyrics_optimizer"),
    ("ace-step-15", {"lyrics_prompt": "x" * 4097}, "lyrics_prompt"),
    ("elevenlabs-sound-effects-v2", {"loop": "yes"}, "loop"),
    ("seed-audio-1-0", {"voice": "Aria", "catalogue": COMPLETE}, "voice"),
    ("seed-audio-1-0", {"voice": "tim", "catalogue": COMPLETE}, "voice"),
    ("elevenlabs-music", {"extra_body": {"model": "x"}}, "extra_body.model"),
]


@pytest.mark.parametrize(("model", "given", "field"), BAD)
def test_what_no_model_takes_is_refused_by_name(order, refused, model, given, field):
    refused(lambda: order(model, **given), field)


@pytest.mark.parametrize("duration", [60, 60.0, "60", "60s"])
def test_a_length_is_written_in_many_ways(order, duration):
    assert order("elevenlabs-music", duration_seconds=duration).call.body["duration_seconds"] == 60


def test_one_of_the_lengths_a_model_offers(catalogue, refused):
    model = catalogue.get("elevenlabs-music")
    source = {**model.raw, "model_spec": {**model.raw["model_spec"], "duration_options": [10, 30, 60]}}
    other = Catalogue.from_reply([source])

    def build(seconds):
        return queue(PROMPT, model=other.resolve(model.id, "music"), duration_seconds=seconds)

    assert build(30).call.body["duration_seconds"] == 30
    refused(lambda: build(40), "duration_seconds", "duration_seconds=30")


def test_a_voice_made_elsewhere_is_taken_by_models_that_say_so(order):
    made = order("elevenlabs-tts-v3", prompt="Benvenuti a Venezia", voice="21m00Tcm4TlvDq8ikWAM")
    assert made.call.body["voice"] == "21m00Tcm4TlvDq8ikWAM"


def test_a_reading_is_priced_by_the_characters_of_its_text(order, price, fits, refused):
    made = order("elevenlabs-tts-v3", prompt="Benvenuti a Venezia")
    assert fits(made.quote).body == {"model": "elevenlabs-tts-v3", "character_count": 19}
    assert fits(price("elevenlabs-tts-v3", character_count=1000)).body["character_count"] == 1000
    refused(lambda: price("elevenlabs-tts-v3"), "character_count")
    refused(lambda: price("elevenlabs-tts-v3", character_count=0), "character_count")


PRICES = [  # model, what is asked for, the price of the list
    ("ace-step-15", {"duration_seconds": 61}, 0.04),  # by tiers of length
    ("elevenlabs-music", {"duration_seconds": 600}, 6.9),
    ("mmaudio-v2-text-to-audio", {"duration_seconds": 10}, 0.0092),  # by the second
    ("elevenlabs-tts-v3", {"character_count": 2000}, 0.23),  # by the thousand characters
    ("lyria-3-pro", {}, 0.1),  # one price
    ("seed-audio-1-0", {}, 0.345),  # what is reserved at first
    ("mmaudio-v2-text-to-audio", {}, None),  # hangs on a length that is not given
]


@pytest.mark.parametrize(("model", "given", "usd"), PRICES)
def test_the_price_list_stands_in_for_a_quote_in_all_four_layouts(price, model, given, usd):
    found = listed(price(model, **given))
    assert (found.usd if found else None) == (pytest.approx(usd) if usd is not None else None)
    assert found is None or found.source == "listed"


def test_the_price_of_the_order_is_that_of_the_list_until_it_is_quoted(order):
    assert order("elevenlabs-music", duration_seconds=60).call.price == 0.69
    assert order("elevenlabs-tts-v3", prompt="x" * 1000).call.price == pytest.approx(0.115)


def test_lyrics_are_not_repeated_in_what_a_job_remembers(order):
    made = order("ace-step-15", lyrics_prompt=SONG, duration_seconds=60)
    assert made.details == {"duration_seconds": 60, "lyrics_prompt": True}
    assert SONG not in made.quote.read.line


def test_the_line_of_a_quote_buys_what_it_is_for(price):
    line = price("elevenlabs-music", duration_seconds=60).read.line
    assert line == 'v.audio.music.submit("...", model="elevenlabs-music", duration_seconds=60'


def test_of_a_model_the_list_does_not_describe_everything_is_let_through(order):
    assert not takes("sonilo-v1-1-music", BUNDLED.get("sonilo-v1-1-music")).known
    assert order("sonilo-v1-1-music", duration_seconds=60, loop=True).call.body["loop"] is True
