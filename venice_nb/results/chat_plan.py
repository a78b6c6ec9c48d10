"""What asking a model about the rows of a table would take and cost, told before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from venice_nb.render import text
from venice_nb.results.money import Cost
from venice_nb.results.paced import Paced


@dataclass(frozen=True, repr=False, eq=False)
class ChatPlan(Paced):
    """What a run over the rows of a table would do. Nothing is sent and nothing is spent by asking.

    Attributes:
        model: the model that would be asked; empty when there is no row to ask about.
        rows: rows of the table.
        calls: chats to be paid for; rows that ask the same are asked once.
        cached: rows that an earlier run answered.
        skipped: rows with nothing to ask.
        refused: rows that cannot be sent, such as a text that is too long.
        prompt_tokens: tokens the model reads, estimated.
        most_tokens: those, and the longest answers to be expected.
        least: US dollars for what is read alone.
        most: US dollars with the longest answers to be expected; `max_completion_tokens=` brings it down.
        requests_per_minute, tokens_per_minute, minutes, unpaced, sandbox: see `Paced`.

    """

    model: str
    rows: int
    calls: int
    cached: int = 0
    skipped: int = 0
    refused: int = 0
    prompt_tokens: int = 0
    most_tokens: int = 0
    least: Cost = field(default_factory=Cost)
    most: Cost = field(default_factory=Cost)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and texts."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"least": self.least.usd, "most": self.most.usd}

    def _price(self) -> str:
        return span(self.least, self.most)

    def __repr__(self) -> str:
        model = text.short(self.model, 80)
        counts = ", ".join(_some(n, thing) for n, thing in ((self.rows, "row"), (self.calls, "call")))
        return f"<ChatPlan {', '.join([counts, self._price(), *([model] if model else [])])}>"

    def _facts(self) -> list[tuple[str, str]]:
        left = [("with nothing to ask", self.skipped), ("that cannot be sent", self.refused)]
        facts = [
            *([("model", text.short(self.model, 80))] if self.model else []),
            ("rows", text.count(self.rows)),
            *((name, text.count(number)) for name, number in left if number),
            ("answered before", text.count(self.cached)),
            ("calls", text.count(self.calls)),
            (
                "tokens",
                f"~{text.count(self.prompt_tokens)} read, up to {text.count(self.most_tokens)} in all",
            ),
            ("cost", f"{self._price()}; the second with the longest answers to be expected"),
            ("time", self._time()),
        ]
        if not self.calls:
            facts[-2:] = [("cost", text.money(0.0))]
        return [*facts, *([("cost of", "SANDBOX, play money")] if self.sandbox else [])]

    def _head(self) -> str:
        return f"Plan: a chat about {'each of ' * (self.rows > 1)}{_some(self.rows, 'row')}"


def span(least: Cost, most: Cost) -> str:
    """From how much to how much, in US dollars."""
    if least.usd is None or most.usd is None:
        return text.UNKNOWN
    if least.usd == most.usd:
        return text.money(most.usd)
    return f"{text.money(least.usd)} to {text.money(most.usd)}"


def _some(n: int, thing: str) -> str:
    return f"{text.count(n)} {thing}{'s' * (n != 1)}"
