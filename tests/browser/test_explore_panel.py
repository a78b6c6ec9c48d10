"""The map of a matrix in a real browser: searched, coloured, grouped, hovered and lassoed."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import PATIENCE, opened, press, readable, sees

CORPUS = Path(__file__).parents[2] / "notebooks" / "corpus"
CELL = f"""corpus = vn.Corpus.from_files({str(CORPUS / "*.md")!r})
df = corpus.split(500).to_frame()[["text", "source", "first_line"]]
df.loc[0, "text"] = "<img src=x onerror=alert(1)> is text"
E = v.embed(df, column="text")
panel = vn.ui.explore(E)
panel"""


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_rows_are_found_coloured_grouped_hovered_and_lassoed(tmp_path, theme, width):
    with opened(tmp_path, CELL, "print(panel.selection)", theme=theme, width=width) as page:

        def look(name):
            page.page.locator(".vn-panel").screenshot(path=tmp_path / f"{theme}-{width}-{name}.png")

        sees(page, "rows are on the map.")
        page.page.locator(".vn-panel canvas").first.wait_for(timeout=PATIENCE)
        page.page.get_by_label("Search", exact=True).fill("may I bring my dog")
        sees(page, "The next press costs about")
        press(page, "Find")
        sees(page, "10 rows found.")
        look("found")
        page.page.get_by_label("Colour by", exact=True).select_option("first_line")
        sees(page, "first_line: from 1 (cyan)")
        press(page, "Groups")
        press(page, "Make groups")
        sees(page, "8 groups, named by their typical words.")
        sees(page, "Naming the groups costs about $0.0")
        press(page, "Name by a chat model")
        sees(page, "8 groups are named.")
        look("groups")

        page.page.get_by_label("Mouse", exact=True).select_option("lasso")
        box = page.page.locator(".vn-panel canvas").first.bounding_box()
        mouse, middle = page.page.mouse, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        reach = min(box["width"], box["height"]) * 0.45
        mouse.move(middle[0] - reach, middle[1] - reach)
        mouse.down()
        for right, down in ((1, -1), (1, 1), (-1, 1), (-1, -0.9)):
            mouse.move(middle[0] + right * reach, middle[1] + down * reach, steps=12)
        mouse.up()
        sees(page, "selected, in panel.selection")
        look("lasso")
        press(page, "Copy as code")
        readable(page, width)
