"""API keys: listed, made, changed, deleted; all for ADMIN keys. API reference: `/api_keys`.

The API writes `consumptionLimit` and reads `consumptionLimits`; here a limit is `limit_usd` and `limit_diem`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from venice_nb.calls.account.billing import instant
from venice_nb.calls.account.limits import QUICK
from venice_nb.calls.account.reading import read, rows
from venice_nb.calls.answer import unreadable
from venice_nb.calls.call import Call, Safety
from venice_nb.calls.check import Rule, choice, number, refuse, text
from venice_nb.errors import InvalidInput, UnreadableReply
from venice_nb.results.account.keys import ApiKey, KeyTable
from venice_nb.results.account.revealed import Revealed
from venice_nb.results.headers import Headers
from venice_nb.results.reading import flag, mapping
from venice_nb.secrets import hidden

if TYPE_CHECKING:
    from venice_nb.calls.call import Received

KINDS = ("INFERENCE", "ADMIN")
PERIODS = ("EPOCH", "MONTH", "LIFETIME")
PRIVACY = ("ALL", "PRIVATE_TEXT", "PRIVATE_ONLY")
MOST = 9_999_999_999  # US dollars or DIEM of a limit
_SECRET = re.compile(r"VENICE_(INFERENCE|ADMIN)_KEY_")
NEVER, NONE = "never", "none"  # an expiry that lets a key live; a limit that is lifted


def list_keys() -> Call[KeyTable]:
    """All keys of the account, without their secrets."""
    return Call(operation="getApiKeys", method="GET", path="/api_keys", read=_read_list, timeouts=QUICK)


def get_key(key: str | ApiKey) -> Call[ApiKey]:
    """One key by its id."""
    return Call(
        operation="getApiKeyById",
        method="GET",
        path=f"/api_keys/{quote(_id(key), safe='')}",
        read=_read_one,
        timeouts=QUICK,
    )


def create_key(
    description: str,
    *,
    kind: str = "INFERENCE",
    limit_usd: float | None = None,
    limit_diem: float | None = None,
    period: str | None = None,
    privacy: str | None = None,
    expires: Any = None,
) -> Call[ApiKey]:
    """A new key; the answer is the only place where its secret is ever told."""
    body: dict[str, Any] = {
        "apiKeyType": choice(*KINDS)("kind", kind),
        "description": text(blank=False, longest=64)("description", description),
    }
    body |= _settings(limit_usd, limit_diem, period, privacy)
    if expires is not None:
        body["expiresAt"] = _expiry(expires)
    return Call(
        operation="createApiKey",
        method="POST",
        path="/api_keys",
        body=body,
        read=_read_new,
        safety=Safety.KEYS,
        timeouts=QUICK,
    )


def update_key(
    key: str | ApiKey,
    *,
    description: str | None = None,
    limit_usd: float | str | None = None,
    limit_diem: float | str | None = None,
    period: str | None = None,
    privacy: str | None = None,
    expires: Any = None,
) -> Call[ApiKey]:
    """A key with what is named changed; `expires="never"` lets it live, `limit_usd="none"` lifts a limit."""
    body: dict[str, Any] = {"id": _id(key)}
    if description is not None:
        body["description"] = text(blank=False, longest=64)("description", description)
    body |= _settings(limit_usd, limit_diem, period, privacy, lift=True)
    if expires is not None:
        body["expiresAt"] = "" if isinstance(expires, str) and expires == NEVER else _expiry(expires)
    if len(body) == 1:
        do = "Pass description=, limit_usd=, limit_diem=, period=, privacy= or expires=."
        refuse("key", body["id"], "something to change", do, what="Nothing is named that should change.")
    return Call(
        operation="updateApiKey",
        method="PATCH",
        path="/api_keys",
        body=body,
        read=_read_one,
        safety=Safety.KEYS,
        timeouts=QUICK,
    )


def delete_key(key: str | ApiKey) -> Call[bool]:
    """Delete a key: what uses it is refused from then on."""
    return Call(
        operation="deleteApiKey",
        method="DELETE",
        path="/api_keys",
        query=(("id", _id(key)),),
        read=lambda received: flag(read(received, "the end of a key").get("success")),
        safety=Safety.KEYS,
        timeouts=QUICK,
    )


def _settings(
    usd: float | str | None,
    diem: float | str | None,
    period: str | None,
    privacy: str | None,
    *,
    lift: bool = False,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    amount: Rule = number(0, MOST)
    given = {"usd": ("limit_usd", usd), "diem": ("limit_diem", diem)}
    limit = {
        name: None if lift and isinstance(value, str) and value == NONE else amount(field, value)
        for name, (field, value) in given.items()
        if value is not None
    }
    if limit:
        found["consumptionLimit"] = limit
    if period is not None:
        found["limitPeriod"] = choice(*PERIODS)("period", period)
    if privacy is not None:
        found["modelPrivacy"] = choice(*PRIVACY)("privacy", privacy)
    return found


def _expiry(value: Any) -> str:
    moment = instant("expires", value)
    assert moment is not None
    if moment <= datetime.now(UTC):
        do = f"Name a later moment, or leave it out; {NEVER!r} lets a key live that is changed."
        refuse("expires", str(value), "a moment to come, in UTC", do)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _id(key: str | ApiKey) -> str:
    """The id of a key. A secret in its place is refused: it would stand in addresses, logs and errors."""
    if isinstance(key, Revealed) or (isinstance(key, str) and (_SECRET.match(key) or hidden(key) != key)):
        do = "Pass the key itself, or its id as v.keys() has it."
        refuse("key", "<hidden>", "the id of a key", do, what="That is the secret of a key, and not its id.")
    return str(text(blank=False, longest=200)("key", key.id if isinstance(key, ApiKey) else key))


def _read_list(received: Received) -> KeyTable:
    found = rows(read(received, "a list of keys"))
    return KeyTable(tuple(ApiKey.read(row) for row in found), headers=Headers(received.headers))


def _read_one(received: Received) -> ApiKey:
    answer = read(received, "a key")
    return ApiKey.read(mapping(answer.get("data")) or answer, headers=Headers(received.headers))


def _read_new(received: Received) -> ApiKey:
    """The new key. The error of an answer that cannot be read keeps nothing of it: a secret may be in it."""
    try:
        answer = read(received, "a new key")
        key = ApiKey.read(mapping(answer.get("data")) or answer, headers=Headers(received.headers), new=True)
    except (UnreadableReply, InvalidInput):
        key = ApiKey("")
    if key.secret is not None:
        key = replace(key, headers=Headers({name: hidden(told) for name, told in received.headers.items()}))
    if not key.id and key.secret is None:
        error = unreadable(
            replace(received, content=b""), "The server answered with something that is not a new key", {}
        )
        error.do = "look at v.keys(): a key that was made all the same is there, and its secret is lost"
        raise error
    return key
