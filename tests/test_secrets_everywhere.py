"""A planted key is in the requests, and in nothing else that can be seen, saved, logged or sent on."""

import asyncio
import base64
import gc
import io
import json
import logging
import os
import pickle
import sys
import time
import traceback
import types
import warnings
from pathlib import Path
from urllib.parse import quote

import pytest

sys.path.insert(0, str(Path(__file__).parent / "client"))

from wire import Hang, Reset, delta, error, events, reply, stream_head

import venice_nb as vn
from venice_nb import errors

MODEL = "llama-3.3-70b"
DEAR = {"model": "claude-opus-4-5", "max_completion_tokens": 9000}
# One of the usual shape, and one that no pattern would find.
KEYS = ["VENICE_INFERENCE_KEY_planted_0123456789", "nothing-tells-that-this+is/a=key-0123456789"]


@pytest.fixture(params=KEYS, ids=["usual", "odd"])
def planted(request):
    return request.param


@pytest.fixture
def wire():
    from wire import Wire

    opened = []

    def start(*script):
        opened.append(Wire(*script))
        return opened[-1]

    yield start
    for server in opened:
        server.close()


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


def ask(client, **options):
    """What a chat gives or raises; the client is closed behind it."""
    given = {**DEAR, "show": False, **options}

    async def awaited():
        async with client:
            return await client.chat("hi", **given)

    try:
        if isinstance(client, vn.AsyncVenice):
            return asyncio.run(awaited())
        with client:
            return client.chat("hi", **given)
    except vn.VeniceError as told:
        return told


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
@pytest.mark.parametrize("which", list(repeated("")))
def test_a_server_that_repeats_the_key_does_not_bring_it_into_what_the_user_sees(
    planted, wire, kind, which, tmp_path
):
    server = wire(repeated(planted)[which])
    client = kind(planted, base_url=server.base_url, max_retries=0)
    found = ask(client, stream=which == "stream")
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {planted}"
    assert_absent(planted, found, repr(found), pickle.dumps(found), repr(client), client._mimebundle())
    assert_absent(planted, repr(vars(found)), *map(repr, vars(found).values()))
    if isinstance(found, vn.VeniceError):
        rendered = "".join(traceback.format_exception(found)) + "".join(found._render_traceback_())
        assert_absent(planted, rendered, getattr(found, "content", b""), getattr(found, "body", ""))
        partial = getattr(found, "partial", None)
        if partial is not None:
            assert_absent(planted, partial._mimebundle(), partial.raw, pickle.dumps(partial))
    else:
        assert_absent(planted, found._mimebundle(), found.raw, found.headers, found.save().read_bytes())
    state = Path(os.environ["VENICE_STATE_DIR"])
    assert_absent(planted, *[file.read_bytes() for file in state.rglob("*") if file.is_file()])


def test_results_and_files_hold_no_key(planted, wire, tmp_path):
    server = wire(reply())
    with vn.Venice(planted, base_url=server.base_url) as v:
        r = v.chat("hi", model=MODEL, show=False)
        c = v.conversation()
        c("hi", model=MODEL, show=False)
        saved = [r.save(tmp_path / "r.json"), r.save(tmp_path / "r.md"), c.save(tmp_path / "c.json")]
        assert_absent(planted, *[file.read_bytes() for file in saved])
        assert_absent(planted, pickle.dumps(r), repr(c), c._mimebundle(), r._mimebundle())
        files = [file for file in Path(os.environ["VENICE_STATE_DIR"]).rglob("*") if file.is_file()]
        assert files
        assert_absent(planted, *[file.read_bytes() for file in files])
    assert_absent(planted, json.dumps(dict(os.environ)))


def test_no_logger_at_debug_writes_the_key(planted, wire):
    """httpx, httpcore, hpack, asyncio and ours, all through the root."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    names = [
        "",
        "httpx",
        "httpcore",
        "httpcore.http11",
        "httpcore.connection",
        "hpack",
        "asyncio",
        "venice_nb",
    ]
    before = {name: logging.getLogger(name).level for name in names}
    root.addHandler(handler)
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        for answer in (
            reply(),
            error(401, f"no {planted}"),
            stream_head() + events(delta("x", "stop")),
            Reset,
        ):
            server = wire(answer)
            for kind in (vn.Venice, vn.AsyncVenice):
                ask(kind(planted, base_url=server.base_url, max_retries=0), stream=True)
    finally:
        root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    assert "httpcore" in written.getvalue()
    assert_absent(planted, written.getvalue())


def reachable(start):
    """Everything a walk over attributes and containers finds, but the cell of the key itself."""
    from venice_nb.secrets import Secret

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


@pytest.mark.parametrize("moment", ["fresh", "used", "streaming", "failed"])
def test_a_walk_over_the_client_prints_no_key(planted, wire, moment):
    """As debuggers, variable inspectors and error reporters do it; also while a request is open."""
    server = wire([stream_head() + events(delta(), delta("so far"), done=False), Hang])
    v = vn.Venice(planted, base_url=server.base_url, proxy=None)
    things = [v]
    if moment == "used":
        server.script = [reply()]
        things.append(v.chat("hi", model=MODEL, show=False))
    if moment == "failed":
        server.script = [error(401, "no")]
        things.append(ask(v))
    if moment == "streaming":
        stream = v.chat.stream("hi", model=MODEL)
        assert next(iter(stream))
        things.append(stream)
    for thing in things:
        for found in reachable(thing):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    shown = f"{found!r}" if not isinstance(found, str | bytes) else ""
                except Exception:  # noqa: BLE001  a thing that cannot be printed shows nothing
                    continue
            assert_absent(planted, shown)
    if moment == "streaming":
        stream.close()
    v.close()


def test_the_header_with_the_key_prints_as_nothing(planted):
    from venice_nb.secrets import Secret

    header = Secret(planted).bearer()
    assert bytes(header) == b"Bearer " + planted.encode()
    assert_absent(planted, repr(header), str(header), f"{header}", repr([(b"authorization", header)]))
    for protocol in range(6):
        with pytest.raises(TypeError):
            pickle.dumps(header, protocol)


CELLS = {
    "InvalidInput": "v.chat('hi', temperature=9, show=False)",
    "TypeError": "v.raw()",
    "a TypeError of a tool": "v.chat('hi', tools=[3], show=False)",
    "BadKey": "v.chat('hi', model='llama-3.3-70b', show=False)",
    "UnknownOutcome": "lost.chat('hi', model='claude-opus-4-5', max_completion_tokens=9000, show=False)",
    "NotSent": "nowhere.chat('hi', model='llama-3.3-70b', show=False)",
    "StreamInterrupted": "cut.chat('hi', model='llama-3.3-70b', show=False, stream=True)",
    "a cut loop": "list(cut.chat.stream('hi', model='llama-3.3-70b'))",
    "awaited": "await again.chat('hi', model='llama-3.3-70b', show=False)",
    "a wrong key": "vn.Venice(os.environ['PLANTED'] + chr(10) + 'x')",
    "a wrong setting": "vn.Venice(os.environ['PLANTED'], timeout='soon')",
    "an unknown setting": "vn.Venice(os.environ['PLANTED'], time_out=5)",
    "pickle": "pickle.dumps(v)",
    "interrupted": "hanging.chat('hi', model='llama-3.3-70b', show=False)",
    "interrupted loop": "list(silent.chat.stream('hi', model='llama-3.3-70b'))",
    "a card": "v",
    "variables": "vars(v), vars(v._session), vars(v._driver), v._door, v._session.settings",
}


@pytest.mark.parametrize("planted", KEYS[1:], ids=["odd"], indirect=True)
def test_no_cell_of_a_real_kernel_shows_the_key_whatever_goes_wrong(planted, wire):
    """With the longest tracebacks there are: they print the local variables of every frame."""
    from jupyter_client.manager import KernelManager

    half = stream_head() + events(delta(), delta("so far"), done=False)
    servers = {
        "v": wire(error(401, f"no such key {planted}")),
        "again": wire(error(401, f"no such key {planted}")),
        "lost": wire(Reset),
        "cut": wire([half, Reset]),
        "hanging": wire(Hang),
        "silent": wire([half, Hang]),
    }
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel(env={**os.environ, "PLANTED": planted, "PYTHONPATH": os.pathsep.join(sys.path)})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        setup = "import os, pickle, venice_nb as vn\n%xmode Verbose\n" + "\n".join(
            f"{name} = vn.{'AsyncVenice' if name == 'again' else 'Venice'}"
            f"(os.environ['PLANTED'], base_url={server.base_url!r}, max_retries=0)"
            for name, server in servers.items()
        )
        setup += "\nnowhere = vn.Venice(os.environ['PLANTED'], base_url='http://127.0.0.1:9', max_retries=0)"
        shown = {}
        for name, cell in {"setup": setup, **CELLS}.items():
            shown[name] = run_cell(manager, client, cell, interrupt=name.startswith("interrupted"))
        assert "error" not in [message["msg_type"] for message in shown["setup"]]
        for name in CELLS:
            kinds = [message["msg_type"] for message in shown[name]]
            assert ("error" in kinds) != (name in {"a card", "variables"}), (name, shown[name])
            assert_absent(planted, json.dumps([message["content"] for message in shown[name]]))
        ended = [m["content"]["ename"] for m in shown["interrupted"] if m["msg_type"] == "error"]
        assert ended == ["KeyboardInterrupt"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(manager, client, code, *, interrupt):
    """What a cell sent to the page."""
    import queue

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


def test_errors_are_pickled_without_frames_and_without_the_key(planted, wire):
    server = wire(Reset)
    told = ask(vn.Venice(planted, base_url=server.base_url))
    assert isinstance(told, errors.UnknownOutcome)
    assert told.__cause__ is None
    assert told.__context__ is None
    assert_absent(planted, pickle.dumps(told))
    assert pickle.loads(pickle.dumps(told)).what == told.what
