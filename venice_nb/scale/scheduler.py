"""On the scheduler: one rate budget and one failure budget for each key, whatever the number of workers.

Workers hold nothing of their own. They ask the scheduler for a place in the queue of a model and for a mark
among the requests that may fail, and tell it what came of them. When a worker is gone, what it held is given
up: its places are free again, its requests count as failed. Times are those of the scheduler.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distributed.diagnostics.plugin import SchedulerPlugin

from venice_nb.policy.limits import Guard
from venice_nb.policy.rates import Seat
from venice_nb.policy.store import shared_ledger
from venice_nb.scale.keys import Handed, private
from venice_nb.scale.money import Funds

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Scheduler

    from venice_nb.policy.ledger import Hold, Ledger
    from venice_nb.policy.rates import RateLimiter

NAME = "venice-nb"
GONE = "gone"  # the answer to a worker whose work is somebody else's by now, or nobody's
KEPT = 256  # places whose requests are over, kept for the tokens they turn out to have used
log = logging.getLogger("venice_nb")


class Pool:
    """The limiter and the ledger of one key, and which worker holds what of them.

    Args:
        limiter: requests and tokens per minute.
        ledger: failures and requests under way.
        now: monotonic seconds.

    """

    def __init__(
        self, limiter: RateLimiter, ledger: Ledger, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.limiter = limiter
        self.ledger = ledger
        self.now = now
        self._seats: dict[tuple[str, int], Seat] = {}
        self._marks: dict[int, str] = {}

    # --- what is asked, and waited for ---------------------------------------------------------

    def time(self, worker: str) -> float:  # noqa: ARG002  all asks have the same shape
        """Monotonic seconds here."""
        return self.now()

    def take(  # noqa: PLR0917  a message in the order of its parts
        self, worker: str, number: int, model: str, family: str, tokens: int, weight: int
    ) -> tuple[float, float, str, bool] | None:
        """None when the request may go now, else what a `Wait` is made of."""
        seat = self._seats.setdefault((worker, number), Seat((model, family), tokens, weight))
        self._tidy()
        wait = self.limiter.take(seat, self.now())
        return None if wait is None else (wait.seconds, wait.total, wait.why, wait.final)

    def admit(self, worker: str, seconds: float) -> tuple[int, bool] | tuple[float, str, int | None]:
        """A mark and whether something is noted about the key, else what a `Hold` is made of."""
        admitted: int | Hold = self.ledger.admit(self.now(), seconds)
        if isinstance(admitted, int):
            self._marks[int(admitted)] = worker
            return int(admitted), type(admitted) is not int
        if admitted.probe is not None:
            self._marks[admitted.probe] = worker
        return admitted.seconds, admitted.why, admitted.probe

    def note(self, worker: str, name: str, until: float, text: str) -> None:  # noqa: ARG002
        """See `Ledger`."""
        self.ledger.note(name, until, text)

    def forget(self, worker: str, name: str) -> None:  # noqa: ARG002
        """See `Ledger`."""
        self.ledger.forget(name)

    def notes(self, worker: str) -> dict[str, tuple[float, str]]:  # noqa: ARG002
        """See `Ledger`."""
        return {name: (note.until, note.text) for name, note in self.ledger.notes(self.now()).items()}

    def wants_truth(self, worker: str) -> bool:  # noqa: ARG002
        """See `RateLimiter`."""
        return self.limiter.wants_truth(self.now())

    def learn(self, worker: str, reply: Any) -> None:  # noqa: ARG002
        """See `RateLimiter`."""
        self.limiter.learn(reply)

    def withdraw(self, worker: str, number: int) -> None:
        """See `RateLimiter`."""
        seat = self._seats.pop((worker, number), None)
        if seat is not None:
            self.limiter.withdraw(seat)

    # --- what is told ---------------------------------------------------------------------------

    def succeeded(self, worker: str, mark: int) -> None:
        """See `Ledger`. What another worker has answered for is settled already."""
        if self._marks.get(mark) == worker:
            del self._marks[mark]
            self.ledger.succeeded(mark)

    def failed(self, worker: str, mark: int) -> None:
        """See `Ledger`."""
        if self._marks.get(mark) == worker:
            del self._marks[mark]
            self.ledger.failed(mark, self.now())

    def landed(self, worker: str, number: int) -> None:
        """See `RateLimiter`."""
        if (seat := self._seats.get((worker, number))) is not None:
            self.limiter.landed(seat)

    def settle(self, worker: str, number: int, tokens: int) -> None:
        """See `RateLimiter`."""
        seat = self._seats.pop((worker, number), None)
        if seat is not None and seat.sent is not None:
            self.limiter.settle(seat.lane, seat.sent, tokens)

    def heed(self, worker: str, number: int, headers: dict[str, str], server: float) -> None:
        """See `RateLimiter`."""
        if (seat := self._seats.get((worker, number))) is not None:
            self.limiter.heed(seat, headers, self.now(), server)

    def brake(self, worker: str, number: int, hint: float | None) -> None:
        """See `RateLimiter`."""
        if (seat := self._seats.get((worker, number))) is not None:
            self.limiter.brake(seat, self.now(), hint)

    def lost(self, worker: str) -> None:
        """A worker is gone: its requests may have failed, and nobody waits in its places."""
        now = self.now()
        for mark in [mark for mark, holder in self._marks.items() if holder == worker]:
            del self._marks[mark]
            self.ledger.failed(mark, now)
        for place in [place for place in self._seats if place[0] == worker]:
            seat = self._seats.pop(place)
            if seat.queued:
                self.limiter.withdraw(seat)
            else:
                self.limiter.landed(seat)

    def _tidy(self) -> None:
        if len(self._seats) > KEPT:
            over = [
                place
                for place, seat in self._seats.items()
                if not seat.queued and not seat.in_flight and (seat.sent is None or not seat.sent.counted)
            ]
            for place in over:
                del self._seats[place]


ASKS = frozenset(
    {
        "time",
        "take",
        "admit",
        "note",
        "forget",
        "notes",
        "wants_truth",
        "learn",
        "withdraw",
        "reserve",
        "again",
    }
)
TELLS = frozenset({"succeeded", "failed", "landed", "settle", "heed", "brake", "pay"})


@dataclass(slots=True)
class Running:
    """A run under way: whose it is, its key if that was handed over, what it may spend, where it writes."""

    owner: str
    key: Handed | None
    funds: Funds
    folder: str


class Coordinator(SchedulerPlugin):
    """Sits on the scheduler of a cluster; `distributed.Client.register_plugin` puts it there, once.

    Workers ask, and wait for the answer, or tell, and do not: about the pool of a key or the funds of a run.
    A key that was handed over is kept in memory, in a `Secret`, until its run or the client of that ends.
    """

    name = NAME
    idempotent = True

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}
        self._runs: dict[str, Running] = {}
        self._scheduler: Scheduler | None = None

    async def start(self, scheduler: Scheduler) -> None:
        """Open the doors."""
        self._scheduler = scheduler
        for name in ("open", "close_run", "key", "ask"):
            scheduler.handlers[f"venice_nb_{name}"] = getattr(self, name)
        scheduler.stream_handlers["venice_nb_tell"] = self.tell

    def __reduce__(self) -> Any:
        return Coordinator, ()  # it travels empty, whatever it knows where it sits

    def open(self, run: str, owner: str, key: Handed | None, limit: float | None, folder: str) -> bool:
        """A run begins, unless another one is writing into its folder: both would pay for the same texts."""
        if any(running.folder == folder for running in self._runs.values()):
            return False
        self._runs[run] = Running(owner, key, Funds(limit), folder)
        return True

    def close_run(self, run: str) -> float:
        """A run is over; gives back what it spent, in US dollars, where it had a limit."""
        over = self._runs.pop(run, None)
        return 0.0 if over is None else over.funds.spent + over.funds.held

    def key(self, worker: str, run: str) -> Handed | None:
        """The key of a run, for a worker of the cluster; None without one, or when the way is not private."""
        if self._scheduler is None or worker not in self._scheduler.workers or not private(worker):
            return None
        running = self._runs.get(run)
        return None if running is None else running.key

    def ask(self, worker: str, run: str, about: str, what: str, given: tuple[Any, ...]) -> Any:
        """The answer to a worker, in a list; GONE to one that was given up, and after the run."""
        known = self._scheduler is not None and worker in self._scheduler.workers
        if not known or run not in self._runs or what not in ASKS:
            return GONE
        return [getattr(self._subject(run, about), what)(worker, *given)]

    def tell(self, worker: str, run: str, about: str, what: str, given: tuple[Any, ...]) -> None:
        """Something that a worker has to say. An exception here would cut the worker off."""
        try:
            if what in TELLS and (about or run in self._runs):
                getattr(self._subject(run, about), what)(worker, *given)
        except Exception:
            log.exception("a message of a worker could not be read")

    def _subject(self, run: str, about: str) -> Pool | Funds:
        """The pool of a key, by its digest, or the funds of the run."""
        if not about:
            return self._runs[run].funds
        if about not in self._pools:
            # the file that the notebooks and scripts on this machine share, so that they are counted as well
            guard = Guard(ledger=shared_ledger(bytes.fromhex(about)))
            self._pools[about] = Pool(guard.limiter, guard.ledger)
        return self._pools[about]

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:  # noqa: ARG002
        """Give up what a worker held that is gone."""
        for pool in self._pools.values():
            pool.lost(worker)
        for running in self._runs.values():
            running.funds.lost(worker)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:  # noqa: ARG002
        """Forget the runs of a client that is gone, and their keys."""
        for run in [run for run, running in self._runs.items() if running.owner == client]:
            del self._runs[run]
