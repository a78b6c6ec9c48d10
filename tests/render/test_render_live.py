"""Displays in place, with a publisher that writes down what it is sent and a clock that stands still."""

import dataclasses
import gc
import logging
import sys
from types import SimpleNamespace

import pytest

from venice_nb.render import live


class Page:
    """A notebook page: the running cell, and the display messages sent to it."""

    def __init__(self):
        self.sent = []
        self.cell = "cell-1"
        self.kernel = object()
        self.display_pub = self

    def publish(self, data, metadata, *, transient, update):
        self.sent.append((data, transient, update))

    def get_parent(self):
        return {"header": {"msg_id": self.cell}}

    @property
    def texts(self):
        return [data["text/plain"] for data, _, _ in self.sent]


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def _no_static(monkeypatch):
    monkeypatch.delenv("VENICE_STATIC", raising=False)
    monkeypatch.delenv("VENICE_NB_STATIC", raising=False)


@pytest.fixture
def page(monkeypatch):
    page = Page()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: page))
    return page


@pytest.fixture
def terminal(monkeypatch):
    page = Page()
    del page.kernel
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: page))
    return page


@pytest.fixture
def script(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.delattr(sys, "ps1", raising=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer(live.Displayed):
    text: str
    raw: dict = dataclasses.field(default_factory=dict)

    def _mimebundle(self):
        return {"text/plain": self.text, "text/html": f"<p>{self.text}</p>"}


def bundle(text):
    return {"text/plain": text, "text/html": f"<p>{text}</p>"}


def test_a_kernel_is_a_notebook(page):
    assert live.environment() == "notebook"


def test_ipython_without_a_kernel_is_a_terminal(terminal):
    assert live.environment() == "terminal"


def test_the_bare_prompt_is_a_terminal(script, monkeypatch):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert live.environment() == "terminal"


def test_a_script_is_a_script_and_ipython_stays_unloaded(script):
    assert live.environment() == "script"
    assert "IPython" not in sys.modules


@pytest.mark.parametrize(("value", "static"), [("1", True), ("yes", True), ("0", False), ("", False)])
@pytest.mark.parametrize("name", ["VENICE_STATIC", "VENICE_NB_STATIC"])
def test_static_mode_is_asked_for_by_environment(monkeypatch, name, value, static):
    monkeypatch.setenv(name, value)
    assert live.static_mode() is static


def test_a_live_display_has_one_transient_id_and_ends_with_the_last_state(page):
    words, clock = ["a"], Clock()
    shown = live.Live(lambda: bundle(" ".join(words)), clock=clock)
    shown.show()
    words.append("b")
    shown.update()
    words.append("c")
    assert shown.finish() is True
    assert page.texts == ["a", "a b c"]
    assert [update for _, _, update in page.sent] == [False, True]
    assert len({transient["display_id"] for _, transient, _ in page.sent}) == 1


def test_a_second_has_at_most_fifteen_frames(page):
    clock = Clock()
    shown = live.Live(lambda: bundle("x"), clock=clock)
    shown.show()
    for _ in range(999):
        clock.now += 0.001
        shown.update()
    assert 10 <= len(page.sent) <= 15


def test_long_texts_are_sent_less_often(page):
    clock = Clock()
    shown = live.Live(lambda: bundle("x" * 30_000), clock=clock)
    shown.show()
    for _ in range(999):
        clock.now += 0.001
        shown.update()
    assert 3 <= len(page.sent) <= 5


def test_drawing_takes_at_most_a_tenth_of_the_time(page):
    clock = Clock()

    def draw():
        clock.now += 0.050
        return bundle("x")

    shown = live.Live(draw, clock=clock)
    for _ in range(10_000):
        clock.now += 0.001
        shown.update()
    assert len(page.sent) * 0.050 <= 0.105 * (clock.now - 100)


def test_nothing_is_drawn_after_the_end(page):
    shown = live.Live(lambda: bundle("x"), clock=Clock())
    assert shown.finish() is True
    assert shown.finish() is False
    shown.show()
    shown.update()
    assert len(page.sent) == 1


def test_static_mode_draws_once_at_the_end_without_an_id(page, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    shown = live.Live(lambda: bundle("x"), clock=Clock())
    shown.show()
    shown.update()
    assert page.sent == []
    assert shown.finish() is True
    assert page.sent == [(bundle("x"), {}, False)]


@pytest.mark.parametrize("place", ["terminal", "script"])
def test_outside_a_notebook_nothing_is_drawn(place, request, capsys):
    request.getfixturevalue(place)
    shown = live.Live(lambda: bundle("x"))
    shown.show()
    shown.update()
    assert shown.finish() is False
    assert capsys.readouterr() == ("", "")


def test_a_frame_that_fails_does_not_stop_the_answer(page):
    """The answer has been paid for: its display may fail, the call may not."""
    state = {"fail": True}

    def draw():
        if state["fail"]:
            raise ValueError("half a table")
        return bundle("whole")

    clock = Clock()
    shown = live.Live(draw, clock=clock)
    shown.show()
    state["fail"] = False
    assert shown.finish() is True
    assert page.texts == ["whole"]


def test_a_display_that_never_worked_says_so(page):
    shown = live.Live(lambda: {}["text/plain"])
    assert shown.finish() is False


def test_what_was_shown_in_place_is_silent_in_the_same_cell_only(page):
    answer = Answer("x", {"not": "hashable"})
    assert live.already_shown(answer) is False
    live.mark_shown(answer)
    assert live.already_shown(answer) is True
    assert answer._ipython_display_() is None
    page.cell = "cell-2"
    assert live.already_shown(answer) is False
    with pytest.raises(NotImplementedError):  # IPython then takes the MIME bundle
        answer._ipython_display_()


def test_an_equal_answer_is_another_answer(page):
    one, other = Answer("x"), Answer("x")
    live.mark_shown(one)
    assert live.already_shown(other) is False


def test_remembering_keeps_nothing_alive(page):
    live.mark_shown(Answer("x"))
    gc.collect()
    assert not any(ref() is None or isinstance(ref(), Answer) for ref, _ in live._shown.values())


def test_the_bundle_can_be_narrowed():
    answer = Answer("x")
    assert answer._repr_mimebundle_() == bundle("x")
    assert answer._repr_mimebundle_(include=["text/html"]) == {"text/html": "<p>x</p>"}
    assert answer._repr_mimebundle_(exclude=["text/html"]) == {"text/plain": "x"}
    assert answer._repr_html_() == "<p>x</p>"


def test_without_ipython_displaying_prints_the_repr(script, capsys):
    Answer("x")._ipython_display_()
    assert capsys.readouterr().out == "Answer(text='x', raw={})\n"


def test_a_countdown_changes_one_line_and_leaves_nothing(page):
    wait = live.Countdown("rate limit of <llama>, attempt 2 of 4")
    wait.tick(12.4)
    wait.tick(11.4)
    wait.done()
    wait.done()
    assert page.texts == [
        "Waiting 12 s: rate limit of <llama>, attempt 2 of 4",
        "Waiting 11 s: rate limit of <llama>, attempt 2 of 4",
        "",
    ]
    assert "&lt;llama&gt;" in page.sent[0][0]["text/html"]
    assert page.sent[-1][0]["text/html"] == ""
    assert len({transient["display_id"] for _, transient, _ in page.sent}) == 1


def test_of_several_waits_at_the_same_time_one_is_told(page):
    first, second = live.Countdown("first"), live.Countdown("second")
    first.tick(19)
    second.tick(19)
    first.tick(18)
    first.done()
    second.tick(17)
    second.done()
    assert page.texts == ["Waiting 19 s: first", "Waiting 18 s: first", "", "Waiting 17 s: second", ""]


def test_a_countdown_is_silent_in_static_mode(page, monkeypatch, capsys):
    monkeypatch.setenv("VENICE_STATIC", "1")
    wait = live.Countdown("x")
    wait.tick(30)
    wait.done()
    assert page.sent == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("seconds", "lines"), [(12, "Waiting 12 s: x\n"), (1.5, "")])
def test_a_terminal_hears_of_long_waits_once(terminal, capsys, seconds, lines):
    wait = live.Countdown("x")
    for elapsed in range(3):
        wait.tick(seconds - elapsed * 0.1)
    wait.done()
    assert capsys.readouterr() == ("", lines)


def test_a_script_logs_a_wait_once(script, caplog, capsys):
    caplog.set_level(logging.INFO, "venice_nb")
    wait = live.Countdown("x")
    wait.tick(12)
    wait.tick(11)
    wait.done()
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("INFO", "Waiting 12 s: x")]
    assert capsys.readouterr().out == ""


def test_a_notice_is_a_quiet_display_once_per_cell(page, capsys):
    live.notice("qwen3-4b is retired; \x1b[31musing <b>")
    live.notice("qwen3-4b is retired; \x1b[31musing <b>")
    page.cell = "cell-2"
    live.notice("qwen3-4b is retired; \x1b[31musing <b>")
    assert page.texts == ["qwen3-4b is retired; using <b>"] * 2
    assert "using &lt;b&gt;" in page.sent[0][0]["text/html"]
    assert page.sent[0][1] == {}
    assert capsys.readouterr() == ("", "")


def test_a_notice_in_a_terminal_goes_to_stderr(terminal, capsys):
    live.notice("terminal notice")
    assert capsys.readouterr() == ("", "venice_nb: terminal notice\n")


def test_a_notice_in_a_script_is_a_log_record(script, caplog):
    live.notice("script notice")
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("WARNING", "script notice")]


def test_a_face_with_a_place_of_its_own_hears_notices_and_waits_in_place_of_the_cell(page):
    heard = []
    with live.heard_by(lambda *told: heard.append(told)):
        live.notice("the model will be retired")
        live.notice("the model will be retired")
        wait = live.Countdown("the server is full")
        wait.tick(12.2)
        wait.done()
    notice = ("the model will be retired", False)
    assert heard == [notice, notice, ("Waiting 12 s: the server is full", True), ("", True)]
    assert page.sent == []
    live.notice("the model will be retired")
    assert page.texts == ["the model will be retired"]


def test_a_pace_slows_down_for_frames_that_are_large_or_dear():
    clock = Clock()
    pace = live.Pace(20, clock=clock)
    assert pace.due()
    for size, spent, pause in ((10, 0.0, 0.05), (100_000, 0.0, 0.5), (10, 0.03, 0.3)):
        began = clock()
        clock.now += spent
        pace.drawn(began, size)
        clock.now += pause - 0.01
        assert not pace.due()
        clock.now += 0.02
        assert pace.due()


def test_a_display_is_replaced_where_it_stands_once_it_is_shown(page):
    still = live.Replaced()
    still.change(bundle("too early"))
    still.show(bundle("a"))
    still.change(bundle("b"))
    assert page.texts == ["a", "b"]
    assert [update for _, _, update in page.sent] == [False, True]
    assert len({transient["display_id"] for _, transient, _ in page.sent}) == 1


def test_a_display_that_cannot_be_replaced_raises_nothing(page, monkeypatch):
    still = live.Replaced()
    still.show(bundle("a"))
    monkeypatch.delattr(Page, "publish")
    still.change(bundle("b"))
