"""Objects out of JSON: data is fitted to a Python type, and what does not fit is told with its path."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import math
import re
import typing
import uuid
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

from venice_nb.errors import InvalidInput
from venice_nb.shapes.fitting import Problem, check, shown
from venice_nb.shapes.schema import (
    DICTS,
    LISTS,
    SETS,
    enum_values,
    fields_of,
    is_pydantic,
    is_structured,
    is_typed_dict,
    is_union,
    unwrap,
)
from venice_nb.shapes.strictness import inline, without_nulls

_TEXTUAL = {
    dt.datetime: ("a date and time such as 2026-01-31T09:30:00", dt.datetime.fromisoformat),
    dt.date: ("a date such as 2026-01-31", dt.date.fromisoformat),
    dt.time: ("a time such as 09:30:00", dt.time.fromisoformat),
    decimal.Decimal: ("a decimal number", decimal.Decimal),
    uuid.UUID: ("a UUID", uuid.UUID),
}
_CONSTRAINTS = frozenset(
    {"pattern", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems"}
)
_WHOLE = re.compile(r"[+-]?\d{1,300}")
_NOTHING: Any = object()


def build(kind: Any, data: Any) -> Any:
    """`data` (parsed JSON) as a `kind`: nested dataclasses, enums, dates and so on are made.

    Small slips are forgiven: `3.0` and `"3"` for an int, `"true"` for a bool, the name of an enum's member,
    null for a field that has a default.

    Raises InvalidInput when it does not fit; its `issues` lists every problem with its path.
    """
    value, problems = fit(kind, data)
    if problems:
        raise InvalidInput(
            f"The data does not fit: {'; '.join(map(str, problems[:5]))}.",
            field=problems[0].path,
            value=data,
            issues=problems,
        )
    return value


def fit(kind: Any, data: Any, path: str = "") -> tuple[Any, tuple[Problem, ...]]:
    """`data` as a `kind` and nothing, or anything and the problems."""
    builder = _Builder()
    value = builder.make(kind, data, path)
    return value, tuple(builder.problems)


class _Builder:
    """One pass over the data. `exact` forgives nothing: it finds the member of a union that is meant."""

    def __init__(self, *, exact: bool = False) -> None:
        self.exact = exact
        self.problems: list[Problem] = []

    def miss(self, path: str, message: str) -> Any:
        self.problems.append(Problem(path, message))
        return _NOTHING

    def make(self, kind: Any, data: Any, path: str) -> Any:
        kind, words = unwrap(kind)
        before = len(self.problems)
        value = self._bare(kind, data, path)
        constraints = {key: word for key, word in words.items() if key in _CONSTRAINTS}
        if constraints and len(self.problems) == before:
            self.problems += check(constraints, data, path)
        return value

    def _bare(self, kind: Any, data: Any, path: str) -> Any:
        origin, args = typing.get_origin(kind), typing.get_args(kind)
        base = origin or kind
        if kind is Any or kind is object:
            return data
        if kind is None or kind is type(None):
            return None if data is None else self.miss(path, f"expected null, got {shown(data)}")
        if is_pydantic(kind):
            return self._pydantic(kind, data, path)
        if origin is Literal:
            return self._literal(args, data, path)
        if is_union(kind):
            return self._union(args, data, path)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return self._enum(kind, data, path)
        if kind is bool:
            return self._bool(data, path)
        if kind is int or kind is float:
            return self._number(kind, data, path)
        if kind is str:
            return data if isinstance(data, str) else self.miss(path, f"expected text, got {shown(data)}")
        if isinstance(kind, Hashable) and kind in _TEXTUAL:
            return self._textual(kind, data, path)
        if is_structured(kind):
            return self._structured(kind, data, path)
        if base is tuple and args and args[-1] is not Ellipsis:
            return self._tuple(args, data, path)
        if base is tuple or base in LISTS or base in SETS:
            return self._items(base, args, data, path)
        if base in DICTS:
            return self._mapping(args, data, path)
        raise InvalidInput(f"{getattr(kind, '__name__', kind)} cannot be made from JSON.", field=path)

    def _literal(self, values: tuple[Any, ...], data: Any, path: str) -> Any:
        for value in values:
            plain_value = value.value if isinstance(value, enum.Enum) else value
            if type(plain_value) is type(data) and plain_value == data:
                return value
        if not self.exact and isinstance(data, str):
            close = [value for value in values if isinstance(value, str) and value.lower() == data.lower()]
            if len(close) == 1:
                return close[0]
        allowed = ", ".join(shown(value.value if isinstance(value, enum.Enum) else value) for value in values)
        return self.miss(path, f"expected one of {allowed}, got {shown(data)}")

    def _enum(self, kind: type[enum.Enum], data: Any, path: str) -> Any:
        values = enum_values(kind)
        for member, value in zip(kind, values, strict=True):
            if type(value) is type(data) and value == data:
                return member
        if not self.exact and isinstance(data, str):
            close = [
                member
                for member, value in zip(kind, values, strict=True)
                if data.lower() in (member.name.lower(), str(value).lower())
            ]
            if len(close) == 1:
                return close[0]
        return self.miss(path, f"expected one of {', '.join(map(shown, values))}, got {shown(data)}")

    def _union(self, kinds: tuple[Any, ...], data: Any, path: str) -> Any:
        for exact in (True,) if self.exact else (True, False):
            for kind in kinds:
                trial = _Builder(exact=exact)
                value = trial.make(kind, data, path)
                if not trial.problems:
                    return value
        likely = [kind for kind in kinds if kind is not type(None)]
        if len(likely) > 1:
            likely = [kind for kind in likely if isinstance(data, dict) == _is_object(kind)]
        if data is not None and len(likely) == 1:
            return self.make(likely[0], data, path)
        names = ", ".join(str(getattr(kind, "__name__", kind)) for kind in kinds)
        return self.miss(path, f"expected one of {names}, got {shown(data)}")

    def _bool(self, data: Any, path: str) -> Any:
        if isinstance(data, bool):
            return data
        if not self.exact and isinstance(data, str) and data.lower() in ("true", "false"):
            return data.lower() == "true"
        return self.miss(path, f"expected true or false, got {shown(data)}")

    def _number(self, kind: type, data: Any, path: str) -> Any:
        if type(data) is kind:
            return data
        if not self.exact and isinstance(data, str):
            data = _number_in(data)
        if not self.exact and isinstance(data, int | float) and not isinstance(data, bool):
            if kind is float:
                return float(data) if abs(data) < 1e308 else self.miss(path, "the number is too large")
            if float(data).is_integer() if isinstance(data, float) else True:
                return int(data)
        expected = "a whole number" if kind is int else "a number"
        return self.miss(path, f"expected {expected}, got {shown(data)}")

    def _textual(self, kind: Any, data: Any, path: str) -> Any:
        expected, read = _TEXTUAL[kind]
        if kind is decimal.Decimal and isinstance(data, int | float) and not isinstance(data, bool):
            data = str(data)
        if isinstance(data, str):
            try:
                return read(data.strip())
            except (ValueError, decimal.InvalidOperation):
                if kind is dt.date and not self.exact:  # a date written with a time
                    return self._day(data, expected, path)
        return self.miss(path, f"expected {expected}, got {shown(data)}")

    def _day(self, data: str, expected: str, path: str) -> Any:
        try:
            return dt.datetime.fromisoformat(data.strip()).date()
        except ValueError:
            return self.miss(path, f"expected {expected}, got {shown(data)}")

    def _structured(self, kind: Any, data: Any, path: str) -> Any:
        base = typing.get_origin(kind) or kind
        fields = fields_of(kind)
        if isinstance(data, list) and issubclass(base, tuple) and len(data) == len(fields):
            data = {field.name: item for field, item in zip(fields, data, strict=True)}
        if not isinstance(data, Mapping):
            return self.miss(path, f"expected an object with {_names(fields)}, got {shown(data)}")
        before = len(self.problems)
        if self.exact:
            for name in data.keys() - {field.name for field in fields}:
                self.miss(_at(path, name), f"is not a field; there are {_names(fields)}")
        values = {}
        for field in fields:
            item = data.get(field.name, _NOTHING)
            absent = item is None and not field.required and fit(field.type, None)[1]
            if item is _NOTHING or absent:
                if field.required:
                    self.miss(_at(path, field.name), "is missing")
                continue
            values[field.name] = self.make(field.type, item, _at(path, field.name))
            limits = {key: word for key, word in field.keywords.items() if key in _CONSTRAINTS}
            if limits and item is not None:
                self.problems += check(limits, item, _at(path, field.name))
        if len(self.problems) > before:
            return _NOTHING
        if is_typed_dict(base):
            return values
        try:
            return base(**values)
        except Exception as problem:  # noqa: BLE001  whatever the user's own __post_init__ objects to
            return self.miss(path, f"{type(problem).__name__}: {problem}")

    def _tuple(self, kinds: tuple[Any, ...], data: Any, path: str) -> Any:
        kinds = () if kinds == ((),) else kinds
        if not isinstance(data, list | tuple) or len(data) != len(kinds):
            return self.miss(path, f"expected a list of {len(kinds)}, got {shown(data)}")
        return tuple(
            self.make(kind, item, f"{path}[{position}]")
            for position, (kind, item) in enumerate(zip(kinds, data, strict=True))
        )

    def _items(self, base: Any, args: tuple[Any, ...], data: Any, path: str) -> Any:
        if not isinstance(data, list | tuple):
            return self.miss(path, f"expected a list, got {shown(data)}")
        kind = args[0] if args else Any
        items = [self.make(kind, item, f"{path}[{position}]") for position, item in enumerate(data)]
        if base is tuple:
            return tuple(items)
        if base not in SETS:
            return items
        try:
            return frozenset(items) if base is frozenset else set(items)
        except TypeError:
            return self.miss(path, "holds something that cannot be in a set")

    def _mapping(self, args: tuple[Any, ...], data: Any, path: str) -> Any:
        if not isinstance(data, Mapping):
            return self.miss(path, f"expected an object, got {shown(data)}")
        if not args:
            return dict(data)
        lenient = _Builder()  # a key is always text in JSON, so "3" is what an int looks like
        made = {
            lenient.make(args[0], key, f"{path} key {shown(key)}"): self.make(
                args[1], item, _at(path, str(key))
            )
            for key, item in data.items()
        }
        self.problems += lenient.problems
        return made

    def _pydantic(self, kind: Any, data: Any, path: str) -> Any:
        if isinstance(data, kind):
            return data
        try:
            return kind.model_validate(without_nulls(inline(kind.model_json_schema()), data))
        except ValueError as problem:  # pydantic's ValidationError is one, and lists what it found
            listed = getattr(problem, "errors", None)
            if listed is None:
                return self.miss(path, str(problem))
            for item in listed():
                where = path
                for part in item["loc"]:
                    where = f"{where}[{part}]" if isinstance(part, int) else _at(where, str(part))
                self.miss(where, str(item["msg"]))
            return _NOTHING


def _number_in(text: str) -> Any:
    """The number a text holds, or the text: `"3"` is 3, `"2.50"` is 2.5, `"nan"` stays a text."""
    stripped = text.strip()
    if _WHOLE.fullmatch(stripped):
        return int(stripped)
    try:
        number = float(stripped)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _is_object(kind: Any) -> bool:
    bare = unwrap(kind)[0]
    return is_structured(bare) or is_pydantic(bare) or (typing.get_origin(bare) or bare) in DICTS


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _names(fields: Sequence[Any]) -> str:
    return ", ".join(field.name for field in fields)


def plain_data(value: Any) -> Any:
    """`value` as JSON can hold it: the reverse of `build`. What has no JSON form becomes its text."""
    if value is None or isinstance(value, bool | str):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, enum.Enum):
        return enum_values(type(value))[list(type(value)).index(value)]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if is_pydantic(type(value)):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain_data(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain_data(item) for name, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(plain_data(key)): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(item) for item in value]
    if isinstance(value, dt.date | dt.time):  # a datetime is a date
        return value.isoformat()
    for name in ("to_dict", "tolist", "item"):  # our results, NumPy arrays and scalars, pandas
        convert = getattr(value, name, None)
        if callable(convert) and not isinstance(value, type):
            try:
                return plain_data(convert())
            except (TypeError, ValueError):
                continue
    return str(value)
