"""Speech known again by its landmarks: pairs of spectral peaks, which survive cutting, joining and codecs.

`landmarks` turns samples into hashes with their times. `Memory` keeps those of what was said and finds, in
any other sound, what of it is heard and when.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from .encode import resampled

if TYPE_CHECKING:
    import numpy as np

    from .encode import Samples
    from .voice import Word

    Numbers = np.ndarray[Any, np.dtype[np.int64]]

RATE = 8000  # samples a second that peaks are looked for in
WINDOW, HOP = 512, 128  # samples: 64 ms and 16 ms
STEP = HOP / RATE  # seconds between two frames
LOW, HIGH = 6, 240  # bins of 15.6 Hz
NEAR_BINS, NEAR_FRAMES = 10, 5  # no two peaks are nearer
FAN, REACH = 6, 40  # each peak is paired with so many later ones within so many frames
BLOCK = 4096  # frames looked at together
LEAST = 12  # pairs that must agree on one offset
COMMON = 100  # a pair that occurs more often tells nothing
SHARE = 0.12  # of the pairs of a stretch that must be heard in it
SHORT = 2  # words at an end of a stretch that may be too short for a pair
FAINT = 0.03  # of the loudest sample: what is below is no word
KEPT = 1800.0  # seconds of speech that are remembered; twice as many take twice as long to search


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said: text, words with their times, and its length in seconds."""

    text: str
    words: tuple[Word, ...]
    seconds: float
    hashes: Numbers
    times: Numbers


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of an utterance in another sound: the words `first` to `last`, `offset` seconds later."""

    said: Utterance
    offset: float
    first: int
    last: int

    @property
    def text(self) -> str:
        """The words as they were written; the whole text if all were heard."""
        words = self.said.words
        if self.first == 0 and self.last == len(words) - 1:
            return self.said.text.strip()
        return self.said.text[words[self.first].first : words[self.last].last]


def landmarks(samples: Samples, rate: int) -> tuple[Numbers, Numbers]:
    """Hashes of pairs of peaks and the frames they begin at."""
    import numpy as np  # noqa: PLC0415

    sound = resampled(samples, rate, RATE)
    if len(sound) < WINDOW:
        sound = np.concatenate([sound, np.zeros(WINDOW - len(sound), np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    window = np.hanning(WINDOW).astype(np.float32)
    times, bins = [], []
    for start in range(0, len(frames), BLOCK):
        some = frames[start : start + BLOCK] * window
        power = np.log(np.abs(np.fft.rfft(some)[:, LOW:HIGH]) + 1e-6).astype(np.float32)
        top = power.max(axis=1, keepdims=True)
        loud = (power > top - 3.5) & (top > power.max() - 5.0)  # 30 dB in a frame, 43 dB overall
        at, of = np.nonzero((power == _highest(power)) & loud)
        times.append(at + start)
        bins.append(of)
    return _paired(np.concatenate(times), np.concatenate(bins))


def _highest(power: Samples) -> Samples:
    """For each place the highest value near it."""
    import numpy as np  # noqa: PLC0415

    for axis, near in ((0, NEAR_FRAMES), (1, NEAR_BINS)):
        size = power.shape[axis]
        out = power.copy()
        for shift in range(1, min(near, size - 1) + 1):
            ahead = [slice(None)] * 2
            behind = [slice(None)] * 2
            ahead[axis], behind[axis] = slice(shift, None), slice(None, size - shift)
            np.maximum(out[tuple(behind)], power[tuple(ahead)], out=out[tuple(behind)])
            np.maximum(out[tuple(ahead)], power[tuple(behind)], out=out[tuple(ahead)])
        power = out
    return power


def _paired(times: Numbers, bins: Numbers) -> tuple[Numbers, Numbers]:
    import numpy as np  # noqa: PLC0415

    hashes, begins = [], []
    for ahead in range(1, FAN + 1):
        gap = times[ahead:] - times[:-ahead]
        near = (gap > 0) & (gap <= REACH)
        pair = (bins[:-ahead] << 16 | bins[ahead:] << 8 | gap)[near]
        hashes.append(pair)
        begins.append(times[:-ahead][near])
    return np.concatenate(hashes).astype(np.int64), np.concatenate(begins).astype(np.int64)


class Memory:
    """What was said lately, and how to find it again."""

    def __init__(self) -> None:
        self._said: deque[Utterance] = deque()
        self._index: tuple[Numbers, Numbers, Numbers] | None = (
            None  # sorted hashes, their times, their owners
        )
        self._lock = Lock()

    def add(self, text: str, words: tuple[Word, ...], samples: Samples, rate: int) -> Utterance:
        """Remembers an utterance; the oldest are forgotten beyond half an hour of speech."""
        import numpy as np  # noqa: PLC0415

        # a cut elsewhere may begin half a frame later, where other peaks win: both are remembered
        both = [landmarks(samples[late:], rate) for late in (0, round(STEP / 2 * rate))]
        hashes, times = (np.concatenate(parts) for parts in zip(*both, strict=True))
        said = Utterance(text, words, len(samples) / rate, hashes, times)
        with self._lock:
            if not any(_same(said, known) for known in self._said):
                self._said.append(said)
                self._index = None
            while sum(one.seconds for one in self._said) > KEPT and len(self._said) > 1:
                self._said.popleft()
        return said

    def find(self, samples: Samples, rate: int) -> list[Found]:
        """What is heard in the samples, in order of time."""
        import numpy as np  # noqa: PLC0415

        hashes, times = landmarks(samples, rate)
        with self._lock:
            said = tuple(self._said)
            known, at, owners = self._index = self._index or _indexed(said)
        low, high = np.searchsorted(known, hashes, "left"), np.searchsorted(known, hashes, "right")
        counts = np.where(high - low <= COMMON, high - low, 0)
        asked = np.repeat(np.arange(len(hashes)), counts)
        place = np.arange(len(asked)) - np.repeat(np.cumsum(counts) - counts, counts) + low[asked]
        heard = times[asked]
        until = heard + (hashes[asked] & 255)  # when the second peak of the pair is heard
        found = _stretches(said, (heard, until, at[place], owners[place]))
        return _widened(found, samples, rate)


def _same(one: Utterance, other: Utterance) -> bool:
    import numpy as np  # noqa: PLC0415

    return one.text == other.text and np.array_equal(one.hashes, other.hashes)


def _indexed(said: tuple[Utterance, ...]) -> tuple[Numbers, Numbers, Numbers]:
    import numpy as np  # noqa: PLC0415

    empty = np.zeros(0, np.int64)
    hashes = np.concatenate([empty, *(one.hashes for one in said)])
    times = np.concatenate([empty, *(one.times for one in said)])
    owners = np.concatenate([empty, *(np.full(len(one.hashes), at) for at, one in enumerate(said))])
    order = np.argsort(hashes, kind="stable")
    return hashes[order], times[order], owners[order]


def _stretches(said: tuple[Utterance, ...], pairs: tuple[Numbers, Numbers, Numbers, Numbers]) -> list[Found]:
    """The offsets most pairs agree on, strongest first; each moment of the sound belongs to one of them."""
    import numpy as np  # noqa: PLC0415

    heard, until, spoken, who = pairs
    found: list[Found] = []
    if not len(heard):
        return found
    offsets = heard - spoken
    wide = int(np.abs(offsets).max()) * 2 + 3
    keys = who * wide + offsets + wide // 2
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    votes = np.unique(keys)
    # a frame to either side counts too: no cut falls on a frame's edge
    low, high = np.searchsorted(keys, votes - 1, "left"), np.searchsorted(keys, votes + 1, "right")
    strength = high - low
    taken = np.zeros(int(heard.max()) + 2, bool)
    for best in np.argsort(-strength, kind="stable"):
        if strength[best] < LEAST:
            break
        owner, offset = int(votes[best] // wide), int(votes[best] % wide - wide // 2)
        mine = order[low[best] : high[best]]
        mine = mine[~taken[heard[mine]]]
        if len(mine) < LEAST:
            continue
        moments = np.unique([heard[mine], until[mine]])
        stretch = _words(said[owner], (moments - offset) * STEP, offset * STEP)
        if stretch is None:
            continue
        begin = said[owner].words[stretch.first].start / STEP
        end = said[owner].words[stretch.last].end / STEP
        own = ((said[owner].times >= begin) & (said[owner].times <= end)).sum() / 2
        place = slice(max(0, int(begin) + offset), max(0, int(end) + offset))
        if len(mine) >= SHARE * own and taken[place].mean() < 0.3:
            found.append(stretch)
            taken[place] = True
    return sorted(found, key=lambda one: one.offset + one.said.words[one.first].start)


def _words(said: Utterance, moments: Any, offset: float) -> Found | None:
    """The words from the first to the last with pairs in it."""
    import numpy as np  # noqa: PLC0415

    starts = np.array([word.start for word in said.words])
    ends = np.array([word.end for word in said.words])
    hits = np.searchsorted(moments, ends) > np.searchsorted(moments, starts)
    if not hits.any():
        return None
    return Found(said, offset, int(hits.argmax()), len(hits) - 1 - int(hits[::-1].argmax()))


def _widened(found: list[Found], samples: Samples, rate: int) -> list[Found]:
    """The stretches with up to `SHORT` words more at either end, too short for pairs, that are heard."""
    seconds, least = len(samples) / rate, abs(samples).max(initial=0.0) * FAINT
    out: list[Found] = []
    for at, one in enumerate(found):
        words, first, last = one.said.words, one.first, one.last
        begin = _end(out[-1]) if out else -0.05
        after = found[at + 1] if at + 1 < len(found) else None
        end = after.offset + after.said.words[after.first].start if after else seconds

        def heard(word: Word, shift: float = one.offset, begin: float = begin, end: float = end) -> bool:
            inside = begin <= word.start + shift and word.end + shift <= end + 0.05
            span = samples[max(0, int((word.start + shift) * rate)) : max(0, int((word.end + shift) * rate))]
            return inside and len(span) > 0 and abs(span).max() > least

        while first > max(0, one.first - SHORT) and heard(words[first - 1]):
            first -= 1
        while last < min(len(words) - 1, one.last + SHORT) and heard(words[last + 1]):
            last += 1
        out.append(Found(one.said, one.offset, first, last))
    return out


def _end(one: Found) -> float:
    return one.offset + one.said.words[one.last].end
