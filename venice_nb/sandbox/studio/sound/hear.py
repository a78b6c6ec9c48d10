"""Listening to a file: what the sandbox said is told word by word, everything else is described as a signal.

The sandbox knows its own speech by the file's digest, by its landmarks in any other sound, and by the recipe
in the file's tags, from which it is spoken once more and compared. It cannot recognise anyone else's words.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from .encode import container, decode
from .landmarks import Found, Memory
from .speakers import TIMBRES, Speaker
from .voice import Speech, engine, sentences, speak

if TYPE_CHECKING:
    from .encode import Samples
    from .landmarks import Utterance

RATE = 8000  # samples a second, enough for all that is looked at
SILENT = 10 ** (-60 / 20)  # peak of a sound without a signal: -60 dBFS
FILES = 500  # digests that are remembered
PURE = 0.9  # of the energy is one tone, or it is not called one
CLEAR = 0.5  # of the audible time must be words of the sandbox's, or all is described

_RECIPE = re.compile(
    r"\[sandbox speech by (?P<engine>eSpeak NG|signal): (?P<language>[a-zA-Z0-9-]{2,12}) (?P<timbre>\w+)"
    r" (?P<pitch>[\d.]{1,20}) (?P<pace>[\d.]{1,20}) (?P<melody>[\d.]{1,20}) (?P<speed>[\d.]{1,20})\]"
    r" (?P<text>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or a sentence and when it is heard, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard. `known` is False where the text only describes the signal; it then has no words."""

    text: str
    seconds: float
    words: tuple[Piece, ...]
    segments: tuple[Piece, ...]
    known: bool


def recipe(who: Speaker, language: str, speed: float, text: str) -> str:
    """The comment of a speech file: how to say it again."""
    manner = f"{language} {who.timbre} {who.pitch!r} {who.pace!r} {who.liveliness!r} {speed!r}"
    return f"[sandbox speech by {engine()}: {manner}] {text}"


class Hearing:
    """What one sandbox has said, and how it listens."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._files: dict[bytes, Utterance] = {}  # by digest, without their landmarks
        self._lock = Lock()

    def remember(self, speech: Speech, data: bytes = b"") -> None:
        """Keeps what was said, and the file it was sent in."""
        said = self.memory.add(speech.text, speech.words, speech.samples, speech.rate)
        if data:
            with self._lock:
                self._files[sha256(data).digest()] = replace(
                    said, hashes=said.hashes[:0], times=said.times[:0]
                )
                while len(self._files) > FILES:
                    del self._files[next(iter(self._files))]

    def listen(self, data: bytes) -> Transcript:
        """The transcript of a file. Raises ValueError if it is silent, empty or cannot be decoded."""
        said = self._files.get(sha256(data).digest())
        if said is not None:
            return _told([Found(said, 0.0, 0, len(said.words) - 1)], said.seconds)
        samples, rate, tags = decode(data, rate=RATE)
        mono = samples[:, 0]
        if not len(mono) or abs(mono).max() < SILENT:
            raise ValueError("there is no sound in it")
        seconds = len(mono) / rate
        found = self.memory.find(mono, rate)
        if not _clear(found, mono, rate) and self._said_again(tags.get("comment", "")):
            found = self.memory.find(mono, rate)
        if _clear(found, mono, rate):
            return _told(found, seconds)
        text = described(mono, rate, container(data))
        return Transcript(text, seconds, (), (Piece(text, 0.0, seconds),), known=False)

    def _said_again(self, comment: str) -> bool:
        """Whether the tags hold a recipe; what it gives is then remembered."""
        told = _RECIPE.match(comment)
        if told is None or told["engine"] != engine():
            return False
        try:
            pitch, pace, melody, speed = (float(told[name]) for name in ("pitch", "pace", "melody", "speed"))
            # tags are anyone's to write: a recipe stays within what a request could have asked for
            if told["timbre"] not in {**TIMBRES["f"], **TIMBRES["m"]} or not (
                50 <= pitch <= 600 and 0.3 <= pace <= 3 and melody <= 10 and 0.25 <= speed <= 4
            ):
                return False
            who = Speaker(told["language"], told["timbre"], pitch, pace, melody)
            self.remember(speak(told["text"][:4096], who, rate=24_000, speed=speed))
        except (ValueError, RuntimeError):
            return False
        return True


def _clear(found: list[Found], mono: Samples, rate: int) -> bool:
    """Whether most of what is audible was recognised."""
    words = sum(one.said.words[one.last].end - one.said.words[one.first].start for one in found)
    return bool(found) and words >= CLEAR * audible(mono, rate)


def audible(mono: Samples, rate: int) -> float:
    """Seconds that are not near silence."""
    import numpy as np  # noqa: PLC0415

    levels = _levels(mono, rate)
    return float((levels > max(SILENT, float(levels.max()) / 50)).sum() * 0.05) if np.size(levels) else 0.0


def _levels(mono: Samples, rate: int) -> Samples:
    """Root mean square of each twentieth of a second."""
    import numpy as np  # noqa: PLC0415

    step = rate // 20
    whole = np.concatenate([mono, np.zeros(-len(mono) % step, np.float32)]).reshape(-1, step)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)), np.float32)


def _told(found: list[Found], seconds: float) -> Transcript:
    words, segments = [], []
    for one in found:
        heard = one.said.words[one.first : one.last + 1]
        words += [
            Piece(one.said.text[word.first : word.last], *_when(one, word.start, word.end)) for word in heard
        ]
        for start, end in sentences(one.said.text):
            inside = [word for word in heard if start <= word.first < end]
            if inside:
                text = one.said.text[inside[0].first : inside[-1].last]
                segments.append(Piece(text, *_when(one, inside[0].start, inside[-1].end)))
    text = " ".join(one.text for one in found)
    return Transcript(text, seconds, tuple(words), tuple(segments), known=True)


def _when(one: Found, start: float, end: float) -> tuple[float, float]:
    return max(0.0, start + one.offset), max(0.0, end + one.offset)


def described(mono: Samples, rate: int, kind: str) -> str:
    """One line about a sound whose words are not known."""
    import numpy as np  # noqa: PLC0415

    level = 20 * math.log10(float(np.sqrt((mono**2).mean())) or 1e-9)
    word = "loud" if level > -12 else "quiet" if level < -35 else "moderately loud"
    seconds = len(mono) / rate
    single = pure(mono, rate)
    voice = 0.0 if single else pitch(mono, rate)
    tone = f"a voice or tone of about {voice:.0f} Hz" if voice else "no clear pitch"
    tone = f"a tone of {single:.0f} Hz" if single else tone
    share = min(1.0, audible(mono, rate) / seconds)
    return (
        f"[sandbox] {seconds:.1f} s of {kind.partition(',')[0]} audio: {word} ({level:.0f} dBFS), {tone},"
        f" audible {share:.0%} of the time. The sandbox knows the words of its own speech only."
    )


def pure(mono: Samples, rate: int) -> float:
    """The frequency in Hz of a sound that is a single tone, from its first half minute; 0 for any other."""
    import numpy as np  # noqa: PLC0415

    some = mono[: 30 * rate]
    if len(some) < rate // 10:
        return 0.0
    power = np.abs(np.fft.rfft(some * np.hanning(len(some)))) ** 2
    peak = int(power.argmax())
    near = slice(max(peak - 3, 0), peak + 4)
    alone = float(power[near].sum()) > PURE * float(power.sum())
    middle = float((np.arange(len(power))[near] * power[near]).sum() / (power[near].sum() or 1.0))
    return middle * rate / len(some) if alone and peak > 3 else 0.0


def pitch(mono: Samples, rate: int) -> float:
    """The median pitch in Hz of what has one, 60 to 450, from the first half minute; 0 if nothing has."""
    import numpy as np  # noqa: PLC0415

    step = rate // 20
    size = 2 * step
    some = mono[: 30 * rate]
    if len(some) < size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(some, size)[::step].astype(np.float64)
    levels = np.sqrt((frames**2).mean(axis=1))
    frames = frames[levels > max(SILENT, levels.max() / 5)]
    frames = frames - frames.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(frames, 2 * size, axis=1)) ** 2
    echo = np.fft.irfft(spectrum, axis=1)[:, : rate // 60]
    echo /= echo[:, :1] + 1e-12
    low = rate // 450
    lags = echo[:, low:].argmax(axis=1) + low
    sure = echo[np.arange(len(lags)), lags] > 0.4
    return float(np.median(rate / lags[sure])) if sure.sum() >= 3 else 0.0
