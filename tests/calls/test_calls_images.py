"""Requests for new pictures: every field of the API, held against what the model takes."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from venice_nb.calls.call import Safety
from venice_nb.calls.pictures.images import generate, generations
from venice_nb.calls.pictures.styles import STYLES, style, styles
from venice_nb.catalogue import Catalogue

PIXELS, RATIO, TIERED, STYLED = "z-image-turbo", "flux-2-pro", "nano-banana-pro", "krea-v2-large"
UNKNOWN = "a-model-of-tomorrow"


def picture(kind="PNG", size=(300, 300), color=200):
    out = io.BytesIO()
    Pillow.new("RGB", size, color).save(out, kind)
    return out.getvalue()


@pytest.fixture
def build(catalogue):
    def make(prompt="a gondola", **options):
        return generate(prompt, **{"model": PIXELS, "catalogue": catalogue, **options})

    return make


def test_a_prompt_is_all_it_takes_and_one_picture_comes_as_bytes(build, fits):
    call = fits(build())
    assert call.body == {"model": PIXELS, "prompt": "a gondola", "return_binary": True}
    assert call.accept.startswith("image/")
    assert (call.safety, call.family, call.paid, call.price) == (Safety.MAKE, "image", True, 0.01)
    assert (call.timeouts.read, call.timeouts.total) == (180, 300)


def test_several_pictures_come_as_json_and_each_is_paid(build, fits):
    call = fits(build(variants=4))
    assert call.body["return_binary"] is False
    assert call.accept == "application/json"
    assert call.price == pytest.approx(0.04)


def test_the_bytes_can_be_declined(build):
    assert build(return_binary=False).body["return_binary"] is False
    assert build(variants=1, return_binary=True).body["return_binary"] is True


def test_every_field_has_the_name_and_the_kind_of_the_api(build, fits):
    call = fits(
        build(
            negative_prompt="rain",
            width=512,
            height=768,
            cfg_scale=7.5,
            steps=8,
            seed=-999_999_999,
            variants=2,
            format="png",
            style_preset="Anime",
            lora_strength=50,
            safe_mode=False,
            hide_watermark=True,
            embed_exif_metadata=True,
            enhance_prompt=True,
            enable_web_search=False,
            disable_prompt_optimization_thinking=True,
        )
    )
    assert set(call.body) == {
        *("model", "prompt", "negative_prompt", "width", "height", "cfg_scale", "steps", "seed", "variants"),
        *("format", "style_preset", "lora_strength", "safe_mode", "hide_watermark", "embed_exif_metadata"),
        *("enhance_prompt", "enable_web_search", "disable_prompt_optimization_thinking", "return_binary"),
    }
    assert call.price == pytest.approx(0.02 + 0.04), "the rewrite of the prompt costs as well"
    assert call.timeouts.total == 330, "and takes time"


def test_fields_of_tiered_models_change_the_price(build, fits):
    call = fits(build(model="gpt-image-2", aspect_ratio="16:9", resolution="2k", quality="low"))
    assert (call.body["resolution"], call.body["quality"]) == ("2K", "low")
    assert call.price == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("default", PIXELS), ("highest_quality", "qwen-image"), ("Z-Image Turbo", PIXELS), ("hidream", PIXELS)],
)
def test_the_model_is_an_id_a_trait_or_another_name(build, name, sent):
    assert build(model=name).body["model"] == sent


def test_extra_fields_win_over_ours(build):
    call = build(extra_body={"return_binary": False, "new_field": [1], "absent": None})
    assert (call.body["return_binary"], call.body["new_field"]) == (False, [1])
    assert "absent" not in call.body
    assert call.accept == "application/json"


# --- sizes -----------------------------------------------------------------------------------


def test_the_wrong_way_to_say_a_size_is_refused_with_the_right_one(build, refused):
    error = refused(lambda: build(model=RATIO, width=1280, height=720), "width", "aspect_ratio='16:9'")
    assert "ratio" in error.what
    error = refused(lambda: build(aspect_ratio="16:9"), "aspect_ratio", "width=1280, height=720")
    assert "pixels" in error.what
    refused(lambda: build(model="venice-sd35", aspect_ratio="1:1"), "aspect_ratio", "width=1024, height=1024")
    refused(lambda: build(aspect_ratio="9:16"), "aspect_ratio", "width=720, height=1280")
    refused(lambda: build(resolution="2K"), "resolution", "width=")
    refused(lambda: build(model=TIERED, height=512), "height", "resolution='1K'")


def test_pixels_worked_out_for_a_ratio_are_ones_the_model_takes(build, catalogue, refused):
    for ratio in ("1:1", "21:9", "9:21", "3:2", "7:5", "1:40"):
        do = refused(lambda ratio=ratio: build(model="venice-sd35", aspect_ratio=ratio)).do
        width, height = (int(part.split("=")[1].split()[0].strip(",")) for part in do.split(" ")[1:3])
        assert width % 16 == height % 16 == 0
        assert max(width, height) <= 1280
        build(model="venice-sd35", width=width, height=height)


def test_a_size_given_in_both_ways_is_refused_where_the_model_does_not_tell_its_own(build, refused):
    refused(lambda: build(model="recraft-v4", width=512, aspect_ratio="1:1"), "aspect_ratio")
    refused(lambda: build(model=UNKNOWN, width=512, aspect_ratio="1:1"), "aspect_ratio")
    assert build(model="recraft-v4", width=512).body["width"] == 512
    assert build(model="recraft-v4", aspect_ratio="1:1").body["aspect_ratio"] == "1:1"


def test_a_model_the_catalogue_does_not_know_is_left_to_the_server(build, fits):
    call = fits(build(model=UNKNOWN, resolution="8K", quality="high", style_references=picture()))
    assert call.price is None
    assert call.body["model"] == UNKNOWN


def test_sides_the_model_rounds_are_told_and_sent(build, fits):
    told = []
    call = fits(build(model="venice-sd35", width=1004, height=1024, tell=told.append))
    assert (call.body["width"], call.body["height"]) == (1004, 1024)
    assert len(told) == 1
    assert "1004" in told[0]
    assert "1008" in told[0]


def test_steps_beyond_the_model_are_brought_down_and_told(build):
    told = []
    assert build(steps=50, tell=told.append).body["steps"] == 8
    assert "50" in told[0]
    assert build(model="venice-sd35", steps=30, tell=told.append).body["steps"] == 30
    assert len(told) == 1


def listed(**constraints):
    spec = {
        "name": "M",
        "privacy": "private",
        "constraints": constraints,
        "pricing": {"resolutions": {"1K": 1}},
    }
    return Catalogue([{"id": "m", "type": "image", "model_spec": spec}], "2026-10-01")


def test_a_ratio_the_model_does_not_list_is_refused_with_the_nearest(refused):
    catalogue = listed(aspectRatios=["1:1", "16:9"], resolutions=["1K"])
    error = refused(lambda: generate("x", model="m", catalogue=catalogue, aspect_ratio="3:2"), "aspect_ratio")
    assert "'16:9'" in error.do
    assert generate("x", model="m", catalogue=catalogue, aspect_ratio="16:9").body["aspect_ratio"] == "16:9"


def test_tiers_and_levels_are_those_of_the_model(build, refused):
    refused(lambda: build(model=RATIO, resolution="2K"), "resolution", "aspect_ratio")
    refused(lambda: build(model="seedream-v5-pro", resolution="4K"), "resolution", "'2K'")
    refused(lambda: build(model=TIERED, quality="high"), "quality", "Leave it out")
    refused(lambda: build(model="grok-imagine-image-2-0", quality="high"), "quality", "'medium'")


def test_strange_facts_of_the_server_refuse_nothing(fits):
    odd = {"promptCharacterLimit": "many", "steps": 5, "widthHeightDivisor": "8", "aspectRatios": "all"}
    for constraints in (
        odd,
        {"resolutions": "2K", "qualities": 3, "steps": {"max": "9"}},
        {"aspectRatios": []},
    ):
        call = generate("x" * 7000, model="m", catalogue=listed(**constraints), resolution="1K", steps=20)
        assert fits(call).body["steps"] == 20


# --- styles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Anime", "Anime"),
        ("anime", "Anime"),
        ("TILT SHIFT", "Tilt-Shift"),
        ("Isometric", "Isometric Style"),
        ("Low Poly", "Lowpoly"),
        ("Tile Texture", "Texture"),
        ("3d-model", "3D Model"),
    ],
)
def test_a_style_is_sent_as_the_api_spells_it(build, typed, sent):
    assert build(style_preset=typed).body["style_preset"] == sent


def test_an_unknown_style_is_refused_with_the_one_that_was_meant(build, refused):
    refused(lambda: build(style_preset="Watercolr"), "style_preset", "'Watercolor'")
    refused(lambda: build(style_preset="xq"), "style_preset", "v.images.styles()")
    refused(lambda: build(style_preset=3), "style_preset")


def test_styles_the_server_has_added_are_taken(build):
    assert build(style_preset="ukiyo e", styles=("Ukiyo-e",)).body["style_preset"] == "Ukiyo-e"


def test_there_are_76_styles_and_each_is_its_own():
    assert len(STYLES) == 76
    assert [style("s", each) for each in STYLES] == list(STYLES)
    assert [style("s", each.upper()) for each in STYLES] == list(STYLES)


def test_the_list_of_styles_needs_no_key_and_costs_nothing(fits):
    assert not fits(styles()).paid


# --- style references ------------------------------------------------------------------------


def test_style_references_are_any_pictures_with_or_without_a_strength(build, fits):
    given = [picture(), {"image": "https://example.org/a.png", "strength": 0.3}, np.zeros((64, 64), np.uint8)]
    sent = fits(build(model=STYLED, style_references=given)).body["style_references"]
    assert sent[0]["image"].startswith("data:image/png;base64,")
    assert sent[1] == {"image": "https://example.org/a.png", "strength": 0.3}
    assert set(sent[2]) == {"image"}
    one = build(model=STYLED, style_references=np.zeros((64, 64, 3), np.uint8)).body["style_references"]
    assert len(one) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "style_references"),
        ([picture()] * 4, "style_references"),
        ([{"strength": 1}], "style_references[0].image"),
        ([{"image": picture(), "strength": 0.05}], "style_references[0].strength"),
        ([{"image": picture(), "strength": "1"}], "style_references[0].strength"),
        ([{"image": picture(), "weight": 1}], "weight"),
        ([b"<svg xmlns='http://www.w3.org/2000/svg'/>"], "style_references[0]"),
        (["http://localhost/a.png"], "style_references[0]"),
        ("no-such-file.png", "style_references[0]"),
    ],
)
def test_style_references_that_the_server_would_refuse_are_not_sent(build, refused, given, field):
    refused(lambda: build(model=STYLED, style_references=given), field)


def test_a_model_without_style_references_names_one_that_has_them(build, refused):
    refused(lambda: build(style_references=[picture()]), "style_references", STYLED)


# --- the layout of OpenAI --------------------------------------------------------------------


def test_the_layout_of_openai_always_names_a_model(catalogue, fits):
    call = fits(
        generations(
            "x",
            model="default",
            catalogue=catalogue,
            n=1,
            size="1536x1024",
            response_format="url",
            output_format="jpeg",
            moderation="low",
            quality="hd",
            style="vivid",
            background="auto",
            output_compression=50,
            user="ann",
        )
    )
    assert call.body["model"] == PIXELS
    assert call.safety is Safety.MAKE


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"prompt": "x" * 1501}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"n": 2}, "n"),
        ({"size": "640x480"}, "size"),
        ({"safe_mode": False}, "safe_mode"),
        ({"response_format": "png"}, "response_format"),
        ({"output_format": "jpg"}, "output_format"),
        ({"output_compression": 101}, "output_compression"),
        ({"model": "firered-image-edit"}, "model"),
    ],
)
def test_the_layout_of_openai_has_its_own_limits(catalogue, refused, options, field):
    refused(lambda: generations(**{"prompt": "x", "model": PIXELS, "catalogue": catalogue, **options}), field)
