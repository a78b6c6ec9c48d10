"""JSON schemas rewritten: strict for `response_format`, nullable for options, references written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from venice_nb.errors import InvalidInput

Schema = dict[str, Any]

_NOT_STRICT = ("default", "title", "examples", "uniqueItems", "prefixItems", "propertyNames", "$schema")


def strict(schema: Schema) -> Schema:
    """`schema` as `response_format` wants it: every object closed, every field required, optional = nullable.

    Raises InvalidInput when an object may hold any key, which cannot be said strictly.
    """
    return _strict(schema, "the shape")


def nullable(schema: Schema) -> Schema:
    """`schema` that takes null too."""
    kind = schema.get("type")
    if accepts_null(schema):
        return schema
    if kind is None or "anyOf" in schema or "$ref" in schema:
        inner = {key: value for key, value in schema.items() if key not in ("description", "default")}
        outer = {key: value for key, value in schema.items() if key in ("description", "default")}
        options = inner.pop("anyOf", None) if set(inner) == {"anyOf"} else [inner]
        return {"anyOf": [*options, {"type": "null"}], **outer}
    kinds = [kind] if isinstance(kind, str) else list(kind)
    widened = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        widened["enum"] = [*schema["enum"], None]
    return widened


def accepts_null(schema: Schema) -> bool:
    """Whether null fits `schema`, as far as its own words tell."""
    if not {"type", "anyOf", "oneOf", "enum", "const", "$ref"} & set(schema):
        return True
    kind = schema.get("type")
    if kind is not None:
        return kind == "null" or (isinstance(kind, list) and "null" in kind)
    options = schema.get("anyOf") or schema.get("oneOf") or ()
    return None in schema.get("enum", ()) or any(accepts_null(option) for option in options)


def without_nulls(schema: Schema, data: Any) -> Any:
    """`data` without the nulls that a strict schema makes a model write for fields it leaves out."""
    if isinstance(data, list) and isinstance(schema.get("items"), dict):
        return [without_nulls(schema["items"], item) for item in data]
    properties = schema.get("properties")
    if not isinstance(data, Mapping) or not isinstance(properties, dict):
        return data
    required = set(schema.get("required", ()))
    return {
        key: without_nulls(properties.get(key, {}), value)
        for key, value in data.items()
        if value is not None or key in required or accepts_null(properties.get(key, {}))
    }


def inline(schema: Schema) -> Schema:
    """`schema` with its `$ref`s written out, except for types that contain themselves."""
    definitions: Schema = schema.get("$defs", {})
    kept: Schema = {}

    def walk(node: Any, path: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [walk(item, path) for item in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).removeprefix("#/$defs/")
        rest = {key: walk(value, path) for key, value in node.items() if key not in ("$ref", "$defs")}
        if "$ref" not in node or name not in definitions:
            return {**rest, **({"$ref": node["$ref"]} if "$ref" in node else {})}
        if name in path:
            kept.setdefault(name, {})
            return {**rest, "$ref": node["$ref"]}
        written = walk(definitions[name], (*path, name))
        if name in kept:
            kept[name] = written
            return {**rest, "$ref": node["$ref"]}
        return {**written, **rest}

    written = walk(schema, ())
    return {**written, "$defs": kept} if kept else written


def _strict(schema: Schema, where: str) -> Schema:
    kept = {key: value for key, value in schema.items() if key not in _NOT_STRICT}
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    if len(kept.get("allOf", ())) == 1:
        kept = {**kept.pop("allOf")[0], **kept}
    for key in ("anyOf", "allOf"):
        if key in kept:
            kept[key] = [_strict(option, where) for option in kept[key]]
    if "$defs" in kept:
        kept["$defs"] = {name: _strict(part, name) for name, part in kept["$defs"].items()}
    if isinstance(kept.get("items"), dict):
        kept["items"] = _strict(kept["items"], f"{where}[]")
    kinds = kept.get("type")
    if "properties" in kept or kinds == "object" or (isinstance(kinds, list) and "object" in kinds):
        if kept.get("additionalProperties") not in (None, False) or not kept.get("properties"):
            raise InvalidInput(
                f"{where} may hold any key, so it cannot be asked for strictly.",
                field=where,
                do="Name the fields: a dataclass or TypedDict, or a list of key and value pairs.",
            )
        required = set(kept.get("required", ()))
        kept["properties"] = {
            name: _strict(part if name in required else nullable(part), f"{where}.{name}")
            for name, part in kept["properties"].items()
        }
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return kept
