"""What the key may do. API reference: `GET /api_keys/rate_limits`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.call import Call, Timeouts
from venice_nb.calls.listings import read_rate_limits

if TYPE_CHECKING:
    from venice_nb.results.limits import RateLimits


def rate_limits() -> Call[RateLimits]:
    """Balances, tier and rate limits of the key in use; any kind of key may ask."""
    return Call(
        operation="getApiKeyRateLimits",
        method="GET",
        path="/api_keys/rate_limits",
        read=read_rate_limits,
        timeouts=Timeouts(read=15.0, total=30.0),
    )
