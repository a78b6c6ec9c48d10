"""Snow over a picture: it lies on what is open to the sky and on the ground, never on walls or on water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from venice_nb.sandbox.studio.paint import weather
from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Colour, Field, Mask, Rng

_ROWS = 96  # the height at which mirror images are looked for
_ALIKE = 0.42  # correlation from which on rows are the mirror image of those above
_FAINT = 2e-4  # less than this differs by noise alone


def snowed(rng: Rng, field: Field, sky: Mask, leaves: Mask) -> Field:
    """The picture in snow, in its own light: at dusk the snow is blue, and the sky keeps its colours."""
    height, width = field.shape[:2]
    lit, tint = _light(field, sky)
    made = li.saturated(field, 0.8)
    li.lay(made, tint, 0.3 * lit * sky)
    noise = li.fractal(rng, height, width, cells=22, octaves=4, gain=0.7)
    dry = 1 - water(field)
    lying = np.maximum(_tops(field, sky, noise), _ground(field, noise, leaves) * (1 - sky)) * dry
    li.lay(made, tint, 0.9 * lying)
    weather.snowfall(rng, made, 0.8)
    return made


def water(field: Field) -> Mask:
    """Where water lies, 0 or 1: below a line at which the picture is mirrored, or blue to its lower edge."""
    height, width = field.shape[:2]
    small = li.from_image(li.to_image(field).resize((_ROWS, _ROWS), Image.Resampling.BOX))
    line = _shore(small)
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    if line is not None:
        return _under(rows >= line, width)
    blue = (small[..., 2] > 1.12 * small[..., 0]) & (small[..., 2] > 0.98 * small[..., 1])
    open_ = np.logical_and.accumulate(blue[::-1].mean(1) > 0.6)[::-1]
    below = float(_ROWS - open_.sum()) / _ROWS
    return _under(rows >= max(below, 0.35), width)


def _under(rows: np.ndarray, width: int) -> Mask:
    return np.repeat(rows.astype(np.float32), width, 1)


def _shore(small: Field) -> float | None:
    """The height, 0 to 1 from above, below which the picture repeats itself upside down; None for nowhere."""
    bright = li.luminance(small)
    best, line = _ALIKE, None
    for row in range(_ROWS * 2 // 5, _ROWS * 3 // 4):
        reach = min(row, _ROWS - row, _ROWS // 4)
        one, two = _detail(bright[row - reach : row][::-1]), _detail(bright[row : row + reach])
        size = float(np.sqrt((one**2).mean() * (two**2).mean()))
        alike = float((one * two).mean()) / size if size > _FAINT else 0.0
        red, _, blue = small[row:].mean((0, 1))
        if alike > best and blue > 0.85 * red:  # sand and floors are warm
            best, line = alike, row / _ROWS
    return line


def _detail(part: Mask) -> Mask:
    """What differs from its row and from its column: gradients and trunks are mirrored everywhere."""
    out: Mask = part - part.mean(1, keepdims=True) - part.mean(0, keepdims=True) + part.mean()
    return out


def _light(field: Field, sky: Mask) -> tuple[float, Colour]:
    """How light it is, 0 to 1, and the colour of snow in that light."""
    weights = sky if sky.mean() > 0.02 else np.ones_like(sky)
    over = np.array([(field[..., part] * weights).sum() for part in range(3)]) / weights.sum()
    lit = float(np.clip(li.luminance(over[None, None])[0, 0] * 1.5, 0, 1))
    tone = over / max(float(over.max()), 1e-3)
    white = blend(colour("eef3f8"), (float(tone[0]), float(tone[1]), float(tone[2])), 0.35 - 0.2 * lit)
    level = 0.5 + 0.5 * lit
    return lit, (white[0] * level, white[1] * level, white[2] * level)


def _tops(field: Field, sky: Mask, noise: Mask) -> Mask:
    """A cap on whatever stands out against the sky, of uneven depth.

    That is where the sky's mask ends, but not below the first dark edge of a column: at dusk the mask runs on
    over walls of the sky's own colour.
    """
    height = len(sky)
    deep = max(3, height // 40)
    open_ = np.pad(sky > 0.7, ((1, 0), (0, 0)), constant_values=True)
    edge = open_[:-1] & ~open_[1:]
    edge[:deep] = edge[-deep:] = False
    if height <= 4 * deep:
        return np.zeros_like(sky)
    at, across = np.nonzero(edge)
    apart = np.abs(field[at + deep, across] - field[at - deep, across]).max(-1)
    edge[at, across] = apart > 0.1  # haze over the horizon is nothing to lie on
    dark = np.zeros(sky.shape, bool)
    bright = li.luminance(field)
    sums = np.cumsum(np.pad(bright, ((1, 0), (0, 0))), 0)
    above = (sums[deep:-deep] - sums[: -2 * deep]) / deep
    below = (sums[2 * deep :] - sums[deep:-deep]) / deep
    sharp = bright[deep - 1 : height - deep] - bright[deep : height - deep + 1] > 0.06
    dark[deep : height - deep + 1] = sharp & (above - below > 0.08) & (sky[deep - 1 : height - deep] > 0.7)
    # birds and the lower edges of clouds have the sky below them again
    dark[: -3 * deep] &= np.pad(above, ((deep, 0), (0, 0)))[: height - 3 * deep] - bright[3 * deep :] > 0.08
    dark[-3 * deep :] = False
    beside = sum(np.roll(dark.any(0), step).astype(int) for step in range(-deep, deep + 1))
    dark &= beside > deep  # nor is a single column of grain a roof
    rows = np.arange(height, dtype=np.int32)[:, None]
    first = np.where(dark.any(0), dark.argmax(0), height)
    step = np.abs(bright - np.roll(bright, 1, 0)) > 0.06
    crisp = step.copy()
    for away in (-2, -1, 1, 2):  # the mask may end a few points from the edge itself
        crisp |= np.roll(step, away, 0)
    edge = (rows == first) | (edge & crisp & (rows < first))
    under = rows - np.maximum.accumulate(np.where(edge, rows, -height), 0)
    cap = (under < deep) & (noise + 0.55 > under / np.float32(deep))
    return cap.astype(np.float32)


def _ground(field: Field, noise: Mask, leaves: Mask) -> Mask:
    """Leaves and lawns, and the lower part of the picture the more the lower."""
    rows = np.linspace(0, 1, len(field), dtype=np.float32)[:, None]
    low = li.smooth(0.55, 0.85, rows * np.ones_like(noise))
    lying = li.smooth(0.22, 0.62, li.luminance(field) * 0.6 + noise * 0.6)
    out: Mask = np.clip(np.maximum(low * lying, leaves * (0.45 + 0.55 * noise)), 0, 1)
    return out
