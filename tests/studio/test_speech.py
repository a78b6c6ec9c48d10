"""Plans for speech in both worlds: one request or many, joined without clicks, streamed, kept."""

import json
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests import spec
from tests.made_sound import file
from tests.studio.speaking import A_CHARACTER, KEY, Booth, World
from venice_nb import errors
from venice_nb.calls.sound.audio import FORMATS
from venice_nb.catalogue import Catalogue
from venice_nb.media.sound import container
from venice_nb.studio import joining

LONG = "The city stands on more than one hundred islands, and its streets are water. " * 120


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def said(monkeypatch):
    """What the user is told."""
    notes = []
    monkeypatch.setattr("venice_nb.client.session.notice", notes.append)
    return notes


def test_a_text_is_spoken_and_kept_with_what_it_cost(world):
    booth = Booth()
    audio = world.open(booth).run(lambda v: v.audio.speak("Hello, welcome to Venice.", voice="af_sky"))
    assert booth.asked == [{"model": "tts-kokoro", "input": "Hello, welcome to Venice.", "voice": "af_sky"}]
    assert spec.validate_request("POST", "/audio/speech", None, None, booth.asked[0]) == []
    assert audio.duration == pytest.approx(0.2, rel=0.05)
    assert (audio.text, audio.voice, audio.cost.source) == ("Hello, welcome to Venice.", "af_sky", "priced")
    assert world.client.last is audio
    assert audio.path.read_bytes() == audio.data
    told = json.loads(audio.path.with_suffix(".json").read_text())
    assert (told["text"], told["voice"]) == ("Hello, welcome to Venice.", "af_sky")
    assert KEY not in audio.path.with_suffix(".json").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": ""},
        {"text": "\U0001f600"},
        {"text": "Hi", "speed": 0.24},
        {"text": "Hi", "speed": 4.01},
        {"text": "Hi", "voice": "Vivian", "model": "tts-kokoro"},
        {"text": "Hi", "voice": "AF_SKY"},
        {"text": "Hi", "response_format": "pcm", "model": "tts-orpheus"},
        {"text": LONG, "response_format": "mp3", "model": "tts-orpheus"},
        {"text": LONG, "speed": 9},
        {"text": LONG, "at_once": 0},
        {"text": "Hi", "prompt": "x" * 501},
    ],
)
def test_bad_input_is_refused_and_nothing_is_sent(world, arguments):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.audio.speak(**arguments))
    assert caught.value.field
    assert caught.value.do
    assert booth.asked == []


@pytest.mark.parametrize("kind", [None, "mp3", "wav", "flac", "opus", "aac", "pcm"])
def test_a_long_text_is_spoken_in_parts_and_joined_into_one_file(world, kind):
    booth = Booth()
    audio = world.open(booth).run(lambda v: v.audio.speak(LONG, response_format=kind))
    assert len(booth.asked) == 3
    assert all(len(each["input"]) <= 4096 for each in booth.asked)
    assert sorted(each["input"] for each in booth.asked) == sorted(audio.parts["text"])
    assert " ".join(audio.parts["text"]) == LONG.strip() == audio.text
    assert {each["response_format"] for each in booth.asked} == {"wav"}
    assert audio.suffix == {None: ".mp3", "opus": ".ogg"}.get(kind, f".{kind}")
    if kind != "pcm":
        assert container(audio.data) == audio.mime
    total = sum(A_CHARACTER * len(each["input"]) for each in booth.asked)
    assert audio.duration == pytest.approx(total + 2 * 0.25, rel=0.02)
    assert audio.cost.usd == pytest.approx(sum(len(each["input"]) for each in booth.asked) * 3.5 / 1e6)


def test_nothing_clicks_where_parts_are_joined(world):
    audio = world.open().run(lambda v: v.audio.speak(LONG, response_format="wav"))
    frame = audio.parts
    steepest = np.abs(np.diff(audio.samples[: 24_000 * 5])).max()
    assert np.abs(np.diff(audio.samples)).max() <= steepest * 1.05
    for end, start in zip(frame["end"][:-1], frame["start"][1:], strict=True):
        assert start - end == pytest.approx(0.25, abs=0.01)
        assert not audio.samples[int(end * 24_000) + 1 : int(start * 24_000) - 1].any()


def test_a_model_with_one_format_is_decoded_and_joined_all_the_same(world):
    booth = Booth()
    audio = world.open(booth).run(lambda v: v.audio.speak(LONG, model="tts-qwen3-0-6b"))
    assert all("response_format" not in each for each in booth.asked)
    assert container(audio.data) == "audio/mpeg"


def test_when_a_part_fails_the_others_are_not_lost(world, said):
    def answer(path, asked):
        return httpx.Response(400, json={"error": "no"}) if asked["input"] == last else None

    from venice_nb.calls.sound.sentences import split

    last = split(LONG)[-1]
    world.open(Booth(answer))
    with pytest.raises(errors.BadRequest):
        world.run(lambda v: v.audio.speak(LONG))
    assert len(world.client.last.parts) == 2
    assert "2 of 3 parts" in " ".join(said)


@pytest.mark.parametrize("streaming", [False, True])
def test_an_interrupt_leaves_the_parts_that_were_spoken(world, said, streaming):
    spoken = []

    def answer(path, asked):
        spoken.append(asked)
        return KeyboardInterrupt() if len(spoken) == 3 else None

    world.open(Booth(answer))
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.audio.speak(LONG, at_once=1, streaming=streaming))
    assert len(world.client.last.parts) == 2
    assert world.client.last.text == " ".join(each["input"] for each in spoken[:2])
    assert container(world.client.last.data) == "audio/wav"
    assert said == ["2 of 3 parts were spoken; they are in .last of the client."]


def test_an_interrupt_while_parts_are_joined_loses_none(world, said, monkeypatch):
    real = joining.encode

    def pressed(sound, kind):
        if kind == "mp3":
            raise KeyboardInterrupt
        return real(sound, kind)

    monkeypatch.setattr(joining, "encode", pressed)
    world.open(Booth())
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.audio.speak(LONG))
    assert len(world.client.last.parts) == 3


def test_parts_that_cannot_be_joined_are_given_as_they_came(world):
    junk = httpx.Response(200, headers={"content-type": "audio/mpeg"}, content=b"\xff\xfb" + bytes(200))
    world.open(Booth(lambda path, asked: junk))
    with pytest.raises(errors.UnreadableReply) as caught:
        world.run(lambda v: v.audio.speak(LONG))
    assert len(caught.value.parts) == 3
    assert caught.value.parts[0].data == b"\xff\xfb" + bytes(200)


def test_a_voice_that_chooses_its_model_is_told_of(world, said):
    booth = Booth()
    world.open(booth).run(lambda v: v.audio.speak("Hi there", voice="Craig"))
    assert booth.asked[0]["model"] == "tts-inworld-1-5-max"
    assert "The voice Craig belongs to tts-inworld-1-5-max" in " ".join(said)


FEWER = [each for each in Catalogue.bundled().of_type("tts") if set(each.formats) < set(FORMATS)]


@pytest.mark.parametrize("model", FEWER, ids=lambda model: model.id)
@pytest.mark.parametrize("listed", [False, True], ids=["bundled list", "list of the server"])
def test_a_format_that_is_named_is_refused_with_the_alternatives_and_one_that_is_not_is_the_model_s_own(
    world, said, model, listed
):
    """Section 19, row 29, and bad input 52."""
    world.sandbox(show=False)
    if listed:
        world.run(lambda v: v.models(type="tts"))
    box = world.client._session.sandbox
    before = len(box.requests)
    for kind in sorted(set(FORMATS) - set(model.formats)):
        options = {"model": model.id, "response_format": kind}
        for ask, verb in ((world.run, "speak"), (world.listen, "stream")):
            with pytest.raises(errors.InvalidInput) as caught:
                ask(lambda v, verb=verb, options=options: getattr(v.audio, verb)("Hi", **options))
            assert caught.value.field == "response_format"
            assert caught.value.allowed == " or ".join(model.formats)
            assert f".convert({kind!r})" in caught.value.do
    assert len(box.requests) == before
    assert said == []
    audio = world.run(lambda v: v.audio.speak("Hi", model=model.id))
    own = "mp3" if "mp3" in model.formats else model.formats[0]
    assert audio.suffix == f".{own}"
    assert said == ([] if own == "mp3" else [f"{model.id} makes no mp3: the sound comes as {own}."])


@pytest.mark.parametrize("listed", [False, True], ids=["bundled list", "list of the server"])
def test_a_style_that_a_model_would_ignore_is_refused_whichever_list_is_read(world, listed):
    world.sandbox(show=False)
    if listed:
        world.run(lambda v: v.models(type="tts"))
    with pytest.raises(errors.InvalidInput, match="would ignore it"):
        world.run(lambda v: v.audio.speak("Hi", prompt="sad", model="tts-kokoro"))


# --- dialogue ----------------------------------------------------------------------------


def test_voices_of_several_models_speak_in_turn(world):
    booth = Booth()
    lines = [("af_sky", "Who is there?"), ("Craig", "It is me."), ("af_sky", "Come in then.")]
    audio = world.open(booth).run(lambda v: v.audio.dialogue(lines, pause=0.5))
    assert {each["voice"]: each["model"] for each in booth.asked} == {
        "af_sky": "tts-kokoro",
        "Craig": "tts-inworld-1-5-max",
    }
    frame = audio.parts
    assert frame["voice"].tolist() == ["af_sky", "Craig", "af_sky"]
    assert frame["text"].tolist() == [text for _, text in lines]
    assert frame["model"].tolist()[1] == "tts-inworld-1-5-max"
    gaps = frame["start"][1:].to_numpy() - frame["end"][:-1].to_numpy()
    assert gaps == pytest.approx([0.5, 0.5], abs=0.01)
    assert container(audio.data) == "audio/mpeg"
    assert audio.cost.usd == pytest.approx((26 * 3.5 + 9 * 12.5) / 1e6)
    assert "Craig: It is me." in audio.text


def test_a_dialogue_may_be_in_a_format_that_not_every_model_makes(world):
    lines = [(None, "Hello."), ("Craig", "Hi.")]
    audio = world.open().run(lambda v: v.audio.dialogue(lines, response_format="flac", pause=0))
    assert container(audio.data) == "audio/flac"


@pytest.mark.parametrize(
    ("lines", "options", "field"),
    [
        ([], {}, "lines"),
        ("af_sky: Hello", {}, "lines"),
        (7, {}, "lines"),
        ([("af_sky",)], {}, "lines[0]"),
        ([("af_sky", "Hi"), ("af_sky", "...")], {}, "lines[1].text"),
        ([("af_sky", "Hi"), ("nobody", "Hi")], {}, "lines[1].voice"),
        ([("af_sky", "Hi")], {"pause": -1}, "pause"),
        ([("af_sky", "Hi")], {"pause": 11}, "pause"),
        ([("af_sky", "Hi")], {"response_format": "midi"}, "response_format"),
        ([("af_sky", "Hi")], {"speed": 5}, "speed"),
    ],
)
def test_a_dialogue_is_checked_before_the_first_request(world, lines, options, field):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.audio.dialogue(lines, **options))
    assert caught.value.field == field
    assert booth.asked == []


# --- streams -----------------------------------------------------------------------------


def test_a_stream_gives_the_bytes_as_they_come_and_the_sound_at_the_end(world):
    booth = Booth()
    pieces, audio = world.open(booth).listen(lambda v: v.audio.stream("Hello there.", voice="af_sky"))
    assert booth.asked[0]["streaming"] is True
    assert b"".join(pieces) == audio.data
    assert audio.duration > 0.1
    assert audio.first_byte is not None
    assert world.client.last.data == audio.data


def test_streamed_speech_measures_the_first_byte(world):
    booth = Booth()
    audio = world.open(booth).run(lambda v: v.audio.speak("Hello there.", streaming=True))
    assert booth.asked[0]["streaming"] is True
    assert 0 <= audio.first_byte <= audio.elapsed
    assert world.open().run(lambda v: v.audio.speak("Hello there.")).first_byte is None


def test_only_the_first_part_of_a_long_text_is_streamed(world):
    booth = Booth()
    audio = world.open(booth).run(lambda v: v.audio.speak(LONG, streaming=True))
    assert [each.get("streaming") for each in booth.asked] == [True, None, None]
    assert audio.first_byte is not None
    assert len(audio.parts) == 3


def test_a_text_that_is_too_long_for_a_stream_is_refused(world):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput, match="4096"):
        world.listen(lambda v: v.audio.stream(LONG))
    assert booth.asked == []


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Half a file, then the connection is gone."""

    def __init__(self, data):
        self.data = data

    def __iter__(self):
        yield self.data
        raise httpx.ReadError("gone")

    async def __aiter__(self):
        yield self.data
        raise httpx.ReadError("gone")


def test_what_had_arrived_of_a_broken_stream_is_kept(world):
    half = file(2.0)[:8000]

    def answer(path, asked):
        return httpx.Response(200, headers={"content-type": "audio/mpeg"}, stream=Broken(half))

    world.open(Booth(answer))
    with pytest.raises(errors.StreamInterrupted) as caught:
        world.run(lambda v: v.audio.speak("Hello there, this is long.", streaming=True))
    assert caught.value.partial.data == half
    assert world.client.last.data == half
    assert world.client.last.samples.size


# --- the sandbox -------------------------------------------------------------------------


def test_the_seed_s_example_works_as_it_stands(world):
    world.sandbox()
    audio = world.run(
        lambda v: v.audio.speak(
            "Hello, welcome to Venice.", model="tts-kokoro", voice="af_sky", speed=1.0, response_format="mp3"
        )
    )
    audio.save("speech.mp3")
    assert container(Path("speech.mp3").read_bytes()) == "audio/mpeg"
    assert audio.path is None
    assert audio.headers.sandbox


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_the_sandbox_speaks_every_format(world, kind):
    audio = world.sandbox().run(lambda v: v.audio.speak("Good morning, Venice.", response_format=kind))
    assert audio.duration == pytest.approx(1.7, rel=0.4)
    assert audio.suffix == f".{kind}"


def test_streams_of_the_sandbox_come_in_several_pieces(world):
    text = "The first sentence is here. The second one follows. And the third ends it."
    pieces, audio = world.sandbox().listen(lambda v: v.audio.stream(text))
    assert len(pieces) > 1
    assert audio.duration > 2
