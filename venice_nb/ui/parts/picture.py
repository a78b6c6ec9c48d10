"""A picture that a panel starts from: named by path or address, uploaded from the browser, or handed in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.media import Media, load
from venice_nb.media.thumbnails import PictureError, dimensions, thumbnail
from venice_nb.render import html, text
from venice_nb.results.pictures.image_view import embedded
from venice_nb.ui.parts import view
from venice_nb.ui.parts.attachments import LARGEST
from venice_nb.ui.parts.code import Name, uploaded

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 240  # pixels of the longer side of the small copy that is shown
SMALL = 12_000  # its bytes: it is state of the panel


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was read once. `source` is what the user gave; None for an upload."""

    media: Media
    source: Any = None

    @classmethod
    def of(cls, source: Any) -> Picture:
        """Whatever a call takes as a picture. Raises InvalidInput for what is none."""
        if isinstance(source, cls):
            return source
        if isinstance(source, str):
            source = source.strip()
        media = load(source, "image", "image")
        return cls(media, None if hasattr(source, "read") else source)  # an open file is read but once

    @classmethod
    def uploaded(cls, item: Any) -> Picture:
        """A file that the browser has sent. Raises InvalidInput when it is no picture."""
        return cls.of(_named(bytes(item["content"]), Path(str(item["name"])).name))

    def given(self) -> Any:
        """The argument of a call, anew each time."""
        if self.source is not None:
            return self.source
        return _named(self.media.data or b"", self.media.name)

    def written(self) -> Any:
        """How the code of a cell names it: its path, the name of an upload, else `picture`."""
        if self.source is None:
            return self.media.name
        return str(self.source) if isinstance(self.source, str | Path) else Name("picture")

    def notes(self) -> list[str]:
        """What stands before a call that names it so."""
        if self.source is None:
            return [uploaded(self.media.name)]
        return [] if isinstance(self.source, str | Path) else ["# picture is what the panel was given"]

    def drawn(self, purpose: str) -> html.Html:
        """A small copy with its name and size; `purpose` begins the caption."""
        name, data = text.short(self.media.name, 60), self.media.data
        if data is None:
            where = text.short(str(self.media.url), 120)
            return html.tag("p", f"{purpose} {where}, which the server fetches.", class_="vn-line")
        try:
            small = embedded(thumbnail(data, SIDE, most=SMALL), "image/webp")
            size = "{} x {}".format(*dimensions(data))
        except PictureError as error:  # the server may read what cannot be drawn here
            return html.tag("p", f"{purpose} {name}: {error.what}.", class_="vn-line")
        return html.figure(html.tag("img", src=small, alt=name), f"{purpose} {name} ({size})")


def _named(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


class PictureInput:
    """Controls for the trait `picture` of a panel, with the picture below them.

    Args:
        panel: whose `picture` they follow and set; its `status` tells what was wrong with one.
        purpose: begins the caption, such as `The film starts from`.

    """

    def __init__(self, panel: Any, purpose: str) -> None:
        self._panel, self._purpose = panel, purpose
        tip = "A file on the kernel's machine, or an address that begins with https://; then Enter or Tab"
        self.path = view.line("Picture", tip, placeholder="cat.jpg, https://... or Upload")
        size = f"A picture from your machine, up to {LARGEST // 10**6} MB"
        self.upload = view.upload("Upload picture", size, "image/*", multiple=False)
        self.remove = view.button("Remove picture", "Go on without a picture", self._empty)
        self._pane = view.pane()
        self.view = view.column(view.row(self.path, self.upload, self.remove), self._pane)
        self.path.observe(lambda change: self._typed(change.new.strip()), "value")
        self.upload.observe(lambda change: self._sent(change.new), "value")
        panel.observe(lambda _: self._show(), "picture")
        self._show()

    def _typed(self, path: str) -> None:
        if path:
            self._take(lambda: Picture.of(path))

    def _sent(self, files: Any) -> None:
        if files:
            self._take(lambda: Picture.uploaded(files[0]))
            self.upload.value = ()  # or the bytes stay in the state of the widget, and get into the notebook

    def _empty(self) -> None:
        self._panel.picture = None

    def _take(self, read: Callable[[], Picture]) -> None:
        try:
            self._panel.picture = read()
        except InvalidInput as error:
            self._panel.note(error)

    def _show(self) -> None:
        """Show the picture, and what is wrong with one no longer."""
        self._panel.note()
        picture: Picture | None = self._panel.picture
        self.remove.layout.display = None if picture is not None else "none"
        self.path.value = str(picture.source) if picture and isinstance(picture.source, str | Path) else ""
        view.draw(self._pane, *([picture.drawn(self._purpose)] if picture is not None else []))
