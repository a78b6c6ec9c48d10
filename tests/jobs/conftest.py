"""Jobs without a network and without waiting: the clock moves when somebody waits."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from films import Queue, World, order

from venice_nb.client import drive
from venice_nb.jobs import plans, waiting
from venice_nb.policy import journal


class Clock:
    """Seconds that pass only while somebody waits; `before` is called with each wait."""

    def __init__(self):
        self.waits = []
        self.before = None

    def __call__(self):
        return 1000.0 + sum(self.waits)

    def wait(self, seconds, why=""):
        self.waits.append(seconds)
        if self.before is not None:
            self.before(seconds)


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(drive, "wait", made.wait)

    async def noted(seconds, why):
        made.wait(seconds)

    monkeypatch.setattr(drive, "async_wait", noted)
    monkeypatch.setattr(waiting, "monotonic", made)
    return made


@pytest.fixture(params=["sync", "async"])
def world(request, key, clock, tmp_path):
    """A client of a queue of films, in both worlds."""
    made = World(request.param, Queue(), key, out=tmp_path / "out")
    made.driver._options["now"] = clock
    made.clock = clock
    made.out = tmp_path / "out"
    made.submit = lambda given=None, **more: made.run(plans.submit(made.session, given or order(**more)))
    made.jobs = lambda **more: made.run(plans.jobs(made.session, **more))
    made.job = lambda ident, **more: made.run(plans.job(made.session, ident, **more))
    made.wait = lambda job, **more: made.does(lambda: job.wait(**more))
    return made


@pytest.fixture(autouse=True)
def _closed():
    yield
    journal.close_all()
    journal._files.clear()
