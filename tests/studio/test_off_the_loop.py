"""What takes long is not done on the event loop: other tasks go on meanwhile, and plans stay the same."""

import asyncio
import threading

import numpy as np
import pytest

from tests.made_sound import talk
from tests.studio.pictures import Studio
from tests.studio.pictures import World as Pictures
from tests.studio.speaking import Booth, World
from venice_nb.client import drive
from venice_nb.media.encoding import encode
from venice_nb.policy.steps import Work
from venice_nb.studio import joining, keeping, transcription, voices

LONG = "The city stands on more than one hundred islands, and its streets are water. " * 120
RECORDING = encode(talk(4.0, 4.0, 4.0), "flac")


class Watched:
    """A function that goes on only when another task of the loop has run since it was called."""

    def __init__(self, function):
        self.function, self.called, self.seen, self.threads = (
            function,
            threading.Event(),
            threading.Event(),
            [],
        )

    def __call__(self, *given, **more):
        self.threads.append(threading.get_ident())
        self.called.set()
        assert self.seen.wait(20), "nothing else ran meanwhile"
        return self.function(*given, **more)

    async def other(self):
        """The other task."""
        await asyncio.to_thread(self.called.wait, 20)
        self.seen.set()


HEAVY = {
    "joined": (joining, "join", lambda v: v.audio.speak(LONG, voice="af_sky")),
    "cut": (transcription, "pieces", lambda v: v.audio.transcribe(RECORDING, longest=10)),
    "read": (transcription, "recording", lambda v: v.audio.transcribe([RECORDING])),
    "sampled": (
        voices,
        "as_type",
        lambda v: v.audio.clone_voice(np.sin(np.arange(96_000) / 20), rate=16_000),
    ),
    "kept": (keeping, "store", lambda v: v.audio.speak("Hello")),
}


@pytest.mark.parametrize("name", HEAVY)
def test_other_tasks_go_on_while_sound_is_worked_on(name, monkeypatch):
    place, function, act = HEAVY[name]
    watched = Watched(getattr(place, function))
    monkeypatch.setattr(place, function, watched)
    client = World("async").open(Booth()).client

    async def main():
        found, _ = await asyncio.gather(act(client), watched.other())
        return found

    assert asyncio.run(main()) is not None
    assert threading.get_ident() not in watched.threads


def test_pictures_are_kept_beside_the_loop(monkeypatch):
    watched = Watched(keeping.store)
    monkeypatch.setattr(keeping, "store", watched)
    client = Pictures("async").open(Studio()).client

    async def main():
        return await asyncio.gather(client.images.generate("fog"), watched.other())

    assert asyncio.run(main())[0][0].path.is_file()
    assert threading.get_ident() not in watched.threads


def test_the_synchronous_client_works_in_its_own_thread(monkeypatch):
    threads = []
    real = joining.join
    monkeypatch.setattr(joining, "join", lambda *a: (threads.append(threading.get_ident()), real(*a))[1])
    World("sync").open(Booth()).run(lambda v: v.audio.speak(LONG, voice="af_sky"))
    assert threads == [threading.get_ident()]


@pytest.mark.parametrize("fails", [False, True], ids=["done", "failed"])
def test_a_cancelled_plan_waits_for_what_is_nearly_done(fails):
    """Bytes on their way to the disk arrive, and nobody complains about an error that nobody hears."""
    begun, ended = threading.Event(), []
    client = World("async").open(Booth()).client
    stopped = []

    def work():
        begun.set()
        ended.append(release.wait(20))
        if fails:
            raise OSError("full")

    def plan():
        try:
            yield Work(work)
        except asyncio.CancelledError:
            stopped.append(list(ended))
            raise

    release = threading.Event()

    async def main():
        task = asyncio.ensure_future(client._driver.run(plan()))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        asyncio.get_running_loop().call_later(0.05, release.set)
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(main())
    assert stopped == [[True]]


def test_a_cancelled_plan_does_not_wait_for_long(monkeypatch):
    monkeypatch.setattr(drive, "GRACE", 0.01)
    begun, release, ended = threading.Event(), threading.Event(), []
    client = World("async").open(Booth()).client

    def work():
        begun.set()
        release.wait(20)
        ended.append(True)

    def plan():
        yield Work(work)

    async def main():
        task = asyncio.ensure_future(client._driver.run(plan()))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        before = list(ended)
        release.set()
        return before

    assert asyncio.run(main()) == []
