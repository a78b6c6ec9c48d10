"""Tokens and dollars: counts that add up, and a price that says where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Source = Literal["charged", "priced", "estimated", "unknown"]

# From the surest to the least sure; a sum is as sure as its weakest part.
_TRUST: tuple[Source, ...] = ("charged", "priced", "estimated", "unknown")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, or of several added up.

    `cached_tokens` and `written_tokens` are parts of `prompt_tokens` (read from and written to the prompt
    cache), `reasoning_tokens` is a part of `completion_tokens`. `estimated` is True when the server gave no
    counts and they were guessed from the number of characters.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: object) -> Usage:
        if not isinstance(other, Usage):
            return self if other == 0 else NotImplemented  # 0 is the start of sum()
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
            self.cached_tokens + other.cached_tokens,
            self.written_tokens + other.written_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )

    __radd__ = __add__

    def to_dict(self) -> dict[str, int | bool]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars and where the number comes from.

    `source` is "charged" (the server said so), "priced" (tokens times the listed price), "estimated"
    (guessed tokens times the listed price) or "unknown", when `usd` is None. Costs add with `+`, compare with
    numbers and take their formats; a sum with an unknown part is unknown, and a multiple is an estimate.

    >>> cost = Cost(0.002, "charged")
    >>> print(cost + Cost(0.001, "priced"), cost * 1_000, f"{cost:.4f}", cost < 0.01)
    $0.003 (priced) $2.00 (estimated) 0.0020 True
    """

    usd: float | None = None
    source: Source = "unknown"

    def __add__(self, other: object) -> Cost:
        if not isinstance(other, Cost):
            return self if other == 0 else NotImplemented  # 0 is the start of sum()
        source = max(self.source, other.source, key=_TRUST.index)
        if self.usd is None or other.usd is None:
            return Cost(None, "unknown")
        return Cost(self.usd + other.usd, source)

    __radd__ = __add__

    def __mul__(self, times: object) -> Cost:
        if isinstance(times, bool) or not isinstance(times, int | float):
            return NotImplemented
        return Cost() if self.usd is None else Cost(self.usd * times, "estimated")

    __rmul__ = __mul__

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)

    def __float__(self) -> float:
        return math.nan if self.usd is None else self.usd

    def __lt__(self, other: Cost | float) -> bool:
        return float(self) < float(other)

    def __le__(self, other: Cost | float) -> bool:
        return float(self) <= float(other)

    def __gt__(self, other: Cost | float) -> bool:
        return float(self) > float(other)

    def __ge__(self, other: Cost | float) -> bool:
        return float(self) >= float(other)

    def __str__(self) -> str:
        from venice_nb.render.text import money  # noqa: PLC0415  only when a cost is shown

        return money(self.usd) if self.usd is None else f"{money(self.usd)} ({self.source})"

    def to_dict(self) -> dict[str, float | str | None]:
        """`{"usd": ..., "source": ...}`."""
        return {"usd": self.usd, "source": self.source}
