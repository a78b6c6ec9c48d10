"""The reasons for a ranking: words that question and passages share, and the formula of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.rag.fusion import RANK_CONSTANT
from venice_nb.rag.keyword import stem, words
from venice_nb.results.rag.explanation import Explanation

if TYPE_CHECKING:
    from venice_nb.rag.index import Index
    from venice_nb.results.rag.found import Found


def explained(found: Found, index: Index) -> Explanation:
    """What was found, with its reasons."""
    language = index.keywords.language if index.keywords is not None else "english"
    wanted = {stem(word, language) for word in words(found.question, language)}
    shared = []
    for hit in found:
        held = dict.fromkeys(words(hit.passage.indexed, language))
        shared.append(tuple(word for word in held if stem(word, language) in wanted))
    return Explanation(found=found, words=tuple(shared), formula=_formula(index))


def _formula(index: Index) -> str:
    weight = index.blend.weight
    if index.retrieval != "hybrid":
        return "score = cosine" if index.retrieval == "vector" else "score = BM25"
    if index.blend.fusion == "ranks":
        constant = RANK_CONSTANT
        return (
            f"score = {weight:g} / ({constant} + vector rank) + {1 - weight:g} / ({constant} + keyword rank)"
        )
    return f"score = {weight:g} x cosine + {1 - weight:g} x BM25, each scaled to 0 to 1"
