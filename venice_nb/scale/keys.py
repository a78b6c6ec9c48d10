"""How a key reaches the workers: never in a task, a plugin or a log, and never in the clear.

A worker takes the key from its own environment or `.env`. A key that only the notebook knows is handed over:
the client gives it to the scheduler, which keeps it in memory, and each worker fetches it from there when it
makes its first request, also one that is started anew after a crash. It travels in a message of its own, in
an envelope that shows nothing to whoever prints or logs it, and only over connections that nobody else can
read: encrypted, or within one machine. Whoever may connect to a scheduler may run code on its workers, so a
cluster without TLS must not be reachable by others in any case.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from venice_nb.config import LOOPBACK
from venice_nb.secrets import Secret


class Handed:
    """A key on its way between two processes. Unlike a `Secret` it can be pickled, for this one purpose."""

    __slots__ = ("_secret",)

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @property
    def secret(self) -> Secret:
        """The key."""
        return self._secret

    def __repr__(self) -> str:
        return "<set>"

    def __reduce__(self) -> Any:
        return _arrived, (self._secret.reveal(),)


def _arrived(value: str) -> Handed:
    return Handed(Secret(value))


def private(address: str) -> bool:
    """Whether nobody else can read what travels to this address: TLS, this process, or this machine."""
    parts = urlsplit(address)
    return parts.scheme in {"tls", "inproc"} or (parts.hostname or "") in LOOPBACK
