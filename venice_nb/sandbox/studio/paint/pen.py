"""A pen for small drawings: smooth curves, ovals and strokes in a thing's own measures, edges smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from venice_nb.sandbox.studio.tone.light import Colour, blend

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
FINE = 3  # drawings are made this much larger and reduced, large ones twice as large
MARGIN = 0.06  # of the height, on every side: what sticks out is not cut off


class Pen:
    """Draws one thing on a clear sheet: x from -wide/2 to wide/2, y from 0 at the foot to 1 at the top."""

    def __init__(self, height: int, wide: float, tone: Colour, lit: float) -> None:
        self.fine = FINE if height < 260 else 2
        self.unit = height * self.fine
        self.wide = wide
        self.tone = tone
        self.lamps = lit  # how dark it is: windows and lanterns are lit
        side = (round((wide + 2 * MARGIN) * self.unit), round((1 + 2 * MARGIN) * self.unit))
        self.sheet = Image.new("RGBA", (max(4, side[0]), max(4, side[1])), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.sheet)

    def shade(self, amount: float) -> Colour:
        """The thing's own colour darker (negative) or paler (positive)."""
        return blend(self.tone, (1, 1, 1) if amount > 0 else (0.03, 0.03, 0.06), abs(amount))

    def spot(self, point: Point) -> Point:
        """Where a point of the thing is on the sheet, in pixels."""
        return (
            (point[0] + self.wide / 2 + MARGIN) * self.unit,
            (1 - point[1] + MARGIN) * self.unit,
        )

    def poly(self, points: Sequence[Point], tone: Colour, clear: float = 1.0) -> None:
        """A polygon."""
        self.draw.polygon([self.spot(point) for point in points], _rgba(tone, clear))

    def blob(self, points: Sequence[Point], tone: Colour) -> None:
        """A closed smooth curve through the points."""
        self.poly(curve([*points, points[0]], closed=True), tone)

    def oval(  # noqa: PLR0917  (drawings are tables of ovals; names would drown the numbers)
        self, x: float, y: float, rx: float, ry: float, tone: Colour, clear: float = 1.0
    ) -> None:
        """An oval around a point."""
        left, top = self.spot((x - rx, y + ry))
        right, low = self.spot((x + rx, y - ry))
        self.draw.ellipse((left, top, right, low), _rgba(tone, clear))

    def box(self, left: float, low: float, right: float, top: float, tone: Colour) -> None:
        """An upright rectangle."""
        self.draw.rectangle((*self.spot((left, top)), *self.spot((right, low))), _rgba(tone))

    def stroke(self, points: Sequence[Point], width: float, tone: Colour, *, smooth: bool = True) -> None:
        """A line with round ends."""
        path = [self.spot(point) for point in (curve(points) if smooth and len(points) > 2 else points)]
        thick = max(1, round(width * self.unit))
        self.draw.line(path, _rgba(tone), thick, joint="curve")
        r = thick / 2
        for x, y in (path[0], path[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), _rgba(tone))

    def both(self, points: Sequence[Point], tone: Colour) -> None:
        """A polygon and its mirror image."""
        self.poly(points, tone)
        self.poly([(-x, y) for x, y in points], tone)

    def window(self, left: float, low: float, right: float, top: float) -> None:
        """A window: lit when it is dark."""
        self.box(left, low, right, top, blend((0.32, 0.4, 0.5), (1.0, 0.83, 0.45), self.lamps))

    def finished(self) -> np.ndarray:
        """The drawing as `(h, w, 4) float32`."""
        return np.asarray(self.sheet.reduce(self.fine), np.float32) / 255


def _rgba(tone: Colour, clear: float = 1.0) -> tuple[int, int, int, int]:
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in tone)
    return red, green, blue, round(255 * clear)


def curve(points: Sequence[Point], *, closed: bool = False, steps: int = 10) -> list[Point]:
    """A smooth line through the points (Catmull and Rom's spline)."""
    known = np.asarray(points, np.float64)
    before = known[-2] if closed else known[0]
    after = known[1] if closed else known[-1]
    padded = np.vstack([before, known, after])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    whole = np.vstack([*parts, known[-1]])
    return [(float(x), float(y)) for x, y in whole]
