"""Both worlds asking a server that makes a vector of each text, and fails where it is told to."""

import asyncio
import hashlib
import json
import threading

import httpx
import numpy as np
import pybase64

import venice_nb as vn

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"
MODEL = "text-embedding-bge-m3"
DIMS = 8


def vector(text, dims=DIMS):
    """The vector of a text, the same everywhere."""
    digest = hashlib.shake_256(text.encode()).digest(4 * dims)
    return (np.frombuffer(digest, "<u4").astype(np.float64) / 2**32 - 0.5).astype(np.float32)


def vectors(texts, dims=DIMS):
    """One row for each text."""
    return np.array([vector(text, dims) for text in texts]).reshape(-1, dims)


def packed(row):
    return pybase64.b64encode(np.asarray(row, "<f4").tobytes()).decode()


def rows(texts, dims=DIMS):
    """The `data` of an answer."""
    return [
        {"object": "embedding", "index": index, "embedding": packed(vector(text, dims))}
        for index, text in enumerate(texts)
    ]


def answer(data, *, model=MODEL, tokens=None, **more):
    """A whole answer."""
    tokens = 10 * len(data) if tokens is None else tokens
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return httpx.Response(200, json={"object": "list", "model": model, "data": data, "usage": usage, **more})


def refusal(status, message="no", **more):
    return httpx.Response(status, json={"error": message, **more})


class Embedder:
    """A server. `sent` are the lists of texts in the order they came.

    `bad` texts have their batch refused with `status`. `script(number, texts)` may give an answer of its own,
    or an exception to raise, for a request; None leaves it to the server.
    """

    def __init__(self, *, bad=(), status=400, script=None, model=MODEL, dims=DIMS):
        self.bad, self.status, self.script, self.model, self.dims = set(bad), status, script, model, dims
        self.sent = []
        self.bodies = []
        self._lock = threading.Lock()

    def __call__(self, request):
        body = json.loads(request.read())
        with self._lock:
            self.bodies.append(body)
            self.sent.append(body["input"])
            number = len(self.sent)
        told = self.script(number, body["input"]) if self.script else None
        if isinstance(told, BaseException):
            raise told
        if told is not None:
            return told
        if self.bad & set(body["input"]):
            return refusal(self.status, "these texts are not taken")
        return answer(rows(body["input"], self.dims), model=self.model)

    @property
    def texts(self):
        """All texts that were sent, in order, as often as they were."""
        return [text for batch in self.sent for text in batch]


class World:
    """One of the two clients, asked in the same way."""

    def __init__(self, name):
        self.name = name
        self.kind = vn.Venice if name == "sync" else vn.AsyncVenice
        self.client = None

    def open(self, embedder=None, **options):
        options = {"max_retries": 0, "show": False, **options}
        serve = embedder or Embedder()

        async def later(request):
            await asyncio.sleep(0)
            return serve(request)

        transport = httpx.MockTransport(serve if self.kind is vn.Venice else later)
        self.client = self.kind(api_key=KEY, transport=transport, **options)
        return self

    def at(self, base_url, **options):
        options = {"max_retries": 0, "show": False, **options}
        self.client = self.kind(api_key=KEY, base_url=base_url, **options)
        return self

    def sandbox(self, **options):
        self.client = self.kind.sandbox(**options)
        return self

    def run(self, act):
        """What `act(client)` gives, awaited where it must be."""
        if self.kind is vn.Venice:
            return act(self.client)

        async def main():
            return await act(self.client)

        return asyncio.run(main())

    def embed(self, data, **options):
        return self.run(lambda v: v.embed(data, **options))
