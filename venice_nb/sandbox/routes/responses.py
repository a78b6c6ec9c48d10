"""POST /responses (alpha): the same turn as chat, in the shape of OpenAI's Responses API.

The request is translated to the chat form, so gates, limits and prices are those of chat. The sandbox keeps
no responses: item references are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import DONE, Pause, Piece, Response, event, event_stream, json_response
from venice_nb.sandbox.framing import split
from venice_nb.sandbox.schema import refused
from venice_nb.sandbox.turn import Turn, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.mind import Thought
    from venice_nb.sandbox.state import State

SAME = ("temperature", "top_p", "fallbacks")
SETTINGS = frozenset(
    [
        "character_slug",
        "enable_e2ee",
        "enable_web_search",
        "enable_web_scraping",
        "enable_web_citations",
        "include_venice_system_prompt",
        "include_search_results_in_stream",
    ]
)


def create(ask: Ask) -> Response:
    """The reply to a responses request, whole or streamed."""
    turn = take_turn(ask, chat_form(ask.body), {})
    if ask.body.get("stream"):
        return event_stream(_events(turn, ask.state))
    return json_response(_whole(turn))


def chat_form(body: dict[str, Any]) -> dict[str, Any]:
    """The request as chat/completions would have asked it."""
    out: dict[str, Any] = {"model": body["model"], **{name: body[name] for name in SAME if name in body}}
    asked = body["input"]
    items = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    out["messages"] = _messages(items)
    if not out["messages"]:
        raise refused(["input"], "input needs at least one message")
    if "max_output_tokens" in body:
        out["max_completion_tokens"] = body["max_output_tokens"]
    if body.get("reasoning"):
        out["reasoning"] = body["reasoning"]
    settings = {
        name: value for name, value in (body.get("venice_parameters") or {}).items() if name in SETTINGS
    }
    tools = body.get("tools") or []
    if body.get("web_search") or any(tool["type"] == "web_search" for tool in tools):
        settings.setdefault("enable_web_search", "on")
    functions = [
        {"type": "function", "function": _function(tool, index)}
        for index, tool in enumerate(tools)
        if tool["type"] == "function"
    ]
    if functions:
        out["tools"] = functions
        if "tool_choice" in body:
            out["tool_choice"] = body["tool_choice"]
    out["venice_parameters"] = settings
    return out


def _function(tool: dict[str, Any], index: int) -> dict[str, Any]:
    """The function of a tool: nested as the spec has it; OpenAI's flat form is a mistake here."""
    if "function" not in tool:
        raise refused(["tools", index, "function"], "Required")
    function: dict[str, Any] = tool["function"]
    return function


def _messages(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Input items as chat messages; consecutive function calls join one assistant message."""
    out: list[dict[str, Any]] = []
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            out.append({"role": item["role"], "content": _content(item["content"])})
        elif kind == "function_call":
            function = {"name": item["name"], "arguments": item["arguments"]}
            call = {"id": item["call_id"], "type": "function", "function": function}
            if out and out[-1].get("tool_calls"):
                out[-1]["tool_calls"].append(call)
            else:
                out.append({"role": "assistant", "content": None, "tool_calls": [call]})
        elif kind == "function_call_output":
            given = item["output"]
            text = given if isinstance(given, str) else _json(given)
            out.append({"role": "tool", "tool_call_id": item["call_id"], "content": text})
    return out


def _json(value: Any) -> str:
    import orjson  # noqa: PLC0415

    return orjson.dumps(value).decode()


def _content(content: Any) -> Any:
    if isinstance(content, str):
        return content
    out = []
    for part in content:
        if "image_url" in part:
            url = part["image_url"]
            out.append({"type": "image_url", "image_url": {"url": url} if isinstance(url, str) else url})
        else:
            out.append({"type": "text", "text": part["text"]})
    return out


def _status(thought: Thought) -> str:
    return "incomplete" if thought.finish_reason == "length" else "completed"


def _usage(turn: Turn) -> dict[str, Any]:
    usage = turn.usage
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": usage["prompt_tokens_details"]["cached_tokens"]},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": usage["completion_tokens_details"]["reasoning_tokens"]},
        "total_tokens": usage["total_tokens"],
    }


def _items(turn: Turn) -> list[dict[str, Any]]:
    """The output items of a turn: reasoning, searches, function calls, message."""
    (thought,) = turn.thoughts
    out: list[dict[str, Any]] = []
    if thought.reasoning:
        out.append({"type": "reasoning", "id": f"rs_{turn.id}", "summary": [thought.reasoning]})
    out += [
        {"type": "web_search_call", "id": f"ws_{turn.id}_{index}", "status": "completed"}
        for index in range(thought.searches)
    ]
    out += [
        {
            "type": "function_call",
            "id": f"fc_{turn.id}_{index}",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
            "status": "completed",
        }
        for index, call in enumerate(thought.tool_calls)
    ]
    if thought.content or not thought.tool_calls:
        end = len(thought.content)
        notes = [
            {
                "type": "url_citation",
                "url": page["url"],
                "title": page["title"],
                "start_index": end,
                "end_index": end,
            }
            for page in thought.citations
        ]
        text = {"type": "output_text", "text": thought.content, "annotations": notes}
        message = {"type": "message", "id": f"msg_{turn.id}", "status": "completed", "role": "assistant"}
        out.append({**message, "content": [text]})
    return out


def _whole(turn: Turn) -> dict[str, Any]:
    status = _status(turn.thoughts[0])
    reply = {**_shell(turn, status, _items(turn)), "usage": _usage(turn)}
    if status == "incomplete":
        reply["incomplete_details"] = {"reason": "max_output_tokens"}
    return reply


def _shell(turn: Turn, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"resp_{turn.id}",
        "object": "response",
        "created_at": turn.created,
        "model": turn.model["id"],
        "status": status,
        "output": output,
    }


def _events(turn: Turn, state: State) -> Iterator[Piece]:
    """The reply as named server-sent events."""
    number = 0

    def say(name: str, /, **fields: Any) -> bytes:
        nonlocal number
        number += 1
        return event({"type": name, "sequence_number": number - 1, **fields}, name)

    yield say("response.created", response=_shell(turn, "in_progress", []))
    for index, item in enumerate(_items(turn)):
        place = {"output_index": index, "item_id": item["id"]}
        yield say("response.output_item.added", output_index=index, item=_opened(item))
        opening, name, pieces, closing = _middle(item)
        at = {"content_index": 0} if item["type"] == "message" else {}
        for event_name, fields in opening:
            yield say(event_name, **place, **at, **fields)
        for piece in pieces:
            yield say(name, **place, **at, delta=piece)
            if state.token_pause:
                yield Pause(state.token_pause)
        for event_name, fields in closing:
            yield say(event_name, **place, **at, **fields)
        yield say("response.output_item.done", output_index=index, item=item)
    reply = _whole(turn)
    yield say(f"response.{reply['status']}", response=reply)
    yield DONE


def _opened(item: dict[str, Any]) -> dict[str, Any]:
    """An item as it looks before its text arrives."""
    empty: dict[str, dict[str, Any]] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "reasoning": {"summary": []},
    }
    busy = {"status": "in_progress"} if item["type"] in ("message", "function_call") else {}
    return {**item, **empty.get(item["type"], {}), **busy}


_Events = list[tuple[str, dict[str, Any]]]


def _middle(item: dict[str, Any]) -> tuple[_Events, str, list[str], _Events]:
    """What comes between an item's `added` and `done`: events before its pieces, their name, they, and after.

    The parts and the `done` events are what the stream helpers of OpenAI's clients put an item together from.
    """
    if item["type"] == "reasoning":
        return [], "response.reasoning.delta", split(item["summary"][0]), []
    if item["type"] == "function_call":
        text = item["arguments"]
        whole = {"arguments": text, "name": item["name"]}
        done: _Events = [("response.function_call_arguments.done", whole)]
        return [], "response.function_call_arguments.delta", split(text), done
    if item["type"] == "message":
        part = item["content"][0]
        bare = {**part, "text": "", "annotations": []}
        return (
            [("response.content_part.added", {"part": bare})],
            "response.output_text.delta",
            split(part["text"]),
            [
                ("response.output_text.done", {"text": part["text"]}),
                ("response.content_part.done", {"part": part}),
            ],
        )
    return [], "", [], []
