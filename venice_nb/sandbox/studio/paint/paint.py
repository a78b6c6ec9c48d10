"""Pictures painted from words: the same prompt, seed and size give the same picture, byte for byte."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from venice_nb.sandbox.studio.mark import sign
from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.styles import styled

from .scenes import scene
from .words import read

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Rng

__all__ = ["paint", "scene"]

AREA = 800_000  # pixels painted at most; larger pictures are enlarged from that


def paint(
    prompt: str,
    *,
    seed: int,
    width: int,
    height: int,
    negative: str = "",
    style: str = "",
    marked: bool = True,
) -> Image.Image:
    """An RGB picture of what the words of the prompt name, in the manner of a style of `/image/styles`.

    What the negative prompt names is left out. Words that name nothing paintable still choose colours and
    forms. A corner says SANDBOX and the prompt, unless `marked` is false.
    """
    scale = min(1.0, (AREA / (width * height)) ** 0.5)
    size = (max(16, round(height * scale)), max(16, round(width * scale)))
    field = np.clip(scene(read(prompt, negative), _dice(f"{seed}\n{prompt}"), *size), 0, 1)
    if style:
        field = styled(_dice(f"{seed}\n{prompt}\n{style}"), field, style)
    picture = li.to_image(field)
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return sign(picture, prompt) if marked else picture


def _dice(text: str) -> Rng:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
