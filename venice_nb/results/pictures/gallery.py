"""Several pictures that belong together: variants of one prompt, or one picture per prompt of a column."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from venice_nb.errors import InvalidInput, plain
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.pictures.image import Image, holds

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import pandas as pd


@dataclass(frozen=True)
class Failed:
    """A picture that could not be made: why, what was asked for, and which of the pictures it would be.

    `position` counts from 0 among all that were asked for; None puts it at the end. `label` is its row's.
    """

    error: Exception
    prompt: str = ""
    position: int | None = None
    label: Any = None


@dataclass(frozen=True, repr=False, eq=False)
class Gallery(Displayed):
    """Pictures in a grid, counted from 0 like a list; a slice is a gallery again.

    `Gallery(pictures)` makes one of pictures from a loop; galleries among them give all that they hold.

    Attributes:
        images: the pictures.
        errors: those that could not be made. They are shown in their places, and are not in the sequence.
        index: one label per picture, as the rows of a frame have them; empty when they have none.
        headers: the headers of the (last) answer.
        elapsed: seconds, of all requests together.
        raw: what the server sent besides the pictures.

    """

    images: tuple[Image, ...] = ()
    _: KW_ONLY
    errors: tuple[Failed, ...] = ()
    index: tuple[Any, ...] = ()
    headers: Headers = field(default_factory=Headers)
    elapsed: float = 0.0
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: Any = self.images  # what the fields are made of is the user's choice
        given = (given,) if isinstance(given, Image | Gallery) else tuple(given)
        object.__setattr__(self, "images", given)
        object.__setattr__(self, "errors", tuple(self.errors))
        object.__setattr__(self, "index", tuple(self.index))
        if not all(isinstance(one, Image) for one in given):
            joined = sum((_single(one) for one in given), Gallery())
            object.__setattr__(self, "images", joined.images)
            object.__setattr__(self, "errors", joined.errors + self.errors)
            object.__setattr__(self, "index", self.index or joined.index)
            object.__setattr__(self, "elapsed", self.elapsed or joined.elapsed)
        if self.index and len(self.index) != len(self.images):
            raise ValueError(f"{len(self.index)} labels for {len(self.images)} pictures")

    @overload
    def __getitem__(self, key: int) -> Image: ...
    @overload
    def __getitem__(self, key: slice) -> Gallery: ...
    def __getitem__(self, key: int | slice) -> Image | Gallery:
        if isinstance(key, slice):
            return Gallery(self.images[key], index=self.index[key], headers=self.headers, raw=self.raw)
        return self.images[key]

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[Image]:
        return iter(self.images)

    def __bool__(self) -> bool:
        return bool(self.images)

    def __add__(self, other: object) -> Gallery:
        if not isinstance(other, Gallery):
            return NotImplemented
        size = len(self.images) + len(self.errors)
        moved = tuple(
            Failed(one.error, one.prompt, None if one.position is None else one.position + size, one.label)
            for one in other.errors
        )
        labelled = (self.index or not self) and (other.index or not other)
        return Gallery(
            self.images + other.images,
            errors=self.errors + moved,
            index=self.index + other.index if labelled else (),
            headers=other.headers,
            elapsed=self.elapsed + other.elapsed,
            raw=other.raw,
        )

    def __eq__(self, other: object) -> bool:
        return self.images == other.images if isinstance(other, Gallery) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.images)

    @property
    def cost(self) -> Cost:
        """What all of them cost together."""
        return sum((image.cost for image in self.images[1:]), self.images[0].cost) if self.images else Cost()

    @property
    def prompt(self) -> str:
        """The prompt, when all of them have the same; else empty."""
        return self.images[0].prompt if len({image.prompt for image in self.images}) == 1 else ""

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def slots(self) -> list[Image | Failed]:
        """Pictures and failures in the order they were asked for."""
        placed: dict[int, Failed] = {}
        last: list[Failed] = []
        for one in self.errors:
            if one.position is None or one.position in placed or one.position < 0:
                last.append(one)
            else:
                placed[one.position] = one
        rest = iter(self.images)
        found: list[Image | Failed] = []
        for position in range(len(self.images) + len(placed)):
            failed = placed.pop(position, None)
            found.extend([failed] if failed else islice(rest, 1))
        return [*found, *rest, *(placed[position] for position in sorted(placed)), *last]

    def to_frame(self) -> pd.DataFrame:
        """One row per picture asked for: the picture, prompt, model, seed, size, cost in dollars, error."""
        import numpy as np  # noqa: PLC0415  likewise
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        slots = self.slots()
        labels = iter(self.index)
        failed = any(one.label is not None for one in self.errors)
        names: list[Any] = []
        for position, one in enumerate(slots):
            if isinstance(one, Failed):
                names.append(one.label if self.index or failed else position)
            else:
                names.append(next(labels, position))
        pictures = [one if isinstance(one, Image) else None for one in slots]
        rows = {
            "prompt": [one.prompt for one in slots],
            "model": [one.model if one else None for one in pictures],
            "seed": pd.array([one.seed if one else None for one in pictures], dtype="Int64"),
            "width": pd.array([one.width if one else None for one in pictures], dtype="Int64"),
            "height": pd.array([one.height if one else None for one in pictures], dtype="Int64"),
            "format": [one.format if one else None for one in pictures],
            "bytes": pd.array([len(one.data) if one else None for one in pictures], dtype="Int64"),
            "cost": [float(one.cost) if one else float("nan") for one in pictures],
            "blurred": [one.blurred if one else None for one in pictures],
            "path": [str(one.path) if one and one.path else None for one in pictures],
        }
        frame = pd.DataFrame(rows, index=pd.Index(names))
        # a picture is an array to NumPy: put in one by one, or pandas would take the pixels
        column = np.empty(len(slots), dtype=object)
        for position, picture in enumerate(pictures):
            column[position] = picture
        frame.insert(0, "image", column)
        errors = [plain(one.error) if isinstance(one, Failed) else None for one in slots]
        # as a column of text, None would turn into NaN
        frame["error"] = pd.Series(errors, index=frame.index, dtype=object)
        return frame

    def to_dict(self) -> list[dict[str, Any]]:
        """What is known of each picture, without its bytes."""
        return [image.to_dict() for image in self.images]

    def save(self, folder: str | os.PathLike[str] = "images") -> list[Path]:
        """Writes every original into the folder, which is made, and gives the paths in order.

        Names are made from prompt, seed and content; nothing is ever replaced, and a picture that is there
        already is not written again.
        """
        given = folder if isinstance(folder, str) else Path(folder)
        for image in self.images:  # all names are judged before anything is written
            saving.checked(_in(given, image), default="", suffixes=(Path(image.name_to_save).suffix,))
        place = Path(folder).expanduser()
        if place.exists() and not place.is_dir():
            raise InvalidInput(
                f"{plain(place.name, 120)} is a file, not a folder",
                field="folder",
                value=plain(place, 300),
                do="name a folder for the pictures",
            )
        place.mkdir(parents=True, exist_ok=True)
        paths: list[Path] = []
        for image in self.images:
            target = place / image.name_to_save
            number = 2
            while (target.exists() or target.is_symlink()) and not holds(target, image.data):
                target = target.with_name(f"{target.stem}-{number}{target.suffix}")
                number += 1
            paths.append(image.save(target))
        return paths

    def __repr__(self) -> str:
        from venice_nb.results.pictures.gallery_view import line  # noqa: PLC0415  it draws

        return f"<Gallery of {line(self)}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.pictures.gallery_view import bundle  # noqa: PLC0415  it draws

        return bundle(self)


def _single(one: Any) -> Gallery:
    """A picture, or a gallery, as a gallery."""
    if isinstance(one, Gallery):
        return one
    if isinstance(one, Image):
        return Gallery((one,))
    raise InvalidInput(
        f"a gallery holds pictures, not {type(one).__name__}",
        field="images",
        value=plain(one, 80),
        allowed="results of v.images, and vn.Image.open(path)",
        do="pass the pictures themselves: vn.Gallery([picture, ...])",
    )


def _in(folder: str | Path, image: Image) -> str | Path:
    """A picture's path in the folder; text stays text, since text may not leave the working folder."""
    path = Path(folder, image.name_to_save)
    return str(path) if isinstance(folder, str) else path
