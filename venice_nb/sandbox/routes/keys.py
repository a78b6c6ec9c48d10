"""API keys: listed, made, changed and deleted. A secret is in the answer that makes it, and in no other."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import Refusal, Response, json_response
from venice_nb.sandbox.schema import refused
from venice_nb.sandbox.state import iso

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.state import Key, State

WEEK = 7 * 86_400
PER_MINUTE = 20  # keys that may be made
MOST = 500  # keys of one account
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def listed(ask: Ask) -> Response:
    """All keys of the account, oldest first."""
    keys = [_told(ask, key) for key in ask.state.keys.values()]
    return json_response({"object": "list", "data": keys})


def one(ask: Ask) -> Response:
    """One key."""
    key = _find(ask.state, ask.params["id"], "API key could not be found")
    return json_response({"data": _told(ask, key)})


def create(ask: Ask) -> Response:
    """A new key, with its secret for this once."""
    state, body = ask.state, ask.body
    expires = _expiry(ask, body.get("expiresAt"))
    with state.lock:
        recent = [key for key in state.keys.values() if key.made_by_call and key.created_at > ask.now - 60]
        if len(recent) >= PER_MINUTE:
            raise Refusal(429, "Rate limit exceeded")
        if len(state.keys) >= MOST:
            raise Refusal(400, "Maximum number of API keys reached")
        key = state.add_key(
            f"VENICE_{body['apiKeyType']}_KEY_sandbox{token_hex(16)}",
            body["apiKeyType"],
            description=body["description"],
            expires_at=expires,
            made_by_call=True,
        )
        _set(key, body)
    told = {
        "id": key.id,
        "apiKey": key.secret,
        "apiKeyType": key.kind,
        "description": key.description,
        "expiresAt": None if expires is None else iso(expires),
        "consumptionLimit": _limits(key),
        "limitPeriod": key.limit_period,
        "modelPrivacy": key.model_privacy,
    }
    return json_response({"success": True, "data": told})


def update(ask: Ask) -> Response:
    """A key with some of its settings changed; an empty or missing date lets it live for ever."""
    body = ask.body
    key = _find(ask.state, body["id"], "API key not found or expired")
    with ask.state.lock:
        if "expiresAt" in body:
            key.expires_at = _expiry(ask, body["expiresAt"])
        if "description" in body:
            key.description = body["description"]
        _set(key, body)
    told = _told(ask, key)
    told.pop("usage")
    told.pop("currentPeriodUsage", None)
    return json_response({"success": True, "data": told})


def delete(ask: Ask) -> Response:
    """Whether the key is gone."""
    key = _find(ask.state, ask.query.get("id", ""), "API key could not be found")
    ask.state.remove_key(key.id)
    return json_response({"success": True})


def _find(state: State, key_id: str, missing: str) -> Key:
    key = state.keys.get(key_id)
    if key is None:
        raise Refusal(400, missing)
    return key


def _expiry(ask: Ask, text: str | None) -> float | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise refused(["expiresAt"], "Invalid date") from None
    if at <= ask.now:
        raise refused(["expiresAt"], "Expiration date must be in the future")
    return at


def _set(key: Key, body: dict[str, Any]) -> None:
    if "consumptionLimit" in body:
        limit = body["consumptionLimit"]
        key.limit_usd = limit.get("usd", key.limit_usd)
        key.limit_diem = limit.get("diem", key.limit_diem)
    key.limit_period = body.get("limitPeriod", key.limit_period)
    key.model_privacy = body.get("modelPrivacy", key.model_privacy)


def _limits(key: Key) -> dict[str, float | None]:
    return {"usd": key.limit_usd, "diem": key.limit_diem, "vcu": None}


def _told(ask: Ask, key: Key) -> dict[str, Any]:
    """A key as the lists show it: everything but its secret."""
    told: dict[str, Any] = {
        "id": key.id,
        "apiKeyType": key.kind,
        "description": key.description,
        "createdAt": iso(key.created_at),
        "expiresAt": None if key.expires_at is None else iso(key.expires_at),
        "lastUsedAt": None if key.last_used_at is None else iso(key.last_used_at),
        "last6Chars": key.secret[-6:],
        "consumptionLimits": _limits(key),
        "limitPeriod": key.limit_period,
        "modelPrivacy": key.model_privacy,
        "usage": {"trailingSevenDays": {**_spent(ask, key), "vcu": "0"}},
    }
    if key.limit_usd is not None or key.limit_diem is not None:
        period = key.spent.get(key.period(ask.now), {})
        spent = {name.lower(): f"{period.get(name, 0.0):.10g}" for name in ("USD", "DIEM")}
        told["currentPeriodUsage"] = spent
    return told


def _spent(ask: Ask, key: Key) -> dict[str, str]:
    sums = {"USD": 0.0, "DIEM": 0.0}
    for charge in ask.state.books:
        if charge.key_id == key.id and charge.time > ask.now - WEEK:
            sums[charge.currency] += charge.usd
    return {name.lower(): f"{round(total, 10):.10g}" for name, total in sums.items()}
