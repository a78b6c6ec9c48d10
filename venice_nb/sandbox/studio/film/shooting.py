"""From an order to a film: which scene is shot, how large, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from venice_nb.sandbox.studio.paint.paint import paint

from . import camera, cuts, film
from .ambience import ambience, fitted

if TYPE_CHECKING:
    from venice_nb.sandbox.rules.video_orders import Order

    from .clips import Clip
    from .film import Samples

WIDEST = 2.4  # of width to height, where a given picture decides; beyond it is cropped
PAINTED = 1280  # pixels of the longer side of a painted scene; larger frames enlarge it


def shoot(order: Order, seed: int) -> bytes:
    """The film as MP4. The same order and seed give the same film."""
    if order.clip is not None and order.work == "upscale":
        return cuts.enlarged(order.clip, order.factor)
    size = film.frame_size(order.lines, _ratio(order))
    if order.clip is not None and order.work == "video":
        return cuts.restyled(
            order.clip, order.prompt, seed=seed, seconds=order.seconds, size=size, sound=order.sound
        )
    rate = film.frame_rate(*size, order.seconds)
    take = camera.Take(order.prompt, seed, size, rate, max(2, round(order.seconds * rate)))
    first, end = order.pictures.get("image"), order.pictures.get("end_image")
    scene = first or _scene(order, seed, size)
    path = _followed(order.clip, take) if order.clip is not None else None
    frames = camera.frames(scene, take, exact=first is not None, end=end, path=path)
    return film.write(frames, rate=rate, size=size, sound=_sound(order, seed))


def _ratio(order: Order) -> float:
    """Width to height: as asked, else that of what was given, else 16:9."""
    across, colon, down = order.ratio.partition(":")
    if colon:
        return int(across) / int(down)
    source = order.pictures.get("image") or order.clip or next(iter(order.clips), None)
    if source is None:
        return 16 / 9
    return float(np.clip(source.width / source.height, 1 / WIDEST, WIDEST))


def _sound(order: Order, seed: int) -> Samples | None:
    if order.track is not None:
        return fitted(order.track.samples, order.seconds)
    return ambience(order.prompt, order.seconds, seed) if order.sound else None


def _scene(order: Order, seed: int, size: tuple[int, int]) -> Image.Image:
    """A painted scene; references stand in it as framed pictures, clips as their first frame."""
    scale = min(1.0, PAINTED / max(size))
    width, height = film.even(size[0] * scale), film.even(size[1] * scale)
    scene = paint(order.prompt, seed=seed, width=width, height=height, negative=order.negative, marked=False)
    shown = [*order.references, *(clip.first() for clip in order.clips)]
    side = int(min(height * 0.5, width / (len(shown) + 1))) if shown else 0
    for at, picture in enumerate(shown):
        panel = picture.copy()
        panel.thumbnail((side, side))
        centre = round(width * (at + 1) / (len(shown) + 1)), round(height * 0.55)
        corner = centre[0] - panel.width // 2, centre[1] - panel.height // 2
        edge = (corner[0] - 3, corner[1] - 3, corner[0] + panel.width + 2, corner[1] + panel.height + 2)
        ImageDraw.Draw(scene).rectangle(edge, fill=(245, 245, 245))
        scene.paste(panel, corner)
    return scene


def _followed(clip: Clip, take: camera.Take) -> camera.Path:
    """A camera that follows where a clip is bright, so that the picture moves as the clip does."""
    centres = []
    for frame in clip.frames(take.rate, take.count, (48, 32)):
        light = frame.light.astype(np.float64)
        rows, columns = light.sum(axis=1), light.sum(axis=0)
        across = (columns * np.linspace(0, 1, 48)).sum() / light.sum()
        down = (rows * np.linspace(0, 1, 32)).sum() / light.sum()
        centres.append((across, down))
    moved = 2 * (np.array(centres) - np.array(centres[0]))

    def seen(t: float) -> tuple[float, float, float, float]:
        near = 1 - 0.3 * min(1.0, 4 * t)  # room to move in, gained within the first quarter
        across, down = moved[round(t * (take.count - 1))]
        width, height = take.size[0] * near, take.size[1] * near
        left = float(np.clip((take.size[0] - width) * (0.5 + across), 0, take.size[0] - width))
        top = float(np.clip((take.size[1] - height) * (0.5 + down), 0, take.size[1] - height))
        return left, top, left + width, top + height

    return seen
