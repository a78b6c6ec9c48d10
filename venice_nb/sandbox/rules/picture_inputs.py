"""Pictures given with a request: files, base64 or data URLs, checked as production checks them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import Refusal
from venice_nb.sandbox.schema import refused

if TYPE_CHECKING:
    from PIL.Image import Image

    from venice_nb.sandbox.schema import Path

SMALLEST = 65_536  # pixels
SHORTEST = 64  # pixels a side
LARGEST = 33_177_600  # pixels
HEAVIEST = 25 * 1024 * 1024  # bytes

_DATA = re.compile(
    r"data:(?P<kind>[\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*(?P<packed>;base64)?,", re.IGNORECASE
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def picture(given: Any, path: Path, *, raw: bool = False, most_bytes: int = HEAVIEST) -> Image:
    """The picture in a file, a base64 text or a data URL. `raw`: base64 only, without `data:` before it.

    Raises 400 for what is no picture or too small, 413 for too many bytes, 422 for too many pixels.
    """
    from venice_nb.sandbox.studio import pictures  # noqa: PLC0415  (loads Pillow)

    data = bytes(given) if isinstance(given, bytes) else _decoded(given, path, raw=raw)
    if len(data) > most_bytes:
        words = f"A picture may have at most {most_bytes // 2**20} MB"
        raise Refusal(413, {"code": "PAYLOAD_TOO_LARGE", "error": words})
    if not data:
        raise refused(path, "The image is empty")
    try:
        found = pictures.read(data, LARGEST)
    except pictures.TooLarge as error:
        raise Refusal(422, f"{error}; at most {LARGEST} pixels are taken") from None
    except pictures.Unreadable as error:
        raise refused(path, str(error), "Corrupted image") from None
    if found.width * found.height < SMALLEST or min(found.size) < SHORTEST:
        least = f"it needs at least {SMALLEST}, and {SHORTEST} a side"
        words = f"The image is {found.width} x {found.height} pixels; {least}"
        raise refused(path, words, "Image too small")
    return found


def _decoded(text: str, path: Path, *, raw: bool) -> bytes:
    head = _DATA.match(text[:200])
    if head and raw:
        raise refused(path, "Send plain base64 here, without data: before it")
    if head and not head["packed"]:
        raise refused(path, "A data URL of a picture must be base64")
    if head and head["kind"] and not head["kind"].lower().startswith("image/"):
        raise refused(path, f"{head['kind']} is not a picture")
    if not head and _ADDRESS.match(text[:40]):
        address = text[:120]
        if raw or not text.lower().startswith(("http://", "https://")):
            raise refused(path, f"{address} is neither a picture in base64 nor an address this route fetches")
        raise refused(path, "The sandbox has no network and fetches no pictures; send the picture itself")
    try:
        return b64decode("".join(text[head.end() if head else 0 :].split()), validate=True)
    except (binascii.Error, ValueError):
        raise refused(path, "The image is neither base64 nor a data URL") from None
