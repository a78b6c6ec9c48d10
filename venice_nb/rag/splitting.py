"""Documents cut into passages at their own joints, each with its place in the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.calls import check
from venice_nb.rag.extras import needed
from venice_nb.results.rag.document import MARKED
from venice_nb.results.rag.passage import Passage, Passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from venice_nb.results.rag.document import Document

SIZE = {"characters": 1600, "tokens": 400}
TOKENS = "gpt-4o"  # whose tokens are counted: its table comes with the splitter, nothing is downloaded

WIDE = 20_000  # characters of a line; with longer ones, the splitter's time grows as their square
LENGTH = check.integer(16, 1_000_000)

_UNIT = check.choice("characters", "tokens")


def split(
    documents: Sequence[Document], *, size: Any = None, overlap: Any = 0, unit: Any = "characters"
) -> Passages:
    """Passages of at most `size`, in the order of the documents. See `Corpus.split`."""
    unit = _UNIT("unit", unit)
    size = SIZE[unit] if size is None else int(LENGTH("size", size))
    overlap = int(check.integer(0, size // 2)("overlap", overlap))
    library = needed("semantic_text_splitter")
    cutters: dict[bool, Any] = {}
    passages: list[Passage] = []
    for number, document in enumerate(documents):
        marked = document.kind in MARKED
        if marked not in cutters:
            kind = library.MarkdownSplitter if marked else library.TextSplitter
            cutters[marked] = (
                kind(size, overlap=overlap)
                if unit == "characters"
                else kind.from_tiktoken_model(TOKENS, size, overlap=overlap)
            )
        for offset, piece in _pieces(document.text, max(WIDE, 8 * size)):
            for start, text in cutters[marked].chunk_indices(piece):
                if text.strip():
                    passages.append(_passage(document, number, offset + start, text))
    return Passages(tuple(passages), size, overlap, unit)


def _pieces(text: str, most: int) -> Iterator[tuple[int, str]]:
    """The text, where lines longer than `most` are cut out and cut up; each piece with its place."""
    start = 0
    for line in re.finditer(rf"[^\n]{{{most},}}", text):
        yield start, text[start : line.start()]
        start = line.start()
        while start < line.end():
            end = min(start + most, line.end())
            if end < line.end():
                end = text.rfind(" ", start + most // 2, end) + 1 or end
            yield start, text[start:end]
            start = end
    yield start, text[start:]


def _passage(document: Document, number: int, start: int, text: str) -> Passage:
    end = start + len(text)
    return Passage(
        text=text,
        source=document.source,
        start=start,
        end=end,
        lines=(document.line(start), document.line(end - 1)),
        title=document.title,
        headings=document.headings(start),
        page=document.page(start),
        document=number,
        metadata=document.metadata,
    )
