"""On a worker: one partition becomes one part.

What is done already is left alone, what was paid for along the way is taken from the part's journal, and only
the rest is sent. A row that cannot have a vector says why in the part.
"""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from distributed import get_worker
from distributed.utils import sync
from pandas.api.types import infer_dtype

from venice_nb.calls.vectors import embeddings as calls
from venice_nb.catalogue import Catalogue
from venice_nb.config import find_key, settings
from venice_nb.door import Door, to_sandbox
from venice_nb.embedding.column import unfit
from venice_nb.embedding.ingest import Ingest
from venice_nb.embedding.request import Request
from venice_nb.errors import InvalidInput, plain
from venice_nb.policy.limits import identity
from venice_nb.policy.steps import Plan, Work
from venice_nb.policy.store import Busy, Unusable
from venice_nb.policy.vector_cache import VectorCache, VectorFile, vector_file
from venice_nb.render.progress import Bar
from venice_nb.scale.guard import ClusterGuard, Line
from venice_nb.scale.money import ClusterPurse
from venice_nb.scale.parts import VECTOR, Folder, Part, blocks, digest, matrix_of, table_of
from venice_nb.venice import Venice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from distributed import Worker
    from numpy.typing import NDArray

    from venice_nb.scale.keys import Handed

CLIENTS = 4  # kept on a worker, for as many runs
BLOCK = 4096  # rows copied at a time


@dataclass(frozen=True, slots=True)
class Reach:
    """How the workers of a run reach the API. It travels in tasks, so it holds no secret.

    Attributes:
        run: the name of the run.
        base_url: the address.
        handed: whether the scheduler keeps the key of this run; else each worker has its own.
        timeout: seconds for one attempt.
        max_retries: repetitions of a refused request.
        sandbox: options of the sandbox that each worker opens for itself; None for an API elsewhere.
        limit: US dollars that the run may spend; None for as much as it takes.

    """

    run: str
    base_url: str
    handed: bool = False
    timeout: float | None = None
    max_retries: int | None = None
    sandbox: tuple[tuple[str, Any], ...] | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with each partition.

    Attributes:
        folder: where the parts go.
        column: the column of texts.
        columns: the columns that are written.
        model: the model's id.
        dimensions: a smaller d, or None.
        at_once: requests at a time, of one partition.
        partitions: how many there are.
        cache: whether to take vectors that were kept by `v.embed` on the same machine.
        reach: how to reach the API.
        extra_body: fields this library does not name.

    """

    folder: Folder
    column: Any
    columns: tuple[Any, ...]
    model: str
    dimensions: int | None
    at_once: int
    partitions: int
    cache: bool
    reach: Reach
    extra_body: Mapping[str, Any] | None = None


def embed_part(frame: pd.DataFrame, number: int, job: Job) -> Part:
    """Embed a partition and write its part; gives back its record."""
    folder = job.folder
    folder.seen()
    mark = fingerprint(frame)
    there = folder.record(number)
    if there is not None and there.fingerprint == mark and not there.unfinished:
        return there.untouched()
    worker = get_worker()
    client = client_on(worker, job.reach)
    bar = _Progress(worker, job.reach.run)
    cells = frame[job.column].tolist()
    rows = Rows.of(cells, job)
    work = client._driver.run(_ingest(client, rows, number, job, bar, there))  # noqa: SLF001  our own client
    if work.array is not None:
        _before[client] = work.model, work.array.shape[1]
    dims = work.array.shape[1] if work.array is not None else work.request.dims
    if dims is None:
        raise InvalidInput(
            f"partition {number} has no text, and nobody knows how long the vectors of {job.model} are",
            field="ddf",
            allowed="partitions with a text",
            do="leave empty partitions out: ddf = ddf.repartition(npartitions=...)",
        )
    array = np.zeros((len(frame), dims), np.float32) if work.array is None else work.array
    refused = rows.complete(array, work.failed)
    errors = {**rows.reasons, **refused}
    part = Part(
        number=number,
        file="",
        rows=len(frame),
        vectors=len(frame) - len(errors),
        failed=dict(Counter(rows.reasons.values())) | ({"refused": len(refused)} if refused else {}),
        unfinished=len(refused),
        model=work.model or job.model,
        dims=dims,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        fingerprint=mark,
        tokens=work.usage.total_tokens,
        usd=work.cost.usd,
        source=work.cost.source,
        elapsed=work.elapsed,
    )
    written = folder.write(part, table_of(frame[list(job.columns)], array, errors))
    if not refused:
        folder.finish(number)
    return written


def _ingest(  # noqa: PLR0917  what a part is made of
    client: Venice, rows: Rows, number: int, job: Job, bar: Bar, there: Part | None
) -> Plan[Ingest]:
    """The vectors of the different texts of a partition, through the part's journal.

    `there` is the part as it was before its rows changed.
    """
    session, before = client._session, _before.get(client)  # noqa: SLF001  our own client
    request = Request.of(session, job.model, job.dimensions, None, job.extra_body)
    name = request.identity(session.settings.base_url)
    journal = VectorFile(job.folder.journal(number))
    try:
        _ours_alone(journal)
        cache = VectorCache(journal, name, session.announce)
        work = Ingest(
            session,
            request,
            cache,
            rows.texts,
            rows=rows.first,
            size=rows.count,
            before=before,
            total=len(rows.texts) * job.partitions,
        )
        if rows.texts:
            yield from work.look()
            left = [text for text, done in zip(rows.texts, work.done, strict=True) if not done]
            if there is not None and left:
                for texts, vectors in earlier(job, there, left):
                    yield Work(partial(cache.put, cache.keys(texts), vectors, there.model))
                yield from work.look()
            if job.cache:  # what this machine has paid for in other runs
                yield from work.look(VectorCache(vector_file(session.private), name))
            bar.move(len(work.hits))
            yield from work.run(job.at_once, bar)
    finally:
        journal.close()
    return work


def earlier(job: Job, part: Part, texts: Iterable[str]) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Those of some texts that have a vector in a part, and the vectors, a bounded number at a time."""
    path, left = job.folder.path / part.file, set(texts)
    if job.column not in job.columns or digest(path)[0] != part.checksum:
        return
    for table in blocks(path):
        vectors, places = matrix_of(table.column(VECTOR))
        cells = table.column(str(job.column)).to_pylist()
        found = {cells[place]: at for at, place in enumerate(places.tolist()) if cells[place] in left}
        if found:
            left -= found.keys()
            yield list(found), vectors[list(found.values())]


def _ours_alone(journal: VectorFile) -> None:
    """Whoever worked at the part before is gone, wherever it was: nobody else pays for anything in it."""
    with suppress(Busy, Unusable):
        journal.run(lambda connection: connection.execute("DELETE FROM claim"))


@dataclass(frozen=True, slots=True)
class Rows:
    """The texts of a partition.

    Attributes:
        count: how many rows it has.
        texts: the different texts.
        first: (u,) int64, the first row of each.
        places: (m,) int64, the rows that have a text.
        codes: (m,) int64, which text each of these has.
        reasons: why each of the other rows has none that could be sent.

    """

    count: int
    texts: list[str]
    first: NDArray[np.int64]
    places: NDArray[np.int64]
    codes: NDArray[np.int64]
    reasons: dict[int, str]

    @classmethod
    def of(cls, cells: list[Any], job: Job) -> Rows:
        """The texts among the cells of a column."""
        most = calls.longest(Catalogue.bundled().get(job.model))
        number: dict[str, int] = {}
        places, codes, reasons = [], [], {}
        for place, cell in enumerate(cells):
            if why := unfit(cell, most):
                reasons[place] = why
            else:
                places.append(place)
                codes.append(number.setdefault(str(cell), len(number)))
        rows, which = np.array(places, np.int64), np.array(codes, np.int64)
        first = rows[np.unique(which, return_index=True)[1]]
        return cls(len(cells), list(number), first, rows, which, reasons)

    def complete(self, array: NDArray[np.float32], failed: Mapping[int, Exception]) -> dict[int, str]:
        """Fill in the rows that repeat a text, empty those without a vector; why the server refused some."""
        first = self.first[self.codes]
        again = np.flatnonzero(first != self.places)
        for start in range(0, len(again), BLOCK):
            some = again[start : start + BLOCK]
            array[self.places[some]] = array[first[some]]
        told = {text: plain(getattr(error, "what", error), 300) for text, error in failed.items()}
        lost = np.flatnonzero(np.isin(self.codes, list(told)))
        refused = {int(self.places[row]): told[int(self.codes[row])] for row in lost}
        array[[*self.reasons, *refused]] = 0
        return refused


def fingerprint(frame: pd.DataFrame) -> str:
    """SHA-256 of what a partition says: its labels, columns and cells, however they are held in memory."""
    total = sha256(repr((list(map(str, frame.columns)), len(frame))).encode())
    for column in [frame.index.to_frame(index=False), frame]:
        for at in range(column.shape[1]):
            values = column.iloc[:, at]
            if values.dtype == object and infer_dtype(values, skipna=True) not in {"string", "empty"}:
                values = values.map(_said)  # 1 and "1" are not the same
            try:
                hashes = pd.util.hash_pandas_object(values, index=False)
            except TypeError:  # lists of Arrow and other things without a hash
                hashes = pd.util.hash_pandas_object(values.map(_said), index=False)
            total.update(np.ascontiguousarray(hashes.to_numpy()).tobytes())
    return total.hexdigest()


def _said(cell: Any) -> str:
    """What an object says; of an array all of it."""
    return repr(cell.tolist() if hasattr(cell, "tolist") else cell)


class _Progress(Bar):
    """Tells the client how far it is."""

    def __init__(self, worker: Worker, run: str) -> None:
        super().__init__(None, desc="texts", unit="text", shown=False)
        self._worker, self._run = worker, run

    def move(self, by: int = 1, *, usd: float | None = None, failed: int = 0) -> None:
        """See `Bar`."""
        self._worker.log_event(self._run, {"done": by, "usd": usd, "failed": failed})


_clients: weakref.WeakKeyDictionary[Worker, dict[Reach, Venice]] = weakref.WeakKeyDictionary()
_before: weakref.WeakKeyDictionary[Venice, tuple[str, int]] = weakref.WeakKeyDictionary()  # the last part
_lock = threading.Lock()


def client_on(worker: Worker, reach: Reach) -> Venice:
    """The client of a run on this worker, made with its first use."""
    with _lock:
        made = _clients.setdefault(worker, {})
        if reach not in made:
            made[reach] = Venice._through(_door(worker, reach))  # noqa: SLF001  our own class
            for old in list(made)[:-CLIENTS]:
                made.pop(old).close()
        return made[reach]


def _door(worker: Worker, reach: Reach) -> Door:
    purse = None if reach.limit is None else ClusterPurse(Line(worker, reach.run, ""), reach.limit)
    if reach.sandbox is not None:
        return replace(to_sandbox(show=False, **dict(reach.sandbox)), purse=purse)
    key, proxy = None, None
    if not reach.handed:
        key = find_key()
    else:
        ask = worker.scheduler.venice_nb_key
        handed: Handed | None = sync(worker.loop, ask, worker=worker.address, run=reach.run)
        if handed is not None:
            key, proxy = handed.secret, handed.proxy
    if key is None:
        raise InvalidInput(
            "a worker has no Venice API key",
            field="api_key",
            allowed="a key on each worker",
            do="set VENICE_API_KEY in the workers' environment or .env, or hand over the key of a client: "
            "scale.embed(..., venice=v)",
        )
    given = settings(
        base_url=reach.base_url,
        timeout=reach.timeout,
        max_retries=reach.max_retries,
        proxy=proxy,
        show=False,
    )
    line = Line(worker, reach.run, identity(given.base_url, key).hex())
    return Door(given, key, live=True, guard=ClusterGuard(line), purse=purse)
