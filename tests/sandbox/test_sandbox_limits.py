"""Rate limits, the budget of failed requests, and the routes that tell about them."""

import itertools
from email.utils import parsedate_to_datetime

import pytest

MODEL = "zai-org-glm-4.7"  # tier L: 20 requests a minute


def test_requests_beyond_the_minute_are_429_and_come_back_with_time(desk, clock):
    for _ in range(20):
        assert desk.chat(model=MODEL).status_code == 200
        clock.now += 1
    reply = desk.chat(model=MODEL)
    assert (reply.status_code, reply.json()) == (429, {"error": "Rate limit exceeded"})
    assert reply.headers["x-ratelimit-remaining-requests"] == "0"
    assert reply.headers["x-ratelimit-type"] == "user"
    assert "retry-after" not in reply.headers
    clock.now = float(reply.headers["x-ratelimit-reset-requests"])
    assert desk.chat(model=MODEL).status_code == 200


def test_limits_are_per_model(desk):
    for _ in range(20):
        desk.chat(model=MODEL)
    assert desk.chat(model=MODEL).status_code == 429
    assert desk.chat(model="kimi-k3").status_code == 200


def test_tokens_beyond_the_minute_are_429(desk):
    text = "word " * 150_000
    codes = [desk.chat(text, model=MODEL).status_code for _ in range(4)]
    assert codes == [200, 200, 429, 429]
    assert desk.chat("short", model=MODEL).status_code == 200


def test_headers_count_down_and_reset_in_documented_units(desk, clock):
    first, second = desk.chat(model=MODEL).headers, desk.chat(model=MODEL).headers
    assert first["x-ratelimit-limit-requests"] == "20"
    assert [first["x-ratelimit-remaining-requests"], second["x-ratelimit-remaining-requests"]] == ["19", "18"]
    assert first["x-ratelimit-reset-requests"] == str(int(clock.now) + 60)
    assert first["x-ratelimit-limit-tokens"] == "500000"
    assert int(first["x-ratelimit-remaining-tokens"]) < 500_000
    assert first["x-ratelimit-reset-tokens"] == "60"


def test_an_answer_is_dated_when_it_is_given_so_a_reset_is_never_more_than_61_seconds_after_its_date(make):
    ticks = itertools.count(1_785_585_600.0, 0.4)  # a second turns while the request is worked on
    headers = make(clock=lambda: next(ticks)).chat(model=MODEL).headers
    date = parsedate_to_datetime(headers["date"]).timestamp()
    assert 59 <= int(headers["x-ratelimit-reset-requests"]) - date <= 61


def test_resets_can_be_told_in_milliseconds(make, clock):
    headers = make(reset_units="ms").chat(model=MODEL).headers
    expected = str(int((clock.now + 60) * 1000))
    assert headers["x-ratelimit-reset-requests"] == headers["x-ratelimit-reset-tokens"] == expected


TIERS = [("paid", 20, 500), ("partner", 60, 500), ("explorer", 20, 500)]


@pytest.mark.parametrize(("tier", "large", "small"), TIERS)
def test_the_account_sees_the_limits_that_are_enforced(make, tier, large, small):
    desk = make(tier=tier)
    data = desk.get("/api_keys/rate_limits").json()["data"]
    assert data["apiTier"]["id"] == tier
    found = {
        row["apiModelId"]: {each["type"]: each["amount"] for each in row["rateLimits"]}
        for row in data["rateLimits"]
    }
    assert found[MODEL]["RPM"] == large
    assert found["llama-3.2-3b"]["RPM"] == small
    assert ("RPD" in found[MODEL]) == (tier == "explorer")
    headers = desk.chat(model=MODEL).headers
    assert headers["x-ratelimit-limit-requests"] == str(large)


def test_an_explorer_has_twenty_requests_a_day(make, clock):
    desk = make(tier="explorer")
    for _ in range(20):
        assert desk.chat().status_code == 200
        clock.now += 61
    assert desk.chat().status_code == 429
    clock.now += 86400
    assert desk.chat().status_code == 200


def test_the_headers_tell_the_day_of_an_explorer_when_it_is_the_tighter_limit(make, clock):
    desk = make(tier="explorer")
    left = []
    for _ in range(21):
        clock.now += 61
        headers = desk.chat().headers
        left.append(int(headers["x-ratelimit-remaining-requests"]))
    assert left == [*range(19, -1, -1), 0]
    midnight = clock.now - clock.now % 86400 + 86400
    assert headers["x-ratelimit-reset-requests"] == str(int(midnight))
    assert headers["x-ratelimit-reset-tokens"] == "60"  # tokens are free again within the minute


def test_the_unlimited_tier_has_no_limits(make):
    desk = make(tier="unlimited")
    replies = [desk.chat(model=MODEL) for _ in range(25)]
    assert {reply.status_code for reply in replies} == {200}
    assert "x-ratelimit-limit-requests" not in replies[0].headers
    assert desk.get("/api_keys/rate_limits").json()["data"]["rateLimits"] == []


def test_the_log_lists_what_was_hit_newest_first(desk, clock):
    for _ in range(21):
        desk.chat(model=MODEL)
    for _ in range(21):
        desk.chat(temperature=9)
    clock.now += 31
    log = desk.get("/api_keys/rate_limits/log").json()["data"]
    assert [(hit["modelId"], hit["rateLimitType"]) for hit in log] == [
        ("llama-3.3-70b", "FAILED_REQUESTS"),
        (MODEL, "RPM"),
    ]
    assert {hit["rateLimitTier"] for hit in log} == {"paid"}


def test_more_than_twenty_failures_block_for_thirty_seconds(desk, clock):
    for _ in range(21):
        assert desk.chat(temperature=9).status_code == 400
    reply = desk.chat()
    assert reply.status_code == 429
    assert reply.json()["error"].startswith("Too many failed attempts (> 20)")
    clock.now += 29
    assert desk.chat().status_code == 429
    clock.now += 1
    assert desk.chat().status_code == 200


def test_twenty_failures_are_forgiven_and_old_ones_forgotten(desk, clock):
    for _ in range(20):
        desk.chat(temperature=9)
    assert desk.chat().status_code == 200
    clock.now += 30
    for _ in range(20):
        desk.chat(temperature=9)
    assert desk.chat().status_code == 200


def test_failures_of_one_key_do_not_block_another(desk):
    for _ in range(21):
        desk.chat(temperature=9)
    assert desk.chat(key=desk.box.inference_key).status_code == 200


def test_refused_rate_limits_do_not_count_as_failures(desk):
    for _ in range(60):
        desk.chat(model=MODEL)
    assert desk.chat().status_code == 200


def test_bad_keys_share_a_budget_too(desk):
    for _ in range(21):
        assert desk.chat(key="wrong").status_code == 401
    assert desk.chat(key="wrong").status_code == 429
    assert desk.chat().status_code == 200


def test_the_live_rule_counts_fifty_per_model_and_features_apart(make):
    desk = make(abuse="live")
    for _ in range(51):
        assert desk.chat(temperature=9).status_code == 400
    assert desk.chat().status_code == 429
    assert desk.chat(model="kimi-k3").status_code == 200
    for _ in range(60):
        assert desk.chat(model="hermes-3-llama-3.1-405b", logprobs=True).status_code == 400
    assert desk.chat(model="hermes-3-llama-3.1-405b").status_code == 200


def test_the_live_rule_blocks_after_two_hundred_requests_for_features_a_model_lacks(make):
    desk = make(abuse="live")
    for _ in range(201):
        assert desk.chat(logprobs=True).status_code == 400
    assert "(> 200)" in desk.chat().json()["error"]


def test_the_rule_can_be_switched_off(make):
    desk = make(abuse="off")
    for _ in range(60):
        desk.chat(temperature=9)
    assert desk.chat().status_code == 200


def test_the_budget_left_is_told(desk, clock):
    desk.chat(temperature=9)
    headers = desk.chat().headers
    assert headers["x-ratelimit-remaining"] == "19"
    assert headers["x-ratelimit-resets"] == str(int((clock.now + 30) * 1000))


@pytest.mark.parametrize(("setting", "value"), [("tier", "gold"), ("reset_units", "h"), ("abuse", "maybe")])
def test_a_setting_that_does_not_exist_is_refused(make, setting, value):
    with pytest.raises(ValueError, match=value):
        make(**{setting: value})
