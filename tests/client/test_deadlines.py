"""No answer takes longer than its time, however slowly it comes; a stream that pauses too long is over."""

import socket
import threading
import time

import pytest
from wire import Drip, Hang, delta, error, events, reply, stream_head

from venice_nb import errors
from venice_nb.calls.call import Timeouts
from venice_nb.calls.talk import chat as chat_calls
from venice_nb.client import clock

DEAR = {"model": "claude-opus-4-5", "max_completion_tokens": 9000}  # never sent twice


@pytest.mark.parametrize("part", ["head", "body"])
def test_the_total_time_holds_while_head_or_body_drip_in(world, wire, part):
    """Fault 36."""
    whole = reply()
    head = whole.index(b"\r\n\r\n") + 4
    server = wire(Drip(whole, 0.1) if part == "head" else [whole[:head], Drip(whole[head:], 0.1)])
    began = time.monotonic()
    with pytest.raises(errors.UnknownOutcome) as told:
        world.open(server.base_url, timeout=0.6).chat(**DEAR)
    assert time.monotonic() - began < 3
    assert "total time" in told.value.what
    assert len(server.requests) == 1


def test_a_refusal_whose_text_drips_is_told_as_the_refusal_it_is(world, wire):
    whole = error(422, "no such thing here")
    head = whole.index(b"\r\n\r\n") + 4
    server = wire([whole[:head], Drip(whole[head:], 0.1)])
    began = time.monotonic()
    with pytest.raises(errors.ContentRefused):
        world.open(server.base_url, timeout=0.6).chat(**DEAR)
    assert time.monotonic() - began < 3
    assert len(server.requests) == 1


def test_a_server_that_takes_the_question_slowly_meets_the_deadline(world):
    """The question is larger than what the sockets buffer, and nobody reads it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = []
        threading.Thread(target=lambda: taken.append(listener.accept()), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(errors.UnknownOutcome):
            world.open(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1", timeout=0.6).chat(
                messages=[
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "Look."},
                            {
                                "type": "image_url",
                                "image_url": {"url": "data:image/png;base64," + "A" * 20_000_000},
                            },
                        ],
                    }
                ],
                model="claude-opus-4-5",
                max_completion_tokens=9000,
            )
        assert time.monotonic() - began < 4
        for connection, _ in taken:
            connection.close()


def test_a_stream_that_has_begun_may_pause_less_than_one_that_has_not(world, wire, monkeypatch):
    """Fault 35: 90 s for the first event, 60 s for each later one; here 5 s and 0.3 s."""
    monkeypatch.setattr(chat_calls, "STREAMED", Timeouts(read=0.3, total=30.0, first=5.0))
    server = wire([stream_head() + events(delta(), delta("so far"), done=False), Hang])
    began = time.monotonic()
    with pytest.raises(errors.StreamInterrupted, match="nothing more arrived") as told:
        world.open(server.base_url).stream()
    assert told.value.text == "so far"
    assert time.monotonic() - began < 3


def test_a_stream_that_never_pauses_ends_with_its_total_time(world, wire, monkeypatch):
    monkeypatch.setattr(chat_calls, "STREAMED", Timeouts(read=5.0, total=0.8, first=5.0))
    endless = Drip(events(delta("x"), done=False) + b":\n" * 1000, 0.02)
    server = wire([stream_head() + events(delta(), delta("so far"), done=False), endless])
    with pytest.raises(errors.StreamInterrupted, match="total time") as told:
        world.open(server.base_url).stream()
    assert told.value.text.startswith("so far")


def test_outside_of_a_deadline_a_connection_waits_as_it_is_told():
    class Inner:
        def __init__(self):
            self.seen = []

        def read(self, size, timeout):
            self.seen.append(timeout)
            return b""

    inner = Inner()
    bounded = clock.Bounded(inner)
    bounded.read(1, 7.0)
    with clock.until(time.monotonic() + 100), clock.until(time.monotonic() + 3):
        bounded.read(1, 7.0)
        bounded.read(1)
    bounded.read(1)
    assert inner.seen[0] == 7.0
    assert 2 < inner.seen[1] <= 3
    assert 2 < inner.seen[2] <= 3
    assert inner.seen[3] is None
