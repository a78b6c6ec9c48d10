"""The video panel in a real browser: a film from a picture, played and saved; a job that was left."""

import sys
from pathlib import Path

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import PATIENCE, fill, holds, opened, press, readable, sees

PLAYING = """() => { const film = document.querySelector('.vn-panel video');
  if (film) { film.muted = true; film.play() }
  return film && film.readyState === 4 && film.videoWidth > 0 && film.currentTime > 0 }"""


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_a_film_is_made_from_an_uploaded_picture_played_and_saved(tmp_path, theme, width):
    with opened(tmp_path, "panel = vn.ui.video(v)\npanel", theme=theme, width=width) as page:

        def look(name):
            page.page.locator(".vn-panel").screenshot(path=tmp_path / f"{theme}-{width}-{name}.png")

        look("new")
        Image.new("RGB", (640, 480), "teal").save(tmp_path / "teal.png")
        with page.page.expect_file_chooser() as chosen:
            page.page.get_by_role("button", name="Upload picture").click()
        chosen.value.set_files(tmp_path / "teal.png")
        sees(page, "The film starts from teal.png (640 x 480)")
        fill(page, "What happens", "the wall turns into a sea")
        sees(page, "The next press costs about $0.09")
        press(page, "Make the film")
        page.page.locator(".vn-panel progress").wait_for(timeout=PATIENCE)
        look("making")
        sees(page, "The film is ready")
        sees(page, "Spent since the panel was opened: $0.09")
        look("made")
        press(page, "Play")
        page.page.wait_for_function(PLAYING, timeout=PATIENCE)
        look("playing")
        press(page, "Put away")
        page.page.locator(".vn-panel video").wait_for(state="detached", timeout=PATIENCE)
        fill(page, "Save as", "sea.mp4")
        press(page, "Save a copy")
        sees(page, "Written to sea.mp4.")
        assert (tmp_path / "root" / "sea.mp4").stat().st_size > 10_000

        for name in ("Choose model", "Avoid", "Jobs", "Copy as code"):
            press(page, name)
        holds(page, "Code", 'image_url="teal.png"')
        page.page.get_by_label("Model", exact=True).select_option("kling-2.6-pro-image-to-video")
        page.page.get_by_label("Duration", exact=True).select_option("10s")
        page.page.get_by_label("with sound", exact=True).uncheck()
        holds(page, "Code", "audio=False")
        readable(page, width)


def test_a_film_that_was_left_is_found_again_by_another_panel(tmp_path):
    slow = "v = vn.Venice.sandbox(job_seconds=12)\npanel = vn.ui.video(v)\npanel"
    with opened(tmp_path, slow, "other = vn.ui.video(v)\nother") as page:
        first, second = page.page.locator(".vn-panel").first, page.page.locator(".vn-panel").last
        keys = page.page.keyboard
        first.get_by_label("What happens", exact=True).focus()
        keys.type("fog over a canal")
        for _ in range(9):  # with the keyboard alone
            keys.press("Tab")
            if page.eval("document.activeElement.innerText") == "Make the film":
                break
        keys.press("Enter")
        page.page.locator(".vn-panel progress").wait_for(timeout=PATIENCE)
        keys.press("Tab")
        keys.press("Enter")  # Stop
        sees(page, "still runs")
        first.get_by_role("button", name="Close", exact=True).click()
        second.get_by_role("button", name="Jobs", exact=True).click()
        second.get_by_role("button", name="Refresh list", exact=True).click()
        second.get_by_role("button", name="Open film", exact=True).click()
        second.get_by_text("The film is ready").wait_for(timeout=2 * PATIENCE)
        second.get_by_role("button", name="Play", exact=True).click()
        page.page.wait_for_function(PLAYING, timeout=PATIENCE)
