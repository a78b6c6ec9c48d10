"""Putting a chat answer together from its stream, piece by piece.

API reference: `POST /chat/completions`, streaming. Pieces may come in any order, with empty or missing
choices; what is gathered is the answer in the non-streaming shape, read by the same code as that one, so a
streamed reply and a plain one are equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from venice_nb.calls.answer import Prices, make_reply, read_object, read_sources
from venice_nb.calls.talk.message import GrowingMessage
from venice_nb.results.reading import loads, mapping, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received
    from venice_nb.results.talk.reply import Reply, Source

# What every chunk has; the id and the model are read once, the rest says nothing about the answer.
_PLAIN: Final = frozenset({"id", "object", "created", "model", "choices"})


class ReplyGatherer:
    """Gathers the events of one streamed chat answer.

    Attributes:
        started: something of value has arrived, so the call must not be sent again.
        done: the stream said that it is complete.
        error: what the server reported inside the stream, with at least a `message`; or None.
        deltas: pieces of the answer (of the first choice) in the order they came; grows at its end.
        reasoning_deltas: the same for the reasoning.
        model: the model that answers; what was asked for until the stream tells.

    """

    def __init__(self, *, catalogue: Prices | None = None, model: str = "", prompt_tokens: int = 0) -> None:
        self.started = False
        self.done = False
        self.error: Mapping[str, Any] | None = None
        self.model = model
        self._asked = model
        self._catalogue = catalogue
        self._prompt_tokens = prompt_tokens
        self._first = GrowingMessage()
        self._messages: dict[int, GrowingMessage] = {}
        self._answer: dict[str, Any] = {}
        self._sources: tuple[Source, ...] = ()
        self._untold = True  # the id and the model have not been read yet
        self._torn = False  # the last piece was no JSON: fine at a cut end, a fault anywhere else
        self.deltas: list[str] = self._first.said.pieces
        self.reasoning_deltas: list[str] = self._first.thought.pieces

    @property
    def text(self) -> str:
        """The answer so far, without reasoning."""
        return str(self._first.said)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return str(self._first.thought)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The pages of a web search, once they have arrived."""
        return self._sources

    def add(self, event: str, data: str) -> None:
        """Take one event of the stream."""
        if self._torn:
            self._torn = False
            self._fail({"message": "a piece of the stream could not be read", "code": "malformed_piece"})
        try:
            chunk = orjson.loads(data)
        except ValueError:
            chunk = self._odd(data)
        if not isinstance(chunk, dict):
            return
        if self._untold or not _PLAIN.issuperset(chunk):
            self._note(event, chunk)
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                index = choice.get("index", 0)
                message = self._messages.get(index) if type(index) is int else None
                if message is None:
                    message = self._message(index)
                message.add(choice)
                if not self.started:
                    self.started = message.started

    def end(self) -> None:
        """The body has ended: without `[DONE]` the answer is whole where each choice said why it ended."""
        messages = self._messages.values()
        self.done = self.done or (bool(messages) and all(message.finished for message in messages))

    def result(self, received: Received) -> Reply:
        """The reply so far, complete or not. A body that was no stream after all is read as JSON."""
        whole = received.content.lstrip()[:1] == b"{"
        return make_reply(
            read_object(received, what="a chat answer") if whole else self.assembled(),
            received,
            catalogue=self._catalogue,
            model=self._asked,
            prompt_tokens=self._prompt_tokens,
            complete=whole or (self.done and self.error is None),
        )

    def assembled(self) -> dict[str, Any]:
        """The answer so far in the non-streaming shape."""
        choices = [self._messages[index].choice(index) for index in sorted(self._messages)]
        return {**self._answer, "object": "chat.completion", "choices": choices}

    def _message(self, index: Any) -> GrowingMessage:
        """The message of a choice that is new, or has no index of its own."""
        number = index if isinstance(index, int) else 0
        return self._messages.setdefault(number, GrowingMessage() if number else self._first)

    def _note(self, event: str, chunk: dict[str, Any]) -> None:
        """Everything about the answer that is not part of a choice."""
        if chunk.get("error") or event == "error":
            error = chunk.get("error", chunk)
            self._fail(error if isinstance(error, dict) else {"message": string(error) or "no reason given"})
        answer = self._answer
        for name in ("id", "created", "model"):
            if name not in answer and chunk.get(name):
                answer[name] = chunk[name]
        self.model = string(answer.get("model")) or self.model
        self._untold = "id" not in answer or "model" not in answer
        for name, value in chunk.items():
            if value is None or name in _PLAIN or name == "error":
                continue
            if name == "venice_parameters" and isinstance(value, dict):
                answer[name] = {**mapping(answer.get(name)), **value}
            else:
                answer[name] = value
        if chunk.get("usage") or chunk.get("cost"):
            self.started = True
        if not self._sources:
            self._sources = read_sources(answer)

    def _fail(self, error: Mapping[str, Any]) -> None:
        if self.error is None:  # the first error is the cause
            self.error = error

    def _odd(self, data: str) -> Any:
        """What is not plain JSON: the end of the stream, or a piece that only a lenient parser reads."""
        if data.strip() == "[DONE]":
            self.done = True
            return None
        try:
            return loads(data)
        except ValueError:
            self._torn = bool(data.strip())
            return None
