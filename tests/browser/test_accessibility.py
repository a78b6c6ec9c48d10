"""axe-core finds nothing serious in any panel, with all its parts unfolded, in light and dark."""

import sys
from pathlib import Path

import axe_playwright_python
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import opened

AXE = next(Path(axe_playwright_python.__file__).parent.glob("axe*.js"))
PANELS = [
    "vn.ui.chat(v)",
    "vn.ui.images(v)",
    "vn.ui.models(v)",
    "vn.ui.video(v)",
    "vn.ui.account(v)",
    'vn.ui.rag(v, vn.Corpus.from_texts({"pets": "Dogs travel on a lead."}))',
    'vn.ui.explore(v.embed(["a boat", "a red cat", "a blue cat", "a canal"]))',
]
UNFOLD = """() => document.querySelectorAll('.vn-panel .widget-toggle-button:not(.mod-active)')
  .forEach(button => button.offsetParent && button.click())"""
FOLDED = "document.querySelectorAll('.vn-panel .widget-toggle-button:not(.mod-active)').length"
SERIOUS = """async () => (await axe.run('.vn-panel', {resultTypes: ['violations']})).violations
  .filter(found => ['serious', 'critical'].includes(found.impact))
  .flatMap(found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 99)}: ${node.failureSummary}`))
  .join('\\n')"""
FAULT = """document.querySelector('.vn-panel').append(document.createElement('img'))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_violation_in_any_panel(tmp_path, theme):
    with opened(tmp_path, *PANELS, theme=theme) as page:
        for _ in range(3):  # a part may hold parts of its own
            page.eval(UNFOLD)
            page.page.wait_for_timeout(500)
        assert page.eval(FOLDED) == 0
        assert page.eval("document.querySelectorAll('.vn-panel').length") == len(PANELS)
        page.page.add_script_tag(path=AXE)
        assert page.eval(SERIOUS) == ""
        page.eval(FAULT)
        assert "image-alt" in page.eval(SERIOUS)
