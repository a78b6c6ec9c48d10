"""Manners of painting: a picture redone in strokes, dots, facets, glass, paper, print or lines of light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from . import darkroom
from . import light as li
from .light import colour

if TYPE_CHECKING:
    from .light import Colour, Field, Mask, Rng


def strokes(rng: Rng, field: Field, *, number: int, long: float, wide: float, wander: float = 0.12) -> Field:
    """Brush strokes that follow the forms: along edges, in the colour that is there, slightly varied."""
    height, width = field.shape[:2]
    calm = li.blurred(field, min(height, width) / 160)
    grey = li.luminance(li.blurred(field, min(height, width) / 90))
    down, across = np.gradient(grey)
    y, x = rng.random(number) * (height - 1), rng.random(number) * (width - 1)
    rows, columns = y.astype(int), x.astype(int)
    flat = np.hypot(down, across)[rows, columns] < 4e-4
    angle = np.arctan2(across[rows, columns], -down[rows, columns]) + rng.normal(0, 0.25, number)
    angle = np.where(flat, rng.normal(0.15, 0.3, number), angle)
    tones = calm[rows, columns] * (1 + rng.normal(0, wander, (number, 1))) + rng.normal(
        0, wander / 8, (number, 3)
    )
    shown = (np.clip(tones, 0, 1) * 255).astype(int)
    unit = min(height, width)
    reach = unit * long * (0.5 + rng.random(number))
    image = li.to_image(calm)
    pen = ImageDraw.Draw(image)
    thick = max(1, round(unit * wide))
    dx, dy = np.cos(angle) * reach / 2, np.sin(angle) * reach / 2
    for at in range(number):
        ends = (x[at] - dx[at], y[at] - dy[at], x[at] + dx[at], y[at] + dy[at])
        pen.line(ends, tuple(shown[at]), thick)
    return li.from_image(image.filter(ImageFilter.SMOOTH))


def dots(rng: Rng, field: Field, *, size: float = 0.0065) -> Field:
    """Dots of pure colour on a pale ground."""
    height, width = field.shape[:2]
    unit = min(height, width)
    step = unit * size * 1.25
    rows, columns = int(height / step) + 1, int(width / step) + 1
    y = (np.arange(rows)[:, None] + rng.random((rows, columns)) * 0.9) * step
    x = (np.arange(columns)[None, :] + rng.random((rows, columns)) * 0.9) * step
    strong = darkroom.saturation(field, 0.8)
    shown = strong[np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)]
    shown = (np.clip(shown + rng.normal(0, 0.07, shown.shape), 0, 1) * 255).astype(int)
    image = li.to_image(field * 0.55 + 0.42)
    pen = ImageDraw.Draw(image)
    radius = unit * size * (0.45 + 0.35 * rng.random((rows, columns)))
    for cy, cx, r, tone in zip(y.ravel(), x.ravel(), radius.ravel(), shown.reshape(-1, 3), strict=True):
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), tuple(tone))
    return li.from_image(image)


def facets(rng: Rng, field: Field, *, across: int, paper: float = 0.0) -> Field:
    """Flat triangles in the mean colour of what they cover; `paper` shades them like folds."""
    height, width = field.shape[:2]
    step = min(height, width) / across
    rows, columns = int(height / step) + 2, int(width / step) + 2
    y = (np.arange(rows)[:, None] + rng.uniform(-0.36, 0.36, (rows, columns))) * height / (rows - 1)
    x = (np.arange(columns)[None, :] + rng.uniform(-0.36, 0.36, (rows, columns))) * width / (columns - 1)
    y[0], y[-1], x[:, 0], x[:, -1] = 0, height, 0, width
    calm = li.blurred(field, step / 4)
    image = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(image)
    for row in range(rows - 1):
        for at in range(columns - 1):
            corners = [(row, at), (row, at + 1), (row + 1, at + 1), (row + 1, at)]
            first = rng.random() < 0.5
            for trio in ((0, 1, 2), (0, 2, 3)) if first else ((0, 1, 3), (1, 2, 3)):
                spots = [(float(x[corners[k]]), float(y[corners[k]])) for k in trio]
                cx, cy = sum(spot[0] for spot in spots) / 3, sum(spot[1] for spot in spots) / 3
                tone = calm[min(height - 1, int(cy)), min(width - 1, int(cx))].tolist()
                lean = 1 + paper * float(rng.normal(0, 0.35)) + (0.035 if trio[0] else -0.035)
                pen.polygon(spots, tuple(int(255 * min(1.0, max(0.0, part * lean))) for part in tone))
    return li.from_image(image)


def cells(rng: Rng, field: Field, *, across: int, lead: float = 0.004) -> Field:
    """Panes of glass with dark lead between them."""
    height, width = field.shape[:2]
    tall, wide = max(2, height // 2), max(2, width // 2)
    step = min(tall, wide) / across
    rows, columns = int(tall / step) + 3, int(wide / step) + 3
    py = (np.arange(rows)[:, None] - 1 + rng.random((rows, columns))) * step
    px = (np.arange(columns)[None, :] - 1 + rng.random((rows, columns))) * step
    y, x = np.mgrid[0:tall, 0:wide].astype(np.float32)
    row, column = (y / step).astype(int) + 1, (x / step).astype(int) + 1
    best = np.full((tall, wide), np.inf, np.float32)
    owner = np.zeros((tall, wide), np.int64)
    for down in (-1, 0, 1):
        for side in (-1, 0, 1):
            r, c = np.clip(row + down, 0, rows - 1), np.clip(column + side, 0, columns - 1)
            far = (y - py[r, c]) ** 2 + (x - px[r, c]) ** 2
            nearer = far < best
            best = np.where(nearer, far, best).astype(np.float32)
            owner = np.where(nearer, r * columns + c, owner)
    small = li.from_image(li.to_image(field).resize((wide, tall), Image.Resampling.BOX))
    count = np.maximum(np.bincount(owner.ravel(), minlength=rows * columns), 1)
    means = np.stack(
        [np.bincount(owner.ravel(), small[..., k].ravel(), rows * columns) / count for k in range(3)], -1
    )
    means = means * (1 + rng.normal(0, 0.08, (rows * columns, 1)))
    panes = darkroom.saturation(means[owner].astype(np.float32), 1.0) * 1.12
    panes = panes * (
        0.85 + 0.15 * small.mean(-1, keepdims=True) / np.maximum(panes.mean(-1, keepdims=True), 0.05)
    )
    edge = np.zeros((tall, wide), np.uint8)
    edge[1:] |= (owner[1:] != owner[:-1]).astype(np.uint8) * 255
    edge[:, 1:] |= (owner[:, 1:] != owner[:, :-1]).astype(np.uint8) * 255
    thick = max(1, round(min(tall, wide) * lead)) | 1
    wider = Image.fromarray(edge, "L").filter(ImageFilter.MaxFilter(max(3, thick)))
    image = li.to_image(panes)
    image.paste((18, 17, 22), mask=wider)
    return li.from_image(image.resize((width, height), Image.Resampling.BICUBIC))


def papercut(rng: Rng, field: Field, *, layers: int, depth: float, tones: tuple[Colour, ...] = ()) -> Field:
    """Sheets of paper cut along lines of equal brightness, each with its shadow on the one below."""
    height, width = field.shape[:2]
    unit = min(height, width)
    calm = li.blurred(field, unit / 70)
    grey = li.luminance(calm)
    levels = np.quantile(grey[::4, ::4], np.linspace(0, 1, layers + 1)[1:-1])
    made = Image.new("RGB", (width, height))
    for at in range(layers):
        mask = grey >= levels[at - 1] if at else np.ones_like(grey, bool)
        own = mask & (grey < levels[at]) if at < layers - 1 else mask
        mean = calm[own].mean(0) if own.any() else calm.mean((0, 1))
        tone = tuple(round(float(part) * 255) for part in (tones[at % len(tones)] if tones else mean))
        sheet = Image.fromarray((mask * 255).astype(np.uint8), "L").filter(
            ImageFilter.BoxBlur(max(1, unit / 700))
        )
        if at:
            shift = max(1, round(unit * depth))
            cast = ImageChops.offset(sheet, shift).filter(ImageFilter.BoxBlur(shift))
            made.paste((10, 8, 15), mask=cast.point([value // 2 for value in range(256)]))
        made.paste(tone, mask=sheet.point([min(255, max(0, 3 * value - 255)) for value in range(256)]))
    paper = rng.standard_normal((height, width), np.float32) * np.float32(0.02)
    out: li.Field = np.clip(li.from_image(made) + paper[..., None], 0, 1)
    return out


def halftone(field: Field, *, size: float = 0.009) -> Field:
    """The dots of cheap print, large where it is dark."""
    height, width = field.shape[:2]
    step = max(3.0, min(height, width) * size)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + y) * np.float32(0.7071 / step * np.pi), (x - y) * np.float32(0.7071 / step * np.pi)
    screen = 0.5 + 0.25 * (np.cos(u) + np.cos(v))
    dark = 1 - li.luminance(field)
    ink = li.smooth(-0.12, 0.12, dark - screen)
    made: Field = field * (1 - 0.42 * ink[..., None])
    return made


def drawing(
    field: Field,
    *,
    paper: Colour = (0.98, 0.975, 0.96),
    ink: Colour = (0.09, 0.09, 0.12),
    hatch: bool = False,
) -> Field:
    """Lines on paper, hatched in the shadows if asked."""
    height, width = field.shape[:2]
    made = li.full(height, width, paper)
    li.lay(made, ink, darkroom.outlines(field, 1.2))
    if hatch:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        step = max(3.0, min(height, width) / 170)
        grey = li.luminance(li.blurred(field, step))
        for level, way in ((0.55, x + y), (0.36, x - y), (0.2, x + 3 * y)):
            rule = li.smooth(0.45, 0.8, np.sin(way * np.float32(2 * np.pi / step / 1.4)))
            li.lay(made, ink, 0.6 * rule * li.smooth(0.0, 0.08, level - grey))
    return made


def neon(field: Field, *, tones: tuple[Colour, ...], base: float = 0.22) -> Field:
    """Edges as tubes of light on a darkened picture."""
    height, width = field.shape[:2]
    edge = darkroom.outlines(field, 1.6)
    made = li.saturated(field, 1.3) * np.float32(base) * np.array([0.8, 0.7, 1.25], np.float32)
    across = (
        np.linspace(0, 1, width, dtype=np.float32)[None, :]
        + np.linspace(0, 0.6, height, dtype=np.float32)[:, None]
    )
    wave = 0.5 + 0.5 * np.sin(across * 5 + 4 * li.luminance(li.blurred(field, min(height, width) / 60)))
    light = li.full(height, width, tones[0])
    li.lay(light, tones[1], li.smooth(0.3, 0.7, wave))
    glowing = light * edge[..., None]
    halo = li.blurred(glowing, min(height, width) / 90) * 1.9
    out: li.Field = 1 - (1 - np.clip(made, 0, 1)) * (1 - np.clip(halo, 0, 1)) * (1 - np.clip(glowing, 0, 1))
    return out


def planes(rng: Rng, field: Field, *, number: int = 46) -> Field:
    """Shifted, tilted pieces of the picture over one another: the cubists' way to look from all sides."""
    height, width = field.shape[:2]
    unit = min(height, width)
    image = li.to_image(darkroom.poster(field, 7))
    source = image.copy()
    for _ in range(number):
        size = unit * float(rng.uniform(0.08, 0.26))
        cx, cy = float(rng.random()) * width, float(rng.random()) * height
        turn = float(rng.uniform(0, np.pi))
        spots = [
            (cx + size * float(rng.uniform(0.5, 1.2)) * np.cos(turn + part), cy + size * np.sin(turn + part))
            for part in (0, np.pi / 2, np.pi, 3 * np.pi / 2)
        ]
        left, top = (max(0, round(min(spot[part] for spot in spots))) for part in (0, 1))
        right, low = min(width, round(cx + size * 1.3)), min(height, round(cy + size * 1.3))
        if right - left < 4 or low - top < 4:
            continue
        piece = source.crop((left, top, right, low)).rotate(
            float(rng.uniform(-35, 35)), resample=Image.Resampling.BILINEAR
        )
        wide, tall = piece.size
        inner = (wide // 5, tall // 5, wide - wide // 5, tall - tall // 5)  # turned corners are black
        piece = piece.crop(inner).resize((wide, tall), Image.Resampling.BILINEAR)
        shade = float(rng.uniform(0.75, 1.3))
        piece = piece.point([min(255, int(value * shade)) for value in range(256)] * 3)
        mask = Image.new("L", piece.size, 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in spots], 235)
        image.paste(piece, (left, top), mask)
        ImageDraw.Draw(image).line([*spots, spots[0]], (40, 32, 30), max(1, unit // 420))
    return li.from_image(image)


def collage(rng: Rng, field: Field, *, number: int = 26) -> Field:
    """Torn and shifted snippets with pale edges and shadows."""
    height, width = field.shape[:2]
    unit = min(height, width)
    image = li.to_image(field)
    source = image.copy()
    for _ in range(number):
        w, h = (int(unit * part) for part in rng.uniform(0.14, 0.34, 2))
        left, top = int(rng.integers(0, max(1, width - w))), int(rng.integers(0, max(1, height - h)))
        piece = source.crop((left, top, left + w, top + h)).convert("RGBA")
        edge = ImageDraw.Draw(piece)
        edge.rectangle((0, 0, w - 1, h - 1), outline=(250, 247, 238, 255), width=max(2, unit // 160))
        piece = piece.rotate(float(rng.uniform(-14, 14)), expand=True, resample=Image.Resampling.BICUBIC)
        at = (left + int(rng.integers(-w // 6, w // 6 + 1)), top + int(rng.integers(-h // 6, h // 6 + 1)))
        shade = piece.getchannel("A").point([value * 2 // 5 for value in range(256)])
        image.paste((20, 16, 14), (at[0] + unit // 130, at[1] + unit // 130), shade)
        image.paste(piece, at, piece)
    return li.from_image(image)


def contour_strips(field: Field, *, number: int = 26) -> Field:
    """Rolled strips of paper on edge: bands that follow lines of equal brightness."""
    unit = min(field.shape[:2])
    calm = li.blurred(field, unit / 60)
    band = np.sin(li.luminance(calm) * np.float32(number * np.pi * 2))
    shade: Mask = 0.78 + 0.3 * band
    return darkroom.saturation(calm, 0.6) * shade[..., None]


def rotated_hues(field: Field, turn: float | Mask) -> Field:
    """Every hue moved round the circle by a part of it."""
    angle = np.asarray(turn, np.float32) * np.float32(2 * np.pi)
    grey = field.mean(-1, keepdims=True)
    part = field - grey
    cos, sin = np.cos(angle)[..., None], np.sin(angle)[..., None]
    turned = np.stack(
        [part[..., 1] - part[..., 2], part[..., 2] - part[..., 0], part[..., 0] - part[..., 1]], -1
    )
    made: Field = grey + part * cos - turned * sin / np.float32(3**0.5)
    return made


INK = colour("17161c")
