"""From the name a user types to a model: ids, traits, aliases, suffixes, retired ids, families, near misses.

What was read into a name is told in the resolution's `note`; the caller announces it, once.
"""

# ruff: noqa: A002  `type` and `id` are the words of the API

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    from venice_nb.catalogue.model import Model
    from venice_nb.catalogue.models import Catalogue
    from venice_nb.results.models.models import ModelCard

    ModelName = str | Model | ModelCard

# Names of other providers' models that Venice accepts, by type (agent-skill pages, October 2026).
ALIASES: dict[str, dict[str, str]] = {
    "text": {
        "gpt-4o": "llama-3.3-70b",
        "gpt-4.1": "qwen3-235b-a22b-instruct-2507",
        "claude-3-5-sonnet-20241022": "llama-3.3-70b",
        "qwen3-235b": "qwen3-235b-a22b-thinking-2507",
    },
    "embedding": {"text-embedding-ada-002": "text-embedding-bge-m3"},
}

# Ids that older tutorials use and Venice no longer serves. `-*` stands for -text-to-video or -image-to-video.
RETIRED: dict[str, str] = {
    "venice-uncensored": "venice-uncensored-1-2",
    "mistral-31-24b": "mistral-small-3-2-24b-instruct",
    "qwen3-4b": "qwen3-5-9b",
    "deepseek-ai-DeepSeek-R1": "deepseek-v3.2",
    "qwen3-coder-480b": "qwen3-coder-480b-a35b-instruct-turbo",
    "qwen3-coder-480b-a35b-instruct": "qwen3-coder-480b-a35b-instruct-turbo",
    "grok-code-fast": "grok-build-0-1",
    "qwen-2.5-vl": "qwen3-vl-235b-a22b",
    "claude-opus-45": "claude-opus-4-5",
    "hidream": "z-image-turbo",
    "ltx-2-full": "ltx-2-v2-3-full-*",
    "ltx-2-full-text-to-video": "ltx-2-v2-3-full-text-to-video",
    "ltx-2-full-image-to-video": "ltx-2-v2-3-full-image-to-video",
    "sora-2": "veo3.1-fast-*",
    "sora-2-text-to-video": "veo3.1-fast-text-to-video",
    "sora-2-image-to-video": "veo3.1-fast-image-to-video",
}
RETIRED_VISION = {"mistral-31-24b": "qwen-3-8-27b"}  # where the old model could see and its successor cannot

# What a film can start from, and how a family's member is explained by it.
_STARTS = {
    "text": "no image is given",
    "image": "an image is given",
    "reference": "references are given",
    "video": "a video is given",
}

# What a chat model's name may carry after a colon; the rest of `venice_parameters` cannot be set there.
SUFFIX_KEYS = frozenset(
    {
        "enable_web_search", "enable_web_citations", "enable_web_scraping", "include_venice_system_prompt",
        "include_search_results_in_stream", "return_search_results_as_documents", "character_slug",
        "strip_thinking_response", "disable_thinking",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for.

    `model` is None if nothing fits; then `candidates` are ids that look alike and `id` is the name as typed,
    without a suffix of features; a newer server may know it. `suffix` holds the features named after the
    colon, ready to be merged into `venice_parameters`. `via` is the trait or alias that led here, a name the
    server knows as well. `note` is a sentence for the user when something was read into the name, `farewell`
    one that says when the model goes and what replaces it.
    """

    model: Model | None
    id: str
    suffix: dict[str, bool | str] = field(default_factory=dict)
    note: str | None = None
    candidates: tuple[str, ...] = ()
    via: str | None = None
    farewell: str | None = None


def name_of(model: ModelName) -> str:
    """The name to look up: a text as it stands, the id of a model or of its card."""
    if isinstance(model, str):
        return model
    found = getattr(model, "id", None)
    if not isinstance(found, str) or not isinstance(getattr(model, "type", None), str):
        raise InvalidInput(
            f"model must be a name or a model, not {plain(type(model).__name__, 60)}.",
            field="model",
            value=type(model).__name__,
            allowed="an id, a trait, an alias, or a model of v.models()",
            do="Pass its id as a text.",
        )
    return found


def resolve(
    catalogue: Catalogue,
    name: ModelName,
    type: str | None,
    *,
    vision: bool,
    start: str,
) -> Resolution:
    """See `Catalogue.resolve`."""
    name = name_of(name).strip()
    exact = catalogue.get(name)
    if exact is not None and type in {None, exact.type}:
        return Resolution(exact, exact.id, farewell=_farewell(exact))
    base, colon, tail = name.partition(":")
    suffix, notes = split_suffix(tail) if colon and type in {None, "text"} else ({}, [])
    if not colon or type not in {None, "text"}:
        base = name
    base = base.strip()
    found, via, note = _find(catalogue, base, type, vision=vision, start=start)
    notes = [note, *notes] if note else notes
    if found is not None:
        told = " ".join(notes) or None
        return Resolution(found, found.id, suffix, told, via=via, farewell=_farewell(found))
    other = catalogue.get(base)
    if other is not None:
        notes.insert(0, f"{base} is a model of type {other.type}, not {type}.")
    elif colon and not suffix:
        base, notes = name, []  # the colon belongs to the name, as other servers have it: llama3:8b
    return Resolution(None, base, suffix, " ".join(notes) or None, _alike(catalogue, base, type))


def split_suffix(tail: str) -> tuple[dict[str, bool | str], list[str]]:
    """Features from the part of a model name after its colon, and a sentence for each one that has no effect.

    Values are URL-decoded; `true` and `false` become booleans. `web` alone turns web search on, and colons
    are taken for ampersands, as older tutorials write them.

    >>> split_suffix("enable_web_search=on&enable_web_citations=true")
    ({'enable_web_search': 'on', 'enable_web_citations': True}, [])
    """
    features: dict[str, bool | str] = {}
    notes = []
    for part in re.split("[&:]", tail):
        key, _, text = part.partition("=")
        key, value = key.strip(), unquote(text.strip())
        if part.strip() == "web":
            features["enable_web_search"] = "on"
        elif key in SUFFIX_KEYS:
            features[key] = {"true": True, "false": False}.get(value.lower(), value)
        elif key:
            notes.append(f"{key!r} cannot be set in a model's name and has no effect there.")
    return features, notes


def _find(
    catalogue: Catalogue,
    name: str,
    type: str | None,
    *,
    vision: bool,
    start: str,
) -> tuple[Model | None, str | None, str | None]:
    """The model, the trait or alias it was reached by, and what to say about it."""

    def fitting(id: str | None) -> Model | None:
        model = catalogue.get(id) if id else None
        return model if model is not None and type in {None, model.type} else None

    if found := fitting(name):
        return found, None, None
    kind = type or "text"
    traits, aliases = catalogue.traits(kind), catalogue.aliases.get(kind, {})
    if found := fitting(traits.get(name)):
        return found, name, None
    if found := fitting(aliases.get(name)):
        return found, name, f"{name} is another name of {found.id}."
    if name == "uncensored" and (found := fitting(traits.get("most_uncensored"))):
        return found, "most_uncensored", f"uncensored means the trait most_uncensored here; using {found.id}."
    if name == "fastest" and kind == "text" and (found := cheapest_private(catalogue.of_type("text"))):
        return (
            found,
            None,
            f"No text model has the trait fastest; using {found.id}, the cheapest private one.",
        )
    if retired := (RETIRED_VISION.get(name) if vision else None) or RETIRED.get(name):
        found = fitting(retired) or (_member(catalogue, retired[:-2], start) if retired[-1] == "*" else None)
        if found and type in {None, found.type} and not _serves(_member(catalogue, name, start)):
            return found, None, f"{name} is retired; using {found.id}."
    if kind == "video" and (found := _member(catalogue, name, start)):
        return found, None, f"{name} is a family of models; using {found.id}, as {_STARTS[start]}."
    if plain := _plain(name):
        models = catalogue.of_type(type)
        known = {_plain(each.id): each.id for each in models}
        known = {_plain(each): each for each in (*traits, *aliases)} | known
        titles: dict[str, list[str]] = {}
        for each in models:
            titles.setdefault(_plain(each.name), []).append(each.id)
        meant = known.get(plain) or (titles[plain][0] if len(titles.get(plain, ())) == 1 else None)
        retired_as = next((each for each in RETIRED if _plain(each) == plain), None)
        meant = meant or retired_as
        if meant and meant != name:
            found, via, note = _find(catalogue, meant, type, vision=vision, start=start)
            return found, via, note or (f"{name!r} is read as {meant}." if found else None)
    return None, None, None


def cheapest_private(models: tuple[Model, ...]) -> Model | None:
    """The private one of these text models with the lowest input plus output price that anyone can call.

    Left out: offline, beta and departing models, and those that need encrypted requests.
    """
    usable = [
        each
        for each in models
        if each.private
        and not (each.offline or each.beta or each.deprecation or "e2ee" in each.capabilities)
        and each.price.input is not None
        and each.price.output is not None
    ]
    return min(
        usable, key=lambda each: ((each.price.input or 0) + (each.price.output or 0), each.id), default=None
    )


def _member(catalogue: Catalogue, family: str, start: str) -> Model | None:
    """The family's model for what a film starts from; Grok's end in `-private`."""
    head = _plain(f"{family}-{start}-to-video")
    found = [each for each in catalogue.of_type("video") if _plain(each.id).startswith(head)]
    return min(found, key=lambda each: len(each.id), default=None)


def _serves(model: Model | None) -> bool:
    """Whether there is such a model, and its last day has not passed."""
    return model is not None and (model.deprecation is None or model.deprecation.removes_at[:10] > _today())


def _today() -> str:
    import datetime as dt  # noqa: PLC0415  only for models with a last day

    return dt.datetime.now(dt.UTC).date().isoformat()


def _farewell(model: Model | None) -> str | None:
    if model is None or model.deprecation is None:
        return None
    day, successor = model.deprecation.removes_at[:10], model.deprecation.replacement
    told = "is announced to be removed" if _serves(model) else "was to be removed"
    return f"{model.id} {told} on {day}" + (f"; use {successor}." if successor else ".")


def _alike(catalogue: Catalogue, name: str, type: str | None) -> tuple[str, ...]:
    """Up to five ids, or traits, that look like `name`, best first."""
    import difflib  # noqa: PLC0415  only for names that mean nothing

    known: dict[str, str] = {}
    for each in catalogue.of_type(type):
        known.setdefault(each.id.lower(), each.id)
        known.setdefault(each.name.lower(), each.id)
    known |= {trait: trait for trait in catalogue.traits(type or "text")}
    near = difflib.get_close_matches(name.lower(), known, n=8, cutoff=0.5)
    starting = [title for title in known if len(name) > 2 and title.startswith(name.lower())]
    return tuple(dict.fromkeys(known[title] for title in (*starting[:3], *near)))[:5]


def _plain(name: str) -> str:
    """Letters and digits only, without the `venice-` that may or may not stand before an id."""
    return re.sub(r"[^a-z0-9]+", "", name.lower()).removeprefix("venice")
