"""Panels in a real browser: filled, pressed and read back as a person does; streaming seen to stream."""

import contextlib
import json
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from lab import READY, lab
from test_lab import CONTRAST

PATIENCE = 30_000  # milliseconds; a loaded machine
SETUP = "import venice_nb as vn\nv = vn.Venice.sandbox(token_pause=0.05)"
FRAMES = """() => {
  const panel = document.querySelector('.vn-panel'), seen = window.vnFrames = [];
  new MutationObserver(() => seen.push(panel.innerText)).observe(
    panel, {subtree: true, childList: true, characterData: true});
}"""
UNNAMED = """[...document.querySelectorAll('.vn-panel')].flatMap(panel =>
  [...panel.querySelectorAll('input:not([type=file]), textarea, select, button')].filter(control =>
    control.offsetParent && !(control.labels?.length && control.labels[0].innerText.trim())
    && !control.innerText.trim() && !control.title)).map(control => control.outerHTML.slice(0, 200))"""
KEPT = "window.jupyterapp.commands.execute('docmanager:save')"


@contextlib.contextmanager
def opened(folder, *cells, theme="light", width=1100, flags=(), app="lab"):
    """A notebook in Lab whose last cell shows a panel; nothing foreign is loaded, the console is quiet."""
    made = [nbformat.v4.new_code_cell(source) for source in (SETUP, *cells)]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    text = nbformat.writes(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}))
    with lab(text, folder, theme=theme, flags=flags, app=app) as page:
        told = []
        page.page.set_viewport_size({"width": width, "height": 1400})
        page.page.on("console", lambda line: told.append(line.text) if line.type == "error" else None)
        page.page.on("pageerror", lambda error: told.append(str(error)))
        assert page.run_all()["errors"] == []
        page.page.locator(".vn-panel").first.wait_for(timeout=PATIENCE)
        page.told, page.folder = told, folder
        yield page
        page.page.locator(".vn-panel, .vn-still").locator("visible=true").first.screenshot(
            path=folder / f"{theme}-{width}.png"
        )
        assert told == []
        assert page.foreign() == []


def press(page, name):
    page.page.get_by_role("button", name=name, exact=True).click()


def fill(page, label, text):
    page.page.get_by_label(label, exact=True).fill(text)


def sees(page, text):
    found = page.page.locator(".vn-panel").get_by_text(text).locator("visible=true")
    found.first.wait_for(timeout=PATIENCE)


def holds(page, label, text):
    """A control comes to hold this text."""
    control = page.page.get_by_label(label, exact=True).element_handle()
    page.page.wait_for_function("([one, text]) => one.value.includes(text)", arg=[control, text])


def readable(page, width):
    """Text stands out from its ground, each control has a name, nothing is wider than the page."""
    assert page.eval(CONTRAST) == []
    assert page.eval(UNNAMED) == []
    panel = "document.querySelector('.vn-panel')"
    assert page.eval(f"{panel}.scrollWidth <= {panel}.clientWidth + 1"), width


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_a_chat_streams_shows_price_and_cost_and_sees_an_uploaded_picture(tmp_path, theme, width):
    with opened(tmp_path, "vn.ui.chat(v)", theme=theme, width=width) as page:
        fill(page, "Your message", "Count from one to twenty")
        sees(page, "The next press costs about $0.0")
        page.eval(FRAMES)
        press(page, "Send")
        sees(page, "Answered by")
        growing = {line for line in page.eval("window.vnFrames") if "1, 2" in line and "19, 20" not in line}
        assert len(growing) >= 2, "the answer was seen to grow"
        sees(page, "Spent since the panel was opened: $0.0")

        press(page, "Add files")
        Image.new("RGB", (96, 96), "teal").save(tmp_path / "teal.png")
        with page.page.expect_file_chooser() as chosen:
            page.page.get_by_role("button", name="Upload").click()
        chosen.value.set_files(tmp_path / "teal.png")
        sees(page, "Goes with the next message: teal.png (image")
        fill(page, "Your message", "What colour is this?")
        press(page, "Send")
        sees(page, "teal")
        sees(page, "Nothing is attached.")

        for name in ("Choose model", "Instructions", "Search the web", "Earlier turns", "Copy as code"):
            press(page, name)
        readable(page, width)
        holds(page, "Code", 'c("What colour is this?", images=["teal.png"])')
        press(page, "Find")
        press(page, "Pixel the Cat")
        holds(page, "Persona", "pixel")
        page.page.screenshot(path=tmp_path / f"{theme}-{width}-personas.png")


def test_a_chat_is_held_with_the_keyboard_alone(tmp_path):
    with opened(tmp_path, "vn.ui.chat(v)") as page:
        keys = page.page.keyboard
        page.page.get_by_label("Your message", exact=True).focus()
        keys.type("What is 2 + 2?")
        keys.press("Tab")  # leaving the box sends nothing
        page.page.wait_for_timeout(1000)
        assert page.page.get_by_label("Your message", exact=True).input_value() == "What is 2 + 2?"
        keys.press("Enter")
        sees(page, "2 + 2 = 4")
        keys.press("Shift+Tab")
        keys.type("What is 3 + 4?")
        keys.press("Control+Enter")  # is Lab's own key, too: it sends, and the cell is not run again
        sees(page, "3 + 4 = 7")
        assert page.eval("document.activeElement.tagName") == "TEXTAREA"
        visited = set()
        for _ in range(9):
            keys.press("Tab")
            visited.add(page.eval("document.activeElement.innerText"))
        wanted = {"Stop", "Regenerate", "Choose model", "Add files", "Instructions", "Earlier turns"}
        assert wanted <= visited
        assert page.eval("window.jupyterapp.shell.currentWidget.content.widgets[1].model.executionCount") == 2


def test_stop_ends_an_answer_and_an_error_is_one_line(tmp_path):
    fault = "v2 = vn.Venice.sandbox(faults=[vn.Fault(status=422)], token_pause=0.1)\nvn.ui.chat(v2)"
    with opened(tmp_path, fault) as page:
        fill(page, "Your message", "Count from 1 to 300")
        press(page, "Send")
        sees(page, "request id")
        assert page.page.get_by_label("Your message", exact=True).input_value().startswith("Count")
        assert "Traceback" not in page.page.locator(".jp-Notebook").inner_text()
        press(page, "Send")
        sees(page, "1, 2, 3")
        press(page, "Stop")
        sees(page, "Stopped.")


def test_a_press_during_a_busy_cell_is_answered(tmp_path):
    with opened(tmp_path, "vn.ui.chat(v)", "import time\ntime.sleep(0)") as page:
        busy = "window.jupyterapp.shell.currentWidget.content.widgets[2]"
        page.eval(f"() => {{ {busy}.model.sharedModel.setSource('import time; time.sleep(4)') }}")
        fill(page, "Your message", "What is 2 + 2?")
        page.eval(
            "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 2;"
            " window.jupyterapp.commands.execute('notebook:run-cell') }"
        )
        page.page.wait_for_function(f"{busy}.promptNode.textContent.includes('*')", timeout=PATIENCE)
        press(page, "Send")
        sees(page, "2 + 2 = 4")


def test_a_saved_notebook_shows_the_last_state_without_its_kernel(tmp_path):
    with opened(tmp_path, "print('above')\npanel = vn.ui.chat(v)\npanel") as page:
        assert not page.page.locator(".vn-still").is_visible(), "the panel itself is on the page"
        fill(page, "Your message", "What is 2 + 2?")
        press(page, "Send")
        sees(page, "Answered by")
        page.page.wait_for_timeout(500)
        page.eval(KEPT)
        page.page.wait_for_timeout(1000)
        page.eval("window.jupyterapp.serviceManager.sessions.shutdownAll()")
        page.page.wait_for_timeout(1000)
        page.page.reload()
        page.page.wait_for_function(READY, timeout=2 * PATIENCE)
        still = page.page.locator(".vn-still").get_by_text("2 + 2 = 4").locator("visible=true")
        still.first.wait_for(timeout=PATIENCE)
        assert page.page.locator(".vn-panel").count() == 0
        area = page.page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea").first
        assert "above" in area.inner_text()
        assert "Error displaying widget" not in area.inner_text()
        page.told.clear()  # Lab itself says on the console that the model is gone


def test_widget_state_that_is_saved_stays_small(tmp_path):
    """With the setting that saves the state of widgets, which is off by default."""
    setting = tmp_path / "settings" / "@jupyter-widgets" / "jupyterlab-manager"
    setting.mkdir(parents=True)
    (setting / "plugin.jupyterlab-settings").write_text(json.dumps({"saveState": True}))
    with opened(tmp_path, "panel = vn.ui.chat(v)\npanel") as page:
        fill(page, "Your message", "Count from 1 to 200")
        press(page, "Send")
        sees(page, "Answered by")
        page.page.wait_for_timeout(500)
        page.eval(KEPT)
        page.page.wait_for_timeout(2000)
        saved = nbformat.read(tmp_path / "root" / "notebook.ipynb", as_version=4)
        assert "widgets" in saved.metadata
        assert len(json.dumps(saved.metadata["widgets"])) < 100_000


def test_a_panel_whose_kernel_is_restarted_or_that_is_closed_leaves_its_picture(tmp_path):
    with opened(tmp_path, "panel = vn.ui.chat(v)\npanel") as page:
        page.eval("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        page.page.locator(".vn-still").locator("visible=true").wait_for(timeout=PATIENCE)
        assert not page.page.locator(".vn-panel").is_visible(), "its controls are dead"
        assert page.run_all()["errors"] == []
        assert not page.page.locator(".vn-still").is_visible()
        press(page, "Close")
        page.page.locator(".vn-still").wait_for(timeout=PATIENCE)
        assert page.page.locator(".vn-panel").count() == 0


@pytest.mark.parametrize(("theme", "width"), [("dark", 1200), ("light", 400)])
def test_models_are_filtered_picked_for_the_chat_and_compared(tmp_path, theme, width):
    chat = "panel = vn.ui.models(v)\npanel"
    with opened(tmp_path, chat, theme=theme, width=width) as page:
        page.page.get_by_label("vision", exact=True).check()
        page.page.get_by_label("private", exact=True).check()
        page.page.get_by_label("Order", exact=True).select_option("cheapest first")
        sees(page, "28 text models")
        page.page.get_by_label("Pick a model", exact=True).select_option(index=1)
        press(page, "Use in the other panels")
        sees(page, "From now on the chat and document panels ask qwen3-5-9b.")
        press(page, "Compare two models")
        page.page.get_by_label("First model", exact=True).select_option("qwen3-5-9b")
        page.page.get_by_label("Second model", exact=True).select_option("llama-3.3-70b")
        fill(page, "Question", "What is 2 + 2?")
        sees(page, "The next press costs about $0.0")
        press(page, "Ask both")
        sees(page, "Both have answered.")
        press(page, "Copy as code")
        holds(page, "Code", 'a = v.chat("What is 2 + 2?", model="qwen3-5-9b")')
        readable(page, width)
