"""Both worlds asking a server that speaks and listens, through the public API."""

import asyncio
import json
import re
import threading

import httpx

import venice_nb as vn
from tests.made_sound import tone
from venice_nb.media.encoding import encode
from venice_nb.media.sound import decode

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"
TYPES = {"mp3": "audio/mpeg"}
A_CHARACTER = 0.002  # seconds of sound for a character of text


def spoken(body):
    """An answer with a tone as long as the text, in the format asked for."""
    kind = body.get("response_format") or "mp3"
    pitch = 200 + sum(map(ord, body["voice"])) % 400
    data = encode(tone(max(0.2, A_CHARACTER * len(body["input"])), pitch=pitch), kind)
    return httpx.Response(200, headers={"content-type": TYPES.get(kind, f"audio/{kind}")}, content=data)


def heard(form):
    """An answer that tells how long the recording was; with times where they were asked for."""
    seconds = decode(form["file"]).seconds
    answer = {"text": f"{seconds:.1f} seconds.", "duration": seconds}
    if form.get("timestamps") == b"true":
        answer["timestamps"] = {"segment": [{"text": answer["text"], "start": 0.0, "end": seconds}]}
    return httpx.Response(200, json=answer)


def form_of(request):
    """The fields of a multipart request; the name of the file is `filename`."""
    boundary = re.search("boundary=(.*)", request.headers["content-type"])[1].encode()
    found = {}
    for part in request.content.split(b"--" + boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)[1].decode()
        found[name] = value.removesuffix(b"\r\n")
        if file := re.search(rb'filename="([^"]*)"', head):
            found["filename"] = file[1].decode()
            found["type"] = re.search(rb"Content-Type: (\S+)", head)[1].decode()
    return found


class Booth:
    """A server of sound. `answer(path, asked)` may give another response, or None for the usual one."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda path, asked: None)
        self.asked = []
        self.paths = []
        self._lock = threading.Lock()

    def __call__(self, request):
        path = request.url.path.removeprefix("/api/v1")
        request.read()
        asked = json.loads(request.content) if request.content[:1] == b"{" else form_of(request)
        with self._lock:
            self.asked.append(asked)
            self.paths.append(path)
        found = self.answer(path, asked)
        if isinstance(found, BaseException):
            raise found
        if found is not None:
            return found
        if path == "/audio/speech":
            return spoken(asked)
        if path == "/audio/transcriptions":
            return heard(asked)
        return httpx.Response(200, json={"id": "vv_abc", "model": asked["model"].decode()})


class World:
    """One of the two clients, asked in the same way."""

    def __init__(self, name):
        self.name = name
        self.kind = vn.Venice if name == "sync" else vn.AsyncVenice
        self.client = None

    def open(self, booth=None, **options):
        options = {"max_retries": 0, "show": False, **options}
        self.client = self.kind(api_key=KEY, transport=httpx.MockTransport(booth or Booth()), **options)
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

    def listen(self, act):
        """The pieces of the stream of `act(client)` and what came of it."""
        if self.kind is vn.Venice:
            with act(self.client) as pieces:
                return list(pieces), pieces.reply

        async def main():
            async with act(self.client) as pieces:
                return [piece async for piece in pieces], pieces.reply

        return asyncio.run(main())
