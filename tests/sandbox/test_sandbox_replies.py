"""What every reply carries, what the sandbox remembers, and that it stands a crowd."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from venice_nb.sandbox import Sandbox, state

ROUTES = ["/models", "/characters", "/nowhere", "/billing/balance", "/models?type=audio"]


@pytest.mark.parametrize("path", ROUTES)
def test_every_reply_is_marked_and_numbered(desk, path):
    first, second = desk.get(path).headers, desk.get(path).headers
    assert first["x-venice-sandbox"] == "true"
    assert re.fullmatch(r"[0-9a-f]{16}-SBX", first["cf-ray"])
    assert first["cf-ray"] != second["cf-ray"]
    assert first["date"] == "Sat, 01 Aug 2026 12:00:00 GMT"
    assert first["x-venice-timestamp"] == "2026-08-01T12:00:00.000Z"
    assert first["x-venice-version"] == "20260821.193530"


def test_a_chat_names_its_model_and_balances(desk):
    headers = desk.chat().headers
    assert headers["x-venice-model-name"] == "Llama 3.3 70B"
    assert headers["x-venice-balance-usd"] == "10"
    assert headers["x-venice-balance-diem"] == "0"


def test_a_stranger_sees_no_balance(desk):
    assert "x-venice-balance-usd" not in desk.get("/models", key="").headers


def test_requests_are_remembered_with_what_they_asked(desk):
    desk.chat("Hello")
    desk.get("/models?type=image")
    desk.refused(temperature=9)
    seen = [(each.method, each.path, each.query, each.status, each.operation) for each in desk.box.requests]
    assert seen == [
        ("POST", "/api/v1/chat/completions", "", 200, "createChatCompletion"),
        ("GET", "/api/v1/models", "type=image", 200, "listModels"),
        ("POST", "/api/v1/chat/completions", "", 400, "createChatCompletion"),
    ]
    assert desk.box.requests[0].body["messages"][0]["content"] == "Hello"
    assert desk.box.requests[0].request_id == desk.box.books[0].request_id


def test_bodies_are_forgotten_once_those_of_newer_requests_fill_the_memory(desk, monkeypatch):
    monkeypatch.setattr(state, "HELD", 4_000)
    for number in range(9):
        desk.chat(f"{number} " + "la " * 300)
    bodies = [each.body for each in desk.box.requests]
    whole = [body["messages"][0]["content"][0] for body in bodies if body]
    assert whole == list("0123456789"[9 - len(whole) : 9])
    assert 0 < len(whole) < 5
    assert bodies[: 9 - len(whole)] == [None] * (9 - len(whole))
    assert {each.status for each in desk.box.requests} == {200}


def test_the_newest_body_is_remembered_however_large(desk, monkeypatch):
    monkeypatch.setattr(state, "HELD", 10)
    desk.chat("Hello")
    desk.chat("World")
    assert desk.box.requests[0].body is None
    assert desk.box.requests[1].body["messages"][0]["content"] == "World"


def test_threads_may_share_a_sandbox(make):
    desk = make(tier="partner")

    def work(number):
        if number % 5 == 0:
            return desk.chat(temperature=9).status_code
        return desk.chat(f"text {number}", model="llama-3.2-3b").status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(work, range(100)))
    assert codes.count(400) == 20
    assert codes.count(200) == 80
    books = desk.box.books
    assert len({charge.request_id for charge in books}) == 80
    assert desk.box.state.usd == pytest.approx(10 - sum(charge.usd for charge in books))


def test_a_mistake_inside_the_sandbox_is_a_500_and_logged(make, mind, caplog):
    mind.think = None
    assert make().chat().status_code == 500
    assert "createChatCompletion failed inside the sandbox" in caplog.text


def test_its_repr_says_what_it_is():
    assert repr(Sandbox(seed=3)) == "Sandbox(seed=3, tier='paid', usd=10, requests=0)"
