"""Pictures that are to be worked on: any picture a notebook has at hand, within the API's bounds.

API reference: `POST /image/edit`, `/image/upscale`, `/image/background-remove`, and the style references of
`/image/generate`.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from venice_nb.media.loading import MAX_BYTES, Media, load
from venice_nb.media.pictures import refuse, to_png
from venice_nb.media.sniff import pixels, sniff

MIN_PIXELS = 65_536  # of a picture that is edited, enlarged or cut out
MAX_STYLE_BYTES = 8_000_000  # of a style reference; the API says under 8 MB

_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]{64,}={0,2}\s*")


def picture(
    source: Any,
    field: str,
    *,
    urls: bool = True,
    fewest: int = MIN_PIXELS,
    heaviest: int = MAX_BYTES,
) -> Media:
    """One picture, checked as `load` does and held against the bounds of an endpoint.

    Args:
        source: as for `load`; also the base64 of a picture, as older tutorials send it.
        field: the argument's name for messages.
        urls: whether the endpoint fetches URLs.
        fewest: pixels a picture must have; those behind a URL are not known here.
        heaviest: bytes it may have.

    Raises InvalidInput before anything is sent.

    """
    if isinstance(source, str) and (decoded := _decoded(source)):
        source = decoded
    if not isinstance(source, str) and _several(source):
        do = f"Pass one of them, such as {field}[0]; several together are for multi_edit."
        refuse(field, type(source).__name__, "one picture", do)
    media = load(source, "image", field)
    if media.data is None:
        if not urls:
            do = "Download it first and pass the path or the bytes."
            refuse(field, str(media.url)[:60], "the picture itself, not a URL", do)
        return media
    media = widely_read(media, field)
    if len(media.data or b"") > heaviest:
        weight = len(media.data or b"")
        do = f"It has {weight / 1e6:.1f} MB: save it smaller, or as JPEG or WebP."
        refuse(field, f"{media.name} ({weight} bytes)", f"at most {heaviest} bytes", do)
    width, height = size_of(media) or (0, 0)
    if width * height < fewest:
        value = f"{width} x {height} pixels ({media.name})"
        refuse(field, value, f"at least {fewest:,} pixels", "Enlarge it: image.resize((512, 512)).")
    return media


def widely_read(media: Media, field: str) -> Media:
    """The picture, an AVIF as PNG: only of chats does the API say that they take AVIF."""
    if media.mime != "image/avif" or media.data is None:
        return media
    from PIL import Image  # noqa: PLC0415  loaded with the first such picture

    try:
        image = Image.open(io.BytesIO(media.data))
    except (OSError, RuntimeError):
        refuse(field, media.name, "a picture that can be read", "Save it again as PNG or JPEG.")
    name = f"{PurePath(media.name).stem}.png"
    return replace(media, data=to_png(image, field), mime="image/png", name=name)


def held(source: Any, field: str) -> Any:
    """Open files read, one or a list of them, so that they can be looked at twice; the rest as it is."""
    if isinstance(source, list | tuple):
        return [held(each, f"{field}[{position}]") for position, each in enumerate(source)]
    opened = hasattr(source, "read") and not hasattr(source, "mime")
    return load(source, "image", field) if opened else source


def size_of(media: Media) -> tuple[int, int] | None:
    """Width and height of a picture that is here; None for one behind a URL."""
    return None if media.data is None else pixels(media.data, media.mime)


def _decoded(text: str) -> bytes:
    """The picture that a text spells in base64; nothing when it is anything else."""
    if not _BASE64.fullmatch(text):
        return b""
    import pybase64  # noqa: PLC0415  loaded with the first media

    try:
        data = bytes(pybase64.b64decode(text))
    except ValueError:
        return b""
    return data if sniff(data).startswith("image/") else b""


def _several(source: Any) -> bool:
    """Whether pictures in a list, a tuple or a gallery are given in place of one."""
    if isinstance(source, list | tuple):
        return True
    return hasattr(source, "images") and hasattr(source, "__getitem__") and not hasattr(source, "mime")
