"""What both connections share: building a request, reading a body within bounds, naming what went wrong."""

from __future__ import annotations

import logging
import socket
import ssl
import zlib
from typing import TYPE_CHECKING, Any, AnyStr
from urllib.parse import quote, urlencode

import httpx
import orjson

from venice_nb.calls.call import Received
from venice_nb.errors import InvalidInput, UnsafeContent
from venice_nb.policy.flow import Answered, Lost
from venice_nb.secrets import hidden

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from venice_nb.calls.call import Call, Timeouts
    from venice_nb.config import Settings
    from venice_nb.secrets import Secret

MIB = 1 << 20
SHORT = 64 << 10  # bytes; no message of an error is longer
TEXT_CAP = 64 * MIB  # JSON and text replies, after decompression
PICTURES_CAP = 512 * MIB  # pictures in JSON: four of 4,096 x 4,096 as PNG in base64 may have 350
MEDIA_CAP = 2048 * MIB
TEXTS = frozenset({"application/json", "text/event-stream"})  # whoever asks for these takes no 2 GiB instead
MEMBER = b"\x1f"  # the first byte of each member of a gzip file
PERMITS = 16  # requests in flight; httpcore's pool leaks when more callers than connections are cancelled
CONNECT, WRITE, POOL = 5.0, 60.0, 10.0  # seconds
LIMITS = httpx.Limits(max_connections=PERMITS + 4, max_keepalive_connections=PERMITS, keepalive_expiry=4.0)
USER_AGENT = "venice-nb/0.1"

_LOGS = (
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "httpx",
)

_ssl: dict[str, ssl.SSLContext] = {}


def _told(record: logging.LogRecord) -> bool:
    """A record without keys: at DEBUG the headers of answers are written down, and one may repeat a key."""
    said = record.getMessage()
    if (clean := hidden(said)) != said:
        record.msg, record.args = clean, ()
    return True


for _name in _LOGS:
    logging.getLogger(_name).addFilter(_told)


def ssl_context() -> ssl.SSLContext:
    """One context for every connection of this process; making one costs about 50 ms."""
    if "context" not in _ssl:
        _ssl["context"] = httpx.create_ssl_context(trust_env=False)
    return _ssl["context"]


class Requests:
    """Turns calls into requests for one server and one key."""

    def __init__(self, settings: Settings, key: Secret | None) -> None:
        self._base = settings.base_url
        self._key = key
        self._timeout = settings.timeout
        url = httpx.URL(settings.base_url)
        self._host = url.netloc
        self._urls: dict[str, httpx.URL] = {}

    def build(self, call: Call[Any], timeouts: Timeouts) -> httpx.Request:
        """The request of one attempt. The key is attached here and nowhere else."""
        content, content_type = encode(call)
        headers = [
            (b"Host", self._host),
            (b"Accept", call.accept.encode()),
            (b"Accept-Encoding", b"identity" if _holds_media(call) else b"gzip"),
            (b"User-Agent", USER_AGENT.encode()),
        ]
        if content is not None:
            headers += [(b"Content-Type", content_type), (b"Content-Length", str(len(content)).encode())]
        if self._key is not None:
            headers.append((b"Authorization", self._key.bearer()))
        return httpx.Request(
            call.method,
            self._url(call),
            headers=httpx.Headers(headers),
            stream=httpx.ByteStream(content or b""),
            extensions={"timeout": self.waits(call, timeouts)},
        )

    def hide(self, content: AnyStr) -> AnyStr:
        """What came back, without the key, should somebody on the way have repeated it."""
        return content if self._key is None else self._key.hide(content)

    def answer(self, response: httpx.Response, body: Body, elapsed: float) -> Answered:
        """A complete answer. One without success tells nothing of other keys either that were made here."""
        headers, content = self.lower(response.headers), self.hide(body.bytes())
        if response.status_code >= 300:
            headers = {name: hidden(value) for name, value in headers.items()}
            content = hidden(content) if len(content) <= SHORT else content
        return Answered(Received(response.status_code, headers, content, elapsed, file=body.file))

    def lower(self, headers: httpx.Headers) -> dict[str, str]:
        """Headers as a plain dict with lower-case names, without the key."""
        return {
            name.decode("latin-1").lower(): self.hide(value).decode("latin-1") for name, value in headers.raw
        }

    def waits(self, call: Call[Any], timeouts: Timeouts) -> dict[str, float]:
        """Seconds for httpx: each read is bounded by the total as well."""
        read = timeouts.first if _flows(call) else timeouts.read
        total = self.total(call, timeouts)
        return {"connect": min(CONNECT, total), "read": min(read, total), "write": WRITE, "pool": POOL}

    def total(self, call: Call[Any], timeouts: Timeouts) -> float:
        """Seconds one attempt may take; a `timeout=` of the user's does not cut a stream that flows."""
        if self._timeout is None or _flows(call):
            return timeouts.total
        return min(self._timeout, timeouts.total)

    def _url(self, call: Call[Any]) -> httpx.URL:
        target = call.path if not call.query else f"{call.path}?{urlencode(call.query, quote_via=quote)}"
        url = self._urls.get(target)
        if url is None:
            url = httpx.URL(self._base + target)
            if url.netloc != self._host or not call.path.startswith("/"):
                raise InvalidInput("the path leaves the server", field="path", value=call.path[:80])
            if len(self._urls) < 256 and not call.query:
                self._urls[target] = url
        return url


def _holds_media(call: Call[Any]) -> bool:
    """Whether the answer is media, or JSON with pictures in it: packing gains little and hides a bomb."""
    return call.family == "image" or not call.accept.startswith("application/json")


def _flows(call: Call[Any]) -> bool:
    """Whether the answer is of use before it is complete."""
    return call.gather is not None or call.pieces


def encode(call: Call[Any]) -> tuple[bytes | None, bytes]:
    """The body as bytes with its content type; None where there is no body."""
    if call.form is not None:
        request = httpx.Request("POST", "http://form", files=_parts(call.form))
        return request.read(), request.headers["content-type"].encode()
    if call.body is None:
        return None, b""
    try:
        return orjson.dumps(call.body, option=orjson.OPT_SERIALIZE_NUMPY), b"application/json"
    except TypeError as error:
        raise InvalidInput(
            f"the request holds something JSON has no form for: {error}",
            field="body",
            allowed="text, numbers, true, false, None, lists and dicts with text keys",
            do="convert it first, for example with .tolist(), str(...) or .to_dict()",
        ) from None


def _parts(form: Any) -> list[tuple[str, Any]]:
    return [
        (name, each if isinstance(each, tuple) else (None, str(each)))
        for name, value in form.items()
        for each in (value if isinstance(value, list) else [value])
    ]


class Body:
    """Collects a body within a cap, decompressing as it arrives, so that a bomb never fills the memory.

    Given a `file`, what arrives is written there at once; `close` it at the end.
    """

    def __init__(
        self, headers: httpx.Headers, *, json: bool, file: Path | None = None, cap: int = TEXT_CAP
    ) -> None:
        packed = headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}
        # media come as they are; packed ones are a bomb
        self._cap = cap if json and not packed else TEXT_CAP if packed else MEDIA_CAP
        self._size = 0
        self._parts: list[bytes] = []
        self.file = file
        self._open = file.open("wb") if file is not None else None
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding in {"identity", ""}:
            self._inflate = None
        elif encoding in {"gzip", "x-gzip", "deflate"}:
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        else:
            raise UnsafeContent(f"the server compressed its answer in a way nobody asked for: {encoding}")

    def add(self, chunk: bytes) -> bytes:
        """Take a piece as it came; gives it back decompressed."""
        try:
            plain = chunk if self._inflate is None else self._inflated(chunk)
        except zlib.error as error:
            raise UnsafeContent(f"the compressed answer is broken: {error}") from None
        self._size += len(plain)
        if self._size > self._cap:
            raise UnsafeContent(
                f"the answer is larger than {self._cap // MIB} MiB",
                do="ask for less at once; nothing of it was kept",
                charged="unknown",
            )
        return plain

    def _inflated(self, chunk: bytes) -> bytes:
        """A piece decompressed, up to one byte beyond the cap; gzip may be several members in a row."""
        assert self._inflate is not None
        plain, left = b"", self._cap - self._size
        while chunk and len(plain) <= left:
            if self._inflate.eof:
                if not chunk.startswith(MEMBER):
                    break  # padding
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
            plain += self._inflate.decompress(chunk, left - len(plain) + 1)
            chunk = self._inflate.unused_data
        return plain

    def collect(self, chunk: bytes) -> None:
        """Take a piece and keep it."""
        if self._open is None:
            self._parts.append(self.add(chunk))
        else:
            self._open.write(self.add(chunk))

    def bytes(self) -> bytes:
        """All that was collected in memory."""
        return b"".join(self._parts)

    def whole(self) -> bool:
        """Whether this is JSON from its first bracket to its last, though the connection was cut after it."""
        content = self.bytes().strip()
        if content[:1] not in (b"{", b"["):
            return False
        try:
            orjson.loads(content)
        except ValueError:
            return False
        return True

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._open is not None:
            self._open.close()


def body_for(call: Call[Any], response: httpx.Response) -> Body:
    """Where the body of an answer is collected: in the call's file when it is the media asked for."""
    text = call.accept in TEXTS or is_json(response.headers)
    file = call.file if response.status_code < 300 and not is_json(response.headers) else None
    cap = PICTURES_CAP if call.family == "image" else TEXT_CAP
    return Body(response.headers, json=text, file=file, cap=cap)


def is_json(headers: httpx.Headers) -> bool:
    """Whether the body is text of some kind rather than media."""
    kind = headers.get("content-type", "application/json").lower()
    return not kind.startswith(("image/", "audio/", "video/", "application/octet-stream"))


def clean(error: BaseException) -> BaseException:
    """The error without the frames below, whose locals may hold a request with its key."""
    error.__context__ = None
    return error.with_traceback(None)


def lost(error: BaseException) -> Lost:
    """What an exception of the transport means for the request."""
    causes = list(_chain(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes) or (
        isinstance(error, httpx.ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in causes)
    ):
        return Lost(sent=False, reason="the server's certificate was not accepted", kind="tls", final=True)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        reason = "the server's name could not be looked up; this machine may be offline"
        return Lost(sent=False, reason=reason, kind="dns", final=False)
    if isinstance(error, httpx.ConnectTimeout):
        reason = f"no connection within {CONNECT:g} s"
        return Lost(sent=False, reason=reason, kind="connect", final=False)
    if isinstance(error, httpx.PoolTimeout):
        return Lost(sent=False, reason="no free connection", kind="pool", final=False)
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol)):
        return Lost(sent=False, reason="the server could not be reached", kind="connect", final=False)
    if isinstance(error, httpx.TimeoutException):
        return Lost(sent=True, reason="no answer in time", kind="timeout", final=False)
    return Lost(
        sent=True, reason="the connection was cut before the answer was complete", kind="cut", final=False
    )


def _chain(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
