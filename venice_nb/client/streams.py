"""Open streams: an answer comes in piece by piece, a result comes out, and what arrived is never lost.

The two streams around an `Intake` differ only in how they wait.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import time
import weakref
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from venice_nb.aio import heartbeat
from venice_nb.client.clock import until
from venice_nb.client.http import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Self

    from venice_nb.client.intake import Intake
    from venice_nb.errors import StreamInterrupted

T = TypeVar("T")
_open: weakref.WeakSet[_Pieces[Any]] = weakref.WeakSet()


class _Pieces(Generic[T]):
    """What both kinds of stream show: the text so far, and the reply.

    `then` is called once with what gives the reply, when the stream has ended, was cut or is closed before
    its end. Of one that nobody closed, `forsaken` is told instead, in the middle of a garbage collection.
    """

    def __init__(
        self, intake: Intake[T], response: httpx.Response, release: Callable[[], None], until: float
    ) -> None:
        self._intake = intake
        self._response = response
        self._release = release
        self._until = until
        self._seen = 0
        self._closed = False
        self._told = False
        self._result: T | None = None
        self.then: Callable[[Callable[[], T]], None] | None = None
        self.forsaken: Callable[[Callable[[], T]], None] | None = None
        _open.add(self)

    @property
    def intake(self) -> Intake[T]:
        """The gatherer and its surroundings."""
        return self._intake

    @property
    def text(self) -> str:
        """The text that has arrived so far."""
        return str(getattr(self._intake.gatherer, "text", ""))

    @property
    def reply(self) -> T:
        """The reply so far; complete once the iteration has ended."""
        return self._intake.result() if self._result is None else self._result

    def _fresh(self) -> Any:
        """What has arrived since the last look: text, or bytes where the answer is sound."""
        deltas: Any = self._intake.gatherer.deltas
        seen, self._seen = self._seen, len(deltas)
        return (b"" if self._intake.call.pieces else "").join(deltas[seen:])

    def _show(self, watch: Callable[[Any], None] | None) -> None:
        """Let somebody see what has arrived: the gatherer, or the fresh bytes."""
        if watch is None or not self._intake.gatherer.started:
            return
        if not self._intake.call.pieces:
            watch(self._intake.gatherer)
        elif piece := self._fresh():
            watch(piece)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            _open.discard(self)
            if self.then is not None:
                self.then(lambda: self.reply)

    def _tell_later(self) -> None:
        if not getattr(self, "_told", True):
            self._told = True
            if self.forsaken is not None:
                self.forsaken(self._intake.result)

    def _patience(self) -> float:
        """Until when the next piece may take: a stream that has begun may not pause for long."""
        waits = self._intake.call.timeouts
        wait = waits.read if self._intake.gatherer.started else max(waits.first, waits.read)
        return min(self._until, time.monotonic() + wait)

    def _late(self) -> StreamInterrupted:
        if time.monotonic() >= self._until:
            return self._intake.cut("the stream took longer than its total time")
        return self._intake.cut("nothing more arrived in time")


@atexit.register
def _forsake() -> None:
    """At the end of the program, streams that are still open are dropped."""
    for stream in list(_open):
        stream._tell_later()  # noqa: SLF001  a stream's own function


def _after_fork() -> None:
    for stream in list(_open):
        stream._told = True  # noqa: SLF001  likewise; it is the parent's to write down


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class ReplyStream(_Pieces[T]):
    """An open stream. Iterate over it for pieces of text, or of bytes where the answer is sound.

    `.reply` is the whole reply afterwards.


    Use it as a context manager, so that the connection is freed when you stop early.

    >>> import venice_nb as vn
    >>> with vn.Venice.sandbox().chat.stream("What is 2 + 2?") as stream:
    ...     text = "".join(stream)
    >>> text
    '2 + 2 = 4'
    """

    def begin(self) -> None:
        """Read up to the first thing of value."""
        while not self._intake.gatherer.started and self._step():
            pass

    def finish(self, watch: Callable[[Any], None] | None = None) -> T:
        """Read to the end and return the reply; `watch` sees the gatherer, or the bytes, of each piece."""
        try:
            self._show(watch)
            while self._step():
                self._show(watch)
            self._result = self._intake.outcome()
        finally:
            self.close()
        return self._result

    def __iter__(self) -> Iterator[Any]:
        try:
            if piece := self._fresh():
                yield piece
            while self._step():
                if piece := self._fresh():
                    yield piece
            if piece := self._fresh():
                yield piece
            if self._result is None:
                self._result = self._intake.outcome()
        finally:
            self.close()

    def close(self) -> None:
        """Free the connection; what has arrived stays in `.reply`."""
        try:
            self._tell()
        finally:
            self._free()

    def _free(self) -> None:
        if not self._closed:
            self._closed = True
            try:
                self._response.close()
            finally:
                self._release()

    def _step(self) -> bool:
        """Take one piece; False when there is nothing more to come."""
        if self._closed or self._intake.finished:
            return False
        if time.monotonic() >= self._until:
            raise self._late()
        try:
            with until(self._patience()):
                chunk = next(self._chunks, None)
        except httpx.TimeoutException:
            raise clean(self._late()) from None
        except httpx.TransportError:
            raise clean(self._intake.cut("the connection was cut in mid-stream")) from None
        except BaseException as error:  # noqa: BLE001  an interrupt: what runs below is not for tracebacks
            raise clean(error) from None
        if chunk is None:
            self._intake.end()
            return False
        self._intake.take(chunk)
        return True

    @property
    def _chunks(self) -> Iterator[bytes]:
        if not hasattr(self, "_iterator"):
            assert isinstance(self._response.stream, httpx.SyncByteStream)
            self._iterator = iter(self._response.stream)
        return self._iterator

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._tell_later()
        self._free()


class AsyncReplyStream(_Pieces[T]):
    """An open stream for `async for`. `.reply` is the whole reply afterwards.

    Use it with `async with`, so that the connection is freed when you stop early.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._loop = asyncio.get_running_loop()

    async def begin(self) -> None:
        """Read up to the first thing of value."""
        while not self._intake.gatherer.started and await self._step():
            pass

    async def finish(self, watch: Callable[[Any], None] | None = None) -> T:
        """Read to the end and return the reply; `watch` sees the gatherer, or the bytes, of each piece."""
        try:
            self._show(watch)
            while await self._step():
                self._show(watch)
            self._result = self._intake.outcome()
        finally:
            await self.close()
        return self._result

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            if piece := self._fresh():
                yield piece
            while await self._step():
                if piece := self._fresh():
                    yield piece
            if piece := self._fresh():
                yield piece
            if self._result is None:
                self._result = self._intake.outcome()
        finally:
            await self.close()

    async def close(self) -> None:
        """Free the connection; what has arrived stays in `.reply`."""
        try:
            self._tell()
        finally:
            if not self._closed:
                self._closed = True
                try:
                    await asyncio.shield(self._response.aclose())
                finally:
                    self._release()

    async def _step(self) -> bool:
        """Take one piece; False when there is nothing more to come."""
        if self._closed or self._intake.finished:
            return False
        if time.monotonic() >= self._until:
            raise self._late()
        try:
            with heartbeat():
                async with asyncio.timeout(self._patience() - time.monotonic()):
                    chunk = await anext(self._chunks, None)
        except (httpx.TimeoutException, TimeoutError):
            raise clean(self._late()) from None
        except httpx.TransportError:
            raise clean(self._intake.cut("the connection was cut in mid-stream")) from None
        except BaseException as error:  # noqa: BLE001  as in the other stream
            raise clean(error) from None
        if chunk is None:
            self._intake.end()
            return False
        self._intake.take(chunk)
        return True

    @property
    def _chunks(self) -> AsyncIterator[bytes]:
        if not hasattr(self, "_iterator"):
            assert isinstance(self._response.stream, httpx.AsyncByteStream)
            self._iterator = aiter(self._response.stream)
        return self._iterator

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __del__(self) -> None:
        self._tell_later()
        if not getattr(self, "_closed", True) and not self._loop.is_closed():
            self._closed = True
            self._loop.call_soon_threadsafe(_shut, self._loop, self._response, self._release)


_shutting: set[asyncio.Task[None]] = set()  # a loop keeps no hold of its tasks


def _shut(loop: asyncio.AbstractEventLoop, response: httpx.Response, release: Callable[[], None]) -> None:
    """Free the connection of a stream that nobody holds any more."""
    task = loop.create_task(response.aclose())
    _shutting.add(task)
    task.add_done_callback(_shutting.discard)
    task.add_done_callback(lambda _: release())
