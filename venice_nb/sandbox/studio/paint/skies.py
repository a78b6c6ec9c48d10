"""The sky: its gradient, sun or moon, stars, clouds, rainbows, fireworks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from PIL import ImageDraw

    from venice_nb.sandbox.studio.tone.light import Colour, Field, Mask, Rng
    from venice_nb.sandbox.studio.tone.palettes import Light


def sky(rng: Rng, height: int, width: int, lamp: Light, horizon: float) -> Field:
    """The sky's gradient down to the horizon; below it goes on as the horizon's colour."""
    stops = [(at * horizon, tone) for at, tone in lamp.sky]
    base = li.full(height, width, li.column(height, [*stops, (1.0, lamp.horizon)]))
    # a little unevenness across, so that no two skies are the same
    slope = np.linspace(-1, 1, width, dtype=np.float32) * float(rng.uniform(-0.06, 0.06))
    base += slope[None, :, None]
    return base


def sun(field: Field, lamp: Light, place: tuple[float, float], size: float) -> None:
    """A sun with its glow; the lower it stands, the wider the glow."""
    height, width = field.shape[:2]
    li.shine(field, lamp.sun, 0.55 * li.glow(height, width, place, size * 9, power=1.1))
    li.shine(field, lamp.sun, 0.8 * li.glow(height, width, place, size * 2.4))
    li.lay(field, blend(lamp.sun, (1, 1, 1), 0.55), li.glow(height, width, place, size, power=9))


def moon(rng: Rng, field: Field, place: tuple[float, float], size: float, *, crescent: bool) -> None:
    """A moon with a halo, spots, and a shadow if it is a crescent."""
    height, width = field.shape[:2]
    li.shine(field, colour("9fb4e8"), 0.4 * li.glow(height, width, place, size * 5, power=1.2))
    disc = li.glow(height, width, place, size, power=22)
    spots = li.fractal(rng, height, width, cells=18, octaves=3)
    if crescent:
        disc = disc * (
            1
            - li.glow(
                height,
                width,
                (place[0] + size * 0.55 * height / width, place[1] - size * 0.2),
                size,
                power=22,
            )
        )
    face = li.full(height, width, colour("f2efdf"))
    li.lay(face, colour("c9c6bd"), 0.7 * li.smooth(0.45, 0.75, spots))
    li.lay(field, face, disc)


def stars(rng: Rng, field: Field, amount: float, horizon: float) -> None:
    """Stars, a few of them large, fewer towards the horizon."""
    height, width = field.shape[:2]
    number = int(amount * 900 * height * width / 1e6) + 30
    y = (rng.random(number) ** 1.5 * horizon * height * 0.97).astype(int)
    x = (rng.random(number) * width).astype(int)
    shown = (rng.random(number) ** 3).astype(np.float32)
    mask = np.zeros((height, width), np.float32)
    mask[y, x] = 0.35 + 0.65 * shown
    for at in np.argsort(-shown)[: max(4, number // 40)]:
        spread = max(1.0, min(height, width) / 700)
        _star(mask, x[at], y[at], spread * (0.7 + float(shown[at])))
    li.shine(field, colour("f1f4ff"), np.minimum(mask, 1))


def _star(mask: Mask, x: int, y: int, size: float) -> None:
    reach = int(size * 6)
    top, left = max(0, y - reach), max(0, x - reach)
    part = mask[top : y + reach + 1, left : x + reach + 1]
    dy = (np.arange(part.shape[0]) + top - y)[:, None] / size
    dx = (np.arange(part.shape[1]) + left - x)[None, :] / size
    part += (np.exp(-(dx**2 + dy**2)) + 0.35 * np.exp(-np.abs(dx) * 0.9 - np.abs(dy) * 4)).astype(np.float32)
    part += (0.35 * np.exp(-np.abs(dy) * 0.9 - np.abs(dx) * 4)).astype(np.float32)


def clouds(
    rng: Rng, field: Field, lamp: Light, *, cover: float, horizon: float, lit: tuple[float, float] | None
) -> None:
    """Clouds: white or grey by day, lit from below at the ends of the day. `cover` 0 to 1."""
    height, width = field.shape[:2]
    tall = max(8, int(height * horizon))
    shape = li.fractal(rng, tall, width, cells=2.2, octaves=6, gain=0.52, stretch=2.6)
    edge = 0.78 - 0.55 * cover
    body = li.smooth(edge, edge + 0.28, shape)
    # lower clouds are farther: thinner bands
    body *= np.linspace(1, 0.45, tall, dtype=np.float32)[:, None]
    under = np.roll(shape, -max(1, tall // 40), axis=0) - shape
    bright = blend(lamp.horizon, (1, 1, 1), 0.62 * (1 - lamp.dark))
    dim = blend(lamp.top, lamp.haze, 0.55)
    tone = li.full(tall, width, dim)
    li.lay(tone, bright, np.clip(0.62 + 5 * under, 0, 1))
    if lit is not None:
        warm = li.glow(tall, width, (lit[0], lit[1] / horizon), 0.6, power=1.3)
        li.lay(tone, blend(lamp.sun, lamp.horizon, 0.3), 0.75 * warm)
    li.lay(field[:tall], tone, body * 0.92)


def aurora(rng: Rng, field: Field, horizon: float) -> None:
    """Curtains of northern light."""
    height, width = field.shape[:2]
    for tone in (colour("4ff0a4"), colour("7a6bff"), colour("3fd6c8")):
        foot = (0.35 + 0.3 * li.line(rng, width, cells=2, octaves=3)) * horizon
        rows = np.arange(height, dtype=np.float32)[:, None] / height
        up = foot[None, :] - rows
        veil = np.where(up > 0, np.exp(-up * 6 / horizon), np.exp(up * 60)).astype(np.float32)
        rays = 0.45 + 0.55 * li.line(rng, width, cells=40, octaves=2)
        li.shine(field, tone, 0.5 * veil * rays[None, :])


def rainbow(field: Field, horizon: float) -> None:
    """A rainbow that stands on the horizon."""
    height, width = field.shape[:2]
    y = (np.arange(height, dtype=np.float32)[:, None] - horizon * height) / (width * 0.42)
    x = (np.arange(width, dtype=np.float32)[None, :] - width * 0.55) / (width * 0.42)
    far = np.sqrt(x * x + y * y)
    tones = ("7a3fb0", "3757c8", "3fa05a", "f0d840", "ee8a2c", "d8382e")
    for at, digits in enumerate(tones):
        ring = np.exp(-(((far - 0.9 - 0.02 * at) / 0.013) ** 2)).astype(np.float32)
        li.lay(field, colour(digits), 0.5 * ring * (y < 0))


def fireworks(rng: Rng, field: Field, horizon: float) -> None:
    """Bursts of sparks in the sky."""
    height, width = field.shape[:2]
    for digits in ("ffd36b", "ff6b8a", "7fd0ff", "a6ff9e", "e49bff"):
        centre = (float(rng.uniform(0.12, 0.88)), float(rng.uniform(0.1, 0.55)) * horizon)
        reach = float(rng.uniform(0.09, 0.2)) * min(height, width)
        angles = np.linspace(0, 2 * np.pi, 34, endpoint=False) + rng.random(34) * 0.1
        lengths = reach * (0.65 + 0.35 * rng.random(34))
        rays = [
            (
                centre[0] * width + np.cos(angle) * length * share,
                centre[1] * height + np.sin(angle) * length * share + share**2 * reach * 0.15,
            )
            for angle, length in zip(angles, lengths, strict=True)
            for share in (0.35, 1.0)
        ]

        def burst(
            pen: ImageDraw.ImageDraw, tall: int, _wide: int, rays: list[tuple[float, float]] = rays
        ) -> None:
            scale = tall / height
            thick = max(1, round(scale * min(height, width) / 420))
            for inner, outer in zip(rays[::2], rays[1::2], strict=True):
                ends = (inner[0] * scale, inner[1] * scale, outer[0] * scale, outer[1] * scale)
                pen.line(ends, 210, thick)
                dot = thick * 1.3
                pen.ellipse((ends[2] - dot, ends[3] - dot, ends[2] + dot, ends[3] + dot), 255)

        mask = li.drawn(height, width, burst)
        li.shine(field, colour(digits), 0.55 * li.glow(height, width, centre, reach / min(height, width)))
        li.shine(field, blend(colour(digits), (1, 1, 1), 0.3), mask)


def weather_light(tone: Colour, dark: float) -> Colour:
    """A colour under a darker sky."""
    return blend(tone, (0.05, 0.06, 0.09), dark * 0.7)
