"""A button that records the microphone in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Recorder(anywidget.AnyWidget):
    """`done` is called with each recording, as the browser encodes it (WebM, Ogg or MP4)."""

    _esm = Path(__file__).with_name("recorder.js")

    def __init__(self, done: Callable[[bytes], None]) -> None:
        super().__init__()
        self._done = done
        self._pieces: list[bytes] = []
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        kind = content.get("kind")
        if kind == "begin":
            self._pieces = []
        self._pieces += map(bytes, buffers)
        if kind == "end":
            heard, self._pieces = b"".join(self._pieces), []
            if heard:
                self._done(heard)
