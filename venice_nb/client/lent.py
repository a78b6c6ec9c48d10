"""Streams as they are handed out: one about to be opened, and one whose answer came whole after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
    from typing import Self

    from venice_nb.client.streams import AsyncReplyStream

T = TypeVar("T")


class _Whole(Generic[T]):
    """An answer that came in one piece where a stream was asked for, with the face of a stream."""

    def __init__(self, reply: T) -> None:
        self.reply = reply

    @property
    def text(self) -> str:
        """The text."""
        return str(getattr(self.reply, "text", ""))


class WholeReply(_Whole[T]):
    """For the synchronous world."""

    def __iter__(self) -> Iterator[str]:
        yield self.text

    def close(self) -> None:
        """There is nothing to free."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class AsyncWholeReply(_Whole[T]):
    """For the asynchronous world."""

    async def __aiter__(self) -> AsyncIterator[str]:
        yield self.text

    async def close(self) -> None:
        """There is nothing to free."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


class Opening(Generic[T]):
    """A stream about to be opened: use it in `async with` or `async for`, or await it for the open stream."""

    def __init__(self, opening: Coroutine[Any, Any, AsyncReplyStream[T]]) -> None:
        self._opening = opening
        self._stream: AsyncReplyStream[T] | None = None

    def __await__(self) -> Generator[Any, Any, AsyncReplyStream[T]]:
        return self._opening.__await__()

    async def __aenter__(self) -> AsyncReplyStream[T]:
        self._stream = await self._opening
        return self._stream

    async def __aexit__(self, *_: object) -> None:
        if self._stream is not None:
            await self._stream.close()

    async def __aiter__(self) -> AsyncIterator[str]:
        async with self as stream:
            async for piece in stream:
                yield piece
