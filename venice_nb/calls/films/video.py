"""Films: what one would cost, and the job that makes it. API reference: `POST /video/quote`, `/video/queue`.

The queue bills on acceptance and judges each model's fields strictly, so everything the model list tells is
checked here, before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import fields, number, refuse
from venice_nb.calls.films.inputs import Inputs, check_keyframes, check_pictures, location, read_inputs
from venice_nb.calls.films.limits import ADAPTING, FOLLOWING, settle, takes
from venice_nb.calls.films.starts import INPUTS, check_start
from venice_nb.calls.films.words import SEEDLESS, check_consents, words
from venice_nb.calls.jobs import read_queued
from venice_nb.calls.quote_replies import ReadQuote, code
from venice_nb.calls.talk.parameters import json_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.films.limits import Takes
    from venice_nb.calls.jobs import Queued
    from venice_nb.catalogue import Catalogue, Resolution
    from venice_nb.results.quotes import Quote

__all__ = ["Film", "location", "queue", "quote", "read_inputs"]

SETTINGS = ("duration", "aspect_ratio", "resolution", "audio", "upscale_factor")
_TIMES = Timeouts(read=120.0, total=300.0)  # the request may carry 35 MB
_QUOTE_TIMES = Timeouts(read=60.0, total=120.0)
_TOTAL = {"reference_video_total_duration": number(0)}


@dataclass(frozen=True, slots=True)
class Film:
    """A film to be made.

    `call` buys it and `quote` asks its price; `said` are sentences for the user, `details` the settings that
    are worth remembering with the job.
    """

    call: Call[Queued]
    quote: Call[Quote]
    said: tuple[str, ...]
    details: dict[str, Any]


def quote(
    *,
    model: Resolution,
    video_url: str | None = None,
    reference_video_total_duration: float | None = None,
    seed: int | None = None,
    **settings: Any,
) -> tuple[Call[Quote], tuple[str, ...]]:
    """The call that asks for a price, and what is to be said about it.

    Args:
        model: the model, resolved.
        video_url: the film to enlarge or to change, read by `location`; the server measures it.
        reference_video_total_duration: seconds of all reference films together.
        seed: left out and said, as the API has none for films.
        settings: duration, aspect_ratio, resolution, audio, upscale_factor.

    Raises InvalidInput for values no model takes; what this model does not take is left out and said.

    """
    known = takes(model.id, model.model)
    body, said = settle(known, settings, strict=False)
    body |= fields(_TOTAL, {"reference_video_total_duration": reference_video_total_duration})
    if seed is not None:
        said.append(SEEDLESS)
    if video_url is not None:
        if known.start in {"upscale", "video", ""}:
            body["video_url"] = video_url
        else:
            said.append(f"{known.id} takes no video_url: it is left out of the quote.")
    return _quote(known, body), tuple(said)


def queue(
    prompt: Any,
    *,
    model: Resolution,
    catalogue: Catalogue,
    inputs: Inputs | None = None,
    consents: Any = None,
    reference_video_total_duration: float | None = None,
    extra_body: Mapping[str, Any] | None = None,
    **given: Any,
) -> Film:
    """The call that queues a film, with the one that asks its price first.

    Args:
        prompt: what happens in the film.
        model: the model, resolved.
        catalogue: the models, to name the one that would take what this one does not.
        inputs: what it is made from, read by `read_inputs`.
        consents: what the user has agreed to; never sent of our own accord.
        reference_video_total_duration: for the quote, where reference films cannot be measured here.
        extra_body: fields this library does not know; sent as they are.
        given: the settings and texts of the API under their own names.

    Raises InvalidInput, before anything is sent, for whatever the model does not take.

    """
    known = takes(model.id, model.model)
    inputs = inputs or Inputs()
    check_start(known, set(inputs.body), catalogue)
    spoken = words(known, prompt, given)
    agreed = check_consents(consents)
    total = fields(_TOTAL, {"reference_video_total_duration": reference_video_total_duration})
    check_pictures(known, inputs.pictures)
    said: list[str] = [] if given.get("seed") is None else [SEEDLESS]
    settings = {name: given.get(name) for name in SETTINGS}
    if settings["aspect_ratio"] is None and known.ratios and "image_url" in inputs.pictures:
        settings["aspect_ratio"] = _closest(known.ratios, *inputs.pictures["image_url"])
        said.append(f"No aspect_ratio given: {settings['aspect_ratio']}, the closest to the picture's own.")
    settled, notes = settle(known, settings, strict=True)
    _check_source(known, settled, inputs)
    if "keyframes" in inputs.body:
        check_keyframes(inputs.body["keyframes"], settled.get("duration"))
    body = {"model": known.id, **spoken, **settled, **inputs.body}
    if agreed:
        body["consents"] = agreed
        said.append(
            "With consents you confirm for this film that you accept the provider's terms and privacy "
            "policy, that you may use the media you send, and that they are screened before processing."
        )
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    asked = dict(settled)
    if "video_url" in inputs.body and known.start in {"upscale", "video"}:
        asked["video_url"] = inputs.body["video_url"]
    if total or inputs.reference_seconds:
        asked["reference_video_total_duration"] = round(inputs.reference_seconds or 0.0, 3)
        asked |= total
    elif inputs.reference_seconds is None:
        said.append(
            "The quote cannot count reference films that are behind URLs; the price may be higher. Pass "
            "reference_video_total_duration=, their seconds together."
        )
    call = Call(
        operation="queueVideo",
        method="POST",
        path="/video/queue",
        body=body,
        read=read_queued,
        safety=Safety.QUEUE,
        timeouts=_TIMES,
        model=known.id,
        family="video",
        paid=True,
    )
    details = settled | {name: _count(inputs.body[name]) for name in INPUTS if name in inputs.body}
    return Film(call, _quote(known, asked), (*said, *notes), details)


def _quote(model: Takes, asked: Mapping[str, Any]) -> Call[Quote]:
    details = {name: value for name, value in asked.items() if name != "video_url"}
    return Call(
        operation="quoteVideo",
        method="POST",
        path="/video/quote",
        body={"model": model.id, **asked},
        read=ReadQuote("video", model.id, details, _line(model, details)),
        safety=Safety.READ,
        timeouts=_QUOTE_TIMES,
        model=model.id,
        family="video",
    )


def _line(model: Takes, details: Mapping[str, Any]) -> str:
    """The code that buys what a quote is for, without its closing bracket."""
    given: dict[str, Any] = {"model": model.id, **details}
    if model.ratios and "aspect_ratio" not in given:
        given["aspect_ratio"] = model.ratios[0]
    if model.start in {"image", "frames", "motion"}:
        given["image_url"] = "first.png"
    if model.start == "frames":
        given["end_image_url"] = "last.png"
    if model.start in {"video", "upscale", "motion"}:
        given["video_url"] = "film.mp4"
    return code("v.video.submit", "" if model.start == "upscale" else '"..."', given)


def _check_source(model: Takes, settled: Mapping[str, Any], inputs: Inputs) -> None:
    """Refuse the length or the shape of a film that is not given."""
    for name, values in (("duration", FOLLOWING), ("aspect_ratio", ADAPTING)):
        value = settled.get(name)
        if model.start == "reference" and value in values and "reference_video_urls" not in inputs.body:
            if name == "aspect_ratio" and value in (model.ratios or ()):
                continue
            do = f"Pass reference_video_urls=[...], or say which {name}."
            refuse(name, value, "only with reference_video_urls, whose film it follows", do)


def _count(value: Any) -> Any:
    """What a job remembers of an input: that it was there, or how many there were."""
    return len(value) if isinstance(value, list) else True


def _closest(ratios: tuple[str, ...], width: int, height: int) -> str | None:
    """The ratio nearest to a picture's own."""
    known: dict[str, float] = {}
    for each in ratios:
        wide, _, high = each.partition(":")
        if wide.isdigit() and high.isdigit() and int(high):
            known[each] = int(wide) / int(high)
    return min(known, key=lambda each: abs(known[each] - width / height), default=None)
