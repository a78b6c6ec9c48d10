"""What stands in the place of a client where there is none: nothing can be asked of it or spent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Nothing:
    lines: tuple[()] = ()


class Nobody:
    """No client. `spend` has no lines."""

    spend = _Nothing()
    sandboxed = False
    spent = "Nothing is asked of anybody and nothing is spent: there is no client."

    def close(self) -> None:
        """Nothing is open."""
