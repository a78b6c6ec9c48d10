"""What goes with a message: pictures, sound, films and files, named by path or uploaded from the browser."""

from __future__ import annotations

import io
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import HasTraits, Tuple

from venice_nb.errors import InvalidInput
from venice_nb.media.sniff import HEAD, sniff
from venice_nb.render import html, text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.results.films.video import Video
    from venice_nb.results.pictures.image import Image
    from venice_nb.results.sound.audio import Audio

# The argument of a chat for each kind of media; files for all others.
KINDS = {"image": "images", "audio": "audio", "video": "video"}
LARGEST = 10_000_000  # bytes; a browser fails silently to upload more (ipywidgets issue 2522)


@dataclass(frozen=True)
class Attachment:
    """One of them. `data` is None for a path or an address, which is read when it is sent."""

    name: str
    argument: str  # images, audio, video or files
    data: bytes | None = None

    @classmethod
    def named(cls, path: str) -> Attachment:
        """A file of the kernel's machine, or an address. Raises InvalidInput for a file that is not there."""
        mime = mimetypes.guess_type(path)[0] or ""
        if path.startswith(("http://", "https://")):
            return cls(path, _argument(mime or "image"))
        try:
            with Path(path).expanduser().open("rb") as file:
                mime = sniff(file.read(HEAD)) or mime
        except OSError as error:
            raise InvalidInput(
                f"{text.short(path, 120)} cannot be read: {error.strerror}",
                field="path",
                value=text.short(path, 200),
                do=f"the kernel works in {Path.cwd().name}/; check the path, or upload the file",
            ) from None
        return cls(str(Path(path).expanduser()), _argument(mime, path))

    @classmethod
    def uploaded(cls, item: Any) -> Attachment:
        """A file that the browser has sent."""
        data = bytes(item["content"])
        name = Path(str(item["name"])).name
        return cls(name, _argument(sniff(data) or str(item["type"]), name), data)

    @classmethod
    def made(cls, media: Any) -> Attachment:
        """One of our pictures, sounds or films."""
        return cls(media.name, _argument(media.mime, media.name), bytes(media))

    def given(self) -> Any:
        """The argument itself, anew each time: a path, or an open file."""
        if self.data is None:
            return self.name
        file = io.BytesIO(self.data)
        file.name = self.name
        return file

    def told(self) -> str:
        """Name, kind and size."""
        size = f", {text.bytes_(len(self.data))}" if self.data is not None else ""
        return (
            f"{text.short(Path(self.name).name or self.name, 60)} ({self.argument.removesuffix('s')}{size})"
        )


def _argument(mime: str, name: str = "") -> str:
    if mime == "video/mp4" and name.lower().endswith(".m4a"):
        return "audio"  # the container is the same
    return KINDS.get(mime.partition("/")[0], "files")


def arguments(items: Sequence[Attachment]) -> dict[str, list[Any]]:
    """The attachments as arguments of a chat."""
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(item.argument, []).append(item.given())
    return found


class Attachments(HasTraits):
    """`items` are what goes with the next message. `note` is that of the panel."""

    items = Tuple()

    def __init__(self, note: Callable[..., None]) -> None:
        super().__init__()
        self._note = note
        tip = "A file on the machine of the kernel, or an address that begins with https://"
        self.path = view.line("Path or address", tip, placeholder="cat.jpg")
        self.attach = view.button("Attach", "Attach the file that is named", self.add_path)
        size = f"Pictures, sound, films or files from your machine, up to {LARGEST // 10**6} MB each"
        self.upload = view.upload("Upload", size)
        self.clear = view.button("Remove all", "Nothing goes with the message", self.empty)
        self._list = view.pane()
        self.view = view.column(view.row(self.path, self.attach, self.upload, self.clear), self._list)
        self.upload.observe(lambda change: self._uploaded(change.new), "value")
        self.observe(lambda _: self._changed(), "items")
        self._draw()

    def add(self, media: str | os.PathLike[str] | Image | Audio | Video) -> None:
        """Attach a file, what is at an address, or something that was made.

        Raises InvalidInput for a file that is not there.
        """
        if isinstance(media, (str, os.PathLike)):
            item = Attachment.named(os.fspath(media))
        else:
            item = Attachment.made(media)
        self.items = (*self.items, item)

    def add_path(self) -> None:
        """Attach what the path names."""
        path = self.path.value.strip()
        if not path:
            self._note(said="Write a path or an address first.")
            return
        try:
            self.add(path)
        except InvalidInput as error:
            self._note(error)
        else:
            self.path.value = ""

    def empty(self) -> None:
        """Attach nothing."""
        self.items = ()

    def _uploaded(self, files: Sequence[Any]) -> None:
        if files:
            self.items = (*self.items, *map(Attachment.uploaded, files))
            self.upload.value = ()  # or the bytes stay in the state of the widget, and get into the notebook

    def _changed(self) -> None:
        """What was wrong with a file is wrong no longer."""
        self._note()
        self._draw()

    def _draw(self) -> None:
        names = [item.told() for item in self.items]
        shown = f"Goes with the next message: {'; '.join(names)}" if names else "Nothing is attached."
        view.draw(self._list, html.tag("p", shown, class_="vn-line"))
