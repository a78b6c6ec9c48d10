"""Changes of tone and sharpness: brightness, contrast, colour, blur, grain. `amount` 1 is a clear change."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from . import light as li
from .light import Colour, Field, Mask, colour

PAPER = colour("f6f3ea")


def brighter(field: Field, amount: float) -> Field:
    """Lighter, or darker for a negative amount; black and white stay."""
    return np.clip(field, 0, 1) ** np.float32(0.62**amount)


def contrast(field: Field, amount: float) -> Field:
    """Stronger contrast around the mean, or weaker for a negative amount."""
    middle = float(li.luminance(field).mean())
    made: Field = middle + (field - middle) * np.float32(1.45**amount)
    return made


def saturation(field: Field, amount: float) -> Field:
    """Stronger colours, or paler ones for a negative amount."""
    return li.saturated(field, 1 + 0.6 * amount if amount > 0 else max(0.0, 1 + 0.55 * amount))


def warmth(field: Field, amount: float) -> Field:
    """Warmer light, or cooler for a negative amount."""
    return field * np.array([1 + 0.14 * amount, 1 + 0.02 * amount, 1 - 0.16 * amount], np.float32)


def grey(field: Field) -> Field:
    """Black and white."""
    return li.saturated(field, 0)


def sepia(field: Field) -> Field:
    """Brown tones of an old print, with paler blacks."""
    tone = li.luminance(field)[..., None] ** np.float32(0.9)
    return 0.06 + 0.92 * tone * np.array([1.06, 0.9, 0.68], np.float32)


def negative(field: Field) -> Field:
    """Light and dark exchanged."""
    return 1 - field


def tint(field: Field, tone: Colour, mask: Mask | float = 1.0, amount: float = 1.0) -> Field:
    """What the mask covers in shades of one colour: dark parts dark, bright parts bright."""
    bright = li.luminance(field)[..., None]
    base = np.asarray(tone, np.float32)
    level = float(np.dot(base, (0.299, 0.587, 0.114)))
    # grey levels are mapped so that the colour itself stands at its own brightness
    dark, pale = base * (bright / max(0.12, level)), 1 - (1 - base) * ((1 - bright) / max(0.12, 1 - level))
    shaded = np.where(bright < level, dark, pale)
    share = mask[..., None] if isinstance(mask, np.ndarray) else mask
    made: Field = field + (np.clip(shaded, 0, 1) - field) * (share * np.float32(min(1.0, 0.72 * amount)))
    return made


def recoloured(field: Field, old: Colour, new: Colour) -> Field:
    """Parts of one colour in another; shading stays."""
    chroma = field - field.mean(-1, keepdims=True)
    wanted = np.asarray(old, np.float32) - np.mean(old).astype(np.float32)
    norm = float(np.linalg.norm(wanted))
    if norm < 0.08:  # black, white and grey are told by brightness
        away = np.abs(field - np.asarray(old, np.float32)).max(-1)
        return tint(field, new, li.smooth(0.0, 0.2, 0.35 - away))
    strength = np.linalg.norm(chroma, axis=-1)
    like = (chroma @ wanted) / (norm * np.maximum(strength, 1e-3))
    return tint(field, new, li.smooth(0.72, 0.9, like) * li.smooth(0.04, 0.12, strength), 1.3)


def soft(field: Field, amount: float) -> Field:
    """Out of focus."""
    return li.blurred(field, amount * min(field.shape[:2]) / 110)


def sharp(field: Field, amount: float) -> Field:
    """Edges drawn stronger."""
    near = li.blurred(field, max(0.8, min(field.shape[:2]) / 600))
    made: Field = field + (field - near) * np.float32(1.6 * amount)
    return made


def grain(field: Field, amount: float) -> Field:
    """The grain of film: strongest in the middle tones."""
    noise = np.random.default_rng(11).normal(0, 0.07 * amount, field.shape[:2]).astype(np.float32)
    middle = 1 - np.abs(2 * li.luminance(field) - 1) * 0.6
    out: li.Field = field + (noise * middle)[..., None]
    return out


def vignette(field: Field, amount: float) -> Field:
    """Darker towards the corners."""
    height, width = field.shape[:2]
    y, x = (
        np.linspace(-1, 1, height, dtype=np.float32)[:, None],
        np.linspace(-1, 1, width, dtype=np.float32)[None, :],
    )
    return field * (1 - 0.42 * amount * li.smooth(0.45, 1.5, x * x + y * y))[..., None]


def bloom(field: Field, amount: float) -> Field:
    """A glow around what is bright."""
    bright = field * li.smooth(0.55, 0.95, li.luminance(field))[..., None]
    halo = li.blurred(bright, min(field.shape[:2]) / 45)
    return 1 - (1 - np.clip(field, 0, 1)) * (1 - np.clip(halo * amount * 0.9, 0, 1))


def pixels(field: Field, across: int) -> Field:
    """Square blocks, so many along the shorter side."""
    height, width = field.shape[:2]
    step = max(2, min(height, width) // across)
    small = li.to_image(field).resize((max(1, width // step), max(1, height // step)), Image.Resampling.BOX)
    return li.from_image(small.resize((width, height), Image.Resampling.NEAREST))


def poster(field: Field, levels: int) -> Field:
    """Few flat tones of each colour, with smoothed edges."""
    image = li.to_image(field)
    half = image.reduce(2) if min(image.size) >= 256 else image  # the filter is slow, and its result is flat
    calm = li.from_image(
        half.filter(ImageFilter.MedianFilter(3)).resize(image.size, Image.Resampling.BICUBIC)
    )
    made: Field = np.round(calm * (levels - 1)).astype(np.float32) / (levels - 1)
    return made


def outlines(field: Field, width: float = 1.0) -> Mask:
    """How much of an edge runs through each point, 0 to 1."""
    grey_ = li.luminance(field)
    size = max(0.8, min(field.shape[:2]) / 700 * width)
    image = Image.fromarray((np.clip(grey_, 0, 1) * 255).astype(np.uint8), "L")
    fine = np.asarray(image.filter(ImageFilter.GaussianBlur(size)), np.float32)
    wide = np.asarray(image.filter(ImageFilter.GaussianBlur(size * 1.7)), np.float32)
    return li.smooth(0.008, 0.035, np.maximum(wide - fine, 0) / 255)


def fade(field: Field, amount: float) -> Field:
    """Lifted blacks and tired colours, as on a print left in the sun."""
    made: Field = li.saturated(field, 1 - 0.4 * amount) * np.float32(1 - 0.18 * amount) + np.float32(
        0.14 * amount
    )
    return made * np.array([1.03, 1.0, 0.95], np.float32)


def framed(field: Field, tone: Colour = PAPER) -> Field:
    """A border inside the edge."""
    height, width = field.shape[:2]
    edge = max(2, round(min(height, width) * 0.045))
    made = field.copy()
    made[:edge] = made[-edge:] = tone
    made[:, :edge] = made[:, -edge:] = tone
    return made
