"""Requests side by side, of which what is finished outlives an interrupt."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from venice_nb.errors import VeniceError
from venice_nb.policy.steps import Done, Plan, Together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def side_by_side(
    plans: Sequence[Callable[[], Plan[Any]]],
    at_once: int,
    rescue: Callable[[dict[int, Any]], None],
    watch: Callable[[Done], None] | None = None,
) -> Plan[list[Done]]:
    """The outcomes of all plans, in their order.

    When Ctrl-C or a cancelled task ends it before, `rescue` is given what had come by then, by position, and
    the interrupt goes on. `watch` sees each outcome as it comes.
    """
    come: dict[int, Any] = {}

    def see(position: int, done: Done) -> None:
        if done.error is None:
            come[position] = done.value
        if watch is not None:
            watch(done)

    try:
        outcomes: list[Done] = yield Together(plans, at_once, see)
    except BaseException:
        if come:
            with suppress(VeniceError):  # what cannot be put together hides no interrupt
                rescue(dict(sorted(come.items())))
        raise
    return outcomes
