"""What a file really is, by its first bytes, and how many pixels a picture claims. Nothing is decoded."""

from __future__ import annotations

import io
import re

HEAD = 4096  # bytes that are looked at for most kinds

_PLAIN = (  # magic bytes at the start -> MIME type
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"{\\rtf", "text/rtf"),
)
_RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
_HEIF = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_DOCUMENTS = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MARKUP = re.compile(rb"<(!doctype\s+)?(svg|html|head|body)\b", re.IGNORECASE)
_BEFORE = re.compile(rb"\s+|<!--.*?-->|<\?xml[^>]*>", re.DOTALL)  # one thing that may stand before it


def sniff(data: bytes) -> str:
    """MIME type by content; `text/plain` for text, `text/html` for a web page, "" when unknown."""
    head = data[:HEAD]
    for magic, mime in _PLAIN:
        if head.startswith(magic) and not (magic == b"BM" and len(data) < 26):
            return mime
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _archive(data)
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # a frame of MPEG audio
        layer = head[1] >> 1 & 3  # 1 and 2 are MP3 and MP2; 3 would be the first two bytes of UTF-16 text
        if layer in {1, 2}:
            return "audio/mpeg"
        if head[1] & 0xF6 == 0xF0:
            return "audio/aac"
    return _text(data)


def _brand(head: bytes) -> str:
    """ISO media: the major brand, then the compatible ones, say which kind of file it is."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if {b"avif", b"avis"} & set(brands):
        return "image/avif"
    if _HEIF & set(brands[:1]):
        return "image/heic"
    if brands[0] in {b"M4A ", b"M4B "}:
        return "audio/mp4"
    return "video/quicktime" if brands[0] == b"qt  " else "video/mp4"


def _archive(data: bytes) -> str:
    """A zip file: an office document or a book by the names inside; only the directory is read."""
    import zipfile  # noqa: PLC0415  rarely needed

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return "application/zip"
    for start, mime in _DOCUMENTS.items():
        if any(name.startswith(start) for name in names):
            return mime
    return "application/zip"


def _text(data: bytes) -> str:
    head = data[:HEAD].removeprefix(b"\xef\xbb\xbf")
    at = 0
    while before := _BEFORE.match(head, at):  # step by step: one pattern of it all could take for ever
        at = before.end()
    found = _MARKUP.match(head, at)
    if found:
        return "image/svg+xml" if found.group(2).lower() == b"svg" else "text/html"
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "text/plain"
    if not data or b"\0" in data:
        return ""
    try:
        data.decode()
    except UnicodeDecodeError:
        # Old single-byte text has no NUL and hardly any control characters.
        odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
        return "text/plain" if odd == 0 else ""
    return "text/plain"


# --- pixels ----------------------------------------------------------------------------------


def pixels(data: bytes, mime: str) -> tuple[int, int] | None:
    """Width and height that a picture's header claims; None when the header does not say."""
    reader = {
        "image/png": _png,
        "image/jpeg": _jpeg,
        "image/gif": _gif,
        "image/webp": _webp,
        "image/heic": _heif,
        "image/avif": _heif,
    }.get(mime)
    return reader(data) if reader else None


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _png(data: bytes) -> tuple[int, int] | None:
    return (_big(data, 16, 4), _big(data, 20, 4)) if data[12:16] == b"IHDR" and len(data) >= 33 else None


def _gif(data: bytes) -> tuple[int, int] | None:
    return (_little(data, 6, 2), _little(data, 8, 2)) if len(data) >= 13 else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """The frame header is one of the SOF segments, anywhere before the pixels."""
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        else:
            at += 2 if 0xD0 <= marker <= 0xD8 or marker == 1 else 2 + _big(data, at + 2, 2)
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X" and len(data) >= 30:
        return 1 + _little(data, 24, 3), 1 + _little(data, 27, 3)
    if chunk == b"VP8L" and len(data) >= 25:
        bits = _little(data, 21, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and len(data) >= 30:
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return None


def _heif(data: bytes) -> tuple[int, int] | None:
    """The largest `ispe` box; smaller ones belong to tiles and previews."""
    sizes = [
        (_big(data, found.end() + 4, 4), _big(data, found.end() + 8, 4))
        for found in re.finditer(b"ispe", data[:65536])
    ]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def truncated(data: bytes, mime: str) -> bool:
    """Whether the file ends before it should, as far as its structure tells without decoding."""
    if mime == "image/png":
        at = 8
        while at + 12 <= len(data):
            size, name = _big(data, at, 4), data[at + 4 : at + 8]
            at += 12 + size
            if name == b"IEND":
                return at > len(data)
        return True
    if mime == "image/jpeg":
        return b"\xff\xd9" not in data[-65536:]
    if mime == "image/gif":
        return not data.rstrip(b"\0").endswith(b";")
    if data[:4] == b"RIFF" and mime == "image/webp":
        return len(data) < 8 + _little(data, 4, 4)
    return False
