"""One budget in dollars for a run on a cluster: reserved at the scheduler before a worker sends anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import BudgetExceeded
from venice_nb.policy.budget import CRUMB, Purse, Reservation
from venice_nb.render.text import money

if TYPE_CHECKING:
    from venice_nb.calls.call import Call
    from venice_nb.scale.guard import Line


class Funds:
    """What a run may still spend, on the scheduler. What a lost worker had reserved counts as spent.

    Args:
        limit: US dollars; None for as much as it takes.

    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.spent = 0.0
        self._holds: dict[int, tuple[str, float]] = {}
        self._number = 0

    @property
    def held(self) -> float:
        """US dollars that calls under way may cost."""
        return sum(most for _, most in self._holds.values())

    def reserve(self, worker: str, most: float) -> tuple[int, float]:
        """The number of a reservation and what is left: number 0 to wait for others, -1 for never."""
        limit = float("inf") if self.limit is None else self.limit
        left = limit - self.spent
        if most > left + CRUMB:
            return -1, left
        if self.held + most > left + CRUMB:
            return 0, left
        self._number += 1
        self._holds[self._number] = (worker, most)
        return self._number, left

    def again(self, worker: str, number: int) -> bool:  # noqa: ARG002  all asks have the same shape
        """Whether a call may be sent once more although the attempt before may have been charged."""
        most = self._holds[number][1]
        if self.limit is not None and self.spent + self.held + most > self.limit + CRUMB:
            return False
        self.spent += most
        return True

    def pay(self, worker: str, number: int, usd: float | None) -> None:  # noqa: ARG002  likewise
        """A call is over and cost so much; None when that is not known: then the most it could."""
        _, most = self._holds.pop(number, ("", 0.0))
        self.spent += most if usd is None else usd

    def lost(self, worker: str) -> None:
        """A worker is gone, and what its calls cost is not known."""
        for number in [number for number, (holder, _) in self._holds.items() if holder == worker]:
            self.pay(worker, number, None)


class ClusterPurse(Purse):
    """The purse of a run on one worker: what it gives out is the scheduler's."""

    def __init__(self, line: Line, limit: float) -> None:
        super().__init__()
        self._line = line
        self.set(limit)  # for those who look at it

    def reserve(self, call: Call[Any]) -> Reservation | bool:
        """See `Purse`."""
        if not call.paid:
            return True
        most = call.price if call.most is None else call.most
        if most is None:
            return super().reserve(call)  # refused: nobody knows what it costs
        number, left = self._line.ask("reserve", most)
        if number > 0:
            return _Hold(self._line, number)
        if number == 0:
            return False
        limit = self.limit or 0.0
        raise BudgetExceeded(
            f"This may cost {money(most)}, and {money(left)} of the budget of {money(limit)} are left.",
            asked=call.asked,
            do="nothing was sent; raise the budget",
            price=most,
            left=left,
            limit=limit,
        )


class _Hold(Reservation):
    """A reservation at the scheduler."""

    def __init__(self, line: Line, number: int) -> None:
        self._line, self._number = line, number
        self._budgets = ()  # the worker's own purse holds nothing

    def settle(self, usd: float | None) -> None:
        """See `Reservation`."""
        number, self._number = self._number, 0
        if number:
            self._line.tell("pay", number, usd)

    def again(self) -> bool:
        """See `Reservation`."""
        return bool(self._line.ask("again", self._number))
