"""The tutorial notebooks: run and save them, check what is saved, compare a fresh run with it.

python -m tools.notebooks run [NAME ...]    execute against the sandbox and save with outputs
python -m tools.notebooks check             executed in order, small, no secrets, no remote images
python -m tools.notebooks test [NAME ...]   nbval: every output compared with a fresh run
"""

from __future__ import annotations

import hashlib
import os
import pydoc_data.topics
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
CAP = 300 * 1024  # bytes of one saved notebook
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
QUIET = {
    "VENICE_SANDBOX": "1",  # never the real API
    "VENICE_STATIC": "1",  # one final output per cell: nbval cannot see updates in place
    "PYTHONWARNINGS": "ignore",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "IPYTHONDIR": str(ROOT / ".venv" / "ipython"),  # no startup files or history of the user's
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, whatever the user has installed
    # Apart from the notebooks, so that films are saved inside them: a saved tutorial plays where it is read.
    "VENICE_OUT": str(ROOT / ".venv" / "out" / str(os.getpid())),
}
_SECRET = re.compile(r"VENICE_(?:ADMIN|INFERENCE)_KEY_\w{6,}|Bearer [\w-]{12,}")
_PATH = re.compile(rf"{re.escape(str(ROOT))}|(?:/(?:home|root|Users|tmp|mnt|srv)/|[A-Z]:\\\\)\w")
_REMOTE = re.compile(r"<(?:img|script|iframe|link)[^>]+https?://", re.IGNORECASE)


def notebooks(names: list[str] | None = None) -> list[Path]:
    """The tutorials in order, or those whose name contains one of `names`."""
    found = sorted(FOLDER.glob("*.ipynb"))
    return [path for path in found if not names or any(name in path.name for name in names)]


def execute(path: Path, *, timeout: int = 300, static: bool = True) -> Any:
    """A notebook after a run in a fresh kernel, with deterministic metadata.

    Not `static` is how a reader sees it: answers that grow in place, which cannot be compared.
    """
    out = str(Path(QUIET["VENICE_OUT"]) / path.stem)
    os.environ.update(QUIET | {"VENICE_STATIC": "1" if static else "", "VENICE_OUT": out})
    for name in ("VENICE_API_KEY", "VENICE_BASE_URL"):
        os.environ.pop(name, None)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # a kernel's advice on encryption is no part of the tour
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    for cell in notebook.cells:
        join(cell.get("outputs", []))
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": PYTHON},
        "venice_nb": {"ran_on": ground(notebook)},
    }
    return notebook


def join(outputs: list[Any]) -> None:
    """Put the pieces of a stream that follow each other together: where it is cut is chance."""
    for position in range(len(outputs) - 1, 0, -1):
        before, piece = outputs[position - 1 : position + 1]
        if before.output_type == piece.output_type == "stream" and before.name == piece.name:
            before.text += outputs.pop(position).text


def ground(notebook: Any) -> str:
    """What the outputs of a notebook depend on: the Python, and the reference in it where that is asked."""
    if "pydoc_data" not in "".join(cell.source for cell in notebook.cells):
        return f"Python {PYTHON}"
    text = repr(sorted(pydoc_data.topics.topics.items()))
    return f"Python {PYTHON} with reference {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def run(names: list[str]) -> int:
    for path in notebooks(names):
        nbformat.write(execute(path), path)
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")
    return 0


def problems(path: Path) -> list[str]:
    """What is wrong with a saved notebook, one sentence each."""
    text = path.read_text("utf-8")
    notebook = nbformat.reads(text, as_version=4)
    found = []
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        found.append("cells were not all run once, in order, from a fresh kernel")
    if len(text.encode()) > CAP:
        found.append(f"{len(text) // 1024} KB is over the cap of {CAP // 1024} KB")
    if "widgets" in notebook.metadata:
        found.append("widget state is saved in it")
    if not saved_on(notebook):
        found.append("it does not say which Python ran it")
    outputs = "".join(str(cell.get("outputs", "")) for cell in notebook.cells)
    for pattern, what in ((_SECRET, "a key"), (_PATH, "a path of some machine"), (_REMOTE, "a remote load")):
        if match := pattern.search(text if what == "a key" else outputs):
            found.append(f"{what} is in it: {match.group()[:12]}…")
    failed = [
        f"cell {cell.execution_count} failed: {output.ename}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    return found + failed


def saved_on(notebook: Any) -> str:
    """What `ground` was when the notebook was saved; empty when it does not say."""
    return str(notebook.metadata.get("venice_nb", {}).get("ran_on", ""))


def check() -> int:
    bad = [f"{path.name}: {problem}" for path in notebooks() for problem in problems(path)]
    print("\n".join(bad) if bad else f"{len(notebooks())} notebooks are saved as they should be")
    return bool(bad)


def comparable(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """The notebooks whose outputs must come out here as they were saved, and those that can only be run."""
    same, other = [], []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        (same if saved_on(notebook) == ground(notebook) else other).append(path)
    return same, other


def command(how: str, paths: list[Path]) -> list[str]:
    """Run these notebooks under pytest; `how` is --nbval (every output compared) or --nbval-lax."""
    plain = ["-p", "no:cacheprovider", "-W", "default", "--timeout", "300", "-n", "2", "--dist", "loadfile"]
    nbval = [how, "--nbval-current-env", "--nbval-cell-timeout", "120"]
    nbval += ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    return [sys.executable, "-m", "pytest", *plain, *nbval, *map(str, paths)]


def test(names: list[str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "VENICE_API_KEY"} | QUIET
    same, other = comparable(notebooks(names))
    if other:
        names = [path.stem for path in other]
        print(f"Run but not compared, as another Python or reference saved them: {', '.join(names)}")
    failed = 0
    for how, paths in (("--nbval", same), ("--nbval-lax", other)):
        # The tour apart: films of two tutorials may bear the same name, and the second would get another one.
        for part in (paths[:1], paths[1:]):
            if part:
                environment["VENICE_OUT"] = str(Path(QUIET["VENICE_OUT"]) / part[0].stem)
                ended = subprocess.run(command(how, part), cwd=ROOT, env=environment, check=False)
                failed |= ended.returncode
    return failed


def main(arguments: list[str]) -> int:
    """Dispatch the command line."""
    match arguments:
        case ["run", *names]:
            return run(names)
        case ["check"]:
            return check()
        case ["test", *names]:
            return test(names)
    print(__doc__)
    return 2


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    finally:
        shutil.rmtree(QUIET["VENICE_OUT"], ignore_errors=True)
