"""What the rows of a table mean: vectors of them, those nearest to a text, each thing once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import flag, integer, number, refuse
from venice_nb.calls.vectors.embeddings import check_rows, longest
from venice_nb.embedding import plans as embedding
from venice_nb.embedding.column import Column, holds_text, unfit
from venice_nb.embedding.request import Request
from venice_nb.frames.columns import cells, flat, source, target
from venice_nb.render.text import count, money, short
from venice_nb.talk.reckoning import afford
from venice_nb.talk.rows import How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.frames.template import Template
    from venice_nb.policy.steps import Plan
    from venice_nb.results.embedding_plan import EmbeddingPlan
    from venice_nb.results.matrix.matrix import EmbeddingMatrix


def embed(
    session: Session,
    /,
    frame: pd.DataFrame,
    column: Any,
    *,
    model: ModelName | None = None,
    dimensions: int | None = None,
    cache: bool = True,
    at_once: int = 8,
    budget_usd: float | None = None,
    dry_run: bool = False,
    progress: bool | None = None,
) -> Plan[EmbeddingMatrix | EmbeddingPlan]:
    """A matrix with a vector for each row of a column, and the other columns as metadata.

    Args:
        column: the column with the texts, or a template of several: `"{title}: {body}"`.
        model: an embedding model, as for `v.embed`.
        dimensions: a smaller d, for models that can.
        cache: take the vectors of an earlier run, and keep those of this one.
        at_once: requests at a time, 1 to 16; the rate limit of the model holds besides.
        budget_usd: US dollars that are not passed; a column that costs more by its estimate is refused.
        dry_run: give the `EmbeddingPlan`, with texts, tokens, dollars and minutes, and send nothing.
        progress: a bar while it runs; None shows one in notebooks and terminals.

    Gives an `EmbeddingMatrix` (n, d) float32 with the index of the table. Rows without a text are not in it
    and listed in its `errors`. It needs an index whose labels stand once each, and like `v.embed` refuses,
    before anything is sent, a text that the model cannot read in full. API reference: `POST /embeddings`.

    >>> import pandas as pd, venice_nb as vn
    >>> df = pd.DataFrame({"text": ["a gondola", "a canal"], "year": [1999, 2004]})
    >>> df.venice.using(vn.Venice.sandbox()).embed("text").shape
    (2, 1024)

    """
    made, name = _texts(frame, source(frame, column), column)
    options = {"model": model, "dimensions": dimensions, "cache": cache, "column": name}
    how = How(at_once, budget_usd, cache, progress)
    if flag("dry_run", dry_run):
        return (yield from embedding.plan(session, made, **options))
    with how.within(session):
        return (yield from _embedded(session, made, how, options))


def search(
    session: Session,
    /,
    frame: pd.DataFrame,
    column: Any,
    query: str,
    *,
    k: int = 5,
    min_score: float | None = None,
    into: str = "score",
    model: ModelName | None = None,
    dimensions: int | None = None,
    cache: bool = True,
    at_once: int = 8,
    budget_usd: float | None = None,
    dry_run: bool = False,
    progress: bool | None = None,
) -> Plan[pd.DataFrame | EmbeddingPlan]:
    """The `k` rows nearest to a query in meaning, best first: `df.venice.search("text", "late delivery")`.

    Args:
        column: the column with the texts, or a template of several: `"{title}: {body}"`.
        query: what to look for, in words.
        k: how many rows.
        min_score: the least cosine of a row that is found, from -1 to 1.
        into: the column for the cosine; one that has its name is replaced in the result.
        model: an embedding model, as for `v.embed`.
        dimensions: a smaller d, for models that can.
        cache: take the vectors of an earlier run, and keep those of this one.
        at_once: requests at a time, 1 to 16.
        budget_usd: US dollars that are not passed, as for `embed`.
        dry_run: give the `EmbeddingPlan` of the rows and the query, and send nothing.
        progress: a bar while it runs; None shows one in notebooks and terminals.

    Gives rows of the table with their labels, and the cosine. Rows without a text, or with one that is too
    long or refused, are never found, and it is told how many they are. For many queries, or another table to
    search: `E = df.venice.embed("text")`, then `E.search([...])`.
    API reference: `POST /embeddings`.

    >>> import pandas as pd, venice_nb as vn
    >>> df = pd.DataFrame({"text": ["the parcel came late", "a lovely blue mug"]})
    >>> df.venice.using(vn.Venice.sandbox()).search("text", "late parcels", k=1).index.tolist()
    [0]

    """
    import numpy as np  # noqa: PLC0415  it is there: pandas is

    flat(frame)
    template = source(frame, column)
    target(template, (into,))
    if not isinstance(query, str) or not query.strip():
        refuse("query", query, "a text", 'Write what to look for: "late delivery".')
    integer(1)("k", k)
    if min_score is not None:
        number(-1, 1)("min_score", min_score)
    options = {"model": model, "dimensions": dimensions, "cache": cache}
    check_rows([query], Request.of(session, model, dimensions).model, field="query")
    how = How(at_once, budget_usd, cache, progress)
    if flag("dry_run", dry_run):
        return (yield from priced(session, frame, template, options, query))
    with how.within(session):
        matrix, told = yield from vectors_of(session, frame, template, how, options)
        positions, scores = there(told), np.empty(0, np.float32)
        if matrix is not None:
            asked = yield from embedding.vectors(session, [query], matrix.model, matrix.dims, cache=cache)
            hits = matrix.search(asked.array[0], k, min_score=min_score)
            positions, scores = positions[hits.positions], hits.scores
    found: pd.DataFrame = frame.iloc[positions].copy()
    found[into] = scores
    tell(session, told, "are not found")
    return found


def dedup(
    session: Session,
    /,
    frame: pd.DataFrame,
    column: Any,
    *,
    threshold: float = 0.95,
    into: str = "copies",
    model: ModelName | None = None,
    dimensions: int | None = None,
    cache: bool = True,
    at_once: int = 8,
    budget_usd: float | None = None,
    dry_run: bool = False,
    progress: bool | None = None,
) -> Plan[pd.DataFrame | EmbeddingPlan]:
    """The table without rows that say the same as one before them: `df.venice.dedup("text", threshold=0.95)`.

    Args:
        column: the column with the texts, or a template of several: `"{title}: {body}"`.
        threshold: the cosine from which two texts say the same, from 0 to 1.
        into: the column for how many rows each one stands for, itself included; one that has its name is
            replaced in the result.
        model: an embedding model, as for `v.embed`.
        dimensions: a smaller d, for models that can.
        cache: take the vectors of an earlier run, and keep those of this one.
        at_once: requests at a time, 1 to 16.
        budget_usd: US dollars that are not passed, as for `embed`.
        dry_run: give the `EmbeddingPlan` of the rows, and send nothing.
        progress: a bar while it runs; None shows one in notebooks and terminals.

    The first of those that say the same stays, in its place, with its label; rows without a text, or with
    one that is too long or refused, all stay, and it is told how many they are.
    API reference: `POST /embeddings`.

    >>> import pandas as pd, venice_nb as vn
    >>> df = pd.DataFrame({"text": ["Where is my parcel?", "a blue mug", "Where is my parcel?"]})
    >>> df.venice.using(vn.Venice.sandbox()).dedup("text")["copies"].tolist()
    [2, 1]

    """
    import numpy as np  # noqa: PLC0415  it is there: pandas is

    from venice_nb.arrays.pairs import duplicates  # noqa: PLC0415  loads with the first vectors

    flat(frame)
    template = source(frame, column)
    target(template, (into,))
    threshold = number(0, 1)("threshold", threshold)
    options = {"model": model, "dimensions": dimensions, "cache": cache}
    how = How(at_once, budget_usd, cache, progress)
    if flag("dry_run", dry_run):
        return (yield from priced(session, frame, template, options))
    with how.within(session):
        matrix, told = yield from vectors_of(session, frame, template, how, options)
    first, places = np.arange(len(frame)), there(told)
    if matrix is not None:
        first[places] = places[duplicates(matrix.array, threshold, norms=matrix.norms)]
    kept, copies = np.unique(first, return_counts=True)
    found = frame.iloc[kept].copy()
    found[into] = copies
    tell(session, told, "stay, as nothing is known of them")
    return found


def _texts(frame: pd.DataFrame, template: Template, column: Any) -> tuple[pd.DataFrame, Any]:
    """A table with a column of the texts, and that column's name."""
    if template.labels == (column,) and template.bare and holds_text(frame[column]):
        return frame, column
    made = frame.copy()
    made[column] = [None if isinstance(each, str) else template.fill(each) for each in cells(frame, template)]
    return made, column


def readable(
    session: Session, frame: pd.DataFrame, template: Template, options: Mapping[str, Any], *more: str
) -> tuple[Request, Column]:
    """How vectors are asked for, and the texts of the rows that can have one, then some texts more."""
    request = Request.of(session, options["model"], options["dimensions"])
    most = longest(request.model)
    texts, places, left_out = [], [], []
    for place, row in enumerate(cells(frame, template)):
        text = "" if isinstance(row, str) else template.fill(row)
        if why := row if isinstance(row, str) else unfit(text, most):
            left_out.append((place, why))
        else:
            texts.append(text)
            places.append(place)
    places += range(len(frame), len(frame) + len(more))
    return request, Column([*texts, *more], places, left_out)


def priced(
    session: Session, frame: pd.DataFrame, template: Template, options: Mapping[str, Any], *more: str
) -> Plan[EmbeddingPlan]:
    """What the vectors of the rows would cost, and of some texts more."""
    request, rows = readable(session, frame, template, options, *more)
    return (yield from embedding.priced(session, request, rows, options["cache"]))


def _embedded(session: Session, data: Any, how: How, options: Mapping[str, Any]) -> Plan[EmbeddingMatrix]:
    """The vectors, unless they cost more than the budget holds."""
    if how.budget_usd is not None:
        plan = yield from embedding.plan(session, data, **options)
        many = plan.requests != 1
        cost = (
            f"{count(plan.requests)} request{'s' * many} cost{'s' * (not many)} about {money(plan.cost.usd)}"
        )
        afford(how.budget_usd, plan.cost.usd, cost, plan.model, plan.rows)
    return (yield from embedding.embed(session, data, **options, at_once=how.at_once, progress=how.progress))


def vectors_of(
    session: Session, frame: pd.DataFrame, template: Template, how: How, options: Mapping[str, Any]
) -> Plan[tuple[EmbeddingMatrix | None, list[str | None]]]:
    """The vectors of the rows that can have one, and for each row why it has none; None where it has.

    Rows go by their place, as labels may stand more than once. No matrix when no row has a text.
    """
    _, rows = readable(session, frame, template, options)
    told: list[str | None] = [None] * len(frame)
    for place, why in rows.left_out:
        told[place] = why
    if not rows.texts:
        return None, told
    matrix = yield from _embedded(session, rows.texts, how, options)
    for each in matrix.errors:
        kind = "" if each.error is None else f"{type(each.error).__name__}: "
        told[rows.positions[each.position]] = kind + each.reason
    return matrix, told


def there(told: Sequence[str | None]) -> NDArray[np.int64]:
    """The places of the rows that have a vector, (m,) int64."""
    import numpy as np  # noqa: PLC0415  it is there: pandas is

    return np.array([place for place, why in enumerate(told) if why is None], np.int64)


def tell(session: Session, told: Sequence[str | None], what: str) -> None:
    """Say below the cell how many rows have no vector, why, and what becomes of them."""
    why = Counter(reason for reason in told if reason is not None)
    if why:
        reasons = ", ".join(short(reason, 80) for reason, _ in why.most_common(3))
        session.tell(
            f"{count(why.total())} of {count(len(told))} rows have no vector ({reasons}): they {what}"
        )
