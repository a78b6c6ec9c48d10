"""What an answer can cost at the very most, and the same request with an answer that stays within a sum."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Call
    from venice_nb.calls.talk.messages import Prompt
    from venice_nb.catalogue import Catalogue, Model

CHARS = 4  # characters of a token, as a rule: a text has no more tokens than this times the estimate
# What the server adds to a prompt is not told beforehand. Tokens that are taken for enough:
FRAME = 250  # the marks between messages, and the server's own instructions
PERSONA = 4_000  # the instructions of a character
SEARCHED = 10_000  # the results of a search, or a page that is read
PAGES = 5  # pages that one request reads at most
SEARCH = 0.01  # US dollars for a searched request, and for each page that is read


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound of one request.

    Attributes:
        model: the model, for its prices.
        prompt: tokens to be read, estimated.
        expected: tokens an answer is expected to have at most.
        choices: how many answers are asked for.
        limited: no answer can be longer than `expected`: the user has said so.
        added: tokens besides that may have to be read.
        extra: US dollars besides, as for searching the web.
        field: how the route spells the longest answer.

    """

    model: Model
    prompt: int
    expected: int
    choices: int = 1
    limited: bool = False
    added: int = FRAME
    extra: float = 0.0
    field: str = "max_completion_tokens"

    @property
    def most(self) -> float | None:
        """US dollars with the longest answer there can be."""
        longest = self.expected if self.limited else self.model.max_output or self.model.context
        return self._cost(longest or self.expected)

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
        read = min(self.prompt * CHARS + self.added, self.model.context or math.inf)
        rates = self.model.price.rates(int(read))
        price = rates.cost(int(read) if prompt is None else prompt, answer * self.choices)
        return None if price is None else price + self.extra


def dearest(bound: Bound, body: Mapping[str, Any], catalogue: Catalogue) -> Bound:
    """The bound of the dearest model that may answer: `fallbacks` stand in for one that fails."""
    named = [catalogue.get(each["model"]) for each in body.get("fallbacks") or ()]
    bounds = [bound, *(replace(bound, model=model) for model in named if model is not None)]
    return max(bounds, key=lambda each: each.most or 0.0)


def added(body: Mapping[str, Any], settings: Mapping[str, Any], prompt: Prompt, model: Model) -> int:
    """Tokens that may have to be read besides the texts of the messages, at most."""
    if prompt.media > prompt.pictures:  # nobody can tell how many a film, a recording or a file has
        return model.context or FRAME
    specs = {name: body[name] for name in ("tools", "response_format", "text") if body.get(name)}
    persona = PERSONA if settings.get("character_slug") else 0
    return FRAME + persona + len(str(specs)) + SEARCHED * _looked_up(settings)


def extra(settings: Mapping[str, Any]) -> float:
    """US dollars for searching the web and reading pages, at most."""
    return SEARCH * _looked_up(settings)


def _looked_up(settings: Mapping[str, Any]) -> int:
    """Searches and pages of one request, at most."""
    searched = settings.get("enable_web_search") in {"auto", "on"}
    return searched + (PAGES if settings.get("enable_web_scraping") else 0)
