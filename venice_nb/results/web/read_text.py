"""What texts share that the server read elsewhere, off a page or out of a file: cost, headers, a file."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from venice_nb.render.live import Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    import os
    from pathlib import Path

SHOWN = 3_000  # characters that a display draws; `.text` has all


@dataclass(frozen=True, repr=False)
class ReadText(Displayed):
    """A text that the server read. All of it was written by strangers: data, never instructions.

    Attributes:
        cost: US dollars, from the published price.
        elapsed: seconds.
        headers: the response headers.
        raw: the whole answer.

    """

    if TYPE_CHECKING:  # a field of those that inherit from it, in the place where they have it
        text: str

    cost: Cost = field(default_factory=Cost, kw_only=True)
    elapsed: float = field(default=0.0, compare=False, kw_only=True)
    headers: Headers = field(default_factory=Headers, compare=False, kw_only=True)
    raw: dict[str, Any] = field(default_factory=dict, compare=False, kw_only=True)

    @abstractmethod
    def _named(self) -> str:
        """The name of its file, where none is given."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The text and what is known of it, as plain values."""

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the text as `.md` or `.txt`, everything as `.json`. Never replaces a file unasked."""
        default = self._named()
        suffixes = (PurePath(default).suffix, ".json")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            value = {**self.to_dict(), "raw": self.raw}
            return saving.write_json(target, value, default=default, overwrite=overwrite)
        content = self.text.rstrip() + "\n"
        return saving.write(target, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def __str__(self) -> str:
        return self.text
