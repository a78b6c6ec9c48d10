"""Requests for films: what a model does not take is refused by name before anything is sent, or left out."""

import dataclasses

import numpy as np
import pytest
from film_given import film, picture, sound

from venice_nb.calls.call import Safety
from venice_nb.calls.films.video import queue, quote, read_inputs
from venice_nb.calls.films.words import example_of

TEXT = "kling-2.5-turbo-pro-text-to-video"
IMAGE = "kling-2.5-turbo-pro-image-to-video"
CHOICE = "wan-2.6-text-to-video"  # sound is a choice, music can be given
FIXED = "wan-2.5-preview-image-to-video"  # always with sound
UPSCALE = "topaz-video-upscale"
CHANGE = "wan-2-7-video-to-video"
REFER = "seedance-2-5-reference-to-video-basic"
UNKNOWN = "flux-3-text-to-video"  # the bundled list says nothing of what it takes
INPUTS = {
    "image_url", "end_image_url", "audio_url", "video_url", "reference_image_urls", "reference_video_urls",
    "reference_audio_urls", "reference_document_urls", "elements", "scene_image_urls", "keyframes",
}  # fmt: skip
WIDE = {"duration": "5s", "aspect_ratio": "16:9"}


@pytest.fixture
def order(catalogue):
    def build(model, prompt="fog over a canal", **given):
        inputs = read_inputs({name: given.pop(name) for name in INPUTS & set(given)})
        found = catalogue.resolve(model, "video")
        return queue(prompt, model=found, catalogue=catalogue, inputs=inputs, **given)

    return build


@pytest.fixture
def price(catalogue):
    return lambda model, **given: quote(model=catalogue.resolve(model, "video"), **given)


def test_a_film_is_queued_with_the_settings_and_quoted_with_the_same(order, fits):
    made = order(TEXT, **WIDE, negative_prompt="rain")
    assert fits(made.call).body == {
        "model": TEXT,
        "prompt": "fog over a canal",
        "negative_prompt": "rain",
        "duration": "5s",
        "aspect_ratio": "16:9",
    }
    assert made.call.safety is Safety.QUEUE
    assert made.call.paid
    assert fits(made.quote).body == {"model": TEXT, "duration": "5s", "aspect_ratio": "16:9"}
    assert made.quote.safety is Safety.READ
    assert not made.quote.paid
    assert made.details == {"duration": "5s", "aspect_ratio": "16:9"}
    assert made.said == ()


@pytest.mark.parametrize("duration", [5, 5.0, np.int64(5), "5", "5s", " 5 S ", "5 seconds", "05s"])
def test_a_duration_is_written_in_many_ways(order, duration):
    assert order(TEXT, duration=duration, aspect_ratio="1:1").call.body["duration"] == "5s"


ODD = ["Auto", "auto", "-1", -1, 6, "6s", "1 gen", 0, -2, 5.5, True, "", "5m", "\u0665", [5], b"5s"]


@pytest.mark.parametrize("duration", ODD)
def test_a_duration_the_model_does_not_make_is_refused(order, refused, duration):
    refused(lambda: order(TEXT, duration=duration, aspect_ratio="1:1"), "duration")


def test_the_refusal_names_the_nearest_duration(order, refused):
    error = refused(lambda: order(TEXT, duration=9, aspect_ratio="1:1"), "duration", "10s")
    assert error.allowed == f"5s or 10s for {TEXT}"


def test_without_a_duration_it_is_the_shortest_and_that_is_said(order):
    made = order(TEXT, aspect_ratio="1:1")
    assert made.call.body["duration"] == "5s"
    assert any("shortest" in sentence for sentence in made.said)
    only = order("ovi-image-to-video", image_url=picture())
    assert (only.call.body["duration"], only.said) == ("5s", ())


def test_the_length_of_a_given_film_is_spelled_as_the_model_lists_it(order):
    for duration in (None, "auto", "Auto", "AUTO", -1):
        assert order(UPSCALE, prompt="", video_url=film(), duration=duration).call.body["duration"] == "Auto"


BAD = [  # model, what is given, the field that is named, part of the fix
    # 44: ratios
    (TEXT, {"duration": 5}, "aspect_ratio", "aspect_ratio='16:9'"),
    (IMAGE, {"image_url": picture(), "aspect_ratio": "16:9"}, "aspect_ratio", "Leave it out"),
    (TEXT, {"duration": 5, "aspect_ratio": 969}, "aspect_ratio", ""),
    (TEXT, {"duration": 5, "aspect_ratio": "4:3"}, "aspect_ratio", ""),
    # 45: resolutions and factors
    (UPSCALE, {"video_url": film(), "resolution": "1080p"}, "resolution", "upscale_factor=2"),
    (TEXT, {**WIDE, "resolution": "720p"}, "resolution", "Leave it out"),
    (CHOICE, {**WIDE, "resolution": "4k"}, "resolution", ""),
    (CHOICE, {**WIDE, "resolution": 720}, "resolution", ""),
    (TEXT, {**WIDE, "upscale_factor": 2}, "upscale_factor", "topaz-video-upscale"),
    (UPSCALE, {"video_url": film(), "upscale_factor": 3}, "upscale_factor", "2 or 4"),
    (UPSCALE, {"video_url": film(), "upscale_factor": "2"}, "upscale_factor", ""),
    # 46: what it starts from
    (IMAGE, {"duration": 5}, "image_url", TEXT),
    (TEXT, {**WIDE, "image_url": picture()}, "image_url", IMAGE),
    (TEXT, {**WIDE, "reference_image_urls": [picture()]}, "reference_image_urls", ""),
    (IMAGE, {"image_url": picture(), "video_url": film()}, "video_url", ""),
    (IMAGE, {"end_image_url": picture()}, "image_url", ""),
    (UPSCALE, {}, "video_url", ""),
    (UPSCALE, {"video_url": film(), "image_url": picture()}, "image_url", ""),
    (CHANGE, {"duration": 5}, "video_url", ""),
    (REFER, {"duration": 5}, "reference_image_urls", ""),
    (REFER, {"duration": 5, "reference_audio_urls": [sound()]}, "reference_audio_urls", "picture"),
    (REFER, {"duration": "auto", "reference_image_urls": [picture()]}, "duration", "reference_video_urls"),
    (
        REFER,
        {"duration": 5, "aspect_ratio": "adaptive", "reference_image_urls": [picture()]},
        "aspect_ratio",
        "reference_video_urls",
    ),
    ("pixverse-c1-transition", {"duration": 5, "image_url": picture()}, "end_image_url", ""),
    ("flux-3-first-last-frame-to-video", {"duration": 5}, "image_url", ""),
    ("kling-v3-pro-motion-control", {"duration": 5, "image_url": picture()}, "video_url", ""),
    ("kling-v3-pro-motion-control", {"duration": 5, "video_url": film()}, "image_url", ""),
    # sound
    (TEXT, {**WIDE, "audio": True}, "audio", "with sound"),
    (FIXED, {"image_url": picture(), "audio": False}, "audio", "mute"),
    (CHOICE, {**WIDE, "audio": "yes"}, "audio", ""),
    (TEXT, {**WIDE, "audio_url": sound()}, "audio_url", "wan-2"),
    # words
    (TEXT, {**WIDE, "prompt": ""}, "prompt", ""),
    (TEXT, {**WIDE, "prompt": "  "}, "prompt", ""),
    (TEXT, {**WIDE, "prompt": None}, "prompt", ""),
    (TEXT, {**WIDE, "prompt": "x" * 20_001}, "prompt", "1 characters"),
    (TEXT, {**WIDE, "negative_prompt": 3}, "negative_prompt", ""),
    (TEXT, {**WIDE, "omni_reference_task_type": "edit"}, "omni_reference_task_type", ""),
    (TEXT, {**WIDE, "omni_reference_task_type": "editing"}, "omni_reference_task_type", "'edit'"),
    (TEXT, {**WIDE, "bitrate_mode": "high"}, "bitrate_mode", ""),
    (TEXT, {**WIDE, "extra_body": {"model": "x"}}, "extra_body.model", ""),
    (TEXT, {**WIDE, "reference_video_total_duration": -1}, "reference_video_total_duration", ""),
]


@pytest.mark.parametrize(("model", "given", "field", "fix"), BAD)
def test_what_the_model_does_not_take_is_refused_by_name(order, refused, model, given, field, fix):
    refused(lambda: order(model, **given), field, fix)


def test_what_the_model_does_anyway_is_left_out_and_said(order, fits):
    loud = order(FIXED, image_url=picture(), duration=5, audio=True)
    assert "audio" not in fits(loud.call).body
    assert "always makes sound" in loud.said[0]
    silent = order(TEXT, **WIDE, audio=False)
    assert "audio" not in fits(silent.call).body
    assert "silent" in silent.said[0]
    assert fits(order(CHOICE, **WIDE, audio=False).call).body["audio"] is False


def test_a_resolution_is_read_in_either_case(order):
    assert order(CHOICE, **WIDE, resolution="720P").call.body["resolution"] == "720p"
    assert order("seedance-2-0-text-to-video-basic", **WIDE, resolution="4K").call.body["resolution"] == "4k"


def test_the_seeds_own_settings_are_explained_before_anything_is_spent(order, price, fits, refused):
    seed = {"duration": "10s", "resolution": "720p", "aspect_ratio": "16:9", "audio": True}
    call, said = price(TEXT, **seed)
    assert fits(call).body == {"model": TEXT, "duration": "10s", "aspect_ratio": "16:9"}
    assert [word for word in ("resolution", "audio") if any(f"takes no {word}" in each for each in said)] == [
        "resolution",
        "audio",
    ]
    refused(lambda: order(TEXT, **seed), "resolution")
    refused(lambda: order(TEXT, **{**seed, "resolution": None}), "audio")
    image = order("wan-2.5-preview-image-to-video", image_url=picture(), duration="5s", resolution="720p")
    assert fits(image.call).body["image_url"].startswith("data:image/png;base64,")


def test_a_quote_refuses_what_no_film_has(price, refused):
    refused(lambda: price(TEXT, duration=7), "duration")
    refused(lambda: price(TEXT, duration=5, aspect_ratio="7:5"), "aspect_ratio")
    refused(lambda: price(TEXT, duration=5, resolution="9000p"), "resolution")
    refused(lambda: price(TEXT, duration=5, audio="no"), "audio")


def test_a_quote_tells_the_line_that_buys_what_it_is_for(price):
    call, _ = price(IMAGE, duration=5)
    assert call.read.line == (
        'v.video.submit("...", model="kling-2.5-turbo-pro-image-to-video", duration="5s"'
        ', image_url="first.png"'
    )
    call, _ = price(TEXT, duration=5)
    assert 'aspect_ratio="16:9"' in call.read.line
    call, _ = price(UPSCALE)
    assert call.read.line.startswith('v.video.submit(model="topaz-video-upscale", duration="Auto"')


def test_the_ratio_of_a_given_picture_is_taken_where_one_is_needed(order):
    model = "ltx-2-v2-3-full-image-to-video"
    wide = order(model, duration=6, image_url=picture(320, 200))
    assert wide.call.body["aspect_ratio"] == "16:9"
    assert "closest to the picture" in wide.said[0]
    assert order(model, duration=6, image_url=picture(100, 200)).call.body["aspect_ratio"] == "9:16"


def test_a_picture_elsewhere_has_no_known_ratio(order, refused):
    url = "https://example.com/first.png"
    refused(lambda: order("ltx-2-v2-3-full-image-to-video", duration=6, image_url=url), "aspect_ratio")
    assert order(IMAGE, duration=5, image_url=url).call.body["image_url"] == url


def test_a_film_to_enlarge_needs_no_prompt_and_is_measured_for_its_price(order, fits):
    made = order(UPSCALE, prompt="", video_url=film(), upscale_factor=4)
    assert "prompt" not in made.call.body
    assert made.quote.body["video_url"] == made.call.body["video_url"]
    assert fits(made.quote).body["upscale_factor"] == 4
    assert "video_url" not in made.quote.read.details


def test_reference_films_are_counted_for_the_price(order, fits):
    made = order(REFER, duration=5, reference_video_urls=[film(2), film(3)])
    assert fits(made.quote).body["reference_video_total_duration"] == pytest.approx(5, abs=0.3)
    assert "reference_video_total_duration" not in fits(made.call).body


def test_reference_films_elsewhere_cannot_be_counted_and_that_is_said(order):
    given = {"duration": 5, "reference_video_urls": ["https://example.com/a.mp4", film(2)]}
    made = order(REFER, **given)
    assert "reference_video_total_duration" not in made.quote.body
    assert any("may be higher" in sentence for sentence in made.said)
    told = order(REFER, **given, reference_video_total_duration=8)
    assert told.quote.body["reference_video_total_duration"] == 8
    assert told.said == ()


def test_a_film_can_follow_the_length_and_shape_of_the_one_it_edits(order, fits):
    made = order(REFER, duration=-1, aspect_ratio="adaptive", reference_video_urls=[film(4)])
    assert fits(made.call).body["duration"] == "-1"
    assert made.call.body["aspect_ratio"] == "adaptive"


def test_known_extras_go_to_the_models_that_take_them(order, fits):
    made = order(
        REFER,
        duration=5,
        reference_image_urls=[picture()],
        omni_reference_task_type="edit",
        bitrate_mode="high",
    )
    assert made.call.body["omni_reference_task_type"] == "edit"
    assert made.call.body["bitrate_mode"] == "high"
    more = order(TEXT, **WIDE, extra_body={"camera_trajectory": [{"time": 0}], "nothing": None})
    assert more.call.body["camera_trajectory"] == [{"time": 0}]
    assert "nothing" not in more.call.body


# --- consents ------------------------------------------------------------------------------------


def test_consents_are_passed_as_given_and_said(order, fits):
    agreed = example_of("seedance")
    made = order("seedance-2-0-image-to-video-basic", duration=5, image_url=picture(), consents=agreed)
    assert fits(made.call).body["consents"] == agreed
    assert any("you confirm" in sentence for sentence in made.said)
    assert "consents" not in made.quote.body


def test_consents_are_never_sent_unasked(order):
    made = order("seedance-2-0-image-to-video-basic", duration=5, image_url=picture())
    assert "consents" not in made.call.body


@pytest.mark.parametrize(
    "consents",
    [
        True,
        {},
        [],
        "yes",
        {"seedance": True},
        {"seedance": {}},
        {"kling": example_of("seedance")["seedance"]},
        {"seedance": {**example_of("seedance")["seedance"], "confirmed_legal_right": False}},
        {"seedance": {**example_of("seedance")["seedance"], "confirmed_legal_right": 1}},
        {"seedance": {**example_of("seedance")["seedance"], "consent_version": "2"}},
    ],
)
def test_consents_are_whole_or_refused(order, refused, consents):
    error = refused(lambda: order(TEXT, **WIDE, consents=consents))
    assert error.field.startswith("consents")


# --- what the model list does not tell -----------------------------------------------------------


def test_of_an_unknown_model_everything_the_api_knows_is_let_through(order, fits, refused):
    body = fits(order(UNKNOWN, duration=7, aspect_ratio="21:9", resolution="4k", audio=True).call).body
    assert (body["duration"], body["resolution"], body["audio"]) == ("7s", "4k", True)
    refused(lambda: order(UNKNOWN), "duration")
    refused(lambda: order(UNKNOWN, duration=31), "duration")
    refused(lambda: order(UNKNOWN, duration=5, aspect_ratio="7:5"), "aspect_ratio")
    refused(lambda: order(UNKNOWN, duration=5, image_url=picture()), "image_url", "flux-3-image-to-video")


def test_limits_that_a_newer_list_names_are_kept_to(catalogue, refused):
    model = catalogue.get(FIXED)
    tight = {
        "prompt_character_limit": 20,
        "reference_image_min_short_side_pixels": 300,
        "reference_image_min_aspect_ratio": 0.4,
        "reference_image_max_aspect_ratio": 2.5,
    }
    found = catalogue.resolve(FIXED, "video")
    found = dataclasses.replace(
        found, model=dataclasses.replace(model, constraints=model.constraints | tight)
    )

    def build(prompt="short", **given):
        return queue(prompt, model=found, catalogue=catalogue, inputs=read_inputs(given), duration=5)

    assert build(image_url=picture(400, 300)).call.body["duration"] == "5s"
    refused(lambda: build("x" * 21, image_url=picture(400, 300)), "prompt")
    refused(lambda: build(image_url=picture(400, 299)), "image_url", "upscale")
    refused(lambda: build(image_url=picture(1000, 300)), "image_url", "Crop")
    assert build(image_url="https://example.com/a.png").call.body["image_url"] == "https://example.com/a.png"
