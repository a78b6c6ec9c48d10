"""What a model does not take is refused before anything is charged; quotes drop it. And what films cost."""

import pytest

from tests import spec
from tests.sandbox.filming import FILM, SKIN, data_url, face, hills, png, shot_once
from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.rules.video_orders import Order

HILLS = png(hills())
KLING = {
    "model": "kling-2.5-turbo-pro-text-to-video",
    "prompt": "fog",
    "duration": "5s",
    "aspect_ratio": "16:9",
}
WAN = {"model": "wan-2.5-preview-image-to-video", "prompt": "it moves", "duration": "5s"}
REFERENCE = {
    "model": "seedance-2-0-reference-to-video-basic",
    "prompt": "the hero walks",
    "duration": "5s",
    "aspect_ratio": "16:9",
}
EDIT = {**REFERENCE, "model": "seedance-2-5-reference-to-video-basic"}
ELEMENTS = {"model": "kling-o3-pro-reference-to-video", "prompt": "@Element1 waves", "duration": "5s"}
TOPAZ = {"model": "topaz-video-upscale", "duration": "Auto"}
V2V = {"model": "wan-2-7-video-to-video", "prompt": "noir", "duration": "5s"}
TRANSITION = {"model": "pixverse-v5.6-transition", "prompt": "turns", "duration": "5s"}
MOTION = {"model": "kling-v3-pro-motion-control", "prompt": "dance", "duration": "5s"}
AGREED = {
    "seedance": {
        "confirmed_terms_and_privacy": True,
        "confirmed_legal_right": True,
        "confirmed_screening_acknowledged": True,
    }
}


@pytest.fixture(scope="module")
def clip():
    """Five seconds of 360 lines as a data URL."""
    return data_url(shot_once(Order("text", "x", 5, "", "", sound=False, lines=360), 1), "video/mp4")


REFUSED = [
    (FILM, {"resolution": "4k"}, "resolution", "invalid_enum_value"),
    (FILM, {"duration": "7s"}, "duration", "invalid_enum_value"),
    (FILM, {"duration": 5}, "duration", "invalid_type"),
    (FILM, {"duration": "5"}, "duration", "invalid_enum_value"),
    (FILM, {"duration": "Auto"}, "duration", "invalid_enum_value"),
    (FILM, {"aspect_ratio": "21:9"}, "aspect_ratio", "invalid_enum_value"),
    (FILM, {"aspect_ratio": None}, "aspect_ratio", "invalid_type"),
    (FILM, {"aspect_ratio": ...}, "aspect_ratio", "invalid_type"),
    (FILM, {"prompt": "x" * 2501}, "prompt", "too_big"),
    (FILM, {"prompt": ""}, "prompt", "too_small"),
    (FILM, {"prompt": ...}, "prompt", "invalid_type"),
    (FILM, {"negative_prompt": "x" * 2501}, "negative_prompt", "too_big"),
    (FILM, {"image_url": HILLS}, "image_url", "custom"),
    (FILM, {"video_url": "data:video/mp4;base64,AAAA"}, "video_url", "custom"),
    (FILM, {"upscale_factor": 2}, "upscale_factor", "custom"),
    (FILM, {"audio_url": "data:audio/wav;base64,AAAA"}, "audio_url", "custom"),
    (FILM, {"keyframes": [{"image_url": HILLS, "frame_index": 0}]}, "keyframes", "custom"),
    (FILM, {"consents": AGREED}, "consents", "custom"),
    (FILM, {"bitrate_mode": "high"}, "bitrate_mode", "custom"),
    (KLING, {"resolution": "720p"}, "resolution", "custom"),
    (KLING, {"audio": True}, "audio", "custom"),
    (WAN, {}, "image_url", "invalid_type"),
    (WAN, {"image_url": HILLS, "aspect_ratio": "16:9"}, "aspect_ratio", "custom"),
    (WAN, {"image_url": HILLS, "audio": False}, "audio", "custom"),  # sound it has, but no choice
    (WAN, {"image_url": HILLS, "end_image_url": HILLS}, "end_image_url", "custom"),
    (WAN, {"image_url": HILLS, "reference_image_urls": [HILLS]}, "reference_image_urls", "custom"),
    (WAN, {"image_url": "https://example.org/cat.png"}, "image_url", "custom"),
    (WAN, {"image_url": "cat.png"}, "image_url", "custom"),
    (WAN, {"image_url": "data:image/png;base64,?"}, "image_url", "custom"),
    (WAN, {"image_url": "data:image/png;base64,"}, "image_url", "custom"),
    (WAN, {"image_url": "data:image/png;base64,AAAA"}, "image_url", "custom"),
    (WAN, {"image_url": "data:text/plain;base64,AAAA"}, "image_url", "custom"),
    (WAN, {"image_url": HILLS, "audio_url": "data:audio/wav;base64,AAAA"}, "audio_url", "custom"),
    (REFERENCE, {}, "reference_image_urls", "custom"),
    (REFERENCE, {"reference_image_urls": [HILLS] * 5}, "reference_image_urls", "too_big"),
    (REFERENCE, {"reference_audio_urls": ["data:,"]}, "reference_image_urls", "custom"),
    (REFERENCE, {"reference_image_urls": [HILLS], "omni_reference_task_type": "edit"}, None, "custom"),
    (REFERENCE, {"reference_image_urls": [HILLS], "duration": "auto"}, "duration", "invalid_enum_value"),
    (EDIT, {"reference_image_urls": [HILLS], "duration": "-1"}, "duration", "invalid_enum_value"),
    (ELEMENTS, {}, "reference_image_urls", "custom"),
    (TOPAZ, {}, "video_url", "invalid_type"),
    (TOPAZ, {"video_url": "data:video/mp4;base64,AAAA"}, "video_url", "custom"),
    (TOPAZ, {"video_url": "data:video/mp4;base64,AAAA", "resolution": "2x"}, "resolution", "custom"),
    (TOPAZ, {"video_url": "data:video/mp4;base64,AAAA", "upscale_factor": 3}, "upscale_factor", None),
    (V2V, {}, "video_url", "invalid_type"),
    (TRANSITION, {"image_url": HILLS}, "end_image_url", "invalid_type"),
    (MOTION, {"image_url": HILLS}, "video_url", "invalid_type"),
]


@pytest.mark.parametrize(("base", "changed", "field", "code"), REFUSED)
def test_a_request_the_model_does_not_take_is_400_names_the_field_and_costs_nothing(
    desk, base, changed, field, code
):
    body = {name: value for name, value in {**base, **changed}.items() if value is not ...}
    reply = desk.post("/video/queue", body)
    assert reply.status_code == 400, reply.text
    issues = reply.json()["issues"]
    assert field in {*(issue["path"][0] for issue in issues if issue["path"]), None}, issues
    assert code in {*(issue["code"] for issue in issues), None}, issues
    assert desk.box.books == []


@pytest.mark.parametrize("key", ["seed", "safe_mode", "queueid", "fps"])
def test_a_key_nobody_knows_is_400_like_in_a_strict_schema(desk, key):
    reply = desk.post("/video/queue", {**FILM, key: 1})
    assert reply.status_code == 400
    assert reply.json()["issues"][0] == {
        "code": "unrecognized_keys",
        "keys": [key],
        "path": [],
        "message": f"Unrecognized key(s) in object: '{key}'",
    }


def test_all_mistakes_are_told_at_once(desk):
    reply = desk.post("/video/queue", {**KLING, "duration": "7s", "resolution": "720p", "seed": 1})
    assert {issue["code"] for issue in reply.json()["issues"]} == {
        "custom",
        "unrecognized_keys",
        "invalid_enum_value",
    }
    assert "This model does not support resolution" in reply.text


def test_features_a_model_lacks_count_in_the_larger_budget_of_failures(make):
    desk = make(abuse="live")
    for _ in range(60):
        assert desk.post("/video/queue", {**KLING, "audio": True}).status_code == 400
    assert desk.post("/video/queue", KLING).status_code == 200


ACCEPTED = [
    {**KLING, "negative_prompt": "blur"},
    {**FILM, "audio": True, "anon_user_id": "me"},
    {**WAN, "image_url": HILLS, "resolution": "480p"},
    {**TRANSITION, "image_url": HILLS, "end_image_url": HILLS},
    {
        **KLING,
        "model": "kling-2.5-turbo-pro-image-to-video",
        "image_url": HILLS,
        "end_image_url": HILLS,
        "aspect_ratio": ...,
    },
    {**REFERENCE, "reference_image_urls": [HILLS] * 4, "bitrate_mode": "high"},
    {**ELEMENTS, "elements": [{"frontal_image_url": HILLS, "reference_image_urls": [HILLS]}]},
    {**ELEMENTS, "scene_image_urls": [HILLS], "audio": False},
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_what_a_model_takes_is_queued_at_the_quoted_price(desk, body):
    body = {name: value for name, value in body.items() if value is not ...}
    assert spec.validate_request("POST", "/video/queue", body=body) == []
    reply = desk.post("/video/queue", body)
    assert reply.status_code == 200, reply.text
    quoted = {
        name: body[name] for name in ("model", "duration", "resolution", "aspect_ratio") if name in body
    }
    assert desk.post("/video/quote", quoted).json()["quote"] == desk.box.books[0].usd


@pytest.mark.parametrize("base", [TOPAZ, V2V])
def test_films_made_of_films_are_queued_at_the_quoted_price_and_may_leave_out_the_duration(desk, base, clip):
    body = {**base, "video_url": clip}
    short = {name: value for name, value in body.items() if name not in ("duration", "prompt")}
    for given in (body, short):
        assert desk.post("/video/queue", given).status_code == 200
    quote = desk.post("/video/quote", {**base, "video_url": clip}).json()["quote"]
    assert [charge.usd for charge in desk.box.books] == [quote] * 2


def test_a_quote_drops_what_the_model_does_not_use_but_not_wrong_values_of_what_it_does(desk):
    plain = desk.post("/video/quote", {"model": KLING["model"], "duration": "5s"})
    more = {"resolution": "720p", "audio": True, "aspect_ratio": "1:1", "upscale_factor": 4, "seed": 3}
    assert (
        desk.post("/video/quote", {"model": KLING["model"], "duration": "5s", **more}).json() == plain.json()
    )
    assert desk.post("/video/quote", {"model": KLING["model"], "duration": "7s"}).status_code == 400
    assert desk.post("/video/quote", {"model": KLING["model"]}).status_code == 400
    assert (
        desk.post("/video/quote", {"model": KLING["model"], "duration": "5s"}, key="").json() == plain.json()
    )


PRICES = [
    ("kling-2.5-turbo-pro-text-to-video", "5s", None, 0.39),
    ("kling-2.5-turbo-pro-image-to-video", "10s", None, 0.78),
    ("kling-2.6-pro-text-to-video", "5s", None, 0.77),
    ("wan-2.5-preview-text-to-video", "5s", "480p", 0.28),
    ("wan-2.5-preview-text-to-video", "5s", "720p", 0.42),
    ("wan-2.5-preview-text-to-video", "10s", "1080p", 1.26),
    ("wan-2.6-text-to-video", "5s", "720p", 0.55),
    ("veo3-fast-text-to-video", "4s", "1080p", 0.44),
    ("veo3-fast-text-to-video", "4s", "720p", 0.2933),
    ("veo3.1-fast-text-to-video", "8s", "1080p", 1.32),
    ("sora-2-text-to-video", "12s", "720p", 1.32),
    ("longcat-distilled-text-to-video", "30s", "720p", 0.54),
    ("ovi-image-to-video", "5s", None, 0.22),
]


@pytest.mark.parametrize(("model", "duration", "resolution", "price"), PRICES)
def test_prices_are_the_sample_quotes_in_proportion_and_half_as_much_again_a_step(
    desk, model, duration, resolution, price
):
    body = {"model": model, "duration": duration, **({"resolution": resolution} if resolution else {})}
    assert desk.post("/video/quote", body).json() == {"quote": price}


def test_every_video_model_has_a_price_in_every_duration_and_resolution(make, clip):
    desk = make(abuse="off")
    for model in models().values():
        limits = model["model_spec"].get("constraints", {})
        if model["type"] != "video":
            continue
        prices = {}
        for duration in limits["durations"]:
            for resolution in limits["resolutions"] or [None]:
                body = {"model": model["id"], "duration": duration, "resolution": resolution}
                body = {name: value for name, value in body.items() if value}
                if model["id"].startswith("topaz-"):
                    body["video_url"] = clip
                reply = desk.post("/video/quote", body, judged=False)
                assert reply.status_code == 200, (body, reply.text)
                prices[duration, resolution] = reply.json()["quote"]
        assert min(prices.values()) > 0, model["id"]


@pytest.mark.parametrize(("factor", "price"), [(1, 0.065), (2, 0.065), (4, 0.5)])
def test_upscaling_costs_by_the_length_and_the_lines_of_the_output(desk, clip, factor, price):
    body = {**TOPAZ, "video_url": clip, "upscale_factor": factor}
    assert desk.post("/video/quote", body).json() == {"quote": price}


def test_a_quote_of_an_upscale_needs_the_film(desk):
    reply = desk.post("/video/quote", TOPAZ)
    assert (reply.status_code, reply.json()["issues"][0]["path"]) == (400, ["video_url"])
    assert desk.post("/video/quote", {**TOPAZ, "video_url": "https://example.org/a.mp4"}).status_code == 400


def test_a_quote_needs_a_key_only_for_an_upscale(desk, clip):
    assert desk.post("/video/quote", {**TOPAZ, "video_url": clip}, key="").status_code == 403
    film = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": "5s"}
    assert desk.post("/video/quote", film, key="").json() == {"quote": 0.39}


def test_the_length_of_reference_clips_is_paid_and_a_quote_without_it_is_too_low(desk, clip):
    queued = {**REFERENCE, "reference_video_urls": [clip]}
    assert desk.post("/video/queue", queued).status_code == 200
    short = {"model": REFERENCE["model"], "duration": "5s"}
    low = desk.post("/video/quote", short).json()["quote"]
    right = desk.post("/video/quote", {**short, "reference_video_total_duration": 5}).json()["quote"]
    assert low < right == desk.box.books[0].usd


def test_an_edit_may_be_as_long_as_its_source(desk, clip):
    body = {**EDIT, "duration": "auto", "aspect_ratio": "adaptive", "reference_video_urls": [clip]}
    assert desk.post("/video/queue", {**body, "omni_reference_task_type": "edit"}).status_code == 200
    quote = {"model": EDIT["model"], "duration": "auto", "reference_video_total_duration": 5}
    assert desk.post("/video/quote", quote).json()["quote"] == desk.box.books[0].usd


def test_a_face_for_seedance_needs_consent_and_queues_with_it(desk):
    body = {
        "model": "seedance-2-0-image-to-video-basic",
        "prompt": "she smiles",
        "duration": "4s",
        "image_url": png(face()),
    }
    reply = desk.post("/video/queue", body)
    assert reply.status_code == 409
    told = reply.json()
    assert told["error"]["code"] == "needs_consent"
    assert told["consent_flow"] == "seedance"
    assert told["face_media_roles"] == ["image"]
    assert set(told["consent"]) == {"consent_version", "policy_text"}
    assert desk.box.books == []
    assert desk.post("/video/queue", {**body, "consents": AGREED}).status_code == 200
    assert desk.post("/video/queue", {**body, "image_url": HILLS}).status_code == 200  # no face, no question


@pytest.mark.parametrize(
    "consents",
    [
        {"seedance": {**AGREED["seedance"], "confirmed_legal_right": False}},
        {"seedance": {**AGREED["seedance"], "consent_version": "1"}},
        {"seedance": {"confirmed_legal_right": True}},
        {"other": AGREED["seedance"]},
    ],
)
def test_consents_are_exact(desk, consents):
    body = {"model": "seedance-2-0-image-to-video-basic", "prompt": "x", "duration": "4s"}
    reply = desk.post("/video/queue", {**body, "image_url": png(face()), "consents": consents})
    assert reply.status_code == 400


def test_every_role_that_shows_a_face_is_named(desk):
    body = {**REFERENCE, "reference_image_urls": [HILLS, png(face())]}
    assert desk.post("/video/queue", body).json()["face_media_roles"] == ["reference_image"]
    both = {
        "model": "seedance-2-0-image-to-video-basic",
        "prompt": "x",
        "duration": "4s",
        "image_url": png(face()),
        "end_image_url": png(face()),
    }
    assert desk.post("/video/queue", both).json()["face_media_roles"] == ["image", "end_image"]


def test_a_face_in_a_picture_of_extreme_shape_is_422(desk):
    narrow = face().resize((100, 400))
    body = {"model": "seedance-2-0-image-to-video-basic", "prompt": "x", "duration": "4s"}
    reply = desk.post("/video/queue", {**body, "image_url": png(narrow), "consents": AGREED})
    assert (reply.status_code, reply.json()["code"]) == (422, "IMAGE_ASPECT_RATIO_OUT_OF_BOUNDS")


def test_a_reference_clip_that_is_too_short_is_422(desk):
    from venice_nb.sandbox.studio.film import camera, film

    take = camera.Take("x", 1, (64, 64), 6, 6)
    short = film.write(camera.frames(hills(64, 64), take, exact=True), rate=6, size=(64, 64))
    body = {**REFERENCE, "reference_video_urls": [data_url(short, "video/mp4")]}
    reply = desk.post("/video/queue", body)
    assert (reply.status_code, reply.json()["code"]) == (422, "VIDEO_DURATION_TOO_SHORT")


@pytest.mark.parametrize("name", ["no-such-model", "sora-2", "kling-2.5-turbo-pro"])
def test_an_unknown_model_or_a_family_name_is_404(desk, name):
    assert desk.post("/video/queue", {**FILM, "model": name}).status_code == 404


def test_a_model_of_another_type_is_400(desk):
    assert desk.post("/video/queue", {**FILM, "model": "llama-3.3-70b"}).status_code == 400


def test_skin_is_seen_in_every_tone():
    from PIL import Image

    from venice_nb.sandbox.rules.screening import shows_face

    for tone in (SKIN, (255, 219, 190), (198, 134, 96), (141, 85, 58), (90, 56, 40)):
        picture = hills(200, 200)
        picture.paste(tone, (60, 40, 140, 160))
        assert shows_face(picture), tone
    for colour in ((0, 120, 255), (30, 160, 60), (128, 128, 128), (255, 255, 255), (250, 230, 30)):
        assert not shows_face(Image.new("RGB", (100, 100), colour)), colour


def test_a_quote_is_a_number_however_long_the_clips_are_said_to_be(desk):
    body = {"model": "kling-o3-4k-reference-to-video", "duration": "5s"}
    quoted = [
        desk.post("/video/quote", {**body, "reference_video_total_duration": long}).json()["quote"]
        for long in (60, 1.7e308)
    ]
    assert quoted[0] < quoted[1]
