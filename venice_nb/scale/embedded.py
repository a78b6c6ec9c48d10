"""What `scale.embed` gives back: the folder, its parts, what they cost and which rows have no vector."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed, static_mode
from venice_nb.results.money import Cost
from venice_nb.scale.parts import ERROR, VECTOR, blocks, digest

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.scale.parts import Part


@dataclass(frozen=True, repr=False, eq=False)
class Embedded(Displayed):
    """A folder of parts with vectors, as `scale.embed` left it.

    Attributes:
        folder: where the parts are.
        parts: the record of each part, in order.
        column: the column that was embedded.
        format: "parquet" or "lance".
        elapsed: seconds that the run took.
        venice: the client that text queries go to, or None.

    """

    folder: Path
    parts: tuple[Part, ...]
    column: Any = None
    format: str = "parquet"
    elapsed: float = 0.0
    venice: Any = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(part.rows for part in self.parts)

    @property
    def vectors(self) -> int:
        """How many of them have a vector."""
        return sum(part.vectors for part in self.parts)

    @property
    def failed(self) -> dict[str, int]:
        """How many have none, by reason."""
        total: Counter[str] = Counter()
        for part in self.parts:
            total.update(part.failed)
        return dict(sorted(total.items()))

    @property
    def skipped(self) -> int:
        """How many parts were finished before and left alone."""
        return sum(part.skipped for part in self.parts)

    @property
    def model(self) -> str:
        """The model that made the vectors."""
        return next((part.model for part in self.parts), "")

    @property
    def dims(self) -> int:
        """The length of a vector."""
        return next((part.dims for part in self.parts), 0)

    @property
    def tokens(self) -> int:
        """Tokens that this run paid for."""
        return sum(part.tokens for part in self.parts)

    @property
    def cost(self) -> Cost:
        """US dollars that this run paid. Batches of a worker that died are in `v.spend` of its machine."""
        return sum((part.cost for part in self.parts), Cost(0.0, "charged"))

    def search(self, query: Any, k: int = 5, *, min_score: float | None = None) -> Any:
        """The `k` rows most similar to the query: see `scale.search`."""
        from venice_nb.scale.finding import search  # noqa: PLC0415  they know each other

        return search(self, query, k, min_score=min_score)

    def errors(self, limit: int = 1000) -> pd.DataFrame:
        """The first rows without a vector: their part, place in it, label, columns and `error`."""
        found: list[pd.DataFrame] = []
        left = limit
        for part in self.parts:
            if not part.failed or left <= 0:
                continue
            start = 0
            for table in blocks(self.folder / part.file):
                there = pc.is_valid(table.column(ERROR))
                places = pc.indices_nonzero(there).to_numpy()[:left]
                rows = table.drop_columns([VECTOR]).take(places).to_pandas()
                rows.insert(0, "part", part.number)
                rows.insert(1, "place", places.astype("int64") + start)
                found.append(rows)
                left -= len(places)
                start += table.num_rows
        return pd.concat(found) if found else pd.DataFrame(columns=["part", "place", ERROR])

    def to_frame(self) -> pd.DataFrame:
        """One row for each part: rows, vectors, failures, tokens, dollars, bytes, checksum."""
        rows = [
            {
                "part": part.number,
                "file": part.file,
                "rows": part.rows,
                "vectors": part.vectors,
                "failed": sum(part.failed.values()),
                "skipped": part.skipped,
                "tokens": part.tokens,
                "usd": part.cost.usd,
                "bytes": part.size,
                "checksum": part.checksum,
            }
            for part in self.parts
        ]
        return pd.DataFrame(rows).set_index("part")

    def to_dask(self) -> Any:
        """The parts as a Dask DataFrame, read when it is computed."""
        import dask  # noqa: PLC0415  takes a second
        import dask.dataframe as dd  # noqa: PLC0415  likewise

        files = [self.folder / part.file for part in self.parts]
        with dask.config.set({"dataframe.convert-string": False}):  # or the vectors become texts
            return dd.from_map(_read, files, meta=_read(files[0]).iloc[:0])

    def damaged(self) -> list[str]:
        """The files that are not what was written, by their checksums. Reads all of them."""
        there = ((part, self.folder / part.file) for part in self.parts)
        return [part.file for part, file in there if not file.exists() or digest(file)[0] != part.checksum]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"venice": None}  # it has a key

    def __repr__(self) -> str:
        name = text.short(self.model, 80) or "model unknown"
        return f"<Embedded {text.count(self.vectors)} x {self.dims} in {len(self.parts)} parts, {name}>"

    def _facts(self) -> list[tuple[str, str]]:
        facts = [
            ("model", text.short(self.model, 80) or "unknown"),
            ("folder", text.short(self.folder.name, 80)),
        ]
        whole = sum(part.size for part in self.parts)
        facts.append(("parts", f"{text.count(len(self.parts))} of {self.format}, {text.bytes_(whole)}"))
        if self.skipped:
            facts.append(("finished before", f"{text.count(self.skipped)} parts"))
        if self.failed:
            facts.append(
                ("without a vector", ", ".join(f"{text.count(n)} {why}" for why, n in self.failed.items()))
            )
        facts += [("tokens", text.count(self.tokens)), ("cost", text.money(self.cost.usd))]
        if self.elapsed > 0 and not static_mode():
            facts.append(("time", text.seconds(self.elapsed)))
        return facts

    def _mimebundle(self) -> Bundle:
        head = (
            f"{text.count(self.vectors)} of {text.count(self.rows)} rows embedded, {self.dims} numbers each"
        )
        facts = self._facts()
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }


def _read(file: Path) -> pd.DataFrame:
    found: pd.DataFrame = pd.concat([table.to_pandas() for table in blocks(file)])
    return found
