"""What a `Rag` is asked to be: every option of `v.rag`, checked before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls import check
from venice_nb.rag.corpus import Corpus, with_documents
from venice_nb.rag.fusion import Blend, Fusion
from venice_nb.rag.splitting import LENGTH

if TYPE_CHECKING:
    from typing import Self

    from venice_nb.catalogue.names import ModelName
    from venice_nb.rag.index import Retrieval
    from venice_nb.results.rag.passage import Passages

WEIGHT = {"scores": 0.6, "ranks": 0.5}
K = check.integer(1, 100)

_RETRIEVAL = check.choice(
    "hybrid", "vector", "keyword", fixes={"bm25": "Pass 'keyword'.", "semantic": "Pass 'vector'."}
)
_FUSION = check.choice("scores", "ranks", fixes={"rrf": "Pass 'ranks': reciprocal rank fusion."})
_MIN_SCORE = check.number(-1)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a `Rag` answers, where a call does not say otherwise."""

    model: ModelName | None
    rerank: ModelName | None
    k: int
    min_score: float


@dataclass(frozen=True)
class Design:
    """A corpus, and how it is to be searched and asked. The fields are the options of `v.rag`."""

    corpus: Corpus = field(repr=False)
    model: ModelName | None = None
    embedding_model: ModelName | None = None
    chunk: int | None = None
    overlap: int = 0
    unit: Literal["characters", "tokens"] = "characters"
    k: int = 5
    retrieval: Retrieval = "hybrid"
    fusion: Fusion = "scores"
    weight: float | None = None
    rerank: ModelName | None = None
    min_score: float = 0.0
    language: str = "english"

    def __post_init__(self) -> None:
        with_documents(self.corpus)
        _RETRIEVAL("retrieval", self.retrieval)
        _FUSION("fusion", self.fusion)
        if self.chunk is not None:
            LENGTH("chunk", self.chunk)
        K("k", self.k)
        _MIN_SCORE("min_score", self.min_score)
        if self.weight is not None:
            check.number(0, 1)("weight", self.weight)

    @classmethod
    def of(cls, corpus: Corpus, options: dict[str, Any]) -> Self:
        """The design of some options by name. Raises InvalidInput for one that `v.rag` does not have."""
        known = [each.name for each in fields(cls)][1:]
        for name in options:
            if name not in known:
                check.unknown(name, known, kind="option of v.rag")
        made = cls(corpus, **options)
        _ = made.passages  # whether they can be cut so is told at once
        return made

    @cached_property
    def passages(self) -> Passages:
        """The pieces that the documents are cut into."""
        return self.corpus.split(self.chunk, self.overlap, unit=self.unit)

    @property
    def blend(self) -> Blend:
        """How two rankings become one."""
        return Blend(float(WEIGHT[self.fusion] if self.weight is None else self.weight), self.fusion)

    @property
    def settings(self) -> Settings:
        """How it answers."""
        return Settings(self.model, self.rerank, int(self.k), float(self.min_score))
