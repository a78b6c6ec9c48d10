# ruff: noqa: E501  patterns and word lists stay on one line
"""How a request becomes an answer: the table of contents of the mind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import (
    clock,
    counting,
    labels,
    listen,
    look,
    memory,
    operations,
    program,
    reason,
    results,
    smalltalk,
    toolcalls,
    voice,
    web,
)
from .answers import calculated, from_text, known, nearest, nothing
from .asked import Ask, Turn, read_request
from .browse import as_documents, look_up
from .retrieve import clipped
from .spoken import luck, spoken
from .structured import structured
from .text import split_sentences
from .thought import Draft, Thought, ToolCall, Trace, saying
from .wish import read_wish, shaped


def think(
    body: dict[str, Any], *, model: dict[str, Any], settings: dict[str, Any], character: dict[str, Any] | None, seed: int,
    choice: int = 0,
) -> Thought:  # fmt: skip
    """Return one choice of a chat completion; equal arguments give equal thoughts."""
    trace = Trace()
    ask = read_request(body)
    question = memory.followed_up(ask.question, ask.turns)
    question = memory.with_amounts(question, (*ask.turns, Turn("user", ask.whole[:1000])))
    if question != ask.question:
        ask = replace(ask, question=question, wish=read_wish(question, ask.directions, body))
    level = reason.effort(body, model, settings)
    rng, variant = luck(body, ask, seed, choice)
    trace.note(
        f"Asked: “{clipped(ask.question)}”"
        + (f", with {len(ask.passages)} supplied text(s)." if ask.passages else "."),
        1,
    )

    calls = _tool_calls(ask, body, seed, choice, trace)
    if calls:
        return Thought("", reason.told(trace, level), calls, finish_reason="tool_calls")

    found, searches, scrapes, unread = look_up(ask, settings, trace)
    form = body.get("response_format")
    if isinstance(form, Mapping) and form.get("type") in ("json_schema", "json_object"):
        draft: Draft = structured(ask, form, found, trace)
    else:
        draft = _answer(ask, _Scene(body, model, settings, character, found), trace)
        if unread:
            draft = replace(draft, lines=(*draft.lines, *unread))
    documents = as_documents(found) if settings.get("return_search_results_as_documents") else ()
    return Thought(
        content=spoken(draft, ask, character, rng, variant),
        reasoning=reason.told(trace, level),
        citations=tuple({k: p[k] for k in ("title", "url", "content", "date")} for p in found),
        documents=documents,
        searches=searches,
        scrapes=scrapes,
    )


@dataclass(frozen=True)
class _Scene:
    """What stands around a request: who speaks, by which settings, with which pages found."""

    body: Mapping[str, Any]
    model: Mapping[str, Any]
    settings: Mapping[str, Any]
    character: Mapping[str, Any] | None
    found: Sequence[Mapping[str, Any]]


def _answer(ask: Ask, scene: _Scene, trace: Trace) -> Draft:
    """One answer, or one for each question of a message that asks several."""
    questions = _questions(ask)
    if len(questions) == 1:
        return _first_answer(ask, scene, trace)
    said = []
    for question in questions:
        draft = _first_answer(replace(ask, question=question, whole=question), scene, trace)
        lines = draft.lines[:1] if draft.kind == "one" else draft.lines
        said.append(shaped(lines, ask.wish, listed=draft.listed, whole=not draft.sure))
    if re.search(r"^\s*\d+[.)]", ask.question, re.MULTILINE):
        said = [f"{i}. {s}" for i, s in enumerate(said, 1)]
    return Draft(tuple(said), listed=True, fixed=True)


def _first_answer(ask: Ask, scene: _Scene, trace: Trace) -> Draft:
    """The answer of the first reader that has one, in this order."""
    marks = bool(scene.settings.get("enable_web_citations"))
    readers: tuple[Callable[[], Draft | None], ...] = (
        lambda: results.report(ask, trace),
        lambda: voice.introduced(ask, scene.character, scene.model),
        lambda: _asks_for_tool_input(ask, scene.body),
        lambda: look.look(ask.pictures, ask.question, ask.wish, trace),
        lambda: listen.listen(ask.sounds, ask.question, trace),
        lambda: listen.watch(ask.films, trace),
        lambda: smalltalk.chat(ask),
        lambda: counting.counted(ask),
        lambda: clock.reckoned(ask.whole, trace) if len(ask.whole) < READ_SUM else None,
        lambda: memory.recall(ask, trace),
        lambda: labels.classify(ask.question, ask.payload, ask.passages, trace),
        lambda: operations.operate(ask.question, ask.payload, ask.passages, ask.wish, trace),
        lambda: calculated(ask, trace),
        lambda: web.browse(ask.question, scene.found, ask.wish, trace, mark=marks),
        lambda: program.explained(ask.question, ask.passages, trace),
        lambda: from_text(ask, trace),
        lambda: memory.acknowledged(ask),
        lambda: known(ask, trace),
        lambda: nearest(ask, trace),
    )
    return next((d for d in (read() for read in readers) if d is not None), None) or nothing(ask, trace)


def _questions(ask: Ask) -> list[str]:
    """The separate questions of a message, one when they belong together."""
    if ask.pictures or ask.sounds or ask.results:
        return [ask.question]
    lines = [
        re.sub(r"^\s*(?:\d+[.)]|[-*•])\s*", "", x).strip() for x in ask.question.splitlines() if x.strip()
    ]
    if len(lines) < 2:
        lines = split_sentences(ask.question)
    asked = [x for x in lines if x.endswith("?")]
    return asked if 1 < len(asked) <= 8 and len(asked) >= len(lines) - 1 else [ask.question]


READ_SUM = 600  # characters of a message that may be one sum
READ = 4_000  # characters of a message in which arguments for tools are looked for
MOST_CALLS = 12  # for one message; a loop that goes on longer is going round in circles


def _tool_calls(
    ask: Ask, body: Mapping[str, Any], seed: int, choice: int, trace: Trace
) -> tuple[ToolCall, ...]:
    """The calls to make now: those the message asks for that were not made yet, or one mended after an error."""
    tools = toolcalls.functions(body.get("tools"))
    wanted = body.get("tool_choice")
    if not tools or wanted == "none":
        return ()
    made = results.made(ask.results)
    mended = results.mended(ask.results, tools, ask.whole[:READ])
    if mended and mended not in made:
        trace.note(
            f"The tool reported a mistake; trying {mended[0]} once more with {json.dumps(mended[1])}.", 1
        )
        return _sent([mended], seed, choice)
    if made and (wanted == "required" or isinstance(wanted, Mapping)):
        wanted = "auto"
    context = "\n".join(t.text for t in ask.turns if t.role == "user")[-2000:]
    picked = toolcalls.wanted_calls(ask.whole[:READ], tools, wanted, trace=trace, context=context)
    broken = results.failed(ask.results)
    fresh = [c for c in picked if c not in made and c[0] not in broken] if len(made) < MOST_CALLS else []
    if body.get("parallel_tool_calls") is False:
        fresh = fresh[:1]
    return _sent(fresh, seed, choice)


def _sent(calls: Sequence[tuple[str, Mapping[str, Any]]], seed: int, choice: int) -> tuple[ToolCall, ...]:
    found = []
    for place, (name, filled) in enumerate(calls):
        text = json.dumps(filled, ensure_ascii=False)
        found.append(ToolCall(toolcalls.call_id(seed, choice, name, text, place), name, text))
    return tuple(found)


def _asks_for_tool_input(ask: Ask, body: Mapping[str, Any]) -> Draft | None:
    """A question back when a tool fits but the message leaves out what it needs."""
    tools = toolcalls.functions(body.get("tools"))
    if not tools or body.get("tool_choice") == "none" or ask.results:
        return None
    lacking = toolcalls.missing_for(
        ask.whole[:READ], tools, "\n".join(t.text for t in ask.turns if t.role == "user")[-2000:]
    )
    if not lacking:
        return None
    return saying(
        f"To call {lacking[0]} I need {' and '.join(n.replace('_', ' ') for n in lacking[1])}. Which should I use?",
        kind="ask",
        sure=False,
    )
