"""A signal like speech, without words: each letter a tone with formants or a rush of noise.

It stands in where eSpeak NG is not installed. Its length follows the text and the speed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .encode import Samples

RATE = 22050  # samples a second, as eSpeak NG's
LETTER = 0.072  # seconds at speed 1
_VOWELS = {
    "a": (730, 1090),
    "e": (530, 1840),
    "i": (270, 2290),
    "o": (570, 840),
    "u": (300, 870),
    "y": (400, 1700),
}
_HUMMED = {
    "l": (360, 1300),
    "m": (250, 1000),
    "n": (250, 1400),
    "r": (320, 1100),
    "w": (290, 700),
    "j": (280, 2100),
}
_NOISY = {
    "s": 5500,
    "z": 5000,
    "f": 3500,
    "v": 3000,
    "h": 1500,
    "c": 4000,
    "x": 4500,
    "p": 900,
    "t": 3500,
    "k": 2000,
    "b": 600,
    "d": 2500,
    "g": 1500,
    "q": 1800,
}
_PAUSES = {",": 2.5, ";": 3.0, ":": 3.0, ".": 4.0, "!": 4.0, "?": 4.0, "\u2014": 3.0}


def murmur(text: str, pitch: float, speed: float) -> tuple[Samples, int, list[tuple[int, float]]]:
    """Samples, samples a second, and `(character, seconds)` where words begin; `pitch` in Hz."""
    import numpy as np  # noqa: PLC0415

    made: dict[tuple[str, int], Samples] = {}
    pieces, marks, at = [], [], 0
    starts = {found.start() for found in re.finditer(r"\w+", text)}
    for index, letter in enumerate(text.lower()[: len(text)]):
        if index in starts:
            marks.append((index, at / RATE))
        fall = round(6 * index / len(text))  # a sentence sinks by a third
        if (letter, fall) not in made:
            made[letter, fall] = _letter(letter, pitch * (1.15 - 0.05 * fall), LETTER / speed)
        pieces.append(made[letter, fall])
        at += len(pieces[-1])
    return (np.concatenate(pieces) if pieces else np.zeros(0, np.float32)), RATE, marks


def _letter(letter: str, pitch: float, seconds: float) -> Samples:
    import numpy as np  # noqa: PLC0415

    if not letter.isalnum():
        return np.zeros(round(seconds * _PAUSES.get(letter, 0.8) * RATE), np.float32)
    plain = letter if letter in "abcdefghijklmnopqrstuvwxyz" else "aeioulmns"[ord(letter) % 9]
    n = round(seconds * (1.4 if plain in _VOWELS else 0.8) * RATE)
    t = np.arange(n) / RATE
    edge = np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.012 * RATE))
    if plain in _NOISY:
        noise = np.fft.rfft(np.random.default_rng(ord(letter)).standard_normal(n))
        hz = np.fft.rfftfreq(n, 1 / RATE)
        sound = np.fft.irfft(noise * np.exp(-(((hz - _NOISY[plain]) / 900) ** 2)), n)
        return np.asarray(0.1 * edge * sound / (np.abs(sound).max() + 1e-9), np.float32)
    first, second = {**_VOWELS, **_HUMMED}[plain]
    harmonics = pitch * np.arange(1, int(5000 / pitch) + 1)
    strength = np.zeros(len(harmonics))
    for formant, width, size in ((first, 90, 1.0), (second, 120, 0.5), (2700, 200, 0.15)):
        strength += size / (1 + ((harmonics - formant) / width) ** 2)
    sound = (strength[:, None] * np.sin(2 * np.pi * harmonics[:, None] * t)).sum(axis=0)
    loud = 0.3 if plain in _VOWELS else 0.15
    return np.asarray(loud * edge * sound / (np.abs(sound).max() + 1e-9), np.float32)
