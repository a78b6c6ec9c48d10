"""Rows of the input that have no vector, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RowError:
    """A row of the input that is not in the matrix.

    Attributes:
        label: its index label.
        position: its place in the input, from 0.
        reason: why, in a few words: "blank", "missing", "too long", ...
        error: the error of a row that was sent and failed, or None.

    """

    label: Any
    position: int
    reason: str
    error: Exception | None = None
