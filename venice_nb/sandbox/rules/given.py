"""Media inside a JSON request: data URLs decoded, looked at and refused with the field's name."""

from __future__ import annotations

import re
from binascii import Error as NotBase64
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import pybase64

from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.schema import refused

if TYPE_CHECKING:
    from PIL import Image

    from venice_nb.sandbox.studio.film.clips import Clip, Sound

Path = tuple[str | int, ...]

_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,]*)*)(;base64)?,", re.IGNORECASE)
PIXELS = 33_177_600  # of a picture; more is 422
CLIP_SECONDS = 300.0


def decoded(url: str, path: Path, family: str) -> bytes:
    """The bytes of a data URL of a media family: image, video or audio."""
    if re.match(r"https?://", url, re.IGNORECASE):
        message = "The sandbox has no network and cannot fetch this URL; send the file as a data URL"
        raise refused(path, message)
    head = _DATA.match(url)
    if head is None:
        raise refused(path, "Must be a URL (http/https) or a data URL")
    if (head[1] or "").partition("/")[0].lower() not in (family, "application"):
        raise refused(path, f"Must be a data URL of type {family}/*, received {head[1] or 'none'}")
    body = url[head.end() :]
    if not head[3]:
        return unquote_to_bytes(body)
    try:
        data = pybase64.b64decode(body.encode(), validate=True)
    except (NotBase64, ValueError):
        raise refused(path, "Invalid base64 in data URL") from None
    if not data:
        raise refused(path, "The data URL is empty")
    return bytes(data)


def picture(url: str, path: Path) -> Image.Image:
    """A picture as RGB, turned as its EXIF says."""
    from PIL import Image, ImageOps  # noqa: PLC0415  (only requests with pictures need it)

    data = decoded(url, path, "image")
    try:
        with Image.open(BytesIO(data)) as opened:
            small = opened.width * opened.height <= PIXELS
            flat = ImageOps.exif_transpose(opened).convert("RGBA") if small else None
    except Exception:  # noqa: BLE001  (Pillow raises nearly anything on damaged files)
        message = "The image is corrupted or in a format that is not supported"
        raise refused(path, message, "Image could not be decoded") from None
    if flat is None:
        raise Refusal(422, {"error": "Image is too large", "code": "IMAGE_TOO_LARGE"})
    ground = Image.new("RGBA", flat.size, "white")
    return Image.alpha_composite(ground, flat).convert("RGB")


def clip(url: str, path: Path) -> Clip:
    """A film: its bytes and what they say of themselves."""
    from venice_nb.sandbox.studio.film.clips import Clip, Unreadable  # noqa: PLC0415  (PyAV)

    data = decoded(url, path, "video")
    try:
        found = Clip.of(data)
    except Unreadable as error:
        raise refused(path, f"{error}. Use MP4, MOV or WebM.", "Video could not be decoded") from None
    if found.seconds > CLIP_SECONDS:
        message = f"The video is {found.seconds:.0f} s long; at most {CLIP_SECONDS:.0f} s are accepted"
        raise Refusal(422, {"error": message, "code": "VIDEO_DURATION_TOO_LONG"})
    return found


def sound(url: str, path: Path) -> Sound:
    """A piece of audio."""
    from venice_nb.sandbox.studio.film.clips import Sound, Unreadable  # noqa: PLC0415  (PyAV)

    data = decoded(url, path, "audio")
    try:
        return Sound.of(data)
    except Unreadable as error:
        raise refused(path, f"{error}. Use WAV or MP3.", "Audio could not be decoded") from None
