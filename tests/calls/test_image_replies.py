"""Answers with pictures: what was paid for is given, whatever shape it came in."""

import io
import json

import pybase64
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from venice_nb.calls.call import Received
from venice_nb.calls.pictures.edits import edit, remove_background, upscale
from venice_nb.calls.pictures.images import generate, generations
from venice_nb.calls.pictures.styles import read_styles
from venice_nb.catalogue import Catalogue
from venice_nb.errors import ContentRefused, UnreadableReply, VeniceError
from venice_nb.results.money import Cost
from venice_nb.results.pictures.gallery import Gallery

CATALOGUE = Catalogue.bundled()


def picture(kind="PNG", size=(300, 300), color=200):
    out = io.BytesIO()
    Pillow.new("RGB", size, color).save(out, kind)
    return out.getvalue()


PNG, JPEG, WEBP = picture(), picture("JPEG"), picture("WEBP")


def b64(data):
    return pybase64.b64encode(data).decode()


def received(content, kind="application/json", **headers):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Received(200, {"content-type": kind, **names}, content, elapsed=1.5)


def asked(**options):
    return generate("a gondola", **{"model": "z-image-turbo", "catalogue": CATALOGUE, **options}).read


def answer(*images, **more):
    timing = {"inferenceDuration": 5, "total": 9}
    return {"id": "generate-image-1", "images": list(images), "timing": timing, **more}


def test_bytes_are_a_gallery_of_one_picture_that_knows_what_was_asked():
    gallery = asked(seed=7)(received(PNG, "image/png", cf_ray="abc"))
    image = gallery[0]
    assert (image.data, image.mime, image.prompt, image.seed) == (PNG, "image/png", "a gondola", 7)
    assert (image.model, image.cost, image.request_id) == ("z-image-turbo", Cost(0.01, "priced"), "abc")
    assert (gallery.cost, gallery.elapsed) == (Cost(0.01, "priced"), 1.5)


def test_the_content_decides_what_a_picture_is():
    assert asked(format="webp")(received(JPEG, "image/webp"))[0].mime == "image/jpeg"
    assert asked()(received(PNG, "application/octet-stream"))[0].mime == "image/png"
    assert asked()(received(PNG, "application/json"))[0].mime == "image/png"
    assert asked()(received(answer(b64(WEBP)), "image/webp"))[0].mime == "image/webp"


def test_several_pictures_share_the_price_and_what_the_json_says():
    gallery = asked(variants=3, seed=7)(received(answer(b64(PNG), b64(JPEG), b64(WEBP))))
    assert [image.mime for image in gallery] == ["image/png", "image/jpeg", "image/webp"]
    assert float(gallery.cost) == pytest.approx(0.03)
    assert gallery.raw["id"] == "generate-image-1"
    assert "images" not in gallery.raw
    assert [image.seed for image in gallery] == [7, None, None], "the seeds of the others are not told"


def test_the_seed_the_server_chose_is_read_where_it_tells():
    assert asked()(received(answer(b64(PNG), request={"seed": 42})))[0].seed == 42
    assert asked()(received(answer(b64(PNG), request={"seed": "x"})))[0].seed is None
    assert asked()(received(answer(b64(PNG), request=None)))[0].seed is None


def test_one_broken_picture_of_four_costs_that_picture_only():
    """Fault 41."""
    texts = [b64(PNG), b64(PNG)[:-7] + "!!", b64(JPEG), b64(WEBP)]
    gallery = asked(variants=4)(received(answer(*texts)))
    assert [image.mime for image in gallery] == ["image/png", "image/jpeg", "image/webp"]
    assert len(gallery.errors) == 1
    failed = gallery.errors[0]
    assert (failed.position, failed.prompt) == (1, "a gondola")
    assert failed.error.content == texts[1].encode(), "and its text is kept"
    assert float(gallery.cost) == pytest.approx(0.04), "four were paid for"


@pytest.mark.parametrize(
    "broken", ["", None, {}, 5, "https://example.org/a.png", b64(b"no picture"), "%%%", []]
)
def test_whatever_stands_for_a_picture_costs_that_picture_only(broken):
    gallery = asked(variants=2)(received(answer(b64(PNG), broken)))
    assert (len(gallery), len(gallery.errors)) == (1, 1)


@pytest.mark.parametrize(
    "spelling",
    [
        lambda text: f"data:image/png;base64,{text}",
        lambda text: "\n".join(text[n : n + 76] for n in range(0, len(text), 76)),
        lambda text: text.rstrip("="),
        lambda text: {"b64_json": text},
        lambda text: {"url": f"data:image/png;base64,{text}"},
    ],
)
def test_base64_is_read_in_every_spelling(spelling):
    data = picture(size=(101, 70))
    assert asked()(received(answer(spelling(b64(data)))))[0].data == data


@pytest.mark.parametrize(
    "layout",
    [
        lambda text: {"data": [{"b64_json": text}]},
        lambda text: {"created": 1, "data": [{"url": f"data:image/png;base64,{text}"}]},
        lambda text: {"images": text},
        lambda text: {"image": text},
        lambda text: [text],
    ],
)
def test_pictures_are_found_in_every_layout(layout):
    read = generations("x", model="default", catalogue=CATALOGUE).read
    assert read(received(layout(b64(PNG))))[0].data == PNG


@pytest.mark.parametrize(
    "name",
    ["x_venice_is_content_violation", "x_venice_is_adult_model_content_violation", "x_venice_contains_minor"],
)
def test_a_blocked_picture_is_an_error_that_says_it_was_not_charged(name):
    """Fault 42."""
    for content, kind in ((PNG, "image/png"), (answer(b64(PNG)), "application/json")):
        with pytest.raises(ContentRefused) as told:
            asked()(received(content, kind, cf_ray="abc", **{name: "true"}))
        error = told.value
        assert (error.charged, error.status, error.request_id) == ("no", 200, "abc")
        assert error.code == "CONTENT_POLICY_VIOLATION"
        assert "not charge" in error.what
        assert "gondola" not in str(error), "the prompt is private"
        assert [image.data for image in error.images] == [PNG], "and what came is not thrown away"
    assert asked()(received(PNG, "image/png", **{name: "false"}))


def test_blurring_and_rewriting_are_told_on_the_picture_and_in_its_price():
    image = asked(enhance_prompt=True)(
        received(PNG, "image/png", x_venice_is_blurred="true", x_venice_enhanced_prompt="a%20better%20one")
    )[0]
    assert image.blurred
    assert image.enhanced_prompt == "a better one"
    assert float(image.cost) == pytest.approx(0.05)


def test_the_model_that_answered_is_the_one_that_is_priced():
    image = asked()(received(PNG, "image/png", x_venice_model_id="flux-2-max"))[0]
    assert (image.model, float(image.cost)) == ("flux-2-max", pytest.approx(0.09))
    image = asked()(received(PNG, "image/png", x_venice_model_id="of-tomorrow"))[0]
    assert (image.model, float(image.cost)) == ("of-tomorrow", pytest.approx(0.01))


def test_a_charge_that_is_told_wins_over_the_list_price():
    for cost, wanted in ((0.5, 0.5), ({"usd": 0.25, "diem": 0.25}, 0.5), ({"usd": "x"}, 0.01), ("?", 0.01)):
        image = asked()(received(answer(b64(PNG), cost=cost)))[0]
        assert float(image.cost) == pytest.approx(wanted)


def test_the_price_of_an_enlargement_is_that_of_the_size_that_came():
    read = upscale(PNG, 4, catalogue=CATALOGUE).read
    assert float(read(received(picture(size=(1200, 1200)), "image/png")).cost) == pytest.approx(0.08)
    assert float(read(received(picture(size=(600, 600)), "image/png")).cost) == pytest.approx(0.02)
    assert read(received(PNG, "image/png")).model == "upscaler"


def test_edits_and_cutouts_are_one_picture():
    assert edit(PNG, "snow", catalogue=CATALOGUE).read(received(JPEG, "image/jpeg")).prompt == "snow"
    assert float(remove_background(PNG, catalogue=CATALOGUE).read(received(PNG, "image/png")).cost) == 0.03


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Sign in</html>",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"images": []}',
        b'{"error": "odd"}',
        b'"text"',
        PNG[4:],
        json.dumps({"images": ["!", None]}).encode(),
    ],
)
def test_a_success_without_a_picture_keeps_its_bytes(content):
    with pytest.raises(UnreadableReply) as told:
        asked(variants=2)(received(content))
    assert told.value.content == content
    assert told.value.charged == "unknown"


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab=+/ é", max_size=8)
    | st.just(b64(PNG)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["images", "data", "b64_json", "url", "cost", "request"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ODD)
def test_no_json_is_too_odd_to_be_read_or_kept(value):
    content = json.dumps(value).encode()
    try:
        gallery = asked(variants=2)(received(content))
    except UnreadableReply as error:
        assert error.content == content  # noqa: PT017  either may come
    else:
        assert isinstance(gallery, Gallery)
        assert all(image.data == PNG for image in gallery)


def test_styles_are_read_from_an_object_or_a_bare_list():
    for body in (
        {"object": "list", "data": ["Anime", "HDR"]},
        ["Anime", "HDR"],
        {"data": [{"name": "Anime"}, "HDR"]},
    ):
        assert list(read_styles(received(body))) == ["Anime", "HDR"]
    for body in ({}, [], "x", {"data": None}):
        with pytest.raises(VeniceError):
            read_styles(received(body))
