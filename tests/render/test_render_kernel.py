"""The rules of display in a real kernel: shown once, ``_`` still works, static mode draws once."""

import os
import subprocess
import sys
import warnings

import pytest

SETUP = """
import asyncio
from venice_nb.render import html, live

class Answer(live.Displayed):
    def __init__(self): self.text = ""
    def __repr__(self): return "Answer(" + self.text + ")"
    def _mimebundle(self): return {"text/plain": self.text, "text/html": html.page(html.tag("p", self.text))}

def stream(words):
    answer = Answer()
    shown = live.Live(answer._mimebundle)
    shown.show()
    for word in words.split():
        answer.text += word + " "
        shown.update()
    if shown.finish():
        live.mark_shown(answer)
    return answer
"""


class Cell:
    """What one cell sent back."""

    def __init__(self, messages):
        self.messages = messages

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def finals(self):
        """The text of every output the page ends up with, in order, updates applied."""
        texts, ids = [], {}
        for message in self.messages:
            content = message["content"]
            if message["msg_type"] in {"display_data", "execute_result"}:
                name = content.get("transient", {}).get("display_id")
                if name:
                    ids[name] = len(texts)
                texts.append(content["data"]["text/plain"])
            elif message["msg_type"] == "update_display_data":
                texts[ids[content["transient"]["display_id"]]] = content["data"]["text/plain"]
        return texts


@pytest.fixture(scope="module")
def run():
    from jupyter_client.manager import start_new_kernel

    env = {k: v for k, v in os.environ.items() if k not in {"VENICE_STATIC", "VENICE_NB_STATIC"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tornado's and zmq's own, at start and stop
        manager, client = start_new_kernel(
            kernel_name="python3", startup_timeout=60, env=env, stderr=subprocess.DEVNULL
        )

        def run(code, **options):
            messages = []
            reply = client.execute_interactive(code, timeout=60, output_hook=messages.append, **options)
            assert reply["content"]["status"] == "ok", reply["content"]
            return Cell(messages)

        run(SETUP)
        yield run
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_answer_that_streamed_is_not_shown_again_as_the_last_expression(run):
    cell = run('r = stream("one two three")\nr')
    assert cell.finals == ["one two three "]
    assert cell.of("execute_result") == []


def test_the_value_is_still_in_underscore(run):
    run('stream("kept")')
    assert run("_.text").finals == ["'kept '"]


def test_the_next_cell_shows_it_as_a_result(run):
    run('r = stream("again")')
    cell = run("r")
    assert cell.finals == ["again "]
    assert set(cell.of("execute_result")[0]["data"]) == {"text/plain", "text/html"}


def test_cells_that_are_not_numbered_are_told_apart_too(run):
    """nbval runs with store_history=False: the cell number stands still, the request id does not."""
    assert run('r = stream("apart")\nr', store_history=False).finals == ["apart "]
    assert run("r", store_history=False).finals == ["apart "]


def test_an_awaited_stream_is_shown_once(run):
    cell = run(
        'async def later():\n    await asyncio.sleep(0)\n    return stream("awaited words")\nawait later()'
    )
    assert cell.finals == ["awaited words "]


def test_display_ids_are_transient(run):
    for kind in ("display_data", "update_display_data"):
        for content in run('r = stream("x y z")').of(kind):
            assert list(content["transient"]) == ["display_id"]
            assert "display_id" not in content["metadata"]


def test_static_mode_draws_once_and_leaves_no_id(run):
    run("import os; os.environ['VENICE_STATIC'] = '1'")
    cell = run('r = stream("one two three")\nr')
    run("del os.environ['VENICE_STATIC']")
    assert cell.finals == ["one two three "]
    assert cell.of("display_data")[0]["transient"] == {}
    assert cell.of("update_display_data") == cell.of("execute_result") == []


def test_display_and_lists_of_answers_work(run):
    cell = run('from IPython.display import display\na = Answer(); a.text = "t"\ndisplay(a)\n[a]')
    assert cell.finals == ["t", "[Answer(t)]"]


def test_a_countdown_leaves_an_empty_line_and_no_stderr(run):
    cell = run('w = live.Countdown("x")\nw.tick(3)\nw.tick(2)\nw.done()\nlive.notice("moved")')
    assert cell.finals == ["", "moved"]
    assert cell.of("stream") == []


def test_a_captured_cell_captures_the_display(run):
    run("from IPython.utils.capture import capture_output")
    cell = run('with capture_output() as captured:\n    r = stream("hidden")\nlen(captured.outputs) >= 2')
    assert cell.finals == ["True"]


def test_terminal_ipython_prints_the_repr(tmp_path):
    code = f"{SETUP}\n_ = get_ipython().run_cell('a = stream(\"t\"); a')"
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "--simple-prompt", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )
    assert done.stdout.strip() == "Out[0]: Answer(t )"
    assert done.stderr == ""
