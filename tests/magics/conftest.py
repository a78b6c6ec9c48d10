"""A real shell for each test, which leaves the process as it found it."""

import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from venice_nb import venice


class Cells:
    """Runs cells; `ns` is the namespace of the notebook."""

    def __init__(self, shell):
        self.shell = shell
        self.ns = shell.user_ns

    def run(self, code):
        """The value of a cell; what it raised is raised."""
        done = self.shell.run_cell(code)
        done.raise_error()
        return done.result

    def complete(self, code):
        """What Tab offers at the end of a cell, as a kernel asks for it."""
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            return {each.text: each.type for each in self.shell.Completer.completions(code, len(code))}


@pytest.fixture
def cells(monkeypatch, tmp_path):
    """A shell that has loaded the extension, in a process that has no client and no key."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    for prompt in ("ps1", "ps2", "ps3"):  # a shell sets them, and everything after it seems to be a terminal
        monkeypatch.setattr(sys, prompt, "", raising=False)
    monkeypatch.setattr(venice, "_made", [])
    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell(config=settings, colors="nocolor")
    shell.run_line_magic("load_ext", "venice_nb")
    return Cells(shell)
