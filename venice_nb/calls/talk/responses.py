"""The alpha route that speaks in items instead of messages. API reference: `POST /responses`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety
from venice_nb.calls.check import (
    Rule,
    Rules,
    choice,
    closest,
    fields,
    flag,
    integer,
    json_value,
    listed,
    mapping,
    number,
    refuse,
    several,
    shaped,
    text,
)
from venice_nb.calls.talk.abilities import check_abilities
from venice_nb.calls.talk.bounds import Bound, added, dearest, extra
from venice_nb.calls.talk.chat import ANSWER, PICTURE, STREAMED, WHOLE, Reader, resolved
from venice_nb.calls.talk.messages import Prompt
from venice_nb.calls.talk.parameters import CHAT, VENICE, json_extra, tool
from venice_nb.calls.talk.response_replies import ResponsesGatherer, read_response
from venice_nb.media import public_url

if TYPE_CHECKING:
    from venice_nb.catalogue import Catalogue, Resolution
    from venice_nb.catalogue.names import ModelName
    from venice_nb.results.talk.response import ResponsesReply

TOOLS = ("function", "web_search", "x_search", "code_interpreter", "file_search", "computer_use_preview")
ITEMS = ("message", "reasoning", "function_call", "function_call_output", "item_reference")
PARTS = ("input_text", "input_image", "output_text", "text", "image_url")

_status = choice("completed", "in_progress")
_handles = several(text(blank=False), 0, 10, noun="handles")
_place = {"type": choice("approximate")} | dict.fromkeys(("city", "region", "country", "timezone"), text())
_TOOL: Mapping[str, Rule] = MappingProxyType(
    {
        "web_search": shaped(
            {"search_context_size": choice("low", "medium", "high"), "user_location": shaped(_place)}
        ),
        "x_search": shaped(
            {
                "allowed_x_handles": _handles,
                "excluded_x_handles": _handles,
                "from_date": text(),
                "to_date": text(),
                "enable_image_understanding": flag,
                "enable_video_understanding": flag,
            }
        ),
        "code_interpreter": shaped({"container": shaped({"image": text()})}),
        "file_search": shaped(
            {
                "vector_store_ids": several(text(), noun="ids"),
                "max_num_results": integer(),
                "ranking_options": shaped({"ranker": text(), "score_threshold": number()}),
            }
        ),
        "computer_use_preview": shaped(
            {"display_width": integer(), "display_height": integer(), "environment": text()}
        ),
    }
)


def _tools(field_name: str, value: Any) -> list[dict[str, Any]]:
    checked: list[dict[str, Any]] = several(_tool, noun="tools")(field_name, value)
    return checked


def _tool(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        refuse(where, value, "a tool as a dict", "Pass {'type': 'function', 'function': {...}}.")
    kind = text(blank=False)(f"{where}.type", value.get("type"))
    if kind == "function":
        return tool(where, value)
    if kind not in _TOOL:
        if closest(kind, TOOLS):
            choice(*TOOLS)(f"{where}.type", kind)
        return mapping(where, value)  # the route takes and drops kinds that it does not know
    checked: dict[str, Any] = _TOOL[kind](where, value)
    return checked


_SWITCHES = (
    "character_slug",
    "enable_e2ee",
    "enable_web_search",
    "enable_web_scraping",
    "enable_web_citations",
    "include_venice_system_prompt",
    "include_search_results_in_stream",
)
_switches = shaped({name: VENICE[name] for name in _SWITCHES})

RESPONSE: Rules = MappingProxyType(
    {
        "max_output_tokens": integer(1),
        "temperature": CHAT["temperature"],
        "top_p": CHAT["top_p"],
        "reasoning": CHAT["reasoning"],
        "tools": _tools,
        "tool_choice": CHAT["tool_choice"],
        "web_search": flag,
        "include": CHAT["include"],
        "fallbacks": CHAT["fallbacks"],
        "venice_parameters": _switches,
    }
)
_HINTS = {
    "max_tokens": "Use max_output_tokens=.",
    "max_completion_tokens": "Use max_output_tokens=.",
    "messages": "Pass them as input.",
    "instructions": "Start input with {'role': 'system', 'content': ...}.",
    "previous_response_id": "The route keeps no state: send the earlier items as part of input.",
    "response_format": "Structured output needs chat(), or extract().",
    "reasoning_effort": "Use reasoning={'effort': ...}.",
}


def create_response(
    input: Any,  # noqa: A002  the API's own name
    *,
    model: ModelName | Resolution,
    catalogue: Catalogue,
    stream: bool = False,
    extra_body: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Call[ResponsesReply]:
    """The call that asks for one response.

    Args:
        input: a text, or a list of items: messages, function calls and their outputs, reasoning.
        model: an id, a trait or an alias, or its resolution. Feature suffixes do not work on this route.
        catalogue: the models, to resolve names, check abilities and estimate the price.
        stream: ask for the answer piece by piece.
        extra_body: fields this library does not know; sent as they are, they win over everything else.
        parameters: the other fields of the API under their own names.

    Raises InvalidInput, before anything is sent, for a value the API or the model would refuse.

    """
    prompt = Prompt()
    items = _input(prompt, input)
    found = resolved(model, catalogue, prompt)
    if found.suffix:
        do = "Pass the features as venice_parameters={...}."
        refuse("model", model if isinstance(model, str) else found.id, "a name without a suffix", do)
    body: dict[str, Any] = {"model": found.id, "input": items, **fields(RESPONSE, parameters, hints=_HINTS)}
    if flag("stream", stream):
        body["stream"] = True
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    if found.model is not None:
        check_abilities(found.model, catalogue, prompt, body)
    asked = body.get("max_output_tokens")
    answer = asked if isinstance(asked, int) else ANSWER
    known, read = found.model, prompt.tokens + PICTURE * prompt.media
    bound = price = None
    if known is not None:
        settings = dict(body.get("venice_parameters") or {})
        if body.get("web_search"):
            settings["enable_web_search"] = "on"
        bound = Bound(
            known,
            read,
            answer,
            limited=bool(asked),
            added=added(body, settings, prompt, known),
            extra=extra(settings),
            field="max_output_tokens",
        )
        tokens = known.price.rates(read).cost(read, answer)
        price = None if tokens is None else tokens + extra(settings)
    bound = None if bound is None else dearest(bound, body, catalogue)
    return Call(
        operation="createResponse",
        method="POST",
        path="/responses",
        body=body,
        read=Reader(read_response, catalogue, found.id, read),
        gather=Reader(ResponsesGatherer, catalogue, found.id, read) if stream else None,
        accept="text/event-stream" if stream else "application/json",
        safety=Safety.INFER,
        timeouts=STREAMED if stream else WHOLE,
        model=found.id,
        family="text",
        tokens=read + answer,
        price=price,
        most=None if bound is None else bound.most,
        within=None if asked else bound,
        paid=True,
    )


# --- input -----------------------------------------------------------------------------------

_blank = text(blank=False)


def _input(prompt: Prompt, value: Any) -> Any:
    if isinstance(value, str):
        prompt.characters += len(value)
        return _blank("input", value)
    items = listed([value] if isinstance(value, Mapping) else value)
    if not items:
        do = "Pass a text, or a list such as [{'role': 'user', 'content': 'Hello'}]."
        refuse("input", value, "a text or a list of one item or more", do)
    return [_item(prompt, f"input[{position}]", item) for position, item in enumerate(items)]


def _item(prompt: Prompt, where: str, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        refuse(where, item, "an item as a dict", "Write {'role': 'user', 'content': ...}.")
    kind = choice(*ITEMS)(f"{where}.type", item.get("type", "message"))
    if kind == "message":
        return _message(prompt, where, item)
    checked: dict[str, Any] = _ITEM[kind](where, item)
    for key in ("arguments", "output"):
        if key in checked:
            prompt.characters += len(str(checked[key]))
    return checked


def _message(prompt: Prompt, where: str, item: Mapping[str, Any]) -> dict[str, Any]:
    choice("user", "assistant", "system", "developer")(f"{where}.role", item.get("role"))
    content = item.get("content")
    kept = {key: each for key, each in item.items() if key != "content" and each is not None}
    checked: dict[str, Any] = json_value(where, kept)
    for key, rule in (("id", text()), ("status", _status)):
        if key in checked:
            rule(f"{where}.{key}", checked[key])
    if isinstance(content, str):
        prompt.characters += len(content)
        words = _blank if item["role"] == "user" else text()
        return {**checked, "content": words(f"{where}.content", content)}
    parts = listed(content)
    if not parts:
        refuse(f"{where}.content", content, "a text or a list of one part or more", "Write a text.")
    typed = "type" in item
    checked["content"] = [
        _part(prompt, f"{where}.content[{position}]", part, typed=typed)
        for position, part in enumerate(parts)
    ]
    return checked


def _part(prompt: Prompt, where: str, part: Any, *, typed: bool) -> dict[str, Any]:
    """One part. Items that name their type take fewer kinds of parts than those that do not."""
    if not isinstance(part, Mapping):
        refuse(where, part, "a part as a dict with 'type'", "Write {'type': 'input_text', 'text': ...}.")
    allowed = PARTS[:3] if typed else PARTS
    kind = choice(*allowed)(f"{where}.type", part.get("type"))
    if kind in {"input_image", "image_url"}:
        image = part.get("image_url")
        if kind == "image_url" and isinstance(image, str):
            image = {"url": image}
        checked: dict[str, Any] = _image(f"{where}.image_url", image)
        if not checked["url"].startswith("data:"):
            public_url(f"{where}.image_url.url", checked["url"])
        prompt.media += 1
        prompt.pictures += 1
        prompt.need("vision", where)
        return {**mapping(where, part), "image_url": checked}
    checked = _text_part(where, part)
    prompt.characters += len(checked["text"])
    return checked


def _text_or_items(field: str, value: Any) -> Any:
    return text()(field, value) if isinstance(value, str) else several(json_value)(field, value)


_image = shaped({"url": _blank, "detail": choice("auto", "low", "high")}, ("url",))
_text_part = shaped({"text": text(), "annotations": several(json_value)}, ("text",))
_ITEM: Mapping[str, Rule] = MappingProxyType(
    {
        "reasoning": shaped(
            {
                "id": text(),
                "summary": several(text()),
                "content": _text_or_items,
                "encrypted_content": text(),
                "status": _status,
            }
        ),
        "function_call": shaped(
            {"id": text(), "call_id": _blank, "name": _blank, "arguments": text(), "status": _status},
            ("call_id", "name", "arguments"),
        ),
        "function_call_output": shaped({"call_id": _blank}, ("call_id", "output")),
        "item_reference": shaped({"id": _blank}, ("id",)),
    }
)
