"""The magics in a real kernel: shown once, failing where CI sees it, interrupted, compared by nbval."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
SPEC = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
PLACE = "from typing import TypedDict\nclass Place(TypedDict):\n    city: str\ncity = 'Venice'"
CELLS = [
    "%load_ext venice_nb",
    PLACE,
    "%%venice --to answer\nWhat is 12 times 7?",
    "answer.text",
    '%%venice -c talk\nMy name is Ada. {"json": {"survives": {}}}',
    "%%venice -c talk\nWhat is my name?",
    "len(talk)",
    "%%venice --schema Place --to place\nAda Lovelace lives in {city}.",
    "%venice models --type upscale",
    "%venice",
]


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """A kernel started now uses these packages and the sandbox, and nothing of the user's."""
    told = {
        "VENICE_SANDBOX": "1",
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONWARNINGS": "ignore",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told


def executed(*sources):
    book = new_notebook(cells=[new_code_cell(source) for source in sources], metadata=SPEC)
    client = NotebookClient(book, timeout=120, extra_arguments=["--log-level=ERROR"], record_timing=False)
    client.execute()
    return book


def test_a_saved_notebook_of_magics_is_the_same_when_it_is_run_again(environment, monkeypatch, tmp_path):
    """In static mode, output by output, as nbval compares them."""
    monkeypatch.setenv("VENICE_STATIC", "1")
    book = executed(*CELLS)
    assert [len(cell.outputs) for cell in book.cells] == [0, 0, 2, 1, 1, 1, 1, 1, 1, 1]
    said, answered = book.cells[2].outputs
    assert "client of its own" in said["data"]["text/plain"]
    assert "84" in answered["data"]["text/html"]
    assert book.cells[7].outputs[0]["data"]["text/plain"] == "{'city': 'Venice'}"
    nbformat.write(book, tmp_path / "magics.ipynb")
    plain = ["-p", "no:cacheprovider", "-p", "no:xdist", "-W", "default", "-q", "--rootdir", str(tmp_path)]
    nbval = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    line = [sys.executable, "-m", "pytest", *plain, *nbval, str(tmp_path / "magics.ipynb")]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def never(_):
    return False


class Kernel:
    """A kernel that is asked cell by cell."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.kernel_spec.argv[0] = sys.executable
        self.manager.start_kernel(extra_arguments=["--log-level=ERROR"])
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code, *, until=never):
        """What a cell sends to the page, and its reply; it is interrupted once `until` has seen something."""
        ident, sent = self.client.execute(code, allow_stdin=False), []
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != ident:
                continue
            if message["content"].get("execution_state") == "idle":
                return sent, self.reply(ident)
            if message["msg_type"] not in {"status", "execute_input"}:
                sent.append((message["msg_type"], message["content"]))
            if until(message):
                self.manager.interrupt_kernel()
                until = never

    def reply(self, ident):
        """The reply to one request; there may be others from the time the kernel started."""
        while True:
            message = self.client.get_shell_msg(timeout=60)
            if message["parent_header"].get("msg_id") == ident:
                return message["content"]

    def value(self, expression):
        ((kind, content),), _ = self.run(expression)
        assert kind == "execute_result"
        return content["data"]["text/plain"]

    def complete(self, code):
        return self.reply(self.client.complete(code))["matches"]


@pytest.fixture
def kernel(environment):
    made = Kernel()
    yield made
    made.client.stop_channels()
    made.manager.shutdown_kernel(now=True)


def kinds(sent):
    return [kind for kind, _ in sent]


def test_in_a_live_kernel_an_answer_grows_in_place_and_is_shown_once(kernel):
    kernel.run("%load_ext venice_nb\nimport venice_nb as vn\nv = vn.Venice.sandbox(token_pause=0.05)")
    sent, reply = kernel.run("%%venice -c talk\nWhat is 12 times 7?")
    assert reply["status"] == "ok"
    assert kinds(sent)[0] == "display_data"
    assert set(kinds(sent)[1:]) == {"update_display_data"}
    assert "84" in sent[-1][1]["data"]["text/plain"]

    # what cannot be meant is an error on the page, where everything that runs notebooks looks for it
    for cell in ("%%venice --modle x\nHi", "%%venice\n{tlak}", "%venice model"):
        sent, reply = kernel.run(cell)
        assert kinds(sent) == ["error"]
        assert (reply["status"], reply["ename"]) == ("error", "InvalidInput")

    # Tab, as a front end asks for it
    assert kernel.complete("%%venice -m llama-3.3") == ["llama-3.3-70b"]
    assert kernel.complete("%%venice -c t") == ["talk"]

    # Ctrl-C in the middle of an answer
    def something(message):
        return message["msg_type"] == "update_display_data"

    sent, reply = kernel.run("%%venice -c talk --to answer\nName the months of the year.", until=something)
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert kernel.value("[turn.complete for turn in talk], v.last.complete, 'answer' in globals()") == (
        "([True, False], False, False)"
    )
    assert kernel.run("%%venice -c talk\nWhat is 2 + 2?")[1]["status"] == "ok"


def test_a_cell_that_is_refused_stops_a_run_of_the_notebook(environment):
    with pytest.raises(CellExecutionError, match="Did you mean review"):
        executed("%load_ext venice_nb\nreview = 'good'", "%%venice\nLabel: {reviw}")
