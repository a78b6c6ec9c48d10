"""Both worlds, the same questions: each test runs with `Venice` and with `AsyncVenice`."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from wire import Wire

import venice_nb as vn
from venice_nb.client import drive

MODEL = "llama-3.3-70b"


class World:
    """One way to ask; `waits` holds the seconds it would have slept."""

    def __init__(self, name, key, waits):
        self.name, self.key, self.waits = name, key, waits
        self.client = None

    def open(self, base_url, **options):
        kind = vn.Venice if self.name == "sync" else vn.AsyncVenice
        self.client = kind(self.key, base_url=base_url, **options)
        self.client._driver._options["now"] = lambda: time.monotonic() + sum(self.waits)
        return self

    def run(self, act):
        """What `act(client)` gives, awaited where it must be."""
        if self.name == "sync":
            return act(self.client)

        async def main():
            try:
                return await act(self.client)
            finally:
                await self.client.aclose()

        return asyncio.run(main())

    def chat(self, prompt="hi", **options):
        return self.run(lambda client: client.chat(prompt, **{"model": MODEL, "show": False, **options}))

    def stream(self, prompt="hi", **options):
        return self.chat(prompt, stream=True, **options)


@pytest.fixture(params=["sync", "async"])
def world(request, key, monkeypatch):
    waits = []
    monkeypatch.setattr(drive, "wait", lambda seconds, why: waits.append(seconds))

    async def noted(seconds, why):
        waits.append(seconds)

    monkeypatch.setattr(drive, "async_wait", noted)
    made = World(request.param, key, waits)
    yield made
    if made.client is not None and request.param == "sync":
        made.client.close()


@pytest.fixture
def wire():
    """Makes servers that follow a script."""
    opened = []

    def start(*script):
        opened.append(Wire(*script))
        return opened[-1]

    yield start
    for server in opened:
        server.close()
