"""What an account shows of itself: in both forms, in UTC, without a secret."""

import copy
import json
import pickle
from dataclasses import replace

import pandas as pd
import pytest

from venice_nb.errors import InvalidInput
from venice_nb.results.account.analytics import Analytics
from venice_nb.results.account.balance import AccountBalance
from venice_nb.results.account.history import History, HistoryPage
from venice_nb.results.account.keys import ApiKey, KeyTable
from venice_nb.results.account.left import LimitsLeft
from venice_nb.results.account.limit_log import LimitLog
from venice_nb.results.headers import Headers, Limit, Limits

SECRET = "VENICE_INFERENCE_KEY_fresh_0123456789"
LIMITED = {
    "id": "k1",
    "apiKeyType": "INFERENCE",
    "description": "ci",
    "createdAt": "2026-08-01T23:30:00.000Z",
    "expiresAt": "2027-01-31T00:00:00.000Z",
    "lastUsedAt": None,
    "last6Chars": "abcdef",
    "consumptionLimits": {"usd": 5, "diem": 2, "vcu": None},
    "limitPeriod": "MONTH",
    "modelPrivacy": "PRIVATE_ONLY",
    "usage": {"trailingSevenDays": {"usd": "1.5", "vcu": "0", "diem": "0.25"}},
    "currentPeriodUsage": {"usd": "0.75", "diem": "0"},
}
LINE = {
    "timestamp": "2026-08-01T23:30:00.000Z",
    "sku": "llama-3.3-70b-llm-output-mtoken",
    "pricePerUnitUsd": 2.8,
    "units": 0.5,
    "amount": -1.4,
    "currency": "USD",
    "notes": "API Inference",
    "inferenceDetails": {"requestId": "chatcmpl-1", "promptTokens": 9, "completionTokens": None},
}
SUMS = {
    "lookback": "2d",
    "byDate": [{"date": "2026-08-02", "USD": 0.5, "DIEM": 0}, {"date": "2026-08-01", "USD": 1, "DIEM": 0.25}],
    "byModel": [
        {"modelName": "Llama", "unitType": "tokens", "totalUsd": 1.5, "totalDiem": 0.25, "totalUnits": 9}
    ],
    "byKey": [{"apiKeyId": "k1", "description": "ci", "totalUsd": 1.5, "totalDiem": 0.25, "totalUnits": 9}],
}


def both(thing):
    shown = thing._mimebundle()
    return shown["text/plain"], shown["text/html"]


def bill(*lines):
    return History(HistoryPage.read({"data": list(lines)}, Headers()).rows)


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_shows_what_it_may_and_what_it_spent_in_both_forms():
    for form in both(ApiKey.read(LIMITED)):
        for said in ("ci", "INFERENCE", "$5.00 and 2 DIEM a month", "private only", "2027-01-31", "$1.75"):
            assert said in form
        assert "abcdef" not in form


def test_a_key_without_limits_says_so():
    plain, page = both(ApiKey.read({"id": "k", "description": "x"}))
    for form in (plain, page):
        assert "none" in form
        assert "never" in form
        assert "all models" in form
    assert "spent" not in plain


def test_a_fresh_key_tells_where_its_secret_is_and_never_what():
    key = ApiKey.read({**LIMITED, "apiKey": SECRET}, new=True)
    for form in (*both(key), repr(key), str(key.to_dict()), str(key.raw), f"{key}"):
        assert SECRET[20:] not in form
    assert ".reveal()" in both(key)[0]
    assert key.reveal() == SECRET


def test_a_key_out_of_a_list_has_no_secret_to_reveal():
    key = ApiKey.read({**LIMITED, "apiKey": SECRET})
    with pytest.raises(InvalidInput, match="told it once"):
        key.reveal()
    assert SECRET not in str(key.raw)


def test_a_revealed_key_prints_and_is_passed_on_but_is_nothing_to_whoever_looks(monkeypatch):
    import os

    key = ApiKey.read({**LIMITED, "apiKey": SECRET}, new=True).reveal()
    assert f"{key}" == str(key) == SECRET
    monkeypatch.setenv("PASSED_ON", key)
    assert os.environ["PASSED_ON"] == SECRET
    for seen in (repr(key), repr([key]), repr({"k": key}), f"{key!r}"):
        assert SECRET[20:] not in seen
    for protocol in range(6):
        with pytest.raises(TypeError, match="never pickled"):
            pickle.dumps(key, protocol)
    with pytest.raises(TypeError, match="never pickled"):
        copy.copy(key)


def test_a_pickled_or_copied_key_leaves_its_secret_behind(tmp_path):
    key = ApiKey.read({**LIMITED, "apiKey": SECRET}, new=True)
    for again in (pickle.loads(pickle.dumps(key)), copy.copy(key), copy.deepcopy(key)):
        assert again.to_dict() == key.to_dict()
        assert again.secret is None
    assert SECRET[20:] not in key.save(tmp_path / "k.json").read_text("utf-8")


def test_the_table_of_keys_has_times_in_utc_and_numbers_where_there_are_any():
    table = KeyTable((ApiKey.read(LIMITED), ApiKey.read({"id": "k2"})))
    frame = table.to_frame()
    assert frame["created"].tolist() == [pd.Timestamp("2026-08-01T23:30Z"), pd.NaT]
    assert str(frame["created"].dt.tz) == str(frame["last_used"].dt.tz) == "UTC"
    assert frame["limit_usd"].tolist()[0] == 5
    assert frame["period_usd"].tolist()[0] == 0.75
    assert "secret" not in frame
    assert [key.id for key in table] == ["k1", "k2"]
    assert len(table.raw) == len(table) == 2


def test_an_empty_account_has_an_empty_table_of_the_same_columns():
    assert list(KeyTable(()).df) == list(KeyTable((ApiKey.read(LIMITED),)).df)
    assert "0 keys" in both(KeyTable(()))[0]


# --- balance ---------------------------------------------------------------------------------------


def test_a_balance_is_dollars_and_diem_together():
    told = {
        "canConsume": False,
        "consumptionCurrency": "DIEM",
        "balances": {"usd": 3.5, "diem": 1.25},
        "diemEpochAllocation": 5,
    }
    found = AccountBalance.read(told, headers=Headers())
    assert float(found) == 4.75
    for form in both(found):
        for said in ("$4.75 left", "$3.50", "1.25 of 5 a day", "DIEM", "top up"):
            assert said in form
    assert json.loads(json.dumps(found.to_dict()))["currency"] == "DIEM"


def test_a_balance_that_is_not_told_is_no_zero():
    found = AccountBalance.read({}, headers=Headers())
    assert found.usd is None
    assert "unknown" in both(found)[0]


# --- the bill -------------------------------------------------------------------------------------


def test_a_bill_has_costs_above_zero_refunds_below_and_times_in_utc():
    found = bill(LINE, {**LINE, "amount": 0.4, "notes": "Refund", "timestamp": "2026-08-02T00:30:00.000Z"})
    frame = found.to_frame()
    assert frame["amount"].tolist() == [1.4, -0.4]
    assert str(frame["time"].dt.tz) == "UTC"
    assert found.total == pytest.approx(1.0)
    assert frame["prompt_tokens"].tolist() == [9, 9]
    assert frame["completion_tokens"].isna().all()
    for form in both(found):
        assert "The bill: $1.00 in 2 lines" in form
        assert "-$0.40" in form


def test_a_bill_is_drawn_by_days_of_utc():
    axes = bill(LINE, {**LINE, "timestamp": "2026-08-02T00:30:00.000Z"}).plot()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2026-08-01", "2026-08-02"]


def test_lines_of_a_bill_that_cannot_be_read_stand_as_they_can():
    found = bill(
        {**LINE, "timestamp": "yesterday", "amount": "x", "units": None, "inferenceDetails": None}, {}
    )
    assert found.df["time"].isna().all()
    assert found.total == 0
    assert "unknown" in both(found)[0]


def test_a_bill_is_saved_without_formulas_for_spreadsheets(tmp_path):
    found = bill({**LINE, "notes": "=cmd|' /C calc'!A0", "sku": "@x"})
    text = found.save(tmp_path / "bill.csv").read_text("utf-8")
    assert "'=cmd" in text
    assert "'@x" in text
    assert "2026-08-01 23:30:00+00:00" in text
    with pytest.raises(InvalidInput):
        found.save(tmp_path / "bill.csv")
    assert json.loads(found.save(tmp_path / "bill.json").read_text("utf-8"))[0]["amount"] == 1.4


# --- sums ------------------------------------------------------------------------------------------


def test_sums_come_by_day_by_model_and_by_key():
    found = Analytics.read(SUMS, Headers())
    assert found.total == pytest.approx(1.75)
    assert found.by("day")["day"].tolist() == [pd.Timestamp("2026-08-01"), pd.Timestamp("2026-08-02")]
    assert found.by("key")["key"].tolist() == ["ci"]
    assert found.df["model"].tolist() == ["Llama"]
    with pytest.raises(ValueError, match="none of day, model, key"):
        found.by("hour")
    for form in both(found):
        assert "Used in 2 days: $1.75" in form
        assert "Llama" in form


@pytest.mark.parametrize("by", ["day", "model", "key"])
def test_sums_draw_a_bar_for_each(by):
    found = Analytics.read(SUMS, Headers())
    assert len(found.plot(by).patches) == len(found.by(by))


# --- limits ----------------------------------------------------------------------------------------


def test_the_log_of_limits_says_in_words_what_was_hit():
    row = {"apiKeyId": "k1", "modelId": "m", "rateLimitTier": "paid", "timestamp": "2026-08-01T23:30:00Z"}
    log = LimitLog.read(
        [{**row, "rateLimitType": kind} for kind in ("RPM", "TPM", "FAILED_REQUESTS", "NEW_KIND")], Headers()
    )
    for form in both(log):
        for said in ("requests a minute", "tokens a minute", "failed requests", "NEW_KIND", "4 times"):
            assert said in form
    assert log.df["time"].iloc[0] == pd.Timestamp("2026-08-01T23:30Z")
    assert "No limit was hit" in both(LimitLog.read([], Headers()))[0]


FEW = Limits(Limit(20, 4, 30.0), Limit(1000, 900, 12.0), Limit(None, 17, 20.0))
MANY = Limits(Limit(50, 49, 50.0))


def test_what_is_left_of_the_limits_puts_the_tightest_first():
    left = LimitsLeft.of([("b", "text", 1.0, MANY), ("a", "image", 2.0, FEW)])
    assert left.df["model"].tolist() == ["a", "b"]
    assert left.df["requests_reset"].tolist() == [28.0, 49.0]
    assert left.tightest == "a: 4 of 20 requests left in this minute"
    assert left.failures == 17
    for form in both(left):
        for said in ("4 of 20", "900 of 1,000", "28 s", "not told", "17 failed requests until a block"):
            assert said in form


def test_a_minute_that_is_over_begins_anew():
    row = LimitsLeft.of([("a", "image", 31.0, FEW)]).to_dict()[0]
    assert (row["requests_left"], row["requests_reset"]) == (20, 0)
    assert (row["tokens_left"], row["tokens_reset"]) == (1000, 0)
    assert LimitsLeft.of([("a", "image", 31.0, FEW)]).failures is None


def test_in_static_mode_what_is_left_stands_as_it_was_told_and_without_times(monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    early, late = (both(LimitsLeft.of([("a", "image", ago, FEW)])) for ago in (1.0, 500.0))
    assert early == late
    assert " s" not in early[0].replace(" failed requests", "").replace("last answers", "")


def test_before_the_first_answer_nothing_is_told():
    left = LimitsLeft.of([])
    assert left.tightest == ""
    assert "No answer" in both(left)[0]
    assert len(left.df) == 0


def test_asking_for_results_of_jobs_has_a_line_of_its_own():
    left = LimitsLeft.of([("kling", "video", 1.0, MANY), ("kling", "video_retrieve", 1.0, MANY)])
    assert sorted(left.df["model"]) == ["kling", "kling, results"]


STATIC = [
    KeyTable((ApiKey.read({**LIMITED, "lastUsedAt": "2026-08-01T23:30:00.000Z"}),)),
    bill(LINE),
    LimitLog.read([{"timestamp": "2026-08-01T23:30:00Z", "rateLimitType": "RPM"}], Headers()),
]


@pytest.mark.parametrize("table", STATIC, ids=lambda table: type(table).__name__)
def test_static_displays_show_no_time_of_day(table, monkeypatch):
    assert "23:30" in both(table)[0]
    monkeypatch.setenv("VENICE_STATIC", "1")
    for form in both(table):
        assert "23:30" not in form


@pytest.mark.parametrize(
    "table", [*STATIC, Analytics.read(SUMS, Headers())], ids=lambda table: type(table).__name__
)
def test_a_table_comes_out_of_a_pickle_as_it_was(table):
    again = pickle.loads(pickle.dumps(replace(table)))
    pd.testing.assert_frame_equal(again.df, table.df)
