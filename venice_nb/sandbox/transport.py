"""The in-process door: httpx transports that answer without a port, a thread or a socket."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import httpx

from .aside import aside, pieces
from .core import SLOW, answer
from .exchange import Break, Pause, Request, Response

if TYPE_CHECKING:
    from .state import State

Sleep = Callable[[float], None]

LOST = "Server disconnected without sending a response."
CUT = "peer closed connection without sending complete message body (sandbox fault)"


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Carries requests of an `httpx.Client` or `httpx.AsyncClient` to a sandbox.

    Streams yield their chunks one by one, as they are computed. A lost connection raises what httpx raises:
    `ConnectError` before the request was seen, `RemoteProtocolError` after. A wait longer than the client's
    read timeout raises `ReadTimeout` when that time is over. `sleep` replaces every wait, in both worlds.
    """

    def __init__(self, state: State, sleep: Sleep | None = None) -> None:
        self._state = state
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request of a synchronous client."""
        response = answer(_plain(request, request.read()), self._state)
        for wait in _waits(response.delay, request):
            self._wait(wait)
        _raise_lost(response, request)
        return _framed(response, request, _Stream(response, request, self._wait, self._await))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request of an asynchronous client."""
        body = await request.aread()
        await self._await(0)
        plain = _plain(request, body)
        slow = plain.path.startswith(SLOW)
        response = await aside(answer, plain, self._state) if slow else answer(plain, self._state)
        for wait in _waits(response.delay, request):
            await self._await(wait)
        _raise_lost(response, request)
        stream = _Stream(response, request, self._wait, self._await, slow=slow)
        return _framed(response, request, stream)

    def _wait(self, seconds: float) -> None:
        (self._sleep or time.sleep)(seconds)

    async def _await(self, seconds: float) -> None:
        import anyio  # noqa: PLC0415  (only the asynchronous world needs it)

        if self._sleep and seconds:
            self._sleep(seconds)
            seconds = 0
        await anyio.sleep(seconds)  # even 0 lets other tasks run, as a network would


def _plain(request: httpx.Request, body: bytes) -> Request:
    path, _, query = request.url.raw_path.partition(b"?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, path.decode("ascii"), query.decode("ascii"), headers, body)


def _waits(seconds: float, request: httpx.Request) -> Iterator[float]:
    """The wait to perform; cut short by the client's read timeout, which then ends the request."""
    limit = request.extensions.get("timeout", {}).get("read")
    if limit is not None and seconds > limit:
        yield limit
        raise httpx.ReadTimeout("The read operation timed out", request=request)
    if seconds:
        yield seconds


def _raise_lost(response: Response, request: httpx.Request) -> None:
    if response.drop == "before":
        raise httpx.ConnectError("All connection attempts failed", request=request)
    if response.drop == "after":
        raise httpx.RemoteProtocolError(LOST, request=request)


def _framed(response: Response, request: httpx.Request, stream: _Stream) -> httpx.Response:
    headers = dict(response.headers)
    if isinstance(response.body, bytes):
        headers.setdefault("content-length", str(len(response.body)))
    elif "content-length" not in headers:
        headers["transfer-encoding"] = "chunked"
    return httpx.Response(
        response.status,
        headers=list(headers.items()),
        stream=stream,
        request=request,
        extensions={"http_version": b"HTTP/1.1"},
    )


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body, one piece at a time, for whichever world reads it."""

    def __init__(
        self,
        response: Response,
        request: httpx.Request,
        wait: Sleep,
        await_: Callable[[float], Awaitable[None]],
        *,
        slow: bool = False,
    ) -> None:
        self._pieces = response.pieces()
        self._request = request
        self._wait = wait
        self._await = await_
        self._slow = slow and not isinstance(response.body, bytes)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Pause):
                for wait in _waits(piece.seconds, self._request):
                    self._wait(wait)
            elif isinstance(piece, Break):
                raise httpx.RemoteProtocolError(CUT, request=self._request)
            else:
                yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in pieces(self._pieces, slow=self._slow):
            if isinstance(piece, Pause):
                for wait in _waits(piece.seconds, self._request):
                    await self._await(wait)
            elif isinstance(piece, Break):
                raise httpx.RemoteProtocolError(CUT, request=self._request)
            else:
                yield piece
                await self._await(0)

    def close(self) -> None:
        """Forgets the rest of the body."""
        self._pieces = iter(())

    async def aclose(self) -> None:
        """Forgets the rest of the body."""
        self._pieces = iter(())
