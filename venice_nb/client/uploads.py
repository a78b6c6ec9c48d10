"""Large uploads on an event loop: whoever speaks for long listens meanwhile, so that an early no is heard.

A server that finds an upload too large says so and closes the connection. asyncio then drops the connection
at the next write, and with it the answer that nobody had read: a refusal would look like a lost answer.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

SHORT = 1 << 16  # bytes; as many fit into the buffers on the way, whatever the server does
HEARD = 1 << 16  # bytes that are read while writing; an answer's head is shorter
_REFUSAL = re.compile(rb"HTTP/1\.[01] [45]\d\d")


class Listening(httpcore.AsyncNetworkStream):
    """A connection that reads while it writes much."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._heard = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What came while writing, then what comes."""
        if self._heard:
            heard, self._heard = self._heard[:max_bytes], self._heard[max_bytes:]
            return heard
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write all of it, unless the server says no before the end."""
        if len(buffer) <= SHORT:
            await self._inner.write(buffer, timeout)
            return
        writing = asyncio.ensure_future(self._send(buffer, timeout))
        listening = asyncio.ensure_future(self._listen())
        try:
            await asyncio.wait({writing, listening}, return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and self._refused():
                # httpcore reads the answer after an error of this kind, and closes the connection
                raise httpcore.WriteError("it was answered before it was all sent")
            await writing
        finally:
            writing.cancel()
            listening.cancel()
            await asyncio.gather(writing, listening, return_exceptions=True)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted from here on."""
        return Listening(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore wants to know about the socket."""
        return self._inner.get_extra_info(info)

    async def _send(self, buffer: bytes, timeout: float | None) -> None:  # noqa: ASYNC109
        await asyncio.sleep(0)  # the listener comes first
        await asyncio.sleep(0)
        # In one piece: what does not go at once goes when there is room, and asyncio then reads before it
        # writes. Of several, each would be tried at once and might meet the end before the answer is read.
        await self._inner.write(buffer, timeout)

    async def _listen(self) -> None:
        """Read until this is a refusal, or enough, or the end."""
        while len(self._heard) < HEARD and not self._refused():
            try:
                piece = await self._inner.read(HEARD)
            except httpcore.NetworkError:
                return  # the writer meets it as well
            if not piece:
                return
            self._heard += piece

    def _refused(self) -> bool:
        return _REFUSAL.match(self._heard) is not None


class AsyncBackend(httpcore.AnyIOBackend):
    """Opens connections of this kind."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host."""
        return Listening(await super().connect_tcp(host, port, timeout, local_address, socket_options))
