"""The parameters of a chat as tables: name to rule. Source: POST /chat/completions of the API reference."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from venice_nb.calls.check import (
    Rules,
    choice,
    flag,
    integer,
    json_value,
    mapping,
    number,
    refuse,
    several,
    shaped,
    shown,
    slug,
    text,
)

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITIES = ("low", "medium", "high", "auto")
RETENTIONS = ("default", "extended", "24h")

_effort = choice(*EFFORTS, fixes={False: "Pass 'none', or disable_thinking=True."})
_search = choice(
    "auto",
    "on",
    "off",
    fixes={
        True: "Pass 'on', or 'auto' to let the model decide.",
        False: "Pass 'off', or leave it out.",
        "true": "Pass 'on', or 'auto' to let the model decide.",
        "false": "Pass 'off', or leave it out.",
    },
)


def _stop(field: str, value: Any) -> str | list[str]:
    if isinstance(value, str):
        return str(text()(field, value))
    texts: list[str] = several(text(), 1, 4, noun="texts")(field, value)
    return texts


def _response_format(field: str, value: Any) -> dict[str, Any]:
    """One of three shapes; each takes no other key."""
    if not isinstance(value, Mapping):
        do = "Pass {'type': 'json_schema', 'json_schema': {...}}; for a Python type use extract()."
        refuse(field, value, "a dict", do)
    kind = choice("json_schema", "json_object", "text")(f"{field}.type", value.get("type"))
    known = {"type", "json_schema"} if kind == "json_schema" else {"type"}
    for key in value:
        if key not in known:
            do = (
                "Put name, strict and schema inside 'json_schema'." if kind == "json_schema" else "Remove it."
            )
            refuse(f"{field}.{key}", value[key], f"absent: {kind} takes only {sorted(known)}", do)
    if kind != "json_schema":
        return {"type": kind}
    return {"type": kind, "json_schema": _json_schema(f"{field}.json_schema", value.get("json_schema"))}


def _json_schema(field: str, value: Any) -> dict[str, Any]:
    """`{name, strict: true, schema}`: anything looser is refused by the server, so it is refused here."""
    layout = "a dict {'name': ..., 'strict': True, 'schema': {...}}"
    if not isinstance(value, Mapping):
        refuse(field, value, layout, f"Pass {layout}.")
    if not isinstance(value.get("schema"), Mapping):
        do = f"Wrap the schema: {{'name': 'answer', 'strict': True, 'schema': {{...}}}} as {field}."
        refuse(f"{field}.schema", value.get("schema"), "a JSON schema as a dict", do)
    text(blank=False)(f"{field}.name", value.get("name"))
    if value.get("strict") is not True:
        refuse(f"{field}.strict", value.get("strict"), "True", "Add 'strict': True beside the schema.")
    checked = mapping(field, value)
    _closed(f"{field}.schema", checked["schema"])
    return checked


def _closed(field: str, schema: Any) -> None:
    """Refuse a schema in which an object is open or a property optional, at any level."""
    if isinstance(schema, list):
        for position, each in enumerate(schema):
            _closed(f"{field}[{position}]", each)
    if not isinstance(schema, dict):
        return
    kinds = schema.get("type")
    if "properties" in schema or kinds == "object" or (isinstance(kinds, list) and "object" in kinds):
        _closed_object(field, schema)
    for key, part in schema.items():
        if key in {"properties", "$defs", "definitions"} and isinstance(part, dict):
            for name, each in part.items():
                _closed(f"{field}.{key}.{name}", each)
        elif key in {"items", "anyOf", "allOf", "oneOf", "prefixItems", "not"}:
            _closed(f"{field}.{key}", part)


def _closed_object(field: str, schema: Mapping[str, Any]) -> None:
    fix = "Write it, or make the whole schema strict: venice_nb.shapes.strictness.strict(schema)."
    if schema.get("additionalProperties") is not False:
        value = schema.get("additionalProperties")
        refuse(f"{field}.additionalProperties", value, "False at every object", fix)
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict):
        refuse(f"{field}.properties", properties, "a dict from name to schema", "Write a dict.")
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        refuse(f"{field}.required", required, "a list of names", "List the names of all properties.")
    missing = sorted(properties.keys() - set(required))
    if missing:
        names = shown(", ".join(missing))
        allowed = "all properties; an optional one is nullable: 'type': ['string', 'null']"
        what = f"{field}.required leaves out {names}; every property must be listed."
        refuse(f"{field}.required", names, allowed, fix, what=what)


_function = shaped(
    {"name": text(blank=False), "description": text(), "parameters": mapping, "strict": flag}, ("name",)
)


_function_tool = shaped({"type": text(), "function": _function, "id": text()}, ("function",))


def tool(field: str, value: Any) -> dict[str, Any]:
    """One tool: a function, or one of the two kinds that the server takes and ignores."""
    if callable(value):
        refuse(
            field,
            value,
            "a tool as a dict",
            "Pass Python functions to chat(tools=[...]), which describes them.",
        )
    if not isinstance(value, Mapping):
        refuse(field, value, "a tool as a dict", "Pass {'type': 'function', 'function': {'name': ..., ...}}.")
    kind = choice("function", "web_search", "x_search")(f"{field}.type", value.get("type", "function"))
    if kind != "function":
        return mapping(field, value)
    if "function" not in value and "name" in value:
        do = "Nest it: {'type': 'function', 'function': {'name': ..., 'parameters': ...}}."
        refuse(field, value, "a tool with its 'function' as a dict of its own", do)
    checked: dict[str, Any] = _function_tool(field, {"type": "function", **value})
    return checked


def _tools(field: str, value: Any) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = several(tool, noun="tools")(field, value)
    names: set[str] = set()
    for position, each in enumerate(tools):
        name = each.get("function", {}).get("name")
        if name in names:
            refuse(f"{field}[{position}].function.name", name, "a name of its own", "Rename one of the two.")
        names |= {name} - {None}
    return tools


_chosen = shaped(
    {"type": choice("function"), "function": shaped({"name": text(blank=False)}, ("name",))},
    ("type", "function"),
)


def _tool_choice(field: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _chosen(field, value)
    fix = "To force one function pass {'type': 'function', 'function': {'name': ...}}."
    if not isinstance(value, str) or value not in {"auto", "none", "required"}:
        refuse(field, value, "'auto', 'none', 'required' or a dict that names one function", fix)
    return value


def _metadata(field: str, value: Any) -> dict[str, str]:
    pairs = mapping(field, value)
    for key, item in pairs.items():
        text()(f"{field}.{key}", item)
    return pairs


def _token_ids(field: str, value: Any) -> list[Any]:
    items: list[Any] = several(number(), noun="token ids")(field, value)
    return items


VENICE: Rules = MappingProxyType(
    {
        "character_slug": slug,
        "strip_thinking_response": flag,
        "disable_thinking": flag,
        "enable_e2ee": flag,
        "enable_web_search": _search,
        "enable_web_scraping": flag,
        "enable_web_citations": flag,
        "include_search_results_in_stream": flag,
        "return_search_results_as_documents": flag,
        "include_venice_system_prompt": flag,
        "enable_x_search": flag,
    }
)

# Our words for the keys that notebooks use most.
FRIENDLY: Mapping[str, str] = MappingProxyType(
    {
        "web_search": "enable_web_search",
        "citations": "enable_web_citations",
        "scraping": "enable_web_scraping",
        "character": "character_slug",
    }
)

_reasoning = shaped({"effort": _effort, "summary": choice("auto", "concise", "detailed"), "enabled": flag})
_fallbacks = several(shaped({"model": text(blank=False)}, ("model",)), 0, 10, noun="models")

CHAT: Rules = MappingProxyType(
    {
        "max_completion_tokens": integer(1),
        "max_tokens": integer(),  # zero or less means the model's own limit
        "temperature": number(0, 2),
        "top_p": number(0, 1),
        "min_p": number(0, 1),
        "top_k": integer(0),
        "min_temp": number(0, 2),
        "max_temp": number(0, 2),
        "frequency_penalty": number(-2, 2),
        "presence_penalty": number(-2, 2),
        "repetition_penalty": number(0),
        "n": integer(1),
        "seed": integer(1),
        "stop": _stop,
        "stop_token_ids": _token_ids,
        "logprobs": flag,
        "top_logprobs": integer(0),
        "tools": _tools,
        "tool_choice": _tool_choice,
        "parallel_tool_calls": flag,
        "response_format": _response_format,
        "reasoning_effort": _effort,
        "reasoning": _reasoning,
        "verbosity": choice(*VERBOSITIES),
        "text": shaped({"verbosity": choice(*VERBOSITIES)}),
        "prompt_cache_key": text(blank=False),
        "prompt_cache_retention": choice(*RETENTIONS),
        "fallbacks": _fallbacks,
        "user": text(),
        "store": flag,
        "include": several(text(), noun="texts"),
        "metadata": _metadata,
        "stream_options": shaped({"include_usage": flag}),
    }
)

# What people write instead; the answer says what to write.
CHAT_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "system_prompt": "Start messages with {'role': 'system', 'content': ...}; to leave Venice's own "
        "prompt out pass include_venice_system_prompt=False.",
        "system": "Start messages with {'role': 'system', 'content': ...}.",
        "max_output_tokens": "Use max_completion_tokens=.",
        "max_new_tokens": "Use max_completion_tokens=.",
        "functions": "Use tools=[{'type': 'function', 'function': {...}}].",
        "function_call": "Use tool_choice=.",
        "engine": "Use model=.",
        "promptCacheKey": "Use prompt_cache_key=.",
        "logit_bias": "Venice has no logit_bias; leave it out.",
        "queueid": "Chats have no queue; leave it out.",
    }
)


def json_extra(field: str, value: Any) -> dict[str, Any]:
    """`extra_body`: sent as it is if JSON can carry it; what decides how a reply is read is refused."""
    if not isinstance(value, Mapping):
        refuse(field, value, "a dict", f"Pass a dict: {field}={{...}}.")
    for key in ("model", "messages", "input", "stream"):
        if key in value:
            refuse(f"{field}.{key}", value[key], "an argument of its own", f"Pass {key}= as an argument.")
    checked: dict[str, Any] = json_value(field, value)
    return checked
