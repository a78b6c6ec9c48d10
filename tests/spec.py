"""The official OpenAPI file as a judge of requests and replies (for tests).

    from tests import spec
    assert spec.validate_request("POST", "/chat/completions", body={"model": "m", "messages": []}) == [...]
    assert spec.validate_response("GET", "/models", 200, "application/json", reply.content) == []

Both return errors, like `body.messages[0].role: 'boss' is not one of [...]`, and none if all is well.
Paths may carry the `/api/v1` prefix and a query string. Bodies are JSON values, or bytes to be parsed.

How the file is read where it says less, or something else, than it means:

1. `oneOf` means "at least one": a 402 body with `error` fits both of its branches.
2. `nullable` beside `enum` lets null through, and `{"nullable": true}` alone inside `anyOf` means null.
3. `{}` inside `anyOf` stands for an uploaded file: anything in a form, nothing in JSON.
4. An unknown query parameter is an error, though the file cannot say so.
5. An error body (status 400 and above, listed in the file or not) must fit the schema for its status or one
   of the shapes in `data/beyond_spec.json`, so a 404 on a chat, unlisted in the file, is still judged.
6. Successful replies may differ from the file where `data/beyond_spec.json` names the place and the reason
   (base64 embeddings, for one), and chats may stream although the file has no schema for it.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.spec_file import (
    FORM,
    JSON,
    STREAM,
    FilePart,
    Json,
    Operation,
    beyond,
    error_validators,
    match,
    operation,
    operations,
    parameter_validator,
    request_validator,
    response_validator,
    stream_validator,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["Operation", "match", "operation", "operations", "validate_request", "validate_response"]


def _leaf(error: ValidationError) -> ValidationError:
    """The most telling cause of an `anyOf` failure: in the branch that the value was meant for."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for cause in error.context:
            branches.setdefault(cause.schema_path[0], []).append(cause)

        def distance(causes: list[ValidationError]) -> tuple[bool, bool, int]:
            other_kind = any(
                cause.validator == "enum" and cause.path and cause.path[-1] in {"type", "role"}
                for cause in causes
            )
            return (
                any(not cause.path and cause.validator in {"type", "enum"} for cause in causes),
                other_kind,
                len(causes),
            )

        error = min(branches.values(), key=distance)[0]
    return error


def _words(validator: Any, value: Json, where: str) -> list[str]:
    words = []
    for error in map(_leaf, validator.iter_errors(value)):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        message = (
            error.message if len(error.message) < 300 else error.message[:140] + " … " + error.message[-140:]
        )
        words.append(f"{where}{place}: {message}")
    return words


def _value(text: Json, schema: Json) -> Json:
    """What a text from a query or a form stands for, as far as the schema wants something else than text."""
    if isinstance(text, list):
        return [_value(each, schema.get("items", {})) for each in text]
    if not isinstance(text, str) or isinstance(text, FilePart):
        return text
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", text):
        return float(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _properties(schema: Json) -> dict[str, Json]:
    found = dict(schema.get("properties", {}))
    for each in schema.get("allOf", []):
        found |= _properties(each)
    return found


def _pairs(source: Any) -> list[tuple[str, Any]]:
    """Pairs of a query string, a mapping (with lists for repetition), or an iterable of pairs."""
    if source is None:
        return []
    if isinstance(source, (str, bytes)):
        text = source.decode() if isinstance(source, bytes) else source
        return parse_qsl(text.lstrip("?"), keep_blank_values=True)
    if hasattr(source, "multi_items"):  # httpx.QueryParams, httpx.Headers
        return list(source.multi_items())
    if isinstance(source, Mapping):
        return [
            (name, each)
            for name, value in source.items()
            for each in (value if isinstance(value, (list, tuple)) else [value])
        ]
    return list(source)


def _form(body: bytes, content_type: str) -> list[tuple[str, str]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            FilePart(part.get_filename())
            if part.get_filename()
            else (part.get_payload(decode=True) or b"").decode(errors="replace"),
        )
        for part in message.iter_parts()
    ]


def _fields(body: Any, content_type: str, schema: Json) -> tuple[dict[str, Json], list[str]]:
    """A form as the object its schema describes."""
    if isinstance(body, (bytes, bytearray)):
        pairs = _form(bytes(body), content_type)
    else:
        pairs = [
            (name, FilePart("file") if isinstance(value, bytes) else value) for name, value in _pairs(body)
        ]
    wanted = _properties(schema)
    fields: dict[str, Json] = {}
    errors = []
    for name, value in pairs:
        kind = wanted.get(name, {})
        if kind.get("type") == "array":
            fields.setdefault(name, []).append(_value(value, kind.get("items", {})))
        else:
            if name in fields:
                errors.append(f"body.{name}: sent more than once")
            fields[name] = _value(value, kind)
    return fields, errors


def validate_request(
    method: str, path: str, query: Any = None, headers: Any = None, body: Any = None
) -> list[str]:
    """What is wrong with a request; nothing if the list is empty.

    `headers=None` leaves credentials, content type and header parameters unchecked. `body` is a JSON
    value, a mapping of form fields (bytes are files), or raw bytes with their Content-Type in the headers.
    """
    found = match(method, path)
    if found is None:
        return [f"{method.upper()} {path}: no such operation"]
    target, in_path = found
    sent = {str(name).lower(): value for name, value in _pairs(headers)}
    errors: list[str] = []

    given: dict[str, list[Any]] = {}
    for name, value in [*_pairs(path.partition("?")[2]), *_pairs(query)]:
        given.setdefault(name, []).append(value)
    known = target.parameters("query")
    errors += [f"query.{name}: unknown parameter" for name in given if name not in known]
    values: dict[str, dict[str, Any]] = {"path": in_path, "header": {}, "query": {}}
    for name in known.keys() & given.keys():
        texts = given[name]
        if known[name]["schema"].get("type") == "array":
            values["query"][name] = (
                texts[0].split(",") if len(texts) == 1 and isinstance(texts[0], str) else texts
            )
        else:
            values["query"][name] = texts[-1]
            errors += [f"query.{name}: sent more than once"] * (len(texts) > 1)
    values["header"] = {
        name: sent[name.lower()] for name in target.parameters("header") if name.lower() in sent
    }
    for place, present in values.items():
        for name, parameter in target.parameters(place).items():
            if name in present:
                judge = parameter_validator(target.id, place, name)
                errors += _words(judge, _value(present[name], judge.schema), f"{place}.{name}")
            elif parameter.get("required") and (place != "header" or headers is not None):
                errors.append(f"{place}.{name}: required")
    if headers is not None and not target.public and not {"authorization", "sign-in-with-x"} & sent.keys():
        errors.append("headers: no credentials, and this operation wants them")
    return errors + _judge_body(target, sent, body, typed=headers is not None)


def _judge_body(target: Operation, sent: dict[str, Any], body: Any, *, typed: bool) -> list[str]:
    kinds = target.request_types
    if body is None or body == b"":
        return ["body: required"] if target.node.get("requestBody", {}).get("required") else []
    if not kinds:
        return ["body: this operation takes none"]
    content_type = str(sent.get("content-type", ""))
    mime = content_type.partition(";")[0].strip().lower()
    if typed and mime not in kinds:
        return [f"headers.content-type: {mime or 'missing'!r} is not one of {list(kinds)}"]
    files = isinstance(body, Mapping) and any(isinstance(value, bytes) for _, value in _pairs(body))
    mime = mime or (JSON if JSON in kinds and not files else kinds[-1])
    judge = request_validator(target.id, mime)
    if mime == FORM:
        fields, errors = _fields(body, content_type, judge.schema)
        return errors + _words(judge, fields, "body")
    try:
        value = json.loads(body) if isinstance(body, (bytes, bytearray)) else body
    except ValueError as error:
        return [f"body: not JSON ({error})"]
    return _words(judge, value, "body")


def validate_response(method: str, path: str, status: int, content_type: str | None, body: Any) -> list[str]:
    """What is wrong with a reply; nothing if the list is empty.

    `body` is raw bytes, text, or a parsed JSON value.
    """
    found = match(method, path)
    if found is None:
        return [] if status in {404, 405} else [f"{method.upper()} {path}: no such operation"]
    target = found[0]
    mime = (content_type or "").partition(";")[0].strip().lower()
    if mime == STREAM and status == 200 and target.id in beyond()["streams"]:
        return _judge_stream(target, body)
    listed = target.response_types(status)
    if status < 400 and str(status) not in target.node["responses"]:
        return [f"status: {status} is not one of {list(target.statuses)}"]
    if mime not in (listed or (JSON,)):
        return [f"content-type: {mime or 'missing'!r} is not one of {list(listed or (JSON,))}"]
    if mime != JSON:
        return [] if isinstance(body, (bytes, str)) and (body or mime == "text/csv") else ["body: empty"]
    try:
        value = json.loads(body) if isinstance(body, (bytes, bytearray, str)) else body
    except ValueError as error:
        return [f"body: not JSON ({error})"]
    errors = (
        _words(response_validator(target.id, status, mime), value, "body") if listed else ["body: no schema"]
    )
    if errors and status >= 400:
        others = error_validators(status)
        if any(judge.is_valid(value) for judge in others):
            return []
        errors = errors if listed else _words(others[0], value, "body")
    return errors


def _judge_stream(target: Operation, body: Any) -> list[str]:
    text = body.decode() if isinstance(body, (bytes, bytearray)) else str(body)
    blocks = [block for block in re.split(r"\r?\n\r?\n", text) if block.strip()]
    lines = [[line for line in block.splitlines() if line.startswith("data:")] for block in blocks]
    data = ["\n".join(line[5:].removeprefix(" ") for line in each) for each in lines if each]
    errors = [] if data and data[-1] == "[DONE]" else ["stream: does not end with [DONE]"]
    for index, each in enumerate(data):
        if each == "[DONE]":
            continue
        try:
            value = json.loads(each)
        except ValueError as error:
            errors.append(f"stream[{index}]: not JSON ({error})")
        else:
            errors += _words(stream_validator(target.id), value, f"stream[{index}]")
    return errors
