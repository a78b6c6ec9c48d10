"""Keyword search: BM25 over the stems of words, through `bm25s`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import unknown
from venice_nb.rag.extras import needed, quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

WORD = re.compile(r"\b\w\w+\b")
LONGEST = 2_000  # words of a question that are looked for


@dataclass(frozen=True, eq=False)
class Keywords:
    """An index of texts: the score of each for a question.

    BM25 in the form of Lucene, k1 = 1.5, b = 0.75 (Robertson and Zaragoza, "The Probabilistic Relevance
    Framework", 2009; Lù, "BM25S", arXiv:2407.03618). Words are stems without the commonest small words.
    """

    index: Any
    language: str
    size: int

    @classmethod
    def of(cls, texts: Sequence[str], language: str = "english") -> Keywords:
        """The index of some texts. Raises InvalidInput for a language without a stemmer."""
        library = needed("bm25s")
        _stemmer(language)
        words = [stems(each, language) for each in texts]
        with quiet("bm25s"):
            index = library.BM25()
            if any(words):
                index.index(words, show_progress=False)
        return cls(index if any(words) else None, language, len(words))

    def scores(self, question: str) -> NDArray[np.float32]:
        """(n,) float32: the BM25 of each text, 0 for those that share no word with the question."""
        import numpy as np  # noqa: PLC0415  loads with the first search

        known = [] if self.index is None else self.index.vocab_dict
        wanted = [word for word in stems(question, self.language)[:LONGEST] if word in known]
        if not wanted:
            return np.zeros(self.size, np.float32)
        found: NDArray[np.float32] = self.index.get_scores(wanted)
        return found


def stems(text: str, language: str = "english") -> list[str]:
    """The words that count in a text, as stems, in their order: "Refunds are paid" gives refund, paid."""
    return [stem(word, language) for word in words(text, language)]


def words(text: str, language: str = "english") -> list[str]:
    """The words that count in a text, in lower case and in their order."""
    small = _small(language)
    return [word for word in WORD.findall(text.lower()) if word not in small]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str = "english") -> str:
    """The stem of a word, by Snowball."""
    return str(_stemmer(language).stemWord(word))


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Any:
    library = needed("snowballstemmer")
    if language not in library.algorithms():
        unknown(language, library.algorithms(), kind="language")
    return library.stemmer(language)


@lru_cache(maxsize=8)
def _small(language: str) -> frozenset[str]:
    """The commonest words of a language; none where the library has no list."""
    stopwords = needed("bm25s").stopwords
    name = "EN_PLUS" if language == "english" else language.upper()
    return frozenset(getattr(stopwords, f"STOPWORDS_{name}", ()))
