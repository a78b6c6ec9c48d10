# ruff: noqa: E501  patterns, recipes and lists of names stay on one line
"""The style presets: each a recipe of changes to the finished painting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from . import darkroom as dr
from . import light as li
from . import manners as ma
from .light import colour

if TYPE_CHECKING:
    from .light import Colour, Field, Rng

Step = Callable[["Rng", "Field"], "Field"]


def styled(rng: Rng, field: Field, style: str) -> Field:
    """The painting in the manner of a preset; unchanged for "" and for names that are no preset."""
    for step in RECIPES.get(style, ()):
        field = np.clip(step(rng, field), 0, 1)
    return field


def _tones(brightness: float = 0, contrast: float = 0, colours: float = 0, warmth: float = 0) -> Step:
    def step(_rng: Rng, field: Field) -> Field:
        made = dr.brighter(field, brightness) if brightness else field
        made = dr.contrast(made, contrast) if contrast else made
        made = dr.saturation(made, colours) if colours else made
        return dr.warmth(made, warmth) if warmth else made

    return step


def _plain(change: Callable[..., Field], *args: float, **options: object) -> Step:
    return lambda _rng, field: change(field, *args, **options)


def _wild(change: Callable[..., Field], **options: object) -> Step:
    return lambda rng, field: change(rng, field, **options)


def _map(*digits: str) -> Step:
    """Brightness as a scale of colours, dark to bright."""
    tones = np.array([colour(each) for each in digits], np.float32)

    def step(_rng: Rng, field: Field) -> Field:
        grey = np.clip(li.luminance(field), 0, 1)
        at = np.linspace(0, 1, len(tones))
        return np.stack([np.interp(grey, at, tones[:, part]) for part in range(3)], -1).astype(np.float32)

    return step


def _over(share: float, *steps: Step) -> Step:
    """The steps mixed with the picture as it was."""

    def step(rng: Rng, field: Field) -> Field:
        made = field
        for each in steps:
            made = np.clip(each(rng, made), 0, 1)
        mixed: Field = field + (made - field) * np.float32(share)
        return mixed

    return step


def _ink(width: float = 1.2, strength: float = 0.9) -> Step:
    def step(_rng: Rng, field: Field) -> Field:
        made = field.copy()
        li.lay(made, ma.INK, strength * dr.outlines(field, width))
        return made

    return step


def _surface(rng: Rng, field: Field, cells: float, depth: float, stretch: float = 1) -> Field:
    noise = li.fractal(rng, *field.shape[:2], cells=cells, octaves=3, gain=0.8, stretch=stretch)
    steps = max(1, round(min(field.shape[:2]) / cells / 10))
    raised = np.clip(noise - np.roll(noise, steps, axis=0), -0.3, 0.3)
    made: Field = field * (1 + depth * (0.7 * (noise - 0.5) + 1.6 * raised))[..., None]
    return made


def _texture(cells: float, depth: float, stretch: float = 1) -> Step:
    return lambda rng, field: _surface(rng, field, cells, depth, stretch)


def _scanlines(_rng: Rng, field: Field) -> Field:
    rows = np.arange(field.shape[0])
    step = max(2, field.shape[0] // 180)
    return field * np.where(rows % (2 * step) < step, 1.06, 0.78).astype(np.float32)[:, None, None]


def _few(*digits: str) -> Step:
    """Each point in the nearest of a few colours."""
    tones = np.array([colour(each) for each in digits], np.float32)

    levels = (np.arange(32, dtype=np.float32) + 0.5) / 32
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1)

    def step(_rng: Rng, field: Field) -> Field:
        # looked up by the upper five bits of each channel: a million distances would take longer
        nearest = np.stack([((grid - tone) ** 2).sum(-1) for tone in tones]).argmin(0)
        red, green, blue = (np.clip(field[..., part] * 32, 0, 31).astype(np.uint8) for part in range(3))
        out: li.Field = tones[nearest[red, green, blue]]
        return out

    return step


def _tilt(_rng: Rng, field: Field) -> Field:
    rows = np.linspace(0, 1, field.shape[0], dtype=np.float32)[:, None]
    away = li.smooth(0.1, 0.34, np.abs(rows - 0.58)) * np.ones((1, field.shape[1]), np.float32)
    made = dr.saturation(field, 0.6)
    li.lay(made, li.blurred(made, min(field.shape[:2]) / 70), away)
    return made


def _streaks(_rng: Rng, field: Field) -> Field:
    """The lower half drawn out sideways, as moving water is by a slow shutter."""
    reach = max(3, field.shape[1] // 12)
    sums = np.cumsum(np.pad(field, ((0, 0), (reach, reach), (0, 0)), mode="edge"), axis=1, dtype=np.float64)
    wide = ((sums[:, 2 * reach :] - sums[:, : -2 * reach]) / (2 * reach))[:, : field.shape[1]].astype(
        np.float32
    )
    rows = np.linspace(0, 1, field.shape[0], dtype=np.float32)[:, None]
    made = field.copy()
    li.lay(made, wide, (0.25 + 0.7 * li.smooth(0.45, 0.6, rows)) * np.ones((1, field.shape[1]), np.float32))
    return made


def _local(_rng: Rng, field: Field) -> Field:
    """Shadows opened and details raised, as merged exposures show them."""
    wide = li.blurred(field, min(field.shape[:2]) / 25)
    made: Field = 0.5 + (wide - 0.5) * np.float32(0.62) + (field - wide) * np.float32(2.0)
    return made


def _shadow_play(_rng: Rng, field: Field) -> Field:
    grey = li.luminance(li.blurred(field, min(field.shape[:2]) / 200))
    made = dr.saturation(field, 0.7)
    li.lay(made, colour("0b0a10"), 0.96 * li.smooth(-0.03, 0.06, float(np.quantile(grey, 0.46)) - grey))
    return made


def _melted(rng: Rng, field: Field) -> Field:
    height, width = field.shape[:2]
    bend = li.fractal(rng, height, width, cells=2.5, octaves=3)
    y, x = np.mgrid[0:height, 0:width]
    rows = np.clip(y + ((bend - 0.5) * height * 0.16).astype(int), 0, height - 1)
    columns = np.clip(x + ((bend - 0.5) * width * 0.12).astype(int), 0, width - 1)
    out: li.Field = field[rows, columns]
    return out


def _swirled_hues(_rng: Rng, field: Field) -> Field:
    waves = li.luminance(li.blurred(field, min(field.shape[:2]) / 50))
    return dr.saturation(ma.rotated_hues(dr.saturation(field, 1.2), waves * 2.2), 1.2)


def _dripping(rng: Rng, field: Field) -> Field:
    spray = li.smooth(0.9, 0.97, li.fractal(rng, *field.shape[:2], cells=70, octaves=1))
    made = dr.contrast(dr.saturation(field, 1.2), 0.6)
    li.lay(made, colour("fdfbf2"), 0.75 * spray)
    return made


def _cyan_magenta(field: Field) -> Field:
    shift = max(1, field.shape[1] // 260)
    return np.stack([np.roll(field[..., 0], shift, 1), field[..., 1], np.roll(field[..., 2], -shift, 1)], -1)


def _lines(hatch: bool, paper: str = "fbfaf5", ink: str = "16161c") -> Step:
    return lambda _rng, field: ma.drawing(field, paper=colour(paper), ink=colour(ink), hatch=hatch)


def _tubes(first: str, second: str, base: float) -> Step:
    tones: tuple[Colour, ...] = (colour(first), colour(second))
    return lambda _rng, field: ma.neon(field, tones=tones, base=base)


def _brush(number: int, long: float, wide: float, wander: float = 0.12) -> Step:
    return _wild(ma.strokes, number=number, long=long, wide=wide, wander=wander)


def _paper(layers: int, depth: float, *digits: str) -> Step:
    return _wild(ma.papercut, layers=layers, depth=depth, tones=tuple(colour(each) for each in digits))


def _watercolour(rng: Rng, field: Field) -> Field:
    height, width = field.shape[:2]
    wash = dr.poster(ma.strokes(rng, field, number=1500, long=0.06, wide=0.026, wander=0.05), 8)
    wash = li.blurred(_melted_a_little(rng, wash), min(height, width) / 260)
    bleed = li.fractal(rng, height, width, cells=5, octaves=5, gain=0.6)
    made = dr.saturation(wash, 0.7) * np.float32(0.78) + np.float32(0.24)
    li.lay(made, (0.99, 0.985, 0.97), 0.6 * li.smooth(0.55, 0.95, bleed))
    li.lay(made, wash * 0.7, 0.5 * dr.outlines(wash, 2.2))
    edge = np.minimum(np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None])
    edge = np.minimum(
        edge, np.minimum(1 - np.linspace(0, 1, width)[None, :], 1 - np.linspace(0, 1, height)[:, None])
    )
    margin = li.smooth(0.0, 0.05, edge.astype(np.float32) - 0.035 + 0.05 * (bleed - 0.5))
    li.lay(made, (0.985, 0.98, 0.96), 1 - margin)
    return _surface(rng, made, 140, 0.05)


def _melted_a_little(rng: Rng, field: Field) -> Field:
    height, width = field.shape[:2]
    bend = li.fractal(rng, height, width, cells=24, octaves=2) - 0.5
    y, x = np.mgrid[0:height, 0:width]
    rows = np.clip(y + (bend * height * 0.02).astype(int), 0, height - 1)
    out: li.Field = field[rows, np.clip(x + (bend * width * 0.016).astype(int), 0, width - 1)]
    return out


_POCKET = ("0f380f", "306230", "8bac0f", "c8d84a")
_ARCADE = (
    "0d0d12",
    "2b2f77",
    "3b7dd8",
    "5fd3f3",
    "ffffff",
    "f4d03f",
    "e67e22",
    "c0392b",
    "27ae60",
    "145a32",
    "8e44ad",
    "7b4b2a",
)
_BLOCKS = (
    "3f6f2a",
    "6aa84f",
    "8b5a2b",
    "5c3a1e",
    "7f7f7f",
    "b5b5b5",
    "79a6ff",
    "2c5fb8",
    "e3d9a6",
    "ffffff",
    "1b1b1f",
    "d97b25",
)

RECIPES: dict[str, tuple[Step, ...]] = {
    "3D Model": (_tones(0.15, 0.35, 0.2), _wild(ma.facets, across=70), _plain(dr.bloom, 0.6), _plain(dr.vignette, 0.5)),
    "Analog Film": (_plain(dr.fade, 1.0), _tones(warmth=0.5), _plain(dr.grain, 0.9), _plain(dr.vignette, 0.8)),
    "Anime": (_tones(0.35, 0.2, 0.8), _plain(dr.poster, 9), _ink(0.9, 0.7), _plain(dr.bloom, 0.7)),
    "Cinematic": (_tones(-0.15, 0.45, -0.1), _over(0.4, _map("08131c", "1d4250", "b9825a", "fbe3bd")), _plain(dr.vignette, 1.0)),
    "Comic Book": (_tones(0.2, 0.5, 0.9), _plain(dr.poster, 5), _plain(ma.halftone), _ink(1.9, 1.0)),
    "Craft Clay": (_over(0.8, _brush(1500, 0.07, 0.03, 0.05)), _texture(40, 0.16), _tones(0.2, 0.1, 0.3), _plain(dr.soft, 0.12)),
    "Digital Art": (_tones(0.05, 0.5, 0.8), _plain(dr.sharp, 0.6), _plain(dr.bloom, 0.8)),
    "Enhance": (_plain(dr.sharp, 1.0), _tones(0.1, 0.3, 0.25)),
    "Fantasy Art": (_over(0.7, _brush(5200, 0.03, 0.008)), _tones(0.0, 0.4, 0.7), _over(0.25, _map("1a0f3c", "5b2f8f", "d98bd0", "fff1c9")), _plain(dr.bloom, 1.1)),
    "Isometric Style": (_tones(0.3, 0.1, 0.4), _wild(ma.facets, across=34), _ink(1.0, 0.35)),
    "Line Art": (_lines(False),),
    "Lowpoly": (_tones(0.05, 0.25, 0.4), _wild(ma.facets, across=26)),
    "Neon Punk": (_tubes("ff2fd0", "27e1ff", 0.3),),
    "Origami": (_tones(0.3, -0.1, 0.3), _wild(ma.facets, across=13, paper=0.6), _texture(90, 0.05)),
    "Photographic": (_tones(0.0, 0.2, -0.1), _plain(dr.sharp, 0.4), _plain(dr.grain, 0.25), _plain(dr.vignette, 0.4)),
    "Pixel Art": (_tones(0.05, 0.35, 0.5), _plain(dr.pixels, 72), _plain(dr.poster, 8)),
    "Texture": (_texture(30, 0.5), _plain(dr.sharp, 0.8)),
    "Advertising": (_tones(0.35, 0.35, 0.6), _plain(dr.sharp, 0.5), _plain(dr.bloom, 0.5)),
    "Food Photography": (_tones(0.25, 0.25, 0.5, 0.9), _tilt),
    "Real Estate": (_tones(0.5, 0.1, 0.15, 0.25), _local),
    "Abstract": (_wild(ma.strokes, number=420, long=0.3, wide=0.055, wander=0.25), _tones(0.0, 0.4, 0.8), _melted),
    "Cubist": (_wild(ma.planes), _tones(0.0, 0.2, -0.2, 0.5)),
    "Graffiti": (_plain(dr.poster, 5), _dripping, _ink(2.4, 1.0)),
    "Hyperrealism": (_local, _plain(dr.sharp, 1.0), _tones(0.0, 0.2, 0.2)),
    "Impressionist": (_tones(0.15, 0.1, 0.5), _brush(9000, 0.026, 0.008, 0.16)),
    "Pointillism": (_wild(ma.dots),),
    "Pop Art": (_tones(0.1, 0.9, 0.5), _plain(dr.poster, 4), _few("ff2e63", "ffd93d", "08d9d6", "252a34", "ffffff", "f08a5d", "6a2c70"), _plain(ma.halftone, size=0.014), _ink(1.6)),
    "Psychedelic": (_swirled_hues, _melted),
    "Renaissance": (_over(0.6, _brush(5200, 0.022, 0.006, 0.08)), _over(0.5, _map("140b06", "4a2c17", "a97b45", "f2dcae")), _plain(dr.vignette, 1.2), _texture(150, 0.06)),
    "Steampunk": (_over(0.7, _map("150c06", "5b3717", "b07a35", "f0d9a0")), _tones(0.0, 0.4), _plain(dr.vignette, 1.0), _plain(dr.grain, 0.4)),
    "Surrealist": (_melted, _tones(0.05, 0.3, 0.4), _over(0.25, _map("0e2433", "2f7f86", "f2b56b", "fff3d9"))),
    "Typography": (_plain(dr.poster, 3), _few("f5f1e6", "e03c31", "141414", "2f5fa8"), _plain(ma.halftone, size=0.02)),
    "Watercolor": (_watercolour,),
    "Fighting Game": (_tones(0.0, 0.7, 0.8), _plain(dr.poster, 8), _ink(1.4), _plain(dr.bloom, 0.9)),
    "GTA": (_tones(0.15, 0.5, 0.5, 0.6), _plain(dr.poster, 6), _ink(2.0, 1.0), _over(0.25, _map("2b1146", "c43c6f", "ff9e5e", "ffe9a8"))),
    "Super Mario": (_tones(0.35, 0.3, 1.0), _plain(dr.pixels, 56), _few("5c94fc", "c84c0c", "fcbcb0", "00a800", "80d010", "fcfcfc", "000000", "f8b800", "e40058", "0058f8", "7c3f00")),
    "Minecraft": (_plain(dr.pixels, 44), _few(*_BLOCKS), _texture(44, 0.18)),
    "Pokemon": (_tones(0.35, 0.2, 0.8), _plain(dr.pixels, 90), _plain(dr.poster, 6), _ink(1.6, 0.8)),
    "Retro Arcade": (_tones(0.0, 0.5, 0.8), _plain(dr.pixels, 96), _few(*_ARCADE), _scanlines),
    "Retro Game": (_tones(0.1, 0.4), _plain(dr.pixels, 80), _map(*_POCKET), _plain(dr.poster, 5)),
    "RPG Fantasy Game": (_over(0.6, _brush(4000, 0.024, 0.007)), _tones(-0.05, 0.45, 0.5, 0.4), _plain(dr.bloom, 0.8), _plain(dr.vignette, 0.8)),
    "Strategy Game": (_tones(0.1, 0.3, 0.3), _wild(ma.facets, across=55), _tilt),
    "Street Fighter": (_tones(0.0, 0.6, 1.0), _plain(dr.poster, 6), _ink(2.2), _plain(ma.halftone, size=0.006)),
    "Legend of Zelda": (_tones(0.35, 0.1, 0.5, 0.2), _plain(dr.poster, 10), _over(0.35, _map("1d3b2f", "4f9a6a", "bfe3a2", "fffbe0")), _ink(0.9, 0.5), _plain(dr.bloom, 0.8)),
    "Architectural": (_tones(0.6, 0.1, -0.7), _ink(0.9, 0.8), _texture(200, 0.03)),
    "Disco": (_tubes("ff5fd2", "ffd84a", 0.55), _plain(dr.bloom, 1.4), _tones(0.1, 0.2, 0.6)),
    "Dreamscape": (_plain(dr.bloom, 1.6), _over(0.45, _map("2b1d5a", "8d6bd0", "f4b8d8", "fff7ea")), _over(0.5, _plain(dr.soft, 0.7))),
    "Dystopian": (_tones(-0.35, 0.5, -0.9), _over(0.3, _map("0a0d0c", "2f3a34", "8c8a6a", "d5cfae")), _plain(dr.grain, 0.7), _plain(dr.vignette, 1.1)),
    "Fairy Tale": (_over(0.6, _brush(5200, 0.02, 0.006)), _tones(0.3, 0.0, 0.6, 0.3), _plain(dr.bloom, 1.1)),
    "Gothic": (_tones(-0.5, 0.6, -0.8), _over(0.45, _map("07060c", "231a33", "6b5a86", "d9d3e6")), _plain(dr.vignette, 1.3)),
    "Grunge": (_tones(-0.15, 0.6, -0.6), _texture(14, 0.7), _plain(dr.grain, 1.2), _plain(dr.vignette, 0.9)),
    "Horror": (_tones(-0.6, 0.7, -0.7), _over(0.5, _map("050303", "2b0a0a", "7a2018", "d8c7ae")), _plain(dr.grain, 0.7), _plain(dr.vignette, 1.6)),
    "Minimalist": (_plain(dr.soft, 0.5), _plain(dr.poster, 4), _tones(0.35, -0.2, -0.2)),
    "Monochrome": (_plain(dr.grey), _tones(0.0, 0.35)),
    "Nautical": (_over(0.6, _map("0b2038", "1f4f7f", "8fb8cf", "fbf6e8")), _ink(0.9, 0.5), _texture(160, 0.05)),
    "Space": (_tones(-0.3, 0.4, 0.5), _over(0.45, _map("03030d", "27206b", "8b4fc9", "ffe3f7")), _plain(dr.bloom, 1.2)),
    "Stained Glass": (_wild(ma.cells, across=24),),
    "Techwear Fashion": (_tones(-0.3, 0.6, -0.85), _over(0.25, _map("07090d", "1f2a36", "72879c", "f0f4f7")), _plain(_cyan_magenta)),
    "Tribal": (_plain(dr.poster, 3), _few("1a120c", "7a2f16", "c46a2b", "ecd6a8"), _ink(2.4, 1.0), _texture(70, 0.12)),
    "Zentangle": (_lines(True, "ffffff", "0c0c10"),),
    "Collage": (_wild(ma.collage), _texture(150, 0.05)),
    "Flat Papercut": (_paper(5, 0.002), _tones(0.1, 0.1, 0.4)),
    "Kirigami": (_paper(6, 0.007, "3b4a6b", "5e74a6", "93aed6", "c4d6ee", "e8f0fa", "ffffff"),),
    "Paper Mache": (_over(0.75, _brush(900, 0.09, 0.04, 0.1)), _texture(26, 0.3), _tones(0.2, 0.0, -0.2)),
    "Paper Quilling": (_plain(ma.contour_strips), _plain(dr.sharp, 0.8)),
    "Papercut Collage": (_paper(5, 0.006), _wild(ma.collage, number=12)),
    "Papercut Shadow Box": (_paper(6, 0.012, "14213d", "264878", "4a7fb0", "9cc3d5", "f3d9a4", "fff6df"), _plain(dr.vignette, 0.9)),
    "Stacked Papercut": (_paper(9, 0.007),),
    "Thick Layered Papercut": (_paper(5, 0.018), _tones(0.1, 0.1, 0.3)),
    "Alien": (lambda _rng, field: ma.rotated_hues(field, 0.38), _tones(-0.1, 0.4, 0.9), _plain(dr.bloom, 0.9)),
    "Film Noir": (_plain(dr.grey), _tones(-0.35, 1.2), _plain(dr.grain, 0.7), _plain(dr.vignette, 1.4)),
    "HDR": (_local, _tones(0.0, 0.2, 0.9)),
    "Long Exposure": (_streaks, _tones(0.0, 0.2, 0.2)),
    "Neon Noir": (_tones(-0.3, 0.7, -0.4), _tubes("ff2a6d", "05a6ff", 0.5), _plain(dr.vignette, 1.2)),
    "Silhouette": (_shadow_play,),
    "Tilt-Shift": (_tilt,),
}  # fmt: skip
