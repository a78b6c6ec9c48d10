"""What reaches the sandbox over a socket that no polite client sends: odd methods and codings, silence."""

import asyncio
import gzip
import json
import socket
import struct
import zlib
from functools import partial
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from tests.serving import on_a_port
from venice_nb.sandbox import Sandbox
from venice_nb.sandbox.port import Protocol, config
from venice_nb.sandbox.server import application, guarded

CHAT = {"model": "llama-3.2-3b", "messages": [{"role": "user", "content": "Hello there"}]}
JSON = {"Content-Type": "application/json"}


def coded(desk, body, coding):
    headers = {**JSON, "Content-Encoding": coding}
    return desk("POST", "/chat/completions", content=body, headers=headers, judged=False)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/chat/completions", "POST"),
        ("POST", "/models", "GET, HEAD"),
        ("OPTIONS", "/models/traits", "GET, HEAD"),
        ("TRACE", "/characters/alan-watts", "GET, HEAD"),
        ("PUT", "/api_keys", "DELETE, GET, HEAD, PATCH, POST"),
    ],
)
def test_a_method_the_path_does_not_serve_is_405_and_told_the_others(desk, method, path, allowed):
    reply = desk(method, path, judged=False)
    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)
    assert reply.json() == {"error": "Method not allowed"}


def test_head_answers_as_get_does_without_the_body(desk):
    whole = desk.get("/models/traits")
    reply = desk("HEAD", "/models/traits", judged=False)
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-length"] == str(len(whole.content))
    assert desk("HEAD", "/characters/nobody", judged=False).status_code == 404
    assert desk("HEAD", "/chat/completions", judged=False).status_code == 405


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_request_body_is_read(desk, coding, pack):
    reply = coded(desk, pack(json.dumps(CHAT).encode()), coding)
    assert reply.json()["choices"][0]["message"]["content"] == "You said: Hello there"


def test_a_body_that_is_not_what_its_coding_says_is_400_and_an_unknown_coding_415(desk):
    packed = gzip.compress(json.dumps(CHAT).encode())
    assert coded(desk, b"{}", "gzip").json() == {"error": "Request body is not valid gzip"}
    assert coded(desk, packed[:-12], "gzip").status_code == 400
    assert coded(desk, b"{}", "zstd").status_code == 415
    assert coded(desk, b"{}", "identity").status_code == 400  # for what it says, not for how


def test_a_compressed_bomb_is_413_before_it_is_unpacked_whole(desk):
    bomb = gzip.compress(b" " * (36 * 1024 * 1024), 1)
    assert coded(desk, bomb, "gzip").status_code == 413


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, br", True),
        ("GZIP;q=0.5", True),
        ("gzip;q=0, identity", False),
        ("gzip;q=0.0", False),
        ("br", False),
        ("x-gzip-like", False),
    ],
)
def test_a_reply_is_packed_for_who_accepts_it(desk, accepted, packed):
    reply = desk.get("/characters/alan-watts/reviews", headers={"Accept-Encoding": accepted})
    assert (reply.headers.get("content-encoding") == "gzip") == packed


def test_a_byte_order_mark_before_the_json_is_no_mistake(desk):
    body = b"\xef\xbb\xbf" + json.dumps(CHAT).encode()
    assert desk("POST", "/chat/completions", content=body, headers=JSON).status_code == 200


@pytest.mark.parametrize("text", ["1_0", "\u0661\u0660", "1e999", "inf", "nan", "0x10", ""])
def test_a_number_in_a_query_is_a_decimal_one(desk, text):
    reply = desk.get("/characters", params={"limit": text}, judged=False)
    assert reply.status_code == 400
    assert reply.json()["issues"][0]["path"] == ["limit"]


def test_decimal_numbers_in_a_query_may_have_a_sign_a_point_or_an_exponent(desk):
    for text in ("2", "+2", "2.0", "2e0", " 2 "):
        assert len(desk.get("/characters", params={"limit": text}).json()["data"]) == 2


def test_the_discovery_of_a_path_with_a_placeholder_names_the_path_that_was_asked(desk):
    reply = desk.get("/characters/alan-watts", key="", judged=False)
    assert reply.status_code == 402
    assert reply.json()["resource"]["url"] == desk.box.base_url + "/characters/alan-watts"


def test_a_prompt_of_many_megabytes_is_refused_without_counting_it(make):
    desk = make()
    counted = []
    count = desk.box.state.mind.count_prompt_tokens
    desk.box.state.mind.count_prompt_tokens = lambda *given: counted.append(1) or count(*given)
    reply = desk.chat("word " * 2_000_000, model="llama-3.2-3b")
    assert reply.json()["error"]["code"] == "context_length_exceeded"
    assert counted == []
    parts = [{"type": "text", "text": "word " * 2_000_000}]
    assert desk.chat(parts, model="llama-3.2-3b").status_code == 400
    assert counted == []


def test_the_name_in_host_may_have_capital_letters():
    assert guarded({"host": "LocalHost:80"}, 80) is None


@pytest.fixture(params=[0.1])
def served(clock, mind, request):
    """The port of a sandbox whose patience is a tenth of a second unless a test says otherwise."""

    class Hasty(Protocol):
        patience = request.param

    def make(url):
        box = Sandbox(clock=clock, mind=mind, admin_key="sandbox-admin", inference_key="sandbox-inference")
        return SimpleNamespace(app=application(box.state, patience=request.param), port=urlsplit(url).port)

    with on_a_port(make, how=partial(config, protocol=Hasty)) as made:
        yield made.port


def head(port, *lines, method="POST", path="/api/v1/chat/completions"):
    first = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Authorization: Bearer sandbox-admin"]
    return "\r\n".join([*first, "Content-Type: application/json", *lines, "", ""]).encode()


def exchange(port, data):
    """What the server says before it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(data)
        said = b""
        while more := peer.recv(65536):
            said += more
        return said


def test_a_peer_that_sends_no_whole_head_is_hung_up_on(served):
    assert exchange(served, b"") == b""
    assert exchange(served, b"GET /api/v1/models HTTP/1.1\r\nHo") == b""


def test_nor_is_one_waited_for_whose_second_head_stays_a_half(served):
    with socket.create_connection(("127.0.0.1", served), timeout=10) as peer:
        peer.sendall(head(served, method="GET", path="/api/v1/billing/balance"))
        said = b""
        while not said.endswith(b"0.0}"):
            said += peer.recv(65536)
        peer.sendall(b"GET /api/v1/mo")
        assert peer.recv(65536) == b""


def test_a_body_that_stops_arriving_is_408(served):
    said = exchange(served, head(served, "Content-Length: 100") + b'{"model":')
    assert said.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in said.lower()


def test_a_head_beyond_16_kb_is_431(served):
    said = exchange(served, head(served, "X-Long: " + "a" * 17_000, "Connection: close", method="GET"))
    assert said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    many = [f"X-{at}: {'a' * 90}" for at in range(170)]
    said = exchange(served, head(served, *many, "Connection: close", method="GET"))
    assert said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


def test_a_body_announced_beyond_40_mb_is_413_before_a_byte_of_it(served):
    said = exchange(served, head(served, "Content-Length: 99999999999"))
    assert said.startswith(b"HTTP/1.1 413")


def test_requests_sent_ahead_are_answered_in_order(served):
    one = head(served, method="GET", path="/api/v1/models/traits")
    body = json.dumps({**CHAT, "stream": True}).encode()
    two = head(served, f"Content-Length: {len(body)}") + body
    last = head(served, "Connection: close", method="GET", path="/api/v1/billing/balance")
    said = exchange(served, one + two + last)
    assert said.count(b"HTTP/1.1 200") == 3
    assert said.index(b'"default_code"') < said.index(b"data: [DONE]") < said.index(b'"canConsume"')


@pytest.mark.parametrize("served", [30.0], indirect=True)
def test_a_client_that_leaves_a_long_stream_is_noticed_and_others_are_served(served, caplog):
    long = {**CHAT, "stream": True, "messages": [{"role": "user", "content": "word " * 9000}]}
    body = json.dumps(long).encode()
    peer = socket.create_connection(("127.0.0.1", served), timeout=10)
    peer.sendall(head(served, f"Content-Length: {len(body)}") + body)
    assert peer.recv(15).startswith(b"HTTP/1.1 200")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a goodbye
    peer.close()
    asked = head(served, "Connection: close", method="GET", path="/api/v1/billing/balance")
    assert b'"canConsume"' in exchange(served, asked)
    assert [record.message for record in caplog.records] == []


@pytest.mark.parametrize("served", [30.0], indirect=True)
def test_three_hundred_connections_at_once_are_answered(served):
    body = json.dumps({**CHAT, "stream": True}).encode()
    request = head(served, f"Content-Length: {len(body)}", "Connection: close") + body

    async def one(port, everyone):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request[:40])
        await everyone.wait()
        writer.write(request[40:])
        said = await reader.read()
        writer.close()
        return said.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")

    async def run():
        everyone = asyncio.Barrier(300)
        return await asyncio.gather(*[one(served, everyone) for _ in range(300)])

    assert all(asyncio.run(run()))
