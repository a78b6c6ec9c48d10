"""Both worlds asking a server that answers with pictures, through the public API."""

import asyncio
import io
import json
import threading

import httpx
import pybase64
from PIL import Image as Pillow

import venice_nb as vn

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"


def picture(kind="PNG", size=(300, 300), color=200):
    out = io.BytesIO()
    Pillow.new("RGB", size, color).save(out, kind)
    return out.getvalue()


PNG, WEBP = picture(), picture("WEBP")


def drawn(data=PNG, **headers):
    """An answer that is a picture."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, headers={"content-type": "image/png", **names}, content=data)


def listed(*pictures, **more):
    """An answer in JSON."""
    images = [pybase64.b64encode(each).decode() if isinstance(each, bytes) else each for each in pictures]
    return httpx.Response(200, json={"id": "generate-image-1", "images": images, "timing": {}, **more})


class Studio:
    """A server whose `answer(request)` is a response; `bodies` are what was asked, in the order it came."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda _: drawn())
        self.bodies = []
        self.paths = []
        self._lock = threading.Lock()

    def __call__(self, request):
        content = request.read()
        with self._lock:
            self.paths.append(request.url.path.removeprefix("/api/v1"))
            self.bodies.append(json.loads(content) if content[:1] == b"{" else content)
        answer = self.answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class World:
    """One of the two clients, asked in the same way."""

    def __init__(self, name):
        self.kind = vn.Venice if name == "sync" else vn.AsyncVenice
        self.client = None

    def open(self, studio=None, **options):
        options = {"max_retries": 0, "show": False, **options}
        self.client = self.kind(api_key=KEY, transport=httpx.MockTransport(studio or Studio()), **options)
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
