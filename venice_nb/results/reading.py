"""JSON as servers really send it: a missing field, a new one or another type never stops the reading."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def loads(content: bytes | str) -> Any:
    """The value that JSON text stands for. Raises ValueError when it is not JSON.

    NaN and lone surrogates, which strict parsers refuse, are read: the answer around them is paid for.
    """
    import orjson  # noqa: PLC0415  only when a reply is read

    try:
        return orjson.loads(content)
    except ValueError:
        text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else content
        try:
            return json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def dumps(value: Any, *, indent: bool = False) -> str:
    """JSON text; what JSON cannot hold becomes its text."""
    return json.dumps(value, ensure_ascii=False, default=str, indent=2 if indent else None)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def items(value: Any) -> Sequence[Any]:
    """The value if it is a list; a lone object or text as a list of one; nothing as an empty list."""
    if isinstance(value, list | tuple):
        return value
    return () if value is None or value == "" else (value,)


def string(value: Any) -> str:
    """The value if it is text, a number as text, else empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> float | None:
    """A finite number, also from plain decimal text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        # float() also takes "1_000", "nan" and digits of other scripts, which no server means
        if not value.isascii() or "_" in value:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def integer(value: Any) -> int:
    """A count; 0 when there is none, or it is negative or beyond all counting."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < 2**53 else 0


def flag(value: Any) -> bool:
    """True for `true` as JSON or as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")
