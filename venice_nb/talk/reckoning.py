"""What a run would cost, before it: chats added up to a plan, and a plan held against a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from venice_nb.calls.talk.chat import Reader
from venice_nb.errors import BudgetExceeded
from venice_nb.policy.pace import pace
from venice_nb.render.text import count, money
from venice_nb.results.chat_plan import ChatPlan
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session
    from venice_nb.results.talk.reply import Reply


class Size(NamedTuple):
    """How large a chat is: tokens that are read, those with the longest answer to be expected, its price."""

    model: str
    read: int
    most: int
    usd: float | None

    @classmethod
    def of(cls, call: Call[Reply]) -> Self:
        """The size of a call."""
        read = call.read.prompt_tokens if isinstance(call.read, Reader) else call.tokens
        return cls(call.model, read, call.tokens, call.price)

    def reading(self, session: Session, more: int) -> Self:
        """The same chat when it has to read so many tokens more."""
        extra = session.catalogue.cost(self.model, {"prompt_tokens": more, "completion_tokens": 0})
        usd = None if self.usd is None or extra is None else self.usd + extra
        return self._replace(read=self.read + more, most=self.most + more, usd=usd)


def reckoned(
    session: Session, model: str, sizes: Sequence[Size], least: Sequence[Size] | None = None, **counted: Any
) -> ChatPlan:
    """The plan of some chats. Where their prompts are not known yet, `least` are the smallest they can be."""
    known = session.catalogue
    read = sum(each.read for each in sizes)
    reading = [
        known.cost(model, {"prompt_tokens": each.read, "completion_tokens": 0})
        for each in (sizes if least is None else least)
    ]
    return ChatPlan(
        model=model,
        calls=len(sizes),
        prompt_tokens=read,
        most_tokens=sum(each.most for each in sizes),
        least=_sum(reading),
        most=_sum([each.usd for each in sizes]),
        **pace(session.allowed(model, "text"), known.get(model) or "text", len(sizes), read),
        sandbox=session.sandbox is not None,
        **counted,
    )


def afford(budget: float | None, usd: float | None, what: str, model: str, rows: int) -> None:
    """Refuse a run that costs `usd` at the least, or nobody knows how much, where the budget is smaller."""
    if budget is None or (usd is not None and usd <= budget):
        return
    problem = f"{what}; the budget is {money(budget)}."
    if usd is None:
        problem = f"The price of {model} is not known, so no budget can be kept."
    raise BudgetExceeded(
        problem,
        asked=f"{count(rows)} rows of {model}",
        do="Raise budget_usd=, or take fewer rows or a cheaper model: dry_run=True tells the price.",
        price=usd,
        limit=budget,
    )


def _sum(prices: Sequence[float | None]) -> Cost:
    known = [price for price in prices if price is not None]
    return Cost(sum(known), "estimated") if len(known) == len(prices) else Cost()
