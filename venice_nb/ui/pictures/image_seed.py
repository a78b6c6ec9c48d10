"""The seed of a picture: another one for each press, or one that is kept."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from venice_nb.calls.pictures.fields import SEEDS
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.ui.pictures.image_panel import ImagePanel


class Seed:
    """Sets `seed` and `lock_seed` of its panel by `controls`."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self._drawn: int | None = None  # by lot, so it is nobody's wish to keep it
        seed = view.number("Seed", "The same seed draws the same picture", panel.seed, least=0, most=SEEDS)
        lock = view.switch("Keep the seed", "Draw with this seed again; else each press takes another one")
        view.joined(panel, "seed", seed)
        view.joined(panel, "lock_seed", lock)
        panel.observe(lambda change: self._set(change.new), "seed")
        self.controls = (seed, lock)

    def asked(self) -> dict[str, Any]:
        """The argument for it; one that is not kept is left out."""
        return {"seed": self._panel.seed if self._panel.lock_seed else None}

    def next(self) -> int:
        """The seed that is kept, or another one, which is shown: it draws the same picture again."""
        if not self._panel.lock_seed:
            self._drawn = 1 + secrets.randbelow(SEEDS)
            self._panel.seed = self._drawn
        return self._panel.seed

    def _set(self, seed: int) -> None:
        """A seed of the reader's own is meant to be kept."""
        if seed != self._drawn:
            self._panel.lock_seed = True
