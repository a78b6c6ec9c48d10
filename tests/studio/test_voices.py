"""Plans for voices in both worlds: the table, and a voice made from a recording."""

import httpx
import numpy as np
import pytest

from tests import spec
from tests.made_sound import file, tone
from tests.studio.speaking import Booth, World
from venice_nb import errors
from venice_nb.media.encoding import encode
from venice_nb.media.sound import container
from venice_nb.results.sound.audio import Audio


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


def test_all_voices_are_a_table_and_nothing_is_sent(world):
    booth = Booth()
    table = world.open(booth).run(lambda v: v.audio.voices())
    assert booth.asked == []
    assert table.df["model"].nunique() == 11
    assert (table.df["model"] == "tts-kokoro").sum() == 54
    assert table.df["default"].sum() == 11
    sky = table.df.set_index("voice").loc["af_sky"]
    assert (sky["language"], sky["gender"], sky["price"]) == ("American English", "female", 3.5)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"language": "French"}, ["ff_siwis"]),
        ({"language": "italian", "gender": "male"}, ["im_nicola"]),
        ({"model": "tts-orpheus"}, ["dan", "jess", "leah", "leo", "mia", "tara", "zac", "zoe"]),
        ({"language": "British", "gender": "female"}, ["bf_alice", "bf_emma", "bf_lily"]),
    ],
)
def test_voices_are_found_by_model_language_and_gender(world, options, ids):
    assert sorted(world.open().run(lambda v: v.audio.voices(**options)).ids) == ids


def test_every_kokoro_voice_tells_its_language_and_gender(world):
    table = world.open().run(lambda v: v.audio.voices("tts-kokoro"))
    assert (table.df["language"] != "").all()
    assert set(table.df["gender"]) == {"female", "male"}
    assert table.df["language"].nunique() == 9


@pytest.mark.parametrize(
    "options",
    [
        {"model": "llama-3.3-70b"},
        {"model": "nobody"},
        {"gender": "f"},
        {"language": "Klingon"},
        {"language": 7},
    ],
)
def test_filters_that_mean_nothing_are_refused(world, options):
    world.open()
    with pytest.raises(errors.InvalidInput):
        world.run(lambda v: v.audio.voices(**options))


def test_a_voice_is_made_and_speaks(world):
    booth = Booth()
    world.open(booth)
    voice = world.run(lambda v: v.audio.clone_voice(file(6.0)))
    [asked] = booth.asked
    form = {"file": asked["file"], "model": asked["model"].decode()}
    assert spec.validate_request("POST", "/audio/voices", None, None, form) == []
    assert (voice.id, voice.model) == ("vv_abc", "tts-chatterbox-hd")
    world.run(lambda v: v.audio.speak("Hello.", voice=voice))
    assert (booth.asked[1]["voice"], booth.asked[1]["model"]) == ("vv_abc", "tts-chatterbox-hd")
    world.run(lambda v: v.audio.speak("Hello.", voice="vv_abc"))
    assert booth.asked[2]["model"] == "tts-chatterbox-hd"


def test_a_sample_may_be_anything_that_sounds(world):
    booth = Booth()
    world.open(booth)
    world.run(lambda v: v.audio.clone_voice(tone(6.0, rate=16_000).samples, rate=16_000))
    world.run(lambda v: v.audio.clone_voice(Audio(encode(tone(6.0), "pcm"), "audio/pcm")))
    world.run(lambda v: v.audio.clone_voice(file(6.0, "opus")))
    assert {container(asked["file"]) for asked in booth.asked} == {"audio/wav"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: file(4.9, "wav"),
        lambda: b"",
        lambda: b"text",
        lambda: np.zeros(100),
        lambda: "nowhere.wav",
    ],
)
def test_what_no_voice_can_be_made_from_is_refused_and_nothing_is_sent(world, make):
    booth = Booth()
    world.open(booth)
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.audio.clone_voice(make()))
    assert caught.value.field == "sample"
    assert booth.asked == []


def test_a_lost_answer_is_not_asked_for_again(world):
    booth = Booth(lambda path, asked: httpx.ReadTimeout("late"))
    world.open(booth, max_retries=3)
    with pytest.raises(errors.UnknownOutcome):
        world.run(lambda v: v.audio.clone_voice(file(6.0)))
    assert len(booth.asked) == 1
