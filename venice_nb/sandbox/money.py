"""Prices, balances and spending limits.

A request is paid in one currency: DIEM if the DIEM balance covers it, else US dollars. A balance never shows
less than zero: the last request takes what is there, and the next one is refused with 402.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from .exchange import Refusal
from .state import Charge

if TYPE_CHECKING:
    from .ask import Ask
    from .state import Key, State

SEARCH = 0.01  # US dollars per searched request or scraped page
CACHE_STEP = 128  # cached tokens come in blocks
CACHE_FLOOR = 1024  # shorter prefixes are not cached
CACHE_LIFE = {"default": 300.0, "extended": 3600.0, "24h": 86400.0}  # seconds


def check_funds(state: State, key: Key) -> None:
    """Raises 402 if the account has nothing left or the key has reached its own limit."""
    if state.usd <= 0 and state.diem <= 0:
        raise Refusal(
            402,
            {"error": "Insufficient USD or Diem balance to complete request", "code": "INSUFFICIENT_BALANCE"},
        )
    spent = key.spent.get(key.period(state.clock()), {})
    for currency, limit in (("USD", key.limit_usd), ("DIEM", key.limit_diem)):
        if limit is not None and spent.get(currency, 0.0) >= limit and _pays(state) == currency:
            raise Refusal(
                402,
                {
                    "error": f"API key {currency} spend limit exceeded",
                    "code": f"API_KEY_{currency}_SPEND_LIMIT_EXCEEDED",
                },
            )


def _pays(state: State) -> str:
    return "DIEM" if state.diem > 0 else "USD"


def settle(ask: Ask, sku: str, units: float, usd: float, **details: Any) -> dict[str, float]:
    """Takes the price from the balance and writes it in the books; returns the `cost` of the reply."""
    state, key = ask.state, ask.caller
    usd = round(usd, 10)
    with state.lock:
        currency = "DIEM" if state.diem > 0 and state.diem >= usd else "USD"
        if currency == "DIEM":
            state.diem = round(state.diem - usd, 10)
        else:
            state.usd = max(0.0, round(state.usd - usd, 10))
        period = key.spent.setdefault(key.period(ask.now), {})
        period[currency] = round(period.get(currency, 0.0) + usd, 10)
        state.books.append(Charge(ask.id, ask.now, key.id, ask.model, sku, units, usd, currency, details))
    return {"usd": usd if currency == "USD" else 0.0, "diem": usd if currency == "DIEM" else 0.0}


def balance_headers(state: State) -> dict[str, str]:
    """The balances at this moment; replies carry those from before the request."""
    return {"x-venice-balance-usd": f"{state.usd:.10g}", "x-venice-balance-diem": f"{state.diem:.10g}"}


def tokens_price(
    model: dict[str, Any], prompt: int, completion: int, cached: int = 0, written: int = 0
) -> float:
    """The price of a text request in US dollars.

    Cached and written prompt tokens have their own rates where the model lists them, else the input rate. A
    prompt beyond the model's threshold is billed at the extended rates as a whole.
    """
    pricing = model["model_spec"]["pricing"]
    rates = pricing
    if prompt > pricing.get("extended", {}).get("context_token_threshold", prompt):
        rates = pricing["extended"]
    full = rates["input"]["usd"]
    read = rates.get("cache_input", rates["input"])["usd"]
    write = rates.get("cache_write", rates["input"])["usd"]
    fresh = prompt - cached - written
    total = fresh * full + cached * read + written * write + completion * rates["output"]["usd"]
    return float(total) / 1e6


def cached_tokens(
    state: State, model: dict[str, Any], messages: list[dict[str, Any]], prompt: int, retention: str
) -> tuple[int, int]:
    """How many prompt tokens are read from the cache and how many are written to it.

    The rule of this sandbox: the longest run of leading messages that the same model saw within the retention
    time (5 minutes unless asked otherwise) is cached, if it has at least 1024 tokens, in blocks of 128.
    Tokens are written where the model has a write price and the caller marked a breakpoint with
    `cache_control`. Models without a cache price never cache.
    """
    pricing = model["model_spec"]["pricing"]
    if "cache_input" not in pricing or prompt < CACHE_FLOOR:
        return 0, 0
    now = state.clock()
    life = CACHE_LIFE.get(retention, CACHE_LIFE["default"])
    chain = blake2b(model["id"].encode(), digest_size=16)
    cached = marked = 0
    with state.lock:
        for index, message in enumerate(messages):
            chain.update(orjson.dumps(message, option=orjson.OPT_SORT_KEYS))
            digest = chain.digest()
            known = state.prefixes.get(digest, 0.0) > now
            breakpoint_here = b'"cache_control"' in orjson.dumps(message)
            if known or breakpoint_here:
                tokens = state.mind.count_prompt_tokens(messages[: index + 1], None)
                cached = tokens if known else cached
                marked = tokens if breakpoint_here else marked
            state.prefixes[digest] = now + life
        if len(state.prefixes) > 20_000:
            state.prefixes = {digest: until for digest, until in state.prefixes.items() if until > now}
    cached = min(cached, prompt) // CACHE_STEP * CACHE_STEP if cached >= CACHE_FLOOR else 0
    written = (
        max(0, min(marked, prompt) - cached) if "cache_write" in pricing and marked >= CACHE_FLOOR else 0
    )
    return cached, written
