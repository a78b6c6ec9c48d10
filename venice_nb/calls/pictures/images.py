"""New pictures from a prompt. API reference: `POST /image/generate`, `POST /images/generations`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import Rules, choice, fields, integer, listed, number, refuse, text, unknown
from venice_nb.calls.pictures import fields as rules
from venice_nb.calls.pictures.replies import About, ReadPictures
from venice_nb.calls.pictures.styles import STYLES, style
from venice_nb.calls.talk.parameters import json_extra
from venice_nb.catalogue.prices import price_of_image
from venice_nb.media.inputs import MAX_STYLE_BYTES, picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.calls.pictures.fields import Tell
    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.results.pictures.gallery import Gallery

OPENAI_PROMPT = 1500  # characters
SIZES = ("auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792")
REFERENCES = 4  # pictures, where the model does not say how many it takes

_OPENAI: Rules = {
    "n": integer(1, 1),
    "size": choice(*SIZES),
    "response_format": choice("b64_json", "url"),
    "output_format": rules.file_format,
    "moderation": choice("auto", "low"),
    "quality": choice("auto", "high", "medium", "low", "hd", "standard"),
    "style": choice("vivid", "natural"),
    "background": choice("transparent", "opaque", "auto"),
    "output_compression": integer(0, 100),
    "user": text(),
}


def generate(
    prompt: str,
    *,
    model: ModelName | Resolution,
    catalogue: Catalogue,
    styles: Iterable[str] = STYLES,
    style_preset: str | None = None,
    style_references: Any = None,
    extra_body: Mapping[str, Any] | None = None,
    tell: Tell = rules.nobody,
    **parameters: Any,
) -> Call[Gallery]:
    """The call for one to four pictures.

    One picture is asked for as bytes (`return_binary`), which saves the third that base64 adds; what the
    JSON says beside it, the bytes' headers say too, except for timings. Several come as JSON.

    Args:
        prompt: what is to be seen.
        model: an image model's id, trait or alias, or its resolution.
        catalogue: the models, for their limits and prices.
        styles: names of styles besides those that are known here.
        style_preset: one of them, in any case.
        style_references: one picture or several, or dicts of `image` and `strength`.
        extra_body: fields this library does not know; sent as they are.
        tell: called with a sentence for what is sent differently, or may be.
        parameters: the fields of the API by their names; `image_fields.GENERATE`.

    Raises InvalidInput for what the server would refuse.

    """
    resolution = rules.resolved(model, catalogue, "image")
    known = resolution.model
    body: dict[str, Any] = {"model": resolution.id, "prompt": rules.prompt(prompt, known, rules.PROMPT)}
    given = fields(rules.GENERATE, parameters)
    rules.check_size(given, known, tell)
    rules.check_steps(given, known, tell)
    _check_binary(given)
    if style_preset is not None:
        given["style_preset"] = style("style_preset", style_preset, styles)
    if style_references is not None:
        given["style_references"] = _references(style_references, known, catalogue, tell)
    body |= given
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    size, quality = given.get("resolution"), given.get("quality")
    variants = given.get("variants", 1)
    patience = 30.0 if body.get("enhance_prompt") else 0.0  # seconds that a rewrite of the prompt may take
    return Call(
        operation="generateImage",
        method="POST",
        path="/image/generate",
        body=body,
        accept="image/*, application/json" if body["return_binary"] is True else "application/json",
        read=ReadPictures(
            catalogue,
            About(
                asked="POST /image/generate",
                model=resolution.id,
                prompt=body["prompt"],
                seed=given.get("seed"),
                resolution=size,
                quality=quality,
            ),
        ),
        safety=Safety.MAKE,
        timeouts=Timeouts(read=180.0 + patience, total=300.0 + patience),
        model=resolution.id,
        family="image",
        weight=variants,
        price=_price(known, variants, size, quality, rewritten=bool(patience)),
        units=(variants, "pictures"),
        paid=True,
    )


def again(call: Call[Gallery], prompt: str, model: Model | None) -> Call[Gallery]:
    """The same call for another prompt; everything else, pictures too, is shared and not checked again."""
    checked = rules.prompt(prompt, model, rules.PROMPT)
    read = call.read
    assert isinstance(read, ReadPictures)  # it comes from `generate`
    about = replace(read.about, prompt=checked)
    return replace(call, body={**(call.body or {}), "prompt": checked}, read=replace(read, about=about))


def generations(
    prompt: str,
    *,
    model: ModelName | Resolution,
    catalogue: Catalogue,
    extra_body: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Call[Gallery]:
    """The call for one picture in the layout of OpenAI.

    Raises InvalidInput for what the server would refuse. The model is always sent: the server draws with its
    default where it does not know a name.
    """
    resolution = rules.resolved(model, catalogue, "image")
    if "safe_mode" in parameters:
        do = "Pass moderation='low' to leave pictures as they are."
        refuse(
            "safe_mode",
            parameters["safe_mode"],
            "absent in this layout",
            do,
            what="safe_mode is no field here.",
        )
    checked = rules.prompt(prompt, resolution.model, OPENAI_PROMPT)
    body = {"model": resolution.id, "prompt": checked, **fields(_OPENAI, parameters)}
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    return Call(
        operation="simpleGenerateImage",
        method="POST",
        path="/images/generations",
        body=body,
        read=ReadPictures(
            catalogue, About(asked="POST /images/generations", model=resolution.id, prompt=checked)
        ),
        safety=Safety.MAKE,
        timeouts=Timeouts(read=180.0, total=300.0),
        model=resolution.id,
        family="image",
        price=_price(resolution.model, 1, None, None),
        units=(1, "pictures"),
        paid=True,
    )


def _check_binary(given: dict[str, Any]) -> None:
    """One picture as bytes, several as JSON; bytes for several are refused."""
    several = given.get("variants", 1) > 1
    if several and given.get("return_binary"):
        do = "Leave return_binary out: several pictures come as JSON, and you get them all the same."
        what = "return_binary gives the bytes of one picture, and variants asks for more."
        refuse("return_binary", True, "False with variants of 2 to 4", do, what=what)
    given.setdefault("return_binary", not several)


def _references(value: Any, model: Model | None, catalogue: Catalogue, tell: Tell) -> list[dict[str, Any]]:
    """Style references, each a picture and how strongly it counts."""
    field = "style_references"
    rows = listed(value)
    given = [value] if rows is None or getattr(value, "ndim", 1) > 1 else list(rows)
    most = _most_references(model, catalogue, given)
    if not 1 <= len(given) <= most:
        allowed = f"1 to {most} pictures" + (f" for {model.id}" if model is not None else "")
        what = f"{field} has {len(given)} pictures; allowed are {allowed}."
        refuse(field, len(given), allowed, "Leave some out." if given else "Leave it out.", what=what)
    checked = [_reference(each, f"{field}[{position}]") for position, each in enumerate(given)]
    ignored = model is not None and model.constraints.get("supportsStyleReferenceStrength") is False
    if model is not None and ignored and any("strength" in each for each in checked):
        tell(f"{model.id} takes no notice of the strength of style references.")
    return checked


def _most_references(model: Model | None, catalogue: Catalogue, given: list[Any]) -> int:
    if model is None:
        return max(REFERENCES, len(given))
    if not model.supports("supportsStyleReferences"):
        able = [each.id for each in catalogue.of_type("image") if each.supports("supportsStyleReferences")]
        do = f"Take a model that can, such as {able[0]!r}, or leave it out." if able else "Leave it out."
        what = f"{model.id} takes no style references."
        refuse("style_references", len(given), "absent", do, what=what)
    most = model.constraints.get("maxStyleReferences")
    return most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else REFERENCES


def _reference(value: Any, field: str) -> dict[str, Any]:
    source, strength = value, None
    if isinstance(value, Mapping):
        for name in value:
            if name not in {"image", "strength"}:
                unknown(name, ("image", "strength"), kind=f"key in {field}")
        source, strength = value.get("image"), value.get("strength")
        field = f"{field}.image"
    media = picture(source, field, fewest=1, heaviest=MAX_STYLE_BYTES)
    checked = {"image": media.location}
    if strength is None:
        return checked
    return checked | {"strength": number(0.1, 1)(field.removesuffix(".image") + ".strength", strength)}


def _price(
    model: Model | None,
    variants: int,
    resolution: str | None,
    quality: str | None,
    *,
    rewritten: bool = False,
) -> float | None:
    if model is None:
        return None
    found = price_of_image(model, variants=variants, resolution=resolution, quality=quality)
    return None if found is None else found + (rules.REWRITE if rewritten else 0.0)
