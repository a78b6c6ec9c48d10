"""Pictures, sound and films when the network fails: nothing paid is asked for twice, nothing made is lost.

The numbers are those of the list of faults that the project keeps.
"""

import contextlib
import io
import json
import socket
import sys
import threading
import time
import uuid
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))

from films import film
from wire import Hang, Reset, error, reply

import venice_nb as vn
from venice_nb import errors
from venice_nb.client import http
from venice_nb.policy import journal

FILMS = "kling-2.5-turbo-pro-text-to-video"
ID = str(uuid.UUID(int=7))
QUOTE = reply({"quote": 0.35})
QUEUED = reply({"model": FILMS, "queue_id": ID})
CUT = b""  # the server closes without a word
PROCESSING = reply({"status": "PROCESSING", "execution_duration": 1, "average_execution_time": 2})
FILM = reply(film(), kind="video/mp4")


def picture(side=300):
    out = io.BytesIO()
    Pillow.new("RGB", (side, side), 200).save(out, "PNG")
    return out.getvalue()


PNG = picture()
DRAWN = reply(PNG, kind="image/png")


def submit(v, **more):
    order = {"model": FILMS, "duration": 5, "aspect_ratio": "16:9", **more}
    return v.video.submit("fog", **order)


def compose(v, **more):
    return v.audio.music.submit("a slow waltz for strings", model="stable-audio-25", **more)


WORK = {
    "generate": lambda v: v.images.generate("fog"),
    "generations": lambda v: v.images.generations("fog"),
    "upscale": lambda v: v.images.upscale(PNG),
    "edit": lambda v: v.images.edit(PNG, "snow"),
    "multi_edit": lambda v: v.images.multi_edit([PNG], "snow"),
    "remove_background": lambda v: v.images.remove_background(PNG),
}


@pytest.fixture(autouse=True)
def _closed():
    yield
    journal.close_all()
    journal._files.clear()


def posts(server, path=""):
    return sum(path in each["line"] and each["line"].startswith("POST") for each in server.requests)


# --- pictures: never sent again once they may have been drawn --------------------------------


@pytest.mark.parametrize("fault", [Reset, CUT, [DRAWN[:-200], Reset], error(504, "timed out")], ids=str)
@pytest.mark.parametrize("work", WORK)
def test_a_picture_whose_answer_is_lost_is_asked_for_once(world, wire, work, fault):
    """Faults 5, 6, 8, 9."""
    server = wire(fault, DRAWN)
    world.open(server.base_url, show=False)
    expected = errors.APIError if fault == error(504, "timed out") else errors.UnknownOutcome
    with pytest.raises(expected) as told:
        world.run(WORK[work])
    assert posts(server) == 1
    assert told.value.charged != "no"
    assert not Path("venice_out").exists()


def test_a_picture_that_takes_too_long_is_asked_for_once(world, wire):
    """Fault 7, for pictures."""
    server = wire(Hang)
    world.open(server.base_url, show=False, timeout=0.3)
    with pytest.raises(errors.UnknownOutcome):
        world.run(WORK["edit"])
    assert posts(server) == 1


@pytest.mark.parametrize("work", WORK)
def test_what_was_refused_or_never_left_is_asked_for_again(world, wire, work):
    """Row D of the matrix: a 503 is a refusal."""
    body = {"created": 1, "data": [{"b64_json": __import__("base64").b64encode(PNG).decode()}]}
    good = reply(body) if work == "generations" else DRAWN
    server = wire(error(503, "busy"), good)
    world.open(server.base_url, show=False)
    assert world.run(WORK[work])
    assert posts(server) == 2


@pytest.mark.parametrize("fault", [Reset, CUT, error(504)], ids=str)
def test_a_voice_is_cloned_once(world, wire, fault):
    server = wire(fault)
    world.open(server.base_url, show=False)
    with pytest.raises((errors.UnknownOutcome, errors.APIError)):
        world.run(lambda v: v.audio.clone_voice(np.sin(np.arange(96_000) / 20), rate=16_000))
    assert posts(server) == 1


# --- jobs: one order, whatever becomes of its answer -----------------------------------------


@pytest.mark.parametrize("fault", [Reset, CUT, error(504), error(500)], ids=str)
@pytest.mark.parametrize("place", [submit, compose])
def test_an_order_whose_answer_is_lost_is_placed_once_and_kept_as_unknown(world, wire, place, fault):
    """Faults 5 and 6; a server error may hide a charge."""
    server = wire(QUOTE, fault, QUEUED)
    world.open(server.base_url, show=False)
    with pytest.raises(errors.VeniceError) as told:
        world.run(place)
    assert posts(server, "/queue") == 1
    assert told.value.op_id
    table = world.client.jobs() if world.name == "sync" else world.run(lambda v: v.jobs())
    assert [(job.id, job.status) for job in table] == [(told.value.op_id, "unknown")]


def test_an_order_that_hangs_is_placed_once_and_kept_as_unknown(world, wire):
    """Fault 7: the server bills, then says nothing."""
    server = wire(QUOTE, Hang)
    world.open(server.base_url, show=False, timeout=0.4)
    with pytest.raises(errors.UnknownOutcome) as told:
        world.run(submit)
    assert posts(server, "/queue") == 1
    found = world.run(lambda v: v.jobs()) if world.name == "async" else world.client.jobs()
    assert [(job.id, job.status) for job in found] == [(told.value.op_id, "unknown")]


def test_an_id_that_came_whole_is_kept_though_the_answer_is_cut(world, wire):
    """Fault 8."""
    body = json.dumps({"model": FILMS, "queue_id": ID}).encode()
    server = wire(QUOTE, [reply(body, length=len(body) + 50), Reset])
    world.open(server.base_url, show=False)
    assert world.run(submit).id == ID
    assert posts(server, "/queue") == 1


def test_an_id_that_was_cut_is_unknown(world, wire):
    """Fault 8."""
    body = json.dumps({"model": FILMS, "queue_id": ID}).encode()[:-9]
    server = wire(QUOTE, [reply(body, length=len(body) + 9), Reset])
    world.open(server.base_url, show=False)
    with pytest.raises(errors.UnknownOutcome):
        world.run(submit)
    assert posts(server, "/queue") == 1


async def _waited(v, job):
    return await job


def wait(world, job):
    return job.wait() if world.name == "sync" else world.run(lambda v: _waited(v, job))


def ordered(world, wire, *answers):
    server = wire(QUOTE, QUEUED, *answers)
    world.open(server.base_url, show=False)
    return server, world.run(submit)


def test_a_film_that_is_cut_at_sixty_percent_is_fetched_again(world, wire):
    """Fault 24."""
    whole = film()
    head = reply(whole, kind="video/mp4")[: -len(whole)]
    server, job = ordered(world, wire, [head + whole[: len(whole) * 6 // 10], Reset], FILM)
    clip = wait(world, job)
    assert clip.path.read_bytes() == whole
    assert [each.name for each in clip.path.parent.iterdir() if each.suffix == ".part"] == []
    asked = [each["body"] for each in server.requests if "/retrieve" in each["line"]]
    assert len(asked) == 2
    assert not any(each.get("delete_media_on_completion") for each in asked)
    assert not [each for each in server.requests if "/complete" in each["line"]]


def test_an_answer_that_never_comes_to_a_poll_is_asked_for_again(world, wire):
    """Row B of the matrix."""
    server, job = ordered(world, wire, Reset, CUT, error(503), error(502), PROCESSING, FILM)
    assert wait(world, job).path.is_file()
    assert posts(server, "/queue") == 1


# --- other places ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_request_with_media_follows_a_redirect(world, wire, status):
    """Fault 43: the other host sees nothing, not even without the key."""
    elsewhere = wire(DRAWN)
    away = [("Location", f"http://127.0.0.1:{elsewhere.port}/api/v1/x")]
    server = wire(reply({"error": "moved"}, status, away))
    world.open(server.base_url, show=False)
    for work in (*WORK.values(), submit, lambda v: v.audio.speak("hi")):
        with pytest.raises(vn.VeniceError):
            world.run(work)
    job = world.run(lambda v: v.job(ID, model=FILMS, kind="video"))
    assert looked_at(world, job).status == "queued"  # it is asked for again, here
    assert elsewhere.requests == []


def looked_at(world, job):
    """The job after one look."""
    return job.poll() if world.name == "sync" else world.run(lambda v: _polled(job))


async def _polled(job):
    return await job.poll()


LINKS = [
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/x.mp4",
    "https://localhost/x.mp4",
    "https://127.0.0.1:{port}/x.mp4",
    "https://[::1]/x.mp4",
    "https://0x7f000001/x.mp4",
    "file:///etc/passwd",
    "ftp://example.org/x.mp4",
    "https://u:p@example.org/x.mp4",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_into_the_network_of_this_machine_is_not_followed(world, wire, link):
    """Fault 44; the job itself is not lost by it."""
    inside = wire(FILM)
    queued = reply({"model": "m", "queue_id": ID, "download_url": link.format(port=inside.port)})
    server = wire(QUOTE, queued, reply({"status": "COMPLETED"}))
    world.open(server.base_url, show=False)
    job = world.run(submit)
    with pytest.raises(vn.VeniceError) as told:
        wait(world, job)
    assert inside.requests == []
    assert "Bearer" not in str(told.value) + repr(vars(told.value))
    assert job.status in {"ready", "processing"}


def test_a_link_of_the_servers_own_is_fetched_without_the_key_and_its_redirect_is_checked(world, wire, key):
    """Fault 44."""
    inside = wire(FILM)
    server = wire()
    own = f"http://127.0.0.1:{server.port}/files/1"
    moved = reply(b"", 302, [("Location", f"http://127.0.0.1:{inside.port}/x")], kind="text/plain")
    queued = reply({"model": "m", "queue_id": ID, "download_url": own})
    server.script += [QUOTE, queued, reply({"status": "COMPLETED"}), moved]
    world.open(server.base_url, show=False)
    job = world.run(submit)
    with pytest.raises(errors.UnsafeContent):
        wait(world, job)
    assert inside.requests == []
    fetched = [each for each in server.requests if "/files/1" in each["line"]]
    assert len(fetched) == 1
    assert "authorization" not in fetched[0]["headers"]
    assert key not in str(fetched)


# --- uploads ---------------------------------------------------------------------------------

BODY = json.dumps({"code": "PAYLOAD_TOO_LARGE", "error": "The file is too large"}).encode()
ANSWER = (
    b"HTTP/1.1 413 X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY), BODY)
)


class Hasty:
    """Says no to a request whose head it has seen, and then closes, waits, or reads on."""

    def __init__(self, manner):
        self.manner, self.count, self.over = manner, 0, threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.count += 1
            with contextlib.suppress(OSError), connection:
                connection.recv(4096)
                connection.sendall(ANSWER)
                if self.manner == "holds":
                    self.over.wait(20)
                while self.manner == "reads" and connection.recv(1 << 20):
                    pass

    def close(self):
        self.over.set()
        self._socket.close()


@pytest.fixture(params=["closes", "holds", "reads"])
def hasty(request):
    server = Hasty(request.param)
    yield server
    server.close()


@pytest.fixture(scope="module")
def heavy():
    """A picture of 24 MB."""
    noise = np.random.default_rng(1).integers(0, 256, (2820, 2820, 3), dtype=np.uint8)
    out = io.BytesIO()
    Pillow.fromarray(noise).save(out, "PNG", compress_level=0)
    return out.getvalue()


def test_an_early_no_to_a_large_picture_is_heard(world, hasty, heavy, monkeypatch):
    """Fault 49: a server that closes without reading made it an unknown outcome for those who await."""
    monkeypatch.setattr(http, "WRITE", 0.5)  # seconds that a write may take, when nobody reads
    world.open(hasty.base_url, show=False, max_retries=0)
    began = time.monotonic()
    with pytest.raises(errors.TooLarge, match="too large"):
        world.run(lambda v: v.images.edit(heavy, "snow"))
    assert hasty.count == 1
    assert time.monotonic() - began < 10


def test_sixty_four_megabytes_are_refused_early_without_a_second_try(world, hasty, monkeypatch):
    """Fault 49, beyond what the client itself lets through."""
    monkeypatch.setattr(http, "WRITE", 0.5)
    world.open(hasty.base_url, show=False, max_retries=0)
    with pytest.raises(errors.TooLarge, match="too large"):
        world.run(lambda v: v.raw("editImage", {"prompt": "x", "image": "A" * 64_000_000}))
    assert hasty.count == 1


def test_a_large_upload_that_is_taken_arrives_whole(world, wire):
    server = wire(DRAWN)
    world.open(server.base_url, show=False)
    noise = np.random.default_rng(1).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    world.run(lambda v: v.images.edit(noise, "snow"))
    first = server.requests[0]
    assert len(first["body"]) == int(first["headers"]["content-length"]) > 1_000_000
    assert world.run(lambda v: v.images.edit(noise, "snow"))  # the connection is as good as before
    assert posts(server) == 2
