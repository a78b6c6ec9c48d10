"""Multipart forms: the parts of a body as the fields its schema describes, files as `Upload`."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Any

from .exchange import Refusal
from .schema import refused

if TYPE_CHECKING:
    from .schema import Schema

FILE_CAP = 25 * 1024 * 1024  # bytes


class Upload(bytes):
    """The bytes of an uploaded file, with the name and the content type its part carried."""

    filename: str
    content_type: str


def fields(body: bytes, content_type: str, schema: Schema) -> dict[str, Any]:
    """The form as an object: numbers and booleans where the schema wants them, repeated names as lists.

    Raises 400 for a body that is no form and 413 for a file beyond 25 MB.
    """
    boundary = _parameters(content_type).get("boundary")
    if not boundary:
        raise refused([], "The multipart boundary is missing")
    properties = schema.get("properties", {})
    out: dict[str, Any] = {}
    for part in _parts(body, boundary.encode()):
        name, value = _field(part)
        name = name.removesuffix("[]")
        wanted = properties.get(name, {})
        if wanted.get("type") == "array":
            out.setdefault(name, []).append(value)
        else:
            out[name] = _typed(value, wanted)
    return out


def _parts(body: bytes, boundary: bytes) -> list[bytes]:
    # a line of a file may begin like a delimiter, but a delimiter has nothing but blanks behind it
    delimiter = rb"\r\n--%b(--|[ \t]*(?=\r\n))" % re.escape(boundary)
    pieces = re.split(delimiter, b"\r\n" + body)  # what is before, then each delimiter's end and what follows
    if b"--" not in pieces[1::2]:
        raise refused([], "Malformed multipart body")
    last = pieces.index(b"--", 1)
    return [piece.removeprefix(b"\r\n") for piece in pieces[2:last:2]]


def _field(part: bytes) -> tuple[str, str | Upload]:
    head, _, content = part.partition(b"\r\n\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    }
    said = _parameters(headers.get("content-disposition", ""))
    if "filename" not in said:
        return said.get("name", ""), content.decode("utf-8", "replace")
    if len(content) > FILE_CAP:
        raise Refusal(413, {"code": "PAYLOAD_TOO_LARGE", "error": "A file may have at most 25 MB"})
    file = Upload(content)
    file.filename = said["filename"]
    file.content_type = headers.get("content-type", "application/octet-stream")
    return said.get("name", ""), file


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a header: `form-data; name="file"; filename="a.png"`."""
    message = Message()
    message["content-disposition"] = header
    found = message.get_params([], header="content-disposition", unquote=True)
    return {name.lower(): collapse_rfc2231_value(value) for name, value in found}


def _typed(value: str | Upload, wanted: Schema) -> Any:
    if isinstance(value, Upload):
        return value
    kind = wanted.get("type")
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
        number = float(value)
        return int(number) if number.is_integer() else number
    return value
