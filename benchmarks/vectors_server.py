"""A tiny HTTP server in a process of its own that answers `POST /embeddings` as fast as asyncio goes.

The vector of a text depends on its place in the request alone, so that nothing has to be computed. It gives
base64 or numbers, whichever is asked for, and limits that nobody reaches.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from functools import cache

import numpy as np

from benchmarks.server import AMPLE, LIMITS

_HEAD = b"HTTP/1.1 200 OK\r\nCF-RAY: 1-BENCH\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
MOST = 2048  # texts of one request


class Answers:
    """The bytes of the answer for a number of texts."""

    def __init__(self, dims: int, model: str) -> None:
        vectors = np.random.default_rng(0).standard_normal((MOST, dims)).astype("<f4")
        self._model = model
        self._packed = [json.dumps(b64encode(row.tobytes()).decode()).encode() for row in vectors]
        self._numbers = [json.dumps([float(number) for number in row]).encode() for row in vectors[:MOST]]
        self.of = cache(self._of)

    def _of(self, count: int, packed: bool) -> bytes:
        rows = (self._packed if packed else self._numbers)[:count]
        data = b",".join(
            b'{"object":"embedding","index":%d,"embedding":%s}' % (index, row)
            for index, row in enumerate(rows)
        )
        usage = b'{"prompt_tokens":%d,"total_tokens":%d}' % (20 * count, 20 * count)
        body = b'{"object":"list","model":"%s","data":[%s],"usage":%s}' % (self._model.encode(), data, usage)
        return _HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class _Connection(asyncio.Protocol):
    answers: Answers
    limits: bytes
    latency: float

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = bytearray()
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            body = bytes(self.buffer[end + 4 : end + 4 + length])
            del self.buffer[: end + 4 + length]
            if head.startswith(b"get "):
                self.transport.write(self.limits)
                continue
            asked = json.loads(body)
            answer = self.answers.of(len(asked["input"]), asked.get("encoding_format") == "base64")
            if self.latency:
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, answer)
            else:
                self.transport.write(answer)


def _serve(port_box, dims: int, model: str, latency: float) -> None:
    limits = json.loads(LIMITS)
    limits["data"]["rateLimits"] = [{"apiModelId": model, "rateLimits": AMPLE}]
    content = json.dumps(limits).encode()
    _Connection.limits = _HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(content), content)
    _Connection.answers, _Connection.latency = Answers(dims, model), latency

    async def run() -> None:
        # By hand, and with the protocol named: asyncio turns Nagle's delay off only then.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        server = await asyncio.get_running_loop().create_server(_Connection, sock=listener)
        port_box.send(listener.getsockname()[1])
        await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


@contextlib.contextmanager
def running(dims: int, model: str, latency: float = 0.0) -> Iterator[str]:
    """The base URL of a server that lives as long as the `with` block; clients keep their state apart.

    It takes `latency` seconds for an answer.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, dims, model, latency), daemon=True)
    process.start()
    with tempfile.TemporaryDirectory() as state:
        os.environ["VENICE_STATE_DIR"] = state  # never the user's own files
        try:
            if not ours.poll(60):
                raise RuntimeError("the benchmark's server did not start")
            yield f"http://127.0.0.1:{ours.recv()}/api/v1"
        finally:
            del os.environ["VENICE_STATE_DIR"]
            process.terminate()
            process.join()
