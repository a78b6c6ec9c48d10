"""Pictures and films in a real notebook: they are seen, and they play, in both themes."""

import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import lab
from test_lab import CONTRAST

SETUP = f"""import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from made_media import film, photo, plain_picture
from pathlib import Path
from venice_nb.results.pictures.compare import compare
from venice_nb.results.pictures.gallery import Failed, Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.results.films.video import Video"""
GALLERY = """refused = Failed(ValueError('it was refused'), 'a crime', position=2)
g = Gallery(tuple(Image(photo(n, 512, 384), prompt='a wall', seed=n) for n in range(4)), errors=(refused,))
g"""
CLEAR = """pane = plain_picture(mode='RGBA', colour=(200, 0, 0, 90))
Image(pane, prompt='a pane', blurred=True, enhanced_prompt='a red pane')"""
BESIDE = """Path('sub dir').mkdir()
film('sub dir/fog #1.mp4', seconds=2)
Video('sub dir/fog #1.mp4', prompt='fog')"""
HIDDEN = """Path('.hidden').mkdir()
film('.hidden/a.webm', kind='webm', seconds=2)
Video('.hidden/a.webm')"""
MOVED = """import os
os.chdir('sub dir')
Video('fog #1.mp4')"""
COMPARED = "compare(g[0], photo(1, 300, 600), g[1])"
CELLS = [SETUP, GALLERY, CLEAR, COMPARED, BESIDE, HIDDEN, MOVED, "g[0].show()"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_are_seen_and_films_play(tmp_path, theme):
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}))
    with lab(text, tmp_path, theme=theme) as page:
        assert page.run_all()["errors"] == []
        shown = "[...document.querySelectorAll('.vn-root img')]"
        assert page.eval(f"{shown}.map(img => img.naturalWidth > 0 && img.alt.length > 0)") == [True] * 9
        assert page.play() == [
            {"ready": 4, "error": None, "moved": True, "wide": 128, "embedded": embedded}
            for embedded in (False, True, False)
        ]
        columns = "new Set([...document.querySelectorAll('.vn-gallery figure')].map(f => f.offsetLeft)).size"
        assert page.eval(columns) > 2
        heights = page.eval("[...document.querySelectorAll('.vn-row img')].map(img => img.offsetHeight)")
        assert len(heights) == 3
        assert max(heights) - min(heights) <= 1, "side by side means the same height"
        assert page.eval("document.querySelector('.vn-full img').offsetWidth") == 512
        assert page.eval(CONTRAST) == []
        assert page.foreign() == []
