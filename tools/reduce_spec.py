"""Reduce the official OpenAPI file to the machine-readable facts that the tests check against.

    python tools/reduce_spec.py OPENAPI.json -o tests/data/spec.json.gz          # write
    python tools/reduce_spec.py OPENAPI.json -o tests/data/spec.json.gz --check  # compare only

Kept: paths, operation ids, security, parameters, bodies, responses by status and content type, header names,
and schemas with their types, limits, enums, defaults and strictness, in the order of the source. No prose.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")

# The only operation without an id in version 20260821 of the file; named like its neighbours (listModels).
GIVEN_IDS = {("get", "/image/styles"): "listImageStyles"}

# Keywords of a schema that say something a validator can check. Anything else is prose.
PLAIN = frozenset(
    {
        "$ref", "type", "format", "nullable", "enum", "default", "required", "pattern", "deprecated",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip
MAPS = frozenset({"properties"})
LISTS = frozenset({"anyOf", "oneOf", "allOf"})
NESTED = frozenset({"items", "additionalProperties", "not"})


def sexagesimal(value: Any) -> Any:
    """The text of a ratio that a YAML 1.1 loader turned into a base-60 integer: 969 is 16:9."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        return f"{value // 60}:{value % 60}"
    return value


def schema(node: Any) -> Any:
    """A schema without its prose; property names are never mistaken for keywords."""
    if not isinstance(node, dict):  # additionalProperties may be a plain boolean
        return node
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key in PLAIN:
            kept[key] = value
        elif key in MAPS:
            kept[key] = {name: schema(child) for name, child in value.items()}
        elif key in LISTS:
            kept[key] = [schema(child) for child in value]
        elif key in NESTED:
            kept[key] = schema(value)
    if kept.get("type") == "string":
        if "enum" in kept:
            kept["enum"] = [sexagesimal(value) for value in kept["enum"]]
        if "default" in kept:
            kept["default"] = sexagesimal(kept["default"])
    return kept


def content(node: dict[str, Any]) -> dict[str, Any]:
    return {mime: {"schema": schema(media.get("schema", {}))} for mime, media in node.items()}


def parameter(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in ("name", "in", "required", "style", "explode") if key in node}
    return kept | {"schema": schema(node.get("schema", {}))}


def response(node: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if node.get("headers"):
        kept["headers"] = {
            name: {key: value for key, value in header.items() if key == "required"}
            | {"schema": schema(header.get("schema", {}))}
            for name, header in node["headers"].items()
        }
    if node.get("content"):
        kept["content"] = content(node["content"])
    return kept


def operation(method: str, path: str, node: dict[str, Any], security: list[Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "operationId": node.get("operationId") or GIVEN_IDS[method, path],
        "security": node.get("security", security),
    }
    if node.get("deprecated"):
        kept["deprecated"] = True
    if node.get("parameters"):
        kept["parameters"] = [parameter(each) for each in node["parameters"]]
    if "requestBody" in node:
        body = node["requestBody"]
        kept["requestBody"] = {"required": bool(body.get("required")), "content": content(body["content"])}
    kept["responses"] = {status: response(each) for status, each in node["responses"].items()}
    return kept


def reduce_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """The whole file, without prose."""
    return {
        "openapi": spec["openapi"],
        "info": {"version": spec["info"]["version"]},
        "paths": {
            path: {
                method: operation(method, path, node, spec["security"])
                for method, node in item.items()
                if method in METHODS
            }
            for path, item in spec["paths"].items()
        },
        "components": {
            "schemas": {name: schema(node) for name, node in spec["components"]["schemas"].items()},
            "securitySchemes": {
                name: {key: node[key] for key in ("type", "scheme", "in", "name") if key in node}
                for name, node in spec["components"]["securitySchemes"].items()
            },
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("openapi", type=Path, help="the official file as JSON")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the output is out of date"
    )
    arguments = parser.parse_args()
    reduced = reduce_spec(json.loads(arguments.openapi.read_text(encoding="utf-8")))
    text = json.dumps(reduced, ensure_ascii=True, separators=(",", ":")).encode()
    if arguments.check:
        # The unpacked text is compared: two zlib versions may pack the same text differently.
        same = arguments.output.exists() and gzip.decompress(arguments.output.read_bytes()) == text
        print("up to date" if same else "out of date")
        return 0 if same else 1
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    packed = gzip.compress(text, compresslevel=9, mtime=0)
    arguments.output.write_bytes(packed)
    print(f"{arguments.output}: {len(text):,} bytes of JSON, {len(packed):,} packed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
