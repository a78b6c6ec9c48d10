# ruff: noqa: E501  patterns and word lists stay on one line
"""What a thought is made of: the finished Thought, the Draft on the way to it, and the Trace of how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ToolCall:
    """One call the mind asks for; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Thought:
    """One finished choice: what is said, what was thought, which tools are to be called, what was read."""

    content: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    citations: tuple[dict[str, Any], ...] = ()
    documents: tuple[dict[str, Any], ...] = ()
    finish_reason: str = "stop"
    searches: int = 0
    scrapes: int = 0


@dataclass(frozen=True)
class Draft:
    """An answer before it is shaped and voiced.

    `lines` are sentences or list entries; `fixed` answers (labels, JSON, code, exact results) are not reworded,
    and `listed` ones are one entry a line.
    """

    lines: tuple[str, ...]
    fixed: bool = False
    listed: bool = False
    tool_calls: tuple[ToolCall, ...] = ()
    sure: bool = True
    kind: str = ""

    @property
    def text(self) -> str:
        """The lines as one text."""
        return ("\n" if self.listed else " ").join(self.lines)


@dataclass
class Trace:
    """What the mind did, in order: (importance 1 to 3, sentence). 1 is always told, 3 only at high effort."""

    notes: list[tuple[int, str]] = field(default_factory=list)

    def note(self, sentence: str, importance: int = 2) -> None:
        """Remember one step."""
        self.notes.append((importance, sentence))


def exactly(text: str, kind: str = "") -> Draft:
    """Return a draft that must be given word for word."""
    return Draft((text,), fixed=True, kind=kind)


def saying(*lines: str, kind: str = "", sure: bool = True) -> Draft:
    """Return a draft of sentences."""
    return Draft(tuple(lines), kind=kind, sure=sure)
