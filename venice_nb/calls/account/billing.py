"""Balance, bills and sums. API reference: `GET /billing/balance`, `/usage-history`, `/usage-analytics`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from venice_nb.calls.account.limits import QUICK
from venice_nb.calls.account.reading import read
from venice_nb.calls.call import Call, Timeouts
from venice_nb.calls.check import choice, integer, refuse
from venice_nb.results.account.analytics import Analytics
from venice_nb.results.account.balance import AccountBalance
from venice_nb.results.account.history import HistoryPage
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    from venice_nb.calls.call import Received

PAGE = 1000  # lines of one page
LONGEST = 90  # days that can be summed up
CURRENCIES = ("USD", "DIEM", "BUNDLED_CREDITS")
_SLOW = Timeouts(read=60.0, total=90.0)


def balance() -> Call[AccountBalance]:
    """What the account has; for ADMIN keys."""
    return Call(
        operation="getBillingBalance",
        method="GET",
        path="/billing/balance",
        read=lambda received: AccountBalance.read(
            read(received, "a balance"), headers=Headers(received.headers)
        ),
        timeouts=QUICK,
    )


def usage_history(
    *, start: Any = None, end: Any = None, currency: str | None = None, cursor: str | None = None
) -> Call[HistoryPage]:
    """One page of the bill, oldest first; a `cursor` carries on where a page ended. For ADMIN keys.

    `start` is included and `end` is not: each a date, a datetime or ISO 8601 text, in UTC unless it says
    otherwise.
    """
    if cursor is not None:
        query = {"cursor": cursor}
    else:
        first, last = instant("start", start), instant("end", end)
        if first is not None and last is not None and last <= first:
            refuse("end", str(end), "later than start", "Swap them, or leave one out.")
        query = {"startTimestamp": _iso(first), "endTimestamp": _iso(last), "pageSize": str(PAGE)}
        if currency is not None:
            query["currency"] = choice(*CURRENCIES)("currency", currency)
    return Call(
        operation="getBillingUsageHistory",
        method="GET",
        path="/billing/usage-history",
        query=tuple((name, value) for name, value in query.items() if value),
        read=_read_page,
        timeouts=_SLOW,
    )


def usage_analytics(*, days: int | None = None, start: Any = None, end: Any = None) -> Call[Analytics]:
    """Sums by day, model and key over the last `days` (1 to 90, 7 by default), or from `start` to `end`."""
    query: dict[str, str]
    if start is None and end is None:
        count = integer(1, LONGEST)("days", 7 if days is None else days)
        query = {"lookback": f"{count}d"}
    else:
        if days is not None:
            refuse("days", days, "absent when start or end is given", "Give the one or the other.")
        last = _day("end", end) or datetime.now(UTC).date()
        first = _day("start", start) or last - timedelta(days=6)
        if not 0 <= (last - first).days < LONGEST:
            do = f"Ask for at most {LONGEST} days, the earlier one first."
            refuse("start", str(start), f"within {LONGEST} days before end", do)
        query = {"startDate": str(first), "endDate": str(last)}
    return Call(
        operation="getBillingUsageAnalytics",
        method="GET",
        path="/billing/usage-analytics",
        query=tuple(query.items()),
        read=_read_analytics,
        timeouts=_SLOW,
    )


def instant(field: str, value: Any) -> datetime | None:
    """A moment in UTC out of a date, a datetime or ISO 8601 text; without a zone it is UTC."""
    if value is None:
        return None
    found: Any = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
    elif not isinstance(value, datetime) and isinstance(value, date):
        found = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(found, datetime) or found != found:  # noqa: PLR0124  pandas' NaT is a datetime
        refuse(field, value, "a date, a datetime or ISO 8601 text", "For example '2026-11-01'.")
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (OverflowError, ValueError):  # at the ends of the calendar
        return refuse(field, str(value), "a moment that is in the calendar in UTC", "Name another one.")


def _day(field: str, value: Any) -> date | None:
    found = instant(field, value)
    return None if found is None else found.date()


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _read_page(received: Received) -> HistoryPage:
    return HistoryPage.read(read(received, "a page of the bill"), Headers(received.headers))


def _read_analytics(received: Received) -> Analytics:
    return Analytics.read(read(received, "sums of usage"), Headers(received.headers))
