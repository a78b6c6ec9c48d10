"""The model catalogue and the ways a name finds a model."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import orjson

Model = dict[str, Any]

TYPES = ("asr", "embedding", "image", "music", "text", "tts", "upscale", "inpaint", "video")

# Aliases of other vendors' ids, and ids production still accepts for a model it lists under another name.
ALIASES: dict[str, dict[str, str]] = {
    "text": {
        "gpt-4o": "llama-3.3-70b",
        "gpt-4.1": "qwen3-235b-a22b-instruct-2507",
        "claude-3-5-sonnet-20241022": "llama-3.3-70b",
        "qwen3-235b": "qwen3-235b-a22b-thinking-2507",
    },
    "embedding": {"text-embedding-ada-002": "text-embedding-bge-m3"},
}

# Retired ids that a request is routed away from, and when they left.
RETIRED = {
    "venice-uncensored": "venice-uncensored-1-2",
    "mistral-31-24b": "mistral-small-3-2-24b-instruct",
    "qwen3-4b": "qwen3-5-9b",
    "qwen3-235b": "qwen3-235b-a22b-thinking-2507",
    "deepseek-ai-DeepSeek-R1": "deepseek-v3.2",
    "qwen3-coder-480b": "qwen3-coder-480b-a35b-instruct-turbo",
    "grok-code-fast": "grok-build-0-1",
    "qwen-2.5-vl": "qwen3-vl-235b-a22b",
    "claude-opus-45": "claude-opus-4-5",
    "hidream": "z-image-turbo",
}
# Where the successor cannot see and the retired model could: who looks at its pictures.
RETIRED_SEEING = {"mistral-31-24b": "qwen-3-8-27b"}
RETIRED_ON = "2026-06-01T00:00:00.000Z"

# Names of video families: never ids, always missing an ending.
FAMILIES = {
    "ltx-2-full": "ltx-2-v2-3-full-text-to-video",
    "sora-2": "veo3.1-fast-text-to-video",
    "kling-2.5-turbo-pro": "kling-2.5-turbo-pro-text-to-video",
    "wan-2.5-preview": "wan-2.5-preview-text-to-video",
    "veo3-fast": "veo3-fast-text-to-video",
}

SUFFIX_KEYS = frozenset(
    [
        "enable_web_search",
        "enable_web_citations",
        "enable_web_scraping",
        "include_venice_system_prompt",
        "include_search_results_in_stream",
        "return_search_results_as_documents",
        "character_slug",
        "strip_thinking_response",
        "disable_thinking",
    ]
)


@cache
def models() -> dict[str, Model]:
    """All models by id, in the catalogue's order. Shared: never change an entry."""
    raw = (files(__package__) / "data" / "models.json.gz").read_bytes()
    return {model["id"]: model for model in orjson.loads(gzip.decompress(raw))}


@cache
def traits(kind: str) -> dict[str, str]:
    """Trait name to model id for one type."""
    return {
        trait: model["id"]
        for model in models().values()
        if model["type"] == kind
        for trait in model["model_spec"]["traits"]
    }


@cache
def _loose() -> dict[str, str]:
    return {_plain(name): name for name in models()}


def _plain(name: str) -> str:
    return re.sub(r"[._ ]", "-", name.strip()).lower()


@dataclass(frozen=True, slots=True)
class Found:
    """The model a name stands for. `retired` is the old id if the request was routed away from it."""

    model: Model
    retired: str = ""


def find(name: str, kind: str, *, sees: bool = False) -> Found | None:
    """The model for an id, trait, alias, retired id or a loosely spelled id; None if there is none.

    `sees`: the request has a picture, for which a retired model may have another successor.
    """
    every = models()
    if name in every:
        return Found(every[name])
    if name in traits(kind):
        return Found(every[traits(kind)[name]])
    if name in RETIRED:
        heir = RETIRED_SEEING.get(name, RETIRED[name]) if sees else RETIRED[name]
        return Found(every[heir], retired=name)
    if name in ALIASES.get(kind, {}):
        return Found(every[ALIASES[kind][name]])
    if name in FAMILIES:
        return None
    loose = _plain(name)
    for spelling in (loose, loose.removeprefix("venice-")):
        if spelling in _loose():
            return Found(every[_loose()[spelling]])
    return None


def split_suffix(name: str) -> tuple[str, dict[str, Any]]:
    """The model name and the settings behind it: `model:enable_web_search=on&disable_thinking=true`."""
    if ":" not in name or name in models():
        return name, {}
    name, _, tail = name.partition(":")
    settings: dict[str, Any] = {}
    for pair in tail.split("&"):
        key, equals, value = pair.partition("=")
        if equals and key in SUFFIX_KEYS:
            text = unquote(value)
            settings[key] = {"true": True, "false": False}.get(text, text)
    return name, {key: value for key, value in settings.items() if _sensible(key, value)}


def _sensible(key: str, value: Any) -> bool:
    """Whether a setting has a value of its kind; others are ignored like unknown keys."""
    if key == "enable_web_search":
        return value in ("auto", "on", "off")
    return isinstance(value, str if key == "character_slug" else bool)


def suggestion(name: str, kind: str) -> str:
    """What to ask for instead of an unknown name; empty if nothing is close."""
    if name in FAMILIES:
        return FAMILIES[name]
    ids = [model["id"] for model in models().values() if model["type"] == kind]
    return next(iter(get_close_matches(_plain(name), ids, n=1, cutoff=0.5)), "")
