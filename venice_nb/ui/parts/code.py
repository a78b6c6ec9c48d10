"""Calls written down as the Python that makes them."""

from __future__ import annotations

import ast
import json
from typing import Any

from venice_nb.render import text

WIDTH = 100  # characters of a line of a cell


class Name(str):
    """An expression that is written as it stands."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def call(name: str, *given: Any, **options: Any) -> str:
    """`name(given, option=value)`, over several lines where one is too long. What is None is left out."""
    parts = [literal(value) for value in given]
    parts += [f"{key}={literal(value)}" for key, value in options.items() if value is not None]
    one = f"{name}({', '.join(parts)})"
    if len(one) <= WIDTH or len(parts) < 2:
        return one
    return "\n".join([f"{name}(", *(f"    {part}," for part in parts), ")"])


def uploaded(name: str) -> str:
    """The line before a call that names a file of the reader's own machine."""
    return f"# {text.short(name, 200)} was uploaded: put the file beside the notebook"


def literal(value: Any) -> str:
    """A value as Python reads it."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return quoted if _reads(quoted) == value else repr(value)
    if isinstance(value, list | tuple):
        inside = ", ".join(literal(each) for each in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    return repr(value)


def _reads(source: str) -> Any:
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return None
