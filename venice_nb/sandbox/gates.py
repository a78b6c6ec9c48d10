"""What a chat request may ask of a model: refused before anything is computed or billed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .exchange import Refusal
from .schema import Issue, issue, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .ask import Ask

PER_MESSAGE = {"image_url": 10, "input_audio": 5, "file": 5}
MAX_VIDEOS = 3
MAX_BREAKPOINTS = 4  # cache_control marks a Claude model takes
TOKEN_LENGTH = 9  # no token has more characters that show; see `mind.count_tokens`
FILE_CAP = 25 * 1024 * 1024  # bytes, decoded
NEEDS = {
    "image_url": ("supportsVision", "image input"),
    "input_audio": ("supportsAudioInput", "audio input"),
    "video_url": ("supportsVideoInput", "video input"),
}


def parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The content parts of a message; none if it is plain text."""
    content = message.get("content")
    return content if isinstance(content, list) else []


def has_pictures(body: dict[str, Any]) -> bool:
    """Whether any message of a chat shows a picture."""
    return any(part.get("type") == "image_url" for message in body["messages"] for part in parts(message))


def effort(body: dict[str, Any]) -> str | None:
    """The asked reasoning effort; the top-level field wins."""
    nested = body.get("reasoning") or {}
    asked: str | None = body.get("reasoning_effort") or nested.get("effort")
    return asked


def check(ask: Ask, body: dict[str, Any], model: dict[str, Any]) -> None:
    """Raises 400 with every reason why the model cannot serve the request."""
    lacking = list(_features(body, model))
    issues = [*lacking, *_messages(body, model), *_numbers(body, model)]
    if issues:
        ask.unsupported = bool(lacking)
        raise refusal(issues)


def check_length(model: dict[str, Any], body: dict[str, Any]) -> None:
    """Refuses a text far beyond the context by its length: to count tens of megabytes takes many seconds."""
    least = sum(len("".join(text.split())) for text in _texts(body)) // TOKEN_LENGTH
    if least > model["model_spec"]["availableContextTokens"]:
        check_context(model, least, body)


def _texts(body: dict[str, Any]) -> Iterator[str]:
    for message in body["messages"]:
        if isinstance(message.get("content"), str):
            yield message["content"]
        for part in parts(message):
            if part.get("type") == "text":
                yield part["text"]


def check_context(model: dict[str, Any], prompt: int, body: dict[str, Any]) -> None:
    """Raises the OpenAI-shaped 400 if prompt and asked completion do not fit the context."""
    room = model["model_spec"]["availableContextTokens"]
    asked = prompt + (completion_cap(body) or 0)
    if asked > room:
        message = (
            f"This model's maximum context length is {room} tokens. However, your request needs {asked}"
            f" tokens ({prompt} in the messages). Please reduce the length of the messages."
        )
        error = {
            "message": message,
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
        raise Refusal(400, {"error": error})


def completion_cap(body: dict[str, Any]) -> int | None:
    """The most tokens the caller lets the model write, reasoning included; None if not said."""
    cap = body.get("max_completion_tokens")
    if cap is None:
        cap = body.get("max_tokens")
    return cap if cap is not None and cap > 0 else None


def _features(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    able = model["model_spec"]["capabilities"]
    name = model["id"]
    used = {part.get("type") for message in body["messages"] for part in parts(message)}
    for kind, (flag, words) in NEEDS.items():
        if kind in used and not able[flag]:
            yield issue("custom", ["messages"], f"{name} does not support {words}")
    for field in ("tools", "tool_choice"):
        if body.get(field) and body[field] != "none" and not able["supportsFunctionCalling"]:
            yield issue("custom", [field], f"{name} does not support function calling")
    form = body.get("response_format")
    if form and form["type"] != "text" and not able["supportsResponseSchema"]:
        yield issue("custom", ["response_format"], f"{name} does not support response_format {form['type']}")
    for field in ("logprobs", "top_logprobs"):
        if body.get(field) and not able["supportsLogProbs"]:
            yield issue("custom", [field], f"{name} does not support log probabilities")
    yield from _effort(body, model)
    if name.startswith("openai-gpt-5") and able["supportsReasoning"]:
        fixed = {"seed": None, "stop": None, "n": 1, "frequency_penalty": 0, "presence_penalty": 0}
        for field, only in fixed.items():
            if body.get(field, only) not in (None, only):
                yield issue("custom", [field], f"{name} does not support {field}")


def _effort(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    able = model["model_spec"]["capabilities"]
    asked = effort(body)
    if asked is None:
        return
    path = ["reasoning_effort"] if body.get("reasoning_effort") else ["reasoning", "effort"]
    if not able["supportsReasoningEffort"]:
        yield issue("custom", path, f"{model['id']} does not support reasoning effort")
        return
    options = able.get("reasoningEffortOptions")
    if options and asked not in options:
        words = ", ".join(options)
        yield issue(
            "custom", path, f"{model['id']} does not support reasoning effort {asked}; it has {words}"
        )


def _messages(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    videos = marks = 0
    for index, message in enumerate(body["messages"]):
        if message["role"] == "assistant" and not message.get("content") and not message.get("tool_calls"):
            yield issue("custom", ["messages", index], "An assistant message needs content or tool_calls")
        kinds = [part.get("type") for part in parts(message)]
        for kind, most in PER_MESSAGE.items():
            if kinds.count(kind) > most:
                text = f"A message may have at most {most} parts of type {kind}"
                yield issue("custom", ["messages", index, "content"], text)
        for at, part in enumerate(parts(message)):
            if part.get("type") == "file" and len(part["file"]["file_data"]) * 3 // 4 > FILE_CAP:
                yield issue(
                    "custom", ["messages", index, "content", at, "file"], "A file may have at most 25 MB"
                )
        videos += kinds.count("video_url")
        marks += sum("cache_control" in part for part in parts(message))
    if videos > MAX_VIDEOS:
        yield issue("custom", ["messages"], f"A request may have at most {MAX_VIDEOS} videos")
    if marks > MAX_BREAKPOINTS and model["id"].startswith("claude-"):
        yield issue(
            "custom", ["messages"], f"A request may have at most {MAX_BREAKPOINTS} cache_control marks"
        )


def _numbers(body: dict[str, Any], model: dict[str, Any]) -> Iterator[Issue]:
    cap = completion_cap(body)
    most = model["model_spec"]["maxCompletionTokens"]
    if cap is not None and cap > most:
        field = "max_completion_tokens" if body.get("max_completion_tokens") else "max_tokens"
        yield issue(
            "too_big", [field], f"{model['id']} writes at most {most} tokens", maximum=most, inclusive=True
        )
    if not 1 <= body.get("n", 1) <= 128:
        yield issue("custom", ["n"], "n must be between 1 and 128")
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        names = {tool["function"]["name"] for tool in body.get("tools") or () if "function" in tool}
        if choice["function"]["name"] not in names:
            yield issue("custom", ["tool_choice"], f"No tool is named {choice['function']['name']}")
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema" and form["json_schema"].get("strict") is True:
        yield from _strict(
            form["json_schema"].get("schema", {}), ("response_format", "json_schema", "schema")
        )


def _strict(schema: Any, path: tuple[str, ...]) -> Iterator[Issue]:
    """A strict schema closes every object and requires every property."""
    if not isinstance(schema, dict):
        return
    for key, wanted in _SCHEMA_KEYS.items():
        if key in schema and not isinstance(schema[key], wanted):
            words = "an object" if wanted is dict else "an array"
            yield issue("custom", (*path, key), f"In a JSON schema, {key} is {words}")
            return
    own = schema.get("properties")
    if own is not None:
        if schema.get("additionalProperties") is not False:
            yield issue("custom", path, "A strict schema needs additionalProperties: false in every object")
        if missing := [name for name in own if name not in schema.get("required", ())]:
            yield issue(
                "custom", path, f"A strict schema requires every property; missing: {', '.join(missing)}"
            )
    for key in ("properties", "$defs", "definitions"):
        for name, part in schema.get(key, {}).items():
            yield from _strict(part, (*path, key, name))
    yield from _strict(schema.get("items"), (*path, "items"))
    for part in schema.get("anyOf", ()):
        yield from _strict(part, (*path, "anyOf"))


_SCHEMA_KEYS = {"properties": dict, "$defs": dict, "definitions": dict, "required": list, "anyOf": list}
