"""What every panel does: work in a thread, one sentence for an error, money, code, a picture, an end."""

import sys
import threading
from types import SimpleNamespace

import ipywidgets
import pytest

import venice_nb as vn
from venice_nb.ui.parts import panel as base
from venice_nb.ui.parts import view
from venice_nb.ui.parts.task import NAME, Task

PATIENCE = 60


@pytest.fixture
def panel(client, hand):
    made = base.Panel(client)
    hand(made)
    return made


def threads():
    return [thread for thread in threading.enumerate() if thread.name == NAME]


def test_work_runs_in_another_thread_and_what_it_gives_is_handed_on(panel):
    seen = []
    assert panel.start(
        "Working ...", lambda _: threading.current_thread(), lambda t: seen.append(t) or "Made."
    )
    assert panel.wait(PATIENCE)
    assert seen[0] is not threading.current_thread()
    assert (panel.status, panel.busy, panel.error) == ("Made.", False, None)
    assert threads() == []


def test_a_press_while_something_is_under_way_is_refused_in_a_sentence(panel):
    go = threading.Event()
    panel.start("Working ...", lambda _: go.wait(PATIENCE), lambda _: None)
    assert panel.start("Again ...", lambda _: None, lambda _: None) is False
    assert "press Stop" in panel.status
    go.set()
    assert panel.wait(PATIENCE)


def test_stop_ends_the_work_where_it_looks_up(panel):
    begun = threading.Event()

    def work(task):
        begun.set()
        while True:
            task.look()

    panel.start("Working ...", work, lambda _: None)
    assert begun.wait(PATIENCE)
    panel.stop()
    assert panel.wait(PATIENCE)
    assert panel.status == "Stopped."
    assert panel.error is None


def test_stop_with_nothing_under_way_says_so(panel):
    panel.stop()
    assert panel.status == "Nothing is under way."


def test_an_error_is_one_sentence_with_the_request_id_and_no_traceback(panel, hand):
    def work(_):
        raise vn.APIError("The model is full.", do="Wait.", request_id="abc-SBX", charged="unknown")

    panel.start("Working ...", work, lambda _: None)
    assert panel.wait(PATIENCE)
    assert panel.status == "The model is full (Wait; request id abc-SBX; charged: unknown)."
    assert isinstance(panel.error, vn.APIError)
    assert "Traceback" not in hand(panel).text


def test_an_error_that_is_not_ours_is_one_line_too(panel):
    def work(_):
        raise RuntimeError("first\nsecond")

    panel.start("Working ...", work, lambda _: None)
    assert panel.wait(PATIENCE)
    assert panel.status == "RuntimeError: first second"


def test_markup_in_an_error_is_text(panel, hand):
    def work(_):
        raise vn.VeniceError("<img src=x onerror=alert(1)>")

    panel.start("Working ...", work, lambda _: None)
    assert panel.wait(PATIENCE)
    assert all("<img" not in pane.value for pane in hand(panel).all(ipywidgets.HTML))


def test_notices_stay_in_the_status_and_waits_only_while_they_last(panel, client):
    seen = []
    panel.observe(lambda change: seen.append(change.new), "status")

    def work(_):
        from venice_nb.render.live import Countdown

        wait = Countdown("the server is full")
        wait.tick(12)
        wait.done()
        client._session.tell("The model will be retired.")

    panel.start("Working ...", work, lambda _: "Made.")
    assert panel.wait(PATIENCE)
    assert "Working ... Waiting 12 s: the server is full" in seen
    assert panel.status == "Made. The model will be retired."


def test_what_was_spent_counts_from_the_opening_of_the_panel(client, hand):
    client.chat("Hi", show=False)
    panel = base.Panel(client)
    hand(panel)
    assert "$0.00 in 0 calls" in panel.spent
    client.chat("Hi", show=False)
    assert "in 1 call. Play money" in panel.spent


def test_a_closed_panel_leaves_no_thread_and_no_widget(client):
    panel = base.Panel(client)
    begun = threading.Event()

    def work(task):
        begun.set()
        while True:
            task.look()

    panel.start("Working ...", work, lambda _: None)
    assert begun.wait(PATIENCE)
    view_, button = panel.view, view.button("x", "y", lambda: None)
    button.close()
    panel.close()
    assert threads() == []
    assert view_.comm is None
    assert panel.start("Again ...", lambda _: None, lambda _: None) is False
    panel.close()


def test_several_pieces_of_work_run_at_the_same_time_and_an_error_stands_in_its_place():
    meet = threading.Barrier(2, timeout=PATIENCE)
    found = []

    def fail():
        meet.wait()
        raise ValueError("no")

    task = Task(lambda task: found.extend(task.together([meet.wait, fail])))
    task.begin()
    assert task.wait(PATIENCE)
    assert isinstance(found[1], ValueError)
    assert found[0] in (0, 1)


def test_an_asynchronous_client_is_refused_with_the_fix():
    with pytest.raises(vn.InvalidInput, match="AsyncVenice") as caught:
        base.Panel(vn.AsyncVenice.sandbox())
    assert "vn.connect()" in caught.value.do


def test_a_panel_is_never_pickled(panel):
    import pickle

    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(panel)


class Page:
    """A notebook that writes down what is displayed."""

    def __init__(self):
        self.sent, self.kernel, self.display_pub = [], object(), self

    def publish(self, data, metadata, *, transient, update):
        self.sent.append((data, transient.get("display_id"), update))

    def get_parent(self):
        return {"header": {"msg_id": "cell"}}


WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def page(monkeypatch):
    page = Page()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: page))
    return page


def test_a_notebook_gets_the_panel_and_below_it_a_picture_that_follows_its_state(panel, page):
    panel._ipython_display_()
    (live, _, _), (picture, name, _) = page.sent
    assert WIDGET in live
    assert live["text/html"] == ""
    assert WIDGET not in picture
    assert "vn-still" in picture["text/html"]
    panel.start("Working ...", lambda _: None, lambda _: "Made.")
    assert panel.wait(PATIENCE)
    last, again, update = page.sent[-1]
    assert (again, update) == (name, True)
    assert "Made." in last["text/html"]


def test_a_notebook_that_is_compared_gets_the_picture_alone(panel, page, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    with pytest.raises(NotImplementedError):
        panel._ipython_display_()
    bundle = panel._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "vn-still" not in bundle["text/html"]


def test_a_terminal_gets_one_line(panel, page):
    del page.kernel
    assert panel._repr_mimebundle_() == {"text/plain": "<Panel panel>"}


def test_every_control_has_a_label_and_a_tooltip(panel, hand):
    kinds = (ipywidgets.Button, ipywidgets.ToggleButton, ipywidgets.Textarea)
    found = hand(panel).all(kinds)
    assert len(found) > 2
    assert all(each.description and each.tooltip for each in found)


def test_a_section_opens_and_closes_by_its_button():
    section = view.Section("More", "tip", [view.pane()])
    assert section.body.layout.display == "none"
    section.toggle.value = True
    assert section.body.layout.display is None


def test_a_task_can_be_waited_for_before_it_has_begun():
    task = Task(lambda _: None)
    assert not task.wait(0)
    task.begin()
    assert task.wait(PATIENCE)


def test_a_press_counts_what_was_typed_ahead_of_it_and_arrives_after_it(client, hand, monkeypatch):
    monkeypatch.setattr(base, "SETTLED", 0.3)
    panel = vn.ui.chat(client)
    held = hand(panel)
    message = held.control("Your message")
    message.value = "What is 2 +"
    held.control("Send").click()  # overtakes the last letters
    held.control("Send").click()  # and is not sent twice
    message.value = "What is 2 + 2?"
    assert panel.wait(PATIENCE)
    assert [turn.question["content"] for turn in panel.conversation] == ["What is 2 + 2?"]
