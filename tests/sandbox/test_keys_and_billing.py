"""Keys that are made, limited and deleted, and the books as production tells them; replies fit the spec."""

import csv
import io

import pytest


class Counter:
    """A desk that knows its clock, and holds each reply to the status that is expected."""

    def __init__(self, desk, clock):
        self.desk, self.box, self.clock = desk, desk.box, clock

    def ask(self, method, path, body=None, *, status=200, **options):
        sent = {} if body is None else {"json": body}
        reply = self.desk(method, path, **sent, **options)
        assert reply.status_code == status, reply.text
        return reply

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def delete(self, path, **options):
        return self.ask("DELETE", path, **options)

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def patch(self, path, body, **options):
        return self.ask("PATCH", path, body, **options)

    def chat(self, *, status=200, key=None, **fields):
        body = {"model": "llama-3.3-70b", "messages": [{"role": "user", "content": "Hello"}], **fields}
        return self.post("/chat/completions", body, status=status, key=key)


@pytest.fixture
def desk(make, clock):
    return Counter(make(abuse="off"), clock)


NEW = {"apiKeyType": "INFERENCE", "description": "ci"}


def made(desk, **more):
    return desk.post("/api_keys", {**NEW, **more}).json()["data"]


def test_a_key_is_told_with_its_secret_once(desk):
    key = made(desk, consumptionLimit={"usd": 5}, limitPeriod="MONTH", expiresAt="2030-01-01")
    assert key["apiKey"].startswith("VENICE_INFERENCE_KEY_sandbox")
    assert key["expiresAt"] == "2030-01-01T00:00:00.000Z"
    listed = desk.get("/api_keys")
    assert key["apiKey"] not in listed.text
    assert key["apiKey"] not in desk.get(f"/api_keys/{key['id']}").text
    assert next(each for each in listed.json()["data"] if each["id"] == key["id"])["consumptionLimits"] == {
        "usd": 5,
        "diem": None,
        "vcu": None,
    }


def test_a_new_key_works_until_it_is_deleted(desk):
    key = made(desk)
    assert desk.chat(key=key["apiKey"]).status_code == 200
    assert desk.delete(f"/api_keys?id={key['id']}").json() == {"success": True}
    assert desk.chat(key=key["apiKey"], status=401).status_code == 401


def test_a_key_stops_at_its_own_limit_while_the_account_goes_on(desk):
    key = made(desk, consumptionLimit={"usd": 0.0000001})
    desk.chat(key=key["apiKey"])
    refused = desk.chat(key=key["apiKey"], status=402).json()
    assert refused["code"] == "API_KEY_USD_SPEND_LIMIT_EXCEEDED"
    assert desk.chat().status_code == 200


def test_a_daily_limit_starts_anew_at_midnight_and_a_lifetime_limit_never(desk):
    daily = made(desk, consumptionLimit={"usd": 0.0000001})
    for_ever = made(desk, consumptionLimit={"usd": 0.0000001}, limitPeriod="LIFETIME")
    for key in (daily, for_ever):
        desk.chat(key=key["apiKey"])
    desk.clock.now += 86_400
    assert desk.chat(key=daily["apiKey"]).status_code == 200
    assert desk.chat(key=for_ever["apiKey"], status=402).status_code == 402


def test_a_key_for_private_models_is_refused_the_others(desk):
    key = made(desk, modelPrivacy="PRIVATE_ONLY")
    assert desk.chat(key=key["apiKey"], model="claude-opus-4-5", status=403).status_code == 403


def test_a_key_expires(desk):
    key = made(desk, expiresAt="2026-08-02")
    assert desk.chat(key=key["apiKey"]).status_code == 200
    desk.clock.now += 86_400
    assert desk.chat(key=key["apiKey"], status=401).status_code == 401


def test_a_change_touches_what_it_names_and_an_empty_date_lets_the_key_live(desk):
    key = made(desk, expiresAt="2030-01-01", consumptionLimit={"usd": 5})
    changed = desk.patch("/api_keys", {"id": key["id"], "description": "new", "expiresAt": ""}).json()["data"]
    assert (changed["description"], changed["expiresAt"]) == ("new", None)
    assert changed["consumptionLimits"]["usd"] == 5
    assert "usage" not in changed


def test_more_than_twenty_keys_a_minute_are_refused(desk):
    for _ in range(20):
        made(desk)
    assert desk.post("/api_keys", NEW, status=429).json() == {"error": "Rate limit exceeded"}
    desk.clock.now += 61
    made(desk)


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("post", "/api_keys", {"apiKeyType": "INFERENCE"}, "Invalid request parameters"),
        ("post", "/api_keys", {**NEW, "consumptionLimits": {"usd": 1}}, "Invalid request parameters"),
        ("post", "/api_keys", {**NEW, "expiresAt": "2020-01-01"}, "Invalid request parameters"),
        ("post", "/api_keys", {**NEW, "expiresAt": "2030-02-30"}, "Invalid request parameters"),
        ("patch", "/api_keys", {"id": "nobody"}, "API key not found or expired"),
        ("delete", "/api_keys?id=nobody", None, "API key could not be found"),
        ("delete", "/api_keys", None, "API key could not be found"),
        ("get", "/api_keys/nobody", None, "API key could not be found"),
        ("get", "/billing/usage-history?pageSize=5", None, "Invalid request parameters"),
        ("get", "/billing/usage-history?cursor=abc", None, "Invalid request parameters"),
        ("get", "/billing/usage-history?startTimestamp=2026-08-01", None, "Invalid request parameters"),
        (
            "get",
            "/billing/usage-history?startTimestamp=2026-08-02T00:00:00Z&endTimestamp=2026-08-01T00:00:00Z",
            None,
            "Invalid request parameters",
        ),
        ("get", "/billing/usage-analytics?lookback=91d", None, "Invalid request parameters"),
        ("get", "/billing/usage-analytics?startDate=2026-08-01", None, "Invalid request parameters"),
    ],
)
def test_mistakes_are_refused_with_production_s_words(desk, method, path, body, said):
    ask = getattr(desk, method)
    answer = ask(path, body, status=400) if body is not None else ask(path, status=400)
    assert answer.json()["error"] == said


def test_an_inference_key_sees_neither_keys_nor_bills(desk):
    for path in ("/api_keys", "/billing/usage-history", "/billing/usage-analytics", "/billing/balance"):
        assert (
            desk.get(path, key=desk.box.inference_key, status=401).json()["error"] == "Admin API key required"
        )


def spend(desk):
    desk.chat(venice_parameters={"enable_web_search": "on"})
    desk.post("/embeddings", {"model": "text-embedding-bge-m3", "input": "x"})
    desk.clock.now += 86_400
    desk.chat()


def test_the_history_adds_up_to_the_books(desk):
    spend(desk)
    data = desk.get("/billing/usage-history").json()["data"]
    assert -sum(line["amount"] for line in data) == pytest.approx(sum(c.usd for c in desk.box.books))
    assert [line["timestamp"] for line in data] == sorted(line["timestamp"] for line in data)


def test_reading_and_writing_of_a_chat_are_lines_with_the_id_of_its_answer(desk):
    answer = desk.chat().json()
    data = desk.get("/billing/usage-history").json()["data"]
    assert [line["sku"].rpartition("-llm-")[2] for line in data] == ["input-mtoken", "output-mtoken"]
    assert {line["inferenceDetails"]["requestId"] for line in data} == {answer["id"]}


def test_pages_follow_each_other_without_gap_or_overlap(desk):
    for _ in range(12):
        desk.chat()
    whole = desk.get("/billing/usage-history").json()["data"]
    page = desk.get("/billing/usage-history?pageSize=10").json()
    walked = page["data"]
    while page["nextCursor"]:
        page = desk.get(f"/billing/usage-history?cursor={page['nextCursor']}").json()
        walked += page["data"]
    assert walked == whole
    assert desk.get("/billing/usage-history?cursor=x&pageSize=10", status=400).status_code == 400


def test_windows_that_share_a_border_share_no_line(desk):
    spend(desk)
    noon = "2026-08-02T00:00:00Z"
    before = desk.get(f"/billing/usage-history?endTimestamp={noon}").json()["data"]
    after = desk.get(f"/billing/usage-history?startTimestamp={noon}").json()["data"]
    assert before + after == desk.get("/billing/usage-history").json()["data"]
    assert before
    assert after


def test_the_history_comes_as_csv_as_well(desk):
    for _ in range(12):
        desk.chat()
    answer = desk.get("/billing/usage-history?pageSize=10", headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 10
    assert rows[0]["requestId"].startswith("chatcmpl-")
    assert answer.headers["x-next-cursor"]
    assert answer.headers["content-disposition"].startswith("attachment; filename=billing-usage-history-2026")


def test_sums_by_day_model_and_key_are_those_of_the_books(desk):
    spend(desk)
    found = desk.get("/billing/usage-analytics?lookback=2d").json()
    total = pytest.approx(sum(charge.usd for charge in desk.box.books))
    assert sum(day["USD"] for day in found["byDate"]) == total
    assert sum(model["totalUsd"] for model in found["byModel"]) == total
    assert sum(key["totalUsd"] for key in found["byKey"]) == total
    assert len(found["byDate"]) == len(found["byModelDaily"]) == 2
    assert desk.get("/billing/usage-analytics?startDate=2026-08-02&endDate=2026-08-02").json()["byDate"][0][
        "USD"
    ] == pytest.approx(desk.box.books[-1].usd)
