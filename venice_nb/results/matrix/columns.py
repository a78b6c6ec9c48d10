"""Labels and columns of a frame as lines of JSON and back, each of its type; nothing is ever unpickled."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain
from venice_nb.results.reading import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

_PLAIN = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")
_TIME = re.compile(r"(datetime|timedelta)64\[(s|ms|us|ns)(?:, (.+))?\]")
_NULLABLE = re.compile(r"boolean|U?Int(8|16|32|64)|Float(32|64)")
AS_TEXT = "convert it to text first, .astype(str), or write Parquet, which takes more: E.to_parquet(...)"
_NAMES = (str, int, float, bool, type(None))


def rows_of(
    matrix: EmbeddingMatrix,
) -> tuple[dict[str, Any], list[dict[str, Any]] | None, Iterator[bytes] | None]:
    """What the labels and the columns of the metadata are, and the lines that hold them, if it takes any.

    Raises InvalidInput for what a folder cannot hold.
    """
    index, columns = _packed_index(matrix.index) if matrix.labelled else ({}, [])
    about = None
    if matrix.metadata is not None:
        found = [packed(column, _named(column)) for _, column in matrix.metadata.items()]
        about = [kind for kind, _ in found]
        columns += [values for _, values in found]
    return index, about, lines(zip(*columns, strict=True)) if columns else None


def rows_digest(matrix: EmbeddingMatrix) -> str:
    """What tells labels and metadata from others; those of a list count as numbers from 0."""
    if not matrix.labelled:
        matrix = replace(matrix, index=matrix.index)
    index, about, rows = rows_of(matrix)
    digest = sha256(dumps([index, about]).encode("utf-8", "replace"))
    for chunk in rows or ():
        digest.update(chunk)
    return digest.hexdigest()


def savable(index: pd.Index[Any] | None, frame: pd.DataFrame | None) -> None:
    """Raises InvalidInput for labels and metadata that a folder cannot hold."""
    if index is not None:
        _packed_index(index if index.dtype == object else index[:1])
    for _, column in () if frame is None else frame.items():
        packed(column if column.dtype == object else column.iloc[:1], _named(column))


def lines(values: Iterable[Any]) -> Iterator[bytes]:
    """A line of JSON for each value, many together."""
    import orjson  # noqa: PLC0415  only when saving

    def line(value: Any) -> bytes:
        try:
            return orjson.dumps(value)
        except TypeError:  # half a surrogate pair, or a number of more than 64 bits
            import json  # noqa: PLC0415  hardly ever

            return json.dumps(value).encode()

    some: list[bytes] = []
    for value in values:
        some += (line(value), b"\n")
        if len(some) >= 10_000:
            yield b"".join(some)
            some.clear()
    yield b"".join(some)


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
        raise _refused(what, f"is of the type {plain(name, 60)}", AS_TEXT)
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
        raise _refused(what, f"holds a {plain(type(value).__name__, 60)}", AS_TEXT)


def _named(column: pd.Series[Any]) -> str:
    return f"metadata column {plain(column.name, 60)!r}"


def _packed_index(index: pd.Index[Any]) -> tuple[dict[str, Any], list[list[Any]]]:
    import pandas as pd  # noqa: PLC0415  there is an index, so it is loaded

    if isinstance(index, pd.RangeIndex):
        about, _ = packed(pd.Series([], dtype="int64", name=index.name), "the index")
        return {"range": [index.start, index.stop, index.step], "name": about["name"]}, []
    levels = [
        packed(index.get_level_values(level).to_series().reset_index(drop=True), "the index")
        for level in range(index.nlevels)
    ]
    return {"levels": [about for about, _ in levels]}, [values for _, values in levels]


def _refused(what: str, why: str, do: str) -> InvalidInput:
    return InvalidInput(f"{what} {why}, which cannot be saved", field=what, value=why, do=do)
