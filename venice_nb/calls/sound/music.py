"""Music, effects and long readings: what one would cost, and the job that makes it.

API reference: `POST /audio/quote`, `POST /audio/queue`. Both refuse unknown fields and fields that the model
does not flag; the queue bills on acceptance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import integer
from venice_nb.calls.jobs import read_queued
from venice_nb.calls.quote_replies import ReadQuote, code
from venice_nb.calls.sound import music_limits as limits
from venice_nb.calls.talk.parameters import json_extra
from venice_nb.catalogue import price_of_music

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from venice_nb.calls.jobs import Queued
    from venice_nb.catalogue import Model, Resolution
    from venice_nb.results.quotes import Quote

_TIMES = Timeouts(read=60.0, total=120.0)
_RESERVED = {"seed-audio-1-0": 120.0}  # seconds that are charged at first and settled when it is done
_FIELDS: Mapping[str, Callable[[limits.Takes, Any], Any]] = {
    "duration_seconds": limits.duration,
    "loop": limits.loop,
    "voice": limits.voice,
    "language_code": limits.language,
    "speed": limits.speed,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of sound to be made: the call that buys it, the call that asks its price, its settings."""

    call: Call[Queued]
    quote: Call[Quote]
    details: dict[str, Any]


def quote(
    *, model: Resolution, duration_seconds: Any = None, character_count: int | None = None
) -> Call[Quote]:
    """The call that asks for a price.

    Args:
        model: the model, resolved.
        duration_seconds: how long it will be, for models that let one choose.
        character_count: how long the text is, for models that are paid by it.

    Raises InvalidInput for what the model does not take, and for the lack of what its price hangs on.

    """
    known = limits.takes(model.id, model.model)
    asked: dict[str, Any] = {}
    if (seconds := limits.duration(known, duration_seconds)) is not None:
        asked["duration_seconds"] = seconds
    if known.per_character or character_count is not None:
        longest = known.number("prompt_character_limit")
        asked["character_count"] = integer(1, int(longest) if longest else None)(
            "character_count", character_count
        )
    line = {"model": model.id, **{name: asked[name] for name in asked if name != "character_count"}}
    return _quote(model, known, asked, line)


def queue(
    prompt: Any, *, model: Resolution, extra_body: Mapping[str, Any] | None = None, **given: Any
) -> Piece:
    """The call that queues a piece, with the one that asks its price first.

    Args:
        prompt: what it should sound like; for a reading voice the text to be read.
        model: the model, resolved.
        extra_body: fields this library does not know; the server refuses those it does not know either.
        given: the fields of the API under their own names.

    Raises InvalidInput, before anything is sent, for whatever the model does not take.

    """
    known = limits.takes(model.id, model.model)
    spoken = {"prompt": limits.prompt(known, prompt), **limits.lyrics(known, given)}
    settings = {
        name: rule(known, given[name]) for name, rule in _FIELDS.items() if given.get(name) is not None
    }
    body: dict[str, Any] = {"model": model.id, **spoken, **settings}
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    asked: dict[str, Any] = {name: settings[name] for name in settings if name == "duration_seconds"}
    if known.per_character:
        asked["character_count"] = len(body["prompt"])
    switches = {name: spoken[name] for name in spoken if isinstance(spoken[name], bool)}
    details = settings | switches | ({"lyrics_prompt": True} if "lyrics_prompt" in spoken else {})
    call = Call(
        operation="queueAudio",
        method="POST",
        path="/audio/queue",
        body=body,
        read=read_queued,
        safety=Safety.QUEUE,
        timeouts=_TIMES,
        model=model.id,
        family="music",
        price=_listed(model.model, asked),
        paid=True,
    )
    return Piece(call, _quote(model, known, asked, {"model": model.id, **settings, **switches}), details)


def _quote(
    model: Resolution, known: limits.Takes, asked: dict[str, Any], bought: Mapping[str, Any]
) -> Call[Quote]:
    opening = '"the text"' if known.per_character else '"..."'
    line = code("v.audio.music.submit", opening, bought)
    return Call(
        operation="quoteAudio",
        method="POST",
        path="/audio/quote",
        body={"model": model.id, **asked},
        read=ReadQuote("music", model.id, asked, line, _listed(model.model, asked)),
        safety=Safety.READ,
        timeouts=_TIMES,
        model=model.id,
        family="music",
    )


def _listed(model: Model | None, asked: Mapping[str, Any]) -> float | None:
    """The price of the catalogue, in any of the four layouts; None where it hangs on what is unknown."""
    if model is None:
        return None
    seconds = asked.get("duration_seconds")
    if seconds is None:
        spec = model.raw.get("model_spec", {})
        default = spec.get("default_duration", _RESERVED.get(model.id))
        seconds = default if isinstance(default, int | float) else None
    return price_of_music(model, seconds=seconds, characters=asked.get("character_count"))


def listed(call: Call[Quote]) -> Quote | None:
    """The quote of the price list, in place of the server's; None where it does not tell."""
    read = call.read
    assert isinstance(read, ReadQuote)
    return None if read.listed is None else read.priced(read.listed, "listed")
