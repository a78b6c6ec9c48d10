"""What the user gets wrong with pictures is told by InvalidInput before anything is sent.

Each row runs in both worlds; the numbers are those of the list of bad inputs that the project keeps.
"""

import io
import os
import struct
import zlib

import numpy as np
import pybase64
import pytest
from PIL import Image as Pillow

import venice_nb as vn
from tests.studio.pictures import Studio, World, picture

PNG = picture()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body>404</body></html>"
DRAWS = "z-image-turbo"  # sized by pixels, multiples of 8


def huge(width, height):
    """A PNG that claims a size and holds almost nothing, as a decompression bomb does."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def generate(*prompt, **options):
    return lambda v: v.images.generate(*(prompt or ("x",)), **options)


def each(*sources, **options):
    """All four routes that take a picture, with each of these."""
    calls = []
    for source in sources:
        calls += [
            lambda v, s=source: v.images.upscale(s, **options),
            lambda v, s=source: v.images.edit(s, "x", **options),
            lambda v, s=source: v.images.multi_edit([s], "x", **options),
            lambda v, s=source: v.images.remove_background(s, **options),
        ]
    return calls


def rows(number, calls, *fields, fix=""):
    return [(number, call, fields, fix) for call in calls]


ONE = ("image", "images[0]")
ROWS = [
    *rows(21, [generate(""), generate("  \n"), generate(None), generate(5)], "prompt"),
    *rows(21, [generate(["a", "b"]), generate(("a",))], "prompt", fix="v.images.map"),
    *rows(22, [generate("x" * 7501), generate("x" * 1501, model="venice-sd35")], "prompt", fix="Shorten"),
    *rows(23, [generate(width=value) for value in (0, 1281, 512.5, "512", True, -8, float("nan"))], "width"),
    *rows(23, [generate(height=0)], "height"),
    *rows(25, [generate(variants=value) for value in (0, 5, 1.5, "2", True)], "variants"),
    *rows(25, [generate(variants=2, return_binary=True)], "return_binary", fix="Leave return_binary out"),
    *rows(26, [generate(cfg_scale=value) for value in (0, 20.1, -1, "7", float("inf"))], "cfg_scale"),
    *rows(27, [generate(seed=value) for value in (10**9, -(10**9), 1.5, "1")], "seed"),
    *rows(28, [generate(format="gif")], "format", fix="png"),
    *rows(28, [generate(format="jpg")], "format", fix="'jpeg'"),
    *rows(28, [generate(format=1)], "format"),
    *rows(29, [generate(style_preset="Watercolour Art")], "style_preset", fix="'Watercolor'"),
    *rows(29, [generate(style_preset=""), generate(style_preset=7)], "style_preset"),
    *rows(30, [generate(model="flux-2-pro", aspect_ratio=969)], "aspect_ratio", fix="'16:9'"),
    *rows(30, [generate(model="flux-2-pro", aspect_ratio=(16, 9))], "aspect_ratio", fix="'16:9'"),
    *rows(
        30, [generate(model="flux-2-pro", aspect_ratio=r) for r in (1.5, "wide", "0:1", "")], "aspect_ratio"
    ),
    *rows(30, [generate(model=DRAWS, aspect_ratio="16:9")], "aspect_ratio", fix="width="),
    *rows(30, [generate(model="flux-2-pro", width=512)], "width", fix="aspect_ratio="),
    *rows(30, [lambda v: v.images.edit(PNG, "x", aspect_ratio="5:4")], "aspect_ratio", fix="'3:2'"),
    *rows(31, [generate(inpaint={"mask": "x"}), generate(inpaint=False)], "inpaint", fix="v.images.edit"),
    *rows(32, [generate(model="krea-v2-large", style_references=[SVG])], "style_references[0]", fix="SVG"),
    *rows(32, [generate(model=DRAWS, style_references=[PNG])], "style_references", fix="krea-v2-large"),
    *rows(33, each("no-such.png", "photo", "some words"), *ONE),
    *rows(34, each("", ".", "empty.png", "pipe"), *ONE),
    *rows(35, each(picture(size=(255, 256)), Pillow.new("L", (255, 256))), *ONE, fix="Enlarge"),
    *rows(36, each(huge(33_177_601, 1), huge(8000, 5000), np.zeros((1, 1, 3), np.uint8)), *ONE),
    *rows(37, each(b"\x89PNG\r\n\x1a\n" + bytes(25_000_000)), *ONE, fix="smaller"),
    *rows(38, each("page.png", "drawing.png", "cut.png", huge(60_000, 60_000)), *ONE),
    *rows(38, each(picture("GIF"), b"words", b"%PDF-1.7\n"), *ONE),
    *rows(39, [lambda v, s=s: v.images.upscale(PNG, s) for s in (1, 3, 0, 5, 2.5)], "scale", fix="2"),
    *rows(39, [lambda v, s=s: v.images.upscale(PNG, s) for s in ("2", True, None)], "scale"),
    *rows(
        39, [lambda v, c=c: v.images.upscale(PNG, creativity=c) for c in (-0.1, 0.03, "0.01")], "creativity"
    ),
    *rows(39, [lambda v: v.images.upscale("https://example.org/a.png")], "image", fix="Download"),
    *rows(39, [lambda v: v.images.upscale(Pillow.new("L", (4096, 4096)))], "image", fix="as it is"),
    *rows(40, [lambda v: v.images.multi_edit([PNG], "x", model="qwen-edit")], "model", fix="modelId"),
    *rows(40, [lambda v, i=i: v.images.multi_edit(i, "x") for i in ([], PNG, None, "a.png")], "images"),
    *rows(40, [lambda v: v.images.multi_edit([PNG] * 4, "x")], "images", fix="Leave some out"),
    *rows(41, [lambda v: v.images.remove_background(PNG, image_url="https://a.org/b.png")], "image_url"),
    *rows(41, [lambda v: v.images.remove_background()], "image"),
    *rows(
        41, [lambda v, u=u: v.images.remove_background(image_url=u) for u in (PNG, "a.png", 5)], "image_url"
    ),
    *rows(
        42,
        each(
            "http://localhost/a.png",
            "http://127.0.0.1/a.png",
            "http://[::1]/a.png",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user:secret@example.org/a.png",
            "ftp://example.org/a.png",
        ),
        *ONE,
    ),
    *rows(42, [lambda v: v.images.remove_background(image_url="http://localhost/a.png")], "image_url"),
    # beyond the list
    *rows(0, [lambda v: v.images.edit(PNG, "")], "prompt"),
    *rows(0, [lambda v: v.images.edit(PNG, "x", resolution="2K")], "resolution", fix="Leave it out"),
    *rows(0, [lambda v: v.images.edit(PNG, "x", quality="high")], "quality"),
    *rows(0, [lambda v: v.images.edit(PNG, "x", output_format="jpg")], "output_format", fix="'jpeg'"),
    *rows(0, [generate(safe_mode="no"), generate(safe_mode=0)], "safe_mode"),
    *rows(0, [generate(steps=0)], "steps"),
    *rows(0, [generate(lora_strength=101)], "lora_strength"),
    *rows(0, [generate(resolution="1024x1024")], "resolution", fix="width="),
    *rows(0, [generate(extra_body={"model": "x"})], "extra_body.model"),
    *rows(0, [generate(varaints=2)], "varaints", fix="variants"),
    *rows(0, [generate(model="llama-3.3-70b"), generate(model=5)], "model"),
    *rows(0, [generate(model="firered-image-edit")], "model", fix="v.images.edit"),
    *rows(0, [generate("half \ud83d")], "prompt"),
]


@pytest.fixture(autouse=True)
def files(tmp_path):
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "page.png").write_bytes(HTML)
    (tmp_path / "drawing.png").write_bytes(SVG)
    (tmp_path / "cut.png").write_bytes(PNG[:-20])


@pytest.fixture(scope="module")
def opened():
    """Both clients, made once: nothing reaches their server."""
    studios = {name: Studio() for name in ("sync", "async")}
    return {name: (World(name).open(studio), studio) for name, studio in studios.items()}


@pytest.mark.parametrize("name", ["sync", "async"])
@pytest.mark.parametrize(
    ("number", "act", "fields", "fix"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)]
)
def test_a_bad_input_is_told_and_nothing_is_sent(opened, name, number, act, fields, fix):
    world, studio = opened[name]
    with pytest.raises(vn.InvalidInput) as told:
        world.run(act)
    error = told.value
    assert error.field in fields
    assert error.allowed
    assert error.do
    assert fix in error.do
    assert error.charged == "no"
    assert "secret" not in str(error)
    assert len(str(error)) < 3000
    assert studio.paths == []


def test_the_rows_of_the_list_are_all_here():
    """24 is a word to the user, not a refusal: see the test below."""
    assert {row[0] for row in ROWS} >= set(range(21, 43)) - {24}


@pytest.mark.parametrize("name", ["sync", "async"])
def test_a_heavy_style_reference_is_refused_by_its_bytes(name):
    """Row 32: a picture of more than 8 MB that an edit would take."""
    noise = np.random.default_rng(1).integers(0, 256, (1700, 1700, 3), dtype=np.uint8)
    out = io.BytesIO()
    Pillow.fromarray(noise).save(out, "PNG", compress_level=0)
    heavy = out.getvalue()
    assert 8_000_000 < len(heavy) < 25_000_000
    studio = Studio()
    world = World(name).open(studio)
    with pytest.raises(vn.InvalidInput, match="8000000"):
        world.run(lambda v: v.images.generate("x", model="krea-v2-large", style_references=[heavy]))
    assert studio.paths == []
    world.run(lambda v: v.images.edit(heavy, "x"))
    assert studio.paths == ["/image/edit"]


@pytest.mark.parametrize("name", ["sync", "async"])
def test_a_style_in_another_case_is_understood_rather_than_refused(name):
    """Row 29, its kinder half."""
    studio = Studio()
    World(name).open(studio).run(lambda v: v.images.generate("x", style_preset="low poly"))
    assert studio.bodies[0]["style_preset"] == "Lowpoly"


@pytest.mark.parametrize("name", ["sync", "async"])
def test_a_side_that_the_model_rounds_is_sent_and_told(name, caplog):
    """Row 24: a warning, no refusal."""
    studio = Studio()
    World(name).open(studio).run(lambda v: v.images.generate("x", model=DRAWS, width=1001))
    assert studio.bodies[0]["width"] == 1001
    assert any("1001" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("name", ["sync", "async"])
def test_base64_of_something_else_is_told_from_a_path(name):
    nothing = pybase64.b64encode(b"no picture at all" * 40).decode()
    with pytest.raises(vn.InvalidInput):
        World(name).open(Studio()).run(lambda v: v.images.upscale(nothing))
