"""What is read from the headers of an answer; values that make no sense are as good as missing."""

import copy
import pickle

import pytest

from venice_nb.results.headers import Balance, Deprecation, Headers, Limit

DATE = "Fri, 21 Aug 2026 12:00:00 GMT"
NOW = 1787313600  # the same instant as a Unix time


def test_names_are_found_in_any_case():
    headers = Headers({"CF-Ray": "x"})
    assert headers["cf-ray"] == headers["CF-RAY"] == headers.request_id == "x"
    assert "Cf-Ray" in headers
    assert list(headers) == ["cf-ray"]
    assert 3 not in headers


@pytest.mark.parametrize(
    ("usd", "diem", "expected"),
    [
        ("12.5", "0.25", Balance(12.5, 0.25)),
        ("0", None, Balance(0.0, None)),
        ("", "abc", Balance(None, None)),
        ("nan", "inf", Balance(None, None)),
        ("1_000", "1e400", Balance(None, None)),
        ("١٢", "-3", Balance(None, -3.0)),
    ],
)
def test_the_balance_is_two_numbers_or_unknown(usd, diem, expected):
    sent = {"x-venice-balance-usd": usd} | ({"x-venice-balance-diem": diem} if diem is not None else {})
    assert Headers(sent).balance == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (str(NOW + 30), 30.0),
        (f"{NOW + 30}.5", 30.5),
        (str((NOW + 30) * 1000), 30.0),
        ("30", 30.0),
        ("0", 0.0),
        ("86399", 86399.0),
        (str(NOW - 30), 0.0),
        ("-5", 0.0),
        ("99999999", 99999999.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_the_size_of_a_reset_value_tells_its_unit(value, seconds):
    """The sources disagree between Unix seconds, Unix milliseconds and a duration."""
    headers = Headers({"Date": DATE, "x-ratelimit-reset-requests": value, "x-ratelimit-reset-tokens": value})
    assert headers.limits.requests.reset == seconds
    assert headers.limits.tokens.reset == seconds


def test_limits_are_read_for_requests_tokens_and_failures():
    limits = Headers(
        {
            "date": DATE,
            "x-ratelimit-limit-requests": "50",
            "x-ratelimit-remaining-requests": "49",
            "x-ratelimit-reset-requests": str(NOW + 10),
            "x-ratelimit-limit-tokens": "750000",
            "x-ratelimit-remaining-tokens": "749000",
            "x-ratelimit-reset-tokens": "9",
            "x-ratelimit-remaining": "18",
            "x-ratelimit-resets": str((NOW + 5) * 1000),
            "x-ratelimit-type": "user",
        }
    ).limits
    assert limits.requests == Limit(50, 49, 10.0)
    assert limits.tokens == Limit(750000, 749000, 9.0)
    assert limits.failures == Limit(None, 18, 5.0)
    assert limits.type == "user"


def test_without_a_date_the_time_of_receipt_counts():
    headers = Headers({"x-ratelimit-reset-requests": "1000000030"}, received=1000000000)
    assert headers.limits.requests.reset == 30.0


def test_a_deprecation_is_told_or_none():
    assert Headers({}).deprecation is None
    assert Headers({"x-venice-deprecated": "false"}).deprecation is None
    assert Headers({"x-venice-deprecated": "true"}).deprecation == Deprecation()
    assert Headers(
        {
            "x-venice-model-deprecation-warning": "going",
            "x-venice-model-deprecation-date": "2026-12-24",
            "x-venice-deprecated-replacement": "new",
        }
    ).deprecation == Deprecation("going", "2026-12-24", "new")


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("x-venice-is-blurred", "blurred"),
        ("x-venice-is-content-violation", "content_violation"),
        ("x-venice-is-adult-model-content-violation", "content_violation"),
        ("x-venice-contains-minor", "content_violation"),
        ("x-venice-sandbox", "sandbox"),
    ],
)
def test_flags_are_true_only_for_true(name, flag):
    assert getattr(Headers({name: "true"}), flag) is True
    assert getattr(Headers({name: "TRUE"}), flag) is True
    assert getattr(Headers({name: "false"}), flag) is False
    assert getattr(Headers({}), flag) is False


def test_the_enhanced_prompt_is_decoded():
    assert Headers({"x-venice-enhanced-prompt": "a%20b"}).enhanced_prompt == "a b"
    assert Headers({}).enhanced_prompt is None


def test_copies_and_pickles_are_equal():
    headers = Headers({"cf-ray": "x"}, received=5.0)
    assert pickle.loads(pickle.dumps(headers)) == copy.deepcopy(headers) == headers
