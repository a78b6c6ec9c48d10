"""The room of the panels: light until the first panel, examples that are true."""

import inspect
import json
import subprocess
import sys

import pytest

import venice_nb as vn


def test_the_room_is_there_without_loading_widgets():
    code = "import sys, json, venice_nb as vn; vn.ui.chat; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"ipywidgets", "traitlets", "IPython", "httpx"}


@pytest.mark.parametrize("name", vn.ui.__all__)
def test_each_panel_tells_what_it_does_and_takes_what_it_is_about_first(name):
    make = getattr(vn.ui, name)
    assert ">>> " in inspect.getdoc(make)
    about = {"explore": "matrix", "rag": "source"}.get(name, "client")
    assert next(iter(inspect.signature(make).parameters)) == about
