"""Every video model, by the bundled list and by a complete one: the least is valid, the rest is refused."""

import pytest
from film_given import least, picture

from venice_nb.calls.films.limits import RESOLUTIONS, takes
from venice_nb.calls.films.video import queue, quote, read_inputs
from venice_nb.catalogue import Catalogue
from venice_nb.errors import InvalidInput
from venice_nb.sandbox import catalogue as served

BUNDLED = Catalogue.bundled()
COMPLETE = Catalogue.from_reply([each for each in served.models().values() if each["type"] == "video"])
MODELS = [each.id for each in BUNDLED.of_type("video")]


def order(catalogue, name, prompt="fog over a canal", **given):
    media = {name: given.pop(name) for name in list(given) if name.endswith(("_url", "_urls"))}
    found = catalogue.resolve(name, "video")
    return queue(prompt, model=found, catalogue=catalogue, inputs=read_inputs(media), **given)


def test_there_are_116_models_and_both_lists_have_them():
    assert len(MODELS) == 116
    assert [each.id for each in COMPLETE.of_type("video")] == MODELS


@pytest.mark.parametrize("catalogue", [BUNDLED, COMPLETE], ids=["bundled", "complete"])
@pytest.mark.parametrize("name", MODELS)
def test_the_least_a_model_takes_is_a_valid_request(catalogue, name, fits):
    _, given = least(catalogue, name)
    made = order(catalogue, name, **given)
    assert fits(made.call).body["model"] == name
    assert fits(made.quote).body["model"] == name
    assert made.call.body["duration"] == made.quote.body["duration"]


@pytest.mark.parametrize("name", MODELS)
def test_what_a_model_does_not_take_is_refused_for_each_of_them(name):
    known, given = least(COMPLETE, name)
    wrong = [{"duration": 29 if "29s" not in (known.durations or ()) else 28}]
    strange = next(each for each in RESOLUTIONS if each not in (known.resolutions or ()))
    wrong.append({"resolution": strange})
    wrong.append({"aspect_ratio": "9:21"})
    if known.start != "upscale":
        wrong.append({"upscale_factor": 2})
    if known.start == "text":
        wrong.append({"image_url": picture()})
    if not known.sound:
        wrong.append({"audio": True})
    elif not known.sound_choice:
        wrong.append({"audio": False})
    if known.start == "upscale":
        wrong.append({"reference_image_urls": [picture()]})
    for each in wrong:
        with pytest.raises(InvalidInput) as caught:
            order(COMPLETE, name, **{**given, **each})
        assert caught.value.field == next(iter(each))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_without_what_it_starts_from_is_refused(name):
    known, given = least(COMPLETE, name)
    media = [key for key in given if key.endswith(("_url", "_urls"))]
    assert bool(media) == (known.start not in {"text", ""})
    for each in media:
        with pytest.raises(InvalidInput):
            order(COMPLETE, name, **{key: value for key, value in given.items() if key != each})


@pytest.mark.parametrize("name", MODELS)
def test_every_model_can_be_quoted_for_each_of_its_lengths(name, fits):
    known = takes(name, COMPLETE.get(name))
    for duration in known.durations:
        call, said = quote(model=COMPLETE.resolve(name, "video"), duration=duration)
        assert fits(call).body["duration"] == duration
        assert said == ()


def test_families_find_the_model_for_what_is_given(catalogue):
    for family, start, member in [
        ("kling-o3-pro", "reference", "kling-o3-pro-reference-to-video"),
        ("wan-2-7", "video", "wan-2-7-video-to-video"),
        ("seedance-2-0", "image", "seedance-2-0-image-to-video-basic"),
        ("grok-imagine", "text", "grok-imagine-text-to-video-private"),
        ("grok-imagine", "video", "grok-imagine-video-to-video-private"),
    ]:
        found = catalogue.resolve(family, "video", start=start)
        assert (found.id, family in (found.note or "")) == (member, True)
