"""Reading answers of the alpha route `POST /responses`, whole or as a stream of `response.*` events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import (
    Prices,
    find_cost,
    guess_usage,
    read_object,
    read_sources,
    read_text,
    read_usage,
    unreadable,
)
from venice_nb.calls.talk.message import Joined
from venice_nb.results.headers import Headers
from venice_nb.results.reading import items, loads, mapping, string
from venice_nb.results.talk.reply import Choice, Source, ToolCall
from venice_nb.results.talk.response import ResponsesReply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received

_FINISH = {"max_output_tokens": "length", "content_filter": "content_filter"}


def read_response(
    received: Received, *, catalogue: Prices | None = None, model: str = "", prompt_tokens: int = 0
) -> ResponsesReply:
    """The reply in a response object. Raises UnreadableReply, which keeps the bytes, for anything else."""
    answer = read_object(received, what="a response")
    if not {"output", "status", "usage", "id"} & answer.keys():
        raise unreadable(received, "The server answered 200 with JSON that is not a response", answer)
    return make_response(answer, received, catalogue=catalogue, model=model, prompt_tokens=prompt_tokens)


def make_response(
    answer: dict[str, Any],
    received: Received,
    *,
    catalogue: Prices | None = None,
    model: str = "",
    prompt_tokens: int = 0,
    complete: bool = True,
) -> ResponsesReply:
    """The reply that a response object stands for."""
    headers = Headers(received.headers)
    said: list[str] = []
    thought: list[str] = []
    calls: list[ToolCall] = []
    cited: list[Any] = []
    for item in map(mapping, items(answer.get("output"))):
        kind = item.get("type")
        if kind == "function_call":
            name, ident = string(item.get("name")), string(item.get("call_id")) or string(item.get("id"))
            calls.append(ToolCall(ident or f"call_{len(calls)}", name, string(item.get("arguments"))))
        elif kind == "reasoning":
            thought.append(read_text(item.get("summary")) or read_text(item.get("content")))
        elif kind == "message" or "content" in item:
            said.append(read_text(item.get("content")))
            for part in map(mapping, items(item.get("content"))):
                cited.extend(items(part.get("annotations")))
    text = "".join(said) or string(answer.get("output_text"))
    reasoning = "\n\n".join(filter(None, thought))
    usage = read_usage(answer.get("usage"))
    if usage is None:
        usage = guess_usage(len(text) + len(reasoning), prompt_tokens)
    answered = string(answer.get("model")) or headers.model or model
    status = string(answer.get("status"))
    reason = string(mapping(answer.get("incomplete_details")).get("reason"))
    finish = _FINISH.get(reason, reason) or (
        "tool_calls" if calls else "stop" if status == "completed" else None
    )
    message = {"role": "assistant", "content": text}
    return ResponsesReply(
        text=text,
        reasoning=reasoning,
        tool_calls=tuple(calls),
        finish_reason=finish,
        model=answered,
        usage=usage,
        cost=find_cost(answer, usage, catalogue, (answered, model)),
        sources=read_sources({"annotations": cited}) or read_sources(answer),
        elapsed=received.elapsed,
        raw=answer,
        headers=headers,
        choices=(Choice(text, reasoning, tuple(calls), finish, message),),
        complete=complete and status not in {"failed", "cancelled", "in_progress"},
        status=status,
    )


class ResponsesGatherer:
    """Gathers the `response.*` events of a stream; the attributes are those of `ReplyGatherer`."""

    def __init__(self, *, catalogue: Prices | None = None, model: str = "", prompt_tokens: int = 0) -> None:
        self.started = False
        self.done = False
        self.error: Mapping[str, Any] | None = None
        self.model = model
        self.sources: tuple[Source, ...] = ()
        self._said, self._thought = Joined(), Joined()
        self.deltas = self._said.pieces
        self.reasoning_deltas = self._thought.pieces
        self._asked: dict[str, Any] = {"catalogue": catalogue, "model": model, "prompt_tokens": prompt_tokens}
        self._items: dict[int, dict[str, Any]] = {}
        self._answer: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The answer so far."""
        return str(self._said)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return str(self._thought)

    def add(self, event: str, data: str) -> None:
        """Take one event of the stream."""
        if data.strip() == "[DONE]":
            self.done = True
            return
        try:
            found = mapping(loads(data))
        except ValueError:
            return  # the whole response follows in the closing event
        kind = string(found.get("type")) or event
        if "error" in found or kind == "error":
            error = found.get("error", found)
            self.error = self.error or (error if isinstance(error, dict) else {"message": string(error)})
        delta = string(found.get("delta"))
        if kind == "response.output_text.delta":
            self._grow(self._said, delta)
        elif kind.startswith("response.reasoning") and kind.endswith(".delta"):
            self._grow(self._thought, delta)
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            self._items[self._place(found)] = dict(mapping(found.get("item")))
            self.started = self.started or kind.endswith("done")
        elif kind == "response.function_call_arguments.delta":
            item = self._items.setdefault(self._place(found), {"type": "function_call"})
            item["arguments"] = string(item.get("arguments")) + delta
            self.started = True
        self._close(kind, mapping(found.get("response")))

    def end(self) -> None:
        """The body has ended; what was said before decides whether the reply is whole."""

    def result(self, received: Received) -> ResponsesReply:
        """The reply so far, complete or not. A body that was no stream after all is read as JSON."""
        if received.content.lstrip()[:1] == b"{":
            return read_response(received, **self._asked)
        return make_response(
            self.assembled(),
            received,
            complete=self.done and self.error is None,
            **self._asked,
        )

    def assembled(self) -> dict[str, Any]:
        """The response so far as one object; the closing event's own where it has arrived."""
        if items(self._answer.get("output")):
            return self._answer
        output = [self._items[place] for place in sorted(self._items)]
        if self.reasoning and not any(
            item.get("type") == "reasoning" and item.get("summary") for item in output
        ):
            output = [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": self.reasoning}]},
                *output,
            ]
        if self.text and not any(read_text(item.get("content")) for item in output):
            part = {"type": "output_text", "text": self.text, "annotations": []}
            output = [item for item in output if item.get("type") != "message"]
            output.append({"type": "message", "role": "assistant", "content": [part]})
        return {**self._answer, "output": output}

    def _grow(self, joined: Joined, delta: str) -> None:
        if delta:
            joined.pieces.append(delta)
            self.started = True

    def _place(self, found: Mapping[str, Any]) -> int:
        place = found.get("output_index")
        return place if isinstance(place, int) else len(self._items)

    def _close(self, kind: str, response: Mapping[str, Any]) -> None:
        if not response:
            return
        self._answer = {**self._answer, **response}
        self.model = string(response.get("model")) or self.model
        if kind in {"response.completed", "response.incomplete"}:
            self.started = self.done = True
        elif kind == "response.failed":
            error = mapping(response.get("error"))
            self.error = self.error or error or {"message": "the response failed"}
