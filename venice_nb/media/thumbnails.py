"""Pictures of strangers decoded safely, and the small WebP copies that stand for them in a notebook.

The same picture always gives the same bytes: a saved notebook is compared with its own re-run.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from venice_nb.errors import UnsafeContent, plain
from venice_nb.media.sniff import pixels, sniff, truncated

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 50_000_000  # decoded for a display; more is a bomb, or for a program made for it

# The only decoders that ever see a picture. SVG is a document that runs scripts; the rest is no picture here.
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
# What a picture can be written anew as, by the suffix of a file's name.
REWRITTEN = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
# Longest side and WebP quality, from good to barely recognisable.
_STEPS = ((1.0, 80), (1.0, 65), (1.0, 50), (0.875, 45), (0.75, 40), (0.625, 35), (0.5, 30), (0.375, 25))


class PictureError(UnsafeContent, ValueError):
    """The picture cannot be decoded; `what` is half a sentence that says why."""


def decode(data: bytes) -> Image.Image:
    """The whole picture, upright the way its EXIF orientation says.

    Raises PictureError for what is no picture, is cut off, or is larger than 50 megapixels.
    """
    from PIL import ImageOps  # noqa: PLC0415  loaded with the first picture shown

    image = _opened(data)
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:
        raise _unreadable(data, error) from error


def dimensions(data: bytes) -> tuple[int, int]:
    """Width and height as one sees it, from the header alone. Raises PictureError when there is none."""
    claimed = pixels(data, sniff(data))
    if claimed is not None and claimed[0] * claimed[1] > MOST_PIXELS:
        return claimed
    image = _opened(data)
    try:
        turned = image.getexif().get(0x0112) in {5, 6, 7, 8}
    except Exception:  # noqa: BLE001  EXIF is a stranger's structure; without it the picture is as it is
        turned = False
    return (image.height, image.width) if turned else image.size


def thumbnail(data: bytes, side: int = 512, *, most: int | None = None, quality: int = 80) -> bytes:
    """A WebP copy whose longer side is at most `side` pixels; transparency stays, a small picture too.

    With `most`, quality and then size go down until the copy has at most so many bytes (or no less can be
    recognised). Raises PictureError like `decode`.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415  loaded with the first picture shown

    image = _opened(data)
    try:
        # with a gap, JPEG is decoded small at once and others are halved cheaply before the good filter
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        image = _plain_mode(ImageOps.exif_transpose(image))
    except Exception as error:
        raise _unreadable(data, error) from error
    steps = ((1.0, quality),) if most is None else ((1.0, quality), *(s for s in _STEPS if s[1] < quality))
    copy = b""
    for scale, step in steps:
        smaller = image
        if scale < 1:
            size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
            smaller = image.resize(size, Image.Resampling.LANCZOS)
        copy = _webp(smaller, step)
        if most is None or len(copy) <= most:
            break
    return copy


def rewritten(data: bytes, kind: str) -> bytes:
    """The same picture in another format, one of `REWRITTEN`; in JPEG, white shows through what is clear.

    PNG and WebP lose nothing, JPEG has quality 95. Raises PictureError like `decode`.
    """
    from PIL import Image  # noqa: PLC0415  loaded with the first picture shown

    image = _plain_mode(decode(data))
    if kind == "JPEG" and image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    out = io.BytesIO()
    if kind == "JPEG":
        image.save(out, kind, quality=95)
    else:
        image.save(out, kind, lossless=True)  # WebP's word for it; PNG never loses anything
    return out.getvalue()


def has_alpha(copy: bytes) -> bool:
    """Whether a WebP copy has transparent pixels."""
    return (copy[12:16] == b"VP8X" and bool(copy[20] & 0x10)) if len(copy) > 20 else False


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _plain_mode(image: Image.Image) -> Image.Image:
    """The picture in RGB or RGBA, without metadata; RGBA only where something is transparent."""
    if image.mode.startswith(("I", "F")):  # 16 and 32 bits: scaled, where a conversion would cut off
        low, high = _range(image)
        top = 65535.0 if image.mode.startswith("I;16") else max(high, 1.0)
        image = image.convert("F").point(lambda value: (value - min(low, 0)) * (255 / top)).convert("L")
    clear = image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info
    found = image.convert("RGBA" if clear else "RGB")
    if clear and found.getchannel("A").getextrema() == (255, 255):
        found = found.convert("RGB")
    found.info = {}
    return found


def _range(image: Image.Image) -> tuple[float, float]:
    low, high = image.convert("F").getextrema()
    assert isinstance(low, float | int)
    assert isinstance(high, float | int)
    return low, high


def _opened(data: bytes) -> Image.Image:
    """The header read and judged; no pixel is decoded yet."""
    from PIL import Image  # noqa: PLC0415  loaded with the first picture shown

    mime = sniff(data)
    claimed = pixels(data, mime)
    if claimed is not None and claimed[0] * claimed[1] > MOST_PIXELS:
        raise _huge(*claimed)
    if truncated(data, mime):
        raise PictureError("the picture is cut off")
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Exception as error:
        raise _unreadable(data, error) from error
    if image.width * image.height > MOST_PIXELS:
        raise _huge(*image.size)
    return image


def _huge(width: int, height: int) -> PictureError:
    return PictureError(f"{width} x {height} pixels are too many to decode here (at most {MOST_PIXELS:,})")


def _unreadable(data: bytes, error: Exception) -> PictureError:
    mime = sniff(data)
    if not data:
        return PictureError("the picture has no bytes")
    if not mime.startswith("image/"):
        return PictureError(f"this is no picture but {mime or 'unknown content'}")
    if type(error).__name__ == "UnidentifiedImageError":
        return PictureError(f"{mime} cannot be decoded here")
    return PictureError(f"the picture is damaged: {plain(error, 100)}")
