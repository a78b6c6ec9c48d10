"""The fault matrix, with real sockets: what is tried again, what is reported, and what is never lost."""

import contextlib
import socket
import threading
import time
from email.utils import formatdate

import httpx
import pytest
from wire import OK, Drip, Hang, Reset, delta, error, events, reply, stream_head

from venice_nb import errors
from venice_nb.calls.call import Timeouts
from venice_nb.calls.talk import chat as chat_calls
from venice_nb.client import http


def test_a_refused_port_is_tried_again_and_told_as_not_sent(world):
    """Fault 1."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    with pytest.raises(errors.NotSent) as told:
        world.open(f"http://127.0.0.1:{port}/api/v1").chat()
    assert told.value.charged == "no"
    assert told.value.attempts == 4


def test_a_name_that_cannot_be_looked_up_says_that_the_machine_may_be_offline(world, monkeypatch):
    """Fault 2."""

    def fail(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(errors.NotSent, match="offline"):
        world.open("https://api.example.org/api/v1").chat()


def test_a_server_that_swallows_connections_is_told_as_not_sent(world, monkeypatch):
    """Fault 3: the queue of the listener is full, so nobody answers the knock; with a shorter patience."""
    monkeypatch.setattr(http, "CONNECT", 0.2)
    with socket.socket() as listener, contextlib.ExitStack() as knocking:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            caller = knocking.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        with pytest.raises(errors.NotSent) as told:
            world.open(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1").chat()
    assert told.value.attempts == 4
    assert told.value.charged == "no"


def test_a_failed_handshake_is_final_and_nobody_is_told_to_switch_checks_off(world):
    """Fault 4: the other side refuses to trust, as a side with a bad certificate is refused."""
    alert = b"\x15\x03\x03\x00\x02\x02\x30"  # fatal, unknown_ca
    seen = []

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                seen.append(connection.recv(65536)[:1])
                connection.sendall(alert)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        with pytest.raises(errors.TransportError) as told:
            world.open(f"https://127.0.0.1:{listener.getsockname()[1]}/api/v1").chat()
    assert seen == [b"\x16"]
    assert told.value.attempts <= 1
    assert "verify" not in str(told.value).lower()
    assert "certificate" in str(told.value)


@pytest.mark.parametrize("action", [Reset, b""], ids=["reset", "closed"])
def test_a_lost_answer_to_a_cheap_call_is_asked_for_once_more(world, wire, action):
    """Faults 5 and 6 below the price."""
    server = wire(action, reply())
    assert world.open(server.base_url).chat(max_completion_tokens=10).text == "fine"
    assert len(server.requests) == 2


def test_a_lost_answer_to_a_dear_call_is_reported_and_never_sent_again(world, wire):
    """Faults 5 and 6 above the price."""
    server = wire(Reset, reply())
    with pytest.raises(errors.UnknownOutcome) as told:
        world.open(server.base_url).chat(model="claude-opus-4-5", max_completion_tokens=4000)
    assert told.value.charged == "unknown"
    assert len(server.requests) == 1


def test_two_server_errors_then_an_answer_are_three_requests_and_one_reply(world, wire):
    """Fault 10."""
    server = wire(error(500), error(500), reply())
    assert world.open(server.base_url).chat().text == "fine"
    assert len(server.requests) == 3
    assert world.client._session.calls == 1


def test_retry_after_is_never_undercut(world, wire):
    """Fault 12."""
    server = wire(error(429, "Rate limit exceeded", [("Retry-After", "2")]), reply())
    assert world.open(server.base_url).chat().text == "fine"
    assert world.waits[0] >= 2.0


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_date_to_wait_for_is_read_by_the_servers_clock(world, wire, skew):
    """Fault 13."""
    clock = time.time() + skew
    headers = [("Date", formatdate(clock, usegmt=True)), ("Retry-After", formatdate(clock + 20, usegmt=True))]
    server = wire(error(429, "Rate limit exceeded", headers), reply())
    assert world.open(server.base_url).chat().text == "fine"
    assert 18.5 <= world.waits[0] <= 26


@pytest.mark.parametrize("hint", ["-1", "nan", "inf", "1e400", "1_000", "", "9" * 35, "2, 3", "١٢"])
def test_a_hint_that_is_none_is_ignored(world, wire, hint):
    """Fault 14."""
    headers = (
        [("Retry-After", hint)] if hint.isascii() else [("Retry-After", hint.encode().decode("latin-1"))]
    )
    server = wire(error(429, "Rate limit exceeded", headers), reply())
    assert world.open(server.base_url).chat().text == "fine"
    assert world.waits[0] <= 20


@pytest.mark.parametrize("unit", ["s", "ms", "delta"])
def test_a_reset_means_the_same_in_every_unit(world, wire, unit):
    """Fault 15."""
    now = time.time()
    value = {"s": f"{now + 30:.0f}", "ms": f"{(now + 30) * 1000:.0f}", "delta": "30"}[unit]
    headers = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", value)]
    server = wire(error(429, "Rate limit exceeded", headers), reply())
    assert world.open(server.base_url).chat().text == "fine"
    assert 28 <= world.waits[0] <= 37


def test_a_reset_far_away_is_told_at_once(world, wire):
    """Fault 16."""
    headers = [
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", f"{time.time() + 7200:.0f}"),
    ]
    server = wire(error(429, "Rate limit exceeded", headers), reply())
    with pytest.raises(errors.RateLimited) as told:
        world.open(server.base_url).chat()
    assert told.value.retry_at == pytest.approx(time.time() + 7200, abs=10)
    assert world.waits == []


def test_many_parallel_calls_with_a_bad_key_stop_after_the_first_few(wire, key):
    """Fault 19: no more than there are connections; the rest know before they are sent."""
    from concurrent.futures import ThreadPoolExecutor

    import venice_nb as vn

    server = wire(error(401, "Authentication failed"))
    v = vn.Venice(key, base_url=server.base_url)

    def ask(_):
        with pytest.raises(errors.VeniceError) as told:
            v.chat("hi", model="llama-3.3-70b", show=False)
        return told.value

    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(ask, range(50)))
    v.close()
    crowded = max(sum(start <= time < start + 30 for time in server.times) for start in server.times)
    assert crowded <= 16
    assert any(isinstance(item, errors.BadKey) for item in told)


@pytest.mark.parametrize("kept", range(4))
def test_a_cut_stream_keeps_what_had_arrived(world, wire, kept):
    """Fault 30."""
    pieces = [delta("one "), delta("two "), delta("three ")]
    server = wire([stream_head() + events(delta(), *pieces[:kept], done=False), Reset], reply())
    world.open(server.base_url)
    with pytest.raises((errors.StreamInterrupted, errors.UnknownOutcome)) as told:
        world.stream(model="claude-opus-4-5", max_completion_tokens=9000)
    if kept:
        assert isinstance(told.value, errors.StreamInterrupted)
        assert told.value.text == "one two three "[: 4 * kept + (2 if kept == 3 else 0)]
        assert world.client.last.text == told.value.text
        assert not world.client.last.complete
    assert len(server.requests) == 1


def test_a_stream_that_just_stops_is_no_success(world, wire):
    """Fault 31."""
    server = wire(stream_head() + events(delta(), delta("half"), done=False))
    with pytest.raises(errors.StreamInterrupted) as told:
        world.open(server.base_url).stream()
    assert told.value.text == "half"


def test_a_stream_with_a_finish_reason_is_complete_without_done(world, wire):
    """The other half of fault 31."""
    server = wire(stream_head() + events(delta(), delta("whole"), delta("", finish="stop"), done=False))
    assert world.open(server.base_url).stream().text == "whole"


def test_an_error_inside_a_stream_is_raised_with_the_text_so_far(world, wire):
    """Fault 32."""
    problem = {
        "error": {"message": "busy", "type": "server_error", "code": "model_overloaded", "retry_after": 7}
    }
    server = wire(stream_head() + events(delta(), delta("half"), problem))
    with pytest.raises(errors.StreamError) as told:
        world.open(server.base_url).stream()
    assert told.value.text == "half"
    assert told.value.code == "model_overloaded"
    assert told.value.retry_after == 7
    assert len(server.requests) == 1


@pytest.mark.parametrize("sep", [b"\n\n", b"\r\n\r\n", b"\n: a comment\n\n"])
def test_a_stream_in_single_bytes_reads_the_same(world, wire, sep):
    """Fault 33."""
    data = stream_head() + events(
        delta(), delta("naïve 🚀 "), delta("text"), delta("", finish="stop"), sep=sep
    )
    server = wire(Drip(data, 0))
    assert world.open(server.base_url).stream().text == "naïve 🚀 text"


def test_an_endless_line_is_refused(world, wire):
    """Fault 34."""
    server = wire(stream_head() + b"data: " + b"x" * (2 << 20))
    with pytest.raises(errors.UnsafeContent):
        world.open(server.base_url).stream()


def test_a_silent_stream_ends_with_its_text(world, wire, monkeypatch):
    """Fault 35, with a shorter patience."""
    monkeypatch.setattr(chat_calls, "STREAMED", Timeouts(read=0.3, total=30.0, first=0.3))
    server = wire([stream_head() + events(delta(), delta("so far"), done=False), Hang])
    with pytest.raises(errors.StreamInterrupted) as told:
        world.open(server.base_url).stream()
    assert told.value.text == "so far"


def test_a_dripping_answer_meets_the_total_deadline(world, wire):
    """Fault 36, with a shorter patience."""
    server = wire(Drip(reply(), 0.05))
    began = time.monotonic()
    with pytest.raises(errors.UnknownOutcome):
        world.open(server.base_url, timeout=0.5).chat(model="claude-opus-4-5", max_completion_tokens=9000)
    assert time.monotonic() - began < 8
    assert len(server.requests) == 1


def test_a_compressed_bomb_is_stopped(world, wire):
    """Fault 37."""
    import gzip

    bomb = gzip.compress(b'{"a":"' + bytes(80 << 20) + b'"}')
    server = wire(reply(bomb, headers=[("Content-Encoding", "gzip")]))
    with pytest.raises(errors.UnsafeContent):
        world.open(server.base_url).chat()


def test_a_bomb_that_calls_itself_a_picture_is_stopped_as_early(world, wire):
    """Fault 37: the type is the server's word, and media may be far larger."""
    import gzip

    bomb = gzip.compress(bytes(80 << 20))
    server = wire(reply(bomb, headers=[("Content-Encoding", "gzip")], kind="image/png"))
    with pytest.raises(errors.UnsafeContent, match="64 MiB"):
        world.open(server.base_url).chat()
    with pytest.raises(errors.UnsafeContent, match="64 MiB"):
        world.run(lambda client: client.raw("generateImage", {"model": "x", "prompt": "y"}))


def packed(content, members):
    """Gzip in as many members, as a server writes that closes one at each flush, and padded as tape was."""
    import gzip

    size = -(-len(content) // members)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(map(gzip.compress, pieces)) + bytes(8)


@pytest.mark.parametrize("members", [1, 2, 50])
def test_compressed_answers_are_read(world, wire, members):
    import json

    content = packed(json.dumps(OK).encode(), members)
    server = wire(reply(content, headers=[("Content-Encoding", "gzip")]))
    assert world.open(server.base_url).chat().text == "fine"


def test_members_of_a_bomb_count_together(monkeypatch):
    monkeypatch.setattr(http, "TEXT_CAP", 100)
    body = http.Body(httpx.Headers({"content-encoding": "gzip"}), json=True)
    with pytest.raises(errors.UnsafeContent, match="larger"):
        body.collect(packed(bytes(1000), 25))


@pytest.mark.parametrize("status", [200, 522])
def test_a_web_page_in_place_of_an_answer_is_a_typed_error(world, wire, status):
    """Fault 38."""
    page = b"<html><title>Just a moment</title><script>x()</script><h1>Checking</h1></html>"
    server = wire(reply(page, status, kind="text/html"))
    with pytest.raises(errors.VeniceError) as told:
        world.open(server.base_url).chat(max_completion_tokens=4)
    assert "<" not in str(told.value)
    assert "x()" not in str(told.value)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"choices": None},
        {"choices": [{"message": {"content": [{"type": "text", "text": "fine"}]}}]},
        {"choices": [{"message": {"content": "fine", "tool_calls": None}, "surprise": 1}], "usage": "none"},
    ],
)
def test_a_paid_answer_of_another_shape_is_not_lost(world, wire, body):
    """Fault 39."""
    server = wire(reply(body))
    try:
        got = world.open(server.base_url).chat()
    except errors.UnreadableReply as told:
        assert told.content  # noqa: PT017  either reading is fine, as long as nothing is lost
    else:
        assert got.raw == body or got.text == "fine"


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(world, wire, key):
    """Fault 43."""
    other = wire(reply())
    server = wire(reply({}, 307, [("Location", other.base_url + "/chat/completions")]))
    with pytest.raises(errors.VeniceError):
        world.open(server.base_url).chat()
    assert other.requests == []


def test_a_large_refusal_is_told(world, wire):
    """Fault 49, its answer."""
    server = wire(error(413, "Payload too large"))
    with pytest.raises(errors.TooLarge):
        world.open(server.base_url).chat()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 413, 415, 422])
def test_a_refusal_is_never_sent_again(world, wire, status):
    server = wire(error(status))
    with pytest.raises(errors.APIError) as told:
        world.open(server.base_url).chat()
    assert told.value.status == status
    assert len(server.requests) == 1


def test_no_error_shows_the_key(world, wire, key):
    server = wire(error(401, f"bad key Bearer {key}"))
    with pytest.raises(errors.APIError) as told:
        world.open(server.base_url).chat()
    assert key not in str(told.value)
    assert key not in repr(told.value)
    assert key not in "".join(told.value._render_traceback_())
