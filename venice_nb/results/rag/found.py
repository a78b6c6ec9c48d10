"""What a search in documents found: passages with their place and what each retriever made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.rag.passage import SHOWN, WHOLE, frame
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from venice_nb.results.rag.passage import Passage


@dataclass(frozen=True, slots=True)
class Share:
    """What one retriever made of a passage.

    Attributes:
        rank: its place in that retriever's list, from 1.
        score: the retriever's own: a cosine from -1 to 1, or BM25 from 0 up.
        points: what it adds to the score of the passage.

    """

    rank: int
    score: float
    points: float


@dataclass(frozen=True, slots=True, repr=False)
class Hit(Displayed):
    """A passage that was found.

    Attributes:
        passage: the passage.
        position: its place among all passages, from 0.
        rank: its place among those found, from 1.
        score: what it is ranked by: the sum of the points of the retrievers.
        vector: what the vectors made of it; None where they did not find it or were not asked.
        keyword: likewise the keywords.
        rerank: how well it answers, from 0 to 3, as the reranking model said; None where none was asked.

    """

    passage: Passage
    position: int
    rank: int
    score: float
    vector: Share | None = None
    keyword: Share | None = None
    rerank: int | None = None

    def __repr__(self) -> str:
        return f"<Hit {self.rank}, score {self.score:.4f}: {self.passage!r}>"

    def _mimebundle(self) -> Bundle:
        scores = [("score", f"{self.score:.4f}")]
        for name, share in (("vector", self.vector), ("keyword", self.keyword)):
            scores += [(name, placed(share))] if share is not None else []
        scores += [("reranked", f"{self.rerank} of 3")] if self.rerank is not None else []
        head, said = f"{self.rank}. {self.passage.place}", text.clean(self.passage.text, WHOLE)
        lines = [head, *(f"  {name}: {value}" for name, value in scores), "", said]
        card = html.card(head, html.facts(scores), html.plain(said))
        return {"text/plain": "\n".join(lines), "text/html": html.page(card)}

    def to_dict(self) -> dict[str, Any]:
        """Rank and scores by name."""
        return {
            "rank": self.rank,
            "score": self.score,
            "vector_rank": self.vector and self.vector.rank,
            "vector_score": self.vector and self.vector.score,
            "keyword_rank": self.keyword and self.keyword.rank,
            "keyword_score": self.keyword and self.keyword.score,
            "rerank": self.rerank,
        }


@dataclass(frozen=True, repr=False, eq=False)
class Found(Table):
    """The passages found for a question, best first: a table, and a sequence of `Hit`.

    Columns: rank, score, vector_rank, vector_score (cosine), keyword_rank, keyword_score (BM25), rerank, then
    source, first_line, last_line, page, heading, start, end, text and the metadata.

    Attributes:
        question: what was asked.
        hits: what was found.
        retrieval: "hybrid", "vector" or "keyword".
        notes: what went otherwise than asked, such as a reranking that failed.

    """

    question: str = ""
    hits: tuple[Hit, ...] = ()
    retrieval: str = "hybrid"
    notes: tuple[str, ...] = ()

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, best first."""
        return tuple(hit.passage for hit in self.hits)

    def top(self, k: int) -> Found:
        """The best `k` of them."""
        return replace(self, hits=self.hits[:k])

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, key: Any) -> Any:
        return self.hits[key] if isinstance(key, int | slice) else self.df[key]

    def _frame(self) -> pd.DataFrame:
        return scored(self.hits)

    def _caption(self) -> str:
        n = len(self)
        told = f"{n} passage{'s' * (n != 1)} for “{text.short(self.question, 100)}” ({self.retrieval})"
        return "; ".join([told, *self.notes])

    def _head(self) -> tuple[str, ...]:
        return ("rank", "score", *self._parts(), "where", "text")

    def _parts(self) -> tuple[str, ...]:
        parts = ("vector", "keyword") if self.retrieval == "hybrid" else (self.retrieval,)
        return (*parts, "rerank") if any(hit.rerank is not None for hit in self.hits) else parts

    def _row(self, position: int) -> tuple[str, ...]:
        hit = self.hits[position]
        cells = []
        for part in self._parts():
            value = getattr(hit, part)
            cells.append(placed(value) if part != "rerank" else "" if value is None else str(value))
        return (
            str(hit.rank),
            f"{hit.score:.4f}",
            *cells,
            hit.passage.place,
            text.short(hit.passage.text, SHOWN),
        )

    def _numeric(self) -> tuple[int, ...]:
        return tuple(range(2 + len(self._parts())))

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        if column != len(self._head()) - 1:
            return shown
        passage = self.hits[position].passage
        above = html.tag("small", passage.heading, class_="vn-host") if passage.heading else None
        return html.join(above, html.tag("br") if above else None, shown)


def placed(share: Share | None) -> str:
    """`0.512 (2nd)` in short: the score of a retriever and the place it gave."""
    return "-" if share is None else f"{share.score:.3f} (#{share.rank})"


def scored(hits: Sequence[Hit]) -> pd.DataFrame:
    """Hits as a table: their ranks and scores, then their passages."""
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    left = pd.DataFrame([hit.to_dict() for hit in hits], columns=pd.Index(list(Hit.to_dict(_EMPTY))))
    for name in ("vector_rank", "keyword_rank", "rerank"):
        left[name] = left[name].astype("Int64")
    for name in ("score", "vector_score", "keyword_score"):
        left[name] = left[name].astype("float64")
    right = frame(tuple(hit.passage for hit in hits))
    return pd.concat(
        [left, right.rename(columns={name: f"{name}_" for name in right if name in left})], axis=1
    )


_EMPTY = Hit(None, 0, 0, 0.0)  # type: ignore[arg-type]  # only its names are asked for
