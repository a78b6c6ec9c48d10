"""One job as the journal knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["sending", "queued", "processing", "ready", "done", "failed", "expired", "refused", "unknown"]
ENDED: frozenset[str] = frozenset({"done", "failed", "expired", "refused"})
LIFETIME = 86_400.0  # seconds that the server keeps a job and what it made


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job as the journal knows it. Times are Unix seconds, money is US dollars.

    Attributes:
        op: our own id, given before anything is sent.
        base: the address of the API.
        kind: video or music.
        model: the model ordered.
        prompt: its first words.
        path: the queue's endpoint.
        body: SHA-256 of the request's body.
        details: what else was ordered, in few words, such as duration and resolution.
        quote: the price told before; None when it was not.
        usd: the balance seen before, in dollars.
        diem: the same in DIEM.
        created: when it was written down.
        pid: the process that sent it.
        host: the machine that sent it.
        state: how it is doing. An order whose sender is gone without a word is `unknown`.
        updated: when any of this changed.
        queue_id: the server's id; empty until it is known.
        id_key: how the server spells `queue_id`.
        url: where the result can be fetched; empty when it comes by retrieving.
        elapsed_ms: how long the server has worked on it.
        typical_ms: how long it usually works on such a thing.
        polled: when it was last asked.
        file: where the result is; empty until it is safely on disk.
        mime: the media type of the result.
        size: its bytes.
        what: why it failed.
        refunded: whether the server gave the money back; None when it did not say.
        suggested_prompt: what the server would rather make.
        recommended_model: who would rather make it.
        verdict: what the balance says about an order of unknown outcome.
        own: False for a job of another key or address.

    """

    op: str
    base: str = ""
    kind: str = "video"
    model: str = ""
    prompt: str = ""
    path: str = ""
    body: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    quote: float | None = None
    usd: float | None = None
    diem: float | None = None
    created: float = 0.0
    pid: int = 0
    host: str = ""
    state: State = "sending"
    updated: float = 0.0
    queue_id: str = ""
    id_key: str = "queue_id"
    url: str = field(default="", repr=False)
    elapsed_ms: float | None = None
    typical_ms: float | None = None
    polled: float | None = None
    file: str = ""
    mime: str = ""
    size: int | None = None
    what: str = ""
    refunded: bool | None = None
    suggested_prompt: str = ""
    recommended_model: str = ""
    verdict: str = ""
    own: bool = True

    @property
    def id(self) -> str:
        """The server's id; ours as long as there is none."""
        return self.queue_id or self.op

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED

    @property
    def expires(self) -> float:
        """When the server forgets it."""
        return self.created + LIFETIME
