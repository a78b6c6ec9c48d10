"""What the README promises: its Python runs, its commands exist, its pictures and links are there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [line for language, code in BLOCKS if not language for line in code.splitlines() if line.strip()]


def test_the_python_of_the_readme_runs_from_top_to_bottom(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("VENICE_SANDBOX", "1")
    monkeypatch.delenv("VENICE_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "readme"}
    for number, code in enumerate(PYTHON, 1):
        lines_before = TEXT[: TEXT.index(code)].count("\n")
        exec(compile("\n" * lines_before + code, str(ROOT / "README.md"), "exec"), namespace)
        assert namespace["v"].sandboxed, f"block {number} left the sandbox"
    said = capsys.readouterr().out
    assert "84" in said  # the first answer was printed
    assert "temperature must be" in said  # and the refusal of the last chapter


def test_there_is_python_and_shell_in_the_readme():
    assert len(PYTHON) >= 8
    assert len(SHELL) >= 6


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)|`make (\w+)`", TEXT, re.MULTILINE))))
def test_each_make_target_of_the_readme_exists(target):
    name = "".join(target)
    assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", TEXT))))
def test_each_module_the_readme_runs_exists(module):
    from importlib.util import find_spec

    assert find_spec(module) is not None


@pytest.mark.parametrize("extra", sorted(set(re.findall(r"\.\[(\w+)\]", TEXT))))
def test_each_extra_the_readme_installs_exists(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extra in project["optional-dependencies"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?://)([^)#]+)\)", TEXT))))
def test_each_file_the_readme_links_to_exists(target):
    assert (ROOT / target).is_file()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\b\d\d-[\w-]+\.ipynb", TEXT))))
def test_each_notebook_the_readme_names_exists(name):
    assert (ROOT / "notebooks" / name).is_file()


def test_the_options_of_the_server_in_the_readme_are_known():
    from venice_nb.sandbox.__main__ import arguments

    (line,) = [line for line in SHELL if "venice_nb.sandbox" in line]
    assert arguments(line.split("venice_nb.sandbox", 1)[1].split()).port == 8765
