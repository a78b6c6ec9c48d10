"""The reduced official OpenAPI file: its operations, and validators for each of its schemas (for tests)."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jsonschema import FormatChecker
from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

DATA = Path(__file__).parent / "data"
JSON, FORM, STREAM = "application/json", "multipart/form-data", "text/event-stream"
Json = Any


class FilePart(str):
    """A part of a form that came with a file name; its bytes are not kept."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where it lives, what it takes and what it answers, as the reduced file says it."""

    id: str
    method: str
    path: str
    node: dict[str, Json] = field(repr=False, compare=False)

    @property
    def public(self) -> bool:
        """No credentials are needed (they may still be sent)."""
        return not self.node["security"] or {} in self.node["security"]

    @property
    def request_types(self) -> tuple[str, ...]:
        return tuple(self.node.get("requestBody", {}).get("content", {}))

    @property
    def statuses(self) -> tuple[int, ...]:
        return tuple(int(status) for status in self.node["responses"])

    def response_types(self, status: int) -> tuple[str, ...]:
        return tuple(self.node["responses"].get(str(status), {}).get("content", {}))

    def response_headers(self, status: int) -> tuple[str, ...]:
        return tuple(self.node["responses"].get(str(status), {}).get("headers", {}))

    def parameters(self, place: str) -> dict[str, dict[str, Json]]:
        """Parameters by name; `place` is query, path or header."""
        return {each["name"]: each for each in self.node.get("parameters", []) if each["in"] == place}


@cache
def document() -> dict[str, Json]:
    """The reduced file."""
    return json.loads(gzip.decompress((DATA / "spec.json.gz").read_bytes()))


@cache
def beyond() -> dict[str, Json]:
    """What Venice documents outside the file."""
    return json.loads((DATA / "beyond_spec.json").read_text(encoding="utf-8"))


@cache
def operations() -> tuple[Operation, ...]:
    """All operations, in the order of the file."""
    return tuple(
        Operation(node["operationId"], method.upper(), path, node)
        for path, item in document()["paths"].items()
        for method, node in item.items()
    )


@cache
def operation(operation_id: str) -> Operation:
    """The operation with this id; `listImageStyles` is ours, the file gives none to `GET /image/styles`."""
    for each in operations():
        if each.id == operation_id:
            return each
    raise KeyError(operation_id)


@cache
def _routes() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    # Literal paths first: /api_keys/rate_limits is not a key called rate_limits.
    return tuple(
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(each.path)) + "/?"), each)
        for each in sorted(operations(), key=lambda each: each.path.count("{"))
    )


def match(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that answers at this path, with the values of its path parameters."""
    path = path.partition("?")[0].removeprefix("/api/v1")
    for pattern, each in _routes():
        if each.method == method.upper() and (found := pattern.fullmatch(path)):
            return each, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def _read(node: Json, mime: str) -> Json:
    """A schema with its references filled in and readings 1 to 3 applied."""
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _read(document()["components"]["schemas"][node["$ref"].rpartition("/")[2]], mime)
    kept = dict(node)
    branches = kept.pop("oneOf", []) + kept.pop("anyOf", [])
    if branches:
        if mime == JSON and {} in branches:
            branches = [each for each in branches if each != {}]
        null = {"nullable": True, "enum": [None]}
        kept["anyOf"] = [null if each == {"nullable": True} else _read(each, mime) for each in branches]
    if "allOf" in kept:
        kept["allOf"] = [_read(each, mime) for each in kept["allOf"]]
    if "properties" in kept:
        kept["properties"] = {name: _read(each, mime) for name, each in kept["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in kept:
            kept[key] = _read(kept[key], mime)
    if kept.get("nullable") and "enum" in kept and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    return kept


def _items(validator: Any, items: Json, instance: Json, schema: Json) -> Iterator[ValidationError]:
    """`items`, with a short cut for long vectors of numbers."""
    if items == {"type": "number"} and isinstance(instance, list) and {*map(type, instance)} <= {int, float}:
        return
    yield from OAS30Validator.VALIDATORS["items"](validator, items, instance, schema) or ()


_formats = FormatChecker(formats=())
_formats.checks("date-time")(
    lambda text: (
        not isinstance(text, str)
        or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text))
    )
)
_formats.checks("uri")(
    lambda text: not isinstance(text, str) or bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S", text))
)
_formats.checks("binary")(lambda part: not isinstance(part, str) or isinstance(part, FilePart))

# OpenAPI 3.0 is not JSON Schema 2020: `exclusiveMinimum: true` belongs to `minimum`, types may be nullable.
_Validator = extend(OAS30Validator, {"items": _items})


def _validator(schema: Json, mime: str = JSON) -> Any:
    return _Validator(_read(schema, mime), format_checker=_formats)


@cache
def request_validator(operation_id: str, mime: str) -> Any:
    return _validator(operation(operation_id).node["requestBody"]["content"][mime]["schema"], mime)


@cache
def parameter_validator(operation_id: str, place: str, name: str) -> Any:
    return _validator(operation(operation_id).parameters(place)[name]["schema"])


@cache
def response_validator(operation_id: str, status: int, mime: str) -> Any:
    schema = _read(operation(operation_id).node["responses"][str(status)]["content"][mime]["schema"], JSON)
    if status == 200:
        for gap in beyond()["replies"]:
            if gap["operation"] == operation_id:
                parent = schema
                for step in gap["at"][:-1]:
                    parent = parent[step]
                parent[gap["at"][-1]] = {"anyOf": [parent[gap["at"][-1]], gap["also"]]}
    return _Validator(schema, format_checker=_formats)


@cache
def error_validators(status: int) -> tuple[Any, ...]:
    return tuple(
        _validator(each["schema"])
        for each in beyond()["errors"]
        if each["statuses"] == "any" or status in each["statuses"]
    )


@cache
def stream_validator(operation_id: str) -> Any:
    return _validator(beyond()["streams"][operation_id])
