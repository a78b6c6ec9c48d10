"""The model panel, pressed and read as a person does, without a browser."""

import re
import threading

import ipywidgets
import pytest

import venice_nb as vn
from venice_nb.ui.parts.choices import choices

CAP = 100_000  # bytes of widget state in a saved notebook


@pytest.fixture
def panel(client, hand):
    made = vn.ui.models(client)
    hand(made)
    return made


@pytest.mark.parametrize(
    ("label", "value", "filters"),
    [
        ("Type", "image", {"type": "image"}),
        ("Name", "llama", {"search": "llama"}),
        ("vision", True, {"vision": True}),
        ("code", True, {"code": True}),
        ("private", True, {"private": True}),
        ("Output up to", 1.0, {"max_output_price": 1.0}),
        ("Reads at least", 256_000, {"min_context": 256_000}),
        ("Order", "price", {"sort": "price"}),
    ],
)
def test_each_control_filters_as_the_argument_of_the_same_meaning(panel, hand, client, label, value, filters):
    hand(panel).control(label).value = value
    wanted = client.models(**filters, refresh=False)
    assert panel.table.ids == wanted.ids
    assert len(wanted) > 0
    assert wanted.ids[0] in hand(panel).text
    assert client._session.calls == 0, "nothing is sent"


@pytest.mark.parametrize(("kind", "prices"), [("text", ["input", "output"]), ("image", ["price"])])
def test_the_table_begins_with_what_a_model_costs(panel, hand, kind, prices):
    hand(panel).control("Type").value = kind
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", panel._table.value)
    assert heads[: len(prices) + 1] == ["model", *prices]
    assert sorted(heads) == sorted(panel.table._head())


def test_filters_add_up_and_are_taken_back(panel, hand):
    every = len(panel.table)
    hand(panel).control("vision").value = True
    hand(panel).control("private").value = True
    some = len(panel.table)
    assert some < every
    hand(panel).control("vision").value = False
    assert some < len(panel.table) < every


def test_the_copied_code_gives_the_same_table(panel, hand, client):
    hand(panel).control("vision").value = True
    hand(panel).control("Order").value = "price"
    hand(panel).control("Copy as code").value = True
    code = hand(panel).control("Code").value
    assert code == 'v.models(type="text", vision=True, sort="price")'
    assert eval(code, {"v": client}).ids == panel.table.ids


def test_the_model_that_is_picked_is_used_in_the_other_panels(panel, hand, client):
    chat = vn.ui.chat(client)
    hand(chat)
    hand(panel).press("Use in the other panels")
    assert panel.status == "Pick a model first."
    hand(panel).control("Pick a model").value = "llama-3.3-70b"
    assert "per 1M tokens" in hand(panel).text
    hand(panel).press("Use in the other panels")
    assert panel.status == "From now on the chat and document panels ask llama-3.3-70b."
    assert chat.model == "llama-3.3-70b"


@pytest.mark.parametrize("kind", ["text", "image", "video", "tts", "asr", "embedding"])
def test_each_kind_that_a_panel_asks_is_chosen_for_it(panel, hand, client, kind):
    hand(panel).control("Type").value = kind
    model = panel.table.ids[-1]
    hand(panel).control("Pick a model").value = model
    hand(panel).press("Use in the other panels")
    assert getattr(choices(client), kind) == model
    assert panel.status.endswith(f" {model}.")


def test_a_model_that_no_panel_asks_is_said(panel, hand):
    hand(panel).control("Type").value = "music"
    hand(panel).control("Pick a model").value = panel.table.ids[0]
    hand(panel).press("Use in the other panels")
    assert panel.status == "No panel picks its music model from here."


@pytest.mark.parametrize(
    ("make", "kind", "name", "trait"),
    [
        ("chat", "text", "llama", "model"),
        ("images", "image", "flux", "model"),
        ("video", "video", "text-to-video", "model"),
        ("voice", "tts", "orpheus", "model"),
        ("voice", "asr", "whisper", "listener"),
    ],
)
def test_a_panel_that_is_open_takes_the_model_that_is_picked(panel, hand, client, make, kind, name, trait):
    other = getattr(vn.ui, make)(client)
    hand(other)
    hand(panel).control("Type").value = kind
    hand(panel).control("Name").value = name
    hand(panel).control("Pick a model").value = panel.table.ids[-1]
    hand(panel).press("Use in the other panels")
    assert getattr(other, trait) == panel.table.ids[-1]


def test_what_is_picked_stays_picked_while_it_is_in_the_list(panel, hand):
    hand(panel).control("Pick a model").value = "llama-3.3-70b"
    hand(panel).control("Name").value = "llama"
    assert hand(panel).control("Pick a model").value == "llama-3.3-70b"
    hand(panel).control("Name").value = "qwen"
    assert hand(panel).control("Pick a model").value == ""
    assert panel.model == "llama-3.3-70b"


def test_refresh_reads_the_list_of_the_server(panel, hand, client):
    hand(panel).press("Refresh")
    assert panel.status == "113 models."
    assert client._session.calls == 1
    assert panel.spent.startswith("Spent since the panel was opened: $0.00")


def compare(panel, hand, question="What is 2 + 2?"):
    hand(panel).control("First model").value = "llama-3.3-70b"
    hand(panel).control("Second model").value = "qwen3-5-9b"
    hand(panel).control("Question").value = question


def test_two_models_answer_one_question_with_cost_and_time_side_by_side(panel, hand):
    compare(panel, hand)
    panel.reckon()
    assert panel.price.startswith("The next press costs about $0.0")
    hand(panel).press("Ask both")
    assert panel.status == "Both have answered."
    assert [reply.model for reply in panel.replies] == ["llama-3.3-70b", "qwen3-5-9b"]
    shown = hand(panel).text
    assert shown.count("2 + 2 = 4") >= 2
    assert f"{panel.replies[1].elapsed:.2f}" in shown
    assert "in 2 calls" in shown
    assert panel.code.splitlines()[1:] == [
        'a = v.chat("What is 2 + 2?", model="llama-3.3-70b")',
        'b = v.chat("What is 2 + 2?", model="qwen3-5-9b")',
    ]


def test_a_comparison_needs_a_question_and_two_models(panel, hand, client):
    hand(panel).press("Ask both")
    assert panel.status == "Write a question and pick two models first."
    assert client._session.calls == 0


def test_when_one_model_fails_the_other_answer_is_there(hand):
    fault = vn.Fault(status=422)
    panel = vn.ui.models(vn.Venice.sandbox(faults=[fault]))
    compare(panel, hand)
    hand(panel).press("Ask both")
    assert "request id" in panel.status
    assert sorted(reply is None for reply in panel.replies) == [False, True]
    assert "2 + 2 = 4" in hand(panel).text


def test_stop_keeps_what_both_have_said(hand):
    panel = vn.ui.models(vn.Venice.sandbox(token_pause=0.02))
    begun = [threading.Event(), threading.Event()]
    for pane, event in zip(panel._duel._panes, begun, strict=True):
        pane.observe(lambda change, event=event: event.set() if change.new else None, "value")
    compare(panel, hand, "Count from 1 to 300")
    hand(panel).control("Ask both").click()
    assert all(event.wait(60) for event in begun)
    hand(panel).press("Stop")
    assert panel.status == "Stopped."
    assert [reply.complete for reply in panel.replies] == [False, False]


def test_what_is_filtered_is_in_the_picture_that_is_saved(panel, kept):
    saved = kept(panel)
    panel.search = "qwen3-5-9b"
    assert "qwen3-5-9b" in saved()
    assert "llama" not in saved()


def test_a_table_that_is_cut_short_names_the_list_that_has_all_and_an_empty_one_is_its_caption(panel, hand):
    assert "showing 25 of 113, the list to pick from has all" in hand(panel).text
    panel.search = "no such model"
    assert "0 models" in hand(panel).text
    assert "<table" not in panel._table.value


def test_the_state_stays_small_and_every_control_is_labelled(panel, hand):
    hand(panel).control("Type").value = "all"
    compare(panel, hand, "Repeat: " + "word " * 3000)
    hand(panel).press("Ask both")
    assert hand(panel).size < CAP
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea, ipywidgets.Button)
    assert all(each.description and each.tooltip for each in hand(panel).all(kinds))


def test_the_picture_shows_the_table_and_both_answers(panel, hand, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    compare(panel, hand)
    hand(panel).press("Ask both")
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == "<Models panel: 113 text models>"
    assert bundle["text/html"].count("2 + 2 = 4") >= 2
    assert "llama-3.3-70b" in bundle["text/html"]
