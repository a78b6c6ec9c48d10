"""`scale.plan`: what embedding a Dask frame would take and cost, counted by the workers, sent by nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dask.delayed import delayed

from venice_nb.catalogue import Catalogue
from venice_nb.embedding.request import Request
from venice_nb.policy.pace import pace
from venice_nb.policy.vector_cache import VectorCache, VectorFile, vector_file
from venice_nb.render import text
from venice_nb.results.embedding_plan import ColumnPlan, told
from venice_nb.results.money import Cost
from venice_nb.scale.finding import computed
from venice_nb.scale.order import Order
from venice_nb.scale.working import Rows, earlier, fingerprint

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from distributed import Client

    from venice_nb.catalogue.names import ModelName
    from venice_nb.scale.parts import Format
    from venice_nb.scale.working import Job


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What there is to do in a partition.

    Attributes:
        rows: how many it has.
        left_out: how many have no text that can be sent, by reason.
        texts: different texts among the others, unless it is finished.
        kept: those of them that were paid for already.
        requests: to be sent for the rest.
        tokens: estimated, to be paid for.
        finished: whether its part is there and stays.

    """

    rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    texts: int = 0
    kept: int = 0
    requests: int = 0
    tokens: int = 0
    finished: bool = False


def survey(frame: pd.DataFrame, number: int, job: Job, begun: bool) -> Surveyed:
    """Look at a partition, on a worker. `begun` says whether an earlier run has worked in the folder."""
    there = job.folder.record(number) if begun else None
    if there is not None and not there.unfinished and there.fingerprint == fingerprint(frame):
        return Surveyed(len(frame), there.failed, finished=True)
    rows = Rows.of(frame[job.column].tolist(), job)
    known = Catalogue.bundled()
    request = Request(known, known.resolve(job.model, type="embedding"), job.dimensions, None, job.extra_body)
    name, journal = request.identity(job.reach.base_url), job.folder.journal(number)
    files = [VectorFile(journal)] if begun and journal.exists() else []
    if job.cache and job.reach.sandbox is None:
        files.append(vector_file())
    left = set(range(len(rows.texts)))
    for file in files:
        kept = VectorCache(file, name)
        left.difference_update(kept.find(kept.keys(rows.texts)).positions)
        if file.path == journal:
            file.close()
    lost = {rows.texts[at]: at for at in left}
    if there is not None:
        for texts, _ in earlier(job, there, lost):
            left.difference_update(lost[text] for text in texts)
    lengths = [len(rows.texts[at]) for at in sorted(left)]
    return Surveyed(
        rows=rows.count,
        left_out=dict(Counter(rows.reasons.values())),
        texts=len(rows.texts),
        kept=len(rows.texts) - len(left),
        requests=sum(1 for _ in request.cut(lengths, len(rows.texts) * job.partitions)),
        tokens=request.count(lengths),
    )


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ScalePlan(ColumnPlan):
    """What `scale.embed` would do with a Dask frame. Nothing is sent and nothing is spent by asking.

    Attributes:
        partitions: how many there are.
        finished: those whose parts are there already and stay.
        left_out: rows that have no text to be sent, by reason.
        model, dims, rows, unique, cached, requests, tokens, cost: see `ColumnPlan`; texts are counted in each
            partition that is not finished.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    partitions: int
    finished: int
    left_out: Mapping[str, int]

    def _without(self) -> Mapping[str, int]:
        return self.left_out

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        return super().to_dict() | {"left_out": dict(self.left_out)}

    def __repr__(self) -> str:
        model, cost = text.short(self.model, 80), text.money(self.cost.usd)
        return f"<ScalePlan {text.count(self.rows)} rows in {self.partitions} partitions, {cost}, {model}>"

    def _head(self) -> str:
        return f"Plan: {text.count(self.rows)} rows to embed on a cluster"

    def _facts(self) -> list[tuple[str, str]]:
        done = f", {text.count(self.finished)} of them finished before" if self.finished else ""
        first = [("partitions", text.count(self.partitions) + done)]
        if self.left_out:
            first.append(("without a vector", told(self.left_out)))
        return self._told(first, "different texts of each partition", "parts")


def plan(
    ddf: Any,
    column: Any,
    *,
    to: str | os.PathLike[str] | None = None,
    model: ModelName | None = None,
    dimensions: int | None = None,
    columns: Sequence[Any] | None = None,
    format: Format = "parquet",  # noqa: A002  the word for it
    venice: Any = None,
    client: Client | None = None,
    cache: bool = True,
    extra_body: Mapping[str, Any] | None = None,
) -> ScalePlan:
    """What `scale.embed` would send, cost and take for the same arguments. Sends nothing, spends nothing.

    Args:
        ddf: a Dask DataFrame; the workers read all of it, and tell only what they counted.
        column: the column of texts.
        to: the folder, to count what is finished there; None for a run that begins anew.
        model: as for `scale.embed`, like all that follows.
        dimensions: decides about the price of no model, but about what is kept already.
        columns: those that would be written.
        format: "parquet" or "lance".
        venice: the client whose address and limits are reckoned with.
        client: the `distributed.Client` that counts; the current one when left out, and threads of this
            process where there is none.
        cache: whether vectors that `v.embed` has kept on a worker's machine count as paid for.
        extra_body: fields this library does not name.

    Raises what `scale.embed` raises before it sends anything. Tokens and dollars are estimates.
    API reference: `POST /embeddings`.

    >>> import dask.dataframe as dd, pandas as pd, venice_nb as vn
    >>> from venice_nb import scale
    >>> ddf = dd.from_pandas(pd.DataFrame({"text": ["a gondola", "a canal", " "]}), npartitions=2)
    >>> plan = scale.plan(ddf, "text", venice=vn.Venice.sandbox())
    >>> plan.rows, plan.unique, plan.left_out
    (3, 2, {'blank': 1})

    """
    order = Order.of(ddf, column, to, model, dimensions, columns, format, venice, cache, extra_body)
    found: list[Surveyed] = computed(delayed(list)(order.tasks(survey, to is not None)), client)
    left_out: Counter[str] = Counter()
    for each in found:
        left_out.update(each.left_out)
    request = order.request
    requests, tokens = sum(each.requests for each in found), sum(each.tokens for each in found)
    usd = request.cost(tokens)
    play = order.job.reach.sandbox is not None
    limits = order.session.allowed(request.name, "embedding") if venice is not None else (None, None)
    return ScalePlan(
        model=request.name,
        dims=request.dims,
        partitions=len(found),
        finished=sum(each.finished for each in found),
        rows=sum(each.rows for each in found),
        left_out=dict(left_out),
        unique=sum(each.texts for each in found),
        cached=sum(each.kept for each in found),
        requests=requests,
        tokens=tokens,
        cost=Cost(usd, "estimated" if usd is not None else "unknown"),
        **(
            pace(limits, request.model or "embedding", requests, tokens)
            | ({} if play else {"unpaced": False})
        ),
        sandbox=play,
    )
