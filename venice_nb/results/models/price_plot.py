"""A picture of prices: what text models charge for reading against what they charge for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.results.labels import place
from venice_nb.results.table import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

LABELS = 12  # models named in the picture; more would lie on each other
# Two of the Okabe-Ito colours, told apart by every kind of eye; shapes differ as well.
_LOOK = {"private": ("#0072B2", "o"), "anonymized": ("#E69F00", "s")}
_OTHER = ("#7F7F7F", "D")


def draw(models: Sequence[Any], *, ax: Axes | None = None, date: str = "") -> Axes:
    """The axes with one mark for each text model that has both prices.

    Named are models with a trait first, then the cheapest and the dearest, as far as the names fit.
    Raises ValueError when no model has prices for tokens.
    """
    import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is drawn

    sold = [
        model
        for model in models
        if model.type == "text" and (model.price.input or 0) > 0 and (model.price.output or 0) > 0
    ]
    if not sold:
        raise ValueError("none of these models has prices for input and output tokens; pass text models")
    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 5.0), layout="constrained")
    for privacy in sorted({model.privacy for model in sold}):
        colour, marker = _LOOK.get(privacy, _OTHER)
        group = [model for model in sold if model.privacy == privacy]
        ax.scatter(
            [model.price.input for model in group],
            [model.price.output for model in group],
            c=colour,
            marker=marker,
            s=28,
            alpha=0.75,
            label=f"{privacy} ({len(group)})",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda usd, _: f"${usd:g}")
    ax.set_xlabel("input, US dollars per 1M tokens")
    ax.set_ylabel("output, US dollars per 1M tokens")
    ax.set_title(f"Prices of text models{day(date)}")
    ax.grid(visible=True, which="major", alpha=0.25)
    ax.legend(title="privacy", frameon=False, loc="lower right")
    told = _telling(sold)
    place(ax, [model.id for model in told], _points(told), LABELS, clear_of=_points(sold))
    return ax


def _points(sold: Sequence[Any]) -> list[tuple[float, float]]:
    return [(model.price.input, model.price.output) for model in sold]


def _telling(sold: Sequence[Any]) -> list[Any]:
    """Models in the order of how much their name tells: with a trait, the cheapest, the dearest, the rest."""
    by_price = sorted(sold, key=lambda model: (model.price.input + model.price.output, model.id))
    traits = [model for model in by_price if model.traits]
    ordered = [*traits, *by_price[:3], *by_price[:-4:-1], *by_price]
    return list({model.id: model for model in ordered}.values())
