# ruff: noqa: E501  patterns and word lists stay on one line
"""The words of a text that a string field asks for."""

from __future__ import annotations

import re

from .compose import gist
from .documents import readable
from .field import Field, labelled_value
from .labels import best_label
from .names import NAME, name_for
from .operations import headline, keywords
from .patterns import DATE, EMAIL, PHONE, RELATIVE, TIME, URL, first_match, iso_date
from .retrieve import Passage, rank
from .statements import stated

_VERSION = re.compile(
    r"\b(?:version|release|v)\.? ?(\d+(?:\.\d+)*(?:[-.]?(?:a|b|rc|alpha|beta|dev)\.?\d*)?)\b|\b(\d+\.\d+(?:\.\d+)*)\b",
    re.IGNORECASE,
)


def string_value(field: Field, text: str) -> str | None:
    """Return the words of a text that a string field asks for, None when the text has none."""
    form = field.schema.get("format")
    final = re.search(r"(?:^|\n)answer: (.+)", text)
    if final and field.says("answer", "final", "result", "output", "solution"):
        return final[1]
    said = labelled_value(field, text)
    if form == "email" or field.says("email", "mail"):
        return first_match(EMAIL, text)
    if form in ("uri", "url") or field.says("url", "uri", "link", "website", "homepage"):
        return first_match(URL, text)
    if form in ("date", "date-time") or field.says("date", "day", "deadline", "birthday", "dob", "when"):
        day = iso_date(said or "") or iso_date(text)
        if form == "date-time" and day:
            return f"{day}T{_clock(text)}Z"
        if form == "date" or day:
            return day
        within = first_match(DATE, said or "") or first_match(RELATIVE, said or "")
        return within or said or first_match(DATE, text) or first_match(RELATIVE, text)
    if form == "time" or field.says("time", "hour"):
        return f"{_clock(text)}Z" if form == "time" else said or first_match(TIME, text)
    if field.says("phone", "telephone", "tel", "mobile", "fax"):
        return said or first_match(PHONE, text)
    if field.says("currency"):
        return _currency(text)
    if field.says("language", "lang", "locale"):
        return said or _language(text)
    if field.says("version", "release"):
        version = _VERSION.search(said or "") or _VERSION.search(text)
        return next((g for g in version.groups() if g), None) if version else said
    if said and len(said) < 200 and not field.says("summary"):
        return (
            re.sub(r"^(?:the|an?) (?=[A-Z])", "", said)
            if field.says("product", "item", "device", "model")
            else said
        )
    if field.says(
        "summary",
        "abstract",
        "gist",
        "overview",
        "synopsis",
        "description",
        "explanation",
        "reasoning",
        "reason",
        "rationale",
        "justification",
        "main",
    ):
        return summary_of(text, field)
    if field.says("sentiment", "tone", "mood", "feeling", "polarity"):
        return best_label(["positive", "negative", "neutral"], text)
    if field.says("title", "headline", "subject"):
        quoted = re.search(r"[\"“]([^\"“”]{3,80})[\"”]", text) or re.search(
            rf"\b(?:movie|film|book|novel|song|album|game|series|play|article|titled|called|entitled|paper)\s+(?P<v>{NAME})",
            text,
        )
        return quoted[1] if quoted else headline(text) if text.strip() else None
    if field.says(
        "answer",
        "reply",
        "response",
        "result",
        "conclusion",
        "quote",
        "evidence",
        "sentence",
        "text",
        "content",
        "message",
        "note",
        "comment",
        "body",
        "review",
    ):
        return _answer(field, text)
    about = re.search(
        r"\babout (?:the |a |an |my |our )?(?P<v>[\w-]+(?: (?!and\b|or\b|at\b|on\b|in\b|with\b|for\b)[\w-]+){0,2})",
        text,
    )
    if about and field.says("topic", "subject", "theme", "agenda", "purpose", "keyword"):
        return about["v"]
    if field.says("number", "id", "code", "sku", "reference", "identifier"):
        code = re.search(r"\b([A-Z]{1,6}[-_/]?\d[\w/-]*)\b|#\s*([\w-]+)|\b(\d{3,}[\w-]*)\b", text)
        return next((g for g in code.groups() if g), None) if code else None
    if field.says("keyword", "topic", "theme", "tag", "subject"):
        found = keywords(text, 1)
        return found[0] if found else None
    named = stated(field, text) or name_for(field, text)
    if named:
        return named
    return _by_description(field, text)


def _clock(text: str) -> str:
    match = re.search(r"\b([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s?([ap]m)?", text, re.IGNORECASE)
    if not match:
        return "00:00:00"
    hour = int(match[1]) % 12 + 12 if (match[4] or "").lower() == "pm" else int(match[1])
    return f"{hour:02d}:{match[2]}:{match[3] or '00'}"


def _currency(text: str) -> str | None:
    for sign, code in (
        ("$", "USD"),
        ("€", "EUR"),
        ("£", "GBP"),
        ("¥", "JPY"),
        ("₹", "INR"),
        ("dollar", "USD"),
        ("euro", "EUR"),
        ("pound", "GBP"),
        ("yen", "JPY"),
    ):
        if sign in text.lower():
            return code
    return first_match(
        re.compile(r"\b(?:USD|EUR|GBP|JPY|CHF|INR|CAD|AUD|CNY|SEK|NOK|DKK|PLN|BRL|MXN)\b"), text
    )


_COMMON = {
    "English": "the and of is to with for this that was", "Italian": "il che di e la per non una sono con", "French": "le la les des est et une pour dans que",
    "German": "der die das und ist nicht ein mit für ich", "Spanish": "el la los que y una es por con para", "Portuguese": "o os que de uma não com para é em",
    "Dutch": "het een van en dat niet is met voor ik",
}  # fmt: skip


def _language(text: str) -> str | None:
    """The language a text is written in, by its commonest small words, unless the text names one."""
    named = re.search(
        r"\b(?:in|speaks?|language:?) (English|Italian|French|German|Spanish|Portuguese|Dutch|Japanese|Chinese|Russian|Arabic)\b",
        text,
    )
    if named:
        return named[1]
    found = re.findall(r"[^\W\d_]+", text.lower())
    scores = {name: sum(found.count(w) for w in small.split()) for name, small in _COMMON.items()}
    best = max(scores, key=lambda n: scores[n])
    return best if scores[best] else None


def summary_of(text: str, field: Field | None = None) -> str | None:
    """Return one or two sentences that stand for the text."""
    if not text.strip():
        return None
    brief = field is not None and (
        field.mentions("one", "short", "brief", "single") or field.schema.get("maxLength", 999) < 160
    )
    chosen = gist((Passage(text),), 1 if brief or len(text) < 400 else 2)
    return " ".join(h.line.sentence.text for h in chosen) or None


def _answer(field: Field, text: str) -> str | None:
    hits = rank(f"{field.description}", (Passage(text),)) if field.description else []
    return hits[0].line.sentence.text if hits else summary_of(text)


def _by_description(field: Field, text: str) -> str | None:
    """The sentence of the text that speaks of the field, None when none does."""
    hits = rank(f"{readable(field.name)} {field.description}", (Passage(text),))
    if hits and (hits[0].coverage >= 0.3 or not field.description):
        return hits[0].line.sentence.text
    return None
