"""Where tutorials and the official sources disagree about films and other jobs.

Sent is what the specification takes; read is either spelling. One test for each point of the disagreement, in
both worlds.
"""

import json
import logging

import httpx
import pytest

import venice_nb as vn
from tests import made_media
from tests.studio.pictures import World
from venice_nb.client import drive

FILM_MODEL = "kling-2.5-turbo-pro-text-to-video"


class OldServer:
    """Spells everything as the tutorials of February 2026 do, and takes no other spelling of the job's id."""

    def __init__(self, *, key="queueid", done="binary", kind="video/mp4", data=None):
        self.key, self.done, self.kind = key, done, kind
        self.data = made_media.film(seconds=1) if data is None else data
        self.asked = []

    def __call__(self, request):
        path, body = request.url.path.removeprefix("/api/v1"), request.content
        self.asked.append((path, json.loads(body) if body.startswith(b"{") else body, request.headers))
        step = path.rpartition("/")[2]
        if path == "/image/styles":
            return httpx.Response(200, json=["3D Model", "Isometric Style", "Lowpoly", "Texture"])
        return getattr(self, f"_{step}")(self.asked[-1][1])

    def _quote(self, _):
        return httpx.Response(200, json={"quote": 0.39, "currency": "USD"})

    def _queue(self, body):
        return httpx.Response(200, json={"model": body["model"], self.key: "job-17", "status": "queued"})

    def _retrieve(self, body):
        if body.get(self.key) != "job-17":
            return httpx.Response(400, json={"error": "Request ID is invalid."})
        polls = sum(path.endswith("/retrieve") for path, *_ in self.asked)
        if polls < 3:
            spent = {"executionDuration": 1000 * polls, "estimatedDuration": 4000}
            return httpx.Response(200, json={"status": "processing", **spent})
        if self.done != "binary":
            return httpx.Response(
                200, json={"status": "completed", self.done: "https://cdn.example.com/made"}
            )
        return httpx.Response(
            200, content=self.data, headers={"content-type": self.kind} if self.kind else {}
        )

    def _made(self, _):
        return httpx.Response(200, content=self.data, headers={"content-type": "video/mp4"})

    def _complete(self, body):
        known = body.get(self.key) == "job-17"
        return httpx.Response(200 if known else 400, json={"success": True} if known else {"error": "no"})

    def bodies(self, step):
        return [body for path, body, _ in self.asked if path.endswith(f"/{step}")]


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def unhurried(monkeypatch):
    """Nobody waits."""

    async def soon(seconds, why=""):
        pass

    monkeypatch.setattr(drive, "wait", lambda seconds, why="": None)
    monkeypatch.setattr(drive, "async_wait", soon)


@pytest.fixture
def said(caplog):
    """What the user was told so far."""
    caplog.set_level(logging.WARNING, "venice_nb")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "venice_nb"]


WIDE = {"model": FILM_MODEL, "duration": 10, "aspect_ratio": "16:9"}


def ordered(world, server):
    return world.open(server).run(lambda v: v.video.submit("A serene forest", max_usd=1.0, **WIDE))


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("key", ["queue_id", "queueid", "id"])
def test_rows_1_to_3_the_servers_own_spelling_is_read_echoed_and_polled_to_the_end(world, key):
    server = OldServer(key=key)
    job = ordered(world, server)
    world.run(lambda _: job.poll())
    assert (job.id, job.status, job.progress, job.left) == ("job-17", "processing", 0.25, 3.0)
    clip = world.run(lambda _: job.wait())
    assert clip.path.read_bytes() == server.data
    assert world.run(lambda _: job.cleanup()) is True
    asked = [*server.bodies("retrieve"), *server.bodies("complete")]
    assert asked == [{"model": FILM_MODEL, key: "job-17"}] * 4


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "kind",
    ["video/mp4", 'Video/MP4; codecs="avc1.64001f, mp4a.40.2"', "application/octet-stream", ""],
)
def test_row_4_a_film_is_known_however_its_type_is_written(world, kind):
    server = OldServer(kind=kind)
    job = ordered(world, server)
    assert world.run(lambda _: job.wait()).path.read_bytes() == server.data


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("name", ["url", "download_url"])
def test_rows_3_and_5_a_completed_answer_with_an_address_is_fetched_without_the_key(world, name):
    server = OldServer(done=name)
    job = ordered(world, server)
    assert world.run(lambda _: job.wait()).path.read_bytes() == server.data
    keyed = {path: "authorization" in headers for path, _, headers in server.asked}
    assert keyed == {"/video/quote": True, "/video/queue": True, "/video/retrieve": True, "/made": False}


@pytest.mark.usefixtures("unhurried")
def test_row_5_model_id_and_address_are_on_disk_before_the_first_question(world):
    server = OldServer()
    server._queue = lambda body: httpx.Response(
        200,
        json={"model": body["model"], "queueid": "job-17", "download_url": "https://cdn.example.com/made"},
    )
    ordered(world, server)
    assert server.bodies("retrieve") == []
    again = OldServer(done="nothing")  # another process, a server that tells no address
    job = world.open(again).run(lambda v: v.job("job-17"))
    assert world.run(lambda _: job.wait()).path.read_bytes() == again.data


@pytest.mark.parametrize(("answer", "currency"), [({}, "USD"), ({"currency": "diem"}, "DIEM")])
def test_row_6_a_quote_without_a_currency_is_in_dollars(world, answer, currency):
    server = OldServer()
    server._quote = lambda _: httpx.Response(200, json={"quote": 0.39, **answer})
    quote = world.open(server).run(lambda v: v.video.quote(FILM_MODEL, duration="10s"))
    assert (quote.usd, quote.currency) == (0.39, currency)


@pytest.mark.parametrize(("field", "value"), [("resolution", "720p"), ("audio", True)])
def test_row_7_what_a_film_model_does_not_take_is_refused_to_an_order_and_left_out_of_a_quote(
    world, said, field, value
):
    server = OldServer()
    world.open(server)
    with pytest.raises(vn.InvalidInput) as refused:
        world.run(lambda v: v.video.submit("A serene forest", **WIDE, **{field: value}))
    assert refused.value.field == field
    assert server.asked == []
    world.run(lambda v: v.video.quote(**WIDE, **{field: value}))
    assert server.bodies("quote") == [{**WIDE, "duration": "10s"}]
    assert [note for note in said() if f"{field}=" in note and "left out of the quote" in note]


@pytest.mark.parametrize("duration", [5, "5", "5s"])
def test_row_8_a_length_is_understood_in_every_spelling_and_judged_by_the_model(world, duration):
    server = OldServer()
    world.open(server)
    world.run(lambda v: v.video.submit("A serene forest", **{**WIDE, "duration": duration}))
    assert [body["duration"] for body in (*server.bodies("quote"), *server.bodies("queue"))] == ["5s", "5s"]
    with pytest.raises(vn.InvalidInput, match="duration"):
        world.run(lambda v: v.video.submit("A serene forest", **{**WIDE, "duration": 7}))
    assert len(server.asked) == 2


def test_row_9_a_seed_is_not_sent_which_is_said_once(world, said):
    server = OldServer()
    world.open(server)
    world.run(lambda v: v.video.quote(**WIDE, seed=7))
    for seed in (7, 8):
        world.run(lambda v, seed=seed: v.video.submit("A serene forest", **WIDE, seed=seed))
    assert len(server.bodies("queue")) == 2
    assert not any("seed" in body for _, body, _ in server.asked)
    assert len([note for note in said() if "takes no seed" in note]) == 1


@pytest.mark.usefixtures("unhurried")
def test_row_10_a_cleanup_that_is_refused_harms_nothing(world):
    server = OldServer()
    server._complete = lambda _: httpx.Response(400, json={"error": "Request ID is invalid."})
    job = ordered(world, server)
    clip = world.run(lambda _: job.wait())
    assert world.run(lambda _: job.cleanup()) is False
    assert clip.path.exists()
    assert all("delete_media_on_completion" not in body for body in server.bodies("retrieve"))


@pytest.mark.parametrize("status", [500, 502, 504])
def test_row_11_an_order_that_may_have_been_billed_is_never_sent_twice(world, status):
    server = OldServer()
    server._queue = lambda _: httpx.Response(status, json={"error": "Inference processing failed"})
    world.open(server, max_retries=4)
    with pytest.raises(vn.VeniceError):
        world.run(lambda v: v.video.submit("A serene forest", **WIDE))
    assert len(server.bodies("queue")) == 1


def test_row_20_a_family_of_the_tutorials_is_replaced_by_a_model_there_is_and_that_is_said(world, said):
    server = OldServer()
    world.open(server)
    world.run(lambda v: v.video.submit("A serene forest", **{**WIDE, "model": "kling-2.5-turbo-pro"}))
    assert server.bodies("queue")[0]["model"] == FILM_MODEL
    assert [note for note in said() if FILM_MODEL in note]
