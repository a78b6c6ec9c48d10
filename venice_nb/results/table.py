"""A table that is a DataFrame to work with and a short, safe picture to look at."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed, static_mode
from venice_nb.results import saving
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

ROWS = 25  # rows drawn; the frame has all
_WHOLE = ".to_frame() has all"

# A cell that begins so is run as a formula when a spreadsheet opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


@dataclass(frozen=True, repr=False, eq=False)
class Table(Displayed):
    """What the tables share. Columns, attributes and methods of the frame can be used on the table itself."""

    headers: Headers = field(default_factory=Headers, kw_only=True)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @abstractmethod
    def _frame(self) -> pd.DataFrame:
        """All rows and columns."""

    @abstractmethod
    def _caption(self) -> str:
        """What the table is, in one line."""

    @abstractmethod
    def _head(self) -> tuple[str, ...]:
        """The columns of the picture."""

    @abstractmethod
    def _row(self, position: int) -> tuple[str, ...]:
        """One row of the picture, as clean text."""

    @abstractmethod
    def __len__(self) -> int: ...

    def _numeric(self) -> tuple[int, ...]:
        """Columns of the picture that are set flush right."""
        return ()

    def _cell(self, position: int, column: int, shown: str) -> html.Child:  # noqa: ARG002  for those that link
        """A cell of the picture; plain text unless overridden."""
        return shown

    @cached_property
    def df(self) -> pd.DataFrame:
        """The whole table; made once, change a copy of it."""
        return framed(self._frame)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the whole table, yours to change."""
        return self.df.copy()

    def to_dict(self) -> list[dict[str, Any]]:
        """One dict per row."""
        return [{str(name): value for name, value in row.items()} for row in self.df.to_dict("records")]

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes all rows as `.csv` or `.json`. Text that a spreadsheet would run as a formula is quoted.

        Never replaces a file unasked.
        """
        kind = type(self).__name__.lower()
        default = saving.named(kind, *map(str, self.df.iloc[:, 0])) + ".csv"
        suffixes = (".csv", ".json")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)
        content = framed(lambda: self.df.map(unformula)).to_csv(index=False)
        return saving.write(path, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def __getitem__(self, key: Any) -> Any:
        return self.df[key]

    def __getattr__(self, name: str) -> Any:
        # pickle and copy look for names before there are fields, and a private name is never a column;
        # every answer is asked for its tokens and cost, which must not load pandas
        if name.startswith("_") or name in {"usage", "cost"}:
            raise AttributeError(name)
        return getattr(self.df, name)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *map(str, self.df.columns)})

    def __iter__(self) -> Iterator[Any]:
        return iter(self.df)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "df"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return self._mimebundle()["text/plain"]

    def _mimebundle(self) -> Bundle:
        head, rows, caption = self._head(), self._first_rows(), self._heading()
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        right = self._numeric()
        lines = [
            "  ".join(
                cell.rjust(width) if i in right else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (head, *rows)
        ]
        return {"text/plain": "\n".join([caption, *lines]), "text/html": html.page(self.drawn())}

    def drawn(self, *first: str, whole: str = _WHOLE) -> html.Html:
        """The picture, for use inside a page; columns named here come right after the first.

        `whole` tells, below a table that is cut short, where all of it is.
        """
        head, right = self._head(), self._numeric()
        order = sorted(range(len(head)), key=lambda column: column > 0 and head[column] not in first)
        cells = (
            [self._cell(position, column, row[column]) for column in order]
            for position, row in enumerate(self._first_rows())
        )
        numeric = [place for place, column in enumerate(order) if column in right]
        return html.table(
            [head[column] for column in order], cells, caption=self._heading(whole), numeric=numeric
        )

    def _first_rows(self) -> list[tuple[str, ...]]:
        return [self._row(position) for position in range(min(len(self), ROWS))]

    def _heading(self, whole: str = _WHOLE) -> str:
        caption = text.clean(self._caption())
        if len(self) <= ROWS:
            return caption
        return f"{caption}; showing {ROWS} of {text.count(len(self))}, {whole}"


def day(date: str) -> str:
    """The day of a list, for a caption; left out where a saved notebook must be the same tomorrow."""
    return f", as of {date}" if date and not static_mode() else ""


def framed(make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What `make` gives, also with half a character in a text, which PyArrow does not hold."""
    try:
        return make()
    except UnicodeEncodeError:
        import pandas as pd  # noqa: PLC0415  loaded by `make`

        with pd.option_context("mode.string_storage", "python"):
            return make()


def unformula(value: Any) -> Any:
    """A cell of a `.csv` file that no spreadsheet runs."""
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone one is not quoted, and begins a row
    return f"'{value}" if value.startswith(_FORMULA) else value
