"""`make demo`: run the tour notebook against the sandbox, write demo/tour.html, say what ran."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from tools.notebooks import FOLDER, ROOT, execute

TOUR = FOLDER / "00-tour.ipynb"
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_FOLLOW = """<script>
const dark = matchMedia("(prefers-color-scheme: dark)").matches
document.body.dataset.jpThemeLight = String(!dark)
</script>"""


def main() -> int:
    """Run the tour and write the page."""
    began = time.monotonic()
    try:
        notebook = execute(TOUR)
    except CellExecutionError as error:
        print(f"The tour stopped: {error.ename}: {error.evalue}", file=sys.stderr)
        print(f"Run {TOUR.relative_to(ROOT)} in JupyterLab (make lab) to see where.", file=sys.stderr)
        return 1
    exporter = HTMLExporter(template_name="lab")
    page, _ = exporter.from_notebook_node(notebook)
    target = ROOT / "demo" / "tour.html"
    target.parent.mkdir(exist_ok=True)
    target.write_text(_alone(page, exporter), encoding="utf-8")
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    took = time.monotonic() - began
    print(f"The tour ran: {len(cells)} cells in {took:.0f} s, offline, against the sandbox.")
    for line in _told(cells)[-4:]:
        print(line)
    print(f"Open {target.relative_to(ROOT)} in a browser.")
    return 0


def _told(cells: list[Any]) -> list[str]:
    """The lines that the tour's last cell prints about itself."""
    streams = [output.text for output in cells[-1].outputs if output.output_type == "stream"]
    return "".join(streams).strip().splitlines()


def _alone(page: str, exporter: HTMLExporter) -> str:
    """The page without scripts from elsewhere, in the light or dark theme of whoever looks at it."""
    themes = (Path(folder) / "static" / "theme-dark.css" for folder in exporter.template_paths)
    dark = next(path for path in themes if path.is_file()).read_text("utf-8")
    page = _SCRIPT.sub("", page)
    page = page.replace(
        "</head>", f"<style>@media (prefers-color-scheme: dark) {{\n{dark}\n}}</style>\n</head>", 1
    )
    return re.sub(r"<body\b[^>]*>", lambda found: found.group() + _FOLLOW, page, count=1)


if __name__ == "__main__":
    sys.exit(main())
