# ruff: noqa: E501  patterns and word lists stay on one line
"""Fill a JSON schema from a text; the result is valid against the schema whatever the text says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .amounts import number_value
from .documents import readable
from .field import Field
from .fit import distinct, fit_number, fit_string
from .flags import boolean_value
from .labels import best_label
from .lists import list_values
from .names import named_place
from .numbers import numbers
from .records import records
from .strings import string_value
from .text import terms

DEPTH = 24


class Filler:
    """Fills one schema; keeps its root, to which `$ref` points."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def fill(self, schema: Any, text: str, name: str = "", depth: int = 0) -> Any:
        """Return a value for the schema, read from the text where the text has one."""
        found = self.find(schema, text, name, depth)
        return self.least(schema, depth) if found is None and not self.allows_null(schema) else found

    def find(self, schema: Any, text: str, name: str, depth: int) -> Any:
        """Return the value a text gives for a schema, None when it gives none."""
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self.option(schema, text, name)
        branches = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(branches, list) and branches:
            return self.branch(schema, branches, text, name, depth)
        if depth > DEPTH:
            return None
        field = Field(name, str(schema.get("description") or ""), schema)
        for kind in self.kinds(schema):
            value = self.of_kind(kind, schema, field, text, depth)
            if value is not None:
                return value
        return None

    def of_kind(self, kind: str, schema: Mapping[str, Any], field: Field, text: str, depth: int) -> Any:
        """Return a value of one JSON type, None when the text has none."""
        if kind == "object":
            return self.object_(schema, text, depth)
        if kind == "array":
            return self.array(schema, field, text, depth)
        if kind in ("number", "integer"):
            value = number_value(field, text)
            return None if value is None else fit_number(value, schema, whole=kind == "integer")
        if kind == "boolean":
            return boolean_value(field, text)
        if kind == "string":
            said = string_value(field, text)
            return None if said is None else fit_string(said, schema)
        return None

    def kinds(self, schema: Mapping[str, Any]) -> list[str]:
        """The types a schema allows, without null."""
        kind = schema.get("type")
        if isinstance(kind, str):
            return [] if kind == "null" else [kind]
        if isinstance(kind, list):
            return [k for k in kind if isinstance(k, str) and k != "null"]
        if "properties" in schema:
            return ["object"]
        if "items" in schema or "prefixItems" in schema:
            return ["array"]
        return ["string"]

    def allows_null(self, schema: Any) -> bool:
        """Whether null is a valid value."""
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"] is None
        if isinstance(schema.get("enum"), list):
            return None in schema["enum"]
        branches = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(branches, list):
            return any(self.allows_null(b) for b in branches)
        kind = schema.get("type")
        return kind == "null" or schema.get("nullable") is True or (isinstance(kind, list) and "null" in kind)

    def resolved(self, schema: Any) -> Mapping[str, Any]:
        """Return the schema with its `$ref` followed and a single `allOf` merged in."""
        for _ in range(20):
            if not isinstance(schema, Mapping):
                return {}
            if isinstance(schema.get("$ref"), str):
                rest = {k: v for k, v in schema.items() if k != "$ref"}
                target = self.target(schema["$ref"])
                schema = {**target, **rest}
                continue
            if isinstance(schema.get("allOf"), list):
                merged = {k: v for k, v in schema.items() if k != "allOf"}
                for piece in schema["allOf"]:
                    part = self.resolved(piece) if isinstance(piece, Mapping) and "allOf" not in piece else {}
                    merged = _merged(merged, part)
                schema = merged
                continue
            return schema
        return {}

    def target(self, ref: str) -> Mapping[str, Any]:
        """Return the part of the root a local reference names, {} when it names none."""
        node: Any = self.root
        if not ref.startswith("#"):
            return {}
        for step in filter(None, ref[1:].split("/")):
            key = step.replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else {}

    def option(self, schema: Mapping[str, Any], text: str, name: str) -> Any:
        """Return the entry of an enum that fits the text best."""
        given = [v for v in schema["enum"] if v is not None]
        if not given:
            return None
        for value in given:
            if isinstance(value, str) and re.search(
                rf"(?<!\w){re.escape(readable(value))}(?!\w)", text, re.IGNORECASE
            ):
                return value
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in given):
            value = number_value(
                Field(
                    name, str(schema.get("description") or ""), {"minimum": min(given), "maximum": max(given)}
                ),
                text,
            )
            return min(given, key=lambda v: abs(v - value)) if value is not None else given[0]
        labels = [str(v) for v in given]
        best = best_label(labels, text)
        return given[labels.index(best)]

    def branch(
        self, schema: Mapping[str, Any], branches: Sequence[Any], text: str, name: str, depth: int
    ) -> Any:
        """Return the value of the branch the text fits best: objects by how many of their fields are found."""
        outer = {k: v for k, v in schema.items() if k == "description"}
        best: Any = None
        worth = -1.0
        for branch in branches:
            inner = {**outer, **self.resolved(branch)}
            if inner.get("type") == "null" or depth > DEPTH:
                continue
            value = self.find(inner, text, name, depth + 1)
            if value is None:
                continue
            score = 1.0
            if isinstance(value, Mapping):
                known = [v for v in value.values() if v not in (None, "", [], {})]
                score = len(known) / max(1, len(value)) + 0.05 * len(known)
                kinds = [
                    v
                    for k, v in value.items()
                    if "const" in self.resolved(inner.get("properties", {}).get(k))
                ]
                score += 2.0 * sum(
                    1 for k in kinds if isinstance(k, str) and set(terms(k)) & set(terms(text))
                )
            if score > worth:
                best, worth = value, score
        return best

    def object_(self, schema: Mapping[str, Any], text: str, depth: int) -> dict[str, Any]:
        """Return an object with the schema's properties in its order; optional ones only when the text gives them."""
        properties = schema.get("properties")
        required = _names(schema.get("required"))
        found: dict[str, Any] = {}
        if isinstance(properties, Mapping):
            for key, inner in properties.items():
                if key in required or depth < 3:
                    value = self.find(inner, text, str(key), depth + 1)
                    if value is None and key in required:
                        value = None if self.allows_null(inner) else self.least(inner, depth + 1)
                        found[key] = value
                    elif value is not None:
                        found[key] = value
        for key in [k for k in found if named_place(k) and found[k] and found[k] == found.get("name")]:
            if key not in required:
                del found[key]
            else:  # a person's name is no place
                inner = _mapping(properties).get(key, {})
                found[key] = None if self.allows_null(inner) else self.least(inner, depth + 1)
        for key in required:
            found.setdefault(key, "")
        extra = schema.get("additionalProperties")
        if not properties and isinstance(extra, Mapping):
            for line in re.findall(r"([\w ]{1,30}):\s*([^\n,;]+)", text)[:20]:
                found[line[0].strip()] = self.fill(extra, line[1], line[0].strip(), depth + 1)
        return found

    def array(self, schema: Mapping[str, Any], field: Field, text: str, depth: int) -> list[Any] | None:
        """Return a list: one entry for each item, line, bullet or row of the text."""
        low = _count(schema.get("minItems"))
        top = int(schema["maxItems"]) if isinstance(schema.get("maxItems"), int) else 50
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list):
            return [self.fill(p, text, field.name, depth + 1) for p in prefix]
        inner = self.resolved(schema.get("items") if isinstance(schema.get("items"), Mapping) else {})
        found = [] if depth > 6 else self.entries(inner, field, text, depth)
        if schema.get("uniqueItems"):
            found = [v for i, v in enumerate(found) if v not in found[:i]]
        while len(found) < low:
            found.append(
                distinct(self.least(inner, depth + 1), found)
                if schema.get("uniqueItems")
                else self.least(inner, depth + 1)
            )
        return found[: max(low, top)]

    def entries(self, inner: Mapping[str, Any], field: Field, text: str, depth: int) -> list[Any]:
        """Return the entries of a list before its length is mended."""
        kinds = self.kinds(inner)
        if "properties" in inner or kinds == ["object"]:
            rows = records(text, self.wanted(inner))
            return [self.fill(inner, row, field.name, depth + 1) for row in rows]
        if "const" in inner:
            return []
        if "anyOf" in inner or "oneOf" in inner:
            return [self.fill(inner, line, field.name, depth + 1) for line in records(text)[:20]]
        if "enum" in inner:
            low = text.lower()
            hit = [
                v
                for v in inner["enum"]
                if isinstance(v, str) and re.search(rf"(?<!\w){re.escape(readable(v))}(?!\w)", low)
            ]
            return hit or [self.option(inner, text, field.name)]
        if kinds and kinds[0] in ("number", "integer"):
            return [fit_number(n.value, inner, whole=kinds[0] == "integer") for n in numbers(text)]
        if kinds and kinds[0] == "string":
            return [fit_string(s, inner) for s in list_values(field, text)]
        if kinds and kinds[0] == "array":
            return [
                self.fill(inner, line, field.name, depth + 1) for line in text.splitlines() if line.strip()
            ]
        return [self.fill(inner, line, field.name, depth + 1) for line in records(text)[:20]]

    def wanted(self, schema: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the fields of an object: which of them a row must hold to be a row."""
        properties = schema.get("properties")
        found = []
        for inner in properties.values() if isinstance(properties, Mapping) else ():
            found += self.kinds(self.resolved(inner))
        return tuple(found)

    def least(self, schema: Any, depth: int = 0) -> Any:
        """Return the emptiest value a schema allows."""
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return schema["enum"][0]
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        if self.allows_null(schema):
            return None
        branches = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(branches, list) and branches:
            return self.least(branches[0], depth + 1) if depth <= DEPTH else None
        kind = next(iter(self.kinds(schema)), "string")
        if kind == "object":
            required = _names(schema.get("required"))
            properties = _mapping(schema.get("properties"))
            if depth > DEPTH:
                return {}
            ordered = [k for k in properties if k in required] + [k for k in required if k not in properties]
            return {k: self.least(properties.get(k, {"type": "string"}), depth + 1) for k in ordered}
        if kind == "array":
            low = _count(schema.get("minItems"))
            prefix = schema.get("prefixItems")
            if isinstance(prefix, list):
                return [self.least(p, depth + 1) for p in prefix]
            inner = schema.get("items") if isinstance(schema.get("items"), Mapping) else {}
            found: list[Any] = []
            while len(found) < low and depth <= DEPTH:
                one = self.least(inner, depth + 1)
                found.append(distinct(one, found) if schema.get("uniqueItems") else one)
            return found
        if kind in ("number", "integer"):
            return fit_number(0, schema, whole=kind == "integer")
        if kind == "boolean":
            return False
        return fit_string("", schema)


def _count(value: object) -> int:
    """A number of items, at most a thousand; 0 for anything that is none."""
    return min(1000, max(0, int(value))) if isinstance(value, int | float) else 0


def _names(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    both = {**a, **b}
    for key in ("properties",):
        if isinstance(a.get(key), Mapping) and isinstance(b.get(key), Mapping):
            both[key] = {**a[key], **b[key]}
    if isinstance(a.get("required"), list) and isinstance(b.get("required"), list):
        both["required"] = [*a["required"], *(k for k in b["required"] if k not in a["required"])]
    return both
