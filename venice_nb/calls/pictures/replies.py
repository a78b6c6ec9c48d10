"""From the answer of an image endpoint to pictures, however odd the answer is: what was paid for is given.

API reference: `POST /image/generate`, `/images/generations`, `/image/edit`. The content decides what a
picture is, not the format that was asked for. An answer that was blocked looks like a success with a black
picture, and is told as an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from venice_nb.calls.answer import unreadable
from venice_nb.calls.pictures.fields import REWRITE
from venice_nb.catalogue import prices
from venice_nb.errors import ContentRefused, UnreadableReply
from venice_nb.media.sniff import pixels, sniff
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.pictures.gallery import Failed, Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.results.reading import items, loads, mapping, number, string

if TYPE_CHECKING:
    from venice_nb.calls.call import Received
    from venice_nb.catalogue import Catalogue

_PREFIX = re.compile(r"\s*data:[^,]{0,200},", re.IGNORECASE)


class _Broken(NamedTuple):
    """What stands in an answer where a picture should: why it is none, and its text."""

    why: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was asked for, for the pictures that come of it and for their price."""

    asked: str  # the route, for messages
    model: str
    prompt: str = ""
    seed: int | None = None
    alt: str = ""
    resolution: str | None = None
    quality: str | None = None
    inputs: int = 1
    pixels: int = 0  # of the picture given, where it is to be enlarged
    scale: float = 2.0  # asked for


@dataclass(frozen=True, slots=True)
class ReadPictures:
    """Reads the pictures of one request. A value, so that two equal calls are equal."""

    catalogue: Catalogue = field(compare=False, repr=False)
    about: About

    def __call__(self, received: Received) -> Gallery:
        """One picture or several; a broken one among several is kept as a failure beside them."""
        return read_pictures(received, self.catalogue, self.about)


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """Reads the one picture of a request that makes one."""

    catalogue: Catalogue = field(compare=False, repr=False)
    about: About

    def __call__(self, received: Received) -> Image:
        """The picture."""
        return read_pictures(received, self.catalogue, self.about)[0]


def read_pictures(received: Received, catalogue: Catalogue, about: About) -> Gallery:
    """The pictures in an answer, be it a picture or JSON with several.

    Raises ContentRefused when the server held the content back, and UnreadableReply, which keeps the bytes,
    when there is no picture at all.
    """
    headers = Headers(received.headers)
    answer: Mapping[str, Any] = {}
    if sniff(received.content).startswith("image/"):
        found: list[bytes | _Broken] = [received.content]
    else:
        answer = _object(received)
        found = [_decoded(each) for each in _listed(answer)]
    good = [each for each in found if isinstance(each, bytes)]
    cost = _cost(answer, headers, catalogue, about, found)
    images = tuple(
        Image(
            data,
            sniff(data),
            prompt=about.prompt,
            model=headers.model or about.model,
            seed=_seed(answer, about) if position == 0 else None,  # nobody tells those of the others
            cost=_share(cost, len(good)),
            headers=headers,
            enhanced_prompt=headers.enhanced_prompt,
            blurred=headers.blurred,
            alt=about.alt,
            elapsed=received.elapsed,
            raw={name: value for name, value in answer.items() if name not in {"images", "data"}},
        )
        for position, data in enumerate(found)
        if isinstance(data, bytes)
    )
    if headers.content_violation:
        raise _blocked(received, headers, about, images)
    if not good:
        told = next((each.why for each in found if isinstance(each, _Broken)), "there is none in it")
        what = f"The server answered {received.status} without a picture: {told}"
        raise unreadable(received, what, None if isinstance(answer.get("images"), list) else dict(answer))
    return Gallery(
        images,
        errors=tuple(
            Failed(_broken(each, received, headers), about.prompt, position)
            for position, each in enumerate(found)
            if isinstance(each, _Broken)
        ),
        headers=headers,
        elapsed=received.elapsed,
        raw={name: value for name, value in answer.items() if name not in {"images", "data"}},
    )


def _object(received: Received) -> Mapping[str, Any]:
    """The JSON of an answer. A bare list or a bare text stands for its pictures."""
    try:
        answer = loads(received.content)
    except ValueError:
        raise unreadable(
            received, f"The server answered {received.status} with something that is no picture"
        ) from None
    return answer if isinstance(answer, Mapping) else {"images": answer}


def _listed(answer: Mapping[str, Any]) -> list[Any]:
    """The pictures in any of the shapes that are known: a list of texts, or of objects."""
    for name in ("images", "data", "image", "b64_json", "url"):
        if name in answer:
            return list(items(answer[name]))
    return []


def _decoded(value: Any) -> bytes | _Broken:
    """The bytes of a picture, or why there are none."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("b64_json", "url", "image", "data") if value.get(name)), None)
    text = string(value)
    if not text:
        return _Broken("it is empty", "")
    if text[:8].lower().startswith(("http://", "https://")):
        return _Broken("it is a link, which is not followed", text)
    import pybase64  # noqa: PLC0415  loaded with the first media

    body = _PREFIX.sub("", text, count=1)
    try:
        data = bytes(pybase64.b64decode(body, validate=True))
    except ValueError:
        body = "".join(body.split()).rstrip("=")  # broken into lines, or without its padding
        try:
            data = bytes(pybase64.b64decode(body + "=" * (-len(body) % 4), validate=True))
        except ValueError:
            return _Broken("its base64 is broken", text)
    return data if sniff(data).startswith("image/") else _Broken("it is something else", text)


def _seed(answer: Mapping[str, Any], about: About) -> int | None:
    told = mapping(answer.get("request")).get("seed", answer.get("seed"))
    if about.seed is None and isinstance(told, int) and not isinstance(told, bool) and told:
        return told
    return about.seed


def _cost(
    answer: Mapping[str, Any],
    headers: Headers,
    catalogue: Catalogue,
    about: About,
    found: list[bytes | _Broken],
) -> Cost:
    """What was charged if the answer says so, else the list price of all that was made."""
    told = answer.get("cost")
    parts = (
        [number(told.get(unit)) for unit in ("usd", "diem")] if isinstance(told, Mapping) else [number(told)]
    )
    if any(part is not None for part in parts) and all((part or 0.0) >= 0 for part in parts):
        return Cost(sum(part or 0.0 for part in parts), "charged")
    for name in dict.fromkeys((headers.model, about.model)):
        model = catalogue.get(name) if name else None
        if model is None:
            continue
        if model.type == "upscale" and found:
            usd = prices.price_of_upscale(model, _scale(found[0], about))
        elif model.type == "inpaint":
            usd = prices.price_of_edit(
                model, inputs=about.inputs, resolution=about.resolution, quality=about.quality
            )
        else:
            usd = prices.price_of_image(
                model, variants=max(len(found), 1), resolution=about.resolution, quality=about.quality
            )
        if usd is not None:
            return Cost(usd + (REWRITE if headers.enhanced_prompt else 0.0), "priced")
    return Cost()


def _share(cost: Cost, count: int) -> Cost:
    return Cost(cost.usd / count, cost.source) if cost.usd is not None and count else cost


def _scale(made: bytes | _Broken, about: About) -> float:
    """By how much a picture was really enlarged: the server lowers it for large ones."""
    size = pixels(made, sniff(made)) if isinstance(made, bytes) else None
    if size is None or not about.pixels:
        return about.scale
    return round(math.sqrt(size[0] * size[1] / about.pixels), 1)


def _blocked(received: Received, headers: Headers, about: About, images: tuple[Image, ...]) -> ContentRefused:
    """The error of an answer that looks like a success: the picture is black, and nothing was charged."""
    adult = "x-venice-is-adult-model-content-violation"
    why = (
        "for this model" if headers.get(adult, "").strip().lower() == "true" else "by Venice's content rules"
    )
    return ContentRefused(
        f"The picture was blocked {why}; the server sent a black one in its place and did not charge for it.",
        asked=f"{about.asked} (model {about.model})",
        do="change the prompt or the picture, then send it again; what came is in .images of this error",
        status=received.status,
        code="CONTENT_POLICY_VIOLATION",
        request_id=headers.request_id,
        charged="no",
        attempts=received.attempts,
        elapsed=received.elapsed,
        headers=headers,
        images=images,
    )


def _broken(broken: _Broken, received: Received, headers: Headers) -> UnreadableReply:
    return UnreadableReply(
        f"This picture cannot be read: {broken.why}.",
        do="the others are fine; it is likely to have been charged; its text is in .content of this error",
        content=broken.text.encode("utf-8", "replace"),
        status=received.status,
        request_id=headers.request_id,
        charged="unknown",
        headers=headers,
    )
