"""Things drawn into a scene: boats, trees, houses, animals and more, in simple shapes with light and shade."""

from __future__ import annotations
from .light import Field, Rng
from .words import Thing


def put(rng: Rng, field: Field, thing: Thing, *, place: str = "") -> None:
    raise NotImplementedError
