"""Columns that do not fit into memory: read in pieces, embedded into a file, taken up where it stopped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import refuse
from venice_nb.embedding.actions import Actions
from venice_nb.embedding.column import WHOLE
from venice_nb.embedding.draft import Draft, folder_of
from venice_nb.embedding.ingest import Ingest
from venice_nb.embedding.request import WIDEST
from venice_nb.embedding.seen import Seen
from venice_nb.policy.steps import Plan, Run, Work
from venice_nb.policy.vector_cache import VectorCache
from venice_nb.render.progress import Bar
from venice_nb.results.matrix.columns import savable
from venice_nb.results.matrix.matrix import EmbeddingMatrix, RowError
from venice_nb.results.money import Cost, Usage

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.client.session import Session
    from venice_nb.embedding.column import Blank, Column, Source
    from venice_nb.embedding.request import Request
    from venice_nb.policy.vector_cache import VectorFile

PIECE = 1 << 28  # bytes of the vectors that are worked on together
BLOCK = 4096  # rows moved at a time


def embed_to(
    session: Session,
    request: Request,
    source: Source,
    out: str | os.PathLike[str],
    *,
    blank: Blank,
    kept: VectorCache,
    at_once: int,
    progress: bool | None,
) -> Plan[EmbeddingMatrix]:
    """The matrix of a column, in a folder on disk. See `v.embed`."""
    size = max(1, PIECE // (4 * (request.dims or WIDEST)))

    def check() -> None:
        savable(source.index, source.frame)
        for at, cells in source.pieces(size):
            source.read(cells, at, blank=blank, model=request.model)

    if source.count is not None:  # all of it can be looked at before anything is sent
        yield Work(check)
    name = blake2b(request.identity(session.settings.base_url), digest_size=16).hexdigest()
    draft = Draft(folder_of(out), name, size)
    try:
        yield Work(draft.open)
    except BaseException:
        draft.close()
        raise
    work = _Stream(session, request, source, draft, kept)
    bar = Bar(source.count, desc="texts", unit="text", shown=progress)
    pieces = source.pieces(draft.size)
    try:
        while (found := (yield Run(partial(next, pieces, None)))) is not None:
            at, cells = found
            rows = source.read(cells, at, blank=blank, model=request.model)
            yield from work.add(rows, at_once, bar)
        if not work.count:
            refuse("data", "rows without a text", "one text or more", "Check what the rows come from.")
        yield Work(work.seal)
    except BaseException as stop:
        if draft.done and not draft.complete:
            _tell(session, work, stop)
        raise
    finally:
        bar.close()
        draft.close()
    matrix: EmbeddingMatrix = yield Work(partial(EmbeddingMatrix.load, draft.target))
    session.last = matrix = matrix.owned(Actions(session))
    return matrix


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows that are worked on together.

    Attributes:
        rows: those with a text.
        digest: of all of it: texts, model, and which rows have no text.
        codes: for each row the number of its text among the different ones.
        first: for each different text its first row.
        before: for each different text its row in an earlier piece; -1 for a new one.

    """

    rows: Column
    digest: str
    codes: NDArray[np.int64]
    first: NDArray[np.int64]
    before: NDArray[np.int64]

    @property
    def new(self) -> NDArray[np.int64]:
        """The numbers of the texts that have not come before."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        return np.flatnonzero(self.before < 0)


class _Stream:
    """Pieces of a column on their way into a draft.

    Attributes:
        count: rows with a text so far.

    """

    def __init__(
        self, session: Session, request: Request, source: Source, draft: Draft, kept: VectorCache
    ) -> None:
        self.count = 0
        self._session, self._request, self._source = session, request, source
        self._draft, self._kept = draft, kept
        self._seen = Seen()
        self._rows = 0
        self._pieces = 0
        self._lost: dict[int, RowError] = {}  # by row of the file
        self._left_out: list[RowError] = []
        self._fits: tuple[str, int] | None = None
        self._usage, self._cost, self._elapsed = Usage(), Cost(0.0, "charged"), 0.0

    def add(self, rows: Column, at_once: int, bar: Bar) -> Plan[None]:
        """Embed a piece, unless an earlier run has done so."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        keys = self._kept.keys(rows.texts)
        digest = blake2b(b"".join(keys) + repr(rows.left_out).encode(), digest_size=16).hexdigest()
        noted = self._draft.same(self._pieces, digest)
        number: dict[bytes, int] = {}
        codes = np.array([number.setdefault(key, len(number)) for key in keys], np.int64)
        different = list(number)
        piece = _Piece(
            rows, digest, codes, np.unique(codes, return_index=True)[1], self._seen.rows(different)
        )
        moved = 0
        if noted is None:
            moved = yield from self._embed(piece, at_once, bar)
        else:
            self._fits = (noted["model"], noted["dims"])
            for row, position, reason in noted["lost"]:
                self._lost[row] = RowError(rows.label(position), position, reason)
        self._seen.add([different[at] for at in piece.new.tolist()], self.count + piece.first[piece.new])
        self._left_out += [RowError(rows.label(at), at, reason) for at, reason in rows.left_out]
        given = len(rows.texts) + len(rows.left_out)
        self.count += len(rows.texts)
        self._rows += given
        self._pieces += 1
        bar.move(given - moved)

    def _embed(self, piece: _Piece, at_once: int, bar: Bar) -> Plan[int]:
        """Pay for the texts that are new, put the others beside them, and note that it is done."""
        batches, texts = self._draft.batches, piece.rows.texts
        name = self._request.identity(self._session.settings.base_url)
        rows = piece.first[piece.new]
        work = Ingest(
            self._session,
            self._request,
            VectorCache(batches, name, self._session.announce),
            [texts[row] for row in rows.tolist()],
            rows=rows,
            array=partial(self._draft.rows, self.count, len(texts)),
            before=self._fits,
            total=WHOLE if self._source.count is None else self._source.count,
        )
        yield Work(partial(self._draft.add_texts, texts))
        yield from work.look(self._kept)
        yield from work.look()
        try:
            yield from work.run(at_once, bar)
            if work.array is not None:
                self._fits = work.model, work.array.shape[1]
            elif self._fits is None and work.failed:
                raise next(iter(work.failed.values()))
            yield Work(partial(self._finish, work, piece, batches))
        finally:
            self._usage += work.usage
            self._cost = work.cost if self._cost.usd == 0 else self._cost + work.cost
            self._elapsed += work.elapsed
            batches.close()
        return sum(work.done) - len(work.hits)

    def _finish(self, work: Ingest, piece: _Piece, batches: VectorFile) -> None:
        """Copy the rows of texts that stand twice, list those that were lost, and note the piece."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        model, dims = self._fits or ("", 0)
        rows, codes, before = piece.rows, piece.codes, piece.before
        lost = []
        error_of = {int(piece.new[text]): error for text, error in work.failed.items()}
        for row, code in enumerate(codes.tolist()) if error_of or self._lost else ():
            error, earlier = error_of.get(code), self._lost.get(int(before[code]))
            if earlier is not None:
                error, reason = earlier.error, earlier.reason
            elif error is not None:
                reason = getattr(error, "what", str(error))
            else:
                continue
            position = rows.positions[row]
            self._lost[self.count + row] = RowError(rows.label(position), position, reason, error)
            lost.append([self.count + row, position, reason])
        if rows.texts:
            array = self._draft.rows(self.count, len(codes), dims)
            own = np.flatnonzero((piece.first[codes] != np.arange(len(codes))) & (before[codes] < 0))
            for start in range(0, len(own), BLOCK):
                some = own[start : start + BLOCK]
                array[some] = array[piece.first[codes[some]]]
            again = np.flatnonzero(before[codes] >= 0)
            earlier_rows = self._draft.rows(0, self.count, dims) if len(again) else array
            for start in range(0, len(again), BLOCK):
                some = again[start : start + BLOCK]
                array[some] = earlier_rows[before[codes[some]]]
            array.flush()
        note = {"digest": piece.digest, "texts": len(rows.texts), "model": model, "dims": dims, "lost": lost}
        self._draft.finish(note, batches)

    def seal(self) -> None:
        """Make a matrix of what was written; one that is complete is only compared."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        self._draft.cut(self._pieces, whole=True)
        gone = sorted([*self._left_out, *self._lost.values()], key=lambda row: row.position)
        index: Any = self._source.index
        frame = self._source.frame
        if gone:
            places = np.delete(np.arange(self._rows), [row.position for row in gone])
            index = places if index is None else index.take(places)
            frame = None if frame is None else frame.iloc[places]
        if self._draft.complete:
            self._draft.compare(index, frame)
            return
        assert self._fits is not None
        model, dims = self._fits
        about = {
            "index": index,
            "metadata": frame,
            "model": model,
            "usage": self._usage,
            "cost": self._cost,
            "elapsed": self._elapsed,
            "errors": tuple(gone),
            "created": dt.datetime.now(dt.UTC).date().isoformat(),
        }
        self._draft.seal(dims, sorted(self._lost), about)


def _tell(session: Session, work: _Stream, stop: BaseException) -> None:
    """How far it came, and what to do to go on."""
    from venice_nb.errors import VeniceError  # noqa: PLC0415  only when something failed

    word = f"{work.count:,} rows are on the disk; run it again with the same out=, and only the rest is sent"
    if isinstance(stop, VeniceError):
        stop.do = f"{stop.do}; {word}" if stop.do else word
    else:
        session.tell(f"Stopped. {word}.")
