"""Reading any answer at all: nothing is interpreted, nothing is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.results.headers import Headers
from venice_nb.results.raw import RawReply

if TYPE_CHECKING:
    from venice_nb.calls.call import Received


def read_any(received: Received) -> RawReply:
    """The answer as it came."""
    return RawReply(
        status=received.status,
        headers=Headers(received.headers),
        content=received.content,
        content_type=received.content_type,
        elapsed=received.elapsed,
    )
