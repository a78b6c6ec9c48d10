"""However many texts are bad, the server sees no more failures than it forgives, and every good row comes."""

import threading

import numpy as np
import pytest

from tests.embedding.embedder import Embedder, refusal, vectors
from venice_nb.client import drive
from venice_nb.embedding import request


class Clock:
    """Seconds that pass only where somebody waits."""

    def __init__(self):
        self.now = 1_000.0
        self._lock = threading.Lock()

    def __call__(self):
        return self.now

    def wait(self, seconds, _why):
        with self._lock:
            self.now += seconds

    async def async_wait(self, seconds, why):
        self.wait(seconds, why)


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(drive, "wait", made.wait)
    monkeypatch.setattr(drive, "async_wait", made.async_wait)
    return made


@pytest.mark.parametrize("bad", [3, 40])
def test_halving_stays_within_the_failures_that_the_server_forgives(world, clock, monkeypatch, bad):
    """At most 18 in any 30 seconds, whatever is halved side by side."""
    monkeypatch.setattr(request, "FEW", 16)
    monkeypatch.setattr(request, "MANY", 16)
    texts = [f"text {number}" for number in range(400)]
    wrong = set(texts[5 :: 400 // bad][:bad])
    failures = []

    def script(_, batch):
        if wrong & set(batch):
            failures.append(clock())
            return refusal(422, "these texts are not taken")
        return None

    world.open(Embedder(script=script))
    world.client._driver._options["now"] = clock
    matrix = world.embed(texts)
    good = [text for text in texts if text not in wrong]
    np.testing.assert_array_equal(matrix.array, vectors(good))
    assert {texts[row.position] for row in matrix.errors} == wrong
    failures.sort()
    assert all(sum(start <= each < start + 30.0 for each in failures) <= 18 for start in failures), (
        "more than 18 in 30 s"
    )
