"""What takes in the body of a stream, without input or output: bytes in, a result out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from venice_nb.calls.call import Call, Received
from venice_nb.calls.failures import stream_failure
from venice_nb.client.http import Body
from venice_nb.errors import StreamInterrupted
from venice_nb.sse import Decoder

if TYPE_CHECKING:
    import httpx

    from venice_nb.client.http import Requests

T = TypeVar("T")


class Intake(Generic[T]):
    """Bytes in, gathered events out."""

    def __init__(self, call: Call[T], response: httpx.Response, began: float, requests: Requests) -> None:
        assert call.gather is not None
        self.call = call
        self.gatherer = call.gather()
        self.headers = requests.lower(response.headers)
        self._hide = requests.hide
        self.status = response.status_code
        self._body = Body(response.headers, json=True)
        self._decoder = Decoder()
        self._began = began

    def take(self, chunk: bytes) -> None:
        """Take a piece of the body as it came."""
        for event in self._decoder.feed(self._body.add(chunk)):
            self.gatherer.add(event.event, self._hide(event.data))

    def end(self) -> None:
        """The body has ended."""
        for event in self._decoder.end():
            self.gatherer.add(event.event, self._hide(event.data))
        self.gatherer.end()

    @property
    def finished(self) -> bool:
        """The stream has said all it will say."""
        return self.gatherer.done or self.gatherer.error is not None

    @property
    def received(self) -> Received:
        """The answer's status and headers; the content has gone into the gatherer."""
        return Received(self.status, self.headers, b"", time.monotonic() - self._began)

    def result(self) -> T:
        """What has been gathered, complete or not."""
        return self.gatherer.result(self.received)

    def outcome(self) -> T:
        """The complete result; StreamError or StreamInterrupted when it is not complete."""
        if self.gatherer.error is not None:
            raise stream_failure(
                self.gatherer.error,
                self.result(),
                call=self.call,
                request_id=self.headers.get("cf-ray"),
                elapsed=self.received.elapsed,
            )
        if not self.gatherer.done:
            raise self.cut("the connection was closed before the answer was complete")
        return self.result()

    def cut(self, what: str) -> StreamInterrupted:
        """The error for a stream that stopped; it keeps what had arrived."""
        return StreamInterrupted(
            what,
            asked=self.call.asked,
            do="the text so far is in .text of this error and in .last of the client; ask again to continue",
            status=self.status,
            request_id=self.headers.get("cf-ray"),
            charged="unknown" if self.call.paid else "no",
            attempts=1,
            elapsed=self.received.elapsed,
            partial=self.result(),
        )


class _Pile:
    """Bytes as they arrive, with the face of a gatherer."""

    text = ""
    error = None

    def __init__(self) -> None:
        self.deltas: list[bytes] = []
        self.started = self.done = False


class Sound(Intake[T]):
    """Bytes in, the same bytes out: the answer is of use piece by piece, as speech is.

    The body is complete when HTTP says so; what came of a cut one is read all the same.
    """

    def __init__(self, call: Call[T], response: httpx.Response, began: float, requests: Requests) -> None:
        self.call = call
        self.gatherer: Any = _Pile()
        self.headers = requests.lower(response.headers)
        self.status = response.status_code
        self._body = Body(response.headers, json=False)
        self._began = began
        self._first: float | None = None

    def take(self, chunk: bytes) -> None:
        """Take a piece of the body as it came."""
        if piece := self._body.add(chunk):
            if self._first is None:
                self._first = time.monotonic() - self._began
            self.gatherer.started = True
            self.gatherer.deltas.append(piece)

    def end(self) -> None:
        """The body has ended."""
        self.gatherer.done = True

    @property
    def received(self) -> Received:
        """The answer with all bytes so far."""
        content, elapsed = b"".join(self.gatherer.deltas), time.monotonic() - self._began
        return Received(self.status, self.headers, content, elapsed, first=self._first)

    def result(self) -> T:
        """What has been gathered, complete or not."""
        return self.call.read(self.received)


def intake(call: Call[T], response: httpx.Response, began: float, requests: Requests) -> Intake[T]:
    """What takes in the stream that a call asked for."""
    kind = Sound if call.pieces else Intake
    return kind(call, response, began, requests)
