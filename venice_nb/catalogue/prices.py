"""What a request costs, from the catalogue's prices: all in USD, None where the catalogue cannot tell.

Prices are those of the catalogue's date; the bill is Venice's. Video has no list price: ask for a quote.
Source: the pricing pages of the API documentation and the layouts of `GET /models`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venice_nb.catalogue.model import Model


def cost(model: Model, usage: Mapping[str, Any] | None) -> float | None:
    """USD for a chat or an embedding, from the `usage` of its reply.

    Cached prompt tokens cost `cache_input`, written ones `cache_write` (else as much as input), and a prompt
    longer than the model's threshold costs the extended rates for the whole request.

    >>> from venice_nb.catalogue import Catalogue
    >>> cost(Catalogue.bundled().get("llama-3.3-70b"), {"prompt_tokens": 1000, "completion_tokens": 500})
    0.0021
    """
    prompt = _count(usage, "prompt_tokens", "input_tokens")
    if prompt is None:
        return None
    completion = _count(usage, "completion_tokens", "output_tokens") or 0
    if model.type == "embedding":
        completion = 0
    details = _part(usage, "prompt_tokens_details", "input_tokens_details")
    cached = _count(details, "cached_tokens") or 0
    written = _count(details, "cache_creation_input_tokens") or 0
    return model.price.rates(prompt).cost(prompt, completion, cached, written)


def price_of_embedding(model: Model, tokens: int) -> float | None:
    """USD for embedding that many tokens."""
    return model.price.rates(tokens).cost(tokens, 0)


def price_of_image(
    model: Model, *, variants: int = 1, resolution: str | None = None, quality: str | None = None
) -> float | None:
    """USD for `variants` generated images.

    Without `resolution` or `quality` the model's default counts; where none is stated, the lowest resolution.
    """
    each = _by_quality(model, resolution, quality)
    return None if each is None else each * variants


def price_of_edit(
    model: Model, *, inputs: int = 1, resolution: str | None = None, quality: str | None = None
) -> float | None:
    """USD for one edited image made from `inputs` images; some models charge for each beyond the included."""
    base = _by_quality(model, resolution, quality)
    extra = model.price.raw.get("inputImages")
    if base is None or not isinstance(extra, Mapping):
        return base
    return base + max(0, inputs - int(extra.get("included", 0))) * float(extra.get("additional", 0.0))


def price_of_upscale(model: Model, scale: float = 2) -> float | None:
    """USD for one upscaled image: one price up to a factor of 2, another above it."""
    return _number(_part(model.price.raw, "upscale").get("2x" if scale <= 2 else "4x"))


def price_of_speech(model: Model, characters: int) -> float | None:
    """USD for that many characters of spoken text."""
    return None if model.price.input is None else model.price.input * characters / 1e6


def price_of_transcription(model: Model, seconds: float) -> float | None:
    """USD for that many seconds of audio."""
    rate = _number(model.price.raw.get("per_audio_second"))
    return None if rate is None else rate * seconds


def price_of_music(
    model: Model, *, seconds: float | None = None, characters: int | None = None
) -> float | None:
    """USD for one piece of music, an effect or a reading.

    Depending on the model the price hangs on nothing, on the length in seconds, or on the text's characters;
    None if the one it needs is missing or outside the lengths it offers. The server's quote is the authority.
    """
    raw = model.price.raw
    if "generation" in raw:
        return _number(raw["generation"])
    per_thousand, per_second = _number(raw.get("per_thousand_characters")), _number(raw.get("per_second"))
    if per_thousand is not None:
        return None if characters is None else per_thousand * characters / 1000
    if seconds is None:
        return None
    if per_second is not None:
        return per_second * seconds
    whole = math.ceil(seconds)
    for step in _part(raw, "durations").values():
        if isinstance(step, Mapping) and step.get("min_seconds", 0) <= whole <= step.get("max_seconds", 0):
            return _number(step.get("usd"))
    return None


def _by_quality(model: Model, resolution: str | None, quality: str | None) -> float | None:
    """`quality[resolution][level]` wins over `resolutions[resolution]`, and that over the one flat price."""
    raw = model.price.raw
    tiers, levels = _part(raw, "resolutions"), _part(raw, "quality")
    flat = _number(raw.get("inpaint" if model.type == "inpaint" else "generation"))
    if not tiers and not levels:
        return flat
    size = resolution or model.constraints.get("defaultResolution") or next(iter(tiers or levels))
    level = quality or model.constraints.get("defaultQuality")
    found = _number(_part(levels, size).get(level)) if level else None
    if found is None and quality and levels:
        return None  # the model has levels, but not this one
    return found if found is not None else _number(tiers.get(size))


def _part(source: Mapping[str, Any] | None, *names: str) -> Mapping[str, Any]:
    for name in names:
        value = (source or {}).get(name)
        if isinstance(value, Mapping):
            return value
    return {}


def _count(source: Mapping[str, Any] | None, *names: str) -> int | None:
    for name in names:
        value = (source or {}).get(name)
        if isinstance(value, (int, float)):
            return max(0, int(value))
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
