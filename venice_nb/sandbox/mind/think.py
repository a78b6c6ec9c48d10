"""How a request becomes an answer: the table of contents of the mind."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import (
    arithmetic,
    brief,
    equations,
    knowledge,
    labels,
    listen,
    look,
    memory,
    operations,
    reason,
    results,
    smalltalk,
    toolcalls,
    voice,
    web,
)
from .asked import Ask, Turn, asks, read_request, text_of
from .retrieve import Passage, ample, choose, cited, covering, rank
from .schema import Filler, records
from .text import split_sentences
from .thought import Draft, Thought, ToolCall, Trace, exactly, saying
from .wish import Wish, read_wish, shaped

Answerer = Callable[[Ask, Trace], Draft | None]


def think(
    body: dict[str, Any], *, model: dict[str, Any], settings: dict[str, Any], character: dict[str, Any] | None, seed: int,
    choice: int = 0,
) -> Thought:  # fmt: skip
    """Return one choice of a chat completion; equal arguments give equal thoughts."""
    trace = Trace()
    ask = read_request(body)
    question = memory.followed_up(ask.question, ask.turns)
    if question != ask.question:
        ask = replace(ask, question=question, wish=read_wish(question, ask.directions, body))
    level = reason.effort(body, model, settings)
    rng, variant = _luck(body, ask, seed, choice)
    trace.note(
        f"Asked: “{_short(ask.question)}”"
        + (f", with {len(ask.passages)} supplied text(s)." if ask.passages else "."),
        1,
    )

    calls = _tool_calls(ask, body, seed, choice, trace)
    if calls:
        return Thought("", reason.told(trace, level), calls, finish_reason="tool_calls")

    found, searches, scrapes, unread = _browse(ask, settings, trace)
    form = body.get("response_format")
    if isinstance(form, Mapping) and form.get("type") in ("json_schema", "json_object"):
        draft: Draft = _structured(ask, form, found, trace)
    else:
        draft = _answer(ask, body, model, settings, character, found, trace)
        if unread:
            draft = replace(draft, lines=(*draft.lines, *unread))
    documents = _documents(found) if settings.get("return_search_results_as_documents") else ()
    return Thought(
        content=_spoken(draft, ask, character, rng, variant),
        reasoning=reason.told(trace, level),
        citations=tuple({k: p[k] for k in ("title", "url", "content", "date")} for p in found),
        documents=documents,
        searches=searches,
        scrapes=scrapes,
    )


def _answer(
    ask: Ask, body: Mapping[str, Any], model: Mapping[str, Any], settings: Mapping[str, Any],
    character: Mapping[str, Any] | None, found: Sequence[Mapping[str, Any]], trace: Trace,
) -> Draft:  # fmt: skip
    """The first reader that has something to say, in this order."""
    readers: tuple[Answerer, ...] = (
        lambda a, t: results.report(a, t),
        lambda a, t: (
            voice.introduced(character, model) if voice.asked_who(a.question) and not a.payload else None
        ),
        lambda a, t: _asks_for_tool_input(a, body),
        lambda a, t: look.look(a.pictures, a.question, a.wish, t) if a.pictures else None,
        lambda a, t: listen.listen(a.sounds, a.question, t) if a.sounds else None,
        lambda a, t: listen.watch(a.films, t) if a.films else None,
        lambda a, t: smalltalk.chat(a) if not a.passages or len(a.whole) < 60 else None,
        lambda a, t: memory.recall(a, t),
        lambda a, t: labels.classify(a.question, a.payload, a.passages, t),
        lambda a, t: operations.operate(a.question, a.payload, a.passages, a.wish, t),
        _calculate,
        lambda a, t: web.browse(
            a.question, found, a.wish, t, mark=bool(settings.get("enable_web_citations"))
        ),
        lambda a, t: _from_text(a, t),
        lambda a, t: memory.acknowledged(a),
        lambda a, t: _known(a, t),
        lambda a, t: _nearest(a, t),
    )
    questions = _questions(ask)
    if len(questions) > 1:
        return _several(ask, questions, readers, trace)
    return next((d for d in (read(ask, trace) for read in readers) if d is not None), None) or _nothing(
        ask, trace
    )


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


def _several(ask: Ask, questions: Sequence[str], readers: Sequence[Answerer], trace: Trace) -> Draft:
    said = []
    for question in questions:
        one = replace(ask, question=question, whole=question)
        draft = next((d for d in (read(one, trace) for read in readers) if d is not None), None) or _nothing(
            one, trace
        )
        said.append(shaped(draft.lines, ask.wish, listed=draft.listed))
    numbered = bool(re.search(r"^\s*\d+[.)]", ask.question, re.M))
    return Draft(
        tuple(f"{i}. {s}" if numbered else s for i, s in enumerate(said, 1)), listed=True, fixed=True
    )


def _calculate(ask: Ask, trace: Trace) -> Draft | None:
    if len(ask.question) > 600:
        return None
    if re.search(r"\bsolve\b|\bwhat is [a-z]\b|\bfind [a-z]\b", ask.whole, re.IGNORECASE):
        solved = equations.solve(ask.whole)
        if solved:
            trace.note(f"Solved the equation in {len(solved[0])} step(s): {solved[1]}.", 1)
            return Draft(
                (*(f"{why} {line}" for why, line in solved[0]), f"So {solved[1]}."),
                listed=True,
                kind="arithmetic",
            )
    if (
        ask.passages
        and not ask.payload
        and not re.search(r"\b(?:calculate|compute|what is|what's|how much is)\s+[\d(]", ask.question, re.I)
    ):
        return None
    return arithmetic.calculate(ask.question, trace, text=ask.payload, last=memory.last_number(ask.turns))


FULL, PART = (
    0.5,
    0.3,
)  # shares of a question's weight that an answer must cover to be given, or offered as the nearest


def _from_text(ask: Ask, trace: Trace) -> Draft | None:
    """An answer extracted from supplied text, None when there is no text or it does not hold one."""
    if not ask.passages:
        return None
    hits = rank(ask.question, ask.passages, trace)
    if not hits:
        return None
    usual = ask.wish.limit(2 if len(ask.question.split()) < 9 else 3)
    chosen = choose(hits, usual if ask.wish != Wish() else ample(ask.question, hits, usual))
    if covering(chosen) < FULL:
        return None
    trace.note(f"Kept {len(chosen)} sentence(s); the best covers {hits[0].coverage:.0%} of the question.", 1)
    return Draft(tuple(cited(chosen, ask.passages)), kind="text")


def _known(ask: Ask, trace: Trace) -> Draft | None:
    """An answer from what the mind knows, unless the text at hand was to be the only source."""
    if (
        any(p.label for p in ask.passages)
        or re.search(
            r"\bonly\b|\bprovided\b|\bgiven (?:context|text|passages)\b",
            ask.directions + ask.whole[:300],
            re.I,
        )
        and ask.passages
    ):
        return None
    draft = knowledge.recite(ask.question, ask.wish, trace)
    if draft and smalltalk.creative(ask):
        what = smalltalk.creative(ask)
        return saying(
            f"I am the sandbox's stand-in and cannot write {'' if what == 'code' else 'a '}{what}; this is what I know of the subject.",
            *draft.lines,
            kind="honest",
            sure=False,
        )
    return draft


def _nearest(ask: Ask, trace: Trace) -> Draft | None:
    """The honest reply when supplied text does not answer: it says so, and gives the nearest sentence if one is near."""
    if not ask.passages:
        return None
    name = "The passages do" if len(ask.passages) > 1 else "The text does"
    hits = rank(ask.question, ask.passages)
    if hits and hits[0].coverage >= PART:
        best = choose(hits, 1)
        trace.note("No sentence covers enough of the question; giving the nearest.", 1)
        return saying(
            f"{name} not answer that directly; the nearest they come is:"
            if len(ask.passages) > 1
            else f"{name} not answer that directly; the nearest it comes is:",
            *cited(best, ask.passages),
            kind="text",
            sure=False,
        )
    if not hits and ask.refused:
        return saying(*ask.refused, kind="honest", sure=False)
    trace.note("Nothing in the supplied text bears on the question.", 1)
    return saying(f"{name} not answer that.", kind="text", sure=False)


def _nothing(ask: Ask, trace: Trace) -> Draft:
    return saying(*ask.refused, kind="honest", sure=False) if ask.refused else smalltalk.honest(ask, trace)


def _browse(
    ask: Ask, settings: Mapping[str, Any], trace: Trace
) -> tuple[list[dict[str, Any]], int, int, list[str]]:
    """Pages read or found for a request: (pages, searches, scrapes, sentences about what was not reachable)."""
    if settings.get("enable_web_scraping"):
        urls = web.addresses(ask.whole)
        read = [(u, web.read_page(u)) for u in urls]
        pages = [p for _, p in read if p]
        unread = [f"{u} is not reachable in the sandbox." for u, p in read if not p]
        for url, page in read:
            trace.note(f"{'Read' if page else 'Could not read'} {url}.", 1)
        if urls:
            return pages, 0, len(pages), unread
    mode = settings.get("enable_web_search")
    if mode == "auto":
        has_text = bool(ask.passages or ask.payload or ask.pictures or ask.sounds or ask.films)
        if has_text or not web.looks_current(ask.question) or arithmetic.find_expression(ask.question):
            return [], 0, 0, []
    if mode in ("on", "auto", True):
        found = web.search_pages(ask.question, 5)
        trace.note(f"Searched the bundled pages: {len(found)} found.", 1)
        return found, 1, 0, []
    return [], 0, 0, []


def _documents(found: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "id": str(i),
            "title": p["title"],
            "url": p["url"],
            "snippet": split_sentences(p["content"])[0],
            "published_at": p["date"],
        }
        for i, p in enumerate(found, 1)
    )


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
    mended = results.mended(ask.results, tools, ask.whole)
    if mended and mended not in made:
        trace.note(
            f"The tool reported a mistake; trying {mended[0]} once more with {json.dumps(mended[1])}.", 1
        )
        return _sent([mended], seed, choice)
    if made and (wanted == "required" or isinstance(wanted, Mapping)):
        wanted = "auto"
    context = "\n".join(t.text for t in ask.turns if t.role == "user")[-2000:]
    picked = toolcalls.wanted_calls(ask.whole, tools, wanted, trace=trace, context=context)
    fresh = [c for c in picked if c not in made] if len(made) < MOST_CALLS else []
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
        ask.whole, tools, "\n".join(t.text for t in ask.turns if t.role == "user")[-2000:]
    )
    if not lacking:
        return None
    return saying(
        f"To call {lacking[0]} I need {' and '.join(n.replace('_', ' ') for n in lacking[1])}. Which should I use?",
        kind="ask",
        sure=False,
    )


def _structured(ask: Ask, form: Mapping[str, Any], found: Sequence[Mapping[str, Any]], trace: Trace) -> Draft:
    """JSON as the request wants it, filled from all the text at hand."""
    text = _all_text(ask, found)
    if asks(ask.question) and not (ask.passages or ask.payload or ask.results or ask.pictures or found):
        text = _own_words(ask, trace) or text
    given = form.get("json_schema")
    schema = given.get("schema") if isinstance(given, Mapping) else None
    if form.get("type") == "json_schema" and isinstance(schema, Mapping):
        value = Filler(schema).fill(
            schema, text, str(given.get("name") or "") if isinstance(given, Mapping) else ""
        )
        trace.note(
            "Filled the schema from the text: " + _short(json.dumps(value, ensure_ascii=False), 400), 1
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
        _calculate(ask, trace) or memory.recall(ask, trace) or knowledge.recite(ask.question, ask.wish, trace)
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
        parts = [look.labelled(look.see(u)) for u in ask.pictures]
    parts += [p["content"] for p in found]
    return "\n".join(p for p in parts if p)


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
            if re.search(
                r"^(?:price|age|rating|count|quantity|amount|year|total|score|number|stars|cost)$", key
            ):
                schema["properties"][key] = {"type": ["number", "null"]}  # type: ignore[index]
            elif not key.endswith("s"):
                schema["properties"][key] = {"type": ["string", "null"]}  # type: ignore[index]
        value = Filler(schema).fill(schema, text)
        trace.note(f"Keys named in the request: {', '.join(keys)}.", 1)
        return value if isinstance(value, dict) else {"answer": value}
    draft = (
        labels.classify(ask.question, ask.payload, ask.passages, trace)
        or _calculate(ask, trace)
        or _from_text(ask, trace)
        or _known(ask, trace)
    )
    if draft is None and len(records(text)) > 1:
        return {"items": records(text)}
    return {"answer": (draft or _nearest(ask, trace) or _nothing(ask, trace)).text}


def json_keys(text: str) -> list[str]:
    """Return the keys a request names for its JSON: "with keys name and age", "{\"name\": ..., \"age\": ...}"."""
    shown = re.search(r"\{[^{}]*\"[\w ]+\"\s*:[^{}]*\}", text)
    if shown:
        return list(dict.fromkeys(re.findall(r"\"([\w ]+)\"\s*:", shown[0])))[:20]
    named = re.search(
        r"\b(?:keys?|fields?|properties|attributes)\b:?\s+(?P<l>(?:[`\"']?\w+[`\"']?(?:\s*,\s*(?:and )?|\s+and\s+))*[`\"']?\w+[`\"']?)",
        text,
        re.I,
    )
    if not named:
        return []
    found = [k.strip(" `\"'") for k in re.split(r"\s*,\s*(?:and )?|\s+and\s+", named["l"])]
    return [
        k
        for k in dict.fromkeys(found)
        if k and k.lower() not in ("the", "from", "in", "for", "of", "are", "as", "only", "with")
    ][:20]


_LEADS = {
    "text": ("", "In short: ", "From the text: ", "As the source puts it: ", "It says: "),
    "known": ("", "In short: ", "Briefly put: ", "As far as I know: ", "To put it simply: "),
    "web": ("", "From the pages found: ", "What I found: ", "According to the search: "),
    "look": ("", "What the pixels show: ", "Looking at it: "),
    "talk": ("", "Well. ", "Good to hear from you. "),
    "summary": ("", "In sum: ", "The main points: "),
    "memory": ("", "As you said: ", "If I recall rightly: "),
    "tools": ("", "Here is what came back: ", "The result: "),
    "honest": ("", "To be plain: ", "Honestly: "),
    "who": ("", "Since you ask: ", "Gladly: "),
}  # fmt: skip


def _spoken(
    draft: Draft, ask: Ask, character: Mapping[str, Any] | None, rng: random.Random, variant: int
) -> str:
    """The draft as text: shaped as wished, worded by luck, framed by the character."""
    if draft.fixed:
        text = draft.text
        return text.upper() if ask.wish.upper and draft.kind not in ("json", "operation") else text
    text = shaped(draft.lines, ask.wish, listed=draft.listed, whole=not draft.sure)
    if ask.wish.one_word and draft.sure and draft.kind in ("text", "known", "web", "memory", "tools"):
        return brief.short_answer(ask.question, draft.lines[0])
    leads = _LEADS.get(draft.kind, ("",))
    plain = not (
        ask.wish.lines
        or ask.wish.one_word
        or ask.wish.words
        or ask.wish.bullets
        or ask.wish.items
        or ask.wish.upper
        or draft.listed
    )
    if plain and not character:
        text = leads[variant % len(leads)] + text
    return voice.voiced(text, character, draft, rng)


def _luck(body: Mapping[str, Any], ask: Ask, seed: int, choice: int) -> tuple[random.Random, int]:
    """A generator and a wording number for this choice: wording 0 for the first choice unless a seed asks for another."""
    own = body.get("seed")
    digest = hashlib.blake2b(
        f"{seed}|{own}|{ask.whole}|{len(ask.turns)}".encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    start = int.from_bytes(digest, "big")
    cold = body.get("temperature") == 0
    shift = (
        0
        if own is None or cold
        else int.from_bytes(hashlib.blake2b(str(own).encode(), digest_size=4).digest(), "big") % 4
    )
    turn = 0 if cold else choice
    return random.Random(start + turn), shift + turn


def _short(text: str, limit: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


__all__ = ["Passage", "Turn", "text_of", "think"]
