"""Whether data fits a JSON schema, told as problems with paths."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from venice_nb.errors import plain

_IS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
}
_BOUNDS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "minimum": (operator.ge, "at least"),
    "maximum": (operator.le, "at most"),
    "exclusiveMinimum": (operator.gt, "more than"),
    "exclusiveMaximum": (operator.lt, "less than"),
    "multipleOf": (lambda value, of: not of or math.isclose(value / of, round(value / of)), "a multiple of"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit: `path` such as `items[0].price` (empty for the whole) and what is wrong."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def shown(value: Any, cap: int = 60) -> str:
    """A value for a message: JSON, short and clean."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        text = str(type(value).__name__)
    return plain(text, cap)


def check(schema: Any, data: Any, path: str = "", root: Any = None) -> list[Problem]:
    """What does not fit; an empty list when all does. Knows the keywords that tools and extraction use."""
    return list(_problems(schema, data, path, schema if root is None else root))


def _problems(schema: Any, data: Any, path: str, root: Any) -> Iterator[Problem]:
    if schema is True or not isinstance(schema, Mapping):
        if schema is False:
            yield Problem(path, "is not allowed here")
        return
    if "$ref" in schema:
        yield from _problems(_referred(root, str(schema["$ref"])), data, path, root)
    kinds = schema.get("type")
    allowed = [kinds] if isinstance(kinds, str) else list(kinds or ())
    if allowed and not any(_IS.get(kind, lambda _: True)(data) for kind in allowed):
        yield Problem(path, f"expected {' or '.join(allowed)}, got {shown(data)}")
        return
    if "enum" in schema and not any(_same(data, value) for value in schema["enum"]):
        yield Problem(path, f"expected one of {', '.join(map(shown, schema['enum']))}, got {shown(data)}")
    if "const" in schema and not _same(data, schema["const"]):
        yield Problem(path, f"expected {shown(schema['const'])}, got {shown(data)}")
    yield from _options(schema, data, path, root)
    yield from _limits(schema, data, path)
    if isinstance(data, Mapping):
        yield from _members(schema, data, path, root)
    elif isinstance(data, list | tuple):
        yield from _elements(schema, data, path, root)


def _options(schema: Mapping[str, Any], data: Any, path: str, root: Any) -> Iterator[Problem]:
    for part in schema.get("allOf", ()):
        yield from _problems(part, data, path, root)
    for key in ("anyOf", "oneOf"):
        trials = [list(_problems(part, data, path, root)) for part in schema.get(key, ())]
        if trials and all(trials):
            # The attempt that got deepest is the one that was meant: its problems help most.
            yield from max(trials, key=lambda trial: max(len(problem.path) for problem in trial))


def _limits(schema: Mapping[str, Any], data: Any, path: str) -> Iterator[Problem]:
    if _IS["number"](data):
        for word, (fits, said) in _BOUNDS.items():
            if _IS["number"](schema.get(word)) and not fits(data, schema[word]):
                yield Problem(path, f"must be {said} {schema[word]}, got {shown(data)}")
    if isinstance(data, str | list | tuple):
        low, high = ("minLength", "maxLength") if isinstance(data, str) else ("minItems", "maxItems")
        unit = "characters" if isinstance(data, str) else "items"
        if len(data) < schema.get(low, 0):
            yield Problem(path, f"must have at least {schema[low]} {unit}, has {len(data)}")
        if high in schema and len(data) > schema[high]:
            yield Problem(path, f"must have at most {schema[high]} {unit}, has {len(data)}")
    pattern = schema.get("pattern")
    if isinstance(data, str) and isinstance(pattern, str):
        try:
            matches = re.search(pattern, data) is not None
        except re.error:  # JavaScript's dialect differs from ours; such a pattern is the server's to judge
            matches = True
        if not matches:
            yield Problem(path, f"must match {pattern}, got {shown(data)}")


def _members(schema: Mapping[str, Any], data: Mapping[str, Any], path: str, root: Any) -> Iterator[Problem]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in data:
            yield Problem(_at(path, name), "is missing")
    extra = schema.get("additionalProperties", True)
    for name, value in data.items():
        if name in properties:
            yield from _problems(properties[name], value, _at(path, name), root)
        elif extra is False:
            known = ", ".join(properties) or "none"
            yield Problem(_at(path, str(name)), f"is not a field; there are: {known}")
        else:
            yield from _problems(extra, value, _at(path, str(name)), root)


def _elements(schema: Mapping[str, Any], data: Any, path: str, root: Any) -> Iterator[Problem]:
    first = schema.get("prefixItems", ())
    for position, value in enumerate(data):
        part = first[position] if position < len(first) else schema.get("items", True)
        yield from _problems(part, value, f"{path}[{position}]", root)
    if schema.get("uniqueItems") and len({shown(value, 10_000) for value in data}) < len(data):
        yield Problem(path, "must not repeat an item")


def _referred(root: Any, reference: str) -> Any:
    """What `#/$defs/Name` points to inside `root`; True (anything fits) when it points nowhere."""
    found = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return True if found is None else found


def _same(left: Any, right: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
