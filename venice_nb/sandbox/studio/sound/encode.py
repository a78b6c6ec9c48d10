"""Sound between samples and files: mp3, opus, aac, flac, wav and headerless pcm.

Samples are float32 between -1 and 1, `(n,)` for mono or `(n, channels)`. The same samples give the same
bytes: the writers are told to leave out their versions and to number nothing at random.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy as np

    Samples = np.ndarray[Any, np.dtype[np.float32]]

LONGEST = 3 * 3600.0  # seconds that are decoded; a small file can hold days of silence
# The only kinds libav may take an upload for; others are lists of files and addresses, which it opens.
_KINDS = "wav,mp3,aac,flac,ogg,mov,mp4,matroska,webm,aiff,avi,mpeg,mpegts,png_pipe,jpeg_pipe,webp_pipe,gif"
ALLOWED = {"format_whitelist": _KINDS}
UNKNOWN = 0xFFFFFFFF  # the length in a wav header whose end is not known yet


@dataclass(frozen=True, slots=True)
class Codec:
    """How a format is written: container and encoder of libav, its sample format, bits a second, rates."""

    container: str
    encoder: str
    layout: str
    mime: str
    bit_rate: int = 0  # per channel
    rates: tuple[int, ...] = ()  # the only ones it takes; any if empty


_MPEG = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
CODECS = {
    "mp3": Codec("mp3", "libmp3lame", "fltp", "audio/mpeg", 64_000, _MPEG),
    "opus": Codec("ogg", "libopus", "flt", "audio/opus", 32_000, (8000, 12000, 16000, 24000, 48000)),
    "aac": Codec("adts", "aac", "fltp", "audio/aac", 64_000, _MPEG),
    "flac": Codec("flac", "flac", "s16", "audio/flac"),
    "wav": Codec("wav", "", "s16", "audio/wav"),
    "pcm": Codec("", "", "s16", "audio/pcm"),
}

# Half the usual work: who listens to a stand-in hears no difference.
EFFORT = {
    "mp3": {"compression_level": "7", "joint_stereo": "0"},
    "opus": {"compression_level": "5"},
    "aac": {"aac_coder": "fast"},
}


def encode(samples: Samples, rate: int, fmt: str, *, tags: Mapping[str, str] | None = None) -> bytes:
    """The samples as a file of the format, one of `CODECS`; `rate` in samples a second.

    `pcm` is signed 16-bit little-endian without a header, mono, at `rate`; it has no place for tags.
    """
    if fmt == "pcm":
        return _s16(samples.mean(axis=1) if samples.ndim == 2 else samples)
    if fmt == "wav":
        return _wav(samples, rate, tags or {})
    sink = io.BytesIO()
    for _ in _written([samples], rate, fmt, tags or {}, sink):
        pass
    return sink.getvalue()


def stream(
    pieces: Iterable[Samples], rate: int, fmt: str, *, tags: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """One file piece by piece: what is ready after each piece of samples (mono), and the end of the file."""
    if fmt in ("pcm", "wav"):
        if fmt == "wav":
            yield _wav_head(rate, 1, UNKNOWN, _info(tags or {}))
        for samples in pieces:
            yield _s16(samples)
        return
    sink = _Pipe()
    for _ in _written(pieces, rate, fmt, tags or {}, sink):
        if ready := sink.taken():
            yield ready


def decode(data: bytes, *, rate: int | None = None) -> tuple[Samples, int, dict[str, str]]:
    """The first sound of a file: samples `(n, channels)`, samples a second, tags by lower-case name.

    With `rate` the sound is given as mono at that rate. Raises ValueError for what is no sound, or broken
    from the start, or longer than three hours.
    """
    import av  # noqa: PLC0415  (loads libav)
    import numpy as np  # noqa: PLC0415

    pieces = []
    try:
        with av.open(io.BytesIO(data), "r", options=ALLOWED, metadata_errors="replace") as container:
            if not container.streams.audio:
                raise ValueError("no sound in it")
            track = container.streams.audio[0]
            own = rate or track.codec_context.sample_rate
            channels = 1 if rate else track.codec_context.channels
            change = av.AudioResampler("fltp", "mono" if rate else track.codec_context.layout, own)
            tags = {
                name.lower(): value for part in (track, container) for name, value in part.metadata.items()
            }
            left = int(LONGEST * own)
            for frame in container.decode(track):
                for ready in change.resample(frame):
                    pieces.append(ready.to_ndarray())
                    left -= ready.samples
                if left < 0:
                    raise ValueError("longer than three hours")
            pieces += [ready.to_ndarray() for ready in change.resample(None)]
    except (av.FFmpegError, StopIteration, LookupError) as error:
        if not pieces:  # what comes before the broken place is kept
            raise ValueError(f"cannot be decoded: {error}") from None
    if not pieces:
        return np.zeros((0, channels), np.float32), own, tags
    return np.ascontiguousarray(np.concatenate(pieces, axis=1).T, dtype=np.float32), own, tags


def container(data: bytes) -> str:
    """What kind of file it is, in libav's names (`wav`, `mp3`, `mov,mp4,...`); empty if none it knows."""
    import av  # noqa: PLC0415

    try:
        with av.open(io.BytesIO(data), "r", options=ALLOWED, metadata_errors="replace") as opened:
            return str(opened.format.name)
    except (av.FFmpegError, StopIteration, LookupError):
        return ""


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """Mono samples at another rate."""
    return samples if rate == wanted else _filtered(samples, rate, "aresample", str(wanted))


def stretched(samples: Samples, rate: int, tempo: float) -> Samples:
    """Mono samples `tempo` times as fast at the same pitch; at least half as fast."""
    return samples if tempo == 1 else _filtered(samples, rate, "atempo", f"{tempo:.6f}")


def _filtered(samples: Samples, rate: int, name: str, argument: str) -> Samples:
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    from av.filter import Graph  # noqa: PLC0415

    if not len(samples):
        return samples
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout="mono")
    sink = graph.add("abuffersink")
    middle = graph.add(name, argument)
    source.link_to(middle)
    middle.link_to(sink)
    graph.configure()
    out = []
    for frame in (*_frames(samples, rate, "fltp"), None):
        graph.push(frame)
        while True:
            try:
                out.append(graph.pull().to_ndarray()[0])
            except (av.BlockingIOError, av.EOFError):
                break
    return np.concatenate([samples[:0], *out]).astype(np.float32, copy=False)


def _written(
    pieces: Iterable[Samples], rate: int, fmt: str, tags: Mapping[str, str], sink: Any
) -> Iterator[None]:
    """Writes the pieces into the sink; stops after each and once more before the end of the file."""
    import av  # noqa: PLC0415

    codec = CODECS[fmt]
    options = {"fflags": "+bitexact"}
    if fmt == "aac":
        options["write_id3v2"] = "1"
    if isinstance(sink, _Pipe):
        # the first frame of an mp3 would be filled in at the end, which a stream cannot; an ogg page a second
        # holds back what is ready
        options |= {"mp3": {"write_xing": "0"}, "opus": {"page_duration": "100000"}}.get(fmt, {})
    with av.open(sink, "w", format=codec.container, container_options=options) as out:
        out.metadata.update(tags)
        track: Any = None
        for samples in pieces:
            layout = "stereo" if samples.ndim == 2 and samples.shape[1] == 2 else "mono"
            if track is None:
                own = min(codec.rates, key=lambda known: (known < rate, abs(known - rate)), default=rate)
                track = out.add_stream(codec.encoder, rate=own, layout=layout, format=codec.layout)
                track.codec_context.options = {"flags": "+bitexact", **EFFORT.get(fmt, {})}
                if codec.bit_rate:
                    track.bit_rate = codec.bit_rate * (2 if layout == "stereo" else 1)
                change = av.AudioResampler(codec.layout, layout, own)
            for frame in _frames(samples, rate, "fltp"):
                for ready in change.resample(frame):
                    out.mux(track.encode(ready))
            yield
        if track is not None:
            for ready in change.resample(None):
                out.mux(track.encode(ready))
            out.mux(track.encode(None))
    yield


def _frames(samples: Samples, rate: int, layout: str) -> Iterator[Any]:
    """The samples as frames of libav; long ones in parts, since some encoders take their time over one."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    planes = np.ascontiguousarray(samples.reshape(len(samples), -1).T, dtype=np.float32)
    for start in range(0, planes.shape[1], rate):
        part = np.ascontiguousarray(planes[:, start : start + rate])
        frame = av.AudioFrame.from_ndarray(part, layout, "stereo" if len(part) == 2 else "mono")
        frame.sample_rate = rate
        yield frame


class _Pipe:
    """A file that is only written to, from its beginning on, and read in between."""

    name = ""

    def __init__(self) -> None:
        self._ready: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._ready.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since it was last taken."""
        ready, self._ready = b"".join(self._ready), []
        return ready


def _s16(samples: Samples) -> bytes:
    import numpy as np  # noqa: PLC0415

    return bytes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def _wav(samples: Samples, rate: int, tags: Mapping[str, str]) -> bytes:
    sound = _s16(samples)
    channels = samples.shape[1] if samples.ndim == 2 else 1
    return _wav_head(rate, channels, len(sound), _info(tags)) + sound


def _wav_head(rate: int, channels: int, size: int, info: bytes) -> bytes:
    block = channels * 2
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    whole = UNKNOWN if size == UNKNOWN else 4 + len(shape) + len(info) + 8 + size
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + shape + info + struct.pack("<4sI", b"data", size)


def _info(tags: Mapping[str, str]) -> bytes:
    """The tags a wav file has room for, as its LIST chunk."""
    body = b"INFO"
    for name, mark in (("title", b"INAM"), ("artist", b"IART"), ("comment", b"ICMT"), ("encoder", b"ISFT")):
        if name in tags:
            text = tags[name].encode() + b"\0"
            body += mark + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2)
    return struct.pack("<4sI", b"LIST", len(body)) + body if len(body) > 4 else b""
