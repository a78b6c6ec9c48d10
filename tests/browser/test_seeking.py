"""A line of a transcript plays its moment: live, opened again, as a page; untrusted, the lines still read."""

import subprocess
import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent))

from lab import READY, lab
from test_lab import CONTRAST

SPEAK = """import venice_nb as vn
v = vn.connect()
said = v.audio.speak('The lagoon is calm today. Boats leave from the old harbour. Nobody hurries here.')
v.audio.transcribe(said, model='openai/whisper-large-v3', timestamps=True)"""
LINES = ["The lagoon is calm today.", "Boats leave from the old harbour.", "Nobody hurries here."]
MOVED = """async () => {
  const player = document.querySelector('.vn-root video');
  const until = performance.now() + 8000;
  while (!player.currentTime && performance.now() < until) await new Promise(done => setTimeout(done, 50));
  player.pause();
  const at = player.currentTime;
  player.currentTime = 0;
  return at }"""


def spoken(page):
    """The lines of the transcript on the page, without their times."""
    lines = page.locator("ol[title] button")
    lines.first.wait_for()
    return [text.split(maxsplit=1)[1] for text in lines.all_inner_texts()]


def plays(page, press):
    """Each line, pressed, plays from its second on."""
    assert spoken(page) == LINES
    page.evaluate("document.querySelector('.vn-root video').muted = true")
    for line in reversed(page.locator("ol[title] button").all()):
        press(line)
        assert 0 <= page.evaluate(MOVED) - float(line.get_attribute("value")) < 1.5


def test_a_line_of_a_transcript_plays_its_moment(tmp_path):
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cell = nbformat.v4.new_code_cell(SPEAK)
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec}))
    with lab(text, tmp_path, theme="dark") as opened:
        page, file = opened.page, tmp_path / "root" / "notebook.ipynb"
        assert opened.run_all()["errors"] == []
        assert page.locator(".vn-root video, .vn-root audio").count() == 1
        plays(page, lambda line: line.click())
        plays(page, lambda line: line.press("Enter"))
        assert opened.eval(CONTRAST) == []

        page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        page.reload()
        page.wait_for_function(READY, timeout=60_000)
        plays(page, lambda line: line.click())

        saved = nbformat.read(file, as_version=4)
        saved.cells[0].outputs[0].data["text/html"] += " "  # not as it was signed: a stranger's notebook
        nbformat.write(saved, file.with_name("stranger.ipynb"))
        page.goto(page.url.replace("notebook.ipynb", "stranger.ipynb"))
        page.wait_for_function(READY, timeout=60_000)
        assert spoken(page) == LINES
        assert page.locator(".jp-OutputArea [onclick]").count() == 0
        assert [(each["ready"], each["moved"]) for each in opened.play()] == [(4, True)]
        assert opened.foreign() == []

        subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "html", str(file)], check=True, capture_output=True
        )
        page.goto(file.with_suffix(".html").as_uri())
        plays(page, lambda line: line.click())
