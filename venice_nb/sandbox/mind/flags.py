# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""Whether a text affirms or denies what a field names."""

from __future__ import annotations

import re

from .documents import readable
from .field import Field, labelled_value
from .labels import sentiment
from .text import split_sentences, stem

_NOT_BEFORE = re.compile(
    r"\b(?:not|no|never|without|isn't|aren't|wasn't|doesn't|don't|didn't|won't|can't|cannot|nor|neither|hardly|lacks?|free of|unable)\b[^.;,]*$|n['’]t\b[^.;,]*$",
    re.IGNORECASE,
)


def boolean_value(field: Field, text: str) -> bool | None:
    """Return whether the text affirms what the field names, None when it does not speak of it."""
    said = labelled_value(field, text)
    if said and re.match(r"(?:yes|true|no|false|y|n|none)\b", said, re.IGNORECASE):
        return bool(re.match(r"(?:yes|true|y\b)", said, re.IGNORECASE))
    positive = {
        "positive",
        "recommended",
        "recommend",
        "recommends",
        "satisfied",
        "happy",
        "liked",
        "favorable",
        "favourable",
    }
    if field.says("negative", "complaint"):
        return sentiment(text) < -0.5
    roots = [t for t in field.stems if t not in ("is", "has", "was", "can", "should", "would")]
    found = False
    part = 0.0
    for sentence in split_sentences(text):
        for clause in re.split(r",\s|;|\bbut\b", sentence):
            held = {stem(w) for w in re.findall(r"[^\W_]+", clause)}
            if len(roots) > 1 and held & set(roots) and roots[-1] not in held:
                tone = sentiment(readable(field.name).split()[-1])
                if tone:  # "staff friendly" against "the staff was rude": the tone of the clause decides
                    part += sentiment(clause) * tone
                    continue
            for match in re.finditer(r"[^\W_]+", clause):
                if stem(match[0]) in roots:
                    found = True
                    if _NOT_BEFORE.search(clause[: match.start()]) or re.match(
                        r"\W*(?:is|was|were|are)?\s*(?:not|n't|unavailable|missing)\b",
                        clause[match.end() :],
                        re.IGNORECASE,
                    ):
                        return False
    if found:
        return True
    if part:
        return part > 0
    if field.says(*positive):
        return sentiment(text) > 0.5
    if field.says("urgent"):
        return bool(
            re.search(r"\b(?:urgent|asap|immediately|right now|emergency|critical)\b", text, re.IGNORECASE)
        )
    return None
