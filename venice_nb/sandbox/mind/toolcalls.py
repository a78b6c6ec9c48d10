# ruff: noqa: E501, SIM905  patterns and word lists stay on one line; word lists read better as text
"""Which tools a message calls for, how often, and with what."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .amounts import unit_given
from .arguments import CAPITALISED, arguments, properties_of, required_of, string_argument
from .arithmetic import find_expression
from .documents import readable
from .field import Field
from .fit import fit_string
from .followups import completed
from .names import proper_names
from .patterns import DATE, RELATIVE, iso_date
from .schema import Filler
from .statements import states
from .text import stem, terms

if TYPE_CHECKING:
    from .thought import Trace

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
    properties = properties_of(function)
    for key, inner in properties.items():
        if set(terms(readable(key))) & said:
            score += 0.5
        options = inner.get("enum")
        if isinstance(options, list):
            score += 0.5 * any(
                isinstance(o, str) and re.search(rf"\b{re.escape(readable(o))}\b", text, re.IGNORECASE)
                for o in options
            )
    if (
        {"calcul", "math", "arithmet", "expres", "express", "evaluat", "comput", "add", "multipli", "sum"}
        & {*name, *about}
    ) and find_expression(text):
        score += 2.5
    squeezed = re.sub(r"[^a-z]", "", function["name"].lower())
    if len(squeezed) > 5 and squeezed not in text.lower() and squeezed in text.lower().replace(" ", ""):
        score += 2  # "look up" speaks for lookup
    return score + _measured(function, properties, text)


def _measured(function: Mapping[str, Any], properties: Mapping[str, Mapping[str, Any]], text: str) -> float:
    """What speaks for a tool that takes numbers only: a message that gives each of them by its unit or name."""
    wanted = required_of(function)
    kinds = [properties.get(k, {}).get("type") for k in wanted]
    if len(wanted) < 2 or not all(k in ("number", "integer") for k in kinds):
        return 0.0
    given = [unit_given(Field(k, "", properties[k]), text) for k in wanted]
    return 0.7 * len(given) if all(given) else 0.0


_COMMON = frozenset(
    stem(w)
    for w in "get set fetch return returns current given specific retrieve tool function call run use user value values the data information info "
    "name string number new now today result results item items list provide based make do query text input output".split()
)


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
    pieces = completed(_requests(text), lambda piece: any(fitness(f, piece) >= NEEDED for f in tools))
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
            arguments(function, piece, f"{text}\n{context}" if len(pieces) > 1 else context)
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
                {k: v for k, v in filled.items() if v is not None or k in required_of(function)},
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


def _missing(function: Mapping[str, Any], filled: Mapping[str, Any]) -> list[str]:
    properties = properties_of(function)
    filler = Filler({})
    return [
        k
        for k in required_of(function)
        if filled.get(k) is None and not filler.allows_null(properties.get(k, {}))
    ]


def _completed(function: Mapping[str, Any], filled: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Arguments for a call that must be made: what is required and not said gets the message itself, or the least value."""
    parameters = function.get("parameters")
    filler = Filler(parameters if isinstance(parameters, Mapping) else {})
    found = dict(filled)
    for key, inner in properties_of(function).items():
        if key in found and found[key] is None and not filler.allows_null(inner):
            plain = filler.kinds(inner) == ["string"] and not inner.get("enum") and not inner.get("format")
            found[key] = fit_string(text.strip(), inner) if plain else filler.least(inner)
    return found


def _several(function: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    """One set of arguments per name when a message lists several for a parameter that takes one: "in Rome and Paris"."""
    for key, inner in properties_of(function).items():
        if inner.get("type") not in ("string", None) or inner.get("enum") or key not in required_of(function):
            continue
        dated = _dates(Field(key, str(inner.get("description") or ""), inner), text)
        if len(dated) > 1:
            first_call = arguments(function, text, "")
            return [{**first_call, key: fit_string(day, inner)} for day in dated]
        joins = "and|or|vs\\.?|versus|than" + (
            "|with|to" if re.search(r"\bcompar", text, re.IGNORECASE) else ""
        )
        between = rf",\s*(?:and |or )?|\s+(?:{joins})\s+(?:(?:that |those )?(?:in|for|of) |the )?"
        match = re.search(rf"(?:{CAPITALISED}(?:{between}))+{CAPITALISED}", text)
        if match and states(text) and not re.search(r"\b(?:and|or)\b", match[0]):
            continue  # "in Ljubljana, Slovenia" is one place, told with its country
        quoted = re.findall(r"[\"“]([^\"”]+)[\"”]", text)
        names = quoted if len(quoted) > 1 else [n for n in re.split(between, match[0]) if n] if match else []
        names = [n.rstrip(".") for n in names if proper_names(n) or quoted]
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


def _dates(field: Field, text: str) -> list[str]:
    """The days a message names for a parameter that takes one: "on 2025-03-01 and 2025-03-02", "today and tomorrow"."""
    if field.schema.get("format") != "date" and not field.says("date", "day", "when"):
        return []
    full = [day for day in (iso_date(m[0]) for m in DATE.finditer(text)) if day]
    relative = [] if full or field.schema.get("format") else [m[0] for m in RELATIVE.finditer(text)]
    return list(dict.fromkeys(full or relative))
