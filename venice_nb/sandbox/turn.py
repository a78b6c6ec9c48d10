"""One turn of a conversation: checked, thought, kept within its limits, and billed."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import orjson

from . import gates, limits, money
from .choose import choose
from .prompted import heard
from .routes.characters import find_character

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


def take_turn(ask: Ask, body: dict[str, Any], suffix: dict[str, Any]) -> Turn:
    """Chooses the model, checks the gates, limits and funds, lets the mind think, and settles the bill.

    `suffix` holds the settings written behind the model's name; they win over `venice_parameters`.
    """
    state = ask.state
    model = choose(ask, body["model"], "text", sees=gates.has_pictures(body))
    given = {**(body.get("venice_parameters") or {}), **suffix}
    settings = {**DEFAULTS, **{name: value for name, value in given.items() if name in DEFAULTS}}
    slug = given.get("character_slug")
    character = find_character(slug) if slug else None
    gates.check(ask, body, model)
    gates.check_length(model, body)
    prompt = state.mind.count_prompt_tokens(body["messages"], body.get("tools") or None)
    gates.check_context(model, prompt, body)
    money.check_funds(state, ask.caller)
    limits.admit(state, ask.caller, model, prompt)
    silent = settings["disable_thinking"] or gates.effort(body) == "none"
    thinks = model["model_spec"]["capabilities"]["supportsReasoning"] and not silent
    cap = gates.completion_cap(body) or model["model_spec"]["maxCompletionTokens"]
    thoughts = []
    said = heard(body)
    for choice in range(body.get("n", 1)):
        thought = state.mind.think(
            said,
            model=model,
            settings={**settings, "disable_thinking": silent},
            character=character,
            seed=body.get("seed", state.seed),
            choice=choice,
        )
        thoughts.append(_bounded(thought, body, state.mind, cap=cap, thinks=thinks))
    answer = state.digest(f"chat {ask.id}")
    usage, cost = _billed(ask, body, model, prompt, thoughts, answer=f"chatcmpl-{answer}")
    ask.headers |= limits.headers(state, model)
    told = {name: value for name, value in settings.items() if name not in SILENT}
    if slug:
        told["character_slug"] = slug
    shown = tuple(_shown(thought, settings) for thought in thoughts)
    return Turn(answer, int(ask.now), model, told, shown, usage, cost)


def _billed(
    ask: Ask,
    body: dict[str, Any],
    model: dict[str, Any],
    prompt: int,
    thoughts: list[Thought],
    *,
    answer: str,
) -> tuple[dict[str, Any], dict[str, float]]:
    """The `usage` and the `cost` of the turn, after the money is taken and the tokens are counted."""
    mind = ask.state.mind
    reasoning = sum(mind.count_tokens(thought.reasoning) for thought in thoughts)
    written = reasoning + sum(_size(thought, mind) for thought in thoughts)
    retention = body.get("prompt_cache_retention", "default")
    cached, stored = money.cached_tokens(ask.state, model, body["messages"], prompt, retention)
    price = money.tokens_price(model, prompt, written, cached, stored)
    units = prompt + written
    details = {"prompt": prompt, "completion": written, "answer": answer}
    cost = money.settle(ask, f"{model['id']}-llm", units, price, **details)
    pages = sum(thought.searches + thought.scrapes for thought in thoughts)
    if pages:
        more = money.settle(ask, "web-search", pages, pages * money.SEARCH, answer=answer)
        cost = {name: round(cost[name] + more[name], 10) for name in cost}
    limits.spend_tokens(ask.state, model, written)
    read = {"cached_tokens": cached}
    if "cache_write" in model["model_spec"]["pricing"]:
        read["cache_creation_input_tokens"] = stored
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": units,
        "prompt_tokens_details": read,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return usage, cost


def _shown(thought: Thought, settings: dict[str, Any]) -> Thought:
    """The thought as the reply shows it: what was stripped is billed all the same."""
    if settings["strip_thinking_response"]:
        thought = replace(thought, reasoning="")
    return _with_documents(thought) if settings["return_search_results_as_documents"] else thought


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
