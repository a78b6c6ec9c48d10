"""A deadline that holds while bytes still drip in: every read and write of a socket knows the time left.

httpx counts the seconds of a single read, so an answer that comes one byte at a time never ends for it. The
asynchronous world needs nothing like this, a task can be cancelled from outside. What stands here also tells
when a request leaves, and lets its head and a short body leave together: one packet, one call of the system.
A thread that is no main thread hears no Ctrl-C; `watched` lets another one stop its waits instead.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

PIECE = 1 << 18  # bytes written between two looks at the clock
TOGETHER = 1 << 14  # bytes held back until the answer is waited for
GLANCE = 0.1  # seconds; the longest that a watched wait goes without looking up

_now = threading.local()


class until:  # noqa: N801  it reads as a word: with until(moment)
    """Within this block no read or write of this thread goes on after `moment`, in monotonic seconds.

    `leaving` is called before each write: until the first the server has seen nothing.
    """

    __slots__ = ("_before", "_within")

    def __init__(self, moment: float, leaving: Callable[[], object] | None = None) -> None:
        self._within = (moment, leaving)

    def __enter__(self) -> None:
        self._before = getattr(_now, "within", None)
        _now.within = self._within

    def __exit__(self, *_: object) -> None:
        _now.within = self._before


@contextmanager
def watched(look: Callable[[], object]) -> Iterator[None]:
    """Within this block the waits of this thread call `look` every moment; what it raises ends them."""
    before = getattr(_now, "look", None)
    _now.look = look
    try:
        yield
    finally:
        _now.look = before


def glance() -> None:
    """Call who watches the waits of this thread, if anybody does."""
    look = getattr(_now, "look", None)
    if look is not None:
        look()


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """Seconds that one operation may take; raises `late` when there are none left."""
    within = getattr(_now, "within", None)
    if within is None:
        return timeout
    left = float(within[0]) - time.monotonic()
    if left <= 0:
        raise late("the time is up")
    return left if timeout is None else min(timeout, left)


class Bounded(httpcore.NetworkStream):
    """A connection that looks at the clock before each operation."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._held = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it no longer than allowed."""
        self._flush(timeout)
        left = _left(timeout, httpcore.ReadTimeout)
        if getattr(_now, "look", None) is None:
            return self._inner.read(max_bytes, left)
        end = None if left is None else time.monotonic() + left
        while True:
            glance()
            left = None if end is None else max(end - time.monotonic(), 0.001)
            try:
                return self._inner.read(max_bytes, GLANCE if left is None else min(left, GLANCE))
            except httpcore.ReadTimeout:
                if left is not None and left <= GLANCE:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Hold a few bytes back until the answer is read; write more of them at once."""
        self._held = self._held + buffer if self._held else buffer
        if len(self._held) > TOGETHER:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        """Write piece by piece, so that a slow taker meets the deadline as well."""
        held, self._held = self._held, b""
        if not held:
            return
        within = getattr(_now, "within", None)
        if within is not None and within[1] is not None:
            within[1]()
        for start in range(0, len(held), PIECE):
            try:
                self._inner.write(held[start : start + PIECE], _left(timeout, httpcore.WriteTimeout))
            except httpcore.WriteTimeout:
                if self._inner.get_extra_info("is_readable"):
                    # after an error of this kind httpcore reads the answer; it may be why nobody takes more
                    raise httpcore.WriteError("the server takes no more, but has said something") from None
                raise

    def close(self) -> None:
        """Close the connection."""
        self._held = b""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted from here on."""
        self._flush(timeout)
        left = _left(timeout, httpcore.ConnectTimeout)
        return Bounded(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore wants to know about the socket."""
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Opens connections of this kind."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        left = _left(timeout, httpcore.ConnectTimeout)
        return Bounded(self._inner.connect_tcp(host, port, left, local_address, socket_options))
