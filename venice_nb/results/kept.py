"""What is kept between runs, as the user sees it: how much, how large, where, and gone when asked."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed

if TYPE_CHECKING:
    from pathlib import Path


class Kept(Displayed):
    """Answers of the API that are kept, so that none is paid for twice. `len()` counts them."""

    things: str  # what they are called
    here: str  # how the user gets here

    @property
    @abstractmethod
    def path(self) -> Path | None:
        """The file; None when they are in memory."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes that they take."""

    @abstractmethod
    def __len__(self) -> int:
        """How many there are; 0 when the file cannot be read."""

    @abstractmethod
    def clear(self) -> None:
        """Forget all of them. What is asked from now on is paid for again.

        Raises OSError when the file cannot be written, or another program keeps it locked.
        """

    def __bool__(self) -> bool:
        return True  # an empty one is one all the same

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else f"in {text.short(str(self.path), 200)}"
        count = f"{text.count(len(self))} {self.things}, {text.bytes_(self.size)}"
        return f"<{type(self).__name__} {count}, {where}>"

    def _mimebundle(self) -> Bundle:
        where = "memory; they end with the sandbox" if self.path is None else text.short(str(self.path), 200)
        head = f"{text.count(len(self))} kept {self.things}"
        facts = [("size", text.bytes_(self.size)), ("in", where)]
        word = f"{self.here}.clear() forgets them; cache=False neither takes nor keeps any."
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts), footer=word)),
        }
