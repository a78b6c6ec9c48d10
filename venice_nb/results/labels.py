"""Names in a picture, none on another and none outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render.text import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

# In points from the mark, with the side of the mark that the name is on.
_BESIDE = (((6, -3), "left"), ((-6, -3), "right"), ((0, 7), "center"), ((0, -13), "center"))
_ON = (((0, -3), "center"), *_BESIDE)
SIZE = 7.5  # points of the letters
HALO = 2.5  # points of plain ground around a name, which would cover the letters of a neighbour


def place(ax: Axes, names: Sequence[str], points: Any, most: int, *, clear_of: Any = ()) -> list[str]:
    """Writes names at their points, the most telling first, and gives those that fitted, as written.

    A name that would lie on another one, on the legend, on one of the marks `clear_of` or outside the axes is
    left out;
    after `most` no more are tried. Points and marks are (n, 2) in the units of the axes. Without marks to
    keep clear of, a name may stand on its point.
    """
    from matplotlib.patheffects import withStroke  # noqa: PLC0415  only when something is drawn
    from matplotlib.textpath import text_to_path  # noqa: PLC0415  likewise
    from matplotlib.transforms import Bbox  # noqa: PLC0415  likewise

    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()  # places the axes, so that sizes in pixels are known
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # every Agg canvas has one
    inside = ax.get_window_extent(renderer)
    marks = ax.transData.transform(clear_of) if len(clear_of) else ()
    halo = [withStroke(linewidth=HALO, foreground=ax.get_facecolor())]
    taken: list[Any] = []
    if (legend := ax.get_legend()) is not None:
        box = legend.get_window_extent(renderer)
        legend.set_loc(
            tuple(ax.transAxes.inverted().transform(box.min))
        )  # "best" would move it for the names
        taken.append(box)
    tried = len(taken) + most
    fitted = []
    pixels = figure.dpi / 72  # of a point
    for name, (x, y) in zip(names, points, strict=True):
        for offset, side in _BESIDE if len(marks) else _ON:
            note = ax.annotate(
                written(name),
                (x, y),
                xytext=offset,
                textcoords="offset points",
                ha=side,
                fontsize=SIZE,
                path_effects=halo,
            )
            box = note.get_window_extent(renderer)
            # with a halo, outlines are drawn: a few percent wider than the letters that the renderer measures
            wide, *_ = text_to_path.get_text_width_height_descent(
                note.get_text(), note.get_fontproperties(), ismath=False
            )
            box = Bbox.from_bounds(box.x0, box.y0, max(box.width, wide * pixels), box.height)
            room = box.padded(HALO / 2 * pixels)
            fits = inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1
            covers = len(marks) and box.count_contains(marks)
            if fits and not covers and not any(room.overlaps(other) for other in taken):
                taken.append(box)
                fitted.append(note.get_text())
                break
            note.remove()
        if len(taken) == tried:
            break
    return fitted


def written(name: str) -> str:
    """A short text as matplotlib writes it: a dollar sign begins no formula."""
    return short(name, 40).replace("$", r"\$")
