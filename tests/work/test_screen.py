"""What is on the page while a chat goes on."""

import json

import pytest
from script import FakeSession, Pieces, Script, reply

from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.config import Settings
from venice_nb.errors import InvalidInput, NotSent
from venice_nb.results.talk.reply_view import live_bundle
from venice_nb.talk import exchange
from venice_nb.talk.chat import chat


class Page:
    """Stands for the notebook's display: keeps every frame."""

    frames: list

    def __init__(self, draw):
        self._draw = draw

    def show(self):
        self.frames.append(self._draw())

    def update(self):
        self.frames.append(self._draw())

    def finish(self):
        self.frames.append(self._draw())
        return True


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(Page, "frames", [], raising=False)
    monkeypatch.setattr(exchange, "Live", Page)
    marked = []
    monkeypatch.setattr(exchange, "mark_shown", marked.append)
    Page.marked = marked
    return Page


def weather(city: str) -> str:
    return f"<script>{city}</script>"


def ask(*answers, session=None, **options):
    session = session or FakeSession()
    return Script(*answers)(chat(session, "Weather?", **options))


def test_the_answer_grows_and_is_shown_once(page):
    """Each piece is drawn, the last frame is the reply's own, and the reply is marked as shown."""
    answer = reply("one two three")
    found = ask(Pieces(answer), show=True)
    texts = [frame["text/plain"] for frame in page.frames]
    assert texts[0] == "…"
    assert texts[1:4] == [f"{said}\nzai-org-glm-5-2 …" for said in ("one", "one two", "one two three")]
    assert page.frames[-1] == answer._repr_mimebundle_()
    assert page.marked == [found]


def test_what_is_refused_leaves_no_frame(page):
    """A wrong argument is told before anything appears."""
    with pytest.raises(InvalidInput):
        ask(show=True, temprature=1)
    assert page.frames == []


def test_reasoning_is_told_in_words_as_well(page):
    """The text beside a growing answer says what the folded part says."""
    gatherer = ReplyGatherer(model="m")
    piece = {"id": "x", "choices": [{"index": 0, "delta": {"reasoning_content": "one two"}}]}
    gatherer.add("message", json.dumps(piece))
    assert live_bundle(gatherer)["text/plain"] == "[Reasoning (2 words)]\nm …"


def test_steps_are_folded_as_they_happen(page):
    """A tool's result is on the page before the model answers, escaped."""
    ask(Pieces(reply("", ("weather", {"city": "Rome"}))), Pieces(reply("Sunny")), show=True, tools=[weather])
    with_step = next(frame for frame in page.frames if "[weather(" in frame["text/plain"])
    assert "<details" in with_step["text/html"]
    assert "<script>Rome" not in with_step["text/html"]
    assert "&lt;script&gt;Rome" in with_step["text/html"]
    assert any(
        frame["text/plain"].startswith('[weather(city="Rome") → ') and "]\nSunny" in frame["text/plain"]
        for frame in page.frames
    )


def test_what_had_arrived_stays_on_the_page(page):
    """After Ctrl-C the last frame is the partial reply, marked as such."""
    session = FakeSession()
    with pytest.raises(KeyboardInterrupt):
        ask(Pieces(reply("one two"), KeyboardInterrupt()), show=True, session=session)
    assert "one two" in page.frames[-1]["text/plain"]
    assert "unfinished" in page.frames[-1]["text/plain"]
    assert page.marked == [session.last]


def test_a_failure_leaves_nothing_growing(page):
    """The frame is finished, so that it does not look as if something were still coming."""
    with pytest.raises(NotSent):
        ask(NotSent("offline"), show=True)
    assert "…" not in page.frames[-1]["text/plain"]
    assert page.marked == []


@pytest.mark.parametrize(
    ("given", "setting", "shown"),
    [
        (None, True, True),
        (None, False, False),
        (False, True, False),
        (True, False, True),
        (None, None, False),
    ],
)
def test_whether_to_show(page, given, setting, shown):
    """The argument, else the client's setting, else whether this is a notebook (a test is not)."""
    answer = reply("a")
    ask(Pieces(answer) if shown else answer, show=given, session=FakeSession(settings=Settings(show=setting)))
    assert bool(page.frames) is shown
