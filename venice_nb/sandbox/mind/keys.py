# ruff: noqa: E501  patterns and word lists stay on one line
"""The keys a request names for its JSON, and the request without the sentence that names them."""

from __future__ import annotations

import re

_KEY = r"[`\"']?[A-Za-z_]\w*[`\"']?"
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+)"
_NAMED = re.compile(
    rf"\b(?:keys?|fields?|properties|attributes)\b:?\s+(?P<l>(?:{_KEY}{_AND})*{_KEY})", re.IGNORECASE
)
_LISTED = re.compile(  # "JSON with name, age": two at least, for "JSON with care" names none
    rf"\bJSON\b(?:\s+(?:objects?|format|document|output))?\s*(?:,?\s*(?:with|containing|having|holding|including|of(?: the form)?)\b|:)"
    rf"\s*(?:(?:the|these|only|just|keys|fields|properties|attributes)\s+)*(?P<l>{_KEY}(?:{_AND}{_KEY})+)",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\{\s*\"[\w ]+\"\s*:\s*\"?(?:\.\.\.|…|<|string\b|number\b|str\b|int\b)")
_HEADED = re.compile(rf"^\W*(?:keys|fields|properties|attributes)\s*:\s*{_KEY}{_AND}", re.IGNORECASE)
_SMALL = ("the", "from", "in", "for", "of", "are", "as", "only", "with")
MOST = 20


def json_keys(text: str) -> list[str]:
    r"""Return the keys a request names: "JSON with name and age", "fields: name, age", "{\"name\": ..., \"age\": ...}"."""
    shown = re.search(r"\{[^{}]*\"[\w ]+\"\s*:[^{}]*\}", text)
    if shown:
        return list(dict.fromkeys(re.findall(r"\"([\w ]+)\"\s*:", shown[0])))[:MOST]
    named = _NAMED.search(text) or _LISTED.search(text)
    if not named:
        return []
    found = [k.strip(" `\"'") for k in re.split(_AND, named["l"])]
    return [k for k in dict.fromkeys(found) if k and k.lower() not in _SMALL][:MOST]


def unnamed(text: str) -> str:
    """Return a text without the sentence that orders the keys, which is no material to fill them from."""
    kept = []
    for line in text.split("\n"):
        bits = re.split(r"(?<=[.!?])\s+", line)
        left = [b for b in bits if not _orders(b)]
        kept.append(" ".join(left))
    rest = "\n".join(kept)
    return rest if rest.strip() else text


def orders_keys(sentence: str) -> bool:
    """Whether a sentence of a prompt orders keys without a verb of its own: "Fields: name, age"."""
    return bool(_HEADED.match(sentence) or _LISTED.search(sentence))


def _orders(sentence: str) -> bool:
    """Whether a sentence does nothing but say which keys are wanted: no material follows after a colon."""
    if len(sentence) > 400:
        return False
    if _TEMPLATE.search(sentence):
        return True
    named = _NAMED.search(sentence) or _LISTED.search(sentence)
    return named is not None and ":" not in sentence[named.end() :] and not re.search(r"[\"{]", sentence)


_COUNTED = re.compile(
    r"(?:^|_)(?:price|age|rating|count|quantity|amount|year|total|score|number|stars|cost|population|inhabitants|height|weight|"
    r"width|length|depth|area|distance|duration|temperature|speed|salary|percentage|percent)$"
)


def counted(key: str) -> bool:
    """Whether a key's name says that its value is a number."""
    return bool(_COUNTED.search(key.lower())) and key.lower() not in ("phone_number", "order_number")
