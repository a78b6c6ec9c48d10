"""Why these passages: what each retriever made of them, what that adds, and which words they share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.rag.found import Found, placed
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from venice_nb.render.html import Html
    from venice_nb.results.rag.found import Hit, Share

_SHOWN = 400  # characters of a passage
_WORD = re.compile(r"\w\w+")


@dataclass(frozen=True, repr=False, eq=False)
class Explanation(Table):
    """The passages found for a question, with the reasons: a table, and a display that marks shared words.

    Columns: rank, score, then of each retriever rank, score and points (what it adds), words (those that the
    passage shares with the question, as they stand in it), source, first_line, text.

    Attributes:
        found: the passages with their scores.
        words: for each passage the words in it whose stem is also in the question.
        formula: how the points of a passage are reckoned.

    """

    found: Found
    words: tuple[tuple[str, ...], ...]
    formula: str = ""

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.found)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows: list[dict[str, Any]] = []
        for hit, words in zip(self.found, self.words, strict=True):
            row = hit.to_dict()
            for name, share in (("vector", hit.vector), ("keyword", hit.keyword)):
                row[f"{name}_points"] = 0.0 if share is None else share.points
            row["words"] = ", ".join(words)
            rows.append(
                {
                    **row,
                    "source": hit.passage.source,
                    "first_line": hit.passage.lines[0],
                    "text": hit.passage.text,
                }
            )
        names = ["rank", "score"]
        for name in ("vector", "keyword"):
            names += [f"{name}_rank", f"{name}_score", f"{name}_points"]
        made = pd.DataFrame(
            rows, columns=pd.Index([*names, "rerank", "words", "source", "first_line", "text"])
        )
        for name in ("vector_rank", "keyword_rank", "rerank"):
            made[name] = made[name].astype("Int64")
        return made

    def _caption(self) -> str:
        told = f"Why these {len(self)} passages for “{text.short(self.found.question, 100)}”"
        return "; ".join(filter(None, [told, self.formula, *self.found.notes]))

    def _head(self) -> tuple[str, ...]:
        return ("rank", "score", "vector", "keyword", "where", "shared words", "text")

    def _row(self, position: int) -> tuple[str, ...]:
        hit, words = self.found[position], self.words[position]
        rated = "" if hit.rerank is None else f", rated {hit.rerank} of 3"
        return (
            str(hit.rank),
            f"{hit.score:.4f}{rated}",
            _told(hit.vector),
            _told(hit.keyword),
            hit.passage.place,
            text.short(", ".join(words), 120) or "none",
            text.short(hit.passage.text, _SHOWN),
        )

    def _numeric(self) -> tuple[int, ...]:
        return (0, 1)

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        return highlighted(shown, self.words[position]) if column == len(self._head()) - 1 else shown


def _told(share: Share | None) -> str:
    return "not found" if share is None else f"{placed(share)}, adds {share.points:.4f}"


def highlighted(shown: str, words: tuple[str, ...]) -> Html:
    """A text with the shared words marked."""
    wanted = {word.lower() for word in words}
    parts: list[html.Child] = []
    end = 0
    for found in _WORD.finditer(shown):
        if found[0].lower() in wanted:
            parts += [shown[end : found.start()], html.tag("mark", found[0])]
            end = found.end()
    return html.join(*parts, shown[end:])
