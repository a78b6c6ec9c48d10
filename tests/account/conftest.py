"""A client of a sandbox that anybody may look into."""

import pytest

import venice_nb as vn


@pytest.fixture
def make():
    """Makes a client of a sandbox of its own; `kind="INFERENCE"` gives it such a key."""

    def made(*, kind="ADMIN", client=vn.Venice, **options):
        box = vn.Sandbox(sleep=lambda _: None, **{"tier": "unlimited", "usd": 10.0, **options})
        found = client.sandbox(sandbox=box, kind=kind, show=False)
        found.box = box
        return found

    return made


@pytest.fixture
def v(make):
    return make()
