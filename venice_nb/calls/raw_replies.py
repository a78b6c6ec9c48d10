"""Reading any answer at all: nothing is interpreted, nothing is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from venice_nb.calls.answer import find_cost
from venice_nb.results.headers import Headers
from venice_nb.results.money import Usage
from venice_nb.results.raw import RawReply
from venice_nb.results.reading import mapping

if TYPE_CHECKING:
    from venice_nb.calls.call import Received


def read_any(received: Received) -> RawReply:
    """The answer as it came; its cost where it tells one."""
    reply = RawReply(
        status=received.status,
        headers=Headers(received.headers),
        content=received.content,
        content_type=received.content_type,
        elapsed=received.elapsed,
    )
    told = mapping(reply.data)
    return replace(reply, cost=find_cost(told, Usage(), None, ())) if told else reply
