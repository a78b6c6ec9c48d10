"""Scripted failures: what the sandbox does wrong on purpose, so that code that copes can be tested.

    from venice_nb.sandbox import Fault, Sandbox

    box = Sandbox(faults=[
        Fault("/chat", status=429, headers={"Retry-After": "2"}),  # the first chat call is refused
        Fault("/chat", cut_chunks=3),                              # the second one loses its stream
        Fault("/embeddings", drop=True, after=True, times=None),   # every embedding is billed and lost
    ])

Each request takes the first fault in the list that fits it and is not used up; the others stay. A fault that
says nothing but a path lets its requests pass unharmed: that delays the next one. Scripted replies do not
count against the budget of failed requests. `--faults` reads a JSON list of objects with the same names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from .exchange import DONE, Break, Pause, Piece, Response, event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .exchange import Request
    from .state import State

HTML = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><h1>502 Bad Gateway</h1><p>sandbox fault</p></body></html>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Effects:
    """What goes wrong; every field is off by default."""

    status: int = 0  # answer with this status instead
    body: Any = None  # the body to that: an object is sent as JSON, a str as text
    headers: Mapping[str, str] = field(default_factory=dict)  # added to the reply, scripted or not
    redirect: str = ""  # answer 307 with this Location
    spoil: str = (
        ""  # html, malformed (broken JSON), shape (JSON of another shape), short (content-length lies)
    )
    drop: bool = False  # lose the connection without an answer
    after: bool = False  # carry the request out (and bill it) before the fault takes effect
    delay: float = 0.0  # seconds until the first byte
    pause: float = 0.0  # seconds between the chunks of a stream
    cut_bytes: int | None = None  # lose the connection after so many bytes of the body
    cut_chunks: int | None = None  # lose the connection after so many events of a stream
    stop_chunks: int | None = None  # end a stream cleanly after so many events, without [DONE]
    stream_error: Mapping[str, Any] | None = (
        None  # an error event inside a stream, after `error_after` events
    )
    error_after: int = 2
    slice_bytes: int = 0  # send the body in slices of so many bytes, through characters and events


@dataclass(frozen=True, slots=True)
class Fault(_Effects):
    """One scripted failure, for requests whose path (after /api/v1) starts with `path`.

    `method` narrows it further. `times` is how often it strikes, None for ever.
    """

    path: str = ""
    method: str = ""
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.spoil not in ("", "html", "malformed", "shape", "short"):
            raise ValueError(f"spoil {self.spoil!r} is not one of html, malformed, shape, short")
        if self.status and not 200 <= self.status <= 599:
            raise ValueError(f"status {self.status} is no HTTP status")

    def fits(self, request: Request, path: str) -> bool:
        """Whether this fault is meant for the request."""
        return path.startswith(self.path) and self.method.upper() in ("", request.method)

    @property
    def replaces(self) -> bool:
        """Whether the fault answers in the sandbox's place."""
        return bool(self.status or self.redirect or self.spoil in ("html", "shape"))


def load(source: str | Path) -> tuple[Fault, ...]:
    """The faults of a JSON file: a list of objects with the fields of `Fault`."""
    entries = orjson.loads(Path(source).read_bytes())
    known = {item.name for item in fields(Fault)}
    for entry in entries:
        if unknown := set(entry) - known:
            raise ValueError(
                f"unknown fields in a fault: {', '.join(sorted(unknown))}; known: {sorted(known)}"
            )
    return tuple(Fault(**entry) for entry in entries)


def next_fault(state: State, request: Request, path: str) -> Fault | None:
    """The fault that strikes this request, used up by one."""
    with state.lock:
        for slot in state.faults:
            fault, left = slot
            if left != 0 and fault.fits(request, path):
                if left is not None:
                    slot[1] = left - 1
                return fault  # type: ignore[no-any-return]
    return None


def scripted(fault: Fault) -> Response:
    """The reply the fault puts in the sandbox's place."""
    if fault.redirect:
        return Response(307, {"location": fault.redirect, **_lower(fault.headers)})
    if fault.spoil == "html":
        return Response(fault.status or 502, {"content-type": "text/html; charset=utf-8"}, HTML.encode())
    if fault.spoil == "shape":
        return _json({"unexpected": ["shape"]}, fault.status or 200)
    body = {"error": _ERRORS.get(fault.status, "Scripted failure")} if fault.body is None else fault.body
    if isinstance(body, bytes | str):
        raw = body.encode() if isinstance(body, str) else body
        return Response(fault.status, {"content-type": "text/plain; charset=utf-8"}, raw)
    return _json(body, fault.status)


_ERRORS = {
    401: "Authentication failed",
    429: "Rate limit exceeded",
    500: "Inference processing failed",
    503: "The model is at capacity",
    504: "The request took too long to process",
}


def _json(body: Any, status: int) -> Response:
    return Response(status, {"content-type": "application/json; charset=utf-8"}, orjson.dumps(body))


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


def strike(fault: Fault, response: Response) -> Response:
    """The response with the fault's damage done to it."""
    headers = {**response.headers, **_lower(fault.headers)}
    body = response.body
    if fault.spoil == "malformed" and isinstance(body, bytes):
        body = body[: max(1, len(body) // 2)]
    if fault.spoil == "short":
        raw = b"".join(piece for piece in response.pieces() if isinstance(piece, bytes))
        headers["content-length"] = str(len(raw) + 64)
        body = [raw, Break()]
    if not isinstance(body, bytes):
        body = _streamed(fault, body)
    if fault.slice_bytes:
        body = _sliced([body] if isinstance(body, bytes) else body, fault.slice_bytes)
    if fault.cut_bytes is not None:
        if isinstance(body, bytes):
            headers["content-length"] = str(len(body))
        body = _cut([body] if isinstance(body, bytes) else body, fault.cut_bytes)
    drop = ("after" if fault.after else "before") if fault.drop else ""
    return replace(response, headers=headers, body=body, delay=fault.delay, drop=drop)


def _streamed(fault: Fault, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The damage that counts events."""
    sent = 0
    for piece in pieces:
        if isinstance(piece, bytes) and not piece.startswith(b":"):  # a comment is no event
            if fault.cut_chunks is not None and sent >= fault.cut_chunks:
                yield Break()
                return
            if fault.stop_chunks is not None and sent >= fault.stop_chunks:
                return
            if fault.stream_error is not None and sent >= fault.error_after:
                yield event({"error": dict(fault.stream_error)})
                yield DONE
                return
            if fault.spoil == "malformed" and sent == 1:
                piece = re.sub(rb"\}\n\n$", b"\n\n", piece)  # noqa: PLW2901
            sent += 1
        yield piece
        if fault.pause:
            yield Pause(fault.pause)


def _sliced(pieces: Iterable[Piece], size: int) -> Iterator[Piece]:
    rest = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            rest += piece
            while len(rest) >= size:
                yield rest[:size]
                rest = rest[size:]
        else:
            yield piece
    if rest:
        yield rest


def _cut(pieces: Iterable[Piece], most: int) -> Iterator[Piece]:
    left = most
    for piece in pieces:
        if isinstance(piece, bytes):
            if len(piece) >= left:
                yield piece[:left]
                yield Break()
                return
            left -= len(piece)
        yield piece
