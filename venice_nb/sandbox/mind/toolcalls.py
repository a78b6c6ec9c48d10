"""Which tools a message calls for, and their arguments read out of it by the tool's schema."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .arithmetic import find_expression
from .documents import readable
from .fields import (
    EMAIL,
    URL,
    Field,
    boolean_value,
    iso_date,
    list_values,
    number_value,
    proper_names,
    string_value,
)
from .labels import best_label
from .numbers import numbers
from .schema import Filler, fit_number, fit_string
from .text import stem, terms
from .thought import ToolCall, Trace

NEEDED = 1.0  # the least score at which a tool counts as fitting


def functions(tools: object) -> list[Mapping[str, Any]]:
    """Return the function descriptions of a request's tools; other kinds of tool are left out."""
    if not isinstance(tools, Sequence) or isinstance(tools, str):
        return []
    found = [
        t.get("function") for t in tools if isinstance(t, Mapping) and t.get("type", "function") == "function"
    ]
    return [f for f in found if isinstance(f, Mapping) and isinstance(f.get("name"), str)]


# Words that speak for a tool although its description may not hold them.
_KIN: dict[str, str] = {
    "weather": "forecast temperature rain sunny umbrella cold hot degrees warm snow wind raining",
    "calcul": "plus minus times divided sum multiply compute add calculate math percent squared how much is",
    "search": "find look lookup up news latest who google",
    "stock": "shares ticker price stock quote trading",
    "convert": "convert exchange how many in",
    "time": "time clock o'clock timezone hour",
    "email": "email mail send write",
    "book": "book reserve reservation table flight hotel room",
    "order": "order purchase package parcel delivery status",
    "translat": "translate language",
    "remind": "remind reminder alarm",
    "calendar": "schedule meeting appointment event calendar",
    "flight": "fly flight plane",
    "music": "play song track album",
    "light": "light lights lamp dim",
    "sql": "rows table query count customers average database",
    "plot": "plot chart graph draw",
    "distanc": "far distance away km miles",
    "currenc": "euro euros dollar dollars usd eur yen pounds exchange",
    "popul": "inhabitants people live population",
}
_KIN_STEMS = {root: frozenset(stem(w) for w in said.split()) for root, said in _KIN.items()}


def fitness(function: Mapping[str, Any], text: str) -> float:
    """Return how well a tool fits a message: its name counts most, then its description, its parameters and enums."""
    said = set(terms(text)) | {stem(w) for w in re.findall(r"[a-z']+", text.lower())}
    name = [t for t in terms(readable(function["name"])) if t not in _COMMON]
    score = 2.0 * sum(1 for t in set(name) if t in said)
    about = set(terms(str(function.get("description") or ""))) - set(name) - _COMMON
    score += sum(0.6 for t in about if t in said)
    for root in {*name, *about}:
        for kin, members in _KIN_STEMS.items():
            if root.startswith(kin) and members & said:
                score += 1.4 if root in name else 0.7
    if re.search(rf"\b{re.escape(function['name'])}\b", text):
        score += 4
    properties = _properties(function)
    for key, inner in properties.items():
        if set(terms(readable(key))) & said:
            score += 0.5
        options = inner.get("enum")
        if isinstance(options, list):
            score += 0.5 * any(
                isinstance(o, str) and re.search(rf"\b{re.escape(readable(o))}\b", text, re.I)
                for o in options
            )
    if (
        {"calcul", "math", "arithmet", "expres", "express", "evaluat", "comput", "add", "multipli", "sum"}
        & {*name, *about}
    ) and find_expression(text):
        score += 2.5
    return score


_COMMON = frozenset(
    stem(w)
    for w in "get set fetch return returns current given specific retrieve tool function call run use user value values the data information info "
    "name string number new now today result results item items list provide based make do query text input output".split()
)


def _properties(function: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    parameters = function.get("parameters")
    found = parameters.get("properties") if isinstance(parameters, Mapping) else None
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    return {k: filler.resolved(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def call_id(seed: int, choice: int, name: str, arguments: str, place: int) -> str:
    """Return an id for a call that depends on what is called, so that equal requests give equal ids."""
    digest = hashlib.blake2b(
        f"{seed}|{choice}|{name}|{arguments}|{place}".encode("utf-8", "surrogatepass"), digest_size=12
    ).hexdigest()
    return f"call_{digest}"


def wanted_calls(
    text: str,
    tools: Sequence[Mapping[str, Any]],
    choice: object,
    *,
    trace: Trace,
    context: str = "",
) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls a message asks for as (name, arguments), [] when nothing fits or calls are forbidden.

    `choice` is the request's `tool_choice`; `context` is earlier text to read missing arguments from.
    """
    if choice == "none" or not tools:
        return []
    named = (
        choice.get("function", {}).get("name")
        if isinstance(choice, Mapping) and isinstance(choice.get("function"), Mapping)
        else None
    )
    if named:
        picked = [f for f in tools if f["name"] == named]
        return [(f["name"], _completed(f, arguments(f, text, context), text)) for f in picked[:1]]
    forced = choice == "required"
    pieces = _requests(text)
    found: list[tuple[str, dict[str, Any]]] = []
    for piece in pieces:
        scored = sorted(((fitness(f, piece), -i) for i, f in enumerate(tools)), reverse=True)
        best, place = scored[0]
        function = tools[-place]
        trace.note(
            "Tools by fit: " + ", ".join(f"{tools[-i]['name']} {s:.1f}" for s, i in scored[:4]) + ".", 1
        )
        if best < NEEDED and not (forced and not found and piece is pieces[-1]):
            continue
        several = _several(function, piece)
        for filled in several or [
            arguments(function, piece, "\n".join((text, context)) if len(pieces) > 1 else context)
        ]:
            if not forced and _missing(function, filled):
                trace.note(
                    f"{function['name']} fits, but the message does not give {', '.join(_missing(function, filled))}.",
                    1,
                )
                continue
            if forced:
                filled = _completed(function, filled, piece)  # noqa: PLW2901  the same arguments, gaps closed
            call = (
                function["name"],
                {k: v for k, v in filled.items() if v is not None or k in _required(function)},
            )
            if call not in found:
                found.append(call)
    return found


def missing_for(
    text: str, tools: Sequence[Mapping[str, Any]], context: str = ""
) -> tuple[str, list[str]] | None:
    """Return (tool, parameters) when a tool fits a message that leaves out what it needs."""
    scored = sorted(((fitness(f, text), -i) for i, f in enumerate(tools)), reverse=True)
    if not scored or scored[0][0] < 2.0:
        return None
    function = tools[-scored[0][1]]
    lacking = _missing(function, arguments(function, text, context))
    return (function["name"], lacking) if lacking else None


def _requests(text: str) -> list[str]:
    """The separate orders of a message: its sentences, and halves joined by "and" that each begin with a verb or question."""
    bits = re.split(
        r"(?<=[?.!])\s+|,?\s+(?:and|then|also)\s+(?=(?:what|how|who|when|where|is|send|book|get|find|convert|search|tell|show|calculate|compute|give|set|create|add|play|check|look|the (?:weather|time|price|stock|population))\b)",
        text,
    )
    return [b.strip() for b in bits if b and b.strip()] or [text]


def _required(function: Mapping[str, Any]) -> list[str]:
    parameters = function.get("parameters")
    given = parameters.get("required") if isinstance(parameters, Mapping) else None
    return [k for k in given if isinstance(k, str)] if isinstance(given, list) else []


def _missing(function: Mapping[str, Any], filled: Mapping[str, Any]) -> list[str]:
    properties = _properties(function)
    filler = Filler({})
    return [
        k
        for k in _required(function)
        if filled.get(k) is None and not filler.allows_null(properties.get(k, {}))
    ]


def _completed(function: Mapping[str, Any], filled: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Arguments for a call that must be made: what is required and not said gets the message itself, or the least value."""
    parameters = function.get("parameters")
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    found = dict(filled)
    for key, inner in _properties(function).items():
        if key in found and found[key] is None and not filler.allows_null(inner):
            plain = filler.kinds(inner) == ["string"] and not inner.get("enum") and not inner.get("format")
            found[key] = fit_string(text.strip(), inner) if plain else filler.least(inner)
    return found


def _several(function: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    """One set of arguments per name when a message lists several for a parameter that takes one: "in Rome and Paris"."""
    for key, inner in _properties(function).items():
        if inner.get("type") not in ("string", None) or inner.get("enum") or key not in _required(function):
            continue
        match = re.search(
            rf"(?:{_NAMED}(?:,\s*(?:and |or )?|\s+(?:and|or|vs\.?|versus|than)\s+(?:in |for |of |the )?))+{_NAMED}",
            text,
        )
        quoted = re.findall(r"[\"“]([^\"”]+)[\"”]", text)
        names = (
            quoted
            if len(quoted) > 1
            else [
                n
                for n in re.split(
                    r",\s*(?:and |or )?|\s+(?:and|or|vs\.?|versus|than)\s+(?:in |for |of |the )?", match[0]
                )
                if n
            ]
            if match
            else []
        )
        names = [n for n in names if proper_names(n) or quoted]
        if len(names) > 1:
            first = string_argument(Field(key, str(inner.get("description") or ""), inner), text)
            if first is not None and any(
                first == n or n.startswith(first) or first.startswith(n) for n in names
            ):
                rest = text.replace(match[0], "§", 1) if match and not quoted else text
                return [
                    {
                        **arguments(function, rest.replace("§", name, 1) if not quoted else f'"{name}"', ""),
                        key: fit_string(name, inner),
                    }
                    for name in names
                ]
    return []


_NAMED = r"[A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*)*"


def arguments(function: Mapping[str, Any], text: str, context: str = "") -> dict[str, Any]:
    """Return the arguments a message gives a tool, in the schema's order; None stands for what is required but not said."""
    found: dict[str, Any] = {}
    required = _required(function)
    properties = _properties(function)
    parameters = function.get("parameters")
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    used: list[str] = []
    only = len([k for k in required if properties.get(k, {}).get("type", "string") == "string"]) == 1
    for key, inner in properties.items():
        field = Field(str(key), str(inner.get("description") or ""), inner)
        value = _argument(
            field, inner, text, filler, only=only and key in required, used=used, tool=function["name"]
        )
        if value is None and key in required and context:
            value = _argument(field, inner, context, filler, only=False, used=used, tool=function["name"])
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
    tool: str,
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
                    tool=tool,
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
    said = string_argument(field, text, only=only, used=used, tool=tool)
    return None if said is None else fit_string(said, schema)


def _option(options: Sequence[Any], text: str) -> Any:
    """The option a message names, as a word of its own or as a known sign ("°F" for fahrenheit)."""
    for option in options:
        if isinstance(option, str) and re.search(rf"(?<!\w){re.escape(readable(option))}(?!\w)", text, re.I):
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
            if isinstance(o, str) and re.search(rf"(?<!\w){re.escape(readable(o))}(?!\w)", text, re.I)
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


def string_argument(
    field: Field, text: str, *, only: bool = False, used: Sequence[str] = (), tool: str = ""
) -> str | None:
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
        match = re.search(r"\bselect\b.+", text, re.I | re.S)
        return match[0] if match else None
    if field.says(
        "order", "id", "code", "number", "reference", "sku", "tracking"
    ) or field.name.lower().endswith("id"):
        code = re.search(
            r"(?:#|\bno\.? ?|\bid:? ?|\bnumber ?|\border ?|\bcode ?)\s*([A-Z0-9][\w-]*\d[\w-]*)|\b([A-Z]{1,6}-?\d[\w-]*)\b|\b(\d{3,})\b",
            text,
            re.I,
        )
        if code:
            return next(g for g in code.groups() if g)
    if field.says("ticker", "symbol"):
        found = next(
            (
                m[0]
                for m in _TICKER.finditer(text)
                if len(m[0]) > 1 and m[0] not in ("I", "A", "US", "EU", "AI")
            ),
            None,
        )
        if found:
            return found
    if field.says("currency", "base", "quote") or (
        field.says("from", "to", "source", "target") and re.search(r"\b[A-Z]{3}\b", text)
    ):
        return _currency(field, text, used)
    quoted = [q for q in re.findall(r"[\"“]([^\"”]+)[\"”]|(?<!\w)'([^']+)'(?!\w)", text)]
    said = [a or b for a, b in quoted if (a or b) not in used]
    if said:
        return said[0]
    colon = re.search(rf"\b{re.escape(readable(field.name))}\s*[:=]\s*([^\n,;]+)", text, re.I)
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
        match = re.search(r"\b(?:to|into|in)\s+([A-Z]{3}|dollars?|euros?|pounds?|yen|francs|rupees)\b", text)
        if match:
            return match[1] if match[1].isupper() else words.get(match[1].lower())
    free = [c for c in found if c not in used]
    return free[0] if free else None


def _place_named(field: Field, text: str, used: Sequence[str]) -> str | None:
    for names, before in _PREPOSITIONS:
        if not field.says(*names) and not (
            len(names) > 4 and field.mentions("city", "location") and names[0] == "city"
        ):
            continue
        for match in re.finditer(rf"\b(?:{before})\s+(?:the\s+)?({_NAMED}(?:,\s*{_NAMED})?)", text):
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
    re.I,
)


def _rest(field: Field, text: str, used: Sequence[str]) -> str | None:
    """What is left of a message without its opening order: the query, the note, the task."""
    saying = re.search(
        r"\b(?:saying|that says|with the (?:message|text|body|subject))\s*:?\s+(.+)$", text, re.I | re.S
    )
    if saying and field.says("message", "text", "body", "content", "note"):
        return saying[1].strip().rstrip(".")
    about = re.search(r"\b(?:about|regarding|on the topic of)\s+(.+?)[?.!]*$", text, re.I | re.S)
    if about and field.says("topic", "subject", "query", "q", "search", "about", "term", "keywords", "title"):
        return about[1].strip()
    bare = _LEAD.sub("", text, count=1).strip().rstrip("?.!").strip()
    bare = bare or text.strip()
    return bare if bare and bare not in used else None
