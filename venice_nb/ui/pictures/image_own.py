"""A picture of the reader's own, named by its path or uploaded, to be worked on like one that was drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.ui.parts import view
from venice_nb.ui.parts.attachments import LARGEST, Attachment
from venice_nb.ui.parts.code import call, uploaded
from venice_nb.ui.pictures.image_shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.ui.pictures.image_panel import ImagePanel


class Own:
    """Opens pictures in its panel."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self._path = view.line("Path", "A picture on the machine of the kernel", placeholder="cat.jpg")
        opens = view.button("Open", "Work on this picture", panel.settled(self._open))
        tip = f"A picture from your machine, up to {LARGEST // 10**6} MB"
        self._upload = view.upload("Upload", tip, "image/*", multiple=False)
        self._upload.observe(lambda change: self._uploaded(change.new), "value")
        self.section = view.Section(
            "Your own picture", "Work on a picture from a file", [view.row(self._path, opens, self._upload)]
        )

    def _open(self) -> None:
        path = self._path.value.strip()
        if path:
            self._panel.open(path)
        else:
            self._panel.status = "Write a path first."

    def _uploaded(self, files: Sequence[Any]) -> None:
        if files:
            found = Attachment.uploaded(files[0])
            self._upload.value = ()  # or the bytes stay in the state of the widget, and get into the notebook
            self._panel.bring(found.name, partial(_read, found), uploaded(found.name))


def shelf_of(image: Image, name: str, note: str = "") -> Shelf:
    """A gallery of a picture that was made elsewhere; the `note` stands before its code."""
    label = text.short(name, 40)
    made = f"vn.Gallery({call('vn.Image.open', name)})"
    return Shelf(Gallery((image,)), made, labels=[label], note=note)


def _read(found: Attachment) -> Image:
    """The picture that was uploaded, checked as one that is opened."""
    from venice_nb.media.loading import load  # noqa: PLC0415  only when a file is uploaded

    media = load(found.given(), "image", "upload")
    return Image(media.data or b"", media.mime, alt=found.name)
