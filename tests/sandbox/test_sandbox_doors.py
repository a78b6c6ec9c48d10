"""The two doors: in process and over HTTP, the same bytes; and the guard before the second."""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.serving import on_a_port
from venice_nb.sandbox import Fault, Sandbox
from venice_nb.sandbox.server import guarded, is_loopback, listening

MESSAGES = [{"role": "user", "content": "Grüße an alle, one two three four five"}]


@pytest.fixture
def serve(clock, mind):
    """Serves a sandbox on a free port; gives a client with the admin key."""
    with ExitStack() as running:

        def start(**settings):
            given = {"admin_key": "sandbox-admin", "inference_key": "sandbox-inference", **settings}
            box = running.enter_context(
                on_a_port(lambda url: Sandbox(clock=clock, mind=mind, base_url=url, **given))
            )
            keyed = {"Authorization": f"Bearer {box.admin_key}"}
            return box, running.enter_context(httpx.Client(base_url=box.base_url, headers=keyed))

        yield start


REQUESTS = [
    ("GET", "/models?type=all", None),
    ("GET", "/characters?limit=3&search=the", None),
    ("GET", "/nowhere", None),
    ("POST", "/chat/completions", {"model": "zai-org-glm-5-2", "messages": MESSAGES}),
    ("POST", "/chat/completions", {"model": "zai-org-glm-5-2", "messages": MESSAGES, "stream": True}),
    ("POST", "/chat/completions", {"model": "zai-org-glm-5-2", "messages": MESSAGES, "temperature": 9}),
    ("POST", "/embeddings", {"model": "text-embedding-bge-m3", "input": ["a", "b"]}),
    ("GET", "/billing/balance", None),
]


def asked(client):
    out = []
    for method, path, body in REQUESTS:
        reply = client.request(method, path, json=body)
        out.append((reply.status_code, list(reply.headers.multi_items()), reply.content))
    return out


def test_both_doors_give_the_same_bytes_and_headers(serve, clock, mind):
    box, client = serve(seed=3)
    over_http = asked(client)
    twin = Sandbox(
        clock=clock,
        mind=mind,
        seed=3,
        admin_key=box.admin_key,
        inference_key="sandbox-inference",
        base_url=box.base_url,
    )
    headers = {"Authorization": f"Bearer {box.admin_key}"}
    in_process = asked(httpx.Client(transport=twin.transport(), base_url=twin.base_url, headers=headers))
    assert in_process == over_http


def test_the_asynchronous_transport_gives_the_same_bytes(clock, mind):
    settings = {"clock": clock, "mind": mind, "admin_key": "sandbox-admin", "inference_key": "sandbox-other"}
    headers = {"Authorization": "Bearer sandbox-admin"}
    one, two = Sandbox(**settings), Sandbox(**settings)
    first = asked(httpx.Client(transport=one.transport(), base_url=one.base_url, headers=headers))

    async def run():
        out = []
        client = httpx.AsyncClient(transport=two.async_transport(), base_url=two.base_url, headers=headers)
        async with client:
            for method, path, body in REQUESTS:
                reply = await client.request(method, path, json=body)
                out.append((reply.status_code, list(reply.headers.multi_items()), reply.content))
        return out

    assert asyncio.run(run()) == first


def test_other_tasks_run_while_a_stream_is_read_in_process(clock, mind):
    box = Sandbox(clock=clock, mind=mind)
    body = {"model": "llama-3.3-70b", "messages": MESSAGES, "stream": True}
    seen = []

    async def read(client, name):
        async with client.stream("POST", "/chat/completions", json=body) as reply:
            async for _ in reply.aiter_raw():
                seen.append(name)  # noqa: PERF401  (one by one is the point)

    async def run():
        headers = {"Authorization": f"Bearer {box.admin_key}"}
        transport = box.async_transport()
        async with httpx.AsyncClient(transport=transport, base_url=box.base_url, headers=headers) as client:
            await asyncio.gather(read(client, "a"), read(client, "b"))

    asyncio.run(run())
    assert "".join(seen).count("ab") > 3


def test_an_in_process_stream_is_computed_while_it_is_read(make):
    waits = []
    desk = make(token_pause=1.0, sleep=waits.append)
    body = {"model": "llama-3.3-70b", "messages": MESSAGES, "stream": True}
    headers = {"Authorization": f"Bearer {desk.key}"}
    with desk.client.stream("POST", "/chat/completions", json=body, headers=headers) as reply:
        pieces = reply.iter_raw()
        for _ in range(3):
            next(pieces)
        early = len(waits)
        rest = list(pieces)
    assert early == 0
    assert len(waits) > 1
    assert rest[-1] == b"data: [DONE]\n\n"


def test_a_stream_over_http_arrives_piece_by_piece(serve):
    """The server waits inside the stream until the client has read the first pieces."""
    read = threading.Event()

    def wait(_seconds):
        assert read.wait(10)

    _, client = serve(token_pause=1.0, sleep=wait)
    body = {"model": "llama-3.3-70b", "messages": MESSAGES, "stream": True}
    with client.stream("POST", "/chat/completions", json=body) as reply:
        pieces = reply.iter_raw()
        seen = next(pieces)
        while b"You said" not in seen:
            seen += next(pieces)
        read.set()
        assert b"[DONE]" not in seen
        assert b"".join(pieces).endswith(b"data: [DONE]\n\n")


DROPS = [
    (Fault("/chat", drop=True), (httpx.ReadError, httpx.RemoteProtocolError)),
    (Fault("/chat", drop=True, after=True), httpx.RemoteProtocolError),
    (Fault("/chat", cut_bytes=10), httpx.RemoteProtocolError),
    (Fault("/chat", spoil="short"), httpx.RemoteProtocolError),
]


@pytest.mark.parametrize(("fault", "error"), DROPS)
def test_a_lost_connection_is_lost_on_the_wire_too(serve, fault, error):
    box, client = serve(faults=[fault])
    body = {"model": "llama-3.3-70b", "messages": MESSAGES}
    with pytest.raises(error):
        client.post("/chat/completions", json=body)
    assert len(box.books) == (0 if fault.drop and not fault.after else 1)
    assert client.post("/chat/completions", json=body).status_code == 200


def test_a_cut_stream_is_cut_on_the_wire_too(serve):
    _, client = serve(faults=[Fault("/chat", cut_chunks=3)])
    body = {"model": "llama-3.3-70b", "messages": MESSAGES, "stream": True}
    seen = []
    with (
        pytest.raises(httpx.RemoteProtocolError),
        client.stream("POST", "/chat/completions", json=body) as reply,
    ):
        seen.extend(line for line in reply.iter_lines() if line.startswith("data:"))
    assert len(seen) == 3


def test_the_socket_names_its_protocol_so_that_small_replies_are_sent_at_once():
    """asyncio switches Nagle's algorithm off for sockets that say they are TCP; others wait 40 ms."""
    with listening("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP


def raw(box, **headers):
    address = httpx.URL(box.base_url)
    connection = http.client.HTTPConnection(address.host, address.port, timeout=10)
    connection.putrequest("GET", "/api/v1/models/traits", skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply, body


def test_web_pages_are_refused(serve):
    box, _ = serve()
    port = httpx.URL(box.base_url).port
    fine = {"Host": f"127.0.0.1:{port}"}
    assert raw(box, **fine)[0].status == 200
    assert raw(box, Host=f"localhost:{port}")[0].status == 200
    for headers in (
        {"Host": f"evil.example:{port}"},
        {"Host": "127.0.0.1:1"},
        {**fine, "Origin": "https://evil.example"},
        {**fine, "Origin": f"http://127.0.0.1:{port}"},
        {**fine, "Sec_Fetch_Site": "cross-site"},
    ):
        reply, body = raw(box, **headers)
        assert reply.status == 403, headers
        assert b"error" in body
        assert reply.headers["x-venice-sandbox"] == "true"


def test_no_reply_may_be_read_by_a_page_or_taken_for_one(serve):
    box, _ = serve()
    reply, _ = raw(box, Host=f"127.0.0.1:{httpx.URL(box.base_url).port}")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'"
    assert not any(name.lower().startswith("access-control-") for name in reply.headers)


def test_a_body_beyond_40_mb_is_413(serve):
    _, client = serve()
    content = b" " * (41 * 1024 * 1024)
    reply = client.post("/chat/completions", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert reply.json()["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_loopback_names(host):
    assert is_loopback(host)
    assert guarded({"host": f"[{host}]:80" if ":" in host else f"{host}:80"}, 80) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "", "127.0.0.1.example.org"])
def test_other_names(host):
    assert not is_loopback(host)
    assert guarded({"host": f"{host}:80"}, 80).status == 403


def run(*arguments):
    command = [sys.executable, "-m", "venice_nb.sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())


def environment():
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_only_loopback_addresses_are_served():
    result = run("--host", "0.0.0.0")
    assert result.returncode == 2
    assert "loopback" in result.stderr


def test_a_port_in_use_and_a_real_key_are_told_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    result = run("--port", "0", "--key", "VENICE_ADMIN_KEY_abc")
    assert result.returncode == 2
    assert "real Venice key" in result.stderr


def test_importing_the_sandbox_loads_nothing_heavy():
    code = (
        "import sys, venice_nb.sandbox;"
        "print([name for name in ('httpx', 'numpy', 'pandas', 'uvicorn', 'PIL') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    assert result.stdout.strip() == "[]"


def test_the_sandbox_imports_nothing_of_the_rest():
    import ast

    import venice_nb.sandbox

    for path in Path(venice_nb.sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("venice_nb") for alias in node.names), path
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path
                assert not (node.module or "").startswith("venice_nb"), path
