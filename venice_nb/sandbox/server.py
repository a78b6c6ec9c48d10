"""The door over HTTP: an ASGI application for any client of this machine, and the guard before it."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from .aside import aside, pieces
from .core import ALWAYS, SLOW, answer
from .exchange import Break, Pause, Refusal, Request, Response, too_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from .state import State

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

BODY_CAP = 40 * 1024 * 1024  # bytes; beyond it the rest is not even read
HEAD_CAP = 16 * 1024  # bytes of the request line and the headers
LONG = 16 * 1024  # bytes of a body that is worked on in a thread: texts to embed, documents to read
PATIENCE = 30.0  # seconds a request may be silent before it is whole


def application(
    state: State, sleep: Callable[[float], None] | None = None, patience: float = PATIENCE
) -> Application:
    """The sandbox as an ASGI application. `sleep` replaces every wait.

    A body that stops arriving for longer than `patience` is refused with 408.
    """

    async def wait(seconds: float) -> None:
        if sleep:
            sleep(seconds)
        else:
            await asyncio.sleep(seconds)

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        query = scope["query_string"].decode("latin-1")
        path = scope.get("raw_path", scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        slow = path.startswith(SLOW)
        response = guarded(headers, (scope.get("server") or ("", None))[1]) or bounded(path, query, headers)
        if response is None:
            try:
                body = await _read(receive, patience)
                slow = slow or len(body) > LONG
                request = Request(scope["method"], path, query, headers, body)
                response = await aside(answer, request, state) if slow else answer(request, state)
            except Refusal as refused:
                response = refused.response().with_headers(ALWAYS)
        if response.delay:
            await wait(response.delay)
        if response.drop:
            await _hang_up(receive, send, reset=response.drop == "before")
        else:
            await _send(response, receive, send, wait, slow=slow)

    return app


def guarded(headers: dict[str, str], port: int | None) -> Response | None:
    """The 403 for anything that may come from a web page; None for a request of a program on this machine.

    A page of another site can reach a loopback port, but not without an Origin or a Sec-Fetch-Site header,
    and after DNS rebinding not without its own name in Host.
    """
    host = headers.get("host", "").lower()
    name, colon, number = host.rpartition(":")
    if not colon or number.endswith("]"):
        name, number = host, "80"
    if not is_loopback(name.strip("[]")) or (port is not None and number != str(port)):
        return Refusal(403, "The sandbox answers on loopback names only", ALWAYS).response()
    if "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return Refusal(403, "The sandbox does not answer web pages", ALWAYS).response()
    return None


def bounded(path: str, query: str, headers: dict[str, str]) -> Response | None:
    """The refusal of a head that is too long or announces too long a body; None for all others."""
    size = len(path) + len(query) + sum(len(name) + len(value) + 4 for name, value in headers.items())
    if size > HEAD_CAP:
        return Refusal(431, "Request header fields are too large", ALWAYS).response()
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > BODY_CAP:
        return too_large().response().with_headers({**ALWAYS, "connection": "close"})
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A bound socket. The protocol is named, or asyncio leaves Nagle's algorithm on (40 ms a request)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound


def _headers(scope: MutableMapping[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        out[name] = f"{out[name]}, {value}" if name in out else value
    return out


async def _read(receive: Receive, patience: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(patience):
                message = await receive()
        except TimeoutError:
            raise Refusal(408, "The request body did not arrive", {"connection": "close"}) from None
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_CAP:
            raise too_large()
        if not message.get("more_body"):
            break
    return b"".join(parts)


async def _send(
    response: Response,
    receive: Receive,
    send: Send,
    wait: Callable[[float], Awaitable[None]],
    *,
    slow: bool,
) -> None:
    headers = dict(response.headers)
    if isinstance(response.body, bytes):
        headers.setdefault("content-length", str(len(response.body)))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    if isinstance(response.body, bytes):
        await send({"type": "http.response.body", "body": response.body})
        return
    async for piece in pieces(response.pieces(), slow=slow):
        if isinstance(piece, Pause):
            await wait(piece.seconds)
        elif isinstance(piece, Break):
            await _hang_up(receive, send, reset=False)
            return
        else:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)  # others are served too, and a client that left is noticed
    await send({"type": "http.response.body", "body": b""})


async def _hang_up(receive: Receive, send: Send, *, reset: bool) -> None:
    """Loses the connection: at once with `reset`, else after what was sent has left.

    ASGI has no word for it; uvicorn's `send` belongs to an object that knows its transport.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("sandbox fault")
    if reset:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
