"""From the cells of a table to texts, and from what came of them back to a table. Rows go by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import closest, refuse
from venice_nb.errors import plain
from venice_nb.frames.template import Template
from venice_nb.talk.extract import typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


def source(frame: pd.DataFrame, column: Any) -> Template:
    """The template that a column's name stands for, or the one that was written: `"{title}: {body}"`."""
    labels = list(frame.columns)
    if _among(column, labels):
        if sum(_same(column, label) for label in labels) == 1:
            return Template(("", ""), (column,), (str(column),))
        refuse(
            "column",
            column,
            "the name of one column",
            "Rename them: df.columns = [...].",
            what=f"The table has several columns called {plain(column, 60)!r}.",
        )
    if isinstance(column, str) and "{" in column:
        return Template.of(column, labels, field="column")
    guess = closest(column, map(str, labels)) if isinstance(column, str) else None
    do = f"Did you mean {guess!r}?" if guess else 'Name a column, or several: "{title}: {body}".'
    listed = ", ".join(plain(label, 40) for label in labels[:12]) or "none, the table has no columns"
    return refuse("column", column, f"one of {listed}", do)


def cells(frame: pd.DataFrame, template: Template) -> list[list[str] | str]:
    """The cells of each row as texts, in the order of the template; or why there are none, in words.

    A row with a missing or blank cell has nothing to ask; so has one whose cell is no text and gives none.
    """
    found: list[list[str] | str] = [[] for _ in range(len(frame))]
    for label, name in zip(template.labels, template.names, strict=True):
        column = frame[label]
        missing = column.isna().tolist()
        for position, value in enumerate(column.tolist()):
            row = found[position]
            if isinstance(row, str):
                continue
            text = None if missing[position] else _text(value)
            if text is None:
                found[position] = f"no text in {name}"
            else:
                row.append(text)
    return found


def flat(frame: pd.DataFrame) -> None:
    """Refuse a table whose columns have names of several levels: results would have no place in it."""
    if frame.columns.nlevels > 1:
        do = "Give it one level first: df.columns = ['_'.join(map(str, each)) for each in df.columns]."
        refuse("columns", f"{frame.columns.nlevels} levels", "column names of one level", do)


def target(template: Template, names: Sequence[str]) -> None:
    """Refuse columns for the result that would take the place of what they are made from."""
    for name in names:
        if not isinstance(name, str) or not name.strip():
            refuse("into", name, "the name of a column", 'Pass into="tone".')
        if _among(name, template.labels):
            what = f"into={plain(name, 60)!r} is the column that the answers are made from."
            refuse(
                "into",
                name,
                "another name",
                "The same cell run twice would work on its own results.",
                what=what,
            )


def joined(
    frame: pd.DataFrame, columns: Mapping[str, Sequence[Any]], told: Sequence[str | None], error: str
) -> pd.DataFrame:
    """A copy of the table with these columns and, last, the one that says what is wrong with each row."""
    import pandas as pd  # noqa: PLC0415  it is there: the frame is one

    made = frame.copy()
    for name, values in columns.items():
        made[name] = typed(pd.Series(list(values), index=frame.index, dtype="object"))
    made[error] = pd.Series(list(told), index=frame.index, dtype="object")  # None stays None
    return made


def _text(value: Any) -> str | None:
    """A cell as text; None when there is none in it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return None
    try:
        text = str.__str__(value) if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001  an object of the user's that cannot be written down
        return None
    return text if text.strip() else None


def _among(label: Any, labels: Sequence[Any]) -> bool:
    return any(_same(label, each) for each in labels)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
