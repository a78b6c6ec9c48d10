"""Open streams: events come in piece by piece, a result comes out, and what arrived is never lost.

`Intake` is the part without input or output; the two streams around it differ only in how they wait.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from venice_nb.aio import heartbeat
from venice_nb.calls.call import Call, Received
from venice_nb.calls.failures import stream_failure
from venice_nb.client.clock import until
from venice_nb.client.http import Body, clean
from venice_nb.errors import StreamInterrupted
from venice_nb.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Self

    from venice_nb.client.http import Requests

T = TypeVar("T")


class Intake(Generic[T]):
    """Bytes in, gathered events out."""

    def __init__(self, call: Call[T], response: httpx.Response, began: float, requests: Requests) -> None:
        assert call.gather is not None
        self.call = call
        self.gatherer = call.gather()
        self.headers = requests.lower(response.headers)
        self._hide = requests.hide
        self.status = response.status_code
        self._body = Body(response.headers, json=True)
        self._decoder = Decoder()
        self._began = began

    def take(self, chunk: bytes) -> None:
        """Take a piece of the body as it came."""
        for event in self._decoder.feed(self._body.add(chunk)):
            self.gatherer.add(event.event, self._hide(event.data))

    def end(self) -> None:
        """The body has ended."""
        for event in self._decoder.end():
            self.gatherer.add(event.event, self._hide(event.data))
        self.gatherer.end()

    @property
    def finished(self) -> bool:
        """The stream has said all it will say."""
        return self.gatherer.done or self.gatherer.error is not None

    @property
    def received(self) -> Received:
        """The answer's status and headers; the content has gone into the gatherer."""
        return Received(self.status, self.headers, b"", time.monotonic() - self._began)

    def result(self) -> T:
        """What has been gathered, complete or not."""
        return self.gatherer.result(self.received)

    def outcome(self) -> T:
        """The complete result; StreamError or StreamInterrupted when it is not complete."""
        if self.gatherer.error is not None:
            raise stream_failure(
                self.gatherer.error,
                self.result(),
                call=self.call,
                request_id=self.headers.get("cf-ray"),
                elapsed=self.received.elapsed,
            )
        if not self.gatherer.done:
            raise self.cut("the connection was closed before the answer was complete")
        return self.result()

    def cut(self, what: str) -> StreamInterrupted:
        """The error for a stream that stopped; it keeps what had arrived."""
        return StreamInterrupted(
            what,
            asked=self.call.asked,
            do="the text so far is in .text of this error and in .last of the client; ask again to continue",
            status=self.status,
            request_id=self.headers.get("cf-ray"),
            charged="unknown" if self.call.paid else "no",
            attempts=1,
            elapsed=self.received.elapsed,
            partial=self.result(),
        )


class _Pieces(Generic[T]):
    """What both kinds of stream show: the text so far, and the reply.

    `then` is called once with the reply, when the stream has ended, was cut or is closed before its end.
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
        self.then: Callable[[T], None] | None = None

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

    def _fresh(self) -> str:
        deltas = self._intake.gatherer.deltas
        seen, self._seen = self._seen, len(deltas)
        return "".join(deltas[seen:])

    def _tell(self) -> None:
        if not self._told and self._intake.gatherer.started:
            self._told = True
            if self.then is not None:
                self.then(self.reply)

    def _patience(self) -> float:
        """Until when the next piece may take: a stream that has begun may not pause for long."""
        waits = self._intake.call.timeouts
        wait = waits.read if self._intake.gatherer.started else max(waits.first, waits.read)
        return min(self._until, time.monotonic() + wait)

    def _late(self) -> StreamInterrupted:
        if time.monotonic() >= self._until:
            return self._intake.cut("the stream took longer than its total time")
        return self._intake.cut("nothing more arrived in time")


class ReplyStream(_Pieces[T]):
    """An open stream. Iterate over it for pieces of text; `.reply` is the whole reply afterwards.

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
        """Read to the end and return the reply; `watch` sees the gatherer after each piece."""
        try:
            if watch is not None and self._intake.gatherer.started:
                watch(self._intake.gatherer)
            while self._step():
                if watch is not None:
                    watch(self._intake.gatherer)
            self._result = self._intake.outcome()
        finally:
            self.close()
        return self._result

    def __iter__(self) -> Iterator[str]:
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
        self._free()  # and nothing else: who listens may be in the middle of something


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
        """Read to the end and return the reply; `watch` sees the gatherer after each piece."""
        try:
            if watch is not None and self._intake.gatherer.started:
                watch(self._intake.gatherer)
            while await self._step():
                if watch is not None:
                    watch(self._intake.gatherer)
            self._result = self._intake.outcome()
        finally:
            await self.close()
        return self._result

    async def __aiter__(self) -> AsyncIterator[str]:
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
