"""A plan, told before anything is sent, and how long the rate limits make it take."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Paced(Displayed):
    """What a plan says of the time.

    Attributes:
        requests_per_minute: how many requests may be sent in a minute, as published or as the server told;
            None where nothing limits them.
        tokens_per_minute: likewise.
        minutes: the least that these make it take, whatever the model takes to answer; 0 when all may be sent
            at once.
        unpaced: whether nothing keeps to these limits: a sandbox does not wait, a key of the standard tier
            has to.
        sandbox: whether the embedded sandbox would be asked, whose money is play money.

    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    minutes: float = 0.0
    unpaced: bool = False
    sandbox: bool = False

    @abstractmethod
    def _head(self) -> str:
        """What is planned, in a few words."""

    @abstractmethod
    def _facts(self) -> list[tuple[str, str]]:
        """Names and values, in the order in which they are told."""

    def _mimebundle(self) -> Bundle:
        head, facts = self._head(), self._facts()
        word = "Nothing is sent and nothing is spent by a plan."
        lines = [head, *(f"  {name}: {value}" for name, value in facts), f"  {word}"]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts), footer=word)),
        }

    def _time(self) -> str:
        limits = [
            f"{text.count(limit)} {what} a minute"
            for limit, what in ((self.requests_per_minute, "requests"), (self.tokens_per_minute, "tokens"))
            if limit is not None
        ]
        if not limits:
            return "no rate limit is published or was told for this model"
        told = f"{self._least()}, at {' and '.join(limits)}"
        return f"with a key {told}; this sandbox sets no pace" if self.unpaced else told

    def _least(self) -> str:
        return f"at least {text.seconds(self.minutes * 60)}" if self.minutes else "less than a minute"
