"""Scripted failures, in process: each one looks to httpx like the real thing."""

import json

import httpx
import pytest

from venice_nb.sandbox import Fault
from venice_nb.sandbox.faults import load

BODY = {
    "model": "llama-3.3-70b",
    "messages": [{"role": "user", "content": "one two three four five six seven"}],
}


def stream(desk):
    return desk.post("/chat/completions", {**BODY, "stream": True}, judged=False)


def test_a_scripted_status_comes_with_its_body_and_headers_and_then_all_is_well(make):
    desk = make(faults=[Fault("/chat", status=429, headers={"Retry-After": "2"}, body={"error": "busy"})])
    reply = desk.chat()
    assert (reply.status_code, reply.json(), reply.headers["retry-after"]) == (429, {"error": "busy"}, "2")
    assert desk.chat().status_code == 200
    assert len(desk.box.books) == 1


def test_faults_strike_in_order_on_their_path_only(make):
    desk = make(
        faults=[
            Fault("/chat", status=500),
            Fault("/embeddings", status=503),
            Fault("/chat", times=1),
            Fault("/chat", status=504),
        ]
    )
    assert [desk.chat().status_code for _ in range(4)] == [500, 200, 504, 200]
    embed = {"model": "text-embedding-bge-m3", "input": "x"}
    assert [desk.post("/embeddings", embed).status_code for _ in range(2)] == [503, 200]


def test_a_fault_can_be_for_one_method_and_for_ever(make):
    desk = make(faults=[Fault("/", method="get", status=500, times=None)])
    assert [desk.get("/models").status_code for _ in range(3)] == [500] * 3
    assert desk.chat().status_code == 200


def test_a_lost_request_never_arrived(make):
    desk = make(faults=[Fault("/chat", drop=True)])
    with pytest.raises(httpx.ConnectError):
        desk.chat()
    assert desk.box.books == []


def test_a_lost_reply_was_billed(make):
    desk = make(faults=[Fault("/chat", drop=True, after=True)])
    with pytest.raises(httpx.RemoteProtocolError):
        desk.chat()
    assert len(desk.box.books) == 1


def test_a_status_after_the_work_is_billed_too(make):
    desk = make(faults=[Fault("/chat", status=500, after=True)])
    assert desk.chat().status_code == 500
    assert len(desk.box.books) == 1


def test_a_slow_first_byte_waits(make):
    waits = []
    desk = make(faults=[Fault("/chat", delay=3.0)], sleep=waits.append)
    assert desk.chat().status_code == 200
    assert waits == [3.0]


def test_a_wait_beyond_the_read_timeout_times_out_after_that_time(make):
    waits = []
    desk = make(faults=[Fault("/chat", delay=99.0)], sleep=waits.append)
    desk.client.timeout = httpx.Timeout(5.0)
    with pytest.raises(httpx.ReadTimeout):
        desk.chat()
    assert waits == [5.0]


def test_a_stream_can_break_after_some_events(make):
    desk = make(faults=[Fault("/chat", cut_chunks=3)])
    headers = {"Authorization": f"Bearer {desk.key}"}
    seen = []
    with (
        pytest.raises(httpx.RemoteProtocolError),
        desk.client.stream(
            "POST", "/chat/completions", json={**BODY, "stream": True}, headers=headers
        ) as reply,
    ):
        seen.extend(line for line in reply.iter_lines() if line.startswith("data:"))
    assert len(seen) == 3


def test_any_body_can_break_after_some_bytes(make):
    desk = make(faults=[Fault("/models", cut_bytes=100)])
    with pytest.raises(httpx.RemoteProtocolError):
        desk.get("/models")


def test_a_stream_can_end_cleanly_and_too_early(make):
    text = stream(make(faults=[Fault("/chat", stop_chunks=2)])).text
    assert text.count("data: ") == 2
    assert "[DONE]" not in text


def test_a_stream_can_hold_a_broken_event(make):
    text = stream(make(faults=[Fault("/chat", spoil="malformed")])).text
    events = [line[6:] for line in text.split("\n") if line.startswith("data: {")]

    def good(event):
        try:
            json.loads(event)
        except ValueError:
            return False
        return True

    assert [good(event) for event in events].count(False) == 1
    assert text.endswith("data: [DONE]\n\n")


def test_a_stream_can_pause_between_events(make):
    waits = []
    stream(make(faults=[Fault("/chat", pause=0.5)], sleep=waits.append))
    assert waits
    assert set(waits) == {0.5}


def test_json_can_be_malformed(make):
    reply = make(faults=[Fault("/models", spoil="malformed")]).get("/models", judged=False)
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_json_can_have_another_shape(make):
    assert "data" not in make(faults=[Fault("/models", spoil="shape")]).get("/models", judged=False).json()


def test_a_page_can_come_instead_of_json(make):
    reply = make(faults=[Fault("/models", spoil="html")]).get("/models", judged=False)
    assert reply.status_code == 502
    assert reply.headers["content-type"].startswith("text/html")


def test_a_body_can_be_shorter_than_it_says(make):
    with pytest.raises(httpx.RemoteProtocolError):
        make(faults=[Fault("/models", spoil="short")]).get("/models")


def test_a_redirect_can_come(make):
    reply = make(faults=[Fault("/models", redirect="https://example.org/")]).get("/models", judged=False)
    assert (reply.status_code, reply.headers["location"]) == (307, "https://example.org/")


def test_every_reply_is_marked_even_a_scripted_one(make):
    desk = make(faults=[Fault("/models", status=500)])
    assert desk.get("/models").headers["x-venice-sandbox"] == "true"


def test_faults_load_from_a_file_and_a_slip_is_named(tmp_path):
    path = tmp_path / "faults.json"
    path.write_text('[{"path": "/chat", "status": 429, "times": null, "headers": {"Retry-After": 1}}]')
    assert load(path) == (Fault("/chat", status=429, times=None, headers={"Retry-After": 1}),)
    path.write_text('[{"path": "/chat", "staus": 429}]')
    with pytest.raises(ValueError, match="staus"):
        load(path)


@pytest.mark.parametrize("slip", [{"spoil": "soup"}, {"status": 99}])
def test_an_impossible_fault_is_refused(slip):
    with pytest.raises(ValueError, match=str(next(iter(slip.values())))):
        Fault("/chat", **slip)
