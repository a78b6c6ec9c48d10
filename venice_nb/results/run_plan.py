"""What a run of several steps would take and cost, told before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.chat_plan import ChatPlan, span
from venice_nb.results.money import Cost
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.results.embedding_plan import EmbeddingPlan


@dataclass(frozen=True, repr=False, eq=False)
class RunPlan(Table):
    """What a run of several steps would do, a row for each. Nothing is sent and nothing is spent by asking.

    Columns: step, model, requests, tokens (those to be read), least and most (US dollars), minutes (the least
    that the rate limits make it take).

    Attributes:
        steps: the plan of each step under its name, in their order: of vectors an `EmbeddingPlan`, of chats a
            `ChatPlan`.

    """

    steps: tuple[tuple[str, EmbeddingPlan | ChatPlan], ...] = ()

    @property
    def least(self) -> Cost:
        """US dollars of all steps, for what is read alone."""
        return sum((_least(each) for _, each in self.steps), Cost(0.0, "estimated"))

    @property
    def most(self) -> Cost:
        """US dollars of all steps, with the longest answers to be expected."""
        return sum((_most(each) for _, each in self.steps), Cost(0.0, "estimated"))

    @property
    def minutes(self) -> float:
        """The least that the rate limits make all steps take, one after the other."""
        return sum(each.minutes for _, each in self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [
            (name, each.model, *_counts(each), _least(each).usd, _most(each).usd, each.minutes)
            for name, each in self.steps
        ]
        columns = ["step", "model", "requests", "tokens", "least", "most", "minutes"]
        return pd.DataFrame(rows, columns=columns).astype({"least": float, "most": float, "minutes": float})

    def _caption(self) -> str:
        play = ", play money of the SANDBOX" if any(each.sandbox for _, each in self.steps) else ""
        pace = "; the time is that of a key" if any(each.unpaced for _, each in self.steps) else ""
        return (
            f"Plan: {span(self.least, self.most)}{play}{pace}; nothing is sent and nothing is spent by a plan"
        )

    def _head(self) -> tuple[str, ...]:
        return ("step", "model", "requests", "tokens", "cost", "time")

    def _row(self, position: int) -> tuple[str, ...]:
        name, plan = self.steps[position]
        requests, tokens = _counts(plan)
        cost = span(_least(plan), _most(plan))
        time = plan._least() if requests else ""  # noqa: SLF001  its own words
        return name, text.short(plan.model, 60), text.count(requests), f"~{text.count(tokens)}", cost, time

    def _numeric(self) -> tuple[int, ...]:
        return (2, 3)


def _counts(plan: Any) -> tuple[int, int]:
    """Requests, and tokens to be read."""
    return (plan.calls, plan.prompt_tokens) if isinstance(plan, ChatPlan) else (plan.requests, plan.tokens)


def _least(plan: Any) -> Cost:
    cost: Cost = plan.least if isinstance(plan, ChatPlan) else plan.cost
    return cost


def _most(plan: Any) -> Cost:
    cost: Cost = plan.most if isinstance(plan, ChatPlan) else plan.cost
    return cost
