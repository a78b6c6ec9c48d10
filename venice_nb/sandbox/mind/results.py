# ruff: noqa: E501  patterns and word lists stay on one line
"""What tools gave back: told in sentences, and mended once when a tool says what was wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .arguments import arguments
from .asked import Ask, text_of
from .compose import choose
from .documents import flat, readable
from .patterns import iso_date
from .retrieve import Passage, rank, steers
from .text import split_sentences
from .thought import Draft, Trace

Call = tuple[str, dict[str, Any]]


def _calls(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """(id, name, arguments) of every call the assistant made in these messages."""
    found = []
    for message in messages:
        given = message.get("tool_calls")
        for call in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
            function = call.get("function") if isinstance(call, Mapping) else None
            if isinstance(function, Mapping):
                try:
                    filled = json.loads(str(function.get("arguments") or "{}"))
                except (ValueError, RecursionError):
                    filled = {}
                found.append(
                    (
                        str(call.get("id") or ""),
                        str(function.get("name") or ""),
                        filled if isinstance(filled, dict) else {},
                    )
                )
    return found


def made(messages: Sequence[Mapping[str, Any]]) -> list[Call]:
    """Return the calls already made for the latest user message."""
    return [(name, filled) for _, name, filled in _calls(messages)]


def _answers(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any], str]]:
    """(tool, its arguments, what it returned) for every tool message."""
    calls = {i: (name, filled) for i, name, filled in _calls(messages)}
    found = []
    for message in messages:
        if message.get("role") == "tool":
            name, filled = calls.get(
                str(message.get("tool_call_id") or ""), (str(message.get("name") or "the tool"), {})
            )
            found.append((name, filled, text_of(message.get("content")).strip()))
    return found


def text(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return everything the tools returned, as readable text."""
    return "\n".join(_readable(given) for _, _, given in _answers(messages))


def _value(given: str) -> Any:
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _readable(given: str) -> str:
    value = _value(given)
    return given if isinstance(value, str) and value == given else "\n".join(flat(value))


_ERROR = re.compile(
    r"^\W*(?:(?:[A-Z]\w*)?(?:Error|Exception)\b|error\b|traceback|failed\b|failure\b|invalid\b|cannot\b|could not\b|unknown\b|not found\b|missing\b)",
    re.IGNORECASE,
)


def error_in(given: str) -> str:
    """Return the message of an error that a tool returned, "" when it returned none."""
    value = _value(given)
    if isinstance(value, Mapping):
        for key in ("error", "errors", "exception", "detail"):
            if value.get(key):
                inner = value[key]
                if isinstance(inner, Mapping):
                    inner = inner.get("message") or inner.get("detail") or json.dumps(inner)
                return str(inner)
        if str(value.get("status")).lower() in ("error", "failed", "failure") or value.get("ok") is False:
            return str(value.get("message") or value.get("reason") or "it failed")
        return ""
    return (
        given.strip().splitlines()[-1][:300]
        if isinstance(value, str) and given.strip() and _ERROR.match(given)
        else ""
    )


def failed(messages: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the tools whose latest answer was an error."""
    latest = {name: error_in(given) for name, _, given in _answers(messages)}
    return {name for name, problem in latest.items() if problem}


def mended(
    messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], said: str
) -> Call | None:
    """Return the latest failed call with what the error says put right, None when nothing can be put right or it was tried."""
    answers = _answers(messages)
    if not answers:
        return None
    name, filled, given = answers[-1]
    problem = error_in(given)
    function = next((f for f in tools if f["name"] == name), None)
    if not problem or function is None or sum(1 for n, _, g in answers if n == name and error_in(g)) > 1:
        return None
    changed = dict(filled)
    parameters = function.get("parameters")
    properties = parameters.get("properties", {}) if isinstance(parameters, Mapping) else {}
    about = next(
        (
            k
            for k in properties
            if re.search(rf"\b{re.escape(k)}\b|\b{re.escape(readable(k))}\b", problem, re.IGNORECASE)
        ),
        None,
    )
    meant = re.search(
        r"did you mean:? [\"'“]?([^\"'”?]+)[\"'”]?|(?:must|should|expected|has to) (?:be )?(?:one of|either):? ?\[?\(?([^\])\n.]+)|(?:use|try|expected|must be|should be) [\"'“]([^\"'”]+)[\"'”]",
        problem,
        re.IGNORECASE,
    )
    if meant:
        options = next(g for g in meant.groups() if g)
        values = [
            v.strip(" '\"“”") for v in re.split(r",\s*(?:or )?|\s+or\s+|\|", options) if v.strip(" '\"“”")
        ]
        target = (
            about
            or next(
                (k for k, v in filled.items() if isinstance(v, str) and v and v.lower() in problem.lower()),
                None,
            )
            or (next(iter(filled)) if len(filled) == 1 else None)
        )
        if target and values:
            old = str(changed.get(target) or said).lower()
            changed[target] = next(
                (v for v in values if v.lower() in old or old in v.lower() or v.lower() in said.lower()),
                values[0],
            )
    elif (
        re.search(r"\b(?:integer|int|number|numeric|float)\b", problem, re.IGNORECASE)
        and about
        and isinstance(changed.get(about), str)
    ):
        digits = re.search(r"-?\d+(?:\.\d+)?", changed[about])
        if digits:
            changed[about] = float(digits[0]) if "." in digits[0] else int(digits[0])
    elif (
        re.search(r"\b(?:string|str|text)\b", problem, re.IGNORECASE)
        and about
        and isinstance(changed.get(about), int | float)
    ):
        changed[about] = str(changed[about])
    elif (
        re.search(r"\b(?:missing|required|needs?)\b", problem, re.IGNORECASE)
        and about
        and about not in filled
    ):
        value = arguments(
            {"name": name, "parameters": {"properties": {about: properties[about]}, "required": [about]}},
            said,
        ).get(about)
        if value is not None:
            changed[about] = value
    elif re.search(
        r"\b(?:unexpected|unknown|unrecogni[sz]ed)\b.*\b(?:argument|parameter|keyword)",
        problem,
        re.IGNORECASE,
    ):
        changed = {k: v for k, v in changed.items() if not re.search(rf"\b{re.escape(k)}\b", problem)}
    elif re.search(r"\bYYYY-MM-DD\b", problem) and about:
        day = iso_date(f"{changed.get(about)} {said}")
        if day:
            changed[about] = day
    return (name, changed) if changed != filled else None


def report(ask: Ask, trace: Trace) -> Draft | None:
    """Return the answer that the tools' results give, None when the latest message is not answered by tools."""
    answers = _answers(ask.results)
    if not answers:
        return None
    last = ask.results[-1]
    if last.get("role") == "assistant" and not last.get("tool_calls"):
        return None
    said = []
    seen = set()
    failed = {(n, json.dumps(f, sort_keys=True)) for n, f, g in answers if error_in(g)}
    for i, (name, filled, given) in enumerate(answers):
        trace.note(
            f"{name}({', '.join(f'{k}={v!r}' for k, v in filled.items())}) returned {given[:160]!r}.", 1
        )
        problem = error_in(given)
        if problem:
            if any(n == name and not error_in(g) for n, _, g in answers[i + 1 :]):
                continue  # it went well the second time
            line = f"{name} reported an error: {problem.rstrip('.')}."
        else:
            line = sentence(name, filled, given, ask.question, several=len(answers) - len(failed) > 1)
        if line not in seen:
            seen.add(line)
            said.append(line)
    return Draft(tuple(said), kind="tools", listed=len(said) > 2)


def sentence(
    name: str, filled: Mapping[str, Any], given: str, question: str, *, several: bool = False
) -> str:
    """Return a tool's result as one readable sentence that says what it is about."""
    value = _value(given)
    subject = ", ".join(
        str(v) for v in filled.values() if isinstance(v, str | int | float) and not isinstance(v, bool)
    )
    if isinstance(value, str) and value != given:
        given = value
    if value is None or given.strip() in ("", "null", "None", "[]", "{}"):
        return f"{name} returned nothing{f' for {subject}' if subject else ''}."
    if isinstance(value, bool):
        return f"{name}{f' ({subject})' if subject else ''}: {'yes' if value else 'no'}."
    if isinstance(value, int | float):
        if subject and len(filled) > 1:
            return f"{name}({subject}) gives {given}."
        return (
            f"{subject} = {given}"
            if re.search(r"[-+*/^]", subject) and not re.search(r"[A-Za-z]{3}", subject)
            else f"{name}{f' ({subject})' if subject else ''}: {given}."
        )
    if isinstance(value, Mapping | list):
        lines = flat(value)
        if len(lines) > 6:
            hits = rank(question, [Passage("\n\n".join(lines))])
            near = [h.line.sentence.text for h in choose(hits, 4)] if hits else []
            lines = [*(near or lines[:4]), f"({len(lines)} entries in all)"]
        if isinstance(value, Mapping) and all(not isinstance(v, Mapping | list) for v in value.values()):
            lines = [_record(value, subject)]
        elif isinstance(value, list) and len(value) <= 6 and all(isinstance(v, Mapping) for v in value):
            lines = [_record(v, "") for v in value]
        body = "; ".join(x.rstrip(".") for x in lines if not steers(x))
        about = subject if subject and subject.lower() not in body.lower() else ""
        lead = f"{_noun(name)} for {about}: " if about else f"{_noun(name)}: "
        return f"{lead}{body}."
    return _prose(name, subject, given, question, several=several)


_UNIT_OF = {
    "c": "°C", "celsius": "°C", "f": "°F", "fahrenheit": "°F", "kmh": "km/h", "kph": "km/h", "mph": "mph", "percent": "%", "pct": "%", "usd": "USD",
    "eur": "EUR", "km": "km", "kg": "kg", "ms": "ms", "mm": "mm", "hours": "hours", "minutes": "minutes", "days": "days",
}  # fmt: skip


def _record(value: Mapping[str, Any], subject: str) -> str:
    """A flat JSON object as words: "temperature 18 °C, condition sunny"; what was asked for is not said again."""
    said = []
    for key, item in value.items():
        words = readable(key).split()
        unit = _UNIT_OF.get(words[-1], "") if len(words) > 1 and isinstance(item, int | float) else ""
        name = " ".join(words[:-1] if unit else words)
        if str(item).lower() == subject.lower() and len(value) > 1:
            continue
        shown = "yes" if item is True else "no" if item is False else "none" if item is None else str(item)
        said.append(f"{name} {shown}{'%' if unit == '%' else f' {unit}' if unit else ''}")
    return ", ".join(said)


def _noun(name: str) -> str:
    bare = re.sub(
        r"^(?:get|fetch|find|lookup|look up|read|query|list|retrieve|show|compute|calculate)\s+",
        "",
        readable(name),
    )
    return bare[:1].upper() + bare[1:] if bare else name


def _prose(name: str, subject: str, given: str, question: str, *, several: bool) -> str:
    found = [s for s in split_sentences(" ".join(given.split())) if not steers(s)]
    if not found:
        return f"{name} returned text that tries to give me orders, which I do not follow."
    if len(given) > 600:
        hits = rank(question, [Passage(given)])
        found = [h.line.sentence.text for h in choose(hits, 3)] or found[:2]
    body = " ".join(found)
    short = len(body.split()) < 6
    lead = (
        f"{_noun(name)}{f' for {subject}' if subject and subject.lower() not in body.lower() else ''}: "
        if short or (several and subject and subject.lower() not in body.lower())
        else ""
    )
    return f"{lead}{body}" if body.endswith((".", "!", "?", ":")) else f"{lead}{body.rstrip(';,')}."
