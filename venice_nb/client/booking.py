"""From an answer to its line in the book of spending."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.errors import VeniceError
from venice_nb.policy.spend_book import Line
from venice_nb.results.money import Cost, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.calls.call import Call


def cost_of(result: Any) -> Cost | None:
    """What an answer cost; None when it does not say. That of one that ended early is not known.

    What has arrived of it is a guess at the least it can have cost: the server may have gone on writing.
    """
    cost = getattr(result, "cost", None)
    if not isinstance(cost, Cost):
        return None
    cut = cost.source == "estimated" and getattr(result, "complete", True) is False
    return Cost() if cut else cost


def line_of(call: Call[Any], result: Any, cost: Cost | None, *, note: str = "") -> Line:
    """The line of an answer, or of an error that may have been charged; a free call costs nothing."""
    if cost is None:
        cost = Cost() if call.paid else Cost(0.0, "priced")
    headers = getattr(result, "headers", None)
    usage = getattr(result, "usage", None)
    usage = usage if isinstance(usage, Usage) else Usage()
    amount, unit = call.units or (1.0, "requests")
    seconds = getattr(result, "duration", None)
    if usage.total_tokens:
        amount, unit = usage.total_tokens, "tokens"
    elif call.units is None and call.family == "asr" and isinstance(seconds, int | float):
        amount, unit = seconds, "seconds"
    return Line(
        time=time.time(),
        operation=call.operation,
        family=call.family,
        model=_word(result, "model") or call.model,
        amount=float(amount),
        unit=unit,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        usd=cost.usd,
        source=cost.source,
        request_id=_word(result, "request_id") or _word(headers, "request_id"),
        answer_id=_word_in(getattr(result, "raw", None), "id") if usage.total_tokens else "",
        note=note,
    )


def line_of_forsaken(call: Call[Any], read: Callable[[], Any], when: float) -> Line:
    """The line of a stream that nobody read to its end or closed: it was dropped at the time `when`."""
    try:
        result = read()
    except VeniceError as error:
        result = error
    cost = cost_of(result) or Cost()
    return replace(line_of(call, result, cost, note="" if cost.usd is not None else "ended early"), time=when)


def _word(thing: Any, name: str) -> str:
    """An attribute that is text; a table has columns by such names."""
    found = getattr(thing, name, "")
    return found if isinstance(found, str) else ""


def _word_in(answer: Any, name: str) -> str:
    found = answer.get(name) if isinstance(answer, Mapping) else None
    return found if isinstance(found, str) else ""
