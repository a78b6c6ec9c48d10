"""The rooms keep to their layers, and each heavy library to its rooms."""

import ast
from functools import cache
from pathlib import Path

import pytest

import venice_nb

ROOT = Path(venice_nb.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
OWNERS = {
    "httpx": ("client/", "sandbox/transport.py", "sandbox/box.py"),
    "sqlite3": ("policy/",),
    "nest_asyncio": ("aio.py",),
    "nest_asyncio2": ("aio.py",),
    "markdown_it": ("render/",),
    "nh3": ("render/",),
    "uvicorn": ("sandbox/",),
    "av": ("media/", "sandbox/studio/"),
    "tqdm": ("studio/", "render/progress.py"),
    "espeakng_loader": ("sandbox/studio/",),
    "starlette": (),
    "dask": ("scale/",),
    "distributed": ("scale/",),
    "pypdf": ("rag/", "sandbox/mind/"),
    "docx": ("rag/",),
    "html_to_markdown": ("rag/",),
    "IPython": ("magics/",),
    "ipywidgets": ("ui/",),
    "anywidget": ("ui/",),
    "traitlets": ("ui/",),
}


@cache
def modules(path):
    """The full names of all modules a file imports, from the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def imported(path):
    return {name.split(".")[0] for name in modules(path)}


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_only_by_the_rooms_that_own_it(library):
    places = [path.relative_to(ROOT).as_posix() for path in FILES if library in imported(path)]
    assert [place for place in places if not place.startswith(OWNERS[library])] == []


def test_the_sandbox_imports_nothing_of_the_client():
    for path in (ROOT / "sandbox").rglob("*.py"):
        ours = {name for name in modules(path) if name.split(".")[0] == "venice_nb"}
        assert all(name.startswith("venice_nb.sandbox") for name in ours), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_tells_its_topic_in_its_first_line_and_stays_readable(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 420
