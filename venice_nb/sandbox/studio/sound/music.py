"""A prompt into a piece of music or a sound effect of exactly the asked length.

The piece is written by `score.py` and played here: every note is a few harmonics and an envelope, made once
and reused. The tempo gives way a little, so that the piece ends with a bar and can be repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import effects
from .encode import encode, resampled
from .score import BEATS, Note, Style, notes, style
from .speakers import speaker
from .voice import speak

if TYPE_CHECKING:
    from .encode import Samples

RATE = 32_000  # samples a second: no player has harmonics beyond 12 kHz
# Player -> strength of its harmonics, seconds to full loudness, share left after a second, place (-1 left).
_PLAYERS = {
    "pad": ((1.0, 0.35, 0.2, 0.08), 0.25, 0.8, -0.2),
    "bass": ((1.0, 0.6, 0.3, 0.15, 0.08), 0.01, 0.35, 0.0),
    "pluck": ((1.0, 0.5, 0.35, 0.2, 0.12, 0.06), 0.004, 0.05, 0.3),
    "bell": ((1.0, 0.0, 0.4, 0.0, 0.0, 0.25), 0.003, 0.12, 0.35),
    "string": ((1.0, 0.5, 0.33, 0.25, 0.2, 0.1), 0.12, 0.7, 0.25),
    "reed": ((0.8, 0.3, 0.7, 0.2, 0.4, 0.1, 0.2), 0.04, 0.6, 0.3),
    "saw": ((1.0, 0.5, 0.33, 0.25, 0.2, 0.16, 0.14, 0.12), 0.006, 0.4, 0.25),
    "square": ((1.0, 0.0, 0.33, 0.0, 0.2, 0.0, 0.14), 0.004, 0.4, 0.25),
}


def compose(
    prompt: str, *, lyrics: str = "", seconds: float, seed: int, fmt: str, effect: bool | None = None
) -> bytes:
    """The file, of `seconds`, in a format of `encode`; stereo for music, mono for an effect.

    `effect` None lets the words of the prompt decide between music and a sound effect. Lyrics are spoken over
    the music, a line at the start of a bar.
    """
    tags = {"title": "SANDBOX music", "artist": "venice_nb sandbox", "comment": prompt[:500]}
    if effect or (effect is None and not lyrics and effects.asked(prompt)):
        tags["title"] = "SANDBOX sound effect"
        return encode(effects.effect(prompt, round(seconds * RATE), seed, RATE), RATE, fmt, tags=tags)
    return encode(played(prompt, lyrics=lyrics, seconds=seconds, seed=seed), RATE, fmt, tags=tags)


def played(prompt: str, *, lyrics: str = "", seconds: float, seed: int) -> Samples:
    """The music as stereo samples at `RATE`."""
    import numpy as np  # noqa: PLC0415

    manner = style(prompt, seed)
    n = round(seconds * RATE)
    bars = max(1, round(seconds * manner.tempo / 60 / BEATS))
    beat = seconds / (bars * BEATS)
    out = np.zeros((n, 2), np.float32)
    made: dict[tuple[str, int, float], Samples] = {}
    for note in notes(manner, bars, seed):
        key = (note.player, note.pitch, note.length)
        if key not in made:
            made[key] = _sounded(note, beat)
        place = _PLAYERS[note.player][3] if note.player in _PLAYERS else 0.1 if note.player == "hat" else 0.0
        _add(out, made[key] * note.loudness, round(note.start * beat * RATE), place)
    _echo(out, beat)
    out *= np.float32(0.5 / (np.abs(out).max() or 1.0))
    if lyrics.strip():
        out *= np.float32(0.55)
        _sing(out, lyrics, manner, beat, seed)
    return _closed(out)


def _sounded(note: Note, beat: float) -> Samples:
    """One note at full loudness; it rings a little beyond its length."""
    import numpy as np  # noqa: PLC0415

    if note.player not in _PLAYERS:
        return effects.drum(note.player, RATE)
    strengths, rise, left, _ = _PLAYERS[note.player]
    hertz = 440 * 2 ** ((note.pitch - 69) / 12)
    n = round((note.length * beat + 0.12) * RATE)
    t = np.arange(n, dtype=np.float32) / RATE
    drift = 0.004 * np.sin(2 * np.pi * 5 * t) * (t > 0.25) if rise > 0.03 else 0.0  # a player's vibrato
    turn = (2 * np.pi * hertz * (t + np.asarray(drift) / 5)).astype(np.float32)
    sound = np.zeros(n, np.float32)
    for number, strength in enumerate(strengths, 1):
        if strength and hertz * number < 12_000:
            sound += np.float32(strength) * np.sin(turn * np.float32(number))
    shape = np.minimum(1, t / rise) * left**t * np.minimum(1, (t[-1] - t) / 0.1)
    return np.asarray(sound * shape / sum(strengths), np.float32)


def _add(out: Samples, sound: Samples, at: int, place: float) -> None:
    """Mixes a mono sound into the stereo field; what goes beyond the end is heard at the beginning."""
    for side in (0, 1):
        part = sound * ((1 - place) / 2 if side == 0 else (1 + place) / 2)
        fits = part[: max(0, len(out) - at)]
        out[at : at + len(fits), side] += fits
        rest = part[len(fits) :][: len(out)]
        out[: len(rest), side] += rest


def _echo(out: Samples, beat: float) -> None:
    """A room: three echoes that cross from side to side."""
    dry = out.copy()
    for delay, strength in ((0.031, 0.18), (0.057, 0.12), (0.75 * beat, 0.15)):
        n = round(delay * RATE)
        if 0 < n < len(out):
            out[n:] += strength * dry[:-n, ::-1]


def _sing(out: Samples, lyrics: str, manner: Style, beat: float, seed: int) -> None:
    """The lines of the lyrics, each at the start of a bar, spread over the piece."""
    lines = [
        line.strip() for line in lyrics.splitlines() if line.strip() and not line.strip().startswith("[")
    ]
    bar = BEATS * beat
    bars = round(len(out) / RATE / bar)
    first = 2 if bars >= 6 else 0
    room = max(1, bars - first - (1 if bars >= 6 else 0))
    who = speaker("sandbox-singer", f"{manner.key} {seed}", ())
    for number, line in enumerate(lines):
        start = first + number * room // len(lines)
        free = max(1, (first + (number + 1) * room // len(lines)) - start) * bar
        said = speak(line, who, rate=24_000, mark=False)
        long = len(said.samples) / said.rate
        if long > free:
            said = speak(line, who, rate=24_000, speed=min(4.0, long / free), mark=False)
        _over(out, resampled(said.samples, said.rate, RATE), round(start * bar * RATE))


def _over(out: Samples, voice: Samples, at: int) -> None:
    part = voice[: max(0, len(out) - at)]
    out[at : at + len(part)] += part[:, None]


def _closed(out: Samples) -> Samples:
    """Below full scale, and without a click at either end."""
    import numpy as np  # noqa: PLC0415

    out *= np.float32(0.85 / (np.abs(out).max() or 1.0))
    edge = min(len(out) // 2, RATE // 100)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)[:, None]
    out[:edge] *= ramp
    out[len(out) - edge :] *= ramp[::-1]
    return out
