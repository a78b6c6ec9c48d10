"""All panels as tabs: made when they are first opened, ended together."""

import threading

import pytest

import venice_nb as vn
from venice_nb.ui.lab_panel import TABS
from venice_nb.ui.parts.task import NAME

PATIENCE = 60


def threads():
    return {thread for thread in threading.enumerate() if thread.name == NAME}


@pytest.fixture
def lab(client):
    made = vn.ui.lab(client)
    yield made
    made.close()


def test_every_panel_that_needs_a_client_alone_has_a_tab(lab):
    assert set(lab.tabs) == set(vn.ui.__all__) - {"lab", "explore"}


def test_a_panel_is_made_when_its_tab_is_picked_and_only_once(lab):
    assert list(lab.panels) == ["chat"]
    lab.view.selected_index = lab.tabs.index("models")
    assert lab.tab == "models"
    made = lab.panels["models"]
    assert lab.view.children[lab.tabs.index("models")] is made.view
    lab.tab = "chat"
    lab.tab = "models"
    assert lab.panels["models"] is made
    assert lab.view.selected_index == lab.tabs.index("models")


@pytest.mark.parametrize("name", [name for name in TABS if name != "explore"])
def test_each_tab_opens_and_none_can_be_closed_by_itself(client, name):
    lab = vn.ui.lab(client, tab=name)
    assert lab.panels[name].way_out.layout.display == "none"
    assert repr(lab.panels[name])[1:-1] in repr(lab)
    lab.close()


def test_the_map_has_a_tab_where_there_is_a_matrix(client):
    matrix = client.embed(["red apple", "green pear", "blue sky", "dark night"])
    lab = vn.ui.lab(client, explore=matrix)
    assert "explore" in lab.tabs
    lab.tab = "explore"
    assert "explore" in lab.panels
    lab.close()


def test_a_tab_that_is_not_there_is_refused_with_those_that_are(client):
    with pytest.raises(vn.InvalidInput, match="chat, images"):
        vn.ui.lab(client, tab="film")


def test_all_panels_end_with_the_lab(client):
    before = threads()
    lab = vn.ui.lab(client)
    panel = lab.panel("chat")
    panel.prompt = "Count from 1 to 300"
    panel.send()
    lab.close()
    assert panel.wait(PATIENCE)
    assert threads() <= before


def test_the_picture_is_that_of_the_panel_that_is_shown(lab):
    panel = lab.panel("chat")
    panel.prompt = "What is 2 + 2?"
    panel.send()
    assert panel.wait(PATIENCE)
    assert "2 + 2 = 4" in lab.snapshot()["text/html"]
    lab.tab = "models"
    assert "2 + 2 = 4" not in lab.snapshot()["text/html"]


def test_what_is_turned_in_a_panel_is_in_the_picture_that_is_saved(lab, kept):
    lab.tab = "models"
    saved = kept(lab)
    lab.panel("models").search = "qwen3-5-9b"
    assert "1 text model" in saved()
    lab.tab = "account"
    assert lab.panel("account").wait(PATIENCE)
    lab.panel("account").set_budget(0.5)
    assert "$0.50 left of $0.50" in saved()
