"""Fields of colour: gradients, noise, soft masks, and the mixing of one over another.

A field is `(h, w, 3) float32`, 0 black to 1 full; a mask is `(h, w) float32`, 0 none to 1 all. Places are
fractions of the width and the height, lengths fractions of the shorter side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Field = np.ndarray[Any, Any]  # float32; intermediate values may be wider
Mask = np.ndarray[Any, Any]
Colour = tuple[float, float, float]
Rng = np.random.Generator

FINE = 2  # masks are drawn this much larger and reduced, which smooths their edges


def colour(hexadecimal: str) -> Colour:
    """The colour of six hexadecimal digits."""
    red, green, blue = bytes.fromhex(hexadecimal)
    return red / 255, green / 255, blue / 255


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: the second at share 1."""
    return tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))  # type: ignore[return-value]


def column(height: int, stops: Sequence[tuple[float, Colour]]) -> Field:
    """A vertical gradient `(h, 1, 3)` through colours at given heights, 0 top to 1 bottom."""
    at = np.linspace(0, 1, height)
    places = [place for place, _ in stops]
    rows = np.stack([np.interp(at, places, [tone[part] for _, tone in stops]) for part in range(3)], axis=-1)
    return rows.astype(np.float32)[:, None, :]


def full(height: int, width: int, tone: Colour | Field) -> Field:
    """A field of one colour, or of a gradient that is one column or row wide."""
    return np.array(np.broadcast_to(np.asarray(tone, np.float32), (height, width, 3)))


def lay(base: Field, tone: Colour | Field, mask: Mask | float) -> None:
    """Mixes a colour or a field over the base, in place, as much as the mask says."""
    over = np.asarray(tone, np.float32)
    share = mask if isinstance(mask, np.ndarray) else np.float32(mask)
    for part in range(3):  # channel by channel is twice as fast as all three at once
        own = base[..., part]
        own += (over[..., part] - own) * share


def shine(base: Field, tone: Colour, mask: Mask) -> None:
    """Adds light of a colour, in place: what is bright stays within bounds."""
    for part in range(3):
        own = base[..., part]
        own += (1 - own) * (mask * np.float32(tone[part]))


def resized(grid: Mask, height: int, width: int) -> Mask:
    """A grid of numbers stretched smoothly to a size."""
    made = Image.fromarray(np.ascontiguousarray(grid, np.float32), "F")
    return np.asarray(made.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def fractal(
    rng: Rng,
    height: int,
    width: int,
    *,
    cells: float = 4,
    octaves: int = 5,
    gain: float = 0.5,
    stretch: float = 1,
) -> Mask:
    """Cloudy noise, 0 to 1: `cells` bumps along the shorter side, `stretch` times as wide as high."""
    # computed at half size: what is finer is grain, which is added at the end
    tall, wide = max(2, -(-height // 2)), max(2, -(-width // 2))
    unit = min(tall, wide) / cells
    total = np.zeros((tall, wide), np.float32)
    weight = 1.0
    for _ in range(octaves):
        rows, columns = round(tall / unit) + 3, round(wide / unit / stretch) + 3
        total += weight * resized(rng.random((rows, columns), np.float32), tall, wide)
        weight *= gain
        unit = max(2.0, unit / 2)
    low, high = np.percentile(total[::4, ::4], (0.5, 99.5))
    total = np.clip((total - low) / max(1e-6, float(high - low)), 0, 1)
    return resized(total, height, width) if (tall, wide) != (height, width) else total


def line(rng: Rng, width: int, *, cells: float = 4, octaves: int = 6, gain: float = 0.5) -> Mask:
    """A rough line `(w,)`, 0 to 1: the profile of hills, waves or dunes."""
    total = np.zeros(width, np.float32)
    weight, count = 1.0, cells
    for _ in range(octaves):
        knots = rng.random(int(count) + 4)
        at = np.linspace(1, 1 + count, width)
        low = at.astype(int)
        part = at - low
        part = part * part * (3 - 2 * part)
        total += (weight * (knots[low] * (1 - part) + knots[low + 1] * part)).astype(np.float32)
        weight *= gain
        count *= 2
    made: Mask = (total - total.min()) / max(1e-6, float(np.ptp(total)))
    return made


def smooth(low: float, high: float, value: Mask) -> Mask:
    """From 0 below `low` to 1 above `high`, without corners."""
    part = np.clip((value - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)


def glow(height: int, width: int, place: tuple[float, float], radius: float, *, power: float = 2.0) -> Mask:
    """Light that falls off around a place: 1 there, about a third at the radius."""
    reach = radius * min(height, width)
    y = (np.arange(height, dtype=np.float32) - place[1] * height) / reach
    x = (np.arange(width, dtype=np.float32) - place[0] * width) / reach
    far = y[:, None] ** 2 + x[None, :] ** 2
    # beyond 50 there is no light left, and powers would overflow
    return np.exp(-(np.minimum(far, 50) ** (power / 2))).astype(np.float32)


def drawn(
    height: int, width: int, draw: Callable[[ImageDraw.ImageDraw, int, int], None], *, soft: float = 0
) -> Mask:
    """The mask of what `draw(pen, height, width)` fills with 255, its edges smoothed, blurred by `soft`."""
    sheet = Image.new("L", (width * FINE, height * FINE), 0)
    draw(ImageDraw.Draw(sheet), height * FINE, width * FINE)
    sheet = sheet.reduce(FINE)
    if soft:
        sheet = blur(sheet, soft * min(height, width))
    return np.asarray(sheet, np.float32) / 255


def stamp(
    field: Field,
    tone: Colour | Field,
    draw: Callable[[ImageDraw.ImageDraw, int, int], None],
    share: float = 1.0,
    *,
    soft: float = 0,
) -> None:
    """Mixes a colour over what `draw` fills: `drawn` and `lay` in one, only where something was drawn."""
    height, width = field.shape[:2]
    sheet = Image.new("L", (width * FINE, height * FINE), 0)
    draw(ImageDraw.Draw(sheet), height * FINE, width * FINE)
    found = sheet.getbbox()
    if found is None:
        return
    edge = FINE + round(3 * soft * min(height, width)) * FINE
    left, top = (max(0, side - edge) // FINE * FINE for side in found[:2])
    right, low = min(width * FINE, found[2] + edge), min(height * FINE, found[3] + edge)
    right, low = -(-right // FINE) * FINE, -(-low // FINE) * FINE
    part = sheet.crop((left, top, right, low)).reduce(FINE)
    if soft:
        part = blur(part, soft * min(height, width))
    mask = np.asarray(part, np.float32) / 255 * np.float32(share)
    y, x = top // FINE, left // FINE
    lay(field[y : y + mask.shape[0], x : x + mask.shape[1]], tone, mask)


def below(height: int, profile: Mask) -> Mask:
    """The mask of everything under a profile `(w,)` of heights from the top, 0 to 1."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    out: Field = np.clip(rows - profile[None, :] * height + 0.5, 0, 1)
    return out


def blurred(field: Field, radius: float) -> Field:
    """A field out of focus; the radius is in pixels."""
    return from_image(blur(to_image(field), radius))


def softened(mask: Mask, radius: float) -> Mask:
    """A mask with wide edges; the radius is in pixels."""
    image = Image.fromarray((np.clip(mask, 0, 1) * 255 + 0.5).astype(np.uint8), "L")
    return np.asarray(blur(image, radius), np.float32) * np.float32(1 / 255)


def blur(image: Image.Image, radius: float) -> Image.Image:
    """A picture out of focus. A wide blur is worked out on fewer points than it is seen on."""
    step = int(min(8, radius / 2))
    if step < 2:
        return image.filter(ImageFilter.GaussianBlur(radius))
    few = image.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
    box = (0, 0, image.width / step, image.height / step)
    return few.resize(image.size, Image.Resampling.BILINEAR, box)


def to_image(field: Field) -> Image.Image:
    """A field as an RGB image."""
    return Image.fromarray((np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def from_image(image: Image.Image) -> Field:
    """An image as a field."""
    return np.asarray(image.convert("RGB"), np.float32) * np.float32(1 / 255)


def luminance(field: Field) -> Mask:
    """How bright each point is."""
    return field @ np.array([0.299, 0.587, 0.114], np.float32)


def saturated(field: Field, amount: float) -> Field:
    """Colours stronger (over 1) or paler (under 1); 0 is grey."""
    grey = luminance(field)[..., None]
    return grey + (field - grey) * np.float32(amount)
