"""The sandbox's keys and bills as documented: it takes what the official file takes, and no more."""

import string
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import spec
from tests.spec_file import JSON, operation, request_validator
from venice_nb.calls.account import billing, keys
from venice_nb.calls.call import Received
from venice_nb.errors import InvalidInput
from venice_nb.sandbox import Sandbox

NOON = 1_785_585_600.0  # 1 August 2026


class Desk:
    """Asks a sandbox with its ADMIN key, and holds every answer against the official file."""

    def __init__(self):
        self.now = NOON
        self.box = Sandbox(abuse="off", tier="unlimited", clock=self.clock)
        self.client = httpx.Client(transport=self.box.transport(), base_url=self.box.base_url)
        self.made = self.box.state.add_key("sandbox-made-0123456789", "INFERENCE").id

    def clock(self):
        self.now += 10.0  # slow enough for as many keys as one likes
        return self.now

    def __call__(self, method, path, body=None, query=None):
        sent = {} if body is None else {"json": body}
        reply = self.client.request(
            method, path, params=query, headers={"Authorization": f"Bearer {self.box.admin_key}"}, **sent
        )
        kind = reply.headers.get("content-type")
        assert spec.validate_response(method, path, reply.status_code, kind, reply.content) == []
        while len(self.box.state.keys) > 100:  # an account has at most 500
            self.box.state.remove_key(list(self.box.state.keys)[-1])
        return reply

    def carry_out(self, call):
        """What a call of ours gives."""
        assert spec.validate_request(call.method, call.path, call.query, None, call.body) == []
        reply = self(call.method, call.path, call.body, list(call.query))
        assert reply.status_code == 200, reply.text
        return call.read(Received(200, dict(reply.headers), reply.content))


DESK = Desk()

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
DATES = st.sampled_from(
    ["", "2030-01-01", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z", "2020-01-01", "2030-02-30", "soon"]
)
AMOUNTS = st.none() | st.integers(-1, 10**10) | st.floats(0, 100) | ANYTHING
SETTINGS = {
    "consumptionLimit": st.fixed_dictionaries({}, optional=dict.fromkeys(("usd", "diem", "vcu"), AMOUNTS))
    | ANYTHING,
    "limitPeriod": st.sampled_from(["EPOCH", "MONTH", "LIFETIME", "DAY"]) | ANYTHING,
    "modelPrivacy": st.sampled_from(["ALL", "PRIVATE_TEXT", "PRIVATE_ONLY", "NONE"]) | ANYTHING,
    "expiresAt": DATES | ANYTHING,
}
NAMES = st.text(max_size=70)
BODIES = {
    "createApiKey": st.fixed_dictionaries(
        {"apiKeyType": st.sampled_from(["INFERENCE", "ADMIN", "OTHER"]), "description": NAMES | ANYTHING},
        optional=SETTINGS,
    )
    | ANYTHING,
    "updateApiKey": st.fixed_dictionaries(
        {"id": st.just(DESK.made)}, optional={"description": NAMES | ANYTHING, **SETTINGS}
    )
    | ANYTHING,
}


@pytest.mark.parametrize("name", BODIES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_the_official_file_takes_the_sandbox_takes_and_what_it_refuses_the_sandbox_refuses(name, data):
    body = data.draw(BODIES[name])
    asked = operation(name)
    reply = DESK(asked.method, asked.path, body)
    valid = isinstance(body, dict) and request_validator(name, JSON).is_valid(body)
    if reply.status_code == 200:
        assert valid, body
    elif valid:  # more than a schema can say: a day that is over or not in the calendar, an id nobody has
        told = reply.json()
        assert (
            told.get("issues", [{}])[0].get("path") == ["expiresAt"]
            or "could not be found" in str(told)
            or "not found or expired" in str(told)
        ), (body, told)


QUERIES = {
    "getBillingUsageHistory": {
        "currency": st.sampled_from(["USD", "DIEM", "BUNDLED_CREDITS", "EUR"]),
        "pageSize": st.sampled_from(["1", "10", "1000", "1001", "x"]),
        "startTimestamp": st.sampled_from(["2026-08-01T00:00:00Z", "2026-08-01", "x"]),
        "endTimestamp": st.sampled_from(["2026-08-02T00:00:00.000Z", "2020-01-01T00:00:00Z"]),
    },
    "getBillingUsageAnalytics": {
        "lookback": st.sampled_from(["1d", "7d", "90d", "91d", "0d", "07d", "week"]),
        "startDate": st.sampled_from(["2026-08-01", "2026-8-1", "2026-02-30"]),
        "endDate": st.sampled_from(["2026-08-02", "2020-01-01"]),
    },
}


@pytest.mark.parametrize("name", QUERIES)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_query_that_the_official_file_refuses_is_refused(name, data):
    query = data.draw(st.fixed_dictionaries({}, optional=QUERIES[name]))
    asked = operation(name)
    reply = DESK(asked.method, asked.path, query=query)
    if spec.validate_request(asked.method, asked.path, query):
        assert reply.status_code == 400, query


# --- what our calls let pass -----------------------------------------------------------------------

limits = st.none() | st.integers(0, 9_999_999_999) | st.floats(0, 9e9)
moments = st.datetimes(datetime(2027, 1, 1), datetime(2090, 1, 1)) | st.dates(  # noqa: DTZ001  naive: UTC
    datetime(2027, 1, 1, tzinfo=UTC).date(), datetime(2090, 1, 1, tzinfo=UTC).date()
)
OURS = {
    "limit_usd": limits,
    "limit_diem": limits,
    "period": st.none() | st.sampled_from(keys.PERIODS),
    "privacy": st.none() | st.sampled_from(keys.PRIVACY),
    "expires": st.none() | moments,
}


@settings(max_examples=80, deadline=None)
@given(name=st.text(max_size=70), options=st.fixed_dictionaries({}, optional=OURS))
def test_every_key_the_client_lets_pass_is_made_as_it_was_asked_for(name, options):
    try:
        call = keys.create_key(name, **options)
    except InvalidInput:
        return
    made = DESK.carry_out(call)
    found = DESK.carry_out(keys.get_key(made))
    assert found.description == made.description == name
    for option, given_value in options.items():
        if option != "expires" and given_value is not None:
            assert getattr(found, option) == pytest.approx(given_value)
    assert made.reveal().startswith("VENICE_INFERENCE_KEY_")
    assert DESK.carry_out(keys.delete_key(made)) is True


@settings(max_examples=80, deadline=None)
@given(
    options=st.fixed_dictionaries(
        {"description": st.none() | st.text(string.ascii_letters, min_size=1, max_size=64)},
        optional={**OURS, "limit_usd": limits | st.just("none"), "expires": st.just("never") | moments},
    )
)
def test_every_change_the_client_lets_pass_is_made(options):
    try:
        call = keys.update_key(DESK.made, **options)
    except InvalidInput:  # nothing to change
        return
    changed = DESK.carry_out(call)
    if options.get("limit_usd") == "none":
        assert changed.limit_usd is None
    if options.get("expires") == "never":
        assert changed.expires == ""


@settings(max_examples=60, deadline=None)
@given(
    start=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    length=st.none() | st.timedeltas(timedelta(milliseconds=1), timedelta(days=400)),
    currency=st.none() | st.sampled_from(billing.CURRENCIES),
)
def test_every_window_of_a_bill_the_client_lets_pass_is_taken(start, length, currency):
    end = None if start is None or length is None else start + length
    found = DESK.carry_out(billing.usage_history(start=start, end=end, currency=currency))
    assert found.cursor is None


@settings(max_examples=40, deadline=None)
@given(days=st.integers(-1, 100), start=st.none() | st.dates(datetime(2026, 1, 1, tzinfo=UTC).date()))
def test_every_window_of_sums_the_client_lets_pass_is_taken(days, start):
    try:
        if start is None:
            call = billing.usage_analytics(days=days)
        else:
            call = billing.usage_analytics(start=start, end=start + timedelta(days=max(days, 0)))
    except (InvalidInput, OverflowError):
        return
    expected = days if start is None else max(days, 0) + 1
    assert len(DESK.carry_out(call).days) == expected
