"""POST /chat/completions: from the validated body to a finished turn, and its reply whole or streamed."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import orjson

from . import framing, gates, limits, money
from .catalogue import split_suffix
from .character_routes import find_character
from .choose import choose
from .exchange import Response, event_stream, json_response

if TYPE_CHECKING:
    from .ask import Ask
    from .mind import Thought
    from .state import Mind

# The effective settings of a request that sends none. Unknown keys are dropped without a word.
DEFAULTS: dict[str, Any] = {
    "enable_e2ee": True,
    "enable_web_search": "off",
    "enable_web_citations": False,
    "enable_web_scraping": False,
    "include_venice_system_prompt": True,
    "include_search_results_in_stream": False,
    "return_search_results_as_documents": False,
    "strip_thinking_response": False,
    "disable_thinking": False,
    "enable_x_search": False,
}
SILENT = ("enable_x_search",)  # effective, but not told in the reply

WHOLE = ("max_completion_tokens", "max_tokens", "n", "seed", "top_k", "top_logprobs")
RENAMED = {  # misspellings that are repaired before validation
    "input": "messages",
    "max_output_tokens": "max_tokens",
    "promptCacheKey": "prompt_cache_key",
}


def rewritten(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the spelling of the spec; `anon_user_id` is accepted and discarded."""
    out = {RENAMED.get(name, name) if RENAMED.get(name) not in body else name: body[name] for name in body}
    if isinstance(out.get("messages"), str) and "input" in body:
        out["messages"] = [{"role": "user", "content": out["messages"]}]
    for name in WHOLE:
        if isinstance(out.get(name), float) and out[name].is_integer():
            out[name] = int(out[name])  # JSON knows one kind of number: 2.0 is 2
    search = out.pop("web_search", None)
    if search is not None:
        own = out.get("venice_parameters", {})
        wanted = ("on" if search else "off") if isinstance(search, bool) else search
        if isinstance(own, dict):
            out["venice_parameters"] = {"enable_web_search": wanted, **own}
    anonymous = out.get("anon_user_id")
    if isinstance(anonymous, str) and re.fullmatch(r"(?!.*\|\|)[ -~]{1,128}", anonymous):
        del out["anon_user_id"]
    return out


@dataclass(frozen=True, slots=True)
class Turn:
    """A finished turn: what the mind said, what it cost, and what the reply tells about it."""

    id: str
    created: int
    model: dict[str, Any]
    settings: dict[str, Any]
    thoughts: tuple[Thought, ...]
    usage: dict[str, Any]
    cost: dict[str, float]


def completions(ask: Ask) -> Response:
    """The reply to a chat request, whole or streamed."""
    name, suffix = split_suffix(ask.body["model"])
    turn = carried_out(ask, {**ask.body, "model": name}, suffix)
    if ask.body.get("stream"):
        return event_stream(framing.chunks(turn, ask.body, ask.state), ask.headers)
    return json_response(framing.whole(turn, ask.body, ask.state))


def carried_out(ask: Ask, body: dict[str, Any], suffix: dict[str, Any]) -> Turn:
    """Chooses the model, checks the gates, limits and funds, lets the mind think, and settles the bill."""
    state = ask.state
    model = choose(ask, body["model"], "text")
    own = {name: value for name, value in (body.get("venice_parameters") or {}).items() if name in DEFAULTS}
    settings = {**DEFAULTS, **own, **{name: suffix[name] for name in suffix if name != "character_slug"}}
    slug = suffix.get("character_slug") or (body.get("venice_parameters") or {}).get("character_slug")
    character = find_character(slug) if slug else None
    gates.check(ask, body, model)
    mind = state.mind
    prompt = mind.count_prompt_tokens(body["messages"], body.get("tools") or None)
    gates.check_context(model, prompt, body)
    money.check_funds(state, ask.caller)
    limits.admit(state, ask.caller, model, prompt)
    silent = settings["disable_thinking"] or gates.effort(body) == "none"
    seed = body.get("seed", state.seed)
    thoughts = tuple(
        _bounded(
            mind.think(
                body,
                model=model,
                settings={**settings, "disable_thinking": silent},
                character=character,
                seed=seed,
                choice=choice,
            ),
            body,
            mind,
            cap=gates.completion_cap(body) or model["model_spec"]["maxCompletionTokens"],
            thinks=model["model_spec"]["capabilities"]["supportsReasoning"] and not silent,
        )
        for choice in range(body.get("n", 1))
    )
    reasoning = sum(mind.count_tokens(thought.reasoning) for thought in thoughts)
    written = reasoning + sum(_size(thought, mind) for thought in thoughts)
    retention = body.get("prompt_cache_retention", "default")
    cached, stored = money.cached_tokens(state, model, body["messages"], prompt, retention)
    extras = money.SEARCH * sum(thought.searches + thought.scrapes for thought in thoughts)
    price = money.tokens_price(model, prompt, written, cached, stored)
    units = prompt + written
    cost = money.settle(ask, f"{model['id']}-llm", units, price, prompt=prompt, completion=written)
    if extras:
        more = money.settle(ask, "web-search", round(extras / money.SEARCH), extras)
        cost = {name: round(cost[name] + more[name], 10) for name in cost}
    limits.spend_tokens(state, model, written)
    ask.headers |= limits.headers(state, model)
    if settings["strip_thinking_response"]:
        thoughts = tuple(replace(thought, reasoning="") for thought in thoughts)
    if settings["return_search_results_as_documents"]:
        thoughts = tuple(_with_documents(thought) for thought in thoughts)
    if slug:
        settings["character_slug"] = slug
    details: dict[str, Any] = {"cached_tokens": cached}
    if "cache_write" in model["model_spec"]["pricing"]:
        details["cache_creation_input_tokens"] = stored
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
        "prompt_tokens_details": details,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    told = {name: value for name, value in settings.items() if name not in SILENT}
    ident = state.digest(f"chat {ask.id}")
    return Turn(ident, int(ask.now), model, told, thoughts, usage, cost)


def _with_documents(thought: Thought) -> Thought:
    """The found pages as the synthetic tool call that nobody is meant to run."""
    if not thought.documents or thought.finish_reason == "length":
        return thought
    from .mind import ToolCall  # noqa: PLC0415  (loads numpy)

    arguments = orjson.dumps({"documents": list(thought.documents)}).decode()
    call = ToolCall("web_search_call", "web_search", arguments)
    return replace(thought, tool_calls=(*thought.tool_calls, call), finish_reason="tool_calls")


def _size(thought: Thought, mind: Mind) -> int:
    calls = sum(mind.count_tokens(call.name + call.arguments) for call in thought.tool_calls)
    return mind.count_tokens(thought.content) + calls


def _bounded(thought: Thought, body: dict[str, Any], mind: Mind, *, cap: int, thinks: bool) -> Thought:
    """The thought within what is allowed: stop sequences first, then at most `cap` tokens."""
    if not thinks and thought.reasoning:
        thought = replace(thought, reasoning="")
    stops = body.get("stop") or ()
    for stop in (stops,) if isinstance(stops, str) else stops:
        if stop and stop in thought.content:
            thought = replace(thought, content=thought.content.partition(stop)[0], finish_reason="stop")
    reasoning = mind.count_tokens(thought.reasoning)
    if reasoning + _size(thought, mind) <= cap:
        return thought
    if reasoning >= cap:
        kept = first_tokens(thought.reasoning, cap, mind)
        return replace(thought, reasoning=kept, content="", tool_calls=(), finish_reason="length")
    kept = first_tokens(thought.content, cap - reasoning, mind)
    return replace(thought, content=kept, tool_calls=(), finish_reason="length")


def first_tokens(text: str, most: int, mind: Mind) -> str:
    """The longest start of a text, in whole words where possible, that has at most so many tokens."""
    words = re.findall(r"\s*[^\W_]{1,8}|\s*.|\s+", text, re.DOTALL)
    ends = list(accumulate(len(word) for word in words))
    fits = bisect_right(range(len(ends)), most, key=lambda at: mind.count_tokens(text[: ends[at]]))
    return text[: ends[fits - 1]] if fits else ""
