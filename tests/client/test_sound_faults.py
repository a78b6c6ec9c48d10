"""Sound when the network or the balance fails: sent again only when that is cheap, what came is kept.

The numbers are those of the list of faults that the project keeps.
"""

import pytest
from wire import Reset, error, reply

from tests.made_sound import file, talk
from venice_nb import errors
from venice_nb.media.encoding import encode

SPOKEN = reply(file(0.3, "wav"), kind="audio/wav")
HEARD = reply({"text": "hello", "duration": 0.3})
SHORT, LONG = file(0.3, "wav"), encode(talk(*[2.0] * 20), "flac")
CHEAP = {
    "speak": (lambda v: v.audio.speak("hi", model="tts-orpheus", response_format="wav"), SPOKEN),
    "transcribe": (lambda v: v.audio.transcribe(SHORT), HEARD),
}
DEAR = {  # above half a cent
    "speak": lambda v: v.audio.speak("well, " * 600, model="tts-elevenlabs-turbo-v2-5"),
    "transcribe": lambda v: v.audio.transcribe(LONG, model="elevenlabs/scribe-v2"),
}


@pytest.mark.parametrize("fault", [Reset, b"", error(504, "timed out")], ids=["reset", "closed", "504"])
@pytest.mark.parametrize("work", CHEAP)
def test_a_lost_answer_to_cheap_sound_is_asked_for_once_more(world, wire, work, fault):
    """Faults 5, 6 and 9 below the price."""
    act, answer = CHEAP[work]
    server = wire(fault, answer)
    world.open(server.base_url, show=False)
    assert world.run(act).text in {"hi", "hello"}
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [Reset, b"", error(504, "timed out")], ids=["reset", "closed", "504"])
@pytest.mark.parametrize("work", DEAR)
def test_a_lost_answer_to_dear_sound_is_reported_and_never_sent_again(world, wire, work, fault):
    """Faults 5, 6 and 9 above the price."""
    server = wire(fault, HEARD)
    world.open(server.base_url, show=False)
    with pytest.raises((errors.UnknownOutcome, errors.APIError)) as told:
        world.run(DEAR[work])
    assert len(server.requests) == 1
    assert told.value.charged == "unknown"


def test_a_balance_that_ends_in_a_batch_keeps_what_was_heard_and_sends_no_more(world, wire, tmp_path):
    """Fault 20, for recordings."""
    for number in range(8):
        (tmp_path / f"{number}.wav").write_bytes(SHORT)
    server = wire(HEARD, HEARD, error(402, "INSUFFICIENT_BALANCE"))
    world.open(server.base_url, show=False)
    table = world.run(lambda v: v.audio.transcribe(sorted(tmp_path.glob("*.wav")), at_once=1))
    assert [each.text for each in table.transcripts] == ["hello", "hello"]
    assert len(table.errors) == 6
    assert len(server.requests) == 3


def test_a_balance_that_ends_in_a_long_text_keeps_what_was_spoken(world, wire):
    """Fault 20, for speech."""
    server = wire(SPOKEN, error(402, "INSUFFICIENT_BALANCE"))
    world.open(server.base_url, show=False)
    text = "One more island lies behind the last one. " * 500
    with pytest.raises(errors.PaymentRequired):
        world.run(lambda v: v.audio.speak(text, model="tts-orpheus", at_once=1))
    assert len(server.requests) == 2
    assert world.client.last.duration == pytest.approx(0.3, abs=0.1)
