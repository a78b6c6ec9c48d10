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
    """A key on its way between two processes. Unlike a `Secret` it can be pickled, for this one purpose.

    The proxy goes with it, because its URL may hold a password.
    """

    __slots__ = ("_proxy", "_secret")

    def __init__(self, secret: Secret, proxy: str | None = None) -> None:
        self._secret, self._proxy = secret, proxy

    @property
    def secret(self) -> Secret:
        """The key."""
        return self._secret

    @property
    def proxy(self) -> str | None:
        """The URL of the proxy, or None."""
        return self._proxy

    def __repr__(self) -> str:
        return "<set>"

    def __reduce__(self) -> Any:
        return _arrived, (self._secret.reveal(), self._proxy)


def _arrived(value: str, proxy: str | None) -> Handed:
    return Handed(Secret(value), proxy)


def private(address: str) -> bool:
    """Whether nobody else can read what travels to this address: TLS, this process, or this machine."""
    parts = urlsplit(address)
    return parts.scheme in {"tls", "inproc"} or (parts.hostname or "") in LOOPBACK
