"""A server on this machine that counts what it was paid for, and children that embed until one kills them."""

import json
import multiprocessing
import os
import signal
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from tests.embedding.embedder import MODEL, rows

AT_ONCE = 4
POINTS = (
    "request at the server, not paid",
    "paid, not answered",
    "half answered",
    "answered",
    "vectors about to be written",
    "vectors written, not committed",
    "vectors committed",
    "a row of them in the array",
)
_OURS = POINTS[4:]


class PaidServer:
    """Gives vectors for money. Kills the one who asks at a request of its choice, if told to.

    Attributes:
        paid: how often each text was paid for.
        kill: the point of `POINTS` at which an asker dies, and the number of the request; None for nobody.

    """

    def __init__(self):
        self.paid, self.requests, self.kill = Counter(), 0, None
        self._lock = threading.Lock()
        serving = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with suppress(ConnectionError):
                    serving.answer(self, body)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.handle_error = lambda *_: None  # who was killed says no goodbye
        self._http.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._http.server_port}/api/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler, body):
        with self._lock:
            self.requests += 1
            number = self.requests
        if self._die(number, 0, body):
            return
        with self._lock:
            self.paid.update(body["input"])
        if self._die(number, 1, body):
            return
        usage = {"prompt_tokens": len(body["input"]), "total_tokens": len(body["input"])}
        content = json.dumps(
            {"object": "list", "model": MODEL, "data": rows(body["input"]), "usage": usage}
        ).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        if self._die(number, 2, body):
            return
        handler.wfile.write(content[len(content) // 2 :])
        handler.wfile.flush()
        self._die(number, 3, body)

    def _die(self, number, point, body):
        if self.kill != (POINTS[point], number):
            return False
        os.kill(int(body["user"]), signal.SIGKILL)
        return True


def column(count):
    """Texts of which some stand twice."""
    return [f"text {number % (count - count // 10)}" for number in range(count)]


def work(base_url, state, told, count, *, out=None, point="", batch=0, few=16, world="sync"):
    """A child: embed a column, and write down the vectors; dies at `point` of a batch on its own side."""
    os.environ["VENICE_STATE_DIR"] = str(state)
    from tests.embedding.embedder import World
    from venice_nb.embedding import request

    request.FEW = request.MANY = few
    if point in _OURS:
        _mine(point, batch)
    client = World(world).at(base_url)
    options = {} if out is None else {"out": Path(out)}
    matrix = client.embed(column(count), at_once=AT_ONCE, user=str(os.getpid()), **options)
    np.save(told, matrix.array)


def _mine(point, batch):
    """Arrange for this process to die at a point on its own side, in the batch of that number."""
    from venice_nb.embedding.ingest import Ingest
    from venice_nb.policy.vector_cache import VectorCache

    begun = []

    def dies(kind, name, *, before):
        original = getattr(kind, name)

        def instead(self, *given, **more):
            begun.append(name)
            mine = len(begun) == batch
            if before and mine:
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(self, *given, **more)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(kind, name, instead)

    if point == "vectors about to be written":
        dies(VectorCache, "put", before=True)
    elif point == "vectors committed":
        dies(VectorCache, "put", before=False)
    elif point == "a row of them in the array":
        dies(Ingest, "_place", before=False)
    else:
        from venice_nb.policy import vector_cache

        leave = vector_cache._Writing.__exit__

        def instead(self, *given):
            begun.append(1)
            if len(begun) == 2 * batch:  # each batch is claimed first
                os.kill(os.getpid(), signal.SIGKILL)
            return leave(self, *given)

        vector_cache._Writing.__exit__ = instead


def nursery():
    """Where children come from: a process without threads that has loaded everything, and is forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            "numpy",
            "httpx",
            "tests.embedding.embedder",
            "venice_nb.client.connection",
            "venice_nb.embedding.plans",
        ]
    )
    return context


def run(children, *given, within=None, **more):
    """Run a child, kill it within so many seconds if it still lives then; its exit code."""
    child = children.Process(target=work, args=given, kwargs=more)
    child.start()
    if within is not None:
        child.join(within)
        child.kill()
    child.join(120)
    for counted in Path(given[1]).glob("failures-*"):
        counted.unlink()  # a killed request counts as failed for half a minute, and would hold us up
    return child.exitcode
