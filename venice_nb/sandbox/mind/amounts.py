# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for
"""The number of a text that a field asks for: by its label, its unit or the words beside it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .documents import readable
from .field import Field, labelled_value
from .labels import sentiment
from .numbers import Number, numbers
from .patterns import DATE, EMAIL, PHONE, URL
from .text import stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RATINGS = re.compile(
    r"(?P<v>\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)\s*(?:out of|/|of)\s*(?P<top>\d+|five|ten)\b|(?P<s>\d(?:\.\d)?|one|two|three|four|five)[ -]?stars?\b|(?P<stars>★+)",
    re.IGNORECASE,
)


def number_value(field: Field, text: str) -> float | None:
    """Return the number of a text that a field asks for, None when the text has none for it."""
    clean = EMAIL.sub(" ", URL.sub(" ", text))
    rated = _RATINGS.search(clean)
    if field.says("rating", "stars", "score", "grade"):
        if rated:
            if rated["stars"]:
                return float(len(rated["stars"]))
            found = numbers(rated["v"] or rated["s"])
            return found[0].value if found else None
        said = labelled_value(field, clean)
        if said and numbers(said):
            return numbers(said)[0].value
        if not field.says("score"):
            return _rating(text, field.schema)
    said = labelled_value(field, clean)
    if said and numbers(said):
        return numbers(said)[0].value
    if field.says("year"):
        years = re.search(r"\b(?:1[5-9]\d\d|20\d\d)\b", clean)
        return float(years[0]) if years else None
    dates = [(m.start(), m.end()) for m in DATE.finditer(clean)]
    phones = [(m.start(), m.end()) for m in PHONE.finditer(clean) if len(re.sub(r"\D", "", m[0])) >= 9]
    rating = [(rated.start(), rated.end())] if rated else []
    free = [n for n in numbers(clean) if not any(a <= n.start < b for a, b in (*dates, *phones, *rating))]
    if field.says("word", "words") and field.says("count", "number"):
        return float(len(text.split()))
    if field.says("confidence", "probability", "certainty", "likelihood"):
        return min(1.0, 0.5 + 0.08 * abs(sentiment(text)))
    if field.says("sentiment", "polarity"):
        return max(-1.0, min(1.0, round(sentiment(text) / 6, 2)))
    ranged = _end_of_range(field, clean, free)
    return _nearest(field, clean, free) if ranged is None else ranged


def _rating(text: str, schema: Mapping[str, Any]) -> float | None:
    """A rating told from the tone, on the schema's scale (1 to 5 when it states none); None when there is no tone."""
    feeling = sentiment(text)
    if not feeling:
        return None
    low = schema.get("minimum", 1)
    top = schema.get("maximum", 5)
    share = max(0.0, min(1.0, 0.5 + feeling / 8))
    return float(round(low + share * (top - low)))


_MONEY = (
    "price", "cost", "amount", "total", "fee", "salary", "budget", "usd", "eur", "paid", "revenue", "rent", "deposit", "fare", "wage", "income", "profit",
    "subtotal", "tax", "tip", "balance", "pay", "bonus", "turnover", "wages", "costs",
)  # fmt: skip
_UNITS: tuple[tuple[tuple[str, ...], str], ...] = (
    (_MONEY, r"[$€£¥]|dollars?|euros?|pounds?|usd|eur|gbp|cents?|bucks"),
    (("age", "old"), r"years? old|-year-old|y/?o\b|years? of age"),
    (("duration", "minutes", "length", "time"), r"minutes?|mins?|hours?|hrs?|seconds?|secs?|days?|weeks?|months?"),
    (("hours",), r"hours?|hrs?|h\b"), (("days",), r"days?"), (("weeks",), r"weeks?"), (("months",), r"months?"), (("years", "experience"), r"years?"), (("seconds",), r"seconds?|secs?|s\b"),
    (("weight", "mass", "kg", "grams"), r"kg|kilos?|grams?|g\b|lbs?|pounds?|tons?|tonnes?"),
    (("distance", "km", "miles", "height", "width", "depth", "size"), r"km|kilomet\w+|miles?|met(?:er|re)s?|m\b|cm|feet|ft|inch(?:es)?"),
    (("temperature", "celsius", "degrees", "temp"), r"°|degrees?|celsius|fahrenheit|[CF]\b"),
    (("percent", "percentage", "rate", "share", "humidity", "discount"), r"%|percent|per cent"),
    (("people", "guests", "persons", "party", "attendees", "passengers", "adults", "travelers", "travellers"), r"people|persons?|guests?|adults?|of us|passengers?|attendees|travell?ers?|seats?"),
    (("area", "size", "surface", "space", "sqm"), r"sqm|sq\.? ?m\b|m²|m2\b|square (?:met(?:er|re)s?|feet)|sq\.? ?ft"),
    (("speed",), r"km/h|mph|m/s"),
    (("population", "inhabitants"), r"inhabitants|people|residents|million|thousand"),
    (("servings",), r"servings?|people|portions?"),
)  # fmt: skip


def unit_given(field: Field, text: str) -> bool:
    """Whether a text has a number beside a unit or the name of the field: "10 years" for years, "3.5 %" for a rate."""
    units = "|".join(u for names, u in _UNITS if field.says(*names))
    name = re.escape(readable(field.name)).replace(r"\ ", r"[\s_-]*")
    number = r"\d[\d.,]*(?:\s?(?:k|m|bn|thousand|million|billion)\b)?"
    beside = rf"{number}[\s-]?(?:{units}|{name}\b)" if units else rf"{number}[\s-]?{name}\b"
    before = rf"\b{name}\b\s*(?:of|is|=|:)?\s*[$€£¥]?\d" + (r"|[$€£¥]\s?\d" if "dollars" in units else "")
    return bool(re.search(f"{beside}|{before}", text, re.IGNORECASE))


_BETWEEN = re.compile(
    r"\s?(?:[$€£¥]|dollars?|euros?|usd|eur|gbp)?\s?(?:to|and|up to|until|through|[-–—])?\s?[-–—]?",
    re.IGNORECASE,
)


def _end_of_range(field: Field, text: str, free: Sequence[Number]) -> float | None:
    """The lower or upper end of a range, for a field that asks for a least or a most: "60,000 to 75,000"."""
    least = field.says("min", "minimum", "low", "lower", "from", "least", "lowest")
    if not least and not field.says("max", "maximum", "high", "upper", "to", "most", "highest"):
        return None
    found = []
    for a, b in pairwise(free):
        gap = text[a.end : b.start] + b.written[:1]
        joined = re.search(r"\b(?:to|and|until|through)\b|[-–—]", gap)
        if (
            joined
            and _BETWEEN.fullmatch(gap.rstrip("$€£¥" + b.written[:1].strip("-–—")))
            and abs(a.value) < abs(b.value)
        ):
            low = a.value * 1000 if a.value < 1000 <= b.value and b.written.lower().endswith("k") else a.value
            before = re.split(r"[,;.]\s", text[max(0, a.start - 40) : a.start].lower())[-1]
            after = re.split(r"[,;.]\s", text[b.end : b.end + 32].lower())[0]
            said = {stem(w) for w in re.findall(r"[a-z]+", f"{before} {after}")}
            shared = sum(any(w.startswith(s) for w in said) for s in field.stems)
            found.append((shared, low if least else abs(b.value)))
    return max(found, key=lambda f: f[0])[1] if found else None


def _nearest(field: Field, text: str, free: Sequence[Number]) -> float | None:
    """The number whose unit or neighbouring words speak most for the field."""
    best: tuple[float, float] | None = None
    units = [u for names, u in _UNITS if field.says(*names)]
    other = [u for names, u in _UNITS if not field.says(*names)]
    roots = set(field.stems) | (
        {"quantiti"} if field.says("count", "quantity", "qty", "number", "num") else set()
    )
    countlike = field.says(
        "quantity", "count", "number", "num", "qty", "n", "limit", "k", "amount", "items", "copies"
    )
    for number in free:
        before = text[max(0, number.start - 40) : number.start]
        after = text[number.end : number.end + 32]
        score = 0.0
        money = number.currency or bool(
            re.match(r"\s?(?:[$€£¥]|dollars?|euros?|usd|eur|gbp)", after, re.IGNORECASE)
        )
        if any(re.match(rf"[\s-]?(?:{u})", after, re.IGNORECASE) for u in units):
            score += 3
        elif any(re.match(rf"[\s-]?(?:{u})\b", after, re.IGNORECASE) for u in other):
            score -= 1.2
        if money:
            score += 3 if field.says("value", *_MONEY) else -3
        near = [stem(w) for w in re.findall(r"[a-z]+", f"{before.lower()}")][-5:]
        score += sum(1.6 - 0.15 * (len(near) - near.index(r)) for r in roots if r in near)
        clause = re.split(r"[,;\n]|\.\s", after.lower())[
            0
        ]  # what comes after a comma belongs to the next number
        follow = [stem(w) for w in re.findall(r"[a-z]+", clause)][:3]
        score += sum(2.0 - 0.3 * follow.index(r) for r in roots if r in follow)
        if countlike and not money and number.whole:
            score += 0.9 if re.match(r"\s+[a-z]{3,}", after) else 0.4
        if number.spoken and number.value == 1 and not follow[:1]:
            score -= 1
        if best is None or score > best[0]:
            best = (score, number.value)
    if best is None:
        return None
    described = field.mentions("number", "value", "integer", "amount", "count", "numeric")
    return (
        best[1]
        if best[0] > 0.3
        or (len(free) == 1 and (described or len(readable(field.name).split()) == 1) and best[0] > -1)
        else None
    )
