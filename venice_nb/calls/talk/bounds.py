"""What an answer can cost at the very most, and the same request with an answer that stays within a sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venice_nb.calls.call import Call
    from venice_nb.catalogue import Model

CHARS = 4  # characters of a token, as a rule: a text has no more tokens than this times the estimate


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound of one request whose longest answer nobody has set.

    Attributes:
        model: the model, for its prices.
        prompt: tokens to be read, estimated.
        expected: tokens an answer is expected to have at most.
        choices: how many answers are asked for.
        extra: US dollars besides, as for searching the web.
        field: how the route spells the longest answer.

    """

    model: Model
    prompt: int
    expected: int
    choices: int = 1
    extra: float = 0.0
    field: str = "max_completion_tokens"

    @property
    def most(self) -> float | None:
        """US dollars with the longest answer the model can give."""
        longest = self.model.max_output or self.model.context or self.expected
        return self._cost(longest)

    def __call__(self, call: Call[Any], usd: float) -> Call[Any]:
        """The call with its answer limited so that it costs no more than `usd`, never below `expected`."""
        each = self._cost(1_000_000, prompt=0)
        base = self._cost(0)
        if each is None or base is None or not each:
            return call
        affordable = int((usd - base) * 1_000_000 / (each - self.extra))
        tokens = max(self.expected, affordable)
        body = {**(call.body or {}), self.field: tokens}
        return replace(call, body=body, most=self._cost(tokens), within=None)

    def _cost(self, answer: int, prompt: int | None = None) -> float | None:
        read = self.prompt * CHARS if prompt is None else prompt
        price = self.model.price.rates(self.prompt * CHARS).cost(read, answer * self.choices)
        return None if price is None else price + self.extra
