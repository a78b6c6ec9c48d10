"""Multipart forms are read and judged like JSON bodies."""

import httpx
import pytest

from tests import spec
from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.forms import Upload, fields
from venice_nb.sandbox.routes.table import shape

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


BOUNDARY = "a b'()+_,-./:=?Z"
HEAD = f'{FORM}; boundary="{BOUNDARY}"'


def written(*parts, before=b"", after=b"", blanks=b""):
    """A form as bytes: each part is its headers and its content."""
    lines = b"".join(b"--%b%b\r\n%b\r\n\r\n%b\r\n" % (BOUNDARY.encode(), blanks, *part) for part in parts)
    return before + lines + b"--%b--\r\n" % BOUNDARY.encode() + after


def file_part(disposition, content=b"x"):
    return b"Content-Disposition: form-data; " + disposition.encode(), content


@pytest.mark.parametrize(
    "frame",
    [{}, {"before": b"A form\r\n", "after": b"\r\n--end"}, {"blanks": b" \t"}],
)
def test_any_boundary_may_have_text_around_and_blanks_behind_it(frame):
    body = written(file_part('name="file"; filename="a.wav"'), file_part('name="model"', b"m"), **frame)
    assert fields(body, HEAD, {}) == {"file": b"x", "model": "m"}


def test_a_line_of_a_file_may_begin_like_the_boundary():
    content = b"RIFF\r\n--" + BOUNDARY.encode() + b"Z\r\n\r\n--" + BOUNDARY.encode() + b"-\r\nend"
    body = written(file_part('name="file"; filename="a.wav"', content), file_part('name="model"', b"m"))
    assert fields(body, HEAD, {}) == {"file": content, "model": "m"}


@pytest.mark.parametrize(
    ("written_as", "name"),
    [
        ('filename="a \\"b\\".wav"', 'a "b".wav'),
        ("filename=a.wav", "a.wav"),
        ('filename="ä;日.wav"', "ä;日.wav"),
        ("filename*=UTF-8''%C3%A4%20b.wav", "ä b.wav"),
        ("filename=\"a.wav\"; filename*=utf-8''%E6%97%A5.wav", "日.wav"),
        ('filename=""', ""),
    ],
)
def test_the_name_of_a_file_is_read_as_clients_write_it(written_as, name):
    found = fields(written(file_part(f"name*=UTF-8''file; {written_as}")), HEAD, {})
    assert found == {"file": b"x"}
    assert isinstance(found["file"], Upload)
    assert found["file"].filename == name


def test_a_form_without_an_end_is_400():
    body = written(file_part('name="file"; filename="a.wav"')).removesuffix(b"--\r\n")
    with pytest.raises(Refusal):
        fields(body, HEAD, {})
