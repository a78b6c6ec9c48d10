"""Plots of evaluations and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from venice_nb.results.rag.comparison import Comparison
    from venice_nb.results.rag.evaluation import Evaluation


def ranks(evaluation: Evaluation, by: str | None, ax: Axes | None) -> Axes:
    """See `Evaluation.plot`."""
    import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is plotted

    rows = [row for row in evaluation.outcomes if row.answerable]
    names = {name for row in rows for name in row.more}
    if by is not None and by not in names:
        raise InvalidInput(
            f"the questions have no column {plain(by, 60)!r}",
            field="by",
            value=plain(by, 60),
            allowed=", ".join(sorted(map(str, names))) or "none: they have no other columns",
            do="leave it out, or add the column to the questions",
        )
    groups: dict[str, list[int | None]] = {}
    for row in rows:
        groups.setdefault("all" if by is None else str(row.more.get(by)), []).append(row.rank)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    places = [*range(1, evaluation.k + 1), None]
    width = 0.8 / max(len(groups), 1)
    for number, (name, found) in enumerate(sorted(groups.items())):
        share = [found.count(place) / len(found) for place in places]
        left = [place - 0.4 + width * (number + 0.5) for place in range(len(places))]
        ax.bar(left, share, width=width, label=f"{name} ({len(found)})")
    ax.set_xticks(range(len(places)), [*map(str, places[:-1]), "not found"])
    ax.set_xlabel("rank of the right passage")
    ax.set_ylabel("share of questions")
    if by is not None:
        ax.legend(title=by)
    return ax


def comparison(made: Comparison, ax: Axes | None) -> Axes:
    """See `Comparison.plot`."""
    import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is plotted

    frame = made.df
    metrics: list[Any] = [name for name in frame.columns if str(name).startswith(("recall@", "mrr", "ndcg@"))]
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 0.5 * len(frame) + 1.6), layout="constrained")
    height = 0.8 / len(metrics)
    rows = range(len(frame))
    for number, name in enumerate(metrics):
        ax.barh([row - 0.4 + height * (number + 0.5) for row in rows], frame[name], height=height, label=name)
    ax.set_yticks(rows, [str(value) for value in frame[made.subject]])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_ylabel(made.subject)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(metrics), frameon=False)
    return ax
