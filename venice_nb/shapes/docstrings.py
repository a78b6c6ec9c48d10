"""Parameter descriptions out of a docstring: Google, NumPy and reST sections, whichever is there."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_PARAMETERS = {"args", "arguments", "parameters", "params", "attributes", "keyword args", "keyword arguments"}
_SECTIONS = _PARAMETERS | {
    "example", "examples", "note", "notes", "raises", "references", "return", "returns", "see also", "todo",
    "warning", "warnings", "warns", "yield", "yields", "other parameters",
}  # fmt: skip
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*:\s*(.*)")
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_REST_ENTRY = re.compile(
    r":(?:param|parameter|arg|argument|ivar|cvar|var|key|keyword)\s+(?:[^:]*?\s)?\*{0,2}(\w+)\s*:\s*(.*)"
)
_REST_FIELD = re.compile(r":\w+(?:\s[^:]*)?:")


@dataclass(frozen=True, slots=True)
class Docstring:
    """What a docstring says: the text before its sections, and a description for each parameter named."""

    summary: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_docstring(text: str | None) -> Docstring:
    """The summary and the parameter descriptions of `text`; empty ones when there is nothing to read."""
    if not text or not text.strip():
        return Docstring()
    lines = inspect.cleandoc(text).splitlines()
    summary: list[str] = []
    parameters: dict[str, str] = {}
    position = 0
    while position < len(lines):
        line = lines[position]
        title, body = _heading(lines, position)
        if title:
            end = _section_end(lines, body)
            if title in _PARAMETERS or title == "other parameters":
                parameters |= _entries(lines[body:end], numpy=body - position == 2)
            position = end
        elif _REST_FIELD.match(line):
            end = position + 1
            while end < len(lines) and lines[end].startswith((" ", "\t")):
                end += 1
            if entry := _REST_ENTRY.match(line):
                parameters[entry[1]] = _joined([entry[2], *lines[position + 1 : end]])
            position = end
        else:
            summary.append(line)
            position += 1
    return Docstring("\n".join(summary).strip(), {name: text for name, text in parameters.items() if text})


def _heading(lines: list[str], position: int) -> tuple[str, int]:
    """The section that starts at `position` and the line its body starts at; "" when none does."""
    line = lines[position].rstrip()
    following = lines[position + 1].rstrip() if position + 1 < len(lines) else ""
    if line.lower() in _SECTIONS and re.fullmatch(r"-{3,}|={3,}", following):
        return line.lower(), position + 2
    if line.endswith(":") and line[:-1].lower() in _SECTIONS:
        return line[:-1].lower(), position + 1
    return "", position


def _section_end(lines: list[str], start: int) -> int:
    """The line after a section: where the next begins, or for an indented body where the indent ends."""
    underlined = start >= 2 and re.fullmatch(r"-{3,}|={3,}", lines[start - 1].rstrip())
    for position in range(start, len(lines)):
        line = lines[position]
        if _heading(lines, position)[0]:
            return position
        if line.strip() and not underlined and not line.startswith((" ", "\t")):
            return position
    return len(lines)


def _entries(body: list[str], *, numpy: bool) -> dict[str, str]:
    """Name -> description of the entries of one section: an entry starts at the section's own indent."""
    filled = [line for line in body if line.strip()]
    if not filled:
        return {}
    indent = min(len(line) - len(line.lstrip()) for line in filled)
    found: dict[str, str] = {}
    names: list[str] = []
    collected: list[str] = []

    def finish() -> None:
        for name in names:
            found[name] = _joined(collected)

    for line in filled:
        if len(line) - len(line.lstrip()) > indent:
            collected.append(line)
            continue
        finish()
        names, collected = [], []
        if numpy:
            if entry := _NUMPY_ENTRY.fullmatch(line.strip()):
                names = [name.strip().lstrip("*") for name in entry[1].split(",")]
        elif entry := _GOOGLE_ENTRY.fullmatch(line.strip()):
            names, collected = [entry[1]], [entry[2]]
    finish()
    return found


def _joined(lines: list[str]) -> str:
    return " ".join(part for line in lines if (part := line.strip()))
