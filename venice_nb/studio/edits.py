"""Pictures made of pictures: larger, changed, put together, cut out.

API reference: `POST /image/upscale`, `/image/edit`, `/image/multi-edit`, `/image/background-remove`.
"""

# ruff: noqa: N803  modelId is the API's own name

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.calls.pictures import edits as calls
from venice_nb.media.inputs import held
from venice_nb.policy.steps import Plan, Send
from venice_nb.studio.actions import owned
from venice_nb.studio.keeping import keep
from venice_nb.studio.picking import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.pictures.image import Image


def upscale(
    session: Session,
    /,
    image: Any,
    scale: float = 2,
    *,
    creativity: float | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Image]:
    """A copy of 2 or 4 times the width and height, as PNG.

    Args:
        image: a path, bytes, an open file, a PIL image, an array or one of our pictures: at least 65,536
            pixels, at most 25 MB. Not a URL.
        scale: 2 ($0.02) or 4 ($0.08). The server lowers it where more than 16,777,216 pixels would come of
            it; that is said beforehand.
        creativity: how much detail is made up, 0 to 0.02; 0.01 when left out.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent for a picture that cannot be enlarged, ContentRefused for one
    that is against the rules. Never sent again by itself. API reference: `POST /image/upscale`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> small = v.images.generate("a gondola", width=256, height=256)[0]
    >>> v.images.upscale(small, 2).size
    (512, 512)

    """
    notes: list[str] = []
    call = calls.upscale(
        image,
        scale,
        catalogue=session.catalogue,
        creativity=creativity,
        extra_body=extra_body,
        tell=notes.append,
    )
    for note in notes:
        session.announce(note)
    return (yield from _made(session, call))


def edit(
    session: Session,
    /,
    image: Any,
    prompt: str,
    *,
    model: ModelName | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    safe_mode: bool | None = None,
    enhance_prompt: bool | None = None,
    disable_prompt_optimization_thinking: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Image]:
    """A copy of a picture, changed as the prompt says.

    Args:
        image: a path, a public URL, bytes, an open file, a PIL image, an array or one of our pictures: 65,536
            to 33,177,600 pixels, at most 25 MB.
        prompt: what is to change, such as "make it snow".
        model: one of `v.models(type="inpaint")`; `firered-image-edit` when left out.
        aspect_ratio: auto, 1:1, 3:2, 16:9, 21:9, 9:16, 2:3, 3:4 or 4:5, as far as the model takes it.
        resolution: 1K, 2K or 4K, for models that have such tiers; it changes the price.
        output_format: png, jpeg or webp; when left out png at 1K, else jpeg.
        safe_mode: blur adult content; on when left out.
        enhance_prompt: let the server rewrite the prompt first (0.04 dollars, up to 30 s).
        disable_prompt_optimization_thinking: for models that think the prompt over.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent, ContentRefused for what is against the rules. Never sent
    again by itself. API reference: `POST /image/edit`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> day = v.images.generate("a gondola", width=256, height=256)[0]
    >>> day.edit("make it night").prompt
    'make it night'

    """
    build = partial(
        calls.edit,
        held(image, "image"),
        prompt,
        catalogue=session.catalogue,
        extra_body=extra_body,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        output_format=output_format,
        safe_mode=safe_mode,
        enhance_prompt=enhance_prompt,
        disable_prompt_optimization_thinking=disable_prompt_optimization_thinking,
    )
    return (yield from _edited(session, model, lambda found: build(model=found)))


def multi_edit(
    session: Session,
    /,
    images: Sequence[Any],
    prompt: str,
    *,
    modelId: ModelName | None = None,
    model: ModelName | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    quality: str | None = None,
    output_format: str | None = None,
    safe_mode: bool | None = None,
    enhance_prompt: bool | None = None,
    disable_prompt_optimization_thinking: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Image]:
    """One picture made of several; the first is the base.

    Args:
        images: a list or a gallery of pictures, each as for `edit`; as many as the model takes, 3 where it
            does not say.
        prompt: what is to become of them.
        modelId: one of `v.models(type="inpaint")`; `firered-image-edit` when left out.
        model: not taken here: this route spells it modelId.
        aspect_ratio: as for `edit`.
        resolution: as for `edit`.
        quality: low, medium or high, for models that have levels; it changes the price.
        output_format: as for `edit`.
        safe_mode: as for `edit`.
        enhance_prompt: as for `edit`.
        disable_prompt_optimization_thinking: as for `edit`.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent, ContentRefused for what is against the rules. Never sent
    again by itself. API reference: `POST /image/multi-edit`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> pair = [v.images.generate(each, width=256, height=256)[0] for each in ("a canal", "a gondola")]
    >>> v.images.multi_edit(pair, "put the second into the first").prompt
    'put the second into the first'

    """
    build = partial(
        calls.multi_edit,
        held(images, "images"),
        prompt,
        catalogue=session.catalogue,
        extra_body=extra_body,
        model=model,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        quality=quality,
        output_format=output_format,
        safe_mode=safe_mode,
        enhance_prompt=enhance_prompt,
        disable_prompt_optimization_thinking=disable_prompt_optimization_thinking,
    )
    return (yield from _edited(session, modelId, lambda found: build(modelId=found)))


def remove_background(
    session: Session,
    /,
    image: Any = None,
    *,
    image_url: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Image]:
    """A copy with a transparent background, as PNG ($0.03).

    Args:
        image: a picture as for `edit`.
        image_url: the public URL of one instead; exactly one of the two.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent, ContentRefused for what is against the rules. Never sent
    again by itself. API reference: `POST /image/background-remove`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.images.generate("a gondola", width=256, height=256)[0].remove_background().pil.mode
    'RGBA'

    """
    call = calls.remove_background(
        image, catalogue=session.catalogue, image_url=image_url, extra_body=extra_body
    )
    return (yield from _made(session, call))


def _edited(session: Session, model: ModelName | None, build: Callable[[Any], Call[Image]]) -> Plan[Image]:
    """The model found, then the edit."""
    if model is None:
        return (yield from _made(session, build(None)))
    found = yield from pick(session, model, "inpaint", first=build)
    return (yield from _made(session, build(found)))


def _made(session: Session, call: Call[Image]) -> Plan[Image]:
    """Send it, keep what came, and put the client behind it."""
    image: Image = yield Send(call)
    session.last = image = owned(session, image)
    session.last = image = yield from keep(session, image)
    return image
