"""In a real kernel: Ctrl-C gives the prompt back at once, keeps what had arrived, loses no queued cell."""

import os
import queue
import sys
import time

import pytest
from wire import Hang, Wire, delta, error, events, reply, stream_head

HALF = [stream_head() + events(delta(), delta("so far"), done=False), Hang]
ASK = "('hi', model='llama-3.3-70b')"


class Kernel:
    """A kernel with a synchronous and an asynchronous client of each server."""

    def __init__(self, folder, key):
        from jupyter_client.manager import KernelManager

        self.servers = {
            "hangs": Wire(Hang),
            "streams": Wire(HALF),
            "limits": Wire(error(429, "Rate limit exceeded", [("Retry-After", "20")])),
            "works": Wire(reply()),
        }
        self.manager = KernelManager(kernel_name="python3")
        self.manager.kernel_spec.argv[0] = sys.executable
        paths = os.pathsep.join(path for path in sys.path if path)
        self.manager.start_kernel(env={**os.environ, "VENICE_STATE_DIR": str(folder), "PYTHONPATH": paths})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        lines = ["import venice_nb as vn"]
        for name, server in self.servers.items():
            for kind, short in (("Venice", "v"), ("AsyncVenice", "a")):
                lines.append(f"{short}_{name} = vn.{kind}({key!r}, base_url={server.base_url!r})")
        assert self.run("\n".join(lines))["status"] == "ok"

    def send(self, code, *, stop=True):
        return self.client.execute(code, allow_stdin=False, stop_on_error=stop)

    def answer(self, ident):
        """The reply to a cell, and how long it took to come."""
        began = time.monotonic()
        while time.monotonic() - began < 20:
            try:
                message = self.client.get_shell_msg(timeout=0.5)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") == ident:
                return {**message["content"], "took": time.monotonic() - began}
        raise AssertionError("no answer")

    def run(self, code):
        return self.answer(self.send(code))

    def shown(self, ident):
        """Everything that a cell put on the page."""
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=5)
            if message["parent_header"].get("msg_id") != ident:
                continue
            if message["content"].get("execution_state") == "idle":
                return found
            found.append(message)

    def wait_for(self, server, count):
        """Until so many requests have arrived."""
        until = time.monotonic() + 15
        while len(self.servers[server].requests) < count:
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(0.4)  # the answer's beginning is read, the waiting has begun

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        for server in self.servers.values():
            server.close()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    made = Kernel(tmp_path_factory.mktemp("state"), "VENICE_INFERENCE_KEY_planted_0123456789")
    yield made
    made.end()


CELLS = {
    "hanging": ("hangs", f"v_hangs.chat{ASK}", 2.0),
    "streaming": ("streams", f"v_streams.chat{ASK}", 2.0),
    "waiting": ("limits", f"v_limits.chat{ASK}", 2.0),
    "a loop": ("streams", f"for _ in v_streams.chat.stream{ASK}: pass", 2.0),
    "awaiting": ("hangs", f"await a_hangs.chat{ASK}", 2.5),
    "awaiting a stream": ("streams", f"await a_streams.chat{ASK}", 2.5),
    "an async loop": (
        "streams",
        f"async with await a_streams.chat.stream{ASK} as s:\n    async for _ in s: pass",
        2.5,
    ),
    "nested": ("hangs", f"vn.run(a_hangs.chat{ASK})", 2.5),
}


@pytest.mark.parametrize("name", CELLS)
def test_an_interrupt_gives_the_prompt_back_and_the_client_goes_on(kernel, name):
    """Fault 45, as ipykernel delivers it; a cell queued behind runs all the same."""
    server, code, limit = CELLS[name]
    before = len(kernel.servers[server].requests)
    ident = kernel.send(code, stop=False)
    behind = kernel.send("1 + 1", stop=False)
    kernel.wait_for(server, before + 1)
    kernel.manager.interrupt_kernel()
    answer = kernel.answer(ident)
    assert answer["status"] == "error"
    assert answer["ename"] in {"KeyboardInterrupt", "CancelledError"}
    assert answer["took"] < limit
    page = kernel.shown(ident)
    assert kernel.answer(behind)["status"] == "ok"
    kernel.shown(behind)
    if name in {"streaming", "awaiting a stream"}:
        last = [m["content"]["data"]["text/plain"] for m in page if m["msg_type"] == "update_display_data"]
        assert "so far" in last[-1]
    if server == "streams":
        who = "a_streams" if "a_streams" in code else "v_streams"
        assert kernel.run(f"assert {who}.last.text == 'so far' and not {who}.last.complete")["status"] == "ok"
    for again in (
        f"assert v_works.chat{ASK}.text == 'fine'",
        f"assert (await a_works.chat{ASK}).text == 'fine'",
    ):
        assert kernel.run(again)["status"] == "ok"


def test_cells_queued_behind_run_are_all_run(kernel):
    """Nesting the kernel's loop in a wrong way loses them in silence."""
    idents = [kernel.send(f"seen = [vn.run(a_works.chat{ASK}).text]")]
    idents += [kernel.send(f"seen.append({number}); vn.run(a_works.chat{ASK})") for number in range(5)]
    assert [kernel.answer(ident)["status"] for ident in idents] == ["ok"] * 6
    assert kernel.run("assert seen == ['fine', 0, 1, 2, 3, 4]")["status"] == "ok"
