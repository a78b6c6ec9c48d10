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
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from distributed import get_worker
from distributed.utils import sync

from venice_nb.calls.talk.messages import tokens
from venice_nb.calls.vectors import embeddings as calls
from venice_nb.catalogue import Catalogue
from venice_nb.config import find_key, settings
from venice_nb.door import Door, to_sandbox
from venice_nb.embedding.ingest import Ingest
from venice_nb.embedding.request import Request
from venice_nb.errors import InvalidInput, VeniceError, plain
from venice_nb.policy.limits import identity
from venice_nb.policy.store import Busy, Unusable
from venice_nb.policy.vector_cache import VectorCache, VectorFile, vector_file
from venice_nb.render.progress import Bar
from venice_nb.scale.guard import ClusterGuard, Line
from venice_nb.scale.money import ClusterPurse
from venice_nb.scale.parts import Folder, Part, table_of
from venice_nb.venice import Venice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Worker
    from numpy.typing import NDArray

    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.scale.keys import Handed

CLIENTS = 4  # kept on a worker, for as many runs


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
    work = client._driver.run(_ingest(client._session, rows, number, job, bar))  # noqa: SLF001  our own client
    done = np.frombuffer(work.done, bool)[rows.codes] if len(rows.codes) else np.empty(0, bool)
    failed = {
        int(place): _told(work.failed.get(int(code)))
        for place, code in zip(rows.places[~done], rows.codes[~done], strict=True)
    }
    dims = work.array.shape[1] if work.array is not None else work.request.dims
    if dims is None:
        raise InvalidInput(
            f"partition {number} has no text, and nobody knows how long the vectors of {job.model} are",
            field="ddf",
            allowed="partitions with a text",
            do="leave empty partitions out: ddf = ddf.repartition(npartitions=...)",
        )
    vectors = _taken(work.array, rows.codes[done], dims)
    errors = {**rows.reasons, **failed}
    kept = frame[list(job.columns)]
    part = Part(
        number=number,
        file="",
        rows=len(frame),
        vectors=len(vectors),
        failed=dict(Counter(rows.reasons.values())) | ({"refused": len(failed)} if failed else {}),
        unfinished=len(failed),
        model=work.model or job.model,
        dims=dims,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        fingerprint=mark,
        tokens=work.usage.total_tokens,
        usd=work.cost.usd,
        source=work.cost.source,
        elapsed=work.elapsed,
    )
    written = folder.write(part, table_of(kept, vectors, rows.places[done], errors, dims))
    if not failed:
        folder.finish(number)
    return written


def _told(error: Exception | None) -> str:
    return plain(error.what if isinstance(error, VeniceError) else error, 300)


def _taken(array: NDArray[np.float32] | None, codes: NDArray[np.int64], dims: int) -> NDArray[np.float32]:
    """The vector of each row; the array itself where each text stands once."""
    if array is None:
        return np.empty((0, dims), np.float32)
    return array if len(codes) == len(array) and (np.diff(codes) == 1).all() else array[codes]


def _ingest(session: Session, rows: Rows, number: int, job: Job, bar: Bar) -> Plan[Ingest]:
    """The vectors of the different texts of a partition, through the part's journal."""
    request = Request.of(session, job.model, job.dimensions, None, job.extra_body)
    name = request.identity(session.settings.base_url)
    journal = VectorFile(job.folder.journal(number))
    try:
        _ours_alone(journal)
        cache = VectorCache(journal, name, session.announce)
        work = Ingest(session, request, cache, rows.texts, total=len(rows.texts) * job.partitions)
        if rows.texts:
            yield from work.look()
            if job.cache:  # what this machine has paid for in other runs
                yield from work.look(VectorCache(vector_file(session.private), name))
            bar.move(len(work.hits))
            yield from work.run(job.at_once, bar)
    finally:
        journal.close()
    return work


def _ours_alone(journal: VectorFile) -> None:
    """Whoever worked at the part before is gone, wherever it was: nobody else pays for anything in it."""
    with suppress(Busy, Unusable):
        journal.run(lambda connection: connection.execute("DELETE FROM claim"))


@dataclass(frozen=True, slots=True)
class Rows:
    """The texts of a partition.

    Attributes:
        texts: the different texts.
        codes: (m,) for each row that has a text, which it is.
        places: (m,) its place in the partition.
        reasons: why each of the other rows has no text that could be sent, by place.

    """

    texts: list[str]
    codes: NDArray[np.int64]
    places: NDArray[np.int64]
    reasons: dict[int, str]

    @classmethod
    def of(cls, cells: list[Any], job: Job) -> Rows:
        """The texts among the cells of a column."""
        most = calls.longest(Catalogue.bundled().get(job.model))
        reasons = {place: why for place, cell in enumerate(cells) if (why := _unfit(cell, most))}
        places = np.array([place for place in range(len(cells)) if place not in reasons], np.int64)
        number: dict[str, int] = {}
        codes = np.array([number.setdefault(str(cells[place]), len(number)) for place in places], np.int64)
        return cls(list(number), codes, places, reasons)


def _unfit(cell: Any, most: int) -> str:
    """Why a cell cannot be sent; empty when it can."""
    if not isinstance(cell, str):
        return "missing" if calls.is_missing(cell) else "not a text"
    if not cell or cell.isspace():
        return "blank"
    if tokens(len(cell)) > most:
        return "too long"
    try:
        cell.encode()
    except UnicodeEncodeError:
        return "not Unicode"
    return ""


def fingerprint(frame: pd.DataFrame) -> str:
    """SHA-256 of what a partition says: its labels, columns and cells, however they are held in memory."""
    total = sha256(repr((list(map(str, frame.columns)), len(frame))).encode())
    for column in [frame.index.to_frame(index=False), frame]:
        for at in range(column.shape[1]):
            values = column.iloc[:, at]
            try:
                hashes = pd.util.hash_pandas_object(values, index=False)
            except TypeError:  # lists and other things without a hash
                hashes = pd.util.hash_pandas_object(values.map(repr), index=False)
            total.update(np.ascontiguousarray(hashes.to_numpy()).tobytes())
    return total.hexdigest()


class _Progress(Bar):
    """Tells the client how far it is."""

    def __init__(self, worker: Worker, run: str) -> None:
        super().__init__(None, desc="texts", unit="text", shown=False)
        self._worker, self._run = worker, run

    def move(self, by: int = 1, *, usd: float | None = None, failed: int = 0) -> None:
        """See `Bar`."""
        self._worker.log_event(self._run, {"done": by, "usd": usd, "failed": failed})


_clients: weakref.WeakKeyDictionary[Worker, dict[Reach, Venice]] = weakref.WeakKeyDictionary()
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
    given = settings(
        base_url=reach.base_url, timeout=reach.timeout, max_retries=reach.max_retries, show=False
    )
    key = find_key()
    if reach.handed:
        handed: Handed | None = sync(
            worker.loop, worker.scheduler.venice_nb_key, worker=worker.address, run=reach.run
        )
        key = None if handed is None else handed.secret
    if key is None:
        raise InvalidInput(
            "a worker has no Venice API key",
            field="api_key",
            allowed="a key on each worker",
            do="set VENICE_API_KEY in the workers' environment or .env, or hand over the key of a client: "
            "scale.embed(..., venice=v)",
        )
    line = Line(worker, reach.run, identity(given.base_url, key).hex())
    return Door(given, key, live=True, guard=ClusterGuard(line), purse=purse)
