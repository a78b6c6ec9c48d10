"""What a camera sees of a scene: any part of it, to a fraction of a pixel, scaled to the size of a frame.

libswscale is four times as fast as Pillow at this, but takes whole pixels only. So a larger part than asked
for is scaled to a larger size than asked for, chosen so that the frame can be cut out of it at whole pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from .film import Frame

if TYPE_CHECKING:
    from PIL import Image

    from .film import Plane

ROOM = 64  # pixels of the scene's edge drawn out on every side, to choose from


class Lens:
    """A scene, and the frames of a size that its parts become."""

    def __init__(self, scene: Image.Image, size: tuple[int, int]) -> None:
        pixels = np.asarray(scene)[: scene.height // 2 * 2, : scene.width // 2 * 2]
        self.planes = [np.pad(plane, ROOM, mode="edge") for plane in Frame.of(pixels).planes()]
        self.size = size

    def seen(self, box: tuple[float, float, float, float]) -> Frame:
        """The frame of a part of the scene: left, top, right, bottom in its pixels."""
        frame = Frame(*self.size)
        for at, (plane, into) in enumerate(zip(self.planes, frame.planes(), strict=True)):
            left, top, right, low = (side / (2 if at else 1) + ROOM for side in box)
            into[:] = _part(plane, (left, right), (top, low), into.shape)
        return frame


def _part(
    plane: Plane, across: tuple[float, float], down: tuple[float, float], shape: tuple[int, ...]
) -> Plane:
    """The part of a plane between two columns and two rows, in a shape."""
    rows, high, top = span(*down, shape[0])
    columns, wide, left = span(*across, shape[1])
    piece = av.VideoFrame.from_ndarray(np.ascontiguousarray(plane[rows, columns]), format="gray8")
    made: Plane = piece.reformat(wide, high, threads=1).to_ndarray()  # type: ignore[assignment]  # bytes
    return made[top : top + shape[0], left : left + shape[1]]


def span(low: float, high: float, size: int) -> tuple[slice, int, int]:
    """Which whole pixels to scale to how many, and from where on `size` of these show what lies low to high.

    Of all ways within `ROOM` the one whose ends lie nearest: mostly to a twentieth of a pixel.
    """
    first = int(low) - np.arange(ROOM)[:, None]
    scaled = size + np.arange(ROOM)[None, :]
    last = first + np.round((high - low) / size * scaled).astype(int)
    step = (last - first) / scaled  # pixels of the scene for one of the frame
    cut = np.round((low - first) / step).astype(int)
    away = np.abs(first + cut * step - low) + np.abs(first + (cut + size) * step - high)
    away[(cut + size > scaled) | (last >= high + ROOM)] = np.inf
    row, column = np.unravel_index(away.argmin(), away.shape)
    return slice(int(first[row, 0]), int(last[row, column])), int(scaled[0, column]), int(cut[row, column])
