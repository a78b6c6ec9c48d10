# ruff: noqa: E501  patterns and word lists stay on one line
"""The pieces of a text that each describe one thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .names import proper_names
from .numbers import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence


def records(text: str, kinds: Sequence[str] = ()) -> list[str]:
    """Return the pieces of a text that each describe one thing: bullets, lines, rows, or sentences that hold data."""
    bullets = [m[1].strip() for m in re.finditer(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", text, re.MULTILINE)]
    if len(bullets) >= 2:
        return bullets
    lines = [x.strip() for x in text.splitlines() if x.strip()]
    if (
        len(lines) >= 2
        and lines[0].count(",")
        and all(x.count(",") == lines[0].count(",") for x in lines[1:])
    ):
        head = [h.strip() for h in lines[0].split(",")]
        if all(re.fullmatch(r"[A-Za-z_ ]+", h) for h in head):
            return [
                "; ".join(f"{h}: {c.strip()}" for h, c in zip(head, row.split(","), strict=True))
                for row in lines[1:]
            ]
        return lines
    if len(lines) >= 2:
        headed = lines[1:] if lines[0].endswith(":") else lines
        return [x for x in headed if not x.endswith(":")] or lines
    body = text.partition(":")[2] if ":" in text[:120] and len(text.partition(":")[2]) > 20 else text
    pieces = [p.strip() for p in re.split(r";\s*|(?<=[a-z0-9)])[.!?]\s+(?=[A-Z])", body) if p.strip()]
    if len(pieces) >= 2:
        return pieces
    commas = [p.strip() for p in re.split(r",\s*(?:and )?|\s+and\s+", body.rstrip(".")) if p.strip()]
    if len(commas) >= 2:
        numeric = any(k in ("number", "integer") for k in kinds)
        counted = [p for p in commas if numbers(p)]
        if numeric and len(counted) >= 2:
            return counted
        if not numeric and len(proper_names(body)) >= len(commas):
            return commas
    return [text] if text.strip() else []
