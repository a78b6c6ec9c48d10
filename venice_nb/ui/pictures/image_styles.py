"""The style of a picture: picked by name, or from a strip that shows the prompt in several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from venice_nb.calls.pictures.styles import STYLES
from venice_nb.render import html, text
from venice_nb.results.pictures import image_view
from venice_nb.ui.parts import view
from venice_nb.ui.parts.tiles import Tile, Tiles

if TYPE_CHECKING:
    from venice_nb.results.pictures.image import Image
    from venice_nb.ui.pictures.image_panel import ImagePanel

SHOWN = 8  # styles in the strip
SIDE, MOST = 104, 1_500  # pixels and bytes of a picture in it


class Styles:
    """Sets `style_preset` and `styles` of its panel."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self._names: tuple[str, ...] = STYLES
        self._filling = False
        self._list = view.choice("Style", "How the picture is made", [("none", "")], "")
        fresh = view.button("Refresh styles", "Read the list of the server; costs nothing", panel.list_styles)
        self._several = widgets.SelectMultiple(
            description="Styles to try",
            tooltip=f"Up to {SHOWN}: with Ctrl and a click, or Shift and the arrow keys",
            rows=6,
            style={"description_width": view.LABEL},
            layout={"flex": view.FIELD, "min_width": "0", "width": "auto"},
        )
        tip = "Draws the prompt once in each of these styles, with the same seed; all are kept in the history"
        preview = view.button("Preview these styles", tip, panel.settled(panel.preview))
        self._price = view.pane()
        self._strip = Tiles(self._use, wide="8em")
        self._shown: tuple[str, ...] = ()
        self.section = view.Section(
            "Styles",
            "How the picture is made",
            [
                view.row(self._list, fresh),
                view.row(self._several),
                view.row(preview),
                self._price,
                self._strip.view,
            ],
        )
        self.offer(STYLES)
        self._list.observe(lambda change: self._picked("style_preset", change.new), "value")
        self._several.observe(lambda change: self._picked("styles", change.new), "value")
        panel.observe(lambda _: self._follow(), ["style_preset", "styles"])

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer these styles; what is picked stays."""
        panel = self._panel
        self._names = tuple(dict.fromkeys([*names, *filter(None, [panel.style_preset]), *panel.styles]))
        options = [(text.short(name, 60), name) for name in self._names]
        self._filling = True
        try:
            self._list.options = [("none", ""), *options]
            self._several.options = options
        finally:
            self._filling = False
        self._follow()

    def show(self, found: list[tuple[str, Image]]) -> None:
        """Put these pictures into the strip."""
        self._shown = tuple(name for name, _ in found)
        self._strip.show([_tile(name, image) for name, image in found])
        self._mark()

    def tell(self, price: str) -> None:
        """Say what a preview costs."""
        view.draw(self._price, *([html.tag("p", price, class_="vn-line")] if price else []))

    def _use(self, place: int) -> None:
        self._panel.style_preset = self._shown[place]

    def _picked(self, name: str, value: Any) -> None:
        if not self._filling:
            setattr(self._panel, name, value)

    def _follow(self) -> None:
        panel = self._panel
        if not {panel.style_preset, *panel.styles} <= {"", *self._names}:
            self.offer(self._names)
            return
        self._list.value, self._several.value = panel.style_preset, tuple(panel.styles)
        self._mark()

    def _mark(self) -> None:
        style = self._panel.style_preset
        self._strip.mark(self._shown.index(style) if style in self._shown else -1)


def _tile(name: str, image: Image) -> Tile:
    shown = image_view.picture(image, side=SIDE, most=MOST)
    return Tile(shown, text.short(name, 24), f"Draw in this style: {text.short(name, 60)}")
