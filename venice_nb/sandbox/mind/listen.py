# ruff: noqa: E501  patterns and word lists stay on one line
"""What a sound or a film is, as far as its bytes tell: length, loudness, silence, pitch, format."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import struct
import wave
from typing import TYPE_CHECKING, Any

from .documents import decode_data_url
from .thought import Draft, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS = 120  # how much of a recording is listened to


def listen(parts: Sequence[Mapping[str, Any]], question: str, trace: Trace) -> Draft | None:
    """Return what the given `input_audio` parts hold; words are not recognised, and it says so."""
    if not parts:
        return None
    said: list[str] = []
    for i, part in enumerate(parts, 1):
        name = "The recording" if len(parts) == 1 else f"Recording {i}"
        try:
            raw = base64.b64decode(
                str(part.get("data") or "").partition(",")[2] or str(part.get("data") or ""), validate=False
            )
        except (binascii.Error, ValueError):
            said.append(f"{name} could not be decoded: its data is not base64.")
            continue
        said += _described(raw, str(part.get("format") or "wav").lower(), name)
    trace.note(f"Listened to {len(parts)} recording{'s' if len(parts) > 1 else ''}: {' '.join(said)}", 1)
    if (
        re.search(
            r"\b(?:transcri|what (?:is|was|does|did).*(?:say|said|saying)|words|speech|spoken|summar)",
            question,
            re.IGNORECASE,
        )
        or not question
    ):
        said.append(
            "I am the sandbox's stand-in and do not recognise words in a chat message; the transcription endpoint is the place to ask."
        )
    return Draft(tuple(said), kind="listen")


def _described(raw: bytes, form: str, name: str) -> list[str]:
    if not raw:
        return [f"{name} is empty."]
    if form in ("pcm16", "pcm24"):
        width = 2 if form == "pcm16" else 3
        return _heard(raw, 24_000, 1, width, name=name, kind=f"{form.upper()} samples, taken as 24 kHz mono")
    if raw[:4] == b"RIFF" and raw[8:12] == b"WAVE":
        try:
            with wave.open(io.BytesIO(raw)) as sound:
                rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
                frames = sound.readframes(rate * _SECONDS)
                total = sound.getnframes()
        except (wave.Error, EOFError, ValueError, struct.error):
            return [f"{name} is a WAV file of {len(raw):,} bytes that could not be decoded."]
        if not rate or not channels:
            return [f"{name} is a WAV file without samples."]
        actual = len(frames) // (channels * width)
        seconds = max(actual, min(total, len(raw) // (channels * width))) / rate
        return _heard(frames, rate, channels, width, name=name, kind="WAV", seconds=seconds)
    kind = _sniffed(raw) or form
    about = _mp3_seconds(raw) if kind == "MP3" else None
    length = f", about {about:.1f} seconds long" if about else ""
    return [
        f"{name} is {_article(kind.upper())} file of {len(raw):,} bytes{length}; the sandbox looks inside WAV files only."
    ]


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'AEFHILMNORSX' else 'a'} {word}"


def _sniffed(raw: bytes) -> str:
    if raw[:3] == b"ID3" or (len(raw) > 1 and raw[0] == 0xFF and raw[1] & 0xE0 == 0xE0 and raw[1] & 0x06):
        return "MP3"
    if raw[4:8] == b"ftyp":
        return "M4A" if raw[8:11] == b"M4A" else "QuickTime" if raw[8:10] == b"qt" else "MP4"
    for mark, name in (
        (b"OggS", "OGG"),
        (b"fLaC", "FLAC"),
        (b"FORM", "AIFF"),
        (b"\x1aE\xdf\xa3", "WebM"),
        (b"\0\0\1\xba", "MPEG"),
    ):
        if raw.startswith(mark):
            return name
    return ""


_MP3_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)  # kbit/s, MPEG-1 layer III


def _mp3_seconds(raw: bytes) -> float | None:
    """Length of a constant-rate MPEG-1 layer III file, from its first frame header."""
    start = 0
    if raw[:3] == b"ID3" and len(raw) > 10:
        start = 10 + (raw[6] << 21 | raw[7] << 14 | raw[8] << 7 | raw[9])
    if len(raw) < start + 4 or raw[start] != 0xFF or raw[start + 1] & 0xFE != 0xFA:
        return None
    rate = _MP3_RATES[raw[start + 2] >> 4]
    return (len(raw) - start) * 8 / (rate * 1000) if rate else None


def _heard(
    frames: bytes, rate: int, channels: int, width: int, *, name: str, kind: str, seconds: float | None = None
) -> list[str]:
    """Sentences about decoded samples."""
    import numpy as np  # noqa: PLC0415

    usable = len(frames) - len(frames) % (width * channels)
    if width == 1:
        samples = (np.frombuffer(frames[:usable], dtype=np.uint8).astype(np.float64) - 128) / 128
    elif width == 3:
        b = np.frombuffer(frames[:usable], dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        samples = ((b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16) ^ 0x800000).astype(np.float64) / 0x800000 - 1
    else:
        samples = np.frombuffer(frames[:usable], dtype="<i2" if width == 2 else "<i4").astype(
            np.float64
        ) / 2 ** (8 * width - 1)
    mono = samples.reshape(-1, channels).mean(axis=1)
    length = seconds if seconds is not None else len(mono) / rate
    layout = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
    said = [f"{name} lasts {length:.1f} seconds ({kind}, {rate:,} Hz, {layout}, {8 * width} bit)."]
    if not len(mono):
        return [f"{name} holds no samples ({kind})."]
    level = float(np.sqrt((mono**2).mean()))
    if level < 1e-4:
        return [*said, "It is silent."]
    loud = 20 * math.log10(level)
    step = max(1, rate // 20)
    blocks = mono[: len(mono) // step * step].reshape(-1, step) if len(mono) >= step else mono.reshape(1, -1)
    quiet = float((np.sqrt((blocks**2).mean(axis=1)) < 0.01).mean())
    word = "loud" if loud > -12 else "quiet" if loud < -32 else "moderately loud"
    said.append(
        f"It is {word} ({loud:.0f} dBFS on average, peak {20 * math.log10(max(1e-9, float(np.abs(mono).max()))):.0f} dBFS), {quiet:.0%} of it near silence."
    )
    pitch, share = _pitch(mono, rate)
    if pitch:
        said.append(
            f"Its strongest tone lies at about {pitch:.0f} Hz ({_note(pitch)}), {'a clear tone' if share > 0.5 else 'within a mixed sound'}."
        )
    return said


def _pitch(mono: Any, rate: int) -> tuple[float, float]:
    import numpy as np  # noqa: PLC0415

    n = min(len(mono), 1 << 16)
    if n < 256:
        return 0.0, 0.0
    start = (len(mono) - n) // 2
    spectrum = np.abs(np.fft.rfft(mono[start : start + n] * np.hanning(n))) ** 2
    spectrum[: max(1, int(25 * n / rate))] = 0
    total = float(spectrum.sum())
    if total <= 0:
        return 0.0, 0.0
    at = int(spectrum.argmax())
    return at * rate / n, float(spectrum[max(0, at - 3) : at + 4].sum()) / total


def _note(pitch: float) -> str:
    steps = round(12 * math.log2(pitch / 440)) + 69
    return f"near {('C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B')[steps % 12]}{steps // 12 - 1}"


def watch(urls: Sequence[str], trace: Trace) -> Draft | None:
    """Return what is known of the given films: format, size, length of MP4 files; frames are not looked at."""
    if not urls:
        return None
    said = []
    for i, url in enumerate(urls, 1):
        name = "The film" if len(urls) == 1 else f"Film {i}"
        decoded = decode_data_url(url)
        if decoded is None:
            said.append(f"The sandbox does not fetch films from the network, so it has not seen {url[:120]}.")
            continue
        kind, raw = decoded
        seconds = _mp4_seconds(raw)
        length = f", {seconds:.1f} seconds long" if seconds else ""
        said.append(
            f"{name} is {_article(_sniffed(raw) or kind.rpartition('/')[2].upper() or 'unknown')} file of {len(raw):,} bytes{length}."
        )
    said.append("I am the sandbox's stand-in and do not look at moving pictures.")
    trace.note("Read the films' containers, not their frames.", 1)
    return Draft(tuple(said), kind="watch", sure=False)


def _mp4_seconds(raw: bytes) -> float | None:
    """Length from the movie header box of an MP4 or QuickTime file."""
    at = raw.find(b"mvhd")
    if at < 0 or len(raw) < at + 36:
        return None
    if raw[at + 4] == 1:
        scale, units = struct.unpack(">IQ", raw[at + 24 : at + 36])
    else:
        scale, units = struct.unpack(">II", raw[at + 16 : at + 24])
    return units / scale if scale and 0 < units / scale < 86_400 else None
