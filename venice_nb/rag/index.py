"""What is searched: the passages of a corpus with their vectors and words, and the plans that search them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.embedding.plans import embed, vectors
from venice_nb.policy.steps import Plan, Run
from venice_nb.rag.fusion import Blend, Ranking, fused
from venice_nb.rag.keyword import Keywords
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.found import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.client.session import Session
    from venice_nb.rag.design import Design
    from venice_nb.results.matrix.matrix import EmbeddingMatrix
    from venice_nb.results.rag.passage import Passages

Retrieval = Literal["hybrid", "vector", "keyword"]
POOL = 100  # passages that each retriever hands over to be fused


@dataclass(frozen=True, slots=True)
class Search:
    """What came of searching: for each question what was found, and what its vectors cost."""

    found: tuple[Found, ...]
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=lambda: Cost(0.0, "charged"))


@dataclass(frozen=True, eq=False)
class Index:
    """Passages that can be searched.

    Attributes:
        passages: all of them.
        retrieval: by what they are searched.
        blend: how two rankings become one.
        matrix: their vectors, None for keywords alone. A row's label is the position of its passage.
        keywords: their words, None for vectors alone.

    """

    passages: Passages
    retrieval: Retrieval
    blend: Blend
    matrix: EmbeddingMatrix | None
    keywords: Keywords | None

    @property
    def unembedded(self) -> int:
        """How many passages have no vector, because the server refused them."""
        return 0 if self.matrix is None else len(self.passages) - len(self.matrix)

    def search(self, session: Session, questions: Sequence[str], k: int) -> Plan[Search]:
        """The plan that finds the best `k` passages for each question. One request for all questions."""
        rows: list[NDArray[np.float32] | None] = [None] * len(questions)
        usage, cost = Usage(), Cost(0.0, "charged")
        if self.matrix is not None:
            made = yield from vectors(session, questions, self.matrix.model, self.matrix.dims)
            rows, usage, cost = list(made.array), made.usage, made.cost
        found = yield Run(
            lambda: [self._one(each, row, k) for each, row in zip(questions, rows, strict=True)]
        )
        return Search(tuple(found), usage, cost)

    def _one(self, question: str, vector: NDArray[np.float32] | None, k: int) -> Found:
        pool = max(POOL, 2 * k)
        near = None if self.matrix is None else nearest(self.matrix, vector, pool)
        said = None if self.keywords is None else matching(self.keywords, question, pool)
        hits = fused(self.passages.passages, near, said, self.blend)[:k]
        return Found(question=question, hits=tuple(hits), retrieval=self.retrieval)


def build(session: Session, design: Design, *, progress: bool | None = None) -> Plan[Index]:
    """The plan that makes passages searchable. Vectors of an earlier run are taken from the cache."""
    passages, retrieval = design.passages, design.retrieval
    texts = [passage.indexed for passage in passages]
    keywords: Keywords | None = None
    if retrieval != "vector":
        keywords = yield Run(lambda: Keywords.of(texts, design.language))
    matrix: EmbeddingMatrix | None = None
    if retrieval != "keyword":
        model = design.embedding_model
        matrix = yield from embed(session, texts, model=model, blank="raise", progress=progress)
    index = Index(passages, retrieval, design.blend, matrix, keywords)
    if index.unembedded:
        n = index.unembedded
        found = "found by keywords only" if keywords is not None else "not found by any question"
        several = "s" * (n != 1)
        session.announce(f"{n} passage{several} could not be embedded, and will be {found}.")
    return index


def nearest(matrix: EmbeddingMatrix, vector: Any, k: int) -> Ranking:
    """The passages nearest to a vector by cosine, best first."""
    hits = matrix.search(vector, k=k)
    return [
        (int(label), float(score)) for label, score in zip(hits.labels.tolist(), hits.scores, strict=True)
    ]


def matching(keywords: Keywords, question: str, k: int) -> Ranking:
    """The passages that share words with a question, best first; equal ones in their order."""
    import numpy as np  # noqa: PLC0415  loads with the first search

    scores = keywords.scores(question)
    there = np.flatnonzero(scores > 0)
    order = there[np.argsort(-scores[there], kind="stable")][:k]
    return [(int(position), float(scores[position])) for position in order]
