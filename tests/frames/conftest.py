"""Each fact about tables holds for `Venice` and for `AsyncVenice`."""

import pytest

from tests.frames.tables import World


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture(autouse=True)
def _unpaced(monkeypatch):
    """Without the published rate limits, which a thousand rows would wait for."""
    monkeypatch.setattr("venice_nb.policy.limits._table", lambda model, family: (None, None))
