"""Samples as a file: wav and pcm by hand, mp3, opus, aac and flac by PyAV."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from venice_nb.media.sound import NotSound, Sound, frame_of, resample

if TYPE_CHECKING:
    from collections.abc import Mapping

# name: MIME type, container, codec, bits a second for one channel (None: lossless)
KINDS: Mapping[str, tuple[str, str, str, int | None]] = {
    "mp3": ("audio/mpeg", "mp3", "libmp3lame", 80_000),
    "opus": ("audio/ogg", "ogg", "libopus", 48_000),
    "aac": ("audio/aac", "adts", "aac", 80_000),
    "flac": ("audio/flac", "flac", "flac", None),
    "wav": ("audio/wav", "wav", "pcm_s16le", None),
    "pcm": ("audio/pcm", "", "", None),
}
SUFFIXES = {
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/opus": ".opus",
    "audio/ogg": ".ogg",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/x-flac": ".flac",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/wave": ".wav",
    "audio/pcm": ".pcm",
    "audio/mp4": ".m4a",
    "audio/webm": ".webm",
    "video/webm": ".webm",
    "audio/aiff": ".aiff",
    "video/mp4": ".mp4",
}
_OPTIONS = {"mp3": {"compression_level": "7"}}  # as good to the ear, in half the time
_RATES = {  # samples a second that a codec takes; others are changed to the next higher one
    "mp3": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    "opus": (48_000,),
    "aac": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
}


def encode(sound: Sound, kind: str, *, bits: int | None = None) -> bytes:
    """The sound as a file of that kind; `bits` is the rate for one channel where the kind loses something.

    Raises NotSound for what the kind has no form for, such as eight channels of MP3.
    """
    if kind == "pcm":
        return _pcm(sound)
    if kind == "wav":
        return wav(_pcm(sound), sound.rate, sound.channels)
    import av  # noqa: PLC0415  loads with the first sound that is converted

    try:
        return _encoded(sound, kind, bits)
    except (av.FFmpegError, ValueError):
        why = f"{sound.channels} channels at {sound.rate} Hz cannot become {kind}"
        raise NotSound(why) from None


def _encoded(sound: Sound, kind: str, bits: int | None) -> bytes:
    import av  # noqa: PLC0415  loaded already

    _, box, codec, usual = KINDS[kind]
    allowed = _RATES.get(kind, (sound.rate,))
    rate = next((each for each in allowed if each >= sound.rate), allowed[-1])
    sound = resample(sound, rate)
    out = io.BytesIO()
    with av.open(out, "w", format=box) as file:
        layout = {1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels}c")
        stream: Any = file.add_stream(codec, rate=rate, layout=layout, options=_OPTIONS.get(kind, {}))
        if usual is not None:
            stream.bit_rate = (bits or usual) * sound.channels
        if kind == "flac":
            stream.format = "s16"
        # a second at a time: the encoder's queue moves everything that is left for each packet
        for start in range(0, len(sound.samples), rate):
            part = Sound(sound.samples[start : start + rate], rate)
            for packet in stream.encode(frame_of(part, start)):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return out.getvalue()


def wav(pcm: bytes, rate: int, channels: int = 1) -> bytes:
    """16-bit samples with the header that makes them a playable file."""
    size = len(pcm)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
        + b"data"
        + struct.pack("<I", size)
        + pcm
    )


def _pcm(sound: Sound) -> bytes:
    import numpy as np  # noqa: PLC0415  loaded with the samples

    return bytes((np.clip(sound.samples, -1, 1) * 32767).round().astype("<i2").tobytes())
