"""`scale.embed`: a Dask frame becomes a folder of parts, each written by the worker that embedded it."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from distributed import Client, as_completed, default_client

from venice_nb.calls.check import flag
from venice_nb.errors import InvalidInput, UnreadableReply, VeniceError, plain
from venice_nb.policy.budget import Reservation
from venice_nb.policy.limits import small_call
from venice_nb.render.live import notice
from venice_nb.render.progress import Bar
from venice_nb.scale.embedded import Embedded
from venice_nb.scale.finding import usable
from venice_nb.scale.keys import Handed, private
from venice_nb.scale.order import Order, named
from venice_nb.scale.parts import kinds_of
from venice_nb.scale.scheduler import Coordinator
from venice_nb.scale.working import embed_part

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.scale.parts import Format, Part
    from venice_nb.scale.working import Job

TICK = 0.05  # seconds between two looks for finished parts
PATIENCE = 15.0  # seconds without one, after which it is asked why


def embed(
    ddf: Any,
    column: Any,
    *,
    to: str | os.PathLike[str],
    model: ModelName | None = None,
    dimensions: int | None = None,
    columns: Sequence[Any] | None = None,
    format: Format = "parquet",  # noqa: A002  the word for it
    venice: Any = None,
    client: Client | None = None,
    cache: bool = True,
    at_once: int = 8,
    progress: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Embedded:
    """The vectors of a column of texts, in a folder: one part for each partition, written by the workers.

    Args:
        ddf: a Dask DataFrame.
        column: the column of texts.
        to: the folder, on a file system that the client and all workers share.
        model: an embedding model, by name or out of `v.models`; `text-embedding-bge-m3` (d = 1,024) when left
            out.
        dimensions: a smaller d, for models that can.
        columns: the columns to write beside the vectors; all when left out. The index is always there.
        format: "parquet", or "lance" for tables of LanceDB (extra `lance`).
        venice: the client whose address and key the workers use; the key is handed over in memory, which
            takes a cluster on this machine or one with TLS. A sandboxed client opens a sandbox on each
            worker. Left out, each worker finds a key in its own VENICE_API_KEY or `.env`, and with
            VENICE_SANDBOX=1 a sandbox.
        client: the `distributed.Client` of the cluster; the current one when left out.
        cache: whether vectors that `v.embed` has kept on a worker's machine are taken from there.
        at_once: requests at a time for each partition, 1 to 16. All workers share the limits of the key: its
            rate, and so many requests under way that no failure of all of them has it blocked.
        progress: a bar while it runs; None shows one in notebooks and terminals.
        extra_body: fields this library does not name.

    Each part holds all rows of its partition: index, columns, `vector` (d float32, null where there is none)
    and `error` (why). Each different text of a partition is sent once. Run it again after a crash, Ctrl-C or
    an empty account: finished parts whose rows are the same are left alone, and in the others only texts
    without a vector are paid for. Rows that are blank, too long or refused are counted in the result; the
    refused ones are tried again by the next run. An error that concerns all rows stops the run and is raised.
    Raises InvalidInput, before anything is sent, for what is no column of texts, or a folder that was made
    for another model or that another run of the cluster is writing into. Columns have their names as text in
    the parts. API reference: `POST /embeddings`.

    >>> import dask.dataframe as dd, pandas as pd, venice_nb as vn
    >>> from distributed import Client
    >>> from venice_nb import scale
    >>> frame = pd.DataFrame({"text": ["a gondola", "a canal", " ", "a bridge"]})
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     ddf = dd.from_pandas(frame, npartitions=2)
    ...     E = scale.embed(ddf, "text", to="vectors", venice=vn.Venice.sandbox())
    >>> E.rows, E.vectors, E.dims, E.failed
    (4, 3, 1024, {'blank': 1})

    """
    began = time.monotonic()
    client = _current() if client is None else client
    usable(client)
    if progress is not None:
        flag("progress", progress)
    run = f"venice-embed-{secrets.token_hex(6)}"
    given = (ddf, column, named(to), model, dimensions, columns, format, venice, cache, extra_body)
    order = Order.of(*given, at_once=at_once, run=run)
    order.session.announce_choice(order.request.resolution)
    folder = order.job.folder
    client.register_plugin(Coordinator())
    held = _held(venice, order.job.reach.limit)
    with Bar(None, desc="texts", unit="text", shown=progress) as bar:
        try:
            _open(client, venice, order.job)
            folder.begin(order.about)
            parts = _collect(client, order.tasks(embed_part), run, bar)
        finally:
            spent = _say(client, "close_run", run=run)
            if held is not None:
                held.settle(spent)
    _same(parts)
    return Embedded(
        folder.path,
        tuple(sorted(parts, key=lambda part: part.number)),
        column=column,
        format=format,
        elapsed=time.monotonic() - began,
        venice=venice,
    )


def _collect(client: Client, tasks: list[Any], run: str, bar: Bar) -> list[Part]:
    """The records of all parts. An error, or Ctrl-C, calls everything off; what is finished stays."""

    def hear(event: tuple[float, Mapping[str, Any]]) -> None:
        told = event[1]
        bar.move(told["done"], usd=told["usd"], failed=told["failed"])

    client.subscribe_topic(run, hear)
    futures = client.compute(tasks)
    done: list[Part] = []
    try:
        arriving, since = as_completed(futures), time.monotonic()
        while not arriving.is_empty():
            if arriving.has_ready():
                done += [future.result() for future in arriving.next_batch(block=False)]
                since = time.monotonic()
            else:
                time.sleep(TICK)
                if time.monotonic() - since > PATIENCE:
                    since = time.monotonic()
                    _look(client)
    except BaseException as stop:
        client.cancel(futures, force=True)
        if isinstance(stop, VeniceError):
            word = f"{len(done):,} of {len(tasks):,} parts are finished"
            word += "; run it again, and only the rest is sent"
            stop.do = f"{stop.do}; {word}" if stop.do else word
        raise
    finally:
        client.unsubscribe_topic(run)
    return done


def _look(client: Client) -> None:
    if not client.scheduler_info(n_workers=1)["workers"]:
        notice("The cluster has no workers: the run waits until one comes.")


def _same(parts: Sequence[Part]) -> None:
    """Raises when parts are of different models: their vectors cannot stand beside each other."""
    if len(kinds := kinds_of(parts)) > 1:
        raise UnreadableReply(
            f"The parts are of different models: {', '.join(kinds)}",
            do="the model behind the name has changed: embed into a new folder",
            charged="yes",
        )


def _current() -> Client:
    try:
        found: Client = default_client()
    except ValueError:
        raise InvalidInput(
            "there is no Dask cluster",
            field="client",
            allowed="a distributed.Client",
            do="start one: from distributed import Client; client = Client()",
        ) from None
    return found


def _held(venice: Any, limit: float | None) -> Reservation | None:
    """All that is left of the client's budget, while the run lasts."""
    if limit is None:
        return None
    whole = replace(small_call("createEmbedding", "/embeddings"), paid=True, price=limit)
    held = venice._session.purse.reserve(whole)  # noqa: SLF001  our own client
    return held if isinstance(held, Reservation) else None


def _open(client: Client, venice: Any, job: Job) -> None:
    """Tell the scheduler of the run, and give it the key where nobody else can read it on its way."""
    scheduler: Any = client.scheduler
    reach = job.reach
    addresses = [scheduler.address, *client.scheduler_info(n_workers=-1)["workers"]]
    if reach.handed and not all(map(private, addresses)):
        raise InvalidInput(
            "the connections of this cluster are not encrypted, so the key would travel in the clear",
            field="venice",
            allowed="a cluster on this machine, or one with TLS",
            do="set VENICE_API_KEY in the workers' environment and leave venice= out, or start the cluster "
            "with security=distributed.security.Security.temporary()",
        )
    key = None
    if reach.handed:
        door = venice._door  # noqa: SLF001  our own client
        key = Handed(door.key, door.settings.proxy)
    folder = str(job.folder.path)
    if not _say(client, "open", run=reach.run, owner=client.id, key=key, limit=reach.limit, folder=folder):
        raise InvalidInput(
            f"another run is writing into the folder {plain(job.folder.path.name, 60)}",
            field="to",
            value=plain(folder, 200),
            allowed="a folder that nobody writes into",
            do="wait until it is over, or close its client: what it has paid for is there then",
        )


def _say(client: Client, what: str, **given: Any) -> Any:
    """Something for the coordinator on the scheduler."""
    return client.sync(getattr(client.scheduler, f"venice_nb_{what}"), **given)
