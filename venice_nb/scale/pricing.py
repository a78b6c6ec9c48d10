"""`scale.plan`: what embedding a Dask frame would take and cost, counted by the workers, sent by nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dask.delayed import delayed

from venice_nb.catalogue import Catalogue
from venice_nb.embedding.request import Request
from venice_nb.policy.pace import pace
from venice_nb.policy.vector_cache import VectorCache, VectorFile, vector_file
from venice_nb.render import html, text
from venice_nb.results.money import Cost
from venice_nb.results.paced import Paced
from venice_nb.results.talk.reply_view import price
from venice_nb.scale.finding import computed
from venice_nb.scale.parts import Folder
from venice_nb.scale.running import about, columns_of, reach_of, session_of
from venice_nb.scale.working import Job, Rows, fingerprint

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from distributed import Client

    from venice_nb.catalogue.names import ModelName
    from venice_nb.render.live import Bundle
    from venice_nb.scale.parts import Format


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What there is to do in a partition.

    Attributes:
        rows: how many it has.
        left_out: how many have no text that can be sent, by reason.
        texts: different texts among the others.
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
        return Surveyed(len(frame), finished=True)
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
    lengths = [len(rows.texts[at]) for at in sorted(left)]
    return Surveyed(
        rows=rows.count,
        left_out=dict(Counter(rows.reasons.values())),
        texts=len(rows.texts),
        kept=len(rows.texts) - len(left),
        requests=sum(1 for _ in request.cut(lengths, len(rows.texts) * job.partitions)),
        tokens=request.count(lengths),
    )


@dataclass(frozen=True, repr=False, eq=False)
class ScalePlan(Paced):
    """What `scale.embed` would do with a Dask frame. Nothing is sent and nothing is spent by asking.

    Attributes:
        model: the model that would be asked.
        dims: the length of the vectors; None where the catalogue does not say.
        partitions: how many there are.
        finished: those whose parts are there already and stay.
        rows: rows of all of them.
        left_out: rows of the others that have no text to be sent, by reason.
        texts: texts of the others, different ones in each partition.
        kept: those of them that an earlier run has paid for.
        requests: requests to be sent.
        tokens: estimated tokens to be paid for.
        cost: US dollars for them, estimated.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    model: str
    dims: int | None
    partitions: int
    finished: int
    rows: int
    left_out: Mapping[str, int]
    texts: int
    kept: int
    requests: int
    tokens: int
    cost: Cost = field(default_factory=Cost)

    @property
    def size(self) -> int | None:
        """Bytes of the vectors in all parts; None where their length is not known."""
        return None if self.dims is None else 4 * self.dims * (self.rows - sum(self.left_out.values()))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"cost": self.cost.to_dict(), "left_out": dict(self.left_out), "size": self.size}

    def __repr__(self) -> str:
        model, cost = text.short(self.model, 80), text.money(self.cost.usd)
        return f"<ScalePlan {text.count(self.rows)} rows in {self.partitions} partitions, {cost}, {model}>"

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("model", text.short(self.model, 80)), ("rows", text.count(self.rows))]
        done = f", {text.count(self.finished)} of them finished before" if self.finished else ""
        facts.append(("partitions", text.count(self.partitions) + done))
        if self.left_out:
            why = ", ".join(f"{text.count(many)} {reason}" for reason, many in sorted(self.left_out.items()))
            facts.append(("without a vector", why))
        facts += [
            ("different texts of each partition", text.count(self.texts)),
            ("of these kept from before", text.count(self.kept)),
            ("requests", text.count(self.requests)),
            ("tokens", f"~{text.count(self.tokens)}"),
            ("cost", price(self.cost)),
            ("time", self._time()),
        ]
        if self.dims is not None:
            facts.append(("parts", f"{text.count(self.dims)} numbers a row, {text.bytes_(self.size)}"))
        return [*facts, *([("cost of", "SANDBOX, play money")] if self.sandbox else [])]

    def _mimebundle(self) -> Bundle:
        head = f"Plan: {text.count(self.rows)} rows to embed on a cluster"
        facts, word = self._facts(), "Nothing is sent and nothing is spent by a plan."
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts), footer=word)),
        }


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
    >>> plan.rows, plan.texts, plan.left_out
    (3, 2, {'blank': 1})

    """
    kept = columns_of(ddf, column, columns)
    session = session_of(venice)
    request = Request.of(session, model, dimensions, None, extra_body)
    reach = reach_of("", venice)
    folder = Folder(Path("" if to is None else to).expanduser().absolute())
    if to is not None:
        folder.check(about(reach, request, column, kept, format, ddf.npartitions))
    job = Job(
        folder=folder,
        column=column,
        columns=tuple(kept),
        model=request.name,
        dimensions=dimensions,
        at_once=1,
        partitions=ddf.npartitions,
        cache=cache,
        reach=reach,
        extra_body=extra_body,
    )
    pieces = ddf[list(dict.fromkeys([column, *kept]))].to_delayed()
    tasks = [delayed(survey)(piece, at, job, to is not None) for at, piece in enumerate(pieces)]
    found: list[Surveyed] = computed(delayed(list)(tasks), client)
    left_out: Counter[str] = Counter()
    for each in found:
        left_out.update(each.left_out)
    requests, tokens = sum(each.requests for each in found), sum(each.tokens for each in found)
    usd = request.cost(tokens)
    play = reach.sandbox is not None
    limits = session.allowed(request.name, "embedding") if venice is not None else (None, None)
    return ScalePlan(
        model=request.name,
        dims=request.dims,
        partitions=len(found),
        finished=sum(each.finished for each in found),
        rows=sum(each.rows for each in found),
        left_out=dict(left_out),
        texts=sum(each.texts for each in found),
        kept=sum(each.kept for each in found),
        requests=requests,
        tokens=tokens,
        cost=Cost(usd, "estimated" if usd is not None else "unknown"),
        **(
            pace(limits, request.model or "embedding", requests, tokens)
            | ({} if play else {"unpaced": False})
        ),
        sandbox=play,
    )
