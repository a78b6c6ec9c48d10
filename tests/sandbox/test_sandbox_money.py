"""Prices, balances, spending limits and the books."""

import pytest

from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.money import tokens_price

LONG = "word " * 2000


def test_a_balance_header_shows_the_value_before_the_request(desk):
    first = desk.chat()
    second = desk.chat()
    assert first.headers["x-venice-balance-usd"] == "10"
    spent = first.json()["cost"]["usd"]
    assert float(second.headers["x-venice-balance-usd"]) == pytest.approx(10 - spent)


def test_the_books_explain_the_balance(desk):
    desk.chat()
    desk.chat(model="kimi-k3", venice_parameters={"enable_web_search": "on"})
    desk.post("/embeddings", {"model": "text-embedding-bge-m3", "input": "x"})
    state = desk.box.state
    assert state.usd == pytest.approx(10 - sum(charge.usd for charge in desk.box.books))
    assert [charge.request_id for charge in desk.box.books][1] == [
        charge.request_id for charge in desk.box.books
    ][2]
    assert all(charge.key_id in state.keys for charge in desk.box.books)


def test_a_refused_request_costs_nothing(desk):
    desk.refused(temperature=9)
    desk.refused(model="nothing-like-it", status=404)
    assert (desk.box.books, desk.box.state.usd) == ([], 10.0)


@pytest.mark.parametrize(
    ("arguments", "usd"),
    [
        ({"prompt": 1000, "completion": 100}, (1000 * 6 + 100 * 30) / 1e6),
        ({"prompt": 2000, "completion": 0, "cached": 1024}, (976 * 6 + 1024 * 0.6) / 1e6),
        ({"prompt": 2000, "completion": 0, "written": 1024}, (976 * 6 + 1024 * 7.5) / 1e6),
    ],
)
def test_cached_and_written_tokens_have_their_own_rates(arguments, usd):
    assert tokens_price(models()["claude-opus-4-5"], **arguments) == pytest.approx(usd)


def test_a_prompt_beyond_the_threshold_pays_the_extended_rate_for_all_of_it():
    model = models()["openai-gpt-55"]
    assert tokens_price(model, 272_000, 10) == pytest.approx((272_000 * 6.25 + 10 * 37.5) / 1e6)
    assert tokens_price(model, 272_001, 10) == pytest.approx((272_001 * 12.5 + 10 * 56.25) / 1e6)


def test_missing_cache_rates_fall_back_to_the_input_rate():
    model = models()["llama-3.3-70b"]
    assert tokens_price(model, 100, 0, cached=50) == tokens_price(model, 100, 0)


def test_a_repeated_long_prefix_is_cached(desk, clock):
    def usage():
        messages = [
            {"role": "system", "content": LONG},
            {"role": "user", "content": f"Question at {clock.now}"},
        ]
        body = {"model": "zai-org-glm-5-2", "messages": messages}
        return desk.post("/chat/completions", body).json()

    first = usage()
    clock.now += 10
    second = usage()
    assert first["usage"]["prompt_tokens_details"] == {"cached_tokens": 0}
    assert second["usage"]["prompt_tokens_details"] == {"cached_tokens": 1920}
    assert second["cost"]["usd"] < first["cost"]["usd"]
    clock.now += 301
    assert usage()["usage"]["prompt_tokens_details"] == {"cached_tokens": 0}


def test_a_model_without_cache_price_never_caches(desk):
    for _ in range(2):
        usage = desk.chat(LONG).json()["usage"]
    assert usage["prompt_tokens_details"] == {"cached_tokens": 0}


def test_a_marked_prefix_is_written_and_then_read(desk):
    part = {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}
    body = {"model": "claude-opus-4-5", "messages": [{"role": "user", "content": [part]}]}
    first = desk.post("/chat/completions", body).json()["usage"]["prompt_tokens_details"]
    second = desk.post("/chat/completions", body).json()["usage"]["prompt_tokens_details"]
    assert first["cached_tokens"] == 0
    assert first["cache_creation_input_tokens"] > 1024
    assert second["cached_tokens"] > 1024
    assert second["cache_creation_input_tokens"] < 128


def test_an_empty_account_is_402(make):
    desk = make(usd=0.0)
    body = desk.refused(status=402)
    assert body["code"] == "INSUFFICIENT_BALANCE"
    assert "x402Version" not in body


def test_the_last_request_takes_what_is_there(make):
    desk = make(usd=1e-6)
    assert desk.chat().status_code == 200
    assert desk.box.state.usd == 0
    assert desk.chat().status_code == 402


def test_diem_is_spent_first(make):
    desk = make(usd=1.0, diem=0.00002)
    first, second = desk.chat().json()["cost"], desk.chat().json()["cost"]
    assert first["usd"] == 0.0
    assert first["diem"] > 0
    assert second["usd"] > 0
    assert [charge.currency for charge in desk.box.books] == ["DIEM", "USD"]


@pytest.mark.parametrize(("currency", "diem"), [("USD", 0.0), ("DIEM", 1.0)])
def test_a_key_at_its_own_limit_is_402_with_its_code(make, currency, diem):
    desk = make(diem=diem)
    limit = {f"limit_{currency.lower()}": 0.00001}
    key = desk.box.state.add_key("sandbox-capped", "INFERENCE", **limit)
    assert desk.chat(key=key.secret).status_code == 200
    reply = desk.chat(key=key.secret)
    assert reply.status_code == 402
    assert reply.json()["code"] == f"API_KEY_{currency}_SPEND_LIMIT_EXCEEDED"
    assert desk.chat().status_code == 200


def test_a_daily_limit_starts_again_at_midnight_utc(desk, clock):
    key = desk.box.state.add_key("sandbox-capped", "INFERENCE", limit_usd=0.00001)
    desk.chat(key=key.secret)
    clock.now += 12 * 3600 - 1
    assert desk.chat(key=key.secret).status_code == 402
    clock.now += 1
    assert desk.chat(key=key.secret).status_code == 200


def test_the_balance_route_tells_what_pays_next(make):
    assert make().get("/billing/balance").json() == {
        "canConsume": True,
        "consumptionCurrency": "USD",
        "balances": {"diem": 0.0, "usd": 10.0},
        "diemEpochAllocation": 0.0,
    }
    assert make(diem=2.0).get("/billing/balance").json()["consumptionCurrency"] == "DIEM"
    empty = make(usd=0.0).get("/billing/balance").json()
    assert (empty["canConsume"], empty["consumptionCurrency"]) == (False, None)


def test_the_old_usage_route_is_gone(desk):
    reply = desk.get("/billing/usage", key="")
    assert reply.status_code == 410
    assert reply.headers["deprecation"] == "@1783555200"
    assert {"sunset", "link"} <= set(reply.headers)
