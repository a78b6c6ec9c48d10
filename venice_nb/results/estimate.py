"""What many chats would be and cost, told before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed

SHARE = 0.9  # of the rate limit that is used


@dataclass(frozen=True, repr=False)
class Estimate(Displayed):
    """What a run over the rows of a table would be and cost. Nothing was sent for it.

    Attributes:
        model: the model that would be asked.
        rows: rows of the table.
        calls: chats to be paid for; rows that ask the same are asked once.
        cached: rows that were answered before and cost nothing.
        skipped: rows with nothing to ask.
        refused: rows that cannot be sent, such as a text that is too long.
        prompt_tokens: tokens the model reads, estimated.
        most_tokens: those and the longest answers to be expected.
        least: US dollars for what is read alone; None when the price is not known.
        most: US dollars with the longest answers to be expected; `max_completion_tokens=` brings it down.
        minutes: how long it takes at least at the published rate limit, whatever the model takes to answer.

    """

    model: str
    rows: int
    calls: int
    cached: int = 0
    skipped: int = 0
    refused: int = 0
    prompt_tokens: int = 0
    most_tokens: int = 0
    least: float | None = None
    most: float | None = None
    minutes: float = 0.0

    @classmethod
    def of(cls, *, rpm: int, tpm: int | None, **known: Any) -> Estimate:
        """The estimate with its minutes at a limit of requests and tokens a minute."""
        by_calls = known["calls"] / rpm
        by_tokens = known["prompt_tokens"] / tpm if tpm else 0.0
        return cls(minutes=max(by_calls, by_tokens) / SHARE, **known)

    def to_dict(self) -> dict[str, str | int | float | None]:
        """The fields by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def _facts(self) -> list[tuple[str, str]]:
        without = [("with nothing to ask", self.skipped), ("that cannot be sent", self.refused)]
        asked = f"{text.count(self.calls)} of {self.model}" if self.model else text.count(self.calls)
        price = text.UNKNOWN
        if self.least is not None:
            price = text.money(self.most)
            if self.most != self.least:
                price = f"{text.money(self.least)} for what is read, up to {price} with long answers"
        return [
            ("rows", text.count(self.rows)),
            *((f"rows {name}", text.count(number)) for name, number in without if number),
            ("answered before", text.count(self.cached)),
            ("calls", asked),
            ("tokens", f"{text.count(self.prompt_tokens)} read, up to {text.count(self.most_tokens)} in all"),
            ("price", price),
            ("time", f"at least {text.seconds(self.minutes * 60)} at the published rate limit"),
        ]

    def __repr__(self) -> str:
        price = f"{text.money(self.least)} to {text.money(self.most)}"
        return f"<Estimate of {text.count(self.rows)} rows: {text.count(self.calls)} calls, {price}>"

    def _mimebundle(self) -> Bundle:
        head, facts = "An estimate; nothing was sent", self._facts()
        return {
            "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }
