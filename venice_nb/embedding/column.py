"""The rows to embed, out of whatever holds them: texts, labels, other columns, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, count, islice
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from venice_nb.calls.check import closest, refuse, shown
from venice_nb.calls.talk.messages import tokens
from venice_nb.calls.vectors.embeddings import NAMED, check_rows, is_missing
from venice_nb.errors import InvalidInput, plain
from venice_nb.results.matrix.left_out import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.catalogue import Model

Blank = Literal["skip", "raise"]
WHOLE = 1 << 62  # rows; more than any column has
BLOCK = 4096  # rows looked at together
LOAD = 1 << 28  # characters that are held together


@dataclass(frozen=True, slots=True)
class Column:
    """Rows with a text, in their order, and what is known about them.

    Attributes:
        texts: the text of each row that has one.
        positions: its place among the rows that were given.
        left_out: place and reason of each row without a text: "missing" or "blank".
        index: the labels of all rows that were given; None for a plain list.
        frame: the other columns of all rows that were given, or None.

    """

    texts: list[str]
    positions: Sequence[int]
    left_out: list[tuple[int, str]]
    index: pd.Index[Any] | None = None
    frame: pd.DataFrame | None = None

    def label(self, position: int) -> Any:
        """The label of a row that was given, by its place."""
        return position if self.index is None else plain_label(self.index[position])

    def row_label(self, row: int) -> Any:
        """The label of a row with a text, by its number among those."""
        return self.label(self.positions[row])


@dataclass(frozen=True, slots=True)
class Source:
    """The cells of a column, not looked at yet.

    Attributes:
        cells: a list, tuple, array or Series, or an iterator of cells still to come.
        count: how many there are; None for an iterator.
        index: their labels; None where they have none.
        frame: the other columns, or None.

    """

    cells: Any
    count: int | None
    index: pd.Index[Any] | None = None
    frame: pd.DataFrame | None = None

    def pieces(self, size: int) -> Iterator[tuple[int, list[Any]]]:
        """The cells in pieces of about `size`, less where texts are long, and the place of the first."""
        start, load = 0, 0
        some: list[Any] = []
        for block in self._blocks(min(size, BLOCK)):
            some += block
            load += sum(len(cell) for cell in block if isinstance(cell, str))
            if len(some) >= size or load >= LOAD:
                yield start, some
                start, load, some = start + len(some), 0, []
        if some:
            yield start, some

    def whole(self, *, blank: Blank = "skip", model: Model | None = None) -> Column:
        """All rows at once. Raises what reading raises, and when no row has a text."""
        cells = [cell for block in self._blocks(WHOLE) for cell in block]
        if not cells:
            _refuse_empty("data is an iterator that gave nothing: perhaps it was read before.")
        read = self.read(cells, blank=blank, model=model)
        if not read.texts:
            _refuse_blank(read)
        return read

    def _blocks(self, size: int) -> Iterator[list[Any]]:
        rows = getattr(self.cells, "iloc", self.cells)
        for start in count(0, size):
            some = list(islice(rows, size)) if self.count is None else rows[start : start + size]
            some = some.tolist() if hasattr(some, "tolist") else list(some)
            if not some:
                return
            yield some

    def read(
        self, cells: list[Any], start: int = 0, *, blank: Blank = "skip", model: Model | None = None
    ) -> Column:
        """The rows of a piece: those with a text, and those without.

        Raises InvalidInput, naming rows by their labels, for a text that is too long for `model` or that
        UTF-8 cannot carry, for what is no text, and with `blank="raise"` for a row without one.
        """
        left_out = [(start + row, reason) for row, reason in _without_text(cells)]
        positions: Sequence[int] = range(start, start + len(cells))
        if left_out:
            there = bytearray(b"\1") * len(cells)
            for position, _ in left_out:
                there[position - start] = 0
            cells, positions = list(compress(cells, there)), list(compress(positions, there))
        read = Column(cells, positions, left_out, self.index, self.frame)
        if left_out and blank == "raise":
            _refuse_blank(read)
        if cells:
            check_rows(cells, model, field="data", label=read.row_label)
        if set(map(type, cells)) - {str}:  # NumPy's own texts, for one
            cells[:] = [str.__str__(each) for each in cells]
        return read


def open_column(data: Any, column: Any = None) -> Source:
    """Where the cells of a text, list, array, iterator, Series, or of a column of a DataFrame are.

    Raises InvalidInput for what is no column, an empty one, and labels that stand twice.
    """
    frame = None
    if hasattr(data, "columns") and hasattr(data, "iloc"):
        name = _text_column(data) if column is None else _named_column(data, column)
        frame = data.drop(columns=[name])
        data = data[name]
    elif column is not None:
        do = "Leave it out, or pass the frame; of another kind of frame pass the column: data['text']."
        refuse("column", column, "left out unless data is a DataFrame of pandas", do)
    if isinstance(data, str):
        return Source([data], 1)
    if isinstance(data, Iterator):
        return Source(data, None)
    if not isinstance(data, list | tuple) and not (hasattr(data, "tolist") and getattr(data, "ndim", 0) == 1):
        listed = getattr(data, "to_list", getattr(data, "to_pylist", None))  # columns of polars and of Arrow
        if not callable(listed) or isinstance(data, type):
            do = "Pass a list of texts; a column of a table is df['column']."
            allowed = "a text, a list of texts, a Series, or a DataFrame of pandas with a text column"
            refuse("data", data, allowed, do)
        data = listed()
    if not len(data):
        _refuse_empty(f"data is an empty {type(data).__name__}.")
    index = getattr(data, "index", None)
    index = None if callable(index) else index
    if index is not None and not index.is_unique:
        twice = index[index.duplicated()].unique()
        refuse(
            "data",
            plain(twice[0], 60),
            "an index in which every label stands once",
            "Number the rows anew: df = df.reset_index(drop=True).",
            what=f"The index has {len(twice)} label{'s' * (len(twice) != 1)} more than once, such as "
            f"{shown(twice[0])}: results could not be put beside their rows.",
        )
    return Source(data, len(data), index, frame)


def factorize(
    texts: list[str],
) -> tuple[list[str], NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """The different texts in order; for each text which it is; for each different one its first row.

    None and None where no text stands twice.
    """
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    number: dict[str, int] = {}
    codes = [number.setdefault(text, len(number)) for text in texts]
    if len(number) == len(texts):
        return texts, None, None
    which = np.array(codes, np.int64)
    return list(number), which, np.unique(which, return_index=True)[1]


def _text_column(frame: pd.DataFrame) -> Any:
    """The one column of texts."""
    found = [name for at, name in enumerate(frame.columns) if holds_text(frame.iloc[:, at])]
    if not len(frame) and len(frame.columns):
        _refuse_empty("The frame has no rows.")
    if len(found) != 1:
        names = ", ".join(plain(repr(name), 60) for name in (found or list(frame.columns))[:NAMED])
        there = f"no column of text among {names}" if names else "no columns"
        do = "Turn a column into text: df['name'].astype(str)." if names else "Pass another frame."
        if found:
            there, do = f"{len(found)} columns of text: {names}", "Say which one: column='name'."
        refuse("column", None, "the name of a column of text", do, what=f"The frame has {there}.")
    return _named_column(frame, found[0])


def holds_text(column: pd.Series[Any]) -> bool:
    """Whether all cells that are not missing are texts, and there are some."""
    from pandas.api.types import infer_dtype  # noqa: PLC0415  there is a frame, so pandas is loaded

    return infer_dtype(column.dropna(), skipna=True) == "string"


def _named_column(frame: pd.DataFrame, name: Any) -> Any:
    names = list(frame.columns)
    if name not in names:
        near = closest(name, [str(each) for each in names])
        known = ", ".join(plain(repr(each), 60) for each in names[:20])
        do = (
            f"Did you mean {near!r}?" if near else f"Take one of {known}." if names else "Pass another frame."
        )
        refuse("column", name, known or "a column of the frame", do, what=f"There is no column {name!r}.")
    if names.count(name) > 1:
        do = "Rename them: df.columns = [...]."
        refuse(
            "column",
            name,
            "a name that one column has",
            do,
            what=f"{names.count(name)} columns are called {name!r}.",
        )
    return name


def unfit(cell: Any, most: int) -> str:
    """Why a cell cannot be sent to a model that reads so many tokens; empty when it can."""
    if not isinstance(cell, str):
        return "missing" if is_missing(cell) else "not a text"
    if not cell or cell.isspace():
        return "blank"
    if tokens(len(cell)) > most:
        return "too long"
    try:
        cell.encode()
    except UnicodeEncodeError:
        return "not Unicode"
    return ""


def _without_text(cells: list[Any]) -> list[tuple[int, str]]:
    """Place and reason of each row without a text."""
    found = []
    for position, cell in enumerate(cells):
        if isinstance(cell, str):
            if not cell or cell.isspace():
                found.append((position, "blank"))
        elif is_missing(cell):
            found.append((position, "missing"))
    return found


def _refuse_empty(what: str) -> NoReturn:
    do = "Check the filter or the file that the rows come from."
    refuse("data", "nothing", "one text or more", do, what=what)


def _refuse_blank(read: Column) -> None:
    named = [plain(read.label(position), 60) for position, _ in read.left_out]
    names = ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")
    told = f"row {names} is" if len(named) == 1 else f"rows {names} are"
    raise InvalidInput(
        f"data: {told} missing or blank." if read.texts else "data: no row has a text.",
        field="data",
        value=f"rows {names}",
        allowed="a text that is not blank",
        do="Leave these rows out: df = df.dropna(subset=[...]). Or pass blank='skip'."
        if read.texts
        else "Check what the column comes from.",
        rows=tuple(position for position, _ in read.left_out),
    )
