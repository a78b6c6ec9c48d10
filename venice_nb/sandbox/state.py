"""Everything one sandbox remembers: keys, balances, failures, limits, books, and its clock."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from hmac import compare_digest
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, cast

from .catalogue import models
from .studio.sound.hear import Hearing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from .downloads import Link
    from .faults import Fault
    from .jobs import Job
    from .mind import Thought
    from .routes.audio import ClonedVoice

VERSION = "20260821.193530"  # of the official spec that the sandbox follows

HELD = 128 * 1024 * 1024  # bytes of request bodies that are remembered; beyond it the newest half of that

TIERS = ("explorer", "paid", "partner", "unlimited")


class Mind(Protocol):
    """What computes answers and vectors; `venice_nb.sandbox.mind` unless a test brings its own."""

    def think(
        self,
        body: dict[str, Any],
        *,
        model: dict[str, Any],
        settings: dict[str, Any],
        character: dict[str, Any] | None,
        seed: int,
        choice: int = 0,
    ) -> Thought:
        """One choice's answer to a validated chat request."""
        ...

    def count_tokens(self, text: str) -> int:
        """The number of tokens of a text."""
        ...

    def count_prompt_tokens(self, messages: list[dict[str, Any]], tools: list[Any] | None) -> int:
        """The number of tokens of a prompt."""
        ...

    def embed(self, texts: list[str], *, dims: int, model_id: str) -> np.ndarray[Any, Any]:
        """Rows of length 1, `(n, dims)` float32."""
        ...


@dataclass(slots=True)
class Key:
    """One API key. Limits are in US dollars and DIEM per `limit_period`; None means no limit."""

    id: str
    secret: str = field(repr=False)
    kind: str  # ADMIN or INFERENCE
    description: str = ""
    created_at: float = 0.0
    expires_at: float | None = None
    limit_usd: float | None = None
    limit_diem: float | None = None
    limit_period: str = "EPOCH"  # EPOCH (UTC day), MONTH, LIFETIME
    model_privacy: str = "ALL"  # ALL, PRIVATE_TEXT, PRIVATE_ONLY
    last_used_at: float | None = None
    made_by_call: bool = False
    spent: dict[str, dict[str, float]] = field(default_factory=dict)  # period -> currency -> amount

    def period(self, now: float) -> str:
        """The name of the spending period that `now` falls in."""
        day = datetime.fromtimestamp(now, UTC)
        return {"EPOCH": f"{day:%Y-%m-%d}", "MONTH": f"{day:%Y-%m}"}.get(self.limit_period, "")

    def allows(self, model: Mapping[str, Any]) -> bool:
        """Whether the key's privacy setting lets it use the model."""
        private: bool = model["model_spec"]["privacy"] == "private"
        if self.model_privacy == "PRIVATE_ONLY":
            return private
        return private or self.model_privacy != "PRIVATE_TEXT" or bool(model["type"] != "text")


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the books: what a request cost and what for. `amount` is in `currency`."""

    request_id: str
    time: float
    key_id: str
    model: str
    sku: str
    units: float
    usd: float
    currency: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request the sandbox has seen and how it answered; status 0 if a fault lost it before it arrived."""

    method: str
    path: str
    query: str
    body: Any  # parsed JSON, or the bytes; None once those of newer requests fill the memory
    status: int
    operation: str
    request_id: str
    key_id: str
    size: int = 0  # bytes of the body, as long as it is remembered


@dataclass(frozen=True, slots=True)
class LimitHit:
    """One entry of the rate-limit log."""

    key_id: str
    model: str
    kind: str  # RPM, TPM, RPD, FAILED_REQUESTS, UNSUPPORTED_FEATURE_REQUESTS
    time: float


class State:
    """The memory of one sandbox. Deterministic: same seed, clock and requests give the same bytes."""

    def __init__(
        self,
        *,
        seed: int = 0,
        tier: str = "paid",
        usd: float = 10.0,
        diem: float = 0.0,
        faults: tuple[Fault, ...] = (),
        clock: Callable[[], float] = time.time,
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
        base_url: str = "https://sandbox.invalid/api/v1",
    ) -> None:
        if tier not in TIERS:
            raise ValueError(f"tier {tier!r} is not one of {', '.join(TIERS)}")
        if reset_units not in ("s", "ms"):
            raise ValueError(f"reset_units {reset_units!r} is neither 's' nor 'ms'")
        if abuse not in ("docs", "live", "off"):
            raise ValueError(f"abuse {abuse!r} is not one of docs, live, off")
        if delivery not in ("auto", "binary", "link"):
            raise ValueError(f"delivery {delivery!r} is not one of auto, binary, link")
        if complete_mode not in ("delete", "refuse"):
            raise ValueError(f"complete_mode {complete_mode!r} is neither 'delete' nor 'refuse'")
        self.seed = seed
        self.tier = tier
        self.usd, self.diem = usd, diem
        self.diem_allocation = diem
        self.clock = clock
        self.reset_units = reset_units
        self.abuse = abuse
        self.token_pause = token_pause
        self.real_time = real_time
        self.shared_tool_index = shared_tool_index
        self.semantic = semantic
        self.job_seconds = job_seconds
        self.delivery = delivery
        self.complete_mode = complete_mode
        self.retired = retired
        self.jobs: dict[str, Job] = {}
        self.downloads: dict[str, Link] = {}
        self.asr_timestamps = asr_timestamps
        self.voices: dict[str, ClonedVoice] = {}
        self.heard = Hearing()  # what it said, so that it knows it again
        self.base_url = base_url
        self.lock = RLock()
        self.keys: dict[str, Key] = {}
        self.faults: list[list[Any]] = [[fault, fault.times] for fault in faults]
        self.offline: set[str] = set()  # model ids that answer 503
        self.requests: list[Asked] = []
        self.books: list[Charge] = []
        self.limit_log: deque[LimitHit] = deque(maxlen=50)
        self.windows: defaultdict[tuple[str, str], deque[tuple[float, int]]] = defaultdict(deque)
        self.failures: defaultdict[tuple[str, ...], deque[float]] = defaultdict(deque)
        self.blocked_until: dict[tuple[str, ...], float] = {}
        self.prefixes: dict[bytes, float] = {}  # prompt prefixes seen, with their expiry
        self._mind, self._own = mind, mind is None
        self._count = 0
        self._held = 0  # bytes of the bodies in `requests`, at most
        self.queued = 0  # jobs so far
        self._by_digest: dict[bytes, str] = {}

    @property
    def mind(self) -> Mind:
        """The mind, loaded on first use."""
        if self._mind is None:
            from . import mind  # noqa: PLC0415  (loads numpy)

            self._mind = cast("Mind", mind)  # a module with the functions of the protocol
        return self._mind

    def embed(self, texts: list[str], *, dims: int, model_id: str) -> np.ndarray[Any, Any]:
        """Rows of length 1, `(n, dims)` float32; with word vectors as `semantic` says."""
        options: dict[str, Any] = {"semantic": self.semantic} if self._own else {}
        return self.mind.embed(texts, dims=dims, model_id=model_id, **options)

    def serial(self) -> str:
        """The id of the next request: sixteen hexadecimal digits, from the seed and a counter."""
        with self.lock:
            self._count += 1
            return self.digest(f"request {self._count}", 8)

    def digest(self, text: str, size: int = 16) -> str:
        """Reproducible hexadecimal digits for a name."""
        return blake2b(f"{self.seed} {text}".encode(), digest_size=size).hexdigest()

    def uuid(self, text: str) -> str:
        """A reproducible UUID for a name."""
        h = self.digest(text)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def add_key(self, secret: str, kind: str, **settings: Any) -> Key:
        """A new key that the sandbox accepts."""
        with self.lock:
            key = Key(self.uuid(f"key {len(self.keys)}"), secret, kind, created_at=self.clock(), **settings)
            self.keys[key.id] = key
            self._by_digest[sha256(secret.encode()).digest()] = key.id
            return key

    def remove_key(self, key_id: str) -> None:
        """Forgets a key."""
        with self.lock:
            key = self.keys.pop(key_id)
            self._by_digest.pop(sha256(key.secret.encode()).digest(), None)

    def key_for(self, secret: str) -> Key | None:
        """The key with this secret, if there is one that has not expired."""
        # looked up by digest and compared in constant time, so timing tells nothing about a secret
        key = self.keys.get(self._by_digest.get(sha256(secret.encode()).digest(), ""))
        if key is None or not compare_digest(key.secret.encode(), secret.encode()):
            return None
        if key.expires_at is not None and key.expires_at <= self.clock():
            return None
        return key

    def model(self, model_id: str) -> dict[str, Any]:
        """A catalogue entry with this sandbox's own changes."""
        entry = models()[model_id]
        if model_id in self.offline:
            return {**entry, "model_spec": {**entry["model_spec"], "offline": True}}
        return entry

    def log(self, asked: Asked) -> None:
        """Remembers a request; the oldest are forgotten beyond 10,000, their bodies beyond `HELD` bytes."""
        with self.lock:
            self.requests.append(asked)
            if len(self.requests) > 11_000:
                del self.requests[:1_000]
            self._held += asked.size
            if self._held > HELD:
                self._held = _lightened(self.requests)


def _lightened(requests: list[Asked]) -> int:
    """Takes the bodies from all but the newest requests, and gives the bytes of those that are left."""
    held = 0
    for at in range(len(requests) - 1, -1, -1):
        if held and held + requests[at].size > HELD // 2:
            requests[: at + 1] = [replace(old, body=None, size=0) for old in requests[: at + 1]]
            break
        held += requests[at].size
    return held


def iso(seconds: float) -> str:
    """A Unix time as Venice writes it: 2026-11-22T10:00:00.000Z."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
