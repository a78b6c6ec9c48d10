"""Media from anything a notebook has at hand: taken as what it really is, or refused with the fix."""

import io
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pybase64
import pytest
from PIL import Image

from venice_nb.errors import InvalidInput
from venice_nb.media import MAX_BYTES, load, public_url
from venice_nb.media.pictures import MAX_PIXELS
from venice_nb.media.sniff import pixels, sniff, truncated


def picture(kind="PNG", size=(80, 96), mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, size, 200).save(out, kind)
    return out.getvalue()


def png_header(width, height):
    """A PNG that claims a size and holds almost nothing, as a decompression bomb does."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def archive(*names, mimetype=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        if mimetype:
            file.writestr("mimetype", mimetype)
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 30
SVG = b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"></svg>'
HTML = b"\n<!DOCTYPE html><html><body>404</body></html>"

KINDS = [
    (picture("PNG"), "image/png"),
    (picture("JPEG"), "image/jpeg"),
    (picture("WEBP"), "image/webp"),
    (picture("GIF", mode="L"), "image/gif"),
    (picture("BMP"), "image/bmp"),
    (picture("TIFF"), "image/tiff"),
    (picture("AVIF"), "image/avif"),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
    (SVG, "image/svg+xml"),
    (HTML, "text/html"),
    (WAV, "audio/wav"),
    (b"ID3\x04" + b"\0" * 20, "audio/mpeg"),
    (b"\xff\xfb\x90\0" + b"\0" * 20, "audio/mpeg"),
    (b"\xff\xf1\x50\x80" + b"\0" * 20, "audio/aac"),
    (b"OggS" + b"\0" * 20, "audio/ogg"),
    (b"fLaC" + b"\0" * 20, "audio/flac"),
    (b"\0\0\0\x1cftypM4A \0\0\0\0", "audio/mp4"),
    (b"FORM\0\0\0\0AIFF", "audio/aiff"),
    (MP4, "video/mp4"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
    (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm", "video/webm"),
    (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x88matroska", "video/x-matroska"),
    (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
    (b"\0\0\x01\xba" + b"\0" * 20, "video/mpeg"),
    (b"%PDF-1.7\n", "application/pdf"),
    (archive("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (archive("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (archive("ppt/a.xml"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (archive("a", mimetype="application/epub+zip"), "application/epub+zip"),
    (archive("a.txt"), "application/zip"),
    (b"PK\x03\x04broken", "application/zip"),
    ("Grüße".encode(), "text/plain"),
    ("Grüße".encode("utf-16"), "text/plain"),
    ("Gr\xfc\xdfe".encode("latin-1"), "text/plain"),
    (b"a < b and <svg> later", "text/plain"),
    (b"\x7fELF\x02\x01\x01\0\0\0", ""),
    (os.urandom(64) + b"\0\xff", ""),
    (b"", ""),
]


@pytest.mark.parametrize(("data", "mime"), KINDS, ids=[mime for _, mime in KINDS])
def test_content_tells_what_it_is(data, mime):
    assert sniff(data) == mime


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("size", [(80, 96), (300, 70)])
def test_the_header_tells_the_size(kind, size):
    data = picture(kind, size)
    assert pixels(data, sniff(data)) == size


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_kind_of_webp_tells_its_size(mode, lossless):
    out = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (90, 70, len(mode)), dtype=np.uint8)
    Image.fromarray(noise).save(out, "WEBP", lossless=lossless)
    assert pixels(out.getvalue(), "image/webp") == (70, 90)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_cut_off_picture_is_seen(kind):
    data = picture(kind)
    assert not truncated(data, sniff(data))
    assert truncated(data[:-20], sniff(data))


# --- what is taken ---------------------------------------------------------------------------


@dataclass
class Result:
    data: bytes
    mime: str = "image/png"


class Bytes:
    mime = "image/png"

    def __bytes__(self):
        return picture()


def test_all_ways_to_give_a_picture_give_the_same_bytes(tmp_path):
    data = picture()
    path = tmp_path / "cat.jpg"  # the name is wrong, the content counts
    path.write_bytes(data)
    with path.open("rb") as file:
        for source in (
            path,
            str(path),
            "cat.jpg",
            data,
            bytearray(data),
            memoryview(data),
            file,
            io.BytesIO(data),
            "data:image/jpeg;base64," + pybase64.b64encode(data).decode(),
            Result(data),
            Bytes(),
        ):
            media = load(source, "image")
            assert (media.data, media.url, media.mime) == (data, None, "image/png")
            assert media.location == "data:image/png;base64," + media.base64
    assert load(path, "image").name == "cat.jpg"
    assert load(data, "image").name == "image.png"


def test_a_home_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "cat.png").write_bytes(picture())
    assert load("~/cat.png", "image").data == picture()
    assert load(Path("~/cat.png"), "image").data == picture()


def test_a_url_is_handed_on():
    media = load("https://example.com/a/cat.png?size=1", "image")
    assert (media.data, media.url, media.name) == (None, "https://example.com/a/cat.png?size=1", "cat.png")
    assert media.location == media.url


GREY = np.linspace(0, 1, 64 * 80).reshape(64, 80)
COLOUR = np.stack([GREY, GREY[::-1], 1 - GREY], axis=-1)
ARRAYS = [
    (GREY, "L"),
    (GREY.astype(np.float32), "L"),
    (GREY[:, :, None], "L"),
    (GREY > 0.5, "L"),
    ((GREY * 255).astype(np.uint8), "L"),
    (COLOUR, "RGB"),
    ((COLOUR * 255).astype(np.uint8)[:, ::-1], "RGB"),
    (np.dstack([COLOUR, GREY]), "RGBA"),
]


@pytest.mark.parametrize(("array", "mode"), ARRAYS)
def test_arrays_become_pictures_of_the_same_pixels(array, mode):
    seen = Image.open(io.BytesIO(load(array, "image").data))
    assert (seen.mode, seen.size) == (mode, (80, 64))
    expected = array.squeeze() * (1 if array.dtype == np.uint8 else 255)
    assert np.abs(np.asarray(seen, float) - expected).max() <= 0.5


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK", "LA", "I;16", "F"])
def test_pil_images_of_every_mode_become_png(mode):
    seen = Image.open(io.BytesIO(load(Image.new(mode, (80, 64)), "image").data))
    assert (seen.format, seen.size) == ("PNG", (80, 64))


def test_a_turned_photo_is_seen_upright_and_keeps_no_metadata():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    Image.new("RGB", (100, 70)).save(out, "JPEG", exif=exif)
    seen = Image.open(io.BytesIO(load(Image.open(out), "image").data))
    assert seen.size == (70, 100)
    assert not seen.getexif()


def test_texts_and_documents_are_files(tmp_path):
    for name, data, mime in [
        ("a.md", b"# Hi", "text/markdown"),
        ("a.csv", b"x,y\n1,2\n", "text/csv"),
        ("a.json", b"{}", "application/json"),
        ("a.py", b"import this", "text/plain"),
        ("page.html", HTML, "text/html"),
        ("a.pdf", b"%PDF-1.4\n", "application/pdf"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 20, "application/vnd.ms-excel"),
        ("b.epub", archive("a", mimetype="application/epub+zip"), "application/epub+zip"),
    ]:
        (tmp_path / name).write_bytes(data)
        media = load(name, "file")
        assert (media.mime, media.name, media.data) == (mime, name, data)


def test_an_mp4_without_pictures_counts_as_sound_by_its_name(tmp_path):
    (tmp_path / "memo.m4a").write_bytes(MP4)
    assert load("memo.m4a", "audio").mime == "audio/mp4"


# --- what is refused -------------------------------------------------------------------------


def refusal(source, kind="image"):
    with pytest.raises(InvalidInput) as caught:
        load(source, kind, "images")
    error = caught.value
    assert error.field == "images"
    assert error.allowed
    assert error.do
    assert error.value
    return error


REFUSED = [  # source, kind, part of the message
    (b"", "image", "not empty"),
    (SVG, "image", "SVG is refused"),
    (HTML, "image", "web page"),
    (picture("GIF", mode="L"), "image", "Convert"),
    (picture("BMP"), "image", "Convert"),
    (picture("TIFF"), "image", "Convert"),
    (b"not a picture", "image", "text/plain"),
    (b"\0\1\2\3", "image", "unknown content"),
    (picture()[:-30], "image", "cut off"),
    (picture("JPEG")[:60], "image", "cut off"),
    (picture("JPEG")[:-2], "image", "cut off"),
    (picture(size=(63, 300)), "image", "at least 64"),
    (png_header(50_000, 50_000), "image", "33,177,600"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + os.urandom(MAX_BYTES), "image", "25000000"),
    (WAV, "image", "audio/wav"),
    (picture(), "audio", "image/png"),
    (MP4, "audio", "video/mp4"),
    (b"RIFF", "audio", "unknown content"),
    (WAV, "video", "audio/wav"),
    (picture(), "file", "images="),
    (archive("a.txt"), "file", "application/zip"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "file", "unknown content"),
    (b"\x7fELF\0\0", "file", "unknown content"),
    ("data:image/png;base64,!!!", "image", "valid base64"),
    ("data:image/png", "image", "data:<type>"),
    ("data:image/svg+xml," + SVG.decode(), "image", "SVG is refused"),
    (pybase64.b64encode(os.urandom(3000)).decode(), "image", "b64decode"),
    ("absent.png", "image", "existing file"),
    ("", "image", "is blank"),
    ("a\0b.png", "image", "existing file"),
    ("x" * 900, "image", "existing file"),
    ("file:///etc/passwd", "image", "file: is not opened"),
    ("javascript:alert(1)", "image", "javascript: is not opened"),
    ("ftp://example.com/a.png", "image", "ftp: is not opened"),
    ("http://localhost/cat.png", "image", "cannot reach"),
    ("https://example.com/a.wav", "audio", "Download"),
    (None, "image", "NoneType"),
    (7, "image", "int"),
    (["cat.png"], "image", "list"),
    (io.StringIO("text"), "image", '"rb"'),
    (np.zeros((64, 80, 2)), "image", "h x w"),
    (np.zeros((3, 64, 80)), "image", "moveaxis"),
    (np.zeros(64), "image", "h x w"),
    (np.zeros((0, 64)), "image", "h x w"),
    (np.zeros((10, 10)), "image", "at least 64"),
    (np.full((64, 64), 200.0), "image", "Divide by 255"),
    (np.full((64, 64), -3.0), "image", "Rescale"),
    (np.full((64, 64), np.nan), "image", "Rescale"),
    (np.zeros((64, 64), np.int64), "image", "astype"),
    (np.zeros((64, 64), complex), "image", "astype"),
    (np.broadcast_to(np.uint8(0), (6000, 6000)), "image", "33,177,600"),
    (Image.new("L", (10, 100)), "image", "at least 64"),
]


@pytest.mark.parametrize(("source", "kind", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_what_is_not_usable_is_refused_with_the_fix(source, kind, words):
    assert words in f"{(error := refusal(source, kind))} {error.allowed}"


def test_folders_pipes_and_devices_are_refused_before_they_are_opened(tmp_path):
    assert "folder" in refusal(tmp_path).do
    assert "folder" in refusal(".").do
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "pipe" in refusal(tmp_path / "pipe").do
        assert "device" in refusal("/dev/zero").do


def test_closed_and_text_handles_are_refused(tmp_path):
    path = tmp_path / "cat.png"
    path.write_bytes(picture())
    with path.open("rb") as file:
        pass
    assert "with block" in refusal(file).do
    with path.open(encoding="latin-1") as file:
        assert '"rb"' in refusal(file).do
    with (tmp_path / "out.png").open("wb") as file:
        assert '"rb"' in refusal(file).do


def test_a_truncated_file_open_in_pil_is_refused(tmp_path):
    (tmp_path / "cut.png").write_bytes(picture(size=(400, 400))[:-60])
    with Image.open(tmp_path / "cut.png") as image:
        assert "Load it again" in refusal(image).do


def test_a_typing_error_is_answered_with_the_nearest_names(tmp_path):
    for name in ("kitten.png", "kitchen.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    error = refusal("kiten.png")
    assert "'kitten.png'" in error.do
    assert "notes.txt" not in error.do
    assert "folder does not exist" in refusal("nowhere/kitten.png").do


def test_a_large_file_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "25.0 MB" in refusal(path).do


def test_a_bomb_is_refused_without_decoding_it():
    import tracemalloc

    tracemalloc.start()
    try:
        refusal(png_header(60_000, 60_000))
        refusal(Image.open(io.BytesIO(png_header(9_000, 9_000))))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_names_in_messages_are_clean(tmp_path):
    name = "evil\x1b[31m\u202e.png"
    (tmp_path / name).write_bytes(b"text")
    assert "\x1b" not in str(refusal(tmp_path / name))
    assert load(picture(), "image").data
    (tmp_path / name).write_bytes(picture())
    assert load(tmp_path / name, "image").name == "evil.png"


@pytest.mark.skipif(os.name != "posix", reason="only there can names hold any bytes")
def test_a_name_that_is_no_utf_8_can_be_sent(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(b"")
    assert str(refusal(path)).encode()
    path.write_bytes(picture())
    assert load(path, "image").name == "caf?.png"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/a",
        "http://LOCALHOST:8000/a",
        "http://a.localhost/a",
        "http://localhost./a",
        "http://printer.local/a",
        "http://127.0.0.1/a",
        "http://127.1/a",
        "http://2130706433/a",
        "http://0x7f.1/a",
        "http://0x7f000001/a",
        "http://017700000001/a",
        "http://10.0.0.1/a",
        "http://192.168.1.1/a",
        "http://172.16.0.1/a",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/a",
        "http://999.1.1.1/a",
        "http://[::1]/a",
        "http://[fe80::1%25eth0]/a",
        "http://[fd00::1]/a",
        "http://[::ffff:127.0.0.1]/a",
        "https://user:pw@example.com/a",
        "https://user@example.com/a",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:///a",
        "https://",
        "//example.com/a",
        "example.com/a",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/ü",
        "https://example.com\\@evil.com/",
        "https://exa\x00mple.com/",
        "https://[broken/",
        "https://example.com:99999/",
        "",
    ],
)
def test_urls_that_are_not_public_are_refused(url):
    with pytest.raises(InvalidInput) as caught:
        public_url("images", url)
    assert "pw" not in str(caught.value)
    assert caught.value.do


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png",
        "http://example.com",
        "HTTPS://EXAMPLE.COM/a?b=c#d",
        "https://8.8.8.8/a",
        "https://[2606:4700::1111]/a",
        "https://example.com:8443/a%20b",
        "https://xn--mnchen-3ya.de/a",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://12.example.com/",
    ],
)
def test_public_urls_are_taken(url):
    assert public_url("images", url) == url


def test_the_limit_of_pixels_is_that_of_the_api():
    assert load(png_header(5760, 5760), "image").data
    refusal(png_header(5760, 5761))
    assert MAX_PIXELS == 5760 * 5760
