"""Sound from bytes: how long it is, its samples as an array. PyAV decodes; only known containers are opened.

Samples are float32 from -1 to 1, of shape (n,) for one channel and (n, channels) for more.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.media.sniff import sniff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

RAW = frozenset({"audio/pcm", "audio/l16", "audio/x-raw"})  # samples without a header
RAW_RATE = 24_000  # per second, where nobody says
MAX_SAMPLES = 250_000_000  # of all channels, held in memory at once: 1 GB
MAX_READ = 2_000_000_000  # of all channels, decoded on the way to fewer: four minutes of work
LOWEST, HIGHEST = 1_000, 768_000  # samples a second; a file of one a second would grow by thousands
MAX_CHANNELS = 64

# What is in the bytes decides which reader opens them, so that a file cannot ask for a playlist or a network.
_READERS = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/aiff": "aiff",
    "audio/mp4": "mov",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
}
_GUESSED = frozenset({"mp3", "aac"})  # containers whose length is guessed from the rate of the first bits
_CLAIMED = frozenset({"wav", "aiff"})  # likewise, when the header was written before the sound
_COUNTED = re.compile(b"Xing|Info")  # unless the first frame of an MP3 file counts them


class NotSound(ValueError):  # noqa: N818  it says what the bytes are
    """The bytes are not sound that can be read; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples and how many there are per second."""

    samples: NDArray[np.float32] = field(repr=False)
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def channels(self) -> int:
        """1 for mono, 2 for stereo."""
        return 1 if self.samples.ndim == 1 else int(self.samples.shape[1])


@dataclass(frozen=True, slots=True)
class Measure:
    """What a file says of its sound without all of it being decoded."""

    seconds: float
    rate: int
    channels: int
    codec: str


def measure(data: bytes | Path, *, raw_rate: int | None = None) -> Measure:
    """How long the sound is and of what kind. `raw_rate` says that these are 16-bit samples without a header.

    Raises NotSound.
    """
    if raw_rate is not None and isinstance(data, bytes):
        return Measure(len(data) // 2 / raw_rate, raw_rate, 1, "pcm")
    with _opened(data) as (box, stream):
        length = stream.duration
        if length is None or (box.format.name in _GUESSED and not _COUNTED.search(_head(data))):
            length = sum(packet.duration or 0 for packet in _packets(box, stream))
        return Measure(
            float(length * stream.time_base), stream.rate, stream.channels, stream.codec_context.name
        )


def decode(
    data: bytes | Path,
    *,
    raw_rate: int | None = None,
    rate: int | None = None,
    mono: bool = False,
    most: int = MAX_READ,
) -> Sound:
    """The sound in a file, or in 16-bit samples without a header if `raw_rate` says how many a second.

    `rate` and `mono` change it while it is read, which for a long file saves most of the memory. Of more than
    `most` samples, all channels counted, nothing is given. Raises NotSound.
    """
    import numpy as np  # noqa: PLC0415  loads with the first sound

    if raw_rate is not None and isinstance(data, bytes):
        samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
        found = Sound(samples, raw_rate)
        return found if rate in {None, raw_rate} else resample(found, rate or raw_rate)
    parts: list[Any] = []
    held, read = 0, 0
    with _opened(data) as (box, stream):
        layout = "mono" if mono or stream.channels == 1 else stream.layout.name
        change = _resampler(layout, rate or stream.rate)
        told = float(stream.duration * stream.time_base) if stream.duration else 0.0
        # A streamed WAV file claims the longest there can be; who claims too little is found out below.
        if told * stream.rate * stream.channels > most and box.format.name not in _CLAIMED:
            raise NotSound(f"it is {told / 3600:.1f} hours long")
        for frame in _frames(box, stream):
            read += frame.samples * stream.channels
            if read > most:
                raise NotSound(f"it is longer than {read / stream.channels / stream.rate / 3600:.1f} hours")
            for ready in change(frame):
                parts.append(_rows(ready))
                held += parts[-1].size
                if held > MAX_SAMPLES:
                    raise NotSound(f"it is longer than {held / (rate or stream.rate) / 3600:.1f} hours")
        parts += [_rows(ready) for ready in change(None)]
        rate = rate or stream.rate
    if not parts:
        raise NotSound("it holds no sound")
    return _joined(parts, rate)


def resample(sound: Sound, rate: int) -> Sound:
    """The same sound with another number of samples a second."""
    if rate == sound.rate or not len(sound.samples):
        return Sound(sound.samples, rate)
    layout = {1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels}c")
    change = _resampler(layout, rate)
    return _joined([_rows(ready) for ready in (*change(frame_of(sound)), *change(None))], rate)


def frame_of(sound: Sound, start: int = 0) -> Any:
    """The samples as one frame of PyAV, the first of them being number `start`."""
    import av  # noqa: PLC0415  loads with the first sound that is converted
    import numpy as np  # noqa: PLC0415  loaded with the samples

    layout = {1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels}c")
    packed = np.ascontiguousarray(sound.samples, dtype=np.float32).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.sample_rate = sound.rate
    frame.pts = start
    return frame


def _rows(frame: Any) -> NDArray[np.float32]:
    """A packed frame as samples x channels. Of eight planes and more PyAV 18 reads beyond the last."""
    rows: NDArray[np.float32] = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return rows


def _joined(parts: list[NDArray[np.float32]], rate: int) -> Sound:
    import numpy as np  # noqa: PLC0415  loaded with the samples

    joined = np.concatenate(parts)
    return Sound(joined[:, 0] if joined.shape[1] == 1 else joined, rate)


def mono(sound: Sound) -> Sound:
    """All channels in one, their mean."""
    return sound if sound.samples.ndim == 1 else Sound(sound.samples.mean(axis=1), sound.rate)


def container(data: bytes) -> str:
    """MIME type of sound by content; a tag before the sound is looked behind. Empty when unknown."""
    if data[:3] == b"ID3" and len(data) > 10:
        size = int.from_bytes(bytes(data[6:10]), "big")
        size = (size & 0x7F) | (size >> 1 & 0x3F80) | (size >> 2 & 0x1FC000) | (size >> 3 & 0xFE00000)
        behind = sniff(data[10 + size : 10 + size + 64])
        return behind if behind in {"audio/aac", "audio/flac"} else "audio/mpeg"
    return sniff(data)


class _opened:  # noqa: N801  used like a function, in a with statement
    """The container and its first stream of sound, closed at the end; every failure is NotSound."""

    def __init__(self, data: bytes | Path) -> None:
        self._data = data

    def __enter__(self) -> tuple[Any, Any]:
        import av  # noqa: PLC0415  loads with the first sound that is read

        data = self._data
        if isinstance(data, bytes):
            head, source = data, io.BytesIO(data)
        else:
            source = data.open("rb")  # type: ignore[assignment]  # both are binary files
            head = _head(data)
        self._source = source
        reader = _READERS.get(container(head))
        if reader is None:
            source.close()
            raise NotSound("it is not a sound file" if head else "it is empty")
        try:
            self._box = av.open(source, format=reader, metadata_errors="replace")
            return self._box, _first(self._box)
        except (av.FFmpegError, ValueError, OSError) as error:
            source.close()
            if isinstance(error, NotSound):
                raise
            raise NotSound("it is damaged or cut off") from None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import av  # noqa: PLC0415  loaded already

        self._box.close()
        self._source.close()
        # a ValueError: the sound becomes of another kind halfway
        if isinstance(error, av.FFmpegError | OSError | ValueError) and not isinstance(error, NotSound):
            raise NotSound("it is damaged or cut off") from None


def _first(box: Any) -> Any:
    """The first stream of sound, if it is one that can be decoded within reason."""
    if not box.streams.audio:
        raise NotSound("it holds no sound")
    stream = box.streams.audio[0]
    if stream.codec_context is None:
        raise NotSound("there is no decoder for it")
    if not LOWEST <= stream.rate <= HIGHEST or not 0 < stream.channels <= MAX_CHANNELS:
        raise NotSound(f"{stream.channels} channels at {stream.rate} Hz are no sound")
    return stream


def _head(data: bytes | Path) -> bytes:
    if isinstance(data, bytes):
        return data[: 1 << 16]
    with data.open("rb") as file:
        return file.read(1 << 16)


def _packets(box: Any, stream: Any) -> Iterator[Any]:
    import av  # noqa: PLC0415  loaded already

    try:
        yield from box.demux(stream)
    except av.FFmpegError:
        return  # what came before the damage counts


def _frames(box: Any, stream: Any) -> Iterator[Any]:
    """All frames that can be decoded; a damaged packet costs that packet."""
    import av  # noqa: PLC0415  loaded already

    for packet in _packets(box, stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _resampler(layout: str, rate: int) -> Any:
    import av  # noqa: PLC0415  loaded already

    found = av.AudioResampler(format="flt", layout=layout, rate=rate)

    def change(frame: Any) -> list[Any]:
        if frame is not None:
            frame.pts = None  # gaps in a damaged file are closed, not filled
        return list(found.resample(frame))

    return change
