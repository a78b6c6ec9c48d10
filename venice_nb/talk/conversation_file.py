"""A conversation as a JSON file: everything that was said, nothing that runs, no key."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  the layout's types are looked up at run time
import json
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from venice_nb.calls.check import LARGEST, json_value
from venice_nb.errors import InvalidInput, plain
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage  # noqa: TC001  likewise
from venice_nb.results.talk.reply import Choice, Reply, Source, ToolCall, ToolStep
from venice_nb.shapes.building import build, plain_data
from venice_nb.talk.turn import Turn

if TYPE_CHECKING:
    import os

    from venice_nb.talk.conversation import Conversation

FORMAT = "venice_nb conversation"
VERSION = 1  # of the layout; readers take their own and older ones
_KEY = re.compile(r"VENICE_(?:INFERENCE|ADMIN)_KEY_[\w-]+")
# What a file must not decide: which tools run, how often, and whether they are asked about first.
_NOT_FROM_A_FILE = frozenset({"tools", "confirm", "max_steps", "raise_tool_errors"})
_LARGEST = 200_000_000  # bytes; a file beyond that was not written here


class _Step(TypedDict):
    id: str
    name: str
    arguments: str
    output: str
    failed: bool


class _Reply(TypedDict):
    text: str
    reasoning: str
    finish_reason: str | None
    model: str
    usage: Usage
    cost: Cost
    sources: list[Source]
    steps: list[_Step]
    tool_calls: list[ToolCall]
    complete: bool
    request_id: str | None


class _Turn(TypedDict):
    at: dt.datetime
    complete: bool
    messages: list[dict[str, Any]]
    reply: _Reply | None


class _File(TypedDict):
    format: str
    version: int
    system: str | None
    character: str | None
    model: str | None
    parameters: dict[str, Any]
    tools: list[str]
    turns: list[_Turn]


@dataclass(frozen=True)
class Saved:
    """What a file holds. `tools` are the names of those that were there."""

    system: str | None
    character: str | None
    model: str | None
    parameters: dict[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()


def save(conversation: Conversation, path: str | os.PathLike[str] | None, *, overwrite: bool) -> Path:
    """Writes the file at once or not at all."""
    written = json.dumps(content(conversation), ensure_ascii=False, indent=1) + "\n"
    default = f"{saving.named('conversation', written)}.json"
    return saving.write(path, written, default=default, suffixes=(".json",), overwrite=overwrite)


def content(conversation: Conversation) -> dict[str, Any]:
    """What is written, as plain values; a key that somebody typed into a message is blotted out."""
    found = {
        "format": FORMAT,
        "version": VERSION,
        "system": conversation.system,
        "character": conversation.character,
        "model": conversation.model,
        "parameters": conversation.parameters,
        "tools": list(conversation._box),  # noqa: SLF001  the class and its file are one
        "turns": [_turn(turn) for turn in conversation.turns],
    }
    safe: dict[str, Any] = json.loads(_KEY.sub("<key>", json.dumps(plain_data(found))))
    return safe


def load(path: str | os.PathLike[str]) -> Saved:
    """Reads a file. Raises InvalidInput, with the place, for anything that `save` does not write."""
    file = Path(path).expanduser()
    name = plain(file.name, 120)
    try:
        told = file.stat()
        if not stat.S_ISREG(told.st_mode):  # a pipe or a device may never end
            raise _unreadable(name, "it is not a file")
        if told.st_size > _LARGEST:
            raise _unreadable(name, f"it is larger than {_LARGEST:,} bytes")
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise _unreadable(name, plain(problem, 200)) from problem
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _unreadable(name, "it is not a saved conversation")
    if not isinstance(data.get("version"), int) or data["version"] > VERSION:
        raise _unreadable(name, "it was written by a newer version of venice_nb")
    try:
        found = build(_File, data)
    except InvalidInput as problem:
        raise _unreadable(name, problem.what) from problem
    for n, turn in enumerate(found["turns"]):
        if not turn["messages"] or "role" not in turn["messages"][0]:
            raise _unreadable(name, f"turn {n} has no question")
        if not all(map(_is_message, turn["messages"])):
            raise _unreadable(name, f"turn {n} has a message of another shape")
        if turn["reply"] is not None and turn["reply"]["usage"].total_tokens >= LARGEST:
            raise _unreadable(name, f"turn {n} counts more tokens than there are")
    return Saved(
        found["system"],
        found["character"],
        found["model"],
        {name: value for name, value in found["parameters"].items() if name not in _NOT_FROM_A_FILE},
        tuple(found["tools"]),
        tuple(_read_turn(turn) for turn in found["turns"]),
    )


def _is_message(message: dict[str, Any]) -> bool:
    """Whether those parts of a message that are looked at have their shape, and nothing nests too deep."""
    content, calls = message.get("content"), message.get("tool_calls")
    try:
        json_value("message", message)
    except InvalidInput:
        return False
    return (content is None or isinstance(content, str) or _is_rows(content)) and (
        calls is None or (_is_rows(calls) and all(isinstance(each.get("function"), dict) for each in calls))
    )


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _turn(turn: Turn) -> dict[str, Any]:
    reply = turn.reply
    told: dict[str, Any] | None = None
    if reply is not None:
        told = {
            "text": reply.text,
            "reasoning": reply.reasoning,
            "finish_reason": reply.finish_reason,
            "model": reply.model,
            "usage": reply.usage.to_dict(),
            "cost": reply.cost.to_dict(),
            "sources": [source.to_dict() for source in reply.sources],
            "steps": [{"id": step.call.id, **step.to_dict()} for step in reply.steps],
            "tool_calls": list(reply.tool_calls),
            "complete": reply.complete,
            "request_id": reply.request_id,
        }
    return {"at": turn.at, "complete": turn.complete, "messages": list(turn.messages), "reply": told}


def _read_turn(turn: Any) -> Turn:
    messages, told = turn["messages"], turn["reply"]
    reply = None
    if told is not None:
        answer: dict[str, Any] = next(
            (message for message in reversed(messages) if message.get("role") == "assistant"), {}
        )
        calls = tuple(told["tool_calls"])
        reply = Reply(
            text=told["text"],
            reasoning=told["reasoning"],
            tool_calls=calls,
            finish_reason=told["finish_reason"],
            model=told["model"],
            usage=told["usage"],
            cost=told["cost"],
            sources=tuple(told["sources"]),
            headers=Headers({"cf-ray": told["request_id"]} if told["request_id"] else {}),
            choices=(Choice(told["text"], told["reasoning"], calls, told["finish_reason"], answer),),
            steps=tuple(
                ToolStep(
                    ToolCall(step["id"], step["name"], step["arguments"]), step["output"], step["failed"]
                )
                for step in told["steps"]
            ),
            complete=told["complete"],
        )
    return Turn(tuple(messages), reply, turn["at"], complete=turn["complete"])


def _unreadable(name: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{name} cannot be loaded: {why}",
        field="path",
        value=name,
        allowed="a file written by Conversation.save",
        do="Check the path.",
    )
