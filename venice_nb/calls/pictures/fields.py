"""The fields of pictures as rules, and what a given model takes: its way to say a size, its tiers, its caps.

API reference: `POST /image/generate`, `/image/edit`, `/image/multi-edit`, and `constraints` in `GET /models`.
A fact the catalogue does not have refuses nothing: the server then decides.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import choice, flag, integer, listed, number, refuse, text
from venice_nb.catalogue.names import Resolution, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from venice_nb.calls.check import Rule
    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName

    Tell = Callable[[str], object]

SIDE = 1280  # pixels of width and height at most, where a model is sized by them
PROMPT = 7500  # characters of a prompt for a new picture, whatever the model
EDIT_PROMPT = 32_768  # characters of an instruction, unless the model reads fewer
SEEDS = 999_999_999
FORMATS = ("jpeg", "png", "webp")
LEVELS = ("low", "medium", "high")
CUTTER = "bria-bg-remover"  # is listed among those that draw, and does not
REWRITE = 0.04  # US dollars of a prompt that the server rewrote
EDIT_RATIOS = ("auto", "1:1", "3:2", "16:9", "21:9", "9:16", "2:3", "3:4", "4:5")

_RATIO = re.compile(r"[1-9]\d{0,3}:[1-9]\d{0,3}|auto")
_COMMON = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "4:5")
_spelling = {"jpg": "Write 'jpeg'.", "JPG": "Write 'jpeg'.", "JPEG": "Write 'jpeg'."}

file_format: Rule = choice(
    *FORMATS, fixes=_spelling | {"gif": "Pass 'png' or 'webp' and convert it: image.pil."}
)
seed: Rule = integer(-SEEDS, SEEDS)
level: Rule = choice(*LEVELS)


def nobody(_: str) -> None:
    """Listens to no notes."""


def cfg_scale(field: str, value: Any) -> float:
    """How closely the prompt is followed: above 0, at most 20."""
    found: float = number(0, 20)(field, value)
    if found == 0:
        refuse(field, value, "a number above 0, at most 20", "Pass a number such as 7.5, or leave it out.")
    return found


def ratio(field: str, value: Any) -> str:
    """A ratio such as 16:9. A YAML file's unquoted 16:9 arrives as the number 969, which is told apart."""
    if isinstance(value, str) and _RATIO.fullmatch(value.strip()):
        return value.strip()
    allowed = "a ratio in quotes, such as '16:9'"
    do = "Write it as width:height, such as '16:9'."
    if isinstance(value, int) and not isinstance(value, bool) and value > 60:
        do = f"Write {f'{value // 60}:{value % 60}'!r}: YAML reads that as {value} where it has no quotes."
    elif isinstance(value, tuple | list) and len(value) == 2:
        do = f"Write {f'{value[0]}:{value[1]}'!r}."
    return refuse(field, value, allowed, do)


def resolution(field: str, value: Any) -> str:
    """A size tier such as 2K, in either case."""
    allowed = "a size tier such as '1K', '2K' or '4K'"
    if not isinstance(value, str) or not re.fullmatch(r"\s*\w{1,10}\s*", value):
        do = "Pass '1K', '2K' or '4K'; pixels are width= and height=, for models that take them."
        refuse(field, value, allowed, do)
    return value.strip().upper()


def no_inpaint(field: str, value: Any) -> None:
    """The field that Venice retired in May 2025."""
    do = "Use v.images.edit(image, prompt), or v.images.multi_edit for several pictures."
    refuse(field, value, "absent", do, what="inpaint was retired on 19 May 2025 and is not sent.")


# What stands for itself, whatever the model.
GENERATE = {
    "negative_prompt": text(longest=PROMPT),
    "width": integer(1, SIDE),
    "height": integer(1, SIDE),
    "aspect_ratio": ratio,
    "resolution": resolution,
    "quality": level,
    "cfg_scale": cfg_scale,
    "steps": integer(1),
    "seed": seed,
    "variants": integer(1, 4),
    "format": file_format,
    "return_binary": flag,
    "lora_strength": integer(0, 100),
    "safe_mode": flag,
    "hide_watermark": flag,
    "embed_exif_metadata": flag,
    "enhance_prompt": flag,
    "enable_web_search": flag,
    "disable_prompt_optimization_thinking": flag,
    "inpaint": no_inpaint,
}
EDIT = {
    "aspect_ratio": ratio,
    "resolution": resolution,
    "output_format": file_format,
    "safe_mode": flag,
    "enhance_prompt": flag,
    "disable_prompt_optimization_thinking": flag,
}


# --- the model -------------------------------------------------------------------------------


def resolved(model: ModelName | Resolution, catalogue: Catalogue, kind: str) -> Resolution:
    """The model of that type for a name; one of another type is refused with what it is for.

    A name the catalogue does not know is left to the server.
    """
    if not isinstance(model, Resolution):
        model = catalogue.resolve(text(blank=False)("model", name_of(model)), type=kind)
    if model.id == CUTTER:
        do = "Use v.images.remove_background(image)."
        refuse("model", model.id, "a model that draws or edits", do, what=f"{model.id} only cuts out.")
    other = catalogue.get(model.id) if model.model is None else None
    if other is None:
        return model
    does = {"image": "draws", "inpaint": "edits"}[kind]
    do = f"Take a model that {does} pictures: v.models(type={kind!r})."
    twin = catalogue.get(f"{other.id}-edit")
    if kind == "image" and other.type == "inpaint":
        do = f"Use v.images.edit(image, prompt, model={other.id!r})."
    elif kind == "inpaint" and other.type == "image" and twin is not None:
        do = f"Take {twin.id!r}."
    what = f"{other.id} is a model of type {other.type}."
    return refuse("model", other.id, f"a model that {does} pictures", do, what=what)


def prompt(value: Any, model: Model | None, most: int) -> str:
    """The prompt, as long as the model reads."""
    if listed(value) is not None:
        do = "For several prompts use v.images.map(prompts)."
        refuse("prompt", value, "one text", do)
    limit = model.constraints.get("promptCharacterLimit") if model is not None else None
    if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
        most = min(most, limit)
    checked: str = text(blank=False, longest=most)("prompt", value)
    return checked


def tiers(model: Model) -> tuple[str, ...] | None:
    """The size tiers of a model: empty when it has none, None when that is not known."""
    listed = model.constraints.get("resolutions")
    priced = model.price.raw.get("resolutions")
    found = listed if isinstance(listed, list) else list(priced) if isinstance(priced, dict) else None
    if found is not None:
        return tuple(str(each) for each in found)
    return () if _flat(model) else None


def levels(model: Model) -> tuple[str, ...] | None:
    """The quality levels of a model: empty when it has none, None when that is not known."""
    listed = model.constraints.get("qualities")
    if isinstance(listed, list):
        return tuple(str(each) for each in listed)
    priced = model.price.raw.get("quality")
    if isinstance(priced, dict):
        steps = (each for tier in priced.values() if isinstance(tier, dict) for each in tier)
        found = set(steps)
        return tuple(each for each in LEVELS if each in found)
    return () if model.price.raw else None


def _flat(model: Model) -> bool:
    """Whether the model has one price, whatever the size: then it has no tiers."""
    raw = model.price.raw
    return ("generation" in raw or "inpaint" in raw) and "resolutions" not in raw and "quality" not in raw


def check_tiers(given: dict[str, Any], model: Model) -> None:
    """Refuse a size tier or a quality that the model does not have."""
    for field, known, word in (
        ("resolution", tiers(model), "size tiers"),
        ("quality", levels(model), "quality levels"),
    ):
        value = given.get(field)
        if value is None or known is None or value in known:
            continue
        if known:
            options = ", ".join(map(repr, known))
            refuse(field, value, f"one of {options} for {model.id}", f"Pass one of {options}.")
        do = "Leave it out."
        if field == "resolution" and model.sizing == "pixels":
            do = f"Pass width= and height=, up to {SIDE} pixels each."
        elif field == "resolution" and model.type == "image":
            do = "Leave it out; the shape is aspect_ratio=."
        refuse(field, value, f"absent for {model.id}", do, what=f"{model.id} has no {word}.")


def check_ratio(given: dict[str, Any], known: Sequence[Any], model: str) -> None:
    """Refuse a ratio that is not among those known, with the nearest one."""
    value, options = given.get("aspect_ratio"), [str(each) for each in known]
    if value is None or value in options:
        return
    near = nearest(_share(value), options)
    do = f"Take {near!r}." if near else f"Take one of {', '.join(options)}."
    refuse("aspect_ratio", value, f"one of {', '.join(options)} for {model}", do)


# --- the size --------------------------------------------------------------------------------


def check_size(given: dict[str, Any], model: Model | None, tell: Tell = nobody) -> None:
    """Hold width, height, aspect_ratio and resolution against the one way the model takes its size.

    A model is sized by pixels or by a ratio; the wrong way is refused with the right one worked out. Sides
    that the model rounds are told.
    """
    sides: dict[str, int] = {name: given[name] for name in ("width", "height") if name in given}
    sizing = model.sizing if model is not None else None
    if sizing is None and sides and "aspect_ratio" in given:
        do = "Pass width and height, or aspect_ratio; a model takes one of the two."
        what = "The size is given twice, in pixels and as a ratio."
        refuse("aspect_ratio", given["aspect_ratio"], "pixels or a ratio", do, what=what)
    if model is None:
        return
    if model.sizing == "ratio" and sides:
        field, value = next(iter(sides.items()))
        shape = given.get("aspect_ratio") or _ratio_for(sides, model)
        known = tiers(model)
        more = f" and resolution={known[0]!r} or more" if known else ""
        what = f"{model.id} is sized by a ratio, not by pixels."
        refuse(
            field, value, f"absent for {model.id}", f"Pass aspect_ratio={shape!r}{more} instead.", what=what
        )
    if model.sizing == "pixels" and "aspect_ratio" in given:
        width, height = pixels_for(given["aspect_ratio"], divisor_of(model))
        what = f"{model.id} is sized by pixels, not by a ratio."
        do = f"Pass width={width}, height={height} instead."
        refuse("aspect_ratio", given["aspect_ratio"], f"absent for {model.id}", do, what=what)
    check_tiers(given, model)
    check_ratio(given, model.constraints.get("aspectRatios") or [given.get("aspect_ratio")], model.id)
    divisor = divisor_of(model)
    for name, value in sides.items():
        if value % divisor:
            near = min(max(round(value / divisor), 1) * divisor, SIDE // divisor * divisor)
            tell(
                f"{name}={value} is no multiple of {divisor}, in which {model.id} counts: the server may "
                f"round or refuse it; {name}={near} is exact."
            )


def check_steps(given: dict[str, Any], model: Model | None, tell: Tell = nobody) -> None:
    """Bring the steps down to the most the model takes, and say so."""
    limits = model.constraints.get("steps") if model is not None else None
    most = limits.get("max") if isinstance(limits, dict) else None
    if model is None or not isinstance(most, int) or given.get("steps", 0) <= most:
        return
    tell(f"steps={given['steps']} is more than {model.id} takes; sending its most, {most}.")
    given["steps"] = most


def divisor_of(model: Model) -> int:
    """What width and height of a model must be multiples of; 1 where that is not known."""
    found = model.constraints.get("widthHeightDivisor")
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 1


def _ratio_for(sides: Mapping[str, int], model: Model) -> str:
    wanted = sides.get("width", 1024) / sides.get("height", 1024)
    return nearest(wanted, ratios(model)) or "1:1"


def ratios(model: Model) -> tuple[str, ...]:
    """The ratios a model takes; the common ones where they are not known."""
    return tuple(map(str, model.constraints.get("aspectRatios") or _COMMON))


def pixels_for(shape: str, divisor: int) -> tuple[int, int]:
    """Sides of about a megapixel in a ratio, as the model counts them."""
    share = _share(shape) or 1.0
    wide = min(math.sqrt(share) * 1024, float(SIDE), SIDE * share)
    return max(int(wide / divisor), 1) * divisor, max(int(wide / share / divisor), 1) * divisor


def _share(shape: Any) -> float | None:
    width, _, height = str(shape).partition(":")
    return int(width) / int(height) if width.isdigit() and height.isdigit() and int(height) else None


def nearest(share: float | None, options: Sequence[Any]) -> str | None:
    """The ratio among `options` that is closest to width by height."""
    known = [(each, found) for each in map(str, options) if (found := _share(each))]
    if share is None or not known:
        return None
    return min(known, key=lambda each: abs(math.log(each[1] / share)))[0]
