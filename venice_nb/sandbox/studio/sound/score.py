"""What a piece of music is made of: a prompt read as tempo, key and style, and the notes that follow."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

MINOR: tuple[int, ...] = (0, 2, 3, 5, 7, 8, 10)
MAJOR: tuple[int, ...] = (0, 2, 4, 5, 7, 9, 11)
BEATS = 4  # in a bar

# Words of a prompt -> beats a minute, mode, drums (0 none, 3 driving), lead. The first that fits counts.
_STYLES = (
    ("techno house edm dance electronic club trance rave", 126, MINOR, 3, "saw"),
    ("metal punk rock hard guitar aggressive", 138, MINOR, 3, "saw"),
    ("drum bass jungle breakbeat fast energetic intense action chase", 150, MINOR, 3, "square"),
    ("epic cinematic orchestral heroic trailer dramatic", 96, MINOR, 2, "string"),
    ("lofi lo-fi chill chillhop study mellow relaxed", 78, MINOR, 1, "bell"),
    ("jazz swing blues lounge smooth bossa", 112, MAJOR, 1, "reed"),
    ("ambient meditation drone space atmospheric sleep peaceful", 60, MAJOR, 0, "string"),
    ("sad melancholy melancholic dark gloomy lonely mournful tense", 70, MINOR, 0, "string"),
    ("calm soft gentle lullaby quiet acoustic folk ballad piano", 74, MAJOR, 0, "pluck"),
    ("retro game chiptune 8-bit arcade 8bit", 140, MAJOR, 2, "square"),
    ("hip hop hip-hop trap rap beat", 88, MINOR, 2, "bell"),
    ("waltz classical baroque chamber violin", 100, MAJOR, 0, "string"),
    ("happy upbeat cheerful pop summer joyful bright fun uplifting", 120, MAJOR, 2, "pluck"),
)
# Chords as degrees of the scale, four bars each.
_TURNS = {
    MAJOR: ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 2, 3, 4), (3, 4, 0, 5)),
    MINOR: ((0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 6), (0, 5, 3, 4), (0, 2, 6, 3)),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece goes: beats a minute, scale, drums from 0 to 3, sound of the melody, lowest note (MIDI)."""

    tempo: float
    scale: tuple[int, ...]
    drums: int
    lead: str
    key: int


@dataclass(frozen=True, slots=True)
class Note:
    """One note: who plays it, pitch (MIDI), start and length in beats, loudness 0 to 1."""

    player: str
    pitch: int
    start: float
    length: float
    loudness: float


def style(prompt: str, seed: int) -> Style:
    """The style a prompt asks for; what it leaves open is drawn from the seed and the prompt."""
    rng = random.Random(f"style {seed} {prompt}")
    words = set(re.findall(r"[a-z0-9-]+", prompt.lower()))
    tempo, scale, drums, lead = next(
        (row[1:] for row in _STYLES if words & set(row[0].split())),
        (rng.choice((84, 96, 108, 120)), rng.choice((MAJOR, MINOR)), rng.choice((1, 2)), "pluck"),
    )
    if "minor" in words:
        scale = MINOR
    if "major" in words:
        scale = MAJOR
    if words & {"drumless", "solo"}:
        drums = 0
    told = re.search(r"\b(\d{2,3})\s*bpm\b", prompt.lower())
    speed = min(220.0, max(40.0, float(told[1]))) if told else tempo * rng.uniform(0.95, 1.05)
    if not told and words & {"slow", "slowly"}:
        speed *= 0.75
    if not told and words & {"fast", "quick"}:
        speed *= 1.2
    return Style(speed, scale, drums, lead, 48 + rng.randrange(12))


def notes(manner: Style, bars: int, seed: int) -> list[Note]:
    """The notes of so many bars: chords, bass, drums, and a melody of two motifs in the order A A B A."""
    rng = random.Random(f"notes {seed} {manner}")
    turn = rng.choice(_TURNS[manner.scale])
    motifs = {name: _motif(rng, manner) for name in "AB"}
    out: list[Note] = []
    for bar in range(bars):
        at, root = bar * BEATS, turn[bar % 4]
        full = bars < 6 or 2 <= bar < bars - 1  # longer pieces begin and end with fewer players
        out += [Note("pad", pitch(manner, root + step), at, BEATS, 0.25) for step in (0, 2, 4)]
        out += _bass(manner, root, at)
        if full:
            out += _drums(manner.drums, at, last=bar % 4 == 3)
            out += [
                Note(
                    manner.lead,
                    pitch(manner, root + degree) + 12,
                    at + start,
                    length,
                    0.5 if start % 1 == 0 else 0.38,
                )
                for degree, start, length in motifs["AABA"[bar // 2 % 4]][bar % 2]
            ]
    return out


def pitch(manner: Style, degree: int) -> int:
    """The MIDI number of a degree of the scale, 0 for the keynote."""
    octave, step = divmod(degree, 7)
    return manner.key + 12 * octave + manner.scale[step]


def _motif(rng: random.Random, manner: Style) -> list[list[tuple[int, float, float]]]:
    """Two bars of `(degree above the chord's root, beat, beats)`; the second answers the first."""
    calm = manner.drums == 0
    rhythms = (
        ((0, 2), (2, 2)) if calm else ((0, 1), (1, 0.5), (1.5, 0.5), (2, 1), (3, 1)),
        ((0, 1.5), (1.5, 0.5), (2, 2)),
        ((0, 1), (1, 1), (2, 1), (3, 1)) if calm else ((0, 0.5), (0.5, 1), (1.5, 0.5), (2, 1.5), (3.5, 0.5)),
        ((0, 3), (3, 1)) if calm else ((0, 0.75), (0.75, 0.75), (1.5, 0.5), (2, 2)),
    )
    bars = []
    for _ in range(2):
        degree, bar = rng.choice((0, 2, 4)), []
        for start, length in rng.choice(rhythms):
            bar.append((degree, float(start), float(length)))
            degree = max(-1, min(8, degree + rng.choice((-2, -1, -1, 1, 1, 2))))
        bars.append(bar)
    bars[1][-1] = (0, *bars[1][-1][1:])  # it comes home
    return bars


def _bass(manner: Style, root: int, at: float) -> list[Note]:
    low = pitch(manner, root) - 12
    if manner.drums == 0:
        return [Note("bass", low, at, BEATS, 0.4)]
    if manner.drums == 3:
        return [Note("bass", low, at + beat / 2, 0.45, 0.5) for beat in range(2 * BEATS)]
    fifth = pitch(manner, root + 4) - 12
    return [
        Note("bass", low, at, 1.4, 0.5),
        Note("bass", low, at + 1.5, 0.5, 0.4),
        Note("bass", fifth, at + 2, 1.8, 0.45),
    ]


def _drums(how: int, at: float, *, last: bool) -> list[Note]:
    """A bar of drums; the last of four has a fill."""
    if how == 0:
        return []
    kicks = {1: (0, 2.5), 2: (0, 1.5, 2), 3: (0, 1, 2, 3)}[how]
    out = [Note("kick", 0, at + beat, 0.3, 0.8) for beat in kicks]
    out += [Note("snare", 0, at + beat, 0.2, 0.5 if how > 1 else 0.3) for beat in (1, 3)]
    out += [Note("hat", 0, at + beat / 2, 0.08, 0.25 if beat % 2 else 0.15) for beat in range(2 * BEATS)]
    if last and how > 1:
        out += [Note("snare", 0, at + 3.25 + step / 4, 0.15, 0.25 + step / 10) for step in range(3)]
    return out
