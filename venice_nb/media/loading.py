"""Media given by the user, as bytes or as a URL: `load` takes whatever a notebook has at hand.

A path, a text naming an existing file, a URL, a data URL, bytes, an open file, a PIL image, a NumPy array, or
one of our own results. A text is opened as a file only because the user typed it; never call `load` with text
that came from a model, a tool or a server. URLs are handed on, not fetched.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import sys
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, Literal, NoReturn
from urllib.parse import unquote_to_bytes, urlsplit

from venice_nb.errors import plain
from venice_nb.media.pictures import check_size, from_array, refuse, sendable, to_png
from venice_nb.media.sniff import pixels, sniff, truncated

Kind = Literal["image", "audio", "video", "file", "any"]

MAX_BYTES = 25_000_000  # per file; the API says 25 MB

_PICTURES = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/avif"}
_OPEN = {"image": "images", "audio": "audio", "video": "video", "file": "files", "any": "files"}
_TEXTS = {
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
}
_DATA_URL = re.compile(
    r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*(?P<b64>;base64)?,", re.IGNORECASE
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@dataclass(frozen=True, slots=True)
class Media:
    """One piece of media: `data`, or a `url` that the server will fetch. `mime` is sniffed, not believed."""

    data: bytes | None = field(repr=False)
    url: str | None
    mime: str
    name: str

    @property
    def base64(self) -> str:
        """The bytes in base64, without a prefix."""
        import pybase64  # noqa: PLC0415  loaded with the first media

        return pybase64.b64encode(self.data or b"").decode("ascii")

    @property
    def location(self) -> str:
        """The URL, or the bytes as a data URL."""
        return self.url if self.url is not None else f"data:{self.mime};base64,{self.base64}"


def load(source: Any, kind: Kind, field: str = "") -> Media:
    """Media from anything, checked: of the right kind, whole, at most 25 MB, pictures of 64 x 64 and more.

    Args:
        source: a path, a text naming an existing file, a URL, a data URL, bytes, an open binary file, a PIL
            image, a NumPy array (uint8, bool, or floats from 0 to 1; h x w, h x w x 3 or h x w x 4), or one
            of our results.
        kind: image, audio, video, file (a document or text), or any.
        field: the argument's name for messages.

    Raises:
        InvalidInput: before anything is sent, naming the field, the value and the fix.

    """
    field = field or _OPEN[kind]
    if isinstance(source, str):
        return _from_text(source, kind, field)
    if isinstance(source, os.PathLike):
        return _judged(*_read_file(Path(source), field), kind, field)
    if isinstance(source, bytes | bytearray | memoryview):
        return _judged(bytes(source), "", kind, field)
    if _is("PIL.Image", "Image", source):
        return _judged(to_png(source, field), "image.png", kind, field)
    if _is("numpy", "ndarray", source):
        return _judged(to_png(from_array(source, field), field), "array.png", kind, field)
    if hasattr(source, "read"):
        return _judged(*_read_handle(source, field), kind, field)
    if hasattr(source, "mime") and (hasattr(source, "data") or hasattr(source, "__bytes__")):
        given = (getattr(source, name, None) for name in ("playable", "data"))  # bare samples get a header
        data = next((each for each in given if isinstance(each, bytes)), None)
        data = bytes(source) if data is None else data
        return _judged(data, str(getattr(source, "name", "")), kind, field)
    return refuse(
        field,
        type(source).__name__,
        "a path, URL, bytes, open file, PIL image, NumPy array or result",
        "Pass one of these; a list of them is several pieces of media.",
    )


def public_url(field: str, url: str) -> str:
    """`url`, refused unless it is http(s), without a user name, and outside of private networks."""
    allowed = "a public https or http URL"
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\<>\"]", url):
        refuse(
            field, url[:60], allowed, "Percent-encode spaces and special characters: urllib.parse.quote(...)."
        )
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        host = ""
        parts = urlsplit("")
    if parts.scheme.lower() not in {"http", "https"} or not host:
        refuse(field, url[:60], allowed, "Pass a URL that starts with https://, or the path of a file.")
    if "@" in parts.netloc:
        refuse(
            field,
            f"{parts.scheme}://<user>@{host}",
            allowed,
            "Remove the user name and password from the URL.",
        )
    if _is_local(host):
        refuse(field, url[:60], allowed, "The server cannot reach this address: pass the file itself.")
    return url


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    import ipaddress  # noqa: PLC0415  only when a URL is given

    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        if not re.fullmatch(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}", host):
            return False
        import socket  # noqa: PLC0415  127.1, 0x7f000001 and 2130706433 are all this machine

        try:
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return True
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global


# --- from what ... ---------------------------------------------------------------------------


def _from_text(text: str, kind: Kind, field: str) -> Media:
    if not text.strip():
        do = "The text is blank: pass the name of the file."
        refuse(field, "a blank text", "a path, a URL or bytes", do)
    if re.match(r"https?://", text, re.IGNORECASE):
        url = public_url(field, text)
        if kind in {"audio", "any"}:
            refuse(field, text[:60], "the file itself", "Download it first and pass the path or the bytes.")
        return Media(None, url, "", PurePath(urlsplit(url).path).name)
    if text[:5].lower() == "data:":
        return _judged(_read_data_url(text, field), "", kind, field)
    if _SCHEME.match(text) and not Path(text).exists():
        scheme = text.partition(":")[0]
        refuse(
            field,
            text[:60],
            "a path or an http(s) URL",
            f"{plain(scheme, 20)}: is not opened; pass the path itself.",
        )
    if len(text) > 1000 and not re.search(r"[\s.]", text[:200]):
        refuse(
            field, text[:20], "a path, a URL or bytes", "This looks like base64: pass base64.b64decode(text)."
        )
    return _judged(*_read_file(Path(text), field), kind, field)


def _read_data_url(text: str, field: str) -> bytes:
    found = _DATA_URL.match(text)
    if not found:
        refuse(field, text[:40], "data:<type>;base64,<data>", "Pass the bytes themselves.")
    body = text[found.end() :]
    if len(body) > 2 * MAX_BYTES:
        _too_large(field, len(body) * 3 // 4)
    if not found["b64"]:
        return unquote_to_bytes(body)
    import pybase64  # noqa: PLC0415  loaded with the first media

    try:
        return pybase64.b64decode(body, validate=True)
    except ValueError:
        refuse(field, text[:40], "valid base64 after the comma", "Pass the bytes themselves.")


def _read_file(path: Path, field: str) -> tuple[bytes, str]:
    """A regular file's bytes and name. Directories, pipes and devices are refused before they are opened."""
    try:
        path = path.expanduser()
        found = path.stat()
    except (OSError, ValueError, RuntimeError):
        refuse(field, path, "the path of an existing file", _nearest(path))
    if stat.S_ISDIR(found.st_mode):
        refuse(field, path, "a file", "This is a folder: pass the files in it, list(path.iterdir()).")
    if not stat.S_ISREG(found.st_mode):
        refuse(
            field, path, "a regular file", "This is a pipe, a socket or a device: copy it into a file first."
        )
    if found.st_size > MAX_BYTES:
        _too_large(field, found.st_size, path)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1), path.name
    except OSError as error:
        refuse(
            field,
            path,
            "a file that can be read",
            f"{error.strerror or 'It cannot be opened'}: check its permissions.",
        )


def _nearest(path: Path) -> str:
    try:
        names = sorted(each.name for each in islice(path.parent.iterdir(), 10_000))
    except (OSError, ValueError):
        return "The folder does not exist either; check the path, or pass a full one."
    close = difflib.get_close_matches(path.name, names, 3, 0.7)
    where = "" if path.is_absolute() else f" The kernel works in {Path.cwd().name}/."
    return (f"Did you mean {' or '.join(map(repr, close))}?" if close else "Check the path.") + where


def _read_handle(handle: Any, field: str) -> tuple[bytes, str]:
    name = getattr(handle, "name", "")
    name = PurePath(name).name if isinstance(name, str) else ""
    if getattr(handle, "closed", False):
        refuse(field, f"closed file {name}", "an open file", "Read inside the with block, or pass the path.")
    try:
        data = handle.read(MAX_BYTES + 1)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        refuse(
            field,
            f"file {name}",
            "a file open for reading",
            f'Open it with open(path, "rb") ({type(error).__name__}).',
        )
    if not isinstance(data, bytes | bytearray):
        refuse(field, f"text file {name}", "a file open in binary mode", 'Open it with open(path, "rb").')
    return bytes(data), name


def _is(module: str, name: str, value: object) -> bool:
    """Whether `value` is of a class of a library, without importing the library."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


# --- judged ----------------------------------------------------------------------------------


def _judged(data: bytes, name: str, kind: Kind, field: str) -> Media:
    shown = sendable(name)[:60] or "the bytes"
    if not data:
        refuse(field, shown, "a file that is not empty", "It has no bytes: was it written and closed?")
    if len(data) > MAX_BYTES:
        _too_large(field, len(data), shown)
    mime = sniff(data)
    if kind == "image":
        _check_picture(data, mime, shown, field)
    elif kind in {"audio", "video"}:
        mime = _check_recording(mime, name, shown, kind, field)
    elif kind == "file":
        mime = _document(mime, name, shown, field)
    return Media(data, None, mime or "application/octet-stream", sendable(name) or _name_for(mime, kind))


def _check_picture(data: bytes, mime: str, shown: str, field: str) -> None:
    if mime not in _PICTURES:
        fix = {
            "image/svg+xml": "SVG is refused because it can hold scripts: save the picture as PNG.",
            "text/html": "This is a web page, not a picture: download the picture itself.",
            "": "Check that it is a picture and that it was written whole.",
        }.get(
            mime,
            "Convert it: PIL.Image.open(path) works as an argument." if mime.startswith("image/") else "",
        )
        what = mime or "unknown content"
        refuse(
            field, f"{shown} ({what})", "a PNG, JPEG, WebP, HEIC or AVIF picture", fix or f"This is {what}."
        )
    size = pixels(data, mime)
    if size is None or truncated(data, mime):
        refuse(field, f"{shown} ({mime})", "a whole picture", "It is cut off: download or save it again.")
    check_size(field, *size, shown)


def _check_recording(mime: str, name: str, shown: str, kind: Kind, field: str) -> str:
    if kind == "audio" and mime == "video/mp4" and name.lower().endswith((".m4a", ".mp4")):
        mime = "audio/mp4"  # the container is the same; many recorders write the general brand
    if not mime.startswith(f"{kind}/") and not (kind == "audio" and mime == "video/webm"):
        what = mime or "unknown content"
        examples = "wav, mp3, flac, ogg, m4a" if kind == "audio" else "mp4, mov, webm, mpeg"
        refuse(field, f"{shown} ({what})", f"{kind}: {examples}", f"This is {what}; convert it first.")
    return mime


def _document(mime: str, name: str, shown: str, field: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if mime == "application/x-ole":
        mime = "application/vnd.ms-excel" if suffix == ".xls" else ""
    elif mime in {"text/plain", "text/html", "image/svg+xml"}:
        return _TEXTS.get(suffix, "text/plain")
    documents = ("application/pdf", "application/vnd.", "application/epub+zip")
    if not mime.startswith(documents):
        what = mime or "unknown content"
        allowed = "PDF, EPUB, DOCX, PPTX, XLSX, XLS, CSV, text, Markdown, JSON or source code"
        fix = "Use images=, audio= or video= for media." if "/" in mime else "Save it as text or PDF."
        refuse(field, f"{shown} ({what})", allowed, fix)
    return mime


def _name_for(mime: str, kind: Kind) -> str:
    ending = {"image/jpeg": ".jpg", "audio/mpeg": ".mp3", "text/plain": ".txt", "text/markdown": ".md"}
    ending |= {"audio/mp4": ".m4a", "video/quicktime": ".mov"}
    tail = mime.rpartition("/")[2]
    return kind + ending.get(mime, f".{tail}" if tail.isalnum() and len(tail) < 6 else "")


def _too_large(field: str, size: int, value: object = "the bytes") -> NoReturn:
    fix = f"It has {size / 1e6:.1f} MB: compress it, make it smaller, or cut it into pieces."
    refuse(field, f"{plain(value, 60)} ({size} bytes)", f"at most {MAX_BYTES} bytes", fix)
