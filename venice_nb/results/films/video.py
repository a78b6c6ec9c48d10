"""A film on disk that shows itself: a player, a poster frame, and where it came from.

API reference: `POST /video/queue`, `/video/retrieve`.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain
from venice_nb.render.live import Bundle, Displayed
from venice_nb.render.text import seconds, short
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.pictures.image import Image, holds, slug

if TYPE_CHECKING:
    import os

    from venice_nb.media.film import Film

_SUFFIXES = {
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
}
_UNKNOWN = (".mp4",)


@dataclass(frozen=True, repr=False, eq=False)
class Video(Displayed):
    """A film in a file. In a notebook it plays from there; the notebook itself keeps only a poster frame.

    Attributes:
        path: the file.
        prompt: what was asked for.
        model: the model that made it.
        cost: US dollars, and whether they were charged or quoted.
        job: the id of the job that made it.
        headers: the response headers.
        raw: what the server sent besides the film.

    """

    path: Path
    _: KW_ONLY
    prompt: str = ""
    model: str = ""
    cost: Cost = field(default_factory=Cost)
    job: str = ""
    headers: Headers = field(default_factory=Headers)
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))

    @property
    def film(self) -> Film:
        """What the file's header says. Raises ValueError when it is no film."""
        found: Film | None = self.__dict__.get("_film")
        if found is None:
            from venice_nb.media.film import probe  # noqa: PLC0415  with the first film

            found = self.__dict__["_film"] = probe(self.path)
        return found

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.film.width

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.film.height

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.film.duration

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return self.film.fps

    @property
    def codec(self) -> str:
        """How the pictures are coded: h264, ..."""
        return self.film.codec

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track."""
        return self.film.has_audio

    @property
    def mime(self) -> str:
        """What the file is, by its content; empty when it cannot be read."""
        from venice_nb.media.sniff import HEAD, sniff  # noqa: PLC0415  only when asked

        try:
            with self.path.open("rb") as file:
                return sniff(file.read(HEAD))
        except (OSError, ValueError):
            return ""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @property
    def data(self) -> bytes:
        """The whole file."""
        try:
            return self.path.read_bytes()
        except (OSError, ValueError) as error:
            why = plain(getattr(error, "strerror", None) or error, 80)
            raise InvalidInput(
                f"the film cannot be read from {plain(self.path.name, 120)}: {why}",
                field="path",
                value=plain(self.path, 300),
                do="put the file back where it was",
            ) from error

    def __bytes__(self) -> bytes:
        return self.data

    def frame(self, at: float = 0.0) -> Image:
        """The picture shown at that second; the first or the last one before or after the film."""
        from venice_nb.media.film import frame  # noqa: PLC0415  with the first film

        alt = f"frame at {seconds(at)} of {self.prompt or self.name}"
        return Image(frame(self.path, at), "image/png", model=self.model, headers=self.headers, alt=alt)

    @property
    def poster(self) -> Image:
        """The picture that stands for the film: its first frame."""
        found: Image | None = self.__dict__.get("_poster")
        if found is None:
            made = self.frame()
            found = self.__dict__["_poster"] = replace(
                made, prompt=self.prompt, alt=self.prompt or f"video {self.name}"
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        """What is known of the film, without its bytes."""
        film = self.film
        return {
            "prompt": self.prompt,
            "model": self.model,
            "width": film.width,
            "height": film.height,
            "duration": film.duration,
            "fps": film.fps,
            "codec": film.codec,
            "has_audio": film.has_audio,
            "job": self.job,
            "cost": self.cost.to_dict(),
            "path": str(self.path),
            "request_id": self.request_id,
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes a copy of the file and gives its path. Never replaces another file unasked."""
        content = self.data
        suffixes = _SUFFIXES.get(self.mime, _UNKNOWN)
        name = slug(self.prompt)
        default = f"{name}{suffixes[0]}" if name else saving.named("video", self.name) + suffixes[0]
        target = saving.checked(path, default=default, suffixes=suffixes)
        if holds(target, content):
            return target
        return saving.write(path, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def show(self, *, embed: bool = False) -> None:
        """Draws it now; with `embed=True` the whole film goes into the notebook's file, up to 20 MB."""
        from venice_nb.results.films.video_view import show  # noqa: PLC0415  it draws

        show(self, embed=embed)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        try:
            film = self.film
            what = f"{film.width} x {film.height}, {seconds(film.duration)}"
        except ValueError:
            what = "unreadable"
        about = [what, f'"{short(self.prompt, 50)}"' if self.prompt else "", short(self.model, 60)]
        return f"<Video {short(self.name, 80)}: {', '.join(filter(None, about))}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.films.video_view import bundle  # noqa: PLC0415  it draws

        return bundle(self)
