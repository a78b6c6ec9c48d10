"""What a request for a picture may ask of a model, how large the picture becomes, and what it costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox import limits
from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.schema import Issue, issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from venice_nb.sandbox.ask import Ask

# Width and height at 1K; 2K and 4K are two and four times as long on each side.
RATIOS = {
    "1:1": (1024, 1024),
    "3:2": (1264, 848),
    "2:3": (848, 1264),
    "4:3": (1200, 896),
    "3:4": (896, 1200),
    "4:5": (928, 1152),
    "16:9": (1376, 768),
    "9:16": (768, 1376),
    "21:9": (1584, 672),
}
TIERS = {"1K": 1, "2K": 2, "4K": 4}
ENHANCE = 0.04  # US dollars for a rewritten prompt

# Stand-ins for the service's classifiers. The two phrases let a test meet either verdict with decent words.
_ADULT = re.compile(
    r"\b(nsfw|nud(?:e|es|ity)|naked|topless|porn\w*|erotic\w*|sex(?:ual\w*|y)?|hentai|adult content)\b",
    re.IGNORECASE,
)
_VIOLATION = re.compile(
    r"\b(content violation|child porn\w*|csam|lolicon|sexuali[sz]ed (?:child|minor)\w*)\b", re.IGNORECASE
)


def adult(prompt: str) -> bool:
    """Whether a prompt asks for what safe mode blurs."""
    return bool(_ADULT.search(prompt))


def violates(prompt: str) -> bool:
    """Whether a prompt asks for what no model paints. "content violation" is a phrase for tests."""
    return bool(_VIOLATION.search(prompt))


def constraints(model: dict[str, Any]) -> dict[str, Any]:
    """A model's limits."""
    found: dict[str, Any] = model["model_spec"].get("constraints") or {}
    return found


def check_prompt(model: dict[str, Any], prompt: str) -> Iterator[Issue]:
    """Too many characters for the model, or none that print."""
    cap = constraints(model).get("promptCharacterLimit", len(prompt))
    if len(prompt) > cap:
        words = f"{model['id']} takes prompts of at most {cap} characters"
        yield issue("too_big", ["prompt"], words, maximum=cap, inclusive=True)


def check_generation(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    """Every reason why an image model does not serve the request."""
    rules, name = constraints(model), model["id"]
    yield from check_prompt(model, body["prompt"])
    if body.get("inpaint") is not None:
        yield issue("custom", ["inpaint"], "inpaint was removed on 19 May 2025; use /image/edit")
    yield from _sizing(body, rules, name)
    steps = body.get("steps")
    if steps is not None and not 1 <= steps <= rules["steps"]["max"]:
        yield issue("custom", ["steps"], f"{name} takes 1 to {rules['steps']['max']} steps")
    if body.get("return_binary") and body.get("variants", 1) > 1:
        yield issue("custom", ["variants"], "variants needs return_binary to be false")
    references = body.get("style_references") or []
    if references and not model["model_spec"].get("supportsStyleReferences"):
        yield issue("custom", ["style_references"], f"{name} does not support style_references")
    elif len(references) > (most := rules.get("maxStyleReferences", 0)):
        yield issue("custom", ["style_references"], f"{name} takes at most {most} style references")


def _sizing(body: dict[str, Any], rules: dict[str, Any], name: str) -> Iterator[Issue]:
    ratios = rules.get("aspectRatios")
    sides = [side for side in ("width", "height") if side in body]
    if ratios:
        for side in sides:
            yield issue("custom", [side], f"{name} does not take {side}; use aspect_ratio")
        yield from tiered(body, rules, name)
        return
    if "aspect_ratio" in body:
        yield issue("custom", ["aspect_ratio"], "This model does not support aspect_ratio")
    yield from tiered(body, rules, name)
    divisor = rules.get("widthHeightDivisor", 1)
    for side in sides:
        if body[side] % divisor:
            yield issue("custom", [side], f"{side} must be a multiple of {divisor} for {name}")


def tiered(body: dict[str, Any], rules: dict[str, Any], name: str) -> Iterator[Issue]:
    """Ratio, resolution, quality: each among those the model lists, and absent if it lists none."""
    for field, options in (
        ("aspect_ratio", rules.get("aspectRatios")),
        ("resolution", rules.get("resolutions")),
        ("quality", rules.get("qualities")),
    ):
        asked = body.get(field)
        if asked is None or (field == "aspect_ratio" and not options):
            continue
        if not options:
            yield issue("custom", [field], f"This model does not support {field}")
        elif asked not in options:
            words = f"{name} does not support {field} {asked}; it has {', '.join(options)}"
            yield issue("custom", [field], words)


def size(body: dict[str, Any], model: dict[str, Any]) -> tuple[int, int]:
    """Width and height of the picture that a checked request asks for."""
    rules = constraints(model)
    if not rules.get("aspectRatios"):
        return int(body.get("width", 1024)), int(body.get("height", 1024))
    width, height = RATIOS[body.get("aspect_ratio") or rules["defaultAspectRatio"]]
    times = TIERS.get(body.get("resolution") or rules.get("defaultResolution", "1K"), 1)
    return width * times, height * times


def price(body: dict[str, Any], model: dict[str, Any], *, inputs: int = 1) -> float:
    """US dollars for one picture: by quality and tier, by tier, or flat; for edits more per further input."""
    pricing, rules = model["model_spec"]["pricing"], constraints(model)
    tier = body.get("resolution") or rules.get("defaultResolution", "1K")
    level = body.get("quality") or rules.get("defaultQuality", "")
    flat = pricing.get("resolutions", {}).get(tier) or pricing.get("generation") or pricing["inpaint"]
    paid = pricing.get("quality", {}).get(tier, {}).get(level, flat)["usd"]
    more = pricing.get("inputImages")
    extra = max(0, inputs - more["included"]) * more["additional"]["usd"] if more else 0.0
    return float(paid + extra)


def admit(ask: Ask, model: dict[str, Any], pictures: int = 1) -> None:
    """Counts each picture as one request against the limits; a refused request counts none."""
    state = ask.state
    with state.lock:
        for done in range(pictures):
            try:
                ask.headers |= limits.admit(state, ask.caller, model)
            except Refusal:
                for span in ("minute", "day"):
                    window = state.windows[model["id"], span]
                    for _ in range(min(done, len(window))):
                        window.pop()
                raise
