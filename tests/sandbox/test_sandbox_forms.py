"""Multipart forms are read and judged like JSON bodies."""

import httpx
import pytest

from tests import spec
from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.forms import Upload, fields
from venice_nb.sandbox.routes import shape

FORM = "multipart/form-data"


def read(operation, data=None, files=None):
    """The fields and the issues of a form as httpx writes it."""
    request = httpx.Request("POST", "https://sandbox.invalid/", data=data, files=files)
    kind = request.headers["content-type"]
    known = shape(operation)
    found = fields(request.read(), kind, known.schemas[FORM])
    issues = []
    known.bodies[FORM](found, (), issues)
    return found, issues, (request.headers, request.content)


def test_a_file_keeps_its_bytes_its_name_and_its_type():
    raw = bytes(range(256)) + b"\r\n--x\r\n"
    found, issues, _ = read(
        "createTranscription", {"timestamps": "true"}, {"file": ("ä b.wav", raw, "audio/wav")}
    )
    assert issues == []
    assert found["timestamps"] is True
    assert (found["file"], found["file"].content_type) == (raw, "audio/wav")
    assert isinstance(found["file"], Upload)
    assert found["file"].filename


def test_repeated_parts_become_a_list_and_numbers_numbers():
    files = [("images", ("a.png", b"a")), ("images", ("b.png", b"b"))]
    found, issues, _ = read("multiEditImage", {"prompt": "x"}, files)
    assert (found["images"], issues) == ([b"a", b"b"], [])
    assert read("upscaleImage", {"scale": "2.5"}, {"image": b"x"})[0]["scale"] == 2.5


BAD = [
    ("createTranscription", {"extra": "1"}, {"file": b"x"}),
    ("createTranscription", {"timestamps": "maybe"}, {"file": b"x"}),
    ("createTranscription", {"file": "no file"}, {"model": b"x"}),
    ("createTextParser", {"response_format": "xml"}, {"file": b"x"}),
    ("upscaleImage", {"scale": "1"}, {"image": b"x"}),
    ("upscaleImage", {"scale": "2"}, {"picture": b"x"}),
]
PATHS = {
    "createTranscription": "/audio/transcriptions",
    "createTextParser": "/augment/text-parser",
    "upscaleImage": "/image/upscale",
}


@pytest.mark.parametrize(("operation", "data", "files"), BAD)
def test_a_mistake_is_found_as_the_official_file_finds_it(operation, data, files):
    _, issues, (headers, body) = read(operation, data, files)
    official = spec.validate_request(
        "POST", PATHS[operation], headers={**headers, "authorization": "Bearer x"}, body=body
    )
    assert issues
    assert official


@pytest.mark.parametrize(("body", "kind"), [(b"x", f"{FORM}; boundary=b"), (b"--b\r\n\r\n--b--\r\n", FORM)])
def test_what_is_no_form_is_400(body, kind):
    with pytest.raises(Refusal) as refusal:
        fields(body, kind, {})
    assert refusal.value.status == 400


def test_a_file_beyond_25_mb_is_413():
    with pytest.raises(Refusal) as refusal:
        read("createTranscription", {}, {"file": b"x" * (25 * 1024 * 1024 + 1)})
    assert refusal.value.status == 413
    assert refusal.value.body["code"] == "PAYLOAD_TOO_LARGE"
