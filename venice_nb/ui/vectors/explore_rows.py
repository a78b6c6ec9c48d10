"""The rows of a matrix that are selected on its map: as a DataFrame, and the first of them to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.hits import Hits
    from venice_nb.results.matrix.matrix import EmbeddingMatrix

GROUPS = "group"  # what the groups are called among the columns
LISTED = 10  # rows that are drawn


def frame(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], hits: Hits | None, groups: Sequence[str | None] | None
) -> pd.DataFrame:
    """The rows by their labels: the score of the search that found them, text, group, metadata."""
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    columns: dict[Any, Any] = {}
    if hits is not None:
        columns["score"] = hits.scores
    if matrix.texts is not None:
        columns["text"] = [matrix.texts[row] for row in rows.tolist()]
    if groups is not None:
        columns[GROUPS] = groups
    made = pd.DataFrame(columns, index=matrix.index.take(rows))
    if matrix.metadata is None:
        return made
    rest = matrix.metadata.iloc[rows]
    whole: pd.DataFrame = pd.concat([made, rest[[name for name in rest if name not in made.columns]]], axis=1)
    return whole


def table(matrix: EmbeddingMatrix, rows: NDArray[np.int64], hits: Hits | None) -> list[html.Child]:
    """The first rows; nothing when there are none."""
    n, texts = len(rows), matrix.texts
    if not n:
        return []
    heads, cells = ["label"], []
    for row in rows[:LISTED].tolist():
        cells.append([text.short(str(matrix.index[row]), 40)])
        if texts is not None:
            cells[-1].append(text.short(texts[row], 160))
    if texts is not None:
        heads.append("text")
    if hits is not None:
        heads = ["score", *heads]
        cells = [[f"{score:.3f}", *row] for score, row in zip(hits.scores.tolist(), cells, strict=False)]
    more = f"; the first {LISTED} of them" * (n > LISTED)
    caption = f"{text.count(n)} row{'s' * (n != 1)} selected, in panel.selection{more}"
    return [html.table(heads, cells, caption=caption)]
