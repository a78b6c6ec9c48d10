"""Small pictures beside each other, each above the button that picks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.render import html
from venice_nb.ui.parts import view
from venice_nb.ui.parts.alike import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Tile:
    """A picture, or a sentence in its place; `label` of its button, empty where there is nothing to pick."""

    shown: html.Child
    label: str = ""
    tip: str = ""
    caption: html.Child = None


class Tiles:
    """`press` is called with the number of the tile whose button was pressed. `wide`: of a tile, in CSS."""

    def __init__(self, press: Callable[[int], object], *, wide: str) -> None:
        self._press, self._wide = press, wide
        self.view = view.row()
        self.view.layout.align_items = "flex-start"

    def show(self, tiles: Sequence[Tile]) -> None:
        """Put these in place of what was there. A button that stays keeps the focus."""
        kept = list(self.view.children)
        for extra in kept[len(tiles) :]:
            for widget in (*extra.children, extra):
                widget.close()  # without the layout, which the others have as well
        kept = kept[: len(tiles)]
        kept += [self._tile(place) for place in range(len(kept), len(tiles))]
        for box, tile in zip(kept, tiles, strict=True):
            pane, button = box.children
            caption = html.tag("div", tile.caption, class_="vn-line")
            view.draw(pane, html.tag("div", tile.shown, caption, class_="vn-stage"))
            button.description, button.tooltip = tile.label or "Not made", tile.tip
            button.disabled = not tile.label
        self.view.children = tuple(kept)
        alike(self.view, apart=[self.view])

    def mark(self, picked: int) -> None:
        """Show which one is picked; -1 for none."""
        for place, box in enumerate(self.view.children):
            button = box.children[1]
            button.button_style = "primary" if place == picked else ""
            button.icon = "check" if place == picked else ""

    def _tile(self, place: int) -> Any:
        box = view.column(view.pane(), view.button("", "", partial(self._press, place)))
        box.layout.width, box.layout.flex = self._wide, "0 1 auto"
        return box
