"""Maps of a matrix: coordinates on few axes, and a picture of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.errors import InvalidInput, plain
from venice_nb.render.text import count
from venice_nb.results.labels import place, written
from venice_nb.results.matrix.finding import whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

DRAWN = 20_000  # marks in a picture; more are a blot
LABELS = 30  # names in a picture
# The Okabe-Ito colours, told apart by every kind of eye.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
OTHER = "#7F7F7F"


def project(
    matrix: EmbeddingMatrix,
    dims: int = 2,
    *,
    method: Literal["pca", "umap"] = "pca",
    seed: int = 0,
    **options: Any,
) -> pd.DataFrame:
    """Coordinates for a map, aligned to the matrix: columns x, y, z, or x1, x2, ... for more than three.

    Args:
        dims: how many.
        method: "pca" are the exact principal components, never mirrored, with the shares of variance in
            `.attrs["variance"]`; "umap" keeps neighbours together (`pip install "venice-nb[umap]"`).
        seed: for UMAP, which then gives the same map each time.
        options: of `umap.UMAP`, such as `n_neighbors=30`.

    """
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    whole("dims", dims)
    if method not in ("pca", "umap"):
        raise InvalidInput(
            f"there is no method {plain(method, 40)}",
            field="method",
            value=plain(method, 40),
            allowed="'pca' or 'umap'",
            do="leave it out for principal components",
        )
    if method == "umap":
        found, shares = _umap(matrix, dims, seed, options), None
    elif options:
        raise InvalidInput(
            f"pca has no option {plain(min(options), 40)}", field=plain(min(options), 40), do="leave it out"
        )
    else:
        from venice_nb.arrays.pca import project as principal  # noqa: PLC0415  loads NumPy

        try:
            found, shares = principal(matrix.array, dims)
        except ValueError as error:
            raise InvalidInput(
                str(error), field="dims", value=dims, do="ask for fewer axes, or embed more rows"
            ) from error
    names = list("xyz")[:dims] if dims <= 3 else [f"x{axis}" for axis in range(1, dims + 1)]
    frame = pd.DataFrame(found, matrix.index, names)
    if shares is not None:
        frame.attrs["variance"] = [round(float(share), 6) for share in shares]
    return frame


def _umap(matrix: EmbeddingMatrix, dims: int, seed: int, options: dict[str, Any]) -> NDArray[np.float32]:
    try:
        umap = importlib.import_module("umap")
    except ImportError as error:
        raise InvalidInput(
            "umap is not installed",
            field="method",
            value="umap",
            allowed="'pca' without it",
            do='pip install "venice-nb[umap]"',
        ) from error
    options = {"metric": "cosine", "random_state": seed, "n_jobs": 1} | options
    found: NDArray[np.float32] = umap.UMAP(n_components=dims, **options).fit_transform(matrix.array)
    return found


def plot(
    matrix: EmbeddingMatrix,
    *,
    color: Any = None,
    label: Any = None,
    method: Literal["pca", "umap"] = "pca",
    ax: Axes | None = None,
    seed: int = 0,
) -> Axes:
    """A map of the rows as matplotlib axes.

    Args:
        color: a column of the metadata by name, a Series or a list: numbers as a scale, anything else as
            groups with a legend.
        label: likewise, written beside the marks. A value that many rows share is written once, in their
            middle; names that would lie on each other are left out.
        method: see `project`.
        ax: where to draw; new axes when left out.
        seed: for UMAP.

    More than 20,000 rows are thinned out, which the title says.

    """
    import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is drawn
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    frame = project(matrix, 2, method=method, seed=seed)
    points = frame.to_numpy()
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    colours, names = _column(matrix, color, "color"), _column(matrix, label, "label")
    total = len(rows)
    if total > DRAWN:
        rows = np.sort(np.random.default_rng(0).choice(rows, DRAWN, replace=False))
    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 6.0), layout="constrained")
    size = float(np.clip(4000 / max(1, len(rows)), 3, 36))
    _marks(ax, points[rows], None if colours is None else colours.take(rows), size, color)
    shown = count(total) if len(rows) == total else f"{count(len(rows))} of {count(total)}"
    axes = [f"UMAP {axis}" for axis in (1, 2)]
    if method == "pca":
        shares = frame.attrs["variance"]
        axes = [f"PCA {axis}, {share:.0%} of variance" for axis, share in enumerate(shares, 1)]
    ax.set_xlabel(axes[0])
    ax.set_ylabel(axes[1])
    ax.set_title(f"{shown} row{'s' * (total != 1)}, {written(matrix.model) or 'model unknown'}")
    if names is not None:
        told, where = _named(points, rows, names.take(rows))
        each = len(told) > len(rows) / 2  # a name for each row, not for groups of them
        place(ax, told, where, LABELS, clear_of=points[rows] if each else ())
    return ax


def _column(matrix: EmbeddingMatrix, given: Any, field: str) -> pd.Series[Any] | None:
    """A value for each row: a column of the metadata by its name, a Series by its labels, or a list."""
    import pandas as pd  # noqa: PLC0415  only when something is drawn

    if given is None:
        return None
    if isinstance(given, str):
        if matrix.metadata is not None and given in matrix.metadata.columns:
            given = matrix.metadata[given]
        elif given == "text" and matrix.texts is not None:
            given = list(matrix.texts)
        else:
            known = [] if matrix.metadata is None else list(map(str, matrix.metadata.columns))
            raise InvalidInput(
                f"there is no column {plain(given, 60)}",
                field=field,
                value=plain(given, 60),
                allowed=", ".join(known + ["text"] * (matrix.texts is not None)) or "a Series or a list",
                do=f"pass one value for each row: {field}=df['topic']",
            )
    if isinstance(given, pd.Series) and not given.index.equals(matrix.index):
        if not given.index.is_unique or not matrix.index.isin(given.index).all():
            raise InvalidInput(
                f"the labels of {field} are not those of the matrix",
                field=field,
                allowed="a Series with the labels of E.index, each once",
                do="pass a list with one value for each row",
            )
        given = given.reindex(matrix.index)
    if isinstance(given, pd.Series):
        found = given.reset_index(drop=True)
    else:  # pandas would refuse half a surrogate pair in a column of text
        items = list(given)
        found = pd.Series(items, dtype=object if any(isinstance(each, str) for each in items) else None)
    if len(found) != len(matrix):
        raise InvalidInput(
            f"{field} has {len(found)} values for {len(matrix)} rows",
            field=field,
            value=len(found),
            allowed=f"{len(matrix)} values",
            do="pass one value for each row",
        )
    return found


def _marks(ax: Axes, points: NDArray[Any], colours: pd.Series[Any] | None, size: float, named: Any) -> None:
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pandas as pd  # noqa: PLC0415  only when something is drawn

    about: dict[str, Any] = {"s": size, "alpha": 0.7, "linewidths": 0, "rasterized": len(points) > 2000}
    if colours is None:
        ax.scatter(points[:, 0], points[:, 1], c=COLOURS[0], **about)
        return
    title = written(named if isinstance(named, str) else str(getattr(named, "name", None) or ""))
    number = pd.api.types.is_numeric_dtype(colours) and not pd.api.types.is_bool_dtype(colours)
    if number and (pd.api.types.is_float_dtype(colours) or colours.nunique() > len(COLOURS)):
        drawn = ax.scatter(
            points[:, 0],
            points[:, 1],
            c=colours.to_numpy(float, na_value=float("nan")),
            cmap="viridis",
            plotnonfinite=False,
            **about,
        )
        figure = ax.get_figure()
        assert figure is not None
        figure.colorbar(drawn, ax=ax, label=title)
        return
    groups = _groups(colours)
    own = list(groups) if len(groups) <= len(COLOURS) else list(groups)[: len(COLOURS) - 1]
    rest = np.ones(len(points), bool)
    for place_, name in enumerate(sorted(own)):
        some = groups[name]
        rest[some] = False
        told = f"{written(name)} ({count(len(some))})"
        told = f" {told}" if told.startswith("_") else told  # which would hide it from the legend
        ax.scatter(points[some, 0], points[some, 1], c=COLOURS[place_], label=told, **about)
    if rest.any():
        label = f"other ({count(int(rest.sum()))})"
        ax.scatter(points[rest, 0], points[rest, 1], c=OTHER, label=label, **about)
    ax.legend(title=title or None, frameon=False, loc="best", markerscale=max(1.0, (30 / size) ** 0.5))


def _named(
    points: NDArray[Any], rows: NDArray[np.int64], names: pd.Series[Any]
) -> tuple[list[str], NDArray[Any]]:
    """Each name once, largest groups first, and the point in the middle of its group."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    groups = _groups(names)
    where = []
    for some in groups.values():
        group = points[rows[some]]
        middle = np.median(group, axis=0)
        where.append(group[((group - middle) ** 2).sum(axis=1).argmin()])
    return list(groups), np.array(where).reshape(-1, 2)


def _groups(values: pd.Series[Any]) -> dict[str, list[int]]:
    """Where each value stands, the most frequent first; missing ones stand nowhere."""
    found: dict[str, list[int]] = {}
    for place_, (value, gone) in enumerate(zip(values.tolist(), values.isna().tolist(), strict=True)):
        if not gone:
            found.setdefault(str(value), []).append(place_)
    return dict(sorted(found.items(), key=lambda each: (-len(each[1]), each[0])))
