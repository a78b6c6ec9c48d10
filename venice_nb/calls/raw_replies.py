"""Reading any answer at all: nothing is interpreted, nothing is refused."""

from __future__ import annotations

import re
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


_WORD = re.compile(rb"[\x21\x23-\x7e]{20,}")  # as long as a key, without a quote
MAKES_KEYS = frozenset({"createApiKey", "postApiKeyGenerateWeb3Key"})  # their answers tell a secret, once


def read_secret(received: Received) -> RawReply:
    """The answer that tells a new key, without it: `.reveal()` gives it."""
    reply = read_any(received)
    told = string(mapping(mapping(reply.data).get("data")).get("apiKey"))
    try:
        secret = Secret(told)
    except InvalidInput:  # it may stand anywhere
        return replace(reply, content=without_secrets(received.content))
    headers = Headers({name: secret.hide(value) for name, value in received.headers.items()})
    return replace(reply, content=secret.hide(received.content), headers=headers, secret=secret)


def without_secrets(content: bytes) -> bytes:
    """A body without the words in it that could be keys of a shape that nobody knows."""
    return _WORD.sub(_hidden, content)


def _hidden(word: re.Match[bytes]) -> bytes:
    found = word[0]
    mixed = any(48 <= each <= 57 for each in found) and any(each >= 65 for each in found)
    return b"<hidden>" if mixed else found


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
