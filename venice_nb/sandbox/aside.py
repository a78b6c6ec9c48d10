"""Work beside an event loop: media take seconds to make, and others are served meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import sniffio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .exchange import Piece

P = ParamSpec("P")
T = TypeVar("T")


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` gives, computed in a thread.

    On asyncio by asyncio's own threads: those of anyio keep a process from ending where nest_asyncio has
    replaced `asyncio.run`.
    """
    if sniffio.current_async_library() == "asyncio":
        return await asyncio.to_thread(work, *args, **kwargs)
    import anyio.to_thread  # noqa: PLC0415  (only for trio)

    return await anyio.to_thread.run_sync(lambda: work(*args, **kwargs))


async def pieces(source: Iterator[Piece], *, slow: bool) -> AsyncIterator[Piece]:
    """The pieces of a body; slow ones are computed in a thread."""
    while (piece := await aside(next, source, None) if slow else next(source, None)) is not None:
        yield piece
