"""Frames that move, from a picture that does not: a camera's path, a wandering light, things in the air."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .film import Frame, even
from .lens import Lens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


# What fills the air, by the first of these words in the prompt: colour, fall (heights a second), size, count.
AIR = {
    r"snow\w*|blizzard|winter": ((255, 255, 255), 0.22, 3.0, 90),
    r"rain\w*|storm\w*|drizzl\w*": ((190, 205, 225), 1.3, 2.0, 110),
    r"fire\w*|ember\w*|spark\w*|flame\w*|lava": ((255, 160, 60), -0.35, 2.5, 60),
    r"star\w*|galax\w*|space|night|cosmic": ((255, 255, 235), 0.01, 1.6, 70),
    r"leaf|leaves|autumn|petal\w*|blossom\w*": ((230, 140, 70), 0.16, 4.0, 40),
    r"underwater|bubble\w*|reef|aquarium": ((205, 235, 255), -0.18, 3.0, 45),
}
DUST = ((255, 240, 215), -0.05, 2.2, 36)
# How the camera goes, by words of the prompt: pan right, pan down (parts of the frame), zoom at the end.
MOVES = {
    r"zoom\w* out|pull\w* (out|back)": (0.0, 0.0, 1.0),
    r"pan\w* left|to the left": (-1.0, 0.0, 0.8),
    r"pan\w* right|to the right": (1.0, 0.0, 0.8),
    r"tilt\w* up|rising|upward\w*": (0.0, -1.0, 0.8),
    r"tilt\w* down|descend\w*|downward\w*": (0.0, 1.0, 0.8),
    r"zoom\w* in|close[- ]?up|dolly|push\w* in": (0.0, 0.0, 0.6),
}
# From a time between 0 and 1 to the part of the scene that is seen: left, top, right, bottom.
Path = Callable[[float], tuple[float, float, float, float]]
ZOOM = 0.78  # of the frame's side, at the end of a camera move that nobody asked for


@dataclass(frozen=True, slots=True)
class Take:
    """One shot: how long, how fast, how big, and what is said about it."""

    prompt: str
    seed: int
    size: tuple[int, int]
    rate: int
    count: int


def frames(
    scene: Image.Image,
    take: Take,
    *,
    exact: bool,
    end: Image.Image | None = None,
    path: Path | None = None,
) -> Iterator[Frame]:
    """The frames of a take. `exact`: the first one is the scene itself; with `end` the last one is that."""
    scene = _filling(scene, take.size) if exact else scene
    lens = Lens(scene, take.size)
    last = Frame.of(np.asarray(_filling(end, take.size))).all.astype(np.float32) if end else None
    path, air = path or _Drift(scene, take), _Air(take)
    mark = stamp(take.size[0])
    for at in range(take.count):
        t = at / max(1, take.count - 1)
        frame = lens.seen(path(t))
        strength = min(1.0, t * 4) if exact else 1.0
        mix = min(1.0, max(0.0, (t - 0.5) / 0.42)) ** 1.5 if last is not None else 0.0
        if mix and last is not None:
            frame.all[:] = frame.all * np.float32(1 - mix) + last * np.float32(mix)
        air.drawn_on(frame, t, strength * (1 - mix))
        if not (exact and at == 0) and mix < 1:  # those two are pictures that were given
            put(frame, mark)
        yield frame


def _filling(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture cropped to a ratio and sized, as `object-fit: cover` does."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    part = size[0] / scale, size[1] / scale
    left, top = (picture.width - part[0]) / 2, (picture.height - part[1]) / 2
    box = (left, top, left + part[0], top + part[1])
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=box)


class _Drift:
    """The part of the scene the camera sees at a time from 0 to 1: smooth, from all of it to some of it."""

    def __init__(self, scene: Image.Image, take: Take) -> None:
        self.size = scene.size
        told = [move for words, move in MOVES.items() if re.search(words, take.prompt, re.IGNORECASE)]
        dice = np.random.default_rng(take.seed)
        angle = dice.uniform(0, 2 * np.pi)
        drift = 0.9 * np.cos(angle), 0.5 * np.sin(angle), ZOOM
        move: tuple[float, float, float] = told[0] if told else drift
        self.right, self.down, self.zoom = move
        self.back = bool(told) and self.zoom == 1.0

    def __call__(self, t: float) -> tuple[float, float, float, float]:
        ease = t * t * (3 - 2 * t)
        near = 0.65 + 0.35 * ease if self.back else 1 + (self.zoom - 1) * ease
        width, height = self.size[0] * near, self.size[1] * near
        left = (self.size[0] - width) / 2 * (1 + self.right * ease)
        top = (self.size[1] - height) / 2 * (1 + self.down * ease)
        return left, top, left + width, top + height


class _Air:
    """A light that wanders, and specks that drift, over one take."""

    def __init__(self, take: Take) -> None:
        self.take = take
        found = [
            kind for words, kind in AIR.items() if re.search(rf"\b({words})\b", take.prompt, re.IGNORECASE)
        ]
        colour, self.fall, size, count = found[0] if found else DUST
        self.colour = [int(plane[0, 0]) for plane in Frame.of(np.full((2, 2, 3), colour, np.uint8)).planes()]
        self.streak = self.fall > 1
        dice = np.random.default_rng(take.seed + 1)
        self.specks = dice.uniform(size=(count, 4))
        self.unit = max(1.0, size * take.size[1] / 720)
        self.phase = dice.uniform(0, 2 * np.pi, 2)
        self.glow = _glow(max(8, take.size[1] // 2))
        self.seconds = take.count / take.rate

    def drawn_on(self, frame: Frame, t: float, strength: float) -> None:
        """Adds the light and the specks at a time from 0 to 1."""
        if strength <= 0:
            return
        width, height = self.take.size
        x = width * (0.5 + 0.42 * np.sin(self.phase[0] + 2.6 * t * np.pi / 2))
        y = height * (0.4 + 0.28 * np.sin(self.phase[1] + 3.1 * t * np.pi / 2))
        _add(frame, self.glow, int(x), int(y), strength)
        seconds = t * self.seconds
        for across, down, depth, sway in self.specks:
            near = 0.4 + 0.6 * depth
            side = across + 0.03 * np.sin(seconds * (0.6 + sway) + 6.3 * sway)
            level = (down + self.fall * near * seconds) % 1.0
            radius = max(1, round(self.unit * near))
            self._drawn(frame, int(side * width) % width, int(level * height), radius, strength * near)

    def _drawn(self, frame: Frame, x: int, y: int, radius: int, strength: float) -> None:
        shape = _speck(radius, radius * 9) if self.streak else _speck(radius, radius)
        part = np.float32(0.85 * strength)
        for at, (plane, value) in enumerate(zip(frame.planes(), self.colour, strict=True)):
            half = 2 if at else 1
            mask = shape[::half, ::half] * part
            top, left = (y - shape.shape[0] // 2) // half, (x - shape.shape[1] // 2) // half
            spot = plane[max(0, top) : top + mask.shape[0], max(0, left) : left + mask.shape[1]]
            if spot.shape == mask.shape:  # those that stick out at an edge are not drawn
                spot[:] = spot + (np.float32(value) - spot) * mask


@cache
def _speck(wide: int, tall: int) -> NDArray[np.float32]:
    """A soft round or long spot, as parts of 1."""
    across = np.linspace(-1, 1, 2 * wide + 1, dtype=np.float32)
    down = np.linspace(-1, 1, 2 * tall + 1, dtype=np.float32)
    spot: NDArray[np.float32] = 1.6 - 1.6 * (across[None, :] ** 2 + down[:, None] ** 2)
    return spot.clip(0.0, 1.0).astype(np.float32)


@cache
def _glow(radius: int) -> NDArray[np.float32]:
    """A soft round light, brightest in the middle."""
    line = np.linspace(-1, 1, 2 * radius + 1, dtype=np.float32)
    fade: NDArray[np.float32] = np.clip(1 - np.hypot(line[:, None], line[None, :]), 0, 1) ** 2
    return fade


# How much the light in the middle adds to brightness, blue and red: a warm white.
LIT = (62.0, -9.0, 8.0)


def _add(frame: Frame, glow: NDArray[np.float32], x: int, y: int, strength: float) -> None:
    """Adds light to a frame around a point, as far as it lies inside."""
    for at, (plane, amount) in enumerate(zip(frame.planes(), LIT, strict=True)):
        half = 2 if at else 1
        sprite = glow[::half, ::half]
        reach, across, down = sprite.shape[0] // 2, x // half, y // half
        top, left = max(0, down - reach), max(0, across - reach)
        bottom, right = min(plane.shape[0], down + reach + 1), min(plane.shape[1], across + reach + 1)
        if top >= bottom or left >= right:
            return
        rows = slice(top - down + reach, bottom - down + reach)
        part = sprite[rows, left - across + reach : right - across + reach]
        change = (part * np.float32(abs(amount) * strength)).astype(np.uint8)
        spot = plane[top:bottom, left:right]
        if amount > 0:
            spot[:] = np.minimum(spot, 235 - change) + change
        else:
            spot[:] = np.maximum(spot, 16 + change) - change


@cache
def stamp(width: int) -> Frame:
    """The mark that every film carries: the word SANDBOX on a dark plate."""
    size = max(9, width // 60)
    font = ImageFont.load_default(size=size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox("SANDBOX"))
    plate = Image.new("RGB", (even(right - left + size), even(bottom - top + size // 2)), (16, 16, 20))
    ImageDraw.Draw(plate).text((size // 2 - left, size // 4 - top), "SANDBOX", (240, 240, 240), font=font)
    return Frame.of(np.asarray(plate))


def put(frame: Frame, mark: Frame) -> None:
    """Sets the mark into the lower left corner."""
    for plane, part in zip(frame.planes(), mark.planes(), strict=True):
        tall, wide = min(part.shape[0], plane.shape[0]), min(part.shape[1], plane.shape[1])
        plane[-tall:, :wide] = part[:tall, :wide]
