"""Putting sound together without clicks, and taking it apart where nobody speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.media.sound import Sound, mono, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

STEP = 0.01  # seconds; how finely loudness is looked at
FADE = 0.005  # seconds in which a part fades in and out
EDGE = 0.03  # seconds of quiet kept before the first and after the last word
QUIET = 0.01  # of the loud places: 40 dB less is silence
REACH = 0.6  # share of a piece in which its end may be moved to a silence
SCRAP = 0.2  # share of a piece that is left for the last one at least


def join(sounds: Sequence[Sound], pause: float | Sequence[float]) -> tuple[Sound, list[tuple[float, float]]]:
    """One sound out of several, and from when to when each of them is heard, in seconds.

    The quiet at both ends of each goes, each fades in and out within 5 ms, and `pause` seconds of silence
    stand between (one for all, or one after each but the last): so no sample jumps. All get the highest of
    the rates and of the numbers of channels.
    """
    import numpy as np  # noqa: PLC0415  loaded with the samples

    rate = max(each.rate for each in sounds)
    channels = max(each.channels for each in sounds)
    pauses = [pause] * (len(sounds) - 1) if isinstance(pause, int | float) else list(pause)
    blocks: list[NDArray[np.float32]] = []
    times: list[tuple[float, float]] = []
    at = 0
    for sound, after in zip(sounds, [*pauses, 0.0], strict=True):
        block = faded(trimmed(resample(sound, rate))).samples
        if channels > 1:
            block = np.column_stack([block] * channels) if block.ndim == 1 else block
        times.append((at / rate, (at + len(block)) / rate))
        silence = np.zeros((round(after * rate), *block.shape[1:]), np.float32)
        blocks += [block, silence]
        at += len(block) + len(silence)
    return Sound(np.concatenate(blocks), rate), times


def trimmed(sound: Sound) -> Sound:
    """The sound without the quiet at its ends; a sound that is nothing but quiet stays as it is."""
    loud = loudness(sound)
    heard = (loud > _threshold(loud)).nonzero()[0]
    if not len(heard):
        return sound
    step, edge = round(STEP * sound.rate), round(EDGE * sound.rate)
    first = max(0, int(heard[0]) * step - edge)
    last = min(len(sound.samples), (int(heard[-1]) + 1) * step + edge)
    return Sound(sound.samples[first:last], sound.rate)


def faded(sound: Sound) -> Sound:
    """The sound rising from zero at its start and falling to zero at its end."""
    import numpy as np  # noqa: PLC0415  loaded with the samples

    count = min(round(FADE * sound.rate), len(sound.samples) // 2)
    if count < 1:
        return sound
    samples = sound.samples.copy()
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    ramp = ramp if samples.ndim == 1 else ramp[:, None]
    samples[:count] *= ramp
    samples[-count:] *= ramp[::-1]
    return Sound(samples, sound.rate)


def silences(sound: Sound, *, least: float = 0.25) -> list[tuple[float, float]]:
    """Where nobody speaks for at least so many seconds: from when to when."""
    import numpy as np  # noqa: PLC0415  loaded with the samples

    loud = loudness(sound)
    quiet = np.concatenate([[False], loud <= _threshold(loud), [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    spans = [(int(start) * STEP, min(int(end) * STEP, sound.seconds)) for start, end in edges.reshape(-1, 2)]
    return [(start, end) for start, end in spans if end - start >= least]


def cuts(sound: Sound, longest: float) -> list[float]:
    """Where to cut it into pieces of at most so many seconds: where it is quietest near the end of each."""
    import numpy as np  # noqa: PLC0415  loaded with the samples

    found: list[float] = []
    loud = _smooth(loudness(sound))
    start, whole = 0.0, sound.seconds
    while whole - start > longest:
        first = start + (1 - REACH) * longest
        last = max(min(start + longest, whole - SCRAP * longest), first)
        window = loud[int(first / STEP) : max(int(last / STEP), int(first / STEP) + 1)]
        # the middle of the last of the quietest places: a pause, not the edge of one; few pieces, not many
        quietest = np.flatnonzero(window <= window.min() * 1.05 + 1e-9)
        run = np.split(quietest, np.flatnonzero(np.diff(quietest) > 1) + 1)[-1]
        start = min(max((int(first / STEP) + float(run.mean()) + 0.5) * STEP, first), last)
        found.append(start)
    return found


def cut(sound: Sound, start: float, end: float) -> Sound:
    """The part from one second to another."""
    return Sound(sound.samples[round(start * sound.rate) : round(end * sound.rate)], sound.rate)


def loudness(sound: Sound) -> Any:
    """Root mean square of each hundredth of a second."""
    import numpy as np  # noqa: PLC0415  loaded with the samples

    samples = mono(sound).samples
    step = max(round(STEP * sound.rate), 1)
    whole = len(samples) // step * step
    loud = np.sqrt(np.square(samples[:whole].reshape(-1, step)).mean(axis=1))
    if whole < len(samples):
        loud = np.append(loud, np.sqrt(np.square(samples[whole:]).mean()))
    return loud if len(loud) else np.zeros(1)


def _threshold(loud: Any) -> float:
    import numpy as np  # noqa: PLC0415  loaded with the samples

    return max(float(np.percentile(loud, 95)) * QUIET, 1e-5)


def _smooth(loud: Any) -> Any:
    """Loudness over a fifth of a second, so that a short gap inside a word is no pause."""
    import numpy as np  # noqa: PLC0415  loaded with the samples

    width = round(0.2 / STEP)
    sums = np.cumsum(np.concatenate([[0.0], np.pad(loud, (width // 2, width - 1 - width // 2), mode="edge")]))
    return (sums[width:] - sums[:-width]) / width
