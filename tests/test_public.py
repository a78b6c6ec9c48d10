"""The public list is a decision: complete, sorted, documented, and free to import."""

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import venice_nb as vn

HEAVY = {"httpx", "pandas", "numpy", "matplotlib", "ipywidgets", "IPython", "PIL", "openai", "nest_asyncio"}


def test_the_list_is_sorted_and_every_name_resolves():
    assert list(vn.__all__) == sorted(vn.__all__, key=str.lower)
    assert all(getattr(vn, name) is not None for name in vn.__all__)
    assert set(vn.__all__) <= set(dir(vn))


def test_the_lazy_list_and_the_typed_imports_are_the_same():
    source = Path(vn.__file__).read_text("utf-8")
    typed = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("venice_nb")
        for alias in node.names
    }
    assert typed == set(vn.__all__) == set(vn._HOME)


@pytest.mark.parametrize("name", vn.__all__)
def test_every_public_name_has_a_docstring(name):
    assert inspect.getdoc(getattr(vn, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = vn.nothing_like_it


def test_importing_loads_nothing_heavy():
    code = "import sys, json, venice_nb, venice_nb.errors; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert not HEAVY & {name.split(".")[0] for name in loaded}


def test_using_a_client_never_loads_nest_asyncio_or_a_notebook():
    code = (
        "import sys, json, venice_nb as vn; vn.Venice.sandbox().chat('What is 2 + 2?');"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert not {"nest_asyncio", "nest_asyncio2", "IPython", "matplotlib"} & set(json.loads(done.stdout))
