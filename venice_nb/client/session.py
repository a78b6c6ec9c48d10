"""What a client knows between two calls: its settings, the catalogue, what was announced, the last reply."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from venice_nb.catalogue import Catalogue
from venice_nb.render.live import notice

if TYPE_CHECKING:
    from venice_nb.config import Settings


class Session:
    """The memory of one client. Plans read and update it; it does no input or output but announcements.

    Attributes:
        settings: the frozen settings of the client.
        catalogue: models and prices; the bundled snapshot until `/models` has been read.
        live: True when calls go to the real API, False for the sandbox.
        last: the last reply, also one that was cut short; None before the first.
    """

    def __init__(self, settings: Settings, *, live: bool = True) -> None:
        self.settings = settings
        self.live = live
        self.catalogue = Catalogue.bundled()
        self.last: Any = None
        self._announced: set[str] = set()
        self._lock = threading.Lock()

    @property
    def default_model(self) -> str:
        """The model for chat where none is named; empty means the server's default trait."""
        return self.settings.default_model

    def announce(self, note: str | None) -> None:
        """Tell the user something once: a retired model, a substitution, a deprecation."""
        if not note:
            return
        with self._lock:
            if note in self._announced:
                return
            self._announced.add(note)
        notice(note)
