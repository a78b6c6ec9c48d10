"""Pictures side by side at the same height, with what measures say of their difference."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.media.loading import load
from venice_nb.media.thumbnails import PictureError
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.pictures import image_view
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

_TALL = 320  # pixels each picture is high
_WIDE = 640  # and at most wide
_SAVED, _LONGEST, _GAP = 1024, 16_000, 16  # pixels of a saved row: how high, how long, and between two
_TOTAL = 200_000  # bytes of all copies together
_ROW = 4  # pictures in a row at most, so that each is wide enough to be judged
_ROW_OF_WIDE = 3
_BROAD = 1.3  # width / height from which on pictures count as wide


def compare(*pictures: Any) -> Comparison:
    """Two or more pictures side by side, each measured against the first.

    Args:
        *pictures: results, paths, bytes, PIL images or arrays; a gallery or a list stands for all that are in
            it.

    Raises InvalidInput for fewer than two, and for what is no picture.

    """
    given = [
        one for each in pictures for one in (each if isinstance(each, Gallery | list | tuple) else [each])
    ]
    if len(given) < 2:
        raise InvalidInput(
            f"There {'is one picture' if given else 'are no pictures'} to compare.",
            field="pictures",
            value=len(given),
            allowed="two pictures or more",
            do="Pass another one: vn.compare(a, b).",
        )
    return Comparison(tuple(_picture(one, position) for position, one in enumerate(given)))


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a picture is from the first one.

    `psnr` is in decibels (infinite when nothing differs), `mean` the mean difference of a channel from 0 to
    255. `size` is the size at which they were compared, the smaller one's; None when their shapes differ.
    """

    size: tuple[int, int] | None
    psnr: float = math.nan
    mean: float = math.nan


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Displayed):
    """Pictures side by side; `differences` has one entry per picture after the first."""

    images: tuple[Image, ...]

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Each picture measured against the first."""
        first, *others = self.images
        return tuple(_difference(first, one) for one in others)

    @cached_property
    def picture(self) -> Image:
        """All of them in one PNG, side by side at the height of the tallest, at most 1024 pixels.

        Raises ValueError when one of them cannot be decoded.
        """
        return Image(_sheet(self.images), alt=f"{len(self.images)} pictures side by side")

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes `picture` as `.png`, `.jpg` or `.webp`. Never replaces a file unasked."""
        name = f"comparison-{self.picture.sha[:8]}.png"
        return self.picture.save(path if path is not None else name, overwrite=overwrite)

    def to_dict(self) -> list[dict[str, Any]]:
        """One dict per picture after the first: sizes, psnr, mean difference."""
        return [
            {"picture": position, "width": one.width, "height": one.height, "psnr": d.psnr, "mean": d.mean}
            for position, (one, d) in enumerate(zip(self.images[1:], self.differences, strict=True), 1)
        ]

    def to_frame(self) -> pd.DataFrame:
        """One row per picture after the first: sizes, psnr, mean difference."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(self.to_dict())

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.images)} pictures>"

    def _mimebundle(self) -> Bundle:
        most = _TOTAL // len(self.images)
        measured = [_told(position, one) for position, one in enumerate(self.differences, 1)]
        figures = [_figure(one, position, most) for position, one in enumerate(self.images)]
        lines = [f"[{position}] {' · '.join(_facts(one))}" for position, one in enumerate(self.images)]
        body = html.page(
            (html.tag("div", row, class_="vn-row") for row in _rows(figures, [*map(_shape, self.images)])),
            (html.tag("p", one, class_="vn-line") for one in measured),
        )
        head = f"Comparison of {len(self.images)} pictures"
        return {"text/plain": "\n  ".join([head, *lines, *measured]), "text/html": body}


def _picture(source: Any, position: int) -> Image:
    if isinstance(source, Image):
        return source
    if not isinstance(source, str | bytes) and hasattr(source, "poster"):
        return _picture(source.poster, position)
    media = load(source, "image", f"picture {position}")
    if media.data is None:
        raise InvalidInput(
            f"picture {position} is an address; only pictures that are here can be compared",
            field=f"picture {position}",
            value=media.url,
            allowed="a path, bytes, a PIL image, an array or a result",
            do="download it first and pass the path",
        )
    return Image(
        media.data, media.mime, alt=_name(source, media.name) or f"picture {position}{_kind(source)}"
    )


def _name(source: Any, name: str) -> str:
    """A file's name; empty for what has none of its own."""
    if isinstance(source, str):
        return "" if source[:5].lower() == "data:" else name
    return name if hasattr(source, "__fspath__") or hasattr(source, "read") else ""


def _kind(source: Any) -> str:
    """What a picture without a name was given as."""
    if isinstance(source, str | bytes | bytearray | memoryview):
        return " (bytes)"
    room = type(source).__module__.partition(".")[0]
    return {"PIL": " (PIL image)", "numpy": " (array)"}.get(room, "")


def _rows(figures: list[html.Html], shapes: list[float]) -> list[list[html.Html]]:
    """The figures in rows of about the same length, as they are all drawn equally high."""
    most = _ROW_OF_WIDE if sum(shapes) > _BROAD * len(shapes) else _ROW
    long = math.ceil(len(figures) / math.ceil(len(figures) / most))
    rows = [figures[start : start + long] for start in range(0, len(figures), long)]
    missing = sum(shapes[:long]) - sum(shapes[-len(rows[-1]) :])
    if len(rows) > 1 and missing > 0:  # the last ones would be drawn larger than those above
        rows[-1].append(html.tag("div", style=f"flex:{missing:.3f} 1 0"))
    return rows


def _difference(first: Image, other: Image) -> Difference:
    import numpy as np  # noqa: PLC0415  loads with the first measure
    from PIL import Image as Pillow  # noqa: PLC0415  likewise

    try:
        one, two = first.pil.convert("RGB"), other.pil.convert("RGB")
    except PictureError:
        return Difference(None)
    # an upscaled picture has the other's shape up to a pixel of rounding
    if abs(one.width * two.height - two.width * one.height) > max(one.width, two.width):
        return Difference(None)
    size = min(one.size, two.size)
    a, b = (
        np.asarray(
            image if image.size == size else image.resize(size, Pillow.Resampling.BOX), dtype=np.float32
        )
        for image in (one, two)
    )
    error = float(np.mean((a - b) ** 2, dtype=np.float64))
    psnr = math.inf if error == 0 else 10 * math.log10(255**2 / error)
    return Difference(size, psnr, float(np.mean(np.abs(a - b), dtype=np.float64)))


def _sheet(images: tuple[Image, ...]) -> bytes:
    """The pictures in a row, scaled to one height, on a clear ground."""
    from PIL import Image as Pillow  # noqa: PLC0415  loads with the first one that is saved

    pictures = [one.pil.convert("RGBA") for one in images]
    shapes = sum(one.width / one.height for one in pictures)
    tall = max(min(max(one.height for one in pictures), _SAVED, int(_LONGEST / shapes)), 1)
    row = [one.resize((max(round(one.width * tall / one.height), 1), tall)) for one in pictures]
    sheet = Pillow.new("RGBA", (sum(one.width for one in row) + _GAP * (len(row) - 1), tall), (0, 0, 0, 0))
    left = 0
    for one in row:
        sheet.paste(one, (left, 0))
        left += one.width + _GAP
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _told(position: int, difference: Difference) -> str:
    if difference.size is None:
        return f"[{position}] has another shape than [0]: not measured"
    if difference.psnr == math.inf:
        what = "the same pixels"
    else:
        what = f"PSNR {difference.psnr:.1f} dB, mean difference {difference.mean:.2f} of 255"
    width, height = difference.size
    return f"[{position}] against [0]: {what}, at {width} x {height}"


def _facts(image: Image) -> list[str]:
    named = text.short(image.prompt or image.alt, 60)
    return [*([named] if named else []), *image_view.facts(image), text.bytes_(len(image.data))]


def _shape(image: Image) -> float:
    width, height = image.size
    return min(max(width / height, 0.2), 5.0) if height else 1.0


def _figure(image: Image, position: int, most: int) -> html.Html:
    shape = _shape(image)
    side = min(round(_TALL * max(shape, 1)), _WIDE)
    content = image_view.picture(image, side=side, most=most)
    caption = html.join(
        html.tag("div", html.tag("strong", f"[{position}]"), " ", text.short(image.prompt or image.alt, 80)),
        html.tag("div", " · ".join([*image_view.facts(image), text.bytes_(len(image.data))])),
    )
    return html.tag(
        "figure", content, html.tag("figcaption", caption), class_="vn-figure", style=f"flex:{shape:.3f} 1 0"
    )
