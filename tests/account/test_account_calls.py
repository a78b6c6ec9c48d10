"""What is sent about the account and its keys: as documented, and checked before it leaves."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from tests import spec
from venice_nb.calls.account import billing, keys, limits
from venice_nb.calls.call import Received, Safety
from venice_nb.errors import InvalidInput, UnreadableReply
from venice_nb.results.account.keys import ApiKey

ROME = timezone(timedelta(hours=2))
SECRET = "VENICE_INFERENCE_KEY_fresh_0123456789"


def judged(call):
    """The call, after the official file has accepted it."""
    assert spec.validate_request(call.method, call.path, call.query, None, call.body) == []
    assert spec.match(call.method, call.path)[0].id == call.operation
    return call


def refused(build, field):
    with pytest.raises(InvalidInput) as caught:
        build()
    assert caught.value.field == field
    assert caught.value.allowed
    assert caught.value.do
    return caught.value


# --- keys ----------------------------------------------------------------------------------------


def test_a_new_key_says_what_it_may_in_the_singular():
    call = judged(
        keys.create_key(
            "ci", kind="ADMIN", limit_usd=5, limit_diem=2.5, period="MONTH", privacy="PRIVATE_ONLY"
        )
    )
    assert call.body == {
        "apiKeyType": "ADMIN",
        "description": "ci",
        "consumptionLimit": {"usd": 5, "diem": 2.5},
        "limitPeriod": "MONTH",
        "modelPrivacy": "PRIVATE_ONLY",
    }


def test_a_new_key_without_settings_leaves_them_to_the_server():
    assert judged(keys.create_key("ci")).body == {"apiKeyType": "INFERENCE", "description": "ci"}


def test_a_change_names_what_changes_and_nothing_else():
    call = judged(keys.update_key("k1", limit_usd=np.float32(0.5)))
    assert call.body == {"id": "k1", "consumptionLimit": {"usd": 0.5}}
    assert judged(keys.update_key(ApiKey("k1"), expires="never")).body == {"id": "k1", "expiresAt": ""}
    assert judged(keys.update_key("k1", limit_usd="none", limit_diem=1)).body == {
        "id": "k1",
        "consumptionLimit": {"usd": None, "diem": 1},
    }


def test_a_key_is_found_by_its_id_or_itself():
    assert judged(keys.get_key("a/b c")).path == "/api_keys/a%2Fb%20c"
    assert judged(keys.get_key(ApiKey("k1"))).path == "/api_keys/k1"
    assert judged(keys.delete_key(ApiKey("k1"))).query == (("id", "k1"),)


def test_making_changing_and_deleting_are_never_sent_twice_by_themselves():
    made = [keys.create_key("x"), keys.update_key("k", description="y"), keys.delete_key("k")]
    assert {call.safety for call in made} == {Safety.KEYS}
    assert {keys.list_keys().safety, keys.get_key("k").safety} == {Safety.READ}
    assert not any(call.paid for call in made)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: keys.create_key(""), "description"),
        (lambda: keys.create_key("x" * 65), "description"),
        (lambda: keys.create_key(None), "description"),
        (lambda: keys.create_key("x", kind="admin"), "kind"),
        (lambda: keys.create_key("x", limit_usd=-1), "limit_usd"),
        (lambda: keys.create_key("x", limit_usd=1e10), "limit_usd"),
        (lambda: keys.create_key("x", limit_usd=True), "limit_usd"),
        (lambda: keys.create_key("x", limit_usd="5"), "limit_usd"),
        (lambda: keys.create_key("x", limit_usd="none"), "limit_usd"),
        (lambda: keys.create_key("x", limit_diem=float("nan")), "limit_diem"),
        (lambda: keys.create_key("x", period="DAY"), "period"),
        (lambda: keys.create_key("x", privacy="private"), "privacy"),
        (lambda: keys.create_key("x", expires="tomorrow"), "expires"),
        (lambda: keys.create_key("x", expires="2020-01-01"), "expires"),
        (lambda: keys.create_key("x", expires="never"), "expires"),
        (lambda: keys.create_key("x", expires=pd.NaT), "expires"),
        (lambda: keys.update_key("k"), "key"),
        (lambda: keys.update_key("", description="x"), "key"),
        (lambda: keys.update_key("k", description=" "), "description"),
        (lambda: keys.update_key("k", limit_usd="all"), "limit_usd"),
        (lambda: keys.get_key(7), "key"),
        (lambda: keys.delete_key(" "), "key"),
    ],
)
def test_what_the_server_would_refuse_is_refused_here(build, field):
    refused(build, field)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2040-05-01", "2040-05-01T00:00:00Z"),
        (date(2040, 5, 1), "2040-05-01T00:00:00Z"),
        (datetime.fromisoformat("2040-05-01T12:00"), "2040-05-01T12:00:00Z"),
        (datetime(2040, 5, 1, 12, tzinfo=ROME), "2040-05-01T10:00:00Z"),
        (pd.Timestamp("2040-05-01 12:00", tz="Europe/Rome"), "2040-05-01T10:00:00Z"),
    ],
)
def test_an_expiry_is_sent_in_utc(given, sent):
    assert judged(keys.create_key("x", expires=given)).body["expiresAt"] == sent


def answered(content):
    return Received(200, {}, content)


@pytest.mark.parametrize(
    "content",
    [
        b'{"success": true, "data": {"apiKey": "' + SECRET.encode() + b'"',  # cut
        b'["' + SECRET.encode() + b'"]',
        b'{"data": {"secret": "' + SECRET.encode() + b'"}}',
        b'{"data": {"apiKey": "' + SECRET[:5].encode() + b'"}}',
    ],
)
def test_the_error_of_a_new_key_that_cannot_be_read_keeps_nothing_of_it(content):
    with pytest.raises(UnreadableReply, match=r"v\.keys\(\)") as caught:
        keys.create_key("x").read(answered(content))
    assert caught.value.content == b""
    assert SECRET[15:] not in repr(vars(caught.value))
    assert caught.value.__context__ is None


def test_a_new_key_without_an_id_or_without_its_secret_is_kept_all_the_same():
    found = keys.create_key("x").read(answered(b'{"data": {"apiKey": "' + SECRET.encode() + b'"}}'))
    assert found.reveal() == SECRET
    assert keys.create_key("x").read(answered(b'{"data": {"id": "k"}}')).id == "k"


def test_a_field_in_which_a_server_repeats_the_secret_is_left_out():
    told = {"id": "k", "apiKey": SECRET, "note": f"keep {SECRET}", "more": [{"x": SECRET}], "plain": 1}
    assert ApiKey.read(told, new=True).raw == {"id": "k", "plain": 1}


def test_limits_are_read_in_both_spellings():
    one = ApiKey.read({"id": "k", "consumptionLimits": {"usd": 5, "diem": None}})
    two = ApiKey.read({"id": "k", "consumptionLimit": {"usd": "5"}})
    assert one.limit_usd == two.limit_usd == 5
    assert one.limit_diem is None


# --- bills -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-11-01", "2026-11-01T00:00:00.000Z"),
        ("2026-11-01T10:00", "2026-11-01T10:00:00.000Z"),
        ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00.000Z"),
        ("2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00.000Z"),
        (date(2026, 11, 1), "2026-11-01T00:00:00.000Z"),
        (datetime.fromisoformat("2026-11-01T10:00"), "2026-11-01T10:00:00.000Z"),
        (datetime(2026, 11, 1, 10, tzinfo=UTC), "2026-11-01T10:00:00.000Z"),
        (datetime(2026, 11, 1, 10, 0, 0, 123_999, tzinfo=ROME), "2026-11-01T08:00:00.123Z"),
        (pd.Timestamp("2026-11-01 10:00"), "2026-11-01T10:00:00.000Z"),
        (pd.Timestamp("2026-10-25 01:30", tz="Europe/Rome"), "2026-10-24T23:30:00.000Z"),
        (pd.Timestamp("2026-10-25 03:30", tz="Europe/Rome"), "2026-10-25T02:30:00.000Z"),
        (datetime.fromisoformat("0001-01-01"), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_moments_without_a_zone_are_utc_and_others_are_converted(given, sent):
    assert dict(judged(billing.usage_history(start=given)).query)["startTimestamp"] == sent


@pytest.mark.parametrize(
    "given",
    [
        pd.NaT,
        "soon",
        "2026-13-01",
        5,
        b"2026-11-01",
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
    ],
)
@pytest.mark.parametrize("field", ["start", "end"])
def test_what_is_no_moment_is_refused(given, field):
    refused(lambda: billing.usage_history(**{field: given}), field)
    refused(lambda: billing.usage_analytics(**{field: given}), field)


def test_a_bill_is_asked_for_from_one_moment_to_a_later_one():
    call = judged(billing.usage_history(start="2026-11-01", end="2026-11-02", currency="USD"))
    assert dict(call.query) == {
        "startTimestamp": "2026-11-01T00:00:00.000Z",
        "endTimestamp": "2026-11-02T00:00:00.000Z",
        "pageSize": "1000",
        "currency": "USD",
    }
    refused(lambda: billing.usage_history(start="2026-11-01", end="2026-11-01"), "end")
    refused(lambda: billing.usage_history(currency="EUR"), "currency")


def test_a_cursor_goes_alone():
    assert judged(billing.usage_history(start="2026-11-01", cursor="abc_-1")).query == (("cursor", "abc_-1"),)


def test_sums_are_asked_for_by_days_or_by_two_dates():
    assert judged(billing.usage_analytics()).query == (("lookback", "7d"),)
    assert judged(billing.usage_analytics(days=90)).query == (("lookback", "90d"),)
    both = judged(billing.usage_analytics(start="2026-08-03", end=datetime(2026, 8, 4, 23, tzinfo=ROME)))
    assert dict(both.query) == {"startDate": "2026-08-03", "endDate": "2026-08-04"}
    today = datetime.now(UTC).date()
    assert dict(billing.usage_analytics(start=today).query)["endDate"] == str(today)
    week = dict(billing.usage_analytics(end="2026-08-07").query)
    assert week == {"startDate": "2026-08-01", "endDate": "2026-08-07"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"days": 1.5}, "days"),
        ({"days": 3, "start": "2026-08-01"}, "days"),
        ({"start": "2026-08-02", "end": "2026-08-01"}, "start"),
        ({"start": "2026-01-01", "end": "2026-08-01"}, "start"),
    ],
)
def test_a_window_that_cannot_be_summed_up_is_refused(options, field):
    refused(lambda: billing.usage_analytics(**options), field)


def test_the_other_questions_take_nothing():
    for call in (billing.balance(), limits.rate_limits(), limits.limit_log(), keys.list_keys()):
        assert judged(call).query == ()


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"null", b'"x"', b"{"])
@pytest.mark.parametrize(
    "call",
    [
        billing.balance(),
        billing.usage_history(),
        billing.usage_analytics(),
        limits.limit_log(),
        keys.list_keys(),
        keys.get_key("k"),
    ],
    ids=lambda call: call.operation,
)
def test_an_answer_that_is_no_object_is_an_error_with_its_bytes(call, content):
    with pytest.raises(UnreadableReply) as caught:
        call.read(answered(content))
    assert caught.value.content == content


ODD = [
    {},
    {"data": None},
    {"data": "x"},
    {"data": [None, 3, {}]},
    {"balances": 5},
    {"byModel": [7], "byDate": {}},
]


@pytest.mark.parametrize("answer", ODD)
@pytest.mark.parametrize(
    "call",
    [
        billing.balance(),
        billing.usage_history(),
        billing.usage_analytics(),
        limits.limit_log(),
        keys.list_keys(),
    ],
    ids=lambda call: call.operation,
)
def test_an_object_however_odd_is_read_and_shown(call, answer):
    import json

    found = call.read(answered(json.dumps(answer).encode()))
    if hasattr(found, "_mimebundle"):
        assert found._mimebundle()["text/plain"]
