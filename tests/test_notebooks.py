"""The tutorials as they are saved, and the tool that saves and judges them."""

import re
import subprocess

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
    "pages and files of the web": r"v\.web\.(search|scrape|parse)\(",
    "research": r"v\.web\.research\(",
    "estimates": r"v\.estimate\(",
    "budgets": r"with v\.budget\(",
    "spending": r"v\.spend\.by\(",
    "reconciling": r"v\.spend\.reconcile\(",
    "bills": r"v\.account\.(history|usage)\(",
    "keys": r"\.keys\.create\(",
    "limits of this minute": r"\.limits$",
}


def saved(path, source="1 + 1", ran_on=f"Python {tool.PYTHON}"):
    """A healthy notebook on disk, and its cells to spoil."""
    cells = [new_markdown_cell("# Title"), new_code_cell(source, execution_count=1)]
    book = new_notebook(cells=cells, metadata={"venice_nb": {"ran_on": ran_on}})
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
    assert re.search(SHOWN[what], code(), re.MULTILINE), f"no cell shows {what}"


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
        (lambda book: book.metadata.pop("venice_nb"), "which Python"),
        (lambda book: book.cells[1].update(source="#" * tool.CAP), "over the cap"),
    ],
)
def test_what_is_wrong_with_a_saved_notebook_is_told(tmp_path, spoil, told):
    book = saved(tmp_path / "a.ipynb")
    spoil(book)
    nbformat.write(book, tmp_path / "a.ipynb")
    assert told in " ".join(tool.problems(tmp_path / "a.ipynb"))


def test_outputs_are_compared_on_the_python_that_saved_them(tmp_path):
    saved(tmp_path / "same.ipynb")
    saved(tmp_path / "other.ipynb", ran_on="Python 3.2")
    same, other = tool.comparable([tmp_path / "same.ipynb", tmp_path / "other.ipynb"])
    assert (same, other) == ([tmp_path / "same.ipynb"], [tmp_path / "other.ipynb"])


def test_a_notebook_that_asks_the_reference_is_compared_only_with_the_same_reference(tmp_path, monkeypatch):
    source = "from pydoc_data.topics import topics"
    book = saved(tmp_path / "a.ipynb", source=source)
    assert tool.comparable([tmp_path / "a.ipynb"]) == ([], [tmp_path / "a.ipynb"])
    saved(tmp_path / "a.ipynb", source=source, ran_on=tool.ground(book))
    assert tool.comparable([tmp_path / "a.ipynb"]) == ([tmp_path / "a.ipynb"], [])
    monkeypatch.setattr("pydoc_data.topics.topics", {"lambda": "another edition"})
    assert tool.comparable([tmp_path / "a.ipynb"]) == ([], [tmp_path / "a.ipynb"])


@pytest.fixture
def compared(monkeypatch, tmp_path):
    """Compares a notebook of this Python and one of another; gives the result and what was run."""
    saved(tmp_path / "a.ipynb")
    saved(tmp_path / "b.ipynb", ran_on="Python 3.2")
    monkeypatch.setattr(tool, "FOLDER", tmp_path)

    def go(*codes):
        lines, left = [], list(codes)

        def run(line, **_):
            lines.append(line)
            return subprocess.CompletedProcess(line, left.pop(0))

        monkeypatch.setattr(tool.subprocess, "run", run)
        return tool.test([]), lines

    return go


def test_notebooks_of_another_python_are_run_without_comparing_and_one_line_says_so(compared, capsys):
    code, (strict, lax) = compared(0, 0)
    assert code == 0
    assert "--nbval" in strict
    assert strict[-1].endswith("a.ipynb")
    assert "--nbval-lax" in lax
    assert lax[-1].endswith("b.ipynb")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(": b")


@pytest.mark.parametrize("codes", [(1, 0), (0, 1)])
def test_one_failing_notebook_fails_the_whole(compared, codes):
    assert compared(*codes)[0] == 1


def test_what_depends_on_the_version_of_an_encoder_is_not_compared():
    """The rules apply one after the other to what was saved and to what came out, as text and as HTML."""
    from nbval.plugin import get_sanitize_patterns

    rules = get_sanitize_patterns((tool.ROOT / "tests" / "nbval.cfg").read_text("utf-8"))

    def compared_as(told):
        for pattern, word in rules:
            told = re.sub(pattern, word, told)
        return told

    saved_, now = (
        f"[1] fog · 512 x 384 WEBP · seed 11 · {size}<br>"
        f"[1] against [0]: PSNR {psnr} dB, mean difference {mean} of 255, at 512 x 384"
        for size, psnr, mean in (("9.8 KB", "12.8", "43.48"), ("1.1 MB", "9", "105.1"))
    )
    assert compared_as(saved_) == compared_as(now)
    assert compared_as(saved_) != compared_as(saved_.replace("seed 11", "seed 12"))
    assert compared_as(saved_) != compared_as(saved_.replace("at 512", "at 256"))


def test_where_a_stream_was_cut_is_not_saved():
    said = [("stdout", "a"), ("stdout", "b"), ("stdout", "c"), ("stderr", "d"), ("stdout", "e")]
    outputs = [new_output("stream", name=name, text=text) for name, text in said]
    outputs.insert(4, new_output("display_data", data={"text/plain": "x"}))
    outputs.append(new_output("display_data", data={"text/plain": "y"}))
    tool.join(outputs)
    told = [each.get("text") or each.data["text/plain"] for each in outputs]
    assert told == ["abc", "d", "x", "e", "y"]
