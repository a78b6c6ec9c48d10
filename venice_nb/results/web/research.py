"""An answer whose numbered sources are pages of the web that were read for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from venice_nb.results.rag.marks import as_markers
from venice_nb.results.talk import reply_view
from venice_nb.results.talk.reply import Reply
from venice_nb.results.web.page import Pages

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle

UNCITED = "No source is cited: this may not come from the pages."


@dataclass(frozen=True, repr=False)
class Research(Reply):
    """An answer from pages of the web: a `Reply` whose `[1]` is the first of its `sources`.

    `cost` and `elapsed` are those of the search, the pages and the answer together.

    Attributes:
        question: what was asked.
        answered: False when the pages hold no answer, or none was found.
        cited: the numbers of the sources that the text cites, in the order of their first mark.
        pages: the pages as they were read; of one that failed, the snippet of the search was the source.

    """

    question: str = ""
    answered: bool = False
    cited: tuple[int, ...] = ()
    pages: Pages = field(default_factory=Pages)

    def __repr__(self) -> str:
        told = reply_view.plain(self)
        return f"[{UNCITED}]\n{told}" if self._uncited else told

    @property
    def _uncited(self) -> bool:
        return self.complete and self.answered and not self.cited

    def _mimebundle(self) -> Bundle:
        told = f"> {UNCITED}\n\n{self.text}" if self._uncited else as_markers(self.text)
        return {**reply_view.bundle(replace(self, text=told)), "text/plain": repr(self)}
