"""Reasoning that a model writes as `<think>…</think>` inside its answer, told apart from the answer.

The same splitter serves a whole text and a stream whose pieces cut a tag anywhere. A tag in code, after an
odd number of backticks, is part of the answer: it is someone writing about tags.
"""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class Thinking:
    """Splits pieces as they come. `feed` gives (answer, reasoning), `end` what was held back."""

    __slots__ = ("_code", "_held", "_inside", "_trim", "plain")

    def __init__(self) -> None:
        self.plain = True  # nothing is under way: a piece without "<" is answer as it stands
        self._held = ""  # a possible beginning of a tag
        self._inside = False
        self._trim = False  # right after a tag: blank space belongs to the tag
        self._code = 0  # backticks in the answer so far

    def feed(self, piece: str) -> tuple[str, str]:
        """What the piece adds to the answer and to the reasoning."""
        if self.plain and "<" not in piece:
            if "`" in piece:
                self._code += piece.count("`")
            return piece, ""
        said: list[str] = []
        thought: list[str] = []
        rest = self._held + piece
        self._held = ""
        while rest:
            tag = _CLOSE if self._inside else _OPEN
            at = rest.find(tag)
            if at < 0:
                keep = _overlap(rest, tag)
                self._held = rest[len(rest) - keep :] if keep else ""
                self._take(rest[: len(rest) - keep], said, thought)
                break
            if not self._inside and (self._code + rest.count("`", 0, at)) % 2:
                self._take(rest[: at + len(tag)], said, thought)
            else:
                self._take(rest[:at], said, thought)
                self._inside = not self._inside
                self._trim = True
            rest = rest[at + len(tag) :]
        self.plain = not (self._held or self._inside or self._trim)
        return "".join(said), "".join(thought)

    def end(self) -> tuple[str, str]:
        """What was held back because it looked like the beginning of a tag."""
        held, self._held = self._held, ""
        return ("", held) if self._inside else (held, "")

    def _take(self, text: str, said: list[str], thought: list[str]) -> None:
        if self._trim:
            text = text.lstrip()
            self._trim = not text
        if self._inside:
            thought.append(text)
        else:
            self._code += text.count("`")
            said.append(text)


def split_thinking(text: str) -> tuple[str, str]:
    """The answer and the reasoning in a whole text."""
    if _OPEN not in text:
        return text, ""
    thinking = Thinking()
    said, thought = thinking.feed(text)
    more, held = thinking.end()
    return said + more, (thought + held).rstrip()


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    for size in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:size]):
            return size
    return 0
