"""Limits, the limit log, the balance, and the retired usage route."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.exchange import Refusal, Response, json_response
from venice_nb.sandbox.limits import limits
from venice_nb.sandbox.state import iso

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask

DAY = 86400
RETIRED_AT = 1789516800  # 16 September 2026, 00:00 UTC


def rate_limits(ask: Ask) -> Response:
    """What is enforced for this key, per model; on the unlimited tier an empty list."""
    state, key = ask.state, ask.caller
    rows: list[dict[str, Any]] = []
    for model in models().values():
        allowed = limits(state, model)
        if allowed and key.allows(model):
            each = [{"type": kind, "amount": amount} for kind, amount in allowed.items()]
            rows.append({"apiModelId": model["id"], "rateLimits": each})
    data = {
        "accessPermitted": state.usd > 0 or state.diem > 0,
        "apiTier": {"id": state.tier, "isCharged": True},
        "balances": {"USD": state.usd, "DIEM": state.diem},
        "keyExpiration": None if key.expires_at is None else iso(key.expires_at),
        "nextEpochBegins": iso(ask.now - ask.now % DAY + DAY),
        "rateLimits": rows,
    }
    return json_response({"data": data})


def limit_log(ask: Ask) -> Response:
    """The last 50 times a limit was hit, newest first."""
    entries = [
        {
            "apiKeyId": hit.key_id,
            "modelId": hit.model,
            "rateLimitTier": ask.state.tier,
            "rateLimitType": hit.kind,
            "timestamp": iso(hit.time),
        }
        for hit in reversed(ask.state.limit_log)
    ]
    return json_response({"object": "list", "data": entries})


def balance(ask: Ask) -> Response:
    """What the account has and in which currency the next request is paid."""
    state = ask.state
    currency = "DIEM" if state.diem > 0 else "USD" if state.usd > 0 else None
    body = {
        "canConsume": currency is not None,
        "consumptionCurrency": currency,
        "balances": {"diem": state.diem, "usd": state.usd},
        "diemEpochAllocation": state.diem_allocation,
    }
    return json_response(body)


def retired_usage(_ask: Ask) -> Response:
    """410: the route left on 16 September 2026."""
    message = (
        "This endpoint has been retired. Use /billing/usage-history or /billing/usage-analytics instead."
    )
    told = {
        "deprecation": "@1783555200",
        "sunset": formatdate(RETIRED_AT, usegmt=True),
        "link": '</api/v1/billing/usage-history>; rel="successor-version"',
    }
    raise Refusal(410, message, told)
