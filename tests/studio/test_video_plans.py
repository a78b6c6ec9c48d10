"""Films through the real client and the sandbox, in both worlds: quoted, ordered, refused in time."""

import asyncio
import base64

import numpy as np
import pytest
from PIL import Image

import venice_nb as vn
from venice_nb.errors import BudgetExceeded, ConsentRequired, Gone, InvalidInput, ModelNotFound
from venice_nb.sandbox import Fault

TEXT = "kling-2.5-turbo-pro-text-to-video"
URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


class World:
    """One way to ask; `sent` holds the operations of the requests, `said` what was announced."""

    def __init__(self, name):
        self.name, self.sent, self.said = name, [], []

    def __call__(self, act, **options):
        kind = vn.Venice if self.name == "sync" else vn.AsyncVenice

        def on_event(event):
            if event.kind == "attempt":
                self.sent.append(event.operation)

        def opened():
            client = kind.sandbox(on_event=on_event, show=False, **options)
            client._session.announce = lambda note: self.said.append(note) if note else None
            return client

        if self.name == "sync":
            return act(opened())

        async def main():
            client = opened()
            try:
                return await act(client)
            finally:
                await client.aclose()

        return asyncio.run(main())


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


def test_a_quote_spends_nothing_and_shows_how_to_buy(world):
    quote = world(lambda v: v.video.quote(TEXT, duration=5, aspect_ratio="16:9"))
    assert (quote.usd, quote.kind, quote.model) == (0.39, "video", TEXT)
    assert quote.headers.sandbox
    assert world.sent == ["quoteVideo"]
    assert quote.line == (
        f'v.video.submit("...", model="{TEXT}", duration="5s", aspect_ratio="16:9", max_usd=0.39)'
    )


def test_the_line_of_a_quote_orders_what_it_is_for(world):
    quote = world(lambda v: v.video.quote(TEXT, duration=5))
    line = quote.line.replace('"..."', '"fog over a canal"')
    job = world(lambda v: eval(line, {"v": v}))
    assert (job.model, job.entry.details["aspect_ratio"]) == (TEXT, "16:9")


def test_a_film_is_quoted_then_ordered_once(world):
    job = world(lambda v: v.video.submit("fog over a canal", model=TEXT, duration=5, aspect_ratio="16:9"))
    assert world.sent == ["quoteVideo", "queueVideo"]
    assert (job.kind, job.model) == ("video", TEXT)
    assert float(job.cost) == 0.39


def test_the_seeds_quote_is_answered_and_says_what_was_left_out(world):
    seed = {"duration": "10s", "resolution": "720p", "aspect_ratio": "16:9", "audio": True}
    quote = world(lambda v: v.video.quote(TEXT, **seed))
    assert quote.usd == 0.78
    assert sum("left out of the quote" in note for note in world.said) == 2


BAD = [  # rows 43 to 48 of the list of bad inputs: the field that is named, the arguments
    ("duration", {"model": TEXT, "aspect_ratio": "16:9", "duration": 6}),
    ("duration", {"model": TEXT, "aspect_ratio": "16:9", "duration": "Auto"}),
    ("aspect_ratio", {"model": TEXT, "duration": 5}),
    ("aspect_ratio", {"model": "kling-2.5-turbo-pro-image-to-video", "aspect_ratio": "16:9", "image_url": 1}),
    (
        "resolution",
        {"model": "topaz-video-upscale", "resolution": "1080p", "video_url": "https://e.org/a.mp4"},
    ),
    ("image_url", {"model": "kling-2.5-turbo-pro-image-to-video", "duration": 5}),
    ("image_url", {"model": "flux-3-image-to-video", "duration": 5}),
    (
        "reference_audio_urls",
        {
            "model": "seedance-2-5-reference-to-video-basic",
            "duration": 5,
            "reference_audio_urls": ["https://e.org/a.mp3"],
        },
    ),
    ("max_usd", {"model": TEXT, "duration": 5, "aspect_ratio": "16:9", "max_usd": float("nan")}),
    ("max_usd", {"model": TEXT, "duration": 5, "aspect_ratio": "16:9", "max_usd": -1}),
    ("consents", {"model": TEXT, "duration": 5, "aspect_ratio": "16:9", "consents": True}),
    ("model", {"model": "llama-3.3-70b", "duration": 5}),
    ("model", {"model": 7, "duration": 5}),
    ("lenght", {"model": TEXT, "lenght": 5}),
]


@pytest.mark.parametrize(("field", "given"), BAD)
def test_what_would_be_refused_is_refused_before_anything_is_sent(world, tmp_path, field, given):
    if given.get("image_url") == 1:
        Image.new("RGB", (320, 180)).save(tmp_path / "a.png")
        given = given | {"image_url": tmp_path / "a.png"}
    with pytest.raises(InvalidInput) as caught:
        world(lambda v: v.video.submit("fog over a canal", **given))
    assert caught.value.field == field
    assert caught.value.do
    assert world.sent == []


def test_a_quote_above_the_limit_is_refused_before_the_order(world):
    order = {"model": TEXT, "duration": 5, "aspect_ratio": "16:9", "max_usd": 0.10}
    with pytest.raises(BudgetExceeded):
        world(lambda v: v.video.submit("fog over a canal", **order))
    assert world.sent == ["quoteVideo"]


@pytest.mark.parametrize("told", [{}, {"quote": 0}, {"quote": -1}, {"quote": None}, {"quote": "nan"}])
def test_a_quote_of_nothing_needs_a_limit_to_go_on(world, told):
    faults = [Fault("/video/quote", status=200, body=told)]
    with pytest.raises(BudgetExceeded):
        world(
            lambda v: v.video.submit("fog over a canal", model=TEXT, duration=5, aspect_ratio="16:9"),
            faults=faults,
        )
    assert world.sent == ["quoteVideo"]


def test_without_a_model_a_private_one_is_taken_and_said(world, tmp_path):
    job = world(lambda v: v.video.submit("fog over a canal", aspect_ratio="16:9"))
    assert job.model == "longcat-distilled-text-to-video"
    assert any(job.model in note for note in world.said)
    assert any("shortest" in note for note in world.said)


def test_a_family_and_a_picture_pick_the_model_and_say_so(world):
    array = np.full((180, 320, 3), 90, np.uint8)
    job = world(lambda v: v.video.submit("fog", model="kling-2.5-turbo-pro", duration=5, image_url=array))
    assert job.model == "kling-2.5-turbo-pro-image-to-video"
    assert any("as an image is given" in note for note in world.said)


@pytest.mark.parametrize("family", ["sora-2", "veo3-fast", "wan-2.5-preview", "ltx-2-full"])
def test_every_family_of_the_seed_can_be_named(world, family):
    picture = Image.new("RGB", (640, 360), "navy")
    job = world(lambda v: v.video.submit("fog over a canal", model=family, image_url=picture))
    assert job.model.endswith("-image-to-video")


def test_of_a_model_the_list_does_not_describe_the_server_is_asked_first(world):
    job = world(
        lambda v: v.video.submit("fog over a canal", model="vidu-q3-text-to-video", aspect_ratio="16:9")
    )
    assert world.sent == ["listModels", "quoteVideo", "queueVideo"]
    assert job.entry.details["duration"] == "4s"
    with pytest.raises(InvalidInput) as caught:
        world(lambda v: v.video.submit("fog over a canal", model="vidu-q3-text-to-video", duration=5))
    assert caught.value.field == "duration"
    assert world.sent[3:] == ["listModels"]


@pytest.mark.parametrize(
    "model",
    [
        "grok-imagine-text-to-video-private",
        "wan-2.5-preview-text-to-video",
        "seedance-2-0-text-to-video-basic",
    ],
)
def test_of_a_model_the_list_describes_in_part_the_server_is_asked_too(world, model):
    job = world(lambda v: v.video.submit("fog over a canal", model=model, duration=5, **_ratio(model)))
    assert world.sent == ["listModels", "quoteVideo", "queueVideo"]
    assert job.model == model


def _ratio(model):
    return {} if model.startswith("wan") else {"aspect_ratio": "16:9"}


def test_without_a_list_the_server_may_know_the_model_all_the_same(world):
    given = {"model": "vidu-q3-text-to-video", "duration": 4, "aspect_ratio": "16:9"}
    faults = [Fault("/models", status=404, body={"error": "no"})]
    job = world(lambda v: v.video.submit("fog over a canal", **given), faults=faults)
    assert world.sent == ["listModels", "quoteVideo", "queueVideo"]
    assert job.model == "vidu-q3-text-to-video"


def test_a_name_nobody_knows_is_refused_with_those_that_look_alike(world):
    with pytest.raises(ModelNotFound) as caught:
        world(lambda v: v.video.submit("fog", model="kling-2.9-turbo-pro-text-to-video", duration=5))
    assert TEXT in caught.value.suggestions
    assert world.sent == ["listModels"]


def test_faces_need_consent_and_the_error_says_what_to_pass(world):
    skin = Image.new("RGB", (320, 320), (224, 172, 140))
    given = {"model": "seedance-2-0-image-to-video-basic", "duration": 5, "image_url": skin}
    with pytest.raises(ConsentRequired) as caught:
        world(lambda v: v.video.submit("a smile", **given))
    error = caught.value
    assert "SANDBOX" in error.policy_text
    assert error.face_media_roles == ("image",)
    assert "consents={'seedance'" in error.do
    job = world(lambda v: v.video.submit("a smile", **given, consents=error.consents))
    assert job.model == given["model"]
    assert any("you confirm" in note for note in world.said)


def test_a_picture_we_made_lends_its_prompt(world):
    def animated(v):
        if world.name == "sync":
            picture = v.images.generate("a gondola at dusk", width=512, height=512)[0]
            return v.video.submit(image_url=picture)

        async def both():
            gallery = await v.images.generate("a gondola at dusk", width=512, height=512)
            return await v.video.submit(image_url=gallery[0])

        return both()

    job = world(animated)
    assert job.prompt == "a gondola at dusk"
    assert any("the picture's own" in note for note in world.said)


def test_an_open_file_is_read_once_though_the_server_is_asked_in_between(world, tmp_path):
    Image.new("RGB", (320, 180)).save(tmp_path / "first.png")
    with (tmp_path / "first.png").open("rb") as file:
        job = world(
            lambda v: v.video.submit("fog", model="vidu-q3-image-to-video", duration=4, image_url=file)
        )
    assert job.model == "vidu-q3-image-to-video"


# --- transcription -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_is_said_in_a_film_comes_as_a_transcript(world, form):
    said = world(lambda v: v.video.transcribe(URL, response_format=form))
    assert said.text.startswith("SANDBOX")
    assert said.language == ("en" if form == "json" else "")


def test_where_the_route_is_gone_the_error_says_what_to_use_instead(world):
    link = {"deprecation": "true", "link": '</api/v1/chat/completions>; rel="successor-version"'}
    faults = [Fault("/video/transcriptions", status=410, body={"error": "Retired"}, headers=link)]
    with pytest.raises(Gone) as caught:
        world(lambda v: v.video.transcribe(URL), faults=faults)
    assert "video=url" in caught.value.do
    model = caught.value.do.split("model='")[1].split("'")[0]
    assert vn.Venice.sandbox()._session.catalogue.get(model).supports("video")


@pytest.mark.parametrize("url", ["talk.mp4", "https://example.com/a.mp4", "http://localhost/watch?v=x"])
def test_only_films_on_youtube_are_asked_about(world, url):
    with pytest.raises(InvalidInput):
        world(lambda v: v.video.transcribe(url))
    assert world.sent == []


def test_data_urls_of_older_tutorials_are_taken(world, tmp_path):
    Image.new("RGB", (320, 180)).save(tmp_path / "image.png")
    coded = base64.b64encode((tmp_path / "image.png").read_bytes()).decode()
    given = {
        "model": "wan-2.5-preview-image-to-video",
        "image_url": f"data:image/png;base64,{coded}",
        "duration": "5s",
        "resolution": "720p",
    }
    job = world(lambda v: v.video.submit("Animate this scene with gentle motion", **given))
    assert job.entry.details["resolution"] == "720p"


def test_all_that_a_model_does_not_take_is_refused_at_once(world):
    with pytest.raises(InvalidInput) as caught:
        world(
            lambda v: v.video.submit(
                "fog", model=TEXT, duration="10s", aspect_ratio="16:9", resolution="720p", audio=True
            )
        )
    assert "takes no resolution" in caught.value.what
    assert "makes silent films" in caught.value.what
    assert caught.value.do == "Leave out resolution and audio."
    assert world.sent == []


def test_a_wrong_value_is_told_before_what_the_model_does_not_take(world):
    with pytest.raises(InvalidInput, match="aspect_ratio must be one of") as caught:
        world(lambda v: v.video.submit("fog", model=TEXT, duration=5, aspect_ratio="4:3", audio=True))
    assert "9:16" in caught.value.do


def test_a_refusal_that_speaks_of_another_model_comes_after_the_word_that_it_was_chosen(world):
    with pytest.raises(InvalidInput, match="needs an aspect_ratio"):
        world(lambda v: v.video.submit("fog", model="sora-2", duration="4s"))
    assert any("sora-2 is retired" in note for note in world.said)
