"""What stands on tables and what is pure shape, as small drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone.light import blend, colour

from .figures import INK, WHITE

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Rng

    from .pen import Pen


def cup(pen: Pen, _rng: Rng) -> None:
    """Coffee on a saucer, steaming."""
    pen.oval(0, 0.07, 0.56, 0.07, pen.shade(0.25))
    pen.oval(0, 0.09, 0.34, 0.035, pen.shade(-0.2))
    pen.oval(0.36, 0.38, 0.16, 0.16, pen.shade(-0.1))
    pen.draw.ellipse((*pen.spot((0.27, 0.47)), *pen.spot((0.45, 0.29))), (0, 0, 0, 0))
    pen.blob([(-0.36, 0.6), (-0.34, 0.34), (-0.2, 0.1), (0.2, 0.1), (0.34, 0.34), (0.36, 0.6)], pen.tone)
    pen.oval(0, 0.6, 0.37, 0.075, pen.shade(0.4))
    pen.oval(0, 0.595, 0.33, 0.058, colour("4a2a18"))
    pen.oval(-0.06, 0.6, 0.14, 0.022, colour("a9744a"))
    for x in (-0.12, 0.04, 0.18):
        pen.stroke([(x, 0.68), (x + 0.05, 0.77), (x - 0.03, 0.87), (x + 0.03, 0.97)], 0.016, (0.9, 0.9, 0.92))


def apple(pen: Pen, _rng: Rng) -> None:
    """With a leaf."""
    pen.blob(
        [
            (0, 0.8),
            (-0.22, 0.88),
            (-0.42, 0.7),
            (-0.4, 0.35),
            (-0.18, 0.03),
            (0, 0.07),
            (0.18, 0.03),
            (0.4, 0.35),
            (0.42, 0.7),
            (0.22, 0.88),
        ],
        pen.tone,
    )
    pen.blob([(-0.3, 0.72), (-0.34, 0.5), (-0.27, 0.4), (-0.2, 0.62)], pen.shade(0.45))
    pen.stroke([(0, 0.78), (0.03, 0.9), (0.08, 1.0)], 0.03, colour("5a3b26"))
    pen.blob([(0.04, 0.9), (0.16, 1.0), (0.34, 0.96), (0.2, 0.87)], colour("5d9a3c"))


def cake(pen: Pen, _rng: Rng) -> None:
    """Layers, icing and candles."""
    pen.oval(0, 0.05, 0.62, 0.06, WHITE)
    pen.box(-0.46, 0.06, 0.46, 0.6, colour("d9a066"))
    for y in (0.2, 0.38):
        pen.box(-0.46, y, 0.46, y + 0.05, WHITE)
    pen.oval(0, 0.6, 0.46, 0.08, pen.shade(0.3))
    for x in np.linspace(-0.4, 0.4, 7):
        pen.oval(float(x), 0.55, 0.06, 0.09, pen.tone)
    for x in (-0.22, 0, 0.22):
        pen.box(x - 0.02, 0.62, x + 0.02, 0.84, colour("7fb6d9"))
        pen.blob([(x - 0.025, 0.87), (x, 0.97), (x + 0.025, 0.87), (x, 0.84)], colour("ffc84a"))


def book(pen: Pen, _rng: Rng) -> None:
    """Open."""
    pen.poly([(-0.75, 0.1), (0, 0.0), (0.75, 0.1), (0.75, 0.78), (0, 0.68), (-0.75, 0.78)], pen.tone)
    for side in (-1, 1):
        pen.blob(
            [
                (0, 0.06),
                (side * 0.35, 0.16),
                (side * 0.7, 0.14),
                (side * 0.7, 0.82),
                (side * 0.35, 0.88),
                (0, 0.74),
            ],
            WHITE,
        )
        for at in range(6):
            y = 0.66 - at * 0.085
            pen.stroke(
                [(side * 0.08, y), (side * 0.34, y + 0.06), (side * 0.62, y + 0.05)], 0.012, colour("8d8a86")
            )


def bottle(pen: Pen, _rng: Rng) -> None:
    """With a label."""
    pen.blob(
        [
            (-0.17, 0.03),
            (-0.17, 0.5),
            (-0.13, 0.62),
            (-0.06, 0.72),
            (-0.055, 0.95),
            (0.055, 0.95),
            (0.06, 0.72),
            (0.13, 0.62),
            (0.17, 0.5),
            (0.17, 0.03),
            (0, 0.0),
        ],
        pen.tone,
    )
    pen.box(-0.165, 0.16, 0.165, 0.44, colour("efe6d2"))
    pen.box(-0.1, 0.3, 0.1, 0.33, colour("8f2f3a"))
    pen.box(-0.06, 0.93, 0.06, 1.0, colour("8f2f3a"))
    pen.stroke([(-0.12, 0.5), (-0.13, 0.1)], 0.02, pen.shade(0.5))


def lantern(pen: Pen, _rng: Rng) -> None:
    """Paper over a light."""
    pen.stroke([(0, 0.82), (0, 1.0)], 0.015, INK)
    pen.blob(
        [(-0.14, 0.2), (-0.3, 0.5), (-0.14, 0.8), (0.14, 0.8), (0.3, 0.5), (0.14, 0.2)],
        blend(pen.tone, (1, 0.85, 0.45), 0.2 + 0.4 * pen.lamps),
    )
    pen.oval(0, 0.5, 0.13, 0.2, blend(pen.tone, (1, 0.95, 0.7), 0.55 + 0.4 * pen.lamps))
    pen.box(-0.13, 0.79, 0.13, 0.85, INK)
    pen.box(-0.11, 0.15, 0.11, 0.21, INK)
    pen.stroke([(0, 0.15), (0, 0.0)], 0.02, pen.shade(-0.2))


def candle(pen: Pen, _rng: Rng) -> None:
    """Burning."""
    pen.oval(0, 0.04, 0.24, 0.04, colour("9a7a3a"))
    pen.box(-0.11, 0.04, 0.11, 0.68, blend(pen.tone, WHITE, 0.5))
    pen.oval(0, 0.68, 0.11, 0.03, WHITE)
    pen.stroke([(0, 0.68), (0, 0.76)], 0.012, INK)
    pen.blob(
        [(-0.055, 0.8), (-0.035, 0.9), (0, 1.0), (0.035, 0.9), (0.055, 0.8), (0, 0.74)], colour("ff9f2e")
    )
    pen.blob([(-0.028, 0.8), (0, 0.92), (0.028, 0.8), (0, 0.76)], colour("fff3b0"))


def umbrella(pen: Pen, _rng: Rng) -> None:
    """Open, with its handle."""
    pen.stroke([(0, 0.95), (0, 0.12), (0.05, 0.04), (0.11, 0.09)], 0.022, INK)
    pen.blob(
        [
            (-0.5, 0.52),
            (-0.42, 0.76),
            (-0.2, 0.92),
            (0, 0.97),
            (0.2, 0.92),
            (0.42, 0.76),
            (0.5, 0.52),
            (0.25, 0.58),
            (0, 0.53),
            (-0.25, 0.58),
        ],
        pen.tone,
    )
    pen.blob([(0, 0.97), (-0.14, 0.8), (-0.25, 0.57), (0, 0.53)], pen.shade(-0.25))
    pen.blob([(0, 0.97), (0.3, 0.8), (0.5, 0.53), (0.25, 0.57)], pen.shade(0.2))


def mushroom(pen: Pen, _rng: Rng) -> None:
    """With white spots."""
    pen.blob([(-0.12, 0.0), (-0.09, 0.5), (0.09, 0.5), (0.12, 0.0)], colour("f0e6d2"))
    pen.blob([(-0.48, 0.45), (-0.4, 0.78), (0, 0.98), (0.4, 0.78), (0.48, 0.45), (0, 0.4)], pen.tone)
    for x, y, r in (
        (-0.24, 0.66, 0.06),
        (0.05, 0.82, 0.07),
        (0.28, 0.62, 0.055),
        (0.02, 0.56, 0.05),
        (-0.08, 0.73, 0.035),
    ):
        pen.oval(x, y, r, r * 0.8, WHITE)


def guitar(pen: Pen, _rng: Rng) -> None:
    """Upright."""
    pen.blob(
        [
            (0, 0.0),
            (-0.24, 0.08),
            (-0.24, 0.26),
            (-0.14, 0.36),
            (-0.18, 0.5),
            (0, 0.56),
            (0.18, 0.5),
            (0.14, 0.36),
            (0.24, 0.26),
            (0.24, 0.08),
        ],
        pen.tone,
    )
    pen.oval(0, 0.34, 0.075, 0.06, INK)
    pen.box(-0.03, 0.34, 0.03, 0.88, colour("4a2f1f"))
    pen.box(-0.05, 0.87, 0.05, 1.0, colour("2f1d14"))
    for x in (-0.016, 0, 0.016):
        pen.stroke([(x, 0.13), (x, 0.96)], 0.003, WHITE)
    pen.box(-0.08, 0.12, 0.08, 0.145, INK)


def heart(pen: Pen, _rng: Rng) -> None:
    """With a highlight."""
    t = np.linspace(0, 2 * np.pi, 90)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    pen.poly([(float(a) / 34, float(b + 17) / 30) for a, b in zip(x, y, strict=True)], pen.tone)
    pen.blob([(-0.32, 0.82), (-0.38, 0.66), (-0.3, 0.56), (-0.24, 0.7)], pen.shade(0.5))


def ball(pen: Pen, _rng: Rng) -> None:
    """Shaded as a sphere."""
    for at in range(26):
        part = at / 25
        tone = blend(pen.shade(-0.6), pen.shade(0.5), part**1.1)
        pen.oval(-0.16 * part, 0.5 + 0.17 * part, 0.5 * (1 - part) + 0.04, 0.5 * (1 - part) + 0.04, tone)


def cube(pen: Pen, _rng: Rng) -> None:
    """Three faces."""
    pen.poly([(-0.48, 0.24), (0, 0.0), (0, 0.52), (-0.48, 0.76)], pen.shade(-0.1))
    pen.poly([(0.48, 0.24), (0, 0.0), (0, 0.52), (0.48, 0.76)], pen.shade(-0.5))
    pen.poly([(-0.48, 0.76), (0, 0.52), (0.48, 0.76), (0, 1.0)], pen.shade(0.4))


def pyramid(pen: Pen, _rng: Rng) -> None:
    """Two faces."""
    pen.poly([(-0.6, 0.14), (0.1, 0.0), (0, 1.0)], pen.shade(0.15))
    pen.poly([(0.1, 0.0), (0.6, 0.2), (0, 1.0)], pen.shade(-0.45))


def crystal(pen: Pen, _rng: Rng) -> None:
    """A cut stone."""
    top = [(-0.5, 0.7), (-0.28, 0.98), (0.28, 0.98), (0.5, 0.7)]
    pen.poly([*top, (0, 0.0)], pen.tone)
    for at, (left, right) in enumerate(((-0.5, -0.2), (-0.2, 0.2), (0.2, 0.5))):
        pen.poly([(left, 0.7), (right, 0.7), (0, 0.0)], pen.shade((0.35, 0.1, -0.35)[at]))
    pen.poly([(-0.28, 0.98), (-0.2, 0.7), (0.0, 0.98)], pen.shade(0.6))
    pen.poly([(0.0, 0.98), (0.2, 0.7), (0.28, 0.98)], pen.shade(0.25))
    pen.poly([(-0.2, 0.7), (0.0, 0.98), (0.2, 0.7)], pen.shade(0.45))


def star(pen: Pen, _rng: Rng) -> None:
    """Five points."""
    angles = np.pi / 2 + np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2 == 0, 0.52, 0.21)
    spots = [(float(np.cos(a) * r), 0.48 + float(np.sin(a) * r)) for a, r in zip(angles, reach, strict=True)]
    pen.poly(spots, pen.tone)
    for at in range(0, 10, 2):
        pen.poly([spots[at], spots[at - 1], (0, 0.48)], pen.shade(0.3))


def planet(pen: Pen, rng: Rng) -> None:
    """A banded globe with a ring."""
    ring = bool(rng.random() < 0.6)
    globe = 0.34 if ring else 0.48
    if ring:
        pen.oval(0, 0.5, 0.78, 0.15, pen.shade(0.35), 0.75)
        pen.draw.ellipse((*pen.spot((-0.62, 0.6)), *pen.spot((0.62, 0.4))), (0, 0, 0, 0))
    for at in range(26):
        part = at / 25
        r = globe * (1 - part) + 0.02
        pen.oval(
            -globe * 0.35 * part,
            0.5 + globe * 0.35 * part,
            r,
            r,
            blend(pen.shade(-0.75), pen.shade(0.4), part**0.8),
        )
    for y in (-0.5, -0.15, 0.25, 0.55):
        half = globe * float(np.sqrt(1 - y * y)) * 0.96
        pen.stroke(
            [(-half, 0.5 + globe * y), (0, 0.5 + globe * (y - 0.06)), (half, 0.5 + globe * y)],
            0.02,
            pen.shade(-0.35),
        )
    if ring:
        angles = np.linspace(np.pi, 2 * np.pi, 40)
        outer = [(float(np.cos(a)) * 0.78, 0.5 + float(np.sin(a)) * 0.15) for a in angles]
        inner = [(float(np.cos(a)) * 0.62, 0.5 + float(np.sin(a)) * 0.1) for a in angles[::-1]]
        pen.poly(outer + inner, pen.shade(0.45))
