"""Pictures held in memory, PIL images and NumPy arrays, as PNG bytes; and how large a picture may be."""

from __future__ import annotations

import io
from typing import Any, NoReturn

from venice_nb.errors import InvalidInput, plain

MIN_SIDE = 64  # pixels a side that a picture must have
MAX_PIXELS = 33_177_600  # the API's own limit for pictures to edit; more is a bomb or a mistake


def refuse(field: str, value: object, allowed: str, do: str) -> NoReturn:
    """Raise the InvalidInput for media that cannot be used."""
    value = sendable(value)
    what = f"{field} must be {allowed}, not {value!r}."
    raise InvalidInput(what, field=field, value=value, allowed=allowed, do=do)


def sendable(name: object) -> str:
    """A file's name, clean and short; names that are no UTF-8 get question marks for what cannot be sent."""
    return plain(str(name).encode("utf-8", "replace").decode(), 120)


def check_size(field: str, width: int, height: int, shown: str = "") -> None:
    """Refuse a picture that is too large to be meant or too small for the API."""
    value = f"{width} x {height} pixels" + (f" ({shown})" if shown else "")
    if width * height > MAX_PIXELS:
        refuse(
            field, value, f"at most {MAX_PIXELS:,} pixels", "Make it smaller: image.thumbnail((4096, 4096))."
        )
    if min(width, height) < MIN_SIDE:
        refuse(field, value, f"at least {MIN_SIDE} pixels a side", "Enlarge it: image.resize((256, 256)).")


def from_array(array: Any, field: str) -> Any:
    """A PIL image from an array of shape h x w, h x w x 1, h x w x 3 or h x w x 4."""
    import numpy as np  # noqa: PLC0415  an array is here, so it is loaded
    from PIL import Image  # noqa: PLC0415  loaded with the first picture made from an array

    shape = " x ".join(map(str, array.shape))
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in {2, 3} or (array.ndim == 3 and array.shape[2] not in {3, 4}) or not array.size:
        last = "Put the channels last: np.moveaxis(array, 0, -1)."
        do = last if array.shape[:1] in {(3,), (4,)} else "Pick one picture."
        refuse(field, f"array of {shape}", "an array of h x w, h x w x 3 or h x w x 4", do)
    check_size(field, array.shape[1], array.shape[0])
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not (low >= 0 and high <= 1):
            rescale = "Rescale it: (x - x.min()) / (x.max() - x.min())."
            do = "Divide by 255." if low >= 0 and high <= 255 else rescale
            refuse(field, f"floats from {low:g} to {high:g}", "floats from 0 to 1", do)
        array = (array * 255 + 0.5).astype(np.uint8)
    elif array.dtype != np.uint8:
        do = 'Convert it: array.astype("uint8").'
        refuse(field, f"array of {array.dtype}", "uint8, bool or floats from 0 to 1", do)
    return Image.fromarray(np.ascontiguousarray(array))


def to_png(image: Any, field: str) -> bytes:
    """A PIL image as PNG, upright the way its EXIF orientation says, and without any other metadata."""
    from PIL import ImageOps  # noqa: PLC0415  an image is here, so it is loaded

    check_size(field, *image.size)
    out = io.BytesIO()
    try:
        upright = ImageOps.exif_transpose(image)
        if upright.mode not in {"L", "RGB", "RGBA"}:
            clear = "A" in upright.mode or "transparency" in upright.info
            upright = upright.convert("RGBA" if clear else "RGB")
        upright.info = {}
        upright.save(out, "PNG", compress_level=3)
    except (OSError, ValueError, SyntaxError, RuntimeError) as error:  # the last: a broken AVIF
        do = f"Load it again: {plain(error, 100)}."
        refuse(field, "PIL image", "a picture that can be read whole", do)
    return out.getvalue()
