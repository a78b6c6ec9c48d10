"""Budgets: what may still be spent. The price of a call is reserved before it is sent, and settled after."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import number
from venice_nb.errors import BudgetExceeded
from venice_nb.policy.steps import Sleep
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Self

    from venice_nb.calls.call import Call

SHARE = 1 / 8  # of what is left of a budget, that one chat may take without having been told a limit
CRUMB = 1e-9  # US dollars by which sums of floating-point numbers may be off
BRIEFLY = 0.05  # seconds between two looks at a budget that others hold
PATIENCE = 120.0  # seconds after which a call no longer waits for those that hold it


@dataclass(eq=False, repr=False)
class Budget(Displayed):
    """A sum that the calls of a client may cost together while it is open: `with v.budget(0.25): ...`.

    It counts every paid call that the client begins meanwhile, in any thread or task. What is left is never
    passed: a call goes out only when the most that it can cost still fits.

    Attributes:
        limit: US dollars.
        spent: US dollars that are gone; a call of unknown outcome counts with the most it can have cost.
        held: US dollars that calls under way may still cost.

    """

    limit: float
    spent: float = 0.0
    held: float = 0.0
    purse: Purse | None = field(default=None)

    @property
    def left(self) -> float:
        """US dollars that are neither spent nor held; never below zero."""
        return max(0.0, self.limit - self.spent - self.held)

    def __enter__(self) -> Self:
        if self.purse is not None:
            self.purse._open(self)  # noqa: SLF001  a purse and its budgets are one thing
        return self

    def __exit__(self, *_: object) -> None:
        if self.purse is not None:
            self.purse._close(self)  # noqa: SLF001  likewise

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def __repr__(self) -> str:
        return f"<Budget {text.money(self.limit)}, {text.money(self.spent)} spent>"

    def _facts(self) -> list[tuple[str, str]]:
        under_way = [("under way", f"up to {text.money(self.held)}")] if self.held > CRUMB else []
        return [("spent", text.money(self.spent)), *under_way, ("left", text.money(self.left))]

    def _mimebundle(self) -> Bundle:
        head, facts = f"A budget of {text.money(self.limit)}", self._facts()
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }


class Reservation:
    """What one call under way may cost. It is settled once; forgotten ones count as spent."""

    def __init__(self, purse: Purse, most: float, budgets: tuple[Budget, ...]) -> None:
        self._purse, self._most, self._budgets = purse, most, budgets

    def settle(self, usd: float | None) -> None:
        """The call is over and cost `usd` dollars; None when that is not known: then the most it could."""
        self._purse._settle(self, self._most if usd is None else usd)  # noqa: SLF001  one thing

    def again(self) -> bool:
        """Whether the call may be sent once more although the attempt before may have been charged."""
        return self._purse._again(self)  # noqa: SLF001  likewise

    def __del__(self) -> None:
        if self._budgets:
            self.settle(None)


class Purse(Displayed):
    """The budgets of a client. `v.budget = 1.00` limits it from now on, None lifts that.

    `with v.budget(0.25):` limits what is called inside, on top of that. A call that could pass a budget is
    refused with `BudgetExceeded` before it is sent; while others are under way that may turn out cheaper, it
    waits for them. The answer of a chat that names no `max_completion_tokens` is then limited: to what an
    eighth of the budget's rest buys, and to no less than 4,096 tokens. Calls without a known price are
    refused under a budget.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> with v.budget(0.005) as budget:
    ...     try:
    ...         v.images.generate("a gondola")
    ...     except vn.BudgetExceeded as error:
    ...         print(error.what)
    This may cost $0.01, and $0.005 of the budget of $0.005 are left.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a garbage collection may settle within a reservation
        self._budgets: tuple[Budget, ...] = ()
        self._lasting: Budget | None = None

    def __call__(self, limit: float) -> Budget:
        """A budget for a block: `with v.budget(0.25): ...`."""
        return Budget(number(0)("budget", limit), purse=self)

    def set(self, limit: float | None) -> None:
        """Limit the client from now on, or with None no longer."""
        made = None if limit is None else Budget(number(0)("budget", limit), purse=self)
        with self._lock:
            if self._lasting is not None:
                self._close(self._lasting)
            self._lasting = made
            if made is not None:
                self._budgets = (made, *self._budgets)

    @property
    def limit(self) -> float | None:
        """US dollars of the tightest budget that is open; None without one."""
        tight = self._tightest()
        return None if tight is None else tight.limit

    @property
    def left(self) -> float | None:
        """US dollars that the tightest open budget has left; None without one."""
        tight = self._tightest()
        return None if tight is None else tight.left

    @property
    def spent(self) -> float | None:
        """US dollars spent under the tightest open budget; None without one."""
        tight = self._tightest()
        return None if tight is None else tight.spent

    @property
    def told(self) -> str:
        """The tightest open budget in a sentence; empty without one."""
        tight = self._tightest()
        return "" if tight is None else f"{text.money(tight.left)} left of {text.money(tight.limit)}"

    def fitted(self, call: Call[Any]) -> Call[Any]:
        """The call, with its answer limited where it could take more than its share of a budget."""
        budgets = self._budgets
        if not budgets or call.within is None or call.price is None or call.most is None:
            return call
        share = SHARE * min(budget.limit - budget.spent for budget in budgets)
        most = max(call.price, share)
        return call.within(call, most) if call.most > most else call

    def reserve(self, call: Call[Any]) -> Reservation | bool:
        """A reservation for a call, True when it needs none, False when it must wait for calls under way.

        Raises BudgetExceeded for a call that may cost more than is left, or whose price is not known.
        """
        if not call.paid or not self._budgets:
            return True
        most = call.price if call.most is None else call.most
        with self._lock:
            budgets = self._budgets
            for budget in budgets:
                if most is None:
                    raise _unpriced(call, budget)
                if budget.spent + most > budget.limit + CRUMB:
                    raise _over(call, most, budget)
            assert most is not None or not budgets
            if most is None:
                return True
            if any(budget.spent + budget.held + most > budget.limit + CRUMB for budget in budgets):
                return False
            for budget in budgets:
                budget.held += most
            return Reservation(self, most, budgets)

    def _settle(self, reservation: Reservation, usd: float) -> None:
        with self._lock:
            budgets, reservation._budgets = reservation._budgets, ()  # noqa: SLF001  one thing
            for budget in budgets:
                held = budget.held - reservation._most  # noqa: SLF001  likewise
                budget.held = held if held > CRUMB else 0.0
                budget.spent += usd

    def _again(self, reservation: Reservation) -> bool:
        most = reservation._most  # noqa: SLF001
        with self._lock:
            budgets = reservation._budgets  # noqa: SLF001
            if any(budget.spent + budget.held + most > budget.limit + CRUMB for budget in budgets):
                return False
            for budget in budgets:
                budget.spent += most
            return True

    def _open(self, budget: Budget) -> None:
        with self._lock:
            self._budgets = (*self._budgets, budget)

    def _close(self, budget: Budget) -> None:
        with self._lock:
            self._budgets = tuple(each for each in self._budgets if each is not budget)

    def _tightest(self) -> Budget | None:
        return min(self._budgets, key=lambda budget: budget.left, default=None)

    def __repr__(self) -> str:
        tight = self._tightest()
        return "<no budget: v.budget = 1.00 sets one>" if tight is None else repr(tight)

    def _mimebundle(self) -> Bundle:
        tight = self._tightest()
        if tight is not None:
            return tight._mimebundle()  # noqa: SLF001  one thing
        said = "No budget is set: v.budget = 1.00 sets one, in US dollars."
        return {"text/plain": said, "text/html": html.page(html.card(said))}


def afford(purse: Purse, call: Call[Any]) -> Generator[Sleep, Any, tuple[Call[Any], Reservation | None]]:
    """The call as it may go out, and what is reserved for it; waits for calls that may turn out cheaper.

    Raises BudgetExceeded, also where those do not end in time: one may be a stream that waits for this call.
    """
    for _ in range(round(PATIENCE / BRIEFLY)):
        call = purse.fitted(call)
        held = purse.reserve(call)
        if held is not False:
            return call, held if held is not True else None
        yield Sleep(BRIEFLY)
    raise BudgetExceeded(
        f"Calls under way hold what is left of the budget, and none has ended in {PATIENCE:.0f} s.",
        asked=call.asked,
        do="nothing was sent; close streams that are open, or raise the budget",
        price=call.price if call.most is None else call.most,
        left=purse.left,
        limit=purse.limit,
    )


def _over(call: Call[Any], most: float, budget: Budget) -> BudgetExceeded:
    left = max(0.0, budget.limit - budget.spent)
    chat = call.family == "text"
    do = "nothing was sent; raise the budget" + (", or pass max_completion_tokens" if chat else "")
    return BudgetExceeded(
        f"This may cost {text.money(most)}, and {text.money(left)} of the budget of "
        f"{text.money(budget.limit)} are left.",
        asked=call.asked,
        do=do,
        price=most,
        left=left,
        limit=budget.limit,
    )


def _unpriced(call: Call[Any], budget: Budget) -> BudgetExceeded:
    return BudgetExceeded(
        f"No price is known for this call, and a budget of {text.money(budget.limit)} is set.",
        asked=call.asked,
        do="nothing was sent; lift the budget for this call",
        price=None,
        left=budget.left,
        limit=budget.limit,
    )
