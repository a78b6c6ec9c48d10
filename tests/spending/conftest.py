"""A client of a sandbox, and what that sandbox saw and booked."""

import pytest

import venice_nb as vn


@pytest.fixture
def make():
    """Makes a client of a sandbox of its own."""

    def made(**options):
        box = vn.Sandbox(sleep=lambda _: None, **options)
        client = vn.Venice.sandbox(sandbox=box, show=False)
        client.box = box
        return client

    return made


@pytest.fixture
def v(make):
    return make()
