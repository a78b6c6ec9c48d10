"""Notebook 7 runs a tutorial as JupyterLab does, and the magics work where a person types them."""

import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import lab
from test_lab import CONTRAST, NOTEBOOKS, UNSEEN

CELLS = [
    "%load_ext venice_nb",
    "import venice_nb as vn\nv = vn.Venice.sandbox(token_pause=0.05)",
    "%%venice -c talk -s 'Answer in one sentence'\nMy name is Ada.",
    '%%venice -c talk --to answer\nWhat is my name? {"json": {}}',
    "assert 'Ada' in answer.text\ntalk",
    "%venice models --type upscale",
    "%venice",
    "%%venice --modle x\nHi",
]
SHOWN = [0, 0, 1, 1, 1, 1, 1, 0]  # an answer that streams is shown once
SOURCES = "[...document.querySelectorAll('.jp-CodeCell')]"
OFFERED = "[...document.querySelectorAll('.jp-Completer-item')].map(each => each.innerText)"


def notebook(*sources, failing=()):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for position in failing:
        cells[position].metadata["tags"] = ["raises-exception"]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}))


def test_the_tour_runs_in_notebook_7(tmp_path):
    """Every cell runs, what is shown can be read and played, and nothing is loaded from elsewhere."""
    text = (NOTEBOOKS / "00-tour.ipynb").read_text("utf-8")
    with lab(text, tmp_path, theme="dark", app="notebook") as page:
        state = page.run_all(patience=240)
        assert state["errors"] == []
        assert state["counts"] == list(range(1, len(state["counts"]) + 1))
        assert page.eval("document.body.dataset.jpThemeLight") == "false"
        assert page.eval(UNSEEN) == []
        played = page.play()
        assert len(played) >= 2
        assert [each for each in played if each["ready"] < 4 or each["error"] or not each["moved"]] == []
        assert page.eval(CONTRAST) == []
        assert page.foreign() == []


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_magics_answer_and_complete_in_a_real_notebook(tmp_path, app):
    with lab(notebook(*CELLS, failing=[7]), tmp_path, app=app) as page:
        state = page.run_all()
        assert state["errors"] == []
        assert page.eval(f"{SOURCES}.map(each => each.querySelectorAll('.vn-root').length)") == SHOWN
        assert "Did you mean --model?" in page.eval(f"{SOURCES}.at(-1).innerText")
        assert page.eval(CONTRAST) == []
        assert page.foreign() == []
        page.page.locator(".jp-CodeCell .cm-content").last.click()
        page.page.keyboard.press("Control+A")
        page.page.keyboard.type("%%venice -m qwen")
        page.page.keyboard.press("Tab")
        page.page.wait_for_selector(".jp-Completer-item", timeout=30_000)
        offered = page.eval(OFFERED)
        assert len(offered) > 5
        assert all("qwen" in each and "model" in each for each in offered)
