"""A queue that answers as told: it bills, keeps films in memory, and remembers what it was asked."""

import asyncio
import io
import json
import tempfile
import uuid
from functools import cache
from pathlib import Path

import httpx

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.jobs import read_queued
from venice_nb.client.connection import AsyncConnection, Connection
from venice_nb.client.drive import AsyncDriver, Driver
from venice_nb.client.session import Session
from venice_nb.config import settings
from venice_nb.jobs.order import Order
from venice_nb.policy.limits import guard_for
from venice_nb.results.headers import Headers
from venice_nb.results.quotes import Quote
from venice_nb.results.reading import loads, mapping, number
from venice_nb.secrets import Secret

MODEL = "wan-2-7-text-to-video"
BASE = "https://api.venice.ai/api/v1"
LINK = "https://api.venice.ai/files/film-1"


@cache
def film(seconds=1, rate=8):
    """A small film that plays."""
    import av
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "film.mp4"  # the index goes to the front, so that a torn film still opens
        with av.open(str(out), "w", options={"movflags": "+faststart"}) as box:
            stream = box.add_stream("libx264", rate=rate)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            rng = np.random.default_rng(1)
            for n in range(seconds * rate):
                picture = np.full((48, 64, 3), n * 9 % 256, np.uint8)
                picture[::2] = rng.integers(0, 255, (24, 64, 3))
                box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            box.mux(stream.encode())
        return out.read_bytes()


@cache
def tune():
    """A second of a tone, as WAV."""
    import math
    import struct
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 5))) for n in range(8000)))
    return out.getvalue()


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose connection breaks off."""

    def __init__(self, data):
        self.data = data

    def __iter__(self):
        yield self.data
        raise httpx.ReadError("cut")

    async def __aiter__(self):
        yield self.data
        raise httpx.ReadError("cut")


def cut(data, of, kind="video/mp4"):
    """An answer that breaks off: `data` of a body of `of` bytes."""
    headers = {"content-type": kind, "content-length": str(of)}
    return httpx.Response(200, headers=headers, stream=Cut(data))


def media(data=None, kind="video/mp4", **headers):
    return httpx.Response(
        200, content=film() if data is None else data, headers={"content-type": kind, **headers}
    )


def processing(elapsed=20_000, typical=100_000, **more):
    return {"status": "PROCESSING", "execution_duration": elapsed, "average_execution_time": typical, **more}


COMPLETED = {"status": "COMPLETED", "execution_duration": 101_000, "average_execution_time": 100_000}


class Queue:
    """Answers by path; what is prepared in `answers[path]` comes first, an exception is raised.

    Attributes:
        asked: (path, body) of every request, in order.
        keyed: the paths that came with a key.
        billed: the ids that were handed out.

    """

    def __init__(self, **answers):
        self.answers = {"quote": [], "queue": [], "retrieve": [], "complete": [], "limits": [], "link": []}
        for name, given in answers.items():
            self.answers[name] = list(given)
        self.asked = []
        self.keyed = []
        self.billed = []
        self.polls = 1  # answers that say processing before the film comes
        self.usd = 10.0

    def __call__(self, request):
        path = request.url.path.removeprefix("/api/v1")
        room = path.rpartition("/")[2]
        name = {"rate_limits": "limits", "film-1": "link"}.get(room, room)
        self.asked.append((path, json.loads(request.content) if request.content else None))
        if "authorization" in request.headers:
            self.keyed.append(path)
        prepared = self.answers[name]
        answer = prepared.pop(0) if prepared else getattr(self, f"_{name}")(self.asked[-1][1])
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer, headers={"x-venice-balance-usd": str(self.usd)})

    def count(self, name):
        """How often something was asked."""
        return sum(path.endswith(name) for path, _ in self.asked)

    def bill(self, price=0.35):
        self.billed.append(str(uuid.UUID(int=len(self.billed) + 1)))
        self.usd -= price
        return self.billed[-1]

    def _quote(self, body):
        return {"quote": 0.35}

    def _queue(self, body):
        return {"model": body["model"], "queue_id": self.bill()}

    def _retrieve(self, body):
        if self.polls > 0:
            self.polls -= 1
            return processing()
        return media()

    def _complete(self, body):
        return {"success": True}

    def _limits(self, body):
        return {"data": {"balances": {"USD": self.usd}, "apiTier": {"id": "paid", "isCharged": True}}}

    def _link(self, body):
        return media()


def read_quote(received):
    found = mapping(loads(received.content))
    return Quote(number(found.get("quote")), headers=Headers(received.headers))


def order(prompt="fog over a canal", *, kind="video", quoted=True, price=None, body=None, **more):
    """An order as the studio makes them."""
    room, operation = ("video", "Video") if kind == "video" else ("audio", "Audio")
    model = more.pop("model", MODEL)
    asked = body or {"model": model, "prompt": prompt, "duration": "5s"}
    quote = Call(
        operation=f"quote{operation}", method="POST", path=f"/{room}/quote", body=asked, read=read_quote
    )
    queue = Call(
        operation=f"queue{operation}",
        method="POST",
        path=f"/{room}/queue",
        body=asked,
        read=read_queued,
        safety=Safety.QUEUE,
        timeouts=Timeouts(60.0, 120.0),
        model=model,
        family=kind,
        paid=True,
        price=price,
    )
    return Order(
        kind=kind,
        model=model,
        prompt=prompt,
        call=queue,
        quote=quote if quoted else None,
        **{"details": {"duration": "5s"}, **more},
    )


class World:
    """One of the two clients; what it does is driven the same way."""

    def __init__(self, name, queue, key, *, live=True, base_url=BASE, **options):
        """Without a queue, the requests go to `base_url`."""
        self.name, self.queue = name, queue
        given = settings(base_url=base_url, show=False, **options)
        self.session = Session(given, live=live, key=Secret(key), sandbox=None if live else queue)
        guard = guard_for(base_url, self.session.key, private=True, paced=False)
        transport = httpx.MockTransport(queue) if queue is not None else None
        connection, driver = {"sync": (Connection, Driver), "async": (AsyncConnection, AsyncDriver)}[name]
        self.driver = driver(connection(given, self.session.key, transport), guard, self.session)

    def does(self, act):
        """What `act()` gives; awaited where it gives something to await."""
        if self.name == "sync":
            return act()

        async def main():
            return await act()

        return asyncio.run(main())

    def run(self, plan):
        return self.does(lambda: self.session.run(plan))
