"""Server-sent events, decoded as the bytes arrive.

The decoder is fed pieces of any size and gives the events they complete; how the bytes were cut never
matters. It follows the WHATWG rules (LF, CRLF or CR ends a line, comments start with a colon, several
`data` lines make one event) but for two points: ids and retry times are ignored, and what stands at the
very end without a blank line is still given, because some servers and proxies leave the last newline off.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from venice_nb.errors import UnsafeContent

LINE: Final = 1 << 20  # bytes; the longest honest line carries one tool call or one picture link
STREAM: Final = 32 << 20  # bytes; far above the longest answer any model writes

_BOM: Final = "\ufeff"


class Event(NamedTuple):
    """One event: its name (`message` when the server gave none) and its data."""

    event: str
    data: str


class Decoder:
    """Turns bytes into events. `feed` each piece, then `end` once.

    Raises `UnsafeContent` for a line above `line` bytes or a stream above `stream` bytes. Events that
    stood before the offending line are given first; the next call raises.
    """

    __slots__ = ("_data", "_event", "_first", "_line", "_refused", "_skip_lf", "_stream", "_tail", "_total")

    def __init__(self, *, line: int = LINE, stream: int = STREAM) -> None:
        self._line = line
        self._stream = stream
        self._tail = bytearray()  # the line that has not ended yet
        self._data: list[str] = []
        self._event = ""
        self._first = True
        self._skip_lf = False  # the last byte was CR, so a LF that follows belongs to it
        self._total = 0
        self._refused: UnsafeContent | None = None

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this piece completes."""
        if self._refused is not None:
            raise self._refused
        if not chunk:
            return []
        self._total += len(chunk)
        if self._total > self._stream:
            return self._refuse(f"The stream is longer than {self._stream:,} bytes", [])
        if self._skip_lf and chunk[0] == 10:
            chunk = chunk[1:]
            self._skip_lf = False
            if not chunk:
                return []
        self._skip_lf = chunk[-1] == 13
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        cut = chunk.rfind(b"\n")
        if cut < 0:
            self._tail += chunk
            return self._too_long([]) if len(self._tail) > self._line else []
        block = bytes(self._tail) + chunk[:cut] if self._tail else chunk[:cut]
        self._tail = bytearray(chunk[cut + 1 :])
        if len(block) > self._line:
            lines = block.split(b"\n")
            for number, line in enumerate(lines):
                if len(line) > self._line:
                    # the newline before the long line is kept: it may be the blank line that ends an event
                    return self._too_long(self._events(b"\n".join(lines[:number])) if number else [])
        events = self._events(block)
        return self._too_long(events) if len(self._tail) > self._line else events

    def end(self) -> list[Event]:
        """The event that the stream left open, if any. A cut stream may leave half a line in it."""
        if self._refused is not None:
            raise self._refused
        rest, self._tail = bytes(self._tail), bytearray()
        return self._events(rest + b"\n")

    def _events(self, block: bytes) -> list[Event]:
        # A newline is never part of a longer UTF-8 character, so whole lines can be decoded by themselves.
        text = block.decode("utf-8", "replace")
        if self._first:
            self._first = False
            text = text.removeprefix(_BOM)
        events: list[Event] = []
        data = self._data
        for line in text.split("\n"):
            if line.startswith("data: "):
                data.append(line[6:])
            elif not line:
                if data:
                    joined = data[0] if len(data) == 1 else "\n".join(data)
                    events.append(Event(self._event or "message", joined))
                    data = self._data = []
                self._event = ""
            elif line[0] != ":":
                name, _, value = line.partition(":")
                if name == "data":
                    data.append(value.removeprefix(" "))
                elif name == "event":
                    self._event = value.removeprefix(" ")
        return events

    def _too_long(self, events: list[Event]) -> list[Event]:
        return self._refuse(f"A line of the stream is longer than {self._line:,} bytes", events)

    def _refuse(self, what: str, events: list[Event]) -> list[Event]:
        self._refused = UnsafeContent(
            what, do="what had arrived is kept; ask for a shorter answer", charged="unknown"
        )
        self._tail = bytearray()
        if events:
            return events
        raise self._refused
