"""Small requests, so that a few texts make several."""

import pytest

from tests.embedding.embedder import World
from venice_nb.embedding import request


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def four(monkeypatch):
    """At most four texts in a request."""
    monkeypatch.setattr(request, "FEW", 4)
    monkeypatch.setattr(request, "MANY", 4)
