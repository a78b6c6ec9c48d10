"""The panel of pictures in a real browser: four pictures and an upscale, compared; styles and sizes."""

import json
import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_accessibility import AXE, SERIOUS
from test_panels import KEPT, PATIENCE, fill, holds, opened, press, readable, sees

LOADED = """[...document.querySelectorAll('.vn-panel img')].filter(image => image.offsetParent)
  .every(image => image.complete && image.naturalWidth > 0)"""
CUT = """getComputedStyle(document.querySelector('.vn-panel .vn-wipe > div:nth-child(2)')).clipPath"""


def pictures(page):
    return page.page.locator(".vn-panel img").locator("visible=true")


def wait_for_pictures(page, count):
    page.page.wait_for_function(
        "count => document.querySelectorAll('.vn-panel img').length >= count",
        arg=count,
        timeout=PATIENCE,
    )
    assert page.eval(LOADED)


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_four_pictures_and_an_upscale(tmp_path, theme, width):
    with opened(tmp_path, "panel = vn.ui.images(v)\npanel", theme=theme, width=width) as page:
        fill(page, "Prompt", "a gondola at dusk")
        fill(page, "Pictures", "4")
        fill(page, "Seed", "7")
        sees(page, "The next press costs about $0.04")
        press(page, "Draw")
        sees(page, "4 pictures by z-image-turbo")
        wait_for_pictures(page, 5)  # four small ones, and the one that is picked
        press(page, "Pick [2]")
        sees(page, "Upscale: $0.02")
        press(page, "Upscale")
        sees(page, "1 picture by upscaler")
        sees(page, "2048 x 2048")
        page.page.mouse.move(1, 1)
        assert "50%" in page.eval(CUT)
        page.page.get_by_label("Line at %", exact=True).focus()
        page.page.keyboard.press("ArrowUp")
        page.page.wait_for_function(f"{CUT}.includes('60%')", timeout=PATIENCE)
        page.page.locator(".vn-panel .vn-wipe").hover(position={"x": 60, "y": 60})
        assert "60%" not in page.eval(CUT), "the line is under the pointer"
        page.page.screenshot(path=tmp_path / f"{theme}-{width}-upscaled.png")
        fill(page, "Change", "make it snow")
        press(page, "Edit")
        sees(page, "1 picture by firered-image-edit")
        press(page, "Remove background")
        sees(page, "1 picture by bria-bg-remover")
        press(page, "Save")
        sees(page, "Saved as make-it-snow")
        press(page, "Copy as code")
        holds(page, "Code", "p4 = v.images.upscale(g[2], 2)")
        readable(page, width)
        page.page.add_script_tag(path=AXE)
        assert page.eval(SERIOUS) == ""


@pytest.mark.parametrize(("theme", "width"), [("dark", 1200), ("light", 400)])
def test_models_sizes_styles_and_history(tmp_path, theme, width):
    with opened(tmp_path, "panel = vn.ui.images(v)\npanel", theme=theme, width=width) as page:
        fill(page, "Prompt", "a lighthouse")
        page.page.get_by_label("Shape", exact=True).select_option("16:9 (wide)")
        holds(page, "Width", "1280")
        press(page, "Draw")
        sees(page, "1 picture by z-image-turbo")
        press(page, "Styles")
        page.page.get_by_label("Styles to try", exact=True).select_option(
            ["Watercolor", "Film Noir", "Anime"]
        )
        sees(page, "A preview draws 3 pictures, each for $0.01")
        press(page, "Preview these styles")
        sees(page, "The strip shows the prompt in each style")
        press(page, "Film Noir")
        holds(page, "Style", "Film Noir")
        page.page.get_by_label("History", exact=True).select_option(index=0)
        sees(page, "[2] · Film Noir")
        press(page, "Choose model")
        press(page, "More settings")
        page.page.screenshot(path=tmp_path / f"{theme}-{width}-styles.png")
        readable(page, width)
        page.page.add_script_tag(path=AXE)
        assert page.eval(SERIOUS) == ""


def test_widget_state_that_is_saved_stays_small(tmp_path):
    """With the setting that saves the state of widgets, which is off by default."""
    setting = tmp_path / "settings" / "@jupyter-widgets" / "jupyterlab-manager"
    setting.mkdir(parents=True)
    (setting / "plugin.jupyterlab-settings").write_text(json.dumps({"saveState": True}))
    with opened(tmp_path, "panel = vn.ui.images(v, variants=4, seed=7)\npanel") as page:
        fill(page, "Prompt", "a gondola at dusk")
        press(page, "Draw")
        sees(page, "4 pictures by z-image-turbo")
        press(page, "Upscale")
        sees(page, "2048 x 2048")
        press(page, "Styles")
        page.page.get_by_label("Styles to try", exact=True).select_option(
            ["Watercolor", "Film Noir", "Anime"]
        )
        press(page, "Preview these styles")
        sees(page, "The strip shows the prompt in each style")
        page.page.wait_for_timeout(500)
        page.eval(KEPT)
        page.page.wait_for_timeout(2000)
        saved = nbformat.read(tmp_path / "root" / "notebook.ipynb", as_version=4)
        assert len(json.dumps(saved.metadata["widgets"])) < 100_000
