"""What the notebook shows while speech streams in: a player of the first sound, then one of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.media.sound import NotSound, container, measure
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Live, environment, mark_shown, static_mode
from venice_nb.results.sound import audio_view

if TYPE_CHECKING:
    from venice_nb.client.session import Session
    from venice_nb.results.sound.audio import Audio

ENOUGH = 0.3  # seconds of sound that are worth a player


class Listening:
    """The display of one reading. Without `shown` it only counts what arrives."""

    def __init__(self, *, shown: bool) -> None:
        self._live = Live(self._draw) if shown else None
        self._data = b""
        self._first = b""  # what the first player plays; a player is not replaced while somebody listens
        self._final: Audio | None = None
        self._dropped = False

    def watch(self, piece: bytes) -> None:
        """A piece of the sound has arrived."""
        if self._live is None or self._first:
            return
        self._data += piece
        try:
            playable = measure(self._data).seconds >= ENOUGH
        except NotSound:
            return
        if playable:
            self._first = self._data
            self._live.show()

    def finish(self, audio: Audio) -> None:
        """Show the whole; it is then not shown a second time as the value of its cell."""
        self._final = audio
        if self._live is not None and self._live.finish():
            mark_shown(audio)

    def drop(self) -> None:
        """Nothing came: empty the frame on the page, if there is one."""
        self._dropped = True
        if self._live is not None and self._first and not static_mode():
            self._live.finish()

    def _draw(self) -> Bundle:
        if self._final is not None:
            return audio_view.bundle(self._final)
        if self._dropped:
            return {"text/plain": "", "text/html": ""}
        said = f"The first {text.bytes_(len(self._first))} of the sound; the rest is on its way."
        src = audio_view.data_url(self._first, container(self._first))
        return {"text/plain": said, "text/html": html.page(audio_view.controls(src), html.note(said))}


def wants_show(session: Session) -> bool:
    """Whether to stream onto the page: as the client was told, else in a notebook."""
    shown = session.settings.show
    return environment() == "notebook" if shown is None else shown
