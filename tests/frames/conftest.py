"""Each fact about tables holds for `Venice` and for `AsyncVenice`."""

import time

import pytest

from tests.frames.tables import World
from venice_nb.client import drive


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture(autouse=True)
def _unpaced(monkeypatch):
    """Without the published rate limits, which a thousand rows would wait for."""
    monkeypatch.setattr("venice_nb.policy.limits._table", lambda model, family: (None, None))


@pytest.fixture
def unhurried(monkeypatch):
    """Waits that take no time; `unhurried(world)` moves the clock of its client on instead."""
    waits = []
    monkeypatch.setattr(drive, "wait", lambda seconds, why: waits.append(seconds))

    async def noted(seconds, why):
        waits.append(seconds)

    monkeypatch.setattr(drive, "async_wait", noted)

    def use(world):
        world.client._driver._options["now"] = lambda: time.monotonic() + sum(waits)
        return waits

    return use
