"""Requests that work on pictures: any picture within the API's bounds, as JSON or as files."""

import io

import numpy as np
import pybase64
import pytest
from PIL import Image as Pillow

from tests import spec
from venice_nb.calls.call import Safety
from venice_nb.calls.films.inputs import read_inputs
from venice_nb.calls.pictures.content import AS_FILES
from venice_nb.calls.pictures.edits import edit, multi_edit, remove_background, upscale
from venice_nb.catalogue import Catalogue
from venice_nb.results.pictures.image import Image

URL = "https://example.org/photo.png"


def picture(size=(300, 300), kind="PNG"):
    out = io.BytesIO()
    Pillow.new("RGB", size, 200).save(out, kind)
    return out.getvalue()


def noise(side=700):
    """A picture of more than a megabyte."""
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


SMALL, LARGE = picture(), noise()


@pytest.fixture(scope="module")
def fits_both(catalogue):
    """The call, after the official file has accepted its body or its form."""

    def check(call):
        body = call.body
        if call.form is not None:
            body = {
                name: [each[1] for each in value]
                if isinstance(value, list)
                else value[1]
                if isinstance(value, tuple)
                else value
                for name, value in call.form.items()
            }
        assert spec.validate_request("POST", call.path, None, None, body) == []
        assert spec.match("POST", call.path)[0].id == call.operation
        assert (call.safety, call.family, call.paid) == (Safety.MAKE, "image", True)
        return call

    return check


def test_an_enlargement_sends_bare_base64_and_its_scale(catalogue, fits_both):
    call = fits_both(upscale(SMALL, catalogue=catalogue))
    assert call.body == {"image": pybase64.b64encode(SMALL).decode(), "scale": 2}
    assert call.price == pytest.approx(0.02)
    call = fits_both(upscale(SMALL, 4, catalogue=catalogue, creativity=0.02))
    assert (call.body["scale"], call.body["creativity"], call.price) == (4, 0.02, pytest.approx(0.08))


def test_base64_as_older_tutorials_send_it_is_taken(catalogue):
    wanted = upscale(SMALL, catalogue=catalogue).body
    for text in (
        pybase64.b64encode(SMALL).decode(),
        "data:image/png;base64," + pybase64.b64encode(SMALL).decode(),
        pybase64.encodebytes(SMALL).decode(),
    ):
        assert upscale(text, catalogue=catalogue).body == wanted


def test_pictures_of_every_kind_are_taken(catalogue, tmp_path):
    (tmp_path / "a.png").write_bytes(SMALL)
    wanted = upscale(SMALL, catalogue=catalogue).body["image"]
    for source in (
        tmp_path / "a.png",
        str(tmp_path / "a.png"),
        bytearray(SMALL),
        io.BytesIO(SMALL),
        Image(SMALL),
    ):
        assert upscale(source, catalogue=catalogue).body["image"] == wanted
    for source in (Pillow.open(io.BytesIO(SMALL)), np.full((300, 300, 3), 200, np.uint8)):
        assert upscale(source, catalogue=catalogue).body["image"]


def test_an_avif_goes_as_png_and_a_broken_one_is_refused(catalogue, refused):
    call = upscale(picture(kind="AVIF"), catalogue=catalogue)
    with Pillow.open(io.BytesIO(pybase64.b64decode(call.body["image"]))) as sent:
        assert (sent.format, sent.size) == ("PNG", (300, 300))
    film = read_inputs({"image_url": picture(kind="AVIF")})
    assert film.body["image_url"].startswith("data:image/png;base64,")
    whole = picture(kind="AVIF")
    refused(lambda: upscale(whole[:-40] + bytes(40), catalogue=catalogue), "image")


def test_a_scale_the_server_will_lower_is_told(catalogue):
    told = []
    upscale(picture((3000, 2000)), 4, catalogue=catalogue, tell=told.append)
    assert "1.7 times" in told[0]
    upscale(picture((2048, 2048)), 2, catalogue=catalogue, tell=told.append)
    assert len(told) == 1


def test_an_edit_leaves_the_model_to_the_server_unless_named(catalogue, fits_both):
    call = fits_both(edit(SMALL, "make it snow", catalogue=catalogue))
    assert set(call.body) == {"image", "prompt"}
    assert call.body["image"].startswith("data:image/png;base64,")
    assert (call.model, call.price) == ("firered-image-edit", pytest.approx(0.04))
    call = fits_both(
        edit(URL, "make it snow", catalogue=catalogue, model="gpt-image-2-edit", resolution="2k")
    )
    assert (call.body["image"], call.body["model"], call.body["resolution"]) == (
        URL,
        "gpt-image-2-edit",
        "2K",
    )
    assert call.price == pytest.approx(0.52)


def test_every_field_of_an_edit_is_sent(catalogue, fits_both):
    options = {"aspect_ratio": "auto", "output_format": "webp", "safe_mode": False, "enhance_prompt": True}
    options |= {"disable_prompt_optimization_thinking": False}
    call = fits_both(edit(SMALL, "x", catalogue=catalogue, **options))
    assert {name: call.body[name] for name in options} == options
    assert call.timeouts.total == 330


def test_several_pictures_are_sent_in_order_under_the_names_of_their_route(catalogue, fits_both):
    call = fits_both(
        multi_edit(
            [URL, SMALL], "put it in", catalogue=catalogue, modelId="flux-2-max-edit", output_format="png"
        )
    )
    assert call.body["images"][0] == URL
    assert call.body["images"][1].startswith("data:")
    assert call.body["modelId"] == "flux-2-max-edit"
    assert "model" not in call.body
    assert call.price == pytest.approx(0.12 + 0.0345)
    call = fits_both(multi_edit([SMALL], "x", catalogue=catalogue, modelId="gpt-image-2-edit", quality="low"))
    assert call.price == pytest.approx(0.03)


def test_a_background_is_removed_from_a_picture_or_from_its_url(catalogue, fits_both):
    assert fits_both(remove_background(SMALL, catalogue=catalogue)).body == {
        "image": pybase64.b64encode(SMALL).decode()
    }
    for call in (
        remove_background(URL, catalogue=catalogue),
        remove_background(image_url=URL, catalogue=catalogue),
    ):
        assert fits_both(call).body == {"image_url": URL}
    assert call.price == pytest.approx(0.03)


def test_heavy_pictures_go_as_files_which_saves_a_third(catalogue, fits_both):
    assert len(LARGE) > AS_FILES
    call = fits_both(edit(LARGE, "x", catalogue=catalogue, safe_mode=False, resolution=None))
    assert call.body is None
    assert call.form == {"image": ("image.png", LARGE, "image/png"), "prompt": "x", "safe_mode": "false"}
    assert fits_both(upscale(LARGE, 4, catalogue=catalogue)).form["scale"] == "4"
    several = fits_both(multi_edit([SMALL, LARGE], "x", catalogue=catalogue)).form["images"]
    assert [part[1] for part in several] == [SMALL, LARGE]
    assert fits_both(remove_background(LARGE, catalogue=catalogue)).form["image"][1] == LARGE


def test_a_url_beside_heavy_pictures_keeps_them_in_json(catalogue, fits_both):
    call = fits_both(multi_edit([URL, LARGE], "x", catalogue=catalogue))
    assert call.form is None


def test_more_than_json_can_carry_beside_a_url_is_refused(catalogue, refused, monkeypatch):
    monkeypatch.setattr("venice_nb.calls.pictures.content.JSON_MOST", 1_500_000)
    refused(lambda: multi_edit([URL, LARGE], "x", catalogue=catalogue), "images", "Download")
    assert multi_edit([SMALL, LARGE], "x", catalogue=catalogue).form


def test_fields_a_form_cannot_write_keep_json(catalogue):
    call = edit(LARGE, "x", catalogue=catalogue, extra_body={"later": {"a": 1}})
    assert call.body["later"] == {"a": 1}
    assert edit(LARGE, "x", catalogue=catalogue, extra_body={"later": True}).form["later"] == "true"


def listed(**constraints):
    spec = {"name": "M", "privacy": "private", "constraints": constraints, "pricing": {"inpaint": 0.1}}
    return Catalogue([{"id": "m", "type": "inpaint", "model_spec": spec}], "2026-10-01")


def test_the_model_says_how_many_pictures_it_takes(refused):
    for constraints, most in (({}, 3), ({"maxInputImages": 5}, 5), ({"combineImages": False}, 1)):
        catalogue = listed(**constraints)
        assert multi_edit([SMALL] * most, "x", catalogue=catalogue, modelId="m").body["images"]
        error = refused(
            lambda catalogue=catalogue, most=most: multi_edit(
                [SMALL] * (most + 1), "x", catalogue=catalogue, modelId="m"
            ),
            "images",
        )
        assert f"{most + 1} pictures" in error.what


def test_the_model_says_which_ratios_and_how_long_a_prompt_it_takes(catalogue, refused):
    only = listed(aspectRatios=["4:3"], promptCharacterLimit=10)
    assert edit(SMALL, "x", catalogue=only, model="m", aspect_ratio="4:3").body["aspect_ratio"] == "4:3"
    refused(lambda: edit(SMALL, "x", catalogue=only, model="m", aspect_ratio="1:1"), "aspect_ratio", "4:3")
    refused(lambda: edit(SMALL, "x" * 11, catalogue=only, model="m"), "prompt")
    refused(lambda: edit(SMALL, "x" * 1501, catalogue=catalogue), "prompt")
    assert edit(SMALL, "x" * 30_000, catalogue=catalogue, model="nano-banana-pro-edit")


def test_a_model_that_only_draws_names_its_twin_that_edits(catalogue, refused):
    assert edit(SMALL, "x", catalogue=catalogue, model="flux-2-max").model == "flux-2-max-edit"
    refused(lambda: edit(SMALL, "x", catalogue=catalogue, model="qwen-image-3"), "model", "qwen-image-3-edit")
    refused(lambda: edit(SMALL, "x", catalogue=catalogue, model="qwen-image"), "model", "v.models(")
    refused(
        lambda: edit(SMALL, "x", catalogue=catalogue, model="bria-bg-remover"), "model", "remove_background"
    )


def test_a_picture_given_out_is_told_apart_from_a_gallery(catalogue, refused):
    from venice_nb.results.pictures.gallery import Gallery

    gallery = Gallery((Image(SMALL, prompt="a canal"), Image(SMALL)))
    refused(lambda: upscale(gallery, catalogue=catalogue), "image", "image[0]")
    refused(lambda: edit([SMALL], "x", catalogue=catalogue), "image", "multi_edit")
    assert len(multi_edit(gallery, "x", catalogue=catalogue).body["images"]) == 2
    assert upscale(gallery[0], catalogue=catalogue).read.about.prompt == "a canal"
