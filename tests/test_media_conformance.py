"""The sandbox's pictures, sound and films as documented: every status, every size, every request."""

import io

import av
import httpx
import pytest
from PIL import Image

import venice_nb as vn
from tests import spec
from tests.media_bodies import HERE, Drawn, base64, form, picture
from tests.sandbox.filming import face, png, shot_once
from tests.scripted_client import KEY
from tests.spec_file import FORM, JSON, operations, request_validator
from venice_nb.sandbox import Fault, Sandbox
from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.studio.film import shooting
from venice_nb.sandbox.studio.paint import paint

MEDIA = [each for each in operations() if each.path.startswith(HERE)]
POSTS = [each for each in MEDIA if each.method == "POST"]
NOON = 1_785_585_600.0  # 1 August 2026


class Desk:
    """Asks a sandbox, and holds every answer against the official file."""

    def __init__(self, **settings):
        self.now = NOON
        settings = {"abuse": "off", "tier": "unlimited", "usd": 1e9, "job_seconds": 0.0, **settings}
        self.box = Sandbox(clock=lambda: self.now, sleep=lambda _: None, **settings)
        self.client = httpx.Client(transport=self.box.transport(), base_url=self.box.base_url)

    def __call__(self, path, body=None, *, key=None, method="POST", **options):
        key = self.box.admin_key if key is None else key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        options |= {"json": body} if body is not None else {}
        reply = self.client.request(method, path, headers=headers, **options)
        kind = reply.headers.get("content-type")
        wrong = spec.validate_response(method, path, reply.status_code, kind, reply.content)
        assert wrong == [], (path, reply.status_code, wrong)
        return reply

    def media(self, path, body):
        """The media of a job that is done: a film by its link where it has one."""
        job = self(f"{path}/queue", body).json()
        reply = self(f"{path}/retrieve", {"model": job["model"], "queue_id": job["queue_id"]})
        return self.client.get(job["download_url"]).content if "download_url" in job else reply.content


@pytest.fixture
def quick(monkeypatch):
    """Films are one short film and pictures are drawn small: these tests are about what is said of them."""
    real = paint.paint

    def small(prompt, *, seed, width, height, **more):
        return real(prompt, seed=seed, width=64, height=64, **more).resize((width, height))

    monkeypatch.setattr(paint, "paint", small)
    monkeypatch.setattr(shooting, "shoot", shot_once)


# --- any request that the official file takes, and any that it does not ---------------------------

ROUNDS = 5


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("operation", POSTS, ids=lambda each: each.id)
def test_whatever_is_sent_is_answered_as_documented_and_never_by_a_failure(operation):
    desk = Desk()
    drawn = Drawn(list(models().values()), desk("/image/styles", method="GET").json()["data"], seed=5)
    seen = set()
    for mime in operation.request_types:
        for _ in range(ROUNDS):
            body = drawn.body(operation, mime)
            for sent, spoilt in ((body, False), (drawn.spoilt(body), True)):
                given = {"files": form(sent) or [("none", (None, ""))]} if mime == FORM else {"body": sent}
                reply = desk(operation.path, **given)
                assert reply.status_code < 500, sent
                if mime == JSON and reply.status_code == 200 and operation.path != "/video/queue":
                    assert request_validator(operation.id, mime).is_valid(sent), sent
                if (
                    not spoilt and mime == JSON and operation.path != "/image/edit"
                ):  # a model may be empty there
                    assert request_validator(operation.id, mime).is_valid(sent), sent
                seen.add(reply.status_code)
    assert 400 in seen
    if not operation.path.endswith(("/retrieve", "/complete")):
        assert 200 in seen


# --- section 5: every documented status ---------------------------------------------------------


@pytest.mark.parametrize("operation", POSTS, ids=lambda each: each.id)
def test_the_gates_stand_before_every_route(operation):
    desk = Desk(faults=[Fault(path=operation.path, status=status) for status in (429, 500, 503, 504)])
    for status in (429, 500, 503, 504):
        assert desk(operation.path, {}).status_code == status
    forms_only = JSON not in operation.request_types
    kind = {"headers": {"content-type": f"{FORM}; boundary=b" if forms_only else JSON}}
    assert desk(operation.path, content=b"", **kind).status_code == 400
    assert desk(operation.path, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    public = operation.path.endswith("/quote")
    assert desk(operation.path, key="VENICE_INFERENCE_KEY_wrong", content=b"", **kind).status_code == (
        400 if public else 401
    )
    nobody = desk(operation.path, key="", content=b"", **kind)
    assert nobody.status_code == (400 if public else 402)
    assert public or nobody.json()["x402Version"] == 2


PLAIN = base64(picture())
SMALL = {"model": "z-image-turbo", "prompt": "A boat", "width": 64, "height": 64}
FILM = {
    "model": "kling-2.5-turbo-pro-text-to-video",
    "prompt": "A boat",
    "duration": "5s",
    "aspect_ratio": "1:1",
}
SONG = {"model": "elevenlabs-sound-effects-v2", "prompt": "Rain on a tin roof", "duration_seconds": 1}
SPEECH = {"model": "tts-orpheus", "input": "Hello."}
MADE = {
    "/image/generate": SMALL,
    "/images/generations": {"model": "z-image-turbo", "prompt": "A boat", "size": "256x256"},
    "/image/upscale": {"image": PLAIN},
    "/image/edit": {"image": PLAIN, "prompt": "brighter"},
    "/image/multi-edit": {"images": [PLAIN], "prompt": "brighter"},
    "/image/background-remove": {"image": PLAIN},
    "/audio/speech": SPEECH,
    "/audio/queue": SONG,
    "/video/queue": FILM,
}


@pytest.mark.parametrize("path", MADE)
def test_who_may_not_cannot_pay_or_asks_for_what_is_away_is_told_so(path):
    desk = Desk(tier="paid", usd=0.0)
    assert desk(path, MADE[path]).status_code == 402
    desk = Desk(usd=100.0)
    assert desk(path, MADE[path]).status_code == 200
    model = desk.box.books[-1].model
    secret = desk.box.state.add_key("sandbox-private", "INFERENCE", model_privacy="PRIVATE_ONLY").secret
    private = models()[model]["model_spec"]["privacy"] == "private"
    assert desk(path, MADE[path], key=secret).status_code == (200 if private else 403)
    desk.box.state.offline.add(model)
    assert desk(path, MADE[path]).status_code == 503


def told(desk, path, body=None, **options):
    """The status and the error of a refusal."""
    reply = desk(path, body, **options)
    return reply.status_code, reply.json()


def test_what_is_too_large_is_413_or_422():
    desk = Desk()
    heavy = b"x" * (25 * 2**20 + 1)
    for path in ("/audio/transcriptions", "/audio/voices", "/image/edit"):
        named = {"file" if "audio" in path else "image": ("a.wav", heavy)}
        status, body = told(desk, path, files=named)
        assert (status, body["code"]) == (413, "PAYLOAD_TOO_LARGE")
    for path in ("/image/upscale", "/video/queue"):
        assert told(desk, path, {"image": "A" * (35 * 2**20)})[0] == 413
    wide = base64(picture(8000, 4200, "L"))
    assert told(desk, "/image/edit", {"image": wide, "prompt": "x"})[0] == 422
    film = {"model": "kling-2.5-turbo-pro-image-to-video", "prompt": "x", "duration": "5s"}
    status, body = told(desk, "/video/queue", {**film, "image_url": f"data:image/png;base64,{wide}"})
    assert (status, body["code"]) == (422, "IMAGE_TOO_LARGE")


def test_refused_content_is_a_header_or_a_422_by_the_route():
    desk = Desk()
    blocked = desk("/image/generate", {**SMALL, "prompt": "content violation", "return_binary": True})
    assert (blocked.status_code, blocked.headers["x-venice-is-content-violation"]) == (200, "true")
    assert Image.open(io.BytesIO(blocked.content)).convert("L").getextrema() == (0, 0)
    assert desk.box.books == []
    assert told(desk, "/image/edit", {"image": PLAIN, "prompt": "content violation"})[0] == 422
    for prompt, refunded in (("a nude swimmer", True), ("a gory scene", False)):
        job = desk("/video/queue", {**FILM, "prompt": prompt}).json()
        named = {"model": job["model"], "queue_id": job["queue_id"]}
        for _ in range(2):
            status, body = told(desk, "/video/retrieve", named)
            assert (status, body["error"]["credits_refunded"]) == (422, refunded)
    silence = ("a.wav", b"RIFF")
    status, body = told(desk, "/audio/transcriptions", data={"model": "stt-xai-v1"}, files={"file": silence})
    assert (status, body["code"]) == (422, "ASR_UPSTREAM_VALIDATION_FAILED")


def test_what_is_gone_needs_consent_or_never_was_is_told_apart():
    desk = Desk(retired=True)
    gone = desk("/video/transcriptions", {"url": "https://youtu.be/abc"})
    assert (gone.status_code, gone.headers["deprecation"]) == (410, "true")
    face_film = {
        "model": "seedance-2-0-image-to-video-basic",
        "prompt": "x",
        "duration": "4s",
        "resolution": "480p",
    }
    status, body = told(desk, "/video/queue", {**face_film, "image_url": png(face())})
    assert (status, body["error"]["code"], body["face_media_roles"]) == (409, "needs_consent", ["image"])
    agreed = dict.fromkeys(
        ("confirmed_terms_and_privacy", "confirmed_legal_right", "confirmed_screening_acknowledged"), True
    )
    consents = {"consents": {"seedance": agreed}}
    assert desk("/video/queue", {**face_film, "image_url": png(face()), **consents}).status_code == 200
    assert told(desk, "/audio/speech", {**SPEECH, "model": "tts-orpheus2"})[0] == 400  # an enum there
    assert told(desk, "/image/generate", {**SMALL, "model": "z-image-turbo2"})[0] == 404
    assert told(desk, "/video/retrieve", {"model": FILM["model"], "queue_id": "x"})[0] == 400
    job = desk("/audio/queue", SONG).json()
    named = {"model": job["model"], "queue_id": job["queue_id"]}
    desk.now += 86_400
    assert told(desk, "/audio/retrieve", named)[0] == 404
    desk.now += 86_400
    assert told(desk, "/audio/retrieve", named)[0] == 400


# --- section 22: what is made is what was asked for ------------------------------------------------


def image_models():
    """Every model that paints, a request for its last ratio or an odd size, and the size that is meant."""
    for name, model in models().items():
        rules = model["model_spec"].get("constraints") or {}
        if model["type"] != "image" or name == "bria-bg-remover":
            continue
        if ratios := rules.get("aspectRatios"):
            asked = {"aspect_ratio": ratios[-1]}
            if tiers := rules.get("resolutions"):
                asked["resolution"] = tiers[0]
            across, down = map(int, ratios[-1].split(":"))
            yield name, asked, across / down
        else:
            step = rules.get("widthHeightDivisor", 1)
            width, height = (64 // step + 1) * step, (96 // step + 2) * step
            yield name, {"width": width, "height": height}, (width, height)


@pytest.mark.usefixtures("quick")
def test_every_image_model_paints_the_size_or_the_ratio_it_is_asked_for():
    desk, kinds = Desk(), ["jpeg", "png", "webp"]
    count = 0
    for at, (name, asked, meant) in enumerate(image_models()):
        kind = kinds[at % 3]
        body = {"model": name, "prompt": "A boat", "format": kind, **asked}
        reply = desk("/image/generate", {**body, "return_binary": True})
        assert reply.headers["content-type"] == f"image/{kind}", body
        with Image.open(io.BytesIO(reply.content)) as image:
            image.load()
            assert image.format == kind.upper()
            if isinstance(meant, tuple):
                assert image.size == meant, body
            else:
                assert image.width / image.height == pytest.approx(meant, rel=0.03), body
        count += 1
    assert count == sum(each["type"] == "image" for each in models().values()) - 1


FILMS = [  # model, fields, width and height, sound
    ("pixverse-c1-text-to-video", {"resolution": "360p", "aspect_ratio": "1:1"}, (360, 360), True),
    ("longcat-distilled-text-to-video", {"aspect_ratio": "9:16"}, (720, 1280), False),
    ("wan-2.5-preview-text-to-video", {"resolution": "480p"}, (854, 480), True),
    (
        "wan-2.6-text-to-video",
        {"resolution": "1080p", "aspect_ratio": "16:9", "audio": False},
        (1920, 1080),
        False,
    ),
]


@pytest.mark.parametrize(("model", "fields", "size", "sound"), FILMS)
def test_films_have_the_asked_length_size_and_sound(model, fields, size, sound):
    data = Desk().media("/video", {"model": model, "prompt": "Fog over a canal", "duration": "5s", **fields})
    with av.open(io.BytesIO(data)) as film:
        picture_track, sounds = film.streams.video[0], film.streams.audio
        assert (picture_track.width, picture_track.height) == size
        assert (picture_track.codec_context.name, picture_track.pix_fmt) == ("h264", "yuv420p")
        assert [each.codec_context.name for each in sounds] == ["aac"] * sound
        assert film.duration / 1e6 == pytest.approx(5.0, rel=0.05)
        frames = sum(1 for _ in film.decode(picture_track))
        assert frames / float(picture_track.average_rate) == pytest.approx(5.0, rel=0.05)


SONGS = [
    (SONG, "mp3float", 1),
    (
        {"model": "mmaudio-v2-text-to-audio", "prompt": "Rain on a roof", "duration_seconds": "2"},
        "pcm_s16le",
        2,
    ),
    ({"model": "ace-step-15", "prompt": "Slow piano in the rain", "duration_seconds": 60}, "flac", 60),
]


@pytest.mark.parametrize(("body", "codec", "seconds"), SONGS)
def test_music_has_the_asked_length_and_the_models_codec(body, codec, seconds):
    data = Desk().media("/audio", body)
    with av.open(io.BytesIO(data)) as opened:
        track = opened.streams.audio[0]
        assert track.codec_context.name == codec
        total = sum(frame.samples for frame in opened.decode(track)) / track.rate
        assert total == pytest.approx(seconds, rel=0.05)


# --- what the client lets pass, the sandbox takes -----------------------------------------------------


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("model", [name for name, _, _ in image_models()][::4])
def test_a_size_of_the_wrong_kind_is_refused_here_for_every_image_model(model):
    """The bundled list does not tell how most models are sized: then the server's own list is read first."""
    box = Sandbox(abuse="off", tier="unlimited")
    v = vn.Venice(api_key=box.admin_key, base_url=box.base_url, transport=box.transport(), show=False)
    by_ratio = "aspectRatios" in models()[model]["model_spec"]["constraints"]
    wrong, right = {"width": 96, "height": 96}, {"aspect_ratio": "1:1"}
    wrong, right = (wrong, right) if by_ratio else (right, wrong)
    for _ in range(2):
        with pytest.raises(vn.InvalidInput) as refused:
            v.images.generate("A boat", model=model, **wrong)
        assert next(iter(right)) in refused.value.do
    v.images.generate("A boat", model=model, **right)
    paths = [each.path.rpartition("/")[2] for each in box.requests]
    assert paths.count("generate") == 1
    assert paths.count("models") <= 1
    assert {each.status for each in box.requests} == {200}


@pytest.mark.usefixtures("quick")
def test_more_steps_than_any_model_takes_are_lowered_to_its_most():
    box = Sandbox(abuse="off", tier="unlimited")
    v = vn.Venice(api_key=box.admin_key, base_url=box.base_url, transport=box.transport(), show=False)
    v.images.generate("A boat", model="recraft-v4", steps=1000)
    most = models()["recraft-v4"]["model_spec"]["constraints"]["steps"]["max"]
    assert box.requests[-1].body["steps"] == most
    assert v.images.map(["A boat"], model="krea-2-turbo", steps=1000, progress=False)


PAINTED = {"id": "g", "images": [base64(picture(64, 64))], "timing": {}}


@pytest.mark.parametrize("status", [404, 500])
def test_without_the_servers_list_the_server_is_left_to_judge(status):
    asked = []

    def answer(request):
        asked.append(request.url.path.rpartition("/")[2])
        if request.url.path.endswith("/models"):
            return httpx.Response(status, json={"error": "no"})
        return httpx.Response(200, json=PAINTED)

    v = vn.Venice(api_key=KEY, transport=httpx.MockTransport(answer), show=False, max_retries=0)
    for _ in range(2):
        v.images.generate("A boat", model="krea-2-turbo", width=512)
    assert asked == ["models", "generate", "generate"]
