"""Subtitles from times: SubRip and WebVTT, with lines a screen can hold and times that never overlap.

The API gives times, not subtitle files: these are made here.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.errors import InvalidInput, plain
from venice_nb.render import text as shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 42  # characters of a line, as broadcasters set them
LINES = 2
LONGEST = 7.0  # seconds that one subtitle stays
MANY = 500  # lines of one segment: half an hour without a single time
PAUSE = 0.6  # seconds of silence after which a new segment begins
MOST = 359_999.0  # seconds: 99 hours and a bit, the last that fits in the two digits of SubRip
SENTENCE = 84  # characters of a segment put together from words, at most
_ENDS = (".", "!", "?", "…", "\u3002", "\uff01", "\uff1f")  # the last three are Chinese
_start = attrgetter("start")
_ARROW = re.compile("--+>")
_QUOTES = "\"')]\u00bb\u201d\u2019"


@dataclass(frozen=True, slots=True)
class Span:
    """Some text and when it is said, in seconds."""

    text: str
    start: float
    end: float

    def shifted(self, seconds: float) -> Span:
        """The same text so many seconds later."""
        return Span(self.text, self.start + seconds, self.end + seconds)

    def to_dict(self) -> dict[str, Any]:
        """The three fields by name."""
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: its lines, and from when to when in whole milliseconds."""

    lines: tuple[str, ...]
    start: int
    end: int


def spell(chars: Sequence[Span]) -> tuple[Span, ...]:
    """Words from characters with times; a space ends a word."""
    words: list[list[Span]] = [[]]
    for char in chars:
        if char.text.isspace() or not char.text:
            words.append([])
        else:
            words[-1].append(char)
    return tuple(
        Span("".join(char.text for char in word), word[0].start, word[-1].end) for word in words if word
    )


def gather(words: Sequence[Span]) -> tuple[Span, ...]:
    """Segments from words: cut at the end of a sentence, at a pause, and before they are too long."""
    groups: list[list[Span]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        begins = (
            last is None
            or last.text.rstrip(_QUOTES).endswith(_ENDS)
            or word.start - last.end > PAUSE
            or sum(len(each.text) + 1 for each in groups[-1]) + len(word.text) > SENTENCE
        )
        if begins:
            groups.append([])
        groups[-1].append(word)
    return tuple(Span(_spaced(group), group[0].start, group[-1].end) for group in groups)


def cues(segments: Sequence[Span], words: Sequence[Span] = ()) -> tuple[Cue, ...]:
    """Subtitles of the segments; long ones are cut, at the times of their words where these are known."""
    found: list[Span] = []
    words = sorted(words, key=_start)
    for segment in segments:
        first = bisect_left(words, segment.start - 0.05, key=_start)
        found += _cut(segment, words[first : bisect_left(words, segment.end, first, key=_start)])
    made: list[Cue] = []
    for span in found:
        lines = tuple(_wrapped(span.text))
        if not lines:
            continue
        start = max(_ms(span.start), made[-1].start + 1 if made else 0)
        made.append(Cue(lines, start, max(_ms(span.end), start + 1)))
    ends = [min(one.end, following.start) for one, following in pairwise(made)]
    return tuple(
        Cue(cue.lines, cue.start, end)
        for cue, end in zip(made, [*ends, *(c.end for c in made[-1:])], strict=True)
    )


def srt(subtitles: Iterable[Cue]) -> str:
    """The text of a `.srt` file."""
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n" + _srt_text(cue.lines)
        for number, cue in enumerate(subtitles, 1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _srt_text(lines: Iterable[str]) -> str:
    """The lines, none of which looks like the times of the next subtitle."""
    return _ARROW.sub("->", "\n".join(lines))


def vtt(subtitles: Iterable[Cue], *, estimated: bool = False) -> str:
    """The text of a `.vtt` file; a note says when the times were estimated."""
    blocks = ["WEBVTT"]
    if estimated:
        blocks.append("NOTE The times are estimated from the length of the text.")
    for cue in subtitles:
        lines = (line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in cue.lines)
        blocks.append(f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n" + "\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def refuse_untimed(model: str) -> NoReturn:
    """Say that there are no times to make subtitles of, and how to get some."""
    raise InvalidInput(
        f"{plain(model, 80) or 'The model'} gave no times with this transcript.",
        field="timestamps",
        value=None,
        allowed="a transcript with times",
        do='Transcribe with timestamps=True and model="openai/whisper-large-v3"; or pass estimate=True for '
        "times guessed from the length of the text.",
    )


def _cut(segment: Span, words: Sequence[Span]) -> list[Span]:
    """The segment in parts that fit on a screen."""
    said = " ".join(segment.text.split())
    parts = _parts(said, max(1, -(-(_ms(segment.end) - _ms(segment.start)) // round(LONGEST * 1000))))
    if len(parts) <= 1:
        return [Span(said, segment.start, segment.end)] if said else []
    marks = [0]
    for part in parts:
        marks.append(marks[-1] + len("".join(part.split())))
    letters = [0, *accumulate(len("".join(word.text.split())) for word in words)]
    times = [_time(mark, marks[-1], segment, words, letters) for mark in marks]
    return [Span(part, start, end) for part, (start, end) in zip(parts, pairwise(times), strict=True)]


def _time(mark: int, total: int, segment: Span, words: Sequence[Span], letters: Sequence[int]) -> float:
    """When the character number `mark` (spaces not counted) is said; `letters` stand before each word."""
    if mark <= 0:
        return segment.start
    if mark >= total:
        return segment.end
    at = bisect_left(letters, mark)
    if at < len(words):
        return words[at].start
    return segment.start + (segment.end - segment.start) * mark / total


def _parts(said: str, fewest: int) -> list[str]:
    """The text in parts of at most two lines, at least so many, of about the same length."""
    lines = _wrapped(said)
    wanted = max(fewest, -(-len(lines) // LINES))
    if wanted <= 1 or not lines:
        return [said] if said else []
    if len(lines) > MANY:  # nobody reads these; cutting them evenly would take minutes
        return [" ".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]
    while True:
        each = max(len(said) / wanted, 1)
        parts = _even(said, each)
        if all(len(_wrapped(part)) <= LINES for part in parts) or each < WIDTH / 2:
            return parts
        wanted += 1


def _even(said: str, each: float) -> list[str]:
    """The text cut at spaces into parts of about so many characters."""
    found = textwrap.wrap(said, max(int(each * 1.15), 8), break_long_words=False, break_on_hyphens=False)
    return [part for long in found for part in _chunks(long)]


def _chunks(part: str) -> list[str]:
    """Text without spaces, as in Chinese, in pieces of two lines; all other text as it is."""
    if " " in part or len(part) <= WIDTH * LINES:
        return [part]
    return [part[at : at + WIDTH * LINES] for at in range(0, len(part), WIDTH * LINES)]


def _wrapped(said: str) -> list[str]:
    """Lines of at most 42 characters; two lines are made about as long as each other."""
    said = " ".join(shown.clean(said, None).split())
    lines = textwrap.wrap(said, WIDTH, break_on_hyphens=False)
    if len(lines) == LINES:
        half = textwrap.wrap(said, max(-(-len(said) // 2) + 4, 10), break_on_hyphens=False)
        if len(half) == LINES and max(map(len, half)) <= WIDTH:
            return half
    return lines


def _spaced(words: Sequence[Span]) -> str:
    """Words as a sentence. Chinese and Japanese ones stand without spaces; some servers send their own."""
    if any(word.text[:1].isspace() for word in words[1:]):
        return "".join(word.text for word in words).strip()
    said = ""
    for word in words:
        wide = bool(said) and ord(said[-1]) > 0x2E7F and ord(word.text[:1] or " ") > 0x2E7F
        said += word.text if wide or not said else f" {word.text}"
    return said.strip()


def _ms(seconds: float) -> int:
    """Whole milliseconds; no number of a server's is too strange, NaN is the beginning."""
    return round(min(seconds, MOST) * 1000) if seconds > 0 else 0


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{ms:03d}"
