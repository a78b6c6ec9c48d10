"""POST /chat/completions: the repairs before validation, and the reply whole or streamed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox import framing
from venice_nb.sandbox.catalogue import split_suffix
from venice_nb.sandbox.exchange import Response, event_stream, json_response
from venice_nb.sandbox.turn import take_turn

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask

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


def completions(ask: Ask) -> Response:
    """The reply to a chat request, whole or streamed."""
    name, suffix = split_suffix(ask.body["model"])
    turn = take_turn(ask, {**ask.body, "model": name}, suffix)
    if ask.body.get("stream"):
        return event_stream(framing.chunks(turn, ask.body, ask.state))
    return json_response(framing.whole(turn, ask.body, ask.state))
