"""From a checked request to a film: the media it brings decoded, its length, its size and its price."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.schema import refused

from . import given, video_prices
from . import video as video_rules

if TYPE_CHECKING:
    from PIL import Image

    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.studio.film.clips import Clip, Sound

Model = dict[str, Any]
DEFAULT_LINES = 720  # where a model lists no resolutions
REFERENCE_SECONDS = (2.0, 15.0)  # of each clip
EDITED_SECONDS = (4.0, 30.0)  # of a clip whose length the film takes over
AGES = 1e9  # seconds; a quote for more would be no number


@dataclass(slots=True)
class Order:
    """Everything a film is made from."""

    work: str
    prompt: str
    seconds: float
    resolution: str
    ratio: str
    sound: bool
    negative: str = ""
    pictures: dict[str, Image.Image] = field(default_factory=dict)  # by role: image, end_image
    references: list[Image.Image] = field(default_factory=list)
    clip: Clip | None = None
    clips: list[Clip] = field(default_factory=list)
    track: Sound | None = None
    factor: int = 1
    lines: int = DEFAULT_LINES
    price: float = 0.0


def read(ask: Ask, model: Model) -> Order:
    """The order in a queued request. Raises 400 or 422 for media that cannot be used."""
    body, limits = ask.body, model["model_spec"]["constraints"]
    order = Order(
        video_rules.kind(model),
        body["prompt"],
        0.0,
        video_rules.resolution(model, body),
        body.get("aspect_ratio", ""),
        bool(limits["audio"] and (body.get("audio", True) or not limits["audio_configurable"])),
        body.get("negative_prompt", ""),
        factor=body.get("upscale_factor", 2),
    )
    for role in ("image", "end_image"):
        if f"{role}_url" in body:
            order.pictures[role] = given.picture(body[f"{role}_url"], (f"{role}_url",))
    if "video_url" in body:
        order.clip = given.clip(body["video_url"], ("video_url",))
    if "audio_url" in body:
        order.track = given.sound(body["audio_url"], ("audio_url",))
        if order.track.seconds > 30:
            raise refused(["audio_url"], "Audio must be at most 30 seconds long")
    follows = video_rules.follows(model, body)
    _references(order, body, follows=follows)
    order.lines = _lines(model, order.resolution)
    order.seconds = seconds(body["duration"], order.clips if follows else [], order.clip)
    order.price = (
        _enlarged(order.clip, order.factor)
        if order.work == "upscale" and order.clip
        else video_prices.price(
            model, order.seconds + sum(clip.seconds for clip in order.clips), order.resolution
        )
    )
    return order


def quoted(ask: Ask, model: Model) -> float:
    """The price of a film in US dollars."""
    body = video_rules.quote_fields(model, ask.body)
    if video_rules.kind(model) == "upscale":
        if ask.key is None:
            raise Refusal(403, "A quote for an upscale model needs an API key")
        if "video_url" not in body:
            raise refused(["video_url"], "video_url is required to quote an upscale: the price depends on it")
        clip = given.clip(body["video_url"], ("video_url",))
        return _enlarged(clip, body.get("upscale_factor", 2))
    extra = body.get("reference_video_total_duration", 0) if video_rules.kind(model) == "reference" else 0
    extra = min(extra, AGES)
    length = extra if video_rules.follows(model, body) else seconds(body["duration"], [], None)
    return video_prices.price(model, length + extra, video_rules.resolution(model, body))


def seconds(duration: str, clips: list[Clip], clip: Clip | None) -> float:
    """The length a duration stands for; `Auto`, `auto` and `-1` are as long as the source."""
    if duration.endswith("s") and duration[:-1].isdecimal():
        return float(duration[:-1])
    if clips:
        return sum(each.seconds for each in clips)
    return clip.seconds if clip else 5.0


def _lines(model: Model, resolution: str) -> int:
    if resolution:
        return video_prices.lines(resolution)
    return 2160 if "-4k-" in model["id"] else DEFAULT_LINES


def _enlarged(clip: Clip, factor: int) -> float:
    return video_prices.upscale_price(clip.seconds, clip.rate, min(clip.width, clip.height) * factor)


def _references(order: Order, body: dict[str, Any], *, follows: bool) -> None:
    for name in ("reference_image_urls", "scene_image_urls"):
        for at, url in enumerate(body.get(name, ())):
            order.references.append(given.picture(url, (name, at)))
    for at, element in enumerate(body.get("elements", ())):
        urls = [("frontal_image_url", element[name]) for name in ("frontal_image_url",) if name in element]
        order.references += [given.picture(url, ("elements", at, name)) for name, url in urls]
    least, most = EDITED_SECONDS if follows else REFERENCE_SECONDS
    for at, url in enumerate(body.get("reference_video_urls", ())):
        clip = given.clip(url, ("reference_video_urls", at))
        if not least <= clip.seconds <= most:
            code = "VIDEO_DURATION_TOO_SHORT" if clip.seconds < least else "VIDEO_DURATION_TOO_LONG"
            words = f"A reference video must be {least:.0f} to {most:.0f} s long, not {clip.seconds:.1f} s"
            raise Refusal(422, {"error": words, "code": code})
        order.clips.append(clip)
    for at, url in enumerate(body.get("reference_audio_urls", ())):
        track = given.sound(url, ("reference_audio_urls", at))
        order.track = order.track or track
