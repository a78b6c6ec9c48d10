# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""A tool's arguments read out of a message by the tool's schema."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .amounts import number_value
from .arithmetic import find_expression
from .documents import readable
from .field import Field
from .fit import fit_number, fit_string
from .flags import boolean_value
from .labels import best_label
from .lists import list_values
from .names import proper_names
from .numbers import numbers
from .patterns import EMAIL, URL, iso_date
from .schema import Filler
from .statements import stated
from .strings import string_value
from .text import stem


def properties_of(function: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return a tool's parameters with their references resolved."""
    parameters = function.get("parameters")
    found = parameters.get("properties") if isinstance(parameters, Mapping) else None
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    return {k: filler.resolved(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def required_of(function: Mapping[str, Any]) -> list[str]:
    """Return the names of the parameters a tool must be given."""
    parameters = function.get("parameters")
    given = parameters.get("required") if isinstance(parameters, Mapping) else None
    return [k for k in given if isinstance(k, str)] if isinstance(given, list) else []


CAPITALISED = r"[A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*)*"


def arguments(function: Mapping[str, Any], text: str, context: str = "") -> dict[str, Any]:
    """Return the arguments a message gives a tool, in the schema's order; None stands for what is required but not said."""
    found: dict[str, Any] = {}
    required = required_of(function)
    properties = properties_of(function)
    parameters = function.get("parameters")
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    used: list[str] = []
    only = len([k for k in required if properties.get(k, {}).get("type", "string") == "string"]) == 1
    for key, inner in properties.items():
        field = Field(str(key), str(inner.get("description") or ""), inner)
        value = _argument(field, inner, text, filler, only=only and key in required, used=used)
        if value is None and key in required and context:
            value = _argument(field, inner, context, filler, only=False, used=used)
        if value is None and key in required and "default" in inner:
            value = inner["default"]
        if value is not None:
            found[key] = value
            used.append(str(value))
        elif key in required:
            found[key] = None
    for key in required:
        found.setdefault(key, None)
    return found


def _argument(
    field: Field,
    schema: Mapping[str, Any],
    text: str,
    filler: Filler,
    *,
    only: bool,
    used: Sequence[str],
) -> Any:
    if "const" in schema:
        return schema["const"]
    options = schema.get("enum")
    if isinstance(options, list):
        return _option(options, text)
    branches = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(branches, list):
        for branch in branches:
            inner = filler.resolved(branch)
            if inner.get("type") != "null":
                value = _argument(
                    Field(field.name, field.description or str(inner.get("description") or ""), inner),
                    inner,
                    text,
                    filler,
                    only=only,
                    used=used,
                )
                if value is not None:
                    return value
        return None
    kind = next(iter(filler.kinds(schema)), "string")
    if kind in ("number", "integer"):
        value = number_value(field, text)
        if value is None:
            free = [
                n
                for n in numbers(text)
                if str(n.value) not in used and (str(int(n.value)) not in used or not n.whole)
            ]
            free = [n for n in free if not any(n.written in u for u in used)]
            value = free[0].value if free else None
        return None if value is None else fit_number(value, schema, whole=kind == "integer")
    if kind == "boolean":
        switched = re.search(
            r"\b(?:turn|switch|set|power)\b.*?\b(on|off)\b|\b(enable|disable|start|stop|activate|deactivate|dim|brighten|set)\b",
            text,
            re.IGNORECASE,
        )
        if switched and field.says("on", "enabled", "active", "state", "power", "enable"):
            return (switched[1] or switched[2]).lower() not in ("off", "disable", "stop", "deactivate")
        return boolean_value(field, text)
    if kind == "array":
        return _array(field, schema, text, filler)
    if kind == "object":
        inner = {"name": field.name, "parameters": schema}
        value = {k: v for k, v in arguments(inner, text).items() if v is not None}
        return value or None
    said = stated(field, text, used) or string_argument(field, text, only=only, used=used)
    return None if said is None else fit_string(said, schema)


def _option(options: Sequence[Any], text: str) -> Any:
    """The option a message names, as a word of its own or as a known sign ("°F" for fahrenheit)."""
    for option in options:
        if isinstance(option, str) and re.search(
            rf"(?<!\w){re.escape(readable(option))}(?!\w)", text, re.IGNORECASE
        ):
            return option
    for option in options:
        if isinstance(option, str):
            roots = {stem(w) for w in readable(option).split()}
            if roots and roots <= {stem(w) for w in re.findall(r"[a-z]+", text.lower())}:
                return option
            if (option.lower().startswith("fahren") and re.search(r"°\s?F\b|\bin F\b", text)) or (
                option.lower().startswith("cels") and re.search(r"°\s?C\b|\bin C\b", text)
            ):
                return option
    labels = [o for o in options if isinstance(o, str)]
    if len(labels) == len(options) and {o.lower() for o in labels} & {"positive", "negative"}:
        return best_label(labels, text)
    return None


def _array(field: Field, schema: Mapping[str, Any], text: str, filler: Filler) -> list[Any] | None:
    inner = filler.resolved(schema.get("items") if isinstance(schema.get("items"), Mapping) else {})
    kind = next(iter(filler.kinds(inner)), "string")
    if kind in ("number", "integer"):
        found: list[Any] = [fit_number(n.value, inner, whole=kind == "integer") for n in numbers(text)]
    elif isinstance(inner.get("enum"), list):
        found = [
            o
            for o in inner["enum"]
            if isinstance(o, str)
            and re.search(rf"(?<!\w){re.escape(readable(o))}(?!\w)", text, re.IGNORECASE)
        ]
    elif kind == "string":
        quoted = re.findall(r"[\"“]([^\"”]+)[\"”]", text)
        mails = (
            EMAIL.findall(text) if field.mentions("email", "emails", "recipients", "attendees", "to") else []
        )
        listed = list_values(field, text) if "," in text or "\n" in text else []
        names = list(proper_names(text))
        found = (
            mails
            or quoted
            or ([n for n in names if any(n in x for x in listed)] or listed if listed else names)
        )
    else:
        value = filler.fill(schema, text, field.name)
        found = value if isinstance(value, list) else []
    return found or None


_PREPOSITIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("city", "location", "place", "town", "region", "country", "where", "area", "address", "destination", "venue", "state"), r"in|at|for|to|near|of|around|from"),
    (("origin", "source", "departure", "start", "from"), r"from"),
    (("destination", "target", "arrival", "end", "to"), r"to|into"),
    (("recipient", "person", "who", "contact", "attendee"), r"to|with|for"),
    (("topic", "subject", "about", "query", "q", "search", "term", "question", "keywords", "keyword"), r"about|for|on|of|regarding"),
    (("language", "target", "format", "unit", "currency"), r"in|into|to|as"),
    (("company", "symbol", "ticker", "brand", "stock"), r"of|for|in|at"),
    (("name",), r"named|called|for|of|is"),
    (("title",), r"titled|called|named"),
)  # fmt: skip


_TICKER = re.compile(r"\b[A-Z]{1,5}\b")


def string_argument(field: Field, text: str, *, only: bool = False, used: Sequence[str] = ()) -> str | None:
    """Return the words of a message that a string parameter asks for, None when it gives none."""
    form = field.schema.get("format")
    if form in ("date", "date-time", "email", "uri", "url", "time") or field.says(
        "email", "url", "date", "time", "phone", "deadline", "day", "when", "link"
    ):
        found = string_value(field, text)
        return found if found is not None else iso_date(text) if form == "date" else None
    if field.says("expression", "formula", "equation", "calculation", "expr"):
        return " ".join(find_expression(text).split()) or None
    if field.says("room", "zone"):
        room = re.search(
            r"\b((?:living |dining |bed|bath|meeting )?room(?: \d+)?|kitchen|hallway|hall|office|garage|garden|bedroom|bathroom|basement|attic|balcony|study|lounge)\b",
            text,
            re.IGNORECASE,
        )
        return room[1].lower() if room else None
    if field.says("sql"):
        match = re.search(r"\bselect\b.+", text, re.IGNORECASE | re.DOTALL)
        return match[0] if match else None
    if field.says(
        "order", "id", "code", "number", "reference", "sku", "tracking"
    ) or field.name.lower().endswith("id"):
        code = re.search(
            r"(?:#|\bno\.? ?|\bid:? ?|\bnumber ?|\border ?|\bcode ?)\s*([A-Z0-9][\w-]*\d[\w-]*)|\b([A-Z]{1,6}-?\d[\w-]*)\b|\b(\d{3,})\b",
            text,
            re.IGNORECASE,
        )
        if code:
            return str(next(g for g in code.groups() if g))
    if field.says("ticker", "symbol"):
        ticker = next(
            (
                m[0]
                for m in _TICKER.finditer(text)
                if len(m[0]) > 1 and m[0] not in ("I", "A", "US", "EU", "AI")
            ),
            None,
        )
        if ticker:
            return str(ticker)
    if field.says("currency", "base", "quote") or (
        field.says("from", "to", "source", "target") and re.search(r"\b[A-Z]{3}\b", text)
    ):
        return _currency(field, text, used)
    quoted = list(re.findall(r"[\"“]([^\"”]+)[\"”]|(?<!\w)'([^']+)'(?!\w)", text))
    said: list[str] = [a or b for a, b in quoted if (a or b) not in used]
    if said:
        return said[0]
    colon = re.search(rf"\b{re.escape(readable(field.name))}\s*[:=]\s*([^\n,;]+)", text, re.IGNORECASE)
    if colon:
        return colon[1].strip()
    url = URL.search(text)
    if url and field.mentions("url", "page", "website", "link"):
        return url[0]
    place = _place_named(field, text, used)
    if place:
        return place
    if field.says(
        "query",
        "q",
        "question",
        "search",
        "term",
        "topic",
        "keywords",
        "keyword",
        "prompt",
        "text",
        "message",
        "content",
        "body",
        "task",
        "note",
        "title",
        "subject",
        "description",
        "input",
        "phrase",
        "about",
    ):
        return _rest(field, text, used)
    names = [n for n in proper_names(text) if n not in used]
    if names and not field.mentions("unit", "format", "style"):
        return (
            names[0]
            if only or field.mentions("name", "city", "location", "place", "person", "country", "company")
            else None
        )
    if only and not field.mentions(
        "city", "location", "place", "country", "person", "company", "name", "symbol", "id"
    ):
        found = string_value(field, text)
        if found and found.strip() != text.strip() and found not in used:
            return found
        return _rest(field, text, used)
    return None


def _currency(field: Field, text: str, used: Sequence[str]) -> str | None:
    words = {
        "dollar": "USD",
        "dollars": "USD",
        "$": "USD",
        "euro": "EUR",
        "euros": "EUR",
        "€": "EUR",
        "pound": "GBP",
        "pounds": "GBP",
        "£": "GBP",
        "yen": "JPY",
        "¥": "JPY",
        "francs": "CHF",
        "rupees": "INR",
    }
    found = []
    for match in re.finditer(r"\b[A-Z]{3}\b|\b(?:dollars?|euros?|pounds?|yen|francs|rupees)\b|[$€£¥]", text):
        code = match[0] if match[0].isupper() and len(match[0]) == 3 else words.get(match[0].lower(), "")
        if code and code not in found:
            found.append(code)
    if field.says("to", "target", "quote", "into"):
        target = re.search(r"\b(?:to|into|in)\s+([A-Z]{3}|dollars?|euros?|pounds?|yen|francs|rupees)\b", text)
        if target:
            return target[1] if target[1].isupper() else words.get(target[1].lower())
    free = [c for c in found if c not in used]
    return free[0] if free else None


def _place_named(field: Field, text: str, used: Sequence[str]) -> str | None:
    for names, before in _PREPOSITIONS:
        if not field.says(*names) and not (
            len(names) > 4 and field.mentions("city", "location") and names[0] == "city"
        ):
            continue
        for match in re.finditer(rf"\b(?:{before})\s+(?:the\s+)?({CAPITALISED}(?:,\s*{CAPITALISED})?)", text):
            said = re.sub(r"['’]s$", "", match[1].rstrip(".,"))
            if said not in used and proper_names(said):
                return said
        if names[0] == "city":
            low = re.search(
                r"\b(?:in|at|near)\s+([a-z]{3,}(?: (?!today|tomorrow|now|right|this|next|please|and|or|in|for|at)[a-z]{3,})?)\s*(?:today|tomorrow|now|right now|this \w+|next \w+|please)?[?.!]*$",
                text,
            )
            names_here = [n for n in proper_names(text) if n not in used]
            if names_here and not field.says(
                "origin", "source", "departure", "destination", "target", "arrival"
            ):
                return names_here[0]
            if low and low[1] not in (
                "celsius",
                "fahrenheit",
                "the",
                "degrees",
                "detail",
                "general",
                "total",
                "usd",
                "eur",
                "mind",
            ):
                return low[1].title()
    return None


_LEAD = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|kindly|i want to|i'd like to|i need to|let's|hey|hi)[ ,]+)*"
    r"(?:search(?: the (?:web|docs|internet|corpus|documents|knowledge base))?|find(?: out)?|look up|google|tell me|show me|get(?: me)?|what(?:'s| is| are)|who(?:'s| is| are)|remind me to|send|"
    r"note(?: that)?|add|create|write|say|set|translate|summari[sz]e|run|use \w+ to|ask|remember(?: that)?)\b"
    r"(?:\s+(?:for|about|that|to|me|a|an|the (?:task|note)))*\s*:?\s*",
    re.IGNORECASE,
)


_WHERE = re.compile(
    r"(?<=\S)\s+(?:in|on|from|using|with|at)\s+(?:the|our|my|your|an?)\s+(?:[\w-]+\s+){0,2}"
    r"(?:reference|documentation|docs|glossary|dictionary|manual|handbook|encyclopa?edia|index|catalogu?e|database|web|internet|knowledge base|library|wiki|tool)$",
    re.IGNORECASE,
)  # the place to look in, which is no part of what to look for


def _rest(field: Field, text: str, used: Sequence[str]) -> str | None:
    """What is left of a message without its opening order: the query, the note, the task."""
    saying = re.search(
        r"\b(?:saying|that says|with the (?:message|text|body|subject))\s*:?\s+(.+)$",
        text,
        re.IGNORECASE | re.DOTALL,
    )
    if saying and field.says("message", "text", "body", "content", "note"):
        return saying[1].strip().rstrip(".")
    about = re.search(
        r"\b(?:about|regarding|on the topic of)\s+(.+?)[?.!]*$", text, re.IGNORECASE | re.DOTALL
    )
    if about and field.says("topic", "subject", "query", "q", "search", "about", "term", "keywords", "title"):
        return about[1].strip()
    bare = _LEAD.sub("", text, count=1).strip().rstrip("?.!").strip()
    if field.says("topic", "subject", "query", "q", "search", "term", "keyword", "keywords", "phrase"):
        bare = _WHERE.sub("", bare)
        bare = re.sub(r"^(?:the )?(?:word|term|topic|keyword|entry)s? (?:for |of )?", "", bare) or bare
    bare = bare or text.strip()
    return bare if bare and bare not in used else None
