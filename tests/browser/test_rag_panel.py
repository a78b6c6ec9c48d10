"""The document panel in a real browser: own documents named or uploaded, asked, compared and measured."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import FRAMES, fill, holds, opened, press, readable, sees

CORPUS = Path(__file__).parents[2] / "notebooks" / "corpus"
QUESTION = "May I bring my dog on board?"


def look(page, folder, name):
    page.page.locator(".vn-panel").screenshot(path=folder / f"{name}.png")


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_a_folder_is_searched_and_the_reasons_are_seen(tmp_path, theme, width):
    with opened(tmp_path, "panel = vn.ui.rag(v)\npanel", theme=theme, width=width) as page:
        look(page, tmp_path, f"{theme}-{width}-new")
        docs = tmp_path / "root" / "docs"
        docs.mkdir()
        for each in sorted(CORPUS.glob("*.md")):
            (docs / each.name).write_text(each.read_text("utf-8"), "utf-8")
        fill(page, "Folder or files", "docs")
        press(page, "Read")
        sees(page, "documents read. Ask a question now.")
        fill(page, "Question", QUESTION)
        sees(page, "The next press costs about $0.0")
        page.eval(FRAMES)
        press(page, "Ask")
        sees(page, "Answered from")
        sees(page, "shares")
        assert page.page.locator(".vn-panel mark").count() > 3, "shared words are marked"
        look(page, tmp_path, f"{theme}-{width}-answer")

        mark = page.page.locator(".vn-panel .vn-cite a").first
        target = mark.get_attribute("href")
        assert page.page.locator(f".vn-panel {target}").count() == 1, "the mark leads to its passage"

        press(page, "Evaluation")
        press(page, "Keep question")
        sees(page, "Kept: 1 question")
        press(page, "Evaluate")
        sees(page, "Evaluated, $0.0")
        press(page, "Compare settings")
        section = page.page.locator(".vn-panel").get_by_label("Search by", exact=True).locator("visible=true")
        section.select_option("keyword")
        sees(page, "Asking with both costs about $0.0")
        press(page, "Ask with both")
        sees(page, "Both have answered, $0.0")
        sees(page, "Rank of each passage")
        press(page, "Settings")
        press(page, "Copy as code")
        readable(page, width)
        holds(page, "Code", 'R = v.rag(corpus)\nanswer = R.ask("May I bring my dog on board?")')


def test_files_are_uploaded_and_asked_with_the_keyboard(tmp_path):
    with opened(tmp_path, "panel = vn.ui.rag(v)\npanel") as page:
        with page.page.expect_file_chooser() as chosen:
            page.page.get_by_role("button", name="Upload documents").click()
        chosen.value.set_files([CORPUS / "pets.md", CORPUS / "luggage.md"])
        sees(page, "2 documents read.")
        keys = page.page.keyboard
        page.page.get_by_label("Question", exact=True).focus()
        keys.type(QUESTION)
        keys.press("Tab")
        keys.press("Enter")
        sees(page, "Answered from")
        sees(page, "pets.md")
