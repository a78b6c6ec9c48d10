"""How good a ranking is: recall, reciprocal rank and nDCG, each with its definition."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def recall(found: int, wanted: int) -> float:
    """Recall: the share of what was wanted that is among what was found; NaN when nothing was wanted.

    Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 2008, section 8.3.

    >>> recall(1, 2)
    0.5

    """
    return found / wanted if wanted else math.nan


def reciprocal_rank(grades: Sequence[float]) -> float:
    """1 divided by the rank of the first item with a grade above 0; 0 when there is none. Its mean is MRR.

    Voorhees, "The TREC-8 Question Answering Track Report", 1999.

    >>> reciprocal_rank([0, 0, 1])
    0.3333333333333333

    """
    return next((1 / rank for rank, grade in enumerate(grades, 1) if grade > 0), 0.0)


def dcg(grades: Sequence[float]) -> float:
    """Discounted cumulative gain: the sum of `grade / log2(1 + rank)` over the ranking, best first.

    Jaervelin and Kekaelaeinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 2002, with the
    gain linear in the grade, as scikit-learn has it.

    >>> round(dcg([3, 0, 1]), 6)
    3.5

    """
    return sum(grade / math.log2(1 + rank) for rank, grade in enumerate(grades, 1))


def ndcg(grades: Sequence[float], all_grades: Sequence[float], k: int) -> float:
    """NDCG at `k`: the DCG of the first `k` grades, divided by that of the best order there could be.

    `grades` are those of the ranking, `all_grades` those of every item that could have been found. With
    grades of 0 and 1 it is the binary form. NaN when no item has a grade.

    >>> ndcg([0, 1], [1, 0, 0], k=2) == 1 / math.log2(3)
    True

    """
    best = dcg(sorted(all_grades, reverse=True)[:k])
    return dcg(list(grades)[:k]) / best if best > 0 else math.nan
