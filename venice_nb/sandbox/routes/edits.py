"""POST /image/upscale, /image/edit, /image/multi-edit and /image/background-remove: pictures changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from venice_nb.sandbox import money
from venice_nb.sandbox.choose import choose
from venice_nb.sandbox.exchange import Refusal, Response
from venice_nb.sandbox.rules import pictures as picture_rules
from venice_nb.sandbox.rules.picture_inputs import picture
from venice_nb.sandbox.schema import Issue, issue, refusal, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from venice_nb.sandbox.ask import Ask

LARGEST = 16_777_216  # pixels of an upscaled picture
UPSCALER, REMOVER = "upscaler", "bria-bg-remover"
EDITOR = "firered-image-edit"
MOST_INPUTS = 3  # pictures of a multi-edit, where the model does not say
CREATIVITY = 0.02  # more is lowered to this


def upscale(ask: Ask) -> Response:
    """The picture two to four times as large, as PNG; less where it would have too many pixels."""
    body = ask.body
    image = picture(body["image"], ("image",), raw=True)
    asked = float(body.get("scale", 2))
    area = image.width * image.height
    if area > LARGEST:
        words = f"The image is {image.width} x {image.height} pixels: an upscaled one has at most {LARGEST}"
        raise refused(["image"], words)
    scale = min(asked, (LARGEST / area) ** 0.5)
    model = choose(ask, UPSCALER, "upscale")
    _admitted(ask, model)
    from venice_nb.sandbox.studio import mark  # noqa: PLC0415  (the studio loads with its first use)
    from venice_nb.sandbox.studio.retouch import retouch  # noqa: PLC0415  (the studio loads with its first use)

    creativity = body.get("creativity")
    creativity = 0.01 if creativity is None else min(max(0.0, creativity), CREATIVITY)
    made = retouch.enlarged(mark.cleared(image), scale, creativity)
    made = mark.sign(made, f"enlarged {scale:.4g}x")
    data = _file(made, "png")
    tier = "2x" if scale <= 2 else "4x"
    usd = model["model_spec"]["pricing"]["upscale"][tier]["usd"]
    money.settle(ask, f"{UPSCALER}-{tier}", 1, usd, scale=round(scale, 4))
    return Response(200, {"content-type": "image/png"}, data)


def edit(ask: Ask) -> Response:
    """One picture changed as the prompt says."""
    body = ask.body
    model = choose(ask, body.get("model") or body.get("modelId") or EDITOR, "inpaint")
    return _edited(ask, model, [(body["image"], ("image",))])


def multi_edit(ask: Ask) -> Response:
    """The first picture changed as the prompt says, with the others put in."""
    body = ask.body
    model = choose(ask, body.get("modelId") or EDITOR, "inpaint")
    rules = picture_rules.constraints(model)
    most = rules.get("maxInputImages", MOST_INPUTS) if rules.get("combineImages", True) else 1
    if len(body["images"]) > most:
        words = f"{model['id']} takes at most {most} image{'s' * (most > 1)}"
        raise refusal([issue("too_big", ["images"], words, maximum=most, inclusive=True)])
    return _edited(ask, model, [(given, ("images", at)) for at, given in enumerate(body["images"])])


def remove_background(ask: Ask) -> Response:
    """The picture with everything but its main thing transparent, as PNG."""
    body = ask.body
    given = [name for name in ("image", "image_url") if name in body]
    if len(given) != 1:
        raise refused(given, "Give exactly one of image and image_url")
    image = picture(body[given[0]], (given[0],))
    model = choose(ask, REMOVER, "image")
    _admitted(ask, model)
    from venice_nb.sandbox.studio.retouch.cutout import cut_out  # noqa: PLC0415

    data = _file(cut_out(image), "png")
    money.settle(ask, f"{REMOVER}-image-unit", 1, picture_rules.price({}, model))
    return Response(200, {"content-type": "image/png"}, data)


def _edited(ask: Ask, model: dict[str, Any], given: list[tuple[Any, tuple[str | int, ...]]]) -> Response:
    body = ask.body
    if issues := list(_issues(body, model)):
        raise refusal(issues)
    images = [picture(each, path) for each, path in given]
    prompt: str = body["prompt"]
    _admitted(ask, model)
    if picture_rules.violates(prompt):
        told = {"x-venice-is-content-violation": "true"}
        raise Refusal(422, "The request was refused by the content policy", told)
    blur = body.get("safe_mode", True) and picture_rules.adult(prompt)
    ask.headers |= {"x-venice-is-content-violation": "false", "x-venice-is-blurred": str(blur).lower()}
    usd = picture_rules.price(body, model, inputs=len(images))
    if body.get("enhance_prompt") and (better := _enhanced(prompt)):
        prompt, usd = better, usd + picture_rules.ENHANCE
        ask.headers["x-venice-enhanced-prompt"] = quote(better)
    tier = body.get("resolution") or "1K"
    kind = body.get("output_format") or ("png" if tier == "1K" else "jpeg")
    made = _changed(images, prompt, body, blur=blur)
    data = _file(made, kind)
    money.settle(ask, f"{model['id']}-edit-unit", 1, usd, inputs=len(images))
    return Response(200, {"content-type": f"image/{kind}"}, data)


def _issues(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    yield from picture_rules.check_prompt(model, body["prompt"])
    yield from picture_rules.tiered(body, picture_rules.constraints(model), model["id"])


def _admitted(ask: Ask, model: dict[str, Any]) -> None:
    money.check_funds(ask.state, ask.caller)
    picture_rules.admit(ask, model)


def _enhanced(prompt: str) -> str:
    from venice_nb.sandbox.studio.paint.enhance import enhanced_edit  # noqa: PLC0415

    return enhanced_edit(prompt)


def _changed(images: list[Image], prompt: str, body: dict[str, Any], *, blur: bool) -> Image:
    """The pictures fitted to the asked size, changed, blurred where safe mode wants it, and marked."""
    from venice_nb.sandbox.studio import mark  # noqa: PLC0415
    from venice_nb.sandbox.studio.retouch import retouch  # noqa: PLC0415
    from venice_nb.sandbox.studio.retouch.edits import changed  # noqa: PLC0415

    times = picture_rules.TIERS.get(body.get("resolution") or "1K", 1)
    asked = body.get("aspect_ratio") or "auto"
    first, *others = map(mark.cleared, images)
    base = retouch.fitted(first, asked, times, enlarge="resolution" in body)
    made, understood = changed([base, *others], prompt)
    if blur:
        made = retouch.veiled(made)
    said = "" if blur else prompt
    return mark.sign(made, said, title="SANDBOX" if understood else "SANDBOX: instruction not understood")


def _file(image: Image, kind: str) -> bytes:
    from venice_nb.sandbox.studio.pictures import encode  # noqa: PLC0415

    return encode(image, kind)
