"""Which rows are meant: a mask, a Series of True and False, or a rule over the metadata."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

# What a rule may be made of. Nothing in it can write a file, load one or reach Python's own objects: a rule
# may come from a model or a web form.
_PARTS = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Invert,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.BitAnd, ast.BitOr,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
    ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple, ast.Attribute, ast.Call, ast.keyword,
)  # fmt: skip
_METHODS = frozenset({
    "abs", "between", "contains", "endswith", "fullmatch", "isin", "isna", "len", "lower", "match", "notna",
    "startswith", "strip", "upper",
})  # fmt: skip
_VIEWS = frozenset({"date", "day", "dayofweek", "dt", "hour", "minute", "month", "str", "year"})
_QUOTED = re.compile(r"`([^`\n]+)`")
_TEXTUAL = frozenset({"lower", "str", "strip", "upper"})  # what gives text again
_PATTERNS = frozenset({"contains", "fullmatch", "match"})
_REPEATS = frozenset("*+?{(")  # without them a pattern is tried in one go, whatever the text
LONGEST = 10_000  # characters of a rule


class ByLabel:
    """Rows by their labels: `E.loc["a"]` is a vector, `E.loc[["a", "b"]]` a matrix, and `E.loc["a":"c"]`."""

    def __init__(self, matrix: EmbeddingMatrix) -> None:
        self._matrix = matrix

    def __getitem__(self, labels: Any) -> Any:
        import numpy as np  # noqa: PLC0415  loads with the first vectors
        import pandas as pd  # noqa: PLC0415  only when there are labels

        places = pd.Series(np.arange(len(self._matrix)), self._matrix.index).loc[labels]
        return self._matrix[places] if isinstance(places, np.integer) else self._matrix.take(places)


def positions(matrix: EmbeddingMatrix, key: Any) -> NDArray[np.int64]:
    """The positions that a mask, a Series, a rule or a list of positions means."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    if not isinstance(key, str) and not hasattr(key, "reindex"):  # labels of pandas are no positions
        places = np.asarray(key)
        if not places.size:
            return np.empty(0, np.int64)
        if places.dtype.kind in "iu" and places.ndim == 1:
            return places.astype(np.int64)
    return np.flatnonzero(mask(matrix, key, field="rows"))


def mask(matrix: EmbeddingMatrix, given: Any, *, field: str = "filter") -> NDArray[np.bool_]:
    """(n,) True for the rows that are meant. A Series is aligned by its labels; a missing value is False.

    Raises InvalidInput for another length, other labels, values that are not True or False, or a rule that
    cannot be read.
    """
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    if isinstance(given, str):
        given = _ruled(matrix, given, field)
    kind = getattr(given, "dtype", None)
    if hasattr(given, "iloc") and given.ndim == 1:
        given = _aligned(matrix, given, field)
    found = np.asarray(given)
    if found.dtype == object:
        import pandas as pd  # noqa: PLC0415  only where a value may be missing

        found = np.where(pd.isna(found), False, found)
        if all(isinstance(one, bool | np.bool_) for one in found.ravel()):
            found = found.astype(bool)
    if found.dtype != bool or found.shape != (len(matrix),):
        shape = " x ".join(map(str, found.shape)) or "1"
        raise InvalidInput(
            f"{field} holds {shape} value{'s' * (shape != '1')} of the type {plain(kind or found.dtype, 40)}",
            field=field,
            allowed=f"{len(matrix)} values of True or False, one for each row",
            do='pass a mask such as df["year"] > 2020, or a rule such as "year > 2020"; '
            "E.loc[...] takes labels",
        )
    return found


def _aligned(matrix: EmbeddingMatrix, given: pd.Series[Any], field: str) -> Any:
    """The values of a Series in the order of the rows. It may have rows that the matrix left out."""
    if not given.index.equals(matrix.index):
        if not given.index.is_unique or not matrix.index.isin(given.index).all():
            raise InvalidInput(
                f"the labels of {field} are not those of the matrix",
                field=field,
                allowed="a Series with the labels of E.index, each once",
                do="pass a mask in the order of the rows: series.to_numpy()",
            )
        given = given.reindex(matrix.index)
    return given.astype(object).to_numpy() if given.dtype != bool else given.to_numpy()


def _ruled(matrix: EmbeddingMatrix, rule: str, field: str) -> pd.Series[Any]:
    """What `DataFrame.eval` makes of a rule over the metadata, `text` and the labels, `index`."""
    import pandas as pd  # noqa: PLC0415  only when there is a rule

    frame = pd.DataFrame(index=matrix.index) if matrix.metadata is None else matrix.metadata
    if matrix.texts is not None and "text" not in frame.columns and "text" in rule:
        frame = frame.assign(text=list(matrix.texts))
    names = [*dict.fromkeys(frame.columns), *(["text"] if matrix.texts is not None else ()), "index"]
    known = ", ".join(plain(name, 40) for name in dict.fromkeys(names))
    try:
        _check(rule, frame)
        # numexpr, where installed, knows no texts; local names are kept out
        found = frame.eval(rule, engine="python", local_dict={}, global_dict={})
    except Exception as error:  # pandas lets out whatever its parser and the columns raise
        raise InvalidInput(
            f"the rule cannot be read: {plain(error, 200)}",
            field=field,
            value=plain(rule, 200),
            allowed=f"a rule over these columns: {known}",
            do="write it as for DataFrame.query, such as \"year > 2020 and topic == 'tax'\"",
        ) from error
    if not isinstance(found, pd.Series):
        raise InvalidInput(
            "the rule does not give True or False for each row",
            field=field,
            value=plain(rule, 200),
            allowed=f"a rule over these columns: {known}",
            do="compare a column with something",
        )
    return found


def _check(rule: str, frame: pd.DataFrame) -> None:
    """Raises ValueError for a rule that is more than comparisons of columns, or could take without end."""
    if len(rule) > LONGEST:
        raise ValueError(f"a rule has at most {LONGEST:,} characters")
    levels = {str(name): frame.index.get_level_values(at) for at, name in enumerate(frame.index.names)}
    columns = {str(name): frame[name] for name in set(frame.columns)}
    named: dict[str, Any] = {"index": frame.index, **levels, **columns}

    def quoted(found: re.Match[str]) -> str:
        named[f"quoted_{found.start()}"] = named.get(found[1])
        return f"quoted_{found.start()}"

    try:
        parsed = ast.parse(_QUOTED.sub(quoted, rule.strip()), mode="eval")
    except SyntaxError as error:  # as of a @name, by which pandas would reach names outside
        why = "put the value into the rule, a rule has no @" if "@" in rule else str(error)
        raise ValueError(why) from error
    called = set()
    for node in ast.walk(parsed):
        if not isinstance(node, _PARTS):
            raise ValueError(f"a rule has no {type(node).__name__}")  # noqa: TRY004  it is a value to whoever wrote it
        if isinstance(node, ast.Call):
            called.add(id(node.func))
            if not isinstance(node.func, ast.Attribute) or node.func.attr not in _METHODS:
                raise ValueError(f"a rule may call {', '.join(sorted(_METHODS))}")
            if node.func.attr in _PATTERNS:
                _check_pattern(node)
        elif isinstance(node, ast.Attribute) and id(node) not in called and node.attr not in _VIEWS:
            raise ValueError(f"a rule may not ask for .{node.attr}")
        elif (
            isinstance(node, ast.BinOp)
            and not isinstance(node.op, ast.BitAnd | ast.BitOr)
            and (_textual(node.left, named) or _textual(node.right, named))
        ):  # & and | are what pandas reads as `and` and `or`
            raise ValueError("a rule reckons with numbers, not with texts or lists")


def _textual(node: ast.AST, named: dict[str, Any]) -> bool:
    """Whether this may be text or a list, which `*`, `%` and `+` make as long as they are told to."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Name):
        return getattr(getattr(named.get(node.id), "dtype", None), "kind", "O") not in "biufmM"
    if isinstance(node, ast.Call):
        return _textual(node.func, named)
    if isinstance(node, ast.Attribute):
        return node.attr in _TEXTUAL
    if isinstance(node, ast.BinOp):
        return _textual(node.left, named) or _textual(node.right, named)
    return isinstance(node, ast.List | ast.Tuple)


def _check_pattern(call: ast.Call) -> None:
    """Raises ValueError for a regular expression that some text could keep busy for ever."""
    options = {word.arg: word.value for word in call.keywords}
    pattern = call.args[0] if call.args else options.get("pat")
    if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str):
        raise ValueError("a pattern is written out, between quotes")  # noqa: TRY004  likewise
    plain_ = options.get("regex")
    if isinstance(plain_, ast.Constant) and plain_.value is False:
        return
    if _REPEATS & set(pattern.value):
        raise ValueError(
            "a pattern in a rule is without * + ? { and (: say regex=False where they mean themselves, "
            "or pass a mask, df['text'].str.contains(...)"
        )
