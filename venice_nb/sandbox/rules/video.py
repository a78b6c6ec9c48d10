"""What each video model takes: checked when a film is queued, dropped where it does not apply in a quote.

The catalogue's constraints decide durations, resolutions, ratios and sound. What they do not say (which
media a model is given) follows from the model's name, by the tables here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.catalogue import find
from venice_nb.sandbox.schema import Issue, issue, refusal

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask

Model = dict[str, Any]
Body = dict[str, Any]

ALWAYS = frozenset(["model", "prompt", "duration", "anon_user_id"])
# The media a kind of model is given: required ones, and any of these.
MEDIA: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "text": ((), ()),
    "image": (("image_url",), ()),
    "transition": (("image_url", "end_image_url"), ()),
    "reference": ((), ("reference_image_urls",)),
    "motion": (("image_url", "video_url"), ()),
    "video": (("video_url",), ()),
    "upscale": (("video_url",), ("upscale_factor",)),
}
# More that models whose id starts so take.
ENDS = ("kling-", "seedance-", "wan-2-7", "veo3.1", "vidu-", "ltx-2")  # end_image_url, if image-to-video
ELEMENTS = ("kling-o3", "kling-v3")  # elements and scene_image_urls, if reference-to-video
CLIPS = ("seedance-",)  # reference_video_urls and reference_audio_urls, if reference-to-video
REFERENCES = ("reference_image_urls", "reference_video_urls", "elements", "scene_image_urls")
REFERENCE_CAP = 4  # pictures, where a model says nothing else
AS_SOURCE = ("-1", "auto")  # durations that follow the source clip


def kind(model: Model) -> str:
    """What sort of work a model does, as a key of `MEDIA`."""
    name, limits = model["id"], model["model_spec"]["constraints"]
    if name.startswith("topaz-"):
        return "upscale"
    if limits["video_input"]:
        return "video"
    if "motion-control" in name:
        return "motion"
    if "reference-to-video" in name:
        return "reference"
    if "first-last-frame" in name or name.endswith("-transition"):
        return "transition"
    return "text" if limits["model_type"] == "text-to-video" else "image"


def rewritten(body: Body) -> Body:
    """The body with what upscaling and video-to-video may leave out, though the schema asks for it."""
    name = body.get("model")
    found = find(name, "video") if isinstance(name, str) else None
    if found is None or found.model["type"] != "video" or kind(found.model) not in ("upscale", "video"):
        return body
    return {"prompt": "-", "duration": found.model["model_spec"]["constraints"]["durations"][0], **body}


def fields(model: Model) -> frozenset[str]:
    """The fields that a model takes."""
    limits, work, name = model["model_spec"]["constraints"], kind(model), model["id"]
    required, more = MEDIA[work]
    taken = {*ALWAYS, *required, *more}
    optional = {
        "negative_prompt": work != "upscale",
        "aspect_ratio": bool(limits["aspect_ratios"]),
        "resolution": bool(limits["resolutions"]),
        "audio": limits["audio_configurable"],
        "audio_url": limits["audio_input"],
        "end_image_url": work == "image" and name.startswith(ENDS),
        "elements": work == "reference" and name.startswith(ELEMENTS),
        "scene_image_urls": work == "reference" and name.startswith(ELEMENTS),
        "reference_video_urls": work == "reference" and name.startswith(CLIPS),
        "reference_audio_urls": work == "reference" and name.startswith(CLIPS),
        "omni_reference_task_type": work == "reference" and name.startswith("seedance-2-5"),
        "bitrate_mode": name.startswith("seedance-2-"),
        "consents": name.startswith("seedance-"),
    }
    return frozenset(taken | {field for field, holds in optional.items() if holds})


def check(ask: Ask, model: Model) -> None:
    """Raises the 400 of a queued request that its model would not take."""
    body, issues = ask.body, []
    issues += _unsupported(ask, model)
    issues += _required(model, body)
    issues += _limits(model, body)
    if issues:
        raise refusal(issues)


KNOWN = frozenset(
    [
        *ALWAYS, "negative_prompt", "aspect_ratio", "resolution", "audio", "upscale_factor", "image_url",
        "end_image_url", "audio_url", "video_url", *REFERENCES, "reference_audio_urls",
        "reference_document_urls", "keyframes", "omni_reference_task_type", "consents", "bitrate_mode",
    ]
)  # fmt: skip


def _unsupported(ask: Ask, model: Model) -> list[Issue]:
    taken = fields(model)
    strange = [name for name in ask.body if name not in KNOWN]
    lacking = [name for name in ask.body if name in KNOWN and name not in taken]
    ask.unsupported = bool(lacking)
    found = [issue("custom", [name], f"This model does not support {name}") for name in lacking]
    if strange:
        words = "Unrecognized key(s) in object: " + ", ".join(f"'{name}'" for name in strange)
        found.append(issue("unrecognized_keys", [], words, keys=strange))
    consents = ask.body.get("consents", {})
    found += _only(consents, ("seedance",), ("consents",))
    agreed = ["confirmed_terms_and_privacy", "confirmed_legal_right", "confirmed_screening_acknowledged"]
    return found + _only(consents.get("seedance", {}), agreed, ("consents", "seedance"))


def _only(value: Body, names: Any, path: tuple[str, ...]) -> list[Issue]:
    extra = [name for name in value if name not in names]
    if not extra:
        return []
    words = "Unrecognized key(s) in object: " + ", ".join(f"'{name}'" for name in extra)
    return [issue("unrecognized_keys", path, words, keys=extra)]


def _required(model: Model, body: Body) -> list[Issue]:
    work = kind(model)
    wanted = list(MEDIA[work][0])
    if model["model_spec"]["constraints"]["aspect_ratios"]:
        wanted.append("aspect_ratio")
    found = [
        issue("invalid_type", [name], "Required", expected="string", received="undefined")
        for name in wanted
        if name not in body
    ]
    if work == "reference" and not any(body.get(name) for name in REFERENCES):
        words = "reference-to-video needs at least one reference image or video"
        if body.get("reference_audio_urls"):
            words = "Audio references must be paired with at least one reference image or video"
        found.append(issue("custom", ["reference_image_urls"], words))
    return found


def _limits(model: Model, body: Body) -> list[Issue]:
    spec = model["model_spec"]["constraints"]
    found = _options(model, body)
    cap = spec.get("prompt_character_limit", 2500)
    for name in ("prompt", "negative_prompt"):
        if len(body.get(name, "")) > cap:
            words = f"String must contain at most {cap} character(s)"
            found.append(issue("too_big", [name], words, maximum=cap, inclusive=True))
    pictures = body.get("reference_image_urls", ())
    if len(pictures) > REFERENCE_CAP:
        words = f"Array must contain at most {REFERENCE_CAP} element(s)"
        found.append(issue("too_big", ["reference_image_urls"], words, maximum=REFERENCE_CAP, inclusive=True))
    if body.get("bitrate_mode", "standard") not in ("standard", "high"):
        found.append(_choice("bitrate_mode", body["bitrate_mode"], ["standard", "high"]))
    return found


def _options(model: Model, body: Body) -> list[Issue]:
    """The values that are not among those the model lists."""
    limits = model["model_spec"]["constraints"]
    found = []
    if body["duration"] not in limits["durations"] and not follows(model, body):
        found.append(_choice("duration", body["duration"], limits["durations"]))
    for name, options in (("resolution", limits["resolutions"]), ("aspect_ratio", limits["aspect_ratios"])):
        source = name == "aspect_ratio" and body.get(name) in ("auto", "adaptive") and _cuts(model, body)
        if options and name in body and body[name] not in options and not source:
            found.append(_choice(name, body[name], options))
    return found


def _choice(name: str, value: Any, options: list[str]) -> Issue:
    shown = " | ".join(f"'{option}'" for option in options)
    words = f"Invalid enum value. Expected {shown}, received '{value}'"
    return issue("invalid_enum_value", [name], words, received=value, options=options)


def follows(model: Model, body: Body) -> bool:
    """Whether the length is that of the source clip: an edit by a Seedance 2.5 reference model."""
    edits = model["id"].startswith("seedance-2-5") and _cuts(model, body)
    return body["duration"] in AS_SOURCE and edits


def _cuts(model: Model, body: Body) -> bool:
    """Whether a Seedance 2 reference model is given clips to follow."""
    given = body.get("reference_video_urls") or body.get("reference_video_total_duration")
    return model["id"].startswith("seedance-2-") and kind(model) == "reference" and bool(given)


def quote_fields(model: Model, body: Body) -> Body:
    """The body of a quote without what the model does not use. Raises 400 for values it does not list."""
    limits = model["model_spec"]["constraints"]
    used = {"model", "duration", "reference_video_total_duration", "video_url", "upscale_factor"}
    used |= {"resolution"} if limits["resolutions"] else set()
    used |= {"aspect_ratio"} if limits["aspect_ratios"] else set()
    kept = {name: value for name, value in body.items() if name in used}
    issues = _options(model, kept)
    if issues:
        raise refusal(issues)
    return kept


def resolution(model: Model, body: Body) -> str:
    """The resolution asked for, or the first the model lists; empty where it has none."""
    listed = model["model_spec"]["constraints"]["resolutions"]
    found: str = body.get("resolution") or (listed[0] if listed else "")
    return found
