"""Two maps with one face: jupyter-scatter to pan, zoom, hover and lasso in, or a picture by matplotlib."""

from __future__ import annotations

import base64
import importlib
import importlib.util
import io
import warnings
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.matrix.space import OTHER
from venice_nb.ui.parts import view
from venice_nb.ui.vectors.explore_groups import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.ui.vectors.explore_groups import Colouring

HEIGHT = 420  # pixels
TOLD = 300  # characters of a text under the mouse
WIDE, HIGH = 6.4, 4.2  # inches of the picture, at DOTS per inch
DOTS = 100
TINTS = 32  # colours of the picture
INK = "#767676"  # axes and letters: seen on white and on black
LIT = "#D62728"
SCALE = "cool"  # from cyan to magenta: both ends are seen on white and on black


def installed() -> bool:
    """Whether jupyter-scatter is there. It takes seconds to load, which is left to the thread that draws."""
    return importlib.util.find_spec("jscatter") is not None


class LiveMap:
    """jupyter-scatter. `chosen` is told the places of marks that were lassoed."""

    live = True

    def __init__(self, chosen: Callable[[NDArray[np.int64]], None]) -> None:
        self._chosen = chosen
        self._scatter: Any = None
        self._lighting = False
        self.view = view.column()

    def place(self, points: NDArray[np.float32], texts: Sequence[str]) -> None:
        """Put marks at these points, (n, 2)."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors
        import pandas as pd  # noqa: PLC0415  the map is made of a table

        frame = pd.DataFrame(
            {
                "x": points[:, 0],
                "y": points[:, 1],
                "text": [text.short(each, TOLD) for each in texts],
                "group": 0.0,
                "value": "",
            }
        )
        with warnings.catch_warnings(action="ignore"):  # of pandas, at what it does while it is imported
            module = importlib.import_module("jscatter")
        made = module.Scatter(data=frame, x="x", y="y", height=HEIGHT, axes=False)
        made.camera(distance=1.15)  # or the outermost marks are cut off
        made.background("#FFFFFF00")  # the page shows through, light or dark
        made.color(default=PLAIN, selected=LIT, hover=LIT)
        made.size(default=float(np.clip(2000 / len(points), 3, 8)))
        made.tooltip(
            enable=True,
            properties=["value"],
            preview="text",
            preview_type="text",
            preview_text_lines=8,
            histograms=False,
        )
        self.close()
        self._scatter, self._frame = made, frame
        widget = made.widget
        widget.opacity, widget.opacity_by = 0.8, None
        widget.toolbar_buttons = []  # they have no names; the panel has controls for what they do
        widget.observe(lambda change: self._selected(change.new), "selection")

    def colour(self, colouring: Colouring) -> None:
        """Colour the marks."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        made = self._scatter
        self._frame["value"] = colouring.told
        with made.widget.hold_sync():  # one by one, the page would draw the new marks in the old colours
            if colouring.scale is not None:
                self._frame["group"] = np.nan_to_num(colouring.scale).astype(np.float64)
                made.color(by="group", map=SCALE, norm=(0.0, 1.0))
            elif len(colouring.names) == 1:  # as a scale of one colour: the page fails at a list of one
                self._frame["group"] = 0.0
                made.color(by="group", map=[colouring.colours[0]] * 2, norm=(0.0, 1.0))
            else:
                # categories are sorted: numbers keep the order of the groups
                self._frame["group"] = [f"{code:03}" for code in colouring.codes.tolist()]
                made.color(by="group", map=list(colouring.colours))
            made.widget.points = made.get_point_list()
        # not before: the page passes over new marks while it draws the first ones
        self.view.children = (made.widget,)

    def light(self, places: NDArray[np.int64]) -> None:
        """Light these marks up."""
        self._lighting = True
        try:
            self._scatter.selection(places)
        finally:
            self._lighting = False

    def mouse(self, mode: str) -> None:
        """What dragging does: panZoom or lasso."""
        self._scatter.widget.mouse_mode = mode

    def whole(self) -> None:
        """Show all marks, however narrow the page is."""
        self._scatter.widget.reset_view(animation=300, data_extent=True)

    def close(self) -> None:
        """Take the map off the page."""
        old, self.view.children = self.view.children, ()
        for widget in old:
            view.discard(widget)

    def _selected(self, places: Any) -> None:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if not self._lighting:
            self._chosen(np.asarray(places if places is not None else [], np.int64))


class StillMap:
    """A picture, drawn anew with each change."""

    live = False

    def __init__(self) -> None:
        self.view = view.pane()
        self._points: Any = None
        self._colouring: Any = None
        self._lit: Any = None

    def place(self, points: NDArray[np.float32], texts: Sequence[str]) -> None:  # noqa: ARG002  as the other
        """Put marks at these points."""
        self._points, self._colouring, self._lit = points, None, None

    def colour(self, colouring: Colouring) -> None:
        """Colour the marks."""
        self._colouring = colouring
        self._draw()

    def light(self, places: NDArray[np.int64]) -> None:
        """Light these marks up."""
        self._lit = places
        self._draw()

    def close(self) -> None:
        """Nothing is held."""

    def _draw(self) -> None:
        if self._colouring is not None:
            view.draw(self.view, drawn(self._points, self._colouring, self._lit))


def drawn(points: NDArray[Any], colouring: Colouring, lit: NDArray[np.int64] | None) -> html.Html:
    """The map as a small picture, clear where it shows the page, with a ring around each mark that is lit."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  only when something is drawn
    from matplotlib.figure import Figure  # noqa: PLC0415  without pyplot: it is drawn in a thread
    from PIL import Image  # noqa: PLC0415  only when something is drawn

    figure = Figure(figsize=(WIDE, HIGH), dpi=DOTS, layout="constrained", facecolor="none")
    axes = figure.add_subplot(facecolor="none", xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_color(INK)
    about: dict[str, Any] = {"s": float(np.clip(4000 / max(1, len(points)), 3, 30)), "linewidths": 0}
    if colouring.scale is not None:
        colours = np.where(np.isfinite(colouring.scale), colouring.scale, 0.0)
        axes.scatter(points[:, 0], points[:, 1], c=colours, cmap=SCALE, **about)
    else:
        chosen = np.array([*colouring.colours, OTHER])[colouring.codes]
        axes.scatter(points[:, 0], points[:, 1], c=chosen.tolist(), **about)
    if lit is not None and len(lit):
        axes.scatter(points[lit, 0], points[lit, 1], s=90, facecolors="none", edgecolors=LIT, linewidths=1.6)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    file = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).quantize(TINTS, Image.Quantize.FASTOCTREE)
    picture.save(file, "PNG", optimize=True)  # of dots, half the size of a WebP
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    n = len(lit) if lit is not None else 0
    told = f"map of {text.count(len(points))} rows, {text.count(n)} of them lit"
    return html.figure(html.tag("img", src=source, alt=told, width=int(WIDE * DOTS), height=int(HIGH * DOTS)))


def legend(colouring: Colouring) -> html.Html | None:
    """Which colour is which."""
    if colouring.scale is not None:
        ends = f"from {colouring.low:g} (cyan) to {colouring.high:g} (magenta)"
        return html.tag("p", f"{text.short(colouring.title, 60)}: {ends}", class_="vn-line")
    if len(colouring.names) < 2:
        return None
    dot = "border-radius:50%;display:inline-block;height:0.8em;margin-right:0.3em;width:0.8em;background:"
    parts = [
        html.tag(
            "span",
            html.tag("span", style=f"{dot}{colour}"),
            f"{text.short(name, 60)} ({text.count(size)})",
            style="display:inline-block;margin-right:0.8em",
        )
        for name, colour, size in zip(colouring.names, colouring.colours, colouring.sizes, strict=True)
    ]
    return html.tag("p", html.join(*parts), class_="vn-line")
