"""Sound effects from words: rain, wind, thunder, waves, bells, alarms, steps and more, and the drums.

Each maker gives mono samples of full length from a generator of random numbers; several words are mixed.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from .encode import Samples

    Dice = np.random.Generator
    Array = np.ndarray[Any, np.dtype[np.float64]]

_MUSIC = """
music song track melody beat tune piano guitar orchestra jazz techno house lofi pop rock symphony soundtrack
bpm waltz ballad lullaby anthem jingle groove synthwave ambient chord chords strings violin cello flute harp
trumpet saxophone choir synth minor major
"""


def asked(prompt: str) -> bool:
    """Whether a prompt names a sound effect and no music."""
    words = _words(prompt)
    return not words & set(_MUSIC.split()) and any(words & set(names.split()) for names in _MAKERS)


def effect(prompt: str, n: int, seed: int, rate: int) -> Samples:
    """The sounds the prompt names, mixed, `(n,)`; a sound of its own for words it does not know."""
    import numpy as np  # noqa: PLC0415

    named = blake2b(f"{seed} {prompt}".encode(), digest_size=8).digest()
    dice = np.random.default_rng(int.from_bytes(named))
    words = _words(prompt)
    makers = [make for names, make in _MAKERS.items() if words & set(names.split())] or [_unknown]
    out = np.zeros(n, np.float32)
    for make in makers:
        sound = make(dice, n, rate)
        out += sound / (np.abs(sound).max() or 1.0)
    edge = min(n // 2, rate // 50)
    ramp = np.linspace(0, 1, edge)
    out[:edge] *= ramp
    out[n - edge :] *= ramp[::-1]
    return (out * (0.8 / (np.abs(out).max() or 1.0))).astype(np.float32)


@cache
def drum(name: str, rate: int) -> Samples:
    """One stroke: kick, snare or hat."""
    import numpy as np  # noqa: PLC0415

    dice = np.random.default_rng(len(name))
    n = round({"kick": 0.3, "snare": 0.2, "hat": 0.07}[name] * rate)
    t = np.arange(n) / rate
    if name == "kick":
        return np.asarray(
            np.sin(2 * np.pi * (45 * t + 3.2 * (1 - np.exp(-t * 30)))) * np.exp(-t * 12), np.float32
        )
    noise = _noise(dice, n, rate, 1500 if name == "snare" else 7000, 12_000)
    body = 0.4 * np.sin(2 * np.pi * 190 * t) if name == "snare" else 0
    return np.asarray((noise + body) * np.exp(-t * (22 if name == "snare" else 60)), np.float32)


def _words(prompt: str) -> set[str]:
    found = re.findall(r"[a-z]+", prompt.lower())
    return set(found) | {word.removesuffix("s") for word in found}


def _time(n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    return np.arange(n) / rate


def _noise(dice: Dice, n: int, rate: int, low: float, high: float) -> Array:
    """Noise between two frequencies in Hz, peak 1, made in blocks of a length that transforms quickly."""
    import numpy as np  # noqa: PLC0415

    size = 1 << max(8, (n - 1).bit_length()) if n < 1 << 18 else 1 << 18
    hz = np.fft.rfftfreq(size, 1 / rate)
    gate = 1 / (1 + (low / np.maximum(hz, 1)) ** 6) / (1 + (hz / high) ** 6)
    blocks = [
        np.fft.irfft(np.fft.rfft(dice.standard_normal(size)) * gate, size) for _ in range(-(-n // size))
    ]
    sound = np.concatenate(blocks)[:n]
    return sound / (np.abs(sound).max() or 1.0)


def _swell(dice: Dice, n: int, rate: int, period: float) -> Array:
    """A slow random curve between 0 and 1, with a new aim every `period` seconds."""
    import numpy as np  # noqa: PLC0415

    aims = dice.random(max(2, int(n / rate / period) + 2))
    return np.interp(np.arange(n) / rate / period, np.arange(len(aims)), aims)


def _strokes(n: int, rate: int, times: Any, stroke: Any, loud: Any = ()) -> Array:
    """The same short sound at many times, in seconds, each with a loudness if given."""
    import numpy as np  # noqa: PLC0415

    out = np.zeros(n)
    for number, time in enumerate(times):
        at = round(time * rate)
        part = stroke[: max(0, n - at)]
        out[at : at + len(part)] += part * (loud[number] if len(loud) else 1.0)
    return out


def _rain(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(rate // 40, rate)
    drop = np.sin(2 * np.pi * 2600 * t) * np.exp(-t * 300)
    times = dice.random(int(n / rate * 25)) * n / rate
    return 0.5 * _noise(dice, n, rate, 900, 9000) + 0.3 * _strokes(n, rate, times, drop)


def _wind(dice: Dice, n: int, rate: int) -> Array:
    return _noise(dice, n, rate, 150, 600) * (0.3 + 0.7 * _swell(dice, n, rate, 1.3)) + 0.3 * _noise(
        dice, n, rate, 500, 1500
    ) * _swell(dice, n, rate, 0.9)


def _thunder(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    clap = _noise(dice, n, rate, 30, 2500) * np.exp(-t * 4)
    return clap + _noise(dice, n, rate, 25, 120) * np.exp(-t * 0.7) * (
        0.4 + 0.6 * _swell(dice, n, rate, 0.25)
    )


def _waves(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    surge = (0.5 - 0.5 * np.cos(2 * np.pi * t / 5.5)) ** 2
    return _noise(dice, n, rate, 200, 2500) * (0.15 + surge) + 0.4 * _noise(dice, n, rate, 40, 200)


def _fire(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    crack = _noise(dice, rate // 50, rate, 1500, 9000) * np.exp(-_time(rate // 50, rate) * 200)
    times = dice.random(int(n / rate * 14)) * n / rate
    return 0.3 * _noise(dice, n, rate, 60, 500) + _strokes(n, rate, times, crack, dice.random(len(times)))


def _bell(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(min(n, 4 * rate), rate)
    base = 400 + 300 * float(dice.random())
    partials = ((1, 1.0, 1.2), (2.0, 0.6, 1.7), (2.76, 0.5, 2.5), (5.4, 0.25, 5.0))
    ring = sum(
        size * np.sin(2 * np.pi * base * times * t) * np.exp(-t * fade) for times, size, fade in partials
    )
    return _strokes(n, rate, np.arange(0, n / rate, 2.2), np.asarray(ring))


def _beep(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    on = (t % 0.5 < 0.25) & (t % 2.0 < 1.6)
    return np.sin(2 * np.pi * (800 + 400 * float(dice.random())) * t) * on


def _siren(_dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    return np.sin(2 * np.pi * np.cumsum(900 + 350 * np.sin(2 * np.pi * 0.5 * t)) / rate)


def _birds(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    out = np.zeros(n)
    t = _time(rate // 8, rate)
    for _ in range(4):
        top = 2500 + 2500 * float(dice.random())
        chirp = np.sin(2 * np.pi * np.cumsum(top + 900 * np.sin(2 * np.pi * 18 * t)) / rate) * np.sin(
            8 * np.pi * t
        )
        starts = dice.random(max(1, int(n / rate / 1.8))) * n / rate
        times = [start + 0.16 * again for start in starts for again in range(4)]
        out += _strokes(n, rate, times, chirp)
    return out


def _steps(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    step = _noise(dice, rate // 8, rate, 60, 900) * np.exp(-_time(rate // 8, rate) * 35)
    return _strokes(n, rate, np.arange(0.05, n / rate, 0.55), step)


def _heart(_dice: Dice, n: int, rate: int) -> Array:
    beats = [at / 100 for second in range(0, int(n / rate * 100) + 1, 90) for at in (second, second + 28)]
    return _strokes(n, rate, beats, drum("kick", rate))


def _engine(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    turn = 2 * np.pi * np.cumsum(45 + 25 * _swell(dice, n, rate, 2.0)) / rate
    pulse = np.maximum(0, np.sin(turn)) ** 3 + 0.5 * np.maximum(0, np.sin(turn * 2 + 1)) ** 5
    rumble = _noise(dice, n, rate, 80, 800) * (1 + 0.3 * np.sin(40 * t))
    return np.asarray(pulse - pulse.mean() + 0.2 * rumble)


def _laser(_dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(rate // 3, rate)
    zap = np.sin(2 * np.pi * np.cumsum(200 + 2600 * np.exp(-t * 14)) / rate) * np.exp(-t * 7)
    return _strokes(n, rate, np.arange(0, n / rate, 0.7), zap)


def _blast(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    return _noise(dice, n, rate, 30, 900) * np.exp(-t * 2.2) + 0.6 * _noise(dice, n, rate, 25, 90) * np.exp(
        -t
    )


def _whoosh(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(n, rate)
    length = min(1.6, n / rate)
    return np.asarray(_noise(dice, n, rate, 300, 4000) * np.sin(np.pi * (t % length) / length) ** 4)


def _clock(_dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(rate // 40, rate)
    tick = np.sin(2 * np.pi * 2300 * t) * np.exp(-t * 220)
    times = np.arange(0, n / rate, 0.5)
    return _strokes(n, rate, times, tick, [1.0 if at % 2 == 0 else 0.6 for at in range(len(times))])


def _water(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    t = _time(rate // 12, rate)
    drip = np.sin(2 * np.pi * np.cumsum(700 + 900 * t * 12) / rate) * np.exp(-t * 45)
    times = np.sort(dice.random(max(2, int(n / rate * 3)))) * n / rate
    return _strokes(n, rate, times, drip, 0.4 + 0.6 * dice.random(len(times))) + 0.1 * _noise(
        dice, n, rate, 400, 2500
    )


def _claps(dice: Dice, n: int, rate: int) -> Array:
    import numpy as np  # noqa: PLC0415

    clap = _noise(dice, rate // 30, rate, 800, 4500) * np.exp(-_time(rate // 30, rate) * 130)
    times = dice.random(int(n / rate * 70)) * n / rate
    return _strokes(n, rate, times, clap, 0.2 + 0.8 * dice.random(len(times)))


def _unknown(dice: Dice, n: int, rate: int) -> Array:
    """A texture of its own: a band of noise and a gliding tone, both as the dice fall."""
    import numpy as np  # noqa: PLC0415

    low = 80 * 2 ** (4 * float(dice.random()))
    glide = low * 2 ** (2 * _swell(dice, n, rate, 0.8))
    tone = np.sin(2 * np.pi * np.cumsum(glide) / rate) * _swell(dice, n, rate, 0.4)
    return tone + 0.6 * _noise(dice, n, rate, low, low * 6) * _swell(dice, n, rate, 0.6)


_MAKERS: dict[str, Callable[[Dice, int, int], Array]] = {
    "rain raining drizzle shower downpour": _rain,
    "wind windy breeze gust storm": _wind,
    "thunder thunderstorm lightning": _thunder,
    "wave ocean sea surf beach shore": _waves,
    "fire campfire fireplace crackling flame": _fire,
    "bell chime gong church": _bell,
    "beep alarm notification alert buzzer ringtone": _beep,
    "siren ambulance police": _siren,
    "bird birdsong chirp chirping tweet forest": _birds,
    "step footstep walking knock knocking": _steps,
    "heart heartbeat": _heart,
    "engine car motor truck motorcycle": _engine,
    "laser zap blaster": _laser,
    "explosion boom blast bang": _blast,
    "whoosh swoosh swish sword": _whoosh,
    "clock tick ticking": _clock,
    "water drip dripping stream river brook": _water,
    "applause clap clapping crowd cheering": _claps,
}
