# ruff: noqa: E501  patterns and word lists stay on one line
"""How many tokens a prompt costs: text by the rule of `text.pieces`, media by stated flat rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .documents import read_file_part
from .text import count_tokens

MESSAGE = 4  # tokens that frame each message: role and separators
PICTURE = 512  # tokens of one picture, whatever its size
BYTES = 1024  # bytes of sound or film that cost one token


def count_prompt_tokens(
    messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None
) -> int:
    """Return the tokens of a prompt.

    Four tokens frame each message; text counts by `count_tokens`; a picture is 512; a file counts by its text;
    sound and film cost one token per 1,024 characters of data; tools count as their compact JSON.
    """
    total = 0
    for message in messages:
        total += MESSAGE + _content(message.get("content"))
        if message.get("name"):
            total += count_tokens(str(message["name"]))
        if message.get("tool_calls"):
            total += count_tokens(json.dumps(message["tool_calls"], default=str))
    if tools:
        total += count_tokens(json.dumps(tools, default=str, separators=(",", ":")))
    return total


def _content(content: object) -> int:
    if isinstance(content, str):
        return count_tokens(content)
    if not isinstance(content, Sequence):
        return 0
    total = 0
    for part in content:
        if not isinstance(part, Mapping):
            continue
        kind = part.get("type")
        inner = part.get(str(kind))
        if isinstance(part.get("text"), str):
            total += count_tokens(part["text"])
        elif kind == "image_url":
            total += PICTURE
        elif kind == "file" and isinstance(inner, Mapping):
            passage, _ = read_file_part(inner)
            total += count_tokens(passage.text) if passage else 1
        elif inner is not None:
            data = (inner.get("data") or inner.get("url")) if isinstance(inner, Mapping) else inner
            total += 1 + len(str(data)) // BYTES
    return total
