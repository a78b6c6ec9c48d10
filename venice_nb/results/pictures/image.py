"""A picture that shows itself: its bytes as they came, and where they came from.

API reference: `POST /image/generate`, `/image/upscale`, `/image/edit`.
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from venice_nb.errors import InvalidInput, plain
from venice_nb.media.sniff import HEAD, sniff
from venice_nb.media.thumbnails import REWRITTEN, rewritten
from venice_nb.render.live import Bundle, Displayed
from venice_nb.render.text import short
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    import os
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pillow

_SUFFIXES = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/avif": (".avif",),
    "image/heic": (".heic",),
}


class ImageActions(Protocol):
    """What a client does with a picture it gave out; results are awaitable where the client is."""

    def upscale(self, image: Image, scale: float, **options: Any) -> Any:
        """A larger copy."""

    def edit(self, image: Image, prompt: str, **options: Any) -> Any:
        """A copy changed as the prompt says."""

    def remove_background(self, image: Image, **options: Any) -> Any:
        """A copy with a transparent background."""

    def animate(self, image: Image, prompt: str, **options: Any) -> Any:
        """A video job that starts from the picture."""


@dataclass(frozen=True, repr=False, eq=False)
class Image(Displayed):
    """A picture. In a notebook it shows a small copy; `data` has the original.

    Two pictures are equal when their bytes are. `np.asarray(image)` gives uint8 of height x width x 3, or x 4
    where there is transparency.

    Attributes:
        data: the bytes as they came.
        mime: what the bytes are, by their content.
        prompt: what was asked for.
        model: the model that made it.
        seed: makes the same picture again, or None.
        cost: US dollars, and whether they were charged or priced from the catalogue.
        headers: the response headers.
        enhanced_prompt: the prompt as the server rewrote it, or None.
        blurred: safe mode blurred the picture.
        alt: what is to be seen, for those who cannot see it; the prompt unless given.
        elapsed: seconds the request took.
        path: the file that holds the original, or None.
        raw: what the server sent besides the picture.
        actions: the client behind `.upscale()` and the like.

    """

    data: bytes
    mime: str = ""
    _: KW_ONLY
    prompt: str = ""
    model: str = ""
    seed: int | None = None
    cost: Cost = field(default_factory=Cost)
    headers: Headers = field(default_factory=Headers)
    enhanced_prompt: str | None = None
    blurred: bool = False
    alt: str = ""
    elapsed: float = 0.0
    path: Path | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    actions: ImageActions | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", bytes(self.data))  # no copy of what is bytes already
        object.__setattr__(self, "mime", sniff(self.data) or self.mime)

    @classmethod
    def kept(cls, path: str | os.PathLike[str], mime: str = "", **about: Any) -> Self:
        """A picture whose bytes stay in the file and are read anew each time they are needed.

        For many pictures at once. `about` are the other fields; nothing is decoded now.
        """
        path = Path(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
        image = cls(head, mime, path=path, **about)
        del image.__dict__["data"]  # from now on __getattr__ reads it
        return image

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """The picture in a file, checked: PNG, JPEG, WebP, HEIC or AVIF. Raises InvalidInput otherwise."""
        from venice_nb.media.loading import load  # noqa: PLC0415  only when a file is opened

        media = load(Path(path), "image", "path")
        return cls(media.data or b"", media.mime, alt=media.name, path=Path(path))

    if not TYPE_CHECKING:  # or every attribute would exist for the type checker

        def __getattr__(self, name: str) -> Any:
            path = self.__dict__.get("path")
            if name != "data" or path is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            try:
                return path.read_bytes()
            except OSError as error:
                raise InvalidInput(
                    f"the picture cannot be read from {plain(path.name, 120)}: {plain(error.strerror, 80)}",
                    field="path",
                    value=plain(path, 300),
                    do="put the file back; its bytes were never in memory",
                ) from error

    # --- what it is ---------------------------------------------------------------------------

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; (0, 0) when the bytes do not tell."""
        found: tuple[int, int] | None = self.__dict__.get("_size")
        if found is None:
            from venice_nb.media.thumbnails import PictureError, dimensions  # noqa: PLC0415  loads Pillow

            try:
                found = dimensions(self.data)
            except (PictureError, InvalidInput):
                found = (0, 0)
            self.__dict__["_size"] = found
        return found

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.size[1]

    @property
    def format(self) -> str:
        """PNG, JPEG, WEBP, ... or the MIME type of something else."""
        return self.mime.removeprefix("image/").upper() if self.mime in _SUFFIXES else self.mime

    @property
    def sha(self) -> str:
        """SHA-256 of the bytes in hex: the same picture, the same value."""
        found: str | None = self.__dict__.get("_sha")
        if found is None:
            found = self.__dict__["_sha"] = sha256(self.data).hexdigest()
        return found

    @property
    def name(self) -> str:
        """A file name for it: from the file it is kept in, else from prompt and seed."""
        return self.path.name if self.path is not None else self.name_to_save

    @property
    def pil(self) -> Pillow:
        """A new PIL image, decoded whole and upright. Raises ValueError when the bytes cannot be decoded."""
        from venice_nb.media.thumbnails import decode  # noqa: PLC0415  loads Pillow

        return decode(self.data)

    def thumbnail(self, side: int = 512, *, most: int | None = None) -> bytes:
        """A small WebP copy, at most `side` pixels a side and about `most` bytes; the same each time.

        Raises ValueError when the bytes cannot be decoded.
        """
        made = self.__dict__.setdefault("_thumbnails", {})
        if (side, most) not in made:
            from venice_nb.media.thumbnails import thumbnail  # noqa: PLC0415  loads Pillow

            made[side, most] = thumbnail(self.data, side, most=most)
        copy: bytes = made[side, most]
        return copy

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("a picture is decoded into a new array: it cannot be had without a copy")
        import numpy as np  # noqa: PLC0415  loads with the first array

        image = self.pil
        clear = image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info
        array: NDArray[np.uint8] = np.array(image.convert("RGBA" if clear else "RGB"))
        return array if dtype is None else array.astype(dtype)

    def __bytes__(self) -> bytes:
        return self.data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Image):
            return NotImplemented
        return self is other or self.sha == other.sha

    def __hash__(self) -> int:
        return hash(self.sha)

    def __getstate__(self) -> dict[str, Any]:
        # with its bytes, which may be in a file the reader does not have; without the client, which has a key
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        return state | {"actions": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def to_dict(self) -> dict[str, Any]:
        """What is known of the picture, without its bytes."""
        return {
            "prompt": self.prompt,
            "enhanced_prompt": self.enhanced_prompt,
            "model": self.model,
            "seed": self.seed,
            "width": self.width,
            "height": self.height,
            "mime": self.mime,
            "sha256": self.sha,
            "blurred": self.blurred,
            "cost": self.cost.to_dict(),
            "path": None if self.path is None else str(self.path),
            "request_id": self.request_id,
        }

    # --- what can be done with it -------------------------------------------------------------

    def upscale(self, scale: float = 2, **options: Any) -> Any:
        """A larger copy, by the client that made the picture: see `v.images.upscale`."""
        return self._client("v.images.upscale(image)").upscale(self, scale, **options)

    def edit(self, prompt: str, **options: Any) -> Any:
        """A copy changed as the prompt says, by the client that made it: see `v.images.edit`."""
        return self._client("v.images.edit(image, prompt)").edit(self, prompt, **options)

    def remove_background(self, **options: Any) -> Any:
        """A copy with a transparent background: see `v.images.remove_background`."""
        return self._client("v.images.remove_background(image)").remove_background(self, **options)

    def animate(self, prompt: str = "", **options: Any) -> Any:
        """A video job that starts from the picture: see `v.video.submit`."""
        return self._client("v.video.submit(prompt, image=image)").animate(self, prompt, **options)

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the original bytes, or the picture anew where the suffix of `path` names another format.

        `.png`, `.jpg` and `.webp` can be asked for; JPEG has no transparency, so white shows there. Without a
        path the name is made from prompt and content. A file that holds this very picture already is left as
        it is; another one is never replaced unasked.
        """
        suffixes = _SUFFIXES.get(self.mime, (".bin",))
        default = self.name_to_save
        wanted, data = (Path(path).suffix.lower() if path is not None else ""), self.data
        if wanted in REWRITTEN and wanted not in suffixes:
            suffixes = (wanted,)
            saving.checked(path, default=default, suffixes=suffixes)
            data = rewritten(self.data, REWRITTEN[wanted])
        target = saving.checked(path, default=default, suffixes=suffixes)
        if holds(target, data):
            return target
        return saving.write(path, data, default=default, suffixes=suffixes, overwrite=overwrite)

    def show(self, *, full: bool = True) -> None:
        """Draws it now: the original at full size, or with `full=False` the small copy.

        The whole original goes into the notebook's file then.
        """
        from venice_nb.results.pictures.image_view import show  # noqa: PLC0415  it draws

        show(self, full=full)

    def _client(self, verb: str) -> ImageActions:
        if self.actions is None:
            raise InvalidInput(
                "this picture did not come from a client",
                field="image",
                value=repr(self),
                do=f"ask a client: {verb}",
            )
        return self.actions

    @property
    def name_to_save(self) -> str:
        """The file name `save` gives it: prompt, seed, content."""
        suffix = _SUFFIXES.get(self.mime, (".bin",))[0]
        seed = "" if self.seed is None else f"-{self.seed}"
        return f"{slug(self.prompt) or 'image'}{seed}-{self.sha[:8]}{suffix}"

    def __repr__(self) -> str:
        width, height = self.size
        what = f"{width} x {height} {self.format}" if width else short(self.format, 60) or "unreadable"
        about = [f'"{short(self.prompt, 50)}"' if self.prompt else "", short(self.model, 60)]
        seed = "" if self.seed is None else f"seed {self.seed}"
        return f"<Image {', '.join(filter(None, (what, *about, seed)))}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.pictures.image_view import bundle  # noqa: PLC0415  it draws

        return bundle(self)


def slug(prompt: str) -> str:
    """The first words of a prompt as a file name: letters, digits and hyphens, at most 40 characters."""
    words = re.findall(r"[a-z0-9]+", prompt[:400].lower())
    name = ""
    for word in words:
        if len(name) + 1 + len(word) > 40:
            break
        name = f"{name}-{word}" if name else word
    return name or "".join(words)[:40]


def holds(path: Path, data: bytes) -> bool:
    """Whether the file holds exactly these bytes already, so that running a cell again changes nothing."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size != len(data):
            return False
        return path.read_bytes() == data
    except OSError:
        return False
