"""What each music, sound-effect and long-speech model takes, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.schema import Issue, issue, refusal, refused

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask

Model = dict[str, Any]
Body = dict[str, Any]

RESERVE = 120  # seconds paid in advance where a model is billed by the second and takes no duration
SHORTEST = 10  # characters of a prompt
LONGEST_LYRICS = 4096
SHORTEST_LYRICS = 10
SONG = 30  # seconds of a piece whose model takes no duration
AGES = 1e9  # seconds; more are not told apart, even if a text of thousands of digits says so

# The flag of the model that allows each optional field.
FLAGS = {
    "lyrics_prompt": "supports_lyrics",
    "force_instrumental": "supports_force_instrumental",
    "lyrics_optimizer": "supports_lyrics_optimizer",
    "loop": "supports_loop",
    "voice": "voices",
    "language_code": "supports_language_code",
    "speed": "supports_speed",
}
MIMES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Everything a piece of audio is made from, and what it costs."""

    prompt: str
    lyrics: str
    seconds: float
    voice: str
    voices: tuple[str, ...]
    speed: float
    language: str
    speech: bool  # the prompt is read out
    fmt: str
    price: float
    back: float = 0.0  # what is returned when the job is done: the unused part of a reserve


def timed(spec: Model) -> bool:
    """Whether a model takes a duration."""
    return "min_duration" in spec or "duration_options" in spec


def duration(spec: Model, body: Body) -> int:
    """The seconds asked for, or the model's own default. Raises 400 where they do not fit."""
    if "duration_seconds" not in body:
        return int(spec.get("default_duration", 0))
    path = ["duration_seconds"]
    if not timed(spec):
        raise refused(path, "This model does not support duration_seconds")
    seconds = int(min(float(body["duration_seconds"]), AGES))
    options = spec.get("duration_options")
    if options and seconds not in options:
        raise refused(path, f"duration_seconds must be one of {', '.join(map(str, options))}")
    low, high = spec.get("min_duration", 1), spec.get("max_duration", seconds)
    if not low <= seconds <= high:
        code, bound = ("too_small", low) if seconds < low else ("too_big", high)
        words = f"duration_seconds must be between {low} and {high} for this model"
        facts = {"minimum" if seconds < low else "maximum": bound}
        raise refusal([issue(code, path, words, inclusive=True, **facts)])
    return seconds


def price(spec: Model, seconds: float, characters: int) -> float:
    """What a job costs in US dollars, by the one layout the model has."""
    pricing = spec["pricing"]
    if "generation" in pricing:
        total = pricing["generation"]["usd"]
    elif "per_thousand_characters" in pricing:
        total = pricing["per_thousand_characters"]["usd"] * characters / 1000
    elif "per_second" in pricing:
        total = pricing["per_second"]["usd"] * (seconds or RESERVE)
    else:
        tiers = sorted((tier["max_seconds"], tier["usd"]) for tier in pricing["durations"].values())
        total = next(usd for ceiling, usd in tiers if seconds <= ceiling)
    return round(float(total), 6)


def quoted(model: Model, body: Body) -> float:
    """The price of a job that is not queued yet."""
    spec = model["model_spec"]
    seconds = duration(spec, body)
    characters = body.get("character_count", 0)
    if "per_thousand_characters" in spec["pricing"] and not characters:
        raise refused(["character_count"], "character_count is required for this model")
    return price(spec, seconds, characters)


def read(ask: Ask, model: Model) -> Piece:
    """The piece a queued request asks for. Raises 400 for everything its model does not take."""
    spec, body = model["model_spec"], ask.body
    issues = _unsupported(ask, spec) + _lengths(spec, body) + _lyrics(spec, body)
    if issues:
        raise refusal(issues)
    _voice(spec, body)
    asked = duration(spec, body)
    speech = "voices" in spec
    seconds = asked or (_spoken(body) if speech else SONG)
    total = price(spec, asked, len(body["prompt"]))
    reserved = "per_second" in spec["pricing"] and not asked
    due = price(spec, seconds, 0) if reserved else total
    lyrics = "" if body.get("force_instrumental") else body.get("lyrics_prompt", "")
    return Piece(
        body["prompt"],
        lyrics,
        seconds,
        body.get("voice", spec.get("default_voice", "")),
        tuple(spec.get("voices", ())),
        body.get("speed", 1.0),
        body.get("language_code", ""),
        speech,
        spec["default_format"],
        total,
        max(0.0, round(total - due, 6)),
    )


def _spoken(body: Body) -> float:
    """How long the prompt takes to read out, at about fifteen characters a second."""
    return max(1.0, min(RESERVE, len(body["prompt"]) / 15))


def _unsupported(ask: Ask, spec: Model) -> list[Issue]:
    lacking = [name for name, flag in FLAGS.items() if name in ask.body and not spec.get(flag)]
    if "duration_seconds" in ask.body and not timed(spec):
        lacking.append("duration_seconds")
    ask.unsupported = bool(lacking)
    return [issue("custom", [name], f"This model does not support {name}") for name in lacking]


def _lengths(spec: Model, body: Body) -> list[Issue]:
    low, high = spec.get("min_prompt_length", SHORTEST), spec.get("prompt_character_limit")
    size, found = len(body["prompt"]), []
    if size < low:
        words = f"String must contain at least {low} character(s)"
        found.append(issue("too_small", ["prompt"], words, minimum=low, inclusive=True))
    if high is not None and size > high:
        words = f"String must contain at most {high} character(s)"
        found.append(issue("too_big", ["prompt"], words, maximum=high, inclusive=True))
    return found


def _lyrics(spec: Model, body: Body) -> list[Issue]:
    if not spec.get("supports_lyrics"):
        return []
    lyrics = body.get("lyrics_prompt")
    excused = body.get("force_instrumental") or body.get("lyrics_optimizer")
    if lyrics is not None and body.get("lyrics_optimizer"):
        return [issue("custom", ["lyrics_optimizer"], "lyrics_optimizer cannot be used with lyrics_prompt")]
    if lyrics is None:
        if not spec["lyrics_required"] or excused:
            return []
        words = "lyrics_prompt is required for this model"
        return [issue("invalid_type", ["lyrics_prompt"], words, expected="string", received="undefined")]
    high = spec.get("lyrics_character_limit", LONGEST_LYRICS)
    if len(lyrics) > high:
        words = f"String must contain at most {high} character(s)"
        return [issue("too_big", ["lyrics_prompt"], words, maximum=high, inclusive=True)]
    if spec["lyrics_required"] and len(lyrics) < SHORTEST_LYRICS and not excused:
        words = f"String must contain at least {SHORTEST_LYRICS} character(s)"
        return [issue("too_small", ["lyrics_prompt"], words, minimum=SHORTEST_LYRICS, inclusive=True)]
    return []


def _voice(spec: Model, body: Body) -> None:
    voice = body.get("voice")
    if voice is None or voice in spec["voices"] or spec.get("supports_custom_voice_id"):
        return
    message = f'Voice "{voice}" is not supported by this model'
    details = {
        "_errors": [],
        "voice": {"_errors": [message]},
        "supported_voices": spec["voices"],
    }
    issues = [issue("custom", ["voice"], message)]
    raise Refusal(400, {"error": message, "details": details, "issues": issues})
