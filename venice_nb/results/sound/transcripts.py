"""Transcripts of several recordings as a table; a recording that failed leaves its error there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.render import text
from venice_nb.results.money import Cost
from venice_nb.results.sound.transcript import Transcript
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

SHOWN = 90  # characters of a text in the picture of the table


@dataclass(frozen=True, repr=False, eq=False)
class Transcripts(Table):
    """Transcripts, one row per recording: file, text, seconds, language, model, cost, error.

    Attributes:
        files: the names of the recordings, in order.
        outcomes: for each the `Transcript`, or the error that it ended with.
        labels: the index of the column that the recordings came from; empty when there was none.

    """

    files: tuple[str, ...] = field(default=())
    outcomes: tuple[Transcript | Exception, ...] = field(default=())
    labels: tuple[Any, ...] = field(default=())

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The ones that came."""
        return tuple(each for each in self.outcomes if isinstance(each, Transcript))

    @property
    def errors(self) -> dict[str, Exception]:
        """The errors by file."""
        pairs = zip(self.files, self.outcomes, strict=True)
        return {file: each for file, each in pairs if isinstance(each, Exception)}

    @property
    def cost(self) -> Cost:
        """What all cost together."""
        return sum((each.cost for each in self.transcripts), Cost(0.0, "charged"))

    @property
    def raw(self) -> tuple[dict[str, Any], ...]:
        """What the server sent for each recording; empty for those that failed."""
        return tuple(each.raw if isinstance(each, Transcript) else {} for each in self.outcomes)

    def one(self, which: int | str) -> Transcript:
        """The transcript of a file, by name or position. Raises the error that it ended with."""
        position = self.files.index(which) if isinstance(which, str) and which in self.files else which
        if isinstance(position, str):
            raise InvalidInput(
                f"There is no recording called {text.short(position, 120)!r}.",
                field="which",
                value=text.short(position, 120),
                allowed=", ".join(self.files[:20]),
                do="Take a name out of .files, or a position.",
            )
        found = self.outcomes[position]
        if isinstance(found, Exception):
            raise found
        return found

    def save_all(self, folder: str | Path, suffix: str = ".txt", *, overwrite: bool = False) -> list[Path]:
        """Writes each transcript into the folder under the name of its recording: .txt, .srt, .vtt, .json."""
        from pathlib import Path  # noqa: PLC0415  only when saving

        pairs = zip(self.files, self.outcomes, strict=True)
        return [
            each.save(Path(folder) / f"{Path(file).name}{suffix}", overwrite=overwrite)
            for file, each in pairs
            if isinstance(each, Transcript)
        ]

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        names = ["file", "text", "seconds", "language", "model", "cost", "error"]
        rows = [
            (file, each.text, each.duration, each.language, each.model, each.cost.usd, "")
            if isinstance(each, Transcript)
            else (file, "", None, "", "", None, text.short(getattr(each, "what", str(each)), 300))
            for file, each in zip(self.files, self.outcomes, strict=True)
        ]
        frame = pd.DataFrame(rows, columns=names, index=list(self.labels) or None)
        return frame.astype({"seconds": float, "cost": float})

    def _caption(self) -> str:
        good, bad = len(self.transcripts), len(self.errors)
        seconds = sum(each.duration or 0.0 for each in self.transcripts)
        said = f"{good} transcript{'s' * (good != 1)} of {text.seconds(seconds)}, {self.cost}"
        return said + (f"; {bad} failed, .errors says why" if bad else "")

    def _head(self) -> tuple[str, ...]:
        return ("file", "text", "length")

    def _row(self, position: int) -> tuple[str, ...]:
        file, each = text.short(self.files[position], 60), self.outcomes[position]
        if isinstance(each, Transcript):
            return file, text.short(each.text, SHOWN), text.seconds(each.duration)
        return file, f"failed: {text.short(getattr(each, 'what', str(each)), SHOWN)}", ""

    def _numeric(self) -> tuple[int, ...]:
        return (2,)

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[Transcript]:
        return iter(self.transcripts)
