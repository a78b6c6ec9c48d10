"""A player for the sound or film that a panel made, filled when the reader asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from venice_nb.media.film import FilmError, frame
from venice_nb.media.thumbnails import PictureError, thumbnail
from venice_nb.render import html, text
from venice_nb.results.films import video_view
from venice_nb.results.pictures.image_view import embedded
from venice_nb.results.sound.audio import Audio
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.results.films.video import Video

WIDEST = "640px"  # of a film that plays
SIDE = 480  # pixels of the longer side of the picture that stands for a film
STILL = 24_000  # its bytes
SMALL = 16_000  # bytes that are put on the page unasked: a panel and its player keep within 100 KB of state


class Player:
    """`offer` it something to play: a short sound is there at once, anything larger with a press of Play."""

    def __init__(self, what: str) -> None:
        self._media: Audio | Video | None = None
        self._stage = widgets.Box()
        self._poster = view.pane()
        self.play_button = view.button("Play", f"Loads and plays {what}", self.play)
        self.away_button = view.button(
            "Put away", f"Takes {what} off the page; it stays saved", self.put_away
        )
        self.view = view.column(self._stage, self._poster, view.row(self.play_button, self.away_button))
        self._follow()

    @property
    def media(self) -> Audio | Video | None:
        """What is offered."""
        return self._media

    def offer(self, media: Audio | Video | None, *, start: bool = False) -> None:
        """Have this ready to play, in place of what was there; `start` plays it."""
        self.put_away()
        self._media = media
        film = None if media is None or isinstance(media, Audio) else media
        view.draw(self._poster, *([poster(film)] if film is not None else []))
        if start or (isinstance(media, Audio) and len(media.playable) <= SMALL):
            self._load(start=start)
        self._follow()

    def play(self) -> None:
        """Load what is offered and play it."""
        if self._media is not None:
            self._load(start=True)
            self._follow()

    def put_away(self) -> None:
        """Take the player off the page, and its bytes with it."""
        for player in self._stage.children:
            view.discard(player)
        self._stage.children = ()
        self._follow()

    def _load(self, *, start: bool) -> None:
        media = self._media
        old = self._stage.children
        if isinstance(media, Audio):
            made: Any = widgets.Audio(value=media.playable, format=media.playable_mime.partition("/")[2])
        elif media is not None:
            layout = {"width": "100%", "max_width": WIDEST}
            made = widgets.Video(value=media.data, format=media.mime.partition("/")[2], layout=layout)
        else:
            return
        made.autoplay, made.loop = start, False  # no tooltip: Lab shows it only of widgets with a description
        self._stage.children = (made,)
        for player in old:
            view.discard(player)

    def _follow(self) -> None:
        loaded = bool(self._stage.children)
        self.play_button.layout.display = None if self._media is not None and not loaded else "none"
        self.away_button.layout.display = None if loaded else "none"
        self._poster.layout.display = "none" if loaded else "block"


def poster(film: Video) -> html.Html:
    """The first picture of a film, with what is known of it."""
    caption = html.tag("div", " · ".join(video_view.facts(film)))
    alt = text.short(film.prompt, 300) or f"film {text.short(film.name, 100)}"
    try:
        small = thumbnail(frame(film.path, side=SIDE), SIDE, most=STILL)
    except (FilmError, PictureError):
        return html.figure(alt, caption)
    return html.figure(html.tag("img", src=embedded(small, "image/webp"), alt=alt), caption)
