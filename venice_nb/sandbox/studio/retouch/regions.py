"""Masks by what hangs together in them, their means over squares, and their edges drawn to a picture's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Mask


def parts(mask: Mask) -> Mask:
    """A number for every point of a mask, the same for all that hang together side by side; 0 outside."""
    most = mask.size + 1
    label = np.where(mask, np.arange(1, most).reshape(mask.shape), most)
    while True:  # the lowest number of a part spreads along whole rows and columns at a time
        fresh = _lowest(_lowest(label, mask).T, mask.T).T
        if (fresh == label).all():
            return np.where(mask, label, 0)
        label = fresh


def _lowest(label: Mask, mask: Mask) -> Mask:
    """Each run of a row takes the lowest number in it."""
    begins = mask.copy()
    begins[:, 1:] &= ~mask[:, :-1]
    lowest = np.minimum.reduceat(label.ravel(), np.flatnonzero(begins)) if begins.any() else label[0]
    run = np.cumsum(begins).reshape(mask.shape) - 1
    return np.where(mask, lowest[run], label)


def sizes(mask: Mask) -> Mask:
    """For every point of a mask how many points its part has; 0 outside."""
    label = parts(mask)
    return np.where(mask, np.bincount(label.ravel())[label], 0)


def touching(mask: Mask, border: Mask) -> Mask:
    """The parts of a mask that have a point of the border in them."""
    label = parts(mask)
    hit = np.zeros(mask.size + 1, bool)
    hit[label[border]] = True
    out: Mask = hit[label] & mask
    return out


def fallen(down: Mask, right: Mask) -> Mask:
    """What is reached from the upper row by steps down and to both sides.

    `down[row]`: from that row to the next; `right[:, column]`: between that column and the next.
    """
    reached = np.ones((down.shape[0] + 1, down.shape[1]), bool)
    run = np.cumsum(np.pad(~right, ((0, 0), (1, 0))), axis=1)
    for row in range(1, len(reached)):
        seen = np.bincount(run[row], reached[row - 1] & down[row - 1])
        reached[row] = seen[run[row]] > 0
    return reached


def mean(values: Mask, radius: int) -> Mask:
    """Each point as the mean of the square around it, `(h, w)` or `(h, w, n)`."""
    size = 2 * radius + 1
    for axis in (0, 1):
        lines = np.moveaxis(values, axis, 0)
        first, last = lines[:1].repeat(radius + 1, 0), lines[-1:].repeat(radius, 0)
        sums = np.cumsum(np.concatenate([first, lines, last]), axis=0, dtype=np.float64)
        values = np.moveaxis((sums[size:] - sums[:-size]) / size, 0, axis).astype(np.float32)
    return values


def guided(guide: Mask, mask: Mask, radius: int) -> Mask:
    """A mask of any size, in the size of the guide and with its edges drawn to those of the guide.

    A guided filter. Its two factors change slowly, and are worked out on fewer points than they are used on.
    """
    height, width = guide.shape
    step = max(1, radius // 2)
    size, reach = (max(1, height // step), max(1, width // step)), max(1, round(radius / step))
    few, part = li.resized(guide, *size), li.resized(mask, *size)
    mean_g, mean_m = mean(few, reach), mean(part, reach)
    slope = (mean(few * part, reach) - mean_g * mean_m) / (mean(few * few, reach) - mean_g**2 + 1e-3)
    offset = mean_m - slope * mean_g
    slope, offset = (li.resized(mean(each, reach), height, width) for each in (slope, offset))
    out: Mask = slope * guide + offset
    return out
