"""A thread hears no Ctrl-C: whoever watches its waits can end them, and nothing else changes."""

import threading
import time

import pytest
from wire import Drip, Hang, delta, events, reply, stream_head

import venice_nb as vn
from venice_nb.client import clock, drive


@pytest.fixture
def client(wire, key):
    def open_(*script, **options):
        server = wire(*script)
        made = vn.Venice(key, base_url=server.base_url, show=False, **options)
        made.server = server
        return made

    return open_


def stopped(client, server, **options):
    """What came out of a chat in a thread that is stopped once the server has the question."""
    stop, found = threading.Event(), []

    def look():
        if stop.is_set():
            raise KeyboardInterrupt

    def work():
        try:
            with clock.watched(look):
                client.chat("hi", model="llama-3.3-70b", **options)
        except BaseException as error:  # noqa: BLE001  an interrupt is what we look for
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    until = time.monotonic() + 20
    while not server.requests and time.monotonic() < until:
        threading.Event().wait(0.01)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    return found[0]


def test_a_wait_for_an_answer_that_never_comes_is_stopped_from_another_thread(client):
    asking = client(Hang)
    assert isinstance(stopped(asking, asking.server), KeyboardInterrupt)
    assert asking.spend.lines[-1].note == "outcome unknown", "as after Ctrl-C"


def test_a_stream_that_pauses_is_stopped_and_what_had_arrived_is_kept(client):
    asking = client([stream_head(), events(delta("so far"), done=False), Hang])
    assert isinstance(stopped(asking, asking.server, stream=True), KeyboardInterrupt)
    assert asking.last is None or asking.last.text == "so far"


def test_an_answer_that_comes_slowly_comes_whole_while_its_waits_are_watched(client):
    whole = reply()
    asking = client([whole[:-40], Drip(whole[-40:-38], 2.5 * clock.GLANCE), whole[-38:]])
    looked = []
    with clock.watched(lambda: looked.append(1)):
        assert asking.chat("hi", model="llama-3.3-70b").text == "fine"
    assert len(looked) > 3


def test_the_time_limit_of_a_watched_wait_holds(client):
    asking = client(Hang, timeout=0.4, max_retries=0)
    with clock.watched(lambda: None), pytest.raises(vn.UnknownOutcome, match=r"time"):
        asking.chat("hi", model="llama-3.3-70b")


def test_a_pause_between_two_attempts_is_stopped():
    def look():
        raise KeyboardInterrupt

    with clock.watched(look), pytest.raises(KeyboardInterrupt):
        drive.wait(600, "the server is full")


def test_nobody_is_called_where_nobody_watches():
    with clock.watched(pytest.fail):
        pass
    clock.glance()
