"""A key that is planted and looked for: how it may look, who may repeat it, and cells of a real kernel."""

import base64
import contextlib
import gc
import json
import os
import queue
import sys
import time
import types
from pathlib import Path
from urllib.parse import quote

from venice_nb.secrets import Secret

sys.path.insert(0, str(Path(__file__).parent / "client"))

from wire import delta, error, events, reply, stream_head

# One of the usual shape, and one that no pattern would find.
KEYS = ["VENICE_INFERENCE_KEY_planted_0123456789", "nothing-tells-that-this+is/a=key-0123456789"]


def shapes(key):
    """How a key may look after it has passed through something."""
    plain = key.encode()
    return {
        plain,
        quote(key, safe="").encode(),
        base64.b64encode(plain)[:-4],
        json.dumps(key).encode()[1:-1],
        repr(key).encode()[1:-1],
        plain[12:],  # a masked one with its end showing
    }


def assert_absent(key, *places):
    for place in places:
        content = place if isinstance(place, bytes) else str(place).encode("utf-8", "replace")
        for shape in shapes(key):
            assert shape not in content, content[max(0, content.index(shape) - 80) :][:200]


def repeated(key):
    """Answers of a server, or of something on the way, that repeats the request's header."""
    page = f"<html><h1>Debug</h1><pre>Authorization: Bearer {key}</pre></html>".encode()
    told = {"error": {"message": f"Bad key {key}", "code": "AUTHENTICATION_FAILED", "got": f"Bearer {key}"}}
    cut = {"error": {"message": f"who is {key}?", "code": "x", "header": key}}
    seen = [("X-Seen", f"Bearer {key}"), ("CF-RAY", key)]
    return {
        "refusal": error(401, f"Bad key {key}", seen),
        "structured": reply(told, 400, seen),
        "page": reply(page, 502, kind="text/html"),
        "success page": reply(page, 200, kind="text/html"),
        "other json": reply({"headers": {"authorization": f"Bearer {key}"}}, 200, seen),
        "redirect": reply({}, 307, [("Location", f"https://elsewhere.example/?key={key}")]),
        "stream": stream_head(seen) + events(delta(), delta("so far"), cut),
        "limited": error(429, f"Slow down, {key}", [("Retry-After", "7200"), *seen]),
    }


def reachable(start):
    """Everything a walk over attributes and containers finds, but the cell of the key itself."""
    skipped = (type, types.ModuleType, types.FunctionType, types.FrameType, Secret, bytes, str, int, float)
    seen, todo = {}, [start]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or len(seen) > 60_000:
            continue
        seen[id(thing)] = thing
        if not isinstance(thing, skipped):
            todo += gc.get_referents(thing)
    return seen.values()


@contextlib.contextmanager
def kernel(**environment):
    """A kernel of its own: gives `run(code, interrupt=False)`, which tells what a cell sent to the page."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    paths = os.pathsep.join(path for path in sys.path if path)
    manager.start_kernel(env={**os.environ, **environment, "PYTHONPATH": paths})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield lambda code, interrupt=False: run_cell(manager, client, code, interrupt=interrupt)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(manager, client, code, *, interrupt):
    """What a cell sent to the page."""
    ident = client.execute(code, allow_stdin=False)
    messages, until, pressed = [], time.monotonic() + 30, time.monotonic() + 1.0
    while time.monotonic() < until:
        if interrupt and time.monotonic() > pressed:
            manager.interrupt_kernel()
            interrupt = False
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != ident:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return messages
        if message["msg_type"] in {
            "stream",
            "error",
            "display_data",
            "execute_result",
            "update_display_data",
        }:
            messages.append({"msg_type": message["msg_type"], "content": message["content"]})
    raise AssertionError(f"{code} did not end")
