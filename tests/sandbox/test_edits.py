"""POST /image/upscale, /image/edit, /image/multi-edit and /image/background-remove."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from venice_nb.sandbox.routes import edits as edit_routes
from venice_nb.sandbox.studio import mark
from venice_nb.sandbox.studio.retouch.cutout import cut_out


def encoded(image, form="PNG"):
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def scene(width=320, height=256):
    """A red disc on blue."""
    image = Image.new("RGB", (width, height), (60, 110, 200))
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), (210, 40, 30))
    return image


def b64(image, form="PNG"):
    return base64.b64encode(encoded(image, form)).decode()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def mean(image):
    return np.asarray(image.convert("RGB"), np.float32)[:-30].mean((0, 1))


def edit(desk, prompt="make it brighter", image=None, **fields):
    given = b64(scene()) if image is None else image
    return desk.post("/image/edit", {"image": given, "prompt": prompt, **fields})


# Upscale


@pytest.mark.parametrize(("scale", "size", "usd"), [(2, (640, 512), 0.02), (4, (1280, 1024), 0.08)])
def test_upscale_resamples_and_costs_by_scale(desk, scale, size, usd):
    reply = desk.post("/image/upscale", {"image": b64(scene()), "scale": scale})
    image = opened(reply.content)
    assert (image.format, image.size) == ("PNG", size)
    assert np.abs(np.asarray(image.resize((320, 256)), float) - np.asarray(scene(), float)).mean() < 4
    assert desk.box.books[0].usd == pytest.approx(usd)
    assert reply.headers["x-venice-model-id"] == "upscaler"


def test_upscale_takes_a_file_and_old_fields_and_defaults_to_twice_the_size(desk):
    files = {"image": ("a.webp", encoded(scene(), "WEBP"), "image/webp")}
    data = {"enhance": "true", "replication": "0.3", "creativity": "7"}
    reply = desk("POST", "/image/upscale", files=files, data=data)
    assert opened(reply.content).size == (640, 512)


def test_a_scale_that_gives_too_many_pixels_is_lowered_and_so_is_its_price(desk, monkeypatch):
    assert edit_routes.LARGEST == 16_777_216
    monkeypatch.setattr(edit_routes, "LARGEST", 300_000)  # sixteen million take seconds
    reply = desk.post("/image/upscale", {"image": b64(scene()), "scale": 4})
    image = opened(reply.content)
    assert 298_000 < image.width * image.height <= 300_000
    assert desk.post("/image/upscale", {"image": b64(scene(640, 512))}).status_code == 400
    assert desk.box.books[0].usd == pytest.approx(0.02)


def test_upscale_keeps_transparency(desk):
    image = scene().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    alpha = opened(desk.post("/image/upscale", {"image": b64(image)}).content).getchannel("A")
    assert alpha.getextrema()[0] == 0


def test_creativity_beyond_its_range_is_clamped(desk):
    def made(creativity):
        return desk.post("/image/upscale", {"image": b64(scene()), "creativity": creativity}).content

    assert made(0.02) == made(5) != made(0) == made(-1)


def bomb():
    """A PNG whose header says 60000 x 60000 pixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


BROKEN = {
    "html": b"<html>not a picture</html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "cut": encoded(scene())[:600],
    "empty": b"",
    "gif": encoded(scene(), "GIF"),
    "small": encoded(scene(255, 256)),
    "narrow": encoded(scene(1100, 60)),
}


@pytest.mark.parametrize("route", ["/image/upscale", "/image/edit", "/image/background-remove"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_picture_or_too_small_is_400_and_free(desk, route, name):
    body = {"image": base64.b64encode(BROKEN[name]).decode()}
    if route == "/image/edit":
        body["prompt"] = "brighter"
    reply = desk.post(route, body)
    assert reply.status_code == 400, reply.text
    assert desk.box.books == []


def test_a_bomb_is_refused_by_its_header(desk):
    reply = desk.post("/image/edit", {"image": base64.b64encode(bomb()).decode(), "prompt": "x"})
    assert reply.status_code in (400, 422)
    assert "60000" in reply.text or "pixels" in reply.text


def test_a_picture_of_too_many_pixels_is_422(desk):
    image = Image.new("1", (6000, 5600))
    reply = desk.post("/image/edit", {"image": b64(image), "prompt": "brighter"})
    assert reply.status_code == 422
    assert "33177600" in reply.text


def test_a_picture_of_more_than_25_mb_is_413(desk):
    heavy = base64.b64encode(bytes(26 * 1024 * 1024)).decode()
    assert desk.post("/image/upscale", {"image": heavy}).status_code == 413


@pytest.mark.parametrize("scale", [1, 1.5, 4.1, "2", True])
def test_a_scale_out_of_range_is_400(desk, scale):
    assert desk.post("/image/upscale", {"image": b64(scene()), "scale": scale}).status_code == 400


def test_upscale_takes_no_data_url_and_no_address(desk):
    for image in ("data:image/png;base64," + b64(scene()), "https://example.org/a.png"):
        assert desk.post("/image/upscale", {"image": image}).status_code == 400


# Edit


def test_an_edit_changes_the_picture_as_it_says_and_costs_its_price(desk):
    brighter = opened(edit(desk).content)
    darker = opened(edit(desk, "make it darker").content)
    assert mean(brighter).mean() > mean(scene()).mean() + 10 > mean(darker).mean() + 20
    assert [charge.usd for charge in desk.box.books] == [pytest.approx(0.04)] * 2


def test_an_edit_takes_files_data_urls_and_plain_base64_alike(desk):
    raw = encoded(scene())
    plain = edit(desk, image=base64.b64encode(raw).decode()).content
    url = edit(desk, image="data:image/png;base64," + base64.b64encode(raw).decode()).content
    files = {"image": ("a.png", raw, "image/png")}
    form = desk("POST", "/image/edit", files=files, data={"prompt": "make it brighter"}).content
    assert plain == url == form


@pytest.mark.parametrize(
    "image", ["https://example.org/a.png", "http://localhost/a.png", "file:///etc/passwd"]
)
def test_an_address_is_refused_because_there_is_no_network(desk, image):
    reply = edit(desk, image=image)
    assert reply.status_code == 400
    assert ("no network" in reply.text) == image.startswith("http")


def test_a_path_by_mistake_is_400(desk):
    assert edit(desk, image="photos/cat.png").status_code == 400


def test_the_ratio_cuts_and_the_tier_sizes(desk):
    reply = edit(
        desk, model="nano-banana-pro-edit", aspect_ratio="1:1", resolution="2K", output_format="webp"
    )
    image = opened(reply.content)
    assert (image.format, image.size) == ("WEBP", (2048, 2048))
    assert desk.box.books[0].usd == pytest.approx(0.23)


def test_the_format_is_png_at_1k_and_jpeg_above_unless_it_is_named(desk):
    model = "grok-imagine-edit"
    assert edit(desk, model=model).headers["content-type"] == "image/png"
    assert edit(desk, model=model, resolution="2K").headers["content-type"] == "image/jpeg"
    assert edit(desk, model=model, output_format="jpeg").headers["content-type"] == "image/jpeg"


def test_a_large_picture_comes_back_in_the_area_of_its_tier(desk):
    image = opened(edit(desk, image=b64(scene(2000, 1500), "JPEG")).content)
    assert image.size == (1182, 887)


def test_model_wins_over_the_old_spelling(desk):
    reply = edit(desk, model="qwen-image-2-edit", modelId="firered-image-edit")
    assert reply.headers["x-venice-model-id"] == "qwen-image-2-edit"
    assert edit(desk, modelId="flux-2-max-edit").headers["x-venice-model-id"] == "flux-2-max-edit"


BAD = [
    {"resolution": "2K"},
    {"prompt": "x" * 1501},
    {"prompt": ""},
    {"aspect_ratio": "7:5"},
    {"quality": "high"},
    {"output_format": "gif"},
    {"model": "z-image-turbo"},
    {"model": "grok-imagine-edit", "resolution": "4K"},
    {"strength": 1},
]


@pytest.mark.parametrize("fields", BAD)
def test_a_mistake_in_an_edit_is_400_and_free(desk, fields):
    assert edit(desk, **{"prompt": "brighter", **fields}).status_code == 400
    assert desk.box.books == []


def test_a_refused_instruction_is_422_says_so_and_is_free(desk):
    reply = edit(desk, "make it a content violation")
    assert reply.status_code == 422
    assert reply.headers["x-venice-is-content-violation"] == "true"
    assert desk.box.books == []


def test_an_adult_instruction_blurs_unless_safe_mode_is_off(desk):
    assert edit(desk, "make her nude").headers["x-venice-is-blurred"] == "true"
    assert edit(desk, "make her nude", safe_mode=False).headers["x-venice-is-blurred"] == "false"


def test_a_longer_instruction_is_paid_for(desk):
    reply = edit(desk, enhance_prompt=True)
    assert reply.headers["x-venice-enhanced-prompt"].startswith("make%20it%20brighter.")
    assert desk.box.books[0].usd == pytest.approx(0.08)


def test_what_is_not_understood_changes_little_and_is_told_in_the_corner(desk):
    strange = opened(edit(desk, "frobnicate the whatsit").content)
    known = opened(edit(desk, "rotate by 0 degrees").content)
    assert np.abs(mean(strange) - mean(scene())).max() < 20
    strip = [np.asarray(image)[-10:, :300].max(-1) < 120 for image in (strange, known)]
    assert strip[0].mean() > strip[1].mean()  # its mark says more, so its strip is longer


def painted(width=640, height=448):
    """As `/image/generate` gives it, with a long mark and the watermark."""
    return mark.sign(mark.watermark(scene(width, height)), "a mountain by a lake, a red house in the sun")


def strip(image):
    """Width and height of the dark strip in the lower left corner."""
    return mark._strip_box(image)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_an_edited_picture_has_the_new_mark_alone(desk, form):
    """Whatever the old one said, it looks like a picture that never had one."""
    clean = mark.watermark(scene(640, 448))
    edited = opened(edit(desk, "rotate by 0 degrees", b64(painted(), form)).content)
    fresh = opened(edit(desk, "rotate by 0 degrees", b64(clean, form)).content)
    assert np.subtract(strip(edited), strip(fresh)).max() <= 1
    assert strip(edited)[0] < strip(painted())[0], "the old strip was longer"
    apart = np.abs(np.asarray(edited.convert("RGB"), int) - np.asarray(fresh.convert("RGB"), int))
    assert apart[-40:].max() <= (0 if form == "PNG" else 24)


def test_an_upscaled_picture_has_one_mark_and_its_watermark(desk):
    big = opened(desk.post("/image/upscale", {"image": b64(painted()), "scale": 2}).content).convert("RGB")
    clean = opened(
        desk.post("/image/upscale", {"image": b64(mark.watermark(scene(640, 448))), "scale": 2}).content
    ).convert("RGB")
    assert strip(big) == strip(clean)
    apart = np.abs(np.asarray(big, int) - np.asarray(clean, int))[-80:]
    assert apart.max() <= 8
    wide, tall = mark._mark_box(big)
    assert strip(big)[0] < big.width - wide
    assert (np.asarray(big)[-tall:, -wide:].min(-1) > 120).any(), "the pale letters of the watermark"


@pytest.mark.parametrize("size", [(256, 256), (320, 256), (200, 700), (1280, 720)])
def test_the_longest_mark_leaves_the_watermark_free(size):
    image = mark.sign(scene(*size), "word " * 40)
    assert strip(image)[0] <= size[0] - mark._mark_box(image)[0]


@pytest.mark.parametrize("shade", [(16, 16, 20), (0, 0, 0), (60, 110, 200), (255, 255, 255)])
def test_a_picture_without_a_mark_is_left_as_it_is(shade):
    plain = Image.new("RGB", (320, 256), shade)
    assert mark.cleared(plain) is plain
    rng = np.random.default_rng(1)
    night = Image.fromarray(rng.integers(0, 40, (256, 320, 3), np.uint8), "RGB")
    assert mark.cleared(night) is night


# Multi-edit


def several(desk, prompt="side by side", images=2, **fields):
    return desk.post("/image/multi-edit", {"prompt": prompt, "images": [b64(scene())] * images, **fields})


def test_multi_edit_puts_the_further_pictures_in(desk):
    files = [("images", ("a.png", encoded(Image.new("RGB", (300, 300), tone)))) for tone in ("red", "blue")]
    data = {"prompt": "put them side by side"}
    image = opened(desk("POST", "/image/multi-edit", files=files, data=data).content).convert("RGB")
    left, right = image.getpixel((60, 100)), image.getpixel((240, 100))
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


EXTRAS = [
    ("flux-2-max-edit", {}, 3, 0.12 + 2 * 0.0345),
    ("grok-imagine-edit", {}, 1, 0.03 + 0.0023),
    ("gpt-image-2-edit", {"quality": "low", "resolution": "2K"}, 2, 0.03 + 0.0092),
    ("firered-image-edit", {}, 3, 0.04),
]


@pytest.mark.parametrize(("model", "fields", "images", "usd"), EXTRAS)
def test_further_pictures_cost_what_the_model_lists(desk, model, fields, images, usd):
    several(desk, images=images, modelId=model, **fields)
    assert desk.box.books[0].usd == pytest.approx(usd)


@pytest.mark.parametrize(("model", "most"), [("firered-image-edit", 3), ("nano-banana-pro-edit", 14)])
def test_a_model_takes_so_many_pictures(desk, model, most):
    assert several(desk, images=most + 1, modelId=model).status_code == 400
    assert several(desk, images=most, modelId=model).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [{"model": "firered-image-edit"}, {"images": []}, {"modelId": "luma-uni-1-edit"}, {"quality": "low"}],
)
def test_a_mistake_in_a_multi_edit_is_400(desk, fields):
    body = {"prompt": "x", "images": [b64(scene())], **fields}
    assert desk.post("/image/multi-edit", body).status_code == 400


# Background removal


def test_background_removal_gives_a_real_alpha_channel(desk):
    reply = desk.post("/image/background-remove", {"image": b64(scene())})
    image = opened(reply.content)
    alpha = np.asarray(image.getchannel("A"))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (320, 256))
    assert alpha[:10].max() == 0
    assert alpha[118:138, 150:170].min() == 255
    assert 0.15 < (alpha > 127).mean() < 0.25  # the disc is pi / 16 of the area
    assert desk.box.books[0].usd == pytest.approx(0.03)


@pytest.mark.parametrize("fields", [{}, {"image": "x", "image_url": "https://example.org/a.png"}])
def test_exactly_one_of_image_and_image_url_is_given(desk, fields):
    assert desk.post("/image/background-remove", fields).status_code == 400


def test_an_image_url_may_be_a_data_url(desk):
    url = "data:image/png;base64," + b64(scene())
    assert desk.post("/image/background-remove", {"image_url": url}).status_code == 200
    reply = desk.post("/image/background-remove", {"image_url": "https://example.org/a.png"})
    assert reply.status_code == 400


def test_a_large_photo_is_cut_out_in_its_own_size():
    image = scene(2600, 2000)
    alpha = opened(encoded(cut_out(image))).getchannel("A")
    assert alpha.size == image.size
    assert alpha.getpixel((1300, 1000)) == 255
    assert alpha.getpixel((20, 20)) == 0


def test_a_key_for_private_models_only_may_not_remove_backgrounds(desk):
    key = desk.box.state.add_key("sandbox-private", "INFERENCE", model_privacy="PRIVATE_ONLY")
    reply = desk.post("/image/background-remove", {"image": b64(scene())}, key=key.secret)
    assert reply.status_code == 403
