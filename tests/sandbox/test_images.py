"""POST /image/generate, POST /images/generations and GET /image/styles."""

import base64
import io
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

SMALL = {"width": 256, "height": 256}


def ask(desk, prompt="a boat on a calm sea", model="z-image-turbo", judged=True, **fields):
    size = SMALL if model in ("z-image-turbo", "venice-sd35") and "aspect_ratio" not in fields else {}
    return desk.post("/image/generate", {"model": model, "prompt": prompt, **size, **fields}, judged=judged)


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def first(reply):
    return base64.b64decode(reply.json()["images"][0])


def test_json_holds_a_webp_of_the_asked_size_and_echoes_the_request_with_its_seed(desk):
    reply = ask(desk, seed=7, height=320)
    body = reply.json()
    image = opened(first(reply))
    assert (image.format, image.size) == ("WEBP", (256, 320))
    assert body["id"].startswith("generate-image-")
    assert body["request"]["seed"] == 7
    assert body["request"]["prompt"] == "a boat on a calm sea"
    assert body["timing"]["total"] > 0


@pytest.mark.parametrize(("name", "form"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_binary_has_the_asked_type(desk, name, form):
    reply = ask(desk, format=name, return_binary=True)
    assert reply.headers["content-type"] == f"image/{name}"
    assert opened(reply.content).format == form


def test_the_default_size_is_1024_by_1024(desk):
    reply = desk.post("/image/generate", {"model": "z-image-turbo", "prompt": "fog", "return_binary": True})
    assert opened(reply.content).size == (1024, 1024)


def test_same_request_same_bytes_and_another_prompt_seed_or_model_another_picture(desk):
    def once(**fields):
        return ask(desk, **{"return_binary": True, "seed": 1, **fields}).content

    known = once()
    assert once() == known
    others = [
        once(seed=2),
        once(prompt="a red apple"),
        once(model="venice-sd35"),
        once(negative_prompt="boat"),
    ]
    assert len({known, *others}) == 5


def test_without_a_seed_the_request_alone_decides_and_the_echo_tells_which_it_was(desk, make):
    reply = ask(desk)
    assert first(ask(make())) == first(reply)
    seed = reply.json()["request"]["seed"]
    assert first(ask(desk, seed=seed)) == first(reply)


def test_variants_differ_and_each_is_billed_and_counted(desk):
    reply = ask(desk, variants=3, seed=999_999_999)
    assert len(set(reply.json()["images"])) == 3
    assert [(charge.units, charge.usd) for charge in desk.box.books] == [(3, pytest.approx(0.03))]
    assert reply.headers["x-ratelimit-remaining-requests"] == "17"


def test_variants_beyond_the_limit_are_refused_together_and_count_nothing(desk):
    for _ in range(9):
        ask(desk, variants=2, width=64, height=64)
    assert ask(desk, variants=3).status_code == 429
    assert ask(desk, variants=2).headers["x-ratelimit-remaining-requests"] == "0"
    assert len(desk.box.books) == 10


RATIOS = [
    ("nano-banana-2", {}, (1024, 1024)),
    ("nano-banana-2", {"aspect_ratio": "16:9"}, (1376, 768)),
    ("flux-2-pro", {"aspect_ratio": "2:3"}, (848, 1264)),
    ("grok-imagine-image", {"aspect_ratio": "21:9", "resolution": "2K"}, (3168, 1344)),
]


@pytest.mark.parametrize(("model", "fields", "size"), RATIOS)
def test_a_ratio_model_sizes_by_ratio_and_tier(desk, model, fields, size):
    reply = ask(desk, model=model, return_binary=True, format="jpeg", **fields)
    assert opened(reply.content).size == size


PRICES = [
    ("nano-banana-pro", {}, 0.18),
    ("nano-banana-pro", {"resolution": "2K"}, 0.23),
    ("gpt-image-2", {}, 0.26),
    ("gpt-image-2", {"quality": "low"}, 0.02),
    ("gpt-image-2", {"quality": "medium", "resolution": "2K"}, 0.13),
    ("grok-imagine-image-2-0", {}, 0.07),
    ("krea-v2-large", {}, 0.07),
]


@pytest.mark.parametrize(("model", "fields", "usd"), PRICES)
def test_the_price_follows_quality_and_tier(desk, model, fields, usd):
    before = desk.box.state.usd
    reply = ask(desk, model=model, format="jpeg", return_binary=True, **fields)
    assert reply.headers["x-venice-balance-usd"] == f"{before:.10g}"
    assert before - desk.box.state.usd == pytest.approx(usd)


BAD = [
    ("z-image-turbo", {"aspect_ratio": "1:1"}, "aspect_ratio"),
    ("z-image-turbo", {"resolution": "1K"}, "resolution"),
    ("z-image-turbo", {"quality": "low"}, "quality"),
    ("grok-imagine-image-2-0", {"quality": "high"}, "quality"),  # it has no price
    ("z-image-turbo", {"width": 250}, "width"),
    ("venice-sd35", {"height": 264}, "height"),
    ("z-image-turbo", {"width": 1288}, "width"),
    ("z-image-turbo", {"width": 0}, "width"),
    ("z-image-turbo", {"width": 512.5}, "width"),
    ("z-image-turbo", {"width": "512"}, "width"),
    ("z-image-turbo", {"steps": 9}, "steps"),
    ("z-image-turbo", {"steps": 0}, "steps"),
    ("z-image-turbo", {"prompt": ""}, "prompt"),
    ("venice-sd35", {"prompt": "x" * 1501}, "prompt"),
    ("z-image-turbo", {"variants": 0}, "variants"),
    ("z-image-turbo", {"variants": 5}, "variants"),
    ("z-image-turbo", {"variants": 2, "return_binary": True}, "variants"),
    ("z-image-turbo", {"cfg_scale": 0}, "cfg_scale"),
    ("z-image-turbo", {"cfg_scale": 20.1}, "cfg_scale"),
    ("z-image-turbo", {"seed": 1_000_000_000}, "seed"),
    ("z-image-turbo", {"format": "gif"}, "format"),
    ("z-image-turbo", {"style_preset": "watercolor"}, "style_preset"),
    ("z-image-turbo", {"inpaint": {"mask": "x"}}, "inpaint"),
    ("z-image-turbo", {"style_references": [{"image": "aGk="}]}, "style_references"),
    ("nano-banana-2", {"width": 512}, "width"),
    ("nano-banana-2", {"aspect_ratio": "5:1"}, "aspect_ratio"),
    ("nano-banana-2", {"aspect_ratio": 969}, "aspect_ratio"),
    ("nano-banana-2", {"resolution": "8K"}, "resolution"),
    ("krea-v2-large", {"style_references": [{"image": "aGk="}] * 4}, "style_references"),
    ("krea-v2-large", {"style_references": [{"image": "aGk="}]}, "style_references"),
    ("krea-v2-large", {"style_references": [{"image": "https://example.org/a.png"}]}, "style_references"),
    ("bria-bg-remover", {}, "model"),
    ("llama-3.3-70b", {}, "model"),
]


@pytest.mark.parametrize(("model", "fields", "field"), BAD)
def test_a_mistake_is_400_names_its_field_and_costs_nothing(desk, model, fields, field):
    reply = ask(desk, model=model, **fields)
    assert reply.status_code == 400, reply.text
    assert field in {issue["path"][0] for issue in reply.json()["issues"]}
    assert desk.box.books == []


def test_an_unknown_key_is_refused(desk):
    assert "cfgscale" in ask(desk, cfgscale=3).text


def test_an_unknown_model_is_404_with_a_suggestion(desk):
    reply = ask(desk, model="z-image-trubo")
    assert reply.status_code == 404
    assert "z-image-turbo" in reply.json()["error"]


def test_a_retired_model_is_answered_by_its_heir_with_all_four_headers(desk):
    headers = ask(desk, model="hidream").headers
    assert headers["x-venice-model-id"] == "z-image-turbo"
    assert headers["x-venice-deprecated"] == "true"
    assert headers["x-venice-deprecated-replacement"] == "z-image-turbo"
    assert "x-venice-model-deprecation-date" in headers


def test_an_empty_account_is_402_and_nothing_is_painted(make):
    assert ask(make(usd=0.0)).status_code == 402


def detail(image):
    """How much changes from one pixel to the next, the marked lower edge left out."""
    grey = np.asarray(image.convert("L"), np.float32)[:200]
    return float(np.abs(np.diff(grey, axis=1)).mean())


def test_safe_mode_blurs_what_is_adult_and_says_so(desk):
    veiled = ask(desk, "a naked city at night", format="png", return_binary=True)
    plain = ask(desk, "a naked city at night", format="png", return_binary=True, safe_mode=False)
    assert (veiled.headers["x-venice-is-blurred"], plain.headers["x-venice-is-blurred"]) == ("true", "false")
    assert detail(opened(veiled.content)) < detail(opened(plain.content)) / 5


def test_a_violation_is_200_with_a_black_picture_that_is_not_charged(desk):
    reply = ask(desk, "this is a content violation", return_binary=True)
    assert reply.status_code == 200
    assert reply.headers["x-venice-is-content-violation"] == "true"
    assert reply.headers["content-type"] == "image/png"
    image = opened(reply.content)
    assert image.size == (256, 256)
    assert image.getextrema() == ((0, 0),) * 3
    assert desk.box.books == []


def test_an_enhanced_prompt_comes_url_encoded_and_is_paid_once(desk):
    reply = ask(desk, "Gondel & Brücke", enhance_prompt=True, variants=2)
    better = unquote(reply.headers["x-venice-enhanced-prompt"])
    assert better.startswith("Gondel & Brücke, ")
    assert desk.box.books[0].usd == pytest.approx(2 * 0.01 + 0.04)


def test_a_prompt_that_is_long_enough_is_not_enhanced_and_not_charged_for_it(desk):
    reply = ask(desk, "long words " * 60, enhance_prompt=True)
    assert "x-venice-enhanced-prompt" not in reply.headers
    assert desk.box.books[0].usd == pytest.approx(0.01)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_metadata_is_in_the_file_when_asked_for(desk, name):
    image = opened(ask(desk, format=name, return_binary=True, embed_exif_metadata=True, seed=5).content)
    exif = image.getexif()
    assert "a boat on a calm sea" in exif[0x010E]
    assert b"z-image-turbo" in exif.get_ifd(0x8769)[0x9286].replace(b"\0", b"")
    assert not opened(ask(desk, format=name, return_binary=True, seed=5).content).getexif()


def test_the_watermark_is_hidden_on_request_and_the_sandbox_mark_never(desk):
    def picture(**fields):
        reply = ask(desk, "a pale fog", format="png", return_binary=True, seed=3, **fields)
        return np.asarray(opened(reply.content).convert("RGB"), np.int16)

    differ = np.abs(picture() - picture(hide_watermark=True)).max(-1) > 0
    rows, columns = np.nonzero(differ)
    assert differ.any()
    assert columns.min() > 128  # lower right
    assert rows.min() > 220
    corner = picture(hide_watermark=True)[-8:, :60]
    assert corner.min() < 90  # the dark strip of the mark


def test_a_style_changes_the_picture(desk):
    def mean(**fields):
        reply = ask(desk, format="png", return_binary=True, seed=1, **fields)
        return np.asarray(opened(reply.content).convert("RGB"), np.float32)

    grey = mean(style_preset="Monochrome")[:200]
    assert np.abs(grey[..., 0] - grey[..., 2]).max() <= 1
    assert np.abs(mean()[:200] - grey).mean() > 5


def data_url(tone):
    out = io.BytesIO()
    Image.new("RGB", (256, 256), tone).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def test_style_references_pull_the_colours_towards_them_by_their_strength(desk):
    def red(strength):
        references = [{"image": data_url((230, 20, 20)), "strength": strength}]
        fields = {"style_references": references, "format": "png", "return_binary": True, "seed": 1}
        image = opened(ask(desk, model="krea-v2-medium", **fields).content).convert("RGB")
        red, _, blue = np.asarray(image.resize((1, 1)), np.float32).reshape(3)
        return red - blue

    assert red(1.0) > red(0.3) + 30


def test_generations_answer_in_the_shape_of_openai(desk, clock):
    fields = {"model": "default", "prompt": "x", "size": "256x256"}
    body = desk.post("/images/generations", fields).json()
    assert body["created"] == int(clock.now)
    assert opened(base64.b64decode(body["data"][0]["b64_json"])).size == (256, 256)


def test_generations_give_a_data_url_in_the_asked_format(desk):
    fields = {"model": "default", "prompt": "x", "size": "256x256", "response_format": "url"}
    url = desk.post("/images/generations", {**fields, "output_format": "webp"}).json()["data"][0]["url"]
    head, _, data = url.partition(",")
    assert head == "data:image/webp;base64"
    assert opened(base64.b64decode(data)).format == "WEBP"


@pytest.mark.parametrize("model", ["dall-e-3", "no-such-model", "llama-3.3-70b", "bria-bg-remover"])
def test_generations_fall_back_to_the_default_model(desk, model):
    reply = desk.post("/images/generations", {"model": model, "prompt": "x", "size": "256x256"})
    assert reply.headers["x-venice-model-id"] == "z-image-turbo"


def test_generations_paint_the_wide_sizes_too(desk):
    fields = {"model": "default", "prompt": "x", "size": "1792x1024", "output_format": "jpeg"}
    body = desk.post("/images/generations", fields).json()
    assert opened(base64.b64decode(body["data"][0]["b64_json"])).size == (1792, 1024)


@pytest.mark.parametrize(
    "fields", [{"model": None}, {}, {"model": "default", "safe_mode": True}, {"model": "default", "n": 2}]
)
def test_generations_refuse_a_missing_model_and_what_is_not_theirs(desk, fields):
    assert desk.post("/images/generations", {"prompt": "x", **fields}).status_code == 400


def test_low_moderation_turns_the_blur_off(desk):
    fields = {"model": "default", "prompt": "nude", "size": "256x256"}
    assert desk.post("/images/generations", fields).headers["x-venice-is-blurred"] == "true"
    reply = desk.post("/images/generations", {**fields, "moderation": "low"})
    assert reply.headers["x-venice-is-blurred"] == "false"


def test_the_styles_are_public_and_all_are_taken(desk):
    reply = desk.get("/image/styles", key="")
    names = reply.json()["data"]
    assert (len(names), names[0], names[-1]) == (76, "3D Model", "Tilt-Shift")
    assert ask(desk, style_preset=names[40], width=64, height=64).status_code == 200
