"""Uploads against real sockets: a server that says no before it has read the file is heard."""

import asyncio
import contextlib
import json
import socket
import threading

import pytest

import venice_nb as vn
from venice_nb import errors
from venice_nb.media.encoding import wav

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"
BODY = json.dumps({"code": "PAYLOAD_TOO_LARGE", "error": "The file is too large"}).encode()
ANSWER = (
    b"HTTP/1.1 413 X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY), BODY)
)
LARGE = wav(bytes(24_000_000), 48_000)


class Hasty:
    """Answers 413 as soon as it has seen the head of a request, then reads what still comes."""

    def __init__(self):
        self.count = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.count += 1
            with contextlib.suppress(OSError), connection:
                connection.recv(4096)
                connection.sendall(ANSWER)
                while connection.recv(1 << 20):
                    pass

    def close(self):
        self._socket.close()


@pytest.fixture
def hasty():
    server = Hasty()
    yield server
    server.close()


def test_an_early_no_to_a_large_upload_is_told(hasty):
    v = vn.Venice(KEY, base_url=hasty.base_url, show=False)
    with pytest.raises(errors.TooLarge, match="too large"):
        v.audio.transcribe(LARGE)
    assert hasty.count == 1


def test_an_early_no_is_told_to_those_who_await_it(hasty):
    async def main():
        async with vn.AsyncVenice(KEY, base_url=hasty.base_url, show=False) as a:
            with pytest.raises(errors.TooLarge, match="too large"):
                await a.audio.transcribe(LARGE)

    asyncio.run(main())
    assert hasty.count == 1
