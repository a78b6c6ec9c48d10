"""A question that a text answers: its most telling sentence, turned round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .compose import gist
from .operations import keywords
from .retrieve import LEANING, Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .retrieve import Hit
    from .thought import Trace

_ASKS = re.compile(
    r"\b(?:write|draft|make|create|generate|compose|think of|ask)\b[^.?!]{0,60}\bquestions?\b", re.IGNORECASE
)
_QUOTES = ("quote", "evidence", "span", "excerpt", "passage", "support", "context")
_TURNED = re.compile(
    r"^(?!(?:If|When|Where|While|Because|Since|After|Before|Until|Unless|Although|Whoever|Who|What|How|There|In"
    r"|On|At|For|From|With|By|Under|Above|Below|Between|During|Within|Only|Never|Also|And|But|Or)\b)"
    r"(?P<subject>[A-Z][\w'-]*(?: (?!(?:is|are|was|were|can|may|must|should|will|decides?|says?|that|who)\b)"
    r"[\w'-]+){0,6}) (?P<verb>is|are|was|were|can|may|must|should|will) "
    r"(?P<rest>(?!not\b|never\b)[^;:]+?)(?:[.;:].*)?$"
)


def quizzed(
    directions: str, passages: Sequence[Passage], schema: Mapping[str, Any], trace: Trace
) -> dict[str, Any] | None:
    """Return question, answer and quote drawn from the passages; None when no question is wanted."""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "question" not in properties or not _ASKS.search(directions):
        return None
    lines = [hit for hit in gist(passages, 6) if not LEANING.match(hit.line.sentence.text)]
    if not lines:
        return None
    best = max(lines, key=_telling)
    sentence = best.line.sentence.text
    question = _turned(sentence) or _about(sentence, best.line.sentence.heading)
    trace.note(f"The most telling sentence, turned into a question: {question}", 1)
    known = {"question": question, "answer": sentence, **dict.fromkeys(_QUOTES, sentence)}
    return {name: known.get(name, "") for name in properties}


def _telling(hit: Hit) -> tuple[bool, bool, int]:
    """A sentence that can be turned round is best, then one with a number, then the longer one."""
    text = hit.line.sentence.text
    return bool(_TURNED.match(text)), bool(re.search(r"\d", text)), min(len(text), 200)


def _turned(sentence: str) -> str:
    """`Trips are refunded in full.` as `Are trips refunded in full?`; "" when it has no such form."""
    match = _TURNED.match(sentence)
    if not match:
        return ""
    first, _, others = match["subject"].partition(" ")
    first = first if others[:1].isupper() or first == "I" else first.lower()
    subject = f"{first} {others}".strip()
    return f"{match['verb'].capitalize()} {subject} {match['rest'].rstrip('.')}?"


def _about(sentence: str, heading: str) -> str:
    words = keywords(sentence, 3)
    named = " and ".join(words[:2]) if words else heading.lower()
    return f"What is said about {named}?"
