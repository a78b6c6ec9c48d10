"""`v.embed` and what belongs to it: a matrix from a column, its price before, vectors of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import choice, flag, integer
from venice_nb.embedding.actions import Actions, vectors
from venice_nb.embedding.column import Blank, Column, factorize, open_column
from venice_nb.embedding.ingest import Ingest
from venice_nb.embedding.request import Request
from venice_nb.embedding.stream import embed_to
from venice_nb.errors import VeniceError
from venice_nb.policy.pace import pace
from venice_nb.policy.steps import Plan, Work
from venice_nb.render.progress import Bar
from venice_nb.results.embedding_plan import EmbeddingPlan
from venice_nb.results.headers import Headers
from venice_nb.results.matrix.matrix import EmbeddingMatrix, RowError
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

__all__ = ["embed", "plan", "vectors"]

MOST = 16  # requests at a time
BLOCK = 4096  # rows moved at a time

_BLANK = choice("skip", "raise")


def embed(
    session: Session,
    /,
    data: Any,
    *,
    model: ModelName | None = None,
    dimensions: int | None = None,
    column: Any = None,
    blank: Blank = "skip",
    cache: bool = True,
    at_once: int = 8,
    progress: bool | None = None,
    out: str | os.PathLike[str] | None = None,
    user: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[EmbeddingMatrix]:
    """A matrix (n, d) float32 with a row for each text of a column, aligned to its index.

    Args:
        data: a Series, list, tuple, array or iterator of texts, a DataFrame, or a single text.
        model: an embedding model, by name or out of `v.models`; `text-embedding-bge-m3` (d = 1,024) when left
            out.
        dimensions: a smaller d, for models that can.
        column: which column of a DataFrame; one that has a single column of text needs none. The others
            become the matrix's metadata.
        blank: "skip" leaves rows without a text out of the matrix and lists them in `E.errors`; "raise"
            refuses them.
        cache: whether vectors are kept, and taken from an earlier run: see `v.embed.cache`.
        at_once: requests at a time at most, 1 to 16; the rate limit of the model holds besides. `Venice`
            sends fewer while reading the answers keeps this process busy.
        progress: a bar while it runs; None shows one in notebooks and terminals.
        out: a folder to be made for the matrix, for columns that do not fit into memory: rows are read,
            embedded and written in pieces, also those of an iterator, and `E.array` is mapped from the file,
            as `v.embed.load(out)` gives it. What is written there is not kept in `v.embed.cache` as well.
        user: a name of your user, which the API accepts and ignores.
        extra_body: fields this library does not name.

    Each different text is sent once, in batches. A batch is written down when it arrives, so that running it
    again after Ctrl-C, a crash or an empty account sends only what is missing; `v.last` then has what was
    finished. Texts that the server refuses are found by halving their batch, and listed in `E.errors`; when
    all are refused, the first error is raised. Raises InvalidInput, naming the rows, before anything is sent
    for an empty column, token ids, or a text the model cannot read in full.
    API reference: `POST /embeddings`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> E = v.embed(["a gondola", "a canal", "a gondola"])
    >>> E.shape
    (3, 1024)

    """
    integer(1, MOST)("at_once", at_once)
    if progress is not None:
        flag("progress", progress)
    request = Request.of(session, model, dimensions, user, extra_body)
    kept, blank = request.kept(session, flag("cache", cache)), _BLANK("blank", blank)
    if out is not None:
        source = open_column(data, column)
        session.announce_choice(request.resolution)
        options: dict[str, Any] = {"blank": blank, "kept": kept, "at_once": at_once, "progress": progress}
        return (yield from embed_to(session, request, source, out, **options))
    rows = yield from _read(data, column, blank, request)
    session.announce_choice(request.resolution)
    unique, codes, first = yield Work(lambda: factorize(rows.texts))
    work: Ingest = yield Work(
        lambda: Ingest(session, request, kept, unique, rows=first, size=len(rows.texts))
    )
    yield from work.look()
    bar = Bar(len(unique), desc="texts", unit="text", shown=progress, done=len(work.hits))
    try:
        yield from work.run(at_once, bar)
    except BaseException as stop:  # an error for all rows, Ctrl-C, or the task was cancelled
        if work.array is not None:
            session.last = _matrix(session, work, rows, codes, first)
        _tell(session, work, stop, kept=cache)
        raise
    finally:
        bar.close()
    if work.failed and not any(work.done):
        raise next(iter(work.failed.values()))
    session.last = matrix = _matrix(session, work, rows, codes, first)
    return matrix


def plan(
    session: Session,
    /,
    data: Any,
    *,
    model: ModelName | None = None,
    dimensions: int | None = None,
    column: Any = None,
    blank: Blank = "skip",
    cache: bool = True,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[EmbeddingPlan]:
    """What `v.embed` would send, cost and take for the same arguments. Sends nothing, spends nothing.

    Args:
        data: as for `v.embed`; an iterator is used up by looking at it.
        model: as for `v.embed`, like all that follows.
        dimensions: decides about the price of no model, but about what is kept already.
        column: of a DataFrame.
        blank: what becomes of rows without a text.
        cache: whether vectors that are kept count as paid for.
        extra_body: fields this library does not name.

    Raises what `v.embed` raises before it sends anything. Tokens and dollars are estimates.
    API reference: `POST /embeddings`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().embed.plan(["a gondola", "a canal", "a gondola"]).unique
    2

    """
    request = Request.of(session, model, dimensions, None, extra_body)
    rows = yield from _read(data, column, _BLANK("blank", blank), request)
    return (yield from priced(session, request, rows, flag("cache", cache)))


def _read(data: Any, column: Any, blank: Blank, request: Request) -> Plan[Column]:
    """The rows of a column; it takes a second to look at a million, which other tasks need not wait for."""
    source = open_column(data, column)
    if source.count is None:
        source = replace(source, cells=iter(list(source.cells)))  # it may belong to this thread
    rows: Column = yield Work(lambda: source.whole(blank=blank, model=request.model))
    return rows


def priced(session: Session, request: Request, rows: Column, cache: bool) -> Plan[EmbeddingPlan]:
    """What the vectors of some rows would cost; there may be none that have a text."""
    unique, _, _ = yield Work(lambda: factorize(rows.texts))
    kept = request.kept(session, cache)
    found = yield Work(lambda: kept.find(kept.keys(unique)))
    there = set(found.positions)
    lengths = [len(text) for at, text in enumerate(unique) if at not in there]
    tokens = request.count(lengths)
    requests = sum(1 for _ in request.cut(lengths, len(unique)))
    usd = request.cost(tokens)
    return EmbeddingPlan(
        model=request.name,
        dims=request.dims,
        rows=len(rows.texts) + len(rows.left_out),
        left_out=_left_out(rows),
        unique=len(unique),
        cached=len(there),
        requests=requests,
        tokens=tokens,
        cost=Cost(usd, "estimated" if usd is not None else "unknown"),
        **pace(session.allowed(request.name, "embedding"), request.model or "embedding", requests, tokens),
        sandbox=session.sandbox is not None,
    )


def _left_out(rows: Column) -> tuple[RowError, ...]:
    return tuple(RowError(rows.label(position), position, reason) for position, reason in rows.left_out)


def _matrix(
    session: Session,
    work: Ingest,
    rows: Column,
    codes: NDArray[np.int64] | None,
    first: NDArray[np.int64] | None,
) -> EmbeddingMatrix:
    """The finished rows. Those that have no vector are moved out of the array, in place, and listed."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    array = work.array
    assert array is not None
    done = np.frombuffer(work.done, np.bool_)
    if codes is not None and first is not None:
        twice = np.flatnonzero(first[codes] != np.arange(len(codes)))
        for start in range(0, len(twice), BLOCK):
            some = twice[start : start + BLOCK]
            array[some] = array[first[codes[some]]]
        done = done[codes]
    lost = [_lost(work, rows, codes, row) for row in np.flatnonzero(~done).tolist()]
    index: Any = rows.index
    texts, frame = rows.texts, rows.frame
    if lost or rows.left_out:
        places = np.asarray(rows.positions)[done]
        index = places if index is None else index.take(places)
        frame = None if frame is None else frame.iloc[places]
    if lost:
        texts = [text for text, there in zip(texts, done.tolist(), strict=True) if there]
        array = _pressed(array, done)
    return EmbeddingMatrix(
        array,
        index=index,
        texts=texts,
        metadata=frame,
        model=work.model,
        usage=work.usage,
        cost=work.cost,
        elapsed=work.elapsed,
        errors=tuple(sorted([*_left_out(rows), *lost], key=lambda row: row.position)),
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        actions=Actions(session),
        headers=work.last.headers if work.last is not None else Headers(),
        raw=work.last.raw if work.last is not None else {},
    )


def _pressed(array: NDArray[np.float32], there: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The rows that are there, moved to the front of the same memory."""
    end = 0
    for start in range(0, len(array), BLOCK):
        some = array[start : start + BLOCK][there[start : start + BLOCK]]
        array[end : end + len(some)] = some
        end += len(some)
    return array[:end]


def _lost(work: Ingest, rows: Column, codes: NDArray[np.int64] | None, row: int) -> RowError:
    error = work.failed.get(row if codes is None else int(codes[row]))
    reason = "not finished" if error is None else getattr(error, "what", str(error))
    return RowError(rows.row_label(row), rows.positions[row], reason, error)


def _tell(session: Session, work: Ingest, stop: BaseException, *, kept: bool) -> None:
    """How far it came, and what to do to go on."""
    count, total = sum(work.done), len(work.done)
    if not count:
        return
    again = "run it again, and only the rest is sent" if kept else "nothing is kept for another run"
    word = f"{count:,} of {total:,} texts are finished: v.last has them; {again}"
    if isinstance(stop, VeniceError):
        stop.do = f"{stop.do}; {word}" if stop.do else word
    else:
        session.tell(f"Stopped. {word}.")
