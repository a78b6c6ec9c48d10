"""Reading any answer at all: nothing is interpreted, nothing is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from venice_nb.calls.answer import find_cost
from venice_nb.errors import InvalidInput
from venice_nb.results.headers import Headers
from venice_nb.results.money import Usage
from venice_nb.results.raw import RawReply
from venice_nb.results.reading import mapping, string
from venice_nb.secrets import Secret

if TYPE_CHECKING:
    from venice_nb.calls.call import Received


MAKES_KEYS = frozenset({"createApiKey", "postApiKeyGenerateWeb3Key"})  # their answers tell a secret, once


def read_secret(received: Received) -> RawReply:
    """The answer that tells a new key, without it: `.reveal()` gives it."""
    reply = read_any(received)
    told = string(mapping(mapping(mapping(reply.data).get("data"))).get("apiKey"))
    try:
        secret = Secret(told)
    except InvalidInput:
        return reply
    headers = Headers({name: secret.hide(value) for name, value in received.headers.items()})
    return replace(reply, content=secret.hide(received.content), headers=headers, secret=secret)


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
