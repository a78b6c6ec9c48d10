"""Plans for the account: what it has, what it may do, what it spent, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.calls.account import billing
from venice_nb.calls.account import keys as calls
from venice_nb.calls.account.limits import limit_log as ask_log
from venice_nb.calls.account.limits import rate_limits
from venice_nb.calls.check import integer, refuse
from venice_nb.errors import AdminKeyRequired, BadRequest, UnknownOutcome
from venice_nb.policy.steps import Plan, Send
from venice_nb.results.account.balance import AccountBalance
from venice_nb.results.account.history import History

if TYPE_CHECKING:
    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session
    from venice_nb.results.account.analytics import Analytics
    from venice_nb.results.account.history import HistoryPage
    from venice_nb.results.account.keys import ApiKey, KeyTable
    from venice_nb.results.account.limit_log import LimitLog
    from venice_nb.results.limits import RateLimits

T = TypeVar("T")
MANY = 100_000  # lines of a bill that are read unless `limit` says otherwise


def balance(session: Session, /) -> Plan[AccountBalance]:
    """What is left on the account, in US dollars and DIEM. Works with every kind of key.

    API reference: `GET /billing/balance` with an ADMIN key, else `GET /api_keys/rate_limits`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().account.balance().usd
    10.0

    """
    if not _inference(session):
        try:
            found: AccountBalance = yield Send(billing.balance())
        except AdminKeyRequired:  # a key that does not tell its kind
            pass
        else:
            return found
    limits: RateLimits = yield Send(rate_limits())
    return AccountBalance.of(limits)


def limits(session: Session, /) -> Plan[RateLimits]:  # noqa: ARG001  every plan begins with its session
    """How often the key may call each model, with the account's tier as the server names it.

    `.of(model)` gives the limits of one model; a DataFrame has `model`, `kind` (RPM and TPM: requests and
    tokens a minute, RPD: requests a day) and `amount`. Works with every kind of key.
    API reference: `GET /api_keys/rate_limits`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox(tier="paid").account.limits().of("text-embedding-bge-m3")
    {'RPM': 500.0}

    """
    found: RateLimits = yield Send(rate_limits())
    return found


def limit_log(session: Session, /) -> Plan[LimitLog]:
    """The last 50 times a limit was hit, the latest first; needs an ADMIN key.

    API reference: `GET /api_keys/rate_limits/log`.

    >>> import venice_nb as vn
    >>> len(vn.Venice.sandbox().account.limit_log())
    0

    """
    _admin(session, "the log of limits")
    found: LimitLog = yield Send(ask_log())
    return found


def usage(
    session: Session, /, *, days: int | None = None, start: Any = None, end: Any = None
) -> Plan[Analytics]:
    """What the account used by day, model and key, as the server sums it up; needs an ADMIN key.

    Args:
        days: the last 1 to 90 days, today included; 7 when nothing is said.
        start: the first day instead: a date, a datetime or ISO 8601 text, in UTC unless it says otherwise.
        end: the last day, included; today when left out.

    The table is by model; `.by("day")`, `.by("key")` and `.plot("day")` tell the rest. The server keeps these
    sums for up to ten minutes. API reference: `GET /billing/usage-analytics`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> _ = v.images.generate("a gondola", width=256, height=256)
    >>> v.account.usage(days=1).by("model")[["model", "usd"]].to_dict("records")
    [{'model': 'Z-Image Turbo', 'usd': 0.01}]

    """
    _admin(session, "the sums of usage")
    found: Analytics = yield Send(billing.usage_analytics(days=days, start=start, end=end))
    return found


def history(
    session: Session,
    /,
    *,
    start: Any = None,
    end: Any = None,
    currency: str | None = None,
    limit: int | None = None,
) -> Plan[History]:
    """The bill, one row for each thing that was charged, oldest first; needs an ADMIN key.

    Args:
        start: from when on: a date, a datetime or ISO 8601 text, in UTC unless it says otherwise.
        end: until when, not included.
        currency: only what was paid in USD, DIEM or BUNDLED_CREDITS.
        limit: rows at most; 100,000 when left out. `.complete` tells whether there were more.

    All pages are read. `.save("bill.csv")` writes them. API reference: `GET /billing/usage-history`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> _ = v.images.generate("a gondola", width=256, height=256)
    >>> v.account.history()[["sku", "amount"]].to_dict("records")
    [{'sku': 'z-image-turbo-image-unit', 'amount': 0.01}]

    """
    _admin(session, "the bill")
    most = MANY if limit is None else integer(1)("limit", limit)
    rows: list[dict[str, Any]] = []
    page: HistoryPage = yield Send(billing.usage_history(start=start, end=end, currency=currency))
    rows += page.rows
    passed: set[str] = set()
    while page.cursor and page.cursor not in passed and len(rows) < most:
        passed.add(page.cursor)
        page = yield Send(billing.usage_history(cursor=page.cursor))
        rows += page.rows
    complete = not page.cursor and len(rows) <= most
    return History(tuple(rows[:most]), complete, headers=page.headers)


def keys(session: Session, /) -> Plan[KeyTable]:
    """The keys of the account with their limits, privacy, last use and spending; needs an ADMIN key.

    API reference: `GET /api_keys`.

    >>> import venice_nb as vn
    >>> [key.kind for key in vn.Venice.sandbox().keys()]
    ['ADMIN', 'INFERENCE']

    """
    _admin(session, "the keys of the account")
    found: KeyTable = yield Send(calls.list_keys())
    return found


def get(session: Session, /, key: str | ApiKey) -> Plan[ApiKey]:
    """One key by its id, as `v.keys()` has it; needs an ADMIN key. API reference: `GET /api_keys/{id}`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.keys.get(v.keys.create("ci").id).description
    'ci'

    """
    _admin(session, "the keys of the account")
    found: ApiKey = yield from _of(calls.get_key(key))
    return found


def create(
    session: Session,
    /,
    description: str,
    *,
    kind: str = "INFERENCE",
    limit_usd: float | None = None,
    limit_diem: float | None = None,
    period: str | None = None,
    privacy: str | None = None,
    expires: Any = None,
) -> Plan[ApiKey]:
    """A new key. Its secret is told this once: `.reveal()` gives it; needs an ADMIN key.

    Args:
        description: its name, up to 64 characters.
        kind: INFERENCE, which can do everything but manage keys and see bills, or ADMIN.
        limit_usd: US dollars it may spend in a period.
        limit_diem: DIEM it may spend in a period.
        period: EPOCH (a day in UTC, the server's default), MONTH or LIFETIME.
        privacy: ALL, PRIVATE_TEXT or PRIVATE_ONLY: the models it may use.
        expires: when it ends: a date, a datetime or ISO 8601 text, in UTC unless it says otherwise.

    Nothing of the secret is shown, pickled or saved. When the answer is lost, the key may exist all the same:
    look at `v.keys()`. API reference: `POST /api_keys`.

    >>> import venice_nb as vn
    >>> k = vn.Venice.sandbox().keys.create("ci", limit_usd=5)
    >>> k.limit_usd, k.reveal().startswith("VENICE_INFERENCE_KEY_")
    (5.0, True)

    """
    _admin(session, "the keys of the account")
    call = calls.create_key(
        description,
        kind=kind,
        limit_usd=limit_usd,
        limit_diem=limit_diem,
        period=period,
        privacy=privacy,
        expires=expires,
    )
    try:
        found: ApiKey = yield Send(call)
    except UnknownOutcome as error:
        error.do = f"look at v.keys(): the key may have been made, and its secret is lost; {error.do}"
        raise
    return found


def update(
    session: Session,
    /,
    key: str | ApiKey,
    *,
    description: str | None = None,
    limit_usd: float | str | None = None,
    limit_diem: float | str | None = None,
    period: str | None = None,
    privacy: str | None = None,
    expires: Any = None,
) -> Plan[ApiKey]:
    """The key with what is named changed; needs an ADMIN key.

    `limit_usd="none"` and `limit_diem="none"` lift a limit, `expires="never"` lets the key live. Takes what
    `create` takes, but for the kind, which stays. API reference: `PATCH /api_keys`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.keys.update(v.keys.create("ci"), limit_usd=2, period="MONTH").limit_usd
    2.0

    """
    _admin(session, "the keys of the account")
    call = calls.update_key(
        key,
        description=description,
        limit_usd=limit_usd,
        limit_diem=limit_diem,
        period=period,
        privacy=privacy,
        expires=expires,
    )
    found: ApiKey = yield from _of(call)
    return found


def delete(session: Session, /, key: str | ApiKey) -> Plan[bool]:
    """Whether the key is gone; what uses it is refused from now on. Needs an ADMIN key.

    API reference: `DELETE /api_keys`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.keys.delete(v.keys.create("ci"))
    True

    """
    _admin(session, "the keys of the account")
    gone: bool = yield from _of(calls.delete_key(key))
    return gone


def _of(call: Call[T]) -> Plan[T]:
    """What comes of a call about one key; when there is none of that id, the error says where ids are."""
    try:
        found: T = yield Send(call)
    except BadRequest as error:
        if "key" in error.what.lower():
            error.do = "look at v.keys(): it has the keys that live, each with its .id"
        raise
    return found


def _inference(session: Session) -> bool:
    return session.key is not None and session.key.kind == "INFERENCE"


def _admin(session: Session, what: str) -> None:
    """Refuse what the server would refuse: a key that is known to be for inference only."""
    if _inference(session):
        do = "Connect with an ADMIN key: make one at https://venice.ai/settings/api."
        told = f"Only an ADMIN key may see or change {what}, and this client has an INFERENCE key."
        refuse("api_key", "an INFERENCE key", "an ADMIN key", do, what=told)
