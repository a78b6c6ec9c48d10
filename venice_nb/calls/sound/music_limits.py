"""What a music model takes, as `GET /models?type=music` tells it, and fields held against it.

A field the model does not flag is refused by the server, so it is refused here. Where the model list says
nothing at all about a model, everything is let through: the server decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.calls.check import choice, flag, integer, number, refuse, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue import Model

PROMPT = 10  # characters a prompt must have, where the model names no number
LYRICS = 4096  # characters lyrics may have, likewise
_LONGEST = 100_000  # characters of a prompt, where the model names no number
_FLAGS = (
    "supports_lyrics", "supports_force_instrumental", "supports_lyrics_optimizer", "supports_loop",
    "supports_language_code", "supports_speed",
)  # fmt: skip
_TELLING = (*_FLAGS, "supported_formats", "min_duration", "duration_options", "prompt_character_limit")


@dataclass(frozen=True, slots=True)
class Takes:
    """What one music model takes. `known` is False where the model list has not told."""

    id: str
    known: bool
    spec: Mapping[str, Any]
    voices: tuple[str, ...] = ()
    per_character: bool = False  # it is paid by the length of its text: a reading voice

    def able(self, what: str) -> bool:
        """Whether the model has a flag, or may have it as far as is known."""
        return self.spec.get(what) is True or not self.known

    def number(self, name: str) -> float | None:
        """A limit of the model; None where it names none."""
        value = self.spec.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def takes(id: str, model: Model | None) -> Takes:  # noqa: A002  the API's own name
    """What the model takes, from what the model list says of it."""
    spec = model.raw.get("model_spec", {}) if model is not None else {}
    known = any(name in spec for name in _TELLING)
    per_character = model is not None and "per_thousand_characters" in model.price.raw
    return Takes(id, known, spec, model.voices if model is not None else (), per_character)


def duration(model: Takes, value: Any) -> int | None:
    """The length in whole seconds, within what the model offers."""
    if value is None:
        return None
    field = "duration_seconds"
    if isinstance(value, str) and value.isascii() and value.strip().removesuffix("s").isdigit():
        value = int(value.strip().removesuffix("s"))
    seconds = int(integer(1)(field, value))
    options = model.spec.get("duration_options")
    if isinstance(options, list) and options:
        offered = sorted({int(each) for each in options if isinstance(each, int | float)})
        if seconds not in offered:
            nearest = min(offered, key=lambda each: abs(each - seconds))
            allowed = f"one of {', '.join(map(str, offered))} for {model.id}"
            refuse(field, value, allowed, f"Take {field}={nearest}.")
        return seconds
    low, high = model.number("min_duration"), model.number("max_duration")
    if low is None and high is None:
        if model.known:
            _not_taken(model, field, value, "it decides on the length itself")
        return seconds
    least, most = math.ceil(low or 1), math.floor(high) if high is not None else None
    if seconds < least or (most is not None and seconds > most):
        allowed = f"{least} to {most} seconds for {model.id}" if most else f"{least} seconds or more"
        closest = least if seconds < least else most
        refuse(field, value, allowed, f"Take {field}={closest}.")
    return seconds


def prompt(model: Takes, value: Any) -> str:
    """What it should sound like, or the text to be read."""
    longest = model.number("prompt_character_limit")
    checked: str = text(blank=False, longest=int(longest or _LONGEST))("prompt", value)
    least = int(model.number("min_prompt_length") or PROMPT)
    if len(checked.strip()) < least:
        what = f"prompt is {len(checked.strip())} characters long; {model.id} wants {least} or more."
        do = (
            "Say more: instruments, mood, tempo." if not model.per_character else "Give it more text to read."
        )
        refuse("prompt", value, f"a text of at least {least} characters", do, what=what)
    return checked


def lyrics(model: Takes, given: Mapping[str, Any]) -> dict[str, Any]:
    """The words that are sung, or that none are: three fields that exclude each other."""
    found: dict[str, Any] = {}
    for name, ability in (
        ("force_instrumental", "supports_force_instrumental"),
        ("lyrics_optimizer", "supports_lyrics_optimizer"),
    ):
        if given.get(name) is not None:
            found[name] = flag(name, given[name])
            if not model.able(ability):
                _not_taken(model, name, given[name], _WHY[name])
    sung = given.get("lyrics_prompt")
    if sung not in (None, ""):
        longest = int(model.number("lyrics_character_limit") or LYRICS)
        found["lyrics_prompt"] = text(blank=False, longest=longest)("lyrics_prompt", sung)
        if not model.able("supports_lyrics"):
            _not_taken(model, "lyrics_prompt", sung, "it does not sing given words")
        if found.get("lyrics_optimizer"):
            what = "lyrics_optimizer writes the lyrics itself, so lyrics_prompt must be empty."
            do = "Leave one of the two out."
            refuse("lyrics_prompt", sung, "absent when lyrics_optimizer is True", do, what=what)
        if found.get("force_instrumental"):
            what = "force_instrumental means that nothing is sung, so lyrics_prompt must be empty."
            do = "Leave one of the two out."
            refuse("lyrics_prompt", sung, "absent when force_instrumental is True", do, what=what)
    _check_words(model, found)
    return found


def _check_words(model: Takes, found: Mapping[str, Any]) -> None:
    """Some models cannot do without words to sing; MiniMax 2.5 and 2.6 want ten characters of them."""
    wanted = model.spec.get("lyrics_required") is True or model.id.startswith("minimax-music-")
    if not wanted or found.get("force_instrumental") or found.get("lyrics_optimizer"):
        return
    least = 10 if model.id in {"minimax-music-v25", "minimax-music-v26"} else 1
    sung = found.get("lyrics_prompt", "")
    if len(sung.strip()) < least:
        ways = ["Pass lyrics_prompt='[Verse] ...'"]
        if model.able("supports_force_instrumental"):
            ways.append("force_instrumental=True")
        if model.able("supports_lyrics_optimizer"):
            ways.append("lyrics_optimizer=True")
        allowed = f"a text of at least {least} characters for {model.id}"
        what = f"{model.id} needs words to sing."
        refuse("lyrics_prompt", sung or None, allowed, f"{', or '.join(ways)}.", what=what)


def voice(model: Takes, value: Any) -> str:
    """A voice of the model; some take the id of a voice made elsewhere."""
    checked: str = text(blank=False, longest=512)("voice", value)
    if not model.voices:
        if model.known:
            _not_taken(model, "voice", value, "it has no voices to choose from")
        return checked
    if checked in model.voices or model.spec.get("supports_custom_voice_id") is True:
        return checked
    return str(choice(*model.voices)("voice", value))


def speed(model: Takes, value: Any) -> float:
    """How fast, 1 being as usual."""
    if not model.able("supports_speed"):
        _not_taken(model, "speed", value, "its tempo is a matter of the prompt")
    low, high = model.number("min_speed") or 0.25, model.number("max_speed") or 4.0
    return float(number(low, high)("speed", value))


def loop(model: Takes, value: Any) -> bool:
    """Whether the end goes over into the beginning."""
    checked = flag("loop", value)
    if not model.able("supports_loop"):
        _not_taken(model, "loop", value, "what it makes has an end")
    return checked


def language(model: Takes, value: Any) -> str:
    """Two letters, as ISO 639-1 has them."""
    checked: str = text(blank=False, longest=16)("language_code", value)
    if len(checked) != 2 or not checked.isascii() or not checked.isalpha():
        do = "Two letters, such as 'it' for Italian."
        refuse("language_code", value, "an ISO 639-1 code of two letters", do)
    if not model.able("supports_language_code"):
        _not_taken(model, "language_code", value, "it goes by the language of the text")
    return checked.lower()


def _not_taken(model: Takes, field: str, value: Any, why: str) -> NoReturn:
    what = f"{model.id} takes no {field}: {why}."
    refuse(field, value, f"absent for {model.id}", "Leave it out.", what=what)


_WHY = {
    "force_instrumental": "say in the prompt that nobody sings",
    "lyrics_optimizer": "it writes no lyrics of its own",
}
