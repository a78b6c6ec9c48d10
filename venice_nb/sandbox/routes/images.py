"""POST /image/generate, POST /images/generations and GET /image/styles: pictures painted from words."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from venice_nb.sandbox import money
from venice_nb.sandbox.catalogue import find
from venice_nb.sandbox.choose import choose
from venice_nb.sandbox.exchange import Response, json_response
from venice_nb.sandbox.rules import pictures as picture_rules
from venice_nb.sandbox.rules.picture_inputs import picture
from venice_nb.sandbox.schema import refusal, refused

if TYPE_CHECKING:
    from PIL.Image import Image

    from venice_nb.sandbox.ask import Ask

REFERENCE_BYTES = 8 * 1024 * 1024
BIND = "bria-bg-remover"  # listed as an image model, served by /image/background-remove alone
SEEDS = 999_999_999


@dataclass(frozen=True, slots=True)
class Painted:
    """What came of one request: the files, and what the headers say of them."""

    files: tuple[bytes, ...]
    kind: str
    seed: int
    size: tuple[int, int]


def styles(_ask: Ask) -> Response:
    """The names that `style_preset` takes."""
    from venice_nb.sandbox.studio.tone.names import STYLES  # noqa: PLC0415  (the studio loads with its first use)

    return json_response({"object": "list", "data": list(STYLES)})


def generate(ask: Ask) -> Response:
    """One picture, or several variants in JSON; each is billed."""
    body = ask.body
    model = choose(ask, body["model"], "image")
    painted = _painted(ask, model, body, picture_rules.size)
    if body.get("return_binary"):
        return Response(200, {"content-type": f"image/{painted.kind}"}, painted.files[0])
    echo = {**body, "seed": painted.seed, "width": painted.size[0], "height": painted.size[1]}
    if "aspect_ratio" in body or picture_rules.constraints(model).get("aspectRatios"):
        echo = {**body, "seed": painted.seed}
    return json_response(
        {
            "id": f"generate-image-{ask.id}",
            "images": [b64encode(file).decode() for file in painted.files],
            "timing": _timing(body, painted),
            "request": echo,
        }
    )


def generations(ask: Ask) -> Response:
    """The same in the shape OpenAI's clients expect; an unknown model is the default one."""
    body = ask.body
    if "model" not in body:
        raise refused(["model"], "model is required")
    found = find(body["model"], "image")
    known = found is not None and found.model["type"] == "image" and found.model["id"] != BIND
    model = choose(ask, body["model"] if known else "default", "image")
    asked = body.get("size") or "auto"
    width, height = (1024, 1024) if asked == "auto" else map(int, asked.split("x"))
    own = {
        "prompt": body["prompt"],
        "format": body.get("output_format", "png"),
        "safe_mode": body.get("moderation") != "low",
    }
    painted = _painted(ask, model, own, lambda _body, _model: (width, height))
    text = b64encode(painted.files[0]).decode()
    row = {"b64_json": text}
    if body.get("response_format") == "url":
        row = {"url": f"data:image/{painted.kind};base64,{text}"}
    return json_response({"created": int(ask.now), "data": [row]})


def _painted(ask: Ask, model: dict[str, Any], body: dict[str, Any], size: Any) -> Painted:
    """Checks, counts, paints and bills."""
    issues = list(picture_rules.check_generation(body, model))
    if model["id"] == BIND:
        raise refused(["model"], f"{BIND} serves /image/background-remove only", "Invalid model id")
    if issues:
        raise refusal(issues)
    style = _style(body)
    references = [
        (
            picture(row["image"], ("style_references", at, "image"), most_bytes=REFERENCE_BYTES),
            row.get("strength", 0.5),
        )
        for at, row in enumerate(body.get("style_references") or ())
    ]
    count = int(body.get("variants", 1))
    money.check_funds(ask.state, ask.caller)
    picture_rules.admit(ask, model, count)
    width, height = size(body, model)
    kind, prompt = body.get("format", "webp"), body["prompt"]
    blocked = picture_rules.violates(prompt)
    blur = body.get("safe_mode", True) and picture_rules.adult(prompt) and not blocked
    ask.headers |= _verdict(blurred=blur, violation=blocked)
    seed = _seed(ask, body)
    if blocked:
        kind = "png" if body.get("return_binary") else kind
        return Painted((_black(width, height, kind),) * count, kind, seed, (width, height))
    extra = 0.0
    if body.get("enhance_prompt") and (better := _enhanced(prompt)):
        prompt, extra = better, picture_rules.ENHANCE
        ask.headers["x-venice-enhanced-prompt"] = quote(better)
    files = []
    for variant in range(count):
        own = seed + variant if seed + variant <= SEEDS else seed + variant - 2 * SEEDS
        image = _image(prompt, own, (width, height), body=body, model=model, style=style)
        image = _finished(image, body, references, prompt=body["prompt"], blur=blur)
        files.append(_file(image, kind, body, model, own))
    usd = picture_rules.price(body, model)
    money.settle(ask, f"{model['id']}-image-unit", count, usd * count + extra, pictures=count)
    return Painted(tuple(files), kind, seed, (width, height))


def _verdict(*, blurred: bool, violation: bool) -> dict[str, str]:
    return {
        "x-venice-is-blurred": str(blurred).lower(),
        "x-venice-is-content-violation": str(violation).lower(),
        "x-venice-is-adult-model-content-violation": "false",
        "x-venice-contains-minor": "false",
    }


def _style(body: dict[str, Any]) -> str:
    from venice_nb.sandbox.studio.tone.names import STYLES  # noqa: PLC0415

    style: str = body.get("style_preset") or ""
    if style and style not in STYLES:
        raise refused(
            ["style_preset"], f"'{style}' is not a style; GET /image/styles lists them, spelled exactly so"
        )
    return style


def _seed(ask: Ask, body: dict[str, Any]) -> int:
    """The asked seed; else one from the sandbox's seed and the request: nothing is random here."""
    if "seed" in body:
        return int(body["seed"])
    parts = (ask.model, body["prompt"], body.get("negative_prompt", ""), body.get("style_preset", ""))
    told = "picture " + "\n".join(parts)
    return int(ask.state.digest(told, 8), 16) % SEEDS


def _enhanced(prompt: str) -> str:
    from venice_nb.sandbox.studio.paint.enhance import enhanced  # noqa: PLC0415

    return enhanced(prompt)


def _image(
    prompt: str, seed: int, size: tuple[int, int], *, body: dict[str, Any], model: dict[str, Any], style: str
) -> Image:
    from venice_nb.sandbox.studio.paint.paint import paint  # noqa: PLC0415

    # the model's name is part of the dice: two models give two pictures of the same prompt and seed
    own = seed * 1000 + sum(model["id"].encode()) % 1000
    negative = body.get("negative_prompt", "")
    return paint(
        prompt, seed=own, width=size[0], height=size[1], negative=negative, style=style, marked=False
    )


def _finished(
    image: Image, body: dict[str, Any], references: list[tuple[Image, float]], *, prompt: str, blur: bool
) -> Image:
    from venice_nb.sandbox.studio import mark  # noqa: PLC0415
    from venice_nb.sandbox.studio.retouch import retouch  # noqa: PLC0415

    for reference, strength in references:
        image = retouch.palette_of(image, reference, strength)
    if blur:
        image = retouch.veiled(image)
    if not body.get("hide_watermark"):
        image = mark.watermark(image)
    return mark.sign(image, "" if blur else prompt)


def _file(image: Image, kind: str, body: dict[str, Any], model: dict[str, Any], seed: int) -> bytes:
    from venice_nb.sandbox.studio.pictures import encode  # noqa: PLC0415

    about = {"Description": body["prompt"], "Model": model["id"], "Seed": str(seed)}
    if body.get("negative_prompt"):
        about["Negative prompt"] = body["negative_prompt"]
    if body.get("style_preset"):
        about["Style"] = body["style_preset"]
    return encode(image, kind, about=about, exif=bool(body.get("embed_exif_metadata")))


def _black(width: int, height: int, kind: str) -> bytes:
    from PIL import Image as Pillow  # noqa: PLC0415

    from venice_nb.sandbox.studio.pictures import encode  # noqa: PLC0415

    return encode(Pillow.new("RGB", (width, height)), kind)


def _timing(body: dict[str, Any], painted: Painted) -> dict[str, float]:
    """Milliseconds that a model of this kind might take, by steps and pixels."""
    work = 40 * body.get("steps", 8) * len(painted.files) * painted.size[0] * painted.size[1] / 2**20
    parts = {"inferenceDuration": round(work), "inferencePreprocessingTime": 12, "inferenceQueueTime": 3}
    return {**parts, "total": sum(parts.values())}
