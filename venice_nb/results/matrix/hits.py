"""What a search found: a table of rows with their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.matrix.left_out import plain_label
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

SHOWN = 160  # characters of a text in the picture


@dataclass(frozen=True, repr=False, eq=False)
class Hits(Table):
    """The rows found, best first; those of several queries below each other.

    A table with the columns rank (from 1), score, label and text, then the metadata; for several queries
    `query` comes first.

    Attributes:
        queries: the texts asked for, or "vector 0" and so on.
        numbers: (m,) int64, which query found the row.
        positions: (m,) int64, the row of the matrix.
        scores: (m,) float32, its cosine with the query.
        labels: its label.
        texts: its text, or None where the matrix has none.
        metadata: its row of the frame that was embedded, or None.
        many: whether several queries were asked, if only of one.

    """

    queries: tuple[str, ...]
    numbers: NDArray[np.int64]
    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    labels: pd.Index[Any]
    texts: list[str] | None = None
    metadata: pd.DataFrame | None = None
    many: bool = False

    @classmethod
    def of(
        cls,
        matrix: EmbeddingMatrix,
        found: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]],
        queries: Sequence[str],
        *,
        many: bool,
    ) -> Self:
        """The rows of a matrix that were found for each query."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        empty = (np.empty(0, np.int64), np.empty(0, np.float32))
        positions = np.concatenate([empty[0], *(each for each, _ in found)])
        return cls(
            queries=tuple(queries),
            numbers=np.repeat(np.arange(len(found)), [len(each) for each, _ in found]),
            positions=positions,
            scores=np.concatenate([empty[1], *(each for _, each in found)]),
            labels=matrix.index.take(positions),
            texts=None if matrix.texts is None else [matrix.texts[each] for each in positions.tolist()],
            metadata=None if matrix.metadata is None else matrix.metadata.take(positions),
            many=many,
        )

    def split(self) -> list[Hits]:
        """The hits of each query on their own, in the order of the queries."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        parts = []
        for number, query in enumerate(self.queries):
            rows = np.flatnonzero(self.numbers == number)
            part = Hits(
                queries=(query,),
                numbers=np.zeros(len(rows), np.int64),
                positions=self.positions[rows],
                scores=self.scores[rows],
                labels=self.labels.take(rows),
                texts=None if self.texts is None else [self.texts[row] for row in rows.tolist()],
                metadata=None if self.metadata is None else self.metadata.take(rows),
            )
            parts.append(part)
        return parts

    def __len__(self) -> int:
        return len(self.positions)

    def _ranks(self) -> NDArray[np.int64]:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        first = np.searchsorted(self.numbers, self.numbers)
        return np.arange(1, len(self) + 1) - first

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        columns: dict[Any, Any] = {}
        if self.many:
            columns["query"] = [self.queries[number] for number in self.numbers.tolist()]
        columns |= {"rank": self._ranks(), "score": self.scores, "label": self.labels}
        if self.texts is not None:
            columns["text"] = self.texts
        for place, name in enumerate([] if self.metadata is None else self.metadata.columns):
            assert self.metadata is not None
            column = self.metadata.iloc[:, place]
            if name == "text" and self.texts is not None and column.tolist() == self.texts:
                continue  # the column that was embedded
            free = name
            while free in columns:
                free = f"{free}_"  # a column of the user's that is called as one of ours
            columns[free] = column.array
        return pd.DataFrame(columns)

    def _caption(self) -> str:
        asked = text.short(self.queries[0], 80) if len(self.queries) == 1 else f"{len(self.queries)} queries"
        return f"{text.count(len(self))} hit{'s' * (len(self) != 1)} for {asked}"

    def _head(self) -> tuple[str, ...]:
        return (*(("query",) if self.many else ()), "rank", "score", "label", *self._told())

    def _told(self) -> tuple[str, ...]:
        return ("text",) if self.texts is not None else ()

    def _row(self, position: int) -> tuple[str, ...]:
        number = int(self.numbers[position])
        asked = (text.short(self.queries[number], 40),) if self.many else ()
        told = (text.short(self.texts[position], SHOWN),) if self.texts is not None else ()
        rank = position - int((self.numbers < number).sum()) + 1
        label = text.short(str(plain_label(self.labels[position])), 60)
        return (*asked, str(rank), f"{self.scores[position]:.3f}", label, *told)

    def _numeric(self) -> tuple[int, ...]:
        return (1, 2) if self.many else (0, 1)

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        if column != self._numeric()[1]:
            return shown
        bar = html.tag("meter", min=0, max=1, value=f"{max(0.0, float(self.scores[position])):.3f}")
        return html.join(bar, " ", shown)
