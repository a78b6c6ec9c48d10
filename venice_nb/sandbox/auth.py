"""Who is asking: API keys, their kinds, and the answer to a request without one."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import orjson

from .exchange import Refusal

if TYPE_CHECKING:
    from .exchange import Request
    from .state import Key, State

# Who may call a route.
OPEN = "open"  # anyone; a bad key is ignored
ANY = "any"  # any key
ADMIN = "admin"  # an ADMIN key
INFERENCE = "inference"  # any key, or a wallet in production


def caller(request: Request, state: State, auth: str, url: str) -> Key | None:
    """The key behind the request; None on a public route. Raises the refusal of section 3 of the contract."""
    given = request.headers.get("authorization", "").strip()
    scheme, _, secret = given.partition(" ")
    key = state.key_for(secret.strip()) if scheme.lower() == "bearer" else None
    if auth == OPEN:
        return key
    if key is None:
        if "sign-in-with-x" in request.headers or "x-sign-in-with-x" in request.headers:
            raise Refusal(401, {"error": "Invalid sign-in", "code": "X402_INVALID_SIGN_IN"})
        if given.lower() in ("", "bearer"):
            raise unpaid(url)
        raise Refusal(401, "Authentication failed")
    if auth == ADMIN and key.kind != "ADMIN":
        raise Refusal(401, "Admin API key required")
    key.last_used_at = state.clock()
    return key


def unpaid(url: str) -> Refusal:
    """The 402 that tells a caller without credentials how to get some (x402 discovery)."""
    nobody = "0x" + "0" * 40  # the sandbox takes no money
    body = {
        "x402Version": 2,
        "error": "Payment required",
        "resource": {"url": url, "description": "Venice API (sandbox)", "mimeType": "application/json"},
        "accepts": [
            {
                "scheme": "exact",
                "network": "eip155:8453",
                "asset": nobody,
                "amount": "5000000",
                "payTo": nobody,
                "maxTimeoutSeconds": 300,
                "extra": {"name": "USD Coin", "version": "2"},
            }
        ],
        "authOptions": {
            "apiKey": {
                "header": "Authorization: Bearer <api-key>",
                "getKey": "https://venice.ai/settings/api",
                "docs": "https://docs.venice.ai",
            },
            "x402Wallet": {
                "header": "SIGN-IN-WITH-X",
                "legacyHeader": "X-Sign-In-With-X",
                "topUp": "/api/v1/x402/top-up",
                "docs": "https://docs.venice.ai",
            },
        },
    }
    return Refusal(402, body, {"payment-required": b64encode(orjson.dumps(body)).decode()})
