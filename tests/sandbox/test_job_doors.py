"""Jobs behind every door: a synchronous and an asynchronous client in process, and a real port."""

import asyncio
import threading

import httpx
import numpy as np
import pytest

from tests.sandbox.filming import FILM, SONG, shot_once
from tests.serving import on_a_port
from venice_nb.sandbox import Sandbox
from venice_nb.sandbox.studio.film import shooting


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(shooting, "shoot", shot_once)


@pytest.fixture
def served(clock):
    settings = {"clock": clock, "job_seconds": 0, "admin_key": "sandbox-admin"}
    with on_a_port(lambda url: Sandbox(base_url=url, **settings)) as box:
        yield box


async def lived(client, key):
    """Every status and length on the way of a binary film, a linked film and a song."""
    seen = []

    async def say(method, url, body=None):
        headers = {"Authorization": f"Bearer {key}"} if "/downloads/" not in url else {}
        reply = await client.request(method, url, json=body, headers=headers)
        seen.append((reply.status_code, reply.headers["content-type"], len(reply.content)))
        return reply

    linked = {**FILM, "model": "grok-imagine-text-to-video-private", "resolution": "480p"}
    for family, body in (("video", FILM), ("video", linked), ("audio", SONG)):
        job = (await say("POST", f"/{family}/queue", body)).json()
        named = {"model": job["model"], "queue_id": job["queue_id"]}
        await say("POST", f"/{family}/retrieve", named)
        if "download_url" in job:
            assert job["download_url"].startswith(str(client.base_url).removesuffix("/api/v1/"))
            await say("GET", job["download_url"])
            await say("DELETE", job["download_url"])
            await say("GET", job["download_url"])
        await say("POST", f"/{family}/complete", named)
    return seen


class Synchronous:
    """A synchronous client that is asked like an asynchronous one."""

    def __init__(self, client):
        self.client, self.base_url = client, client.base_url

    async def request(self, *given, **options):
        return self.client.request(*given, **options)


@pytest.mark.usefixtures("quick")
def test_the_three_doors_answer_alike(clock, served):
    def inside():
        return Sandbox(clock=clock, job_seconds=0, admin_key="sandbox-admin")

    async def asynchronous(box, **options):
        async with httpx.AsyncClient(base_url=box.base_url, **options) as client:
            return await lived(client, box.admin_key)

    def synchronous(box, **options):
        with httpx.Client(base_url=box.base_url, **options) as client:
            return asyncio.run(lived(Synchronous(client), box.admin_key))

    one, two = inside(), inside()
    expected = synchronous(one, transport=one.transport())
    assert [status for status, _, _ in expected] == [200] * 7 + [404, 404] + [200] * 3
    assert asyncio.run(asynchronous(two, transport=two.async_transport())) == expected

    def sizes(seen):  # addresses differ in length
        return [(status, kind, size if kind == "video/mp4" else 0) for status, kind, size in seen]

    assert sizes(synchronous(served)) == sizes(expected)


def test_a_link_is_for_programs_of_this_machine_only(served):
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        url = served.base_url.removesuffix("/api/v1") + "/downloads/abc"
        assert httpx.get(url, headers=headers).status_code == 403


class Held:
    """A film that is in the making until it is let go."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def shoot(self, _order, _seed):
        self.begun.set()
        assert self.go.wait(20)
        return b"film"


@pytest.fixture
def held(monkeypatch):
    film = Held()
    monkeypatch.setattr(shooting, "shoot", film.shoot)
    yield film
    film.go.set()


async def meanwhile(client, key, held):
    """Asks for a film and, while it is made, for something else."""
    headers = {"Authorization": f"Bearer {key}"}
    job = (await client.post("/video/queue", json=FILM, headers=headers)).json()
    film = asyncio.create_task(client.post("/video/retrieve", json=job, headers=headers))
    await asyncio.to_thread(held.begun.wait, 10)
    other = await client.get("/models", headers=headers)
    assert not film.done()
    held.go.set()
    return other.status_code, (await film).content


@pytest.mark.parametrize("door", ["transport", "asgi"])
def test_others_are_served_while_a_film_is_made(clock, held, door):
    box = Sandbox(clock=clock, job_seconds=0)

    async def run():
        transport = box.async_transport() if door == "transport" else httpx.ASGITransport(box.app)
        base = box.base_url if door == "transport" else "http://127.0.0.1/api/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await meanwhile(client, box.admin_key, held)

    assert asyncio.run(run()) == (200, b"film")


def test_others_are_served_over_a_port_while_a_film_is_made(served, held):
    async def run():
        async with httpx.AsyncClient(base_url=served.base_url) as client:
            return await meanwhile(client, served.admin_key, held)

    assert asyncio.run(run()) == (200, b"film")


def test_others_are_served_while_many_texts_are_embedded(held):
    class Mind:
        @staticmethod
        def embed(texts, *, dims, model_id):
            held.shoot(model_id, 0)
            return np.zeros((len(texts), dims), np.float32)

        @staticmethod
        def count_tokens(text):
            return len(text.split())

    async def run():
        box = Sandbox(mind=Mind)
        headers = {"Authorization": f"Bearer {box.admin_key}"}
        transport = httpx.ASGITransport(box.app)
        body = {"model": "text-embedding-bge-m3", "input": ["a text among many others"] * 1000}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as client:
            vectors = asyncio.create_task(client.post("/embeddings", json=body, headers=headers))
            await asyncio.to_thread(held.begun.wait, 10)
            other = await client.get("/models")
            assert not vectors.done()
            held.go.set()
            return other.status_code, len((await vectors).json()["data"])

    assert asyncio.run(run()) == (200, 1000)


def test_two_who_poll_at_once_get_one_film(clock, monkeypatch):
    made = []
    monkeypatch.setattr(shooting, "shoot", lambda *_given: made.append(1) or b"film")
    box = Sandbox(clock=clock, job_seconds=0)
    headers = {"Authorization": f"Bearer {box.admin_key}"}
    with httpx.Client(transport=box.transport(), base_url=box.base_url, headers=headers) as client:
        job = client.post("/video/queue", json=FILM).json()
        replies = []
        threads = [
            threading.Thread(target=lambda: replies.append(client.post("/video/retrieve", json=job).content))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (replies, made) == ([b"film"] * 8, [1])
