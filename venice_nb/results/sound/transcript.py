"""What was said in a recording: text, times, subtitles. API reference: `POST /audio/transcriptions`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.sound import subtitles
from venice_nb.results.sound.subtitles import Span
from venice_nb.results.table import framed, unformula

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from venice_nb.results.sound.audio import Audio

__all__ = ["Span", "Timings", "Transcript"]


@dataclass(frozen=True, slots=True)
class Timings:
    """The times the server gave: of words, of segments, of single characters; most models give one kind."""

    words: tuple[Span, ...] = ()
    segments: tuple[Span, ...] = ()
    chars: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.segments or self.chars)

    def shifted(self, seconds: float) -> Timings:
        """All times later by so many seconds."""
        return Timings(*(tuple(span.shifted(seconds) for span in kind) for kind in self._kinds))

    def __add__(self, other: Timings) -> Timings:
        pairs = zip(self._kinds, other._kinds, strict=True)
        return Timings(*(first + second for first, second in pairs))

    @property
    def _kinds(self) -> tuple[tuple[Span, ...], ...]:
        return self.words, self.segments, self.chars


@dataclass(frozen=True, repr=False, eq=False)
class Transcript(Displayed):
    """The text of a recording, with times where the model gives them.

    Attributes:
        text: all that was said.
        timings: the times as they came; `.segments` and `.words` are tables of them.
        duration: seconds of the recording, None when not known.
        language: the language that was asked for, or that the server found.
        model: the model that listened.
        cost: US dollars, and whether they were charged or priced from the catalogue.
        source: the recording, for the player; None when it was not kept.
        elapsed: seconds, of all requests together.
        pieces: in how many pieces the recording was sent.
        headers: the headers of the (last) answer.
        raw: the whole answer, of the last piece.

    """

    text: str
    timings: Timings = field(default_factory=Timings, kw_only=True)
    duration: float | None = field(default=None, kw_only=True)
    language: str = field(default="", kw_only=True)
    model: str = field(default="", kw_only=True)
    cost: Cost = field(default_factory=Cost, kw_only=True)
    source: Audio | None = field(default=None, kw_only=True)
    elapsed: float = field(default=0.0, kw_only=True)
    pieces: int = field(default=1, kw_only=True)
    headers: Headers = field(default_factory=Headers, kw_only=True)
    raw: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @classmethod
    def join(cls, parts: Sequence[Transcript], starts: Sequence[float]) -> Transcript:
        """The transcript of a recording that was sent in pieces, each of which started so many seconds in.

        A piece without times leaves the whole without; what there is would look complete and not be.
        """
        shifted = [part.timings.shifted(start) for part, start in zip(parts, starts, strict=True)]
        spoken = [times for part, times in zip(parts, shifted, strict=True) if part.text.strip()]
        whole = all(spoken)
        last = parts[-1]
        return cls(
            " ".join(part.text.strip() for part in parts if part.text.strip()),
            timings=sum(shifted, Timings()) if whole else Timings(),
            duration=None if last.duration is None else starts[-1] + last.duration,
            language=next((part.language for part in parts if part.language), ""),
            model=last.model,
            cost=sum((part.cost for part in parts[1:]), parts[0].cost),
            elapsed=sum(part.elapsed for part in parts),
            pieces=len(parts),
            headers=last.headers,
            raw=last.raw,
        )

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @property
    def timed(self) -> str:
        """What the server gave times for: `segment`, `word`, `char`, or empty for nothing."""
        kinds = {"segment": self.timings.segments, "word": self.timings.words, "char": self.timings.chars}
        return next((name for name, spans in kinds.items() if spans), "")

    @property
    def lines(self) -> tuple[Span, ...]:
        """The segments: as the server gave them, else put together from its words, else all in one."""
        if self.timings.segments:
            return self.timings.segments
        found = self.timings.words or subtitles.spell(self.timings.chars)
        if found:
            return subtitles.gather(found)
        return (Span(self.text, 0.0, self.duration or 0.0),) if self.text else ()

    @property
    def segments(self) -> pd.DataFrame:
        """One row per segment: start and end in seconds, text, and where the times come from.

        `times` is "given", "from words" where segments were put together from words with times, and "none"
        where the model gave no times: then all of the text is one segment as long as the recording.
        """
        told = {"segment": "given", "word": "from words", "char": "from words"}.get(self.timed, "none")
        return _frame(self.lines, times=told)

    @property
    def words(self) -> pd.DataFrame:
        """One row per word: start and end in seconds, text. Empty when the model gave no times for words."""
        return _frame(self.timings.words or subtitles.spell(self.timings.chars))

    def cues(self, *, estimate: bool = False) -> tuple[subtitles.Cue, ...]:
        """The subtitles: up to two lines of 42 characters, in order and without overlap.

        Raises InvalidInput when the model gave no times, unless `estimate=True`: then each part of the text
        gets a share of the recording as long as its share of the characters, which is a guess.
        """
        if not self.timed and not estimate:
            subtitles.refuse_untimed(self.model)
        return subtitles.cues(self.lines, self.timings.words or subtitles.spell(self.timings.chars))

    def to_srt(self, *, estimate: bool = False) -> str:
        """Subtitles as SubRip (.srt); see `cues` for `estimate`."""
        return subtitles.srt(self.cues(estimate=estimate))

    def to_vtt(self, *, estimate: bool = False) -> str:
        """Subtitles as WebVTT (.vtt); see `cues` for `estimate`."""
        return subtitles.vtt(self.cues(estimate=estimate), estimated=not self.timed)

    def to_dict(self) -> dict[str, Any]:
        """The transcript as plain values, without the recording."""
        return {
            "text": self.text,
            "duration": self.duration,
            "language": self.language,
            "model": self.model,
            "timed": self.timed,
            "segments": [span.to_dict() for span in self.lines],
            "words": [span.to_dict() for span in self.timings.words],
            "cost": self.cost.to_dict(),
            "request_id": self.request_id,
        }

    def to_frame(self) -> pd.DataFrame:
        """The segments."""
        return self.segments

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes `.txt` the text, `.srt` or `.vtt` subtitles, `.csv` the segments, `.json` everything.

        Never replaces a file unasked.
        """
        default = f"{saving.named('transcript', self.model, self.text)}.txt"
        suffixes = (".txt", ".srt", ".vtt", ".json", ".csv")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            value = {**self.to_dict(), "raw": self.raw}
            return saving.write_json(target, value, default=default, overwrite=overwrite)
        content = self._written(target.suffix.lower())
        return saving.write(target, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def _written(self, suffix: str) -> str:
        if suffix == ".txt":
            return self.text.rstrip() + "\n"
        if suffix == ".csv":
            return framed(lambda: self.segments.map(unformula)).to_csv(index=False)
        return self.to_srt() if suffix == ".srt" else self.to_vtt()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Transcript: {text.short(self.text, 100) or 'nothing was said'}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.sound import transcript_view  # noqa: PLC0415  it draws

        return transcript_view.bundle(self)


def _frame(spans: Sequence[Span], **more: str) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    rows = [(span.start, span.end, span.text) for span in spans]
    frame = framed(lambda: pd.DataFrame(rows, columns=["start", "end", "text"]))
    return frame.astype({"start": float, "end": float}).assign(**more)
