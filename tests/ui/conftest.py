"""Panels without a browser: press, wait, read."""

import json
import re

import ipywidgets
import pytest

import venice_nb as vn
from venice_nb.ui.parts import panel as base

PATIENCE = 60  # seconds; a loaded machine


class Hand:
    """Presses what a person would press, and reads what a person would read."""

    def __init__(self, panel):
        self.panel = panel

    def all(self, kind=ipywidgets.Widget):
        found, rest = [], [self.panel.view]
        while rest:
            widget = rest.pop(0)
            found.append(widget)
            rest[:0] = getattr(widget, "children", ())
        return [widget for widget in found if isinstance(widget, kind)]

    def control(self, label):
        """The control with this label."""
        (found,) = [each for each in self.all() if getattr(each, "description", None) == label]
        return found

    def press(self, label):
        """Press a button, and wait until what it started is over."""
        self.control(label).click()
        assert self.panel.wait(PATIENCE)

    @property
    def text(self):
        """What stands in the panes, without markup."""
        joined = "\n".join(pane.value for pane in self.all(ipywidgets.HTML))
        return re.sub(r"<[^>]*>", "", re.sub(r"<style>.*?</style>", "", joined))

    @property
    def size(self):
        """Bytes of widget state that a saved notebook would grow by."""
        models = {}
        for widget in self.all():
            for part in (widget, *(getattr(widget, name, None) for name in ("layout", "style"))):
                if part is not None:  # several widgets can share a layout
                    state = part.get_state(drop_defaults=True)
                    about = {"model_module": part._model_module, "model_module_version": "2.0.0"}
                    models[part.model_id] = {**about, "model_name": part._model_name, "state": state}
        return len(json.dumps(models, default=_saved))


def _saved(value):
    """What JSON does not hold, as the page writes it: a widget by its id."""
    return f"IPY_MODEL_{value.model_id}" if hasattr(value, "model_id") else bytes(value).hex()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Nothing is typed here over a slow line: a press counts at once."""
    monkeypatch.setattr(base, "SETTLED", 0.0)


@pytest.fixture
def client():
    return vn.Venice.sandbox(token_pause=0)


@pytest.fixture
def kept(monkeypatch):
    """Gives what a notebook that is saved now would show of a panel without its kernel."""

    def watch(panel):
        seen = [{"text/html": ""}]
        monkeypatch.setattr(panel._still, "change", seen.append)
        return lambda: seen[-1]["text/html"]

    return watch


@pytest.fixture
def hand():
    """Makes a hand for a panel, which is closed at the end."""
    held = []

    def take(panel):
        held.append(panel)
        return Hand(panel)

    yield take
    for panel in held:
        panel.close()
