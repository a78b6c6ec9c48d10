"""Which models the panels of one client use, so that what is chosen in one is chosen in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from traitlets import HasTraits, Unicode

if TYPE_CHECKING:
    from venice_nb.venice import Venice


class Choices(HasTraits):
    """A model for each kind of panel, by its id; empty for the server's default."""

    text = Unicode()
    image = Unicode()
    tts = Unicode()
    asr = Unicode()
    video = Unicode()
    embedding = Unicode()


_choices: WeakKeyDictionary[Venice, Choices] = WeakKeyDictionary()


def choices(client: Venice) -> Choices:
    """The models chosen for the panels of this client."""
    return _choices.setdefault(client, Choices())
