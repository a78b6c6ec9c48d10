"""What goes in and what comes out: requests, responses, refusals."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, already read in full. Header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def pairs(self) -> list[tuple[str, str]]:
        """The query as name and value pairs, in order, repeated names kept."""
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Pause:
    """A place in a stream where the door waits for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Break:
    """A place in a stream where the connection is lost."""


Piece = bytes | Pause | Break


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. A `body` that is no bytes is a stream: its pieces are sent one by one.

    `delay` is the wait before the status line in seconds. `drop` loses the connection instead of answering:
    `"before"` as if the request never arrived, `"after"` once it was carried out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | Iterable[Piece] = b""
    delay: float = 0.0
    drop: str = ""

    def with_headers(self, more: Mapping[str, str]) -> Response:
        """The same response with more headers; existing names win."""
        return replace(self, headers={**more, **self.headers})

    def pieces(self) -> Iterator[Piece]:
        """The body piece by piece, for a reader that treats both kinds alike."""
        if isinstance(self.body, bytes):
            yield self.body
        else:
            yield from self.body


class Refusal(Exception):  # noqa: N818  (not an error of the sandbox: it is the answer)
    """An answer that ends the handling of a request: status, JSON body, headers."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = {"error": body} if isinstance(body, str) else body
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The refusal as a response."""
        return json_response(self.body, self.status, self.headers)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON reply with the content type that production sends."""
    kind = {"content-type": "application/json; charset=utf-8"}
    return Response(
        status, {**kind, **(headers or {})}, orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    )


def event_stream(events: Iterable[Piece], headers: Mapping[str, str] | None = None) -> Response:
    """A reply that streams server-sent events."""
    kind = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
    return Response(200, {**kind, **(headers or {})}, events)


def event(data: Any, name: str = "") -> bytes:
    """One server-sent event; `data` is framed as JSON."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + orjson.dumps(data) + b"\n\n"


DONE = b"data: [DONE]\n\n"


_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))", re.IGNORECASE)


def compressed(response: Response, accepted: str) -> Response:
    """The response as gzip if the client reads it and it pays: text of 1 to 64 KB."""
    body = response.body
    if response.headers.get("content-type", "").startswith(("image/", "audio/", "video/")):
        return response
    if not isinstance(body, bytes) or not 1024 <= len(body) <= 65536 or not _GZIP.search(accepted):
        return response
    # mtime=0 keeps the bytes the same for the same answer
    return replace(
        response,
        body=gzip.compress(body, 1, mtime=0),
        headers={**response.headers, "content-encoding": "gzip", "vary": "Accept-Encoding"},
    )


def inflated(body: bytes, coding: str, cap: int) -> bytes:
    """The body without its `Content-Encoding`: gzip or deflate, at most `cap` bytes before and after."""
    coding = coding.strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Refusal(415, f"The sandbox does not read Content-Encoding {coding}")
    if coding not in ("", "identity") and len(body) <= cap:
        unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, as the first bytes say
        try:
            body = unpacker.decompress(body, cap + 1)
        except zlib.error:
            raise Refusal(400, f"Request body is not valid {coding}") from None
        if not unpacker.eof and len(body) <= cap:
            raise Refusal(400, f"Request body is not valid {coding}")
    if len(body) > cap:
        raise too_large()
    return body


def too_large() -> Refusal:
    """The 413 of a request body beyond its cap."""
    return Refusal(413, {"code": "PAYLOAD_TOO_LARGE", "error": "Request body is too large"})
