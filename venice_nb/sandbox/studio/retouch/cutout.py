"""The main thing of a picture told from its background by colour: a soft mask, and the thing cut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from venice_nb.sandbox.studio.tone.light import from_image, to_image

from .regions import fallen, guided, mean, parts, sizes, touching

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Field, Mask

SIDE = 160  # pixels of the longer side the parting is computed at
DULL = np.array([0.55, 1, 1], np.float32)  # brightness counts less: light falls unevenly on a background
FINEST = 2_000_000  # pixels at which the edge is refined; in larger pictures it is then a little softer
GROUPS = 6  # colours the background and the foreground are each described by


def cut_out(image: Image.Image) -> Image.Image:
    """The picture as RGBA, transparent where the background is. What was transparent stays so."""
    mask = foreground(image)
    if image.mode == "RGBA":
        mask = ImageChops.darker(mask, image.getchannel("A"))
    made = image.convert("RGB")
    if image.width * image.height <= 2 * FINEST:
        made = _without_rim(made, mask)
    made.putalpha(mask)
    return made


def foreground(image: Image.Image) -> Image.Image:
    """A mask in the picture's size: 255 on the main thing, 0 on the background, soft at the edge.

    Colours near those of the border, and joined to it, are background. Both sides are then described by a few
    colours each, and every point goes to the nearer side; three rounds settle it.
    """
    shrink = (FINEST / (image.width * image.height)) ** 0.5
    if shrink < 1:
        less = image.resize((max(1, int(image.width * shrink)), max(1, int(image.height * shrink))))
        return foreground(less).resize(image.size, Image.Resampling.BICUBIC)
    scale = min(1.0, SIDE / max(image.size))
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    lab = to_lab(from_image(image.resize(size, Image.Resampling.BOX))) * DULL
    near = _ground(lab)
    inside = ~_flooded(near)
    if not 0.01 < inside.mean() < 0.97:
        inside = _central(*lab.shape[:2]) < 1
    prior = 3.5 - 8 * _central(*lab.shape[:2]) - 14.0 * _border(*lab.shape[:2])
    for _ in range(3):
        # positive: nearer to the foreground; where it has been so far counts, and so does the middle
        pull = np.minimum(near, _nearness(lab, ~inside)) - _nearness(lab, inside)
        fresh = _settled(pull + 8.0 * (inside.astype(np.float32) - 0.5) + prior > 0)
        if fresh.mean() < 0.004:
            break
        inside = fresh
    small = Image.fromarray((_main_parts(inside, near) * 255).astype(np.uint8), "L")
    soft = max(1.0, max(image.size) / SIDE * 0.7)
    blurred = np.asarray(small.filter(ImageFilter.GaussianBlur(soft * scale)), np.float32) / 255
    guide = np.asarray(image.convert("L"), np.float32) / 255
    alpha = np.clip((guided(guide, blurred, radius=max(2, round(soft * 1.5))) - 0.3) / 0.4, 0, 1)
    return Image.fromarray((alpha * 255 + 0.5).astype(np.uint8), "L")


def to_lab(field: Field) -> Field:
    """Colours in CIELAB, where distance is close to how different two colours look."""
    linear = np.where(field > 0.04045, ((field + 0.055) / 1.055) ** 2.4, field / 12.92)
    white = np.array([0.9505, 1.0, 1.089])
    matrix = np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    xyz = linear @ (matrix / white)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    parts = (116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2]))
    return np.stack(parts, -1).astype(np.float32)


def _ground(lab: Field) -> Mask:
    """How far each colour is from the border's: from all of it, or from its own row at both edges."""
    high, wide = lab.shape[:2]
    last = max(2, high * 3 // 4)  # below, people and things are often cut by the border
    edge = np.concatenate(
        [lab[:2].reshape(-1, 3), lab[:last, :2].reshape(-1, 3), lab[:last, -2:].reshape(-1, 3)]
    )
    centres = _groups(edge)
    ends = [_calmed(lab[:, :4].mean(1)), _calmed(lab[:, -4:].mean(1))]
    across = np.linspace(0, 1, wide, dtype=np.float32)[None, :, None]
    between = ends[0][:, None] * (1 - across) + ends[1][:, None] * across
    beside = np.sqrt(((lab - between) ** 2).sum(-1))
    # where the edges change colour down there, it is the thing that reaches them
    jump = np.minimum(*(np.sqrt(((end - end[last - 1]) ** 2).sum(-1)) for end in ends))
    beside[last:] += np.clip(jump[last:] - 7, 0, 25)[:, None]
    near: Mask = np.minimum(_nearness_to(lab, centres), beside)
    return near


def _calmed(rows: Field) -> Field:
    """A line of colours without its flecks."""
    padded = np.pad(rows, ((3, 3), (0, 0)), mode="edge")
    calm: Field = np.median(np.stack([padded[at : at + len(rows)] for at in range(7)]), axis=0)
    return calm


def _flooded(near: Mask) -> Mask:
    """What is near to the border's colours and joined to the border."""
    sides = np.zeros(near.shape, bool)
    sides[0] = sides[:, 0] = sides[:, -1] = True
    return touching(near < 9.5, sides)


def joined_from_top(lab: Field) -> Mask:
    """What is joined to the upper edge by small steps of colour and is coloured like the upper third."""
    high = lab.shape[0]
    like = _nearness_to(lab, _groups(lab[: max(2, high // 3)])) < 22
    down = (np.sqrt(((lab[1:] - lab[:-1]) ** 2).sum(-1)) < 7) & like[1:]
    right = np.sqrt(((lab[:, 1:] - lab[:, :-1]) ** 2).sum(-1)) < 9
    reached = fallen(down, right & like[:, 1:] & like[:, :-1])
    # a way round an edge is no sky: what lies below solid ground in its column is left out
    ground = touching(~reached, ~reached & (lab[..., 0] < 93))  # a sun is no ground, a white sail is
    blocked = np.cumsum(ground, axis=0) > max(2, high // 30)
    sky = ~ground & ~blocked
    # where haze hides the edge, the sky ends where it ends for most columns
    ends = high - np.argmax(sky[::-1], axis=0)
    sky[int(np.quantile(ends, 0.7)) + high // 25 :] = False
    # a sea may have the colour of its sky: where that runs down to the lower edge, the horizon parts them
    if sky[-max(2, high // 12) :].any(axis=0).mean() > 0.1:
        step = np.sqrt((np.median(lab[2:] - lab[:-2], axis=1) ** 2).sum(-1))
        middle = step[high // 4 : high * 3 // 4]
        if middle.max() > 7:
            sky[high // 4 + int(middle.argmax()) + 1 :] = False
    return _settled(sky)


def _groups(colours: Field) -> Field:
    """A few colours that stand for many: k-means from a fixed start."""
    points = colours.reshape(-1, 3).astype(np.float64)
    order = np.argsort(points @ np.array([1.0, 0.35, 0.6]))
    centres = points[order[np.linspace(0, len(points) - 1, min(GROUPS, len(points))).astype(int)]]
    for _ in range(6):
        owner = _away(points, centres).argmin(-1)
        count = np.bincount(owner, minlength=len(centres))[:, None]
        sums = [np.bincount(owner, points[:, part], len(centres)) for part in range(3)]
        centres = np.where(count > 0, np.stack(sums, -1) / np.maximum(count, 1), centres)
    out: Field = centres
    return out


def _away(colours: Field, centres: Field) -> Field:
    """The squares of the distances to each centre, less the square of the colour itself."""
    out: Field = (centres**2).sum(-1) - colours @ (2 * centres.T)
    return out


def _nearness_to(lab: Field, centres: Field) -> Mask:
    square = (lab.astype(np.float64) ** 2).sum(-1) + _away(lab, centres).min(-1)
    out: Mask = np.sqrt(np.maximum(square, 0)).astype(np.float32)
    return out


def _nearness(lab: Field, part: Mask) -> Mask:
    """How far each point's colour is from the colours of a part."""
    if not part.any():
        return np.full(lab.shape[:2], 50.0, np.float32)
    return _nearness_to(lab, _groups(lab[part]))


def _border(high: int, wide: int) -> Mask:
    ring = np.zeros((high, wide), np.float32)
    low = high * 3 // 4
    ring[0] = ring[:low, 0] = ring[:low, -1] = 1
    return ring


def _central(high: int, wide: int) -> Mask:
    """How far out a point is: 1 on an oval that leaves the corners free."""
    y, x = np.linspace(-1, 1, high)[:, None], np.linspace(-1, 1, wide)[None, :]
    out: Mask = (x / 0.75) ** 2 + (y / 0.85) ** 2
    return np.minimum(out, 2.2) / 1.1


def _settled(inside: Mask) -> Mask:
    """Specks and pin holes removed: each point is what most of its neighbourhood is."""
    image = Image.fromarray((inside * 255).astype(np.uint8), "L")
    return np.asarray(image.filter(ImageFilter.MedianFilter(5))) > 127


def _main_parts(inside: Mask, near: Mask) -> Mask:
    """The part that stands out most by size and colour, those like it, and no small holes.

    A cloud is near to the colours of its sky, and a mark in a corner is small: neither is a main thing.
    """
    label = parts(inside).ravel()
    size, far = np.bincount(label), np.bincount(label, near.ravel() * inside.ravel())
    apart = far / np.maximum(size, 1)
    main = far.argmax()
    kept = inside & ((far >= 0.2 * far[main]) & (apart >= 0.5 * apart[main]))[label].reshape(inside.shape)
    hole = sizes(~kept)
    out: Mask = kept | ((hole > 0) & (hole * 150 < inside.size))
    return out


def _without_rim(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The thing's colours carried over its soft edge, so that no background shines through.

    They change slowly there, and are worked out at half the size.
    """
    solid = mask.point([0] * 248 + [255] * 8)
    share = np.asarray(solid.reduce(2), np.float32)[..., None] / 255
    field = from_image(Image.composite(image, Image.new("RGB", image.size), solid).reduce(2))
    spread = mean(np.concatenate([field, share], -1), max(1, max(image.size) // 440))
    weight = spread[..., 3:]
    inner = to_image(spread[..., :3] / np.maximum(weight, 1e-3)).resize(image.size, Image.Resampling.BILINEAR)
    known = Image.fromarray((weight[..., 0] > 0.02) * np.uint8(255), "L").resize(image.size)
    edge = mask.point([0] * 6 + [217] * 242 + [0] * 8)
    return Image.composite(inner, image, ImageChops.darker(edge, known))
