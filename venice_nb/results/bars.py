"""Bars of US dollars: upright by day, lying by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 12  # bars by name; the rest is one bar more
FEW = 8  # days whose names stand side by side
BLUE = "#0072B2"


def bars(spent: pd.Series[float], title: str, *, days: bool, ax: Axes | None = None) -> Axes:
    """One bar for each value, named by the index; matplotlib Axes.

    `days` are in their order, and those between them have their place too. Names are drawn as they come,
    without those that cost nothing.
    """
    import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is drawn
    import pandas as pd  # noqa: PLC0415  likewise

    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 3.5), layout="constrained")
    if days:
        if len(spent):
            index = pd.to_datetime(spent.index)
            spent = spent.set_axis(index).reindex(pd.date_range(index[0], index[-1]), fill_value=0.0)
        ax.bar([str(day)[:10] for day in spent.index], spent.to_numpy(), color=BLUE)
        ax.tick_params(axis="x", labelrotation=90 if len(spent) > FEW else 0)
        ax.set_ylabel("US dollars")
    else:
        spent = spent[spent != 0]
        names, values = [text.short(str(name), 40) for name in spent.index[:MOST]], list(spent[:MOST])
        if len(spent) > MOST:
            names.append(f"{len(spent) - MOST} more")
            values.append(float(spent[MOST:].sum()))
        ax.barh(names[::-1], values[::-1], color=BLUE)
        ax.set_xlabel("US dollars")
    ax.set_title(title)
    return ax
