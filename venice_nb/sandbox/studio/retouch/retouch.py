"""Changes to a picture that are asked for by field, not by instruction: enlarged, veiled, recoloured."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from venice_nb.sandbox.studio.tone.light import from_image, to_image

CELLS = 9  # blocks along the shorter side of a veiled picture


def enlarged(image: Image.Image, scale: float, creativity: float = 0.01) -> Image.Image:
    """The picture `scale` times as long on each side: edges drawn a little sharper, then Lanczos resampling.

    `creativity`, 0 to 0.02, is how much sharper: detail that is not in the original.
    """
    size = (int(image.width * scale), int(image.height * scale))  # never a pixel more than asked
    strength = round(40 + 3000 * creativity)  # per cent
    sharp = image.convert("RGB").filter(ImageFilter.UnsharpMask(radius=0.8, percent=strength, threshold=2))
    if image.mode == "RGBA":
        sharp.putalpha(image.getchannel("A"))
    return sharp.resize(size, Image.Resampling.LANCZOS)


def veiled(image: Image.Image) -> Image.Image:
    """The picture so blurred that only a few spots of colour are left."""
    step = max(1, min(image.size) // CELLS)
    few = image.resize((max(1, image.width // step), max(1, image.height // step)), Image.Resampling.BOX)
    return few.resize(image.size, Image.Resampling.BICUBIC)


def palette_of(image: Image.Image, reference: Image.Image, strength: float) -> Image.Image:
    """The picture with the light and the colours of another: each channel gets its mean and spread."""
    field, other = from_image(image), from_image(reference.resize((64, 64), Image.Resampling.BOX))
    mean, spread = field.mean((0, 1)), field.std((0, 1)) + 1e-3
    wanted, wide = other.mean((0, 1)), other.std((0, 1)) + 1e-3
    moved = (field - mean) * np.clip(wide / spread, 0.4, 2.0) + wanted
    return to_image(field + (moved - field) * np.float32(strength))


def fitted(image: Image.Image, ratio: str, times: int, *, enlarge: bool) -> Image.Image:
    """The picture cut to a ratio ("auto": uncut) and brought to a tier's area: 1024 x 1024, times `times`².

    A smaller picture stays as it is unless `enlarge`: edit models give back about what they were given.
    """
    if ratio != "auto":
        wide, high = (int(part) for part in ratio.split(":"))
        width = min(image.width, round(image.height * wide / high))
        height = min(image.height, round(width * high / wide))
        left, top = (image.width - width) // 2, (image.height - height) // 2
        image = image.crop((left, top, left + width, top + height))
    share = (1024 * 1024 * times * times / (image.width * image.height)) ** 0.5
    if share < 1 or (enlarge and share > 1):
        size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        return image.resize(size, Image.Resampling.LANCZOS)
    return image
