"""A call is a value: what to send, how to read the answer, and how safely it may be sent again.

An endpoint function takes friendly arguments and returns a `Call`. It does no I/O. Everything else treats
the value as a noun: the client sends it, the async client awaits it, a test compares it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Safety(Enum):
    """What a repetition may do; decides which failures are tried again."""

    READ = "A"  # GET and quotes: free to repeat
    POLL = "B"  # asking how a job is doing
    INFER = "C"  # chat, embeddings, speech: cheap; repeated after a lost reply only below a price
    MAKE = "D"  # pictures, cloned voices: never repeated after a lost reply
    QUEUE = "E"  # video and music jobs: billed on acceptance
    KEYS = "F"  # key creation and deletion


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: `read` between two pieces of an answer, `total` from sending it to the end.

    `first` is the patience for the first event of a stream.
    """

    read: float = 60.0
    total: float = 120.0
    first: float = 90.0


@dataclass(frozen=True, slots=True)
class Received:
    """A complete answer as it came over the wire; header names are lower case.

    `file` holds the body in place of `content` when the call named one and the answer is media.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    elapsed: float = 0.0  # seconds from the first attempt to the last byte
    attempts: int = 1
    file: Path | None = None
    first: float | None = None  # seconds to the first byte of an answer that came in pieces

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Gatherer(Protocol[T_co]):
    """Puts a result together from the events of a stream."""

    started: bool  # something of value has arrived, so the call may not be sent again
    done: bool  # the stream said that it is complete
    error: Mapping[str, Any] | None  # an error the server sent inside the stream

    @property
    def deltas(self) -> Sequence[str]:
        """Pieces of the text in the order they came; grows at its end."""

    def add(self, event: str, data: str) -> None:
        """Take one server-sent event."""

    def end(self) -> None:
        """The body has ended, with or without a word of farewell."""

    def result(self, received: Received) -> T_co:
        """What has been gathered, complete or not. `received.content` is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request of the API and how to read its answer. `None` is never part of a body or a query."""

    operation: str  # the official operation id, such as createChatCompletion
    method: str
    path: str  # below the base URL, such as /chat/completions
    read: Callable[[Received], T]
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None  # multipart: name -> str, or (filename, bytes, content type)
    accept: str = "application/json"
    safety: Safety = Safety.READ
    timeouts: Timeouts = field(default_factory=Timeouts)
    model: str = ""  # the resolved model id, for its rate limit; empty when no model is used
    family: str = ""  # text, embedding, image, ...: picks the default rate limit
    tokens: int = 0  # estimate to reserve from the tokens-per-minute limit: prompt plus most of the answer
    weight: int = 1  # how many requests it counts as: each variant of a picture is one
    price: float | None = None  # US dollars one more attempt may cost; None when unknown
    most: float | None = None  # US dollars it can cost at the very most, where that is more than `price`
    # the same call, made so that it costs no more than so many dollars; None where nothing can be cut
    within: Callable[[Call[Any], float], Call[Any]] | None = field(default=None, repr=False, compare=False)
    units: tuple[float, str] | None = None  # how much is bought, where it is not counted in tokens
    paid: bool = False  # spends money when it succeeds
    per_success: bool = False  # only a success is charged: an answer of 500 or 502 costs nothing
    gather: Callable[[], Gatherer[T]] | None = None  # set when the answer is asked for as a stream
    pieces: bool = False  # the answer is bytes that are of use piece by piece, as speech is
    file: Path | None = None  # media go into this new file as they arrive, not into memory

    @property
    def asked(self) -> str:
        """What is being asked, for messages: never the content."""
        return f"{self.method} {self.path}" + (f" (model {self.model})" if self.model else "")
