# ruff: noqa: E501  patterns and word lists stay on one line
"""One property of a schema as words to look for, and the value a text states under its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .documents import readable
from .text import stem, terms

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Field:
    """A property of a schema as words: what to look for and what kind of thing it is."""

    name: str
    description: str
    schema: Mapping[str, Any]

    @property
    def stems(self) -> tuple[str, ...]:
        """Stems of the field's name."""
        return terms(readable(self.name)) or (stem(self.name),)

    def says(self, *roots: str) -> bool:
        """Whether the name holds one of these words; the description counts only when the name says little."""
        named = set(readable(self.name).replace("-", " ").split())
        return bool(named & set(roots))

    def mentions(self, *roots: str) -> bool:
        """Whether the name or the description holds one of these words."""
        return bool(
            set(re.findall(r"[a-z]+", f"{readable(self.name)} {self.description}".lower())) & set(roots)
        )


def labelled_value(field: Field, text: str) -> str | None:
    """Return what stands after the field's own name in a text: "Price: 12 EUR" or "the price is 12 EUR"."""
    name = re.escape(readable(field.name)).replace(r"\ ", r"[\s_-]*")
    match = re.search(
        rf"(?:^|[\n;,.|{{(\"'*-]|\bthe |\bmy |\bour |\bits )\s*\**\"?{name}\"?\**\s*(?:[:=]|\bis\b|\bwas\b|\bare\b)\s*\**\"?(?P<v>[^\n;|\"]+)",
        text,
        re.IGNORECASE,
    )
    if not match:
        return None
    value = match["v"].strip()
    if (
        ":" not in text[match.start() : match.start("v")]
        and "=" not in text[match.start() : match.start("v")]
    ):
        value = re.split(
            r"(?<=[\w)])[.!?](?:\s|$)|, (?:and|but|which|the|my|it|with)\b| (?:and|but) (?:the|my|it|i|he|she|they|its|we|was|is)\b",
            value,
            maxsplit=1,
        )[0]
    else:
        value = re.split(r",\s+[a-z][\w ]{1,20}:\s", value, maxsplit=1)[0]
        value = re.split(r"(?<=[a-z)])\.\s+[A-Z]", value, maxsplit=1)[0]
    return value.strip(" \"'*,").rstrip(".") or None
