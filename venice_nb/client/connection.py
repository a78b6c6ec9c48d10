"""Connections: carry out one attempt and say what came of it. The two worlds differ only in how they wait."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from venice_nb.client.clock import Backend, until
from venice_nb.client.download import async_download, download
from venice_nb.client.http import LIMITS, PERMITS, Requests, body_for, is_json, lost, ssl_context
from venice_nb.client.intake import intake
from venice_nb.client.streams import AsyncReplyStream, ReplyStream
from venice_nb.client.uploads import AsyncBackend
from venice_nb.config import LOOPBACK
from venice_nb.errors import StreamInterrupted
from venice_nb.policy.flow import Answered, Attempt, Lost
from venice_nb.secrets import Bearer, Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from venice_nb.calls.call import Call, Received
    from venice_nb.config import Settings
    from venice_nb.policy.steps import Fetch

DEADLINE = Lost(sent=True, reason="the answer took longer than its total time", kind="deadline", final=False)
SLOW = Lost(sent=False, reason="no connection within the total time", kind="connect", final=False)
BUSY = Lost(sent=False, reason=f"all {PERMITS} connections stayed busy", kind="pool", final=False)


LEAVING = "http11.send_request_headers.started"  # until httpcore says this, the server has seen nothing


def _watched(attempt: Attempt) -> Callable[[str, Any], Awaitable[None]]:
    """Tells the attempt when its request leaves: one that is stopped before then counts for nothing."""

    async def trace(event: str, _: Any) -> None:
        if event == LEAVING:
            attempt.sent = True

    return trace


def _options(settings: Settings) -> dict[str, Any]:
    local = httpx.URL(settings.base_url).host in LOOPBACK
    verify: Any = False if local and settings.base_url.startswith("http://") else ssl_context()
    return {"verify": verify, "limits": LIMITS, "trust_env": False, "retries": 0, "proxy": settings.proxy}


def _veiled(pool: Any) -> Secret | None:
    """Keeps the password of a proxy out of what a pool prints, and gives what `secrets.hidden` hides."""
    held = None
    headers: Any = getattr(pool, "_proxy_headers", ())
    for place, (name, value) in enumerate(headers):
        if name.lower() == b"proxy-authorization":
            headers[place] = (name, Bearer(value))
            held = Secret(value.decode().split()[-1])
    if (auth := getattr(pool, "_proxy_auth", None)) is not None:  # of SOCKS
        pool._proxy_auth = tuple(map(Bearer, auth))  # noqa: SLF001  httpx has no argument for it
    return held


def _streams(attempt: Attempt, response: httpx.Response) -> bool:
    if response.status_code >= 300:
        return False
    if attempt.call.pieces:
        return not is_json(response.headers)
    kind = response.headers.get("content-type", "")
    return attempt.call.gather is not None and kind.startswith("text/event-stream")


class Connection:
    """Sends attempts with synchronous httpx, at most 16 at once; safe between threads and over a fork."""

    def __init__(
        self, settings: Settings, key: Secret | None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._requests = Requests(settings, key)
        self._given = transport
        self._lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._transport = self._given
        self._permits = threading.BoundedSemaphore(PERMITS)

    def _open(self) -> httpx.BaseTransport:
        if self._pid != os.getpid():  # after a fork the parent's sockets are not ours to use
            self._lock = threading.Lock()
            self._reset()
        with self._lock:
            if self._transport is None:
                made = httpx.HTTPTransport(**_options(self._settings))
                made._pool._network_backend = Backend()  # noqa: SLF001  httpx has no argument for it
                self._veil = _veiled(made._pool)  # noqa: SLF001  nor for this
                self._transport = made
            return self._transport

    def attempt(self, attempt: Attempt) -> Answered | Lost:
        """Send once. A streaming call answers after the first thing of value has arrived."""
        attempt.sent = False
        began = time.monotonic()
        request = self._requests.build(attempt.call, attempt.timeouts)
        end = began + self._requests.total(attempt.call, attempt.timeouts)
        transport = self._open()
        permits = self._permits
        if not permits.acquire(timeout=max(0.0, end - time.monotonic())):
            return BUSY
        keep = False
        attempt.sent = self._given is not None  # a transport of the user's tells nothing
        try:
            with until(end, partial(setattr, attempt, "sent", True)):
                response = transport.handle_request(request)
                try:
                    if response.is_success:
                        attempt.accepted()
                    if _streams(attempt, response):
                        taken = intake(attempt.call, response, began, self._requests)
                        stream = ReplyStream(taken, response, permits.release, end)
                        keep = True
                        return self._begin(stream)
                    return self._read(attempt.call, response, began)
                finally:
                    if not keep:
                        response.close()
        except httpx.TransportError as error:
            found = lost(error)
            return DEADLINE if found.sent and time.monotonic() >= end else found
        finally:
            if not keep:
                permits.release()

    @staticmethod
    def _begin(stream: ReplyStream[Any]) -> Answered | Lost:
        try:
            stream.begin()
        except StreamInterrupted as error:
            stream.close()
            return Lost(sent=True, reason=error.what, kind="cut", final=False)
        except BaseException:
            stream.close()
            raise
        return Answered(stream.intake.received, stream)

    def _read(self, call: Call[Any], response: httpx.Response, began: float) -> Answered:
        body = body_for(call, response)
        assert isinstance(response.stream, httpx.SyncByteStream)
        try:
            for chunk in response.stream:
                body.collect(chunk)
        except httpx.TransportError:
            if response.status_code < 400 and not body.whole():
                raise  # an error status is an answer even when its text was cut
        finally:
            body.close()
        return self._requests.answer(response, body, time.monotonic() - began)

    def fetch(self, step: Fetch) -> Received:
        """Download a file from a link, without the key."""
        return download(step, self._settings.base_url, self._open())

    def close(self) -> None:
        """Close idle connections. The next call opens new ones."""
        with self._lock:
            transport, self._transport = self._transport, self._given
        if transport is not None and transport is not self._given and self._pid == os.getpid():
            transport.close()


class _Lane:
    """What belongs to one event loop."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.permits = asyncio.Semaphore(PERMITS)


class AsyncConnection:
    """Sends attempts with asynchronous httpx, at most 16 at once and event loop; works across loops."""

    def __init__(
        self, settings: Settings, key: Secret | None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._requests = Requests(settings, key)
        self._given = transport
        self._lanes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Lane] = weakref.WeakKeyDictionary()

    def _lane(self) -> _Lane:
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(loop)
        if lane is None:
            lane = _Lane(self._given or self._made())
            self._lanes[loop] = lane
        return lane

    def _made(self) -> httpx.AsyncBaseTransport:
        made = httpx.AsyncHTTPTransport(**_options(self._settings))
        made._pool._network_backend = AsyncBackend()  # noqa: SLF001  httpx has no argument for it
        self._veil = _veiled(made._pool)  # noqa: SLF001  nor for this
        return made

    async def attempt(self, attempt: Attempt) -> Answered | Lost:
        """Send once. A streaming call answers after the first thing of value has arrived."""
        attempt.sent = False
        began = time.monotonic()
        request = self._requests.build(attempt.call, attempt.timeouts)
        total = self._requests.total(attempt.call, attempt.timeouts)
        lane, admitted = self._lane(), False
        try:
            async with asyncio.timeout(total):
                await lane.permits.acquire()
                admitted = True
                attempt.sent = self._given is not None  # a transport of the user's tells nothing
                request.extensions["trace"] = _watched(attempt)
                return await self._send(lane, attempt, request, began, began + total)
        except TimeoutError:
            return DEADLINE if attempt.sent else SLOW if admitted else BUSY

    async def _send(
        self, lane: _Lane, attempt: Attempt, request: httpx.Request, began: float, end: float
    ) -> Answered | Lost:
        keep = False
        release: Callable[[], None] = lane.permits.release
        try:
            response = await lane.transport.handle_async_request(request)
            try:
                if response.is_success:
                    attempt.accepted()
                if _streams(attempt, response):
                    taken = intake(attempt.call, response, began, self._requests)
                    stream: AsyncReplyStream[Any] = AsyncReplyStream(taken, response, release, end)
                    keep = True
                    return await self._begin(stream)
                return await self._read(attempt.call, response, began, end)
            finally:
                if not keep:
                    await response.aclose()
        except httpx.TransportError as error:
            return lost(error)
        finally:
            if not keep:
                release()

    @staticmethod
    async def _begin(stream: AsyncReplyStream[Any]) -> Answered | Lost:
        try:
            await stream.begin()
        except StreamInterrupted as error:
            await stream.close()
            return Lost(sent=True, reason=error.what, kind="cut", final=False)
        except BaseException:
            await stream.close()
            raise
        return Answered(stream.intake.received, stream)

    async def _read(self, call: Call[Any], response: httpx.Response, began: float, end: float) -> Answered:
        body = body_for(call, response)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        refusal = response.status_code >= 400  # its text may take nine tenths of the time left, then it goes
        patience = 0.9 * (end - time.monotonic()) if refusal else None
        try:
            async with asyncio.timeout(patience):
                async for chunk in response.stream:
                    body.collect(chunk)
        except (httpx.TransportError, TimeoutError):
            if response.status_code < 400 and not body.whole():
                raise  # an error status is an answer even when its text was cut
        finally:
            body.close()
        return self._requests.answer(response, body, time.monotonic() - began)

    async def fetch(self, step: Fetch) -> Received:
        """Download a file from a link, without the key."""
        return await async_download(step, self._settings.base_url, self._lane().transport)

    async def close(self) -> None:
        """Close the idle connections of the running loop. The next call opens new ones."""
        lane = self._lanes.pop(asyncio.get_running_loop(), None)
        if lane is not None and lane.transport is not self._given:
            await lane.transport.aclose()
