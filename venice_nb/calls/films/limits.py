"""What a video model takes, as `GET /models?type=video` tells it, and settings made to fit.

Where the model list says nothing, the id tells what a film starts from, and every value that the API knows
is let through: the server decides. None means unknown, an empty list means that there is no choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.calls.check import choice, flag, integer, refuse, shown
from venice_nb.catalogue.starts import start_of
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue import Model
    from venice_nb.catalogue.starts import Start

DURATIONS = (*(f"{n}s" for n in range(1, 31)), "-1", "1 gen", "auto", "Auto")
RATIOS = (
    "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "9:21", "16:9", "21:9", "adaptive", "auto",
)  # fmt: skip
RESOLUTIONS = (
    "256p", "360p", "480p", "540p", "580p", "720p", "1080p", "1440p", "2160p", "4k", "2x", "4x", "2K", "768P",
    "true_1080p",
)  # fmt: skip
FACTORS = (1, 2, 4)
PROMPT = 20_000  # characters, where the model names no limit of its own
FOLLOWING = {"-1", "auto"}  # durations: as long as the film that is edited
ADAPTING = {"adaptive", "auto"}  # ratios: the shape of the film that is edited

_TELLING = ("durations", "resolutions", "aspect_ratios", "audio")  # a list that names them names all


@dataclass(frozen=True, slots=True)
class Takes:
    """What one video model takes. `known` is False where the model list has not told all."""

    id: str
    start: Start
    known: bool = False
    durations: tuple[str, ...] | None = None
    resolutions: tuple[str, ...] | None = None
    ratios: tuple[str, ...] | None = None
    sound: bool | None = None
    sound_choice: bool | None = None
    track: bool | None = None  # audio_url
    voices: bool | None = None  # reference_audio_urls
    prompt: int = PROMPT
    shortest_side: int | None = None  # of a given picture, in pixels
    narrowest: float | None = None  # width / height of a given picture
    widest: float | None = None

    @property
    def follows_length(self) -> bool:
        """Whether a film can be as long as the one that it edits."""
        return self.start == "reference" and self.id.startswith("seedance-2-5")

    @property
    def follows_shape(self) -> bool:
        """Whether a film can have the shape of the one that it edits."""
        return self.start == "reference" and self.id.startswith("seedance-2")


def takes(id: str, model: Model | None) -> Takes:  # noqa: A002  the API's own name
    """What the model takes, from its constraints and from its id."""
    limits: Mapping[str, Any] = model.constraints if model is not None else {}
    known = all(name in limits for name in _TELLING)
    return Takes(
        id=id,
        start=start_of(id, limits),
        known=known,
        durations=_texts(limits.get("durations")),
        resolutions=_texts(limits.get("resolutions")),
        ratios=_texts(limits.get("aspect_ratios")),
        sound=_told(limits.get("audio")),
        sound_choice=_told(limits.get("audio_configurable")),
        track=limits.get("audio_input") is True if known else None,
        voices=_told(limits.get("per_reference_audio")),
        prompt=_number(limits.get("prompt_character_limit"), PROMPT),
        shortest_side=_number(limits.get("reference_image_min_short_side_pixels"), 0) or None,
        narrowest=_ratio(limits.get("reference_image_min_aspect_ratio")),
        widest=_ratio(limits.get("reference_image_max_aspect_ratio")),
    )


def settle(model: Takes, given: Mapping[str, Any], *, strict: bool) -> tuple[dict[str, Any], list[str]]:
    """Duration, ratio, resolution, factor and sound as the model takes them, and what is to be said.

    What the model does anyway is left out and said. What it cannot do is refused when `strict`, because the
    film would be another one than asked for; a quote only leaves it out, as the server does.
    """
    said: list[str] = []
    settled: dict[str, Any] = {"duration": _duration(model, given.get("duration"), said)}
    refused: list[InvalidInput] = []
    for name, rule in _SETTINGS.items():
        try:
            settled[name] = rule(model, given.get(name), said, strict=strict)
        except InvalidInput as error:
            refused.append(error)
    if refused:
        raise _together(model, refused)
    return {name: value for name, value in settled.items() if value is not None}, said


def _together(model: Takes, refused: list[InvalidInput]) -> InvalidInput:
    """One refusal for all settings the model does not take; else the first, which is about a value."""
    absent = f"absent for {model.id}"
    if len(refused) == 1 or any(each.details["allowed"] != absent for each in refused):
        return refused[0]
    names = [str(each.details["field"]) for each in refused]
    return InvalidInput(
        " ".join(each.what for each in refused),
        field=names[0],
        value=refused[0].details["value"],
        allowed=absent,
        do=f"Leave out {_either(tuple(names)).replace(' or ', ' and ')}.",
    )


# --- one setting each --------------------------------------------------------------------------


def _duration(model: Takes, value: Any, said: list[str]) -> str | None:
    offered = model.durations
    if value is None:
        if offered:
            shortest = min(offered, key=_seconds)
            if len(offered) > 1:
                said.append(f"No duration given: {shortest}, the shortest that {model.id} makes.")
            return shortest
        if model.start in {"upscale", "video"}:
            return "Auto"
        allowed = "a number of seconds such as 5, or a text such as '5s'"
        what = f"{model.id} needs a duration."
        refuse("duration", None, allowed, "Say how long: duration='5s'.", what=what)
    written = _written(value)
    if model.follows_length and written.lower() in FOLLOWING:
        return written.lower()
    choices = DURATIONS if offered is None else offered
    for found in choices:
        if written.lower() == found.lower() or {written.lower(), found.lower()} <= FOLLOWING:
            return found
    allowed = f"{_either(choices)} for {model.id}" if offered else "1 to 30 seconds, such as 5 or '5s'"
    nearest = _nearest(written, choices)
    return refuse("duration", value, allowed, f"Take duration={nearest!r}.")


def _written(value: Any) -> str:
    """A duration as the API writes it: 5, 5.0, "5", "5 s" and "5s" are all `5s`."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{1,4})\s*(s|sec|seconds?)?\s*", value, re.IGNORECASE)
        return f"{int(found[1])}s" if found and value.isascii() else value.strip()
    whole = integer(-1)("duration", value)
    return "-1" if whole == -1 else f"{whole}s"


def _aspect_ratio(model: Takes, value: Any, said: list[str], *, strict: bool) -> str | None:
    offered = model.ratios
    if value is None:
        if strict and offered:
            what = f"{model.id} needs an aspect_ratio."
            do = f"Say which: aspect_ratio={offered[0]!r}."
            refuse("aspect_ratio", None, _either(offered), do, what=what)
        return None
    if offered is None or (model.follows_shape and value in ADAPTING):
        return str(choice(*RATIOS)("aspect_ratio", value))
    if offered:
        return str(choice(*offered)("aspect_ratio", value))
    choice(*RATIOS)("aspect_ratio", value)
    why = "its films have the shape of what they start from" if model.start != "text" else "it has one shape"
    _not_taken(model, "aspect_ratio", value, why, said, strict=strict)
    return None


def _resolution(model: Takes, value: Any, said: list[str], *, strict: bool) -> str | None:
    if value is None:
        return None
    offered = model.resolutions
    if model.start == "upscale":
        why, do = "it multiplies the resolution of the film it is given", "Use upscale_factor=2 instead."
        _not_taken(model, "resolution", value, why, said, strict=strict, do=do)
        return None
    choices = offered or RESOLUTIONS
    if isinstance(value, str):  # 720P and 4K are written in either case, the server reads one
        value = next((each for each in choices if each.lower() == value.strip().lower()), value)
    checked = str(choice(*choices)("resolution", value))
    if offered is not None and not offered:
        _not_taken(model, "resolution", checked, "it has one resolution", said, strict=strict)
        return None
    return checked


def _factor(model: Takes, value: Any, said: list[str], *, strict: bool) -> int | None:
    if value is None:
        return None
    whole = int(integer(1, 4)("upscale_factor", value))
    if whole not in FACTORS:
        refuse("upscale_factor", value, "1, 2 or 4", "Take 2 or 4; 1 only cleans the picture.")
    if model.start != "upscale" and (model.start or model.known):
        do = "Leave it out, or take topaz-video-upscale with video_url=..."
        _not_taken(model, "upscale_factor", whole, "it makes films", said, strict=strict, do=do)
        return None
    return whole


def _sound(model: Takes, value: Any, said: list[str], *, strict: bool) -> bool | None:
    if value is None:
        return None
    wanted = flag("audio", value)
    if model.sound_choice is True or model.sound is None or (model.sound and model.sound_choice is None):
        return wanted
    if model.sound:
        if wanted:
            said.append(f"{model.id} always makes sound: audio=True is left out.")
            return None
        why, do = "it always makes sound", "Leave it out, and mute the film when it plays."
    else:
        if not wanted:
            said.append(f"{model.id} makes silent films: audio=False is left out.")
            return None
        why, do = "it makes silent films", "Leave it out, or take a model with sound: v.models(type='video')."
    _not_taken(model, "audio", wanted, why, said, strict=strict, do=do)
    return None


def _not_taken(
    model: Takes,
    field: str,
    value: Any,
    why: str,
    said: list[str],
    *,
    strict: bool,
    do: str = "Leave it out.",
) -> None:
    """Refuse a setting the model does not take; in a quote leave it out and say so."""
    if strict:
        not_taken(model, field, value, why, do=do)
    said.append(f"{model.id} takes no {field} ({why}): {field}={shown(value)} is left out of the quote.")


def not_taken(model: Takes, field: str, value: Any, why: str, *, do: str = "Leave it out.") -> NoReturn:
    """Refuse a field that the model does not take."""
    what = f"{model.id} takes no {field}: {why}."
    refuse(field, value, f"absent for {model.id}", do, what=what)


_SETTINGS = {
    "aspect_ratio": _aspect_ratio,
    "resolution": _resolution,
    "upscale_factor": _factor,
    "audio": _sound,
}

# --- reading the model list ----------------------------------------------------------------------


def _texts(value: Any) -> tuple[str, ...] | None:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else None


def _told(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any, otherwise: int) -> int:
    plain = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return int(value) if plain else otherwise


def _ratio(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(duration: str) -> float:
    """For the order of durations; what has no length of its own comes last."""
    number = duration.removesuffix("s")
    return float(number) if number.isdigit() else 1e9


def _nearest(written: str, choices: tuple[str, ...]) -> str:
    wanted = _seconds(written)
    return min(choices, key=lambda each: (abs(_seconds(each) - wanted), _seconds(each)))


def _either(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
