"""Reading answers about an account. Unknown fields never matter; the secret of a new key is never quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import unreadable
from venice_nb.results.reading import items, loads, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received


def read(received: Received, what: str) -> Mapping[str, Any]:
    """The object in an answer. Raises UnreadableReply, which keeps the bytes and quotes none of them."""
    try:
        answer = loads(received.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise unreadable(received, f"The server answered with something that is not {what}", {})
    return answer


def rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objects of a list under `data`."""
    return [mapping(row) for row in items(answer.get("data")) if isinstance(row, dict)]
