"""`df.venice` is there in every order of imports, costs nothing before, and never breaks an import."""

import json
import subprocess
import sys

import pytest

from venice_nb import hook

THERE = "import pandas as pd\nassert hasattr(pd.DataFrame, 'venice') and hasattr(pd.Series, 'venice')\n"


def python(code, *options):
    done = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "before",
    [
        "import venice_nb as vn\nimport pandas\n",
        "import pandas\nimport venice_nb as vn\n",
        "import venice_nb as vn\nv = vn.Venice.sandbox()\n",
        "from venice_nb import errors\nimport pandas.api.types\n",
        "import venice_nb\nfrom pandas import DataFrame\n",
        "import venice_nb\nimport importlib.util\nassert importlib.util.find_spec('pandas')\n",
        "import venice_nb\nimport importlib\nimportlib.reload(venice_nb)\n",
    ],
)
def test_the_order_of_imports_does_not_matter(before):
    python(before + THERE)


def test_nothing_of_ours_is_loaded_before_it_is_used():
    code = (
        "import json, sys, venice_nb\n"
        + THERE
        + "ours = [name for name in sys.modules if 'venice_nb.' in name]\n"
        "print(json.dumps(ours))"
    )
    assert json.loads(python(code)) == ["venice_nb.hook"]


def test_the_finder_goes_away_with_the_first_import_and_leaves_pandas_as_it_was():
    code = (
        "import sys, venice_nb\nfrom venice_nb.hook import Arrival\n"
        "assert sum(isinstance(each, Arrival) for each in sys.meta_path) == 1\n"
        + THERE
        + "import venice_nb.hook\n"
        "venice_nb.hook.watch()\nassert not any(isinstance(each, Arrival) for each in sys.meta_path)\n"
        "assert type(pd.__loader__).__name__ == 'SourceFileLoader'\n"
        "assert 'exec_module' not in vars(pd.__loader__)\n"
        "assert pd.__spec__.origin == pd.__file__\n"
    )
    python(code)


def test_a_name_that_is_taken_stays_whose_it_is():
    code = (
        "import pandas as pd\n@pd.api.extensions.register_dataframe_accessor('venice')\nclass Theirs:\n"
        "    def __init__(self, frame): pass\n"
        "import venice_nb\nassert pd.DataFrame.venice is Theirs\n"
    )
    python(code)


def test_a_pandas_that_fails_to_load_fails_as_ever_and_may_be_tried_again(tmp_path):
    tmp_path = tmp_path / "broken"
    tmp_path.mkdir()
    (tmp_path / "pandas.py").write_text("raise ImportError('broken')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport venice_nb\n"
        "try:\n    import pandas\nexcept ImportError as error:\n    assert str(error) == 'broken'\n"
        f"sys.path.remove({str(tmp_path)!r})\n" + THERE
    )
    python(code)


def test_a_pandas_of_another_kind_is_left_alone(tmp_path):
    (tmp_path / "pandas.py").write_text("value = 1")
    python("import sys; sys.path.insert(0, '.')\nimport venice_nb, pandas\nassert pandas.value == 1\n")


def test_without_pandas_importing_it_is_the_usual_error():
    code = (
        "import sys, venice_nb\nsys.path[:] = []\nsys.meta_path[:] = [each for each in sys.meta_path"
        " if type(each).__name__ == 'Arrival']\n"
        "try:\n    import pandas\nexcept ModuleNotFoundError as error:\n    assert error.name == 'pandas'\n"
        "else:\n    raise AssertionError\n"
    )
    python(code)


def test_a_pandas_that_is_just_being_imported_is_registered_with_by_the_next_client():
    """As when another thread imports pandas while we are imported."""
    code = (
        "import pandas as pd\npd.__spec__._initializing = True\nimport venice_nb as vn\n"
        "assert not hasattr(pd.DataFrame, 'venice')\npd.__spec__._initializing = False\n"
        "vn.Venice.sandbox()\n" + THERE
    )
    python(code)


def test_threads_that_import_pandas_at_once_all_see_it():
    code = (
        "import threading, venice_nb\nseen = []\n"
        "def work():\n    import pandas as pd\n    seen.append(hasattr(pd.DataFrame, 'venice'))\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[each.start() for each in threads]\n[each.join() for each in threads]\nassert seen == [True] * 8\n"
    )
    python(code)


class Loader:
    """A loader that serves many modules, as one of an archive does."""

    def __init__(self):
        self.ran = []

    def exec_module(self, module):
        self.ran.append(module.__name__)


class Slotted:
    __slots__ = ()

    def exec_module(self, module):
        pass


def test_a_loader_of_a_whole_archive_is_its_own_again_after_pandas(monkeypatch):
    monkeypatch.setattr(hook, "register", lambda module: None)
    finder, loader = hook.Arrival(), Loader()
    finder._follow(loader)
    for name in ("other", "pandas", "pandas.core"):
        loader.exec_module(type(sys)(name))
    assert loader.ran == ["other", "pandas", "pandas.core"]
    assert vars(loader).keys() == {"ran"}


@pytest.mark.parametrize("loader", [None, Slotted(), object()])
def test_a_loader_that_cannot_be_followed_loads_as_ever(loader):
    hook.Arrival()._follow(loader)
