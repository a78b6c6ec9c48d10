"""What is on the page while an answer from documents is written."""

import re

import pytest

import venice_nb as vn
from venice_nb.errors import StreamInterrupted
from venice_nb.rag import ask
from venice_nb.talk import exchange


class Page:
    """Stands for the notebook's display: keeps every frame."""

    frames: list

    def __init__(self, draw):
        self._draw = draw

    def show(self):
        self.frames.append(self._draw())

    update = show

    def finish(self):
        self.show()
        return True


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(Page, "frames", [], raising=False)
    marked = []
    for room in (exchange, ask):
        monkeypatch.setattr(room, "Live", Page)
        monkeypatch.setattr(room, "mark_shown", marked.append)
    Page.marked = marked
    return Page


def test_an_answer_grows_with_its_marks_as_links_and_is_shown_once(page, R):
    made = R.ask("What does the airport cost?", show=True)
    first, *growing, last = page.frames
    assert first["text/plain"] == "reading 4 passages …"
    assert last == made._mimebundle()
    assert page.marked == [made]
    texts = [frame["text/plain"].partition("\n")[0] for frame in growing]
    assert len(set(texts)) > 2
    links = [set(re.findall(r'href="#([\w-]+)"', frame["text/html"])) for frame in page.frames]
    assert links[-2] == links[-1] != set()


def test_silence_is_shown_without_asking_a_model(page, corpus):
    made = vn.Venice.sandbox(show=False).rag(corpus, min_score=0.99).ask("Airport?", show=True)
    assert page.frames == [made._mimebundle()]
    assert page.marked == [made]


def test_an_answer_that_breaks_off_stays_on_the_page_as_unfinished(page, corpus):
    v = vn.Venice.sandbox(show=False, faults=[vn.Fault(path="/chat/completions", cut_chunks=12)])
    with pytest.raises(StreamInterrupted):
        v.rag(corpus).ask("What does the airport cost?", show=True)
    assert "unfinished" in page.frames[-1]["text/plain"]
    assert page.marked == [v.last]


def test_an_answer_that_never_begins_leaves_an_empty_page(page, corpus):
    fault = vn.Fault(path="/chat/completions", status=400, body={"error": "no"})
    v = vn.Venice.sandbox(show=False, faults=[fault])
    with pytest.raises(vn.APIError):
        v.rag(corpus).ask("What does the airport cost?", show=True)
    assert page.frames[-1] == {"text/plain": "", "text/html": ""}
