"""A client is cheap to keep: threads, loops, forks, interrupts and streams left half read."""

import asyncio
import gc
import os
import pickle
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpcore
import pytest
from wire import Hang, delta, events, reply, stream_head

import venice_nb as vn
from venice_nb.render import live

MODEL = "llama-3.3-70b"


def test_two_event_loops_one_after_the_other_share_one_client(wire, key):
    """Fault 47."""
    a = vn.AsyncVenice(key, base_url=wire(reply()).base_url)

    async def ask():
        async with a:
            return (await a.chat("hi", model=MODEL, show=False)).text

    assert [asyncio.run(ask()), asyncio.run(ask())] == ["fine", "fine"]


def test_thirty_two_threads_share_one_client(wire, key):
    """Fault 47."""
    server = wire(reply())
    with vn.Venice(key, base_url=server.base_url) as v, ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(lambda _: v.chat("hi", model=MODEL, show=False).text, range(44)))
    assert replies == ["fine"] * 44


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_client_works_in_a_child_after_a_fork(wire, key):
    """Fault 47."""
    v = vn.Venice(key, base_url=wire(reply()).base_url)
    assert v.chat("hi", model=MODEL, show=False).text == "fine"
    child = os.fork()
    if child == 0:
        ok = False
        try:
            ok = v.chat("hi", model=MODEL, show=False).text == "fine"
        finally:
            os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert v.chat("hi", model=MODEL, show=False).text == "fine"
    v.close()


@pytest.mark.parametrize("phase", ["reading", "streaming", "waiting"])
def test_an_interrupt_returns_within_two_seconds_and_the_client_stays_usable(wire, key, phase):
    """Fault 45."""
    script = {
        "reading": Hang,
        "streaming": [stream_head() + events(delta(), delta("so far"), done=False), Hang],
        "waiting": reply({"error": "Rate limit exceeded"}, 429, [("Retry-After", "4")]),
    }[phase]
    server = wire(script, reply())
    v = vn.Venice(key, base_url=server.base_url)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.4, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            v.chat("hi", model=MODEL, show=False, stream=phase == "streaming")
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - began < 2.4
    if phase == "streaming":
        assert v.last.text == "so far"
        assert not v.last.complete
    assert v.chat("hi", model=MODEL, show=False).text == "fine"
    v.close()


def test_two_thousand_cancelled_tasks_leave_the_pool_healthy(wire, key):
    """Fault 46."""
    server = wire(reply())
    a = vn.AsyncVenice(key, base_url=server.base_url, transport=None)

    async def main():
        a._guard.limiter._limits_for = lambda *_: (None, None)
        async with a:
            for _ in range(20):
                tasks = [asyncio.create_task(a.chat("hi", model=MODEL, show=False)) for _ in range(100)]
                await asyncio.sleep(0.002)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            return [(await a.chat("hi", model=MODEL, show=False)).text for _ in range(20)]

    assert asyncio.run(main()) == ["fine"] * 20


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
def test_what_is_stopped_before_the_request_leaves_counts_for_nothing(key, kind, monkeypatch):
    """Or a batch that is interrupted while it connects would hold everything back for half a minute."""
    stopped = []

    def stop(*_, **__):
        stopped.append(1)
        raise KeyboardInterrupt

    async def async_stop(*_, **__):
        stopped.append(1)
        raise asyncio.CancelledError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", stop)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", async_stop)
    client = kind(key, base_url="http://127.0.0.1:9/api/v1")

    async def awaited():
        async with client:
            await client.chat("hi", model=MODEL, show=False)

    for _ in range(30):  # more than the failure budget
        with pytest.raises((KeyboardInterrupt, asyncio.CancelledError)):
            asyncio.run(awaited()) if kind is vn.AsyncVenice else client.chat("hi", model=MODEL, show=False)
    assert len(stopped) == 30


def test_a_stream_that_is_left_gives_its_connection_back(wire, key):
    server = wire([stream_head() + events(delta(), *[delta("x ")] * 50, done=False), Hang])
    v = vn.Venice(key, base_url=server.base_url)
    for _ in range(20):
        with v.chat.stream("hi", model=MODEL) as stream:
            assert next(iter(stream))
    stream = v.chat.stream("hi", model=MODEL)
    next(iter(stream))
    del stream
    gc.collect()
    server.script = [reply()]
    assert v.chat("hi", model=MODEL, show=False).text == "fine"
    v.close()


def test_a_stream_is_truly_incremental(wire, key):
    """The first piece is here while the server still holds the rest."""
    server = wire([stream_head() + events(delta(), delta("first"), done=False), Hang])
    with vn.Venice(key, base_url=server.base_url) as v, v.chat.stream("hi", model=MODEL) as stream:
        assert next(iter(stream)) == "first"
        assert stream.text == "first"
        assert not stream.reply.complete


def test_a_client_is_not_pickled(key):
    for kind in (vn.Venice, vn.AsyncVenice):
        with pytest.raises(TypeError, match="key"):
            pickle.dumps(kind(key))


def test_the_key_is_sent_and_shown_nowhere(wire, key):
    server = wire(reply())
    v = vn.Venice(key, base_url=server.base_url)
    r = v.chat("hi", model=MODEL, show=False)
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {key}"
    shown = [repr(v), str(v._mimebundle()), repr(r), str(r._mimebundle()), str(vars(v))]
    shown.append(repr(pickle.dumps(r)))
    assert all(key not in text for text in shown)
    v.close()


def test_an_observer_sees_each_attempt_and_cannot_break_the_call(wire, key):
    seen = []

    def watch(event):
        seen.append(event.kind)
        raise RuntimeError("an observer's own trouble")

    server = wire(reply({"error": "busy"}, 503, [("Retry-After", "0")]), reply())
    with vn.Venice(key, base_url=server.base_url, on_event=watch) as v:
        assert v.chat("hi", model=MODEL, show=False).text == "fine"
    assert seen.count("attempt") == 2
    assert seen[-1] == "done"


def test_no_key_is_told_with_what_to_do():
    for kind in (vn.Venice, vn.AsyncVenice):
        with pytest.raises(vn.InvalidInput, match="VENICE_API_KEY"):
            kind()


def test_connect_without_a_key_is_the_sandbox_and_says_so():
    v = vn.connect()
    assert v.sandboxed
    assert "SANDBOX" in repr(v)
    assert "SANDBOX" in v._mimebundle()["text/html"]


def test_connect_with_a_key_is_live_unless_the_environment_says_sandbox(key, monkeypatch):
    assert not vn.connect(key).sandboxed
    monkeypatch.setenv("VENICE_API_KEY", key)
    assert not vn.connect().sandboxed
    monkeypatch.setenv("VENICE_SANDBOX", "1")
    assert vn.connect().sandboxed


def test_asking_for_a_key_where_nobody_can_answer_is_told():
    with pytest.raises(vn.InvalidInput, match="no live input"):
        vn.connect(ask=True)


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
def test_an_admin_key_is_remarked_upon_and_an_inference_key_is_not(kind, key, caplog, monkeypatch):
    monkeypatch.setattr(live, "_noticed", set())  # each remark is made once for a program
    kind(key)
    vn.Venice.sandbox(kind="ADMIN")
    assert caplog.text == ""
    kind("VENICE_ADMIN_KEY_planted_0123456789")
    assert "ADMIN key" in caplog.text
    assert "planted" not in caplog.text


def test_a_small_request_leaves_in_one_piece(wire, key):
    """Head and body in one packet: half the calls of the system, and no waiting for an acknowledgement."""
    server = wire(reply())
    with vn.Venice(key, base_url=server.base_url) as v:
        v.chat("hi", model=MODEL, show=False)
    assert server.requests[0]["together"]


def test_a_large_request_is_whole_all_the_same(wire, key):
    """What is too long to be held back goes out at once and in order."""
    server = wire(reply())
    text = "word " * 40_000
    with vn.Venice(key, base_url=server.base_url) as v:
        v.chat(text, model="zai-org-glm-5-2", show=False)
    assert server.requests[0]["body"]["messages"][-1]["content"] == text
