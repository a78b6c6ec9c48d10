"""A tiny HTTP server in a process of its own: one fixed chat reply, or one fixed stream, as fast as asyncio
goes.

It parses no more than it must, keeps connections alive and sets TCP_NODELAY, so that what is measured is the
client.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import tempfile
from collections.abc import Iterator

CHUNKS = 400  # pieces of text in a stream
MODEL = "llama-3.3-70b"
USAGE = {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21}
REPLY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": "A gondola at dusk.", "tool_calls": []},
            }
        ],
        "usage": USAGE,
    }
).encode()


# A client that keeps to rate limits asks for them before it waits; here there is nothing to wait for.
AMPLE = [{"type": kind, "amount": 10**12} for kind in ("RPM", "RPD", "TPM")]
LIMITS = json.dumps(
    {
        "data": {
            "accessPermitted": True,
            "apiTier": {"id": "paid", "isCharged": True},
            "balances": {"USD": 100, "DIEM": 100},
            "keyExpiration": None,
            "nextEpochBegins": "2099-01-01T00:00:00.000Z",
            "rateLimits": [{"apiModelId": MODEL, "rateLimits": AMPLE}],
        }
    }
).encode()


def _event(choices: list[dict], **more: object) -> bytes:
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1790000000, "model": MODEL}
    return b"data: " + json.dumps(chunk | {"choices": choices} | more).encode() + b"\n\n"


def _delta(reason: str | None = None, **delta: str) -> list[dict]:
    return [{"index": 0, "delta": delta, "finish_reason": reason}]


EVENTS = [
    _event(_delta(role="assistant", content="")),
    *(_event(_delta(content=f" word{number % 10}")) for number in range(CHUNKS)),
    _event(_delta("stop")),
    _event([], usage=USAGE),
    b"data: [DONE]\n\n",
]
STREAM = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in EVENTS) + b"0\r\n\r\n"
_HEADERS = b"HTTP/1.1 200 OK\r\nCF-RAY: 1-BENCH\r\nConnection: keep-alive\r\n"
_AS_JSON = _HEADERS + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
_JSON = _AS_JSON % (len(REPLY), REPLY)
_LIMITS = _AS_JSON % (len(LIMITS), LIMITS)
_SSE = _HEADERS + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + STREAM


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""
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
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            streams = b'"stream":true' in body or b'"stream": true' in body
            if head.startswith(b"get "):
                self.transport.write(_LIMITS)
            else:
                self.transport.write(_SSE if streams else _JSON)


def _serve(port_box) -> None:
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
def running() -> Iterator[str]:
    """The base URL of a server that lives as long as the `with` block; clients keep their state apart."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    with tempfile.TemporaryDirectory() as state:
        os.environ["VENICE_STATE_DIR"] = state  # never the user's own record of failures
        try:
            if not ours.poll(30):
                raise RuntimeError("the benchmark's server did not start")
            yield f"http://127.0.0.1:{ours.recv()}/api/v1"
        finally:
            del os.environ["VENICE_STATE_DIR"]
            process.terminate()
            process.join()
