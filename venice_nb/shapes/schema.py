"""JSON schemas from Python types, for the arguments of tools and the shapes of extractions.

Understood: str int float bool None Any, Literal, Enum, Optional and Union, list set tuple dict and their
abstract kin, TypedDict, dataclass, NamedTuple, Annotated, pydantic models, date datetime time Decimal UUID.
Descriptions come from `Annotated[int, "..."]`, `field(metadata={"description": "..."})` and docstrings.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import types
import typing
import uuid
from collections import abc
from typing import Annotated, Any, Literal, TypedDict, TypeVar, Union

from venice_nb.errors import InvalidInput, plain
from venice_nb.shapes.docstrings import read_docstring
from venice_nb.shapes.strictness import Schema, inline, nullable

SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    dt.time: {"type": "string", "format": "time"},
    decimal.Decimal: {"type": "string", "format": "decimal"},
    uuid.UUID: {"type": "string", "format": "uuid"},
}
LISTS = (list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection)
SETS = (set, frozenset, abc.Set, abc.MutableSet)
DICTS = (dict, abc.Mapping, abc.MutableMapping)

# Keywords that `Annotated[..., {...}]` and `field(metadata={...})` may add to a schema.
KEYWORDS = frozenset(
    {"description", "title", "examples", "format", "pattern", "enum", "const", "multipleOf"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minLength", "maxLength", "minItems", "maxItems"}
)
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of a dataclass, TypedDict or NamedTuple. `keywords` are the schema's words about it."""

    name: str
    type: Any
    required: bool
    default: Any = dataclasses.MISSING
    keywords: Schema = dataclasses.field(default_factory=dict)


def schema_of(kind: Any) -> Schema:
    """The JSON schema of a Python type. Types that contain themselves go under `$defs`.

    Raises InvalidInput for a type JSON cannot hold, naming it.
    """
    writer = _Writer()
    schema = writer.write(kind)
    return {**schema, "$defs": writer.definitions} if writer.definitions else schema


def is_pydantic(kind: Any) -> bool:
    """Whether `kind` is a pydantic model class (told by its methods; pydantic is not imported)."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate")


def is_structured(kind: Any) -> bool:
    """Whether `kind` is a dataclass, a TypedDict or a NamedTuple with annotations, plain or generic."""
    kind = typing.get_origin(kind) or kind
    if not isinstance(kind, type):
        return False
    named_tuple = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return dataclasses.is_dataclass(kind) or named_tuple or is_typed_dict(kind)


def is_typed_dict(kind: Any) -> bool:
    """Whether `kind` is a TypedDict, of `typing` or of `typing_extensions`."""
    return hasattr(kind, "__required_keys__") and hasattr(kind, "__total__")


def fields_of(kind: Any) -> tuple[Field, ...]:
    """The fields of a dataclass, TypedDict or NamedTuple, in order, with what is said about each."""
    base = typing.get_origin(kind) or kind
    hints = resolve_hints(base)
    given = dict(zip(getattr(base, "__parameters__", ()), typing.get_args(kind), strict=False))
    said = read_docstring(base.__doc__).parameters
    fields = []
    for name, hint, required, default, metadata in _raw_fields(base, hints):
        words = {"description": said[name]} if name in said else {}
        words |= {key: value for key, value in metadata.items() if key in KEYWORDS}
        fields.append(Field(name, _substitute(hint, given), required, default, words))
    return tuple(fields)


def resolve_hints(target: Any) -> dict[str, Any]:
    """The annotations of a class or function with every name looked up.

    Raises InvalidInput when an annotation names something that is not there at run time.
    """
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception as problem:  # whatever evaluating the user's annotations raises
        name = getattr(target, "__qualname__", target)
        raise InvalidInput(
            f"The annotations of {name} cannot be read: {plain(problem, 200)}.",
            field=str(name),
            do="Import or define the types they name where the class or function is defined.",
        ) from problem


def unwrap(kind: Any) -> tuple[Any, Schema]:
    """`kind` without Annotated, Required, NotRequired, Final, NewType and aliases, and their words."""
    words: Schema = {}
    while True:
        origin = typing.get_origin(kind)
        if origin is Annotated:
            for extra in kind.__metadata__:
                words = {**_words(extra), **words}
            kind = kind.__origin__
        elif origin in (typing.Required, typing.NotRequired, typing.Final):
            kind = typing.get_args(kind)[0]
        elif hasattr(kind, "__supertype__"):  # NewType
            kind = kind.__supertype__
        elif type(kind).__name__ == "TypeAliasType":  # `type X = ...` of Python 3.12
            kind = kind.__value__
        elif isinstance(kind, TypeVar):
            kind = kind.__bound__ or Any
        else:
            return kind, words


def is_union(kind: Any) -> bool:
    """Whether `kind` is a Union in either spelling."""
    return typing.get_origin(kind) in (Union, types.UnionType)


def enum_values(kind: type[enum.Enum]) -> list[Any]:
    """How the members of an Enum look in JSON: their values, or their names when a value is not JSON."""
    values = [member.value for member in kind]
    as_json = all(isinstance(value, str | int | float | bool) for value in values)
    return values if as_json else [member.name for member in kind]


def typed_dict(fields: abc.Mapping[str, Any], name: str = "Fields") -> Any:
    """A TypedDict from `{"field": type}`; nested dicts and `[type]` stand for nested shapes and lists."""

    def kind(key: str, value: Any) -> Any:
        if isinstance(value, abc.Mapping):
            return typed_dict(value, key.title() or name)
        if isinstance(value, list) and len(value) == 1:
            return list[kind(key, value[0])]  # type: ignore[misc]  # a type made at run time
        if isinstance(value, str):  # typing would run it as code to find out what it names
            raise InvalidInput(
                f"{value!r} is a text, not a type.",
                field=key,
                value=value,
                do="Pass the type itself: str, int, float, bool, ...",
            )
        return value

    return TypedDict(name, {key: kind(key, value) for key, value in fields.items()})  # type: ignore[operator]


class _Writer:
    """Writes the schema of a type and remembers which types contain themselves."""

    def __init__(self) -> None:
        self.definitions: Schema = {}
        self._open: list[Any] = []

    def write(self, kind: Any) -> Schema:
        kind, words = unwrap(kind)
        return {**self._bare(kind), **words}

    def _bare(self, kind: Any) -> Schema:
        origin, args = typing.get_origin(kind), typing.get_args(kind)
        if kind is Any or kind is object:
            return {}
        if is_pydantic(kind):
            return inline(kind.model_json_schema())
        if isinstance(kind, abc.Hashable) and kind in SIMPLE:
            return dict(SIMPLE[kind])
        if origin is Literal:
            return _enumeration(list(args))
        if is_union(kind):
            return self._union(args)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return _enumeration(enum_values(kind))
        if is_structured(kind):
            return self._object(kind)
        base = origin or kind
        if base is tuple and args and args[-1] is not Ellipsis:
            return self._tuple(args)
        if base in LISTS or base is tuple:
            return {"type": "array", **({"items": self.write(args[0])} if args else {})}
        if base in SETS:
            return {"type": "array", "uniqueItems": True, **({"items": self.write(args[0])} if args else {})}
        if base in DICTS:
            return {"type": "object", "additionalProperties": self.write(args[1]) if args else True}
        raise InvalidInput(
            f"{_name(kind)} has no JSON schema.",
            field=_name(kind),
            do="Use str, int, float, bool, Literal, Enum, list, dict, a dataclass or a pydantic model.",
        )

    def _object(self, kind: Any) -> Schema:
        if kind in self._open:
            self.definitions.setdefault(_name(kind), {})
            return {"$ref": f"#/$defs/{_name(kind)}"}
        self._open.append(kind)
        properties, required = {}, []
        for field in fields_of(kind):
            properties[field.name] = {**field.keywords, **self.write(field.type), **field.keywords}
            if field.required:
                required.append(field.name)
            elif isinstance(field.default, str | int | float | bool) and not isinstance(
                field.default, enum.Enum
            ):
                properties[field.name]["default"] = field.default
        self._open.pop()
        schema = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
        summary = _own_summary(kind)
        if summary:
            schema["description"] = summary
        if _name(kind) in self.definitions:
            self.definitions[_name(kind)] = schema
            return {"$ref": f"#/$defs/{_name(kind)}"}
        return schema

    def _tuple(self, args: tuple[Any, ...]) -> Schema:
        if args == ((),):
            return {"type": "array", "maxItems": 0}
        items = [self.write(arg) for arg in args]
        # `items` says the same more loosely, for servers that do not know `prefixItems`.
        loose = [item for position, item in enumerate(items) if item not in items[:position]]
        either = loose[0] if len(loose) == 1 else {"anyOf": loose}
        size = {"minItems": len(items), "maxItems": len(items)}
        return {"type": "array", "items": either, "prefixItems": items, **size}

    def _union(self, args: tuple[Any, ...]) -> Schema:
        members: list[Schema] = []
        for arg in args:
            schema = self.write(arg)
            if schema not in members:
                members.append(schema)
        rest = [member for member in members if member != {"type": "null"}]
        if len(rest) == 1 and len(rest) < len(members):
            return nullable(rest[0])
        return {"anyOf": members}


def _enumeration(values: list[Any]) -> Schema:
    plain_values = [value.value if isinstance(value, enum.Enum) else value for value in values]
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    kinds = sorted({names[type(value)] for value in plain_values if type(value) in names})
    kind: Any = kinds[0] if len(kinds) == 1 else kinds
    return {"type": kind, "enum": plain_values} if kinds else {"enum": plain_values}


def _raw_fields(base: Any, hints: dict[str, Any]) -> abc.Iterator[tuple[str, Any, bool, Any, Any]]:
    if dataclasses.is_dataclass(base):
        for item in dataclasses.fields(base):
            if item.init:
                required = item.default is item.default_factory is dataclasses.MISSING
                yield item.name, hints.get(item.name, Any), required, item.default, item.metadata
    elif is_typed_dict(base):
        for name, hint in hints.items():
            # With postponed annotations Python 3.11 does not see NotRequired[...]: the hint itself decides.
            marked = {typing.Required: True, typing.NotRequired: False}.get(typing.get_origin(hint))
            required = name in base.__required_keys__ if marked is None else marked
            yield name, hint, required, dataclasses.MISSING, {}
    else:
        for name in base._fields:
            default = base._field_defaults.get(name, dataclasses.MISSING)
            yield name, hints.get(name, Any), default is dataclasses.MISSING, default, {}


def _substitute(hint: Any, given: dict[Any, Any]) -> Any:
    """`hint` with the type variables of a generic class replaced: `list[T]` of `Box[int]` is `list[int]`."""
    if not given:
        return hint
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given.get(item, item) for item in parameters)] if parameters else hint


def _words(extra: Any) -> Schema:
    """What one item of Annotated says: a description, schema keywords, or bounds (by duck typing)."""
    if isinstance(extra, str):
        return {"description": extra}
    if isinstance(extra, dict):
        return {key: value for key, value in extra.items() if key in KEYWORDS}
    words: Schema = {}
    description = getattr(extra, "description", None) or getattr(extra, "documentation", None)
    if isinstance(description, str):  # pydantic's Field(description=...), typing_extensions.Doc
        words["description"] = description
    for bound in (extra, *getattr(extra, "metadata", ())):  # annotated_types, bare or inside pydantic's Field
        words |= {
            word: getattr(bound, name)
            for name, word in _BOUNDS.items()
            if isinstance(getattr(bound, name, None), int | float)
        }
    return words


def _own_summary(kind: Any) -> str:
    base = typing.get_origin(kind) or kind
    doc = base.__doc__ or ""
    made = (
        doc.startswith(f"{base.__name__}(") or doc == dict.__doc__
    )  # written by dataclass, NamedTuple or dict
    return "" if made else read_docstring(doc).summary


def _name(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind))
