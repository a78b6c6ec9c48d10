"""Two rankings made into one: by ranks or by scores, with every passage's share of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from venice_nb.results.rag.found import Hit, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.rag.passage import Passage

RANK_CONSTANT = 60  # of the paper; it keeps the first places from deciding everything

Fusion = Literal["scores", "ranks"]
Ranking = list[tuple[int, float]]  # positions of passages and their scores, best first


@dataclass(frozen=True, slots=True)
class Blend:
    """How two rankings become one.

    `weight` is the share of the vectors, from 0 to 1, that of the keywords is the rest. With "scores" a
    passage gets `weight * cosine' + (1 - weight) * bm25'`, where the dash means: scaled so that the highest
    of that ranking is 1, and the lowest cosine of the pool, or a BM25 of 0, is 0 (Bruch, Gai and Ingber, "An
    Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023). With "ranks" it gets the sum of
    `weight / (60 + rank)` (reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009), which needs no
    scale at all.
    """

    weight: float
    fusion: Fusion

    def points(self, ranking: Ranking, weight: float, low: float) -> dict[int, Share]:
        """What a ranking gives to each of its passages; `low` is the score that is worth nothing."""
        high = ranking[0][1] if ranking else 0.0
        found = {}
        for rank, (position, score) in enumerate(ranking, 1):
            if self.fusion == "ranks":
                worth = 1 / (RANK_CONSTANT + rank)
            else:
                worth = (score - low) / (high - low) if high > low else 1.0
            found[position] = Share(rank, score, weight * worth)
        return found


def fused(
    passages: Sequence[Passage], vector: Ranking | None, keyword: Ranking | None, blend: Blend
) -> list[Hit]:
    """The passages of one or both rankings, best first; equal ones in the order of the documents.

    A ranking alone keeps its own scores.
    """
    if vector is None or keyword is None:
        alone = [
            (*place, Share(rank, place[1], place[1])) for rank, place in enumerate(vector or keyword or (), 1)
        ]
        return [
            Hit(
                passages[position],
                position,
                share.rank,
                score,
                vector=share if keyword is None else None,
                keyword=share if vector is None else None,
            )
            for position, score, share in alone
        ]
    near = blend.points(vector, blend.weight, vector[-1][1] if vector else 0.0)
    said = blend.points(keyword, 1 - blend.weight, 0.0)
    total = {
        position: sum(share.points for share in (near.get(position), said.get(position)) if share is not None)
        for position in sorted({*near, *said})
    }
    order = sorted(total, key=lambda position: -total[position])
    return [
        Hit(passages[position], position, rank, total[position], near.get(position), said.get(position))
        for rank, position in enumerate(order, 1)
    ]
