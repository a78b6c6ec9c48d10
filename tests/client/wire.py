"""A server made of sockets that does exactly what a script says, one action per request."""

import contextlib
import json
import socket
import struct
import threading
import time

OK = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "llama-3.3-70b",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "fine"},
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}


def reply(body=OK, status=200, headers=(), *, kind="application/json", length=None):
    """The bytes of one answer; `length` lies about the content."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {length or len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def error(status, message="no", headers=()):
    """An error in Venice's most common shape."""
    return reply({"error": message}, status, headers)


def events(*objects, done=True, sep=b"\n\n"):
    """Server-sent events."""
    lines = [b"data: " + json.dumps(item).encode() for item in objects]
    return sep.join([*lines, *([b"data: [DONE]"] if done else []), b""])


def delta(text=None, finish=None, **more):
    """One chunk of a streamed answer."""
    piece = {"role": "assistant"} if text is None else {"content": text}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "llama-3.3-70b",
        "choices": [{"index": 0, "delta": piece, "finish_reason": finish}],
        **more,
    }


def stream_head(headers=()):
    """The head of a streamed answer that ends when the connection closes."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class Reset:
    """Cut the connection hard (RST)."""


class Hang:
    """Say nothing more until the test is over."""


class Drip:
    """Send bytes one by one with a pause."""

    def __init__(self, data, pause):
        self.data, self.pause = data, pause


class Wire:
    """Serves `script`: each request takes the next action, and the last one repeats.

    An action is bytes, Reset, Hang, Drip, or a list of these.
    """

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []
        self.times = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/api/v1"

    def close(self):
        self._over.set()
        self._socket.close()

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._request(connection):
                with self._lock:
                    index = min(len(self.requests), len(self.script)) - 1
                    action = self.script[index]
                if not self._act(connection, action):
                    return

    def _request(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return False
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        together = bool(body)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        wanted = int(headers.get("content-length", 0))
        while len(body) < wanted:
            body += connection.recv(65536)
        with self._lock:
            self.times.append(time.monotonic())
            self.requests.append(
                {
                    "line": lines[0],
                    "headers": headers,
                    "body": json.loads(body) if body[:1] in {b"{", b"["} else body or None,  # forms are bytes
                    "together": together,
                }
            )
        return True

    def _act(self, connection, action):
        """Carry out one action; False ends the connection."""
        if isinstance(action, list):
            kept = [self._act(connection, item) for item in action]  # each of them, whatever the others say
            return all(kept)
        if action is Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return False
        if action is Hang:
            self._over.wait(30)
            return False
        if isinstance(action, Drip):
            for byte in action.data:
                connection.sendall(bytes([byte]))
                if self._over.wait(action.pause):
                    return False
            return False
        connection.sendall(action)
        return b"Connection: close" not in action and action != b""
