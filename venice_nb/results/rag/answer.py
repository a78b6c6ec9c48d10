"""An answer from documents: its text, the passages behind it, and which of them it cites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.found import Found, scored
from venice_nb.results.rag.marks import read_marks
from venice_nb.results.reading import dumps

if TYPE_CHECKING:
    import os
    from pathlib import Path
    from typing import Self

    import pandas as pd

    from venice_nb.results.rag.passage import Passage
    from venice_nb.results.talk.reply import Reply

NOTHING = "NOT IN THE SOURCES"  # what a model is told to write where the sources hold no answer
SILENT = "The sources do not answer this question."


@dataclass(frozen=True, repr=False)
class Answer(Displayed):
    """What a model made of the passages that were found for a question.

    Attributes:
        question: what was asked.
        text: the answer; its marks `[1]` count into the passages.
        answered: False when the sources hold no answer: nothing was near enough, or the model said so.
        found: the passages the model was given, numbered from 1 in their order, with their scores.
        cited: the numbers that the text cites, in the order of their first mark.
        stray: numbers that the model cited and that no passage has; their marks were taken out of the text.
        reply: the model's reply as it came, None when it was not asked.
        usage: tokens of the search and of the answer.
        cost: US dollars of both.
        elapsed: seconds of both.

    """

    question: str
    text: str
    answered: bool
    found: Found
    cited: tuple[int, ...] = ()
    stray: tuple[int, ...] = ()
    reply: Reply | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    elapsed: float = field(default=0.0, compare=False)

    @classmethod
    def of(cls, question: str, found: Found, reply: Reply, *, usage: Usage, cost: Cost) -> Self:
        """The answer that a reply is; `usage` and `cost` are those of the search."""
        said = reply.text.strip()
        bare = said.lstrip("*_\"'“#[ ")
        answered = not bare.upper().startswith(NOTHING)
        if not answered:
            rest = bare[len(NOTHING) :].lstrip("*_\"'”#]:.,;- \n")
            said = f"{SILENT} {rest}".strip()
        marked = read_marks(said, len(found))
        return cls(
            question=question,
            text=marked.text,
            answered=answered,
            found=found,
            cited=marked.cited,
            stray=marked.stray,
            reply=reply,
            usage=usage + reply.usage,
            cost=cost + reply.cost,
            elapsed=reply.elapsed,
        )

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages the model was given; number 1 is the first."""
        return self.found.passages

    @property
    def citations(self) -> pd.DataFrame:
        """The passages as a table, numbered like the marks: cited, scores, source, lines, heading, text."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        made = scored(self.found.hits)
        made.insert(0, "cited", [number in self.cited for number in range(1, len(made) + 1)])
        made.index = pd.RangeIndex(1, len(made) + 1, name="n")
        return made

    def to_frame(self) -> pd.DataFrame:
        """The same as `citations`."""
        return self.citations

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values."""
        return {
            "question": self.question,
            "text": self.text,
            "answered": self.answered,
            "cited": list(self.cited),
            "stray": list(self.stray),
            "passages": [
                {"n": number, "source": each.source, "lines": list(each.lines), "text": each.text}
                for number, each in enumerate(self.passages, 1)
            ],
            "model": self.reply.model if self.reply is not None else None,
            "usage": self.usage.to_dict(),
            "cost": self.cost.to_dict(),
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the answer: `.md` the text with its sources, `.json` everything there is.

        Without a path the name is made from the content. Raises InvalidInput rather than replace a file,
        unless `overwrite=True`.
        """
        from venice_nb.results.rag import answer_view  # noqa: PLC0415  it draws, and loads with the first display

        default = f"{saving.named('answer', self.question, self.text)}.md"
        suffixes = (".md", ".json")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            content = dumps(self.to_dict(), indent=True) + "\n"
        else:
            content = answer_view.markdown(self)
        return saving.write(target, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        from venice_nb.results.rag import answer_view  # noqa: PLC0415  it draws, and loads with the first display

        return answer_view.plain(self)

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.rag import answer_view  # noqa: PLC0415  it draws, and loads with the first display

        return answer_view.bundle(self)
