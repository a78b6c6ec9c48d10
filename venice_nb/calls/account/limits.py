"""What the key may do. API reference: `GET /api_keys/rate_limits` and `/api_keys/rate_limits/log`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.account.reading import read, rows
from venice_nb.calls.call import Call, Timeouts
from venice_nb.calls.listings import read_rate_limits
from venice_nb.results.account.limit_log import LimitLog
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    from venice_nb.calls.call import Received
    from venice_nb.results.limits import RateLimits

QUICK = Timeouts(read=15.0, total=30.0)


def rate_limits() -> Call[RateLimits]:
    """Balances, tier and rate limits of the key in use; any kind of key may ask."""
    return Call(
        operation="getApiKeyRateLimits",
        method="GET",
        path="/api_keys/rate_limits",
        read=read_rate_limits,
        timeouts=QUICK,
    )


def limit_log() -> Call[LimitLog]:
    """The last 50 times a limit was hit; for ADMIN keys."""
    return Call(
        operation="getApiKeyRateLimitLogs",
        method="GET",
        path="/api_keys/rate_limits/log",
        read=_read_log,
        timeouts=QUICK,
    )


def _read_log(received: Received) -> LimitLog:
    return LimitLog.read(rows(read(received, "a log of limits")), Headers(received.headers))
