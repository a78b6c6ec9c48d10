"""Sound made on the spot, as tests need it."""

import numpy as np

from venice_nb.media.encoding import encode
from venice_nb.media.sound import Sound


def tone(seconds=1.0, rate=24_000, pitch=440.0, level=0.5):
    """A steady tone, which any jump of a sample can be told from."""
    return Sound(
        (level * np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate)).astype("f4"), rate
    )


def quiet(seconds=1.0, rate=24_000):
    return Sound(np.zeros(int(seconds * rate), np.float32), rate)


def talk(*lengths, pause=1.0, rate=24_000):
    """Stretches of tone with silence between them."""
    parts = [each for length in lengths for each in (tone(length, rate), quiet(pause, rate))]
    return Sound(np.concatenate([part.samples for part in parts[:-1]]), rate)


def stereo(sound):
    return Sound(np.column_stack([sound.samples, sound.samples / 2]), sound.rate)


def file(seconds=1.0, kind="mp3", **options):
    """A tone as the bytes of a file."""
    return encode(tone(seconds, **options), kind)
