"""Downloads: a file from a link, without the key, and never from inside the network of this machine.

The link came from a server, so it is not trusted: https to a public address only, checked anew at each
redirect, and the connection goes to the very address that was checked. Links to the origin of the client's
own base URL go the way its calls go, so that a sandbox can hand out links too; so do all links of a client
whose transport opens no connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

import httpcore
import httpx

from venice_nb.calls.call import Call, Received, Timeouts
from venice_nb.calls.failures import failure
from venice_nb.client.clock import Backend, until
from venice_nb.client.http import LIMITS, USER_AGENT, Body, lost, ssl_context
from venice_nb.config import LOOPBACK
from venice_nb.errors import UnsafeContent
from venice_nb.policy.outcome import transport_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.policy.flow import Lost
    from venice_nb.policy.steps import Fetch

T = TypeVar("T")
WITHIN = (httpx.MockTransport, httpx.ASGITransport, httpx.WSGITransport)  # these open no connection
REDIRECTS = 3
SLOWEST = 1024.0  # bytes a second, on the average of WINDOW seconds; slower is as good as cut
WINDOW = 30.0
WAITS = Timeouts(read=30.0)
_MOVED = frozenset({301, 302, 303, 307, 308})
_CALL: Call[Received] = Call(
    operation="download", method="GET", path="/(link)", read=lambda received: received, accept="*/*"
)


class Course:
    """One download: which request is next, and what came back. It waits for nothing itself."""

    def __init__(self, step: Fetch, origin: str) -> None:
        self.file = step.file
        self.began = time.monotonic()
        self.end = self.began + step.total
        self._origin = httpx.URL(origin)
        self._url = httpx.URL(step.url)
        self._hops = 0
        self._marks: list[tuple[float, int]] = []

    @property
    def own(self) -> bool:
        """Whether the link leads to the server of the client itself, by any name this machine has for it."""
        ours, url = self._origin, self._url
        same = url.host == ours.host or {url.host, ours.host} <= LOOPBACK
        return same and (url.scheme, url.port) == (ours.scheme, ours.port)

    def way(self, own: T) -> T | None:
        """The transport for the next request: the client's own, or None for one that checks addresses."""
        if self.own:
            return own
        if not isinstance(own, WITHIN):
            return None
        with suppress(ValueError):  # a name; nothing looks it up
            _public(self._url.host, [(0, 0, 0, "", (str(ipaddress.ip_address(self._url.host)),))])
        return own

    def request(self) -> httpx.Request:
        """The next request; UnsafeContent when its address is none to go to."""
        if self._url.userinfo or not self._url.host:
            raise UnsafeContent("the link holds a user name, or no host", do=_ASK, charged="unknown")
        if self._url.scheme != "https" and not self.own:
            raise UnsafeContent("the link is not https", do=_ASK, charged="unknown")
        headers = {"Host": self._url.netloc.decode(), "Accept": "*/*", "Accept-Encoding": "identity"}
        left = max(0.001, min(WAITS.read, self.end - time.monotonic()))
        waits = {"connect": 5.0, "read": left, "write": left, "pool": 10.0}
        return httpx.Request(
            "GET",
            self._url,
            headers={**headers, "User-Agent": USER_AGENT},
            extensions={"timeout": waits},
        )

    def moved(self, response: httpx.Response) -> bool:
        """Whether the answer only says where to go; a fourth redirect is one too many."""
        target = response.headers.get("location", "")
        if response.status_code not in _MOVED or not target:
            return False
        self._hops += 1
        if self._hops > REDIRECTS:
            raise UnsafeContent(f"the link leads on more than {REDIRECTS} times", do=_ASK, charged="unknown")
        self._url = httpx.URL(urljoin(str(self._url), target))
        return True

    def body(self, response: httpx.Response) -> Body:
        """Where the body goes: into the file, or into memory for an error's text."""
        if response.status_code >= 300:
            return Body(response.headers, json=True)
        return Body(response.headers, json=False, file=self.file)

    def take(self, body: Body, chunk: bytes) -> None:
        """Keep a piece, unless they come too slowly."""
        body.collect(chunk)
        now = time.monotonic()
        self._marks.append((now, len(chunk)))
        if now - self._marks[0][0] >= WINDOW:
            if sum(size for _, size in self._marks) < SLOWEST * WINDOW:
                raise httpx.ReadTimeout("the download is too slow")
            self._marks = [mark for mark in self._marks if now - mark[0] < WINDOW / 2]
        if now >= self.end:
            raise httpx.ReadTimeout("the download took longer than its total time")

    def answer(self, response: httpx.Response, body: Body) -> Received:
        """The finished download; the typed error of any other answer."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        elapsed = time.monotonic() - self.began
        received = Received(response.status_code, headers, body.bytes(), elapsed, file=body.file)
        if not response.is_success:
            raise failure(received, _CALL, elapsed=elapsed)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and body.file is not None and body.file.stat().st_size != int(announced):
            raise self.lost(httpx.ReadError("the file is shorter than announced"))
        return received

    def lost(self, error: Exception) -> Exception:
        """The error of a download that did not end."""
        found: Lost = lost(error)
        return transport_error(replace(found, reason=_REASONS.get(found.kind, found.reason)), _CALL, 1, 0.0)


_ASK = "report it: a link like this should not come from the service"
_REASONS = {"timeout": "the download was too slow", "cut": "the download was cut"}


def _public(host: str, found: Iterable[Any]) -> str:
    """One address of a host, all of which must be public."""
    addresses = [str(info[4][0]) for info in found]
    for address in addresses:
        given = ipaddress.ip_address(address.partition("%")[0])
        if not (getattr(given, "ipv4_mapped", None) or given).is_global or given.is_multicast:
            raise UnsafeContent(
                "the link leads into a private network",
                do=_ASK,
                charged="unknown",
            )
    if not addresses:
        raise httpcore.ConnectError(f"{host} has no address")
    return addresses[0]


class PublicBackend(Backend):
    """Connects to public addresses only, and to the one that was looked up."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        try:
            address = _public(host, socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except socket.gaierror as error:
            raise httpcore.ConnectError(str(error)) from error
        return super().connect_tcp(address, port, timeout, local_address, socket_options)


class AsyncPublicBackend(httpcore.AnyIOBackend):
    """The same on an event loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise httpcore.ConnectError(str(error)) from error
        return await super().connect_tcp(_public(host, found), port, timeout, local_address, socket_options)


def download(step: Fetch, origin: str, own: httpx.BaseTransport) -> Received:
    """Carry a download out in this thread; `own` is how the client's own server is reached."""
    course = Course(step, origin)
    try:
        with until(course.end):
            while True:
                request = course.request()
                transport = course.way(own) or _outside()
                try:
                    response = transport.handle_request(request)
                    try:
                        if course.moved(response):
                            continue
                        return _read(course, response)
                    finally:
                        response.close()
                finally:
                    if transport is not own:
                        transport.close()
    except httpx.TransportError as error:
        raise course.lost(error) from None


def _read(course: Course, response: httpx.Response) -> Received:
    body = course.body(response)
    assert isinstance(response.stream, httpx.SyncByteStream)
    try:
        for chunk in response.stream:
            course.take(body, chunk)
    finally:
        body.close()
    return course.answer(response, body)


async def async_download(step: Fetch, origin: str, own: httpx.AsyncBaseTransport) -> Received:
    """Carry a download out on the event loop; `own` is how the client's own server is reached."""
    course = Course(step, origin)
    try:
        async with asyncio.timeout(step.total):
            while True:
                request = course.request()
                transport = course.way(own) or _async_outside()
                try:
                    response = await transport.handle_async_request(request)
                    try:
                        if course.moved(response):
                            continue
                        return await _async_read(course, response)
                    finally:
                        await response.aclose()
                finally:
                    if transport is not own:
                        await transport.aclose()
    except TimeoutError:
        raise course.lost(httpx.ReadTimeout("the download took longer than its total time")) from None
    except httpx.TransportError as error:
        raise course.lost(error) from None


async def _async_read(course: Course, response: httpx.Response) -> Received:
    body = course.body(response)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    try:
        async for chunk in response.stream:
            course.take(body, chunk)
    finally:
        body.close()
    return course.answer(response, body)


def _outside() -> httpx.BaseTransport:
    made = httpx.HTTPTransport(verify=ssl_context(), limits=LIMITS, trust_env=False)
    made._pool._network_backend = PublicBackend()  # noqa: SLF001  httpx has no argument for it
    return made


def _async_outside() -> httpx.AsyncBaseTransport:
    made = httpx.AsyncHTTPTransport(verify=ssl_context(), limits=LIMITS, trust_env=False)
    made._pool._network_backend = AsyncPublicBackend()  # noqa: SLF001  likewise
    return made
