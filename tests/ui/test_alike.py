"""Widgets that look alike share layouts and styles, and hiding one hides no other."""

from ipywidgets.widgets.widget import _instances

import venice_nb as vn
from venice_nb.ui.parts import view
from venice_nb.ui.parts.alike import alike


def test_what_looks_alike_is_shared_and_what_is_hidden_keeps_its_own():
    buttons = [view.button(f"Button {number}", "A button", print) for number in range(4)]
    box = view.row(*buttons)
    alike(box, apart=[buttons[3]])
    assert buttons[0].layout is buttons[1].layout is buttons[2].layout
    assert buttons[0].style is buttons[1].style
    buttons[3].layout.display = "none"
    assert buttons[0].layout.display is None
    view.discard(box)


def test_what_looks_different_stays_different():
    wide, narrow = view.pane(), view.button("Narrow", "A button", print)
    box = view.row(wide, narrow)
    alike(box)
    assert wide.layout is not narrow.layout
    assert box.layout is not wide.layout
    view.discard(box)


def test_a_panel_that_is_closed_leaves_no_widget_behind(client, hand):
    before = set(_instances)
    panel = vn.ui.images(client, prompt="a gondola", width=256, height=256, variants=2, seed=7)
    hand(panel).press("Draw")
    hand(panel).press("Remove background")
    panel.styles = ("Anime", "Film Noir")
    hand(panel).press("Preview these styles")
    panel.styles = ("Anime",)
    hand(panel).press("Preview these styles")
    panel.close()
    assert set(_instances) <= before


def test_each_control_that_a_model_lacks_is_hidden_alone(client, hand):
    panel = vn.ui.images(client, model="grok-imagine-image")
    shown = {
        label: hand(panel).control(label).layout.display for label in ("Width", "Quality", "Shape", "Seed")
    }
    assert shown == {"Width": "none", "Quality": "none", "Shape": None, "Seed": None}
    assert hand(panel).control("Close").layout.display is None
