"""Pictures made of pictures: larger, changed, put together, cut out.

API reference: `POST /image/upscale`, `/image/edit`, `/image/multi-edit`, `/image/background-remove`.
"""

# ruff: noqa: N803  modelId is the API's own name

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import fields, listed, number, refuse, sound
from venice_nb.calls.pictures import fields as rules
from venice_nb.calls.pictures.content import Content, content
from venice_nb.calls.pictures.replies import About, ReadPicture
from venice_nb.catalogue import prices
from venice_nb.media.inputs import picture, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venice_nb.calls.pictures.content import Pictures
    from venice_nb.calls.pictures.fields import Tell
    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.media import Media
    from venice_nb.results.pictures.image import Image

EDITOR = "firered-image-edit"  # the server's choice where no model is named
UPSCALER = "upscaler"  # the model behind /image/upscale, which takes no name
OUTPUT = 16_777_216  # pixels of an enlarged picture at most
INPUTS = 3  # pictures of a multi-edit, where the model does not say how many


def upscale(
    image: Any,
    scale: float = 2,
    *,
    catalogue: Catalogue,
    creativity: float | None = None,
    extra_body: Mapping[str, Any] | None = None,
    tell: Tell = rules.nobody,
) -> Call[Image]:
    """The call for a copy of 2 or 4 times the width and height.

    Args:
        image: a picture of at least 65,536 pixels and at most 25 MB; not a URL.
        scale: 2 or 4.
        catalogue: for the price.
        creativity: 0 to 0.02; how much is made up.
        extra_body: fields this library does not know; sent as they are.
        tell: called with a sentence when the server will lower the scale.

    Raises InvalidInput for what the server would refuse, or could not enlarge.

    """
    checked = number()("scale", scale)
    if checked not in {2, 4}:
        do = "Pass 2 ($0.02) or 4 ($0.08)."
        refuse("scale", scale, "2 or 4", do)
    given: dict[str, Any] = {"scale": checked}
    if creativity is not None:
        given["creativity"] = number(0, 0.02)("creativity", creativity)
    media = picture(image, "image", urls=False)
    width, height = size_of(media) or (0, 0)
    if width * height * 1.01 >= OUTPUT:
        value = f"{width} x {height} pixels"
        do = "It is as large as the server makes pictures: use it as it is."
        refuse("image", value, f"a picture of fewer than {OUTPUT:,} pixels", do)
    if width * height * checked**2 > OUTPUT:
        reached = (OUTPUT / (width * height)) ** 0.5
        tell(
            f"An enlarged picture has at most {OUTPUT:,} pixels: the server makes {width} x {height} "
            f"about {reached:.1f} times as large, not {checked:g} times."
        )
    model = catalogue.get(UPSCALER)
    about = About(
        asked="POST /image/upscale",
        model=UPSCALER,
        prompt=_said(image, "prompt"),
        alt=_said(image, "alt"),
        pixels=width * height,
        scale=checked,
    )
    return _call(
        "upscaleImage",
        content({"image": media}, given, extra_body, prefix=False),
        ReadPicture(catalogue, about),
        price=prices.price_of_upscale(model, checked) if model is not None else None,
    )


def edit(
    image: Any,
    prompt: str,
    *,
    catalogue: Catalogue,
    model: ModelName | Resolution | None = None,
    extra_body: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Call[Image]:
    """The call for a changed copy of one picture.

    Args:
        image: a picture of 65,536 to 33,177,600 pixels and at most 25 MB, or its URL.
        prompt: what is to change.
        catalogue: the models, for their limits and prices.
        model: one that edits, by id or alias; None leaves the choice to the server.
        extra_body: fields this library does not know; sent as they are.
        parameters: the fields of the API by their names; `image_fields.EDIT`.

    Raises InvalidInput for what the server would refuse.

    """
    name, known = _editor(model, catalogue)
    checked = rules.prompt(prompt, known, rules.EDIT_PROMPT)
    given = _parameters(rules.EDIT, parameters, known)
    media = picture(image, "image")
    about = About(
        asked="POST /image/edit", model=name or EDITOR, prompt=checked, resolution=given.get("resolution")
    )
    named = {"model": name} if name else {}
    return _call(
        "editImage",
        content({"image": media}, {"prompt": checked, **named, **given}, extra_body),
        ReadPicture(catalogue, about),
        price=_price(known, about),
        rewritten=given.get("enhance_prompt") is True,
    )


def multi_edit(
    images: Sequence[Any],
    prompt: str,
    *,
    catalogue: Catalogue,
    modelId: ModelName | Resolution | None = None,
    extra_body: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Call[Image]:
    """The call for one picture made of several; the first is the base.

    Args:
        images: pictures of 65,536 to 33,177,600 pixels and at most 25 MB each, or their URLs; as many as the
            model takes, 3 where it does not say.
        prompt: what is to become of them.
        catalogue: the models, for their limits and prices.
        modelId: one that edits, by id or alias; None leaves the choice to the server.
        extra_body: fields this library does not know; sent as they are.
        parameters: the fields of the API by their names; `image_fields.EDIT` and `quality`.

    Raises InvalidInput for what the server would refuse.

    """
    if parameters.pop("model", None) is not None:
        do = "Write modelId=...: this route spells it so, and refuses model."
        refuse("model", "model", "absent", do, what="multi_edit takes no model=.")
    name, known = _editor(modelId, catalogue)
    checked = rules.prompt(prompt, known, rules.EDIT_PROMPT)
    given = _parameters(rules.EDIT | {"quality": rules.level}, parameters, known)
    media = _several(images, known)
    about = About(
        asked="POST /image/multi-edit",
        model=name or EDITOR,
        prompt=checked,
        resolution=given.get("resolution"),
        quality=given.get("quality"),
        inputs=len(media),
    )
    named = {"modelId": name} if name else {}
    return _call(
        "multiEditImage",
        content({"images": media}, {"prompt": checked, **named, **given}, extra_body),
        ReadPicture(catalogue, about),
        price=_price(known, about),
        rewritten=given.get("enhance_prompt") is True,
    )


def remove_background(
    image: Any = None,
    *,
    catalogue: Catalogue,
    image_url: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Call[Image]:
    """The call for a copy with a transparent background, from a picture or from its URL: exactly one of them.

    Raises InvalidInput for what the server would refuse.
    """
    if (image is None) == (image_url is None):
        what = "image and image_url are both given." if image is not None else "There is no picture."
        do = "Pass image=, or image_url= for one on the web; exactly one of them."
        refuse(
            "image_url" if image is not None else "image", image_url, "exactly one of the two", do, what=what
        )
    if image_url is not None and not isinstance(image_url, str):
        refuse("image_url", image_url, "a public URL", "Pass the picture itself as image=.")
    media = (
        picture(image, "image") if image_url is None else picture(sound("image_url", image_url), "image_url")
    )
    if image_url is not None and media.url is None:
        refuse("image_url", image_url, "a public URL", "Pass files and data as image=.")
    pictures: Pictures = {"image": media} if media.url is None else {"image_url": media}
    model = catalogue.get(rules.CUTTER)
    about = About(
        asked="POST /image/background-remove",
        model=rules.CUTTER,
        prompt=_said(image, "prompt"),
        alt=_said(image, "alt"),
    )
    return _call(
        "backgroundRemoveImage",
        content(pictures, {}, extra_body, prefix=False),
        ReadPicture(catalogue, about),
        price=prices.price_of_image(model) if model is not None else None,
    )


def _call(
    operation: str, content: Content, read: ReadPicture, *, price: float | None, rewritten: bool = False
) -> Call[Image]:
    """What the four share."""
    body, form = content
    patience = 30.0 if rewritten else 0.0  # seconds that a rewrite of the prompt may take
    return Call(
        operation=operation,
        method="POST",
        path=read.about.asked.removeprefix("POST "),
        body=body,
        form=form,
        accept="image/*, application/json",
        read=read,
        safety=Safety.MAKE,
        timeouts=Timeouts(read=180.0 + patience, total=300.0 + patience),
        model=read.about.model,
        family="image",
        price=price if price is None or not rewritten else price + rules.REWRITE,
        units=(1, "pictures"),
        paid=True,
    )


def _price(model: Model | None, about: About) -> float | None:
    if model is None:
        return None
    return prices.price_of_edit(
        model, inputs=about.inputs, resolution=about.resolution, quality=about.quality
    )


def _editor(model: Any, catalogue: Catalogue) -> tuple[str | None, Model | None]:
    """The id to send, None for the server's choice, and what is known of the model."""
    if model is None:
        return None, catalogue.get(EDITOR)
    resolution = rules.resolved(model, catalogue, "inpaint")
    return resolution.id, resolution.model


def _parameters(table: Any, parameters: Mapping[str, Any], model: Model | None) -> dict[str, Any]:
    given = fields(table, parameters)
    ratios = model.constraints.get("aspectRatios") if model is not None else None
    rules.check_ratio(given, ratios or rules.EDIT_RATIOS, model.id if model is not None else "edits")
    if model is not None:
        rules.check_tiers(given, model)
    return given


def _several(images: Any, model: Model | None) -> list[Media]:
    """The pictures to put together, no more than the model takes."""
    rows = listed(images)
    if rows is None and hasattr(images, "images"):
        rows = list(images.images)
    if rows is None or getattr(images, "ndim", 1) > 1:
        refuse("images", images, "a list of pictures", "Put it in brackets: images=[...]; one is for edit.")
    limits = model.constraints if model is not None else {}
    most = limits.get("maxInputImages")
    most = most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else INPUTS
    if limits.get("combineImages") is False:
        most = 1
    if not 1 <= len(rows) <= most:
        allowed = f"1 to {most} pictures" if most > 1 else "one picture"
        allowed += f" for {model.id}" if model is not None else ""
        do = "Leave some out, or take a model that takes more." if rows else "Pass the pictures."
        refuse("images", len(rows), allowed, do, what=f"images has {len(rows)} pictures; allowed: {allowed}.")
    return [picture(each, f"images[{position}]") for position, each in enumerate(rows)]


def _said(image: Any, name: str) -> str:
    """What one of our pictures knows of itself; anything else knows nothing."""
    found = getattr(image, name, "") if hasattr(image, "mime") else ""
    return found if isinstance(found, str) else ""
