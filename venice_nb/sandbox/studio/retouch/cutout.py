"""The main thing of a picture told from its background by colour: a soft mask, and the thing cut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from venice_nb.sandbox.studio.tone.light import from_image

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
        mask = Image.fromarray(np.minimum(np.asarray(mask), np.asarray(image.getchannel("A"))), "L")
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
    inside = _main_parts(inside)
    small = Image.fromarray((inside * 255).astype(np.uint8), "L")
    large = small.resize(image.size, Image.Resampling.BICUBIC)
    soft = max(1.0, max(image.size) / SIDE * 0.7)
    blurred = np.asarray(large.filter(ImageFilter.GaussianBlur(soft)), np.float32) / 255
    refined = guided(from_image(image), blurred, radius=max(2, round(soft * 1.5)))
    alpha = np.clip((refined - 0.3) / 0.4, 0, 1)
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
    high, wide = near.shape
    like = near < 9.5
    reached = np.zeros((high, wide), bool)
    reached[0], reached[:, 0], reached[:, -1] = like[0], like[:, 0], like[:, -1]
    for _ in range(high + wide):
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= like
        if (grown == reached).all():
            break
        reached = grown
    return reached


def joined_from_top(lab: Field) -> Mask:
    """What is joined to the upper edge by small steps of colour and is coloured like the upper third."""
    high = lab.shape[0]
    like = _nearness_to(lab, _groups(lab[: max(2, high // 3)])) < 22
    down = (np.sqrt(((lab[1:] - lab[:-1]) ** 2).sum(-1)) < 7) & like[1:]
    right = np.sqrt(((lab[:, 1:] - lab[:, :-1]) ** 2).sum(-1)) < 9
    reached = np.zeros(lab.shape[:2], bool)
    reached[0] = True
    for _ in range(sum(lab.shape[:2])):
        grown = reached.copy()
        grown[1:] |= reached[:-1] & down
        grown[:, 1:] |= reached[:, :-1] & right & like[:, 1:]
        grown[:, :-1] |= reached[:, 1:] & right & like[:, :-1]
        if (grown == reached).all():
            break
        reached = grown
    # a way round an edge is no sky: what lies below solid ground in its column is left out
    dim = lab[..., 0] < 93  # a sun is no ground
    blocked = np.cumsum(~reached & dim, axis=0) > max(2, high // 30)
    sky = (reached | ~dim) & ~blocked
    # where haze hides the edge, the sky ends where it ends for most columns
    ends = high - np.argmax(sky[::-1], axis=0)
    sky[int(np.quantile(ends, 0.7)) + high // 25 :] = False
    return _settled(sky)


def _groups(colours: Field) -> Field:
    """A few colours that stand for many: k-means from a fixed start."""
    points = colours.reshape(-1, 3)
    order = np.argsort(points @ np.array([1.0, 0.35, 0.6]))
    centres = points[order[np.linspace(0, len(points) - 1, min(GROUPS, len(points))).astype(int)]]
    for _ in range(6):
        owner = ((points[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        centres = np.stack(
            [
                points[owner == at].mean(0) if (owner == at).any() else centre
                for at, centre in enumerate(centres)
            ]
        )
    out: Field = centres
    return out


def _nearness_to(lab: Field, centres: Field) -> Mask:
    out: Field = np.sqrt(((lab[..., None, :] - centres) ** 2).sum(-1)).min(-1).astype(np.float32)
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


def _main_parts(inside: Mask) -> Mask:
    """The largest joined part, those at least a tenth as large, and no small holes."""
    kept = np.zeros_like(inside)
    parts = _joined(inside)
    largest = max((int(part.sum()) for part in parts), default=0)
    for part in parts:
        if part.sum() * 10 >= largest:
            kept |= part
    for hole in _joined(~kept):
        if hole.sum() * 150 < inside.size:
            kept |= hole
    return kept


def _joined(mask: Mask) -> list[Mask]:
    """The parts of a mask that hang together, by spreading the lowest number of each."""
    label = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    far = mask.size + 1
    for _ in range(sum(mask.shape)):
        spread = np.where(mask, label, far)
        fresh = spread.copy()
        fresh[1:] = np.minimum(fresh[1:], spread[:-1])
        fresh[:-1] = np.minimum(fresh[:-1], spread[1:])
        fresh[:, 1:] = np.minimum(fresh[:, 1:], spread[:, :-1])
        fresh[:, :-1] = np.minimum(fresh[:, :-1], spread[:, 1:])
        fresh = np.where(mask, fresh, 0)
        if (fresh == label).all():
            break
        label = fresh
    names, counts = np.unique(label[mask], return_counts=True)
    return [label == name for name in names[np.argsort(-counts)][:40]]


def guided(field: Field, mask: Mask, radius: int) -> Mask:
    """The mask with its edge drawn to the edges of the picture: a guided filter on brightness."""
    guide = field @ np.array([0.299, 0.587, 0.114], np.float32)
    mean_g, mean_m = _mean(guide, radius), _mean(mask, radius)
    slope = (_mean(guide * mask, radius) - mean_g * mean_m) / (
        _mean(guide * guide, radius) - mean_g**2 + 1e-3
    )
    offset = mean_m - slope * mean_g
    out: Field = _mean(slope, radius) * guide + _mean(offset, radius)
    return out


def _mean(values: Mask, radius: int) -> Mask:
    size = 2 * radius + 1
    out = values
    for axis in (0, 1):
        pad = [(radius + 1, radius) if at == axis else (0, 0) for at in (0, 1)]
        sums = np.cumsum(np.pad(out, pad, mode="edge"), axis=axis, dtype=np.float64)
        ahead = np.take(sums, range(size, sums.shape[axis]), axis=axis)
        behind = np.take(sums, range(sums.shape[axis] - size), axis=axis)
        out = ((ahead - behind) / size).astype(np.float32)
    return out


def _without_rim(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The thing's colours carried over its soft edge, so that no background shines through."""
    field, share = from_image(image), np.asarray(mask, np.float32) / 255
    solid = (share > 0.97).astype(np.float32)
    reach = max(2, max(image.size) // 220)
    weight = _mean(solid, reach)
    spread = np.stack([_mean(field[..., part] * solid, reach) for part in range(3)], -1)
    inner = spread / np.maximum(weight, 1e-3)[..., None]
    use = ((share > 0.02) & (share < 0.97) & (weight > 0.02)).astype(np.float32)[..., None]
    made = field + (inner - field) * use * 0.85
    return Image.fromarray((np.clip(made, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
