"""The sandbox as one object: its memory, its keys and its doors."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from .state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

    from .exchange import Request, Response
    from .faults import Fault
    from .server import Application
    from .state import Asked, Charge, Mind


class Sandbox:
    """A stand-in for the Venice API that runs in this process.

        box = Sandbox()
        client = httpx.Client(transport=box.transport(), base_url=box.base_url)

    `seed`: same seed, clock and requests give the same bytes. `tier`: explorer, paid, partner or unlimited.
    `usd`, `diem`: the balances at the start; 10 US dollars by default, a million on the unlimited tier.
    `faults`: scripted failures, see `Fault`. `clock`: seconds since 1970. `sleep`: replaces every wait.
    `reset_units`: how reset headers count, "s" as documented or "ms" as observed. `abuse`: the budget of
    failed requests, "docs" (20 in 30 s), "live" (50) or "off". `token_pause`: seconds between the pieces of a
    stream. `real_time`: jobs take their real time. `shared_tool_index`: parallel tool calls share index 0 in
    a stream. `semantic`: embeddings know related words, not only equal ones, which needs the extra
    `semantic`; None when it is installed.
    `job_seconds`: how long a job takes; 2 by default, 60 to 150 in `real_time`. `delivery`: finished films
    come as "binary", through a "link", or "auto": as production does it for the model. `complete_mode`: what
    the two `complete` routes do, "delete" as documented or "refuse" with 400 as observed. `retired`: 410 from
    /video/transcriptions. `asr_timestamps`: whether the default transcription model gives the timestamps it
    is asked for; in production it may leave them out.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        tier: str = "paid",
        usd: float | None = None,
        diem: float = 0.0,
        faults: Iterable[Fault] = (),
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
        mind: Mind | None = None,
        reset_units: str = "s",
        abuse: str = "docs",
        token_pause: float = 0.0,
        real_time: bool = False,
        shared_tool_index: bool = False,
        semantic: bool | None = None,
        job_seconds: float | None = None,
        delivery: str = "auto",
        complete_mode: str = "delete",
        retired: bool = False,
        asr_timestamps: bool = True,
        admin_key: str = "",
        inference_key: str = "",
        base_url: str = "https://sandbox.invalid/api/v1",
    ) -> None:
        if usd is None:
            usd = 1e6 if tier == "unlimited" else 10.0
        self.state = State(
            seed=seed,
            tier=tier,
            usd=usd,
            diem=diem,
            faults=tuple(faults),
            clock=clock,
            mind=mind,
            reset_units=reset_units,
            abuse=abuse,
            token_pause=token_pause,
            real_time=real_time,
            shared_tool_index=shared_tool_index,
            semantic=semantic,
            job_seconds=job_seconds,
            delivery=delivery,
            complete_mode=complete_mode,
            retired=retired,
            asr_timestamps=asr_timestamps,
            base_url=base_url,
        )
        self._sleep = sleep
        self.admin_key = _own(admin_key, "ADMIN")
        self.inference_key = _own(inference_key, "INFERENCE")
        self.state.add_key(self.admin_key, "ADMIN", description="sandbox admin key")
        self.state.add_key(self.inference_key, "INFERENCE", description="sandbox inference key")

    def __repr__(self) -> str:
        state = self.state
        seen = len(state.requests)
        return f"Sandbox(seed={state.seed}, tier={state.tier!r}, usd={state.usd:g}, requests={seen})"

    def answer(self, request: Request) -> Response:
        """The response to a request: the core without a door."""
        from .core import answer  # noqa: PLC0415  (loads the routes)

        return answer(request, self.state)

    def transport(self) -> httpx.BaseTransport:
        """A transport for `httpx.Client`."""
        from .transport import Transport  # noqa: PLC0415  (httpx only when asked for)

        return Transport(self.state, self._sleep)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        """A transport for `httpx.AsyncClient`."""
        from .transport import Transport  # noqa: PLC0415  (httpx only when asked for)

        return Transport(self.state, self._sleep)

    @property
    def app(self) -> Application:
        """The ASGI application, for any server."""
        from .server import application  # noqa: PLC0415

        return application(self.state, self._sleep)

    @property
    def base_url(self) -> str:
        """The address to give a client. In-process it is one that can never be reached by network."""
        return self.state.base_url

    @property
    def requests(self) -> list[Asked]:
        """What was asked so far, oldest first: the last 10,000, at least the last 64 MB with their bodies."""
        return self.state.requests

    @property
    def books(self) -> list[Charge]:
        """Every charge so far, oldest first."""
        return self.state.books


def _own(secret: str, kind: str) -> str:
    """The given key or a random one; refuses what looks like a key of the real service."""
    if not secret:
        return f"VENICE_{kind}_KEY_sandbox{secrets.token_hex(16)}"
    if secret.upper().startswith("VENICE_") and "sandbox" not in secret.lower():
        raise ValueError("this looks like a real Venice key; a sandbox key has the word sandbox in it")
    return secret
