"""Streams in a loop of the user's: booked at the end, kept when cut, freed when dropped."""

import asyncio
import gc
import os
import signal
import threading
import time
import traceback

import pytest
from wire import Hang, Reset, delta, events, reply, stream_head

import venice_nb as vn
from venice_nb import aio, errors

MODEL = "llama-3.3-70b"
WHOLE = stream_head() + events(
    delta(),
    delta("one "),
    delta("two", finish="stop"),
    {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}},
)
HALF = stream_head() + events(delta(), delta("one "), done=False)


def read(world):
    """All pieces of one stream, and the reply."""

    def plain(client):
        with client.chat.stream("hi", model=MODEL) as stream:
            return list(stream), stream.reply

    async def awaited(client):
        async with await client.chat.stream("hi", model=MODEL) as stream:
            return [piece async for piece in stream], stream.reply

    return world.run(plain if world.name == "sync" else awaited)


def test_a_stream_read_in_a_loop_is_booked_like_any_answer(world, wire):
    server = wire(WHOLE)
    world.open(server.base_url)
    pieces, whole = read(world)
    assert "".join(pieces) == whole.text == "one two"
    session = world.client._session
    assert session.calls == 1
    assert session.cost.usd == pytest.approx(whole.cost.usd)
    assert world.client.last.text == "one two"


def test_a_stream_that_is_cut_in_a_loop_leaves_its_text_in_last(world, wire):
    server = wire([HALF, Reset])
    world.open(server.base_url)
    with pytest.raises(errors.StreamInterrupted):
        read(world)
    assert world.client.last.text == "one "
    assert not world.client.last.complete


def test_dropped_asynchronous_streams_give_their_connections_back(wire, key):
    """More of them than there are permits."""
    server = wire([HALF, Hang])
    a = vn.AsyncVenice(key, base_url=server.base_url)

    async def main():
        async with a:
            for _ in range(20):
                stream = await asyncio.wait_for(a.chat.stream("hi", model=MODEL), 5)
                del stream
                gc.collect()
                await asyncio.sleep(0)
            server.script = [reply()]
            return (await asyncio.wait_for(a.chat("hi", model=MODEL, show=False), 5)).text

    assert asyncio.run(main()) == "fine"


def test_an_interrupt_in_a_loop_shows_no_frame_that_knows_the_key(wire, key):
    server = wire([HALF, Hang])
    with vn.Venice(key, base_url=server.base_url) as v:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt) as told, v.chat.stream("hi", model=MODEL) as stream:
                for _ in stream:
                    pass
        finally:
            timer.cancel()
            signal.signal(signal.SIGINT, before)
        assert v.last.text == "one "
    frames = [frame for frame, _ in traceback.walk_tb(told.value.__traceback__)]
    assert not [frame for frame in frames if "httpcore" in frame.f_code.co_filename]
    assert told.value.__context__ is None


def test_in_a_notebook_the_loop_wakes_up_while_it_waits_for_a_piece(monkeypatch):
    """Without that Ctrl-C is only noticed when the next piece arrives."""
    monkeypatch.setitem(aio.sys.modules, "ipykernel", aio)
    monkeypatch.setattr(aio, "_BEAT", 0.01)

    async def main():
        loop, woken = asyncio.get_running_loop(), []
        select = loop._selector.select
        monkeypatch.setattr(
            loop._selector, "select", lambda timeout: woken.append(timeout) or select(timeout)
        )
        with aio.heartbeat():
            await asyncio.sleep(0.2)
        during = len(woken)
        await asyncio.sleep(0.05)
        return during, len(woken) - during

    during, after = asyncio.run(main())
    assert during >= 8
    assert after <= 4  # and not for ever


def test_many_tiny_events_are_read_in_linear_time(world, wire):
    """A hundred thousand of them, for a loop that looks at every piece."""
    count = 100_000
    tiny = b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n'
    server = wire(stream_head() + tiny * count + events(delta("", finish="stop")))
    world.open(server.base_url)
    began = time.process_time()
    _, whole = read(world)
    assert len(whole.text) == count
    assert time.process_time() - began < 8  # measured: 1 s; quadratic work would take minutes
