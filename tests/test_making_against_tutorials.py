"""Where tutorials and the official sources disagree about pictures and sound.

Sent is what the specification takes; read is either spelling. One test for each point of the disagreement, in
both worlds.
"""

import json
import logging
from base64 import b64decode

import httpx
import pytest

import venice_nb as vn
from tests import made_sound, spec
from tests.media_bodies import base64, picture
from tests.studio.pictures import World

DRAWS = "z-image-turbo"
VOICES = {"tts-kokoro": 54, "tts-gemini-3-1-flash": 30, "tts-chatterbox-hd": 9}
PAINTED = {"id": "g", "images": [base64(picture(64, 64))], "timing": {}}


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def said(caplog):
    """What the user was told so far."""
    caplog.set_level(logging.WARNING, "venice_nb")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "venice_nb"]


class Pictures:
    """Draws, edits and tells the names of styles as a bare list; `asked` is path and body of each request."""

    def __init__(self):
        self.asked = []

    def __call__(self, request):
        path, body = request.url.path.removeprefix("/api/v1"), request.content
        self.asked.append((path, json.loads(body) if body[:1] == b"{" else body))
        if path == "/image/styles":
            return httpx.Response(200, json=["3D Model", "Isometric Style", "Lowpoly", "Texture"])
        if path == "/image/generate":
            return httpx.Response(200, json=PAINTED)
        return httpx.Response(200, content=picture(512, 512), headers={"content-type": "image/png"})


@pytest.fixture
def asked(world):
    """What a server of pictures was asked."""
    server = Pictures()
    world.open(server)
    return server.asked


def test_row_19_the_price_of_a_picture_is_the_servers_once_it_was_read(world):
    def answer(request):
        if request.url.path.endswith("/models"):
            spec = {"privacy": "private", "pricing": {"generation": {"usd": 0.5, "diem": 0.5}}}
            return httpx.Response(200, json={"data": [{"id": DRAWS, "type": "image", "model_spec": spec}]})
        return httpx.Response(200, json=PAINTED)

    world.open(answer)
    assert world.run(lambda v: v.images.generate("A boat", model=DRAWS)).cost.usd == 0.01
    world.run(lambda v: v.models(type="image"))
    assert world.run(lambda v: v.images.generate("A boat", model=DRAWS)).cost.usd == 0.5


def test_rows_22_to_24_a_picture_is_asked_of_the_default_model_without_steps_or_seed(world, asked):
    world.run(lambda v: v.images.generate("A boat"))
    ((path, body),) = asked
    assert (path, body["model"], body["prompt"]) == ("/image/generate", DRAWS, "A boat")
    assert not {"steps", "seed"} & body.keys()
    assert spec.validate_request("POST", path, body=body) == []


def test_row_23_more_steps_than_a_model_has_are_lowered(world, asked):
    for steps in (30, 50):
        world.run(lambda v, steps=steps: v.images.generate("A boat", model="venice-sd35", steps=steps))
        assert asked[-1][1]["steps"] == 30


def test_row_24_a_seed_that_is_given_is_sent(world, asked):
    world.run(lambda v: v.images.generate("A boat", seed=0))
    assert asked[0][1]["seed"] == 0


@pytest.mark.parametrize(
    ("given", "sent"),
    [("Isometric", "Isometric Style"), ("low poly", "Lowpoly"), ("Tile Texture", "Texture")],
)
def test_row_25_stale_names_of_styles_and_a_bare_list_are_understood(world, asked, given, sent):
    styles = world.run(lambda v: v.images.styles())
    assert list(styles) == ["3D Model", "Isometric Style", "Lowpoly", "Texture"]
    world.run(lambda v: v.images.generate("A boat", style_preset=given))
    assert asked[-1][1]["style_preset"] == sent


def test_row_26_a_model_is_sized_by_its_own_list_and_edits_only_if_it_is_a_model_for_that(world, asked):
    with pytest.raises(vn.InvalidInput, match="qwen-image has no size tiers"):
        world.run(lambda v: v.images.generate("A boat", model="qwen-image", resolution="2K"))
    with pytest.raises(vn.InvalidInput, match="qwen-image"):
        world.run(lambda v: v.images.edit(picture(), "brighter", model="qwen-image"))
    assert asked == []


def test_row_27_the_server_chooses_the_model_of_an_edit_unless_one_is_named(world, asked):
    world.run(lambda v: v.images.edit(picture(), "brighter"))
    world.run(lambda v: v.images.edit(picture(), "brighter", model="qwen-image-2-edit"))
    first, second = (body if isinstance(body, dict) else {} for _, body in asked)
    assert first.get("model", "firered-image-edit") == "firered-image-edit"
    assert second.get("model", "qwen-image-2-edit") == "qwen-image-2-edit"
    assert all(b"qwen-image-2-edit" in body for _, body in asked[1:] if isinstance(body, bytes))


def test_row_28_a_data_url_to_be_upscaled_is_sent_as_what_the_server_takes(world, asked):
    world.run(lambda v: v.images.upscale(base64(picture(), "image/png"), scale=4))
    ((path, body),) = asked
    assert path == "/image/upscale"
    if isinstance(body, dict):
        assert b64decode(body["image"], validate=True) == picture()
        assert body["scale"] == 4
    else:
        assert picture() in body
        assert b"data:" not in body


class Speaker:
    """Speaks in the format asked for, else in that of the model; `asked` are the bodies."""

    def __init__(self, own="wav"):
        self.own, self.asked = own, []

    def __call__(self, request):
        self.asked.append(json.loads(request.content))
        kind = self.asked[-1].get("response_format", self.own)
        data = made_sound.file(0.3, kind)
        return httpx.Response(200, content=data, headers={"content-type": f"audio/{kind}"})


LONG = "One more island lies behind the last one. " * 110


@pytest.mark.parametrize("text", ["Hello.", LONG], ids=["one request", "several requests"])
def test_row_29_a_model_that_makes_no_mp3_answers_in_its_own_format_which_is_said(world, said, text):
    server = Speaker()
    audio = world.open(server).run(lambda v: v.audio.speak(text, model="tts-orpheus"))
    assert {body["response_format"] for body in server.asked} == {"wav"}
    assert audio.suffix == ".wav"
    assert said() == ["tts-orpheus makes no mp3: the sound comes as wav."]


def test_row_29_nothing_is_said_of_a_model_that_makes_mp3(world, said):
    server = Speaker("mp3")
    world.open(server).run(lambda v: v.audio.speak("Hello.", voice="af_sky"))
    assert "response_format" not in server.asked[0]
    assert said() == []


@pytest.mark.parametrize("text", ["Hello.", LONG], ids=["one request", "several requests"])
def test_row_29_a_format_that_is_named_and_that_the_model_lacks_is_refused_with_those_it_has(world, text):
    server = Speaker()
    with pytest.raises(vn.InvalidInput) as refused:
        world.open(server).run(lambda v: v.audio.speak(text, model="tts-orpheus", response_format="mp3"))
    assert (refused.value.field, refused.value.allowed) == ("response_format", "wav")
    assert server.asked == []


def test_row_30_voices_are_counted_as_the_models_list_them(world):
    world.open(lambda _: pytest.fail("sent"))
    counted = {name: len(world.run(lambda v, name=name: v.audio.voices(model=name))) for name in VOICES}
    assert counted == VOICES


def test_row_31_subtitles_are_built_here_and_their_formats_never_sent(world):
    asked = []

    def answer(request):
        asked.append(request)
        words = [{"word": "Hello", "start": 0.0, "end": 0.5}]
        timed = {"text": "Hello", "duration": 1.0, "timestamps": {"word": words}}
        return httpx.Response(200, json=timed)

    recording = made_sound.file(1.0, "wav")
    heard = world.open(answer).run(lambda v: v.audio.transcribe(recording, timestamps=True))
    assert "00:00:00,000 --> 00:00:00,500" in heard.to_srt()
    for wrong in ("srt", "vtt", "verbose_json"):
        with pytest.raises(vn.InvalidInput, match="response_format"):
            world.run(lambda v, wrong=wrong: v.audio.transcribe(recording, response_format=wrong))
    assert len(asked) == 1
    fits = spec.validate_request(
        "POST", "/audio/transcriptions", headers=dict(asked[0].headers), body=asked[0].content
    )
    assert fits == []


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "aac", "ogg"])
def test_row_31_recordings_of_every_listed_kind_are_sent_as_they_are(world, kind):
    asked = []

    def answer(request):
        asked.append(request.content)
        return httpx.Response(200, json={"text": "Hello"})

    recording = made_sound.file(1.0, {"ogg": "opus"}.get(kind, kind))
    assert world.open(answer).run(lambda v: v.audio.transcribe(recording)).text == "Hello"
    assert recording in asked[0]
