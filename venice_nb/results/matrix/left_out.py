"""Rows of the input that have no vector, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def plain_label(label: Any) -> Any:
    """A label as Python has it: no numbers of NumPy, also in a label of several levels."""
    if isinstance(label, tuple):
        return tuple(map(plain_label, label))
    return label.item() if type(label).__module__ == "numpy" else label


@dataclass(frozen=True, slots=True)
class RowError:
    """A row of the input that is not in the matrix.

    Attributes:
        label: its index label. A matrix that is loaded has it as JSON holds it: times are texts.
        position: its place in the input, from 0.
        reason: why, in a few words: "blank", "missing", "too long", ...
        error: the error of a row that was sent and failed, or None.

    """

    label: Any
    position: int
    reason: str
    error: Exception | None = None
