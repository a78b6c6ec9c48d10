"""Requests of one message that lean on the one before: "Weather in SF? And in Paris?" asks twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .asked import Turn
from .memory import followed_up
from .names import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BARE = re.compile(
    rf"^\W*(?:(?i:and|or|then|also|plus)\s+)?(?:(?i:in|for|of|at)\s+)?"
    rf"(?!(?i:and|or|then|also|plus|in|for|of|at|what|how)\b)(?P<v>{NAME})(?: (?:too|as well))?\s*\?$"
)
_SWITCHED = re.compile(r"^\W*(?:or|then|also|plus)\s+(?:what about|how about)?", re.IGNORECASE)
_TAIL = re.compile(r"[, ]+(?:then|too|as well|instead|please|also)(?=\s*\?*$)", re.IGNORECASE)
_NOW = re.compile(
    r"\s+(?:right now|now|today|tomorrow|tonight|currently|this \w+|next \w+|please)(?=\s*[?.!]*$)",
    re.IGNORECASE,
)


def completed(pieces: Sequence[str], stands: Callable[[str], bool]) -> list[str]:
    """Return the requests with those that do not stand alone completed from the one before them."""
    found: list[str] = []
    for piece in pieces:
        whole = piece
        if found and len(piece) < 100 and not stands(piece):
            bare = _BARE.match(piece)
            short = f"And {bare['v']}?" if bare else _SWITCHED.sub("And ", _TAIL.sub("", piece), count=1)
            when = _NOW.search(found[-1])
            before = _NOW.sub("", found[-1]).rstrip(" ?.!") + "?"
            whole = followed_up(short, (Turn("user", before),))
            if whole == short:
                whole = piece
            elif when and not _NOW.search(whole):
                whole = f"{whole.rstrip('?')}{when[0]}?"
        found.append(whole)
    return found
