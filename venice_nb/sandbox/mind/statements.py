# ruff: noqa: E501  patterns and word lists stay on one line
"""Who and where a plain statement speaks of: "Lyon is a city in France" names a city and its country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .names import NAME, name_for, proper_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .field import Field

READ = 1_000  # characters; what is longer is a text about many things

_TOLD = re.compile(
    rf"(?:^|[.:!\n]\s*|\b(?:from|extract|that|, )\s*)(?P<who>{NAME})(?:,[^,.\n]{{1,40}},)? "
    r"(?:is|was|are|were|has|had|lives?|lived|works?|worked|lies|stands|comes|came|became)\b(?P<rest>[^.\n]*)"
)
_KIND = re.compile(
    rf"^ (?:an? |the )(?:[\w-]+ ){{0,3}}?(?P<kind>[a-z]+)(?:,? (?:[a-z]+ )?(?:in|of|from) (?:the )?(?P<where>{NAME})"
    rf"(?:, (?P<outer>{NAME}))?)?"
)
_PLACES = ("city", "town", "village", "capital", "port", "municipality", "metropolis", "place", "country")


def states(text: str) -> bool:
    """Whether a message tells something of somebody by name instead of asking."""
    return len(text) <= READ and "?" not in text and _TOLD.search(text) is not None


def stated(field: Field, text: str, used: Sequence[str] = ()) -> str | None:
    """Return the name a statement gives for a field that asks for somebody, something or somewhere, None without one."""
    if len(text) > READ or "?" in text or field.schema.get("enum") or field.schema.get("format"):
        return None
    told = _TOLD.search(text)
    if not told or not proper_names(told["who"]):
        return None
    who = proper_names(told["who"])[0]
    kind = _KIND.match(told["rest"])
    said = _of_place(field, who, kind) if kind else None
    if said is None and field.name.lower() in ("name", "full_name", "fullname"):
        said = who
    if said is None and field.says(
        "name", "person", "city", "town", "country", "job", "profession", "occupation"
    ):
        said = name_for(field, text)
    return said if said and said not in used else None


def _of_place(field: Field, who: str, kind: re.Match[str]) -> str | None:
    """The subject for a field of its own kind, the place it is in for one of the wider kind."""
    around = [p for p in (kind["where"], kind["outer"]) if p]
    placed = kind["kind"] in _PLACES
    if field.says(kind["kind"]) or (placed and field.says("city", "town") and kind["kind"] != "country"):
        return who
    if field.says("country", "nation") and around and (placed or len(around) > 1):
        return around[-1]
    if field.says("city", "town") and len(around) > 1:
        return around[0]
    return None
