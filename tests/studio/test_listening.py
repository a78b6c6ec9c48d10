"""What is on the page while speech streams in: the first sound at once, the whole at the end, each once."""

import re

import pybase64
import pytest

from tests.made_sound import file
from tests.studio.speaking import Booth, World
from venice_nb.media.sound import measure
from venice_nb.results.sound.audio import Audio
from venice_nb.studio import listening


class Page:
    """Stands for the notebook's display: keeps every frame."""

    def __init__(self, draw):
        self._draw = draw

    def show(self):
        self.frames.append(self._draw())

    def finish(self):
        self.frames.append(self._draw())
        return True


@pytest.fixture
def page(monkeypatch):
    Page.frames, Page.marked = [], []
    monkeypatch.setattr(listening, "Live", Page)
    monkeypatch.setattr(listening, "mark_shown", Page.marked.append)
    return Page


def played(frame):
    """The bytes of the player in a frame."""
    found = re.search(r'<audio[^>]* src="data:[\w/]+;base64,([^"]*)"', frame["text/html"])
    return pybase64.b64decode(found[1])


@pytest.mark.parametrize("kind", ["mp3", "aac", "flac", "wav", "opus"])
def test_the_first_playable_sound_is_shown_before_the_rest_has_come(page, kind):
    data = file(4.0, kind)
    screen = listening.Listening(shown=True)
    step = max(len(data) // 40, 64)
    for at in range(0, len(data), step):
        screen.watch(data[at : at + step])
        if page.frames:
            break
    assert at < len(data) * 0.9
    first = played(page.frames[0])
    assert first == data[: len(first)]
    assert measure(first).seconds >= listening.ENOUGH
    assert "the rest is on its way" in page.frames[0]["text/plain"]


def test_a_player_is_not_replaced_while_more_arrives_and_the_whole_ends_it(page):
    data = file(4.0)
    screen = listening.Listening(shown=True)
    for at in range(0, len(data), 2000):
        screen.watch(data[at : at + 2000])
    assert len(page.frames) == 1
    audio = Audio(data, "audio/mpeg")
    screen.finish(audio)
    assert played(page.frames[1]) == data
    assert page.frames[1] == audio._mimebundle()
    assert page.marked == [audio]


def test_what_is_not_shown_is_not_drawn(page):
    screen = listening.Listening(shown=False)
    screen.watch(file(1.0))
    screen.finish(Audio(file(1.0), "audio/mpeg"))
    screen.drop()
    assert page.frames == []
    assert page.marked == []


def test_a_frame_is_emptied_when_nothing_came_of_it(page):
    screen = listening.Listening(shown=True)
    screen.watch(file(4.0))
    screen.drop()
    assert page.frames[-1] == {"text/plain": "", "text/html": ""}


def test_bytes_that_are_no_sound_are_never_shown_as_a_player(page):
    screen = listening.Listening(shown=True)
    screen.watch(b"what is this" * 1000)
    screen.drop()
    assert page.frames == []


@pytest.mark.parametrize("name", ["sync", "async"])
@pytest.mark.parametrize(
    ("options", "settings", "frames"),
    [
        ({"streaming": True}, {"show": True}, 2),
        ({"streaming": True, "show": False}, {"show": True}, 0),
        ({"streaming": True}, {"show": False}, 0),
        ({}, {"show": True}, 0),
        ({"show": True}, {"show": False}, 1),
    ],
)
def test_streams_are_shown_as_the_client_was_told_and_other_speech_only_when_asked(
    page, name, options, settings, frames
):
    world = World(name).open(Booth(), **settings)
    audio = world.run(lambda v: v.audio.speak("Hello there. " * 40, **options))
    assert len(page.frames) == frames
    assert page.marked == ([audio] if frames else [])
