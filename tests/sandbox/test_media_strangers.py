"""Pictures, sound and films for other people's programs: OpenAI's client, requests, curl, plain sockets."""

import asyncio
import http.client
import io
import json
import subprocess
from base64 import b64decode, b64encode

import av
import httpx
import pytest
from PIL import Image

from tests.sandbox.filming import shot_once
from tests.serving import on_a_port
from venice_nb.sandbox import Sandbox
from venice_nb.sandbox.studio.film import shooting

openai = pytest.importorskip("openai")
requests = pytest.importorskip("requests")

PAINTER, SPEAKER, LISTENER = "z-image-turbo", "tts-kokoro", "nvidia/parakeet-tdt-0.6b-v3"
SAID = "Hello, welcome to Venice."


@pytest.fixture(scope="module")
def box():
    """A sandbox on a free port, whose jobs are done at once and whose films are all the same short one."""

    def make(url):
        return Sandbox(base_url=url, abuse="off", tier="unlimited", usd=1000.0, job_seconds=0.0)

    with pytest.MonkeyPatch.context() as patched, on_a_port(make) as made:
        patched.setattr(shooting, "shoot", shot_once)
        yield made


@pytest.fixture(scope="module")
def client(box):
    with openai.OpenAI(base_url=box.base_url, api_key=box.admin_key, max_retries=0) as made:
        yield made


@pytest.fixture(scope="module")
def session(box):
    """A session of `requests` with the key, and the address to put before a path."""
    with requests.Session() as made:
        made.headers["Authorization"] = f"Bearer {box.admin_key}"
        made.base = box.base_url
        yield made


@pytest.fixture(scope="module")
def spoken(box):
    """A recording of the sandbox's own."""
    reply = httpx.post(
        f"{box.base_url}/audio/speech",
        json={"input": SAID, "model": SPEAKER, "voice": "af_sky"},
        headers={"Authorization": f"Bearer {box.admin_key}"},
        timeout=30,
    )
    assert reply.status_code == 200
    return reply.content


@pytest.fixture(scope="module")
def painted():
    """A picture that every route takes, as JPEG."""
    out = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(out, "JPEG")
    return out.getvalue()


def opened(data):
    """The format and the size of a picture that decodes."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.format, image.size


def heard(data, kind=None):
    """The codec and the seconds of a sound that decodes."""
    with av.open(io.BytesIO(data), format=kind) as source:
        stream = source.streams.audio[0]
        total = sum(frame.samples for frame in source.decode(stream))
        return stream.codec_context.name, total / stream.rate


def complained(refused):
    """The fields that a refusal names."""
    return [".".join(map(str, each["path"])) for each in refused.value.response.json()["issues"]]


# --- OpenAI's client ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "form"), [("256x256", "b64_json"), ("512x512", "url"), ("1792x1024", "b64_json")]
)
def test_openai_gets_a_picture_of_the_asked_size(client, size, form):
    reply = client.images.generate(model=PAINTER, prompt="A red boat", size=size, response_format=form)
    (row,) = reply.data
    assert (row.url is None) == (form == "b64_json")
    data = row.b64_json or row.url.removeprefix("data:image/png;base64,")
    assert opened(b64decode(data, validate=True)) == ("PNG", tuple(map(int, size.split("x"))))
    assert reply.created > 1_700_000_000


@pytest.mark.parametrize("fmt", ["jpeg", "png", "webp"])
def test_openai_gets_the_format_it_asks_for(client, fmt):
    reply = client.images.generate(
        model=PAINTER, prompt="A boat", size="256x256", output_format=fmt, response_format="url"
    )
    head, _, data = reply.data[0].url.partition(",")
    assert head == f"data:image/{fmt};base64"
    assert opened(b64decode(data)) == (fmt.upper(), (256, 256))


def test_openais_own_model_names_and_options_paint_with_the_default_model(client):
    more = {"quality": "hd", "style": "vivid", "background": "transparent", "user": "u", "n": 1}
    reply = client.images.with_raw_response.generate(
        model="dall-e-3", prompt="A boat", size="256x256", output_compression=80, moderation="low", **more
    )
    assert reply.headers["x-venice-model-id"] == PAINTER
    assert opened(b64decode(reply.parse().data[0].b64_json))[1] == (256, 256)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"size": "100x100"}, "size"),
        ({"size": "1024"}, "size"),
        ({"n": 2}, "n"),
        ({"output_format": "jpg"}, "output_format"),
        ({"output_compression": 101}, "output_compression"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 1501}, "prompt"),
        ({"model": openai.omit}, "model"),
        ({"stream": True}, ""),
        ({"extra_body": {"safe_mode": False}}, ""),
    ],
)
def test_openai_is_told_which_field_of_a_picture_is_wrong(client, wrong, field):
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(**{"model": PAINTER, "prompt": "A boat", **wrong})
    assert complained(refused) == [field]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_routes_that_venice_does_not_have_are_plainly_not_found(client, spoken, painted):
    for ask in (
        lambda: client.images.edit(image=("a.jpg", painted), prompt="x", model="firered-image-edit"),
        lambda: client.images.create_variation(image=("a.jpg", painted)),
        lambda: client.audio.translations.create(file=("a.mp3", spoken), model=LISTENER),
        lambda: client.videos.create(prompt="x", model="sora-2"),
    ):
        with pytest.raises(openai.NotFoundError) as missing:
            ask()
        assert missing.value.response.json() == {"error": "Not found"}


CODECS = {"mp3": "mp3float", "opus": "opus", "aac": "aac", "flac": "flac", "wav": "pcm_s16le"}


@pytest.mark.parametrize("fmt", [*CODECS, "pcm"])
def test_openai_speaks_in_every_format(client, fmt):
    ask = {"model": SPEAKER, "voice": "af_sky", "input": SAID, "response_format": fmt}
    reply = client.audio.speech.create(**ask)
    mime = {"mp3": "audio/mpeg"}.get(fmt, f"audio/{fmt}")
    assert reply.response.headers["content-type"] == mime
    if fmt == "pcm":
        seconds = len(reply.content) / 2 / 24_000
    else:
        codec, seconds = heard(reply.content)
        assert codec == CODECS[fmt]
    assert 1.0 < seconds < 4.0


def test_openai_streams_speech_into_a_file(client, tmp_path):
    ask = {"model": SPEAKER, "voice": "af_sky", "input": f"{SAID} It is late. Good night.", "speed": 2.0}
    with client.audio.speech.with_streaming_response.create(**ask, extra_body={"streaming": True}) as reply:
        assert reply.headers["content-type"] == "audio/mpeg"
        assert reply.headers["transfer-encoding"] == "chunked"
        pieces = list(reply.iter_bytes(512))
    assert len(pieces) > 3
    with client.audio.speech.with_streaming_response.create(**ask) as reply:
        reply.stream_to_file(tmp_path / "whole.mp3")
    streamed, whole = heard(b"".join(pieces))[1], heard((tmp_path / "whole.mp3").read_bytes())[1]
    assert streamed == pytest.approx(whole, rel=0.05)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"model": "tts-1"}, "model"),
        ({"voice": "alloy"}, "voice"),
        ({"speed": 5.0}, "speed"),
        ({"input": "x" * 4097}, "input"),
        ({"input": ""}, "input"),
        ({"instructions": "Sadly"}, ""),
        ({"stream_format": "sse"}, ""),
        ({"model": "tts-orpheus", "voice": "tara", "response_format": "mp3"}, "response_format"),
    ],
)
def test_openai_is_told_which_field_of_a_speech_is_wrong(client, wrong, field):
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.speech.create(**{"model": SPEAKER, "voice": "af_sky", "input": SAID, **wrong})
    assert complained(refused) == [field]


def test_openai_transcribes_whatever_it_calls_a_file(client, spoken, tmp_path):
    path = tmp_path / "ä b.mp3"
    path.write_bytes(spoken)
    with path.open("rb") as handle:
        for file in (
            ("a.mp3", spoken),
            ('a"b;c.mp3', spoken, "audio/mpeg"),
            ("日本.mp3", io.BytesIO(spoken)),
            path,
            handle,
            spoken,
        ):
            reply = client.audio.transcriptions.create(file=file, model=LISTENER)
            assert reply.text == SAID
            assert reply.duration == pytest.approx(heard(spoken)[1], abs=0.1)


def test_openai_transcribes_to_text_and_with_times(client, spoken):
    create = client.audio.transcriptions.create
    assert create(file=("a.mp3", spoken), model=LISTENER, response_format="text") == SAID
    timed = create(
        file=("a.mp3", spoken),
        model="openai/whisper-large-v3",
        language="en",
        extra_body={"timestamps": True},
    )
    assert [each["word"] for each in timed.timestamps["word"]] == SAID.split()
    assert timed.timestamps["segment"][0]["end"] <= timed.duration


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        *[({"response_format": form}, "response_format") for form in ("verbose_json", "srt", "vtt")],
        ({"timestamp_granularities": ["word"]}, ""),
        ({"temperature": 0}, ""),
        ({"stream": True}, ""),
        ({"model": "whisper-1"}, "model"),
    ],
)
def test_openai_is_told_which_field_of_a_transcription_is_wrong(client, spoken, wrong, field):
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.transcriptions.create(**{"file": ("a.mp3", spoken), "model": LISTENER, **wrong})
    assert complained(refused) == [field]


def test_openai_asynchronously_paints_speaks_and_listens_at_once(box, spoken):
    async def run():
        async with openai.AsyncOpenAI(base_url=box.base_url, api_key=box.admin_key, max_retries=0) as client:

            async def streamed():
                making = client.audio.speech.with_streaming_response
                async with making.create(model=SPEAKER, voice="am_liam", input=SAID) as reply:
                    return b"".join([piece async for piece in reply.iter_bytes()])

            return await asyncio.gather(
                client.images.generate(model=PAINTER, prompt="A boat", size="256x256"),
                streamed(),
                *(
                    client.audio.transcriptions.create(file=("a.mp3", spoken), model=LISTENER)
                    for _ in range(4)
                ),
            )

    picture, sound, *texts = asyncio.run(run())
    assert opened(b64decode(picture.data[0].b64_json))[1] == (256, 256)
    assert heard(sound)[0] == "mp3float"
    assert {each.text for each in texts} == {SAID}


# --- the tutorial's own programs, as they stand --------------------------------------------------


def test_the_tutorials_picture_comes_as_base64_in_images(session):
    response = session.post(
        f"{session.base}/image/generate",
        json={"model": "venice-sd35", "prompt": "A sunset over mountains", "width": 1024, "height": 1024},
    )
    (data,) = response.json()["images"]
    assert opened(b64decode(data)) == ("WEBP", (1024, 1024))


def test_the_tutorials_upscale_and_edit_are_raw_pictures(session, painted):
    image_base64 = b64encode(painted).decode("utf-8")
    upscaled = session.post(f"{session.base}/image/upscale", json={"image": image_base64, "scale": 4})
    assert upscaled.headers["content-type"] == "image/png"
    assert opened(upscaled.content) == ("PNG", (1024, 1024))
    edited = session.post(
        f"{session.base}/image/edit", json={"prompt": "Change the sky to a sunset", "image": image_base64}
    )
    assert opened(edited.content)[0] == "PNG"
    assert edited.headers["x-venice-model-id"] == "firered-image-edit"


def test_the_tutorials_film_is_refused_as_today_and_goes_with_todays_names(session, tmp_path):
    model = "kling-2.5-turbo-pro-text-to-video"
    asked = {"model": model, "duration": "10s", "resolution": "720p", "aspect_ratio": "16:9", "audio": True}
    quote = session.post(f"{session.base}/video/quote", json=asked)
    assert quote.json() == {"quote": 0.78}  # what a model does not use, a quote drops
    words = {"prompt": "A serene forest", "negative_prompt": "low quality, blurry"}
    refused = session.post(f"{session.base}/video/queue", json={**asked, **words})
    assert refused.status_code == 400
    assert {each["path"][0] for each in refused.json()["issues"]} == {"resolution", "audio"}

    for field in ("resolution", "audio"):
        del asked[field]
    queued = session.post(f"{session.base}/video/queue", json={**asked, **words}).json()
    assert queued == {"model": model, "queue_id": queued["queue_id"]}  # and no `queueid`
    for route in ("retrieve", "complete"):
        old = session.post(
            f"{session.base}/video/{route}", json={"model": model, "queueid": queued["queue_id"]}
        )
        assert old.status_code == 400
        assert "'queueid'" in old.text
    named = {"model": model, "queue_id": queued["queue_id"]}
    ready = session.post(
        f"{session.base}/video/retrieve", json={**named, "delete_media_on_completion": False}
    )
    assert ready.headers.get("Content-Type") == "video/mp4"  # compared as it stands in the tutorial
    (tmp_path / "output.mp4").write_bytes(ready.content)
    with av.open(str(tmp_path / "output.mp4")) as film:
        assert film.streams.video[0].codec_context.name == "h264"
    assert session.post(f"{session.base}/video/complete", json=named).json() == {"success": True}
    assert session.post(f"{session.base}/video/retrieve", json=named).status_code == 404


def test_the_tutorials_picture_becomes_a_film(session, painted):
    url = f"data:image/jpeg;base64,{b64encode(painted).decode()}"
    asked = {"model": "wan-2.5-preview-image-to-video", "duration": "5s", "resolution": "720p"}
    asked |= {"prompt": "Animate this scene with gentle motion", "image_url": url}
    queued = session.post(f"{session.base}/video/queue", json=asked)
    assert queued.status_code == 200
    assert queued.json()["queue_id"]


@pytest.mark.parametrize(
    "name", ["kling-2.5-turbo-pro", "wan-2.5-preview", "veo3-fast", "ltx-2-full", "sora-2"]
)
def test_a_family_name_of_the_tutorial_is_not_found_with_a_hint(session, name):
    asked = {"model": name, "prompt": "x", "duration": "5s"}
    reply = session.post(f"{session.base}/video/queue", json=asked)
    assert reply.status_code == 404
    assert reply.json()["error"].startswith("Specified model not found")
    assert "-to-video" in reply.json()["error"]


def test_the_tutorials_speech_is_transcribed_word_for_word(session, tmp_path):
    asked = {"input": SAID, "model": SPEAKER, "voice": "af_sky", "speed": 1.0, "response_format": "mp3"}
    response = session.post(f"{session.base}/audio/speech", json=asked)
    path = tmp_path / "audio.mp3"
    path.write_bytes(response.content)
    with path.open("rb") as f:
        fields = {"model": LISTENER, "response_format": "json", "timestamps": "true"}
        reply = session.post(f"{session.base}/audio/transcriptions", files={"file": f}, data=fields).json()
    assert reply["text"] == SAID
    assert reply["timestamps"]["word"][-1]["end"] <= reply["duration"]


# --- everything else that speaks HTTP ------------------------------------------------------------


def curl(box, *arguments):
    """Status, content type and body of a request that curl makes."""
    written = "\n%{http_code} %{content_type}"
    result = subprocess.run(
        ["curl", "-sS", "-H", f"Authorization: Bearer {box.admin_key}", "-w", written, *arguments],
        capture_output=True,
        check=True,
        timeout=30,
    )
    body, _, told = result.stdout.rpartition(b"\n")
    status, _, kind = told.decode().partition(" ")
    return int(status), kind, body


def test_curl_uploads_forms_and_saves_what_comes(box, spoken, painted, tmp_path):
    for name, data in (("a.mp3", spoken), ("a.jpg", painted)):
        (tmp_path / name).write_bytes(data)
    base = box.base_url
    status, kind, body = curl(
        box, "-F", f"file=@{tmp_path}/a.mp3", "-F", f"model={LISTENER}", f"{base}/audio/transcriptions"
    )
    assert (status, json.loads(body)["text"]) == (200, SAID)
    for fields in (
        ("-F", "prompt=make it brighter", "-F", f"image=@{tmp_path}/a.jpg", f"{base}/image/edit"),
        ("-F", "scale=2", "-F", f"image=@{tmp_path}/a.jpg;filename=x", f"{base}/image/upscale"),
        ("-F", f"image=@{tmp_path}/a.jpg;type=image/jpeg", f"{base}/image/background-remove"),
        (
            *("-F", "prompt=put the second into the first", "-F", f"images=@{tmp_path}/a.jpg"),
            *("-F", f"images=@{tmp_path}/a.jpg", f"{base}/image/multi-edit"),
        ),
    ):
        status, kind, body = curl(box, *fields)
        assert (status, kind, opened(body)[0]) == (200, "image/png", "PNG")
    status, kind, body = curl(
        box, "-H", "Content-Type: application/json", "-d",
        json.dumps({"input": SAID, "model": SPEAKER}), f"{base}/audio/speech",
    )  # fmt: skip
    assert (status, kind, heard(body)[0]) == (200, "audio/mpeg", "mp3float")


def test_curl_that_names_no_content_type_is_told_which_one_is_meant(box):
    body = json.dumps({"input": SAID, "model": SPEAKER})
    status, _, told = curl(box, "-d", body, f"{box.base_url}/audio/speech")  # curl says urlencoded
    assert (status, json.loads(told)) == (415, {"error": "'Content-Type' must be 'application/json'"})


def test_a_form_of_many_pieces_without_a_length_is_read(box, spoken):
    def pieces():
        yield b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n' + LISTENER.encode()
        yield b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'
        yield from (spoken[at : at + 1000] for at in range(0, len(spoken), 1000))
        yield b"\r\n--b--\r\n"

    reply = httpx.post(
        f"{box.base_url}/audio/transcriptions",
        content=pieces(),
        headers={
            "Authorization": f"Bearer {box.admin_key}",
            "content-type": "multipart/form-data; boundary=b",
        },
    )
    assert "content-length" not in reply.request.headers
    assert reply.json()["text"] == SAID


POSTS = [
    *("/image/generate", "/images/generations", "/image/upscale", "/image/edit", "/image/multi-edit"),
    *("/image/background-remove", "/audio/speech", "/audio/transcriptions", "/audio/voices"),
    *(
        f"/{room}/{step}"
        for room in ("video", "audio")
        for step in ("quote", "queue", "retrieve", "complete")
    ),
    "/video/transcriptions",
]


def test_methods_that_a_route_does_not_have_are_405(box):
    host = box.base_url.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=10)
    for path in (*POSTS, "/image/styles"):
        verbs = ("HEAD", "OPTIONS", "GET", "PUT", "DELETE", "PATCH")
        for verb in verbs if path in POSTS else ("POST", "OPTIONS"):
            connection.request(verb, f"/api/v1{path}", headers={"Authorization": f"Bearer {box.admin_key}"})
            reply = connection.getresponse()
            reply.read()
            allowed = "POST" if path in POSTS else "GET, HEAD"
            assert (reply.status, reply.headers["Allow"]) == (405, allowed), (verb, path)
    connection.request("HEAD", "/api/v1/image/styles")
    reply = connection.getresponse()
    assert (reply.status, reply.read()) == (200, b"")
    connection.close()


@pytest.mark.parametrize("path", POSTS)
def test_bodies_that_are_none_are_refused_in_the_documented_shape(session, path):
    forms_only = path in ("/audio/transcriptions", "/audio/voices")
    wrong = {"Content-Type": "text/plain"}
    assert session.post(session.base + path, data=b"{}", headers=wrong).status_code == 415
    assert session.post(session.base + path).status_code == 415  # neither a body nor a type
    kind = {"Content-Type": "multipart/form-data; boundary=b" if forms_only else "application/json"}
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b"--b--", b"--b\r\n\r\n--b--\r\n"):
        reply = session.post(session.base + path, data=body, headers=kind)
        assert reply.status_code == 400, body
        assert {"error", "details", "issues"} == reply.json().keys(), body
    stranger = requests.post(session.base + path, json={}, timeout=10)
    assert stranger.status_code == (400 if path.endswith("/quote") else 402)
