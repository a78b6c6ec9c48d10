"""A JSON schema shown in a prompt, read as the `response_format` it stands for.

Clients that cannot rely on `json_schema` write the schema into a message and ask for an instance of it. A
language model understands that; the sandbox's mind gets the schema where it looks for one, and the messages
without it. Only what the mind hears is changed: prompts are counted and billed as they were sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 100_000  # characters of a message that is searched
MOST = 50  # opening braces tried in it
_ORDER = re.compile(
    r"\b(?:respond|return|answer|output|reply|format(?:ted)?|parsed?|provide|generate)\b[^.?!\n]{0,80}\bjson\b",
    re.IGNORECASE,
)
_ABOUT_JSON = re.compile(r"^[^{}\n]*\bjson(?:[_ ]schema)?\b[^{}\n]*$", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(r"\bjson(?:_schema)?\b", re.IGNORECASE)
_EMPTY_FENCE = re.compile(r"```\w*\s*```")


def heard(body: dict[str, Any]) -> dict[str, Any]:
    """The chat request as the mind should hear it; the same object if no message shows a schema."""
    form = (body.get("response_format") or {}).get("type")
    if form == "json_schema" or body.get("tools"):
        return body
    asking = [message for message in body["messages"] if message["role"] in ("system", "developer", "user")]
    texts = [text for message in asking for text in _texts(message)]
    if form != "json_object" and not any(_ORDER.search(text) for text in texts):
        return body
    shown = [found for text in texts for found in _schemas(text)]
    if not shown:
        return body
    schema = shown[-1][2]  # earlier ones are examples
    messages = [_without(message) if message in asking else message for message in body["messages"]]
    named = {"name": str(schema.get("title") or "answer"), "schema": schema}
    return {
        **body,
        "messages": [message for message in messages if message.get("content") != ""] or body["messages"],
        "response_format": {"type": "json_schema", "json_schema": named},
    }


def _texts(message: dict[str, Any]) -> list[str]:
    content = message.get("content")
    if isinstance(content, str):
        return [content]
    return [part["text"] for part in content or () if part.get("type") == "text"]


def _without(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": _plain(content, message["role"])}
    parts = [
        {**part, "text": _plain(part["text"], message["role"])} if part.get("type") == "text" else part
        for part in content or ()
    ]
    return {**message, "content": [part for part in parts if part.get("text") != ""] or ""}


def _plain(text: str, role: str) -> str:
    """The text without its schemas and without what only says how to answer in JSON.

    That is a line of a user's message, and a whole short paragraph of a system prompt.
    """
    for start, end, _ in reversed(list(_schemas(text))):
        text = text[:start] + text[end:]
    if role != "user":
        paragraphs = re.split(r"\n\s*\n", text)
        text = "\n\n".join(part for part in paragraphs if len(part) > 400 or not _JSON.search(part))
    return _ABOUT_JSON.sub("", _EMPTY_FENCE.sub("", text)).strip()


def _schemas(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The JSON schemas of objects in a text: where each starts and ends, and its value."""
    at, end = text.find("{", 0, LONGEST), 0
    for _ in range(MOST):
        if at < 0:
            return
        end = _closing(text, at)
        try:
            value = orjson.loads(text[at:end])
        except orjson.JSONDecodeError:
            value = None
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            yield at, end, value
        at = text.find("{", end if value else at + 1, LONGEST)


def _closing(text: str, start: int) -> int:
    """The place behind the brace that closes the one at `start`, strings apart; the end if none does."""
    depth = 0
    for match in re.compile(r'"(?:[^"\\]|\\.)*"|[{}]').finditer(text, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(text)
