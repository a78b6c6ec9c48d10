"""Where tutorials and the official sources disagree about pictures, sound and films.

Sent is what the specification takes; read is either spelling. One test for each point of the disagreement.
"""

import json
from base64 import b64decode

import httpx
import pytest

import venice_nb as vn
from tests import made_media, made_sound, spec
from tests.media_bodies import base64, picture
from tests.scripted_client import KEY
from venice_nb.client import drive

FILM_MODEL = "kling-2.5-turbo-pro-text-to-video"
HOME = "https://api.venice.ai/api/v1"


class OldServer:
    """Spells everything as the tutorials of February 2026 do, and takes no other spelling of the job's id."""

    def __init__(self, *, key="queueid", done="binary", kind="video/mp4", data=None):
        self.key, self.done, self.kind = key, done, kind
        self.data = made_media.film(seconds=1) if data is None else data
        self.asked = []

    def __call__(self, request):
        path, body = request.url.path.removeprefix("/api/v1"), request.content
        self.asked.append((path, json.loads(body) if body.startswith(b"{") else body, request.headers))
        step = path.rpartition("/")[2]
        if path == "/image/styles":
            return httpx.Response(200, json=["3D Model", "Isometric Style", "Lowpoly", "Texture"])
        return getattr(self, f"_{step}")(self.asked[-1][1])

    def _quote(self, _):
        return httpx.Response(200, json={"quote": 0.39, "currency": "USD"})

    def _queue(self, body):
        return httpx.Response(200, json={"model": body["model"], self.key: "job-17", "status": "queued"})

    def _retrieve(self, body):
        if body.get(self.key) != "job-17":
            return httpx.Response(400, json={"error": "Request ID is invalid."})
        polls = sum(path.endswith("/retrieve") for path, *_ in self.asked)
        if polls < 3:
            spent = {"executionDuration": 1000 * polls, "estimatedDuration": 4000}
            return httpx.Response(200, json={"status": "processing", **spent})
        if self.done != "binary":
            return httpx.Response(
                200, json={"status": "completed", self.done: "https://cdn.example.com/made"}
            )
        return httpx.Response(
            200, content=self.data, headers={"content-type": self.kind} if self.kind else {}
        )

    def _made(self, _):
        return httpx.Response(200, content=self.data, headers={"content-type": "video/mp4"})

    def _complete(self, body):
        known = body.get(self.key) == "job-17"
        return httpx.Response(200 if known else 400, json={"success": True} if known else {"error": "no"})

    def client(self):
        transport = httpx.MockTransport(self)
        return vn.Venice(api_key=KEY, base_url=HOME, transport=transport, show=False, max_retries=0)

    def bodies(self, step):
        return [body for path, body, _ in self.asked if path.endswith(f"/{step}")]


@pytest.fixture
def unhurried(monkeypatch):
    """Nobody waits; what is waited for is noted."""
    waits = []
    monkeypatch.setattr(drive, "wait", lambda seconds, why="": waits.append((seconds, why)))
    return waits


def ordered(server):
    return server.client().video.submit(
        "A serene forest", model=FILM_MODEL, duration=10, aspect_ratio="16:9", max_usd=1.0
    )


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("key", ["queue_id", "queueid", "id"])
def test_rows_1_to_3_the_servers_own_spelling_is_read_echoed_and_polled_to_the_end(key):
    server = OldServer(key=key)
    job = ordered(server)
    job.poll()
    assert (job.id, job.status, job.progress, job.left) == ("job-17", "processing", 0.25, 3.0)
    clip = job.wait()
    assert clip.path.read_bytes() == server.data
    assert job.cleanup() is True
    asked = [*server.bodies("retrieve"), *server.bodies("complete")]
    assert asked == [{"model": FILM_MODEL, key: "job-17"}] * 4


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "kind",
    ["video/mp4", 'Video/MP4; codecs="avc1.64001f, mp4a.40.2"', "application/octet-stream", ""],
)
def test_row_4_a_film_is_known_however_its_type_is_written(kind):
    server = OldServer(kind=kind)
    assert ordered(server).wait().path.read_bytes() == server.data


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("name", ["url", "download_url"])
def test_rows_3_and_5_a_completed_answer_with_an_address_is_fetched_without_the_key(name):
    server = OldServer(done=name)
    assert ordered(server).wait().path.read_bytes() == server.data
    keyed = {path: "authorization" in headers for path, _, headers in server.asked}
    assert keyed == {"/video/quote": True, "/video/queue": True, "/video/retrieve": True, "/made": False}


@pytest.mark.usefixtures("unhurried")
def test_row_5_model_id_and_address_are_on_disk_before_the_first_question():
    server = OldServer()
    server._queue = lambda body: httpx.Response(
        200,
        json={"model": body["model"], "queueid": "job-17", "download_url": "https://cdn.example.com/made"},
    )
    ordered(server)
    assert server.bodies("retrieve") == []
    again = OldServer(done="nothing")  # another process, a server that tells no address
    assert again.client().job("job-17").wait().path.read_bytes() == again.data


@pytest.mark.parametrize(("answer", "currency"), [({}, "USD"), ({"currency": "diem"}, "DIEM")])
def test_row_6_a_quote_without_a_currency_is_in_dollars(answer, currency):
    server = OldServer()
    server._quote = lambda _: httpx.Response(200, json={"quote": 0.39, **answer})
    quote = server.client().video.quote(FILM_MODEL, duration="10s")
    assert (quote.usd, quote.currency) == (0.39, currency)


def test_rows_7_to_9_what_a_film_model_does_not_take_is_refused_before_anything_is_spent():
    server = OldServer()
    v = server.client()
    asked = {"model": FILM_MODEL, "duration": "10s", "aspect_ratio": "16:9"}
    for field, value in (("resolution", "720p"), ("audio", True), ("seed", 7), ("duration", 7)):
        with pytest.raises(vn.InvalidInput) as refused:
            v.video.submit("A serene forest", **{**asked, field: value})
        assert field in str(refused.value)
    assert server.asked == []
    v.video.quote(FILM_MODEL, duration=5, resolution="720p", aspect_ratio="16:9", audio=True)
    assert server.bodies("quote") == [{"model": FILM_MODEL, "duration": "5s", "aspect_ratio": "16:9"}]


@pytest.mark.usefixtures("unhurried")
def test_row_10_a_cleanup_that_is_refused_harms_nothing():
    server = OldServer()
    server._complete = lambda _: httpx.Response(400, json={"error": "Request ID is invalid."})
    job = ordered(server)
    clip = job.wait()
    assert job.cleanup() is False
    assert clip.path.exists()
    assert all("delete_media_on_completion" not in body for body in server.bodies("retrieve"))


@pytest.mark.parametrize("status", [500, 502, 504])
def test_row_11_an_order_that_may_have_been_billed_is_never_sent_twice(status):
    server = OldServer()
    server._queue = lambda _: httpx.Response(status, json={"error": "Inference processing failed"})
    v = vn.Venice(api_key=KEY, transport=httpx.MockTransport(server), show=False)  # with its usual retries
    with pytest.raises(vn.VeniceError):
        v.video.submit("A serene forest", model=FILM_MODEL, duration=5, aspect_ratio="16:9")
    assert len(server.bodies("queue")) == 1


PAINTED = {"id": "g", "images": [base64(picture(64, 64))], "timing": {}}


def images_server(asked):
    def answer(request):
        body = request.content
        asked.append(
            (request.url.path.removeprefix("/api/v1"), json.loads(body) if body[:1] == b"{" else body)
        )
        if request.url.path.endswith("/styles"):
            return httpx.Response(200, json=["3D Model", "Isometric Style", "Lowpoly", "Texture"])
        if request.url.path.endswith("/generate"):
            return httpx.Response(200, json=PAINTED)
        return httpx.Response(200, content=picture(512, 512), headers={"content-type": "image/png"})

    return vn.Venice(api_key=KEY, transport=httpx.MockTransport(answer), show=False)


def test_rows_22_to_24_a_picture_is_asked_of_the_default_model_without_steps_or_seed():
    asked = []
    images_server(asked).images.generate("A boat")
    ((path, body),) = asked
    assert (path, body["model"], body["prompt"]) == ("/image/generate", "z-image-turbo", "A boat")
    assert not {"steps", "seed"} & body.keys()
    assert spec.validate_request("POST", path, body=body) == []


def test_row_23_more_steps_than_a_model_has_are_lowered():
    asked = []
    v = images_server(asked)
    for steps in (30, 50):
        v.images.generate("A boat", model="venice-sd35", steps=steps)
        assert asked[-1][1]["steps"] == 30


@pytest.mark.parametrize(
    ("given", "sent"),
    [("Isometric", "Isometric Style"), ("low poly", "Lowpoly"), ("Tile Texture", "Texture")],
)
def test_row_25_stale_names_of_styles_and_a_bare_list_are_understood(given, sent):
    asked = []
    v = images_server(asked)
    assert list(v.images.styles()) == ["3D Model", "Isometric Style", "Lowpoly", "Texture"]
    v.images.generate("A boat", style_preset=given)
    assert asked[-1][1]["style_preset"] == sent


def test_row_27_the_server_chooses_the_model_of_an_edit_unless_one_is_named():
    asked = []
    v = images_server(asked)
    v.images.edit(picture(), "brighter")
    v.images.edit(picture(), "brighter", model="qwen-image-2-edit")
    first, second = (body if isinstance(body, dict) else {} for _, body in asked)
    assert first.get("model", "firered-image-edit") == "firered-image-edit"
    assert second.get("model", "qwen-image-2-edit") == "qwen-image-2-edit"
    assert all(b"qwen-image-2-edit" in body for _, body in asked[1:] if isinstance(body, bytes))


def test_row_28_a_data_url_to_be_upscaled_is_sent_as_what_the_server_takes():
    asked = []
    images_server(asked).images.upscale(base64(picture(), "image/png"), scale=4)
    ((path, body),) = asked
    assert path == "/image/upscale"
    if isinstance(body, dict):
        assert b64decode(body["image"], validate=True) == picture()
        assert body["scale"] == 4
    else:
        assert picture() in body
        assert b"data:" not in body


def test_rows_29_and_30_a_format_that_a_voice_model_lacks_is_refused_with_those_it_has():
    v = vn.Venice(api_key=KEY, transport=httpx.MockTransport(lambda _: pytest.fail("sent")), show=False)
    with pytest.raises(vn.InvalidInput) as refused:
        v.audio.speak("Hello.", model="tts-orpheus", response_format="mp3")
    assert (refused.value.field, refused.value.allowed) == ("response_format", "wav")
    assert len(v.audio.voices(model="tts-kokoro")) == 54


def test_row_31_subtitles_are_built_here_and_their_formats_never_sent():
    asked = []

    def answer(request):
        asked.append(request)
        words = [{"word": "Hello", "start": 0.0, "end": 0.5}]
        timed = {"text": "Hello", "duration": 1.0, "timestamps": {"word": words}}
        return httpx.Response(200, json=timed)

    v = vn.Venice(api_key=KEY, transport=httpx.MockTransport(answer), show=False)
    heard = v.audio.transcribe(made_sound.file(1.0, "wav"), timestamps=True)
    assert "00:00:00,000 --> 00:00:00,500" in heard.to_srt()
    for wrong in ("srt", "vtt", "verbose_json"):
        with pytest.raises((vn.InvalidInput, TypeError)):
            v.audio.transcribe(made_sound.file(1.0, "wav"), response_format=wrong)
    assert len(asked) == 1
    fits = spec.validate_request(
        "POST", "/audio/transcriptions", headers=dict(asked[0].headers), body=asked[0].content
    )
    assert fits == []
