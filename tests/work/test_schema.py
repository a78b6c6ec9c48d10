"""JSON schemas of Python types, and their strict form."""

# ruff: noqa: PYI061, UP007, UP045  the old spellings are tested too

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)

import pydantic
import pytest

from venice_nb.errors import InvalidInput
from venice_nb.shapes.fitting import check
from venice_nb.shapes.schema import schema_of, typed_dict
from venice_nb.shapes.strictness import strict

T = TypeVar("T")
UserId = NewType("UserId", int)


class Tone(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Opaque(enum.Enum):
    A = (1, 2)
    B = object()


@dataclass
class Point:
    """A point of the map.

    Attributes:
        x: to the east.
    """

    x: float
    y: float = 0.0
    label: str | None = field(
        default=None, metadata={"description": "shown beside it", "maxLength": 9, "own": 1}
    )
    hidden: int = field(default=1, init=False)


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


class Pair(NamedTuple):
    left: int
    right: str = "r"


@dataclass
class Node:
    name: str
    children: list[Node]


@dataclass
class Box(Generic[T]):
    items: list[T]
    first: T


class Model(pydantic.BaseModel):
    point: Point
    tone: Tone
    note: str = pydantic.Field("n", description="a remark")
    maybe: int | None = None


TYPES = [
    (str, {"type": "string"}),
    (int, {"type": "integer"}),
    (float, {"type": "number"}),
    (bool, {"type": "boolean"}),
    (None, {"type": "null"}),
    (Any, {}),
    (dt.datetime, {"type": "string", "format": "date-time"}),
    (dt.date, {"type": "string", "format": "date"}),
    (decimal.Decimal, {"type": "string", "format": "decimal"}),
    (uuid.UUID, {"type": "string", "format": "uuid"}),
    (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
    (Literal["a", 1, None], {"type": ["integer", "null", "string"], "enum": ["a", 1, None]}),
    (Literal[Tone.GOOD], {"type": "string", "enum": ["good"]}),
    (Tone, {"type": "string", "enum": ["good", "bad"]}),
    (Opaque, {"type": "string", "enum": ["A", "B"]}),
    (Optional[int], {"type": ["integer", "null"]}),
    (Optional[Tone], {"type": ["string", "null"], "enum": ["good", "bad", None]}),
    (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
    (Union[int, str, None], {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
    (list, {"type": "array"}),
    (list[int], {"type": "array", "items": {"type": "integer"}}),
    (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
    (set[int], {"type": "array", "uniqueItems": True, "items": {"type": "integer"}}),
    (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
    (
        tuple[int, str],
        {
            "type": "array",
            "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "prefixItems": [{"type": "integer"}, {"type": "string"}],
            "minItems": 2,
            "maxItems": 2,
        },
    ),
    (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    (Mapping, {"type": "object", "additionalProperties": True}),
    (UserId, {"type": "integer"}),
    (
        Annotated[int, "how many", {"minimum": 0}],
        {"type": "integer", "description": "how many", "minimum": 0},
    ),
    (
        Annotated[int, pydantic.Field(ge=1, description="d")],
        {"type": "integer", "description": "d", "minimum": 1},
    ),
    (
        Movie,
        {
            "type": "object",
            "properties": {"title": {"type": "string"}, "year": {"type": "integer"}},
            "required": ["title"],
            "additionalProperties": False,
        },
    ),
    (
        Pair,
        {
            "type": "object",
            "properties": {"left": {"type": "integer"}, "right": {"type": "string", "default": "r"}},
            "required": ["left"],
            "additionalProperties": False,
        },
    ),
]


@pytest.mark.parametrize(("kind", "schema"), TYPES, ids=[str(kind) for kind, _ in TYPES])
def test_a_type_has_this_schema(kind, schema):
    """Each Python type is written as the JSON schema beside it."""
    assert schema_of(kind) == schema


def test_a_dataclass_tells_all_it_knows():
    """Docstring, metadata and defaults of a dataclass are in its schema; fields that are not set are not."""
    assert schema_of(Point) == {
        "type": "object",
        "description": "A point of the map.",
        "properties": {
            "x": {"type": "number", "description": "to the east."},
            "y": {"type": "number", "default": 0.0},
            "label": {"type": ["string", "null"], "description": "shown beside it", "maxLength": 9},
        },
        "required": ["x"],
        "additionalProperties": False,
    }


def test_a_type_that_contains_itself_is_referred_to():
    """Recursion goes through $defs, and the checker follows it."""
    schema = schema_of(Node)
    assert schema["$ref"] == "#/$defs/Node"
    assert check(schema, {"name": "a", "children": [{"name": "b", "children": []}]}) == []
    [problem] = check(schema, {"name": "a", "children": [{"name": 1, "children": []}]})
    assert problem.path == "children[0].name"


def test_a_generic_dataclass_is_filled_in():
    """Box[int] has integers where Box has a type variable."""
    schema = schema_of(Box[int])
    assert schema["properties"]["items"]["items"] == {"type": "integer"}
    assert schema["properties"]["first"] == {"type": "integer"}


def test_a_pydantic_model_is_written_out():
    """References of a pydantic schema are replaced by what they refer to."""
    schema = schema_of(Model)
    assert "$defs" not in schema
    assert schema["properties"]["tone"]["enum"] == ["good", "bad"]
    assert schema["properties"]["note"]["description"] == "a remark"


def test_fields_in_a_dict_make_a_shape():
    """{"field": type} with nested dicts and one-item lists is a TypedDict."""
    schema = schema_of(typed_dict({"name": str, "tags": [str], "where": {"lat": float}}))
    assert schema["properties"]["tags"] == {"type": "array", "items": {"type": "string"}}
    assert schema["properties"]["where"]["properties"] == {"lat": {"type": "number"}}
    assert schema["required"] == ["name", "tags", "where"]


@pytest.mark.parametrize("kind", [bytes, complex, object(), "NoSuchName", type("Plain", (), {})])
def test_what_json_cannot_hold_is_refused_by_name(kind):
    """A type without a JSON form is InvalidInput, not a guess."""
    with pytest.raises(InvalidInput, match="no JSON schema"):
        schema_of(kind)


def test_a_name_that_cannot_be_looked_up_is_told():
    """An annotation under TYPE_CHECKING only is explained."""

    @dataclass
    class Broken:
        x: Missing  # noqa: F821

    with pytest.raises(InvalidInput, match="Missing"):
        schema_of(Broken)


def _closed(schema):
    """Whether every object inside is closed with all its fields required."""
    if isinstance(schema, list):
        return all(map(_closed, schema))
    if not isinstance(schema, dict):
        return True
    if "properties" in schema and isinstance(schema["properties"], dict) and schema.get("type"):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
    return all(_closed(value) for value in schema.values())


@pytest.mark.parametrize("kind", [Point, Movie, Pair, Node, Box[Point], Model, tuple[Point, Movie]])
def test_strict_closes_every_level(kind):
    """A strict schema has no optional field and no open object, at any depth."""
    assert _closed(strict(schema_of(kind)))


def test_strict_makes_optional_fields_nullable():
    """What may be left out may be null instead; what must be there may not."""
    properties = strict(schema_of(Movie))["properties"]
    assert properties["title"]["type"] == "string"
    assert properties["year"]["type"] == ["integer", "null"]
    assert "default" not in strict(schema_of(Pair))["properties"]["right"]


def test_strict_keeps_descriptions_of_nullable_unions():
    """A description stays outside the anyOf that makes a field nullable."""
    schema = {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "integer"}, {"type": "string"}], "description": "d"}},
    }
    assert strict(schema)["properties"]["a"] == {
        "anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}],
        "description": "d",
    }


@pytest.mark.parametrize("kind", [dict[str, int], list[dict], typed_dict({"a": dict[str, str]})])
def test_strict_refuses_open_objects(kind):
    """An object with any keys cannot be said strictly."""
    with pytest.raises(InvalidInput, match="any key"):
        strict(schema_of(kind))


def test_strict_does_not_change_what_it_is_given():
    """The schema passed in is the same afterwards."""
    schema = schema_of(Point)
    before = repr(schema)
    strict(schema)
    assert repr(schema) == before
