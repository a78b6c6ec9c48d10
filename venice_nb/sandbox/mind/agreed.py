# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for
"""The words a request wants to hear when the text at hand does not answer: If it is not there, say "no idea"."""

from __future__ import annotations

import re

_AGREED = re.compile(
    r"\b(?:if|when|where|unless|in case)\b[^.?!\n]*?\b(?:say|write|answer|reply|respond|return|output|state|print)s?"
    r"(?P<only>(?: only| exactly| just| simply)*)(?: with)?\s*:?\s*(?:\"(?P<a>[^\"\n]{2,80})\"|“(?P<b>[^”\n]{2,80})”|‘(?P<c>[^’\n]{2,80})’|'(?P<d>[^'\n]{2,80})'(?!\w))(?P<rest>[^.\n]*)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:not?|none|nothing|cannot|can't|unable|unknown|unsure|missing|absent|lacks?|insufficient|fails?)\b|n['’]t\b",
    re.IGNORECASE,
)


def agreed_words(directions: str) -> tuple[str, bool]:
    """The words to say when there is no answer, and whether nothing is to follow them; ("", False) without any."""
    for found in _AGREED.finditer(directions):
        words = next(found[name] for name in "abcd" if found[name])
        condition = found[0][: found[0].find(words)]
        if _ABSENT.search(condition):
            return words.strip(), bool(found["only"].strip()) or not re.search(r"\w", found["rest"])
    return "", False
