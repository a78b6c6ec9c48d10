"""What only a browser can tell: cells all run, displays are readable in both themes, nothing is loaded."""

import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import lab

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

BAD = """from venice_nb.render.html import page, tag
class Bad:
    def _repr_html_(self):
        return page(tag("p", "<img src=http://evil.test/x.png onerror=alert(1)>"))
Bad()"""

CELLS = [
    "import venice_nb as vn\nv = vn.connect()\nv",
    "r = v.chat('What is 12 times 7? Prices are $5 and $6.')",
    "v.chat('Count from one to five')",
    "v.chat.stream('What is 2 + 2?').finish()",
    "v.models(vision=True)",
    "v.characters(limit=3)",
    BAD,
    "try:\n    v.chat('hi', temperature=9)\nexcept vn.InvalidInput as error:\n    print(error)",
    "v.chat('hi', temprature=1)",
]

ALL = "document.querySelectorAll('.jp-CodeCell')"
CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4) };
  const shine = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const ground = el => {
    for (; el; el = el.parentElement) {
      const c = parse(getComputedStyle(el).backgroundColor);
      if (c.length < 4 || c[3] > 0.5) return c;
    }
    return [255, 255, 255] };
  const bad = [];
  for (const el of document.querySelectorAll('.vn-root *')) {
    const own = [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !el.offsetParent) continue;
    const a = shine(parse(getComputedStyle(el).color)), b = shine(ground(el));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push([ratio.toFixed(2), el.tagName, el.className, el.textContent.slice(0, 30)]);
  }
  return bad }"""


UNSEEN = """[...document.querySelectorAll('.vn-root img')].filter(img => !img.naturalWidth || !img.alt)
  .map(img => img.outerHTML.slice(0, 200))"""


def notebook():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[-1].metadata["tags"] = ["raises-exception"]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_displays_in_lab(tmp_path, theme):
    """All cells run; text is readable on its ground; prices are no formulas; nothing foreign is loaded."""
    with lab(notebook(), tmp_path, theme=theme) as page:
        state = page.run_all()
        assert state["errors"] == []
        assert state["counts"] == list(range(1, len(CELLS) + 1))
        assert page.eval("document.body.dataset.jpThemeLight") == ("true" if theme == "light" else "false")
        assert page.eval(CONTRAST) == []
        assert page.eval("document.querySelectorAll('.vn-root mjx-container').length") == 0
        assert page.eval("document.querySelectorAll('.vn-root img[src^=http]').length") == 0
        shown = page.eval(f"[...{ALL}].map(cell => cell.querySelectorAll('.vn-root').length)")
        assert shown[1] == shown[2] == 1, "a streamed reply is shown once"
        screen = page.eval(f"{ALL}[8].querySelector('.jp-OutputArea').innerText")
        assert "temperature" in screen
        assert len(screen.splitlines()) < 20
        assert page.foreign() == []


TUTORIALS = {  # how many players there are at least
    "00-tour": 2,
    "01-chat": 0,
    "02-images": 0,
    "03-video": 2,
    "04-audio": 8,
    "06-models-and-pricing": 0,
}


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_runs_with_run_all(tmp_path, name):
    """Every queued cell runs, also where one awaits; live displays, not those of the saved file."""
    text = (NOTEBOOKS / f"{name}.ipynb").read_text("utf-8")
    with lab(text, tmp_path, theme="light" if name in ("02-images", "04-audio") else "dark") as page:
        state = page.run_all(patience=240)
        assert state["errors"] == []
        assert state["counts"] == list(range(1, len(state["counts"]) + 1))
        assert page.eval(UNSEEN) == []
        played = page.play()
        assert len(played) >= TUTORIALS[name]
        assert [each for each in played if each["ready"] < 4 or each["error"] or not each["moved"]] == []
        assert page.eval(CONTRAST) == []
        assert page.foreign() == []
