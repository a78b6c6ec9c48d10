"""One model of the catalogue: what it is, what it can do, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.catalogue.starts import start_of
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue.starts import Start

# Friendly words for the capability flags of text models.
WORDS = {
    "functions": "supportsFunctionCalling",
    "schema": "supportsResponseSchema",
    "web_search": "supportsWebSearch",
    "vision": "supportsVision",
    "multiple_images": "supportsMultipleImages",
    "audio": "supportsAudioInput",
    "video": "supportsVideoInput",
    "reasoning": "supportsReasoning",
    "effort": "supportsReasoningEffort",
    "logprobs": "supportsLogProbs",
    "code": "optimizedForCode",
    "tee": "supportsTeeAttestation",
    "e2ee": "supportsE2EE",
    "x_search": "supportsXSearch",
}
_FRIENDLY = {flag: word for word, flag in WORDS.items()}
_RATES = ("input", "output", "cache_input", "cache_write")
_DUST = 12  # decimals that carry meaning; the server sends 0.11500000000000002


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices of a token model in USD per million tokens; None where the model has no such price."""

    input: float | None = None
    output: float | None = None
    cache_input: float | None = None
    cache_write: float | None = None

    def cost(self, prompt: int, completion: int, cached: int = 0, written: int = 0) -> float | None:
        """USD for that many tokens, of which `cached` and `written` are parts of `prompt`.

        Reasoning tokens are part of `completion`. Cached and written tokens without a price of their own cost
        as much as other input.

        >>> round(Rates(input=1.4, output=4.4, cache_input=0.26).cost(1_000_000, 500_000, cached=400_000), 6)
        3.144
        """
        if self.input is None or (completion and self.output is None):
            return None
        plain = max(0, prompt - cached - written)
        read = self.input if self.cache_input is None else self.cache_input
        write = self.input if self.cache_write is None else self.cache_write
        total = plain * self.input + cached * read + written * write + completion * (self.output or 0.0)
        return total / 1e6


@dataclass(frozen=True, slots=True)
class Price(Rates):
    """What a model costs, in USD.

    `input`, `output`, `cache_input`, `cache_write` are per million tokens (per million characters for
    speech). `extended` are the rates for the whole request once its prompt is longer than `extended_above`
    tokens. `raw` is the complete layout as plain USD numbers: `generation`, `resolutions`, `quality`,
    `upscale`, `inpaint`, `inputImages`, `per_audio_second`, `per_second`, `per_thousand_characters`,
    `durations`. Functions that read those stand in `venice_nb.catalogue.prices`.
    """

    extended: Rates | None = None
    extended_above: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def rates(self, prompt: int) -> Rates:
        """The rates for a request with that many prompt tokens."""
        over = self.extended is not None and self.extended_above is not None and prompt > self.extended_above
        return self.extended if over and self.extended is not None else self


@dataclass(frozen=True, slots=True)
class Deprecation:
    """An announced retirement. Dates are ISO 8601 instants."""

    removes_at: str
    replacement: str | None = None
    auto_remap: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """One model, as `GET /models` tells it. Absent facts are None or empty: unknown, not zero.

    `context` and `max_output` are tokens. `capabilities` holds the API's own names (`supportsVision`) next to
    friendly words (`vision`). `dims` is the length of an embedding vector, `max_input_tokens` the longest
    text it takes. `raw` is the server's own object, `constraints` its limits and what is documented besides;
    do not change them.
    """

    id: str
    type: str
    name: str
    privacy: str
    created: int | None = None
    context: int | None = None
    max_output: int | None = None
    capabilities: frozenset[str] = frozenset()
    effort_options: tuple[str, ...] = ()
    default_effort: str | None = None
    max_images: int | None = None
    quantization: str | None = None
    traits: tuple[str, ...] = ()
    price: Price = Price()
    offline: bool = False
    beta: bool = False
    uncensored: bool = False
    deprecation: Deprecation | None = None
    dims: int | None = None
    max_input_tokens: int | None = None
    custom_dimensions: bool = False
    voices: tuple[str, ...] = ()
    default_voice: str | None = None
    formats: tuple[str, ...] = ()
    constraints: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def private(self) -> bool:
        """True if Venice says that prompts are not passed on with an identity of any kind."""
        return self.privacy == "private"

    @property
    def sizing(self) -> str | None:
        """How an image's size is asked for: `pixels` (width, height), `ratio` (aspect_ratio), or unknown."""
        limits = self.constraints
        if limits.get("aspectRatios") or limits.get("sizing") == "ratio":
            return "ratio"
        return (
            "pixels" if limits.get("sizing") == "pixels" or limits.get("widthHeightDivisor", 1) > 1 else None
        )

    @property
    def start(self) -> Start:
        """What a film starts from: text, image, frames, reference, video, ...; else empty."""
        return start_of(self.id, self.constraints) if self.type == "video" else ""

    def supports(self, what: str) -> bool:
        """True if the model can do `what`: a friendly word or the API's own name of the flag.

        Raises `InvalidInput` for a word that means nothing, so that a typing error does not read as "no".
        """
        if what not in WORDS and not what.startswith(("supports", "optimized")):
            words = ", ".join(WORDS)
            raise InvalidInput(
                f"No capability is called {what!r}.",
                field="supports",
                value=what,
                allowed=tuple(WORDS),
                do=f"Use one of: {words}; or the API's own name, such as supportsVision.",
            )
        return what in self.capabilities


_OURS = ("sizing", "accepts", "timestamps")  # keys of the bundled list that are not Venice's
_SPEEDS = ("min_speed", "max_speed")


def has_id(source: Any) -> bool:
    """True for an object that can be a model: one with an id."""
    return isinstance(source, dict) and isinstance(source.get("id"), str) and bool(source["id"])


def type_of(source: Mapping[str, Any]) -> str:
    """The type in a server's model object; `text` where it is missing."""
    return _text(source.get("type")) or "text"


def traits_of(source: Mapping[str, Any]) -> tuple[str, ...]:
    """The traits in a server's model object."""
    return _texts(_object(source.get("model_spec")).get("traits"))


def created_of(source: Mapping[str, Any]) -> int:
    """When the model was added, in Unix seconds; 0 where it is missing."""
    return _whole(source.get("created")) or 0


def documented(source: Mapping[str, Any]) -> dict[str, Any]:
    """What the bundled list says of a model that `GET /models` does not."""
    spec = _object(source.get("model_spec"))
    found = _object(spec.get("constraints")) | {key: spec[key] for key in _SPEEDS if key in spec}
    return {key: found[key] for key in (*_OURS, *_SPEEDS) if key in found}


def read_model(source: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> Model:
    """A model from the object with an id that `GET /models` sends.

    Lenient, as Venice adds keys without notice: unknown keys stay in `raw`, missing ones mean unknown, prices
    may be numbers or `{usd, diem}`. `facts` are limits that hold where the object names no others.
    """
    spec = _object(source.get("model_spec"))
    abilities = _object(spec.get("capabilities"))
    constraints = {**(facts or {}), **_object(spec.get("constraints"))}
    deprecation = _object(spec.get("deprecation"))
    removes_at = deprecation.get("removesAt") or deprecation.get("date")
    flags = {key for part in (spec, abilities, constraints) for key, value in part.items() if value is True}
    flags = {flag for flag in flags if flag.startswith(("supports", "optimized"))}
    return Model(
        id=source["id"],
        type=type_of(source),
        name=_text(spec.get("name")) or source["id"],
        privacy=_text(spec.get("privacy")) or "unknown",
        created=_whole(source.get("created")),
        context=_whole(spec.get("availableContextTokens")) or _whole(source.get("context_length")),
        max_output=_whole(spec.get("maxCompletionTokens")),
        capabilities=frozenset(flags).union(_FRIENDLY[flag] for flag in flags if flag in _FRIENDLY),
        effort_options=_texts(abilities.get("reasoningEffortOptions")),
        default_effort=_text(abilities.get("defaultReasoningEffort")),
        max_images=_whole(abilities.get("maxImages")),
        quantization=_text(abilities.get("quantization")),
        traits=traits_of(source),
        price=_price(_object(spec.get("pricing"))),
        offline=spec.get("offline") is True,
        beta=spec.get("betaModel") is True or spec.get("beta") is True,
        uncensored=spec.get("uncensored") is True,
        deprecation=Deprecation(
            str(removes_at),
            _text(deprecation.get("replacementModelId")),
            deprecation.get("autoRemap") is True,
        )
        if removes_at
        else None,
        dims=_whole(spec.get("embeddingDimensions")),
        max_input_tokens=_whole(spec.get("maxInputTokens")),
        custom_dimensions=spec.get("supportsCustomDimensions") is True,
        voices=_texts(spec.get("voices")),
        default_voice=_text(spec.get("default_voice")),
        formats=_texts(spec.get("supported_formats")),
        constraints=constraints,
        raw=dict(source),
    )


def _price(layout: dict[str, Any]) -> Price:
    raw = {key: _usd(value) for key, value in layout.items()}
    over = _object(raw.get("extended"))
    return Price(
        input=_rate(raw, "input"),
        output=_rate(raw, "output"),
        cache_input=_rate(raw, "cache_input"),
        cache_write=_rate(raw, "cache_write"),
        extended=Rates(*(_rate(over, name) for name in _RATES)) if over else None,
        extended_above=_whole(over.get("context_token_threshold")),
        raw=raw,
    )


def _rate(layout: dict[str, Any], name: str) -> float | None:
    found = layout.get(name)
    return float(found) if isinstance(found, (int, float)) else None


def _usd(price: Any) -> Any:
    """A price, whatever its layout, with `{usd, diem}` leaves as plain numbers of USD."""
    if isinstance(price, float):
        return round(price, _DUST)
    if not isinstance(price, dict):
        return price
    if "usd" not in price:
        return {key: _usd(value) for key, value in price.items()}
    rest = {key: value for key, value in price.items() if key != "diem"}
    return rest | {"usd": _usd(price["usd"])} if len(rest) > 1 else _usd(price["usd"])


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
