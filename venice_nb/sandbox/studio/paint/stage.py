"""What every part of a scene knows while it is painted: the field, the light, the horizon, the dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from venice_nb.sandbox.studio.tone.light import blend

if TYPE_CHECKING:
    from venice_nb.sandbox.studio.tone.light import Colour, Field, Rng
    from venice_nb.sandbox.studio.tone.palettes import Light

    from .words import Brief


@dataclass(slots=True)
class Stage:
    """A scene in the making. `horizon` is a height, 0 top to 1 bottom; `lit` the place of the sun or moon."""

    field: Field
    rng: Rng
    lamp: Light
    brief: Brief
    horizon: float
    lit: tuple[float, float]
    season: str
    waters: tuple[float, float] = (
        0.0,
        0.0,
    )  # from where to where boats float; all below the horizon if empty

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.field.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.field.shape[1])

    def far(self, tone: Colour, distance: float) -> Colour:
        """A colour as it looks in this light at a distance: 0 near to 1 at the horizon."""
        near = blend(tone, self.lamp.shade, 0.12 + 0.68 * self.lamp.dark)
        return blend(near, self.lamp.haze, distance)
