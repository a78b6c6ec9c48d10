"""MP4 files: H.264 pictures and, where there is sound, AAC."""

from __future__ import annotations

import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import Colorspace

from venice_nb.sandbox.studio.sound.encode import EFFORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.container import OutputContainer
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]  # (height, width, 3), RGB
    Plane = NDArray[np.uint8]  # (height, width): brightness, or one of the two colours at half the size
    Samples = NDArray[np.float32]  # (n,) mono, -1 to 1

RATE = 44_100  # samples per second of the sound
BLOCK = 1024  # samples per AAC frame
TAGS = {"title": "SANDBOX", "comment": "Made by the venice_nb sandbox; no model was involved"}
BT709 = 1  # ITU-R BT.709: what players assume for HD, said aloud so that colours stay as they are
PIXEL_BUDGET = 64_000_000  # pixels drawn and encoded for one film: about two seconds of a core
LONGEST = 4096  # pixels of a side; many decoders stop there
SLOWEST, FASTEST = 3, 12  # frames per second
# As small and as like as by "veryfast" alone in little more than half the time: here whole pictures move.
HASTE = {"preset": "veryfast", "crf": "26", "bf": "0", "x264-params": "subme=1:partitions=none"}


class Frame:
    """One picture as H.264 stores it: brightness in full, the two colours at half the size each way."""

    __slots__ = ("all", "blue", "light", "red")

    def __init__(self, width: int, height: int, filled: NDArray[np.uint8] | None = None) -> None:
        area = width * height
        self.all = np.empty(area * 3 // 2, np.uint8) if filled is None else filled
        self.light: Plane = self.all[:area].reshape(height, width)
        self.blue: Plane = self.all[area : area * 5 // 4].reshape(height // 2, width // 2)
        self.red: Plane = self.all[area * 5 // 4 :].reshape(height // 2, width // 2)

    @classmethod
    def of(cls, pixels: Pixels, size: tuple[int, int] | None = None) -> Frame:
        """The frame of an RGB picture with even sides, or of any picture scaled to a size."""
        width, height = size or (pixels.shape[1], pixels.shape[0])
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame = frame.reformat(width, height, "yuv420p", dst_colorspace=Colorspace.ITU709)
        planes: Pixels = np.ascontiguousarray(frame.to_ndarray(), dtype=np.uint8)
        return cls(width, height, planes.reshape(-1))

    def pixels(self) -> Pixels:
        """The frame as an RGB picture."""
        width = self.light.shape[1]
        frame = av.VideoFrame.from_ndarray(self.all.reshape(-1, width), format="yuv420p")
        shown = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
        return np.asarray(shown.to_ndarray(), dtype=np.uint8)

    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Brightness, blue and red."""
        return self.light, self.blue, self.red


def even(size: float) -> int:
    """The nearest even number of pixels: H.264 halves the resolution of colour."""
    return max(2, 2 * round(size / 2))


def frame_size(lines: int, ratio: float) -> tuple[int, int]:
    """Width and height for a short side and a ratio of width to height."""
    longer = lines * max(ratio, 1 / ratio)
    scale = min(1.0, LONGEST / longer)
    if ratio >= 1:
        return even(longer * scale), even(lines * scale)
    return even(lines * scale), even(longer * scale)


def frame_rate(width: int, height: int, seconds: float) -> int:
    """Frames per second: as smooth as the pixel budget allows."""
    return int(np.clip(PIXEL_BUDGET / (width * height * max(seconds, 1)), SLOWEST, FASTEST))


def write(
    frames: Iterable[Frame], *, rate: Fraction | int, size: tuple[int, int], sound: Samples | None = None
) -> bytes:
    """The film as bytes, its index at the front so that it plays while it loads."""
    # the muxer moves the index by opening the file again under its name: it cannot write to memory
    handle, name = tempfile.mkstemp(suffix=".mp4")
    os.close(handle)
    try:
        with av.open(name, "w", options={"movflags": "+faststart"}) as out:
            out.metadata.update(TAGS)
            _fill(out, frames, Fraction(rate), size, sound)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink(missing_ok=True)


def _fill(
    out: OutputContainer,
    frames: Iterable[Frame],
    rate: Fraction,
    size: tuple[int, int],
    sound: Samples | None,
) -> None:
    video: Any = out.add_stream("libx264", rate=rate, options=HASTE)
    video.width, video.height = size
    video.pix_fmt = "yuv420p"
    context = video.codec_context
    context.thread_count = 1  # the number of threads changes the bytes
    context.gop_size = max(1, round(rate * 2))
    context.colorspace = context.color_primaries = context.color_trc = context.color_range = BT709
    audio: Any = None
    blocks: Iterator[Any] = iter(())
    if sound is not None:
        audio = out.add_stream("aac", rate=RATE, layout="mono", options=EFFORT["aac"])
        audio.bit_rate = 64_000
        blocks = _blocks(sound)
    heard = 0
    for at, shot in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(shot.all.reshape(-1, size[0]), format="yuv420p")
        frame.pts, frame.time_base = at, 1 / rate
        out.mux(video.encode(frame))
        while audio is not None and heard / RATE <= at / rate:  # sound beside its pictures in the file
            block = next(blocks, None)
            if block is None:
                break
            heard += block.samples
            out.mux(audio.encode(block))
    out.mux(video.encode(None))
    for block in blocks:
        out.mux(audio.encode(block))
    if audio is not None:
        out.mux(audio.encode(None))


def _blocks(sound: Samples) -> Iterator[Any]:
    whole = np.clip(sound, -1, 1).astype(np.float32)
    for at in range(0, len(whole), BLOCK):
        block = av.AudioFrame.from_ndarray(whole[None, at : at + BLOCK], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = RATE, at, Fraction(1, RATE)
        yield block
