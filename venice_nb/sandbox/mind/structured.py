# ruff: noqa: E501  patterns and word lists stay on one line
"""Answers as JSON: a schema filled from the text at hand, or an object with the keys a request names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import brief, equations, knowledge, labels, look, memory, pixels, results
from .answers import calculated, from_text, known, nearest, nothing
from .asked import Ask, asks
from .judging import judged
from .keys import counted, json_keys, unnamed
from .quiz import quizzed
from .records import records
from .retrieve import clipped
from .schema import Filler
from .thought import Draft, Trace, exactly

READ = 60_000  # characters from which a schema is filled; words beyond 300 characters are cut as well


def structured(ask: Ask, form: Mapping[str, Any], found: Sequence[Mapping[str, Any]], trace: Trace) -> Draft:
    """JSON as the request wants it, filled from all the text at hand."""
    text = _all_text(ask, found)
    if asks(ask.question) and not (ask.passages or ask.payload or ask.results or ask.pictures or found):
        text = _own_words(ask, trace) or text
    given = form.get("json_schema")
    schema = given.get("schema") if isinstance(given, Mapping) else None
    if form.get("type") == "json_schema" and isinstance(schema, Mapping):
        filler = Filler(schema)
        value: Any = quizzed(f"{ask.directions}\n{ask.question}", ask.passages, schema, trace) or judged(
            ask, schema, filler, trace
        )
        if value is None:
            named = str(given.get("name") or "") if isinstance(given, Mapping) else ""
            value = filler.fill(schema, text, named)
        trace.note(
            "Filled the schema from the text: " + clipped(json.dumps(value, ensure_ascii=False), 400), 1
        )
        return exactly(json.dumps(value, ensure_ascii=False), "json")
    return exactly(json.dumps(_free_json(ask, text, trace), ensure_ascii=False), "json")


def _own_words(ask: Ask, trace: Trace) -> str:
    """What the mind itself would answer a bare question, as text to fill a schema from; "" when it knows no answer."""
    solved = equations.solve(ask.question)
    if solved:
        return "\n".join(
            [
                *(f"- explanation: {why.rstrip('.')}; output: {line}" for why, line in solved[0]),
                f"answer: {solved[1]}",
            ]
        )
    draft = (
        calculated(ask, trace) or memory.recall(ask, trace) or knowledge.recite(ask.question, ask.wish, trace)
    )
    if draft is None or not draft.sure:
        return ""
    if draft.kind == "arithmetic":
        return f"{ask.question}\nanswer: {brief.short_answer(ask.question, draft.text)}"
    return "\n".join(f"- {line}" for line in draft.lines) if draft.listed else draft.text


def _all_text(ask: Ask, found: Sequence[Mapping[str, Any]]) -> str:
    parts = [p.text for p in ask.passages] or [ask.payload or ask.question]
    if ask.results:
        parts.append(results.text(ask.results))
    if ask.pictures:
        parts = [look.labelled(pixels.see(u)) for u in ask.pictures]
    parts += [p["content"] for p in found]
    text = "\n".join(p for p in parts if p)[:READ]
    return re.sub(r"\S{300,}", lambda m: m[0][:300], text)


def _free_json(ask: Ask, text: str, trace: Trace) -> dict[str, Any]:
    """A JSON object without a schema: the keys the request names, filled; else the answer under "answer"."""
    keys = json_keys(f"{ask.directions}\n{ask.whole}")
    if keys:
        schema = {
            "type": "object",
            "properties": {
                k: {
                    "type": ["string", "number", "boolean", "null"]
                    if not k.endswith("s")
                    else ["array", "string", "null"]
                }
                for k in keys
            },
            "required": keys,
        }
        for key in keys:
            if counted(key):
                schema["properties"][key] = {"type": ["number", "null"]}  # type: ignore[index]
            elif not key.endswith("s"):
                schema["properties"][key] = {"type": ["string", "null"]}  # type: ignore[index]
        value = Filler(schema).fill(schema, unnamed(text))
        trace.note(f"Keys named in the request: {', '.join(keys)}.", 1)
        return value if isinstance(value, dict) else {"answer": value}
    draft = (
        labels.classify(ask.question, ask.payload, ask.passages, trace)
        or calculated(ask, trace)
        or from_text(ask, trace)
        or known(ask, trace)
    )
    if draft is None and len(records(text)) > 1:
        return {"items": records(text)}
    return {"answer": (draft or nearest(ask, trace) or nothing(ask, trace)).text}
