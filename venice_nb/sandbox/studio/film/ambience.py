"""The sound of a film: a quiet chord and a little weather, chosen by the prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from .film import RATE

if TYPE_CHECKING:
    from .film import Samples

NOISY = {r"rain\w*|storm\w*|waterfall": 0.16, r"wind\w*|snow\w*|sea|ocean|wave\w*": 0.09, r"fire\w*": 0.07}
CHORDS = ((0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7, 12), (0, 2, 7, 9))  # semitones above the root
SHRILL = re.compile(r"\b(alarm|siren|scream\w*|horror)\b", re.IGNORECASE)


def ambience(prompt: str, seconds: float, seed: int) -> Samples:
    """Mono sound of exactly this length, the same for the same prompt and seed."""
    dice = np.random.default_rng(seed + 2)
    count = round(seconds * RATE)
    time = np.arange(count, dtype=np.float32) / RATE
    root = 110.0 * 2 ** (dice.integers(0, 12) / 12) * (2 if SHRILL.search(prompt) else 1)
    chord = CHORDS[dice.integers(len(CHORDS))]
    out = np.zeros(count, np.float32)
    for at, step in enumerate(chord):
        pitch = np.float32(2 * np.pi * root * 2 ** (step / 12))
        swell = 0.6 + 0.4 * np.sin(time * np.float32(0.7 + 0.23 * at) + np.float32(dice.uniform(0, 6)))
        out += np.float32(0.07) * swell * np.sin(time * pitch)
    loud = next(
        (level for words, level in NOISY.items() if re.search(rf"\b({words})\b", prompt, re.IGNORECASE)),
        0.015,
    )
    hiss = dice.standard_normal(count, dtype=np.float32)
    hiss[1:] = 0.5 * (hiss[1:] + hiss[:-1])
    out += np.float32(loud) * hiss * (0.7 + 0.3 * np.sin(time * np.float32(0.5)))
    return faded(out)


def faded(sound: Samples, seconds: float = 0.15) -> Samples:
    """The sound without clicks at its ends."""
    reach = min(len(sound) // 2, round(seconds * RATE))
    ramp = np.linspace(0, 1, reach, dtype=np.float32)
    sound = sound.copy()
    if reach:
        sound[:reach] *= ramp
        sound[-reach:] *= ramp[::-1]
    return sound


def fitted(sound: Samples, seconds: float) -> Samples:
    """The sound cut to a length, or followed by silence."""
    count = round(seconds * RATE)
    return faded(np.pad(sound[:count], (0, max(0, count - len(sound)))))
