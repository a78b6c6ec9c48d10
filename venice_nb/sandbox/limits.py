"""Rate limits per model, and the budget of failed requests.

Requests and tokens count in a window of 60 seconds that slides with the sandbox's clock; requests a day count
per UTC day and exist on the Explorer tier only. Limits are per account and model. The token limit is checked
against the prompt before the answer is computed, and charged with the whole usage after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .exchange import Refusal
from .state import LimitHit

if TYPE_CHECKING:
    from collections import deque

    from .exchange import Response
    from .state import Key, State

WINDOW = 60.0  # seconds
EXPLORER_RPD = 20  # the documents of users say 15 to 25

# Text tiers: default (RPM, TPM), partner (RPM, TPM).
TEXT = {
    "XS": ((500, 1_000_000), (500, 2_000_000)),
    "S": ((75, 750_000), (150, 1_500_000)),
    "M": ((50, 750_000), (100, 1_500_000)),
    "L": ((20, 500_000), (60, 1_000_000)),
}
NAMED = {
    "llama-3.2-3b": "XS",
    "zai-org-glm-5": "M",
    "qwen3-next-80b": "M",
    "google-gemma-3-27b-it": "M",
    "llama-3.3-70b": "M",
    "qwen3-235b-a22b-instruct-2507": "L",
    "qwen3-235b-a22b-thinking-2507": "L",
    "hermes-3-llama-3.1-405b": "L",
    "zai-org-glm-4.7": "L",
    "openai-gpt-oss-120b": "L",
    "qwen3-coder-480b-a35b-instruct-turbo": "L",
    "deepseek-v3.2": "L",
}
# Requests a minute of the other types: default, partner.
OTHER = {
    "image": (20, 60),
    "inpaint": (20, 60),
    "upscale": (20, 60),
    "tts": (60, 120),
    "asr": (60, 120),
    "embedding": (500, 500),
    "video": (40, 40),
    "music": (40, 40),
    "video/retrieve": (120, 120),
    "music/retrieve": (120, 120),
    "augment/search": (20, 20),
    "augment/scrape": (20, 20),
}


def text_tier(model: dict[str, Any]) -> str:
    """The tier of a text model: named by the documentation, else by input price."""
    named = NAMED.get(model["id"])
    if named:
        return named
    price = model["model_spec"]["pricing"]["input"]["usd"]
    return "XS" if price <= 0.2 else "S" if price <= 1.0 else "M" if price <= 4.0 else "L"


def limits(state: State, model: dict[str, Any]) -> dict[str, int]:
    """The limits of the account for a model: RPM, and TPM or RPD where they exist. Empty if unlimited."""
    if state.tier == "unlimited":
        return {}
    partner = state.tier == "partner"
    if model["type"] == "text":
        rpm, tpm = TEXT[text_tier(model)][partner]
        found = {"RPM": rpm, "TPM": tpm}
    else:
        found = {"RPM": OTHER[model["type"]][partner]}
    if state.tier == "explorer" and "/" not in model["type"]:  # polling uses up nobody's day
        found["RPD"] = EXPLORER_RPD
    return found


def admit(state: State, key: Key, model: dict[str, Any], tokens: int = 0) -> dict[str, str]:
    """Counts a request against the limits; returns the headers that tell what is left. Raises 429."""
    allowed = limits(state, model)
    if not allowed:
        return {}
    now = state.clock()
    with state.lock:
        minute = state.windows[model["id"], "minute"]
        _slide(minute, now - WINDOW)
        day = state.windows[model["id"], "day"]
        _slide(day, now - now % 86400)
        used = {"RPM": len(minute), "TPM": sum(entry[1] for entry in minute), "RPD": len(day)}
        asked = {"RPM": 1, "TPM": tokens, "RPD": 1}
        for kind, most in allowed.items():
            if used[kind] + asked[kind] > most:
                state.limit_log.append(LimitHit(key.id, model["id"], kind, now))
                told = headers(state, model)
                raise Refusal(429, "Rate limit exceeded", {**told, "x-ratelimit-type": "user"})
        minute.append((now, tokens))
        if "RPD" in allowed:
            day.append((now, 0))
        return headers(state, model)


def spend_tokens(state: State, model: dict[str, Any], tokens: int) -> None:
    """Adds tokens that were only known after the answer: completion tokens."""
    with state.lock:
        minute = state.windows.get((model["id"], "minute"))
        if minute:
            when, counted = minute.pop()
            minute.append((when, counted + tokens))


def _slide(window: deque[tuple[float, int]], start: float) -> None:
    while window and window[0][0] <= start:
        window.popleft()


def headers(state: State, model: dict[str, Any]) -> dict[str, str]:
    """The six headers of section 4, in the unit the sandbox was told to use."""
    allowed = limits(state, model)
    if not allowed:
        return {}
    with state.lock:
        return _told(state, model, allowed)


def _told(state: State, model: dict[str, Any], allowed: dict[str, int]) -> dict[str, str]:
    now = state.clock()
    minute = state.windows[model["id"], "minute"]
    slides = (minute[0][0] if minute else now) + WINDOW  # when the oldest request leaves the window
    left, free = allowed["RPM"] - len(minute), slides
    today = len(state.windows[model["id"], "day"])
    if "RPD" in allowed and allowed["RPD"] - today < left:
        left = allowed["RPD"] - today
        free = free if left > 0 else now - now % 86400 + 86400
    out = {
        "x-ratelimit-limit-requests": str(allowed["RPM"]),
        "x-ratelimit-remaining-requests": str(max(0, left)),
        "x-ratelimit-reset-requests": _millis(free) if state.reset_units == "ms" else str(int(-(-free // 1))),
    }
    if "TPM" in allowed:
        left = max(0, allowed["TPM"] - sum(entry[1] for entry in minute))
        wait = str(max(0, round(slides - now)))
        out |= {
            "x-ratelimit-limit-tokens": str(allowed["TPM"]),
            "x-ratelimit-remaining-tokens": str(left),
            "x-ratelimit-reset-tokens": _millis(slides) if state.reset_units == "ms" else wait,
        }
    return out


def _millis(moment: float) -> str:
    return str(round(moment * 1000))


# Failed requests. The documentation: more than 20 in 30 seconds, per key. The live service: more than 50, per
# key and model, with a second budget of 200 for features a model lacks. Answers 429 and 5xx do not count.
SPAN = 30.0  # seconds
BUDGETS = {"docs": 20, "live": 50}
UNSUPPORTED_BUDGET = 200


def bucket(state: State, key: Key | None, model: str) -> tuple[str, ...]:
    """Whose failures count together."""
    who = key.id if key else "anonymous"
    return (who, model) if state.abuse == "live" else (who,)


def check_budget(state: State, who: tuple[str, ...]) -> None:
    """Raises 429 while the caller is blocked for too many failures."""
    for own in (who, (*who, "unsupported")):
        _check_block(state, own)


def _check_block(state: State, who: tuple[str, ...]) -> None:
    if state.blocked_until.get(who, 0.0) > state.clock():
        budget = UNSUPPORTED_BUDGET if who[-1] == "unsupported" else BUDGETS.get(state.abuse, 0)
        left = {
            "x-ratelimit-remaining": "0",
            "x-ratelimit-resets": str(round(state.blocked_until[who] * 1000)),
        }
        message = (
            f"Too many failed attempts (> {budget}) resulting in a non-success status code. Please wait 30s."
        )
        raise Refusal(429, message, {**left, "x-ratelimit-type": "api_key"})


def count_failure(state: State, key: Key | None, model: str, response: Response, unsupported: bool) -> None:
    """Books a failed reply against the budget and starts the block when it is spent."""
    if state.abuse == "off" or not 400 <= response.status < 500 or response.status == 429:
        return
    who, budget, kind = bucket(state, key, model), BUDGETS[state.abuse], "FAILED_REQUESTS"
    if unsupported and state.abuse == "live":
        who, budget, kind = (*who, "unsupported"), UNSUPPORTED_BUDGET, "UNSUPPORTED_FEATURE_REQUESTS"
    now = state.clock()
    with state.lock:
        recent = state.failures[who]
        while recent and recent[0] <= now - SPAN:
            recent.popleft()
        recent.append(now)
        if len(recent) > budget:
            state.blocked_until[who] = now + SPAN
            recent.clear()
            state.limit_log.append(LimitHit(key.id if key else "anonymous", model or "unknown", kind, now))


def budget_headers(state: State, who: tuple[str, ...]) -> dict[str, str]:
    """What is left of the budget of failures; the reset is Unix milliseconds."""
    budget = BUDGETS.get(state.abuse)
    if budget is None:
        return {}
    now = state.clock()
    with state.lock:
        recent = [moment for moment in state.failures.get(who, ()) if moment > now - SPAN]
    resets = (recent[0] if recent else now) + SPAN
    return {
        "x-ratelimit-remaining": str(budget - len(recent)),
        "x-ratelimit-resets": str(round(resets * 1000)),
    }
