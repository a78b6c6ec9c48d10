"""The tutorials as they are saved, and the tool that saves and judges them."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks as tool

# What the notebooks must show, each by a word of the code that shows it.
SHOWN = {
    "setting up": r"vn\.connect\(\)",
    "chat": r"v\.chat\(",
    "streaming": r"v\.chat\.stream\(",
    "vision": r"images=",
    "sound": r"audio=",
    "files": r"files=",
    "web search": r"web_search=\"on\"",
    "function calling": r"tools=\[",
    "structured output": r"\"json_schema\"",
    "extraction": r"v\.extract\(",
    "characters": r"v\.characters\(",
    "model discovery": r"v\.models\(",
    "traits": r"v\.models\.traits\(",
    "pricing": r"v\.models\.pricing\(",
    "embeddings": r"v\.embed\(",
    "errors": r"except vn\.",
    "abuse protection": r"reached the server",
    "retries": r"on_event=",
    "response headers": r"\.headers",
    "rate limits": r"getApiKeyRateLimits",
    "async": r"AsyncVenice",
    "other clients": r"OpenAI\(",
}


def saved(path, **metadata):
    """A healthy notebook on disk, and its cells to spoil."""
    cells = [new_markdown_cell("# Title"), new_code_cell("1 + 1", execution_count=1)]
    book = new_notebook(
        cells=cells, metadata={"language_info": {"name": "python", "version": "3.11"}, **metadata}
    )
    nbformat.write(book, path)
    return book


def code():
    books = [nbformat.read(path, as_version=4) for path in tool.notebooks()]
    return "\n".join(cell.source for book in books for cell in book.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", tool.notebooks(), ids=lambda path: path.stem)
def test_each_tutorial_is_saved_as_it_should_be(path):
    assert tool.problems(path) == []


@pytest.mark.parametrize("what", SHOWN)
def test_the_tutorials_show_every_capability(what):
    assert re.search(SHOWN[what], code()), f"no cell shows {what}"


@pytest.mark.parametrize("path", tool.notebooks(), ids=lambda path: path.stem)
def test_a_tutorial_opens_with_a_title_and_tells_before_each_section_what_comes(path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert all(len(cell.source.splitlines()) <= 30 for cell in cells)


def test_a_healthy_notebook_has_no_problems(tmp_path):
    saved(tmp_path / "a.ipynb")
    assert tool.problems(tmp_path / "a.ipynb") == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda book: book.cells[1].update(execution_count=None), "not all run once"),
        (lambda book: book.cells[1].update(source="VENICE_ADMIN_KEY_abcdef0123"), "a key is in it"),
        (
            lambda book: book.cells[1].outputs.append(new_output("stream", text="/home/ada/x")),
            "a path of some machine",
        ),
        (
            lambda book: book.cells[1].outputs.append(
                new_output("display_data", {"text/html": "<img src='https://e.org/a.png'>"})
            ),
            "a remote load",
        ),
        (
            lambda book: book.cells[1].outputs.append(
                new_output("error", ename="E", evalue="", traceback=[])
            ),
            "cell 1 failed: E",
        ),
        (lambda book: book.metadata.update(widgets={}), "widget state"),
        (lambda book: book.metadata.pop("language_info"), "which Python"),
        (lambda book: book.cells[1].update(source="#" * tool.CAP), "over the cap"),
    ],
)
def test_what_is_wrong_with_a_saved_notebook_is_told(tmp_path, spoil, told):
    book = saved(tmp_path / "a.ipynb")
    spoil(book)
    nbformat.write(book, tmp_path / "a.ipynb")
    assert told in " ".join(tool.problems(tmp_path / "a.ipynb"))


def test_outputs_are_compared_strictly_on_the_python_that_saved_them(tmp_path, capsys):
    version = {"language_info": {"name": "python", "version": tool.PYTHON}}
    saved(tmp_path / "a.ipynb", **version)
    assert "--nbval" in tool.command([tmp_path / "a.ipynb"])
    assert capsys.readouterr().out == ""


def test_on_another_python_outputs_are_not_compared_and_one_line_says_so(tmp_path, capsys):
    saved(tmp_path / "a.ipynb", language_info={"name": "python", "version": "3.2.1"})
    assert "--nbval-lax" in tool.command([tmp_path / "a.ipynb"])
    (line,) = capsys.readouterr().out.splitlines()
    assert "Python 3.2" in line
