"""A picture of a sound: how loud it is over time, small enough to be saved with a notebook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from venice_nb.media.sound import Sound

_INK = (74, 134, 232)  # seen on white and on black alike


def waveform(sound: Sound, *, width: int = 600, height: int = 72, below: int = 0) -> bytes:
    """A transparent PNG of one colour: a row of bars, each as high as the loudest sample there.

    `below` are empty rows under it, for the controls of a player whose poster it is.
    """
    import numpy as np  # noqa: PLC0415  loaded with the samples
    from PIL import Image  # noqa: PLC0415  loads with the first picture

    loud = np.abs(sound.samples)
    if loud.ndim > 1:
        loud = loud.max(axis=1)
    if not len(loud):
        loud = np.zeros(1, np.float32)
    bars = max(width // 3, 1)  # a bar of two pixels and a gap of one
    starts = np.linspace(0, len(loud), bars, endpoint=False).astype(int)
    peaks = np.maximum.reduceat(loud, starts)
    top = float(peaks.max())
    peaks = peaks / top if top > 0 else peaks
    heights = np.maximum((peaks * (height / 2 - 1)).round().astype(int), 0)
    rows = np.abs(np.arange(height) - (height - 1) / 2)
    drawn = rows[:, None] <= heights[None, :] + 0.5
    picture = np.zeros((height + below, width), np.uint8)
    for offset in (0, 1):
        picture[:height, offset : bars * 3 : 3] = drawn[:, : len(range(offset, min(bars * 3, width), 3))]
    image = Image.fromarray(picture, "P")
    image.putpalette([255, 255, 255, *_INK])
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0, optimize=True, bits=1)
    return out.getvalue()
