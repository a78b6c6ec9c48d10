"""How often a model may be asked: Venice's published default and partner limits.

`GET /api_keys/rate_limits` is the authority for a given key; these are what to assume before it has been
asked. Source: the rate-limiting page of the API documentation (August 2026); audio queues, web tools and keys
from the agent-skill pages (October 2026). Limits hold per account and model; a batch of embeddings is one
request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from venice_nb.catalogue.model import Model

Tier = Literal["XS", "S", "M", "L"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests and tokens a minute; None where nothing is published."""

    rpm: int
    tpm: int | None = None


# name: (default, partner)
_LIMITS: dict[str, tuple[Limits, Limits]] = {
    "XS": (Limits(500, 1_000_000), Limits(500, 2_000_000)),
    "S": (Limits(75, 750_000), Limits(150, 1_500_000)),
    "M": (Limits(50, 750_000), Limits(100, 1_500_000)),
    "L": (Limits(20, 500_000), Limits(60, 1_000_000)),
    "image": (Limits(20), Limits(60)),
    "audio": (Limits(60), Limits(120)),
    "embedding": (Limits(500), Limits(500)),
    "video": (Limits(40), Limits(40)),  # queueing; no partner figure is published
    "video_retrieve": (Limits(120), Limits(120)),
    "music": (Limits(40), Limits(40)),
    "music_retrieve": (Limits(120), Limits(120)),
    "augment": (Limits(20), Limits(20)),
    "keys": (Limits(20), Limits(20)),
}
_FAMILIES = {"inpaint": "image", "upscale": "image", "tts": "audio", "asr": "audio"}
_FAMILIES |= {"search": "augment", "scrape": "augment", "parse": "augment"}  # as many each

# Models the documentation names, among them retired ones that a key may still list.
_NAMED: dict[str, Tier] = {
    "qwen3-4b": "XS",
    "llama-3.2-3b": "XS",
    "mistral-31-24b": "S",
    "venice-uncensored": "S",
    "zai-org-glm-5": "M",
    "qwen3-next-80b": "M",
    "google-gemma-3-27b-it": "M",
    "llama-3.3-70b": "M",
    "qwen3-235b-a22b-instruct-2507": "L",
    "qwen3-235b-a22b-thinking-2507": "L",
    "deepseek-ai-DeepSeek-R1": "L",
    "grok-41-fast": "L",
    "kimi-k2-thinking": "L",
    "gemini-3-pro-preview": "L",
    "hermes-3-llama-3.1-405b": "L",
    "qwen3-coder-480b-a35b-instruct": "L",
    "zai-org-glm-4.7": "L",
    "openai-gpt-oss-120b": "L",
}
# Our own rule for the others: the input price in USD per million tokens, up to and including.
_BY_PRICE: tuple[tuple[float, Tier], ...] = ((0.2, "XS"), (1.0, "S"), (4.0, "M"))


def tier(model: Model) -> Tier:
    """The rate-limit tier of a text model: as documented, else guessed from its input price.

    The guess: up to 0.2 USD per million tokens XS, up to 1 S, up to 4 M, above that or without a price L.
    """
    if model.id in _NAMED:
        return _NAMED[model.id]
    price = model.price.input
    if price is not None:
        for ceiling, name in _BY_PRICE:
            if price <= ceiling:
                return name
    return "L"


def limits_for(what: Model | str, *, partner: bool = False) -> Limits:
    """Requests and tokens a minute for a model, a model type, a tier (`XS S M L`) or a route family.

    Route families: `video_retrieve`, `music_retrieve`, `augment` (`search`, `scrape` and `parse`, each by
    itself), `keys` (creation). The type `text` alone has no limit of its own and reads as the strictest
    tier, L.

    >>> limits_for("image")
    Limits(rpm=20, tpm=None)
    >>> limits_for("S", partner=True)
    Limits(rpm=150, tpm=1500000)
    """
    if isinstance(what, str):
        name = "L" if what == "text" else _FAMILIES.get(what, what)
    else:
        name = tier(what) if what.type == "text" else _FAMILIES.get(what.type, what.type)
    default, special = _LIMITS.get(name, _LIMITS["L"])
    return special if partner else default
