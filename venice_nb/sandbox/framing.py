"""A finished turn as chat.completion JSON or as the chunks of a stream."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .exchange import DONE, Pause, Piece, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mind import Thought, ToolCall
    from .state import State
    from .turn import Turn

# [S] types one flat token; clients of the OpenAI layout read `content`. The reply has both.
Logprobs = dict[str, Any]


def whole(turn: Turn, body: dict[str, Any], state: State) -> dict[str, Any]:
    """The reply as one object."""
    choices = [
        {
            "index": index,
            "finish_reason": thought.finish_reason,
            "stop_reason": thought.finish_reason if thought.finish_reason in ("stop", "length") else None,
            "message": _message(turn, thought),
            "logprobs": logprobs(thought.content, body, state) if body.get("logprobs") else None,
        }
        for index, thought in enumerate(turn.thoughts)
    ]
    cited = [citation for thought in turn.thoughts for citation in thought.citations]
    return {
        **_head(turn, "chat.completion"),
        "choices": choices,
        "usage": turn.usage,
        "cost": turn.cost,
        "prompt_logprobs": None,
        "venice_parameters": {**turn.settings, "web_search_citations": cited},
    }


def _head(turn: Turn, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{turn.id}", "object": kind, "created": turn.created, "model": turn.model["id"]}


def _message(turn: Turn, thought: Thought) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": thought.content}
    if turn.model["model_spec"]["capabilities"]["supportsReasoning"]:
        message["reasoning_content"] = thought.reasoning or None
    calls = [_call(call) for call in thought.tool_calls]
    message["tool_calls"] = calls
    if calls and not thought.content:
        message["content"] = None
    return message


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def chunks(turn: Turn, body: dict[str, Any], state: State) -> Iterator[Piece]:
    """The reply as server-sent events, in the order of section 7.6 of the contract."""
    head = _head(turn, "chat.completion.chunk")
    yield b": sandbox\n\n"  # a comment, as production keeps a quiet connection alive
    for index, thought in enumerate(turn.thoughts):

        def chunk(delta: dict[str, Any], reason: str | None = None, at: int = index, **more: Any) -> bytes:
            return event(
                {**head, "choices": [{"index": at, "delta": delta, "finish_reason": reason, **more}]}
            )

        yield chunk({"role": "assistant", "content": ""})
        for piece in split(thought.reasoning):
            yield chunk({"reasoning_content": piece})
            yield from _breath(state)
        for at, call in enumerate(thought.tool_calls):
            place = 0 if state.shared_tool_index else at
            begin = {"index": place, "id": call.id, "type": "function"}
            yield chunk({"tool_calls": [{**begin, "function": {"name": call.name, "arguments": ""}}]})
            for piece in split(call.arguments):
                yield chunk({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
                yield from _breath(state)
        for piece in split(thought.content):
            more: Any = {"logprobs": logprobs(piece, body, state)} if body.get("logprobs") else {}
            yield chunk({"content": piece}, **more)
            yield from _breath(state)
        yield chunk({}, thought.finish_reason)
    cited = [citation for thought in turn.thoughts for citation in thought.citations]
    if cited and (turn.settings["include_search_results_in_stream"] or turn.settings["enable_web_citations"]):
        yield event({**head, "choices": [], "venice_parameters": {"web_search_citations": cited}})
    yield event({**head, "choices": [], "usage": turn.usage, "cost": turn.cost})
    yield DONE


def _breath(state: State) -> Iterator[Piece]:
    if state.token_pause:
        yield Pause(state.token_pause)


def split(text: str) -> list[str]:
    """A text in pieces of a few words, as a model sends it; joined, they give the text back."""
    return re.findall(r"(?:\s*\S{1,16}){1,2}\s*|\s+", text)


def logprobs(text: str, body: dict[str, Any], state: State) -> Logprobs:
    """Made-up but steady log probabilities: the same text gets the same numbers."""
    entries = [
        _token(token, body.get("top_logprobs") or 0, state) for token in re.findall(r"\s*\S+|\s+", text)
    ]
    first = entries[0] if entries else _token("", 0, state)
    return {**first, "content": entries, "refusal": None}


def _token(token: str, top: int, state: State) -> dict[str, Any]:
    sure = 0.55 + int(state.digest(f"token {token}", 2), 16) / 65536 * 0.44
    rest = 1 - sure
    others = [
        (f" {word}", rest * 0.5 ** (at + 1))
        for at, word in enumerate(("the", "a", "of", "and", "to")[: top - 1])
    ]
    ranked = [(token, sure), *others] if top else []
    shown = [_entry(name, chance) for name, chance in ranked]
    return {**_entry(token, sure), "top_logprobs": shown}


def _entry(token: str, chance: float) -> dict[str, Any]:
    return {"token": token, "logprob": round(math.log(chance), 6), "bytes": list(token.encode())}
