"""Marks of an answer lead to its passages: live, opened again; untrusted, they still name their source."""

import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent))

from lab import READY, lab
from test_lab import CONTRAST

ASK = """import venice_nb as vn
v = vn.connect()
pages = {f"page{n}": f"# Page {n}\\n\\n" + "The canal is long and the boat is slow. " * 30 for n in range(4)}
pages["fares"] = "# Fares\\n\\nThe airport costs 130 euros."
R = v.rag(vn.Corpus.from_texts(pages))
R.ask("What does the airport cost?")"""
SPACE = "\n".join(["print('.')"] + ["print('.')"] * 60)
SEEN = """mark => {
  const target = document.getElementById(mark.getAttribute('href').slice(1));
  if (!target) return 'gone';
  const box = target.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= window.innerHeight ? target.innerText : 'out of sight' }"""


def follow(page):
    """What stands where the first mark leads, after a click on it."""
    mark = page.locator(".vn-root sup a").first
    mark.wait_for()
    mark.click()
    page.wait_for_timeout(300)
    return page.locator(".vn-root sup a").first.evaluate(SEEN)


def test_a_mark_leads_to_its_passage(tmp_path):
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [nbformat.v4.new_code_cell(source) for source in (SPACE, ASK, SPACE)]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}))
    with lab(text, tmp_path, theme="dark") as opened:
        page, file = opened.page, tmp_path / "root" / "notebook.ipynb"
        assert opened.run_all()["errors"] == []
        assert follow(page).startswith("[1] fares, lines 1-3")
        assert "notebook.ipynb" in page.url
        assert opened.eval(CONTRAST) == []

        page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        page.reload()
        page.wait_for_function(READY, timeout=60_000)
        assert follow(page).startswith("[1] fares, lines 1-3")

        saved = nbformat.read(file, as_version=4)
        saved.cells[1].outputs[-1].data["text/html"] += " "  # not as it was signed: a stranger's notebook
        nbformat.write(saved, file.with_name("stranger.ipynb"))
        page.goto(page.url.split("#")[0].replace("notebook.ipynb", "stranger.ipynb"))
        page.wait_for_function(READY, timeout=60_000)
        mark = page.locator(".vn-root sup a").first
        mark.wait_for()
        assert mark.get_attribute("title").startswith("fares, lines 1-3")
        assert page.locator(".vn-root details").count() >= 1
        assert opened.foreign() == []
