# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""A picture measured: size, colours by name, light, contrast, the main thing, the horizon."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from .documents import decode_data_url

MAX_PIXELS = 40_000_000  # a picture may unpack to far more memory than its file; 40 MP is a large photo


_SIDE = 96  # pixels of the longer side that is looked at


COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (15, 15, 15), "dark grey": (70, 70, 70), "grey": (128, 128, 128), "light grey": (200, 200, 200),
    "white": (250, 250, 250), "red": (215, 35, 35), "dark red": (120, 15, 20), "orange": (240, 140, 35),
    "brown": (125, 75, 40), "beige": (225, 205, 170), "yellow": (245, 220, 50), "gold": (205, 165, 50),
    "olive": (120, 120, 40), "lime green": (140, 220, 50), "green": (40, 150, 60), "dark green": (15, 75, 35),
    "teal": (20, 130, 130), "turquoise": (65, 210, 200), "sky blue": (130, 195, 240), "blue": (40, 85, 210),
    "navy blue": (20, 30, 90), "purple": (120, 50, 160), "lavender": (190, 170, 230), "magenta": (215, 40, 160),
    "pink": (245, 165, 190), "slate blue": (90, 110, 150),
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What was seen in one picture; `problem` says why nothing was."""

    width: int = 0
    height: int = 0
    form: str = ""
    colours: tuple[tuple[str, float], ...] = ()  # (name, share of the pixels), largest first
    light: float = 0.0  # mean lightness, 0 black to 1 white
    contrast: float = 0.0  # standard deviation of lightness
    flatness: float = 0.0  # share of the pixels equal to their neighbour
    distinct: int = 0  # distinct coarse colours
    place: str = ""  # where the main thing stands
    thing: str = ""  # its colour
    extent: float = 0.0  # its share of the picture
    horizon: float | None = None  # height of the strongest level edge, 0 top to 1 bottom
    above: str = ""
    below: str = ""
    clear: float = 0.0  # share of see-through pixels
    frames: int = 1
    problem: str = ""

    @property
    def orientation(self) -> str:
        """Landscape, portrait or square."""
        ratio = self.width / max(1, self.height)
        return "square" if 0.97 < ratio < 1.03 else "landscape" if ratio > 1 else "portrait"

    @property
    def kind(self) -> str:
        """What sort of picture it looks like, by its flat areas and number of colours."""
        if len(self.colours) == 1 and self.contrast < 0.01:
            return "a single plain colour"
        if self.flatness > 0.6 and self.light > 0.75 and self.distinct < 150:
            return "a chart, document or line drawing on a light ground"
        if self.flatness > 0.75 or self.distinct < 24:
            return "a flat graphic"
        if self.flatness > 0.35 or self.distinct < 60:
            return "an illustration or a smooth gradient"
        return "a photograph or a richly textured picture"


_SEEN: OrderedDict[bytes, Picture] = OrderedDict()


def see(url: str) -> Picture:
    """Return what a data URL's picture shows; remote addresses are never fetched."""
    if url[:5].lower() != "data:":
        return Picture(
            problem=f"The sandbox does not fetch pictures from the network, so it has not seen {url[:120]}."
        )
    decoded = decode_data_url(url)
    if decoded is None or not decoded[1]:
        return Picture(problem="The picture's data URL could not be decoded.")
    key = hashlib.blake2b(decoded[1], digest_size=16).digest()
    if key not in _SEEN:
        _SEEN[key] = _look(decoded[1])
        while len(_SEEN) > 32:
            _SEEN.popitem(last=False)
    return _SEEN[key]


def _look(raw: bytes) -> Picture:
    from PIL import Image  # noqa: PLC0415  loaded with the first picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an oversized picture is refused below, in our own words
            image = Image.open(io.BytesIO(raw))
            width, height = image.size
            if width * height > MAX_PIXELS:
                return Picture(
                    width,
                    height,
                    problem=f"The picture unpacks to {width} × {height} pixels, more than the sandbox looks at.",
                )
            form = image.format or ""
            frames = int(getattr(image, "n_frames", 1))
            image.draft("RGB", (4 * _SIDE, 4 * _SIDE))
            full = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, Image.DecompressionBombError):
        return Picture(
            problem="The picture could not be read; it may be damaged or of a kind the sandbox does not know."
        )
    return _measure(full, width, height, form, frames)


def _measure(full: Any, width: int, height: int, form: str, frames: int) -> Picture:
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    scale = _SIDE / max(full.size)
    size = (max(1, round(full.size[0] * scale)), max(1, round(full.size[1] * scale)))
    sharp = np.asarray(full.resize(size, Image.Resampling.NEAREST), dtype=np.int32)
    smooth = np.asarray(full.resize(size, Image.Resampling.BOX), dtype=np.float64)
    alpha = smooth[..., 3] / 255
    rgb = smooth[..., :3]
    seen = alpha > 0.5
    clear = float(1 - seen.mean())
    if not seen.any():
        return Picture(width, height, form, clear=1.0, frames=frames, colours=(("transparent", 1.0),))
    light = rgb @ np.array([0.299, 0.587, 0.114]) / 255
    colours = _named_colours(rgb[seen])
    still = (np.abs(np.diff(sharp[..., :3], axis=1)).max(axis=2) <= 2).mean() if size[0] > 1 else 1.0
    coarse = (sharp[..., :3] // 16).reshape(-1, 3)
    distinct = len(np.unique(coarse @ np.array([256, 16, 1])))
    place, thing, extent = _main_thing(rgb, alpha)
    horizon, above, below = _horizon(rgb, light)
    return Picture(
        width, height, form, colours, float(light[seen].mean()), float(light[seen].std()), float(still), distinct,
        place, thing, extent, horizon, above, below, clear, frames,
    )  # fmt: skip


def _lab(rgb: Any) -> Any:
    """Colours in CIELAB, where distance is close to how different two colours look."""
    import numpy as np  # noqa: PLC0415

    c = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(c > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
    xyz = linear @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    xyz = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    )


def _nearest_names(rgb: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    known = _lab(np.array(list(COLOURS.values())))
    lab = _lab(rgb)
    return ((lab[:, None, :] - known[None]) ** 2).sum(axis=2).argmin(axis=1)


def _named_colours(rgb: Any) -> tuple[tuple[str, float], ...]:
    import numpy as np  # noqa: PLC0415

    counts = np.bincount(_nearest_names(rgb), minlength=len(COLOURS)) / len(rgb)
    order = np.argsort(-counts, kind="stable")
    names = list(COLOURS)
    return tuple((names[i], float(counts[i])) for i in order[:6] if counts[i] >= 0.03) or (
        (names[order[0]], 1.0),
    )


def colour_name(rgb: Any) -> str:
    """Return the name of one colour, (3,) values 0 to 255."""
    import numpy as np  # noqa: PLC0415

    return list(COLOURS)[int(_nearest_names(np.asarray(rgb, dtype=np.float64).reshape(1, 3))[0])]


def _main_thing(rgb: Any, alpha: Any) -> tuple[str, str, float]:
    """Where the part stands that differs most from the border of the picture: (place, colour, share)."""
    import numpy as np  # noqa: PLC0415

    h, w = alpha.shape
    if min(h, w) < 8:
        return "", "", 0.0
    lab = _lab(rgb)
    edge = max(1, min(h, w) // 16)
    frame = np.ones((h, w), dtype=bool)
    frame[edge:-edge, edge:-edge] = False
    if (alpha[frame] < 0.5).mean() > 0.5:
        inside = alpha > 0.5
    else:
        ring = lab[frame]
        ground = np.median(ring, axis=0)
        away = np.sqrt(((lab - ground) ** 2).sum(axis=2))
        spread = np.sqrt(((ring - ground) ** 2).sum(axis=1))
        limit = max(18.0, float(np.percentile(spread, 90)) * 1.1)
        inside = away > limit
    share = float(inside.mean())
    if share < 0.004 or share > 0.75:
        return "", "", share
    ys, xs = np.nonzero(inside)
    x, y = float(np.median(xs)) / (w - 1), float(np.median(ys)) / (h - 1)
    column = "left" if x < 0.38 else "right" if x > 0.62 else ""
    row = "top" if y < 0.38 else "bottom" if y > 0.62 else ""
    place = (
        "the centre"
        if not row and not column
        else f"the {row} {column}".strip()
        if row and column
        else f"the {row or column}"
    )
    counts = np.bincount(_nearest_names(rgb[inside]), minlength=len(COLOURS))
    return place, list(COLOURS)[int(counts.argmax())], share


def _horizon(rgb: Any, light: Any) -> tuple[float | None, str, str]:
    """The level line at which the picture changes most from above to below, if it runs across the whole width."""
    import numpy as np  # noqa: PLC0415

    h, w = light.shape
    if h < 16 or w < 16:
        return None, "", ""
    lab = _lab(rgb)
    rows = lab.mean(axis=1)
    reach = max(2, h // 16)
    best, at = 0.0, 0
    for y in range(h // 8, h - h // 8):
        jump = float(
            np.sqrt(
                ((rows[max(0, y - reach) : y].mean(axis=0) - rows[y : y + reach].mean(axis=0)) ** 2).sum()
            )
        )
        if jump > best:
            best, at = jump, y
    if best < 14:
        return None, "", ""
    across = np.sqrt(
        ((lab[max(0, at - reach) : at].mean(axis=0) - lab[at : at + reach].mean(axis=0)) ** 2).sum(axis=1)
    )
    if (across > 8).mean() < 0.8:
        return None, "", ""
    upper, lower = rgb[:at].reshape(-1, 3), rgb[at:].reshape(-1, 3)
    names = list(COLOURS)
    above = names[int(np.bincount(_nearest_names(upper), minlength=len(names)).argmax())]
    below = names[int(np.bincount(_nearest_names(lower), minlength=len(names)).argmax())]
    return (at / h, above, below) if above != below else (None, "", "")
