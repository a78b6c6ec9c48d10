"""One assistant message growing out of the pieces of a stream.

API reference: `POST /chat/completions`, streaming. The message keeps every field, known or not, because it
is sent back as it came: signatures and encrypted reasoning must survive.
"""

from __future__ import annotations

from typing import Any

from venice_nb.calls.answer import read_text
from venice_nb.calls.talk.thinking import Thinking
from venice_nb.results.reading import dumps, items, mapping, string


class Joined:
    """Pieces of text and their sum; asking for the sum again costs only what came since."""

    __slots__ = ("_count", "_sum", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._count = 0
        self._sum = ""

    def __str__(self) -> str:
        if self._count != len(self.pieces):
            count = len(self.pieces)
            self._sum += "".join(self.pieces[self._count : count])
            self._count = count
        return self._sum


class GrowingMessage:
    """The message of one choice.

    `said` and `thought` grow at their ends while the stream runs; `started` tells that something of value
    has arrived.
    """

    __slots__ = (
        "_calls",
        "_content",
        "_extra",
        "_fields",
        "_latest",
        "_logprobs",
        "_thinking",
        "said",
        "started",
        "thought",
    )

    def __init__(self) -> None:
        self.started = False
        self.said = Joined()
        self.thought = Joined()
        self._content: list[str] = []  # as it came, with <think> in it
        self._thinking = Thinking()
        self._calls: list[dict[str, Any]] = []
        self._latest: dict[
            Any, dict[str, Any]
        ] = {}  # the call that a piece without id goes on with, by index
        self._fields: dict[str, Any] = {}
        self._extra: dict[str, Any] = {}  # fields of the choice beside the message
        self._logprobs: list[Any] = []

    def add(self, choice: dict[str, Any]) -> None:
        """Take what one chunk says about this choice."""
        delta = choice.get("delta")
        if isinstance(delta, dict):
            content = delta.get("content")
            if content:
                self._say(content)
                if len(delta) > 1:
                    self._take(delta)
            elif delta:
                self._take(delta)
        elif not self._content and not self._calls and isinstance(choice.get("message"), dict):
            self._say(choice["message"].get("content"))  # a server that sends the message whole
            self._take(choice["message"])
        elif choice.get("text"):
            self._say(choice["text"])
        if choice.get("finish_reason") or choice.get("logprobs"):
            self._close(choice)

    @property
    def finished(self) -> bool:
        """The server said why the message ended, so it did end."""
        return bool(self._extra.get("finish_reason"))

    def choice(self, index: int) -> dict[str, Any]:
        """The choice so far in the non-streaming shape."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._content), **self._fields}
        if self._calls:
            message["tool_calls"] = [{**call, "function": _joined(call["function"])} for call in self._calls]
            message["content"] = message["content"] or None
        logprobs = {"content": list(self._logprobs)} if self._logprobs else None
        return {
            "index": index,
            "finish_reason": None,
            "logprobs": logprobs,
            **self._extra,
            "message": message,
        }

    def _say(self, content: Any) -> None:
        text = content if isinstance(content, str) else read_text(content)
        if text:
            self.started = True
            self._content.append(text)
            said, thought = self._thinking.feed(text)
            if said:
                self.said.pieces.append(said)
            if thought:
                self.thought.pieces.append(thought)

    def _take(self, delta: dict[str, Any]) -> None:
        """Every field but the content."""
        for name, value in delta.items():
            if value is None or name in {"content", "role"}:
                continue
            if name == "tool_calls":
                for piece in items(value):
                    if isinstance(piece, dict):
                        self._call(piece)
            elif name == "reasoning_details":
                _merge(self._fields.setdefault(name, []), items(value))
            elif name in {"reasoning_content", "reasoning"} and isinstance(value, str):
                if value:
                    self.started = True
                    # some servers send both spellings of the same piece
                    if name == "reasoning_content" or "reasoning_content" not in delta:
                        self.thought.pieces.append(value)
                    self._fields[name] = self._fields.get(name, "") + value
            else:
                self._keep(name, value)

    def _keep(self, name: str, value: Any) -> None:
        before = self._fields.get(name)
        if isinstance(before, list) and isinstance(value, list):
            before.extend(value)
        elif isinstance(before, str) and isinstance(value, str) and name not in {"name", "thought_signature"}:
            self._fields[name] = before + value
        else:
            self._fields[name] = list(value) if isinstance(value, list) else value

    def _call(self, piece: dict[str, Any]) -> None:
        """A piece of a tool call. Parallel calls may share one index: a new id always starts a new call."""
        index, ident, function = piece.get("index"), piece.get("id"), mapping(piece.get("function"))
        call = self._latest.get(index) if index is not None else (self._calls[-1] if self._calls else None)
        if ident and (call is None or call.get("id") not in {None, ident}):
            call = next((known for known in self._calls if known.get("id") == ident), None)
        elif call is not None and not ident and _another(call["function"], function):
            call = None
        if call is None:
            call = {"type": "function", "function": {"name": "", "arguments": []}}
            self._calls.append(call)
            self.started = True
        self._latest[index] = call
        for name, value in piece.items():
            if name not in {"index", "function"} and value is not None:
                call[name] = value
        name = string(function.get("name"))
        if name and name != call["function"]["name"]:
            call["function"]["name"] += name
        arguments = function.get("arguments")
        if arguments is not None and arguments != "":
            call["function"]["arguments"].append(
                arguments if isinstance(arguments, str) else dumps(arguments)
            )
        for key, value in function.items():
            if key not in {"name", "arguments"} and value is not None:
                call["function"][key] = value

    def _close(self, choice: dict[str, Any]) -> None:
        found = choice.get("logprobs")
        if found:
            content = found.get("content") if isinstance(found, dict) else found
            self._logprobs.extend(content if isinstance(content, list) else [found])
        if choice.get("finish_reason"):
            said, thought = self._thinking.end()
            if said:
                self.said.pieces.append(said)
            if thought:
                self.thought.pieces.append(thought)
            kept = {"index", "delta", "message", "logprobs", "text"}
            self._extra |= {name: value for name, value in choice.items() if name not in kept}


def _another(known: dict[str, Any], function: Any) -> bool:
    """Whether a piece without id names another function than the call at its index, whose arguments began."""
    name = string(function.get("name"))
    return bool(name and known["arguments"] and name != known["name"])


def _joined(function: dict[str, Any]) -> dict[str, Any]:
    return {**function, "arguments": "".join(function["arguments"])}


def _merge(known: list[Any], pieces: Any) -> None:
    """Pieces of reasoning details: those of one index and type continue each other's text."""
    for piece in pieces:
        last = known[-1] if known else None
        if (
            isinstance(piece, dict)
            and isinstance(last, dict)
            and piece.get("index") is not None
            and (piece.get("index"), piece.get("type")) == (last.get("index"), last.get("type"))
        ):
            for name, value in piece.items():
                grows = name in {"text", "summary", "data"} and isinstance(value, str)
                last[name] = (
                    string(last.get(name)) + value
                    if grows
                    else value
                    if value is not None
                    else last.get(name)
                )
        else:
            known.append(dict(piece) if isinstance(piece, dict) else piece)
