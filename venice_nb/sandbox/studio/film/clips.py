"""Films and sound that were given: read, measured, and taken apart into frames and samples."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image

from venice_nb.sandbox.studio.sound.encode import ALLOWED, decode

from .film import RATE, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .film import Samples


class Unreadable(ValueError):  # noqa: N818  (said of a file, in a message)
    """A file that is not what it was sent as."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A film with at least one frame. `seconds` is the length of its pictures."""

    data: bytes
    width: int
    height: int
    seconds: float
    rate: float  # frames per second
    has_sound: bool

    @classmethod
    def of(cls, data: bytes) -> Clip:
        """Measures a film by its header and its first frame. Raises `Unreadable`."""
        try:
            with av.open(BytesIO(data), "r", options=ALLOWED) as source:
                if not source.streams.video:
                    raise Unreadable("The file has no pictures")
                stream = source.streams.video[0]
                frame = next(source.decode(stream))
                rate = float(stream.average_rate or stream.base_rate or 24)
                known = [stream.duration and stream.duration * (stream.time_base or 0)]
                known.append(source.duration and Fraction(source.duration, av.time_base))
                seconds = float(next((each for each in known if each), 0) or 1 / rate)
                return cls(data, frame.width, frame.height, seconds, rate, bool(source.streams.audio))
        except (av.error.FFmpegError, StopIteration) as error:
            raise Unreadable("The video cannot be decoded") from error

    def first(self) -> Image.Image:
        """The first frame."""
        with av.open(BytesIO(self.data), "r", options=ALLOWED) as source:
            return Image.fromarray(next(source.decode(video=0)).to_ndarray(format="rgb24"))

    def frames(self, rate: float, count: int, size: tuple[int, int]) -> Iterator[Frame]:
        """`count` frames at `rate` and of a size; the film starts again if it is shorter."""
        shown = 0
        while shown < count:
            begun = shown
            for moment, source in self._timed():
                pixels = None
                while shown < count and (shown - begun) / rate < moment + 1 / self.rate - 1e-6:
                    pixels = _planes(source, size) if pixels is None else pixels
                    yield Frame(*size, pixels.copy())
                    shown += 1
            if shown == begun:
                raise Unreadable("The video cannot be decoded")

    def _timed(self) -> Iterator[tuple[float, Any]]:
        with av.open(BytesIO(self.data), "r", options=ALLOWED) as source:
            start = None
            with suppress(av.error.FFmpegError):  # what comes before a broken place is used
                for frame in source.decode(video=0):
                    moment = float(frame.time or 0.0)
                    start = moment if start is None else start
                    yield moment - start, frame

    def sound(self) -> Samples | None:
        """The sound, mono; None where there is none."""
        return decode(self.data, rate=RATE)[0].reshape(-1) if self.has_sound else None


def _planes(frame: Any, size: tuple[int, int]) -> NDArray[np.uint8]:
    shown = frame.reformat(*size, "yuv420p", dst_colorspace=Colorspace.ITU709, interpolation="BICUBIC")
    planes: NDArray[np.uint8] = np.ascontiguousarray(shown.to_ndarray()).reshape(-1)
    return planes


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of audio, mono at the rate of our films."""

    samples: Samples

    @classmethod
    def of(cls, data: bytes) -> Sound:
        """Decodes a file. Raises `Unreadable`."""
        try:
            samples = decode(data, rate=RATE)[0]
        except ValueError as error:
            raise Unreadable(f"The audio {error}") from error
        if not len(samples):
            raise Unreadable("The audio is empty")
        return cls(samples.reshape(-1))

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE
