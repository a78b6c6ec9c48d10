"""A sandbox over HTTP that writes down who asked for which vectors and when, and can be told how to behave.

GET  /_seen     every request for vectors: its times, texts, status and connection
POST /_key      one more key to accept
POST /_behave   {"latency": seconds, "told_rpm": requests a minute that its headers speak of,
                 "refuse_after": requests for vectors until 402, "word": texts with it are refused,
                 "status": what every request for vectors is answered with}
"""

import asyncio
import json
import time

from venice_nb.sandbox.box import Sandbox
from venice_nb.sandbox.port import serve
from venice_nb.sandbox.server import listening

ANSWERED = {"type": "http.response.body"}


class Watched:
    def __init__(self, box):
        self.app, self.state = box.app, box.state
        self.behave({})

    def behave(self, given):
        self.seen = []
        self.latency = given.get("latency", 0.0)
        self.told_rpm = given.get("told_rpm")
        self.refuse_after = given.get("refuse_after")
        self.word = given.get("word")
        self.status = given.get("status")

    async def __call__(self, scope, receive, send):
        path = scope.get("path", "")
        if path.startswith("/_"):
            body = (await receive()).get("body", b"")
            if path == "/_behave":
                self.behave(json.loads(body))
            if path == "/_key":
                self.state.add_key(json.loads(body), "INFERENCE")
            return await answer(send, 200, self.seen)
        if not path.endswith("/embeddings"):
            return await self.app(scope, receive, send)
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        texts = json.loads(body)["input"]
        entry = {"at": time.monotonic(), "texts": texts, "status": 0, "end": None, "from": scope["client"][1]}
        self.seen.append(entry)
        if self.latency:
            await asyncio.sleep(self.latency)

        async def told(message):
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                if self.told_rpm:
                    told = [(b"x-ratelimit-limit-requests", str(self.told_rpm).encode())]
                    told.append((b"x-ratelimit-remaining-requests", str(self.told_rpm - 1).encode()))
                    message = {**message, "headers": [*message["headers"], *told]}
            entry["end"] = time.monotonic()
            await send(message)

        if self.status:
            return await answer(told, self.status, {"error": "Inference processing failed"})
        if self.refuse_after is not None and len(self.seen) > self.refuse_after:
            return await answer(told, 402, {"error": "Insufficient USD or Diem balance to complete request"})
        if self.word and any(self.word in text for text in texts):
            return await answer(told, 400, {"error": "Invalid request parameters"})

        async def again():
            return {"type": "http.request", "body": body}

        return await self.app(scope, again, told)


async def answer(send, status, value):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({**ANSWERED, "body": json.dumps(value).encode()})


def main():
    bound = listening("127.0.0.1", 0)
    box = Sandbox(
        tier="unlimited",
        base_url=f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1",
    )
    serve(Watched(box), bound, box.base_url)


if __name__ == "__main__":
    main()
