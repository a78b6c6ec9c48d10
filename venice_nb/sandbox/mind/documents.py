# ruff: noqa: E501  patterns and word lists stay on one line
"""Text out of files given as data URLs: plain text, CSV, JSON, HTML, source code, PDF, DOCX, PPTX, XLSX and EPUB."""

from __future__ import annotations

import base64
import binascii
import csv
import html
import io
import json
import logging
import re
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import unquote_to_bytes

from .office import Office
from .retrieve import Passage

PAGES = 1000  # of a PDF that are read
_NOBODY = logging.NullHandler()
LIMIT = 25_000_000  # bytes of a file, and of what it may unpack to


def decode_data_url(url: str) -> tuple[str, bytes] | None:
    """Return (media type, bytes) of a data URL, None when it is not one or is broken."""
    head, comma, data = url.partition(",")
    if not comma or head[:5].lower() != "data:":
        return None
    try:
        raw = (
            base64.b64decode(data, validate=False)
            if head.lower().endswith(";base64")
            else unquote_to_bytes(data)
        )
    except (binascii.Error, ValueError):
        return None
    return head[5:].split(";")[0].strip().lower(), raw


def read_file_part(part: Mapping[str, Any]) -> tuple[Passage | None, str]:
    """Return (the text of a file part, a sentence saying why there is none)."""
    name = str(part.get("filename") or "the file")
    given = str(part.get("file_data") or part.get("url") or "")
    if given.startswith(("http://", "https://")):
        return None, f"The sandbox does not fetch files from the network, so it has not read {given}."
    decoded = decode_data_url(given)
    if decoded is None:  # some clients send bare base64
        try:
            decoded = "", base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            return None, f"The data of {name} is neither a data URL nor base64, so it could not be read."
    kind, raw = decoded
    if not raw or len(raw) > LIMIT:
        return None, f"{name[:1].upper()}{name[1:]} is {'empty' if not raw else 'larger than 25 MB'}."
    text = file_text(raw, kind, name)
    if not text.strip():
        return (
            None,
            f"The sandbox finds no readable text in {name} ({len(raw)} bytes{f', {kind}' if kind else ''}).",
        )
    return Passage(text, title=name if part.get("filename") else ""), ""


@lru_cache(maxsize=16)
def file_text(raw: bytes, kind: str = "", name: str = "") -> str:
    """Return the text of a file, "" when the sandbox cannot find any."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    try:
        if raw.startswith(b"%PDF"):
            return pdf_text(raw)
        if raw.startswith(b"PK\x03\x04"):
            return _zipped(raw)
    except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, RuntimeError, NotImplementedError, OSError):
        return ""
    text = plain_text(raw)
    if ending in ("csv", "tsv") or kind in ("text/csv", "text/tab-separated-values"):
        return table_text(text)
    if ending in ("html", "htm", "xhtml") or kind in ("text/html", "application/xhtml+xml"):
        return html_text(text)
    if ending in ("json", "ipynb") or kind == "application/json":
        return json_text(text)
    return text


def plain_text(raw: bytes) -> str:
    """Return bytes as text; "" when they are none."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    return _decoded(raw) if wide or b"\0" not in raw[:4096] else ""


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def table_text(text: str) -> str:
    """Return a CSV or TSV table as one line per row: "name: Ada; age: 36"."""
    first = text.split("\n", 1)[0]
    delimiter = max("\t;,|", key=first.count)
    try:
        rows = [r for r in csv.reader(io.StringIO(text), delimiter=delimiter) if any(c.strip() for c in r)]
    except csv.Error:
        return text
    if len(rows) < 2 or len(rows[0]) < 2:
        return text
    head = [c.strip() for c in rows[0]]
    return "\n\n".join(
        "; ".join(f"{h}: {c.strip()}" for h, c in zip(head, row, strict=False) if c.strip()) + "."
        for row in rows[1:5001]
    )


def html_text(text: str) -> str:
    """Return the visible text of an HTML page; headings and list items keep their marks."""
    text = re.sub(r"(?is)<(script|style|template|noscript)\b.*?</\1\s*>|<!--.*?-->", " ", text)
    text = re.sub(r"(?i)<h[1-6]\b[^>]*>", "\n\n## ", text)
    text = re.sub(r"(?i)<li\b[^>]*>", "\n- ", text)
    text = re.sub(
        r"(?i)</?(?:p|div|section|article|tr|table|ul|ol|h[1-6]|br|header|footer|blockquote|pre)\b[^>]*>",
        "\n\n",
        text,
    )
    text = html.unescape(re.sub(r"<[^<>]*>", " ", text))
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def tidy(text: str) -> str:
    """Return supplied text made readable: a CSV table or JSON as lines, anything else as it is."""
    bare = text.strip()
    if bare[:1] in ("{", "[") and bare[-1:] in ("}", "]"):
        return json_text(bare)
    lines = bare.splitlines()
    if (
        len(lines) > 1
        and all(0 < x.count(",") == lines[0].count(",") for x in lines)
        and re.fullmatch(r"[\w ,]+", lines[0])
    ):
        return table_text(bare)
    return bare


def json_text(text: str) -> str:
    """Return JSON as readable lines ("price: 12"), the text itself when it is not JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n\n".join(flat(value)) or text


def flat(value: object, path: str = "", depth: int = 0) -> list[str]:
    """Return a JSON value as sentences: one per record of a list, one per object."""
    if depth > 12:
        return []
    if isinstance(value, Mapping):
        plain = {k: v for k, v in value.items() if not isinstance(v, Mapping | list)}
        lists = {
            k: v
            for k, v in value.items()
            if isinstance(v, list) and all(not isinstance(x, Mapping | list) for x in v)
        }
        said = [f"{readable(k)}: {_scalar(v)}" for k, v in plain.items()]
        said += [f"{readable(k)}: {', '.join(_scalar(x) for x in v)}" for k, v in lists.items() if v]
        lead = f"{path}, " if path and said else ""
        found = [lead + "; ".join(said)] if said else []
        for k, v in value.items():
            if k not in plain and k not in lists:
                found += flat(v, f"{path} {readable(k)}".strip(), depth + 1)
        return found
    if isinstance(value, list):
        if value and all(not isinstance(x, Mapping | list) for x in value):
            return [
                f"{path}: {', '.join(_scalar(x) for x in value)}"
                if path
                else ", ".join(_scalar(x) for x in value)
            ]
        return [line for x in value[:2000] for line in flat(x, path, depth + 1)]
    return [f"{path}: {_scalar(value)}" if path else _scalar(value)]


def readable(name: object) -> str:
    """Return a field name as words: "publishedAt" and "published_at" become "published at"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_]+", " ", str(name)).strip().lower()


def _scalar(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _zipped(raw: bytes) -> str:
    office = Office(raw)
    if office.kind == "xlsx":
        out = io.StringIO()
        csv.writer(out).writerows(row for _, rows in office.sheets() for row in rows)
        return table_text(out.getvalue())
    if office.kind:
        return "\n\n".join(office.paragraphs())
    with zipfile.ZipFile(io.BytesIO(raw)) as box:
        if sum(i.file_size for i in box.infolist()) > 4 * LIMIT:
            return ""
        pages = sorted(n for n in box.namelist() if n.lower().endswith((".xhtml", ".html", ".htm")))
        return "\n\n".join(html_text(_decoded(box.read(n))) for n in pages)


_STREAM = re.compile(
    rb"<<(?P<head>(?:[^<>]|<[^<]|>[^>]|<<[^<>]*>>){0,2000}?)>>\s*stream\r?\n(?P<body>.*?)\r?\n?endstream",
    re.DOTALL,
)
_SHOWN = re.compile(
    rb"(?P<array>\[(?:[^\[\]()]|\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)*\])\s*TJ|(?P<text>\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]+>)\s*(?:Tj|'|\")"
    rb"|(?P<line>T\*|\bT[dDm]\b|\bET\b)",
    re.DOTALL,
)


def pdf_text(raw: bytes) -> str:
    """Return the text of a PDF, by pypdf where the extra `documents` is installed; "" when it has none, as a scan."""
    return _by_pypdf(raw) or _by_hand(raw)


def _by_pypdf(raw: bytes) -> str:
    try:
        from pypdf import PdfReader  # noqa: PLC0415  an extra, for the first PDF
    except ImportError:
        return ""
    logging.getLogger("pypdf").addHandler(_NOBODY)  # what is odd in a file is nobody's output
    try:
        pages = islice(PdfReader(io.BytesIO(raw)).pages, PAGES)
        return "\n\n".join(filter(None, (page.extract_text().strip() for page in pages)))
    except Exception:  # noqa: BLE001  a broken file fails in many ways, and all mean that it has no text
        return ""


def _by_hand(raw: bytes) -> str:
    """The text a PDF shows, where its fonts use plain or standard encodings; other fonts give nothing."""
    found = []
    budget = LIMIT
    for match in _STREAM.finditer(raw):
        if b"/Image" in match["head"]:
            continue
        body = match["body"]
        if b"FlateDecode" in match["head"]:
            try:
                body = zlib.decompressobj().decompress(body, budget)
            except zlib.error:
                continue
        budget -= len(body)
        if budget <= 0:
            break
        if b"BT" in body and (b"Tj" in body or b"TJ" in body):
            found.append(_shown(body))
    text = "\n".join(found)
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return text if letters > 0.6 * len(text) else ""


def _shown(body: bytes) -> str:
    said: list[str] = []
    for match in _SHOWN.finditer(body):
        if match["line"]:
            if said and said[-1] != "\n":
                said.append("\n")
        elif match["array"]:
            for piece, gap in re.findall(
                rb"(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)|(-?\d+(?:\.\d+)?)", match["array"]
            ):
                if piece:
                    said.append(_pdf_string(piece))
                elif float(gap) < -180:  # a wide gap, in thousandths of the font size, is a space
                    said.append(" ")
        else:
            said.append(_pdf_string(match["text"]))
    return re.sub(r"[ \t]+", " ", "".join(said)).strip()


def _pdf_string(piece: bytes) -> str:
    if piece[:1] == b"<":
        digits = re.sub(rb"\s", b"", piece[1:-1])
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        wide = len(data) % 2 == 0 and data[:1] == b"\0"
        return data.decode("utf-16-be" if wide else "cp1252", "replace")
    plain = re.sub(
        rb"\\(\d{1,3}|.)",
        lambda m: (
            bytes([int(m[1], 8) & 255])
            if m[1].isdigit()
            else {b"n": b"\n", b"r": b"", b"t": b" "}.get(m[1], m[1])
        ),
        piece[1:-1],
        flags=re.DOTALL,
    )
    return plain.decode("cp1252", "replace")
