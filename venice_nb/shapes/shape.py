"""The shape of an extraction: what the model is asked for, and how its JSON becomes the object wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from venice_nb.errors import InvalidInput
from venice_nb.shapes.building import fit
from venice_nb.shapes.fitting import Problem, check
from venice_nb.shapes.schema import schema_of, typed_dict
from venice_nb.shapes.strictness import Schema, strict, without_nulls

_FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)```", re.DOTALL)
_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_-]+")
_WORDS_OF_A_SCHEMA = ("$schema", "$ref", "properties", "anyOf", "oneOf", "allOf", "enum", "items")
_STARTS = 200  # places in an answer where JSON is looked for
WRAPPED = "value"  # the field that holds what is no object by itself, such as a list


@dataclass(frozen=True)
class Shape:
    """What to extract.

    Attributes:
        name: for the server's eyes, made of `a-z A-Z 0-9 _ -`.
        schema: the JSON schema of the answer; always an object.
        kind: the Python type to build; None when only a JSON schema was given.
        wrapped: whether the thing wanted is in the field `value` of the answer.

    """

    name: str
    schema: Schema
    kind: Any = None
    wrapped: bool = False

    @classmethod
    def of(cls, wanted: Any) -> Shape:
        """The shape a user named: a type, a JSON schema, or `{"field": type}`.

        Raises InvalidInput for what cannot be said in JSON.
        """
        if isinstance(wanted, Mapping):
            if is_schema(wanted):
                return cls._rooted(str(wanted.get("title") or "data"), dict(wanted), None)
            if not wanted:
                raise InvalidInput(
                    "The shape has no fields.",
                    field="shape",
                    value={},
                    allowed="one field or more",
                    do='Pass {"field": type} or a dataclass.',
                )
            wanted = typed_dict(wanted)
        if wanted is None or isinstance(wanted, str | int | float | list | tuple):
            raise InvalidInput(
                f"{wanted!r} is not a shape.",
                field="shape",
                value=wanted,
                allowed="a dataclass, pydantic model, TypedDict, NamedTuple, other type, or dict",
                do="Pass the type itself, such as Review or list[Review].",
            )
        return cls._rooted(getattr(wanted, "__name__", "data"), schema_of(wanted), wanted)

    @classmethod
    def _rooted(cls, name: str, schema: Schema, kind: Any) -> Shape:
        name = _NOT_A_NAME.sub("_", name).strip("_")[:64] or "data"
        if schema.get("type") == "object" and not {"anyOf", "oneOf", "allOf"} & set(schema):
            return cls(name, schema, kind)
        inner = {key: value for key, value in schema.items() if key != "$defs"}
        outer: Schema = {
            "type": "object",
            "properties": {WRAPPED: inner},
            "required": [WRAPPED],
            "additionalProperties": False,
        }
        if "$defs" in schema:
            outer["$defs"] = schema["$defs"]
        return cls(name, outer, kind, wrapped=True)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names at the top: the columns of a table of such objects."""
        return tuple(self.schema.get("properties", ())) or (WRAPPED,)

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The strict form that servers hold a model to; None when the shape has objects with any keys."""
        try:
            schema = strict(self.schema)
        except InvalidInput:
            return None
        return {"type": "json_schema", "json_schema": {"name": self.name, "strict": True, "schema": schema}}

    def read(self, text: str) -> tuple[Any, list[Problem]]:
        """The object in a reply's text, and what is wrong with it."""
        try:
            data = json_in(text)
        except ValueError as problem:
            return None, [Problem("", str(problem))]
        if self.wrapped:
            if not isinstance(data, Mapping) or WRAPPED not in data:
                data = {WRAPPED: data}  # written without its wrapping, which harms nobody
            data = data[WRAPPED]
        if self.kind is None:
            inner = self.schema["properties"][WRAPPED] if self.wrapped else self.schema
            data = without_nulls(inner, data)
            return data, check(inner, data, root=self.schema)
        value, problems = fit(self.kind, data)
        return value, list(problems)

    def cells(self, value: Any) -> tuple[Any, ...]:
        """The fields of one extracted object, in the order of `fields`."""
        if self.wrapped or not self.schema.get("properties"):
            return (value,)
        if isinstance(value, Mapping):
            return tuple(value.get(name) for name in self.fields)
        given = getattr(type(value), "model_fields", {})  # pydantic's, whose schema has the aliases as names
        names = {info.alias: name for name, info in given.items() if info.alias}
        return tuple(getattr(value, names.get(name, name), None) for name in self.fields)


def is_schema(wanted: Mapping[Any, Any]) -> bool:
    """Whether a dict is a JSON schema rather than `{"field": type}`, where the values are types."""
    kind = wanted.get("type")
    if isinstance(kind, str) or (isinstance(kind, list) and all(isinstance(item, str) for item in kind)):
        return True
    if any(isinstance(value, type) for value in wanted.values()):
        return False
    properties = wanted.get("properties")
    if isinstance(properties, Mapping) and not all(isinstance(part, Mapping) for part in properties.values()):
        return False
    return any(isinstance(wanted.get(word), str | list | Mapping) for word in _WORDS_OF_A_SCHEMA)


def json_in(text: str) -> Any:
    """The JSON in a text: all of it, what stands in a code fence, or the first object or list in it.

    Raises ValueError when there is none.

    >>> json_in('Here you are: {"a": 1}. Anything else?')
    {'a': 1}
    """
    for piece in (text, *(found[1] for found in _FENCE.finditer(text))):
        try:
            return json.loads(piece, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
    reader = json.JSONDecoder(parse_constant=_refuse)
    for start in islice(re.finditer(r"[{\[]", text), _STARTS):
        try:
            return reader.raw_decode(text, start.start())[0]
        except ValueError:
            continue
        except RecursionError:  # a wall of brackets: each of them would take as long
            break
    raise ValueError("there is no JSON in the answer" if text.strip() else "the answer is empty")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
