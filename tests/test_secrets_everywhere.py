"""A planted key is in the requests, and in nothing else that can be seen, saved, logged or sent on."""

import asyncio
import base64
import io
import json
import logging
import os
import pickle
import traceback
import warnings
from pathlib import Path

import pytest

import venice_nb as vn
from tests.planted import KEYS, assert_absent, kernel, reachable, repeated
from venice_nb import errors

from wire import OK, Hang, Reset, delta, error, events, reply, stream_head  # isort: skip  found by tests.planted

MODEL = "llama-3.3-70b"
DEAR = {"model": "claude-opus-4-5", "max_completion_tokens": 9000}


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


def test_a_key_in_the_headers_of_an_answer_is_not_written_down_at_debug(planted, wire):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("httpcore")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        server = wire(*[error(400, "no", [("X-Seen", f"Bearer {planted}"), ("CF-RAY", planted)])] * 2)
        for kind in (vn.Venice, vn.AsyncVenice):
            ask(kind(planted, base_url=server.base_url, max_retries=0))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    assert written.getvalue().count("X-Seen") == 2
    assert_absent(planted, written.getvalue())


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
def test_the_password_of_a_proxy_goes_to_the_proxy_and_nowhere_else(wire, kind):
    packed = base64.b64encode(b"user:s3cr3t-password").decode()
    refusal = reply({}, 407, [("X-Seen", f"Basic {packed}")])
    proxy = wire(refusal)
    address = proxy.base_url.removesuffix("/api/v1").replace("http://", "http://user:s3cr3t-password@")
    written, logger = io.StringIO(), logging.getLogger("httpcore")
    handler, before = logging.StreamHandler(written), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    client = kind("some-key-12345", proxy=address, max_retries=0)
    try:
        told = ask(client)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    assert proxy.requests[0]["headers"]["proxy-authorization"] == f"Basic {packed}"
    assert "X-Seen" in written.getvalue()
    seen = [written.getvalue(), str(told), repr(vars(told)), repr(client), repr(vars(client._session))]
    seen += [repr(found) for found in reachable([client, told]) if not isinstance(found, str | bytes)]
    assert not [each for each in seen if "s3cr3t" in each or packed in each]


@pytest.mark.parametrize("status", [200, 400])
def test_a_key_in_a_large_answer_is_hidden_too(planted, wire, status):
    body = {**OK, "model": f"m {planted}", "more": "y" * 2_000_000, "error": f"bad {planted}"}
    found = ask(vn.Venice(planted, base_url=wire(reply(body, status)).base_url, max_retries=0))
    assert_absent(planted, found, pickle.dumps(found), repr(getattr(found, "raw", "")))


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
@pytest.mark.parametrize("mode", ["Plain", "Context", "Verbose", "Minimal"])
def test_no_cell_of_a_real_kernel_shows_the_key_whatever_goes_wrong(planted, wire, mode):
    """The longest tracebacks print the local variables of every frame."""
    half = stream_head() + events(delta(), delta("so far"), done=False)
    servers = {
        "v": wire(error(401, f"no such key {planted}")),
        "again": wire(error(401, f"no such key {planted}")),
        "lost": wire(Reset),
        "cut": wire([half, Reset]),
        "hanging": wire(Hang),
        "silent": wire([half, Hang]),
    }
    setup = f"import os, pickle, venice_nb as vn\n%xmode {mode}\n" + "\n".join(
        f"{name} = vn.{'AsyncVenice' if name == 'again' else 'Venice'}"
        f"(os.environ['PLANTED'], base_url={server.base_url!r}, max_retries=0)"
        for name, server in servers.items()
    )
    setup += "\nnowhere = vn.Venice(os.environ['PLANTED'], base_url='http://127.0.0.1:9', max_retries=0)"
    with kernel(PLANTED=planted) as run:
        assert "error" not in [message["msg_type"] for message in run(setup)]
        shown = {name: run(cell, interrupt=name.startswith("interrupted")) for name, cell in CELLS.items()}
    for name in CELLS:
        kinds = [message["msg_type"] for message in shown[name]]
        assert ("error" in kinds) != (name in {"a card", "variables"}), (name, shown[name])
        assert_absent(planted, json.dumps([message["content"] for message in shown[name]]))
    ended = [m["content"]["ename"] for m in shown["interrupted"] if m["msg_type"] == "error"]
    assert ended == ["KeyboardInterrupt"]


def test_errors_are_pickled_without_frames_and_without_the_key(planted, wire):
    server = wire(Reset)
    told = ask(vn.Venice(planted, base_url=server.base_url))
    assert isinstance(told, errors.UnknownOutcome)
    assert told.__cause__ is None
    assert told.__context__ is None
    assert_absent(planted, pickle.dumps(told))
    assert pickle.loads(pickle.dumps(told)).what == told.what
