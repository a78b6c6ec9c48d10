"""What the rate limits make of a run that has not begun: the least time it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.catalogue import limits_for
from venice_nb.policy.rates import WINDOW, usable

if TYPE_CHECKING:
    from venice_nb.catalogue import Model

_Allowed = tuple[int | None, int | None]


def pace(allowed: _Allowed, what: Model | str, requests: int, tokens: int) -> dict[str, Any]:
    """The fields of a `Paced` plan.

    `allowed` are the requests and tokens a minute that the client keeps to. Where it keeps to none, those are
    told that are published for `what`, a model or a family.
    """
    unpaced = allowed == (None, None)
    if unpaced:
        published = limits_for(what)
        allowed = usable(published.rpm), usable(published.tpm)
    rpm, tpm = allowed
    # as many as a minute's may go at once, the next ones when these are out of the window
    waits = [(amount - 1) // limit for amount, limit in ((requests, rpm), (tokens, tpm)) if limit and amount]
    return {
        "requests_per_minute": rpm,
        "tokens_per_minute": tpm,
        "minutes": max(waits, default=0) * WINDOW / 60,
        "unpaced": unpaced,
    }
