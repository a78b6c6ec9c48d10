"""Living things as small drawings: animals, people, a robot, a dragon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.sandbox.studio.tone.light import blend, colour

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Rng

    from .pen import Pen

INK = colour("1a171c")
WHITE = colour("f6f3ec")


def _eyes(pen: Pen, y: float, apart: float, size: float, tone: str) -> None:
    for x in (-apart, apart):
        pen.oval(x, y, size, size * 0.92, colour(tone))
        pen.oval(x, y, size * 0.42, size * 0.8, INK)
        pen.oval(x + size * 0.3, y + size * 0.35, size * 0.22, size * 0.22, WHITE)


def cat(pen: Pen, rng: Rng) -> None:
    """Sitting, looking at us."""
    side = 1 if rng.random() < 0.5 else -1
    pen.stroke(
        [(side * 0.16, 0.05), (side * 0.36, 0.06), (side * 0.4, 0.24), (side * 0.33, 0.36)],
        0.06,
        pen.shade(-0.25),
    )
    pen.blob(
        [
            (-0.21, 0.0),
            (-0.26, 0.16),
            (-0.19, 0.42),
            (-0.12, 0.6),
            (0.12, 0.6),
            (0.19, 0.42),
            (0.26, 0.16),
            (0.21, 0.0),
        ],
        pen.tone,
    )
    pen.blob([(-0.1, 0.08), (-0.11, 0.35), (0.0, 0.56), (0.11, 0.35), (0.1, 0.08)], pen.shade(0.42))
    for x in (-0.09, 0.09):
        pen.oval(x, 0.03, 0.075, 0.04, pen.shade(0.5))
        pen.stroke([(x, 0.06), (x * 0.9, 0.3)], 0.012, pen.shade(-0.3))
    pen.both([(-0.2, 0.74), (-0.19, 0.99), (-0.04, 0.86)], pen.tone)
    pen.both([(-0.165, 0.78), (-0.165, 0.92), (-0.075, 0.85)], colour("d99a98"))
    pen.blob(
        [(-0.21, 0.73), (-0.15, 0.58), (0.0, 0.54), (0.15, 0.58), (0.21, 0.73), (0.12, 0.87), (-0.12, 0.87)],
        pen.tone,
    )
    for x in (-0.07, 0.0, 0.07):
        pen.stroke([(x, 0.86), (x * 0.7, 0.79)], 0.016, pen.shade(-0.35))
    pen.oval(0, 0.615, 0.085, 0.055, pen.shade(0.5))
    _eyes(pen, 0.71, 0.088, 0.042, "b8d24a")
    pen.poly([(-0.024, 0.65), (0.024, 0.65), (0, 0.624)], colour("c9706e"))
    pen.stroke([(0, 0.626), (-0.03, 0.6), (-0.05, 0.61)], 0.008, INK)
    pen.stroke([(0, 0.626), (0.03, 0.6), (0.05, 0.61)], 0.008, INK)
    for x in (-1, 1):
        for y in (0.0, 0.022):
            pen.stroke([(x * 0.07, 0.625 + y), (x * 0.27, 0.62 + 2 * y)], 0.004, WHITE)


def dog(pen: Pen, rng: Rng) -> None:
    """Sitting, tongue out."""
    side = 1 if rng.random() < 0.5 else -1
    pen.stroke([(side * 0.16, 0.08), (side * 0.33, 0.16), (side * 0.38, 0.32)], 0.055, pen.tone)
    pen.blob(
        [
            (-0.22, 0.0),
            (-0.25, 0.18),
            (-0.18, 0.45),
            (-0.1, 0.62),
            (0.1, 0.62),
            (0.18, 0.45),
            (0.25, 0.18),
            (0.22, 0.0),
        ],
        pen.tone,
    )
    pen.blob([(-0.1, 0.06), (-0.11, 0.34), (0.0, 0.56), (0.11, 0.34), (0.1, 0.06)], pen.shade(0.45))
    for x in (-0.1, 0.1):
        pen.oval(x, 0.035, 0.085, 0.045, pen.shade(0.35))
    pen.blob(
        [(-0.17, 0.76), (-0.13, 0.6), (0, 0.55), (0.13, 0.6), (0.17, 0.76), (0.1, 0.92), (-0.1, 0.92)],
        pen.tone,
    )
    pen.both([(-0.12, 0.92), (-0.24, 0.86), (-0.26, 0.64), (-0.19, 0.6), (-0.14, 0.74)], pen.shade(-0.35))
    pen.blob(
        [(-0.085, 0.66), (-0.07, 0.56), (0, 0.53), (0.07, 0.56), (0.085, 0.66), (0, 0.72)], pen.shade(0.5)
    )
    _eyes(pen, 0.765, 0.075, 0.032, "7a4a22")
    pen.oval(0, 0.67, 0.042, 0.03, INK)
    pen.blob([(-0.03, 0.575), (-0.028, 0.51), (0, 0.49), (0.028, 0.51), (0.03, 0.575)], colour("e2707a"))
    pen.stroke([(-0.06, 0.59), (0, 0.575), (0.06, 0.59)], 0.01, INK)


def fox(pen: Pen, rng: Rng) -> None:
    """Sitting, with a bushy tail."""
    side = 1 if rng.random() < 0.5 else -1
    pen.blob(
        [
            (side * 0.12, 0.02),
            (side * 0.36, 0.04),
            (side * 0.44, 0.26),
            (side * 0.36, 0.46),
            (side * 0.27, 0.28),
            (side * 0.14, 0.16),
        ],
        pen.shade(-0.1),
    )
    pen.blob([(side * 0.41, 0.3), (side * 0.42, 0.42), (side * 0.36, 0.5), (side * 0.33, 0.38)], WHITE)
    pen.blob([(-0.19, 0.0), (-0.22, 0.18), (-0.14, 0.48), (0.14, 0.48), (0.22, 0.18), (0.19, 0.0)], pen.tone)
    pen.blob([(-0.09, 0.1), (-0.1, 0.38), (0.0, 0.54), (0.1, 0.38), (0.09, 0.1)], WHITE)
    for x in (-0.08, 0.08):
        pen.blob([(x - 0.05, 0.0), (x - 0.045, 0.16), (x + 0.045, 0.16), (x + 0.05, 0.0)], colour("2b2020"))
    pen.both([(-0.2, 0.74), (-0.22, 1.0), (-0.04, 0.86)], pen.tone)
    pen.both([(-0.18, 0.8), (-0.19, 0.94), (-0.09, 0.86)], INK)
    pen.poly(
        [(-0.25, 0.7), (-0.13, 0.88), (0.13, 0.88), (0.25, 0.7), (0.09, 0.57), (0, 0.5), (-0.09, 0.57)],
        pen.tone,
    )
    pen.both([(-0.25, 0.7), (-0.1, 0.72), (-0.02, 0.52), (-0.09, 0.57)], WHITE)
    _eyes(pen, 0.73, 0.085, 0.03, "e0a13a")
    pen.oval(0, 0.52, 0.032, 0.026, INK)


def rabbit(pen: Pen, _rng: Rng) -> None:
    """Sitting, ears up."""
    for x in (-0.075, 0.075):
        pen.blob([(x * 0.7, 0.62), (x * 1.7, 0.8), (x * 1.5, 1.0), (x * 0.5, 0.94), (x * 0.3, 0.7)], pen.tone)
        pen.blob([(x * 0.8, 0.68), (x * 1.35, 0.8), (x * 1.25, 0.94), (x * 0.75, 0.9)], colour("e3b1b4"))
    pen.oval(0.2, 0.1, 0.07, 0.07, pen.shade(0.6))
    pen.blob([(-0.2, 0.0), (-0.23, 0.18), (-0.12, 0.42), (0.12, 0.42), (0.23, 0.18), (0.2, 0.0)], pen.tone)
    pen.oval(0, 0.2, 0.11, 0.16, pen.shade(0.5))
    for x in (-0.1, 0.1):
        pen.oval(x, 0.03, 0.09, 0.04, pen.shade(0.4))
    pen.oval(0, 0.53, 0.17, 0.15, pen.tone)
    pen.oval(0, 0.47, 0.09, 0.06, pen.shade(0.55))
    _eyes(pen, 0.56, 0.085, 0.03, "3a2a24")
    pen.oval(0, 0.505, 0.02, 0.015, colour("d27f86"))


def owl(pen: Pen, _rng: Rng) -> None:
    """On a branch."""
    pen.stroke([(-0.5, 0.06), (0.0, 0.1), (0.5, 0.05)], 0.05, colour("4b3626"))
    pen.blob(
        [
            (-0.22, 0.12),
            (-0.28, 0.45),
            (-0.22, 0.8),
            (0, 0.92),
            (0.22, 0.8),
            (0.28, 0.45),
            (0.22, 0.12),
            (0, 0.04),
        ],
        pen.tone,
    )
    pen.both([(-0.23, 0.8), (-0.22, 1.0), (-0.06, 0.88)], pen.tone)
    pen.oval(0, 0.34, 0.16, 0.25, pen.shade(0.45))
    for row in range(4):
        for at in range(-2, 3):
            x, y = at * 0.06 + 0.03 * (row % 2), 0.2 + row * 0.09
            pen.poly([(x - 0.02, y + 0.03), (x + 0.02, y + 0.03), (x, y)], pen.shade(-0.2))
    pen.both([(-0.27, 0.6), (-0.33, 0.3), (-0.2, 0.12), (-0.16, 0.5)], pen.shade(-0.3))
    for x in (-0.1, 0.1):
        pen.oval(x, 0.7, 0.11, 0.11, pen.shade(0.6))
        pen.oval(x, 0.7, 0.07, 0.07, colour("f0b429"))
        pen.oval(x, 0.7, 0.04, 0.045, INK)
    pen.poly([(-0.03, 0.65), (0.03, 0.65), (0, 0.57)], colour("d98a2b"))


def bird(pen: Pen, rng: Rng) -> None:
    """In flight."""
    up = float(rng.uniform(0.5, 0.95))
    for side in (-1, 1):
        pen.blob(
            [
                (0, 0.42),
                (side * 0.4, 0.42 + 0.5 * up),
                (side * 0.98, 0.3 + 0.35 * up),
                (side * 0.45, 0.24 + 0.4 * up),
            ],
            pen.tone,
        )
    pen.blob([(-0.1, 0.36), (-0.05, 0.5), (0.2, 0.5), (0.32, 0.42), (0.18, 0.34)], pen.shade(0.15))
    pen.poly([(-0.08, 0.42), (-0.28, 0.46), (-0.26, 0.36)], pen.shade(-0.2))
    pen.poly([(0.3, 0.44), (0.4, 0.41), (0.3, 0.39)], colour("e0a030"))


def horse(pen: Pen, rng: Rng) -> None:
    """Standing, seen from the side."""
    way = 1 if rng.random() < 0.5 else -1

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * way, y) for x, y in points]

    for x in (-0.3, -0.2, 0.2, 0.3):
        pen.poly(
            at((x - 0.035, 0.42), (x + 0.045, 0.42), (x + 0.02, 0.02), (x - 0.02, 0.02)),
            pen.shade(-0.15 if abs(x) < 0.25 else 0),
        )
        pen.poly(at((x - 0.028, 0.04), (x + 0.03, 0.04), (x + 0.035, 0.0), (x - 0.03, 0.0)), INK)
    pen.blob(
        at(
            (-0.4, 0.5),
            (-0.34, 0.64),
            (0.0, 0.62),
            (0.3, 0.66),
            (0.38, 0.52),
            (0.26, 0.36),
            (0.0, 0.34),
            (-0.32, 0.34),
        ),
        pen.tone,
    )
    pen.blob(
        at((0.22, 0.5), (0.34, 0.78), (0.42, 0.94), (0.5, 0.92), (0.5, 0.84), (0.46, 0.7), (0.38, 0.48)),
        pen.tone,
    )
    pen.blob(at((0.42, 0.94), (0.5, 0.96), (0.6, 0.84), (0.67, 0.72), (0.62, 0.67), (0.5, 0.76)), pen.tone)
    pen.poly(at((0.43, 0.94), (0.44, 1.0), (0.49, 0.95)), pen.tone)
    pen.blob(at((0.2, 0.6), (0.28, 0.8), (0.42, 0.97), (0.4, 0.84), (0.32, 0.66)), INK)
    pen.stroke(at((-0.39, 0.56), (-0.5, 0.46), (-0.5, 0.22)), 0.06, INK)
    pen.oval(0.54 * way, 0.86, 0.014, 0.016, INK)


def fish(pen: Pen, rng: Rng) -> None:
    """Swimming."""
    way = 1 if rng.random() < 0.6 else -1

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * way, y) for x, y in points]

    pen.poly(at((-0.4, 0.5), (-0.78, 0.9), (-0.68, 0.5), (-0.78, 0.1)), pen.shade(-0.15))
    pen.blob(at((0.0, 0.88), (0.2, 1.0), (-0.25, 0.86)), pen.shade(-0.2))
    pen.blob(at((-0.5, 0.5), (-0.2, 0.85), (0.25, 0.85), (0.7, 0.48), (0.25, 0.15), (-0.2, 0.16)), pen.tone)
    for x in (-0.12, 0.16):
        pen.blob(
            at(
                (x - 0.05, 0.84),
                (x + 0.07, 0.83),
                (x + 0.04, 0.5),
                (x + 0.07, 0.18),
                (x - 0.05, 0.17),
                (x - 0.02, 0.5),
            ),
            pen.shade(0.65),
        )
    pen.blob(at((0.05, 0.45), (-0.15, 0.28), (0.12, 0.3)), pen.shade(-0.25))
    pen.oval(0.45 * way, 0.56, 0.07, 0.08, WHITE)
    pen.oval(0.47 * way, 0.56, 0.035, 0.045, INK)


def butterfly(pen: Pen, _rng: Rng) -> None:
    """Wings open."""
    for side in (-1, 1):
        pen.blob(
            [(0, 0.52), (side * 0.2, 0.92), (side * 0.58, 0.96), (side * 0.55, 0.6), (side * 0.15, 0.48)],
            pen.shade(-0.55),
        )
        pen.blob(
            [
                (side * 0.04, 0.54),
                (side * 0.22, 0.86),
                (side * 0.5, 0.88),
                (side * 0.48, 0.63),
                (side * 0.16, 0.52),
            ],
            pen.tone,
        )
        pen.blob([(0, 0.48), (side * 0.42, 0.46), (side * 0.4, 0.12), (side * 0.14, 0.16)], pen.shade(-0.55))
        pen.blob(
            [(side * 0.04, 0.46), (side * 0.34, 0.42), (side * 0.32, 0.18), (side * 0.15, 0.22)],
            pen.shade(0.2),
        )
        pen.oval(side * 0.36, 0.76, 0.05, 0.05, pen.shade(0.7))
        pen.stroke([(0, 0.66), (side * 0.07, 0.84), (side * 0.12, 0.9)], 0.012, INK)
    pen.oval(0, 0.48, 0.03, 0.2, INK)


def person(pen: Pen, rng: Rng) -> None:
    """Standing, in a coat."""
    skin = colour(("f0c9a4", "d9a27a", "a86f4a", "6b4630", "f4d6b8")[int(rng.integers(5))])
    hair = colour(("2a1c16", "5a3a22", "b98a4a", "8a2f1c", "d8d4cc")[int(rng.integers(5))])
    for x in (-0.05, 0.05):
        pen.poly(
            [(x - 0.045, 0.42), (x + 0.045, 0.42), (x + 0.035, 0.03), (x - 0.035, 0.03)], colour("2c3040")
        )
        pen.oval(x * 1.3, 0.02, 0.055, 0.025, INK)
    pen.blob(
        [(-0.14, 0.3), (-0.13, 0.6), (-0.1, 0.8), (0.1, 0.8), (0.13, 0.6), (0.14, 0.3), (0, 0.27)], pen.tone
    )
    for side in (-1, 1):
        pen.stroke([(side * 0.1, 0.76), (side * 0.16, 0.6), (side * 0.15, 0.45)], 0.06, pen.shade(-0.15))
        pen.oval(side * 0.15, 0.42, 0.028, 0.03, skin)
    pen.box(-0.03, 0.78, 0.03, 0.85, blend(skin, INK, 0.15))
    pen.oval(0, 0.9, 0.068, 0.088, skin)
    pen.blob(
        [(-0.075, 0.9), (-0.07, 0.98), (0, 1.0), (0.07, 0.98), (0.075, 0.9), (0.03, 0.95), (-0.04, 0.95)],
        hair,
    )


def astronaut(pen: Pen, _rng: Rng) -> None:
    """In a white suit, the world in the visor."""
    suit, joint = pen.tone, pen.shade(-0.3)
    pen.box(-0.17, 0.42, 0.17, 0.76, pen.shade(-0.45))
    for side in (-1, 1):
        pen.stroke([(side * 0.07, 0.4), (side * 0.09, 0.22), (side * 0.08, 0.06)], 0.1, suit)
        pen.oval(side * 0.09, 0.035, 0.075, 0.035, joint)
        pen.stroke([(side * 0.06, 0.23), (side * 0.12, 0.23)], 0.02, joint)
        pen.stroke([(side * 0.12, 0.68), (side * 0.23, 0.56), (side * 0.22, 0.42)], 0.085, suit)
        pen.oval(side * 0.22, 0.39, 0.045, 0.045, joint)
    pen.blob([(-0.15, 0.38), (-0.17, 0.55), (-0.13, 0.74), (0.13, 0.74), (0.17, 0.55), (0.15, 0.38)], suit)
    pen.box(-0.07, 0.5, 0.07, 0.61, joint)
    for at, digits in enumerate(("e04f3a", "4fae6a", "3f7ac2")):
        pen.oval(-0.04 + 0.04 * at, 0.555, 0.013, 0.013, colour(digits))
    pen.oval(0, 0.85, 0.15, 0.145, suit)
    pen.oval(0, 0.85, 0.11, 0.095, colour("28405e"))
    pen.blob([(-0.07, 0.9), (0.0, 0.925), (0.06, 0.91), (0.0, 0.89)], colour("9fd0ef"))
    pen.oval(0.04, 0.82, 0.035, 0.02, colour("e8a04a"))


def robot(pen: Pen, _rng: Rng) -> None:
    """Made of boxes, friendly."""
    for x in (-0.1, 0.1):
        pen.box(x - 0.05, 0.05, x + 0.05, 0.3, pen.shade(-0.35))
        pen.box(x - 0.08, 0.0, x + 0.08, 0.06, pen.shade(-0.5))
    pen.box(-0.22, 0.26, 0.22, 0.64, pen.tone)
    pen.box(-0.13, 0.38, 0.13, 0.56, pen.shade(-0.5))
    for at, digits in enumerate(("e04f3a", "f0c33c", "47b06a")):
        pen.oval(-0.07 + 0.07 * at, 0.47, 0.025, 0.025, colour(digits))
    for side in (-1, 1):
        pen.stroke([(side * 0.24, 0.58), (side * 0.34, 0.46), (side * 0.31, 0.3)], 0.05, pen.shade(-0.25))
        pen.oval(side * 0.31, 0.28, 0.045, 0.045, pen.shade(-0.5))
    pen.box(-0.05, 0.63, 0.05, 0.68, pen.shade(-0.5))
    pen.box(-0.18, 0.67, 0.18, 0.91, pen.shade(0.15))
    pen.box(-0.14, 0.73, 0.14, 0.86, INK)
    for x in (-0.07, 0.07):
        pen.oval(x, 0.795, 0.035, 0.035, colour("5fe3ff"))
    pen.stroke([(0, 0.91), (0, 0.97)], 0.015, pen.shade(-0.4))
    pen.oval(0, 0.98, 0.025, 0.02, colour("e04f3a"))


def dragon(pen: Pen, _rng: Rng) -> None:
    """Flying, with a long tail."""
    pen.blob(
        [(-0.05, 0.5), (-0.35, 0.98), (-0.5, 0.9), (-0.42, 0.7), (-0.3, 0.6), (-0.2, 0.5)], pen.shade(-0.4)
    )
    pen.blob([(0.05, 0.5), (0.05, 0.98), (-0.16, 0.96), (-0.14, 0.75), (-0.08, 0.6)], pen.shade(-0.2))
    pen.stroke([(-0.9, 0.32), (-0.7, 0.2), (-0.45, 0.34), (-0.2, 0.42), (0.1, 0.46)], 0.09, pen.tone)
    pen.blob([(-0.25, 0.4), (0.0, 0.52), (0.28, 0.5), (0.2, 0.34), (-0.1, 0.3)], pen.tone)
    pen.stroke([(0.2, 0.46), (0.42, 0.52), (0.55, 0.68), (0.68, 0.72)], 0.11, pen.tone)
    pen.blob([(0.6, 0.66), (0.66, 0.8), (0.84, 0.74), (0.92, 0.68), (0.74, 0.62)], pen.shade(0.1))
    pen.poly([(0.64, 0.78), (0.54, 0.92), (0.7, 0.8)], pen.shade(-0.4))
    pen.oval(0.72, 0.73, 0.022, 0.022, colour("ffd94a"))
    for x in (0.0, 0.14):
        pen.stroke([(x, 0.36), (x - 0.04, 0.22), (x + 0.04, 0.18)], 0.05, pen.shade(-0.2))
    pen.poly([(-0.98, 0.36), (-0.86, 0.42), (-0.86, 0.28)], pen.shade(-0.3))
