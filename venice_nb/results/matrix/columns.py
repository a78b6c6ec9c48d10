"""Columns of a frame as JSON and back, each with the type it had; nothing is ever unpickled."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_PLAIN = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")
_TIME = re.compile(r"(datetime|timedelta)64\[(s|ms|us|ns)(?:, (.+))?\]")
_NULLABLE = re.compile(r"boolean|U?Int(8|16|32|64)|Float(32|64)")
_NAMES = (str, int, float, bool, type(None))


def packed(values: pd.Series[Any], what: str) -> tuple[dict[str, Any], list[Any]]:
    """What a column is, and its values as JSON can hold them. Raises InvalidInput for what JSON cannot."""
    import pandas as pd  # noqa: PLC0415  there is a column, so it is loaded

    if not isinstance(values.name, _NAMES):
        raise _refused(what, f"is called {plain(values.name, 60)}", "rename it: a text or a number")
    about: dict[str, Any] = {"name": values.name, "dtype": str(values.dtype)}
    name = about["dtype"]
    if isinstance(values.dtype, pd.CategoricalDtype):
        kinds, members = packed(pd.Series(values.cat.categories, name=None), what)
        about |= {
            "dtype": "category",
            "ordered": bool(values.cat.ordered),
            "of": kinds,
            "categories": members,
        }
        return about, values.cat.codes.tolist()
    if time := _TIME.fullmatch(name):
        about |= {"dtype": time[1], "unit": time[2], "zone": time[3]}
        return about, values.to_numpy(f"{time[1]}64[{time[2]}]").view("int64").tolist()
    if _PLAIN.fullmatch(name):
        return about, list(map(_number, values.tolist())) if name.startswith("float") else values.tolist()
    missing = values.isna().to_numpy()
    items = [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]
    if isinstance(values.dtype, pd.StringDtype):
        return about | {"dtype": "string" if values.dtype.na_value is pd.NA else "str"}, items
    if _NULLABLE.fullmatch(name):
        return about, list(map(_number, items))
    if values.dtype != object:
        raise _refused(what, f"is of the type {plain(name, 60)}", "convert it to text first: .astype(str)")
    for value in items:
        _check(value, what)
    return about, items


def unpacked(about: dict[str, Any], values: Sequence[Any]) -> pd.Series[Any]:
    """The column that `packed` packed. Raises ValueError, TypeError or KeyError for what it did not."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pandas as pd  # noqa: PLC0415  there is a column, so it is loaded

    kind, name = about["dtype"], about["name"]
    if kind == "category":
        categories = pd.Index(unpacked(about["of"], about["categories"]))
        codes = pd.Categorical.from_codes(values, categories, ordered=about["ordered"])
        return pd.Series(codes, name=name)
    if kind in {"datetime", "timedelta"}:
        array = np.array(values, "int64").view(f"{kind}64[{about['unit']}]")
        column: pd.Series[Any] = pd.Series(array, name=name)
        if about["zone"]:
            column = column.dt.tz_localize("UTC").dt.tz_convert(about["zone"])
        return column
    if kind == "object":
        return pd.Series(np.fromiter(values, object, len(values)), name=name, dtype=object)
    if kind not in {"str", "string"} and not _PLAIN.fullmatch(kind) and not _NULLABLE.fullmatch(kind):
        raise ValueError(f"no column is of the type {kind}")
    if "float" in kind.lower():
        values = [math.nan if value is None and kind[0] == "f" else _float(value) for value in values]
    plain_column: pd.Series[Any] = pd.Series(values, dtype=kind, name=name)
    return plain_column


def _number(value: Any) -> Any:
    """JSON has no infinity; NaN becomes null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if value != value else str(value)  # noqa: PLR0124  NaN is not itself
    return value


def _float(value: Any) -> Any:
    return float(value) if value in {"inf", "-inf"} else value


def _check(value: Any, what: str, depth: int = 0) -> None:
    """Raises InvalidInput for a value that would come back as another one."""
    if isinstance(value, dict) and depth < 20 and all(type(key) is str for key in value):
        for item in value.values():
            _check(item, what, depth + 1)
    elif type(value) is list and depth < 20:
        for item in value:
            _check(item, what, depth + 1)
    elif type(value) is float and not math.isfinite(value):
        raise _refused(what, f"holds {value}", "replace it, or make the column one of numbers")
    elif value is not None and type(value) not in {str, int, float, bool}:
        raise _refused(
            what, f"holds a {plain(type(value).__name__, 60)}", "convert it to text first: .astype(str)"
        )


def _refused(what: str, why: str, do: str) -> InvalidInput:
    return InvalidInput(f"{what} {why}, which cannot be saved", field=what, value=why, do=do)
