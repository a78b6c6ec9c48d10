"""Text into speech: eSpeak NG where its library is installed (extra `speech`), else a signal like speech."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from . import espeak, murmur
from .encode import resampled, stretched
from .speakers import Speaker, language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .encode import Samples

RATE = 24_000  # samples a second, as most models give them
WORDS_A_MINUTE = 170  # at speed 1
PAUSE = 0.32  # seconds between sentences at speed 1
LEVEL = 0.1  # root mean square of speech, -20 dBFS

_ABBREVIATED = r"(?<!\b[A-Z])(?<!\b(?:Dr|Mr|Ms|St|vs|No)\b)(?<!\b(?:Mrs|etc|e\.g|i\.e)\b)"
_CLOSING = "[\"'\u201d\u2019)\\]]*"
_END = re.compile(
    rf"(?:(?<=\w){_ABBREVIATED}\.|[!?\u2026]|\.{{2,}})+{_CLOSING}\s+(?=[^a-z\s])"
    "|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*\\s*|\\n\\s*\\n\\s*"
)
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff][\u3001\u3002\uff0c\uff01\uff1f]*|[^\s\u3040-\u30ff\u4e00-\u9fff]+"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word's place in the text (characters) and in the sound (seconds)."""

    first: int
    last: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text: mono samples, samples a second, and where each word is."""

    text: str
    samples: Samples
    rate: int
    words: tuple[Word, ...]


@cache
def engine() -> str:
    """What makes the speech: "eSpeak NG", or "signal" where the extra `speech` is not installed."""
    return "eSpeak NG" if espeak.available() else "signal"


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences begin and end, in characters; together they cover the text."""
    cuts = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def speak(
    text: str, who: Speaker, *, rate: int, speed: float = 1.0, language: str = "", mark: bool = True
) -> Speech:
    """The text as one piece of speech. With `mark` it begins with the sandbox's chime."""
    return joined(text, list(spoken(text, who, rate=rate, speed=speed, language=language, mark=mark)))


def joined(text: str, pieces: list[Speech]) -> Speech:
    """Sentences of a text one after the other."""
    import numpy as np  # noqa: PLC0415

    rate = pieces[0].rate if pieces else RATE
    at, words = 0.0, []
    for piece in pieces:
        words += [Word(word.first, word.last, word.start + at, word.end + at) for word in piece.words]
        at += len(piece.samples) / rate
    samples = np.concatenate([np.zeros(0, np.float32), *(piece.samples for piece in pieces)])
    return Speech(text, samples, rate, tuple(words))


def spoken(
    text: str, who: Speaker, *, rate: int, speed: float = 1.0, language: str = "", mark: bool = True
) -> Iterator[Speech]:
    """The text sentence by sentence; the words' characters count from the start of the whole text."""
    import numpy as np  # noqa: PLC0415

    tongue = language_of(text, who, language)
    head = chime(rate) if mark else np.zeros(0, np.float32)
    parts = sentences(text)
    for number, (start, end) in enumerate(parts):
        raw, own, marks = _sound(text[start:end], who, tongue, speed * who.pace)
        samples = resampled(_levelled(raw, who.loudness), own, rate)
        silence = PAUSE / speed if number < len(parts) - 1 else 0.05
        tail = np.zeros(round(silence * rate), np.float32)
        words = _words(text, (start, end), marks, len(raw) / own, after=len(head) / rate)
        yield Speech(text[start:end], np.concatenate([head, samples, tail]), rate, words)
        head = np.zeros(0, np.float32)


def _sound(text: str, who: Speaker, language: str, speed: float) -> tuple[Samples, int, list[Any]]:
    """Samples, their rate, and marks `(character, seconds)` where words begin."""
    wanted = WORDS_A_MINUTE * speed
    pace = min(espeak.FASTEST, max(espeak.SLOWEST, round(wanted)))
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
    if engine() == "signal":
        return murmur.murmur(clean, who.pitch, speed)
    melody = min(99, round(50 * who.liveliness))
    raw, rate, marks = espeak.synthesized(clean, f"{language}+{who.timbre}", pace, who.setting, melody)
    tempo = max(0.5, wanted / pace)  # what lies beyond the engine's own range
    if tempo < 0.98:
        return stretched(raw, rate, tempo), rate, [(char, at / tempo) for char, at in marks]
    return raw, rate, marks


def _levelled(samples: Samples, loudness: float) -> Samples:
    """The samples at the usual level, whatever the timbre; peaks stay below full scale."""
    import numpy as np  # noqa: PLC0415

    if not len(samples):
        return samples
    loud = np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2)) if np.abs(samples).max() > 0.01 else 1.0
    gain = min(LEVEL * 1.5 * loudness / float(loud), 0.9 / float(np.abs(samples).max() or 1.0))
    return (samples * np.float32(gain)).astype(np.float32)


def _words(
    text: str, within: tuple[int, int], marks: list[tuple[int, float]], seconds: float, *, after: float
) -> tuple[Word, ...]:
    """The words of a sentence with their times; one without a mark of its own is placed by its characters.

    `within` is the sentence's place in the text, `seconds` its length, `after` where in the sound it begins.
    """
    import numpy as np  # noqa: PLC0415

    start, end = within
    tokens = [(found.start(), found.end()) for found in _TOKEN.finditer(text, start, end)]
    known = dict(sorted([(end - start, seconds), *reversed(marks)]))  # the first mark at a place counts
    places = [first - start for first, _ in tokens]
    times = np.maximum.accumulate(np.interp(places, list(known), list(known.values())))
    begins = [after + float(at) for at in times]
    return tuple(
        Word(first, last, begin, until)
        for (first, last), begin, until in zip(tokens, begins, [*begins[1:], after + seconds], strict=True)
    )


def chime(rate: int) -> Samples:
    """The sandbox's mark: two soft tones, 0.14 s, and a breath of silence."""
    import numpy as np  # noqa: PLC0415

    n = round(0.07 * rate)
    t = np.arange(n) / rate
    shape = np.sin(np.pi * np.arange(n) / n) ** 2
    tones = [0.04 * shape * np.sin(2 * np.pi * tone * t) for tone in (1318.5, 1760.0)]
    return np.concatenate([*tones, np.zeros(round(0.05 * rate))]).astype(np.float32)
