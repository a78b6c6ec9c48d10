"""What a panel of pictures shows of what it made: a gallery as tiles, the picture picked of it, a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.pictures import gallery_view, image_view
from venice_nb.ui.parts import view
from venice_nb.ui.parts.panel import told
from venice_nb.ui.parts.tiles import Tile, Tiles
from venice_nb.ui.pictures.image_bench import Bench, copy

if TYPE_CHECKING:
    from venice_nb.results.pictures.image import Image
    from venice_nb.ui.pictures.image_panel import ImagePanel
    from venice_nb.ui.pictures.image_shelf import Shelf

TILES = 8  # pictures of a gallery on the page, the latest ones
SIDE, MOST = 136, 2_100  # pixels and bytes of each


class Results:
    """Keeps all that was made, in `shelves`, and shows one of them."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self.shelves: list[Shelf] = []
        self._shown: Shelf | None = None
        self._filling = self._over = False
        self._history = view.choice("History", "An earlier gallery of this panel", [("none yet", -1)], -1)
        self._history.observe(lambda change: self._chosen(change.new), "value")
        self._history.layout.display = "none"
        history = view.row(self._history)
        self._head = view.pane()
        self._tiles = Tiles(lambda tile: panel.pick(self._first + tile), wide="11em")
        self.bench = Bench(panel)
        self.view = view.column(history, self._head, self._tiles.view, self.bench.view)
        panel.observe(lambda _: self._picked(), "place")

    @property
    def changing(self) -> list[Any]:
        """The widgets that are shown and hidden."""
        return [self._history, *self.bench.changing]

    @property
    def shelf(self) -> Shelf | None:
        """What is shown; None before the first picture."""
        return self._shown

    def keep(self, shelf: Shelf) -> Shelf:
        """Keep what came, before anything is drawn of it."""
        self.shelves.append(shelf)
        return shelf

    def leave(self) -> None:
        """Draw nothing any more; what still comes is kept."""
        self._over = True

    def show(self, shelf: Shelf) -> None:
        """Draw a gallery, and pick of it what was made last, or else its first picture."""
        self._shown, gallery = shelf, shelf.gallery
        if self._over:
            return
        for image in gallery:
            copy(image)  # decoded now, in the thread of the task: a click finds it ready
        view.draw(self._head, html.tag("p", gallery_view.line(gallery), class_="vn-line"))
        missing = [
            Tile(html.tag("p", f"Not made: {told(each.error)}", class_="vn-tile")) for each in gallery.errors
        ]
        self._tiles.show([*map(self._tile, range(self._first, len(gallery))), *missing])
        self.list()
        place = len(gallery) - 1 if shelf.sources else min(0, len(gallery) - 1)
        if self._panel.place == place:
            self._picked()
        self._panel.place = place

    def drawn(self) -> list[html.Child]:
        """It as a static picture: small copies, and what is compared."""
        shelf = self._shown
        if shelf is None:
            return [html.note("Nothing was drawn yet.")]
        tiles = [_figure(shelf, place) for place in range(self._first, len(shelf.gallery))]
        left = html.note(f"{self._first} earlier pictures are in panel.gallery.") if self._first else None
        grid = html.tag("div", tiles, class_="vn-gallery")
        return [html.tag("p", gallery_view.line(shelf.gallery)), grid, left, *self.bench.drawn()]

    @property
    def _first(self) -> int:
        """Number of the first picture on the page."""
        return max(len(self._shown.gallery) - TILES, 0) if self._shown is not None else 0

    def _tile(self, place: int) -> Tile:
        assert self._shown is not None  # only what is shown has tiles
        said = _said(self._shown, place)
        return Tile(_small(self._shown.gallery[place]), f"Pick [{place}]", f"Work on picture {place}", said)

    def _picked(self) -> None:
        """Mark the picture that is picked, and show it against the one it was made of."""
        panel = self._panel
        self._tiles.mark(panel.place - self._first)
        other = self._shown.sources.get(panel.place, -1) if self._shown is not None else -1
        if panel.against == other:
            self.bench.follow()
        panel.against = other

    def list(self) -> None:
        """List all that was made, to be shown again."""
        listed = [(f"{number}: {shelf.told}", number) for number, shelf in enumerate(self.shelves)]
        self._filling = True
        try:
            self._history.options = listed[::-1] or [("none yet", -1)]
            if self._shown in self.shelves:
                self._history.value = self.shelves.index(self._shown)
        finally:
            self._filling = False
        self._history.layout.display = None if len(listed) > 1 else "none"

    def _chosen(self, number: int) -> None:
        if not self._filling:
            self._panel.show(number)


def _small(image: Image) -> html.Html:
    return image_view.picture(image, side=SIDE, most=MOST)


def _said(shelf: Shelf, place: int) -> str:
    """The number of a picture, and how it was made, or its size where the prompt says that."""
    image = shelf.gallery[place]
    return f"[{place}] · {text.short(shelf.labels[place], 60) or f'{image.width} x {image.height}'}"


def _figure(shelf: Shelf, place: int) -> html.Html:
    return html.figure(_small(shelf.gallery[place]), _said(shelf, place))
