"""`make demo`: run the tour notebook against the sandbox, write demo/tour.html, say what ran."""

from __future__ import annotations

import json
import sys
import time

from nbconvert import HTMLExporter

from tools.notebooks import FOLDER, ROOT, execute


def main() -> int:
    """Run the tour and write the page."""
    began = time.monotonic()
    notebook = execute(FOLDER / "00-tour.ipynb")
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    target = ROOT / "demo" / "tour.html"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page, encoding="utf-8")
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    told = _told(cells)
    print(
        f"The tour ran: {len(cells)} cells in {time.monotonic() - began:.0f} s, offline, against the sandbox."
    )
    for line in told[-4:]:
        print(line)
    print(f"Open {target.relative_to(ROOT)} in a browser.")
    return 0


def _told(cells: list[dict[str, object]]) -> list[str]:
    """The lines that the tour's last cell prints about itself."""
    for output in reversed(json.loads(json.dumps(cells[-1]["outputs"]))):
        if output["output_type"] == "stream":
            return str(output["text"]).strip().splitlines()
    return []


if __name__ == "__main__":
    sys.exit(main())
