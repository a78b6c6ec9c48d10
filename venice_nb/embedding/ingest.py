"""One run: texts that are all different become rows of an array, whatever happens to some of them.

Batches go out side by side. What a batch brings is written down before the next one begins. A batch that is
refused for what is in it is put aside, and halved when all others are through, until the bad texts stand
alone; what would stop every batch stops the run, and what is finished stays.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb import errors
from venice_nb.policy.steps import Done, Plan, Send, Sleep, Together, Work
from venice_nb.results.money import Cost, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.client.session import Session
    from venice_nb.embedding.request import Request
    from venice_nb.policy.vector_cache import Found, VectorCache
    from venice_nb.render.progress import Bar
    from venice_nb.results.vectors import Vectors

# What the texts of one batch may be to blame for, and half of them less so.
OF_THE_TEXTS = (
    errors.BadRequest,
    errors.TooLarge,
    errors.ContentRefused,
    errors.UnreadableReply,
    errors.ServerError,
    errors.UnsafeContent,
)
BLIND = 3  # batches that go out before one has succeeded
HOPELESS = 4  # texts refused on their own before one has succeeded: it is not the texts
AGAIN = 1.0  # seconds between two looks at what another process is paying for


class Ingest:
    """Texts to vectors.

    Args:
        session: the client's memory.
        request: the model and its options.
        cache: where vectors are kept between runs.
        texts: all different, none blank or too long.
        rows: the row of the array for each text; None puts text i into row i.
        size: how many rows the array has.
        array: makes the array once the length of the vectors is known.
        before: model and length of the vectors that came before, which these must fit to.
        total: how many texts there are when these are only some of them.

    Attributes:
        array: (size, d) float32, None before the first vector. Only rows of finished texts mean something.
        model: the model that answers.
        done: for each text, whether its vector is there.
        failed: the error of each text that will never have one.
        hits: the texts whose vectors were there already.
        usage: tokens of all answers.
        cost: US dollars of all answers.
        last: the last answer, None before the first.

    """

    def __init__(
        self,
        session: Session,
        request: Request,
        cache: VectorCache,
        texts: Sequence[str],
        *,
        rows: NDArray[np.int64] | None = None,
        size: int | None = None,
        array: Callable[[int], NDArray[np.float32]] | None = None,
        before: tuple[str, int] | None = None,
        total: int | None = None,
    ) -> None:
        self.session, self.request, self.cache, self.texts = session, request, cache, texts
        self.array: NDArray[np.float32] | None = None
        self.model = ""
        self.done = bytearray(len(texts))
        self.failed: dict[int, Exception] = {}
        self.hits: list[int] = []
        self.usage, self.cost = Usage(), Cost(0.0, "charged")
        self.last: Vectors | None = None
        self.elapsed = 0.0
        self.stopped: Exception | None = None
        self._rows, self._size, self._make = rows, len(texts) if size is None else size, array
        self._before, self._total = before, len(texts) if total is None else total
        self.keys = cache.keys(texts)
        self._lengths = list(map(len, texts))
        self._queue: deque[Sequence[int]] = deque()
        self._aside: list[Sequence[int]] = []  # batches that were refused for what is in them
        self._theirs: list[int] = []  # texts that another process is paying for
        self._paid = 0
        self._closed = False
        self._lock = threading.Lock()

    def look(self, cache: VectorCache | None = None) -> Plan[None]:
        """Take what is there already, in the run's own cache or in another one of the same name."""
        kept = self.cache if cache is None else cache
        left = [text for text, done in enumerate(self.done) if not done]
        found: Found = yield Work(lambda: kept.find([self.keys[text] for text in left]))
        yield from self._take(kept, left, found)

    def run(self, at_once: int, bar: Bar) -> Plan[None]:
        """Pay for the rest. Raises what stopped it; what is finished by then is in `array` and `done`."""
        began = time.monotonic()

        def watch(_: int, done: Done) -> None:
            if done.error is not None:  # a mistake of ours: everything else is caught in the batch
                self.stopped = done.error
            moved, usd, failed = done.value or (0, None, 0)
            bar.move(moved, usd=usd, failed=failed)

        self._add([text for text, done in enumerate(self.done) if not done])
        try:
            while self.stopped is None and (self._queue or self._aside or self._theirs):
                if self._queue and not (self._blind and self._aside):
                    yield Together(self._plans(), at_once, watch, easing=True)
                elif self._aside:
                    yield from self._halve(watch)
                else:
                    yield Sleep(AGAIN, "another run is embedding the same texts")
                    theirs, self._theirs = self._theirs, []
                    self._add(theirs)
            while not (yield Work(self.cache.flush)):
                yield Sleep(0.25)
        finally:
            with self._lock:
                self._closed = True  # what is still under way goes into the cache alone
            self.elapsed = time.monotonic() - began
        if self.stopped is not None:
            raise self.stopped

    @property
    def _blind(self) -> bool:
        """Whether nothing has succeeded yet: what is wrong may be wrong for every text."""
        return not self._paid and not self.hits and self._before is None

    def _add(self, texts: Sequence[int]) -> None:
        lengths = [self._lengths[text] for text in texts]
        self._queue.extend(texts[start:stop] for start, stop in self.request.cut(lengths, self._total))

    def _plans(self) -> Iterator[Callable[[], Generator[Any, Any, Any]]]:
        """The batches, as long as it makes sense to begin another one."""
        begun = 0
        while self._queue and self.stopped is None and not (self._blind and (self._aside or begun >= BLIND)):
            begun += 1
            yield partial(self._batch, self._queue.popleft())

    def _halve(self, watch: Callable[[int, Done], None]) -> Plan[None]:
        """Send a refused batch again in two halves, one after the other."""
        batch = self._aside.pop()
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            if half and self.stopped is None:
                watch(0, Done((yield from self._batch(half))))
        if self._blind and len(self.failed) >= HOPELESS and (self._queue or self._aside):
            self.stopped = next(iter(self.failed.values()))

    def _batch(self, batch: Sequence[int]) -> Plan[tuple[int, float | None, int]]:
        """Pay for a batch and write it down; gives back how many are done, their cost, how many failed."""
        keys = [self.keys[text] for text in batch]
        found, theirs, claim = yield Work(lambda: self.cache.claim(keys))
        moved = yield from self._take(self.cache, batch, found)
        if len(found) or theirs:
            left = [(text, key) for text, key in zip(batch, keys, strict=True) if not self.done[text]]
            self._theirs += [text for text, key in left if key in theirs]
            batch = [text for text, key in left if key not in theirs]
        if not batch:
            return moved, None, 0
        try:
            vectors: Vectors = yield Send(self.request.call([self.texts[text] for text in batch]))
        except errors.VeniceError as error:
            self.cache.give_back(claim)
            return (yield from self._refused(batch, error, moved))
        except BaseException:
            self.cache.give_back(claim)
            raise
        yield Work(lambda: self._keep(batch, vectors, claim))
        return moved + len(batch), vectors.cost.usd, 0

    def _keep(self, batch: Sequence[int], vectors: Vectors, claim: int | None = None) -> None:
        """Write a batch down, and put it into the array."""
        model = self.request.answered(vectors)
        self.cache.put([self.keys[text] for text in batch], vectors.array, model, claim)
        with self._lock:
            self._paid += 1
            self.last = replace(vectors, array=vectors.array[:0])
            self.usage += vectors.usage
            self.cost = vectors.cost if self._paid == 1 else self.cost + vectors.cost
            if not self._closed:
                self._place(batch, vectors.array, model)

    def _place(self, batch: Sequence[int], vectors: NDArray[np.float32], model: str) -> None:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        now = model, vectors.shape[1]
        before = self._before if self.array is None else (self.model, self.array.shape[1])
        if before is not None and now != before:
            if self._paid > 1 or self._before is not None:
                self.stopped = _changed(before, now)
                return
            # the vectors that were kept are of a model that answers no longer: all of them are asked for anew
            for text in self.hits:
                self.done[text] = 0
            self._add(self.hits)
            self.hits, self.array = [], None
        if self.array is None:
            self.model = model
            self.array = self._make(now[1]) if self._make else np.empty((self._size, now[1]), np.float32)
        rows = batch if self._rows is None else self._rows[np.asarray(batch)]
        self.array[_run(rows)] = vectors
        for text in batch:
            self.done[text] = 1

    def _take(self, cache: VectorCache, batch: Sequence[int], found: Found) -> Plan[int]:
        """Put kept vectors into the array; gives back how many."""
        taken = 0
        for part, (positions, places) in found.parts.items():
            vectors = yield Work(partial(cache.vectors, part, found.dims))
            if vectors is None or max(places) >= len(vectors):
                continue
            texts = [batch[position] for position in positions]
            with self._lock:
                fits = self._before or (self.model or found.model, found.dims)
                if self._closed or fits != (found.model, found.dims):
                    continue
                self.hits += texts
                self._place(texts, vectors[_run(places)], found.model)
                taken += len(texts)
        return taken

    def _refused(
        self, batch: Sequence[int], error: errors.VeniceError, moved: int
    ) -> Plan[tuple[int, float | None, int]]:
        """What becomes of a batch that failed: kept in part, put aside, given up, or the end of the run."""
        usd, good = None, error.details.get("rows") or ()
        if good:  # an answer with bad vectors in it: the others are paid for, and are what was asked for
            vectors: Vectors = error.details["vectors"]
            texts = [batch[at] for at in good]
            yield Work(lambda: self._keep(texts, vectors))
            moved, usd = moved + len(texts), vectors.cost.usd
            batch = sorted(set(batch) - set(texts))
            with self._lock:
                self._aside.append(batch)
            return moved, usd, 0
        named = _named(error, len(batch))
        with self._lock:
            if not isinstance(error, (*OF_THE_TEXTS, errors.UnknownOutcome)):
                self.stopped = self.stopped or error
                return moved, None, 0
            if len(batch) == 1 or isinstance(error, errors.UnknownOutcome):
                self.failed.update(dict.fromkeys(batch, error))
                return moved, None, len(batch)
            if not named:
                self._aside.append(batch)
                return moved, None, 0
            self.failed.update((batch[at], error) for at in named)
            self._queue.append([text for at, text in enumerate(batch) if at not in named])
        return moved, None, len(named)


def _named(error: errors.VeniceError, count: int) -> set[int]:
    """The texts that the server blames by their numbers, when these are some of them and not all."""
    named = set()
    for issue in error.details.get("issues") or ():
        where = str(issue.path).replace("[", ".").replace("]", "").split(".")
        if len(where) == 2 and where[0] == "input" and where[1].isdigit() and int(where[1]) < count:
            named.add(int(where[1]))
    return named if len(named) < count else set()


def _run(rows: Any) -> Any:
    """Rows as a slice where they follow each other: those are copied in one go."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if list(rows) == list(range(first, last + 1)) else rows


def _changed(before: tuple[str, int], now: tuple[str, int]) -> errors.VeniceError:
    return errors.UnreadableReply(
        "The model changed under way: from {} ({} numbers) to {} ({} numbers)".format(*before, *now),
        do="run it again, with another out= if there is one: all of it is then from the model of today",
        charged="yes",
    )
