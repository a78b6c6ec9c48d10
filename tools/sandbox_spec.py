"""Reduce the official OpenAPI file to the request shapes the sandbox enforces.

    python tools/sandbox_spec.py path/to/openapi.json

Writes venice_nb/sandbox/data/requests.json.gz: per operation id the body schema of each content type
and the schema of the query. Names, types, limits, enums, strictness and defaults only: no prose, no examples.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

KEPT = (
    "type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    "minItems", "maxItems", "pattern", "nullable", "required", "default",
)  # fmt: skip
UNNAMED = {"/image/styles": "listImageStyles"}  # the file gives this operation no id
OUTPUT = Path(__file__).parent.parent / "venice_nb" / "sandbox" / "data" / "requests.json.gz"


def ratio(value: Any) -> Any:
    """The text of a ratio that a YAML 1.1 loader took for a number to base 60: 969 is 16:9."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        return f"{value // 60}:{value % 60}"
    return value


def reduced(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """The schema without prose, with references put in place and allOf merged."""
    if "$ref" in schema:
        node: Any = spec
        for step in schema["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        return reduced(node, spec)
    out: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        piece = reduced(part, spec)
        out.setdefault("properties", {}).update(piece.pop("properties", {}))
        out.setdefault("required", []).extend(piece.pop("required", []))
        out.update(piece)
    if "allOf" in schema:
        out = {key: value for key, value in out.items() if value not in ({}, [])}
    out |= {key: schema[key] for key in KEPT if key in schema}
    if schema.get("type") == "string":
        if "enum" in out:
            out["enum"] = [ratio(option) for option in out["enum"]]
        if "default" in out:
            out["default"] = ratio(out["default"])
    if schema.get("format") in ("uri", "date-time", "binary"):
        out["format"] = schema["format"]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            out[key] = [reduced(part, spec) for part in schema[key]]
    if "items" in schema:
        out["items"] = reduced(schema["items"], spec)
    if "properties" in schema:
        out["properties"] = {name: reduced(part, spec) for name, part in schema["properties"].items()}
    extra = schema.get("additionalProperties")
    if extra is not None:
        out["additionalProperties"] = reduced(extra, spec) if isinstance(extra, dict) else extra
    return out


def query(parameters: list[dict[str, Any]], spec: dict[str, Any]) -> dict[str, Any]:
    """One object schema for all query parameters of an operation."""
    asked = [item for item in parameters if item.get("in") == "query"]
    return {
        "type": "object",
        "properties": {item["name"]: reduced(item["schema"], spec) for item in asked},
        "required": [item["name"] for item in asked if item.get("required")],
    }


def main(source: str) -> None:
    spec = json.loads(Path(source).read_text(encoding="utf-8"))
    out: dict[str, Any] = {"version": spec["info"]["version"], "operations": {}}
    for path, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            if verb not in ("get", "post", "put", "patch", "delete"):
                continue
            content = operation.get("requestBody", {}).get("content", {})
            name = operation.get("operationId", UNNAMED.get(path))
            out["operations"][name] = {
                "method": verb.upper(),
                "path": path,
                "body": {kind: reduced(body["schema"], spec) for kind, body in content.items()},
                "query": query(operation.get("parameters", []), spec),
            }
    text = json.dumps(out, separators=(",", ":"), sort_keys=True).encode()
    OUTPUT.write_bytes(gzip.compress(text, mtime=0))
    print(f"{OUTPUT}: {len(out['operations'])} operations, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
