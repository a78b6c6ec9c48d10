"""Boats, buildings, vehicles and plants as small drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from venice_nb.sandbox.studio.tone.light import blend, colour
from venice_nb.sandbox.studio.tone.palettes import SEASONS

from . import figures

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Colour, Rng

    from .pen import Pen

INK, WHITE = figures.INK, figures.WHITE
WOOD, STEEL = colour("5a3b26"), colour("aab2ba")


def gondola(pen: Pen, _rng: Rng) -> None:
    """With its iron prow and a gondolier."""
    pen.blob(
        [
            (-1.15, 0.34),
            (-0.95, 0.1),
            (-0.4, 0.0),
            (0.4, 0.0),
            (0.95, 0.1),
            (1.15, 0.36),
            (0.8, 0.2),
            (0, 0.13),
            (-0.8, 0.18),
        ],
        pen.tone,
    )
    pen.stroke([(-0.95, 0.17), (0, 0.1), (0.95, 0.18)], 0.018, colour("c9a24a"))
    pen.poly([(1.08, 0.3), (1.2, 0.52), (1.14, 0.54), (1.04, 0.36)], STEEL)
    for y in (0.36, 0.41, 0.46):
        pen.stroke([(1.1, y), (1.19, y)], 0.022, STEEL)
    pen.blob([(-0.2, 0.12), (-0.18, 0.26), (0.25, 0.26), (0.3, 0.12)], colour("8f1f2b"))
    pen.stroke([(-0.5, 0.62), (-0.95, 0.02)], 0.018, WOOD)
    for x in (-0.72, -0.64):
        pen.poly([(x - 0.03, 0.45), (x + 0.04, 0.45), (x + 0.03, 0.14), (x - 0.02, 0.14)], INK)
    pen.blob([(-0.77, 0.44), (-0.76, 0.68), (-0.68, 0.76), (-0.6, 0.68), (-0.6, 0.44)], WHITE)
    for y in (0.5, 0.57, 0.64):
        pen.stroke([(-0.76, y), (-0.61, y)], 0.022, colour("2b3f73"))
    pen.stroke([(-0.65, 0.68), (-0.5, 0.6)], 0.04, WHITE)
    pen.oval(-0.68, 0.83, 0.055, 0.065, colour("e0b48c"))
    pen.poly([(-0.8, 0.87), (-0.56, 0.87), (-0.6, 0.91), (-0.76, 0.91)], colour("e3c887"))
    pen.box(-0.73, 0.9, -0.63, 0.95, colour("e3c887"))


def boat(pen: Pen, rng: Rng) -> None:
    """A sailing boat."""
    lean = float(rng.uniform(-0.04, 0.04))
    pen.stroke([(0.02, 0.12), (0.02 + lean, 1.0)], 0.018, WOOD)
    pen.blob([(0.05, 0.2), (0.05 + lean, 0.95), (0.36, 0.3), (0.44, 0.2)], WHITE)
    pen.blob([(-0.02, 0.2), (-0.01 + lean, 0.85), (-0.26, 0.3), (-0.34, 0.2)], blend(WHITE, pen.tone, 0.35))
    pen.poly([(-0.48, 0.16), (0.5, 0.16), (0.38, 0.0), (-0.36, 0.0)], pen.tone)
    pen.stroke([(-0.46, 0.14), (0.48, 0.14)], 0.02, WHITE)
    pen.poly([(0.02 + lean, 1.0), (0.14 + lean, 0.97), (0.02 + lean, 0.94)], colour("d2402f"))


def bridge(pen: Pen, _rng: Rng) -> None:
    """Stone arches."""
    pen.poly([(-1.5, 0.0), (-1.5, 0.62), (0, 1.0), (1.5, 0.62), (1.5, 0.0)], pen.tone)
    pen.stroke([(-1.5, 0.6), (0, 0.96), (1.5, 0.6)], 0.06, pen.shade(0.25), smooth=False)
    for x, r, y in ((-0.95, 0.32, 0.4), (0, 0.46, 0.62), (0.95, 0.32, 0.4)):
        pen.oval(x, 0.0, r, y, pen.shade(-0.35))
        pen.draw.ellipse(
            (*pen.spot((x - r * 0.9, y * 0.9)), *pen.spot((x + r * 0.9, -y * 0.9))), (0, 0, 0, 0)
        )  # an open arch: the sheet is clear there


def lighthouse(pen: Pen, _rng: Rng) -> None:
    """Striped, on a rock."""
    pen.blob([(-0.42, 0.0), (-0.3, 0.12), (-0.05, 0.16), (0.2, 0.12), (0.42, 0.0)], colour("4b4a4e"))
    bottom, top = 0.13, 0.085
    for at in range(5):
        low, high = 0.12 + at * 0.13, 0.12 + (at + 1) * 0.13
        a, b = (bottom + (top - bottom) * (y - 0.12) / 0.65 for y in (low, high))
        pen.poly([(-a, low), (a, low), (b, high), (-b, high)], WHITE if at % 2 else pen.tone)
    pen.box(-0.13, 0.765, 0.13, 0.795, INK)
    pen.box(-0.065, 0.795, 0.065, 0.89, blend(colour("9fb4bf"), (1, 0.92, 0.6), 0.4 + 0.6 * pen.lamps))
    pen.poly([(-0.09, 0.89), (0.09, 0.89), (0, 0.98)], pen.shade(-0.3))


def house(pen: Pen, rng: Rng) -> None:
    """With a gable, a chimney and windows."""
    roof = colour(("8c3b2a", "5b3d34", "49525c", "7a2f35")[int(rng.integers(4))])
    pen.box(0.2, 0.6, 0.3, 0.95, pen.shade(-0.35))
    pen.box(-0.42, 0.0, 0.42, 0.5, pen.tone)
    pen.poly([(-0.5, 0.48), (0, 0.92), (0.5, 0.48)], roof)
    pen.box(-0.08, 0.0, 0.08, 0.28, WOOD)
    for x in (-0.26, 0.26):
        pen.window(x - 0.09, 0.2, x + 0.09, 0.38)
        pen.stroke([(x, 0.2), (x, 0.38)], 0.012, pen.shade(-0.4))
    pen.window(-0.06, 0.56, 0.06, 0.68)


def castle(pen: Pen, rng: Rng) -> None:
    """Towers with pointed roofs and a gate."""
    roof = colour(("3d5a80", "8c3b2a", "5b4a7a")[int(rng.integers(3))])
    pen.box(-0.4, 0.0, 0.4, 0.4, pen.tone)
    for at in range(9):
        pen.box(-0.4 + at * 0.094, 0.4, -0.35 + at * 0.094, 0.45, pen.tone)
    for x, wide, high in (
        (-0.45, 0.1, 0.6),
        (0.45, 0.1, 0.6),
        (-0.16, 0.09, 0.7),
        (0.2, 0.07, 0.62),
        (0.02, 0.075, 0.8),
    ):
        pen.box(x - wide, 0.0, x + wide, high, pen.shade(0.08 if x < 0 else -0.12))
        pen.poly([(x - wide * 1.25, high), (x + wide * 1.25, high), (x, high + wide * 2.1)], roof)
        pen.window(x - 0.02, high - 0.14, x + 0.02, high - 0.06)
        pen.stroke([(x, high + wide * 2.0), (x, high + wide * 2.1 + 0.04)], 0.008, INK)
    pen.oval(0.0, 0.16, 0.08, 0.1, WOOD)
    pen.box(-0.08, 0.0, 0.08, 0.16, WOOD)


def church(pen: Pen, _rng: Rng) -> None:
    """A nave and a tower."""
    pen.box(-0.1, 0.0, 0.42, 0.34, pen.tone)
    pen.poly([(-0.12, 0.34), (0.46, 0.34), (0.36, 0.52), (-0.05, 0.52)], colour("5e4636"))
    pen.box(-0.3, 0.0, -0.06, 0.6, pen.shade(0.1))
    pen.poly([(-0.33, 0.6), (-0.03, 0.6), (-0.18, 0.96)], colour("4a5d68"))
    pen.stroke([(-0.18, 0.94), (-0.18, 1.02)], 0.012, INK)
    pen.stroke([(-0.215, 0.99), (-0.145, 0.99)], 0.012, INK)
    for x in (0.04, 0.17, 0.3):
        pen.window(x - 0.03, 0.1, x + 0.03, 0.24)
    pen.window(-0.21, 0.42, -0.15, 0.52)


def leaves(season: str) -> tuple[Colour, ...]:
    """The colours of leaves in a season."""
    return SEASONS[season][0]


def tree(pen: Pen, rng: Rng) -> None:
    """A broad crown in three depths of leaves."""
    pen.poly([(-0.06, 0.0), (0.06, 0.0), (0.03, 0.55), (-0.03, 0.55)], WOOD)
    for side in (-1, 1):
        pen.stroke([(0, 0.35), (side * 0.12, 0.5), (side * 0.2, 0.62)], 0.03, WOOD)
    for tone, lift, number in (
        (pen.shade(-0.45), -0.03, 26),
        (pen.tone, 0.0, 26),
        (pen.shade(0.22), 0.05, 18),
    ):
        for _ in range(number):
            angle, far = rng.uniform(0, 2 * np.pi), rng.random() ** 0.5
            x, y = np.cos(angle) * far * 0.28 - lift * 0.8, 0.7 + lift + np.sin(angle) * far * 0.2
            pen.oval(float(x), float(y), float(rng.uniform(0.05, 0.1)), float(rng.uniform(0.04, 0.08)), tone)


def palm(pen: Pen, rng: Rng) -> None:
    """A bent trunk and hanging fronds."""
    lean = float(rng.uniform(-0.18, 0.18))
    pen.stroke([(0, 0), (lean * 0.25, 0.35), (lean, 0.78)], 0.045, colour("7a5a3a"))
    for angle in np.linspace(-0.5, np.pi + 0.5, 10):
        dx, dy = float(np.cos(angle)), float(np.sin(angle))
        pen.blob(
            [
                (lean, 0.78),
                (lean + dx * 0.2, 0.83 + dy * 0.14),
                (lean + dx * 0.4, 0.76 + dy * 0.1),
                (lean + dx * 0.22, 0.78 + dy * 0.08),
            ],
            pen.shade(-0.25 if dy < 0.4 else 0.05),
        )


def flower(pen: Pen, rng: Rng) -> None:
    """Petals on a stem."""
    bend = float(rng.uniform(-0.1, 0.1))
    green = colour("4c8a3d")
    pen.stroke([(0, 0), (bend * 0.4, 0.35), (bend, 0.74)], 0.028, green)
    pen.blob([(bend * 0.2, 0.2), (0.16, 0.36), (0.24, 0.34), (0.12, 0.22)], green)
    pen.blob([(bend * 0.3, 0.3), (-0.14, 0.46), (-0.22, 0.44), (-0.1, 0.32)], blend(green, INK, 0.2))
    petals = int(rng.integers(6, 12))
    for ring, (tone, reach) in enumerate(((pen.shade(-0.2), 0.17), (pen.tone, 0.135))):
        for angle in np.linspace(0, 2 * np.pi, petals, endpoint=False) + ring * np.pi / petals:
            dx, dy = float(np.cos(angle)), float(np.sin(angle))
            side = (-dy * 0.055, dx * 0.055)
            tip = (bend + dx * reach * 1.35, 0.78 + dy * reach * 1.35)
            pen.blob(
                [
                    (bend, 0.78),
                    (bend + dx * reach + side[0], 0.78 + dy * reach + side[1]),
                    tip,
                    (bend + dx * reach - side[0], 0.78 + dy * reach - side[1]),
                ],
                tone,
            )
    pen.oval(bend, 0.78, 0.06, 0.06, colour("e2b132"))
    pen.oval(bend, 0.775, 0.04, 0.04, colour("8a5a1e"))


def car(pen: Pen, _rng: Rng) -> None:
    """A saloon from the side."""
    pen.blob([(-0.95, 0.2), (-0.98, 0.5), (-0.6, 0.58), (0.7, 0.56), (0.98, 0.45), (0.96, 0.2)], pen.tone)
    pen.poly([(-0.55, 0.55), (-0.35, 0.95), (0.25, 0.95), (0.55, 0.55)], pen.shade(-0.15))
    pen.poly([(-0.45, 0.58), (-0.3, 0.88), (-0.05, 0.88), (-0.05, 0.58)], colour("a9cbd9"))
    pen.poly([(0.02, 0.58), (0.02, 0.88), (0.21, 0.88), (0.42, 0.58)], colour("a9cbd9"))
    for x in (-0.55, 0.55):
        pen.oval(x, 0.2, 0.21, 0.2, INK)
        pen.oval(x, 0.2, 0.1, 0.1, STEEL)
    pen.oval(0.9, 0.42, 0.06, 0.06, colour("fff2b0"))
    pen.box(-0.97, 0.38, -0.88, 0.46, colour("d2402f"))


def train(pen: Pen, _rng: Rng) -> None:
    """An engine and two carriages."""
    for at, left in enumerate((-1.75, -0.6, 0.55)):
        pen.box(left, 0.22, left + 1.08, 0.8, pen.tone if at == 2 else pen.shade(-0.2))
        for k in range(4):
            pen.window(left + 0.1 + k * 0.24, 0.46, left + 0.28 + k * 0.24, 0.68)
        for x in (left + 0.22, left + 0.86):
            pen.oval(x, 0.13, 0.13, 0.13, INK)
    pen.box(1.2, 0.8, 1.36, 1.0, INK)
    pen.oval(1.63, 0.5, 0.07, 0.1, colour("fff2b0"))


def bicycle(pen: Pen, _rng: Rng) -> None:
    """With a basket."""
    for x in (-0.55, 0.55):
        pen.oval(x, 0.33, 0.33, 0.33, INK)
        pen.draw.ellipse((*pen.spot((x - 0.29, 0.62)), *pen.spot((x + 0.29, 0.04))), (0, 0, 0, 0))
    frame = [(-0.55, 0.33), (-0.15, 0.33), (0.35, 0.75), (-0.25, 0.75), (-0.15, 0.33)]
    pen.stroke(frame, 0.045, pen.tone, smooth=False)
    pen.stroke([(-0.55, 0.33), (-0.25, 0.75), (-0.3, 0.86)], 0.04, pen.tone, smooth=False)
    pen.stroke([(0.55, 0.33), (0.33, 0.8), (0.3, 0.95), (0.45, 0.97)], 0.04, pen.shade(-0.2), smooth=False)
    pen.stroke([(-0.42, 0.88), (-0.18, 0.88)], 0.06, INK)


def balloon(pen: Pen, _rng: Rng) -> None:
    """A hot-air balloon with coloured gores."""
    for at, (tone, r) in enumerate(((pen.tone, 0.33), (WHITE, 0.23), (pen.tone, 0.13), (WHITE, 0.04))):
        pen.blob(
            [(0, 0.28), (-r * 0.95, 0.5), (-r, 0.72), (0, 1.0), (r, 0.72), (r * 0.95, 0.5)],
            tone if at % 2 == 0 else blend(tone, pen.tone, 0.15),
        )
    pen.poly([(-0.07, 0.3), (0.07, 0.3), (0.05, 0.24), (-0.05, 0.24)], pen.shade(-0.3))
    for x in (-0.05, 0.05):
        pen.stroke([(x, 0.25), (x * 0.8, 0.12)], 0.006, INK)
    pen.poly([(-0.05, 0.13), (0.05, 0.13), (0.04, 0.02), (-0.04, 0.02)], colour("7a4f2a"))


def rocket(pen: Pen, _rng: Rng) -> None:
    """On its flame."""
    pen.blob([(-0.09, 0.26), (0, 0.0), (0.09, 0.26)], colour("ff9a3a"))
    pen.blob([(-0.05, 0.26), (0, 0.09), (0.05, 0.26)], colour("fff0a8"))
    pen.both([(-0.1, 0.28), (-0.24, 0.2), (-0.22, 0.38), (-0.12, 0.48)], pen.tone)
    pen.blob(
        [(-0.12, 0.26), (-0.15, 0.5), (-0.1, 0.8), (0, 1.0), (0.1, 0.8), (0.15, 0.5), (0.12, 0.26)], WHITE
    )
    pen.blob([(-0.105, 0.8), (-0.05, 0.93), (0, 1.0), (0.05, 0.93), (0.105, 0.8), (0, 0.78)], pen.tone)
    pen.oval(0, 0.63, 0.07, 0.07, pen.shade(-0.3))
    pen.oval(0, 0.63, 0.05, 0.05, colour("9fd8ee"))
