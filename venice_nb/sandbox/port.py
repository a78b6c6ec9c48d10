"""The sandbox on a port: uvicorn with bounds on connections, heads and silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .server import HEAD_CAP, PATIENCE

if TYPE_CHECKING:
    import asyncio
    import socket

    from .server import Application

CONNECTIONS = 512  # uvicorn answers 503 beyond; a process may have 1024 files open on many systems


class Protocol(H11Protocol):
    """Hangs up on a peer that has not sent a whole request head within the time of patience.

    uvicorn itself ends only connections that are silent after a reply. A body that stops arriving is the
    application's to notice.
    """

    patience = PATIENCE
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The time for the first head begins."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(self.patience, self._give_up)

    def data_received(self, data: bytes) -> None:
        """The time for a head begins with its first bytes and ends with its last."""
        super().data_received(data)
        waiting = self.conn.their_state is h11.IDLE
        if self._clock is not None and not waiting:
            self._clock.cancel()
            self._clock = None
        elif self._clock is None and waiting:
            self._clock = self.loop.call_later(self.patience, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        if self._clock is not None:
            self._clock.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        self._clock = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


class Server(uvicorn.Server):
    """A server that says when it listens."""

    ready = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Says so once it listens."""
        await super().startup(sockets)
        print(self.ready, flush=True)  # noqa: T201


def config(app: Application, protocol: type[Protocol] = Protocol) -> uvicorn.Config:
    """How uvicorn serves the sandbox: silent, without headers of its own, and bounded."""
    settings: dict[str, Any] = {"ws": "none", "lifespan": "off", "log_level": "critical", "access_log": False}
    return uvicorn.Config(
        app,
        http=protocol,
        server_header=False,
        date_header=False,  # the sandbox's own clock writes it
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD_CAP,
        timeout_keep_alive=int(PATIENCE),
        timeout_graceful_shutdown=2,
        **settings,
    )


def serve(app: Application, bound: socket.socket, ready: str) -> None:
    """Serves until interrupted; prints `ready` once requests are answered."""
    server = Server(config(app))
    server.ready = ready
    server.run(sockets=[bound])
